//! Pictures in PNG files as images of a data set.

use super::palette::check_palettes;
use super::transparency::{Behind, flattened};
use crate::input::{printable, read_bytes};
use image::imageops::{FilterType, overlay, resize};
use image::{GrayImage, ImageFormat, ImageReader, Limits, Luma};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Whether dark and light change places, so that the digit is light on a dark ground as in MNIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Invert {
    /// If the border is lighter than the middle grey
    Auto,
    /// Always
    Yes,
    /// Never
    No,
}

/// A picture that cannot be read.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The file cannot be opened.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no PNG, or a damaged or too large one.
    #[error("{path}: not a PNG picture of at most 10000 x 10000 pixels: {problem}")]
    Decode {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is nothing on it.
    #[error(
        "{path}: a blank picture: {}; expected a digit, whose shades differ by {CONTRAST} or more",
        match contrast {
            0 => "all of it has one shade".into(),
            _ => format!("its shades differ by {contrast} of 255"),
        }
    )]
    Blank {
        /// The file.
        path: PathBuf,
        /// By how much its lightest pixel is lighter than its darkest, once it has the size asked for.
        contrast: u8,
    },
}

/// A picture as a network sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Grey pixels, row by row.
    pub pixels: Vec<u8>,
    /// What its transparent parts were taken as, if it has any.
    pub behind: Option<Behind>,
}

/// The longest side of a picture, the most bytes of its file, and the most memory that decoding may take.
const LONGEST: u32 = 10_000;
const LARGEST: u64 = 256 << 20;
const MEMORY: u64 = 1 << 30;

/// A picture whose shades differ by less is a blank one.
const CONTRAST: u8 = 32;

/// Reads a PNG picture as `side` x `side` grey pixels, row by row: transparent parts are black behind
/// light ink and white behind dark, colours become grey, the longer side becomes `side` and the shorter
/// one is padded with the ground. A picture of that size already keeps its pixels.
///
/// # Errors
///
/// When the file cannot be read or is no PNG, a damaged or a huge one: of more than 256 MiB, or with a side
/// of more than 10,000 pixels. And when it is blank.
pub fn read_picture(path: &Path, side: u32, invert: Invert) -> Result<Drawing, PictureError> {
    let bytes = read_bytes(path, LARGEST)
        .map_err(|source| PictureError::Read { path: path.into(), source })?;
    check_palettes(&bytes)
        .map_err(|problem| PictureError::Decode { path: path.into(), problem })?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST), Some(LONGEST));
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| PictureError::Decode {
        path: path.into(),
        problem: printable(&error.to_string()),
    })?;
    let (mut grey, behind) = flattened(&picture.to_luma_alpha8());
    let light = match invert {
        Invert::Auto => border(&grey) > 127.5,
        Invert::Yes => true,
        Invert::No => false,
    };
    if light {
        grey.pixels_mut().for_each(|pixel| pixel.0[0] = 255 - pixel.0[0]);
    }
    let pixels = fitted(&grey, side).into_raw();
    let (darkest, lightest) = (pixels.iter().min(), pixels.iter().max());
    let contrast = lightest.zip(darkest).map_or(0, |(lightest, darkest)| lightest - darkest);
    match contrast < CONTRAST {
        true => Err(PictureError::Blank { path: path.into(), contrast }),
        false => Ok(Drawing { pixels, behind }),
    }
}

/// The mean grey of the outermost pixels.
fn border(picture: &GrayImage) -> f64 {
    let (width, height) = picture.dimensions();
    let outermost = picture
        .enumerate_pixels()
        .filter(|&(x, y, _)| x == 0 || y == 0 || x + 1 == width || y + 1 == height);
    let (mut sum, mut count) = (0.0, 0.0);
    for (_, _, pixel) in outermost {
        sum += f64::from(pixel.0[0]);
        count += 1.0;
    }
    sum / count
}

