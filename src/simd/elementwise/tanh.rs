use super::exp::exp_m1;
use super::kernel::{map_kernel, mul_prime_kernel};
use crate::simd::Real;

/// The hyperbolic tangent, (e^z − e^−z) / (e^z + e^−z).
#[inline(always)]
pub fn tanh<T: Real>(z: T) -> T {
    // t = E / (E + 2) with E = e^2|z| − 1: near 0 nothing cancels, and far away the errors of E do.
    // From 20 on it rounds to 1.
    let [limit, two] = [20.0, 2.0].map(T::from_f64);
    let x = z.magnitude();
    let x = if x > limit { limit } else { x };
    let e = exp_m1(x + x);
    let reciprocal = T::ONE / (e + two);
    let t = e * reciprocal;
    // What rounding took from the sum and the quotient, E − t (E + 2), is put back.
    let rest = (-t).fused_mul_add(e, (-t).fused_mul_add(two, e));
    rest.fused_mul_add(reciprocal, t).with_sign_of(z)
}

#[inline(always)]
fn mul_tanh_prime<T: Real>(a: T, delta: T) -> T {
    delta * (-a).fused_mul_add(a, T::ONE)
}

map_kernel! {
    /// Kernel: replaces every element by its hyperbolic tangent.
    Tanh = tanh
}

mul_prime_kernel! {
    /// Kernel: `delta[i] *= 1 − a[i]²`, the derivative from the activation a = tanh z.
    MulTanhPrime { activation } = mul_tanh_prime
}

#[cfg(test)]
mod tests {
    use super::*;

    fn special_values<T: Real>(infinity: T, subnormal: T) {
        let bits = |x: T| x.to_f64().to_bits();
        for x in [T::ZERO, subnormal] {
            assert_eq!(bits(tanh(x)), bits(x));
            assert_eq!(bits(tanh(-x)), bits(-x));
        }
        assert_eq!((tanh(infinity), tanh(-infinity)), (T::ONE, -T::ONE));
        assert!(tanh(T::from_f64(f64::NAN)).to_f64().is_nan());
    }

    #[test]
    fn special_values_are_exact() {
        special_values(f32::INFINITY, 3e-45f32);
        special_values(f64::INFINITY, 1.5e-323f64);
    }

    #[test]
    fn tanh_is_odd() {
        for i in 0..10_000 {
            let z = f64::from(i) * 0.0023;
            assert_eq!(tanh(-z), -tanh(z));
            assert_eq!(tanh(-z as f32), -tanh(z as f32));
        }
    }
}
