//! Products of small dense matrices, blocked into registers.
//!
//! A layer's weights are stored input-major, `[n_in][stride]`: a row is what one input contributes
//! to all outputs. Both passes are then sums of rows, with lanes over outputs.

use super::Real;
use pulp::{Simd, WithSimd};

/// Kernel: `output[r] = Σ_k input[r][k] · weights[k]`, k ascending, for every row r.
///
/// The forward pass of a mini-batch without its bias, and, with transposed weights, the
/// back-propagated error of BP2.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct Product<'a, T> {
    /// `[rows][input_stride]`.
    pub input: &'a [T],
    /// The stride of `input`, at least `n_in`.
    pub input_stride: usize,
    /// The length of the sums.
    pub n_in: usize,
    /// `[n_in][stride]`.
    pub weights: &'a [T],
    /// The stride of `weights` and `output`.
    pub stride: usize,
    /// `[rows][stride]`, overwritten.
    pub output: &'a mut [T],
}

/// Rows of the output that share each loaded row of weights.
const ROWS: usize = 4;

impl<T: Real> WithSimd for Product<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let per_row = self.stride / T::lanes::<S>();
        let weights = T::vectors::<S>(self.weights);
        let rows = self.output.len() / self.stride;
        let output = T::vectors_mut::<S>(self.output);
        let mut row = 0;
        while row < rows {
            let count = (rows - row).min(ROWS);
            let input = &self.input[row * self.input_stride..];
            let output = &mut output[row * per_row..(row + count) * per_row];
            let shape = (self.input_stride, self.n_in, per_row);
            match count {
                ROWS => product_rows::<S, T, ROWS>(simd, input, shape, weights, output),
                3 => product_rows::<S, T, 3>(simd, input, shape, weights, output),
                2 => product_rows::<S, T, 2>(simd, input, shape, weights, output),
                _ => product_rows::<S, T, 1>(simd, input, shape, weights, output),
            }
            row += count;
        }
    }
}

/// `R` rows of the product, in column blocks as wide as the registers allow.
#[inline(always)]
fn product_rows<S: Simd, T: Real, const R: usize>(
    simd: S,
    input: &[T],
    shape: (usize, usize, usize),
    weights: &[T::Vector<S>],
    output: &mut [T::Vector<S>],
) {
    let per_row = shape.2;
    let mut column = 0;
    while column < per_row {
        // R rows of 2 or 4 vectors of sums, and the weights themselves, fill the registers.
        let width = match per_row - column {
            4.. if S::REGISTER_COUNT >= 32 => {
                product_block::<S, T, R, 4>(simd, input, shape, weights, output, column)
            }
            2.. => product_block::<S, T, R, 2>(simd, input, shape, weights, output, column),
            _ => product_block::<S, T, R, 1>(simd, input, shape, weights, output, column),
        };
        column += width;
    }
}

#[inline(always)]
fn product_block<S: Simd, T: Real, const R: usize, const V: usize>(
    simd: S,
    input: &[T],
    (input_stride, n_in, per_row): (usize, usize, usize),
    weights: &[T::Vector<S>],
    output: &mut [T::Vector<S>],
    column: usize,
) -> usize {
    let rows: [&[T]; R] = std::array::from_fn(|r| &input[r * input_stride..][..n_in]);
    let mut sums = [[T::splat(simd, T::ZERO); V]; R];
    for k in 0..n_in {
        let w = &weights[k * per_row + column..][..V];
        for r in 0..R {
            let x = T::splat(simd, rows[r][k]);
            for v in 0..V {
                sums[r][v] = T::mul_add(simd, x, w[v], sums[r][v]);
            }
        }
    }
    for r in 0..R {
        output[r * per_row + column..][..V].copy_from_slice(&sums[r]);
    }
    V
}

/// Kernel: `weights[k] += Σ_r input[r][k] · delta[r]`, r ascending, for every row k: the
/// mini-batch sum of BP4, added to what is there.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct AddOuterProducts<'a, T> {
    /// `[rows][input_stride]`.
    pub input: &'a [T],
    /// The stride of `input`, at least the number of rows of `weights`.
    pub input_stride: usize,
    /// `[rows][stride]`.
    pub delta: &'a [T],
    /// `[n_in][stride]`, updated in place.
    pub weights: &'a mut [T],
    /// The stride of `delta` and `weights`.
    pub stride: usize,
}

