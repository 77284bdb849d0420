//! The curves of an experiment as its epochs.csv has them, sorted by arm.

use super::recorded::{Recorded, curve, recorded, words};
use super::replay::Allowed;
use super::{LayerMetric, Reproduction, Rule};
use crate::results::{Curve, EpochTable, ReadError};
use crate::train::{Metric, TrainingSpec};
use std::collections::HashMap;

/// What has a course.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measured {
    /// A metric, by epoch.
    Metric(Metric),
    /// The learning rate in force, by epoch.
    Eta,
    /// The seconds of training, by epoch.
    Seconds,
    /// Something of a layer, counted from 1, by the number of epochs trained before.
    Layer(LayerMetric, usize),
}

impl From<Metric> for Measured {
    fn from(metric: Metric) -> Self {
        Self::Metric(metric)
    }
}

impl Measured {
    fn is_of_layer(self) -> bool {
        matches!(self, Self::Layer(..))
    }

    /// Whether it is a fraction: an accuracy.
    pub(super) fn is_fraction(self) -> bool {
        matches!(self, Self::Metric(metric) if !metric.is_cost())
    }

    /// Whether a smaller value is better, as of costs.
    fn is_less_better(self) -> bool {
        !self.is_fraction()
    }
}

/// The course of one training: of everything that was measured (epoch, value), by epoch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    pub(super) trial_id: String,
    /// The weights and biases that are trained.
    pub parameters: usize,
    /// The images that they are trained on.
    pub images: usize,
    /// The metrics before the first epoch, if they were monitored.
    start: Vec<(Metric, f64)>,
    curves: Courses,
}

/// Of everything that was measured (epoch, value), by epoch.
type Courses = Vec<(Measured, Vec<(usize, f64)>)>;

impl Run {
    /// A quantity by epoch; nothing if it was not measured.
    pub fn points(&self, of: impl Into<Measured>) -> &[(usize, f64)] {
        let of = of.into();
        let found = self.curves.iter().find(|(other, _)| *other == of);
        found.map_or(&[], |(_, points)| points)
    }

    /// The values of a quantity, in the order of the epochs.
    pub fn values(&self, of: impl Into<Measured>) -> Vec<f64> {
        self.points(of).iter().map(|&(_, value)| value).collect()
    }

    /// The value at an epoch.
    pub fn at(&self, of: impl Into<Measured>, epoch: usize) -> Option<f64> {
        self.points(of).iter().find(|(e, _)| *e == epoch).map(|&(_, value)| value)
    }

    /// The value of a metric before the first epoch; NaN if it was not monitored.
    pub fn start(&self, metric: Metric) -> f64 {
        let found = self.start.iter().find(|(other, _)| *other == metric);
        found.map_or(f64::NAN, |&(_, value)| value)
    }

    /// The first value; NaN without any.
    pub fn first(&self, of: impl Into<Measured>) -> f64 {
        self.points(of).first().map_or(f64::NAN, |&(_, value)| value)
    }

    /// The last value; NaN without any.
    pub fn last(&self, of: impl Into<Measured>) -> f64 {
        self.points(of).last().map_or(f64::NAN, |&(_, value)| value)
    }

    /// The first epoch with the best value, and the value; NaN without any.
    fn best_point(&self, of: Measured) -> (f64, f64) {
        let points = self.points(of).iter().map(|&(epoch, value)| (epoch as f64, value));
        let is_better = |a: f64, b: f64| if of.is_less_better() { a < b } else { a > b };
        points
            .reduce(|best, here| if is_better(here.1, best.1) { here } else { best })
            .unwrap_or((f64::NAN, f64::NAN))
    }

    /// The best value: the largest of accuracies, the least of all else.
    pub fn best(&self, of: impl Into<Measured>) -> f64 {
        self.best_point(of.into()).1
    }

    /// The first epoch with the best value.
    pub fn best_epoch(&self, of: impl Into<Measured>) -> f64 {
        self.best_point(of.into()).0
    }

