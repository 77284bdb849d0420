//! Whether one method is better than another, worse, or practically equal: the Bayesian signed-rank test.

use crate::rng::{Purpose, Stream};
use libm::log;

/// How probable it is that a method is better than another, that both are practically equal, and that it is worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Practical {
    /// P(better).
    pub better: f64,
    /// P(practically equal): the difference lies in the region of practical equivalence.
    pub equal: f64,
    /// P(worse).
    pub worse: f64,
}

/// The weight of the prior: that of half a data set on which the methods are equal.
const PRIOR: f64 = 0.5;
/// Nearer to the edge of the region, in parts of the largest difference, nothing that was measured is known to be.
const EDGE: f64 = 1e-10;

/// The Bayesian signed-rank test (Benavoli et al. 2014; Benavoli et al. 2017) of `differences`, one a data set, positive
/// where the method is better, with the region of practical equivalence from −`rope` to `rope`.
///
/// The posterior is a Dirichlet process: the differences, and a 0 that counts half, have weights w from a Dirichlet
/// distribution, and the pairs of them whose mean lies above, in or below the region have the shares Σ wᵢwⱼ. Each draw of
/// weights votes for the largest share, of equal ones for the cautious; the results are the shares of `draws` votes. The
/// same arguments give the same bits, and swapped methods the same numbers swapped.
///
/// `None` without differences or draws, and for a difference that is no finite number.
///
/// # Panics
///
/// If `rope` is negative or no number.
#[must_use]
#[track_caller]
pub fn bayesian_signed_rank(
    differences: &[f64],
    rope: f64,
    draws: usize,
    seed: u64,
) -> Option<Practical> {
    bayesian_signed_ranks(&[differences], rope, draws, seed)[0]
}

/// [`bayesian_signed_rank`] of the differences of several pairs, with the same results in less time: the weights of pairs
/// with as many data sets are the same.
///
/// # Panics
///
/// As [`bayesian_signed_rank`], and if pairs have different numbers of data sets.
#[must_use]
#[track_caller]
pub fn bayesian_signed_ranks<D: AsRef<[f64]>>(
    pairs: &[D],
    rope: f64,
    draws: usize,
    seed: u64,
) -> Vec<Option<Practical>> {
    assert!(rope >= 0.0, "a region of practical equivalence is as wide as 0 or wider, not {rope}");
    let count = pairs.first().map_or(0, |differences| differences.as_ref().len());
    assert!(pairs.iter().all(|d| d.as_ref().len() == count), "a difference for each data set");
    let none = |d: &[f64]| d.is_empty() || draws == 0 || d.iter().any(|d| !d.is_finite());
    let regions: Vec<Option<Region>> =
        pairs.iter().map(|d| (!none(d.as_ref())).then(|| Region::new(d.as_ref(), rope))).collect();
    let mut votes = vec![[0_usize; 3]; pairs.len()];
    let mut stream = Stream::new(seed, Purpose::Bootstrap, 0);
    let (mut weights, mut before) = (vec![0.0; count + 1], vec![0.0; count + 2]);
    for _ in 0..draws {
        for (place, weight) in weights.iter_mut().enumerate() {
            // Γ(½) is half a square of a normal value, Γ(1) an exponential one.
            *weight = match place {
                0 => stream.gaussian().powi(2) * PRIOR,
                _ => -log(1.0 - stream.uniform()),
            };
        }
        for (region, votes) in regions.iter().zip(&mut votes) {
            if let Some(region) = region {
                votes[region.vote(&weights, &mut before)] += 1;
            }
        }
    }
    let shares = |(region, votes): (&Option<Region>, [usize; 3])| {
        let [better, equal, worse] = votes.map(|count| count as f64 / draws as f64);
        region.as_ref().map(|_| Practical { better, equal, worse })
    };
    regions.iter().zip(votes).map(shares).collect()
}

/// Which pairs of differences have a mean beyond the region of practical equivalence.
struct Region {
    /// The places of the differences, that of the prior first, from the largest to the smallest.
    order: Vec<usize>,
    /// For each of these, with how many of the largest its mean is above, and with how many more at the edge.
    above: Vec<(usize, usize)>,
    /// The same of the smallest, below.
    below: Vec<(usize, usize)>,
    /// Whether the region is more than a point.
    is_wide: bool,
}

