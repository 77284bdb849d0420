//! SVG elements, written in order into a string.

use std::fmt::{self, Write};

use xxhash_rust::xxh3::xxh3_64;

use super::palette::BACKGROUND;
use super::theme::Theme;
use crate::text::escape;

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
pub(super) struct Canvas {
    body: String,
    /// How many clip rectangles there are.
    clips: usize,
    /// Whether series carry their values, for a page that shows them.
    interactive: bool,
}

impl Canvas {
    /// An empty body for a theme.
    pub(super) fn new(theme: Theme) -> Self {
        Self { interactive: theme == Theme::Page, ..Self::default() }
    }

    /// Draws the marks of a series. On a page they are a group with its name and, by position, its values.
    pub(super) fn series(
        &mut self,
        colour: usize,
        label: &str,
        points: impl Iterator<Item = ((f64, f64), (f64, f64))>,
        draw: impl FnOnce(&mut Self),
    ) {
        if !self.interactive {
            return draw(self);
        }
        let point = |((px, py), (x, y)): ((f64, f64), (f64, f64))| {
            // A category has no number.
            let x = if x.is_finite() { super::brief(x) } else { "-".into() };
            format!("{} {} {x} {}", Px(px), Px(py), super::brief(y))
        };
        let points: Vec<String> = points.map(point).collect();
        self.put(format_args!(
            r#"<g data-series="{colour}" data-label="{}" data-points="{}">"#,
            escape(label),
            points.join(";")
        ));
        draw(self);
        self.close();
    }

    /// As [`Canvas::series`], for a part of a figure that cannot be switched off and whose values are words.
    pub(super) fn fixed_series(
        &mut self,
        label: &str,
        points: impl Iterator<Item = ((f64, f64), String, String)>,
        draw: impl FnOnce(&mut Self),
    ) {
        if !self.interactive {
            return draw(self);
        }
        // Blanks and semicolons separate the values.
        let word = |text: &str| text.replace(' ', "\u{a0}").replace(';', ",");
        let point = |((px, py), x, y): ((f64, f64), String, String)| {
            format!("{} {} {} {}", Px(px), Px(py), word(&x), word(&y))
        };
        let points: Vec<String> = points.map(point).collect();
        self.put(format_args!(
            r#"<g data-series="0" data-fixed="" data-label="{}" data-points="{}">"#,
            escape(label),
            escape(&points.join(";"))
        ));
        draw(self);
        self.close();
    }

    /// Appends one line of markup.
    pub(super) fn put(&mut self, markup: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.body, "{markup}");
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

    /// Text that is turned by some degrees and ends at a place.
    pub(super) fn turned(&mut self, (x, y): (f64, f64), degrees: f64, font: Font, text: &str) {
        let (x, y) = (Px(x), Px(y));
        self.put(format_args!(
            r#"<text x="{x}" y="{y}" font-size="{}" fill="{}" text-anchor="end" transform="rotate({} {x} {y})">{}</text>"#,
            Px(font.size),
            font.fill,
            Px(degrees),
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
        self.clips += 1;
        let id = self.clip_id();
        self.put(format_args!(
            r#"<clipPath id="{id}"><rect x="{}" y="{}" width="{}" height="{}"/></clipPath>"#,
            Px(left),
            Px(top),
            Px(width),
            Px(height),
        ));
    }

    /// Opens a group inside the clip rectangle, with a tooltip.
    pub(super) fn clipped(&mut self, title: &str) {
        let id = self.clip_id();
        self.put(format_args!(r#"<g clip-path="url(#{id})" fill="none">"#));
        if !title.is_empty() {
            self.put(format_args!("<title>{}</title>", escape(title)));
        }
    }

    /// The id of the last clip rectangle.
    fn clip_id(&self) -> String {
        match self.clips {
            0 | 1 => format!("{ID}-plot"),
            n => format!("{ID}-plot{n}"),
        }
    }

    /// Draws a part elsewhere: all of its marks moved.
    pub(super) fn place(&mut self, (x, y): (f64, f64), draw: impl FnOnce(&mut Self)) {
        self.put(format_args!(r#"<g transform="translate({} {})">"#, Px(x), Px(y)));
        draw(self);
        self.close();
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, [x, y, width, height]: [f64; 4], fill: &str) {
        self.put(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" fill="{fill}"/>"#,
            Px(x),
            Px(y),
            Px(width),
            Px(height),
        ));
    }

    /// Diagonal lines over a rectangle.
    pub(super) fn hatch(&mut self, [x, y, width, height]: [f64; 4], stroke: &str) {
        const STEP: f64 = 9.0;
        let mut d = String::new();
        let mut start = STEP / 2.0;
        while start < width + height {
            // From the upper or right edge down to the left or lower one.
            let (x1, y1) = (x + start.min(width), y + (start - width).max(0.0));
            let (x2, y2) = (x + (start - height).max(0.0), y + start.min(height));
            let _ = write!(d, "M{} {}L{} {}", Px(x1), Px(y1), Px(x2), Px(y2));
            start += STEP;
        }
        self.put(format_args!(
            r#"<path d="{d}" stroke="{stroke}" stroke-width="1.2" stroke-opacity="0.55" fill="none"/>"#
        ));
    }

    /// Closes a group.
    pub(super) fn close(&mut self) {
        self.put(format_args!("</g>"));
    }

    /// The finished document of a size. Ids are derived from the content, so that several figures can share a page.
    pub(super) fn into_svg(
        self,
        (width, height): (f64, f64),
        title: &str,
        description: &str,
        theme: Theme,
    ) -> String {
        let (title, description) = (escape(title), escape(description));
        let hash = xxh3_64(format!("{title}\n{description}\n{}", self.body).as_bytes());
        let id = format!("fig-{hash:016x}");
        let (width, height) = (Px(width), Px(height));
        let body = self.body.replace(ID, &id);
        let mut svg = Self::default();
        svg.put(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id}-title {id}-desc" font-family="{FONT}">"#
        ));
        svg.put(format_args!(r#"<title id="{id}-title">{title}</title>"#));
        svg.put(format_args!(r#"<desc id="{id}-desc">{description}</desc>"#));
        svg.put(format_args!(r#"<rect width="{width}" height="{height}" fill="{BACKGROUND}"/>"#));
        svg.put(format_args!("{body}</svg>"));
        theme.apply(svg.body)
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
