//! Grid, ticks and the base line.

use super::canvas::{Anchor, Canvas};
use super::layout::{LABEL, Layout};
use super::palette::{FAINT_GRID, GRID, NEUTRAL};
use super::text::width;
use super::ticks::Tick;

/// Draws everything that lies behind the data.
pub(super) fn draw(layout: &Layout, canvas: &mut Canvas) {
    let plot = &layout.plot;
    let shade = |tick: &Tick| {
        if tick.label.is_empty() { FAINT_GRID } else { GRID }
    };
    for tick in &layout.x_ticks {
        let Some(x) = plot.x(tick.value) else {
            continue;
        };
        canvas.line((x, plot.top), (x, plot.bottom), shade(tick), 1.0);
    }
    for tick in &layout.y_ticks {
        let Some(y) = plot.y(tick.value) else {
            continue;
        };
        canvas.line((plot.left, y), (plot.right, y), shade(tick), 1.0);
    }
    canvas.line((plot.left, plot.bottom), (plot.right, plot.bottom), NEUTRAL, 1.2);
    for tick in layout.x_ticks.iter().filter(|t| !t.label.is_empty()) {
        let Some(x) = plot.x(tick.value) else {
            continue;
        };
        canvas.line((x, plot.bottom), (x, plot.bottom + 5.0), NEUTRAL, 1.2);
        // A wide number at an end of the axis moves inwards rather than off the page.
        let edge = width(&tick.label, LABEL.size) / 2.0 + 4.0;
        canvas.text(
            x.min(layout.frame.width - edge).max(edge),
            plot.bottom + 8.0 + LABEL.size,
            Anchor::Middle,
            LABEL,
            &tick.label,
        );
    }
    for tick in layout.y_ticks.iter().filter(|t| !t.label.is_empty()) {
        let Some(y) = plot.y(tick.value) else {
            continue;
        };
        let baseline = y + 0.35 * LABEL.size;
        canvas.text(plot.left - 8.0, baseline, Anchor::End, LABEL, &tick.label);
    }
}