    /// The value of a metric at the epoch in which another was best, the last of equal ones: network3 looks at the test
    /// accuracy whenever the validation accuracy is at least as good as before, and what it saw last is the book's number
    /// in chapter 6. NaN if either was not measured there.
    pub fn at_best(&self, of: Metric, chooser: Metric) -> f64 {
        let chooser = Measured::from(chooser);
        let best = self.best(chooser);
        let mut choosers = self.points(chooser).iter().rev();
        let epoch = choosers.find(|&&(_, value)| value == best).map(|&(epoch, _)| epoch);
        epoch.and_then(|epoch| self.at(of, epoch)).unwrap_or(f64::NAN)
    }

    /// The number of layers that were measured, the output layer among them.
    pub fn layers(&self) -> usize {
        let layer = |(of, _): &(Measured, _)| match of {
            Measured::Layer(_, layer) => Some(*layer),
            _ => None,
        };
        self.curves.iter().filter_map(layer).max().unwrap_or(0)
    }

    /// How many times as large something of the last hidden layer is as of the first, after some epochs; NaN without
    /// hidden layers.
    pub fn last_to_first(&self, of: LayerMetric, epochs_trained: usize) -> f64 {
        let at = |layer| self.at(Measured::Layer(of, layer), epochs_trained);
        let ratio = |last| Some(at(last)? / at(1)?);
        self.layers().checked_sub(1).and_then(ratio).unwrap_or(f64::NAN)
    }

    /// Whether it came to the end of its epochs, or stopped early because it was to.
    pub(super) fn is_complete(&self, epochs: usize, may_stop: bool) -> bool {
        let mut metrics = self.curves.iter().filter(|(of, _)| matches!(of, Measured::Metric(_)));
        metrics.all(|(_, points)| {
            let last = points.last();
            last.map(|&(epoch, _)| epoch) == epochs.checked_sub(1)
                || (may_stop && last.is_some_and(|&(_, value)| value.is_finite()))
        })
    }

    #[cfg(test)]
    pub(super) fn of(metric: Metric, values: &[f64]) -> Self {
        let points = values.iter().copied().enumerate().collect();
        Self { curves: vec![(metric.into(), points)], ..Self::default() }
    }

