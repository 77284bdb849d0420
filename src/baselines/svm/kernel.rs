//! The kernel of rows of bytes.

use crate::data::SparseRows;
use crate::simd::SimdLevel;
use crate::simd::bytes::ByteDots;

/// Rows are filled up with zeros to a multiple of this.
const BLOCK: usize = 32;
/// So many dot products are found at a time, on the stack.
const TILE: usize = 128;

/// Dense rows of bytes with the squares of their lengths.
#[derive(Debug)]
pub(super) struct ByteRows {
    stride: usize,
    /// `[rows][stride]`.
    bytes: Vec<u8>,
    /// Σ x², by row.
    squares: Vec<u32>,
}

impl ByteRows {
    /// A copy of some rows, in the given order.
    pub fn of(rows: &SparseRows, chosen: impl ExactSizeIterator<Item = usize>) -> Self {
        let stride = rows.columns().next_multiple_of(BLOCK);
        let mut bytes = vec![0; chosen.len() * stride];
        let mut squares = Vec::with_capacity(chosen.len());
        for (i, row) in chosen.zip(bytes.chunks_exact_mut(stride)) {
            rows.dense_row(i, &mut row[..rows.columns()]);
            squares.push(row.iter().map(|&x| u32::from(x).pow(2)).sum());
        }
        Self { stride, bytes, squares }
    }

    pub fn len(&self) -> usize {
        self.squares.len()
    }

    /// A row with every byte in 16 bits.
    pub fn wide(&self, i: usize) -> Vec<i16> {
        self.bytes[i * self.stride..][..self.stride].iter().map(|&x| x.into()).collect()
    }

    /// Σ x² of a row.
    pub fn square(&self, i: usize) -> u32 {
        self.squares[i]
    }
}

/// K(x, y) = exp(−γ ‖x − y‖²), x and y in units of 1/256.
///
/// ‖x − y‖² is a whole number of 1/65536, d = 4096 h + l, and so K is exp(−γ 4096 h / 65536) · exp(−γ l / 65536), both of which
/// are looked up: two roundings of f64 away from the value of a formula.
#[derive(Debug)]
pub(super) struct Gaussian {
    high: Vec<f64>,
    low: Vec<f64>,
    level: SimdLevel,
}

const LOW_BITS: u32 = 12;

impl Gaussian {
    /// For rows of `columns` columns.
    pub fn new(gamma: f64, columns: usize) -> Self {
        let farthest = columns * 255 * 255;
        let of = |d: usize| libm::exp(-gamma * d as f64 / 65536.0);
        let high = (0..=farthest >> LOW_BITS).map(|h| of(h << LOW_BITS)).collect();
        Self { high, low: (0..1 << LOW_BITS).map(of).collect(), level: SimdLevel::best() }
    }

    /// Of a squared distance in units of 1/65536.
    fn at(&self, d: u32) -> f64 {
        self.high[(d >> LOW_BITS) as usize] * self.low[(d & ((1 << LOW_BITS) - 1)) as usize]
    }

    /// Of a row, as [`ByteRows::wide`] and [`ByteRows::square`] have it, and each of `others` from the `first` on as many as
    /// there are `values`.
    pub fn values<T>(
        &self,
        (row, square): (&[i16], u32),
        others: &ByteRows,
        first: usize,
        values: &mut [T],
        of: impl Fn(f64) -> T,
    ) {
        let mut dots = [0; TILE];
        for (tile, values) in values.chunks_mut(TILE).enumerate() {
            let first = first + tile * TILE;
            let dots = &mut dots[..values.len()];
            let rows = &others.bytes[first * others.stride..][..values.len() * others.stride];
            self.level.arch().dispatch(ByteDots { row, rows, dots });
            let squares = &others.squares[first..];
            for ((value, dot), other) in values.iter_mut().zip(dots).zip(squares) {
                // ‖x − y‖² = ‖x‖² + ‖y‖² − 2 x·y, of which the whole fits where the parts do not.
                let d = square.wrapping_add(*other).wrapping_sub(dot.wrapping_mul(2));
                *value = of(self.at(d));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_formula() {
        for (columns, gamma) in [(1, 3.0), (31, 0.5), (33, 0.01), (784, 1.0 / 784.0), (784, 2.0)] {
            let pixels: Vec<u8> = (0..5 * columns)
                .map(|i| match i / columns {
                    0 => 0,
                    1 => 255,
                    _ => (i * i * 31 + i / 3) as u8,
                })
                .collect();
            let rows = ByteRows::of(&SparseRows::from_dense(&pixels, columns), 0..5);
            let kernel = Gaussian::new(gamma, columns);
            for i in 0..5 {
                let mut values = [f64::NAN; 4];
                kernel.values((&rows.wide(i), rows.square(i)), &rows, 1, &mut values, |k| k);
                for (j, value) in (1..5).zip(values) {
                    let of = |row: usize| pixels[row * columns..][..columns].iter();
                    let differences = of(i).zip(of(j)).map(|(&x, &y)| f64::from(x) - f64::from(y));
                    let distance: f64 = differences.map(|d| (d / 256.0).powi(2)).sum();
                    let formula = libm::exp(-gamma * distance);
                    // An exponent of e is rounded to 1e-16 of itself, and e by as much of its value.
                    let allowed = (1.0 + gamma * distance) * 1e-15 * formula;
                    assert!((value - formula).abs() <= allowed, "{columns} {i} {j}: {value}");
                }
            }
        }
    }

    #[test]
    fn the_farthest_rows_of_all_are_within_the_tables() {
        let columns = SparseRows::MAX_COLUMNS;
        let pixels = [vec![0; columns], vec![255; columns]].concat();
        let rows = ByteRows::of(&SparseRows::from_dense(&pixels, columns), 0..2);
        let mut values = [0.0; 2];
        let gamma = 1.0 / columns as f64;
        let row = (&rows.wide(0)[..], rows.square(0));
        Gaussian::new(gamma, columns).values(row, &rows, 0, &mut values, |k| k);
        let formula = libm::exp(-(255.0_f64 / 256.0).powi(2));
        assert!(values[0] == 1.0 && (values[1] - formula).abs() < 1e-15, "{values:?}");
    }
}
