//! Products with a sparse mini-batch: a zero pixel costs nothing.

use super::Real;
use pulp::{Simd, WithSimd};

/// A mini-batch of sparse input rows.
#[derive(Debug, Clone, Copy)]
pub struct SparseBatch<'a, T> {
    /// Row r holds the entries `starts[r]..starts[r + 1]`; one longer than the number of rows.
    pub starts: &'a [u32],
    /// The input neuron of each entry, ascending within a row.
    pub columns: &'a [u16],
    /// The value of each entry.
    pub values: &'a [T],
}

impl<'a, T: Copy> SparseBatch<'a, T> {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// The entries of row `r` as (input neuron, value).
    #[inline(always)]
    fn row(&self, r: usize) -> impl Iterator<Item = (usize, T)> + use<'a, T> {
        let entries = self.starts[r] as usize..self.starts[r + 1] as usize;
        let columns = &self.columns[entries.clone()];
        columns.iter().zip(&self.values[entries]).map(|(&k, &x)| (usize::from(k), x))
    }
}

/// Calls `$body` with a constant `V` no larger than `$left` vectors, and yields it.
macro_rules! with_width {
    ($left:expr, $body:ident($($argument:expr),*)) => {
        match $left {
            8.. => $body::<S, T, 8>($($argument),*),
            7 => $body::<S, T, 7>($($argument),*),
            6 => $body::<S, T, 6>($($argument),*),
            5 => $body::<S, T, 5>($($argument),*),
            4 => $body::<S, T, 4>($($argument),*),
            3 => $body::<S, T, 3>($($argument),*),
            2 => $body::<S, T, 2>($($argument),*),
            _ => $body::<S, T, 1>($($argument),*),
        }
    };
}

/// Kernel: `output[r] = Σ_k input[r][k] · weights[k]`, k ascending over the entries of row r.
///
/// The bits are those of the dense [`Product`](super::dense::Product): a zero adds nothing to a
/// finite sum.
///
/// # Panics
///
/// When an entry's column lies outside `weights`, or `output` is shorter than the batch.
pub struct SparseProduct<'a, T> {
    /// The mini-batch.
    pub input: SparseBatch<'a, T>,
    /// `[n_in][stride]`.
    pub weights: &'a [T],
    /// The stride of `weights` and `output`.
    pub stride: usize,
    /// `[rows][stride]`, overwritten.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for SparseProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let per_row = self.stride / T::lanes::<S>();
        let weights = T::vectors::<S>(self.weights);
        let output = T::vectors_mut::<S>(self.output);
        for (r, output) in (0..self.input.rows()).zip(output.chunks_exact_mut(per_row)) {
            let mut column = 0;
            while column < per_row {
                column += with_width!(
                    per_row - column,
                    product_block(simd, self.input, r, weights, output, column)
                );
            }
        }
    }
}

#[inline(always)]
fn product_block<S: Simd, T: Real, const V: usize>(
    simd: S,
    input: SparseBatch<T>,
    r: usize,
    weights: &[T::Vector<S>],
    output: &mut [T::Vector<S>],
    column: usize,
) -> usize {
    let per_row = output.len();
    let mut sums = [T::splat(simd, T::ZERO); V];
    for (k, x) in input.row(r) {
        let w = &weights[k * per_row + column..][..V];
        let x = T::splat(simd, x);
        for v in 0..V {
            sums[v] = T::mul_add(simd, x, w[v], sums[v]);
        }
    }
    output[column..][..V].copy_from_slice(&sums);
    V
}

/// Kernel: `weights[k] += Σ_r input[r][k] · delta[r]`, r ascending, touching only the rows k that
/// are non-zero somewhere in the mini-batch.
///
/// The bits are those of the dense [`AddOuterProducts`](super::dense::AddOuterProducts).
///
/// # Panics
///
/// When an entry's column lies outside `weights`, or `delta` is shorter than the batch.
pub struct AddSparseOuterProducts<'a, T> {
    /// The mini-batch.
    pub input: SparseBatch<'a, T>,
    /// `[rows][stride]`.
    pub delta: &'a [T],
    /// `[n_in][stride]`, updated in place.
    pub weights: &'a mut [T],
    /// The stride of `delta` and `weights`.
    pub stride: usize,
}

impl<T: Real> WithSimd for AddSparseOuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let per_row = self.stride / T::lanes::<S>();
        let weights = T::vectors_mut::<S>(self.weights);
        let delta = T::vectors::<S>(self.delta);
        for (r, delta) in (0..self.input.rows()).zip(delta.chunks_exact(per_row)) {
            let mut column = 0;
            while column < per_row {
                column += with_width!(
                    per_row - column,
                    outer_block(simd, self.input, r, delta, weights, column)
                );
            }
        }
    }
}

#[inline(always)]
fn outer_block<S: Simd, T: Real, const V: usize>(
    simd: S,
    input: SparseBatch<T>,
    r: usize,
    delta: &[T::Vector<S>],
    weights: &mut [T::Vector<S>],
    column: usize,
) -> usize {
    let per_row = delta.len();
    let mut d = [T::splat(simd, T::ZERO); V];
    d.copy_from_slice(&delta[column..][..V]);
    for (k, x) in input.row(r) {
        let w = &mut weights[k * per_row + column..][..V];
        let x = T::splat(simd, x);
        for v in 0..V {
            w[v] = T::mul_add(simd, x, d[v], w[v]);
        }
    }
    V
}
