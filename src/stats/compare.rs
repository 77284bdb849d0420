//! Tests of paired differences, all two-sided.

use super::tied_ranks::twice_ranks;
use super::{Differences, Shared, resampled_t_test};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// How many differences it used.
    pub n: usize,
    /// The test statistic.
    pub statistic: f64,
    /// The probability of a statistic at least as extreme if nothing but chance made the differences.
    pub p: f64,
}

/// Student's t test of whether the mean difference is zero; the statistic is t = mean / (s / √n).
///
/// `None` for fewer than two differences, and if all are equal and not zero: without a spread to judge the mean by, t
/// is no number, and the exact tests are there. If all are zero, p is 1. NaN if there is a NaN or an infinite
/// difference.
#[must_use]
pub fn paired_t_test(differences: &Differences) -> Option<Test> {
    resampled_t_test(differences, Shared::default())
}

/// P(T ≤ t) of Student's t distribution.
pub(super) fn t_lower_tail(t: f64, df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df)
        .expect("location 0, scale 1 and positive degrees of freedom are valid")
        .cdf(t)
}

/// Above this many differences the normal approximation is as good as the exact distribution.
const EXACT: usize = 200;

/// Wilcoxon's signed-rank test of whether the differences are symmetric about zero.
///
/// The statistic W is the smaller of the sums of the ranks of positive and of negative differences; zeros are left
/// out, as Wilcoxon did, and ties share their mean rank. p is exact, by the distribution over all 2ⁿ signs of the
/// ranks there are (ties included); for more than 200 differences it is the normal approximation with the variance
/// of these ranks.
///
/// `None` without differences; p is 1 if all are zero, NaN if there is a NaN.
#[must_use]
pub fn wilcoxon_signed_rank(differences: &Differences) -> Option<Test> {
    let ranked = SignedRanks::of(differences)?;
    let Some(SignedRanks { ranks, negative }) = ranked else {
        return Some(Test { n: differences.len(), statistic: f64::NAN, p: f64::NAN });
    };
    let n = ranks.len();
    if n == 0 {
        return Some(Test { n, statistic: 0.0, p: 1.0 });
    }
    let smaller = negative.min(ranks.iter().sum::<usize>() - negative);
    Some(Test { n, statistic: smaller as f64 / 2.0, p: (2.0 * tail(&ranks, smaller)).min(1.0) })
}

/// The same one-sided: p is the probability of a sum of the ranks of negative differences, which is the statistic, as
/// low if nothing but chance makes the signs.
///
/// `None` without differences; p is 1 if all are zero, NaN if there is a NaN.
#[must_use]
pub fn wilcoxon_above(differences: &Differences) -> Option<Test> {
    let ranked = SignedRanks::of(differences)?;
    let Some(SignedRanks { ranks, negative }) = ranked else {
        return Some(Test { n: differences.len(), statistic: f64::NAN, p: f64::NAN });
    };
    let p = tail(&ranks, negative).min(1.0);
    Some(Test { n: ranks.len(), statistic: negative as f64 / 2.0, p })
}

/// Twice the ranks of the differences that are not zero, so that the mean rank of ties is whole.
struct SignedRanks {
    ranks: Vec<usize>,
    /// The sum of those of negative differences.
    negative: usize,
}

impl SignedRanks {
    /// `None` without differences, `Some(None)` if there is a NaN.
    fn of(differences: &[f64]) -> Option<Option<Self>> {
        if differences.is_empty() {
            return None;
        }
        if differences.iter().any(|d| d.is_nan()) {
            return Some(None);
        }
        let mut sorted: Vec<f64> = differences.iter().copied().filter(|&d| d != 0.0).collect();
        sorted.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let ranks = twice_ranks(&sorted, |a, b| a.abs() == b.abs());
        let negative = sorted.iter().zip(&ranks).filter(|(d, _)| **d < 0.0).map(|(_, r)| r).sum();
        Some(Some(Self { ranks, negative }))
    }
}

/// P(W ≤ w), exact where that can be.
fn tail(ranks: &[usize], w: usize) -> f64 {
    if ranks.len() <= EXACT { exact_tail(ranks, w) } else { normal_tail(ranks, w) }
}

/// P(W ≤ w) where each rank is positive or not with equal probability.
fn exact_tail(ranks: &[usize], w: usize) -> f64 {
    let mut probability = vec![0.0; w + 1];
    probability[0] = 1.0;
    for &rank in ranks {
        for sum in (0..=w).rev() {
            let with = if sum >= rank { probability[sum - rank] } else { 0.0 };
            probability[sum] = 0.5 * (probability[sum] + with);
        }
    }
    probability.iter().sum()
}

