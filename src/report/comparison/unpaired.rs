use super::paired::p_better;
use crate::report::ablation::ALPHA;
use crate::results::runs::Direction;
use crate::stats::{Interval, Welch, brunner_munzel, mann_whitney};

/// What runs say that have nothing in common, of the first arm minus the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Unpaired {
    /// The runs of each arm.
    pub n: [usize; 2],
    /// The difference of the means.
    pub difference: f64,
    /// Its 95 % interval (Welch).
    pub interval: Interval,
    /// Welch's t test.
    pub p: f64,
    /// Brunner and Munzel's test of whether runs of one are better as often as worse; none where all of one are beyond
    /// all of the other.
    pub p_brunner_munzel: Option<f64>,
    /// Mann and Whitney's test.
    pub p_mann_whitney: Option<f64>,
    /// Two one-sided tests of whether the difference is within the margin.
    pub p_equal: Option<f64>,
    /// The probability that a run of the first is better than one of the second.
    pub p_better: Option<f64>,
}

impl Unpaired {
    /// `None` for fewer than two runs of an arm, or runs without any spread.
    pub(super) fn new(
        one: &[f64],
        other: &[f64],
        better: Direction,
        margin: Option<f64>,
    ) -> Option<Self> {
        let welch = Welch::of(one, other)?;
        Some(Self {
            n: [one.len(), other.len()],
            difference: welch.difference,
            interval: welch.interval(1.0 - ALPHA),
            p: welch.p(0.0),
            p_brunner_munzel: brunner_munzel(one, other).map(|test| test.p),
            p_mann_whitney: mann_whitney(one, other).map(|test| test.p),
            p_equal: margin.map(|margin| welch.p_above(-margin).max(1.0 - welch.p_above(margin))),
            p_better: p_better(one, other, better),
        })
    }
}
