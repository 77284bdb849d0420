//! Transposition of a padded matrix.

use super::Real;
use pulp::{Simd, WithSimd};

/// Kernel: `output[j][i] = input[i][j]`.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct Transpose<'a, T> {
    /// `[rows][input_stride]`.
    pub input: &'a [T],
    /// The stride of `input`.
    pub input_stride: usize,
    /// The number of columns of `input` that are not padding.
    pub columns: usize,
    /// `[columns][output_stride]`; its padding is left as it is.
    pub output: &'a mut [T],
    /// The stride of `output`, at least the number of rows of `input`.
    pub output_stride: usize,
}

impl<T: Real> WithSimd for Transpose<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        // Tiles, so that a cache line fetched from either side is used up before it is evicted.
        const TILE: usize = 16;
        let rows = self.input.len() / self.input_stride;
        for i0 in (0..rows).step_by(TILE) {
            let end = (i0 + TILE).min(rows);
            for j0 in (0..self.columns).step_by(TILE) {
                for j in j0..(j0 + TILE).min(self.columns) {
                    let output = &mut self.output[j * self.output_stride..][i0..end];
                    for (i, x) in (i0..end).zip(output) {
                        *x = self.input[i * self.input_stride + j];
                    }
                }
            }
        }
    }
}
