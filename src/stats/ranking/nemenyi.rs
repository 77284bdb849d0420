//! Which of several methods differ, by their average ranks: Nemenyi's test.

use libm::{erfc, exp};
use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// P(R > `range`) of the range R of `count` independent standard normal values: the studentised range distribution with
/// infinitely many degrees of freedom. NaN of a NaN.
///
/// P(R > q) = k ∫ φ(z) {[1 − Φ(z)]ᵏ⁻¹ − [Φ(z + q) − Φ(z)]ᵏ⁻¹} dz, where z is the smallest value. The trapezoidal rule
/// converges faster than any power of its step for such an integrand; relative errors are about 1e-12.
///
/// # Panics
///
/// If there are fewer than two values.
#[must_use]
#[track_caller]
pub fn normal_range_upper_tail(range: f64, count: usize) -> f64 {
    assert!(count >= 2, "the range of fewer than two values is nothing");
    if range.is_nan() {
        return f64::NAN;
    }
    if range <= 0.0 {
        return 1.0;
    }
    const STEP: f64 = 1.0 / 32.0;
    // Beyond 38 the density is no number any more.
    const END: i32 = 38 * 32;
    let others = i32::try_from(count - 1).unwrap_or(i32::MAX);
    let term = |i: i32| {
        let z = f64::from(i) * STEP;
        let (above, beyond) = (normal_upper_tail(z), normal_upper_tail(z + range));
        let within = above - beyond;
        // aᵐ − bᵐ = (a − b) Σ aʲ bᵐ⁻¹⁻ʲ has no difference of almost equal numbers.
        let powers: f64 = (0..others).map(|j| above.powi(j) * within.powi(others - 1 - j)).sum();
        exp(-z * z / 2.0) * beyond * powers
    };
    let sum: f64 = (-END..=END).map(term).sum();
    (count as f64 * STEP / (2.0 * PI).sqrt() * sum).min(1.0)
}

/// 1 − Φ(z).
fn normal_upper_tail(z: f64) -> f64 {
    0.5 * erfc(z * FRAC_1_SQRT_2)
}

/// The range of `count` standard normal values that is exceeded with a probability of `alpha`: by bisection, to the last
/// digits.
///
/// # Panics
///
/// If `alpha` is not between 0 and 1, both excluded, or there are fewer than two values.
#[must_use]
#[track_caller]
pub fn normal_range_quantile(alpha: f64, count: usize) -> f64 {
    assert!(alpha > 0.0 && alpha < 1.0, "alpha must be between 0 and 1, is {alpha}");
    let (mut low, mut high) = (0.0, 1.0);
    while normal_range_upper_tail(high, count) > alpha && high < 70.0 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        match normal_range_upper_tail(middle, count) > alpha {
            true => low = middle,
            false => high = middle,
        }
    }
    f64::midpoint(low, high)
}

/// How far the average ranks of two of `methods` over `data_sets` have to be apart to be told apart at the level
/// `alpha`, whichever two: CD = q/√2 · √(k (k + 1) / (6 N)) (Nemenyi 1963; Demšar 2006).
///
/// # Panics
///
/// As [`normal_range_quantile`], and without data sets.
#[must_use]
#[track_caller]
pub fn critical_difference(methods: usize, data_sets: usize, alpha: f64) -> f64 {
    normal_range_quantile(alpha, methods) / SQRT_2 * standard_error(methods, data_sets)
}

/// p of Nemenyi's test of two average ranks that are `difference` apart, corrected for all pairs of `methods`.
///
/// # Panics
///
/// If there are fewer than two methods, or no data sets.
#[must_use]
#[track_caller]
pub fn nemenyi(difference: f64, methods: usize, data_sets: usize) -> f64 {
    let z = difference.abs() / standard_error(methods, data_sets);
    normal_range_upper_tail(SQRT_2 * z, methods)
}

/// Of the difference of two average ranks, if all methods are alike.
#[track_caller]
fn standard_error(methods: usize, data_sets: usize) -> f64 {
    assert!(data_sets > 0, "there are no ranks without data sets");
    let (k, n) = (methods as f64, data_sets as f64);
    (k * (k + 1.0) / (6.0 * n)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::vectors;
    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::stats::vectors::assert_close;
    use crate::stats::{Best, friedman, mean_ranks};

    #[test]
    fn ranges_agree_with_scipy() {
        for (count, range, p) in vectors::RANGE_TAILS {
            assert_close(normal_range_upper_tail(range, count), p, 1e-8);
        }
        for (count, alpha, range) in vectors::RANGE_QUANTILES {
            assert_close(normal_range_quantile(alpha, count), range, 1e-9);
        }
        assert_eq!(normal_range_upper_tail(0.0, 5), 1.0);
        assert!(normal_range_upper_tail(f64::NAN, 5).is_nan());
        // Two values: the difference has a standard deviation of √2.
        for q in [0.5, 2.0, 7.0, 20.0] {
            assert_close(normal_range_upper_tail(q, 2), erfc(q / 2.0), 1e-12);
        }
    }

    #[test]
    fn p_values_agree_with_scikit_posthocs() {
        for case in vectors::TABLES {
            let ranks: Vec<Vec<f64>> =
                case.scores.iter().map(|row| mean_ranks(row, Best::Highest)).collect();
            let averages = friedman(&ranks).unwrap().average_ranks;
            let k = averages.len();
            for (i, row) in case.nemenyi.chunks(k).enumerate() {
                for (j, theirs) in row.iter().enumerate() {
                    let ours = nemenyi(averages[i] - averages[j], k, ranks.len());
                    assert!((ours - theirs).abs() < 1e-6, "{i}, {j}: {ours}, not {theirs}");
                }
            }
        }
    }

    /// Table 5(a) and section 3.2.2 of Demšar (2006).
    #[test]
    fn has_the_published_numbers_of_demsar() {
        const Q05: [f64; 9] = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164];
        const Q10: [f64; 9] = [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920];
        for (k, (q05, q10)) in (2..).zip(Q05.into_iter().zip(Q10)) {
            assert!((normal_range_quantile(0.05, k) / SQRT_2 - q05).abs() < 0.0011, "k = {k}");
            assert!((normal_range_quantile(0.1, k) / SQRT_2 - q10).abs() < 0.0011, "k = {k}");
        }
        assert_eq!((critical_difference(4, 14, 0.05) * 100.0).round(), 125.0);
        assert_eq!((critical_difference(4, 14, 0.1) * 100.0).round(), 112.0);
    }

    /// Six alike methods: the largest and the smallest average rank are told apart in at most 5 % of 4,000 tables.
    #[test]
    fn the_family_keeps_the_level() {
        let mut stream = Stream::new(4, Purpose::Weights, 0);
        let difference = critical_difference(6, 12, 0.05);
        let wrong = (0..4_000).filter(|_| {
            let mut sums = [0.0; 6];
            for _ in 0..12 {
                let row: Vec<f64> = (0..6).map(|_| stream.uniform()).collect();
                let ranks = mean_ranks(&row, Best::Lowest);
                sums.iter_mut().zip(ranks).for_each(|(sum, rank)| *sum += rank / 12.0);
            }
            let highest = sums.into_iter().fold(f64::MIN, f64::max);
            highest - sums.into_iter().fold(f64::MAX, f64::min) >= difference
        });
        let percent = wrong.count() as f64 / 40.0;
        assert!((2.5..5.9).contains(&percent), "{percent} %");
    }
}
