use crate::simd::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// Kernel: `output[j] = output[j] + Σ_r factor · rows[r][j]`, r ascending: the mini-batch sum of
/// BP3, scaled and added to the biases.
pub struct AddScaledRows<'a, T> {
    /// The factor.
    pub factor: T,
    /// `[rows][stride]`.
    pub rows: &'a [T],
    /// `[stride]`, updated in place.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for AddScaledRows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let factor = T::splat(simd, self.factor);
        let stride = self.output.len();
        for (v, sum) in T::vectors_mut::<S>(self.output).iter_mut().enumerate() {
            for row in self.rows.chunks_exact(stride) {
                *sum = T::mul_add(simd, factor, T::vectors::<S>(row)[v], *sum);
            }
        }
    }
}

/// Kernel: `z[r][j] = scale · z[r][j] + biases[j]` for every row r, or 0 below
/// [`TINY`](Real::TINY), which turns a [`Product`](super::Product) into the weighted input of a layer
/// whose weights are `scale` times the stored ones.
pub struct ScaleAddBias<'a, T> {
    /// The scale of the weights.
    pub scale: T,
    /// `[stride]`.
    pub biases: &'a [T],
    /// `[rows][stride]`, updated in place.
    pub z: &'a mut [T],
}

impl<T: Real> WithSimd for ScaleAddBias<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let scale = self.scale;
        let biases = self.biases.as_chunks::<BLOCK>().0;
        for row in self.z.chunks_exact_mut(self.biases.len()) {
            for (z, b) in row.as_chunks_mut::<BLOCK>().0.iter_mut().zip(biases) {
                *z = std::array::from_fn(|j| z[j].fused_mul_add(scale, b[j]).flushed());
            }
        }
    }
}
