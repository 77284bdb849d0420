use super::{ROWS, Shape};
use crate::simd::Real;
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

impl<T: Real> WithSimd for Product<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let per_row = self.stride / T::lanes::<S>();
        let Self { input_stride, n_in, .. } = self;
        let shape = Shape { input_stride, n_in, weights_per_row: per_row, per_row };
        let weights = T::vectors::<S>(self.weights);
        product_rows::<S, T, false>(simd, self.input, shape, weights, 0, self.output);
    }
}

/// All rows of a product with weights whose first column belongs to the output vector `first`; with `ADD` added to what is
/// there.
#[inline(always)]
pub(in crate::simd) fn product_rows<S: Simd, T: Real, const ADD: bool>(
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
        // Fewer than three rows at a time would not keep the multipliers busy.
        let count = match rows - row {
            6 => 3,
            7 | 8 => 4,
            left => left.min(ROWS),
        };
        let input = &input[row * shape.input_stride..];
        let output = &mut output[row * shape.per_row..(row + count) * shape.per_row][first..];
        match count {
            ROWS => product_of::<S, T, ROWS, ADD>(simd, input, shape, weights, output),
            4 => product_of::<S, T, 4, ADD>(simd, input, shape, weights, output),
            3 => product_of::<S, T, 3, ADD>(simd, input, shape, weights, output),
            2 => product_of::<S, T, 2, ADD>(simd, input, shape, weights, output),
            _ => product_of::<S, T, 1, ADD>(simd, input, shape, weights, output),
        }
        row += count;
    }
}

/// `R` rows of the product, in column blocks as wide as the registers allow.
#[inline(always)]
fn product_of<S: Simd, T: Real, const R: usize, const ADD: bool>(
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
            4.. if R <= 2 || S::REGISTER_COUNT >= 32 => {
                product_block::<S, T, R, 4, ADD>(simd, input, shape, weights, output, column)
            }
            2.. => product_block::<S, T, R, 2, ADD>(simd, input, shape, weights, output, column),
            _ => product_block::<S, T, R, 1, ADD>(simd, input, shape, weights, output, column),
        };
        column += width;
    }
}

#[inline(always)]
fn product_block<S: Simd, T: Real, const R: usize, const V: usize, const ADD: bool>(
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
    if ADD {
        for r in 0..R {
            sums[r].copy_from_slice(&output[r * per_row + column..][..V]);
        }
    }
    for (k, w) in weights[..n_in * weights_per_row].chunks_exact(weights_per_row).enumerate() {
        let w: &[T::Vector<S>; V] = w[column..].first_chunk().expect("as many columns");
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
