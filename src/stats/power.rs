//! What a comparison of so many runs could have shown, and how many it takes.

use super::compare::t_lower_tail;
use super::t_quantile;
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::ln_gamma;

/// More runs than these are not counted.
pub const MOST_RUNS: usize = 100_000;

/// The probability that a two-sided t test at the level `alpha` of `n` differences finds a true mean difference of
/// `effect` standard deviations: in either direction, as the test does.
///
/// # Panics
///
/// For fewer than two differences, or if `alpha` is not between 0 and 1.
#[must_use]
#[track_caller]
pub fn power(effect: f64, n: usize, alpha: f64) -> f64 {
    let freedom = (n - 1) as f64;
    let critical = -t_quantile(alpha / 2.0, freedom);
    let shift = effect * (n as f64).sqrt();
    above(critical, shift, freedom) + above(critical, -shift, freedom)
}

/// P(T > t) of the noncentral t distribution: T = (Z + `shift`) / x, Z normal and νx² of chi-squared with ν degrees of
/// freedom, integrated over x by Simpson's rule.
fn above(t: f64, shift: f64, freedom: f64) -> f64 {
    if shift == 0.0 {
        return t_lower_tail(-t, freedom);
    }
    let normal = Normal::standard();
    let log_norm = 2.0_f64.ln() + 0.5 * freedom * (0.5 * freedom).ln() - ln_gamma(0.5 * freedom);
    let density = |x: f64| {
        // 0 · ln 0 is 0 here.
        let power = if freedom == 1.0 { 0.0 } else { (freedom - 1.0) * x.ln() };
        (log_norm + power - 0.5 * freedom * x * x).exp()
    };
    let spread = 1.0 / (2.0 * freedom).sqrt();
    let (low, high) = ((1.0 - 9.0 * spread).max(0.0), 1.0 + 9.0 * spread);
    // Φ falls within 1/t.
    let steps = 2 * (10.0 * t * (high - low)).clamp(LEAST_STEPS, MOST_STEPS) as usize;
    let step = (high - low) / steps as f64;
    let sum: f64 = (0..=steps)
        .map(|i| {
            let x = low + step * i as f64;
            let weight = match i {
                i if i == 0 || i == steps => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * density(x) * normal.cdf(shift - t * x)
        })
        .sum();
    sum * step / 3.0
}

/// Pairs of intervals of Simpson's rule.
const LEAST_STEPS: f64 = 200.0;
const MOST_STEPS: f64 = 50_000.0;

/// The true mean difference, in standard deviations, that a two-sided t test at the level `alpha` of `n` differences finds
/// with the probability `wanted`.
///
/// # Panics
///
/// For fewer than two differences, or if `alpha` is not between 0 and 1, or `wanted` not between it and 1.
#[must_use]
#[track_caller]
pub fn detectable_effect(n: usize, alpha: f64, wanted: f64) -> f64 {
    assert!(alpha < wanted && wanted < 1.0, "power must be between {alpha} and 1, is {wanted}");
    let (mut low, mut high) = (0.0, 1.0);
    while power(high, n, alpha) < wanted {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        match power(middle, n, alpha) < wanted {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// The fewest differences of which a two-sided t test at the level `alpha` finds a true mean difference of `effect`
/// standard deviations with the probability `wanted`; `None` if these are more than [`MOST_RUNS`], or the effect is zero
/// or no number.
///
/// # Panics
///
/// If `alpha` is not between 0 and 1.
#[must_use]
#[track_caller]
pub fn runs_needed(effect: f64, alpha: f64, wanted: f64) -> Option<usize> {
    let enough = |n: usize| power(effect.abs(), n, alpha) >= wanted;
    if effect == 0.0 || !effect.is_finite() || !enough(MOST_RUNS) {
        return None;
    }
    let (mut few, mut many) = (1, 2);
    while !enough(many) {
        (few, many) = (many, (2 * many).min(MOST_RUNS));
    }
    while many - few > 1 {
        let middle = few + (many - few) / 2;
        match enough(middle) {
            true => many = middle,
            false => few = middle,
        }
    }
    Some(many)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::super::{Differences, paired_t_test};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn power_agrees_with_scipy() {
        for (effect, n, alpha, expected) in vectors::POWER {
            assert_close(power(effect, n, alpha), expected, 1e-7);
        }
    }

    #[test]
    fn what_is_detectable_is_detected_and_so_many_runs_suffice() {
        for (n, alpha) in [(6, 0.05), (10, 0.025 / 6.0), (30, 0.01)] {
            let effect = detectable_effect(n, alpha, 0.8);
            assert_close(power(effect, n, alpha), 0.8, 1e-9);
            assert_eq!(runs_needed(effect * 1.0001, alpha, 0.8), Some(n));
            assert_eq!(runs_needed(-effect * 0.9999, alpha, 0.8), Some(n + 1));
        }
        assert_eq!(runs_needed(0.0, 0.05, 0.8), None);
        assert_eq!(runs_needed(1e-3, 0.05, 0.8), None);
        assert_eq!(runs_needed(f64::INFINITY, 0.05, 0.8), None);
        assert_eq!(runs_needed(50.0, 0.05, 0.8), Some(2));
    }

    #[test]
    fn simulated_tests_have_this_power() {
        const REPETITIONS: u32 = 10_000;
        let mut stream = Stream::new(4, Purpose::Weights, 0);
        for (n, effect) in [(6, 1.2), (12, 0.8)] {
            let found = (0..REPETITIONS).filter(|_| {
                let sample: Vec<f64> = (0..n).map(|_| effect + stream.gaussian()).collect();
                paired_t_test(&Differences::exact(&sample)).unwrap().p < 0.05
            });
            let share = found.count() as f64 / f64::from(REPETITIONS);
            let expected = power(effect, n, 0.05);
            assert!((share - expected).abs() < 0.015, "n = {n}: {share}, not {expected}");
        }
    }
}