    #[cfg(test)]
    pub(super) fn and(mut self, metric: Metric, values: &[f64]) -> Self {
        self.curves.extend(Self::of(metric, values).curves);
        self
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

    /// Whether nothing but the last digits may differ.
    pub fn is_to_the_last_digits(&self) -> bool {
        self.limit() <= LAST_DIGITS
    }

    /// Whether the two are as equal as they have to be.
    pub fn is_equal(&self) -> bool {
        self.difference() <= self.limit()
    }
}

/// The largest relative difference that rounding makes before it grows.
const LAST_DIGITS: f64 = 1e-9;

/// The runs of one arm, as read back from the CSV file.
#[derive(Debug)]
pub(super) struct ArmCurves {
    pub label: &'static str,
    pub key: &'static str,
    /// The experiment under which the table of the book's numbers has it.
    pub of: &'static str,
    /// What the author recorded, by epoch.
    recorded: Vec<(Measured, Vec<Recorded>)>,
    /// What that is judged by.
    pub rule: Rule,
    /// What was trained.
    pub spec: TrainingSpec,
    /// One run a seed.
    pub seeds: Vec<Run>,
    /// The replayed run.
    pub replay: Option<Run>,
    /// Every recorded value that the replayed run is judged by.
    pub replayed: Vec<ReplayedValue>,
    /// The epochs that a complete run has.
    pub epochs: usize,
    parameters: usize,
}

impl ArmCurves {
    /// Sorts the curves of the files by arm.
    ///
    /// # Errors
    ///
    /// When a metric is missing in a file.
    pub(super) fn collect(
        reproduction: &Reproduction,
        table: &EpochTable,
        layers: Option<&EpochTable>,
    ) -> Result<Vec<Self>, ReadError> {
        let mut curves: Vec<(Measured, Vec<Curve>)> =
            vec![(Measured::Eta, table.learning_rates()?), (Measured::Seconds, table.seconds()?)];
        for &metric in reproduction.trained.monitors {
            curves.push((metric.into(), table.curves(metric)?));
        }
        if let Some(table) = layers {
            let most = reproduction.arms.iter().map(|planned| planned.arm.spec.hidden.len() + 1);
            for layer in 1..=most.max().unwrap_or(0) {
                for of in LayerMetric::ALL {
                    let measured = Measured::Layer(of, layer);
                    curves.push((measured, table.layer(of.column(), layer)?));
                }
            }
        }
        // A trial has thousands of epochs, an experiment hundreds of trials: each curve is looked up once.
        let mut by_trial: HashMap<String, Courses> = HashMap::new();
        for (measured, curves) in curves {
            for curve in curves {
                by_trial.entry(curve.trial_id).or_default().push((measured, curve.points));
            }
        }
        let mut starts: HashMap<String, Vec<(Metric, f64)>> = HashMap::new();
        for &metric in reproduction.trained.monitors {
            for (id, value) in table.starts(metric)? {
                starts.entry(id).or_default().push((metric, value));
            }
        }
        let every = reproduction.trained.monitor_every;
        let monitors = reproduction.trained.monitors.iter().copied().map(Measured::Metric);
        let arm = |planned: &super::reproduction::PlannedArm| {
            let run = |id: &String| {
                let curves = by_trial.get(id)?.clone();
                let has = |of: Measured| curves.iter().any(|(other, _)| *other == of);
                let run = |curves| Run {
                    trial_id: id.clone(),
                    parameters: planned.parameters,
                    images: planned.images,
                    start: starts.get(id).cloned().unwrap_or_default(),
                    curves,
                };
                monitors.clone().all(has).then(|| run(curves))
            };
            let (of, key) = planned.arm.reference(reproduction.experiment.id);
            let spec = &planned.arm.spec;
            let hidden = if layers.is_some() { spec.hidden.len() } else { 0 };
            let gradients = (1..=hidden).map(|l| Measured::Layer(LayerMetric::BiasGradient, l));
            let recorded = |measured: Measured| {
                let mut values = recorded(of, key, measured, planned.full_epochs);
                // Layers are measured before an epoch, metrics after it.
                values.retain(|recorded| {
                    let trained = recorded.epoch + usize::from(!measured.is_of_layer());
                    trained % every == 0 && trained <= spec.epochs || trained == spec.epochs
                });
                (measured, values)
            };
            let mut arm = Self {
                label: planned.arm.label,
                key: planned.arm.key,
                of,
                recorded: monitors.clone().chain(gradients).map(recorded).collect(),
                rule: planned.arm.rule,
                spec: spec.clone(),
                seeds: planned.seed_trials.iter().filter_map(run).collect(),
                replay: planned.replay_trial.as_ref().and_then(run),
                replayed: Vec::new(),
                epochs: spec.epochs,
                parameters: planned.parameters,
            };
            if planned.replay_trial.is_some() {
                arm.replayed = arm.replayed_values(planned.arm.replay);
            }
            arm
        };
        Ok(reproduction.arms.iter().map(arm).collect())
    }

    /// An arm of some seeds alone.
    #[cfg(test)]
    pub(super) fn of_seeds(label: &'static str, seeds: Vec<Run>, epochs: usize) -> Self {
        Self {
            label,
            key: label,
            of: "",
            recorded: Vec::new(),
            rule: super::claim::SINGLE_RUN,
            spec: TrainingSpec::default(),
            seeds,
            replay: None,
            replayed: Vec::new(),
            epochs,
            parameters: 0,
        }
    }

