//! How the axis of the metric is spaced, the means that stand on it, and what it does not show.

use super::groups::Scene;
use crate::figure::Scale;
use crate::stats::{Interval, Shared, mean, resampled_interval};

/// Costs and norms of gradients over more than two decades have a logarithmic axis, unless another is asked for.
const DECADES: f64 = 100.0;

/// How the axis of the metric is spaced: as is asked for, or else by the values.
pub(super) fn scale(scene: &Scene, values: impl Iterator<Item = f64>) -> Scale {
    if let Some(scale) = scene.request.y_scale {
        return scale;
    }
    let positive = scene.request.range.is_none_or(|(low, _)| low > 0.0);
    if !positive || !(scene.measure.is_gradient_norm() || scene.measure.is_cost()) {
        return Scale::Linear;
    }
    let (mut low, mut high, mut negative) = (f64::INFINITY, 0.0_f64, false);
    for value in values.filter(|value| value.is_finite()) {
        negative |= value < 0.0;
        if value > 0.0 {
            (low, high) = (low.min(value), high.max(value));
        }
    }
    if !negative && high / low > DECADES { Scale::Log10 } else { Scale::Linear }
}

/// The mean of the runs of one place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Middle {
    /// The mean: on a logarithmic axis the geometric one.
    pub value: Option<f64>,
    /// Its 95 % t interval, cut to where values can be.
    pub interval: Option<Interval>,
    /// How many of the values cannot stand on the axis.
    pub left_out: usize,
}

impl Middle {
    /// That of some values; none where some run has no value, or one that cannot stand on the axis: a mean over the
    /// others would flatter.
    pub(super) fn of(scene: &Scene, values: &[f64], is_complete: bool, scale: Scale) -> Self {
        let left_out = match scale {
            Scale::Linear => 0,
            Scale::Log10 => values.iter().filter(|&&value| value <= 0.0).count(),
        };
        if !is_complete || values.is_empty() || left_out > 0 {
            return Self { left_out, ..Self::default() };
        }
        let (value, interval) = match scale {
            Scale::Linear => (mean(values), resampled_interval(values, 0.95, scene.shared)),
            Scale::Log10 => geometric(values, scene.shared),
        };
        let interval = interval.map(|interval| scene.cut(interval, values));
        Self { value: Some(value), interval, left_out }
    }
}

/// The geometric mean of positive values, and its interval: those of the logarithms, taken back.
fn geometric(values: &[f64], shared: Shared) -> (f64, Option<Interval>) {
    let logs: Vec<f64> = values.iter().map(|&value| libm::log(value)).collect();
    let interval = resampled_interval(&logs, 0.95, shared);
    let back = |i: Interval| Interval { low: libm::exp(i.low), high: libm::exp(i.high) };
    (libm::exp(mean(&logs)), interval.map(back))
}

/// What a logarithmic axis shows, and what it cannot.
pub(super) fn logarithmic(left_out: usize) -> String {
    let left_out = match left_out {
        0 => String::new(),
        1 => "; a value that is not positive is left out, and with it the mean of its place".into(),
        n => format!(
            "; {n} values that are not positive are left out, and with them the means of their places"
        ),
    };
    format!("Means are geometric, their intervals those of the logarithms{left_out}.")
}

/// Values of one kind, of which some may lie outside the range of their axis.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// What they are called: `means`.
    pub what: &'static str,
    /// How many lie outside.
    pub beyond: usize,
    /// How many there are.
    pub all: usize,
}

impl Outside {
    /// None of no values.
    pub fn none(what: &'static str) -> Self {
        Self { what, beyond: 0, all: 0 }
    }

    /// Counts values along an axis; without a range none lies outside.
    pub fn count(&mut self, range: Option<(f64, f64)>, values: impl Iterator<Item = f64>) {
        for value in values.filter(|value| value.is_finite()) {
            self.all += 1;
            let is_beyond = |(low, high)| value < low || value > high;
            self.beyond += usize::from(range.is_some_and(is_beyond));
        }
    }

    /// What a caption says of several kinds; nothing where all can be seen.
    pub fn sentence(kinds: &[Self]) -> Option<String> {
        let kinds = kinds.iter().filter(|kind| kind.beyond > 0);
        let parts: Vec<String> =
            kinds.clone().map(|k| format!("{} of the {} {}", k.beyond, k.all, k.what)).collect();
        let beyond: usize = kinds.map(|kind| kind.beyond).sum();
        let verb = if beyond == 1 { "lies" } else { "lie" };
        (beyond > 0).then(|| format!("{} {verb} outside the range.", parts.join(" and ")))
    }
}
