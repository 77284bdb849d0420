//! Where the best of several further runs would fall, whatever the distribution of runs.

use super::{Best, Interval};

/// The interval from one value of `sample` to another that holds the best of `runs` further values with a probability
/// of at least `level`, for values of any one distribution.
///
/// Of all orders of n + k equally distributed values, those in which k further ones precede the i-th smallest of the
/// sample are the share
///
/// P(highest of k < x₍ᵢ₎) = C(i − 1 + k, k) / C(n + k, k) = ∏ₘ (i − 1 + m) / (n + m), m = 1 … k
///
/// (David and Nagaraja, *Order Statistics*, 2003; ties only make the closed interval hold more). Beyond
/// either end it falls with a probability of at most (1 − `level`)/2; if there is no value that far out, the one end is
/// the best of the sample, and the other has the rest of 1 − `level`.
///
/// `None` if even the whole sample holds it less often: fewer than [`rank_interval_least`] values. Both ends are NaN
/// if the sample holds a NaN.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded, or there are no `runs`.
#[must_use]
#[track_caller]
pub fn rank_interval(sample: &[f64], runs: usize, level: f64, best: Best) -> Option<Interval> {
    let (near, far) = ranks(sample.len(), runs, level)?;
    if sample.iter().any(|x| x.is_nan()) {
        return Some(Interval { low: f64::NAN, high: f64::NAN });
    }
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(match best {
        Best::Highest => Interval { low: sorted[near - 1], high: sorted[far - 1] },
        Best::Lowest => {
            sorted.reverse();
            Interval { low: sorted[far - 1], high: sorted[near - 1] }
        }
    })
}

/// How many values a [`rank_interval`] takes: for three runs and 95 %, 58; for one run, 39.
///
/// # Panics
///
/// As [`rank_interval`].
#[must_use]
#[track_caller]
pub fn rank_interval_least(runs: usize, level: f64) -> usize {
    (1..).find(|&n| suffices(n, runs, level)).unwrap_or(usize::MAX)
}

/// Whether the best of the runs lies between the lowest and the highest of the sample often enough.
#[track_caller]
fn suffices(n: usize, runs: usize, level: f64) -> bool {
    assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
    assert!(runs > 0, "the best of no runs is none");
    n > 0 && within(before(1, n, runs) + beyond(n, n, runs), 1.0 - level)
}

/// The ranks of both ends, from 1, for the highest.
#[track_caller]
fn ranks(n: usize, runs: usize, level: f64) -> Option<(usize, usize)> {
    if !suffices(n, runs, level) {
        return None;
    }
    let miss = 1.0 - level;
    let far = (1..=n).find(|&rank| within(beyond(rank, n, runs), miss / 2.0)).unwrap_or(n);
    let rest = (miss / 2.0).min(miss - beyond(far, n, runs));
    let near = (1..=far).rev().find(|&rank| within(before(rank, n, runs), rest))?;
    Some((near, far))
}

/// 1 − 0.95 is not 0.05 to the last digit.
fn within(probability: f64, allowed: f64) -> bool {
    probability <= allowed + 1e-12
}

/// The probability that the highest of `runs` further values lies above the one of this rank.
fn beyond(rank: usize, n: usize, runs: usize) -> f64 {
    1.0 - before(rank, n, runs)
}

/// The probability that all of `runs` further values lie below the one of this rank, from 1, of `n`.
fn before(rank: usize, n: usize, runs: usize) -> f64 {
    (1..=runs).map(|m| (rank - 1 + m) as f64 / (n + m) as f64).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn probabilities_are_shares_of_all_orders() {
        // C(i − 1 + 3, 3) of C(40 + 3, 3) = 12,341 orders.
        assert!((before(14, 40, 3) - 560.0 / 12_341.0).abs() < 1e-15);
        assert!((before(40, 40, 3) - 40.0 / 43.0).abs() < 1e-15);
        assert!((before(7, 9, 1) - 0.7).abs() < 1e-15);
    }

    #[test]
    fn few_values_have_no_interval_and_many_one_of_equal_tails() {
        assert_eq!([1, 3, 5].map(|runs| rank_interval_least(runs, 0.95)), [39, 58, 96]);
        assert_eq!((ranks(57, 3, 0.95), ranks(58, 3, 0.95)), (None, Some((4, 58))));
        assert_eq!(ranks(39, 1, 0.95), Some((1, 39)));
        // From 117 values on the highest of them is beaten by the best of three in less than 2.5 %.
        let (near, far) = ranks(117, 3, 0.95).unwrap();
        assert!(far == 117 && (0.023..0.025).contains(&before(near, 117, 3)), "{near} {far}");
        for few in [&[1.0; 57][..], &[]] {
            assert_eq!(rank_interval(few, 3, 0.95, Best::Highest), None);
        }
        for (runs, level) in [(1, 0.5), (2, 0.9), (10, 0.99)] {
            let least = rank_interval_least(runs, level);
            assert!(ranks(least, runs, level).is_some() && ranks(least - 1, runs, level).is_none());
        }
    }

    #[test]
    fn the_lowest_mirrors_the_highest() {
        let sample: Vec<f64> = (1..=60).map(|i| f64::from(i * i)).collect();
        let mirrored: Vec<f64> = sample.iter().map(|x| -x).collect();
        let high = rank_interval(&sample, 3, 0.95, Best::Highest).unwrap();
        let low = rank_interval(&mirrored, 3, 0.95, Best::Lowest).unwrap();
        assert_eq!(high, Interval { low: 49.0, high: 3600.0 });
        assert_eq!((low.low, low.high), (-high.high, -high.low));
        let bad = [&sample[..], &[f64::NAN]].concat();
        assert!(rank_interval(&bad, 3, 0.95, Best::Highest).unwrap().low.is_nan());
    }

    /// Values in two heaps, as accuracies are of networks that may or may not learn all digits: 20,000 experiments, each
    /// followed by the best of more runs. Standard error 0.15 points.
    #[test]
    fn holds_the_best_as_often_as_the_orders_say() {
        const REPETITIONS: u32 = 20_000;
        let mut stream = Stream::new(5, Purpose::Weights, 0);
        for (n, runs) in [(39, 1), (58, 3), (130, 3)] {
            let (near, far) = ranks(n, runs, 0.95).unwrap();
            let expected = 100.0 * (before(far, n, runs) - before(near, n, runs));
            let mut held = 0;
            for _ in 0..REPETITIONS {
                let mut run = || {
                    let stuck = stream.uniform() < 0.6;
                    let place = stream.uniform();
                    if stuck { 67.0 + 21.0 * place } else { 96.2 + 0.5 * place }
                };
                let sample: Vec<f64> = (0..n).map(|_| run()).collect();
                let best = (0..runs).map(|_| run()).fold(f64::MIN, f64::max);
                let interval = rank_interval(&sample, runs, 0.95, Best::Highest).unwrap();
                held += u32::from(interval.contains(best));
            }
            let percent = 100.0 * f64::from(held) / f64::from(REPETITIONS);
            assert!((percent - expected).abs() < 0.6, "{percent}, not {expected} %");
            assert!((95.0..96.5).contains(&expected), "n = {n}: {expected} %");
        }
    }
}