/// The picture resized to fit a square, in its middle.
fn fitted(picture: &GrayImage, side: u32) -> GrayImage {
    if picture.dimensions() == (side, side) {
        return picture.clone();
    }
    let (width, height) = picture.dimensions();
    let longest = f64::from(width.max(height));
    let scaled = |n: u32| (f64::from(n) * f64::from(side) / longest).round().max(1.0) as u32;
    let small = resize(picture, scaled(width), scaled(height), FilterType::Triangle);
    let ground = border(picture).round() as u8;
    let mut square = GrayImage::from_pixel(side, side, Luma([ground]));
    let middle = |n: u32| i64::from((side - n) / 2);
    overlay(&mut square, &small, middle(small.width()), middle(small.height()));
    square
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, Rgba, RgbaImage};
    use tempfile::TempDir;

    fn read(picture: impl Into<DynamicImage>, side: u32, invert: Invert) -> Vec<u8> {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("p.png");
        picture.into().save(&path).unwrap();
        read_picture(&path, side, invert).unwrap().pixels
    }

    #[test]
    fn a_picture_of_the_right_size_keeps_its_pixels() {
        let pixels: Vec<u8> = (0..9).map(|i| i * 10).collect();
        let picture = GrayImage::from_raw(3, 3, pixels.clone()).unwrap();
        assert_eq!(read(picture.clone(), 3, Invert::Auto), pixels);
        let inverted: Vec<u8> = pixels.iter().map(|p| 255 - p).collect();
        assert_eq!(read(picture, 3, Invert::Yes), inverted);
    }

    #[test]
    fn dark_on_light_is_inverted_and_transparent_is_white() {
        let mut picture = RgbaImage::from_pixel(3, 3, Rgba([0, 0, 0, 0]));
        picture.put_pixel(1, 1, Rgba([0, 0, 0, 255]));
        assert_eq!(read(picture.clone(), 3, Invert::Auto), [0, 0, 0, 0, 255, 0, 0, 0, 0]);
        let as_it_is = read(picture, 3, Invert::No);
        assert_eq!(as_it_is, [255, 255, 255, 255, 0, 255, 255, 255, 255]);
    }

    #[test]
    fn other_sizes_are_fitted_into_the_square() {
        let wide = GrayImage::from_pixel(40, 20, Luma([200]));
        // The ground is that of the border.
        assert_eq!(fitted(&wide, 4).into_raw(), [200; 16]);
        let mut dot = GrayImage::new(30, 60);
        for (x, y) in (10..20).flat_map(|x| (20..40).map(move |y| (x, y))) {
            dot.put_pixel(x, y, Luma([250]));
        }
        let pixels = read(dot, 6, Invert::Auto);
        assert!(pixels[2 * 6 + 2] > 100 && pixels[0] == 0 && pixels[5] == 0, "{pixels:?}");
    }

    #[test]
    fn a_blank_picture_is_refused() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("p.png");
        let problem = |picture: DynamicImage| {
            picture.save(&path).unwrap();
            read_picture(&path, 28, Invert::Auto).unwrap_err().to_string()
        };
        for shade in [0, 100, 255] {
            let message = problem(GrayImage::from_pixel(50, 40, Luma([shade])).into());
            assert!(
                message.contains("p.png: a blank picture: all of it has one shade"),
                "{message}"
            );
        }
        let noise = GrayImage::from_fn(28, 28, |x, y| Luma([200 + ((x * y) % 7) as u8]));
        let message = problem(noise.into());
        assert!(message.contains("its shades differ by 6 of 255"), "{message}");
        let message = problem(RgbaImage::from_pixel(9, 9, Rgba([0, 99, 0, 0])).into());
        assert!(message.contains("one shade"), "{message}");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("p.png");
        let problem = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let message = read_picture(&path, 28, Invert::Auto).unwrap_err().to_string();
            assert!(message.contains("p.png: not a PNG") && !message.contains('\n'), "{message}");
        };
        problem(b"");
        problem(b"junk");
        GrayImage::new(9, 9).save(&path).unwrap();
        let valid = std::fs::read(&path).unwrap();
        // The chunk that ends a file is not missed.
        for length in 0..valid.len() - 12 {
            problem(&valid[..length]);
        }
        // 2^31 - 1 pixels wide, with the checksum that belongs to it.
        let mut huge = valid;
        huge[16..20].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
        problem(&huge);
        assert!(read_picture(&directory.path().join("none.png"), 28, Invert::Auto).is_err());
    }
}
