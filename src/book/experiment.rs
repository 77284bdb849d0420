use super::{Claim, Earlier, Finding, Replay};
use crate::data::Dataset;
use crate::figure::Chart;
use crate::train::{Metric, TrainingSpec};

/// An experiment of the book, declared as data.
#[derive(Debug)]
pub struct Experiment {
    /// The name on the command line.
    pub id: &'static str,
    /// A heading.
    pub title: &'static str,
    /// What the book claims, in our words.
    pub claim: &'static str,
    /// The groups that it belongs to besides its chapter.
    pub groups: &'static [&'static str],
    /// What is done.
    pub kind: Kind,
}

/// What an experiment does.
#[derive(Debug)]
pub enum Kind {
    /// Networks are trained, every arm with the same seeds.
    Trained(Trained),
    /// Something is computed from the data, or from nothing; there is no chance in it.
    Computed(fn(&Dataset) -> Computed),
}

/// What was computed.
#[derive(Debug)]
pub struct Computed {
    /// What it was computed from, in one line.
    pub subtitle: String,
    /// The numbers of the book beside ours.
    pub findings: Vec<Finding>,
    /// The figure.
    pub figure: Chart,
}

/// What is trained, what is claimed of it, and how it is drawn.
#[derive(Debug)]
pub struct Trained {
    /// The settings that are compared, in the order of the author's program.
    pub arms: fn() -> Vec<Arm>,
    /// What is monitored of every arm, and compared with what the author recorded.
    pub monitors: &'static [Metric],
    /// After every how many epochs, and after the last one.
    pub monitor_every: usize,
    /// The figure: a panel for each of these, with the label of its vertical axis.
    pub panels: &'static [Panel],
    /// What they are drawn against.
    pub against: Against,
    /// What the book says besides the values of curves that its author recorded.
    pub claims: &'static [Claim],
    /// What to say of the replay of the author's run; `None` where it cannot be replayed.
    pub replay_note: Option<&'static str>,
}

/// One of the plots of a figure.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// What is drawn.
    pub metric: Metric,
    /// The label of the vertical axis.
    pub label: &'static str,
    /// The first epoch that is shown, where the book leaves out the beginning.
    pub from: usize,
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
    /// Its name in the column `arm` of the table of the book's numbers: `eta=0.25`.
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
