//! Functions of one element, applied to slices.
//!
//! Each is a branch-free scalar function, written once; the compiler vectorises the loop around it
//! inside the `#[target_feature]` function that [`pulp`] dispatches to. An element's value
//! therefore depends neither on its position nor on the instruction set.
//!
//! | function | largest error (ULP) | exact at |
//! |---|---|---|
//! | [`exp_f32`] | 1.01, over all f32 | 0, ±∞, NaN, overflow to ∞, underflow through subnormals |
//! | [`exp_f64`] | 1.5, on a sample | the same |
//! | [`sigmoid`] of f32 | 2.41, over all f32 | 0, ±∞, NaN |

use super::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// `e^x` for f32, over the whole line: 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2.
#[inline(always)]
pub fn exp_f32(x: f32) -> f32 {
    // Adding 1.5 · 2^23 leaves the nearest integer in the low bits of the mantissa.
    const MAGIC: f32 = 12_582_912.0;
    // ln 2 in two parts, the first short enough that n times it is exact.
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // Beyond these the result is ∞ or 0 anyway; the comparisons let a NaN through.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };

    let shifted = x.mul_add(std::f32::consts::LOG2_E, MAGIC);
    let n = shifted - MAGIC;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x));
    let mut p = 1.987_569_1e-4_f32;
    p = p.mul_add(r, 1.398_199_9e-3);
    p = p.mul_add(r, 8.333_452e-3);
    p = p.mul_add(r, 4.166_579_6e-2);
    p = p.mul_add(r, 1.666_666_5e-1);
    p = p.mul_add(r, 0.5);
    let p = p.mul_add(r * r, r) + 1.0;

    // 2^n as two factors, since n alone may lie outside the range of exponents.
    let n = shifted.to_bits().wrapping_sub(MAGIC.to_bits()).wrapping_add(256);
    let half = n >> 1;
    let first = f32::from_bits(half.wrapping_sub(1) << 23);
    let second = f32::from_bits(n.wrapping_sub(half).wrapping_sub(1) << 23);
    p * first * second
}

/// `e^x` for f64, over the whole line; the method of [`exp_f32`].
#[inline(always)]
pub fn exp_f64(x: f64) -> f64 {
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // 1/13!, …, 1/2!: on |r| ≤ 0.347 the first neglected term is below 2^-57.
    const TAYLOR: [f64; 12] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };

    let shifted = x.mul_add(std::f64::consts::LOG2_E, MAGIC);
    let n = shifted - MAGIC;
    let r = n.mul_add(-LN2_LOW, n.mul_add(-LN2_HIGH, x));
    let mut p = TAYLOR[0];
    for &coefficient in &TAYLOR[1..] {
        p = p.mul_add(r, coefficient);
    }
    let p = p.mul_add(r * r, r) + 1.0;

    let n = shifted.to_bits().wrapping_sub(MAGIC.to_bits()).wrapping_add(2048);
    let half = n >> 1;
    let first = f64::from_bits(half.wrapping_sub(1) << 52);
    let second = f64::from_bits(n.wrapping_sub(half).wrapping_sub(1) << 52);
    p * first * second
}

/// The logistic function σ(z) = 1 / (1 + e^−z), the book's sigmoid (chapter 1, equation 3).
#[inline(always)]
pub fn sigmoid<T: Real>(z: T) -> T {
    // By e^−|z|, so that σ(z) keeps its relative accuracy for very negative z.
    let e = (-z.magnitude()).exponential();
    let numerator = if z < T::ZERO { e } else { T::ONE };
    numerator / (T::ONE + e)
}

/// Kernel: replaces every element by its [`sigmoid`].
pub struct Sigmoid<'a, T>(pub &'a mut [T]);

impl<T: Real> WithSimd for Sigmoid<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.0 {
            *x = sigmoid(*x);
        }
    }
}

/// Kernel: replaces every element by its exponential.
pub struct Exp<'a, T>(pub &'a mut [T]);

impl<T: Real> WithSimd for Exp<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.0 {
            *x = x.exponential();
        }
    }
}

/// Kernel: `delta[i] *= a[i] (1 − a[i])`, the factor σ'(z) of BP1 and BP2 from the activation
/// a = σ(z).
///
/// Slices of unequal length are cut to the shorter one.
pub struct MulSigmoidPrime<'a, T> {
    /// The activations.
    pub activation: &'a [T],
    /// The error, updated in place.
    pub delta: &'a mut [T],
}

impl<T: Real> WithSimd for MulSigmoidPrime<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (delta, &a) in self.delta.iter_mut().zip(self.activation) {
            *delta *= a * (T::ONE - a);
        }
    }
}

/// Kernel: the rectifier, replaces every element by max(0, x). A NaN stays one.
pub struct Relu<'a, T>(pub &'a mut [T]);

