use super::elementary::polynomial;
use super::exp::{exp_m1, exp_of_negative};
use super::kernel::{map_kernel, mul_prime_kernel};
use crate::simd::Real;

/// ln(1 + u) for 0 ≤ u ≤ 1.
#[inline(always)]
fn ln_1p<T: Real>(u: T) -> T {
    // 2 artanh s with s = u / (2 + u) is 2 s + s · series, and 2 s is u − s u: the u itself is
    // exact, and the rounding errors of s touch only the rest.
    let s = u / (u + T::from_f64(2.0));
    let square = s * s;
    let series = square * polynomial(T::ARTANH, square);
    (-s).fused_mul_add(u - series, u)
}

/// The smooth rectifier ln(1 + e^z).
#[inline(always)]
pub fn softplus<T: Real>(z: T) -> T {
    let line = if z < T::ZERO { T::ZERO } else { z };
    line + ln_1p(exp_of_negative(-z.magnitude()))
}

#[inline(always)]
fn mul_softplus_prime<T: Real>(a: T, delta: T) -> T {
    delta * -exp_m1(-a)
}

map_kernel! {
    /// Kernel: replaces every element by its [`softplus`].
    Softplus = softplus
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= 1 − e^−a[i]`, which is σ(z), the derivative, from the activation
    /// a = [`softplus`]\(z).
    MulSoftplusPrime { activation } = mul_softplus_prime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values_are_exact() {
        assert_eq!((softplus(f32::INFINITY), softplus(f32::NEG_INFINITY)), (f32::INFINITY, 0.0));
        assert_eq!((softplus(f64::INFINITY), softplus(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!((softplus(1e30f32), softplus(-1e30f64)), (1e30, 0.0));
        assert_eq!(softplus(0.0f32), std::f32::consts::LN_2);
        assert_eq!(softplus(-0.0f64), std::f64::consts::LN_2);
        assert!(softplus(f32::NAN).is_nan() && softplus(f64::NAN).is_nan());
    }
}
