//! Pictures. The checksums of the chunks are put right, so that what is inside is looked at.

#![no_main]

use nablab::data::{Invert, PictureError, read_digits, read_picture};
use nablab_fuzz::{check_message, directory, write};

/// The side of the square.
const SIDE: u32 = 28;
/// Pictures with more pixels are right or wrong as smaller ones are, and slower.
const MOST_PIXELS: u64 = 1 << 20;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let data = with_checksums(data);
    let size =
        |at: usize| data.get(at..at + 4).map_or(0, |n| u32::from_be_bytes(n.try_into().unwrap()));
    if u64::from(size(16)) * u64::from(size(20)) > MOST_PIXELS {
        return;
    }
    let path = write("picture.png", &data);
    // As digits it is refused in a line, or some that a network takes.
    match read_digits(&path, Invert::Auto) {
        Ok(digits) => {
            assert!(!digits.is_empty());
            assert!(digits.iter().all(|digit| digit.pixels.len() == (SIDE * SIDE) as usize));
        }
        Err(error) => check_message(&error.to_string()),
    }
    let read = |invert| read_picture(&path, SIDE, invert).map(|drawing| drawing.pixels);
    let [auto, yes, no] = [Invert::Auto, Invert::Yes, Invert::No].map(read);
    let [auto, yes, no] = match [auto, yes, no] {
        [Ok(auto), Ok(yes), Ok(no)] => [auto, yes, no],
        [Err(one), Err(two), Err(three)] => {
            let kind = std::mem::discriminant(&one);
            assert!([two, three].iter().all(|other| std::mem::discriminant(other) == kind));
            return check_message(&one.to_string());
        }
        // At the edge of what is blank the rounding of resizing decides.
        pixels => {
            let blank = |error: &PictureError| matches!(error, PictureError::Blank { .. });
            let by_a_hair = pixels.iter().filter_map(|read| read.as_ref().err()).all(blank);
            return assert!(by_a_hair, "inversion decides whether it is read: {pixels:?}");
        }
    };
    assert_eq!(no.len(), (SIDE * SIDE) as usize);
    assert!(auto == yes || auto == no);
    // Resizing rounds once.
    let opposite =
        yes.iter().zip(&no).all(|(&a, &b)| (i32::from(a) + i32::from(b) - 255).abs() <= 2);
    assert!(opposite, "{yes:?} {no:?}");
    // What has the right size keeps its pixels.
    let copy = directory().join("copy.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&copy).unwrap(), SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&no).unwrap();
    assert_eq!(read_picture(&copy, SIDE, Invert::No).unwrap().pixels, no);
});

/// The file with the right checksum after every chunk.
fn with_checksums(data: &[u8]) -> Vec<u8> {
    let mut data = data.to_vec();
    let mut at = 8;
    while let Some(length) = data.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let Some(chunk) = data.get(at + 4..at + 8 + length) else { break };
        let mut checksum = flate2::Crc::new();
        checksum.update(chunk);
        let end = at + 8 + length;
        let Some(place) = data.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&checksum.sum().to_be_bytes());
        at = end + 4;
    }
    data
}