fn normal_tail(ranks: &[usize], w: usize) -> f64 {
    let total: f64 = ranks.iter().map(|&r| r as f64).sum();
    let variance: f64 = ranks.iter().map(|&r| (r as f64).powi(2)).sum::<f64>() / 4.0;
    Normal::standard().cdf((w as f64 - total / 2.0) / variance.sqrt())
}

/// The sign test of whether positive and negative differences are equally likely; the statistic is the number of
/// positive ones. Zeros are left out.
///
/// `None` without differences; p is 1 if all are zero, NaN if there is a NaN.
#[must_use]
pub fn sign_test(differences: &Differences) -> Option<Test> {
    if differences.is_empty() {
        return None;
    }
    if differences.iter().any(|d| d.is_nan()) {
        return Some(Test { n: differences.len(), statistic: f64::NAN, p: f64::NAN });
    }
    let positive = differences.iter().filter(|&&d| d > 0.0).count();
    let n = positive + differences.iter().filter(|&&d| d < 0.0).count();
    let fewer = positive.min(n - positive);
    // A rank of one for every difference: the sum counts them.
    let tail = exact_tail(&vec![1; n], fewer);
    Some(Test { n, statistic: positive as f64, p: (2.0 * tail).min(1.0) })
}

/// The sign test one-sided: p is the probability of at least as many positive ones, whose number is the statistic.
///
/// `None` without differences; p is 1 if all are zero, NaN if there is a NaN.
#[must_use]
pub fn sign_above(differences: &Differences) -> Option<Test> {
    let both = sign_test(differences)?;
    if both.p.is_nan() {
        return Some(both);
    }
    let negative = differences.iter().filter(|&&d| d < 0.0).count();
    let n = negative + both.statistic as usize;
    Some(Test { n, p: exact_tail(&vec![1; n], negative).min(1.0), ..both })
}

