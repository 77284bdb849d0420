//! Products with a sparse mini-batch: a zero pixel costs nothing.
//!
//! The weights stand in *panels* of [`Real::PANEL`] outputs, `[n_in][PANEL]` one after the other:
//! two cache lines an input, the last panel with one line if the stride leaves no more. The kernels
//! work panel by panel through all rows of the mini-batch. These share most of their non-zero
//! inputs, and the lines of a panel that are used nearly fit into L1; wider panels do not, and in
//! narrower ones an entry is decoded for too little work.

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
/// of the panel. Vectors have the alignment of their elements. All of this is asserted here; the
/// compiler decides what concerns the types.
#[inline(always)]
fn panel<S: Simd, T: Real, const V: usize>(
    input: SparseBatch<T>,
    weights: &[T],
    first: usize,
    stride: usize,
) -> (Range<usize>, usize) {
    let width = V * T::lanes::<S>();
    assert!(size_of::<[T::Vector<S>; V]>() == width * size_of::<T>(), "V vectors make a row");
    assert!(align_of::<T::Vector<S>>() == align_of::<T>(), "vectors are aligned like elements");
    assert!(width.is_multiple_of(BLOCK), "rows of whole blocks");
    let (n_in, factor) = (weights.len() / stride, width / BLOCK);
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
    /// Panels.
    pub weights: &'a [T],
    /// The stride of `output`, a multiple of [`BLOCK`].
    pub stride: usize,
    /// `[rows][stride]`, overwritten.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for SparseProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, weights, stride, output } = self;
        for_each_panel!(stride, |first| product_panel(simd, input, weights, first, stride, output));
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
    first: usize,
    stride: usize,
    output: &mut [T],
) {
    let (range, factor) = panel::<S, T, V>(input, weights, first, stride);
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
    /// The stride of `delta`, a multiple of [`BLOCK`].
    pub stride: usize,
}

impl<T: Real> WithSimd for AddSparseOuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, delta, weights, stride } = self;
        for_each_panel!(stride, |first| outer_panel(simd, input, delta, weights, first, stride));
    }
}

#[inline(always)]
fn outer_panel<S: Simd, T: Real, const V: usize>(
    simd: S,
    input: SparseBatch<T>,
    delta: &[T],
    weights: &mut [T],
    first: usize,
    stride: usize,
) {
    let (range, factor) = panel::<S, T, V>(input, weights, first, stride);
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
