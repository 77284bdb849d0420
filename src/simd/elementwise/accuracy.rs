//! The errors that the table of [`elementwise`](super) states.

use super::double::{self, Double};
use super::*;
use crate::simd::{Real, SimdLevel};
use pulp::Arch;

/// A kernel and the function that it computes.
struct Function<T, Exact> {
    name: &'static str,
    kernel: fn(Arch, &mut [T]),
    exact: Exact,
    /// The largest error, in ULP.
    bound: f64,
}

impl<T: Real, Exact> Function<T, Exact> {
    /// Prints and judges the largest error over `points`.
    fn check(&self, mut points: impl Iterator<Item = T>, error: impl Fn(&Self, T, T) -> f64) {
        let arch = SimdLevel::best().arch().unwrap();
        let mut worst = (0.0, T::ZERO);
        loop {
            let x: Vec<T> = points.by_ref().take(4096).collect();
            let mut y = x.clone();
            (self.kernel)(arch, &mut y);
            for (&x, &y) in x.iter().zip(&y) {
                let error = error(self, x, y);
                // A NaN is an error too.
                if error.is_nan() || error > worst.0 {
                    worst = (error, x);
                }
            }
            if x.is_empty() {
                break;
            }
        }
        let (error, x) = worst;
        println!("{} of {}: {error:.3} ULP at {x}", self.name, T::NAME);
        assert!(error <= self.bound, "{} of {}: {error} ULP at {x}", self.name, T::NAME);
    }
}

// f32, against f64

fn sigmoid_exactly(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

type F32 = Function<f32, fn(f64) -> f64>;

#[rustfmt::skip]
const F32: [F32; 4] = [
    F32 { name: "exp", kernel: |arch, x| arch.dispatch(Exp(x)), exact: f64::exp, bound: 1.1 },
    F32 { name: "sigmoid", kernel: |arch, x| arch.dispatch(Sigmoid(x)), exact: sigmoid_exactly, bound: 2.6 },
    F32 { name: "tanh", kernel: |arch, x| arch.dispatch(Tanh(x)), exact: f64::tanh, bound: 2.0 },
    F32 { name: "elu", kernel: |arch, x| arch.dispatch(Elu(x)), exact: |z| if z < 0.0 { z.exp_m1() } else { z }, bound: 1.0 },
];

/// The error of `got` = f(x) in units of the spacing of f32 at the exact value.
fn ulp_f32(function: &F32, x: f32, got: f32) -> f64 {
    let want = (function.exact)(f64::from(x));
    let near = (want as f32).abs();
    if got.is_infinite() && near >= f32::MAX && (got > 0.0) == (want > 0.0) {
        return 0.0;
    }
    let near = near.min(f32::MAX.next_down());
    (f64::from(got) - want).abs() / (f64::from(near.next_up()) - f64::from(near))
}

/// Checks every `step`th f32.
fn check_f32(step: usize) {
    let points = || (0..=u32::MAX).step_by(step).map(f32::from_bits).filter(|x| !x.is_nan());
    std::thread::scope(|scope| {
        for function in &F32 {
            scope.spawn(move || function.check(points(), ulp_f32));
        }
    });
}

#[test]
fn f32_functions_stay_within_their_bounds_on_a_sample_of_the_line() {
    check_f32(9973);
}

/// `cargo test --release --lib every_f32 -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn f32_functions_stay_within_their_bounds_on_every_f32() {
    check_f32(1);
}

// f64, against 106 bits

/// The exact value times 2^lift.
type F64 = Function<f64, fn(f64, i32) -> Double>;

fn one_plus(x: Double) -> Double {
    x.plus(1.0.into())
}

fn sigmoid_in_double(z: f64, lift: i32) -> Double {
    let e = double::exp(-z.abs(), 0);
    match z < 0.0 {
        true => double::exp(z, lift).over(one_plus(e)),
        false => Double::from(1.0).over(one_plus(e)).times_power_of_two(lift),
    }
}

fn tanh_in_double(z: f64, lift: i32) -> Double {
    let e = double::exp_m1(2.0 * z.clamp(-100.0, 100.0));
    e.over(one_plus(one_plus(e))).times_power_of_two(lift)
}

fn elu_in_double(z: f64, lift: i32) -> Double {
    if z < 0.0 { double::exp_m1(z) } else { z.into() }.times_power_of_two(lift)
}

#[rustfmt::skip]
const F64: [F64; 4] = [
    F64 { name: "exp", kernel: |arch, x| arch.dispatch(Exp(x)), exact: double::exp, bound: 1.1 },
    F64 { name: "sigmoid", kernel: |arch, x| arch.dispatch(Sigmoid(x)), exact: sigmoid_in_double, bound: 2.6 },
    F64 { name: "tanh", kernel: |arch, x| arch.dispatch(Tanh(x)), exact: tanh_in_double, bound: 2.0 },
    F64 { name: "elu", kernel: |arch, x| arch.dispatch(Elu(x)), exact: elu_in_double, bound: 1.3 },
];

/// The error of `got` = f(x) in units of the spacing of f64 at the exact value.
fn ulp_f64(function: &F64, x: f64, got: f64) -> f64 {
    // Subnormal numbers are compared after an exact multiplication.
    let (lift, factor) = if got.abs() < 1e-250 { (600, 2f64.powi(600)) } else { (0, 1.0) };
    let want = (function.exact)(x, lift);
    let near = (want.high / factor).abs();
    let error = Double::from(got * factor).plus(want.times((-1.0).into()));
    error.high.abs() / ((near.next_up() - near) * factor)
}

/// Evenly over the bits, that is over all magnitudes down to the smallest, and over two intervals.
fn f64_points(n: u64) -> impl Iterator<Item = f64> {
    // e^x overflows above 709.7.
    let step = 700f64.to_bits() / n * 2 + 1;
    let magnitudes = (0..n / 2).map(move |i| f64::from_bits(i * step)).flat_map(|x| [x, -x]);
    let even = move |width: f64| (0..n).map(move |i| ((i as f64 + 0.4) / n as f64 - 0.5) * width);
    magnitudes.chain(even(20.0)).chain(even(1400.0))
}

fn check_f64(n: u64) {
    for function in &F64 {
        function.check(f64_points(n), ulp_f64);
    }
}

#[test]
fn f64_functions_stay_within_their_bounds_on_a_sample_of_the_line() {
    check_f64(20_000);
}

#[test]
#[ignore = "takes half a minute"]
fn f64_functions_stay_within_their_bounds_on_many_f64() {
    check_f64(5_000_000);
}
