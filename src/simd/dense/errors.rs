use super::outer::{Factors, outer_columns};
use super::{ROWS, Shape};
use crate::simd::prefetch::prefetch;
use crate::simd::reduce::fold_vectors;
use crate::simd::{BLOCK, Real};
use pulp::{Simd, WithSimd};
use std::hint::black_box;

/// Kernel: the errors of BP2 through weights that stand in no second copy, output-major, and the descent of these weights
/// in the same pass over them: `output[r][k] = Σ_j delta[r][j] · weights[k][j]`, and then
/// `weights[k] += Σ_r input[r][k] · step[r]`, r ascending, as in [`AddOuterProducts`](super::AddOuterProducts).
///
/// A sum over j is one of [`BLOCK`] virtual lanes, j in lane j mod [`BLOCK`], folded by the tree of
/// [`reduce`](crate::simd::reduce). For weights that fill the caches: with a transposed copy each step would read and write
/// twice as many numbers, three times.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct Errors<'a, T> {
    /// `[rows][stride]`, padding zero.
    pub delta: &'a [T],
    /// `[n_in][stride]`, padding zero; updated in place if there is a descent.
    pub weights: &'a mut [T],
    /// The stride of `delta` and `weights`.
    pub stride: usize,
    /// `[rows][output_stride]`, overwritten, the padding by zeros.
    pub output: &'a mut [T],
    /// The stride of `output`, at least `n_in`.
    pub output_stride: usize,
    /// What is added to the weights afterwards.
    pub descent: Option<Descent<'a, T>>,
}

/// What [`Errors`] adds to the weights.
#[derive(Clone, Copy)]
pub struct Descent<'a, T> {
    /// `[rows][input_stride]`.
    pub input: &'a [T],
    /// The stride of `input`, at least the number of rows of the weights.
    pub input_stride: usize,
    /// `[rows][stride]`: the errors times the factor of the step.
    pub step: &'a [T],
}

impl<T: Real> WithSimd for Errors<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { delta, weights, stride, output, output_stride, descent } = self;
        let (rows, n_in) = (delta.len() / stride, weights.len() / stride);
        let per_row = stride / T::lanes::<S>();
        let factors = descent.map(|Descent { input, input_stride, step }| Factors {
            input: &input[..rows * input_stride],
            delta: T::vectors::<S>(step),
            shape: Shape { input_stride, n_in, weights_per_row: per_row, per_row },
            first: 0,
        });
        let delta = T::vectors::<S>(delta);
        let mut products = Products { delta, per_row, output: &mut *output, output_stride };
        let mut rest = T::vectors_mut::<S>(weights);
        for k in (0..n_in).step_by(ROWS) {
            let (band, after) = rest.split_at_mut(ROWS.min(n_in - k) * per_row);
            rest = after;
            prefetch(&rest[..rest.len().min(band.len())]);
            if band.len() == ROWS * per_row {
                products.with_rows::<S, ROWS>(simd, band, k);
                if let Some(factors) = factors {
                    outer_columns::<S, T, ROWS>(simd, factors, k, band);
                }
                continue;
            }
            for (k, row) in (k..).zip(band.chunks_exact_mut(per_row)) {
                products.with_rows::<S, 1>(simd, row, k);
                if let Some(factors) = factors {
                    outer_columns::<S, T, 1>(simd, factors, k, row);
                }
            }
        }
        for output in output.chunks_exact_mut(output_stride) {
            output[n_in..].fill(T::ZERO);
        }
    }
}

/// What the errors are made of.
struct Products<'a, T, V> {
    delta: &'a [V],
    per_row: usize,
    output: &'a mut [T],
    output_stride: usize,
}

impl<T: Real, V: Copy> Products<'_, T, V> {
    /// The errors through `K` rows of weights, of which the first is row `k` of the layer. They stay in L1 while all rows
    /// of `delta` go by.
    #[inline(always)]
    fn with_rows<S: Simd, const K: usize>(&mut self, simd: S, weights: &[V], k: usize)
    where
        T: Real<Vector<S> = V>,
    {
        let Self { delta, per_row, output, output_stride } = self;
        let (per_row, output_stride) = (*per_row, *output_stride);
        let weights = rows_of::<V, K>(weights, per_row);
        // Made once: to clear them for every pair of rows takes as long as a short sum.
        let (mut pair, mut single) = ([[[T::ZERO; BLOCK]; K]; 2], [[[T::ZERO; BLOCK]; K]; 1]);
        let mut deltas = delta.chunks_exact(2 * per_row);
        let mut outputs = output.chunks_exact_mut(2 * output_stride);
        for (delta, output) in (&mut deltas).zip(&mut outputs) {
            let delta = rows_of(delta, per_row);
            let errors = errors_of::<S, T, 2, K>(simd, delta, weights, &mut pair);
            for (output, errors) in output.chunks_exact_mut(output_stride).zip(errors) {
                output[k..][..K].copy_from_slice(&errors);
            }
        }
        if let (delta @ [_, ..], output) = (deltas.remainder(), outputs.into_remainder()) {
            let [errors] = errors_of::<S, T, 1, K>(simd, [delta], weights, &mut single);
            output[k..][..K].copy_from_slice(&errors);
        }
    }
}

