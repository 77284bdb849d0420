use super::exp::exp_of_negative;
use crate::simd::Real;
use pulp::{Simd, WithSimd};

/// Kernel: the softmax of every row, e^z_j / Σ_k e^z_k over its first `outputs` elements (chapter 3,
/// equation 78), 0 below [`TINY`](Real::TINY). The padding becomes 0.
///
/// # Panics
///
/// When `outputs` is 0 or larger than the stride.
pub struct Softmax<'a, T> {
    /// `[rows][stride]`, updated in place.
    pub z: &'a mut [T],
    /// The number of outputs.
    pub outputs: usize,
    /// The stride.
    pub stride: usize,
}

impl<T: Real> WithSimd for Softmax<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.z.chunks_exact_mut(self.stride) {
            let (z, padding) = row.split_at_mut(self.outputs);
            // Shifted by the largest, so that no exponential overflows.
            let largest = z.iter().fold(z[0], |a, &b| if b > a { b } else { a });
            for z in z.iter_mut() {
                *z = exp_of_negative(*z - largest);
            }
            let sum = z.iter().fold(T::ZERO, |sum, &e| sum + e);
            for z in z {
                *z = (*z / sum).flushed();
            }
            padding.fill(T::ZERO);
        }
    }
}

/// Kernel: multiplies every row of errors by the Jacobian of the softmax,
/// `delta[j] = a[j] (delta[j] − Σ_k delta[k] a[k])` over its first `outputs` elements.
///
/// # Panics
///
/// When `outputs` is larger than the stride.
pub struct MulSoftmaxPrime<'a, T> {
    /// `[rows][stride]`: the distributions.
    pub activation: &'a [T],
    /// The number of outputs.
    pub outputs: usize,
    /// The stride.
    pub stride: usize,
    /// `[rows][stride]`, updated in place.
    pub delta: &'a mut [T],
}

impl<T: Real> WithSimd for MulSoftmaxPrime<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let rows = self.delta.chunks_exact_mut(self.stride);
        for (delta, a) in rows.zip(self.activation.chunks_exact(self.stride)) {
            let (delta, a) = (&mut delta[..self.outputs], &a[..self.outputs]);
            let products = delta.iter().zip(a);
            let mean = products.fold(T::ZERO, |sum, (&delta, &a)| delta.fused_mul_add(a, sum));
            for (delta, &a) in delta.iter_mut().zip(a) {
                *delta = (a * (*delta - mean)).flushed();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    #[test]
    fn softmax_is_a_distribution_and_survives_large_inputs() {
        for level in SimdLevel::available() {
            let arch = level.arch();
            for outputs in 1..=16 {
                let z: Vec<f64> = (0..32).map(|i| f64::from(i * 7 % 13) - 3.0).collect();
                let mut a = z.clone();
                arch.dispatch(Softmax { z: &mut a, outputs, stride: 16 });
                for (a, z) in a.chunks(16).zip(z.chunks(16)) {
                    let sum: f64 = z[..outputs].iter().map(|z| z.exp()).sum();
                    for j in 0..16 {
                        let want = if j < outputs { z[j].exp() / sum } else { 0.0 };
                        assert!((a[j] - want).abs() < 1e-15, "{level} {a:?}");
                    }
                }
            }
            let mut large = [1000.0f32, -1000.0, 999.0, 0.0];
            arch.dispatch(Softmax { z: &mut large, outputs: 3, stride: 4 });
            assert!((large[0] - 0.731_058_6).abs() < 1e-6 && large[1] == 0.0, "{large:?}");
        }
    }
}
