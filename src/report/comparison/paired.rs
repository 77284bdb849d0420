use crate::report::ablation::{ALPHA, MIN_PAIRS, POWER};
use crate::results::runs::Direction;
use crate::stats::{
    Differences, Interval, Shared, detectable_effect, effect_size, mean,
    probability_of_improvement, resampled_equivalence_test, resampled_interval, resampled_t_test,
    runs_needed, std_dev, wilcoxon_signed_rank,
};

/// What runs say that are paired, of the first arm minus the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// The pairs.
    pub n: usize,
    /// The mean difference.
    pub mean: f64,
    /// Its 95 % t interval.
    pub interval: Option<Interval>,
    /// The paired t test; none where all differences are the same.
    pub p: Option<f64>,
    /// Wilcoxon's exact signed-rank test.
    pub p_wilcoxon: Option<f64>,
    /// Two one-sided t tests of whether the difference is within the margin (Schuirmann).
    pub p_equal: Option<f64>,
    /// The probability that a run of the first is better than one of the second.
    pub p_better: Option<f64>,
    /// Hedges' g of the differences.
    pub effect: Option<f64>,
    /// How runs of one seed go together: Pearson's correlation.
    pub correlation: Option<f64>,
    /// The variance of the differences over that of differences between strangers: the part of their runs that pairs take.
    pub pairing: Option<f64>,
    /// What training data the runs have in common.
    pub shared: Shared,
    /// The true difference that would be found with 80 %.
    pub detectable: Option<f64>,
    /// The pairs of which the observed difference would be found with 80 %.
    pub needed: Option<usize>,
}

impl Paired {
    pub(super) fn new(
        pairs: &[(f64, f64)],
        better: Direction,
        margin: Option<f64>,
        shared: Shared,
    ) -> Self {
        let differences = Differences::between(pairs.iter().copied());
        let (one, other): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let n = differences.len();
        let spread = std_dev(&differences).filter(|&s| s > 0.0 && s.is_finite());
        Self {
            n,
            mean: mean(&differences),
            interval: resampled_interval(&differences, 1.0 - ALPHA, shared),
            p: resampled_t_test(&differences, shared).map(|test| test.p),
            // It has no correction for what folds have in common.
            p_wilcoxon: wilcoxon_signed_rank(&differences)
                .map(|test| test.p)
                .filter(|_| shared.is_none()),
            p_equal: margin
                .and_then(|margin| resampled_equivalence_test(&differences, margin, shared))
                .map(|test| test.p),
            p_better: p_better(&one, &other, better),
            effect: effect_size(&differences),
            correlation: correlation(&one, &other),
            pairing: pairing(&differences, &one, &other),
            shared,
            detectable: spread.map(|s| {
                s * detectable_effect(n, ALPHA, POWER) * shared.error(n) * (n as f64).sqrt()
            }),
            // Fewer are not judged.
            needed: spread
                .filter(|_| shared.is_none())
                .and_then(|s| runs_needed(mean(&differences) / s, ALPHA, POWER))
                .map(|needed| needed.max(MIN_PAIRS)),
        }
    }
}

/// The probability that a value of the one is better than one of the other.
pub(super) fn p_better(one: &[f64], other: &[f64], better: Direction) -> Option<f64> {
    match better {
        Direction::Unknown => None,
        Direction::Higher => Some(probability_of_improvement(one, other)),
        Direction::Lower => Some(probability_of_improvement(other, one)),
    }
}

/// The variance of differences over that of two strangers.
fn pairing(differences: &[f64], one: &[f64], other: &[f64]) -> Option<f64> {
    let strangers = std_dev(one)?.powi(2) + std_dev(other)?.powi(2);
    (strangers > 0.0).then_some(std_dev(differences)?.powi(2) / strangers)
}

/// Pearson's correlation; `None` where one of them does not vary.
fn correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    let (a, b) = (mean(one), mean(other));
    let (s, t) = (std_dev(one)?, std_dev(other)?);
    if s == 0.0 || t == 0.0 {
        return None;
    }
    let products = one.iter().zip(other).map(|(x, y)| (x - a) * (y - b));
    Some((products.sum::<f64>() / (one.len() - 1) as f64 / (s * t)).clamp(-1.0, 1.0))
}
