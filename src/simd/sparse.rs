//! Products with a sparse mini-batch: a zero pixel costs nothing.
//!
//! The weights stand in *panels* of [`Real::PANEL`] outputs, `[n_in][PANEL]` one after the other:
//! two cache lines an input, the last panel with one line if the stride leaves no more. The kernels
//! work panel by panel through all rows of the mini-batch. These share most of their non-zero
//! inputs, and the lines of a panel that are used nearly fit into L1; wider panels do not, and in
//! narrower ones an entry is decoded for too little work. Rows of weights that are no inputs' may stand before those of the
//! inputs in every panel (`skip`), as in recurrent layers.

use super::{BLOCK, Real};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// A mini-batch of sparse input rows.
///
/// An entry is kept as the offset of its row in a panel of weights, so that the kernels need
/// neither multiply nor check it.
#[derive(Debug, Clone, Copy)]
pub struct SparseBatch<'a, T> {
    starts: &'a [u32],
    offsets: &'a [u32],
    values: &'a [T],
    /// Invariant: every offset is at most `limit` − [`BLOCK`].
    limit: usize,
}

impl<'a, T: Copy> SparseBatch<'a, T> {
    /// A mini-batch whose row r has the entries `starts[r]..starts[r + 1]`, each with the `offset`
    /// k · [`BLOCK`] of its input neuron k and its `value`.
    ///
    /// # Panics
    ///
    /// When `starts` is empty or does not ascend to the number of entries, the numbers of offsets
    /// and values differ, or an offset is no multiple of [`BLOCK`].
    pub fn new(starts: &'a [u32], offsets: &'a [u32], values: &'a [T]) -> Self {
        let largest = offsets.iter().max().map_or(0, |&offset| offset as usize);
        assert!(
            offsets.iter().all(|&o| (o as usize).is_multiple_of(BLOCK)),
            "an offset between two rows"
        );
        assert!(starts.is_sorted(), "starts must ascend");
        Self::with_largest(starts, offsets, values, largest)
    }

    /// As [`new`](Self::new), for offsets of which `largest` is the largest.
    ///
    /// The caller vouches for that, and for what [`new`](Self::new) checks of each entry.
    #[inline]
    pub(crate) fn with_largest(
        starts: &'a [u32],
        offsets: &'a [u32],
        values: &'a [T],
        largest: usize,
    ) -> Self {
        debug_assert!(offsets.iter().all(|&offset| offset as usize <= largest));
        assert_eq!(offsets.len(), values.len(), "a value an entry");
        let end = starts.last().map(|&end| end as usize);
        assert_eq!(end, Some(offsets.len()), "starts must end at the number of entries");
        let limit = if offsets.is_empty() { 0 } else { largest + BLOCK };
        Self { starts, offsets, values, limit }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Where the entries of row `r` stand among those of all rows, whose offsets and values [`entries`](Self::entries) has.
    #[inline(always)]
    pub(crate) fn place(&self, r: usize) -> Range<usize> {
        self.starts[r] as usize..self.starts[r + 1] as usize
    }

    /// The offsets and values of all rows.
    #[inline(always)]
    pub(crate) fn entries(&self) -> (&'a [u32], &'a [T]) {
        (self.offsets, self.values)
    }

    /// The entries of row `r`: offsets and values, of equal length.
    #[inline(always)]
    pub(crate) fn row(&self, r: usize) -> (&'a [u32], &'a [T]) {
        let entries = self.starts[r] as usize..self.starts[r + 1] as usize;
        let offsets = &self.offsets[entries.clone()];
        (offsets, &self.values[entries][..offsets.len()])
    }
}

/// Calls `$body` with the arguments for every panel, `first` being its first output, and with the
/// number `V` of vectors in its rows.
macro_rules! for_each_panel {
    ($stride:expr, |$first:ident| $body:ident($($argument:expr),*)) => {
        assert!($stride > 0 && $stride.is_multiple_of(BLOCK), "a stride of whole blocks");
        for $first in (0..$stride).step_by(T::PANEL) {
            // A full panel or one of a single block: either way V is known to the compiler.
            let lanes = T::lanes::<S>();
            let full = $first + T::PANEL <= $stride;
            match if full { T::PANEL / lanes } else { BLOCK / lanes } {
                1 => $body::<S, T, 1>($($argument),*),
                2 => $body::<S, T, 2>($($argument),*),
                4 => $body::<S, T, 4>($($argument),*),
                8 => $body::<S, T, 8>($($argument),*),
                16 => $body::<S, T, 16>($($argument),*),
                _ => $body::<S, T, 32>($($argument),*),
            }
        }
    };
}

/// The panel that begins at output `first`, as rows of `V` vectors: where it stands in `weights`, and
/// what an offset is multiplied by to give the index of an element in it.
///
/// Every offset of the mini-batch then points to `V` whole vectors within `weights`, since
/// (offset + [`BLOCK`]) · factor ≤ limit · factor ≤ n_in · BLOCK · factor = n_in · width, the length
/// of the panel without the rows that are skipped. Vectors have the alignment of their elements. All of this is asserted here; the
/// compiler decides what concerns the types.
#[inline(always)]
fn panel<S: Simd, T: Real, const V: usize>(
    input: SparseBatch<T>,
    weights: &[T],
    (first, skip): (usize, usize),
    stride: usize,
) -> (Range<usize>, usize) {
    let width = V * T::lanes::<S>();
    assert!(size_of::<[T::Vector<S>; V]>() == width * size_of::<T>(), "V vectors make a row");
    assert!(align_of::<T::Vector<S>>() == align_of::<T>(), "vectors are aligned like elements");
    assert!(width.is_multiple_of(BLOCK), "rows of whole blocks");
    let (rows, factor) = (weights.len() / stride, width / BLOCK);
    assert!(skip <= rows, "no more rows than there are are skipped");
    assert!(input.limit * factor <= (rows - skip) * width, "inputs outside the weights");
    (rows * first + skip * width..rows * (first + width), factor)
}

/// Kernel: `output[r] = Σ_k input[r][k] · weights[k]` over the entries of row r, in two partial
/// sums that are added at the end.
///
/// # Panics
///
/// When the mini-batch has entries outside `weights`, the stride is 0 or no multiple of [`BLOCK`],
/// or `output` is shorter than its shape.
pub struct SparseProduct<'a, T> {
    /// The mini-batch.
    pub input: SparseBatch<'a, T>,
    /// Panels.
    pub weights: &'a [T],
    /// The rows of every panel before that of the first input.
    pub skip: usize,
    /// The stride of `output`, a multiple of [`BLOCK`].
    pub stride: usize,
    /// `[rows][stride]`, overwritten.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for SparseProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, weights, skip, stride, output } = self;
        for_each_panel!(stride, |first| product_panel(
            simd,
            input,
            weights,
            (first, skip),
            stride,
            output
        ));
    }
}

