//! The curves of an experiment as its epochs.csv has them, sorted by arm.

use super::Reproduction;
use super::recorded::{Recorded, curve, recorded, words};
use super::replay::Allowed;
use crate::results::{Curve, EpochTable, ReadError};
use crate::train::Metric;

/// The course of one training: of every monitored metric (epoch, value), by epoch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    pub(super) trial_id: String,
    /// The weights and biases that are trained.
    pub parameters: usize,
    curves: Vec<(Metric, Vec<(usize, f64)>)>,
}

impl Run {
    /// A metric by epoch; nothing if it was not monitored.
    pub fn points(&self, metric: Metric) -> &[(usize, f64)] {
        let found = self.curves.iter().find(|(other, _)| *other == metric);
        found.map_or(&[], |(_, points)| points)
    }

    /// The values of a metric, in the order of the epochs.
    pub fn values(&self, metric: Metric) -> Vec<f64> {
        self.points(metric).iter().map(|&(_, value)| value).collect()
    }

    /// The value at an epoch.
    pub fn at(&self, metric: Metric, epoch: usize) -> Option<f64> {
        self.points(metric).iter().find(|(e, _)| *e == epoch).map(|&(_, value)| value)
    }

    /// The value after the last epoch; NaN without any.
    pub fn last(&self, metric: Metric) -> f64 {
        self.points(metric).last().map_or(f64::NAN, |&(_, value)| value)
    }

    /// The first epoch with the best value, and the value; NaN without any.
    fn best_point(&self, metric: Metric) -> (f64, f64) {
        let points = self.points(metric).iter().map(|&(epoch, value)| (epoch as f64, value));
        points
            .reduce(|best, here| if metric.is_better(here.1, best.1) { here } else { best })
            .unwrap_or((f64::NAN, f64::NAN))
    }

    /// The best value of a metric.
    pub fn best(&self, metric: Metric) -> f64 {
        self.best_point(metric).1
    }

    /// The first epoch with the best value of a metric.
    pub fn best_epoch(&self, metric: Metric) -> f64 {
        self.best_point(metric).0
    }

    /// Whether it came to the end of its epochs.
    pub(super) fn is_complete(&self, epochs: usize) -> bool {
        let last = |points: &[(usize, f64)]| points.last().map(|&(epoch, _)| epoch);
        self.curves.iter().all(|(_, points)| last(points) == epochs.checked_sub(1))
    }

    #[cfg(test)]
    pub(super) fn of(metric: Metric, values: &[f64]) -> Self {
        let points = values.iter().copied().enumerate().collect();
        Self { curves: vec![(metric, points)], ..Self::default() }
    }
}

/// A recorded value beside the same value of the replayed run.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayedValue {
    /// The label of the arm.
    pub arm: &'static str,
    /// What is measured.
    pub quantity: String,
    /// The author's value: a cost, or a number of images.
    pub book: f64,
    /// Ours.
    pub replay: f64,
    /// Whether they are numbers of images.
    pub counted: bool,
    /// How far they may differ.
    pub allowed: Allowed,
}

impl ReplayedValue {
    /// |replay − book|, of costs divided by |book|.
    pub fn difference(&self) -> f64 {
        let difference = (self.replay - self.book).abs();
        if self.counted { difference } else { difference / self.book.abs() }
    }

    /// The largest difference that is allowed.
    pub fn limit(&self) -> f64 {
        if self.counted { self.allowed.images } else { self.allowed.relative }
    }

    /// Whether the two are as equal as they have to be.
    pub fn is_equal(&self) -> bool {
        self.difference() <= self.limit()
    }
}

/// The runs of one arm, as read back from the CSV file.
#[derive(Debug)]
pub(super) struct ArmCurves {
    pub label: &'static str,
    pub key: &'static str,
    /// What the author recorded, by metric and epoch.
    recorded: Vec<(Metric, Vec<Recorded>)>,
    /// One run a seed.
    pub seeds: Vec<Run>,
    /// The replayed run.
    pub replay: Option<Run>,
    /// Every recorded value that the replayed run is judged by.
    pub replayed: Vec<ReplayedValue>,
    /// The epochs that a complete run has.
    pub epochs: usize,
    /// The training images, if not all.
    pub train_size: Option<usize>,
    parameters: usize,
}

