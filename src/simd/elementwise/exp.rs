use super::elementary::polynomial;
use super::kernel::map_kernel;
use crate::simd::Real;

/// e^r − 1 and magic + n, where x = n ln 2 + r with |r| ≤ ln 2 / 2.
#[inline(always)]
fn reduce<T: Real>(x: T, magic: T) -> (T, T) {
    let [ln2_high, ln2_low] = T::LN2;
    let shifted = x.fused_mul_add(T::LOG2_E, magic);
    let n = shifted - magic;
    let r = n.fused_mul_add(-ln2_low, n.fused_mul_add(-ln2_high, x));
    (polynomial(T::EXP, r).fused_mul_add(r * r, r), shifted)
}

/// `e^x` over the whole line.
#[inline(always)]
fn exp<T: Real>(x: T) -> T {
    // Beyond these the result is ∞ or 0 anyway; the comparisons let a NaN through.
    let [lowest, highest] = T::EXP_RANGE;
    let x = if x > highest { highest } else { x };
    let x = if x < lowest { lowest } else { x };
    let (p, shifted) = reduce(x, T::MAGIC);
    // 2^n as two factors, since n alone may lie outside the range of exponents.
    let n = shifted - T::MAGIC;
    let half = n.fused_mul_add(T::from_f64(0.5), T::MAGIC);
    let rest = n - (half - T::MAGIC) + T::MAGIC;
    (p + T::ONE) * T::power_of_two(half) * T::power_of_two(rest)
}

/// `e^x` for f32, over the whole line: 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2.
#[inline(always)]
pub fn exp_f32(x: f32) -> f32 {
    exp(x)
}

/// `e^x` for f64, over the whole line; the method of [`exp_f32`].
#[inline(always)]
pub fn exp_f64(x: f64) -> f64 {
    exp(x)
}

/// `e^x` for x ≤ 0: the bits of [`exp_f32`] and [`exp_f64`], faster, and 0 from
/// [`TINY`](Real::TINY) down.
#[inline(always)]
pub(super) fn exp_of_negative<T: Real>(x: T) -> T {
    let (p, shifted) = reduce(if x < T::LN_TINY { T::LN_TINY } else { x }, T::MAGIC);
    let power = (p + T::ONE) * T::power_of_two(shifted);
    if x < T::LN_TINY { T::ZERO } else { power }
}

/// `e^x − 1` for x ≤ 40, accurate also near 0.
#[inline(always)]
pub(super) fn exp_m1<T: Real>(x: T) -> T {
    // Where both precisions round to −1.
    let lowest = T::from_f64(-40.0);
    let x = if x < lowest { lowest } else { x };
    let (p, shifted) = reduce(x, T::MAGIC);
    let power = T::power_of_two(shifted);
    p.fused_mul_add(power, power - T::ONE)
}

map_kernel! {
    /// Kernel: replaces every element by its exponential.
    Exp = exp
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(exp_of_negative(f32::NAN).is_nan() && exp_of_negative(f64::NAN).is_nan());
        assert!(exp_m1(f32::NAN).is_nan() && exp_m1(f64::NAN).is_nan());
        assert_eq!((exp_m1(f32::NEG_INFINITY), exp_m1(f64::NEG_INFINITY)), (-1.0, -1.0));
        assert_eq!((exp_m1(-1e-45f32), exp_m1(-5e-324f64)), (-1e-45, -5e-324));
    }

    #[test]
    fn the_exponential_of_negative_numbers_has_the_same_bits_or_is_tiny() {
        for i in 0..=200_000 {
            let x = f64::from(i) * -0.004;
            let left = |power: f64, ln_tiny: f64| if x < ln_tiny { 0.0 } else { power };
            assert_eq!(exp_of_negative(x), left(exp_f64(x), f64::LN_TINY), "{x}");
            let near = x as f32;
            let want = left(exp_f32(near).into(), f32::LN_TINY.into());
            assert_eq!(f64::from(exp_of_negative(near)), want, "{x}");
        }
    }
}
