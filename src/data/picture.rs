//! Pictures in PNG files as images of a data set.

use super::decode::decode;
use super::digits::{self, Digit};
use super::pixels::Pixels;
use super::resize::resized;
use super::transparency::{Behind, flattened};
use crate::input::{printable, read_bytes};
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
    /// There is no digit on it.
    #[error("{path}: no digit found: {why}")]
    NoDigit {
        /// The file.
        path: PathBuf,
        /// What there is.
        why: String,
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

/// The most bytes of the file of a picture.
const LARGEST: u64 = 256 << 20;

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
    let picture = open(path)?;
    let (mut grey, behind) = flattened(&picture);
    let light = match invert {
        Invert::Auto => border(&grey) > 127.5,
        Invert::Yes => true,
        Invert::No => false,
    };
    if light {
        grey.pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }
    let pixels = fitted(&grey, side as usize).pixels;
    let (darkest, lightest) = (pixels.iter().min(), pixels.iter().max());
    let contrast = lightest.zip(darkest).map_or(0, |(lightest, darkest)| lightest - darkest);
    match contrast < CONTRAST {
        true => Err(PictureError::Blank { path: path.into(), contrast }),
        false => Ok(Drawing { pixels, behind }),
    }
}

/// Reads a PNG picture of one digit or several, and makes images of them as MNIST's were made, 28 x 28 pixels each, from left to
/// right. The ground is estimated from the border, so it may be light, dark or shaded; of transparent parts it is the ground,
/// whatever the ink. Parts that stand above one another are one digit. A picture that is framed as those of MNIST keeps its
/// pixels. There is at least one digit.
///
/// # Errors
///
/// Those of [`read_picture`], and when there is no digit on it.
pub fn read_digits(path: &Path, invert: Invert) -> Result<Vec<Digit>, PictureError> {
    let no_digit = |why| PictureError::NoDigit { path: path.into(), why };
    digits::digits(&open(path)?, invert).map_err(no_digit)
}

/// The shades and opacities of a file.
fn open(path: &Path) -> Result<Pixels<[u8; 2]>, PictureError> {
    let bytes = read_bytes(path, LARGEST)
        .map_err(|source| PictureError::Read { path: path.into(), source })?;
    decode(&bytes)
        .map_err(|problem| PictureError::Decode { path: path.into(), problem: printable(&problem) })
}

/// The mean grey of the outermost pixels.
pub(super) fn border(picture: &Pixels<u8>) -> f64 {
    let outermost = picture
        .places()
        .filter(|&(x, y, _)| x == 0 || y == 0 || x + 1 == picture.width || y + 1 == picture.height);
    let (mut sum, mut count) = (0.0, 0.0);
    for (_, _, pixel) in outermost {
        sum += f64::from(pixel);
        count += 1.0;
    }
    sum / count
}

/// The picture resized to fit a square, in its middle.
fn fitted(picture: &Pixels<u8>, side: usize) -> Pixels<u8> {
    let (width, height) = (picture.width, picture.height);
    if (width, height) == (side, side) {
        return picture.clone();
    }
    let longest = width.max(height) as f64;
    let scaled = |n: usize| (n as f64 * side as f64 / longest).round().max(1.0) as usize;
    let small = resized(picture, scaled(width), scaled(height));
    let ground = border(picture).round() as u8;
    let (left, above) = ((side - small.width) / 2, (side - small.height) / 2);
    Pixels::from_fn(side, side, |x, y| match (x.checked_sub(left), y.checked_sub(above)) {
        (Some(x), Some(y)) if x < small.width && y < small.height => small.at(x, y),
        _ => ground,
    })
}

#[cfg(test)]
mod tests {
    use super::super::png_file::File;
    use super::*;
    use tempfile::TempDir;

    fn read(picture: &File, side: u32, invert: Invert) -> Vec<u8> {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("p.png");
        std::fs::write(&path, picture.bytes()).unwrap();
        read_picture(&path, side, invert).unwrap().pixels
    }

