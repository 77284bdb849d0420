//! Products with a sparse mini-batch: a zero pixel costs nothing.
//!
//! The weights stand in *panels*, `[stride / BLOCK][n_in][BLOCK]`: one panel has the weights of all
//! inputs to [`BLOCK`] outputs, a cache line (f32) an input. The kernels work panel by panel through
//! all rows of the mini-batch. These share most of their non-zero inputs, and the lines of a panel
//! that are used fit into L1, so that only the first row that has an input fetches its line from L2.

use super::{BLOCK, Real};
use pulp::{Simd, WithSimd};

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
    fn row(&self, r: usize) -> (&'a [u32], &'a [T]) {
        let entries = self.starts[r] as usize..self.starts[r + 1] as usize;
        let offsets = &self.offsets[entries.clone()];
        (offsets, &self.values[entries][..offsets.len()])
    }
}

/// Calls `$body` with the number `V` of vectors of a row of a panel.
macro_rules! with_vectors {
    ($body:ident($($argument:expr),*)) => {
        match BLOCK / T::lanes::<S>() {
            1 => $body::<S, T, 1>($($argument),*),
            2 => $body::<S, T, 2>($($argument),*),
            4 => $body::<S, T, 4>($($argument),*),
            8 => $body::<S, T, 8>($($argument),*),
            _ => $body::<S, T, 16>($($argument),*),
        }
    };
}

/// Asserts what the unsafe code below relies on; the compiler decides it.
#[inline(always)]
fn check_vectors<S: Simd, T: Real, const V: usize>() {
    assert!(size_of::<[T::Vector<S>; V]>() == size_of::<[T; BLOCK]>(), "V vectors make a block");
    assert!(align_of::<T::Vector<S>>() == align_of::<T>(), "vectors are aligned like elements");
}

/// Kernel: `output[r] = Σ_k input[r][k] · weights[k]` over the entries of row r, in four partial
/// sums that are added at the end.
///
/// # Panics
///
/// When the mini-batch has entries outside `weights`, the stride is 0 or no multiple of [`BLOCK`],
/// or `output` is shorter than its shape.
pub struct SparseProduct<'a, T> {
    /// The mini-batch.
    pub input: SparseBatch<'a, T>,
    /// `[stride / BLOCK][n_in][BLOCK]`: panels.
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
        with_vectors!(product_panels(simd, self))
    }
}

/// The partial sums of a row, to hide the latency of the multiply-adds: entry i goes to sum
/// i mod 4.
const SUMS: usize = 4;

#[inline(always)]
fn product_panels<S: Simd, T: Real, const V: usize>(simd: S, kernel: SparseProduct<T>) {
    check_vectors::<S, T, V>();
    let SparseProduct { input, weights, stride, output } = kernel;
    assert!(stride > 0 && stride.is_multiple_of(BLOCK), "a stride of whole blocks");
    let panel = weights.len() / (stride / BLOCK);
    assert!(input.limit <= panel, "inputs outside the weights");
    for (first, weights) in (0..stride).step_by(BLOCK).zip(weights.chunks_exact(panel)) {
        let weights = weights.as_ptr();
        let add = |sum: &mut [T::Vector<S>; V], offset: u32, x: T| {
            // SAFETY: `offset + BLOCK` is at most `limit`, which is at most the length of the panel,
            // and V vectors have BLOCK elements: the row lies within the panel. A vector has the
            // alignment of its elements. Both are asserted for the types by `check_vectors`.
            let w = unsafe { &*weights.add(offset as usize).cast::<[T::Vector<S>; V]>() };
            let x = T::splat(simd, x);
            for v in 0..V {
                sum[v] = T::mul_add(simd, x, w[v], sum[v]);
            }
        };
        for r in 0..input.rows() {
            let (offsets, values) = input.row(r);
            let mut sums = [[T::splat(simd, T::ZERO); V]; SUMS];
            let (offsets, offsets_tail) = offsets.as_chunks::<SUMS>();
            let (values, values_tail) = values.as_chunks::<SUMS>();
            for (offset, x) in offsets.iter().zip(values) {
                for i in 0..SUMS {
                    add(&mut sums[i], offset[i], x[i]);
                }
            }
            for (i, (&offset, &x)) in offsets_tail.iter().zip(values_tail).enumerate() {
                add(&mut sums[i], offset, x);
            }
            let [a, b, c, d] = sums;
            let output = T::vectors_mut::<S>(&mut output[r * stride + first..][..BLOCK]);
            for v in 0..V {
                output[v] = T::plus(simd, T::plus(simd, a[v], b[v]), T::plus(simd, c[v], d[v]));
            }
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
    /// `[stride / BLOCK][n_in][BLOCK]`: panels, updated in place.
    pub weights: &'a mut [T],
    /// The stride of `delta`, a multiple of [`BLOCK`].
    pub stride: usize,
}

impl<T: Real> WithSimd for AddSparseOuterProducts<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        with_vectors!(outer_panels(simd, self))
    }
}

#[inline(always)]
fn outer_panels<S: Simd, T: Real, const V: usize>(simd: S, kernel: AddSparseOuterProducts<T>) {
    check_vectors::<S, T, V>();
    let AddSparseOuterProducts { input, delta, weights, stride } = kernel;
    assert!(stride > 0 && stride.is_multiple_of(BLOCK), "a stride of whole blocks");
    let panel = weights.len() / (stride / BLOCK);
    assert!(input.limit <= panel, "inputs outside the weights");
    for (first, weights) in (0..stride).step_by(BLOCK).zip(weights.chunks_exact_mut(panel)) {
        let weights = weights.as_mut_ptr();
        for r in 0..input.rows() {
            let mut d = [T::splat(simd, T::ZERO); V];
            d.copy_from_slice(T::vectors::<S>(&delta[r * stride + first..][..BLOCK]));
            let (offsets, values) = input.row(r);
            for (&offset, &x) in offsets.iter().zip(values) {
                // SAFETY: as in `product_panels`; the weights are borrowed mutably and no other
                // reference to the row is alive.
                let w = unsafe { &mut *weights.add(offset as usize).cast::<[T::Vector<S>; V]>() };
                let x = T::splat(simd, x);
                for v in 0..V {
                    w[v] = T::mul_add(simd, x, d[v], w[v]);
                }
            }
        }
    }
}
