use super::elementary::polynomial;
use super::exp::exp_of_negative;
use super::kernel::{map_kernel, mul_prime_kernel};
use crate::simd::Real;

/// Beyond ± this, both precisions round the tail of the normal distribution to 0.
const LIMIT: f64 = 40.0;

/// The normal distribution Φ(z) = (1 + erf(z/√2)) / 2, and e^(−z²/2).
#[inline(always)]
fn normal<T: Real>(z: T) -> (T, T) {
    let limit = T::from_f64(LIMIT);
    let x = z.magnitude();
    let x = if x > limit { limit } else { x };
    // What rounding takes from x² is up to a thousand spacings of the exponential, and put back.
    let square = x * x;
    let rest = x.fused_mul_add(x, -square);
    let half = T::from_f64(-0.5);
    let e = exp_of_negative(half * square);
    let e = (half * rest).fused_mul_add(e, e);

    let [numerator, denominator] = T::NORMAL_TAIL;
    let tail = e * (polynomial(numerator, x) / polynomial(denominator, x));
    (if z < T::ZERO { tail } else { T::ONE - tail }, e)
}

/// The Gaussian error linear unit z Φ(z), in the exact form, not the one with tanh.
#[inline(always)]
pub fn gelu<T: Real>(z: T) -> T {
    // Far below 0, where Φ rounds to 0, −∞ · 0 would be a NaN.
    let lowest = T::from_f64(-LIMIT);
    let z = if z < lowest { lowest } else { z };
    z * normal(z).0
}

#[inline(always)]
fn mul_gelu_prime<T: Real>(z: T, delta: T) -> T {
    // 1/√(2π)
    const DENSITY: f64 = std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2 / 2.0;
    // Beyond, the derivative is 0 or 1, and ∞ · 0 would be a NaN.
    let limit = T::from_f64(LIMIT);
    let z = if z < -limit { -limit } else { z };
    let z = if z > limit { limit } else { z };
    let (phi, e) = normal(z);
    delta * (z * T::from_f64(DENSITY)).fused_mul_add(e, phi)
}

map_kernel! {
    /// Kernel: replaces every element by its [`gelu`].
    Gelu = gelu
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= Φ(z) + z φ(z)` with the normal density φ, the derivative of [`gelu`] at
    /// the weighted input z: two z have the same activation, so that it cannot be computed from
    /// that.
    MulGeluPrime { weighted_input } = mul_gelu_prime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values_are_exact() {
        assert_eq!((gelu(f32::INFINITY), gelu(f32::NEG_INFINITY)), (f32::INFINITY, 0.0));
        assert_eq!((gelu(f64::INFINITY), gelu(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!((gelu(0.0f32), gelu(1e30f32), gelu(-1e30f64)), (0.0, 1e30, 0.0));
        let slope = |z: f32| mul_gelu_prime(z, 1.0);
        assert_eq!([0.0, f32::INFINITY, f32::NEG_INFINITY].map(slope), [0.5, 1.0, 0.0]);
        assert!(slope(f32::NAN).is_nan());
        assert!(gelu(f32::NAN).is_nan() && gelu(f64::NAN).is_nan());
        assert_eq!((normal(0.0f32).0, normal(-0.0f64).0), (0.5, 0.5));
    }
}
