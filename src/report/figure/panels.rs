//! Several small figures of lines side by side.

use super::canvas::{Anchor, Canvas, WIDTH};
use super::domain::{Domain, Ends};
use super::layout::{Block, Frame, LABEL, Layout, MARGIN, NOTE, SUBTITLE, TITLE};
use super::{Figure, LabelAt, Theme, legend};

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
}

const GAP: f64 = 18.0;
/// A narrower panel cannot be read.
const LEAST_WIDTH: f64 = 230.0;

impl Panels {
    /// The `<svg>` element in the colours of a theme.
    pub fn to_svg_in(&self, theme: Theme) -> String {
        let mut canvas = Canvas::new(theme);
        let room = WIDTH - 2.0 * MARGIN;
        let mut cursor = MARGIN - 8.0;
        for (text, font) in
            [(self.title.as_str(), TITLE), (self.subtitle.as_deref().unwrap_or(""), SUBTITLE)]
        {
            Block::stack(text, font, room, &mut cursor).draw(MARGIN, Anchor::Start, &mut canvas);
        }
        let names = legend::arrange(&self.legend(), MARGIN, room, &mut cursor);
        legend::draw(&names, &mut canvas);
        cursor += 8.0;
        if let Some(first) = self.panels.first() {
            let name = Block::stack(&first.y.label, LABEL, room, &mut cursor);
            name.draw(MARGIN, Anchor::Start, &mut canvas);
        }
        cursor += 6.0;

        let most = ((room + GAP) / (LEAST_WIDTH + GAP)) as usize;
        let columns = self.panels.len().clamp(1, most);
        let width = (room - GAP * (columns - 1) as f64) / columns as f64;
        let panels = self.with_one_range(columns);
        for row in panels.chunks(columns) {
            let layouts = row.iter().map(|panel| Layout::new(panel, Frame::panel(width)));
            let layouts: Vec<Layout> = layouts.collect();
            for (i, (panel, layout)) in row.iter().zip(&layouts).enumerate() {
                let x = MARGIN + (width + GAP) * i as f64;
                canvas.place((x, cursor), |canvas| panel.draw(layout, canvas));
            }
            cursor += layouts.iter().map(|layout| layout.height).fold(0.0, f64::max);
        }
        cursor += 6.0;
        let note = Block::stack(self.note.as_deref().unwrap_or(""), NOTE, room, &mut cursor);
        note.draw(MARGIN, Anchor::Start, &mut canvas);
        let description =
            self.panels.iter().map(|panel| format!("{}: {}", panel.title, panel.description()));
        let description = description.collect::<Vec<_>>().join(" ");
        canvas.into_svg((cursor + MARGIN - 8.0).round(), &self.title, &description, theme)
    }

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
        figure.key = self.panels.first().map(|panel| panel.key.clone()).unwrap_or_default();
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
        let panel = |(i, panel): (usize, &Figure)| {
            let mut panel = panel.clone();
            panel.x.range = Some((x.low, x.high));
            panel.y.range = Some((y.low, y.high));
            panel.y.label.clear();
            if i < last_row {
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