impl<T: Real> WithSimd for Relu<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.0 {
            *x = if *x < T::ZERO { T::ZERO } else { *x };
        }
    }
}

/// Kernel: `delta[i] = 0` where the activation a = max(0, z) is 0, the derivative of the rectifier
/// taken as 0 at z = 0.
///
/// Slices of unequal length are cut to the shorter one.
pub struct MulReluPrime<'a, T> {
    /// The activations.
    pub activation: &'a [T],
    /// The error, updated in place.
    pub delta: &'a mut [T],
}

impl<T: Real> WithSimd for MulReluPrime<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (delta, &a) in self.delta.iter_mut().zip(self.activation) {
            *delta = if a == T::ZERO { T::ZERO } else { *delta };
        }
    }
}

/// Kernel: the softmax of every row, e^z_j / Σ_k e^z_k over its first `outputs` elements (chapter 3,
/// equation 78). The padding becomes 0.
///
/// # Panics
///
/// When `outputs` is 0 or larger than the stride.
pub struct Softmax<'a, T> {
    /// `[rows][stride]`, updated in place.
    pub z: &'a mut [T],
    /// The number of outputs.
    pub outputs: usize,
    /// The stride.
    pub stride: usize,
}

impl<T: Real> WithSimd for Softmax<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.z.chunks_exact_mut(self.stride) {
            let (z, padding) = row.split_at_mut(self.outputs);
            // Shifted by the largest, so that no exponential overflows.
            let largest = z.iter().fold(z[0], |a, &b| if b > a { b } else { a });
            for z in z.iter_mut() {
                *z = (*z - largest).exponential();
            }
            let sum = z.iter().fold(T::ZERO, |sum, &e| sum + e);
            for z in z {
                *z /= sum;
            }
            padding.fill(T::ZERO);
        }
    }
}

/// Kernel: `x[i] *= factor`.
pub struct Scale<'a, T> {
    /// The factor.
    pub factor: T,
    /// The elements, updated in place.
    pub x: &'a mut [T],
}

impl<T: Real> WithSimd for Scale<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.x {
            *x *= self.factor;
        }
    }
}

/// Kernel: `x[r][j] = 0` for all columns j from `columns` on.
///
/// # Panics
///
/// When `columns` is not in the last block of the stride.
pub struct ZeroPadding<'a, T> {
    /// `[rows][stride]`, updated in place.
    pub x: &'a mut [T],
    /// The number of columns that are not padding.
    pub columns: usize,
    /// The stride.
    pub stride: usize,
}

