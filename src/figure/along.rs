//! Names along straight lines.

use super::canvas::{Canvas, Px};
use super::layout::Layout;
use super::palette::{BACKGROUND, pick};
use super::{Figure, LabelAt};
use crate::text::escape;

const SIZE: f64 = 13.5;
/// From the left end of the line to the text, along the line and away from it.
const START: f64 = 12.0;
const RISE: f64 = 5.0;

/// Writes the names above the left ends of their lines, in the direction of the first two points.
pub(super) fn draw(figure: &Figure, layout: &Layout, canvas: &mut Canvas) {
    for series in figure.series.iter().filter(|s| s.label_at == LabelAt::Along) {
        let mut pixels = series.points.iter().filter_map(|&point| layout.plot.point(point));
        let (Some((x, y)), Some(next)) = (pixels.next(), pixels.next()) else {
            continue;
        };
        let angle = libm::atan2(next.1 - y, next.0 - x).to_degrees();
        // A halo, so that grid lines do not cross the letters.
        canvas.put(format_args!(
            r#"<text transform="translate({} {}) rotate({})" x="{START}" y="-{RISE}" font-size="{SIZE}" fill="{}" stroke="{BACKGROUND}" stroke-width="3" paint-order="stroke">{}</text>"#,
            Px(x),
            Px(y),
            Px(angle),
            pick(series.colour).ink,
            escape(&series.label),
        ));
    }
}
