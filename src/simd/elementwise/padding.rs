use crate::simd::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// Kernel: `x[r][j] = 0` for all columns j from `columns` on.
///
/// # Panics
///
/// When `columns` is not in the last block of the stride.
pub struct ZeroPadding<'a, T> {
    /// `[rows][stride]`, updated in place.
    pub x: &'a mut [T],
    /// The number of columns that are not padding.
    pub columns: usize,
    /// The stride.
    pub stride: usize,
}

impl<T: Real> WithSimd for ZeroPadding<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let padding = self.stride - self.columns;
        assert!(padding < BLOCK && self.stride >= BLOCK, "only the last block has padding");
        if padding == 0 {
            return;
        }
        for row in self.x.chunks_exact_mut(self.stride) {
            let last = row.last_chunk_mut::<BLOCK>().expect("a stride of whole blocks");
            // Blended, since a copy of a length known only here costs more.
            let x = *last;
            *last = std::array::from_fn(|j| if j < BLOCK - padding { x[j] } else { T::ZERO });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    #[test]
    fn columns_stay_and_padding_becomes_zero() {
        for level in SimdLevel::available() {
            let arch = level.arch();
            for stride in [BLOCK, 3 * BLOCK] {
                for columns in stride - BLOCK + 1..=stride {
                    let before: Vec<f32> = (1..=2 * stride).map(|i| i as f32).collect();
                    let mut x = before.clone();
                    arch.dispatch(ZeroPadding { x: &mut x, columns, stride });
                    for (i, (x, before)) in x.iter().zip(before).enumerate() {
                        let want = if i % stride < columns { before } else { 0.0 };
                        assert_eq!(*x, want, "{level} {stride} {columns}");
                    }
                }
            }
        }
    }
}
