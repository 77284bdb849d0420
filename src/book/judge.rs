use super::experiment::Allowed;
use super::recorded::{Recorded, curve, recorded, words};
use super::reference::reference;
use super::{Experiment, Reproduction};
use crate::report::{Curve, EpochTable, ReadError};
use crate::stats::{Interval, Summary, confidence_interval, prediction_interval};

/// The level of all intervals.
const LEVEL: f64 = 0.95;

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

/// The curves of one arm, as read back from the CSV file.
#[derive(Debug)]
pub(super) struct ArmCurves {
    pub label: &'static str,
    pub key: &'static str,
    /// The author's recorded values of the experiment's metric, by epoch.
    recorded: Vec<Recorded>,
    /// One curve a seed.
    pub seeds: Vec<Curve>,
    /// The replayed run.
    pub replay: Option<Curve>,
    /// Every recorded value that the replayed run is judged by.
    pub replayed: Vec<ReplayedValue>,
    /// The epochs that a complete run has.
    pub epochs: usize,
    /// The training images, if not all.
    pub train_size: Option<usize>,
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
        let experiment = reproduction.experiment;
        let curves = table.curves(experiment.metric)?;
        let of = |ids: &[String]| {
            let matching = |id: &String| curves.iter().find(|curve| curve.trial_id == *id).cloned();
            ids.iter().filter_map(matching).collect::<Vec<_>>()
        };
        let mut arms = Vec::new();
        for planned in &reproduction.arms {
            let (key, epochs) = (planned.arm.key, planned.arm.spec.epochs);
            let mut replayed = Vec::new();
            for &metric in experiment.monitors.iter().filter(|_| planned.replay_trial.is_some()) {
                let curves = table.curves(metric)?;
                let id = planned.replay_trial.as_ref();
                let curve = curves.iter().find(|curve| Some(&curve.trial_id) == id);
                let values = recorded(experiment.id, key, metric, planned.full_epochs);
                let trained = values.into_iter().filter(|recorded| recorded.epoch < epochs);
                let judged = trained.filter_map(|recorded| {
                    let allowed = planned.arm.replay.allows(recorded.epoch)?;
                    let replay = curve.and_then(|curve| curve.at(recorded.epoch));
                    let replay = replay.unwrap_or(f64::NAN);
                    Some(ReplayedValue {
                        arm: planned.arm.label,
                        quantity: format!("{} at epoch {}", words(metric), recorded.epoch),
                        book: recorded.value,
                        replay: match recorded.images {
                            // A fraction of images, which rounding has made none of.
                            Some(images) => (replay * images).round(),
                            None => replay,
                        },
                        counted: recorded.images.is_some(),
                        allowed,
                    })
                });
                replayed.extend(judged);
            }
            let mut values = recorded(experiment.id, key, experiment.metric, planned.full_epochs);
            values.retain(|recorded| recorded.epoch < epochs);
            arms.push(ArmCurves {
                label: planned.arm.label,
                key,
                recorded: values,
                seeds: of(&planned.seed_trials),
                replay: of(planned.replay_trial.as_slice()).pop(),
                replayed,
                epochs,
                train_size: planned.arm.spec.train_size,
            });
        }
        Ok(arms)
    }

    /// The author's value after the last epoch.
    pub(super) fn book_last(&self) -> Option<f64> {
        self.recorded.last().filter(|last| last.epoch + 1 == self.epochs).map(|last| last.metric())
    }

    /// The author's curve, as far as it has no gap.
    pub(super) fn book(&self) -> Vec<f64> {
        curve(&self.recorded)
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
        let compare = |recorded: &Recorded| {
            let (sample, diverged) = self.sample(recorded.epoch);
            Comparison {
                arm: self.label,
                quantity: format!("{} at epoch {}", metric_words(experiment), recorded.epoch),
                book: recorded.metric(),
                replay: self.replay.as_ref().and_then(|curve| curve.at(recorded.epoch)),
                sample,
                diverged,
            }
        };
        self.recorded.iter().map(compare).collect()
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
            None => (behaviour.measure)(&arm.book()),
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
