use crate::simd::Real;
use pulp::{Simd, WithSimd};

/// Kernel: `x[i] *= factor`.
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
            *x *= self.factor;
        }
    }
}

/// Kernel: `x[i] *= factor`, or 0 where that is smaller than `least` in size. Numbers that only ever
/// shrink end as 0, and not as subnormal ones, with which some CPUs compute a hundred times more
/// slowly.
pub struct ScaleOrZero<'a, T> {
    /// The factor.
    pub factor: T,
    /// The smallest size that is kept.
    pub least: T,
    /// The elements, updated in place.
    pub x: &'a mut [T],
}

impl<T: Real> WithSimd for ScaleOrZero<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.x {
            let scaled = *x * self.factor;
            *x = if scaled.magnitude() < self.least { T::ZERO } else { scaled };
        }
    }
}

/// Kernel: `x[r][j] *= factors[j]` for every row r.
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
                *x *= factor;
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
                let mut x: Vec<f32> = [1.0, -3e-8, 3e-8, f32::NAN].repeat(10)[..len].into();
                let arch = level.arch().unwrap();
                arch.dispatch(ScaleOrZero { factor: 0.5, least: 2e-8, x: &mut x });
                for x in x.chunks_exact(4) {
                    assert_eq!(x[..3], [0.5, 0.0, 0.0], "{level} {len}");
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
                level.arch().unwrap().dispatch(ScaleColumns { factors: &factors, x: &mut x });
                for (i, x) in x.iter().enumerate() {
                    assert_eq!(*x, i as f32 * factors[i % stride], "{level} {stride}");
                }
            }
        }
    }
}
