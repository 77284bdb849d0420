use super::claim::SINGLE_RUN;
use super::{Claim, Computed, Earlier, Numbers, Panel, Replay, Rule, Supplement};
use crate::data::Dataset;
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
    /// Whether it takes so long that a group leaves it out unless it is asked for.
    pub long: bool,
    /// What is done.
    pub kind: Kind,
}

/// What an experiment does.
#[derive(Debug)]
pub enum Kind {
    /// Networks are trained, every arm with the same seeds.
    Trained(Trained),
    /// Networks are trained for hours, and asked for more than the curves of [`Trained`] have: what each of them gives is
    /// kept in a file as soon as it is there.
    Networks {
        /// What is trained.
        specs: fn() -> Vec<TrainingSpec>,
        /// Trains one of them: what is kept.
        train: fn(&Dataset, &TrainingSpec) -> Numbers,
        /// Makes of all that was kept, in the order of the specifications, the numbers that become `numbers.csv`.
        unite: fn(&Dataset, &[Numbers]) -> Numbers,
        /// What they say.
        judge: fn(&Numbers) -> Computed,
    },
    /// Something is computed from the data, or from nothing.
    Computed {
        /// Computes its numbers, which become `numbers.csv`.
        compute: fn(&Dataset) -> Numbers,
        /// What they say.
        judge: fn(&Numbers) -> Computed,
    },
}

/// What is trained, what is claimed of it, and how it is drawn.
#[derive(Debug)]
pub struct Trained {
    /// The settings that are compared, in the order of the author's program.
    pub arms: fn() -> Vec<Arm>,
    /// How many seeds every arm is trained with if nobody says how many.
    pub seeds: usize,
    /// What is monitored of every arm, and compared with what the author recorded.
    pub monitors: &'static [Metric],
    /// After every how many epochs, and after the last one.
    pub monitor_every: usize,
    /// Whether the metrics are monitored before the first epoch too.
    pub monitor_start: bool,
    /// Whether the layers are measured too.
    pub monitor_layers: bool,
    /// The figure: one for each of these.
    pub panels: &'static [Panel],
    /// What the book says besides the values of curves that its author recorded.
    pub claims: &'static [Claim],
    /// What is made of one of the trained networks besides.
    pub supplement: Option<Supplement>,
    /// What a reader should know of the outcome; empty for nothing.
    pub remark: &'static str,
    /// What to say of the replay of the author's run; `None` where it cannot be replayed.
    pub replay_note: Option<&'static str>,
}

impl Trained {
    /// What most experiments have in common.
    pub const BASE: Self = Self {
        arms: Vec::new,
        seeds: 10,
        monitors: &[Metric::ValidationAccuracy],
        monitor_every: 1,
        monitor_start: false,
        monitor_layers: false,
        panels: &[],
        claims: &[],
        supplement: None,
        remark: "",
        replay_note: None,
    };
}

/// One of the settings that an experiment compares.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The experiment under which the table of the book's numbers has it; empty for the one that it is an arm of.
    pub of: &'static str,
    /// Its name in the column `arm` of that table: `eta=0.25`; unique within the experiment.
    pub key: &'static str,
    /// Its name in figures: `η = 0.25`.
    pub label: &'static str,
    /// What is trained; the seed is set by the run.
    pub spec: TrainingSpec,
    /// What the values that the author recorded are judged by.
    pub rule: Rule,
    /// How far the author's run can be replayed.
    pub replay: Replay,
    /// What his program had drawn before it came to this arm.
    pub earlier: Earlier,
}

impl Arm {
    /// An arm that cannot be replayed.
    pub fn new(key: &'static str, label: &'static str, spec: TrainingSpec) -> Self {
        let (replay, earlier) = (Replay::Chaotic, Earlier::default());
        Self { of: "", key, label, spec, rule: SINGLE_RUN, replay, earlier }
    }

    /// An arm that is an experiment of its own in the table of the book's numbers, where it has no name.
    pub fn of(id: &'static str, label: &'static str, spec: TrainingSpec) -> Self {
        Self { of: id, ..Self::new(id, label, spec) }
    }

    /// The names of the experiment and of the arm in the table of the book's numbers.
    pub(super) fn reference(&self, experiment: &'static str) -> (&'static str, &'static str) {
        match self.of {
            "" => (experiment, self.key),
            of => (of, if self.key == of { "" } else { self.key }),
        }
    }
}
