use png::{BitDepth, ColorType, Encoder};
use std::fs::File;
use std::path::Path;

/// Writes a picture whose pixels are shades, or shades and opacities.
#[track_caller]
pub fn write_png<const SAMPLES: usize>(
    path: &Path,
    [width, height]: [u32; 2],
    pixel: impl Fn(u32, u32) -> [u8; SAMPLES],
) {
    let mut encoder = Encoder::new(File::create(path).unwrap(), width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(match SAMPLES {
        1 => ColorType::Grayscale,
        2 => ColorType::GrayscaleAlpha,
        _ => panic!("neither grey nor grey with opacities: {SAMPLES} samples"),
    });
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let samples: Vec<u8> = places.flat_map(|(x, y)| pixel(x, y)).collect();
    encoder.write_header().unwrap().write_image_data(&samples).unwrap();
}

/// Writes a picture in colours with opacities.
#[track_caller]
pub fn write_colours(path: &Path, [width, height]: [u32; 2], pixels: &[[u8; 4]]) {
    let mut encoder = Encoder::new(File::create(path).unwrap(), width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(pixels.as_flattened()).unwrap();
}