impl<T: Real> WithSimd for ZeroPadding<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let padding = self.stride - self.columns;
        assert!(padding < BLOCK && self.stride >= BLOCK, "only the last block has padding");
        if padding == 0 {
            return;
        }
        for row in self.x.chunks_exact_mut(self.stride) {
            let last = row.last_chunk_mut::<BLOCK>().expect("a stride of whole blocks");
            // Blended, since a copy of a length known only here costs more.
            let x = *last;
            *last = std::array::from_fn(|j| if j < BLOCK - padding { x[j] } else { T::ZERO });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    /// The distance of `got` from `want` in units of the spacing of f32 at `want`.
    fn ulp_f32(got: f32, want: f64) -> f64 {
        if got.is_infinite() && want > f64::from(f32::MAX) {
            return 0.0;
        }
        let near = want as f32;
        let ulp = f64::from(near.abs().next_up()) - f64::from(near.abs());
        (f64::from(got) - want).abs() / ulp
    }

    fn worst_f32(step: usize, kernel: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
        let mut worst = 0.0f64;
        for bits in (0..=u32::MAX).step_by(step) {
            let x = f32::from_bits(bits);
            if x.is_nan() {
                continue;
            }
            worst = worst.max(ulp_f32(kernel(x), exact(f64::from(x))));
        }
        worst
    }

    fn exact_sigmoid(z: f64) -> f64 {
        let e = (-z.abs()).exp();
        if z < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
    }

    #[test]
    fn f32_functions_stay_within_their_ulp_bounds_on_a_sample_of_the_line() {
        assert!(worst_f32(4999, exp_f32, f64::exp) <= 1.1);
        assert!(worst_f32(4999, sigmoid::<f32>, exact_sigmoid) <= 2.6);
    }

    /// Every f32; two minutes: `cargo test --release --lib every_f32 -- --ignored`.
    #[test]
    #[ignore = "takes two minutes"]
    fn f32_functions_stay_within_their_ulp_bounds_on_every_f32() {
        let exp = std::thread::spawn(|| worst_f32(1, exp_f32, f64::exp));
        let sigmoid = worst_f32(1, sigmoid::<f32>, exact_sigmoid);
        let exp = exp.join().unwrap();
        println!("exp {exp:.3} ULP, sigmoid {sigmoid:.3} ULP");
        assert!(exp <= 1.1 && sigmoid <= 2.6, "exp {exp}, sigmoid {sigmoid}");
    }

    #[test]
    fn special_values_are_exact() {
        assert_eq!(exp_f32(0.0), 1.0);
        assert_eq!(exp_f64(0.0), 1.0);
        assert_eq!(exp_f32(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp_f32(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp_f64(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp_f64(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp_f64(f64::MIN_POSITIVE.ln() - 5.0), (f64::MIN_POSITIVE.ln() - 5.0).exp());
        assert!(exp_f32(f32::NAN).is_nan() && exp_f64(f64::NAN).is_nan());
        assert!(sigmoid(f32::NAN).is_nan() && sigmoid(f64::NAN).is_nan());
        assert_eq!((sigmoid(0.0f32), sigmoid(0.0f64)), (0.5, 0.5));
        assert_eq!((sigmoid(f32::INFINITY), sigmoid(f32::NEG_INFINITY)), (1.0, 0.0));
        assert_eq!((sigmoid(f64::INFINITY), sigmoid(f64::NEG_INFINITY)), (1.0, 0.0));
    }

    #[test]
    fn f64_exp_agrees_with_libm_to_an_ulp() {
        for i in -74_000..=71_000 {
            let x = f64::from(i) * 0.01 + 0.001_234_5;
            let (got, want) = (exp_f64(x), libm::exp(x));
            if want.is_infinite() {
                assert!(got.is_infinite(), "exp({x}) = {got}");
                continue;
            }
            let ulp = want.next_up() - want;
            assert!((got - want).abs() <= 1.5 * ulp, "exp({x}) = {got}, not {want}");
        }
    }

    #[test]
    fn softmax_is_a_distribution_and_survives_large_inputs() {
        for level in SimdLevel::available() {
            let arch = level.arch().unwrap();
            for outputs in 1..=16 {
                let z: Vec<f64> = (0..32).map(|i| f64::from(i * 7 % 13) - 3.0).collect();
                let mut a = z.clone();
                arch.dispatch(Softmax { z: &mut a, outputs, stride: 16 });
                for (a, z) in a.chunks(16).zip(z.chunks(16)) {
                    let sum: f64 = z[..outputs].iter().map(|z| z.exp()).sum();
                    for j in 0..16 {
                        let want = if j < outputs { z[j].exp() / sum } else { 0.0 };
                        assert!((a[j] - want).abs() < 1e-15, "{level} {a:?}");
                    }
                }
            }
            let mut large = [1000.0f32, -1000.0, 999.0, 0.0];
            arch.dispatch(Softmax { z: &mut large, outputs: 3, stride: 4 });
            assert!((large[0] - 0.731_058_6).abs() < 1e-6 && large[1] == 0.0, "{large:?}");
        }
    }

    #[test]
    fn the_rectifier_keeps_the_positive_and_nan() {
        let mut x = [-1.0f32, -0.0, 0.0, 2.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
        SimdLevel::best().arch().unwrap().dispatch(Relu(&mut x));
        assert_eq!(x[..6], [0.0, 0.0, 0.0, 2.0, f32::INFINITY, 0.0]);
        assert!(x[6].is_nan());
        let mut delta = [5.0f32; 7];
        SimdLevel::best()
            .arch()
            .unwrap()
            .dispatch(MulReluPrime { activation: &x, delta: &mut delta });
        assert_eq!(delta, [0.0, 0.0, 0.0, 5.0, 5.0, 0.0, 5.0]);
    }

    #[test]
    fn slices_have_the_bits_of_single_elements_at_every_level() {
        for level in SimdLevel::available() {
            let arch = level.arch().unwrap();
            for len in 0..70 {
                let z: Vec<f32> = (0..len).map(|i| (i as f32 - 30.3) * 1.7).collect();
                let mut got = z.clone();
                arch.dispatch(Sigmoid(&mut got));
                let want: Vec<f32> = z.iter().map(|&z| sigmoid(z)).collect();
                assert_eq!(got, want, "{level}");
                let z: Vec<f64> = z.iter().map(|&z| f64::from(z) * 3.0).collect();
                let (mut s, mut e) = (z.clone(), z.clone());
                arch.dispatch(Sigmoid(&mut s));
                arch.dispatch(Exp(&mut e));
                assert_eq!(s, z.iter().map(|&z| sigmoid(z)).collect::<Vec<_>>(), "{level}");
                assert_eq!(e, z.iter().map(|&z| exp_f64(z)).collect::<Vec<_>>(), "{level}");
            }
        }
    }
}