impl ArmCurves {
    /// Sorts the curves of a file by arm.
    ///
    /// # Errors
    ///
    /// When a metric is missing in the file.
    pub(super) fn collect(
        reproduction: &Reproduction,
        table: &EpochTable,
    ) -> Result<Vec<Self>, ReadError> {
        let monitors = reproduction.trained.monitors;
        let mut curves = Vec::new();
        for &metric in monitors {
            curves.push((metric, table.curves(metric)?));
        }
        let arm = |planned: &super::reproduction::PlannedArm| {
            let run = |id: &String| {
                let curve = |(metric, curves): &(Metric, Vec<Curve>)| {
                    let curve = curves.iter().find(|curve| curve.trial_id == *id)?;
                    Some((*metric, curve.points.clone()))
                };
                let curves: Option<Vec<_>> = curves.iter().map(curve).collect();
                let parameters = planned.parameters;
                curves.map(|curves| Run { trial_id: id.clone(), parameters, curves })
            };
            let id = reproduction.experiment.id;
            let (key, epochs) = (planned.arm.key, planned.arm.spec.epochs);
            let recorded = |&metric: &Metric| {
                let mut values = recorded(id, key, metric, planned.full_epochs);
                values.retain(|recorded| recorded.epoch < epochs);
                (metric, values)
            };
            let mut arm = Self {
                label: planned.arm.label,
                key,
                recorded: monitors.iter().map(recorded).collect(),
                seeds: planned.seed_trials.iter().filter_map(run).collect(),
                replay: planned.replay_trial.as_ref().and_then(run),
                replayed: Vec::new(),
                epochs,
                train_size: planned.arm.spec.train_size,
                parameters: planned.parameters,
            };
            if planned.replay_trial.is_some() {
                arm.replayed = arm.replayed_values(planned.arm.replay);
            }
            arm
        };
        Ok(reproduction.arms.iter().map(arm).collect())
    }

    fn replayed_values(&self, replay: super::Replay) -> Vec<ReplayedValue> {
        let value = |metric: Metric, recorded: &Recorded| {
            let allowed = replay.allows(recorded.epoch)?;
            let value = self.replay.as_ref().and_then(|run| run.at(metric, recorded.epoch));
            let value = value.unwrap_or(f64::NAN);
            Some(ReplayedValue {
                arm: self.label,
                quantity: format!("{} at epoch {}", words(metric), recorded.epoch),
                book: recorded.value,
                replay: match recorded.images {
                    // A fraction of images, which rounding has made none of.
                    Some(images) => (value * images).round(),
                    None => value,
                },
                counted: recorded.images.is_some(),
                allowed,
            })
        };
        let all = self.recorded.iter().flat_map(|(metric, values)| {
            values.iter().filter_map(|recorded| value(*metric, recorded)).collect::<Vec<_>>()
        });
        all.collect()
    }

    /// What the author recorded of a metric, by epoch.
    pub(super) fn recorded(&self, metric: Metric) -> &[Recorded] {
        let found = self.recorded.iter().find(|(other, _)| *other == metric);
        found.map_or(&[], |(_, values)| values)
    }

    /// The metrics of which the author recorded something, with what he recorded.
    pub(super) fn all_recorded(&self) -> impl Iterator<Item = (Metric, &Recorded)> {
        self.recorded
            .iter()
            .flat_map(|(metric, values)| values.iter().map(move |recorded| (*metric, recorded)))
    }

    /// The author's value after the last epoch.
    pub(super) fn book_last(&self, metric: Metric) -> Option<f64> {
        let last = self.recorded(metric).last();
        last.filter(|last| last.epoch + 1 == self.epochs).map(|last| last.metric())
    }

    /// The author's run, if he recorded every epoch of it.
    pub(super) fn book(&self) -> Option<Run> {
        let whole = |(metric, values): &(Metric, Vec<Recorded>)| {
            let values = curve(values);
            (values.len() == self.epochs)
                .then(|| (*metric, values.into_iter().enumerate().collect::<Vec<_>>()))
        };
        let curves: Vec<_> = self.recorded.iter().filter_map(whole).collect();
        let run = Run { trial_id: String::new(), parameters: self.parameters, curves };
        (!run.curves.is_empty()).then_some(run)
    }

    /// The author's curve of a metric, as far as it has no gap.
    pub(super) fn book_curve(&self, metric: Metric) -> Vec<f64> {
        curve(self.recorded(metric))
    }

    /// The values of the seeds at an epoch, without NaN, and the number of those lost.
    pub(super) fn sample(&self, metric: Metric, epoch: usize) -> (Vec<f64>, usize) {
        let values = self.seeds.iter().filter_map(|run| run.at(metric, epoch));
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let lost = self.seeds.len() - values.len();
        (values, lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_a_run_is_the_first_that_nothing_beats() {
        let run = Run::of(Metric::TestCost, &[3.0, 1.0, 2.0, 1.0]);
        assert_eq!((run.best(Metric::TestCost), run.best_epoch(Metric::TestCost)), (1.0, 1.0));
        assert_eq!((run.last(Metric::TestCost), run.at(Metric::TestCost, 2)), (1.0, Some(2.0)));
        assert!(run.best(Metric::TestAccuracy).is_nan(), "not monitored");
        assert!(run.is_complete(4) && !run.is_complete(5));
        let run = Run::of(Metric::TestAccuracy, &[0.1, 0.9, 0.9]);
        assert_eq!(run.best_epoch(Metric::TestAccuracy), 1.0);
    }
}
