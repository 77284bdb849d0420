//! The errors that the table of [`elementwise`](super) states.

use super::double::{self, Double};
use super::*;
use crate::simd::{Real, SimdLevel};
use pulp::Arch;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

/// A name, a kernel, the function that it computes, the largest error in ULP, and below how many
/// times [`TINY`](Real::TINY) a result is 0.
struct Function<T, Exact>(&'static str, fn(Arch, &mut [T]), Exact, f64, f64);

impl<T: Real, Exact> Function<T, Exact> {
    /// Prints and judges the largest error over `points`.
    fn check(&self, mut points: impl Iterator<Item = T>, error: impl Fn(&Self, T, T) -> f64) {
        let &Self(name, kernel, _, bound, _) = self;
        let arch = SimdLevel::best().arch();
        let mut worst = (0.0, T::ZERO);
        loop {
            let x: Vec<T> = points.by_ref().take(4096).collect();
            let mut y = x.clone();
            kernel(arch, &mut y);
            for (&x, &y) in x.iter().zip(&y) {
                let error = error(self, x, y);
                if error > worst.0 || error.is_nan() {
                    worst = (error, x);
                }
            }
            if x.is_empty() {
                break;
            }
        }
        let (error, x) = worst;
        println!("{name} of {}: {error:.3} ULP at {x}", T::NAME);
        assert!(error <= bound, "{name} of {}: {error} ULP at {x}", T::NAME);
    }
}

// f32, against f64

fn sigmoid_exactly(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

fn gelu_exactly(z: f64) -> f64 {
    let z = z.max(-40.0);
    // erfc at −z/√2 as it is rounded, and its derivative times what rounding took.
    const SQRT_2_LOW: f64 = -9.667_293_313_452_913e-17;
    let x = -z * FRAC_1_SQRT_2;
    let rest = x.mul_add(-SQRT_2_LOW, x.mul_add(-SQRT_2, -z)) * FRAC_1_SQRT_2;
    let rest = if z < 40.0 { rest } else { 0.0 };
    let slope = -FRAC_2_SQRT_PI * (-x * x).exp();
    0.5 * z * slope.mul_add(rest, libm::erfc(x))
}

type F32 = Function<f32, fn(f64) -> f64>;

#[rustfmt::skip]
const F32: [F32; 7] = [
    // name, kernel, function, largest error, tail
    Function("exp", |arch, x| arch.dispatch(Exp(x)), f64::exp, 1.1, 0.0),
    Function("sigmoid", |arch, x| arch.dispatch(Sigmoid(x)), sigmoid_exactly, 2.6, 1.0),
    Function("tanh", |arch, x| arch.dispatch(Tanh(x)), f64::tanh, 2.0, 0.0),
    Function("elu", |arch, x| arch.dispatch(Elu(x)), |z| if z < 0.0 { z.exp_m1() } else { z }, 1.0, 0.0),
    Function("softplus", |arch, x| arch.dispatch(Softplus(x)), |z| z.max(0.0) + (-z.abs()).exp().ln_1p(), 2.0, 1.0),
    Function("silu", |arch, x| arch.dispatch(Silu(x)), |z| z.max(-1000.0) * sigmoid_exactly(z), 3.5, 44.0),
    Function("gelu", |arch, x| arch.dispatch(Gelu(x)), gelu_exactly, 8.0, 1.0),
];

/// The error of `got` = f(x) in units of the spacing of f32 at the exact value.
fn ulp_f32(function: &F32, x: f32, got: f32) -> f64 {
    let &Function(_, _, exact, _, tail) = function;
    let want = exact(f64::from(x));
    if want.abs() < tail * f64::from(f32::TINY) && got == 0.0 {
        return 0.0;
    }
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
#[ignore = "takes six minutes"]
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

fn softplus_in_double(z: f64, lift: i32) -> Double {
    // Where it is subnormal, it is e^z.
    match lift {
        0 => double::ln_1p(double::exp(-z.abs(), 0)).plus(z.max(0.0).into()),
        _ => double::exp(z, lift),
    }
}

#[rustfmt::skip]
const F64: [F64; 7] = [
    // name, kernel, function, largest error, tail
    Function("exp", |arch, x| arch.dispatch(Exp(x)), double::exp, 1.1, 0.0),
    Function("sigmoid", |arch, x| arch.dispatch(Sigmoid(x)), sigmoid_in_double, 2.6, 1.0),
    Function("tanh", |arch, x| arch.dispatch(Tanh(x)), tanh_in_double, 2.0, 0.0),
    Function("elu", |arch, x| arch.dispatch(Elu(x)), elu_in_double, 1.3, 0.0),
    Function("softplus", |arch, x| arch.dispatch(Softplus(x)), softplus_in_double, 2.0, 1.0),
    Function("silu", |arch, x| arch.dispatch(Silu(x)), |z, lift| sigmoid_in_double(z, lift).times(z.into()), 3.5, 355.0),
    // The error of this function, an f64, counts: against 100 bits the worst is 8.2.
    Function("gelu", |arch, x| arch.dispatch(Gelu(x)), |z, lift| Double::from(gelu_exactly(z)).times_power_of_two(lift), 11.0, 1.0),
];

/// The error of `got` = f(x) in units of the spacing of f64 at the exact value.
fn ulp_f64(function: &F64, x: f64, got: f64) -> f64 {
    let &Function(_, _, exact, _, tail) = function;
    // Subnormal numbers are compared after an exact multiplication.
    let (lift, factor) = if got.abs() < 1e-250 { (600, 2f64.powi(600)) } else { (0, 1.0) };
    let want = exact(x, lift);
    let near = (want.high / factor).abs();
    if near < tail * f64::TINY && got == 0.0 {
        return 0.0;
    }
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
    check_f64(50_000);
}

#[test]
#[ignore = "takes half a minute"]
fn f64_functions_stay_within_their_bounds_on_many_f64() {
    check_f64(5_000_000);
}

// Derivatives

/// Multiplies the errors by f'(z).
type MulPrime<T> = fn(Arch, &[T], &mut [T]);

/// The name of f, the kernel that computes f'(z) from z or from the activation, and f'.
type Derivative<T> = (&'static str, MulPrime<T>, fn(f64) -> f64);

#[rustfmt::skip]
fn derivatives<T: Real>() -> [Derivative<T>; 6] {
    [
        ("sigmoid", |arch, z, delta| arch.dispatch(MulSigmoidPrime { activation: &map(z, sigmoid), delta }), |z| sigmoid_exactly(z) * sigmoid_exactly(-z)),
        ("tanh", |arch, z, delta| arch.dispatch(MulTanhPrime { activation: &map(z, tanh), delta }), |z| z.cosh().powi(-2)),
        ("elu", |arch, z, delta| arch.dispatch(MulEluPrime { activation: &map(z, elu), delta }), |z| z.min(0.0).exp()),
        ("softplus", |arch, z, delta| arch.dispatch(MulSoftplusPrime { activation: &map(z, softplus), delta }), sigmoid_exactly),
        ("silu", |arch, z, delta| arch.dispatch(MulSiluPrime { weighted_input: z, delta }), |z| sigmoid_exactly(z) * (1.0 + z * sigmoid_exactly(-z))),
        ("gelu", |arch, z, delta| arch.dispatch(MulGeluPrime { weighted_input: z, delta }), |z| 0.5 * libm::erfc(-z * FRAC_1_SQRT_2) + z * FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * 0.5 * (-0.5 * z * z).exp()),
    ]
}

fn map<T: Real>(z: &[T], f: fn(T) -> T) -> Vec<T> {
    z.iter().map(|&z| f(z)).collect()
}

fn check_derivatives<T: Real>(bound: f64) {
    let z: Vec<T> = (-40_000..=40_000).map(|i| T::from_f64(f64::from(i) * 0.001)).collect();
    for (name, mul_prime, exact) in derivatives() {
        let mut delta = vec![T::ONE; z.len()];
        mul_prime(SimdLevel::best().arch(), &z, &mut delta);
        let errors = z.iter().zip(&delta).map(|(z, d)| (d.to_f64() - exact(z.to_f64())).abs());
        let worst = errors.fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a });
        println!("derivative of {name} in {}: {worst:.2e}", T::NAME);
        assert!(worst < bound, "derivative of {name} in {}: {worst:e}", T::NAME);
    }
}

#[test]
fn derivatives_are_accurate() {
    check_derivatives::<f32>(2.5e-7);
    check_derivatives::<f64>(5e-16);
}
