//! Runs that share training data: the folds of a cross-validation, or random splits of one data set.

use super::compare::t_lower_tail;
use super::interval::around_mean;
use super::{Differences, Interval, Test, mean, std_dev};

/// What the variance of a mean has besides 1/n: the images tested by a fold over those trained with (Nadeau and Bengio
/// 2003). Folds have most of their training images in common, and so vary together; as if they were independent, the
/// spread between them would be taken for all there is.
///
/// 0 for independent runs, 1 / (k − 1) for the k folds of a cross-validation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shared(f64);

impl Shared {
    /// That of the folds of a cross-validation.
    ///
    /// # Panics
    ///
    /// For fewer than two folds.
    #[must_use]
    #[track_caller]
    pub fn folds(folds: usize) -> Self {
        assert!(folds >= 2, "a cross-validation has two folds or more, not {folds}");
        Self(1.0 / (folds - 1) as f64)
    }

    /// Whether runs are independent.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == 0.0
    }

    /// The standard error of a mean of n values over their standard deviation: √(1/n + shared).
    #[must_use]
    pub fn error(self, n: usize) -> f64 {
        (1.0 / n as f64 + self.0).sqrt()
    }
}

/// The t interval of [`confidence_interval`](super::confidence_interval) for runs that share training data: mean ± t · s ·
/// √(1/n + shared).
///
/// `None` for fewer than two values.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded.
#[must_use]
#[track_caller]
pub fn resampled_interval(sample: &[f64], level: f64, shared: Shared) -> Option<Interval> {
    around_mean(sample, level, shared.error(sample.len()))
}

/// The corrected resampled t test (Nadeau and Bengio 2003) of whether the mean difference is zero, two-sided; for
/// independent runs Student's.
///
/// `None` for fewer than two differences, and if all are equal and not zero: without a spread to judge the mean by, t
/// is no number, and the exact tests are there. If all are zero, p is 1. NaN if there is a NaN or an infinite
/// difference.
#[must_use]
pub fn resampled_t_test(differences: &Differences, shared: Shared) -> Option<Test> {
    let n = differences.len();
    let (s, mean) = (std_dev(differences)?, mean(differences));
    if s == 0.0 {
        return (mean == 0.0).then_some(Test { n, statistic: 0.0, p: 1.0 });
    }
    let t = mean / (s * shared.error(n));
    let p = if t.is_finite() { 2.0 * t_lower_tail(-t.abs(), (n - 1) as f64) } else { f64::NAN };
    Some(Test { n, statistic: t, p })
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::super::{confidence_interval, paired_t_test};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn independent_runs_have_students_test_and_interval() {
        for case in vectors::PAIRED {
            let d = Differences::exact(case.differences);
            assert_eq!(resampled_t_test(&d, Shared::default()), paired_t_test(&d));
            let interval = resampled_interval(&d, 0.95, Shared::default());
            assert_eq!(interval, confidence_interval(&d, 0.95));
        }
    }

    /// Ten folds: t is smaller by √(1/n) / √(1/n + 1/9).
    #[test]
    fn folds_are_corrected() {
        for (case, (t, p)) in vectors::PAIRED.iter().zip(vectors::CORRECTED) {
            let test =
                resampled_t_test(&Differences::exact(case.differences), Shared::folds(10)).unwrap();
            assert_close(test.statistic, t, 1e-12);
            assert_close(test.p, p, 1e-9);
        }
    }

    /// Values of one cross-validation vary together; only with the correction does the test keep its level.
    #[test]
    fn the_level_is_kept_where_folds_vary_together() {
        const REPETITIONS: u32 = 10_000;
        let mut stream = Stream::new(5, Purpose::Weights, 0);
        let (folds, shared) = (10, Shared::folds(10));
        // The correlation that Nadeau and Bengio assume: the share of images that test.
        let common = (0.1_f64 / 0.9).sqrt();
        let mut errors = [0_u32; 2];
        for _ in 0..REPETITIONS {
            let all = common * stream.gaussian();
            let sample: Vec<f64> = (0..folds).map(|_| all + stream.gaussian()).collect();
            let d = Differences::exact(&sample);
            for (errors, shared) in errors.iter_mut().zip([Shared::default(), shared]) {
                *errors += u32::from(resampled_t_test(&d, shared).unwrap().p < 0.05);
            }
        }
        let percent = errors.map(|e| 100.0 * f64::from(e) / f64::from(REPETITIONS));
        assert!(percent[0] > 10.0 && (percent[1] - 5.0).abs() < 0.8, "{percent:?}");
    }
}
