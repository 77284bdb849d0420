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
