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
    assert!(rope >= 0.0, "a region of practical equivalence is as wide as 0 or wider, not {rope}");
    if differences.is_empty() || draws == 0 || differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    let values: Vec<f64> = [0.0].into_iter().chain(differences.iter().copied()).collect();
    // From the largest to the smallest, so that what is above the region with a value are the first ones.
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let sorted: Vec<f64> = order.iter().map(|&place| values[place]).collect();
    // At the edge a mean lies half inside; what rounding takes off the edge is on it.
    let bound = 2.0 * rope;
    let largest = sorted.iter().fold(bound, |largest, value| largest.max(value.abs()));
    let slack = EDGE * largest;
    // How many values make a mean beyond the region with one of them, and how many one at its edge.
    let beyond = |side: f64| -> Vec<(usize, usize)> {
        let of = |value: f64| {
            let sums = sorted.iter().map(|other| side * (value + other) - bound);
            let (outside, edge) = (|d: &f64| *d > slack, |d: &f64| d.abs() <= slack);
            (sums.clone().filter(outside).count(), sums.filter(edge).count())
        };
        sorted.iter().map(|&value| of(value)).collect()
    };
    let (above, below) = (beyond(1.0), beyond(-1.0));
    let mut stream = Stream::new(seed, Purpose::Bootstrap, 0);
    let (mut weights, mut before) = (vec![0.0; values.len()], vec![0.0; values.len() + 1]);
    let mut votes = [0_usize; 3];
    for _ in 0..draws {
        for (place, weight) in weights.iter_mut().enumerate() {
            // Γ(½) is half a square of a normal value, Γ(1) an exponential one.
            *weight = match place {
                0 => stream.gaussian().powi(2) * PRIOR,
                _ => -log(1.0 - stream.uniform()),
            };
        }
        for (place, &of) in order.iter().enumerate() {
            before[place + 1] = before[place] + weights[of];
        }
        let total = before[values.len()];
        let (mut better, mut worse) = (0.0, 0.0);
        for (place, &of) in order.iter().enumerate() {
            let weight = weights[of];
            let (count, edge) = above[place];
            better += weight * f64::midpoint(before[count], before[count + edge]);
            let (count, edge) = below[place];
            let from = |count: usize| total - before[values.len() - count];
            worse += weight * f64::midpoint(from(count), from(count + edge));
        }
        let equal = total * total - better - worse;
        let vote = match rope > 0.0 {
            true if equal >= better && equal >= worse => 1,
            _ if better > worse => 0,
            _ if worse > better => 2,
            _ => 1,
        };
        votes[vote] += 1;
    }
    let [better, equal, worse] = votes.map(|count| count as f64 / draws as f64);
    Some(Practical { better, equal, worse })
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
