//! PNG files as grey pixels with their opacities.

use super::palette::check_palettes;
use super::pixels::Pixels;
use png::{Decoder, DecodingError, Limits, Transformations};
use std::io::Cursor;

/// The longest side of a picture, and the most memory that decoding may take.
const LONGEST: u32 = 10_000;
const MEMORY: usize = 1 << 30;

/// How light red, green and blue are: the second row of the matrix from sRGB to XYZ.
const LIGHTNESS: [f32; 3] = [0.212_647_84, 0.715_179_2, 0.072_173_04];

/// The shade and the opacity of every pixel, of a file of any kind of PNG. Of a moving picture it is the still one.
///
/// # Errors
///
/// With what is wrong.
pub(super) fn decode(png: &[u8]) -> Result<Pixels<[u8; 2]>, String> {
    check_palettes(png)?;
    let wrong = |error: DecodingError| error.to_string();
    let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: MEMORY });
    let (width, height) = decoder.read_header_info().map_err(wrong)?.size();
    if width.max(height) > LONGEST {
        return Err(format!("it has {width} x {height}"));
    }
    // Every sample has one or two bytes, and every pixel that may be transparent its opacity.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(wrong)?;
    let size = reader.output_buffer_size().filter(|&size| size <= MEMORY);
    let mut samples = vec![0; size.ok_or("it needs too much memory")?];
    reader.next_frame(&mut samples).map_err(wrong)?;
    let (colour, depth) = reader.output_color_type();
    let pixels = match (colour.samples(), depth) {
        (channels, png::BitDepth::Eight) => {
            grey(samples.as_chunks().0, channels, |[sample]| sample.into(), 255)
        }
        (channels, png::BitDepth::Sixteen) => {
            grey(samples.as_chunks().0, channels, u16::from_be_bytes, 65_535)
        }
        _ => return Err(format!("{colour:?} of {depth:?} bits a sample is unknown")),
    };
    Ok(Pixels { width: width as usize, height: height as usize, pixels })
}

/// Pixels of one sample (grey), two (and an opacity), three (red, green and blue) or four (and an opacity), as shades
/// and opacities. A sample is at most `largest`.
fn grey<const BYTES: usize>(
    samples: &[[u8; BYTES]],
    channels: usize,
    value: impl Fn([u8; BYTES]) -> u16,
    largest: u16,
) -> Vec<[u8; 2]> {
    let byte = |sample| match BYTES {
        1 => value(sample) as u8,
        // Rounded.
        _ => ((u32::from(value(sample)) + 128) / 257) as u8,
    };
    let scale = 1.0 / f32::from(largest);
    let light = |colours: &[[u8; BYTES]]| {
        let parts = colours.iter().zip(LIGHTNESS);
        let light =
            parts.fold(0.0, |sum, (&sample, part)| sum + f32::from(value(sample)) * scale * part);
        (light * 255.0).round() as u8
    };
    let pixels = samples.chunks_exact(channels);
    match channels {
        1 => pixels.map(|pixel| [byte(pixel[0]), 255]).collect(),
        2 => pixels.map(|pixel| [byte(pixel[0]), byte(pixel[1])]).collect(),
        3 => pixels.map(|pixel| [light(pixel), 255]).collect(),
        _ => pixels.map(|pixel| [light(&pixel[..3]), byte(pixel[3])]).collect(),
    }
}