/// The partial sums of a row, to hide the latency of the multiply-adds: entry i goes to sum
/// i mod 2.
pub(crate) const SUMS: usize = 2;

#[inline(always)]
fn product_panel<S: Simd, T: Real, const V: usize>(
    simd: S,
    input: SparseBatch<T>,
    weights: &[T],
    (first, skip): (usize, usize),
    stride: usize,
    output: &mut [T],
) {
    let (range, factor) = panel::<S, T, V>(input, weights, (first, skip), stride);
    let weights = weights[range].as_ptr();
    let add = |sum: &mut [T::Vector<S>; V], offset: u32, x: T| {
        // SAFETY: the row lies within the panel and is aligned; see `panel`.
        let w = unsafe { &*weights.add(offset as usize * factor).cast::<[T::Vector<S>; V]>() };
        let x = T::splat(simd, x);
        for v in 0..V {
            sum[v] = T::mul_add(simd, x, w[v], sum[v]);
        }
    };
    for r in 0..input.rows() {
        let (offsets, values) = input.row(r);
        let mut sums = [[T::splat(simd, T::ZERO); V]; SUMS];
        let (offsets, last_offset) = offsets.as_chunks::<SUMS>();
        let (values, last_value) = values.as_chunks::<SUMS>();
        for (offset, x) in offsets.iter().zip(values) {
            for i in 0..SUMS {
                add(&mut sums[i], offset[i], x[i]);
            }
        }
        for (i, (&offset, &x)) in last_offset.iter().zip(last_value).enumerate() {
            add(&mut sums[i], offset, x);
        }
        let [a, b] = sums;
        let output = &mut output[r * stride + first..][..V * T::lanes::<S>()];
        for (v, output) in T::vectors_mut::<S>(output).iter_mut().enumerate() {
            *output = T::plus(simd, a[v], b[v]);
        }
    }
}

/// Kernel: `weights[k] += Σ_r input[r][k] · delta[r]`, r ascending, touching only the rows k that
/// are non-zero somewhere in the mini-batch.
///
/// The bits are those of the dense [`AddOuterProducts`](super::dense::AddOuterProducts).
///
/// # Panics
///
/// When the mini-batch has entries outside `weights`, the stride is 0 or no multiple of [`BLOCK`],
/// or `delta` is shorter than its shape.
pub struct AddSparseOuterProducts<'a, T> {
    /// The mini-batch.
    pub input: SparseBatch<'a, T>,
    /// `[rows][stride]`.
    pub delta: &'a [T],
    /// Panels, updated in place.
    pub weights: &'a mut [T],
    /// The rows of every panel before that of the first input.
    pub skip: usize,
    /// The stride of `delta`, a multiple of [`BLOCK`].
    pub stride: usize,
}