impl Region {
    fn new(differences: &[f64], rope: f64) -> Self {
        let values: Vec<f64> = [0.0].into_iter().chain(differences.iter().copied()).collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let sorted: Vec<f64> = order.iter().map(|&place| values[place]).collect();
        // At the edge a mean lies half inside; what rounding takes off the edge is on it.
        let bound = 2.0 * rope;
        let largest = sorted.iter().fold(bound, |largest, value| largest.max(value.abs()));
        let slack = EDGE * largest;
        let beyond = |side: f64| -> Vec<(usize, usize)> {
            let of = |value: f64| {
                let sums = sorted.iter().map(|other| side * (value + other) - bound);
                let (outside, edge) = (|d: &f64| *d > slack, |d: &f64| d.abs() <= slack);
                (sums.clone().filter(outside).count(), sums.filter(edge).count())
            };
            sorted.iter().map(|&value| of(value)).collect()
        };
        Self { above: beyond(1.0), below: beyond(-1.0), order, is_wide: rope > 0.0 }
    }

    /// What has the largest share with these weights: 0 for better, 1 for equal, 2 for worse. `before` is room for the
    /// sums of the weights of the largest differences.
    fn vote(&self, weights: &[f64], before: &mut [f64]) -> usize {
        let count = weights.len();
        for (place, &of) in self.order.iter().enumerate() {
            before[place + 1] = before[place] + weights[of];
        }
        let total = before[count];
        let (mut better, mut worse) = (0.0, 0.0);
        for (place, &of) in self.order.iter().enumerate() {
            let (outside, edge) = self.above[place];
            better += weights[of] * f64::midpoint(before[outside], before[outside + edge]);
            let (outside, edge) = self.below[place];
            let from = |outside: usize| total - before[count - outside];
            worse += weights[of] * f64::midpoint(from(outside), from(outside + edge));
        }
        let equal = total * total - better - worse;
        match self.is_wide {
            true if equal >= better && equal >= worse => 1,
            _ if better > worse => 0,
            _ if worse > better => 2,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors;
    use super::*;

    /// Both draw: 20,000 here, 100,000 there; the standard error of a difference is below 0.004.
    #[test]
    fn agrees_with_baycomp() {
        for case in vectors::BAYES {
            let ours = bayesian_signed_rank(case.differences, case.rope, 20_000, 1).unwrap();
            let ours = [ours.better, ours.equal, ours.worse];
            for (ours, theirs) in ours.into_iter().zip([case.better, case.equal, case.worse]) {
                assert!((ours - theirs).abs() < 0.015, "{ours}, not {theirs}: {case:?}");
            }
        }
    }

    #[test]
    fn swapped_methods_have_swapped_probabilities() {
        let differences = [0.3, -0.1, 0.2, 0.0, 0.05, -0.3, 0.4];
        let swapped: Vec<f64> = differences.iter().map(|d| -d).collect();
        for rope in [0.0, 0.1, 0.15] {
            let test = |d: &[f64]| bayesian_signed_rank(d, rope, 5_000, 3).unwrap();
            let (one, other) = (test(&differences), test(&swapped));
            assert_eq!(one, test(&differences));
            assert!((one.better - other.worse).abs() < 1e-3, "{one:?} {other:?}");
            assert!((one.better + one.equal + one.worse - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn pairs_together_have_the_bits_of_each_alone() {
        let pairs = [[0.3, -0.1, 0.2], [0.0, 0.1, 0.4], [f64::INFINITY, 0.0, 0.0]];
        let together = bayesian_signed_ranks(&pairs, 0.1, 500, 7);
        let alone = pairs.map(|pair| bayesian_signed_rank(&pair, 0.1, 500, 7));
        assert_eq!(together, alone);
        assert!(together[1].is_some() && together[2].is_none());
    }

    #[test]
    fn what_is_equal_is_equal_and_what_is_far_better_is_better() {
        let test = |d: &[f64], rope| bayesian_signed_rank(d, rope, 2_000, 1).unwrap();
        assert_eq!(test(&[0.0; 6], 0.1).equal, 1.0);
        assert_eq!(test(&[0.05; 6], 0.1).equal, 1.0);
        assert!(test(&[0.5; 8], 0.1).better > 0.99 && test(&[-0.5; 8], 0.0).worse > 0.99);
        assert_eq!(test(&[0.0; 6], 0.0).equal, 1.0, "neither is better");
        assert_eq!(bayesian_signed_rank(&[], 0.1, 10, 1), None);
        assert_eq!(bayesian_signed_rank(&[f64::NAN], 0.1, 10, 1), None);
    }
}
