//! SVG elements, written in order into a string.

use std::fmt::{self, Write};

use xxhash_rust::xxh3::xxh3_64;

use super::palette::BACKGROUND;
use super::text::escape;

/// The width of every figure in its own units; the height follows from the content.
pub(super) const WIDTH: f64 = 800.0;

const FONT: &str =
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Liberation Sans',Arial,sans-serif";
/// Stands for the hash of the body until the body is complete. Escaped text cannot contain it.
const ID: &str = "<id>";

/// A coordinate, rounded so that the last bits of a computation never show in the file.
pub(super) struct Px(pub f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Beyond this nothing is visible, and renderers that compute in f32 go astray.
        let fixed = format!("{:.2}", self.0.clamp(-1e5, 1e5));
        let short = fixed.trim_end_matches('0').trim_end_matches('.');
        f.write_str(if short == "-0" { "0" } else { short })
    }
}

/// Where a text is anchored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct Font {
    pub size: f64,
    pub bold: bool,
    pub fill: &'static str,
}

/// An SVG body under construction.
#[derive(Default)]
pub(super) struct Canvas(String);

impl Canvas {
    /// Appends one line of markup.
    pub(super) fn put(&mut self, markup: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{markup}");
    }

    /// Text with its baseline at `y`.
    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, font: Font, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if font.bold { " font-weight=\"600\"" } else { "" };
        self.put(format_args!(
            r#"<text x="{}" y="{}" font-size="{}" fill="{}"{anchor}{weight}>{}</text>"#,
            Px(x),
            Px(y),
            Px(font.size),
            font.fill,
            escape(text),
        ));
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str, width: f64) {
        self.put(format_args!(
            r#"<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{stroke}" stroke-width="{}"/>"#,
            Px(from.0),
            Px(from.1),
            Px(to.0),
            Px(to.1),
            Px(width),
        ));
    }

    /// A rectangle that marks drawn in a group with [`Canvas::clipped`] cannot leave.
    pub(super) fn clip(&mut self, left: f64, top: f64, width: f64, height: f64) {
        self.put(format_args!(
            r#"<clipPath id="{ID}-plot"><rect x="{}" y="{}" width="{}" height="{}"/></clipPath>"#,
            Px(left),
            Px(top),
            Px(width),
            Px(height),
        ));
    }

    /// Opens a group inside the clip rectangle, with a tooltip.
    pub(super) fn clipped(&mut self, title: &str) {
        self.put(format_args!(r#"<g clip-path="url(#{ID}-plot)" fill="none">"#));
        if !title.is_empty() {
            self.put(format_args!("<title>{}</title>", escape(title)));
        }
    }

    /// Closes a group.
    pub(super) fn close(&mut self) {
        self.put(format_args!("</g>"));
    }

    /// The finished document. Ids are derived from the content, so that several figures can share a page.
    pub(super) fn into_svg(self, height: f64, title: &str, description: &str) -> String {
        let (title, description) = (escape(title), escape(description));
        let hash = xxh3_64(format!("{title}\n{description}\n{}", self.0).as_bytes());
        let id = format!("fig-{hash:016x}");
        let (width, height) = (Px(WIDTH), Px(height));
        let body = self.0.replace(ID, &id);
        let mut svg = Self::default();
        svg.put(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc" font-family="{FONT}">"#
        ));
        svg.put(format_args!(r#"<title id="{id}-title">{title}</title>"#));
        svg.put(format_args!(r#"<desc id="{id}-desc">{description}</desc>"#));
        svg.put(format_args!(r#"<rect width="{width}" height="{height}" fill="{BACKGROUND}"/>"#));
        svg.put(format_args!("{body}</svg>"));
        svg.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_never_negative_zero() {
        let show = |v| Px(v).to_string();
        assert_eq!(show(1.0), "1");
        assert_eq!(show(10.0), "10");
        assert_eq!(show(1.005_1), "1.01");
        assert_eq!(show(-0.001), "0");
        assert_eq!(show(f64::MAX), "100000");
    }
}
