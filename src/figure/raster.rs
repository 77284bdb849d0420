//! Figures as PNG.

use resvg::{tiny_skia, usvg};
use std::sync::Arc;
use thiserror::Error;

/// An SVG that cannot be turned into pixels.
#[derive(Debug, Error)]
pub enum RasterError {
    /// It is not SVG.
    #[error("the figure is not SVG: {0}")]
    Svg(#[from] usvg::Error),
    /// It is too large, or has no size.
    #[error("a picture of {width} × {height} pixels cannot be made")]
    Size {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The pixels could not be written as PNG.
    #[error("the picture cannot be written as PNG: {0}")]
    Png(String),
}

/// Parts of DejaVu Sans Condensed, made by `scripts/make-fonts`: a picture must not depend on what is installed.
const FONTS: [&[u8]; 2] = [
    include_bytes!("fonts/DejaVuSansCondensed-subset.ttf"),
    include_bytes!("fonts/DejaVuSansCondensed-Bold-subset.ttf"),
];

/// Both faces, as the subsets name them.
const FAMILY: &str = "DejaVu Sans Condensed";

/// Stands for a letter that the faces do not have.
const MISSING: char = '□';

/// Whether the faces have a letter: the list of `scripts/make-fonts`.
fn is_drawn(c: char) -> bool {
    matches!(c,
        '\0'..='~' | '\u{a0}'..='\u{17f}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{45f}' | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{203a}' | '\u{2070}'..='\u{209f}' | '€' | '\u{2190}'..='\u{2195}' | '\u{2200}'..='\u{222b}'
        | '≈' | '\u{2260}'..='\u{2265}' | '⋅' | '\u{25a0}'..='\u{25cf}')
}

/// Draws an SVG `width` pixels wide, with embedded fonts: the same bytes everywhere.
///
/// # Errors
///
/// When it is not SVG, or too large.
pub fn to_png(svg: &str, width: u32) -> Result<Vec<u8>, RasterError> {
    let mut options = usvg::Options { font_family: FAMILY.into(), ..usvg::Options::default() };
    let fonts = Arc::make_mut(&mut options.fontdb);
    for font in FONTS {
        fonts.load_font_data(font.to_vec());
    }
    fonts.set_sans_serif_family(FAMILY);
    let svg: String = svg.chars().map(|c| if is_drawn(c) { c } else { MISSING }).collect();
    let tree = usvg::Tree::from_str(&svg, &options)?;
    let scale = width as f32 / tree.size().width();
    let height = (tree.size().height() * scale).ceil() as u32;
    let size = RasterError::Size { width, height };
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or(size)?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| RasterError::Png(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Axis, Figure, Theme};

    #[test]
    fn a_picture_is_the_same_every_time_and_not_blank() {
        let figure = Figure {
            title: "η and ±".into(),
            x: Axis::linear("x"),
            y: Axis::linear("y"),
            ..Figure::default()
        };
        let light = to_png(&figure.to_svg(), 400).unwrap();
        assert_eq!(light, to_png(&figure.to_svg(), 400).unwrap());
        assert!(light.starts_with(b"\x89PNG"));
        assert_ne!(light, to_png(&figure.to_svg_in(Theme::Dark), 400).unwrap());
        // Words are drawn: without a title fewer bytes are needed.
        let mut untitled = figure.clone();
        untitled.title.clear();
        assert!(to_png(&untitled.to_svg(), 400).unwrap().len() < light.len());
    }

    #[test]
    fn what_is_not_svg_is_refused() {
        assert!(to_png("<p>no</p>", 100).is_err());
        assert!(to_png(&Figure::default().to_svg(), 0).is_err());
    }
}
