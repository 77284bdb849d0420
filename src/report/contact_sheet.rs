use crate::text::escape;
use std::fmt::Write;

/// A picture of a [contact sheet](contact_sheet) with what is written below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The pixels row by row, 0 for the background.
    pub pixels: Vec<u8>,
    /// Two short lines.
    pub caption: [String; 2],
}

/// The pictures of a row.
const COLUMNS: usize = 8;
/// The sizes of a picture and of the space that belongs to it, in SVG units.
const SIDE: f64 = 84.0;
const CELL: [f64; 2] = [100.0, 132.0];
const MARGIN: f64 = 16.0;
const HEADING: f64 = 64.0;
/// Greys that are told apart; finer ones would only make the file larger.
const GREYS: usize = 16;

/// Pictures of `columns` pixels a row in rows of eight, dark on white, as SVG.
///
/// # Panics
///
/// When `columns` is 0.
pub fn contact_sheet(title: &str, subtitle: &str, columns: usize, pictures: &[Picture]) -> String {
    let rows = pictures.len().div_ceil(COLUMNS);
    let width = 2.0 * MARGIN + CELL[0] * COLUMNS as f64;
    let height = HEADING + MARGIN + CELL[1] * rows as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"Helvetica, Arial, sans-serif\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"{MARGIN}\" y=\"28\" font-size=\"20\" font-weight=\"bold\" fill=\"#222222\">{}\
         </text>\n<text x=\"{MARGIN}\" y=\"48\" font-size=\"13\" fill=\"#555555\">{}</text>\n",
        escape(title),
        escape(subtitle)
    );
    for (i, picture) in pictures.iter().enumerate() {
        let x = MARGIN + CELL[0] * (i % COLUMNS) as f64;
        let y = HEADING + CELL[1] * (i / COLUMNS) as f64;
        let scale = SIDE / columns.max(picture.pixels.len().div_ceil(columns)) as f64;
        writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" \
             stroke=\"#cccccc\"/>\n<g transform=\"translate({x} {y}) scale({scale})\" \
             shape-rendering=\"crispEdges\">{}</g>",
            greys(&picture.pixels, columns)
        )
        .expect(IN_MEMORY);
        for (line, (text, colour)) in picture.caption.iter().zip(["#222222", "#555555"]).enumerate()
        {
            let y = y + SIDE + 15.0 + 15.0 * line as f64;
            writeln!(
                svg,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"12\" fill=\"{colour}\">{}</text>",
                escape(text)
            )
            .expect(IN_MEMORY);
        }
    }
    svg + "</svg>\n"
}

const IN_MEMORY: &str = "writing to a String cannot fail";

/// One path a grey, of horizontal runs of pixels.
fn greys(pixels: &[u8], columns: usize) -> String {
    let level = |pixel: u8| usize::from(pixel) * (GREYS - 1) / 255;
    let mut paths = vec![String::new(); GREYS];
    for (y, row) in pixels.chunks(columns).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|&a, &b| level(a) == level(b)) {
            write!(paths[level(run[0])], "M{x} {y}h{0}v1h-{0}z", run.len()).expect(IN_MEMORY);
            x += run.len();
        }
    }
    let mut svg = String::new();
    for (grey, path) in paths.iter().enumerate().skip(1).filter(|(_, path)| !path.is_empty()) {
        let shade = 255 - 255 * grey / (GREYS - 1);
        write!(svg, "<path fill=\"#{shade:02x}{shade:02x}{shade:02x}\" d=\"{path}\"/>")
            .expect(IN_MEMORY);
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_pixel_is_in_a_run() {
        assert_eq!(
            greys(&[0, 255, 255, 255, 0, 128], 3),
            "<path fill=\"#888888\" d=\"M2 1h1v1h-1z\"/>\
             <path fill=\"#000000\" d=\"M1 0h2v1h-2zM0 1h1v1h-1z\"/>"
        );
    }

    #[test]
    fn a_sheet_has_its_pictures_and_captions() {
        let picture = |i: usize| Picture {
            pixels: vec![255; 4],
            caption: [format!("<{i}>"), "a & b".into()],
        };
        let pictures: Vec<_> = (0..9).map(picture).collect();
        let svg = contact_sheet("Worst", "of all", 2, &pictures);
        assert_eq!(svg.matches("<g ").count(), 9);
        assert!(svg.contains("&lt;8&gt;") && svg.contains("a &amp; b") && !svg.contains("<8>"));
        assert!(contact_sheet("None", "", 2, &[]).ends_with("</svg>\n"));
    }
}
