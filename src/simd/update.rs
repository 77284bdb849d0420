//! Updates of weights, element by element: penalties, momentum, adaptive steps.

use super::Real;
use pulp::{Simd, WithSimd};

/// `size` times the sign of x, 0 at 0.
#[inline(always)]
fn signed<T: Real>(size: T, x: T) -> T {
    let above = if x > T::ZERO { size } else { T::ZERO };
    let below = if x < T::ZERO { size } else { T::ZERO };
    above - below
}

/// Kernel: `x[i] −= shift · sgn(x[i])`, with sgn(0) = 0: one step of L1 regularisation (chapter 3,
/// equation 97).
pub struct Shrink<'a, T> {
    /// ηλ/n of L1.
    pub shift: T,
    /// The weights, updated in place.
    pub x: &'a mut [T],
}

impl<T: Real> WithSimd for Shrink<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.x {
            *x = (*x - signed(self.shift, *x)).flushed();
        }
    }
}

/// Kernel: `gradient[i] += l2 · weights[i] + l1 · sgn(weights[i])`, with sgn(0) = 0: the gradient of
/// the penalties.
///
/// Slices of unequal length are cut to the shorter one.
pub struct AddPenalty<'a, T> {
    /// The factor of the weight.
    pub l2: T,
    /// The factor of its sign.
    pub l1: T,
    /// The weights.
    pub weights: &'a [T],
    /// The gradient, updated in place.
    pub gradient: &'a mut [T],
}

impl<T: Real> WithSimd for AddPenalty<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { l2, l1, weights, gradient } = self;
        for (g, &w) in gradient.iter_mut().zip(weights) {
            *g += w.fused_mul_add(l2, signed(l1, w));
        }
    }
}

/// Kernel: `y[i] += factor · x[i]`.
///
/// Slices of unequal length are cut to the shorter one.
pub struct AddScaled<'a, T> {
    /// The factor.
    pub factor: T,
    /// What is added.
    pub x: &'a [T],
    /// What it is added to, updated in place.
    pub y: &'a mut [T],
}

impl<T: Real> WithSimd for AddScaled<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let factor = self.factor;
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y = x.fused_mul_add(factor, *y);
        }
    }
}

/// The constants of an [`Adaptive`] step.
#[derive(Debug, Clone, Copy)]
pub struct AdaptiveConstants<T> {
    /// What a gradient is multiplied by first: 1 over the images of the mini-batch.
    pub mean: T,
    /// λ/n of L2.
    pub l2: T,
    /// λ/n of L1.
    pub l1: T,
    /// How much of the running mean of the gradient is kept, and how much of the new gradient is
    /// added: β₁ (0 for RMSProp) and 1 − β₁, each rounded from f64.
    pub beta1: [T; 2],
    /// The same of the running mean of its square: β₂ and 1 − β₂.
    pub beta2: [T; 2],
    /// The learning rate, divided by 1 − β₁^t for Adam.
    pub rate: T,
    /// What the running mean of the square is multiplied by: 1/(1 − β₂^t) for Adam.
    pub correction: T,
    /// What is added to the root of that.
    pub epsilon: T,
}

/// Kernel: one step of Adam (Kingma and Ba, 2015) or RMSProp (Tieleman and Hinton, 2012). With
/// g = mean · gradient + l2 · w + l1 · sgn(w): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
/// w ← w − rate · m / (√(correction · v) + ε). The gradient becomes 0 for the next mini-batch. g and m
/// become 0 below [`TINY`](Real::TINY), g² and v below [`TINY_SQUARE`](Real::TINY_SQUARE).
///
/// Slices of unequal length are cut to the shortest one.
pub struct Adaptive<'a, T> {
    /// The constants.
    pub constants: AdaptiveConstants<T>,
    /// w, updated in place.
    pub weights: &'a mut [T],
    /// The gradient, summed over the mini-batch; 0 afterwards.
    pub gradient: &'a mut [T],
    /// m, updated in place.
    pub first: &'a mut [T],
    /// v, updated in place.
    pub second: &'a mut [T],
}

impl<T: Real> WithSimd for Adaptive<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let AdaptiveConstants { mean, l2, l1, beta1, beta2, rate, correction, epsilon } =
            self.constants;
        let weights = self.weights.iter_mut().zip(self.gradient);
        let moments = self.first.iter_mut().zip(self.second);
        for ((w, gradient), (first, second)) in weights.zip(moments) {
            let sum = gradient.flushed();
            *gradient = T::ZERO;
            let g = w.fused_mul_add(l2, sum.fused_mul_add(mean, signed(l1, *w))).flushed();
            let square = (g * g).or_zero_below(T::TINY_SQUARE);
            *first = first.fused_mul_add(beta1[0], beta1[1] * g).flushed();
            *second =
                second.fused_mul_add(beta2[0], beta2[1] * square).or_zero_below(T::TINY_SQUARE);
            *w -= rate * *first / ((correction * *second).square_root() + epsilon);
        }
    }
}

