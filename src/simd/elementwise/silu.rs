use super::exp::exp_of_negative;
use super::kernel::{map_kernel, mul_prime_kernel};
use super::sigmoid::sigmoid;
use crate::simd::Real;

/// The sigmoid linear unit z σ(z), also called swish.
#[inline(always)]
pub fn silu<T: Real>(z: T) -> T {
    // Far below 0, where σ rounds to 0, −∞ · 0 would be a NaN.
    let lowest = T::from_f64(-1000.0);
    let z = if z < lowest { lowest } else { z };
    z * sigmoid(z)
}

#[inline(always)]
fn mul_silu_prime<T: Real>(z: T, delta: T) -> T {
    // Beyond, the derivative is 0 or 1, and ∞ · 0 would be a NaN.
    let limit = T::from_f64(1000.0);
    let z = if z < -limit { -limit } else { z };
    let z = if z > limit { limit } else { z };
    // σ(|z|) and σ(−|z|), neither as 1 minus the other, in which large z lose their digits.
    let e = exp_of_negative(-z.magnitude());
    let large = T::ONE / (T::ONE + e);
    let small = e * large;
    let s = if z < T::ZERO { small } else { large };
    delta * z.fused_mul_add(large * small, s)
}

map_kernel! {
    /// Kernel: replaces every element by its [`silu`].
    Silu = silu
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= σ(z) + z σ(z) σ(−z)`, the derivative of [`silu`] at the weighted
    /// input z: two z have the same activation, so that it cannot be computed from that.
    MulSiluPrime { weighted_input } = mul_silu_prime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values_are_exact() {
        assert_eq!((silu(f32::INFINITY), silu(f32::NEG_INFINITY)), (f32::INFINITY, 0.0));
        assert_eq!((silu(f64::INFINITY), silu(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!((silu(0.0f32), silu(1e30f32), silu(-1e30f64)), (0.0, 1e30, 0.0));
        let slope = |z: f32| mul_silu_prime(z, 1.0);
        assert_eq!([0.0, f32::INFINITY, f32::NEG_INFINITY].map(slope), [0.5, 1.0, 0.0]);
        assert!(slope(f32::NAN).is_nan());
        assert!(silu(f32::NAN).is_nan() && silu(f64::NAN).is_nan());
    }
}
