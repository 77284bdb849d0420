//! Shares of a number of cases.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::beta_reg;

use super::Interval;

/// In how many of so many cases something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportion {
    /// The cases in which it does.
    pub holds: usize,
    /// All cases; not fewer.
    pub of: usize,
}

impl Proportion {
    /// holds / of; NaN of no cases.
    #[must_use]
    pub fn share(self) -> f64 {
        self.holds as f64 / self.of as f64
    }

    /// Wilson's interval (1927) of the true share: all p whose distance from ours is at most z √(p (1 − p) / n), with the
    /// (1 + `level`)/2 quantile z of the normal distribution.
    ///
    /// On average over p it holds the true share as often as it says, for some p less: it is the one to show. `None` of no
    /// cases.
    ///
    /// # Panics
    ///
    /// If `level` is not between 0 and 1, both excluded, or there are fewer cases than it holds in.
    #[must_use]
    #[track_caller]
    pub fn wilson(self, level: f64) -> Option<Interval> {
        self.check(level)?;
        let z = -Normal::standard().inverse_cdf((1.0 - level) / 2.0);
        let (n, share, z2) = (self.of as f64, self.share(), z * z);
        let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        // At both ends the terms cancel but for rounding.
        let low = if self.holds == 0 { 0.0 } else { centre - half };
        let high = if self.holds == self.of { 1.0 } else { centre + half };
        Some(Interval { low, high })
    }

    /// The exact interval of Clopper and Pearson (1934) of the true share: its ends are the p for which so many cases or
    /// more, and so many or fewer, have a probability of (1 − `level`)/2.
    ///
    /// Whatever the true share is, it holds it at least as often as it says: it is the one to judge by. `None` of no
    /// cases.
    ///
    /// # Panics
    ///
    /// As [`wilson`](Self::wilson).
    #[must_use]
    #[track_caller]
    pub fn clopper_pearson(self, level: f64) -> Option<Interval> {
        self.check(level)?;
        let tail = (1.0 - level) / 2.0;
        let low = lower_end(self.holds, self.of, tail);
        let high = 1.0 - lower_end(self.of - self.holds, self.of, tail);
        Some(Interval { low, high })
    }

    #[track_caller]
    fn check(self, level: f64) -> Option<()> {
        assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
        assert!(self.holds <= self.of, "{} cases are no part of {}", self.holds, self.of);
        (self.of > 0).then_some(())
    }
}

/// The share for which `holds` or more of the cases have the probability `tail`, by bisection of the binomial
/// distribution P(X ≥ h) = I_p(h, n − h + 1).
fn lower_end(holds: usize, of: usize, tail: f64) -> f64 {
    if holds == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let or_more = beta_reg(holds as f64, (of - holds + 1) as f64, middle);
        if or_more < tail { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Fisher's exact test (1934) of whether something holds for one share of the cases in both: the probability, if it
/// does, of counts that are no more probable than these, among all with the same sums. Two-sided.
///
/// 1 if either has no cases.
///
/// # Panics
///
/// If there are fewer cases than it holds in.
#[must_use]
#[track_caller]
pub fn fisher_exact(one: Proportion, other: Proportion) -> f64 {
    for Proportion { holds, of } in [one, other] {
        assert!(holds <= of, "{holds} cases are no part of {of}");
    }
    let holds = one.holds + other.holds;
    let (least, most) = (holds.saturating_sub(other.of), holds.min(one.of));
    // How much more probable x + 1 cases in the first are than x: a quotient of hypergeometric probabilities.
    let next = |x: usize| {
        let up = (one.of - x) as f64 * (holds - x) as f64;
        up / ((x + 1) as f64 * (other.of + x + 1 - holds) as f64)
    };
    // In units of the probability of the counts that there are.
    let above = (one.holds..most).scan(1.0, |weight, x| {
        *weight *= next(x);
        Some(*weight)
    });
    let below = (least..one.holds).rev().scan(1.0, |weight, x| {
        *weight /= next(x);
        Some(*weight)
    });
    let (mut all, mut extreme) = (1.0, 1.0);
    for weight in above.chain(below) {
        all += weight;
        // What is equally probable counts, whatever rounding says.
        if weight <= 1.0 + 1e-7 {
            extreme += weight;
        }
    }
    extreme / all
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn intervals_agree_with_scipy() {
        for (holds, of, expected) in vectors::PROPORTIONS {
            let cases = Proportion { holds, of };
            let (wilson, exact) =
                (cases.wilson(0.95).unwrap(), cases.clopper_pearson(0.95).unwrap());
            let ours = [wilson.low, wilson.high, exact.low, exact.high];
            for (ours, expected) in ours.into_iter().zip(expected) {
                assert!((ours - expected).abs() < 1e-10, "{holds} of {of}: {ours}, not {expected}");
            }
        }
    }

    #[test]
    fn fisher_agrees_with_scipy() {
        for ([a, b, c, d], p) in vectors::FISHER {
            let (one, other) = (Proportion { holds: a, of: b }, Proportion { holds: c, of: d });
            assert_close(fisher_exact(one, other), p, 1e-10);
            assert_close(fisher_exact(other, one), p, 1e-10);
        }
    }

    #[test]
    fn no_cases_tell_nothing() {
        let none = Proportion { holds: 0, of: 0 };
        assert!(none.share().is_nan());
        assert_eq!((none.wilson(0.95), none.clopper_pearson(0.95)), (None, None));
        assert_eq!(fisher_exact(none, Proportion { holds: 3, of: 4 }), 1.0);
        let all = Proportion { holds: 1, of: 1 };
        assert_eq!(all.clopper_pearson(0.95).unwrap().high, 1.0);
        assert!((all.clopper_pearson(0.95).unwrap().low - 0.025).abs() < 1e-12);
    }

    /// No two of 20,000 pairs of 40 cases differ but by chance.
    #[test]
    fn fisher_keeps_its_level() {
        let mut stream = Stream::new(6, Purpose::Weights, 0);
        let mut cases = || {
            let holds = (0..40).filter(|_| stream.uniform() < 0.4).count();
            Proportion { holds, of: 40 }
        };
        let wrong = (0..20_000).filter(|_| fisher_exact(cases(), cases()) <= 0.05).count();
        assert!((200..1_100).contains(&wrong), "{wrong}");
    }
}
