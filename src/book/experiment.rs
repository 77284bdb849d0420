use super::chapter3;
use crate::nearest::nearest;
use crate::train::{Metric, TrainingSpec};
use thiserror::Error;

/// An experiment of the book, declared as data.
#[derive(Debug)]
pub struct Experiment {
    /// The name on the command line.
    pub id: &'static str,
    /// A heading.
    pub title: &'static str,
    /// What the book claims, in our words.
    pub claim: &'static str,
    /// How long the default run takes.
    pub takes: &'static str,
    /// What is trained, in the order of the author's program.
    pub arms: fn() -> Vec<Arm>,
    /// Whether it is trained with many seeds too, or so far only replayed (`--exact`).
    pub seeded: bool,
    /// What is plotted and compared with the seeds.
    pub metric: Metric,
    /// What is recorded of every arm and compared with the replay: the metric above, and others.
    pub monitors: &'static [Metric],
    /// What the metric is plotted against.
    pub against: Against,
    /// The label of the figure's vertical axis.
    pub axis: &'static str,
    /// Statements about the shape of the curves.
    pub behaviours: &'static [Behaviour],
    /// What to say of the replay of the author's run; `None` where it cannot be replayed.
    pub replay_note: Option<&'static str>,
}

/// What the horizontal axis of a figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The epoch: a curve an arm.
    Epoch,
    /// The number of training images: one curve through the last values of all arms.
    TrainSize,
}

/// One of the settings that an experiment compares.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The beginning of its quantities in the table of the book's numbers: `eta=0.25`.
    pub key: &'static str,
    /// Its name in figures: `η = 0.25`.
    pub label: &'static str,
    /// What is trained; the seed is set by the run.
    pub spec: TrainingSpec,
    /// How far the author's run can be replayed.
    pub replay: Replay,
    /// What his program had drawn before it came to this arm.
    pub earlier: Earlier,
}

/// The random numbers that the author's program had used up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Earlier {
    /// See [`TrainingSpec::earlier_networks`].
    pub networks: usize,
    /// See [`TrainingSpec::earlier_epochs`].
    pub epochs: usize,
    /// See [`TrainingSpec::earlier_draws`].
    pub draws: usize,
}

/// How far the author's run of an arm can be replayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Replay {
    /// To the last digits: costs to a relative 1e-12, numbers of images exactly.
    Exact,
    /// With rounding differences that grow: costs up to each of some epochs (exclusive) to a relative
    /// difference, numbers of images as long to within a number. What comes later is not judged.
    Near {
        /// (epoch, relative difference), epochs ascending.
        costs: &'static [(usize, f64)],
        /// Images.
        images: f64,
    },
    /// Only its beginning: training amplifies rounding differences to order 1, so that the rest is
    /// one more random run.
    Chaotic,
}

impl Replay {
    /// How far a replayed value may be off at an epoch; `None` where it is not judged.
    pub(super) fn allows(self, epoch: usize) -> Option<Allowed> {
        match self {
            Self::Exact => Some(Allowed { relative: 1e-12, images: 0.0 }),
            Self::Near { costs, images } => {
                let &(_, relative) = costs.iter().find(|&&(end, _)| epoch < end)?;
                Some(Allowed { relative, images })
            }
            Self::Chaotic => None,
        }
    }

    /// Whether some epochs of a training cannot be replayed, and need seeds to be judged by.
    pub(super) fn needs_seeds(self, epochs: usize) -> bool {
        epochs > 0 && self.allows(epochs - 1).is_none()
    }
}

/// The largest differences between a replayed value and the author's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowed {
    /// Of costs, relative.
    pub relative: f64,
    /// Of numbers of images.
    pub images: f64,
}

/// A statement about the shape of a curve, made measurable.
#[derive(Debug, Clone, Copy)]
pub struct Behaviour {
    /// The [key](Arm::key) of the arm it is about.
    pub arm: &'static str,
    /// What is measured.
    pub quantity: &'static str,
    /// The quantity under which the book prints the number; `None` where it is measured on the
    /// author's recorded curve.
    pub printed: Option<&'static str>,
    /// The measurement, on the values of one curve by epoch.
    pub measure: fn(&[f64]) -> f64,
}

/// Every experiment, in the order of the book.
pub fn experiments() -> &'static [Experiment] {
    &chapter3::EXPERIMENTS
}

/// A name that no experiment has.
#[derive(Debug, Error)]
#[error("there is no experiment '{id}'; {hint}")]
pub struct UnknownExperiment {
    id: String,
    hint: String,
}

/// The experiment of a name.
///
/// # Errors
///
/// When there is none; the message suggests the nearest name.
pub fn find(id: &str) -> Result<&'static Experiment, UnknownExperiment> {
    if let Some(experiment) = experiments().iter().find(|e| e.id == id) {
        return Ok(experiment);
    }
    let nearest = nearest(id, experiments().iter().map(|e| e.id));
    Err(UnknownExperiment {
        id: id.into(),
        hint: match nearest {
            Some(nearest) => format!("did you mean '{nearest}'?"),
            None => "'nablab reproduce --list' shows all".into(),
        },
    })
}
