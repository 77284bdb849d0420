//! Several figures of any kind beneath one another.

use super::Chart;
use super::canvas::{Anchor, Font};
use super::layout::{SUBTITLE, TITLE};
use super::page::{Drawing, Page, Words};

/// Figures that belong together and share no axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stack {
    /// The heading of all.
    pub title: String,
    /// A second, smaller heading.
    pub subtitle: Option<String>,
    /// The figures, with headings and notes of their own.
    pub charts: Vec<Chart>,
    /// Small print.
    pub note: Option<String>,
}

/// Between a figure and the heading of the next.
const GAP: f64 = 26.0;
/// The heading of one of them.
const HEADING: Font = Font { size: 19.0, ..TITLE };

impl Drawing for Stack {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        self.charts.first().map_or(["", ""], Chart::axes)
    }

    fn draw(&self, page: &mut Page) {
        for chart in &self.charts {
            let drawing = chart.drawing();
            let Words { title, subtitle, note } = drawing.words();
            page.cursor += GAP;
            page.write(title, HEADING);
            page.write(subtitle.unwrap_or(""), SUBTITLE);
            drawing.draw(page);
            // What is below a plot is measured from there.
            page.cursor += std::mem::take(&mut page.origin);
            let note = page.frame.foot(note, &mut page.cursor);
            note.draw(page.frame.margin, Anchor::Start, &mut page.canvas);
        }
    }

    fn description(&self) -> String {
        let parts = self.charts.iter().map(|chart| {
            let drawing = chart.drawing();
            format!("{}: {}", drawing.words().title, drawing.description())
        });
        parts.collect::<Vec<_>>().join(" ")
    }
}
