use super::reference::{recorded_curve, reference};
use super::{Experiment, Replay, Reproduction};
use crate::report::Curve;
use crate::stats::{Interval, Summary, confidence_interval, prediction_interval};

/// The level of all intervals.
const LEVEL: f64 = 0.95;

/// The largest relative difference of a replayed value from the author's.
pub(super) const REPLAY_TOLERANCE: f64 = 1e-12;

/// Whether one run, the author's, fits what the seeds predict of a single run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It lies within the 95 % prediction interval.
    Inside,
    /// It lies outside.
    Outside,
    /// There are fewer than two seeds to predict from, or some of them diverged.
    Unknown,
}

impl Verdict {
    /// The word in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "OUTSIDE",
            Self::Unknown => "unknown",
        }
    }
}

/// A number of the book beside our measurement of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The label of the arm.
    pub arm: &'static str,
    /// What is measured.
    pub quantity: String,
    /// The book's value.
    pub book: f64,
    /// The value of the replayed run, if there was one.
    pub replay: Option<f64>,
    /// The values of the seeds, diverged ones left out.
    pub sample: Vec<f64>,
    /// How many seeds diverged before they could give a value.
    pub diverged: usize,
}

impl Comparison {
    /// Mean and spread over the seeds; `None` without any.
    pub fn summary(&self) -> Option<Summary> {
        Summary::of(&self.sample)
    }

    /// The 95 % t interval of the mean.
    pub fn confidence(&self) -> Option<Interval> {
        self.complete().and_then(|sample| confidence_interval(sample, LEVEL))
    }

    /// Where 95 % of single runs fall, cut at 0 since neither a cost nor a count is negative.
    pub fn prediction(&self) -> Option<Interval> {
        self.complete().and_then(single_runs)
    }

    /// The sample, unless seeds are missing from it: an interval over the survivors would flatter an
    /// arm that diverges.
    fn complete(&self) -> Option<&[f64]> {
        (self.diverged == 0).then_some(&self.sample)
    }

    /// Whether the book's run fits the seeds.
    pub fn verdict(&self) -> Verdict {
        match self.prediction() {
            None => Verdict::Unknown,
            Some(interval) if interval.contains(self.book) => Verdict::Inside,
            Some(_) => Verdict::Outside,
        }
    }
}

/// The 95 % prediction interval of a quantity that cannot be negative, such as a cost or a count:
/// cut at 0.
pub(super) fn single_runs(sample: &[f64]) -> Option<Interval> {
    let interval = prediction_interval(sample, LEVEL)?;
    Some(Interval { low: interval.low.max(0.0), ..interval })
}

/// A recorded value beside the same value of the replayed run.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayedValue {
    /// The label of the arm.
    pub arm: &'static str,
    /// What is measured.
    pub quantity: String,
    /// The author's value.
    pub book: f64,
    /// Ours.
    pub replay: f64,
}

impl ReplayedValue {
    /// |replay − book| / |book|.
    pub fn relative_difference(&self) -> f64 {
        ((self.replay - self.book) / self.book).abs()
    }

    /// Whether the two are equal to a relative 1e-12.
    pub fn is_equal(&self) -> bool {
        self.relative_difference() <= REPLAY_TOLERANCE
    }
}

/// The curves of one arm, as read back from the CSV file.
#[derive(Debug)]
pub(super) struct ArmCurves {
    pub label: &'static str,
    pub key: &'static str,
    /// The author's recorded curve; may be empty.
    pub book: Vec<f64>,
    /// One curve a seed.
    pub seeds: Vec<Curve>,
    /// The replayed run.
    pub replay: Option<Curve>,
    pub replayable: bool,
    /// The epochs that a complete run has.
    pub epochs: usize,
}