impl<T: Real> WithSimd for AddOuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let per_row = self.stride / T::lanes::<S>();
        let delta = T::vectors::<S>(self.delta);
        let shape = (self.input_stride, self.delta.len() / self.stride, per_row);
        let n_in = self.weights.len() / self.stride;
        let weights = T::vectors_mut::<S>(self.weights);
        let mut k = 0;
        while k < n_in {
            let count = (n_in - k).min(ROWS);
            let weights = &mut weights[k * per_row..(k + count) * per_row];
            match count {
                ROWS => outer_rows::<S, T, ROWS>(simd, self.input, k, shape, delta, weights),
                3 => outer_rows::<S, T, 3>(simd, self.input, k, shape, delta, weights),
                2 => outer_rows::<S, T, 2>(simd, self.input, k, shape, delta, weights),
                _ => outer_rows::<S, T, 1>(simd, self.input, k, shape, delta, weights),
            }
            k += count;
        }
    }
}

/// `R` rows of weights, from row `k` of the layer.
#[inline(always)]
fn outer_rows<S: Simd, T: Real, const R: usize>(
    simd: S,
    input: &[T],
    k: usize,
    shape: (usize, usize, usize),
    delta: &[T::Vector<S>],
    weights: &mut [T::Vector<S>],
) {
    let per_row = shape.2;
    let mut column = 0;
    while column < per_row {
        let width = match per_row - column {
            4.. if S::REGISTER_COUNT >= 32 => {
                outer_block::<S, T, R, 4>(simd, input, k, shape, delta, weights, column)
            }
            2.. => outer_block::<S, T, R, 2>(simd, input, k, shape, delta, weights, column),
            _ => outer_block::<S, T, R, 1>(simd, input, k, shape, delta, weights, column),
        };
        column += width;
    }
}

#[inline(always)]
fn outer_block<S: Simd, T: Real, const R: usize, const V: usize>(
    simd: S,
    input: &[T],
    k: usize,
    (input_stride, images, per_row): (usize, usize, usize),
    delta: &[T::Vector<S>],
    weights: &mut [T::Vector<S>],
    column: usize,
) -> usize {
    let mut sums = [[T::splat(simd, T::ZERO); V]; R];
    for r in 0..R {
        sums[r].copy_from_slice(&weights[r * per_row + column..][..V]);
    }
    for image in 0..images {
        let d = &delta[image * per_row + column..][..V];
        let x = &input[image * input_stride + k..][..R];
        for r in 0..R {
            let x = T::splat(simd, x[r]);
            for v in 0..V {
                sums[r][v] = T::mul_add(simd, x, d[v], sums[r][v]);
            }
        }
    }
    for r in 0..R {
        weights[r * per_row + column..][..V].copy_from_slice(&sums[r]);
    }
    V
}

/// Kernel: `output[j] = output[j] + Σ_r factor · rows[r][j]`, r ascending: the mini-batch sum of
/// BP3, scaled and added to the biases.
pub struct AddScaledRows<'a, T> {
    /// The factor.
    pub factor: T,
    /// `[rows][stride]`.
    pub rows: &'a [T],
    /// `[stride]`, updated in place.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for AddScaledRows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let factor = T::splat(simd, self.factor);
        let stride = self.output.len();
        for (v, sum) in T::vectors_mut::<S>(self.output).iter_mut().enumerate() {
            for row in self.rows.chunks_exact(stride) {
                *sum = T::mul_add(simd, factor, T::vectors::<S>(row)[v], *sum);
            }
        }
    }
}

/// Kernel: `z[r][j] = scale · z[r][j] + biases[j]` for every row r, which turns a [`Product`] into
/// the weighted input of a layer whose weights are `scale` times the stored ones.
pub struct ScaleAddBias<'a, T> {
    /// The scale of the weights.
    pub scale: T,
    /// `[stride]`.
    pub biases: &'a [T],
    /// `[rows][stride]`, updated in place.
    pub z: &'a mut [T],
}

impl<T: Real> WithSimd for ScaleAddBias<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let scale = T::splat(simd, self.scale);
        for row in self.z.chunks_exact_mut(self.biases.len()) {
            let biases = T::vectors::<S>(self.biases);
            for (z, &b) in T::vectors_mut::<S>(row).iter_mut().zip(biases) {
                *z = T::mul_add(simd, *z, scale, b);
            }
        }
    }
}