    fn replayed_values(&self, replay: super::Replay) -> Vec<ReplayedValue> {
        let value = |of: Measured, recorded: &Recorded| {
            let allowed = replay.allows(recorded.epoch)?;
            let value = self.replay.as_ref().and_then(|run| run.at(of, recorded.epoch));
            let value = value.unwrap_or(f64::NAN);
            Some(ReplayedValue {
                arm: self.label,
                quantity: words(of, recorded.epoch),
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
        let all = self.recorded.iter().flat_map(|(of, values)| {
            values.iter().filter_map(|recorded| value(*of, recorded)).collect::<Vec<_>>()
        });
        all.collect()
    }

    /// What the author recorded, by epoch.
    pub(super) fn recorded(&self, of: impl Into<Measured>) -> &[Recorded] {
        let of = of.into();
        let found = self.recorded.iter().find(|(other, _)| *other == of);
        found.map_or(&[], |(_, values)| values)
    }

    /// Everything that the author recorded.
    pub(super) fn all_recorded(&self) -> impl Iterator<Item = (Measured, &Recorded)> {
        self.recorded
            .iter()
            .flat_map(|(of, values)| values.iter().map(move |recorded| (*of, recorded)))
    }

    /// The author's value after the last epoch.
    pub(super) fn book_last(&self, of: impl Into<Measured>) -> Option<f64> {
        let last = self.recorded(of).last();
        last.filter(|last| last.epoch + 1 == self.epochs).map(|last| last.metric())
    }

    /// The author's run, if he recorded every epoch of it.
    pub(super) fn book(&self) -> Option<Run> {
        let whole = |(of, values): &(Measured, Vec<Recorded>)| {
            let values = curve(values);
            (values.len() == self.epochs)
                .then(|| (*of, values.into_iter().enumerate().collect::<Vec<_>>()))
        };
        let curves: Vec<_> = self.recorded.iter().filter_map(whole).collect();
        let run = Run { parameters: self.parameters, curves, ..Run::default() };
        (!run.curves.is_empty()).then_some(run)
    }

    /// The author's curve, as far as it has no gap.
    pub(super) fn book_curve(&self, of: impl Into<Measured>) -> Vec<f64> {
        curve(self.recorded(of))
    }

    /// The values of the seeds at an epoch, without NaN, and the number of those lost.
    pub(super) fn sample(&self, of: impl Into<Measured>, epoch: usize) -> (Vec<f64>, usize) {
        let of = of.into();
        let values = self.seeds.iter().filter_map(|run| run.at(of, epoch));
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let lost = self.seeds.len() - values.len();
        (values, lost)
    }

    /// The best values of the seeds that came to their end, and the number of others.
    pub(super) fn extremes(&self, of: Measured) -> (Vec<f64>, usize) {
        let complete = self.seeds.iter().filter(|run| self.is_complete(run));
        let values: Vec<f64> = complete.map(|run| run.best(of)).collect();
        let lost = self.seeds.len() - values.len();
        (values, lost)
    }

    /// Whether a run came to its end: the curves of those that broke off cannot be compared.
    pub(super) fn is_complete(&self, run: &Run) -> bool {
        let may_stop = self.spec.early_stop.is_some() || self.spec.schedule.needs_validation();
        run.is_complete(self.epochs, may_stop)
    }

    /// A number of every seed; NaN of those that broke off.
    pub(super) fn measured(&self, measure: fn(&Run) -> f64) -> Vec<f64> {
        let number = |run| if self.is_complete(run) { measure(run) } else { f64::NAN };
        self.seeds.iter().map(number).collect()
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
        assert!(run.is_complete(5, true));
        assert!(run.is_complete(4, false) && !run.is_complete(5, false));
        let run = Run::of(Metric::TestAccuracy, &[0.1, 0.9, 0.9]);
        assert_eq!(run.best_epoch(Metric::TestAccuracy), 1.0);
    }

    #[test]
    fn the_test_images_are_looked_at_in_the_last_epoch_that_validation_finds_best() {
        use Metric::{TestAccuracy, TestCost, ValidationAccuracy};
        let run = Run::of(TestAccuracy, &[0.80, 0.89, 0.87, 0.90]);
        assert!(run.at_best(TestAccuracy, ValidationAccuracy).is_nan(), "not monitored");
        let run = run.and(ValidationAccuracy, &[0.7, 0.9, 0.9, 0.8]);
        assert_eq!(run.at_best(TestAccuracy, ValidationAccuracy), 0.87);
        assert!(run.at_best(TestCost, ValidationAccuracy).is_nan());
        let run = run.and(TestCost, &[0.3, 0.1, 0.2, 0.1]);
        assert_eq!(run.at_best(TestAccuracy, TestCost), 0.90);
    }
}
