//! One-sided tests of paired differences: what a statement about an order of two takes.

use super::compare::t_lower_tail;
use super::{Differences, Shared, Test, mean, std_dev};

/// Student's t test of whether the mean difference is above `bound`: p is the probability of a statistic
/// t = (mean − `bound`) / (s / √n) at least as high if it is not.
///
/// If all differences are equal there is no spread to judge their mean by, and p is that of the sign test: 2⁻ⁿ if they
/// are above `bound`, otherwise 1; t is then infinite, or 0 at `bound`.
///
/// `None` for fewer than two differences. NaN if there is a NaN or an infinite difference.
#[must_use]
pub fn t_test_above(differences: &Differences, bound: f64) -> Option<Test> {
    resampled_t_test_above(differences, bound, Shared::default())
}

/// The same for runs that may [share](Shared) training data.
///
/// `None` and NaN as [`t_test_above`].
#[must_use]
pub fn resampled_t_test_above(
    differences: &Differences,
    bound: f64,
    shared: Shared,
) -> Option<Test> {
    let n = differences.len();
    let (s, mean) = (std_dev(differences)?, mean(differences));
    let above = mean - bound;
    if s == 0.0 {
        let statistic = if above == 0.0 { 0.0 } else { f64::INFINITY.copysign(above) };
        let p = if above > 0.0 { 0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX)) } else { 1.0 };
        return Some(Test { n, statistic, p });
    }
    let statistic = above / (s * shared.error(n));
    let p = if statistic.is_finite() { t_lower_tail(-statistic, (n - 1) as f64) } else { f64::NAN };
    Some(Test { n, statistic, p })
}

/// [`t_test_above`] turned round: whether the mean difference is below `bound`.
#[must_use]
pub fn t_test_below(differences: &Differences, bound: f64) -> Option<Test> {
    let turned: Vec<f64> = differences.iter().map(|d| -d).collect();
    let test = t_test_above(&Differences::exact(&turned), -bound)?;
    Some(Test { statistic: -test.statistic, ..test })
}

/// Schuirmann's two one-sided tests (1987) of whether the mean difference is nearer to zero than `within`, at the level
/// of either: p is the larger one of those of the mean being above −`within` and below `within`; the statistic is that
/// one's.
///
/// `None` and NaN as [`t_test_above`].
#[must_use]
pub fn equivalence_test(differences: &Differences, within: f64) -> Option<Test> {
    resampled_equivalence_test(differences, within, Shared::default())
}

/// The same for runs that may [share](Shared) training data.
///
/// `None` and NaN as [`t_test_above`].
#[must_use]
pub fn resampled_equivalence_test(
    differences: &Differences,
    within: f64,
    shared: Shared,
) -> Option<Test> {
    let turned: Vec<f64> = differences.iter().map(|d| -d).collect();
    let above = resampled_t_test_above(differences, -within, shared)?;
    let below = resampled_t_test_above(&Differences::exact(&turned), -within, shared)?;
    let below = Test { statistic: -below.statistic, ..below };
    Some(if above.p >= below.p || above.p.is_nan() { above } else { below })
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::super::{paired_t_test, vectors::ONE_SIDED};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn agree_with_scipy() {
        for (case, (bound, above, below)) in vectors::PAIRED.iter().zip(ONE_SIDED) {
            let d = Differences::exact(case.differences);
            assert_close(t_test_above(&d, bound).unwrap().p, above, 1e-9);
            assert_close(t_test_below(&d, bound).unwrap().p, below, 1e-9);
            let [one, other] = [t_test_above(&d, 0.0), t_test_below(&d, 0.0)].map(Option::unwrap);
            let both = paired_t_test(&d).unwrap();
            assert_close(2.0 * one.p.min(other.p), both.p, 1e-12);
            assert_eq!((one.statistic, other.statistic), (both.statistic, both.statistic));
        }
    }

    #[test]
    fn equal_differences_are_judged_by_their_signs() {
        let equal = Differences::exact(&[0.5; 4]);
        assert_eq!(t_test_above(&equal, 0.0).unwrap().p, 1.0 / 16.0);
        assert_eq!(t_test_above(&equal, 0.5).unwrap().p, 1.0);
        assert_eq!(t_test_below(&equal, 0.0).unwrap().p, 1.0);
        assert_eq!(equivalence_test(&equal, 1.0).unwrap().p, 1.0 / 16.0);
        assert_eq!(equivalence_test(&equal, 0.4).unwrap().p, 1.0);
        for test in [t_test_above, t_test_below, equivalence_test] {
            assert_eq!(test(&Differences::exact(&[1.0]), 0.0), None);
            for bad in [f64::NAN, f64::INFINITY] {
                assert!(test(&Differences::exact(&[1.0, bad, 2.0]), 0.0).unwrap().p.is_nan());
            }
        }
    }

    /// At the very bound, 5 % of the tests say that the mean is on the one side of it.
    #[test]
    fn tests_keep_their_level() {
        const REPETITIONS: u32 = 20_000;
        let mut stream = Stream::new(8, Purpose::Weights, 0);
        for n in [3, 10] {
            let mut errors = [0_u32; 2];
            for _ in 0..REPETITIONS {
                let sample: Vec<f64> = (0..n).map(|_| 1.0 + 0.3 * stream.gaussian()).collect();
                let d = Differences::exact(&sample);
                errors[0] += u32::from(t_test_above(&d, 1.0).unwrap().p < 0.05);
                errors[1] += u32::from(equivalence_test(&d, 1.0).unwrap().p < 0.05);
            }
            for percent in errors.map(|e| 100.0 * f64::from(e) / f64::from(REPETITIONS)) {
                assert!((percent - 5.0).abs() < 0.7, "n = {n}: {percent} %");
            }
        }
    }
}