/// Kernel: the sums of the squares of every column, `sums[j] = Σ_k rows[k][j]²`, where a row is as
/// long as `sums`.
///
/// # Panics
///
/// Without columns.
pub struct ColumnSquares<'a, T> {
    /// `[rows][columns]`.
    pub rows: &'a [T],
    /// `[columns]`, overwritten.
    pub sums: &'a mut [T],
}

impl<T: Real> WithSimd for ColumnSquares<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.sums.fill(T::ZERO);
        for row in self.rows.chunks_exact(self.sums.len()) {
            for (sum, &x) in self.sums.iter_mut().zip(row) {
                *sum = x.fused_mul_add(x, *sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;
    use pulp::Arch;

    /// Numbers with both signs, zeros among them.
    fn numbers<T: Real>(len: usize, seed: usize) -> Vec<T> {
        let number = |i: usize| (((i + seed) * 37 % 23) as f64 - 11.0) / 8.0;
        (0..len).map(number).map(T::from_f64).collect()
    }

    fn sign(x: f64) -> f64 {
        if x == 0.0 { 0.0 } else { x.signum() }
    }

    /// Every kernel at every level and length against f64, and the levels against each other.
    fn check<T: Real>(
        tolerance: f64,
        kernel: impl Fn(Arch, &mut [Vec<T>; 4]),
        exact: impl Fn([f64; 4]) -> [f64; 4],
    ) {
        for len in 0..70 {
            let before = [0, 5, 11, 17].map(|seed| numbers::<T>(len, seed));
            let mut scalar = before.clone();
            kernel(Arch::Scalar, &mut scalar);
            for level in SimdLevel::available() {
                let mut got = before.clone();
                kernel(level.arch(), &mut got);
                assert_eq!(got, scalar, "{level} {len}");
            }
            for i in 0..len {
                let want = exact([0, 1, 2, 3].map(|k| before[k][i].to_f64()));
                for k in 0..4 {
                    let got = scalar[k][i].to_f64();
                    assert!((got - want[k]).abs() < tolerance, "{k} {i}: {got} {}", want[k]);
                }
            }
        }
    }

    fn check_all<T: Real>(tolerance: f64) {
        let t = T::from_f64;
        check::<T>(
            tolerance,
            |arch, [x, ..]| arch.dispatch(Shrink { shift: t(0.01), x }),
            |[x, a, b, c]| [x - 0.01 * sign(x), a, b, c],
        );
        check::<T>(
            tolerance,
            |arch, [weights, gradient, ..]| {
                arch.dispatch(AddPenalty { l2: t(0.3), l1: t(0.02), weights, gradient });
            },
            |[w, g, b, c]| [w, g + 0.3 * w + 0.02 * sign(w), b, c],
        );
        check::<T>(
            tolerance,
            |arch, [x, y, ..]| arch.dispatch(AddScaled { factor: t(-0.4), x, y }),
            |[x, y, b, c]| [x, y - 0.4 * x, b, c],
        );
        let constants = AdaptiveConstants {
            mean: t(0.1),
            l2: t(0.3),
            l1: t(0.02),
            beta1: [0.9, 0.1].map(t),
            beta2: [0.99, 0.01].map(t),
            rate: t(0.1),
            correction: t(1.5),
            epsilon: t(1e-3),
        };
        check::<T>(
            tolerance,
            |arch, [weights, gradient, first, second]| {
                second.iter_mut().for_each(|v| *v = v.magnitude());
                arch.dispatch(Adaptive { constants, weights, gradient, first, second });
            },
            |[w, g, m, v]| {
                let g = 0.1 * g + 0.3 * w + 0.02 * sign(w);
                let m = 0.9 * m + 0.1 * g;
                let v = 0.99 * v.abs() + 0.01 * g * g;
                [w - 0.1 * m / ((1.5 * v).sqrt() + 1e-3), 0.0, m, v]
            },
        );
    }

    #[test]
    fn kernels_compute_their_formulas_with_the_same_bits_at_every_level() {
        check_all::<f64>(1e-14);
        check_all::<f32>(1e-5);
    }

    #[test]
    fn squares_are_summed_by_column() {
        for level in SimdLevel::available() {
            for columns in 1..40 {
                let rows = numbers::<f64>(5 * columns, 3);
                let mut sums = vec![9.0; columns];
                level.arch().dispatch(ColumnSquares { rows: &rows, sums: &mut sums });
                for (j, sum) in sums.iter().enumerate() {
                    let want: f64 = (0..5).map(|k| rows[k * columns + j].powi(2)).sum();
                    assert!((sum - want).abs() < 1e-14, "{level} {columns}");
                }
            }
        }
    }
}