/// The first `N` rows.
#[inline(always)]
fn rows_of<V, const N: usize>(x: &[V], per_row: usize) -> [&[V]; N] {
    std::array::from_fn(|i| &x[i * per_row..][..per_row])
}

/// The products of `R` rows of errors with `K` rows of weights: as many as keep the multipliers busy, with one vector of the
/// virtual lanes after the other, so that the sums fit into the registers.
#[inline(always)]
fn errors_of<S: Simd, T: Real, const R: usize, const K: usize>(
    simd: S,
    delta: [&[T::Vector<S>]; R],
    weights: [&[T::Vector<S>]; K],
    lanes: &mut [[[T; BLOCK]; K]; R],
) -> [[T; K]; R] {
    let columns = delta[0].len();
    let delta: [_; R] = std::array::from_fn(|r| &delta[r][..columns]);
    let weights: [_; K] = std::array::from_fn(|k| &weights[k][..columns]);
    let vectors = BLOCK / T::lanes::<S>();
    for v in 0..vectors {
        let mut sums = [[T::splat(simd, T::ZERO); K]; R];
        let mut column = v;
        while column < columns {
            for k in 0..K {
                for r in 0..R {
                    sums[r][k] = T::mul_add(simd, delta[r][column], weights[k][column], sums[r][k]);
                }
            }
            column += vectors;
        }
        for r in 0..R {
            for k in 0..K {
                T::vectors_mut::<S>(&mut lanes[r][k])[v] = sums[r][k];
            }
        }
    }
    // In memory: kept in registers, the sums of one pass would push out those of the next.
    let lanes = black_box(&*lanes);
    let mut errors = [[T::ZERO; K]; R];
    for r in 0..R {
        for k in 0..K {
            errors[r][k] = fold_vectors(simd, lanes[r][k]);
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::super::AddOuterProducts;
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel, padded};
    use proptest::prelude::*;

    /// Rows of `columns` numbers, the padding 0.
    fn rows<T: Real>(rows: usize, columns: usize, seed: u64) -> AlignedVec<T> {
        let mut state = seed;
        let mut x = AlignedVec::zeros(rows * padded(columns));
        for row in x.chunks_exact_mut(padded(columns)) {
            for x in &mut row[..columns] {
                // An LCG of Knuth's; its low bits are not used.
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                *x = T::from_f64((state >> 40) as f64 / (1u64 << 23) as f64 - 1.0);
            }
        }
        x
    }

    fn bits<T: Real>(x: &[T]) -> Vec<u64> {
        x.iter().map(|x| x.to_f64().to_bits()).collect()
    }

    fn check<T: Real>([images, n_in, n_out]: [usize; 3], seed: u64, tolerance: f64) {
        let (input_stride, stride) = (padded(n_in), padded(n_out));
        let input = rows::<T>(images, n_in, seed);
        let delta = rows::<T>(images, n_out, seed + 1);
        let step = rows::<T>(images, n_out, seed + 2);
        let weights = rows::<T>(n_in, n_out, seed + 3);
        let errors = |level: SimdLevel, weights: &mut [T], descent| {
            let mut output = AlignedVec::zeros(images * input_stride);
            output.fill(T::from_f64(f64::NAN));
            level.arch().dispatch(Errors {
                delta: &delta,
                weights,
                stride,
                output: &mut output,
                output_stride: input_stride,
                descent,
            });
            output
        };
        let want = errors(SimdLevel::SCALAR, &mut weights.clone(), None);
        for r in 0..images {
            for k in 0..input_stride {
                let products = (0..n_out).map(|j| {
                    let w = if k < n_in { weights[k * stride + j] } else { T::ZERO };
                    delta[r * stride + j].to_f64() * w.to_f64()
                });
                let (got, exact) = (want[r * input_stride + k].to_f64(), products.sum::<f64>());
                assert!((got - exact).abs() < tolerance, "error {r} {k}: {got} {exact}");
            }
        }
        for level in SimdLevel::available() {
            let mut same = weights.clone();
            assert_eq!(bits(&errors(level, &mut same, None)), bits(&want), "{level}");
            assert_eq!(bits(&same), bits(&weights), "{level}: weights without a descent");
            let mut got = weights.clone();
            let descent = Some(Descent { input: &input, input_stride, step: &step });
            assert_eq!(bits(&errors(level, &mut got, descent)), bits(&want), "{level}");
            let mut apart = weights.clone();
            let (input, delta, weights) = (&input[..], &step[..], &mut apart[..]);
            let outer = AddOuterProducts { input, input_stride, delta, weights, stride };
            level.arch().dispatch(outer);
            assert_eq!(bits(&got), bits(&apart), "{level}: weights after the descent");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn errors_are_exact_and_the_descent_is_that_of_the_outer_products(
            images in 1usize..18,
            n_in in 1usize..40,
            n_out in 1usize..140,
            seed: u32,
        ) {
            check::<f32>([images, n_in, n_out], seed.into(), 1e-4);
            check::<f64>([images, n_in, n_out], seed.into(), 1e-13);
        }
    }
}
