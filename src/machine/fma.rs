use crate::simd::{AlignedVec, BLOCK, Real};
use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;

/// Fused multiply-adds in each chain of a round.
const STEPS: u64 = 10_000;
/// The most chains, with 32 registers: enough for 4 units with a latency of 4 cycles.
const MOST_CHAINS: usize = 24;
/// The chains with 16 registers: enough for 2 units with a latency of 5 or 6 cycles.
const CHAINS: usize = 12;

/// The operands of a round of fused multiply-adds.
pub(super) struct Chains<T> {
    values: AlignedVec<T>,
}

impl<T: Real> Chains<T> {
    pub(super) fn new() -> Self {
        let mut values = AlignedVec::zeros(MOST_CHAINS * BLOCK);
        // All different, or the compiler could compute equal chains once.
        for (i, value) in values.iter_mut().enumerate() {
            *value = T::from_f64(1.0 + i as f64);
        }
        Self { values }
    }

    /// Computes a round and returns the number of floating-point operations, two a multiply-add.
    pub(super) fn run(&mut self, arch: Arch) -> f64 {
        // x ← x / 2 + 1 stays near 2, far from overflow and subnormal numbers.
        let [factor, term] = black_box([T::from_f64(0.5), T::ONE]);
        let flop = arch.dispatch(Kernel { values: &mut self.values, factor, term });
        black_box(&self.values[..]);
        flop
    }
}

/// Kernel: `x ← factor · x + term`, [`STEPS`] times in every chain, all in registers.
struct Kernel<'a, T> {
    values: &'a mut [T],
    factor: T,
    term: T,
}

impl<T: Real> WithSimd for Kernel<'_, T> {
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        // Two registers hold factor and term.
        match S::REGISTER_COUNT {
            32.. => chains::<S, T, MOST_CHAINS>(simd, self),
            _ => chains::<S, T, CHAINS>(simd, self),
        }
    }
}

#[inline(always)]
fn chains<S: Simd, T: Real, const N: usize>(simd: S, kernel: Kernel<T>) -> f64 {
    let (factor, term) = (T::splat(simd, kernel.factor), T::splat(simd, kernel.term));
    let values = &mut T::vectors_mut::<S>(kernel.values)[..N];
    let mut x = [factor; N];
    x.copy_from_slice(values);
    for _ in 0..STEPS {
        for x in &mut x {
            *x = T::mul_add(simd, *x, factor, term);
        }
    }
    values.copy_from_slice(&x);
    2.0 * (STEPS * (N * T::lanes::<S>()) as u64) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    /// Every chain must have been computed, to its end.
    fn check<T: Real>() {
        for level in SimdLevel::available() {
            let mut chains = Chains::<T>::new();
            let flop = chains.run(level.arch());
            let done = flop / 2.0 / STEPS as f64;
            assert_eq!(done.fract(), 0.0, "{level}");
            let (done, rest) = chains.values.split_at(done as usize);
            assert!(done.iter().all(|x| (x.to_f64() - 2.0).abs() < 1e-6), "{level} {done:?}");
            assert!(rest.iter().all(|x| x.to_f64() > 2.0), "{level} {rest:?}");
        }
    }

    #[test]
    fn as_many_operations_are_counted_as_done() {
        check::<f32>();
        check::<f64>();
    }
}
