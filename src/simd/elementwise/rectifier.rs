use super::kernel::{map_kernel, mul_prime_kernel};
use crate::simd::Real;

#[inline(always)]
fn relu<T: Real>(z: T) -> T {
    // The sum is z, whose −0 becomes 0; without it LLVM makes this a masked store in place, which
    // is eight times slower on AVX2.
    if z < T::ZERO { T::ZERO } else { z + T::ZERO }
}

#[inline(always)]
fn mul_relu_prime<T: Real>(a: T, delta: T) -> T {
    // The sum is for the same reason.
    if a == T::ZERO { T::ZERO } else { delta + T::ZERO }
}

map_kernel! {
    /// Kernel: the rectifier, replaces every element by max(0, x). A NaN stays one.
    Relu = relu
}

mul_prime_kernel! {
    /// Kernel: `delta[i] = 0` where the activation a = max(0, z) is 0, the derivative of the
    /// rectifier taken as 0 at z = 0.
    MulReluPrime { activation } = mul_relu_prime
}

/// The slope of the leaky rectifier below 0.
const SLOPE: f64 = 0.01;

#[inline(always)]
fn leaky_relu<T: Real>(z: T) -> T {
    z * if z < T::ZERO { T::from_f64(SLOPE) } else { T::ONE }
}

#[inline(always)]
fn mul_leaky_relu_prime<T: Real>(a: T, delta: T) -> T {
    delta * if a <= T::ZERO { T::from_f64(SLOPE) } else { T::ONE }
}

map_kernel! {
    /// Kernel: the leaky rectifier, multiplies every negative element by 0.01.
    LeakyRelu = leaky_relu
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= 0.01` where the activation of the leaky rectifier is 0 or below.
    MulLeakyReluPrime { activation } = mul_leaky_relu_prime
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    const Z: [f32; 7] = [-1.0, -0.0, 0.0, 2.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];

    #[test]
    fn the_rectifier_keeps_the_positive_and_nan() {
        let arch = SimdLevel::best().arch();
        let (mut x, mut delta) = (Z, [5.0; 7]);
        arch.dispatch(Relu(&mut x));
        assert_eq!(x[..6], [0.0, 0.0, 0.0, 2.0, f32::INFINITY, 0.0]);
        assert!(x[6].is_nan());
        arch.dispatch(MulReluPrime { activation: &x, delta: &mut delta });
        assert_eq!(delta, [0.0, 0.0, 0.0, 5.0, 5.0, 0.0, 5.0]);
    }

    #[test]
    fn the_leaky_rectifier_lets_a_hundredth_of_the_negative_through() {
        let arch = SimdLevel::best().arch();
        let (mut x, mut delta) = (Z, [1.0; 7]);
        arch.dispatch(LeakyRelu(&mut x));
        assert_eq!(x[..6], [-0.01, 0.0, 0.0, 2.0, f32::INFINITY, f32::NEG_INFINITY]);
        assert!(x[6].is_nan());
        arch.dispatch(MulLeakyReluPrime { activation: &x, delta: &mut delta });
        assert_eq!(delta, [0.01, 0.01, 0.01, 1.0, 1.0, 0.01, 1.0]);
    }
}
