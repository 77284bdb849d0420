//! Products with a mini-batch of inputs that are mostly not zero, for weights that stand in panels as
//! [`sparse`](super::sparse) wants them, and with what a recurrent layer did a step before.

use super::dense::{Shape, outer_rows, product_rows};
use super::{BLOCK, Real};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// A mini-batch of dense input rows.
#[derive(Debug, Clone, Copy)]
pub struct DenseBatch<'a, T> {
    rows: &'a [T],
    stride: usize,
    columns: usize,
}

impl<'a, T> DenseBatch<'a, T> {
    /// A mini-batch of rows of `columns` inputs, `[rows][stride]`.
    ///
    /// # Panics
    ///
    /// When the stride is 0 or smaller than the columns, or the rows are not whole.
    pub fn new(rows: &'a [T], stride: usize, columns: usize) -> Self {
        assert!(stride > 0 && columns <= stride, "rows shorter than their columns");
        assert!(rows.len().is_multiple_of(stride), "whole rows");
        Self { rows, stride, columns }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len() / self.stride
    }

    /// The inputs of row `r`.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn row(&self, r: usize) -> &'a [T] {
        &self.rows[r * self.stride..][..self.columns]
    }

    /// Some of the rows.
    ///
    /// # Panics
    ///
    /// When there are not so many.
    pub fn some(&self, rows: Range<usize>) -> Self {
        Self { rows: &self.rows[rows.start * self.stride..rows.end * self.stride], ..*self }
    }

    /// The number of inputs in a row.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// Which rows of each panel are those of the inputs.
#[derive(Debug, Clone, Copy)]
pub struct PanelRows {
    /// The rows of a panel.
    pub all: usize,
    /// Those before that of the first input.
    pub skip: usize,
}

impl PanelRows {
    /// All of so many.
    pub fn all(all: usize) -> Self {
        Self { all, skip: 0 }
    }
}

/// The panels of weights from these inputs to `stride` outputs: the first output vector of each, its
/// shape, and where the rows of the inputs stand.
#[inline(always)]
fn panels<S: Simd, T: Real>(
    input: DenseBatch<T>,
    rows: PanelRows,
    stride: usize,
) -> impl Iterator<Item = (usize, Shape, Range<usize>)> {
    assert!(stride > 0 && stride.is_multiple_of(BLOCK), "a stride of whole blocks");
    let (n_in, lanes) = (input.columns, T::lanes::<S>());
    assert!(rows.skip + n_in <= rows.all, "a row of weights an input");
    (0..stride).step_by(T::PANEL).map(move |first| {
        let width = T::PANEL.min(stride - first);
        let shape = Shape {
            input_stride: input.stride,
            n_in,
            weights_per_row: width / lanes,
            per_row: stride / lanes,
        };
        let begin = rows.all * first + rows.skip * width;
        (first / lanes, shape, begin..begin + n_in * width)
    })
}

/// Kernel: `output[r] = Σ_k input[r][k] · weights[k]`, k ascending, for every row r.
///
/// # Panics
///
/// When `weights` is shorter than its rows and the stride ask for, these are fewer than the inputs, the stride is 0 or no
/// multiple of [`BLOCK`], or `output` has not as many rows as the mini-batch.
pub struct PanelProduct<'a, T> {
    /// The mini-batch.
    pub input: DenseBatch<'a, T>,
    /// Panels.
    pub weights: &'a [T],
    /// Their rows.
    pub rows: PanelRows,
    /// The stride of `output`, a multiple of [`BLOCK`].
    pub stride: usize,
    /// `[rows][stride]`, overwritten.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for PanelProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        product::<S, T, false>(simd, self);
    }
}

/// Kernel: `output[r] += Σ_k input[r][k] · weights[k]`, k ascending, for every row r: as [`PanelProduct`], the sums going
/// on from what is there.
///
/// # Panics
///
/// As [`PanelProduct`].
pub struct AddPanelProduct<'a, T>(pub PanelProduct<'a, T>);

impl<T: Real> WithSimd for AddPanelProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        product::<S, T, true>(simd, self.0);
    }
}

#[inline(always)]
fn product<S: Simd, T: Real, const ADD: bool>(simd: S, product: PanelProduct<T>) {
    let PanelProduct { input, weights, rows, stride, output } = product;
    assert_eq!(output.len(), input.rows() * stride, "a row of outputs a row of inputs");
    for (first, shape, range) in panels::<S, T>(input, rows, stride) {
        let weights = T::vectors::<S>(&weights[range]);
        product_rows::<S, T, ADD>(simd, input.rows, shape, weights, first, output);
    }
}

