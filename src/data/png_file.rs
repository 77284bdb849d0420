//! PNG files of every kind, for tests: those that the `png` crate writes are not interlaced.

use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::Write;

/// What a PNG file says.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Columns and rows.
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits of a sample: 1, 2, 4, 8 or 16.
    pub(super) depth: u8,
    /// Grey: 0, in colours: 2, of a palette: 3, grey with opacities: 4, in colours with opacities: 6.
    pub(super) colour: u8,
    /// Whether the pixels come in seven passes.
    pub(super) interlaced: bool,
    /// Red, green and blue of every colour of the palette.
    pub(super) palette: Vec<u8>,
    /// The transparent shade or colour, or the opacities of the palette.
    pub(super) transparency: Vec<u8>,
    /// Row by row.
    pub(super) samples: Vec<u16>,
}

impl File {
    /// Samples of a pixel.
    pub(super) fn channels(colour: u8) -> usize {
        match colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        }
    }

    /// The bytes of the file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes_of(&self.rows())
    }

    /// Those of a file with these rows.
    pub(super) fn bytes_of(&self, rows: &[u8]) -> Vec<u8> {
        let (width, height) = (self.width.to_be_bytes(), self.height.to_be_bytes());
        let kind = [self.depth, self.colour, 0, 0, self.interlaced.into()];
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        file.extend(chunk(b"IHDR", &[&width[..], &height, &kind].concat()));
        for (name, data) in [(b"PLTE", &self.palette), (b"tRNS", &self.transparency)] {
            if !data.is_empty() {
                file.extend(chunk(name, data));
            }
        }
        let mut pixels = ZlibEncoder::new(Vec::new(), Compression::fast());
        pixels.write_all(rows).unwrap();
        file.extend(chunk(b"IDAT", &pixels.finish().unwrap()));
        file.extend(chunk(b"IEND", &[]));
        file
    }

    /// The rows of all passes, unfiltered.
    fn rows(&self) -> Vec<u8> {
        let channels = Self::channels(self.colour);
        let (width, height) = (self.width as usize, self.height as usize);
        let mut bytes = Vec::new();
        // The first column and row of a pass, and the steps to the next ones.
        let passes: &[[usize; 4]] = match self.interlaced {
            false => &[[0, 0, 1, 1]],
            true => &[
                [0, 0, 8, 8],
                [4, 0, 8, 8],
                [0, 4, 4, 8],
                [2, 0, 4, 4],
                [0, 2, 2, 4],
                [1, 0, 2, 2],
                [0, 1, 1, 2],
            ],
        };
        for &[left, above, right, down] in passes {
            for y in (above..height).step_by(down).filter(|_| left < width) {
                bytes.push(0);
                let (mut bits, mut count) = (0, 0);
                for x in (left..width).step_by(right) {
                    let at = (y * width + x) * channels;
                    for &sample in &self.samples[at..at + channels] {
                        bits = bits << self.depth | u32::from(sample);
                        count += self.depth;
                        while count >= 8 {
                            count -= 8;
                            bytes.push((bits >> count) as u8);
                        }
                    }
                }
                if count > 0 {
                    bytes.push((bits << (8 - count)) as u8);
                }
            }
        }
        bytes
    }
}

/// A chunk with its length and checksum.
fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut checksum = Crc::new();
    checksum.update(name);
    checksum.update(data);
    let (length, checksum) = (data.len() as u32, checksum.sum());
    [&length.to_be_bytes(), &name[..], data, &checksum.to_be_bytes()].concat()
}

impl File {
    /// Noise, the same every time.
    pub(super) fn noise(
        [width, height]: [u32; 2],
        (colour, depth): (u8, u8),
        interlaced: bool,
        transparent: bool,
    ) -> Self {
        let mut state = u64::from(width * height + u32::from(colour) * 16 + u32::from(depth) + 2);
        let mut below = |end: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 33) % u64::from(end)) as u16
        };
        let samples = width as usize * height as usize * Self::channels(colour);
        let samples: Vec<u16> = (0..samples).map(|_| below(1 << depth)).collect();
        let colours = if colour == 3 { 1 << depth } else { 0 };
        let palette = (0..3 * colours).map(|_| below(256) as u8).collect();
        let transparency = match colour {
            _ if !transparent => Vec::new(),
            3 => (0..colours).map(|_| below(256) as u8).collect(),
            // The first pixel, and all of its colour.
            _ => {
                let first = &samples[..Self::channels(colour)];
                first.iter().flat_map(|sample| sample.to_be_bytes()).collect()
            }
        };
        Self { width, height, depth, colour, interlaced, palette, transparency, samples }
    }

    /// A grey picture of 8 bits.
    pub(super) fn grey(width: u32, height: u32, shade: impl Fn(u32, u32) -> u8) -> Self {
        let samples = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let samples = samples.map(|(x, y)| shade(x, y).into()).collect();
        Self { samples, ..Self::noise([width, height], (0, 8), false, false) }
    }
}
