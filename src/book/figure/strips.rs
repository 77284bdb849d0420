use super::{ArmCurves, Panel, Reproduction, heading};
use crate::book::curves::Run;
use crate::figure::{Axis, Strip, Strips};
use crate::stats::{confidence_interval, mean};

/// A number of every run: a row an arm.
pub(super) fn draw(
    reproduction: &Reproduction,
    arms: &[ArmCurves],
    panel: &Panel,
    measure: fn(&Run) -> f64,
) -> Strips {
    let strip = |arm: &ArmCurves| {
        let factor = if panel.is_fraction() { 100.0 } else { 1.0 };
        let values: Vec<f64> = arm.measured(measure).iter().map(|value| factor * value).collect();
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let lost = values.len() - finite().count();
        let all: Vec<f64> = finite().collect();
        let interval = confidence_interval(&all, 0.95).filter(|_| lost == 0);
        Strip {
            label: arm.label.into(),
            points: values
                .iter()
                .copied()
                .enumerate()
                .filter(|(_, value)| value.is_finite())
                .collect(),
            mean: interval.map(|interval| (mean(&all), interval.low, interval.high)),
            lost,
            lost_word: "diverged".into(),
            ..Strip::default()
        }
    };
    Strips {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        category: String::new(),
        value: Axis { label: heading(panel), scale: panel.scale, range: panel.range },
        strips: arms.iter().map(strip).collect(),
        pair: None,
        note: Some(reproduction.footnote()),
    }
}