/// Kernel: `weights[k] += Σ_r input[r][k] · delta[r]`, r ascending, for every row k: the bits of
/// [`AddSparseOuterProducts`](super::sparse::AddSparseOuterProducts).
///
/// # Panics
///
/// When `weights` is shorter than its rows and the stride ask for, these are fewer than the inputs, the stride is 0 or no
/// multiple of [`BLOCK`], or `delta` has not as many rows as the mini-batch.
pub struct AddPanelOuterProducts<'a, T> {
    /// The mini-batch.
    pub input: DenseBatch<'a, T>,
    /// `[rows][stride]`.
    pub delta: &'a [T],
    /// Panels, updated in place.
    pub weights: &'a mut [T],
    /// Their rows.
    pub rows: PanelRows,
    /// The stride of `delta`, a multiple of [`BLOCK`].
    pub stride: usize,
}

impl<T: Real> WithSimd for AddPanelOuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, delta, weights, rows, stride } = self;
        assert_eq!(delta.len(), input.rows() * stride, "a row of errors a row of inputs");
        for (first, shape, range) in panels::<S, T>(input, rows, stride) {
            let weights = T::vectors_mut::<S>(&mut weights[range]);
            outer_rows::<S, T>(simd, input.rows, shape, delta, first, weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{SimdLevel, padded};

    /// Numbers with both signs, zeros among them.
    fn numbers<T: Real>(len: usize, seed: usize) -> Vec<T> {
        let number = |i: usize| (((i + seed) * 37 % 23) as f64 - 11.0) / 8.0;
        (0..len).map(number).map(T::from_f64).collect()
    }

    /// Where the weight from input k to output j stands.
    fn index<T: Real>(rows: PanelRows, stride: usize, k: usize, j: usize) -> usize {
        let first = j / T::PANEL * T::PANEL;
        rows.all * first + (rows.skip + k) * T::PANEL.min(stride - first) + j - first
    }

    fn check<T: Real>(tolerance: f64, rows: usize, n_in: usize, stride: usize) {
        let input_stride = padded(n_in);
        let x = numbers::<T>(rows * input_stride, 3);
        let input = DenseBatch::new(&x, input_stride, n_in);
        // None, one before and one after, and several.
        let skip = [0, 1, 5][(rows + n_in) % 3];
        let panel = PanelRows { all: skip + n_in + skip % 4, skip };
        let weights = numbers::<T>(panel.all * stride, 7);
        let delta = numbers::<T>(rows * stride, 13);
        let mut scalar: Option<[Vec<T>; 3]> = None;
        for level in SimdLevel::available() {
            let arch = level.arch();
            let mut output = numbers::<T>(rows * stride, 1);
            let product =
                |output| PanelProduct { input, weights: &weights, rows: panel, stride, output };
            let mut more = numbers::<T>(rows * stride, 1);
            arch.dispatch(AddPanelProduct(product(&mut more)));
            arch.dispatch(product(&mut output));
            let mut updated = weights.clone();
            arch.dispatch(AddPanelOuterProducts {
                input,
                delta: &delta,
                weights: &mut updated,
                rows: panel,
                stride,
            });
            let got = [output, updated, more];
            assert_eq!(&got, scalar.get_or_insert_with(|| got.clone()), "{level} {rows} {n_in}");
        }
        let [output, updated, more] = scalar.unwrap();
        let before = numbers::<T>(rows * stride, 1);
        let x = |r: usize, k: usize| x[r * input_stride + k].to_f64();
        let w = |k, j| index::<T>(panel, stride, k, j);
        for j in 0..stride {
            for r in 0..rows {
                let want: f64 = (0..n_in).map(|k| x(r, k) * weights[w(k, j)].to_f64()).sum();
                let got = output[r * stride + j].to_f64();
                assert!((got - want).abs() < tolerance, "{rows} {n_in} {stride}: {got} {want}");
                let (got, want) = (more[r * stride + j], want + before[r * stride + j].to_f64());
                let off = (got.to_f64() - want).abs();
                assert!(off < tolerance, "{rows} {n_in} {stride}: {got} {want}");
            }
            for k in 0..n_in {
                let sum: f64 = (0..rows).map(|r| x(r, k) * delta[r * stride + j].to_f64()).sum();
                let (got, want) = (updated[w(k, j)].to_f64(), weights[w(k, j)].to_f64() + sum);
                assert!((got - want).abs() < tolerance, "{rows} {n_in} {stride}: {got} {want}");
            }
        }
    }

    #[test]
    fn every_shape_has_the_products_of_f64_and_the_same_bits_at_every_level() {
        for rows in 1..=12 {
            for n_in in [1, 2, 5, 16, 33] {
                for stride in [16, 32, 48, 112] {
                    check::<f64>(1e-12, rows, n_in, stride);
                    check::<f32>(1e-4, rows, n_in, stride);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "a row of outputs a row of inputs")]
    fn a_missing_row_of_outputs_panics() {
        let input = DenseBatch::new(&[0.0f32; 32], 16, 3);
        let (weights, rows, output) = (&[0.0; 48], PanelRows::all(3), &mut [0.0; 16]);
        PanelProduct { input, weights, rows, stride: 16, output }.with_simd(pulp::Scalar::new());
    }
}