/// The smallest p that [`wilcoxon_signed_rank`] and [`sign_test`] can reach with `n` differences: 2 / 2ⁿ. Five runs
/// never reach 0.05.
#[must_use]
pub fn smallest_p_exact(n: usize) -> f64 {
    2.0 * 0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX)).min(0.5)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn tests_agree_with_scipy() {
        for case in vectors::PAIRED {
            let t = paired_t_test(&Differences::exact(case.differences)).unwrap();
            assert_close(t.statistic, case.t, 1e-12);
            assert_close(t.p, case.t_p, 1e-9);
            let wilcoxon = wilcoxon_signed_rank(&Differences::exact(case.differences)).unwrap();
            assert_eq!(wilcoxon.statistic, case.w);
            assert_close(wilcoxon.p, case.w_p, 1e-12);
            let sign = sign_test(&Differences::exact(case.differences)).unwrap();
            assert_eq!(sign.statistic, case.positive);
            assert_close(sign.p, case.sign_p, 1e-12);
        }
        for (case, (wilcoxon, sign)) in vectors::PAIRED.iter().zip(vectors::EXACT_ABOVE) {
            let differences = Differences::exact(case.differences);
            assert_close(wilcoxon_above(&differences).unwrap().p, wilcoxon, 1e-12);
            assert_close(sign_above(&differences).unwrap().p, sign, 1e-12);
        }
    }

    /// With ties too: all 2ⁿ signs counted one by one.
    #[test]
    fn wilcoxon_counts_every_pattern_of_signs() {
        let mut stream = Stream::new(1, Purpose::Weights, 0);
        for n in 1..=9 {
            for _ in 0..20 {
                let values: Vec<f64> = (0..n).map(|_| f64::from(stream.below(9)) - 4.0).collect();
                let magnitudes: Vec<f64> =
                    values.iter().map(|v| v.abs()).filter(|v| *v > 0.0).collect();
                let rank = |m: f64| {
                    let below = magnitudes.iter().filter(|&&o| o < m).count() as f64;
                    below + (magnitudes.iter().filter(|&&o| o == m).count() as f64 + 1.0) / 2.0
                };
                let ranks: Vec<f64> = magnitudes.iter().map(|&m| rank(m)).collect();
                let total: f64 = ranks.iter().sum();
                let observed: f64 =
                    values.iter().filter(|v| **v > 0.0).map(|v| rank(v.abs())).sum();
                let observed = observed.min(total - observed);
                let patterns = 1_u32 << ranks.len();
                let extreme = (0..patterns).filter(|signs| {
                    let sum: f64 = ranks
                        .iter()
                        .enumerate()
                        .filter(|(i, _)| signs >> i & 1 == 1)
                        .map(|(_, r)| r)
                        .sum();
                    sum.min(total - sum) <= observed
                });
                let expected = extreme.count() as f64 / f64::from(patterns);
                let p = wilcoxon_signed_rank(&Differences::exact(&values)).unwrap().p;
                assert!((p - expected).abs() < 1e-12, "{values:?}: {p}, not {expected}");
            }
        }
    }

    /// Where nothing differs, 5 % of the tests say otherwise; exact tests of few values fewer.
    #[test]
    fn tests_keep_their_level() {
        const REPETITIONS: u32 = 20_000;
        let mut stream = Stream::new(2, Purpose::Weights, 0);
        for n in [3, 5, 10] {
            let mut errors = [0_u32; 3];
            for _ in 0..REPETITIONS {
                let sample: Vec<f64> = (0..n).map(|_| stream.gaussian()).collect();
                let tests = [paired_t_test, wilcoxon_signed_rank, sign_test];
                for (errors, test) in errors.iter_mut().zip(tests) {
                    *errors += u32::from(test(&Differences::exact(&sample)).unwrap().p < 0.05);
                }
            }
            let percent = errors.map(|e| 100.0 * f64::from(e) / f64::from(REPETITIONS));
            assert!((percent[0] - 5.0).abs() < 0.7, "n = {n}: {percent:?}");
            assert!(percent[1] < 5.7 && percent[2] < 5.7, "n = {n}: {percent:?}");
            assert!(n > 5 || percent[1] == 0.0 && percent[2] == 0.0, "n = {n}: {percent:?}");
        }
    }

    #[test]
    fn the_normal_approximation_takes_over_without_a_jump() {
        let mut stream = Stream::new(3, Purpose::Weights, 0);
        let sample: Vec<f64> = (0..EXACT).map(|_| stream.gaussian() + 0.15).collect();
        let ranks: Vec<usize> = (1..=EXACT).map(|r| 2 * r).collect();
        let w = wilcoxon_signed_rank(&Differences::exact(&sample)).unwrap().statistic;
        let w = (2.0 * w) as usize;
        assert!((exact_tail(&ranks, w) - normal_tail(&ranks, w)).abs() < 1e-3);
        let more: Vec<f64> = sample.iter().chain(&[1.0]).copied().collect();
        let [one, other] =
            [&sample, &more].map(|s| wilcoxon_signed_rank(&Differences::exact(s)).unwrap().p);
        assert!(other < one && other > 0.2 * one, "{one} {other}");
    }

    #[test]
    fn extremes_have_a_p_value_or_none() {
        let t_test = |d: &[f64]| paired_t_test(&Differences::exact(d));
        assert_eq!(t_test(&[1.0]), None);
        assert_eq!(t_test(&[0.0; 4]).unwrap().p, 1.0);
        assert_eq!(t_test(&[0.5; 4]), None);
        for exact_test in [wilcoxon_signed_rank, sign_test] {
            let test = |d: &[f64]| exact_test(&Differences::exact(d));
            assert_eq!(test(&[]), None);
            assert_eq!(test(&[0.0; 4]).unwrap().p, 1.0);
            assert!(test(&[1.0, f64::NAN]).unwrap().p.is_nan());
            assert_eq!(test(&[1.0; 6]).unwrap().p, smallest_p_exact(6));
            assert_eq!(test(&[1.0, -2.0, 3.0]).unwrap().p, test(&[-1.0, 2.0, -3.0]).unwrap().p);
        }
        assert!(t_test(&[1.0, f64::NAN, 2.0]).unwrap().p.is_nan());
        for above in [wilcoxon_above, sign_above] {
            let test = |d: &[f64]| above(&Differences::exact(d));
            assert_eq!(test(&[]), None);
            assert_eq!(test(&[0.0; 4]).unwrap().p, 1.0);
            assert!(test(&[1.0, f64::NAN]).unwrap().p.is_nan());
            assert_eq!(
                (test(&[1.0; 6]).unwrap().p, test(&[-1.0; 6]).unwrap().p),
                (1.0 / 64.0, 1.0)
            );
        }
        assert_eq!([0, 1, 5, 6].map(smallest_p_exact), [1.0, 1.0, 0.0625, 0.03125]);
    }
}
