//! The bias-corrected and accelerated bootstrap.

use super::{Interval, mean};
use crate::rng::{Purpose, Stream};
use statrs::distribution::{ContinuousCDF, Normal};

/// Fewer values than these do not tell enough of their distribution: the real cover of a "95 %" percentile bootstrap
/// is 74 % at n = 3 and 85 % at n = 5.
pub const BOOTSTRAP_LEAST: usize = 20;

/// The BCa interval (Efron 1987) of a statistic: for what is not a mean, or far from normal.
///
/// The same sample and `seed` give the same bits. `None` for fewer than 20 values. Of no length if all resamples agree;
/// both ends are NaN if the sample holds a NaN or an infinite value.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded, or there are no `resamples`.
#[must_use]
#[track_caller]
pub fn bca_interval(
    sample: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    level: f64,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let without = |i: usize| {
        let mut rest = sample.to_vec();
        rest.remove(i);
        statistic(&rest)
    };
    bca_of(sample, &statistic, without, level, resamples, seed)
}

/// [`bca_interval`] of the mean, in time linear in the sample.
///
/// # Panics
///
/// As [`bca_interval`].
#[must_use]
#[track_caller]
pub fn bca_interval_of_mean(
    sample: &[f64],
    level: f64,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let (centre, n) = (mean(sample), sample.len() as f64);
    let without = |i: usize| centre + (centre - sample[i]) / (n - 1.0);
    bca_of(sample, &mean, without, level, resamples, seed)
}

#[track_caller]
fn bca_of(
    sample: &[f64],
    statistic: &impl Fn(&[f64]) -> f64,
    without: impl Fn(usize) -> f64,
    level: f64,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
    assert!(resamples > 0, "a bootstrap needs resamples");
    if sample.len() < BOOTSTRAP_LEAST {
        return None;
    }
    if sample.iter().any(|x| !x.is_finite()) {
        return Some(Interval { low: f64::NAN, high: f64::NAN });
    }
    let mut stream = Stream::new(seed, Purpose::Bootstrap, 0);
    let n = u32::try_from(sample.len()).ok()?;
    let mut again = vec![0.0; sample.len()];
    let mut replicates: Vec<f64> = (0..resamples)
        .map(|_| {
            again.fill_with(|| sample[stream.below(n) as usize]);
            statistic(&again)
        })
        .collect();
    replicates.sort_by(f64::total_cmp);
    let jackknife: Vec<f64> = (0..sample.len()).map(without).collect();
    Some(bca(statistic(sample), &jackknife, &replicates, level))
}

/// The interval from the statistic of the sample, those with each value left out, and the sorted ones of the resamples.
fn bca(estimate: f64, jackknife: &[f64], replicates: &[f64], level: f64) -> Interval {
    let (first, last) = (replicates[0], replicates[replicates.len() - 1]);
    if first == last {
        return Interval { low: first, high: last };
    }
    let normal = Normal::standard();
    // Replicates that equal the estimate count half.
    let below = replicates.iter().filter(|&&r| r < estimate).count();
    let equal = replicates.iter().filter(|&&r| r == estimate).count();
    let share = (below as f64 + equal as f64 / 2.0) / replicates.len() as f64;
    if share <= 0.0 || share >= 1.0 {
        // The estimate lies outside all resamples: there is nothing to correct by.
        return Interval { low: first, high: last };
    }
    let bias = normal.inverse_cdf(share);
    let centre = mean(jackknife);
    let moment = |k: i32| jackknife.iter().map(|j| (centre - j).powi(k)).sum::<f64>();
    let spread = moment(2).powf(1.5);
    let acceleration = if spread > 0.0 { moment(3) / (6.0 * spread) } else { 0.0 };
    let place = |q: f64| {
        let z = bias + normal.inverse_cdf(q);
        let corrected = normal.cdf(bias + z / (1.0 - acceleration * z));
        super::quantile(replicates, corrected.clamp(0.0, 1.0))
    };
    Interval { low: place((1.0 - level) / 2.0), high: place((1.0 + level) / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::*;

    #[test]
    fn agrees_with_scipy_on_the_same_replicates() {
        let case = vectors::BOOTSTRAP;
        let mut replicates = case.replicates.to_vec();
        replicates.sort_by(f64::total_cmp);
        let ours = bca(case.estimate, case.jackknife, &replicates, 0.95);
        assert_close(ours.low, case.low, 1e-9);
        assert_close(ours.high, case.high, 1e-9);
    }

    #[test]
    fn is_deterministic_and_refuses_small_samples() {
        let sample: Vec<f64> = (0..20).map(|i| f64::from(i * i)).collect();
        let interval = || bca_interval(&sample, mean, 0.95, 999, 1).unwrap();
        assert_eq!(interval(), interval());
        assert!(interval().contains(mean(&sample)));
        let of_mean = bca_interval_of_mean(&sample, 0.95, 999, 1).unwrap();
        assert_close(of_mean.low, interval().low, 1e-12);
        assert_close(of_mean.high, interval().high, 1e-12);
        assert_eq!(bca_interval(&sample[..19], mean, 0.95, 999, 1), None);
        let flat = bca_interval(&[2.0; 20], mean, 0.95, 99, 1).unwrap();
        assert_eq!((flat.low, flat.high), (2.0, 2.0));
        let mut bad = sample.clone();
        bad[3] = f64::NAN;
        assert!(bca_interval(&bad, mean, 0.95, 99, 1).unwrap().low.is_nan());
    }

    /// 1000 normal samples of 20: a little short of 95 %, as is known of it.
    #[test]
    fn covers_nearly_as_often_as_it_says_from_twenty_values_on() {
        let mut stream = Stream::new(1, Purpose::Weights, 0);
        let held = (0..1000).filter(|_| {
            let sample: Vec<f64> = (0..20).map(|_| stream.gaussian()).collect();
            bca_interval(&sample, mean, 0.95, 499, 1).unwrap().contains(0.0)
        });
        let percent = held.count() as f64 / 10.0;
        assert!((90.5..=96.5).contains(&percent), "{percent} %");
    }
}
