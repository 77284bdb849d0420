//! Small grey pictures in rows, each with words below it.

use super::canvas::{Anchor, Canvas, Px};
use super::layout::NOTE;
use super::page::{Drawing, Page, Words};
use std::fmt::Write;

/// Grey pictures of one width: digits, or the weights of feature maps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pictures {
    /// The heading.
    pub title: String,
    /// A second, smaller heading.
    pub subtitle: Option<String>,
    /// The pixels in a row of a picture, at least one.
    pub width: usize,
    /// The pictures in a row, at least one.
    pub columns: usize,
    /// The pictures, row by row.
    pub pictures: Vec<Picture>,
    /// Small print.
    pub note: Option<String>,
}

/// One of the [`Pictures`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// How dark each pixel is, from 0, white, to 1, black, row by row.
    pub shades: Vec<f64>,
    /// A short line below it.
    pub caption: String,
}

const GAP: f64 = 14.0;
/// A larger picture would show no more.
const LARGEST: f64 = 96.0;
/// In a smaller one nothing can be seen.
const LEAST: f64 = 76.0;
/// Greys that are told apart; finer ones would only make the file larger.
const GREYS: usize = 16;

impl Drawing for Pictures {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        [""; 2]
    }

    fn draw(&self, page: &mut Page) {
        let most = ((page.frame.room() + GAP) / (LEAST + GAP)) as usize;
        // In a wide figure as they were laid out, however small; in a narrow one as many as can be seen.
        let columns = if page.frame.is_narrow() { self.columns.min(most) } else { self.columns };
        let columns = columns.max(1);
        let side = ((page.frame.room() + GAP) / columns as f64 - GAP).min(LARGEST);
        let scale = side / self.width.max(1) as f64;
        page.cursor += 16.0;
        for row in self.pictures.chunks(columns) {
            let height = |picture: &Picture| scale * picture.rows(self.width) as f64;
            let highest = row.iter().map(height).fold(0.0, f64::max);
            for (i, picture) in row.iter().enumerate() {
                let x = page.frame.margin + (side + GAP) * i as f64;
                page.canvas.place((x, page.cursor), |canvas| {
                    picture.draw(self.width, scale, canvas);
                    let below = highest + 1.2 * NOTE.size;
                    canvas.text(side / 2.0, below, Anchor::Middle, NOTE, &picture.caption);
                });
            }
            page.cursor += highest + 2.2 * NOTE.size;
        }
    }

    fn description(&self) -> String {
        let captions: Vec<&str> = self.pictures.iter().map(|p| p.caption.as_str()).collect();
        format!("{} pictures: {}.", captions.len(), captions.join(", "))
    }
}

impl Picture {
    fn rows(&self, width: usize) -> usize {
        self.shades.len().div_ceil(width.max(1))
    }

    fn draw(&self, width: usize, scale: f64, canvas: &mut Canvas) {
        let size = [width, self.rows(width)].map(|pixels| scale * pixels as f64);
        // In words, as numbers of colours that a theme has it would exchange: paper is white in all of them.
        canvas.put(format_args!(
            r#"<rect width="{}" height="{}" fill="white" stroke="silver"/>"#,
            Px(size[0]),
            Px(size[1])
        ));
        canvas
            .put(format_args!(r#"<g transform="scale({scale:.4})" shape-rendering="crispEdges">"#));
        for (grey, path) in self.paths(width).iter().enumerate().skip(1) {
            let shade = 255 - 255 * grey / (GREYS - 1);
            if !path.is_empty() {
                canvas
                    .put(format_args!(r#"<path fill="rgb({shade},{shade},{shade})" d="{path}"/>"#));
            }
        }
        canvas.close();
    }

    /// A path a grey, of horizontal runs of pixels.
    fn paths(&self, width: usize) -> Vec<String> {
        let grey = |shade: f64| (shade.clamp(0.0, 1.0) * (GREYS - 1) as f64).round() as usize;
        let mut paths = vec![String::new(); GREYS];
        for (y, row) in self.shades.chunks(width.max(1)).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|&a, &b| grey(a) == grey(b)) {
                // Writing to a String cannot fail.
                let _ = write!(paths[grey(run[0])], "M{x} {y}h{0}v1h-{0}z", run.len());
                x += run.len();
            }
        }
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_in_a_run_of_its_grey() {
        let shades = vec![0.0, 1.0, 1.0, 1.0, f64::NAN, 0.5];
        let paths = Picture { shades, ..Picture::default() }.paths(3);
        assert_eq!(paths[0], "M0 0h1v1h-1zM1 1h1v1h-1z");
        assert_eq!(paths[8], "M2 1h1v1h-1z");
        assert_eq!(paths[15], "M1 0h2v1h-2zM0 1h1v1h-1z");
        assert_eq!(paths.iter().filter(|path| path.is_empty()).count(), GREYS - 3);
    }
}
