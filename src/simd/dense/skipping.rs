//! Products of a few rows, many of whose elements are 0, with weights that fill the caches: the activations of rectifiers,
//! and those that dropout leaves.
//!
//! What would be multiplied by 0 is left out, row by row: each row of weights is read once for a mini-batch, and goes into
//! the sums of those rows alone that need it. With few weights, or few zeros, the kernels that leave out nothing are faster:
//! there more sums share what is loaded.
//!
//! The sums are those of [`Product`](super::Product) and [`Errors`](super::Errors) in the same order without the terms
//! 0 · w. Where all numbers are finite and no sum or weight is −0, the bits are the same; a 0 · ∞, which is NaN, is left
//! out.

use crate::simd::reduce::fold_vectors;
use crate::simd::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// The most rows of a mini-batch whose errors are made.
pub const FEW: usize = 16;

/// The rows of weights of which a row of the mini-batch takes up what it needs before the next row does.
const BAND: usize = FEW;

/// The most rows that are added, or multiplied with another one, in one go: what AVX2's registers hold.
const AT_ONCE: usize = 4;

/// Some vectors, and so many rows of them.
type Vectors<'a, S, T> = &'a [<T as Real>::Vector<S>];
type Rows<'a, S, T, const N: usize> = [Vectors<'a, S, T>; N];

/// Kernel: `output[r] = Σ_k input[r][k] · weights[k]`, k ascending over the elements that are not 0, for every row r.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct SkippingProduct<'a, T> {
    /// `[rows][input_stride]`.
    pub input: &'a [T],
    /// The stride of `input`, at least the number of rows of the weights.
    pub input_stride: usize,
    /// `[n_in][stride]`.
    pub weights: &'a [T],
    /// The stride of `weights` and `output`.
    pub stride: usize,
    /// `[rows][stride]`, overwritten.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for SkippingProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, input_stride, weights, stride, output } = self;
        let per_row = stride / T::lanes::<S>();
        assert!(
            input.len() / input_stride >= output.len() / stride,
            "a row of inputs a row of outputs"
        );
        let mut found = Found::NONE;
        output.fill(T::ZERO);
        let output = T::vectors_mut::<S>(output);
        for (i, band) in T::vectors::<S>(weights).chunks(BAND * per_row).enumerate() {
            let rows = input.chunks_exact(input_stride).zip(output.chunks_exact_mut(per_row));
            for (input, sums) in rows {
                let here = &input[i * BAND..][..band.len() / per_row];
                found.look(here.iter().copied());
                found.add::<S>(simd, band, sums);
            }
        }
    }
}

/// Kernel: as [`Errors`](super::Errors), for the elements alone whose activation is not 0; the others are 0.
///
/// # Panics
///
/// When a slice is shorter than its shape, or the rows are more than [`FEW`].
pub struct SkippingErrors<'a, T> {
    /// `[rows][output_stride]`: the activations of the neurons whose errors are made.
    pub activation: &'a [T],
    /// `[rows][stride]`, padding zero.
    pub delta: &'a [T],
    /// `[n_in][stride]`, padding zero; updated in place if there is a step.
    pub weights: &'a mut [T],
    /// The stride of `delta` and `weights`.
    pub stride: usize,
    /// `[rows][output_stride]`, overwritten, the padding by zeros.
    pub output: &'a mut [T],
    /// The stride of `output`, at least `n_in`.
    pub output_stride: usize,
    /// `[rows][stride]`: the errors times the factor of the step, if the weights are then to be changed by it:
    /// `weights[k] += Σ_r activation[r][k] · step[r]`, r ascending.
    pub step: Option<&'a [T]>,
}

impl<T: Real> WithSimd for SkippingErrors<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { activation, delta, weights, stride, output, output_stride, step } = self;
        let per_row = stride / T::lanes::<S>();
        let (delta, step) = (T::vectors::<S>(delta), step.map(T::vectors::<S>));
        let activation = &activation[..output.len()];
        assert!(output.len() / output_stride <= FEW, "few rows");
        output.fill(T::ZERO);
        let mut found = Found::NONE;
        for (k, row) in T::vectors_mut::<S>(weights).chunks_exact_mut(per_row).enumerate() {
            found.look(activation[k..].iter().step_by(output_stride).copied());
            let errors = found.errors::<S>(simd, delta, step, row);
            for (&r, error) in found.places[..found.count].iter().zip(errors) {
                output[r * output_stride + k] = error;
            }
        }
    }
}

