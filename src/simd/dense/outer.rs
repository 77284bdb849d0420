use super::{ROWS, Shape};
use crate::simd::Real;
use pulp::{Simd, WithSimd};

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
pub(in crate::simd) fn outer_rows<S: Simd, T: Real>(
    simd: S,
    input: &[T],
    shape: Shape,
    delta: &[T],
    first: usize,
    weights: &mut [T::Vector<S>],
) {
    let delta = T::vectors::<S>(delta);
    let images = delta.len() / shape.per_row;
    let input = &input[..images * shape.input_stride];
    if images == 1 {
        let delta = &delta[first..][..shape.weights_per_row];
        return outer_of_one::<S, T>(simd, &input[..shape.n_in], delta, weights);
    }
    let factors = Factors { input, delta, shape, first };
    // As many sums as the registers hold beside what is multiplied.
    match shape.weights_per_row {
        1 => outer_blocks::<S, T, 8, 1>(simd, factors, weights),
        2 => outer_blocks::<S, T, 5, 2>(simd, factors, weights),
        4 if S::REGISTER_COUNT >= 32 => outer_blocks::<S, T, 5, 4>(simd, factors, weights),
        _ => outer_wide::<S, T>(simd, factors, weights),
    }
}

/// The outer product of a single image, of which nothing is used twice.
#[inline(always)]
fn outer_of_one<S: Simd, T: Real>(
    simd: S,
    input: &[T],
    delta: &[T::Vector<S>],
    weights: &mut [T::Vector<S>],
) {
    match delta.len() {
        1 => narrow_outer_of_one::<S, T, 1>(simd, input, delta, weights),
        2 => narrow_outer_of_one::<S, T, 2>(simd, input, delta, weights),
        4 => narrow_outer_of_one::<S, T, 4>(simd, input, delta, weights),
        per_row => {
            for (row, &x) in weights.chunks_exact_mut(per_row).zip(input) {
                let x = T::splat(simd, x);
                for (w, &d) in row.iter_mut().zip(delta) {
                    *w = T::mul_add(simd, x, d, *w);
                }
            }
        }
    }
}

/// The same for rows of `V` vectors.
#[inline(always)]
fn narrow_outer_of_one<S: Simd, T: Real, const V: usize>(
    simd: S,
    input: &[T],
    delta: &[T::Vector<S>],
    weights: &mut [T::Vector<S>],
) {
    let Some(d) = delta.first_chunk::<V>() else { return };
    for (row, &x) in weights.as_chunks_mut::<V>().0.iter_mut().zip(input) {
        let x = T::splat(simd, x);
        for v in 0..V {
            row[v] = T::mul_add(simd, x, d[v], row[v]);
        }
    }
}

/// What the outer products are made of.
#[derive(Clone, Copy)]
pub(super) struct Factors<'a, T, V> {
    pub input: &'a [T],
    pub delta: &'a [V],
    pub shape: Shape,
    /// The error vector of the first column.
    pub first: usize,
}

impl<'a, T, V> Factors<'a, T, V> {
    /// Of each image, `R` inputs from the one of row `k`, and `N` error vectors from the one of `column`.
    #[inline(always)]
    fn at<const R: usize, const N: usize>(
        self,
        k: usize,
        column: usize,
    ) -> impl Iterator<Item = (&'a [T; R], &'a [V; N])> {
        let Self { input, delta, shape, first } = self;
        let inputs = input.chunks_exact(shape.input_stride);
        inputs.zip(delta.chunks_exact(shape.per_row)).map(move |(x, d)| {
            let x = x[k..].first_chunk().expect("inputs for all rows of weights");
            (x, d[first + column..].first_chunk().expect("errors for all columns"))
        })
    }
}

/// Rows of just `V` vectors, `R` at a time.
#[inline(always)]
fn outer_blocks<S: Simd, T: Real, const R: usize, const V: usize>(
    simd: S,
    factors: Factors<T, T::Vector<S>>,
    weights: &mut [T::Vector<S>],
) {
    let (blocks, rest) = weights.as_chunks_mut::<V>().0.as_chunks_mut::<R>();
    let left = blocks.len() * R;
    for (i, block) in blocks.iter_mut().enumerate() {
        outer_block(simd, factors, (i * R, 0), block.each_mut());
    }
    for (i, row) in rest.iter_mut().enumerate() {
        outer_block(simd, factors, (left + i, 0), [row]);
    }
}

/// Rows of any width, [`ROWS`] at a time.
#[inline(always)]
fn outer_wide<S: Simd, T: Real>(
    simd: S,
    factors: Factors<T, T::Vector<S>>,
    weights: &mut [T::Vector<S>],
) {
    let per_row = factors.shape.weights_per_row;
    let mut blocks = weights.chunks_exact_mut(ROWS * per_row);
    let mut k = 0;
    for rows in &mut blocks {
        outer_columns::<S, T, ROWS>(simd, factors, k, rows);
        k += ROWS;
    }
    for row in blocks.into_remainder().chunks_exact_mut(per_row) {
        outer_columns::<S, T, 1>(simd, factors, k, row);
        k += 1;
    }
}

/// `R` rows of weights, from row `k` of the layer.
#[inline(always)]
pub(super) fn outer_columns<S: Simd, T: Real, const R: usize>(
    simd: S,
    factors: Factors<T, T::Vector<S>>,
    k: usize,
    weights: &mut [T::Vector<S>],
) {
    let per_row = factors.shape.weights_per_row;
    let mut column = 0;
    while column < per_row {
        let place = (k, column);
        match per_row - column {
            4.. if S::REGISTER_COUNT >= 32 => {
                outer_block::<S, T, R, 4>(simd, factors, place, block(weights, per_row, column));
                column += 4;
            }
            2.. => {
                outer_block::<S, T, R, 2>(simd, factors, place, block(weights, per_row, column));
                column += 2;
            }
            _ => {
                outer_block::<S, T, R, 1>(simd, factors, place, block(weights, per_row, column));
                column += 1;
            }
        }
    }
}

/// `R` rows of `V` columns.
#[inline(always)]
fn block<V, const R: usize, const N: usize>(
    weights: &mut [V],
    per_row: usize,
    column: usize,
) -> [&mut [V; N]; R] {
    let mut rows = weights.chunks_exact_mut(per_row);
    std::array::from_fn(|_| {
        let row = rows.next().expect("as many rows");
        row[column..].first_chunk_mut().expect("as many columns")
    })
}

/// The sums of `R` rows and `V` columns, whose first ones are given.
#[inline(always)]
fn outer_block<S: Simd, T: Real, const R: usize, const V: usize>(
    simd: S,
    factors: Factors<T, T::Vector<S>>,
    (k, column): (usize, usize),
    weights: [&mut [T::Vector<S>; V]; R],
) {
    let mut sums: [[T::Vector<S>; V]; R] = std::array::from_fn(|r| *weights[r]);
    for (x, d) in factors.at::<R, V>(k, column) {
        for r in 0..R {
            let x = T::splat(simd, x[r]);
            for v in 0..V {
                sums[r][v] = T::mul_add(simd, x, d[v], sums[r][v]);
            }
        }
    }
    for (weights, sums) in weights.into_iter().zip(sums) {
        *weights = sums;
    }
}
