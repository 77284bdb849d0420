use super::kernel::map_kernel;
use crate::simd::Real;

#[inline(always)]
fn step<T: Real>(z: T) -> T {
    let above = if z > T::ZERO { T::ONE } else { z };
    if z <= T::ZERO { T::ZERO } else { above }
}

map_kernel! {
    /// Kernel: the perceptron's output (chapter 1, equation 1), 1 above 0 and 0 elsewhere. A NaN
    /// stays one.
    Step = step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perceptron_fires_above_zero() {
        let z = [-1.0f32, -0.0, 0.0, 1e-45, 2.0, f32::INFINITY, f32::NEG_INFINITY];
        assert_eq!(z.map(step), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
        assert!(step(f64::NAN).is_nan());
    }
}