/// The elements of a row, or of a column, that are not 0.
struct Found<T> {
    places: [usize; FEW],
    values: [T; FEW],
    count: usize,
}

impl<T: Real> Found<T> {
    const NONE: Self = Self { places: [0; FEW], values: [T::ZERO; FEW], count: 0 };

    /// Looks through up to [`FEW`] elements.
    #[inline(always)]
    fn look(&mut self, elements: impl Iterator<Item = T>) {
        self.count = 0;
        for (place, x) in elements.enumerate() {
            // Without a branch: it would be guessed wrong half of the time.
            (self.places[self.count], self.values[self.count]) = (place, x);
            self.count += usize::from(x != T::ZERO);
        }
    }

    /// The elements from the `first` to the `first + N`-th that were found, and of `rows`, each `per_row` vectors long, those
    /// at their places.
    #[inline(always)]
    fn rows<'a, S: Simd, const N: usize>(
        &self,
        simd: S,
        first: usize,
        (rows, per_row): (Vectors<'a, S, T>, usize),
    ) -> (Rows<'a, S, T, N>, [T::Vector<S>; N]) {
        (
            std::array::from_fn(|i| &rows[self.places[first + i] * per_row..][..per_row]),
            std::array::from_fn(|i| T::splat(simd, self.values[first + i])),
        )
    }

    /// `sums += Σ x · rows[place]`, ascending.
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, rows: &[T::Vector<S>], sums: &mut [T::Vector<S>]) {
        let mut first = 0;
        while first < self.count {
            first += match self.count - first {
                AT_ONCE.. => self.add_some::<S, AT_ONCE>(simd, first, rows, sums),
                3 => self.add_some::<S, 3>(simd, first, rows, sums),
                2 => self.add_some::<S, 2>(simd, first, rows, sums),
                _ => self.add_some::<S, 1>(simd, first, rows, sums),
            };
        }
    }

    /// [`add`](Self::add) for `N` of them.
    #[inline(always)]
    fn add_some<S: Simd, const N: usize>(
        &self,
        simd: S,
        first: usize,
        rows: &[T::Vector<S>],
        sums: &mut [T::Vector<S>],
    ) -> usize {
        let (rows, x) = self.rows::<S, N>(simd, first, (rows, sums.len()));
        for (v, sum) in sums.iter_mut().enumerate() {
            let mut s = *sum;
            for i in 0..N {
                s = T::mul_add(simd, x[i], rows[i][v], s);
            }
            *sum = s;
        }
        N
    }

    /// `row · delta[place]`, ascending, and then, if there is a step, `row += Σ x · step[place]`.
    #[inline(always)]
    fn errors<S: Simd>(
        &self,
        simd: S,
        delta: &[T::Vector<S>],
        step: Option<&[T::Vector<S>]>,
        row: &mut [T::Vector<S>],
    ) -> [T; FEW] {
        let mut errors = [T::ZERO; FEW];
        if let (Some(step), ..=AT_ONCE) = (step, self.count) {
            // The row is read once for both.
            let vectors = (delta, step);
            match self.count {
                AT_ONCE => self.errors_of::<S, AT_ONCE, true>(simd, 0, vectors, row, &mut errors),
                3 => self.errors_of::<S, 3, true>(simd, 0, vectors, row, &mut errors),
                2 => self.errors_of::<S, 2, true>(simd, 0, vectors, row, &mut errors),
                1 => self.errors_of::<S, 1, true>(simd, 0, vectors, row, &mut errors),
                _ => 0, // nothing was found
            };
            return errors;
        }
        let (mut first, vectors) = (0, (delta, delta));
        while first < self.count {
            first += match self.count - first {
                AT_ONCE.. => {
                    self.errors_of::<S, AT_ONCE, false>(simd, first, vectors, row, &mut errors)
                }
                3 => self.errors_of::<S, 3, false>(simd, first, vectors, row, &mut errors),
                2 => self.errors_of::<S, 2, false>(simd, first, vectors, row, &mut errors),
                _ => self.errors_of::<S, 1, false>(simd, first, vectors, row, &mut errors),
            };
        }
        if let Some(step) = step {
            self.add::<S>(simd, step, row);
        }
        errors
    }

    /// [`errors`](Self::errors) for `N` of them, with the step or without.
    #[inline(always)]
    fn errors_of<S: Simd, const N: usize, const STEP: bool>(
        &self,
        simd: S,
        first: usize,
        (delta, step): (Vectors<S, T>, Vectors<S, T>),
        row: &mut [T::Vector<S>],
        errors: &mut [T; FEW],
    ) -> usize {
        let (delta, x) = self.rows::<S, N>(simd, first, (delta, row.len()));
        let (step, _) = self.rows::<S, N>(simd, first, (step, row.len()));
        let others = Others { delta, step, x };
        let mut lanes = [[T::ZERO; BLOCK]; N];
        let vectors = BLOCK / T::lanes::<S>();
        if vectors == 1 {
            lanes_of::<S, T, N, 1, STEP>(simd, &others, row, 0, &mut lanes);
        } else {
            for v in (0..vectors).step_by(2) {
                lanes_of::<S, T, N, 2, STEP>(simd, &others, row, v, &mut lanes);
            }
        }
        for i in 0..N {
            errors[first + i] = fold_vectors(simd, lanes[i]);
        }
        N
    }
}

