//! Products with a row of which many elements are 0: the activations of rectifiers, and the errors that
//! these let through.
//!
//! A row of weights whose element is 0 is neither read nor written. That pays for a single row: of several rows, those of
//! [`Product`](super::Product) and [`AddOuterProducts`](super::AddOuterProducts) share what is loaded, and few
//! columns are 0 in all of them. Of few rows before large weights, see [`SkippingProduct`](super::SkippingProduct).
//!
//! The sums are those of these kernels in the same order without the terms 0 · w. Where all numbers are finite and no
//! sum or weight is −0, the bits are the same; a 0 · ∞, which is NaN, is left out.

use crate::simd::Real;
use pulp::{Simd, WithSimd};

/// Writes the places of the elements of `x` that are not 0 into `places`, ascending, and returns how many there are.
///
/// # Panics
///
/// When `places` is shorter than `x`.
#[inline(always)]
pub fn list_nonzero<T: Real>(x: &[T], places: &mut [u32]) -> usize {
    let places = &mut places[..x.len()];
    let mut count = 0;
    for (k, &x) in x.iter().enumerate() {
        // Without a branch: it would be guessed wrong half of the time.
        places[count] = k as u32;
        count += usize::from(x != T::ZERO);
    }
    count
}

/// Kernel: `output = Σ_k input[k] · weights[k]`, k ascending, over the `places` k.
///
/// # Panics
///
/// When a place lies outside the input or the weights.
pub struct ListedProduct<'a, T> {
    /// A single row.
    pub input: &'a [T],
    /// Where it is not 0; see [`list_nonzero`].
    pub places: &'a [u32],
    /// `[n_in][stride]`.
    pub weights: &'a [T],
    /// `[stride]`, overwritten.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for ListedProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, places, weights, output } = self;
        let weights = T::vectors::<S>(weights);
        let output = T::vectors_mut::<S>(output);
        let mut column = 0;
        while column < output.len() {
            let row = (input, places);
            // 14 sums are what AVX2's registers hold beside a factor and a weight, 7 what 100 neurons need on
            // AVX-512. With fewer than eight the latency of the multiply-adds shows.
            column += match output.len() - column {
                14.. => product_block::<S, T, 14>(simd, row, weights, output, column),
                8.. => product_block::<S, T, 8>(simd, row, weights, output, column),
                7 => product_block::<S, T, 7>(simd, row, weights, output, column),
                4.. => product_block::<S, T, 4>(simd, row, weights, output, column),
                2.. => product_block::<S, T, 2>(simd, row, weights, output, column),
                _ => product_block::<S, T, 1>(simd, row, weights, output, column),
            };
        }
    }
}

#[inline(always)]
fn product_block<S: Simd, T: Real, const V: usize>(
    simd: S,
    (input, places): (&[T], &[u32]),
    weights: &[T::Vector<S>],
    output: &mut [T::Vector<S>],
    column: usize,
) -> usize {
    let per_row = output.len();
    let mut sums = [T::splat(simd, T::ZERO); V];
    for &k in places {
        let k = k as usize;
        let w = &weights[k * per_row + column..];
        let w: &[T::Vector<S>; V] = w.first_chunk().expect("as many columns");
        let x = T::splat(simd, input[k]);
        for v in 0..V {
            sums[v] = T::mul_add(simd, x, w[v], sums[v]);
        }
    }
    output[column..][..V].copy_from_slice(&sums);
    V
}

/// Kernel: `weights[k] += input[k] · delta` for the `places` k.
///
/// # Panics
///
/// When a place lies outside the input or the weights.
pub struct AddListedOuterProduct<'a, T> {
    /// A single row.
    pub input: &'a [T],
    /// Where it is not 0; see [`list_nonzero`].
    pub places: &'a [u32],
    /// `[stride]`.
    pub delta: &'a [T],
    /// `[n_in][stride]`, updated in place.
    pub weights: &'a mut [T],
}

