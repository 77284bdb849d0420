use super::ALPHA;
use crate::results::runs::Direction;
use crate::stats::{
    Differences, Interval, confidence_interval, detectable_effect, effect_size, equivalence_test,
    mean, paired_t_test, probability_of_improvement, runs_needed, std_dev, wilcoxon_signed_rank,
};

/// How surely a difference is to be found that is called detectable.
pub(super) const POWER: f64 = 0.8;

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
    /// The true difference that would be found with 80 %.
    pub detectable: Option<f64>,
    /// The pairs of which the observed difference would be found with 80 %.
    pub needed: Option<usize>,
}

impl Paired {
    pub(super) fn new(pairs: &[(f64, f64)], better: Direction, margin: Option<f64>) -> Self {
        let differences = Differences::between(pairs.iter().copied());
        let (one, other): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let n = differences.len();
        let spread = std_dev(&differences).filter(|&s| s > 0.0 && s.is_finite());
        Self {
            n,
            mean: mean(&differences),
            interval: confidence_interval(&differences, 1.0 - ALPHA),
            p: paired_t_test(&differences).map(|test| test.p),
            p_wilcoxon: wilcoxon_signed_rank(&differences).map(|test| test.p),
            p_equal: margin
                .and_then(|margin| equivalence_test(&differences, margin))
                .map(|test| test.p),
            p_better: p_better(&one, &other, better),
            effect: effect_size(&differences),
            correlation: correlation(&one, &other),
            detectable: spread.map(|s| s * detectable_effect(n, ALPHA, POWER)),
            needed: spread.and_then(|s| runs_needed(mean(&differences) / s, ALPHA, POWER)),
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
