//! What every figure of its own has around what it shows: title, subtitle, note, margins.

use super::Theme;
use super::canvas::{Anchor, Canvas, Font};
use super::layout::{Block, Frame, SUBTITLE, TITLE, Width};

/// A figure of its own, of any kind.
pub(super) trait Drawing {
    /// What stands above and below it.
    fn words(&self) -> Words<'_>;
    /// What its two axes, or its categories and what is measured of them, are called.
    fn axes(&self) -> [&str; 2];
    /// The figure in words, for readers who cannot see it.
    fn description(&self) -> String;
    /// Draws what stands between subtitle and note.
    fn draw(&self, page: &mut Page);
}

/// The words above and below a figure.
pub(super) struct Words<'a> {
    pub title: &'a str,
    pub subtitle: Option<&'a str>,
    pub note: Option<&'a str>,
}

/// A figure under construction, from top to bottom.
pub(super) struct Page {
    pub canvas: Canvas,
    /// Its width and margins.
    pub frame: Frame,
    /// What the cursor is measured from.
    pub origin: f64,
    /// How far it is filled.
    pub cursor: f64,
}

impl Page {
    /// Writes lines across the page.
    pub(super) fn write(&mut self, text: &str, font: Font) {
        let lines = Block::stack(text, font, self.frame.room(), &mut self.cursor);
        lines.draw(self.frame.margin, Anchor::Start, &mut self.canvas);
    }

    /// Writes lines around a column, or as near to it as the page allows.
    pub(super) fn write_around(&mut self, middle: f64, text: &str, font: Font) {
        let lines = Block::stack(text, font, self.frame.room(), &mut self.cursor);
        let edge = self.frame.margin + lines.widest() / 2.0;
        let middle = middle.min(self.frame.width - edge).max(edge);
        lines.draw(middle, Anchor::Middle, &mut self.canvas);
    }
}

/// Draws a figure as one `<svg>` element.
pub(super) fn svg(figure: &dyn Drawing, theme: Theme, width: Width) -> String {
    let Words { title, subtitle, note } = figure.words();
    let canvas = Canvas::new(theme);
    let frame = Frame::whole(width);
    let mut page = Page { canvas, frame, origin: 0.0, cursor: frame.start() };
    page.write(title, TITLE);
    page.write(subtitle.unwrap_or(""), SUBTITLE);
    figure.draw(&mut page);
    let mut note = frame.foot(note, &mut page.cursor);
    note.shift(page.origin);
    note.draw(frame.margin, Anchor::Start, &mut page.canvas);
    let height = (page.origin + page.cursor).round();
    page.canvas.into_svg((frame.width, height), title, &figure.description(), theme)
}