    /// A picture of shades and opacities.
    fn with_opacity(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u16; 2]) -> File {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let samples = places.flat_map(|(x, y)| pixel(x, y)).collect();
        File { samples, ..File::noise([width, height], (4, 8), false, false) }
    }

    #[test]
    fn a_picture_of_the_right_size_keeps_its_pixels() {
        let pixels: Vec<u8> = (0..9).map(|i| i * 10).collect();
        let picture = File::grey(3, 3, |x, y| pixels[(3 * y + x) as usize]);
        assert_eq!(read(&picture, 3, Invert::Auto), pixels);
        let inverted: Vec<u8> = pixels.iter().map(|p| 255 - p).collect();
        assert_eq!(read(&picture, 3, Invert::Yes), inverted);
    }

    #[test]
    fn dark_on_light_is_inverted_and_transparent_is_white() {
        let picture = with_opacity(3, 3, |x, y| [0, if (x, y) == (1, 1) { 255 } else { 0 }]);
        assert_eq!(read(&picture, 3, Invert::Auto), [0, 0, 0, 0, 255, 0, 0, 0, 0]);
        let as_it_is = read(&picture, 3, Invert::No);
        assert_eq!(as_it_is, [255, 255, 255, 255, 0, 255, 255, 255, 255]);
    }

    #[test]
    fn other_sizes_are_fitted_into_the_square() {
        let wide = Pixels::from_fn(40, 20, |_, _| 200);
        // The ground is that of the border.
        assert_eq!(fitted(&wide, 4).pixels, [200; 16]);
        let is_dot = |x, y| (10..20).contains(&x) && (20..40).contains(&y);
        let dot = File::grey(30, 60, |x, y| if is_dot(x, y) { 250 } else { 0 });
        let pixels = read(&dot, 6, Invert::Auto);
        assert!(pixels[2 * 6 + 2] > 100 && pixels[0] == 0 && pixels[5] == 0, "{pixels:?}");
    }

    /// Colour, bits a sample, whether some of it is transparent; and what a picture of 5 x 4 pixels is as one of 4 x 4.
    #[rustfmt::skip]
    const NOISE: [(u8, u8, bool, [u8; 16]); 26] = [
        (0, 1, false, [64, 255, 151, 210, 64, 255, 255, 159, 19, 151, 151, 19, 91, 91, 91, 91]),
        (0, 2, false, [208, 191, 186, 91, 96, 181, 181, 191, 57, 240, 176, 202, 164, 164, 164, 164]),
        (0, 4, false, [122, 27, 28, 110, 106, 86, 130, 55, 93, 147, 180, 185, 107, 107, 107, 107]),
        (0, 8, false, [168, 115, 104, 128, 162, 152, 109, 116, 182, 130, 118, 46, 128, 128, 128, 128]),
        (0, 16, false, [55, 116, 129, 157, 158, 158, 134, 130, 116, 201, 177, 76, 128, 128, 128, 128]),
        (2, 8, false, [134, 80, 166, 146, 107, 137, 170, 96, 102, 168, 170, 78, 118, 118, 118, 118]),
        (2, 16, false, [159, 98, 172, 187, 155, 91, 128, 143, 155, 85, 107, 87, 143, 143, 143, 143]),
        (3, 1, false, [212, 191, 191, 147, 194, 227, 227, 194, 147, 191, 227, 227, 184, 184, 184, 184]),
        (3, 2, false, [65, 67, 121, 92, 68, 66, 67, 66, 93, 120, 121, 92, 96, 96, 96, 96]),
        (3, 4, false, [94, 177, 172, 142, 92, 141, 114, 152, 123, 140, 83, 71, 123, 123, 123, 123]),
        (3, 8, false, [89, 133, 127, 171, 161, 169, 128, 143, 153, 189, 159, 140, 147, 147, 147, 147]),
        (4, 8, false, [116, 135, 209, 194, 133, 140, 198, 224, 156, 83, 185, 239, 169, 169, 169, 169]),
        (4, 16, false, [202, 215, 215, 192, 152, 186, 190, 179, 219, 228, 155, 151, 189, 189, 189, 189]),
        (6, 8, false, [52, 66, 81, 105, 110, 56, 121, 101, 45, 51, 84, 105, 77, 77, 77, 77]),
        (6, 16, false, [87, 114, 86, 56, 47, 133, 100, 48, 48, 107, 46, 98, 64, 64, 64, 64]),
        (0, 1, true, [64, 255, 151, 210, 64, 255, 255, 159, 19, 151, 151, 19, 91, 91, 91, 91]),
        (0, 2, true, [208, 191, 186, 91, 96, 181, 181, 191, 57, 240, 176, 202, 164, 164, 164, 164]),
        (0, 4, true, [149, 27, 28, 110, 125, 86, 130, 55, 113, 168, 201, 194, 121, 121, 121, 121]),
        (0, 8, true, [214, 115, 104, 128, 162, 152, 109, 116, 182, 130, 118, 46, 135, 135, 135, 135]),
        (0, 16, true, [39, 116, 129, 157, 158, 158, 134, 130, 116, 201, 177, 76, 125, 125, 125, 125]),
        (2, 8, true, [179, 80, 166, 146, 107, 137, 170, 96, 102, 168, 170, 78, 124, 124, 124, 124]),
        (2, 16, true, [66, 98, 172, 187, 155, 91, 128, 143, 155, 85, 107, 87, 130, 130, 130, 130]),
        (3, 1, true, [228, 214, 214, 182, 216, 239, 239, 216, 182, 214, 239, 239, 208, 208, 208, 208]),
        (3, 2, true, [128, 145, 190, 178, 164, 142, 139, 141, 177, 184, 195, 168, 173, 173, 173, 173]),
        (3, 4, true, [75, 151, 99, 69, 46, 81, 61, 93, 46, 83, 57, 25, 78, 78, 78, 78]),
        (3, 8, true, [37, 47, 63, 26, 120, 106, 63, 52, 73, 75, 38, 48, 49, 49, 49, 49]),
    ];

    /// All pixels are those that the `image` crate made, in its version 0.25.10: by them networks were judged.
    #[test]
    fn pictures_of_every_kind_have_the_pixels_they_always_had() {
        for (colour, depth, transparent, expected) in NOISE {
            for interlaced in [false, true] {
                let picture = File::noise([5, 4], (colour, depth), interlaced, transparent);
                let pixels = read(&picture, 4, Invert::No);
                assert_eq!(pixels, expected, "{picture:?}");
            }
        }
    }

    #[test]
    fn pictures_of_every_size_have_the_pixels_they_always_had() {
        for ([width, height], expected) in [
            ([280, 280], 0x6acc_cd05),
            ([30, 61], 0x8756_298b),
            ([61, 30], 0x9194_52b7),
            ([3, 2], 0xf94c_5a08),
            ([1, 40], 0x1879_6ae7),
            ([1000, 700], 0xfb8b_f719),
        ] {
            let shade = |x, y| ((x * 255 / width) as u8) ^ ((y * 255 / height) as u8);
            let mut checksum = flate2::Crc::new();
            checksum.update(&read(&File::grey(width, height, shade), 28, Invert::No));
            assert_eq!(checksum.sum(), expected, "{width} x {height}");
        }
    }

    #[test]
    fn a_blank_picture_is_refused() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("p.png");
        let problem = |picture: File| {
            std::fs::write(&path, picture.bytes()).unwrap();
            read_picture(&path, 28, Invert::Auto).unwrap_err().to_string()
        };
        for shade in [0, 100, 255] {
            let message = problem(File::grey(50, 40, |_, _| shade));
            assert!(
                message.contains("p.png: a blank picture: all of it has one shade"),
                "{message}"
            );
        }
        let noise = File::grey(28, 28, |x, y| 200 + ((x * y) % 7) as u8);
        let message = problem(noise);
        assert!(message.contains("its shades differ by 6 of 255"), "{message}");
        let message = problem(with_opacity(9, 9, |_, _| [99, 0]));
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
            message
        };
        problem(b"");
        problem(b"junk");
        let valid = File::grey(9, 9, |_, _| 0).bytes();
        // The chunk that ends a file is not missed.
        for length in 0..valid.len() - 12 {
            problem(&valid[..length]);
        }
        let bytes = File { width: 10_001, height: 2, ..File::grey(9, 9, |_, _| 0) }.bytes_of(&[]);
        assert!(problem(&bytes).ends_with("it has 10001 x 2"));
        // Far fewer than it says.
        let bytes = File { width: 10_000, height: 10_000, ..File::grey(9, 9, |_, _| 0) };
        problem(&bytes.bytes_of(&[0; 99]));
        assert!(read_picture(&directory.path().join("none.png"), 28, Invert::Auto).is_err());
    }
}