impl ArmCurves {
    /// Sorts the curves of a file by arm.
    pub(super) fn collect(reproduction: &Reproduction, curves: &[Curve]) -> Vec<Self> {
        let experiment = reproduction.experiment;
        let of = |ids: &[String]| {
            let matching = |id: &String| curves.iter().find(|curve| curve.trial_id == *id).cloned();
            ids.iter().filter_map(matching).collect::<Vec<_>>()
        };
        let arms = reproduction.arms.iter().map(|planned| ArmCurves {
            label: planned.arm.label,
            key: planned.arm.key,
            book: recorded_curve(experiment.id, &metric_quantity(experiment, planned.arm.key)),
            seeds: of(&planned.seed_trials),
            replay: of(planned.replay_trial.as_slice()).pop(),
            replayable: planned.arm.replay == Replay::Exact,
            epochs: planned.arm.spec.epochs,
        });
        arms.collect()
    }

    /// The values of the seeds at an epoch, without NaN, and the number of those lost.
    pub(super) fn sample(&self, epoch: usize) -> (Vec<f64>, usize) {
        let values = self.seeds.iter().filter_map(|curve| curve.at(epoch));
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let lost = self.seeds.len() - values.len();
        (values, lost)
    }

    /// The comparisons of the recorded curve with the seeds, epoch by epoch.
    pub(super) fn comparisons(&self, experiment: &Experiment) -> Vec<Comparison> {
        let compare = |(epoch, &book): (usize, &f64)| {
            let (sample, diverged) = self.sample(epoch);
            Comparison {
                arm: self.label,
                quantity: format!("{} at epoch {epoch}", metric_words(experiment)),
                book,
                replay: self.replay.as_ref().and_then(|curve| curve.at(epoch)),
                sample,
                diverged,
            }
        };
        self.book.iter().enumerate().take(self.epochs).map(compare).collect()
    }

    /// The recorded curve beside the replayed one, if the arm can be replayed exactly.
    pub(super) fn replayed(&self, experiment: &Experiment) -> Vec<ReplayedValue> {
        let Some(replay) = self.replay.as_ref().filter(|_| self.replayable) else {
            return Vec::new();
        };
        let value = |(epoch, &book): (usize, &f64)| ReplayedValue {
            arm: self.label,
            quantity: format!("{} at epoch {epoch}", metric_words(experiment)),
            book,
            replay: replay.at(epoch).unwrap_or(f64::NAN),
        };
        self.book.iter().take(self.epochs).enumerate().map(value).collect()
    }
}

/// The statements about the shapes of the curves, measured on the seeds.
pub(super) fn behaviours(experiment: &'static Experiment, arms: &[ArmCurves]) -> Vec<Comparison> {
    let compare = |behaviour: &super::Behaviour| {
        let arm = arms.iter().find(|arm| arm.key == behaviour.arm)?;
        let book = match behaviour.printed {
            Some(printed) => {
                reference(experiment.id, &format!("{} {printed}", arm.key))?.number()?
            }
            None => (behaviour.measure)(&arm.book),
        };
        // The shape of a curve that broke off is not comparable.
        let complete = |curve: &&Curve| curve.points.len() == arm.epochs;
        let measured = arm.seeds.iter().filter(complete).map(|c| (behaviour.measure)(&c.values()));
        let sample: Vec<f64> = measured.filter(|value| value.is_finite()).collect();
        Some(Comparison {
            arm: arm.label,
            quantity: behaviour.quantity.into(),
            book,
            replay: arm.replay.as_ref().map(|curve| (behaviour.measure)(&curve.values())),
            diverged: arm.seeds.len() - sample.len(),
            sample,
        })
    };
    experiment.behaviours.iter().filter_map(compare).collect()
}

/// "training cost"
fn metric_words(experiment: &Experiment) -> String {
    experiment.metric.column().replace('_', " ")
}

/// "eta=0.25 training cost"
fn metric_quantity(experiment: &Experiment, key: &str) -> String {
    format!("{key} {}", metric_words(experiment))
}
