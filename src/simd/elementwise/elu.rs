use super::exp::exp_m1;
use super::kernel::{map_kernel, mul_prime_kernel};
use crate::simd::Real;

/// The exponential linear unit with α = 1: z, and e^z − 1 below 0.
#[inline(always)]
pub fn elu<T: Real>(z: T) -> T {
    let (below, above) = if z < T::ZERO { (z, T::ZERO) } else { (T::ZERO, z) };
    exp_m1(below) + above
}

#[inline(always)]
fn mul_elu_prime<T: Real>(a: T, delta: T) -> T {
    // Below 0 it is e^z = a + 1.
    let below = if a < T::ZERO { a } else { T::ZERO };
    delta * (below + T::ONE)
}

map_kernel! {
    /// Kernel: replaces every element by its [`elu`].
    Elu = elu
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= min(a[i], 0) + 1`, the derivative from the activation a = [`elu`]\(z).
    MulEluPrime { activation } = mul_elu_prime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values_are_exact() {
        assert_eq!((elu(f32::INFINITY), elu(f32::NEG_INFINITY)), (f32::INFINITY, -1.0));
        assert_eq!((elu(f64::INFINITY), elu(f64::NEG_INFINITY)), (f64::INFINITY, -1.0));
        assert_eq!((elu(1e30f32), elu(-1e30f32), elu(-3e-45f32)), (1e30, -1.0, -3e-45));
        assert_eq!((elu(-0.0f64), elu(-1e-310f64)), (0.0, -1e-310));
        assert!(elu(f32::NAN).is_nan() && elu(f64::NAN).is_nan());
    }
}
