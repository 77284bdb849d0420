//! Images as pictures of a contact sheet.

use nablab::data::{Dataset, Split};

/// The columns of a sheet as a PNG file.
pub const SHEET_WIDTH: u32 = 1_632;

/// The greys of an image, 0 for the ground: the mean of the channels of a pixel. Inputs that are no bytes go from 0 to 1; what is
/// beyond is cut off.
pub fn shades(data: &Dataset, split: &Split, place: usize) -> Vec<u8> {
    let bytes = match &split.numbers {
        Some(numbers) => {
            let byte = |x: &f64| (255.0 * x.clamp(0.0, 1.0)).round() as u8;
            numbers.inputs(place).iter().map(byte).collect()
        }
        None => {
            let mut bytes = vec![0; data.inputs()];
            split.images.dense_row(place, &mut bytes);
            bytes
        }
    };
    bytes.chunks_exact(data.image_channels).map(grey).collect()
}

/// The mean of the channels of a pixel.
fn grey(pixel: &[u8]) -> u8 {
    let sum: usize = pixel.iter().map(|&channel| usize::from(channel)).sum();
    (sum / pixel.len()) as u8
}

/// A text of at most so many characters.
pub fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.into(),
    }
}
