//! Student t intervals.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::{Shared, mean, resampled_interval, std_dev};

/// A closed interval, in the unit of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end; never below `low`.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies in the interval, ends included; never for NaN.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Half the length: the h of "mean ± h".
    #[must_use]
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// The t interval for the mean of the distribution that `sample` was drawn from: mean ± t · s / √n.
///
/// s is the sample standard deviation, t the (1 + `level`)/2 quantile with n − 1 degrees of freedom. A `level` of 0.95
/// means that in 95 of 100 repetitions of the experiment the interval holds the true mean, if results are normally
/// distributed and independent.
///
/// `None` for fewer than two values. Of no length if all values are equal. Both ends are NaN if the sample holds a NaN
/// or an infinite value.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded.
#[must_use]
#[track_caller]
pub fn confidence_interval(sample: &[f64], level: f64) -> Option<Interval> {
    resampled_interval(sample, level, Shared::default())
}

/// The t interval into which one further value would fall: mean ± t · s · √(1 + 1/n).
///
/// As [`confidence_interval`], but about the next run instead of about the mean: it does not shrink to nothing as n
/// grows. A published single run is to be judged by this one.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded.
#[must_use]
#[track_caller]
pub fn prediction_interval(sample: &[f64], level: f64) -> Option<Interval> {
    let n = sample.len() as f64;
    around_mean(sample, level, (1.0 + 1.0 / n).sqrt())
}

/// mean ± t · s · `factor`.
#[track_caller]
pub(super) fn around_mean(sample: &[f64], level: f64, factor: f64) -> Option<Interval> {
    assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
    let s = std_dev(sample)?;
    // From the lower tail: (1 + level)/2 would round away the digits of a level near 1.
    let t = -t_quantile((1.0 - level) / 2.0, (sample.len() - 1) as f64);
    let (mean, h) = (mean(sample), t * s * factor);
    Some(Interval { low: mean - h, high: mean + h })
}

/// The `p` quantile of Student's t distribution with `df` degrees of freedom.
///
/// Relative error below 10⁻⁸ for 0.0001 ≤ p ≤ 0.4 and whole df ≥ 1, and likewise in the upper half. The last digits may
/// depend on the platform, whose logarithm and exponential `statrs` calls.
///
/// # Panics
///
/// If `p` is not between 0 and 1, both excluded, or `df` is not positive and finite.
#[must_use]
#[track_caller]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0, "p must be between 0 and 1, is {p}");
    assert!(df > 0.0 && df.is_finite(), "degrees of freedom must be positive and finite, are {df}");
    if df > MANY {
        return t_quantile_many(p, df);
    }
    StudentsT::new(0.0, 1.0, df)
        .expect("location 0, scale 1 and positive degrees of freedom are valid")
        .inverse_cdf(p)
}

/// Where the series takes over: the quantile of `statrs` loses digits as df grows, and at 10⁷ it has none left.
const MANY: f64 = 1000.0;

/// Cornish–Fisher expansion about the normal quantile (Abramowitz and Stegun 26.7.5), to third order in 1/df.
fn t_quantile_many(p: f64, df: f64) -> f64 {
    let z = Normal::standard().inverse_cdf(p);
    let z2 = z * z;
    let g1 = z * (z2 + 1.0) / 4.0;
    let g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + (g1 + (g2 + g3 / df) / df) / df
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn t_quantiles_agree_with_scipy() {
        for (p, df, t) in vectors::T_QUANTILES {
            assert_close(t_quantile(p, df), t, 1e-9);
        }
    }

    #[test]
    fn intervals_agree_with_scipy() {
        for case in vectors::CASES {
            for (level, low, high) in case.confidence {
                let ours = confidence_interval(case.sample, level).unwrap();
                assert_close(ours.low, low, 1e-11);
                assert_close(ours.high, high, 1e-11);
            }
            for (level, low, high) in case.prediction {
                let ours = prediction_interval(case.sample, level).unwrap();
                assert_close(ours.low, low, 1e-11);
                assert_close(ours.high, high, 1e-11);
            }
        }
    }

    #[test]
    fn the_quantile_does_not_jump_where_the_series_takes_over() {
        for p in [0.0001, 0.025, 0.3, 0.9] {
            let below = t_quantile(p, MANY);
            assert_close(t_quantile_many(p, MANY), below, 1e-10);
        }
    }

    /// The share of 20,000 seeded samples of size n whose intervals hold the true mean, and one further value.
    /// Standard error 0.15 points.
    #[test]
    fn intervals_keep_their_level_for_few_runs() {
        const REPETITIONS: u32 = 20_000;
        let mut stream = Stream::new(1, Purpose::Weights, 0);
        for n in [3, 5, 10] {
            let (mut confident, mut predicted) = (0, 0);
            for _ in 0..REPETITIONS {
                let sample: Vec<f64> = (0..n).map(|_| 95.0 + 0.2 * stream.gaussian()).collect();
                let next = 95.0 + 0.2 * stream.gaussian();
                let mean = confidence_interval(&sample, 0.95).unwrap();
                let one = prediction_interval(&sample, 0.95).unwrap();
                confident += u32::from(mean.contains(95.0));
                predicted += u32::from(one.contains(next));
            }
            for held in [confident, predicted] {
                let percent = 100.0 * f64::from(held) / f64::from(REPETITIONS);
                assert!((percent - 95.0).abs() < 1.0, "n = {n}: {percent} %");
            }
        }
    }

    #[test]
    fn fewer_than_two_values_have_no_interval() {
        for sample in [&[][..], &[1.0]] {
            assert_eq!(confidence_interval(sample, 0.95), None);
            assert_eq!(prediction_interval(sample, 0.95), None);
        }
    }

    #[test]
    fn equal_values_give_an_interval_of_no_length() {
        let point = Interval { low: 0.1, high: 0.1 };
        assert_eq!(confidence_interval(&[0.1; 7], 0.95), Some(point));
        assert_eq!(prediction_interval(&[0.1; 7], 0.95), Some(point));
        assert!(point.contains(0.1));
        assert_eq!(point.half_width(), 0.0);
    }

    #[test]
    fn nan_and_infinite_values_give_nan_ends_that_hold_nothing() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for interval in [confidence_interval, prediction_interval] {
                let interval = interval(&[1.0, bad, 2.0], 0.95).unwrap();
                assert!(interval.low.is_nan() && interval.high.is_nan());
                assert!(!interval.contains(1.0));
            }
        }
    }

    #[test]
    #[should_panic(expected = "level must be between 0 and 1, is 95")]
    fn a_level_in_percent_is_refused() {
        let _ = confidence_interval(&[1.0, 2.0], 95.0);
    }

    #[test]
    #[should_panic(expected = "degrees of freedom")]
    fn no_degrees_of_freedom_are_refused() {
        let _ = t_quantile(0.5, 0.0);
    }
}
