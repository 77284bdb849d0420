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
    let s = sigmoid(z);
    delta * s.fused_mul_add(z * (T::ONE - s), s)
}

map_kernel! {
    /// Kernel: replaces every element by its [`silu`].
    Silu = silu
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= σ(z) + z σ(z) (1 − σ(z))`, the derivative of [`silu`] at the weighted
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
        assert!(silu(f32::NAN).is_nan() && silu(f64::NAN).is_nan());
    }
}
