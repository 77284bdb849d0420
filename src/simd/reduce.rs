//! Sums across lanes, in an order that does not depend on the vector width.

use super::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// Kernel: `Σ x[i]²` in f64, over [`BLOCK`] virtual lanes folded by a fixed tree.
pub struct SumOfSquares<'a, T>(pub &'a [T]);

impl<T: Real> WithSimd for SumOfSquares<'_, T> {
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let mut lanes = [0.0f64; BLOCK];
        let (blocks, tail) = self.0.as_chunks::<BLOCK>();
        for block in blocks {
            for (lane, &x) in lanes.iter_mut().zip(block) {
                let x = x.to_f64();
                *lane = x.mul_add(x, *lane);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(tail) {
            let x = x.to_f64();
            *lane = x.mul_add(x, *lane);
        }
        fold(lanes)
    }
}

/// Kernel: `Σ |x[i]|` in f64, in the same order.
pub struct SumOfMagnitudes<'a, T>(pub &'a [T]);

impl<T: Real> WithSimd for SumOfMagnitudes<'_, T> {
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let mut lanes = [0.0f64; BLOCK];
        for block in self.0.chunks(BLOCK) {
            for (lane, &x) in lanes.iter_mut().zip(block) {
                *lane += x.to_f64().abs();
            }
        }
        fold(lanes)
    }
}

/// Adds the upper half of the lanes to the lower half until one is left.
fn fold(mut lanes: [f64; BLOCK]) -> f64 {
    let mut half = BLOCK / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The same in vectors, as long as they are whole.
#[inline(always)]
pub(super) fn fold_vectors<S: Simd, T: Real>(simd: S, mut lanes: [T; BLOCK]) -> T {
    let vectors = T::vectors_mut::<S>(&mut lanes);
    let mut half = vectors.len() / 2;
    while half > 0 {
        for i in 0..half {
            vectors[i] = T::plus(simd, vectors[i], vectors[i + half]);
        }
        half /= 2;
    }
    T::fold_lanes(simd, vectors[0])
}