impl<T: Real> WithSimd for AddSparseOuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, delta, weights, skip, stride } = self;
        for_each_panel!(stride, |first| outer_panel(
            simd,
            input,
            delta,
            weights,
            (first, skip),
            stride
        ));
    }
}

#[inline(always)]
fn outer_panel<S: Simd, T: Real, const V: usize>(
    simd: S,
    input: SparseBatch<T>,
    delta: &[T],
    weights: &mut [T],
    (first, skip): (usize, usize),
    stride: usize,
) {
    let (range, factor) = panel::<S, T, V>(input, weights, (first, skip), stride);
    let weights = weights[range].as_mut_ptr();
    for r in 0..input.rows() {
        let mut d = [T::splat(simd, T::ZERO); V];
        d.copy_from_slice(T::vectors::<S>(&delta[r * stride + first..][..V * T::lanes::<S>()]));
        let (offsets, values) = input.row(r);
        for (&offset, &x) in offsets.iter().zip(values) {
            // SAFETY: the row lies within the panel and is aligned; see `panel`. The weights are
            // borrowed mutably and no other reference to the row is alive.
            let w =
                unsafe { &mut *weights.add(offset as usize * factor).cast::<[T::Vector<S>; V]>() };
            let x = T::splat(simd, x);
            for v in 0..V {
                w[v] = T::mul_add(simd, x, d[v], w[v]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    /// Where the weight from row k to output j stands.
    fn index<T: Real>(rows: usize, stride: usize, k: usize, j: usize) -> usize {
        let first = j / T::PANEL * T::PANEL;
        rows * first + k * T::PANEL.min(stride - first) + j - first
    }

    fn check<T: Real>(rows: usize, n_in: usize, skip: usize, stride: usize) {
        let number = |i: usize| T::from_f64(((i * 37 % 23) as f64 - 11.0) / 8.0);
        let numbers = |len: usize| (0..len).map(number).collect::<Vec<T>>();
        // Rows of 0, 0, 1, 2, … entries.
        let starts: Vec<u32> = (0..=rows).map(|r| (r * r.saturating_sub(1) / 2) as u32).collect();
        let end = starts[rows] as usize;
        let offsets: Vec<u32> = (0..end).map(|i| (i * 7 % n_in * BLOCK) as u32).collect();
        let values = numbers(end);
        let input = SparseBatch::new(&starts, &offsets, &values);
        let all = skip + n_in;
        let (weights, delta) = (numbers(all * stride), numbers(rows * stride));
        let mut scalar: Option<[Vec<T>; 2]> = None;
        for level in SimdLevel::available() {
            let (mut output, mut updated) = (numbers(rows * stride), weights.clone());
            let (output, updated) = (&mut output[..], &mut updated[..]);
            let arch = level.arch();
            let weights = &weights[..];
            arch.dispatch(SparseProduct { input, weights, skip, stride, output: &mut *output });
            let (delta, weights) = (&delta[..], &mut *updated);
            arch.dispatch(AddSparseOuterProducts { input, delta, weights, skip, stride });
            let got = [output.to_vec(), updated.to_vec()];
            assert_eq!(&got, scalar.get_or_insert_with(|| got.clone()), "{level} {rows} {n_in}");
        }
        let [output, updated] = scalar.unwrap();
        let at = |k, j| index::<T>(all, stride, k, j);
        let row = |r: usize| {
            let (offsets, values) = input.row(r);
            let inputs = offsets.iter().map(|&offset| offset as usize / BLOCK);
            inputs.zip(values.iter().map(|x| x.to_f64()))
        };
        for j in 0..stride {
            let mut sums: Vec<f64> = (0..all).map(|k| weights[at(k, j)].to_f64()).collect();
            for r in 0..rows {
                let want: f64 = row(r).map(|(k, x)| x * weights[at(skip + k, j)].to_f64()).sum();
                assert!((output[r * stride + j].to_f64() - want).abs() < 1e-4, "{r} {j}");
                row(r).for_each(|(k, x)| sums[skip + k] += x * delta[r * stride + j].to_f64());
            }
            for (k, want) in sums.into_iter().enumerate() {
                assert!((updated[at(k, j)].to_f64() - want).abs() < 1e-4, "{k} {j}");
            }
        }
    }

    #[test]
    fn every_shape_has_the_products_of_f64_and_the_same_bits_at_every_level() {
        for rows in [1, 2, 7] {
            for (n_in, skip) in [(1, 0), (3, 5), (28, 1), (28, 0), (5, 64)] {
                for stride in [16, 32, 48, 80, 256] {
                    check::<f32>(rows, n_in, skip, stride);
                    check::<f64>(rows, n_in, skip, stride);
                }
            }
        }
    }
}
