//! Tests of pairs of methods.

use super::{PostHoc, RankingRequest, Scores};
use crate::stats::{
    Best, Differences, Friedman, Practical, bayesian_signed_ranks, holm, nemenyi,
    wilcoxon_signed_rank,
};

/// Two methods, the first of the better average rank.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The place of the first.
    pub a: usize,
    /// The place of the second.
    pub b: usize,
    /// By how much the average rank of the second is larger.
    pub rank_difference: f64,
    /// p of the test of pairs, corrected for all of them.
    pub p: f64,
    /// The same without a correction; none of Nemenyi's test, which is made for all pairs.
    pub p_alone: Option<f64>,
    /// Whether the first is better, worse or practically equal, if that was asked for.
    pub practical: Option<Practical>,
}

/// The draws of the Bayesian signed-rank test: standard errors are at most 0.0023.
pub(super) const DRAWS: usize = 50_000;

pub(super) fn pairs(
    scores: &Scores,
    best: Best,
    friedman: &Friedman,
    request: &RankingRequest,
) -> Vec<Pair> {
    let (k, n) = (friedman.methods, friedman.data_sets);
    let places: Vec<(usize, usize)> =
        (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b))).collect();
    let wilcoxon = |&(a, b): &(usize, usize)| {
        let differences = Differences::exact(&differences(scores, best, a, b, 0.0));
        wilcoxon_signed_rank(&differences).map_or(1.0, |test| test.p)
    };
    let alone: Option<Vec<f64>> = (request.post_hoc() == PostHoc::WilcoxonHolm)
        .then(|| places.iter().map(wilcoxon).collect());
    let corrected = alone.as_ref().map(|p| holm(p));
    let practical = request.rope.map(|rope| {
        let of = |&(a, b): &(usize, usize)| differences(scores, best, a, b, rope);
        let differences: Vec<Vec<f64>> = places.iter().map(of).collect();
        bayesian_signed_ranks(&differences, rope, DRAWS, request.seed)
    });
    let pair = |(place, &(a, b)): (usize, &(usize, usize))| {
        let rank_difference = friedman.average_ranks[b] - friedman.average_ranks[a];
        let practical = practical.as_ref().and_then(|practical| practical[place]);
        let p = match &corrected {
            Some(p) => p[place],
            None => nemenyi(rank_difference, k, n),
        };
        Pair { a, b, rank_difference, p, p_alone: alone.as_ref().map(|p| p[place]), practical }
    };
    places.iter().enumerate().map(pair).collect()
}

/// By how much the first method is better on each data set. Where a run of only one of them is lost, that one is worse
/// by more than any difference; where of both, they are alike.
fn differences(scores: &Scores, best: Best, a: usize, b: usize, rope: f64) -> Vec<f64> {
    let of = |method: usize| scores.scores[method].iter().map(|score| score.mean());
    let pairs: Vec<(Option<f64>, Option<f64>)> = of(a).zip(of(b)).collect();
    let known = pairs.iter().filter_map(|&(a, b)| match best {
        Best::Highest => a.zip(b),
        Best::Lowest => b.zip(a),
    });
    let known = Differences::between(known);
    let largest = known.iter().fold(rope, |largest, d| largest.max(d.abs()));
    // So far that the mean of it and any difference is outside of the region of practical equivalence.
    let far = 4.0 * largest + 1.0;
    let mut known = known.iter().copied();
    let difference = |&(a, b): &(Option<f64>, Option<f64>)| match (a, b) {
        (Some(_), Some(_)) => known.next().unwrap_or(0.0),
        (Some(_), None) => far,
        (None, Some(_)) => -far,
        (None, None) => 0.0,
    };
    pairs.iter().map(difference).collect()
}

/// p of each method and a reference. If the reference was named beforehand, Wilcoxon's are corrected for the
/// comparisons with it alone.
pub(super) fn with_reference(
    pairs: &[Pair],
    methods: usize,
    reference: usize,
    request: &RankingRequest,
) -> Vec<Option<f64>> {
    let of = |method: usize| {
        let places = (method.min(reference), method.max(reference));
        pairs.iter().find(|pair| (pair.a, pair.b) == places)
    };
    let alone = |method: usize| of(method).and_then(|pair| pair.p_alone).unwrap_or(f64::NAN);
    let planned = request.baseline.is_some() && pairs.iter().all(|pair| pair.p_alone.is_some());
    match planned {
        false => (0..methods).map(|method| of(method).map(|pair| pair.p)).collect(),
        true => {
            let p = holm(&(0..methods).map(alone).collect::<Vec<f64>>());
            (0..methods).map(|method| (method != reference).then(|| p[method])).collect()
        }
    }
}