/// The rows of errors that a row of weights is multiplied with, and the steps and factors of what is added to it.
struct Others<'a, S: Simd, T: Real, const N: usize> {
    delta: Rows<'a, S, T, N>,
    step: Rows<'a, S, T, N>,
    x: [T::Vector<S>; N],
}

/// The virtual lanes of the products of a row with `N` others that stand in its vectors `v` to `v + V`, of each [`BLOCK`] of it;
/// with a step these vectors of the row become the sum of the row and the steps times x.
#[inline(always)]
fn lanes_of<S: Simd, T: Real, const N: usize, const V: usize, const STEP: bool>(
    simd: S,
    others: &Others<S, T, N>,
    row: &mut [T::Vector<S>],
    v: usize,
    lanes: &mut [[T; BLOCK]; N],
) {
    let Others { delta, step, x } = others;
    let mut sums = [[T::splat(simd, T::ZERO); V]; N];
    for column in (v..row.len()).step_by(BLOCK / T::lanes::<S>()) {
        let row: &mut [_; V] = row[column..].first_chunk_mut().expect("whole blocks");
        for l in 0..V {
            let (w, mut moved) = (row[l], row[l]);
            for i in 0..N {
                sums[i][l] = T::mul_add(simd, delta[i][column + l], w, sums[i][l]);
                if STEP {
                    moved = T::mul_add(simd, x[i], step[i][column + l], moved);
                }
            }
            if STEP {
                row[l] = moved;
            }
        }
    }
    for i in 0..N {
        T::vectors_mut::<S>(&mut lanes[i])[v..][..V].copy_from_slice(&sums[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Descent, Errors, Product};
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel, padded};
    use proptest::prelude::*;

    /// Rows of `columns` numbers, of which a share is 0, and the padding.
    fn rows<T: Real>(rows: usize, columns: usize, share: f64, seed: u64) -> AlignedVec<T> {
        let mut state = seed;
        // An LCG of Knuth's; its low bits are not used.
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as f64 / (1u64 << 24) as f64
        };
        let mut x = AlignedVec::zeros(rows * padded(columns));
        for row in x.chunks_exact_mut(padded(columns)) {
            for x in &mut row[..columns] {
                let (number, keep) = (2.0 * next() - 1.0, next() >= share);
                *x = T::from_f64(if keep { number } else { 0.0 });
            }
        }
        x
    }

    fn bits<T: Real>(x: &[T]) -> Vec<u64> {
        x.iter().map(|x| x.to_f64().to_bits()).collect()
    }

    fn check<T: Real>([images, n_in, n_out]: [usize; 3], share: f64, seed: u64) {
        let (input_stride, stride) = (padded(n_in), padded(n_out));
        let input = rows::<T>(images, n_in, share, seed);
        let delta = rows::<T>(images, n_out, 0.0, seed + 1);
        let step = rows::<T>(images, n_out, 0.0, seed + 2);
        let weights = rows::<T>(n_in, n_out, 0.0, seed + 3);
        for level in SimdLevel::available() {
            let arch = level.arch();
            let nan = |len| {
                let mut x = AlignedVec::zeros(len);
                x.fill(T::from_f64(f64::NAN));
                x
            };
            let [mut got, mut want] = [(); 2].map(|()| nan(images * stride));
            let product = Product {
                input: &input,
                input_stride,
                n_in,
                weights: &weights,
                stride,
                output: &mut want,
            };
            arch.dispatch(product);
            let product = SkippingProduct {
                input: &input,
                input_stride,
                weights: &weights,
                stride,
                output: &mut got,
            };
            arch.dispatch(product);
            assert_eq!(bits(&got), bits(&want), "{level}: product");

            for with_step in [false, true] {
                let [mut changed, mut wanted] = [(); 2].map(|()| weights.clone());
                let [mut got, mut want] = [(); 2].map(|()| nan(images * input_stride));
                arch.dispatch(Errors {
                    delta: &delta,
                    weights: &mut wanted,
                    stride,
                    output: &mut want,
                    output_stride: input_stride,
                    descent: with_step.then_some(Descent {
                        input: &input,
                        input_stride,
                        step: &step,
                    }),
                });
                // Where nothing is active no error is made.
                for (want, &a) in want.iter_mut().zip(&*input) {
                    *want = if a == T::ZERO { T::ZERO } else { *want };
                }
                arch.dispatch(SkippingErrors {
                    activation: &input,
                    delta: &delta,
                    weights: &mut changed,
                    stride,
                    output: &mut got,
                    output_stride: input_stride,
                    step: with_step.then_some(&step),
                });
                assert_eq!(bits(&got), bits(&want), "{level}: errors");
                assert_eq!(bits(&changed), bits(&wanted), "{level}: weights");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn the_bits_are_those_of_the_products_that_skip_nothing(
            images in 1usize..=FEW,
            n_in in 1usize..50,
            n_out in 1usize..140,
            share in 0.0..=1.0,
            seed: u32,
        ) {
            check::<f32>([images, n_in, n_out], share, seed.into());
            check::<f64>([images, n_in, n_out], share, seed.into());
        }
    }

    #[test]
    fn what_no_row_needs_is_not_touched() {
        // A weight that is infinite stays so, and a zero input does not spread it.
        let arch = SimdLevel::best().arch();
        let mut weights: AlignedVec<f32> = AlignedVec::zeros(48);
        weights[16..32].fill(f32::INFINITY);
        let mut input: AlignedVec<f32> = AlignedVec::zeros(32);
        (input[0], input[2], input[18]) = (2.0, 3.0, 1.0);
        let mut output = [f32::NAN; 32];
        arch.dispatch(SkippingProduct {
            input: &input,
            input_stride: 16,
            weights: &weights,
            stride: 16,
            output: &mut output,
        });
        assert_eq!(output, [0.0; 32]);
        let delta = [f32::NAN; 32];
        output.fill(1.0);
        arch.dispatch(SkippingErrors {
            activation: &input,
            delta: &delta,
            weights: &mut weights,
            stride: 16,
            output: &mut output,
            output_stride: 16,
            step: Some(&delta),
        });
        assert!(weights[..16].iter().chain(&weights[32..]).all(|w| w.is_nan()));
        assert_eq!(weights[16..32], [f32::INFINITY; 16]);
        for (i, error) in output.iter().enumerate() {
            assert!(if [0, 2, 18].contains(&i) { error.is_nan() } else { *error == 0.0 }, "{i}");
        }
    }
}
