//! Hatched parts of the horizontal axis.

use super::Figure;
use super::canvas::{Anchor, Canvas};
use super::layout::{Layout, NOTE};
use super::palette::NEUTRAL;
use super::text::width;

pub(super) fn draw(figure: &Figure, layout: &Layout, canvas: &mut Canvas) {
    let plot = &layout.plot;
    let mut end = f64::NEG_INFINITY;
    for region in &figure.hatched {
        let (Some(from), Some(to)) = (plot.x(region.range.0), plot.x(region.range.1)) else {
            continue;
        };
        let (left, right) = (from.max(plot.left), to.min(plot.right));
        if right <= left {
            continue;
        }
        canvas.hatch([left, plot.top, right - left, plot.bottom - plot.top], NEUTRAL);
        // Above the plot, where no data are; a wide one begins further left.
        let room = layout.frame.width - layout.frame.margin;
        let half = width(&region.label, NOTE.size) / 2.0;
        let middle = ((left + right) / 2.0).min(room - half);
        // No label over another.
        if middle - half > end + 6.0 {
            canvas.text(middle, plot.top - 4.0, Anchor::Middle, NOTE, &region.label);
            end = middle + half;
        }
    }
}
