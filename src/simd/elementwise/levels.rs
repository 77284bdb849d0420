//! The same bits at every instruction set, and wherever an element stands in a slice.

use super::*;
use crate::simd::{Real, SimdLevel};
use pulp::Arch;

/// Numbers around 0, large ones, and the special ones.
fn numbers<T: Real>(len: usize) -> Vec<T> {
    let special = [f64::NAN, f64::INFINITY, -f64::INFINITY, 0.0, -0.0, 1e-310, -1e-40];
    let usual = (0..len).map(|i| (i as f64 - 30.3) * 1.7);
    usual.chain(special).map(T::from_f64).collect()
}

fn bits<T: Real>(x: &[T]) -> Vec<u64> {
    // Widening is exact, and all NaN are one.
    x.iter().map(|x| x.to_f64()).map(|x| if x.is_nan() { f64::NAN } else { x }.to_bits()).collect()
}

/// Every slice against its elements one by one, at the lowest level.
fn check<T: Real>(name: &str, kernel: impl Fn(Arch, &mut [T], &[T])) {
    for len in 0..70 {
        let known = numbers::<T>(len);
        let delta: Vec<T> = known.iter().rev().copied().collect();
        let mut want = delta.clone();
        for (x, known) in want.iter_mut().zip(&known) {
            kernel(Arch::Scalar, std::slice::from_mut(x), std::slice::from_ref(known));
        }
        for level in SimdLevel::available() {
            let mut got = delta.clone();
            kernel(level.arch(), &mut got, &known);
            assert_eq!(bits(&got), bits(&want), "{name} of {}, {level}, {len}", T::NAME);
        }
    }
}

fn check_all<T: Real>() {
    check::<T>("exp", |arch, x, _| arch.dispatch(Exp(x)));
    check::<T>("sigmoid", |arch, x, _| arch.dispatch(Sigmoid(x)));
    check::<T>("tanh", |arch, x, _| arch.dispatch(Tanh(x)));
    check::<T>("relu", |arch, x, _| arch.dispatch(Relu(x)));
    check::<T>("leaky relu", |arch, x, _| arch.dispatch(LeakyRelu(x)));
    check::<T>("elu", |arch, x, _| arch.dispatch(Elu(x)));
    check::<T>("gelu", |arch, x, _| arch.dispatch(Gelu(x)));
    check::<T>("silu", |arch, x, _| arch.dispatch(Silu(x)));
    check::<T>("softplus", |arch, x, _| arch.dispatch(Softplus(x)));
    check::<T>("step", |arch, x, _| arch.dispatch(Step(x)));
    check::<T>("scale", |arch, x, _| arch.dispatch(Scale { factor: T::from_f64(0.3), x }));
    check::<T>("sigmoid'", |arch, delta, activation| {
        arch.dispatch(MulSigmoidPrime { activation, delta });
    });
    check::<T>("tanh'", |arch, delta, activation| {
        arch.dispatch(MulTanhPrime { activation, delta });
    });
    check::<T>("relu'", |arch, delta, activation| {
        arch.dispatch(MulReluPrime { activation, delta });
    });
    check::<T>("leaky relu'", |arch, delta, activation| {
        arch.dispatch(MulLeakyReluPrime { activation, delta });
    });
    check::<T>("elu'", |arch, delta, activation| {
        arch.dispatch(MulEluPrime { activation, delta });
    });
    check::<T>("gelu'", |arch, delta, weighted_input| {
        arch.dispatch(MulGeluPrime { weighted_input, delta });
    });
    check::<T>("silu'", |arch, delta, weighted_input| {
        arch.dispatch(MulSiluPrime { weighted_input, delta });
    });
    check::<T>("softplus'", |arch, delta, activation| {
        arch.dispatch(MulSoftplusPrime { activation, delta });
    });
}

#[test]
fn slices_have_the_bits_of_single_elements_at_every_level() {
    check_all::<f32>();
    check_all::<f64>();
}

#[test]
fn the_kernels_compute_their_functions() {
    for level in SimdLevel::available() {
        let arch = level.arch();
        let z = numbers::<f32>(70);
        let mut got = z.clone();
        arch.dispatch(Sigmoid(&mut got));
        assert_eq!(bits(&got), bits(&z.iter().map(|&z| sigmoid(z)).collect::<Vec<_>>()), "{level}");
        let z = numbers::<f64>(70);
        let (mut s, mut e) = (z.clone(), z.clone());
        arch.dispatch(Sigmoid(&mut s));
        arch.dispatch(Exp(&mut e));
        assert_eq!(bits(&s), bits(&z.iter().map(|&z| sigmoid(z)).collect::<Vec<_>>()), "{level}");
        assert_eq!(bits(&e), bits(&z.iter().map(|&z| exp_f64(z)).collect::<Vec<_>>()), "{level}");
    }
}
