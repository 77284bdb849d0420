//! Products of small dense matrices, blocked into registers.
//!
//! A layer's weights are stored input-major, `[n_in][stride]`: a row is what one input contributes
//! to all outputs. Both passes are then sums of rows, with lanes over outputs.

use super::{BLOCK, Real};
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

/// What the loops need to know of the matrices. Strides of inputs are in elements, all others in
/// vectors.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// The stride of the input.
    pub input_stride: usize,
    /// The number of inputs.
    pub n_in: usize,
    /// The stride of the weights: all their columns.
    pub weights_per_row: usize,
    /// The stride of the output, or of the errors, of which the weights may make a part.
    pub per_row: usize,
}

/// Rows of the output, or of the weights, that share what is loaded. Five rows of two vectors of sums
/// keep both multipliers of today's CPUs busy, and ten images are two times five.
const ROWS: usize = 5;

impl<T: Real> WithSimd for Product<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let per_row = self.stride / T::lanes::<S>();
        let Self { input_stride, n_in, .. } = self;
        let shape = Shape { input_stride, n_in, weights_per_row: per_row, per_row };
        let weights = T::vectors::<S>(self.weights);
        product_rows::<S, T>(simd, self.input, shape, weights, 0, self.output);
    }
}

/// All rows of a product with weights whose first column belongs to the output vector `first`.
#[inline(always)]
pub(super) fn product_rows<S: Simd, T: Real>(
    simd: S,
    input: &[T],
    shape: Shape,
    weights: &[T::Vector<S>],
    first: usize,
    output: &mut [T],
) {
    let rows = output.len() / T::lanes::<S>() / shape.per_row;
    let output = T::vectors_mut::<S>(output);
    let mut row = 0;
    while row < rows {
        let count = (rows - row).min(ROWS);
        let input = &input[row * shape.input_stride..];
        let output = &mut output[row * shape.per_row..(row + count) * shape.per_row][first..];
        match count {
            ROWS => product_of::<S, T, ROWS>(simd, input, shape, weights, output),
            4 => product_of::<S, T, 4>(simd, input, shape, weights, output),
            3 => product_of::<S, T, 3>(simd, input, shape, weights, output),
            2 => product_of::<S, T, 2>(simd, input, shape, weights, output),
            _ => product_of::<S, T, 1>(simd, input, shape, weights, output),
        }
        row += count;
    }
}

/// `R` rows of the product, in column blocks as wide as the registers allow.
#[inline(always)]
fn product_of<S: Simd, T: Real, const R: usize>(
    simd: S,
    input: &[T],
    shape: Shape,
    weights: &[T::Vector<S>],
    output: &mut [T::Vector<S>],
) {
    let mut column = 0;
    while column < shape.weights_per_row {
        // R rows of 2 or 4 vectors of sums, and the weights themselves, fill the registers.
        let width = match shape.weights_per_row - column {
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
    shape: Shape,
    weights: &[T::Vector<S>],
    output: &mut [T::Vector<S>],
    column: usize,
) -> usize {
    let Shape { input_stride, n_in, weights_per_row, per_row } = shape;
    let rows: [&[T]; R] = std::array::from_fn(|r| &input[r * input_stride..][..n_in]);
    let mut sums = [[T::splat(simd, T::ZERO); V]; R];
    for k in 0..n_in {
        let w = &weights[k * weights_per_row + column..][..V];
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
        let n_in = self.weights.len() / self.stride;
        let input_stride = self.input_stride;
        let shape = Shape { input_stride, n_in, weights_per_row: per_row, per_row };
        let weights = T::vectors_mut::<S>(self.weights);
        outer_rows::<S, T>(simd, self.input, shape, self.delta, 0, weights);
    }
}

/// All rows of weights whose first column belongs to the error vector `first`.
#[inline(always)]
pub(super) fn outer_rows<S: Simd, T: Real>(
    simd: S,
    input: &[T],
    shape: Shape,
    delta: &[T],
    first: usize,
    weights: &mut [T::Vector<S>],
) {
    let images = delta.len() / T::lanes::<S>() / shape.per_row;
    // Without images there is nothing to begin at.
    let delta = T::vectors::<S>(delta).get(first..).unwrap_or_default();
    let mut k = 0;
    while k < shape.n_in {
        let count = (shape.n_in - k).min(ROWS);
        let weights = &mut weights[k * shape.weights_per_row..(k + count) * shape.weights_per_row];
        let shape = (shape, images);
        match count {
            ROWS => outer_of::<S, T, ROWS>(simd, input, k, shape, delta, weights),
            4 => outer_of::<S, T, 4>(simd, input, k, shape, delta, weights),
            3 => outer_of::<S, T, 3>(simd, input, k, shape, delta, weights),
            2 => outer_of::<S, T, 2>(simd, input, k, shape, delta, weights),
            _ => outer_of::<S, T, 1>(simd, input, k, shape, delta, weights),
        }
        k += count;
    }
}

/// `R` rows of weights, from row `k` of the layer.
#[inline(always)]
fn outer_of<S: Simd, T: Real, const R: usize>(
    simd: S,
    input: &[T],
    k: usize,
    shape: (Shape, usize),
    delta: &[T::Vector<S>],
    weights: &mut [T::Vector<S>],
) {
    let per_row = shape.0.weights_per_row;
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
    (shape, images): (Shape, usize),
    delta: &[T::Vector<S>],
    weights: &mut [T::Vector<S>],
    column: usize,
) -> usize {
    let Shape { input_stride, weights_per_row, per_row, .. } = shape;
    let mut sums = [[T::splat(simd, T::ZERO); V]; R];
    for r in 0..R {
        sums[r].copy_from_slice(&weights[r * weights_per_row + column..][..V]);
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
        weights[r * weights_per_row + column..][..V].copy_from_slice(&sums[r]);
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

/// Kernel: `z[r][j] = scale · z[r][j] + biases[j]` for every row r, or 0 below
/// [`TINY`](Real::TINY), which turns a [`Product`] into the weighted input of a layer whose weights
/// are `scale` times the stored ones.
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
    fn with_simd<S: Simd>(self, _: S) {
        let scale = self.scale;
        let biases = self.biases.as_chunks::<BLOCK>().0;
        for row in self.z.chunks_exact_mut(self.biases.len()) {
            for (z, b) in row.as_chunks_mut::<BLOCK>().0.iter_mut().zip(biases) {
                *z = std::array::from_fn(|j| z[j].fused_mul_add(scale, b[j]).flushed());
            }
        }
    }
}
