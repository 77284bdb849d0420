//! The palette of a PNG picture, looked at before the decoder does: that of the `png` crate up to 0.18.1 panics where a
//! palette ends within a colour.

/// Checks that every palette has whole colours: of three bytes each.
///
/// # Errors
///
/// With what is wrong, in one line. Anything else that is wrong with the file is left to the decoder.
pub(super) fn check_palettes(png: &[u8]) -> Result<(), String> {
    let mut rest = png.get(SIGNATURE..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if kind == *b"PLTE" && !length.is_multiple_of(3) {
            return Err(format!("a palette of {length} bytes; expected three a colour"));
        }
        let Some(next) = length.checked_add(CHECKSUM).and_then(|skip| after.get(skip..)) else {
            break;
        };
        rest = next;
    }
    Ok(())
}

/// Bytes before the first chunk, and after each.
const SIGNATURE: usize = 8;
const CHECKSUM: usize = 4;

#[cfg(test)]
mod tests {
    use super::super::png_file::File;
    use crate::data::{Invert, read_picture};

    /// A picture of 2 x 2 pixels in the first two colours of a palette of so many bytes.
    fn picture(palette: usize) -> Vec<u8> {
        let palette = (0..palette).map(|byte| if byte < 3 { 0 } else { 255 }).collect();
        let samples = vec![0, 1, 1, 0];
        File { palette, samples, ..File::noise([2, 2], (3, 8), false, false) }.bytes()
    }

    #[test]
    fn a_palette_that_ends_within_a_colour_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("p.png");
        let read = |bytes: Vec<u8>| {
            std::fs::write(&path, bytes).unwrap();
            read_picture(&path, 2, Invert::No).map_err(|error| error.to_string())
        };
        assert!(read(picture(6)).is_ok());
        for palette in [4, 5, 7, 8, 767] {
            let error = read(picture(palette)).unwrap_err();
            let words = format!("a palette of {palette} bytes; expected three a colour");
            assert!(error.ends_with(&words), "{error}");
        }
        // Chunks that say more than the file has.
        for length in 0..picture(6).len() - 12 {
            assert!(read(picture(6)[..length].to_vec()).is_err());
        }
        let mut huge = picture(6);
        huge[8..12].copy_from_slice(&[0xff; 4]);
        assert!(read(huge).is_err());
    }
}
