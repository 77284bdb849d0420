use crate::simd::Real;
use pulp::{Simd, WithSimd};

/// Kernel: `x[i] *= factor`, or 0 below [`TINY`](Real::TINY): numbers that only ever shrink end as
/// 0, and not as subnormal ones.
pub struct Scale<'a, T> {
    /// The factor.
    pub factor: T,
    /// The elements, updated in place.
    pub x: &'a mut [T],
}

impl<T: Real> WithSimd for Scale<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.x {
            *x = (*x * self.factor).flushed();
        }
    }
}

/// Kernel: `x[r][j] *= factors[j]` for every row r, or 0 below [`TINY`](Real::TINY).
///
/// # Panics
///
/// Without factors.
pub struct ScaleColumns<'a, T> {
    /// `[stride]`.
    pub factors: &'a [T],
    /// `[rows][stride]`, updated in place.
    pub x: &'a mut [T],
}

impl<T: Real> WithSimd for ScaleColumns<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.x.chunks_exact_mut(self.factors.len()) {
            for (x, &factor) in row.iter_mut().zip(self.factors) {
                *x = (*x * factor).flushed();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    #[test]
    fn small_numbers_become_zero_and_nan_stays() {
        for level in SimdLevel::available() {
            for len in 4..40 {
                let least = f32::TINY;
                let before = [1.0, -1.9 * least, 2.0 * least, f32::NAN];
                let mut x: Vec<f32> = before.repeat(10)[..len].into();
                let arch = level.arch();
                arch.dispatch(Scale { factor: 0.5, x: &mut x });
                for x in x.chunks_exact(4) {
                    assert_eq!(x[..3], [0.5, 0.0, least], "{level} {len}");
                    assert!(x[3].is_nan());
                }
            }
        }
    }

    #[test]
    fn every_column_has_its_factor() {
        for level in SimdLevel::available() {
            for stride in 1..40 {
                let factors: Vec<f32> = (0..stride).map(|j| j as f32 - 3.0).collect();
                let mut x: Vec<f32> = (0..3 * stride).map(|i| i as f32).collect();
                level.arch().dispatch(ScaleColumns { factors: &factors, x: &mut x });
                for (i, x) in x.iter().enumerate() {
                    assert_eq!(*x, i as f32 * factors[i % stride], "{level} {stride}");
                }
            }
        }
    }
}