impl<T: Real> WithSimd for AddListedOuterProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { input, places, delta, weights } = self;
        let delta = T::vectors::<S>(delta);
        let weights = T::vectors_mut::<S>(weights);
        for &k in places {
            let k = k as usize;
            let x = T::splat(simd, input[k]);
            for (w, &d) in weights[k * delta.len()..][..delta.len()].iter_mut().zip(delta) {
                *w = T::mul_add(simd, x, d, *w);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AddOuterProducts, Product};
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel, padded};

    /// Some numbers, of which a share is 0.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> f64 {
            // An LCG of Knuth's; its low bits are not used.
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 40) as f64 / (1u64 << 23) as f64 - 1.0
        }

        /// Rows of `columns` numbers, the padding 0.
        fn rows<T: Real>(&mut self, rows: usize, columns: usize, density: f64) -> AlignedVec<T> {
            let mut x = AlignedVec::zeros(rows * padded(columns));
            for row in x.chunks_exact_mut(padded(columns)) {
                for x in &mut row[..columns] {
                    let value = self.next();
                    *x = T::from_f64(if self.next().abs() < density { value } else { 0.0 });
                }
            }
            x
        }
    }

    fn bits<T: Real>(x: &[T]) -> Vec<u64> {
        x.iter().map(|x| x.to_f64().to_bits()).collect()
    }

    const COLUMNS: [usize; 7] = [1, 10, 30, 100, 113, 200, 230];

    fn check_listed<T: Real>(level: SimdLevel, numbers: &mut Numbers) {
        let arch = level.arch();
        for (n_in, n_out) in COLUMNS.into_iter().zip(COLUMNS.into_iter().rev()) {
            for density in [0.0, 0.1, 0.5, 1.0] {
                let (input_stride, stride) = (padded(n_in), padded(n_out));
                let input = numbers.rows::<T>(1, n_in, density);
                let mut weights = numbers.rows::<T>(n_in, n_out, 1.0);
                let mut places = vec![u32::MAX; n_in];
                let count = list_nonzero(&input[..n_in], &mut places);
                let places = &places[..count];
                assert_eq!(count, input.iter().filter(|&&x| x != T::ZERO).count());

                let mut want = AlignedVec::zeros(stride);
                let (weights_in, output) = (&weights[..], &mut want[..]);
                arch.dispatch(Product {
                    input: &input,
                    input_stride,
                    n_in,
                    weights: weights_in,
                    stride,
                    output,
                });
                let mut got = AlignedVec::zeros(stride);
                arch.dispatch(ListedProduct {
                    input: &input,
                    places,
                    weights: &weights,
                    output: &mut got,
                });
                assert_eq!(bits(&got), bits(&want), "{level} {n_in} {n_out} {density}");

                let delta = numbers.rows::<T>(1, n_out, 0.9);
                let mut want = weights.clone();
                arch.dispatch(AddOuterProducts {
                    input: &input,
                    input_stride,
                    delta: &delta,
                    weights: &mut want,
                    stride,
                });
                arch.dispatch(AddListedOuterProduct {
                    input: &input,
                    places,
                    delta: &delta,
                    weights: &mut weights,
                });
                assert_eq!(bits(&weights), bits(&want), "{level} {n_in} {n_out} {density}");
            }
        }
    }

    #[test]
    fn the_bits_are_those_of_the_products_that_skip_nothing() {
        for level in SimdLevel::available() {
            let mut numbers = Numbers(1);
            check_listed::<f32>(level, &mut numbers);
            check_listed::<f64>(level, &mut numbers);
        }
    }

    #[test]
    fn what_is_not_on_the_list_is_not_touched() {
        // A weight that is infinite, or not a number, stays so, and a zero input does not spread it.
        let arch = SimdLevel::best().arch();
        let (input, places) = ([2.0, 0.0, 3.0], [0, 2]);
        let mut weights: AlignedVec<f32> = AlignedVec::zeros(48);
        weights[16..32].fill(f32::INFINITY);
        let mut output = [0.0; 16];
        arch.dispatch(ListedProduct {
            input: &input,
            places: &places,
            weights: &weights,
            output: &mut output,
        });
        assert_eq!(output, [0.0; 16]);
        let delta = [f32::NAN; 16];
        arch.dispatch(AddListedOuterProduct {
            input: &input,
            places: &places,
            delta: &delta,
            weights: &mut weights,
        });
        assert_eq!(weights[16..32], [f32::INFINITY; 16]);
        assert!(weights[..16].iter().chain(&weights[32..]).all(|w| w.is_nan()));
    }

    #[test]
    fn a_number_that_is_none_is_not_zero() {
        let x = [0.0, f32::NAN, -0.0, 1.0, f32::NEG_INFINITY, 0.0];
        let mut places = [9; 6];
        assert_eq!(list_nonzero(&x, &mut places), 3);
        assert_eq!(places[..3], [1, 3, 4]);
    }
}
