//! Products with a sparse mini-batch: a zero pixel costs nothing.
//!
//! The weights stand in *panels* of [`Real::PANEL`] outputs, `[n_in][PANEL]` one after the other:
//! two cache lines an input, the last panel with one line if the stride leaves no more. The kernels
//! work panel by panel through all rows of the mini-batch. These share most of their non-zero
//! inputs, and the lines of a panel that are used nearly fit into L1; wider panels do not, and in
//! narrower ones an entry is decoded for too little work. [`Storage::Rows`] is for weights that fit anyway.

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

    /// The entries of row `r`: offsets and values, of equal length.
    #[inline(always)]
    pub(crate) fn row(&self, r: usize) -> (&'a [u32], &'a [T]) {
        let entries = self.starts[r] as usize..self.starts[r + 1] as usize;
        let offsets = &self.offsets[entries.clone()];
        (offsets, &self.values[entries][..offsets.len()])
    }
}

/// How the weights that a sparse mini-batch meets are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In panels, as large weights should be.
    Panels,
    /// Row by row, `[n_in][stride]`: few weights, which stay in L1 anyway.
    Rows,
}

/// Calls `$body` with the arguments for every panel, `first` being its first output, with the
/// number `V` of vectors in its rows and whether these are parts of whole rows.
macro_rules! for_each_panel {
    ($storage:expr, $stride:expr, |$first:ident| $body:ident($($argument:expr),*)) => {
        match $storage {
            Storage::Panels => for_each_panel!(false; $stride, |$first| $body($($argument),*)),
            Storage::Rows => for_each_panel!(true; $stride, |$first| $body($($argument),*)),
        }
    };
    ($whole:literal; $stride:expr, |$first:ident| $body:ident($($argument:expr),*)) => {{
        assert!($stride > 0 && $stride.is_multiple_of(BLOCK), "a stride of whole blocks");
        for $first in (0..$stride).step_by(T::PANEL) {
            // A full panel or one of a single block: either way V is known to the compiler.
            let lanes = T::lanes::<S>();
            let full = $first + T::PANEL <= $stride;
            match if full { T::PANEL / lanes } else { BLOCK / lanes } {
                1 => $body::<S, T, 1, $whole>($($argument),*),
                2 => $body::<S, T, 2, $whole>($($argument),*),
                4 => $body::<S, T, 4, $whole>($($argument),*),
                8 => $body::<S, T, 8, $whole>($($argument),*),
                16 => $body::<S, T, 16, $whole>($($argument),*),
                _ => $body::<S, T, 32, $whole>($($argument),*),
            }
        }
    }};
}

/// The panel that begins at output `first`, as rows of `V` vectors: where it stands in `weights`, and
/// what an offset is multiplied by to give the index of an element in it.
///
/// In whole rows (`WHOLE`) the panel is a part of each: a row of it begins a stride after the last one. An offset of at most
/// limit − [`BLOCK`] is then at most n_in − 1 rows, and the width of the panel ends within the last of them.
///
/// Every offset of the mini-batch then points to `V` whole vectors within `weights`, since
/// (offset + [`BLOCK`]) · factor ≤ limit · factor ≤ n_in · BLOCK · factor = n_in · width, the length
/// of the panel. Vectors have the alignment of their elements. All of this is asserted here; the
/// compiler decides what concerns the types.
#[inline(always)]
fn panel<S: Simd, T: Real, const V: usize, const WHOLE: bool>(
    input: SparseBatch<T>,
    weights: &[T],
    first: usize,
    stride: usize,
) -> (Range<usize>, usize) {
    let width = V * T::lanes::<S>();
    assert!(size_of::<[T::Vector<S>; V]>() == width * size_of::<T>(), "V vectors make a row");
    assert!(align_of::<T::Vector<S>>() == align_of::<T>(), "vectors are aligned like elements");
    assert!(width.is_multiple_of(BLOCK), "rows of whole blocks");
    let n_in = weights.len() / stride;
    if WHOLE {
        let factor = stride / BLOCK;
        assert!(first + width <= stride, "a panel within the rows");
        assert!(n_in > 0 && input.limit * factor <= n_in * stride, "inputs outside the weights");
        return (first..(n_in - 1) * stride + first + width, factor);
    }
    let factor = width / BLOCK;
    assert!(input.limit * factor <= n_in * width, "inputs outside the weights");
    (n_in * first..n_in * (first + width), factor)
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
    /// Of all inputs.
    pub weights: &'a [T],
    /// How they are stored.
    pub storage: Storage,
    /// The stride of `output`, a multiple of [`BLOCK`].
    pub stride: usize,
    /// `[rows][stride]`, overwritten.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for SparseProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, weights, storage, stride, output } = self;
        for_each_panel!(storage, stride, |first| product_panel(
            simd, input, weights, first, stride, output
        ));
    }
}

