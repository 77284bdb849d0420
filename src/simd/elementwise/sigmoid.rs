use super::exp::exp_of_negative;
use super::kernel::{map_kernel, mul_prime_kernel};
use crate::simd::Real;

/// The logistic function σ(z) = 1 / (1 + e^−z), the book's sigmoid (chapter 1, equation 3).
#[inline(always)]
pub fn sigmoid<T: Real>(z: T) -> T {
    // By e^−|z|, so that σ(z) keeps its relative accuracy for very negative z.
    let e = exp_of_negative(-z.magnitude());
    let numerator = if z < T::ZERO { e } else { T::ONE };
    numerator / (T::ONE + e)
}

#[inline(always)]
fn mul_sigmoid_prime<T: Real>(a: T, delta: T) -> T {
    delta * (a * (T::ONE - a))
}

map_kernel! {
    /// Kernel: replaces every element by its [`sigmoid`].
    Sigmoid = sigmoid
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= a[i] (1 − a[i])`, the factor σ'(z) of BP1 and BP2 from the activation
    /// a = σ(z).
    MulSigmoidPrime { activation } = mul_sigmoid_prime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values_are_exact() {
        assert!(sigmoid(f32::NAN).is_nan() && sigmoid(f64::NAN).is_nan());
        assert_eq!((sigmoid(0.0f32), sigmoid(0.0f64)), (0.5, 0.5));
        assert_eq!((sigmoid(f32::INFINITY), sigmoid(f32::NEG_INFINITY)), (1.0, 0.0));
        assert_eq!((sigmoid(f64::INFINITY), sigmoid(f64::NEG_INFINITY)), (1.0, 0.0));
    }
}
