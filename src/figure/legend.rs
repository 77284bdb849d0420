//! The legend: rows of entries above the plot.

use super::canvas::{Anchor, Canvas, Px};
use super::layout::LABEL;
use super::marks::{DASHED, DASHES, DOTS, SOLID, THIN, THIN_OPACITY, draw_point};
use super::palette::{NEUTRAL, pick};
use super::text::{width, wrap};
use super::{Figure, LabelAt, Mark, Marker, Stroke};

const SWATCH: f64 = 30.0;
const ROW: f64 = 24.0;
/// Between swatch and text, and between entries.
const GAP: f64 = 8.0;
const ENTRY_GAP: f64 = 24.0;

/// Placed entries.
pub(super) struct Legend(Vec<Entry>);

struct Entry {
    x: f64,
    /// The middle of the (first) row.
    y: f64,
    mark: Mark,
    stroke: &'static str,
    lines: Vec<String>,
}

/// Places the names of series and, from a new row on, the key, below `cursor`.
pub(super) fn arrange(figure: &Figure, left: f64, room: f64, cursor: &mut f64) -> Legend {
    let named = figure.series.iter().filter(|s| s.label_at == LabelAt::Legend);
    let names = named.map(|s| match s.style {
        Stroke::Solid => (Mark::Line, pick(s.colour).line, &s.label),
        Stroke::Dashed => (Mark::Dashed, pick(s.colour).ink, &s.label),
        Stroke::Dotted => (Mark::Dotted, pick(s.colour).line, &s.label),
    });
    let key = figure.key.iter().map(|k| (k.mark, NEUTRAL, &k.text));
    let mut entries = Vec::new();
    for group in [names.collect::<Vec<_>>(), key.collect()] {
        let mut x = f64::INFINITY;
        for (mark, stroke, text) in group {
            let text_room = room - SWATCH - GAP;
            let lines = wrap(text, LABEL.size, text_room);
            let widest = lines.iter().map(|l| width(l, LABEL.size)).fold(0.0, f64::max);
            if x + SWATCH + GAP + widest > left + room {
                x = left;
                *cursor += if entries.is_empty() { ROW + 4.0 } else { ROW };
            }
            let y = *cursor - ROW / 2.0;
            *cursor += ROW * lines.len().saturating_sub(1) as f64;
            entries.push(Entry { x, y, mark, stroke, lines });
            x += SWATCH + GAP + widest + ENTRY_GAP;
        }
    }
    Legend(entries)
}

pub(super) fn draw(legend: &Legend, canvas: &mut Canvas) {
    for entry in &legend.0 {
        draw_swatch(entry, canvas);
        let x = entry.x + SWATCH + GAP;
        for (i, line) in entry.lines.iter().enumerate() {
            let baseline = entry.y + ROW * i as f64 + 0.35 * LABEL.size;
            canvas.text(x, baseline, Anchor::Start, LABEL, line);
        }
    }
}

fn draw_swatch(entry: &Entry, canvas: &mut Canvas) {
    let Entry { x, y, stroke, .. } = *entry;
    let (width, extra) = match entry.mark {
        Mark::Band => {
            canvas.put(format_args!(
                r#"<rect x="{}" y="{}" width="{SWATCH}" height="14" fill="{stroke}" fill-opacity="0.3"/>"#,
                Px(x),
                Px(y - 7.0),
            ));
            return;
        }
        Mark::Point(shape) => {
            let marker = Marker { shape, ..Marker::default() };
            return draw_point(marker, (x + SWATCH / 2.0, y), stroke, stroke, canvas);
        }
        Mark::Line => (SOLID, String::new()),
        Mark::Dashed => (DASHED, format!(" stroke-dasharray=\"{DASHES}\"")),
        Mark::Dotted => (SOLID, format!(" stroke-dasharray=\"{DOTS}\"")),
        Mark::Thin => (THIN, format!(" stroke-opacity=\"{}\"", THIN_OPACITY * 2.0)),
    };
    canvas.put(format_args!(
        r#"<path d="M{} {}h{SWATCH}" stroke="{stroke}" stroke-width="{width}"{extra}/>"#,
        Px(x),
        Px(y),
    ));
}