/// The partial sums of a row, to hide the latency of the multiply-adds: entry i goes to sum
/// i mod 2.
pub(crate) const SUMS: usize = 2;

#[inline(always)]
fn product_panel<S: Simd, T: Real, const V: usize, const WHOLE: bool>(
    simd: S,
    input: SparseBatch<T>,
    weights: &[T],
    first: usize,
    stride: usize,
    output: &mut [T],
) {
    let (range, factor) = panel::<S, T, V, WHOLE>(input, weights, first, stride);
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
    /// Of all inputs, updated in place.
    pub weights: &'a mut [T],
    /// How they are stored.
    pub storage: Storage,
    /// The stride of `delta`, a multiple of [`BLOCK`].
    pub stride: usize,
}

impl<T: Real> WithSimd for AddSparseOuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, delta, weights, storage, stride } = self;
        for_each_panel!(storage, stride, |first| outer_panel(
            simd, input, delta, weights, first, stride
        ));
    }
}

#[inline(always)]
fn outer_panel<S: Simd, T: Real, const V: usize, const WHOLE: bool>(
    simd: S,
    input: SparseBatch<T>,
    delta: &[T],
    weights: &mut [T],
    first: usize,
    stride: usize,
) {
    let (range, factor) = panel::<S, T, V, WHOLE>(input, weights, first, stride);
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

    /// Weights row by row as panels.
    fn in_panels<T: Real>(rows: &[T], n_in: usize, stride: usize) -> Vec<T> {
        let panels = (0..stride).step_by(T::PANEL).flat_map(|first| {
            let width = T::PANEL.min(stride - first);
            (0..n_in).flat_map(move |k| &rows[k * stride + first..][..width])
        });
        panels.copied().collect()
    }

    fn check<T: Real>(rows: usize, n_in: usize, stride: usize) {
        let number = |i: usize| T::from_f64(((i * 37 % 23) as f64 - 11.0) / 8.0);
        let numbers = |len: usize| (0..len).map(number).collect::<Vec<T>>();
        // Rows of 0, 1, 2, … entries.
        let starts: Vec<u32> = (0..=rows).map(|r| (r * r.saturating_sub(1) / 2) as u32).collect();
        let end = starts[rows] as usize;
        let offsets: Vec<u32> = (0..end).map(|i| (i * 7 % n_in * BLOCK) as u32).collect();
        let values = numbers(end);
        let input = SparseBatch::new(&starts, &offsets, &values);
        let (weights, delta) = (numbers(n_in * stride), numbers(rows * stride));
        let panels = in_panels(&weights, n_in, stride);
        for level in SimdLevel::available() {
            let arch = level.arch();
            let [whole, parts] = [(Storage::Rows, &weights), (Storage::Panels, &panels)].map(
                |(storage, weights)| {
                    let mut output = numbers(rows * stride);
                    let product =
                        SparseProduct { input, weights, storage, stride, output: &mut output };
                    arch.dispatch(product);
                    let mut weights = weights.clone();
                    let (delta, updated) = (&delta[..], &mut weights[..]);
                    arch.dispatch(AddSparseOuterProducts {
                        input,
                        delta,
                        weights: updated,
                        storage,
                        stride,
                    });
                    (output, weights)
                },
            );
            assert_eq!(whole.0, parts.0, "{level} {rows} {n_in} {stride}");
            assert_eq!(in_panels(&whole.1, n_in, stride), parts.1, "{level} {rows} {n_in}");
        }
        let mut output = numbers(rows * stride);
        let product = SparseProduct {
            input,
            weights: &weights,
            storage: Storage::Rows,
            stride,
            output: &mut output,
        };
        SimdLevel::best().arch().dispatch(product);
        for r in 0..rows {
            let (offsets, values) = input.row(r);
            for j in 0..stride {
                let entries = offsets.iter().zip(values);
                let product = |(&o, x): (&u32, &T)| {
                    x.to_f64() * weights[o as usize / BLOCK * stride + j].to_f64()
                };
                let want: f64 = entries.map(product).sum();
                assert!((output[r * stride + j].to_f64() - want).abs() < 1e-4, "{r} {j}");
            }
        }
    }

    #[test]
    fn weights_in_rows_and_in_panels_give_the_same_bits() {
        for rows in [1, 2, 7] {
            for n_in in [1, 3, 28] {
                for stride in [16, 32, 48, 80, 256] {
                    check::<f32>(rows, n_in, stride);
                    check::<f64>(rows, n_in, stride);
                }
            }
        }
    }
}
