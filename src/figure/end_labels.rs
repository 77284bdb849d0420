//! Names at the right ends of lines, pushed apart until none covers another.

use super::canvas::{Anchor, Canvas, Font, Px};
use super::layout::{LABEL, Layout, Plot};
use super::palette::pick;
use super::text::{as_plain, width, wrap};
use super::{Figure, LabelAt, Series};

/// The widest a label may be before it is broken into lines.
const WIDEST: f64 = 180.0;
const LINE: f64 = 20.0;
const NAME: Font = Font { bold: true, ..LABEL };
/// Between plot and label, without and with leader lines.
const NEAR: f64 = 9.0;
const FAR: f64 = 26.0;

/// Placed labels.
pub(super) struct EndLabels {
    /// The width they take from the plot.
    pub room: f64,
    gap: f64,
    labels: Vec<EndLabel>,
}

struct EndLabel {
    /// The series that it names.
    series: (usize, String),
    lines: Vec<String>,
    font: Font,
    stroke: &'static str,
    /// The middle of the label.
    y: f64,
    /// The last visible point in fractions of the plot, from the bottom left.
    end: Option<(f64, f64)>,
}

impl EndLabel {
    fn height(&self) -> f64 {
        LINE * self.lines.len() as f64
    }
}

/// The height that all end labels of `figure` need.
pub(super) fn least_height(figure: &Figure) -> f64 {
    let named = figure.series.iter().filter(|s| s.label_at == LabelAt::End);
    named.map(|s| LINE * label_lines(s).len() as f64).sum()
}

/// Places the labels beside `plot`, whose right edge is still that of the page.
pub(super) fn arrange(figure: &Figure, plot: &Plot) -> EndLabels {
    let mut labels: Vec<EndLabel> = figure
        .series
        .iter()
        .filter(|s| s.label_at == LabelAt::End)
        .filter_map(|s| place(s, plot))
        .collect();
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let wanted: Vec<(f64, f64)> = labels.iter().map(|l| (l.y, l.height())).collect();
    let mut moved = false;
    // A label at a corner may rise above the plot by half a line: nothing else is there.
    let (top, bottom) = (plot.top - LINE / 2.0, plot.bottom + LINE / 2.0);
    for (label, y) in labels.iter_mut().zip(push_apart(&wanted, top, bottom)) {
        moved |= (label.y - y).abs() > 3.0 || label.end.is_some_and(|end| end.0 < 0.99);
        label.y = y;
    }
    let lines = labels.iter().flat_map(|l| &l.lines);
    let widest = lines.map(|l| width(l, as_plain(NAME))).fold(0.0, f64::max);
    let gap = if moved { FAR } else { NEAR };
    let room = if labels.is_empty() { 0.0 } else { gap + widest };
    EndLabels { room, gap, labels }
}

pub(super) fn draw(layout: &Layout, canvas: &mut Canvas) {
    let EndLabels { gap, labels, .. } = &layout.end_labels;
    let plot = &layout.plot;
    for label in labels {
        let (colour, name) = &label.series;
        canvas.series(*colour, name, std::iter::empty(), |canvas| {
            draw_label(label, *gap, plot, canvas);
        });
    }
}

fn draw_label(label: &EndLabel, gap: f64, plot: &Plot, canvas: &mut Canvas) {
    let x = plot.right + gap;
    if let (true, Some(end)) = (gap == FAR, label.end) {
        let end_x = plot.left + end.0 * (plot.right - plot.left) + 3.0;
        let end_y = plot.bottom - end.1 * (plot.bottom - plot.top);
        let knee = plot.right.max(end_x) + 3.0;
        // Dotted inside the plot, where it could pass for data.
        let dots = if end_x < plot.right { " stroke-dasharray=\"1.5 4\"" } else { "" };
        canvas.put(format_args!(
            r#"<path d="M{} {}H{}L{} {}" fill="none" stroke="{}" stroke-width="1.2"{dots}/>"#,
            Px(end_x),
            Px(end_y),
            Px(knee),
            Px(x - 4.0),
            Px(label.y),
            label.stroke,
        ));
    }
    let first = label.y - label.height() / 2.0 + LINE / 2.0 + 0.35 * LABEL.size;
    for (i, line) in label.lines.iter().enumerate() {
        canvas.text(x, first + LINE * i as f64, Anchor::Start, label.font, line);
    }
}

fn label_lines(series: &Series) -> Vec<String> {
    wrap(&series.label, as_plain(NAME), WIDEST)
}

/// The label at the height of the last visible point. If none is visible, it stands at the edge with an arrow.
fn place(series: &Series, plot: &Plot) -> Option<EndLabel> {
    let fractions = || {
        let points = series.points.iter().rev();
        points.filter_map(|&(x, y)| Some((plot.x.fraction(x)?, plot.y.fraction(y)?)))
    };
    let inside = |v: f64| (-1e-9..=1.0 + 1e-9).contains(&v);
    let end = fractions().find(|&(x, y)| inside(x) && inside(y));
    let height = end.or_else(|| fractions().next())?.1;
    let mut lines = label_lines(series);
    match lines.last_mut()? {
        line if height > 1.0 + 1e-9 => line.push_str(" ↑"),
        line if height < -1e-9 => line.push_str(" ↓"),
        _ => {}
    }
    let colour = pick(series.colour);
    let font = Font { fill: colour.ink, ..NAME };
    Some(EndLabel {
        series: (series.colour, series.label.clone()),
        lines,
        font,
        stroke: colour.line,
        y: plot.bottom - height.clamp(0.0, 1.0) * (plot.bottom - plot.top),
        end,
    })
}

/// The positions nearest to the wanted `(middle, height)`, sorted by middle, at which no two overlap and all lie
/// between `top` and `bottom` if there is room.
///
/// With the heights above subtracted, "no overlap" means "never decreasing": the least-squares answer is isotonic
/// regression, by pooling neighbours that are out of order.
fn push_apart(wanted: &[(f64, f64)], top: f64, bottom: f64) -> Vec<f64> {
    let mut above = 0.0;
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for &(middle, height) in wanted {
        pools.push((middle - height / 2.0 - above, 1));
        above += height;
        while let [.., (a, n), (b, m)] = pools[..] {
            if a <= b {
                break;
            }
            let mean = (a * n as f64 + b * m as f64) / (n + m) as f64;
            pools.truncate(pools.len() - 2);
            pools.push((mean, n + m));
        }
    }
    let highest = (bottom - above).max(top);
    let mut starts =
        pools.into_iter().flat_map(|(start, n)| std::iter::repeat_n(start.clamp(top, highest), n));
    let mut above = 0.0;
    wanted
        .iter()
        .map(|&(middle, height)| {
            let y = starts.next().map_or(middle, |start| start + above + height / 2.0);
            above += height;
            y
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_room_stay_where_they_are() {
        assert_eq!(push_apart(&[(50.0, 20.0), (90.0, 20.0)], 0.0, 200.0), [50.0, 90.0]);
    }

    #[test]
    fn crowded_labels_share_the_displacement() {
        assert_eq!(push_apart(&[(50.0, 20.0), (52.0, 20.0)], 0.0, 200.0), [41.0, 61.0]);
    }

    #[test]
    fn labels_stay_beside_the_plot() {
        assert_eq!(push_apart(&[(0.0, 20.0), (0.0, 20.0)], 0.0, 200.0), [10.0, 30.0]);
        assert_eq!(push_apart(&[(200.0, 20.0), (200.0, 40.0)], 0.0, 200.0), [150.0, 180.0]);
    }
}
