//! Dot products of rows of bytes: whole numbers, and so the same in any order.

use pulp::{Simd, WithSimd};

/// Kernel: `dots[i] = Σ row[j] rows[i][j]`, modulo 2³².
///
/// Pairs of 16-bit products are added in one instruction, twice as many in a vector as of `f32`. Up to
/// 66,051 columns no sum of bytes reaches 2³².
///
/// # Panics
///
/// If `rows` are not `dots.len()` rows as long as `row`.
pub struct ByteDots<'a> {
    /// The one row: bytes, each in 16 bits.
    pub row: &'a [i16],
    /// `[dots.len()][row.len()]`.
    pub rows: &'a [u8],
    /// `[dots.len()]`.
    pub dots: &'a mut [u32],
}

const HALF: usize = 16;
const BLOCK: usize = 2 * HALF;

#[inline(always)]
fn product(x: i16, y: u8) -> i32 {
    i32::from(x) * i32::from(y)
}

impl WithSimd for ByteDots<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        assert_eq!(
            self.rows.len(),
            self.dots.len() * self.row.len(),
            "ByteDots: shape of the rows"
        );
        for (i, dot) in self.dots.iter_mut().enumerate() {
            let other = &self.rows[i * self.row.len()..][..self.row.len()];
            let ((row, row_tail), (other, other_tail)) =
                (self.row.as_chunks::<BLOCK>(), other.as_chunks::<BLOCK>());
            let mut lanes = [0; HALF];
            for (x, y) in row.iter().zip(other) {
                // The two products of a lane are what the instruction adds.
                for k in 0..HALF {
                    let sum = product(x[k], y[k]).wrapping_add(product(x[HALF + k], y[HALF + k]));
                    lanes[k] = sum.wrapping_add(lanes[k]);
                }
            }
            let tail = row_tail.iter().zip(other_tail).map(|(&x, &y)| product(x, y));
            *dot = tail.chain(lanes).fold(0, i32::wrapping_add) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|i| (i * i * 31 + i / 7) as u8).collect()
    }

    fn dots(level: SimdLevel, row: &[u8], rows: &[u8], count: usize) -> Vec<u32> {
        let row: Vec<i16> = row.iter().map(|&x| x.into()).collect();
        let mut dots = vec![7; count];
        level.arch().dispatch(ByteDots { row: &row, rows, dots: &mut dots });
        dots
    }

    #[test]
    fn dots_equal_plain_sums_at_every_length() {
        for level in SimdLevel::available() {
            for length in (0..130).chain([784]) {
                let (row, rows) = (bytes(length), bytes(3 * length));
                let plain = |i: usize| {
                    let other = &rows[i * length..][..length];
                    row.iter().zip(other).map(|(&x, &y)| u32::from(x) * u32::from(y)).sum::<u32>()
                };
                assert_eq!(dots(level, &row, &rows, 3), [0, 1, 2].map(plain), "{level} {length}");
            }
        }
    }

    #[test]
    fn the_widest_rows_do_not_overflow() {
        let white = vec![255; usize::from(u16::MAX)];
        for level in SimdLevel::available() {
            assert_eq!(dots(level, &white, &white, 1), [65_535 * 255 * 255]);
        }
    }

    #[test]
    #[should_panic(expected = "shape of the rows")]
    fn other_shapes_panic() {
        dots(SimdLevel::SCALAR, &[1, 2], &[1, 2, 3], 1);
    }
}
