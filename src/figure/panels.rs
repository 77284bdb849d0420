//! Several small figures of lines side by side.

use super::domain::{Domain, Ends};
use super::layout::{Frame, LABEL, Layout};
use super::page::{Drawing, Page, Words};
use super::{Figure, LabelAt, legend};

/// Small multiples: figures of the same kind, with the same axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panels {
    /// The heading.
    pub title: String,
    /// A second, smaller heading.
    pub subtitle: Option<String>,
    /// The figures, row by row. Their titles are their captions; series of one name share a colour and stand once in
    /// the legend; their ranges are united.
    pub panels: Vec<Figure>,
    /// Small print.
    pub note: Option<String>,
    /// Whether they share their ranges.
    pub ranges: Ranges,
}

/// Whether the panels of a figure show the same thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ranges {
    /// The same axes, with one range each.
    #[default]
    Shared,
    /// What each panel shows is said by its title, and it has ranges of its own.
    Own,
}

const GAP: f64 = 18.0;
/// A narrower panel cannot be read.
const LEAST_WIDTH: f64 = 230.0;

impl Drawing for Panels {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        self.panels.first().map_or(["", ""], Figure::axes)
    }

    fn description(&self) -> String {
        let panels = self.panels.iter();
        let words = panels.map(|panel| format!("{}: {}", panel.title, panel.description()));
        words.collect::<Vec<_>>().join(" ")
    }

    fn draw(&self, page: &mut Page) {
        let (room, margin) = (page.frame.room(), page.frame.margin);
        let names = legend::arrange(&self.legend(), margin, room, &mut page.cursor);
        legend::draw(&names, &mut page.canvas);
        page.cursor += 8.0;
        if self.ranges == Ranges::Shared {
            page.write(self.axes()[1], LABEL);
        }
        page.cursor += 6.0;

        let most = ((room + GAP) / (LEAST_WIDTH + GAP)) as usize;
        // Four in a square, rather than three and one.
        let square = self.ranges == Ranges::Own && self.panels.len() == 4;
        let columns = if square { most.min(2) } else { self.panels.len().clamp(1, most) };
        let width = (room - GAP * (columns - 1) as f64) / columns as f64;
        let panels = self.with_one_range(columns);
        for row in panels.chunks(columns) {
            let frame = Frame::panel(width);
            let layouts = row.iter().map(|panel| Layout::new(panel, frame, frame.start()));
            let layouts: Vec<Layout> = layouts.collect();
            for (i, (panel, layout)) in row.iter().zip(&layouts).enumerate() {
                let x = margin + (width + GAP) * i as f64;
                page.canvas.place((x, page.cursor), |canvas| panel.draw_in(layout, canvas));
            }
            page.cursor += layouts.iter().map(|layout| layout.height).fold(0.0, f64::max);
        }
    }
}

impl Panels {
    /// A figure whose legend names every series once.
    fn legend(&self) -> Figure {
        let mut figure = Figure::default();
        for series in self.panels.iter().flat_map(|panel| &panel.series) {
            if series.label_at != LabelAt::Hidden
                && figure.series.iter().all(|s| s.label != series.label)
            {
                let mut named = series.clone();
                named.label_at = LabelAt::Legend;
                figure.series.push(named);
            }
        }
        for key in self.panels.iter().flat_map(|panel| &panel.key) {
            if !figure.key.contains(key) {
                figure.key.push(key.clone());
            }
        }
        figure
    }

    /// The panels with the same ranges, without what stands once for all.
    fn with_one_range(&self, columns: usize) -> Vec<Figure> {
        let Some(first) = self.panels.first() else {
            return Vec::new();
        };
        let x = self.panels.iter().flat_map(Figure::all_x);
        let y = self.panels.iter().flat_map(Figure::all_y);
        let x = Domain::settle(&first.x, x, Ends::Exact);
        let y = Domain::settle(&first.y, y, Ends::Round);
        let last_row = self.panels.len().saturating_sub(columns);
        // The name of a horizontal axis stands once, below the last panel of a column, unless the panels of some column
        // have different ones.
        let alike = self.panels.iter().zip(self.panels.iter().skip(columns));
        let alike = alike.clone().all(|(panel, below)| panel.x.label == below.x.label);
        let panel = |(i, panel): (usize, &Figure)| {
            let mut panel = panel.clone();
            if self.ranges == Ranges::Shared {
                panel.x.range = Some((x.low, x.high));
                panel.y.range = Some((y.low, y.high));
            }
            panel.y.label.clear();
            if i < last_row && (alike || self.ranges == Ranges::Shared) {
                panel.x.label.clear();
            }
            panel.key.clear();
            panel.note = None;
            panel.subtitle = None;
            for series in &mut panel.series {
                series.label_at = LabelAt::Hidden;
            }
            panel
        };
        self.panels.iter().enumerate().map(panel).collect()
    }
}
