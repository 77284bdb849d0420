use super::judge::ArmCurves;
use super::summary::Summary;
use super::{Arm, Experiment};
use crate::data::Dataset;
use crate::files::{AtomicFile, WriteError};
use crate::report::{EpochTable, ReadError};
use crate::sweep::{PROVENANCE_FILE, Provenance, ResultFiles, Trial, TrialResult};
use crate::train::{Generator, Monitors, Precision, TrainingSpec};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The seed of the author's programs.
const AUTHOR_SEED: u64 = 12_345_678;

/// What a run of an experiment is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The number of seeds, 1, 2, …
    pub seeds: usize,
    /// Whether to replay the author's run.
    pub exact: bool,
    /// Whether to train only a few epochs, to see it work.
    pub quick: bool,
}

/// The epochs of a quick run.
const QUICK_EPOCHS: usize = 3;

/// An experiment made concrete: its trials, and what belongs to which arm.
#[derive(Debug)]
pub struct Reproduction {
    pub(super) experiment: &'static Experiment,
    pub(super) arms: Vec<PlannedArm>,
    pub(super) seeds: usize,
    pub(super) exact: bool,
    pub(super) quick: bool,
    images: usize,
    trials: Vec<Trial>,
}

/// An arm with the ids of its trials.
#[derive(Debug)]
pub(super) struct PlannedArm {
    pub arm: Arm,
    pub seed_trials: Vec<String>,
    pub replay_trial: Option<String>,
    /// The epochs of the author's run, of which a quick one trains fewer.
    pub full_epochs: usize,
}

/// A reproduction that could not be written.
#[derive(Debug, Error)]
pub enum ReproductionError {
    /// The author's run of this experiment cannot be replayed.
    #[error("{0} cannot be replayed: the author's program sets no seed")]
    NoReplay(&'static str),
    /// The experiment is so far only replayed.
    #[error("{0} has only the author's run so far: add --exact to replay it")]
    OnlyReplay(&'static str),
    /// The results were made by a version that trains otherwise.
    #[error("{0} holds other trainings than this version makes: run its command again")]
    OtherTrials(PathBuf),
    /// A result could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The results could not be read back.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// What [`Reproduction::write`] made.
#[derive(Debug)]
pub struct Written {
    /// The report for the terminal.
    pub terminal: String,
    /// The files.
    pub files: Vec<PathBuf>,
}

impl Reproduction {
    /// Plans an experiment on MNIST.
    ///
    /// By default every arm is trained with every seed, in f32. An exact run replays every arm of
    /// the author's program in f64, and trains with the seeds only the arms that cannot be
    /// replayed to the end.
    ///
    /// # Errors
    ///
    /// When an exact run is asked of an experiment that has none.
    pub fn plan(
        experiment: &'static Experiment,
        settings: Settings,
        data: &Dataset,
    ) -> Result<Self, ReproductionError> {
        let Settings { seeds, exact, quick } = settings;
        if exact && experiment.replay_note.is_none() {
            return Err(ReproductionError::NoReplay(experiment.id));
        }
        if !exact && !experiment.seeded {
            return Err(ReproductionError::OnlyReplay(experiment.id));
        }
        let mut trials = Vec::new();
        let mut arms = Vec::new();
        for mut arm in (experiment.arms)() {
            arm.spec.monitors = Monitors::from_iter(experiment.monitors.iter().copied());
            let full_epochs = arm.spec.epochs;
            if quick {
                arm.spec.epochs = QUICK_EPOCHS;
            }
            let author = TrainingSpec {
                precision: Precision::F64,
                generator: Generator::Author,
                seed: AUTHOR_SEED,
                earlier_networks: arm.earlier.networks,
                earlier_epochs: arm.earlier.epochs,
                earlier_draws: arm.earlier.draws,
                ..arm.spec.clone()
            };
            let mut plan = |spec| {
                let trial = Trial::new(spec, data);
                let id = trial.id.clone();
                trials.push(trial);
                id
            };
            // The longest trials first.
            let replay_trial = exact.then(|| plan(author));
            let seeded = !exact || arm.replay.needs_seeds(arm.spec.epochs);
            let seeds = 1..=if seeded { seeds as u64 } else { 0 };
            let spec = |seed| TrainingSpec { seed, ..arm.spec.clone() };
            let seed_trials = seeds.map(|seed| plan(spec(seed))).collect();
            arms.push(PlannedArm { arm, seed_trials, replay_trial, full_epochs });
        }
        let images = data.training.len();
        Ok(Self { experiment, arms, seeds, exact, quick, images, trials })
    }

    /// The names of the files that [`write`](Self::write) makes.
    pub const FILES: [&str; 5] =
        ["trials.csv", "epochs.csv", "figure.svg", "summary.md", PROVENANCE_FILE];

    /// The trials to run.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The number of epochs of all trials together.
    pub fn epochs(&self) -> usize {
        self.trials.iter().map(|trial| trial.spec.epochs).sum()
    }

    /// `full`, `quick`, `exact` or `exact quick`.
    pub fn form(&self) -> &'static str {
        match (self.exact, self.quick) {
            (false, false) => "full",
            (false, true) => "quick",
            (true, false) => "exact",
            (true, true) => "exact quick",
        }
    }

    /// Where the results go if the user does not say: `results/ID`, or a directory inside it for
    /// quick and exact runs, so that they never replace the full one.
    pub fn default_directory(&self) -> PathBuf {
        let mut directory = Path::new("results").join(self.experiment.id);
        if self.exact {
            directory.push("exact");
        }
        if self.quick {
            directory.push("quick");
        }
        directory
    }

    /// Writes the results into a directory: the CSV files and, made from these alone, the figure and
    /// the summary. All of them take their places together.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn write(
        &self,
        directory: &Path,
        results: &[TrialResult],
        provenance: &Provenance,
    ) -> Result<Written, ReproductionError> {
        let files = Self::FILES.map(|name| directory.join(name));
        let [_, _, figure, summary_file, provenance_file] = &files;
        let mut tables = ResultFiles::create(directory)?;
        for result in results {
            tables.push(result)?;
        }
        let mut tables = tables.finish()?;
        let epochs = tables.unfinished_epochs()?;
        let provenance = provenance.file(provenance_file)?;
        let made = (|| {
            let arms = ArmCurves::collect(self, &EpochTable::read(&epochs)?)?;
            let drawn = super::figure::draw(self, &arms).to_svg();
            let summary = Summary::new(self, &arms);
            let made = [(figure, drawn), (summary_file, summary.to_markdown(self))];
            Ok::<_, ReproductionError>((made, summary.to_terminal(self)))
        })();
        match made {
            Ok((made, terminal)) => {
                let mut more = vec![provenance];
                for (path, text) in made {
                    more.push(AtomicFile::with(path, text.as_bytes())?);
                }
                tables.commit_with(more)?;
                Ok(Written { terminal, files: files.into() })
            }
            // What was trained is not lost for a figure.
            Err(error) => {
                tables.commit_with([provenance])?;
                Err(error)
            }
        }
    }

    /// What was trained, in one line.
    pub(super) fn subtitle(&self) -> String {
        let Some(planned) = self.arms.first() else {
            return String::new();
        };
        let spec = &planned.arm.spec;
        let plural = if self.seeds == 1 { "seed" } else { "seeds" };
        let runs = match self.exact {
            true => "the author's seeded run in f64".to_string(),
            false => format!("{} {plural}, {}", self.seeds, spec.precision.name()),
        };
        let quick = if self.quick { " Quick look." } else { "" };
        format!(
            "MNIST, {} training images, network 784-{}-10, {}, mini-batch {}, λ = {}; {runs}.{quick}",
            self.range(|spec| spec.train_size.unwrap_or(self.images) as f64),
            spec.hidden_name().replace('x', "-"),
            spec.cost.name(),
            spec.batch_size,
            self.range(|spec| spec.lambda),
        )
    }

    /// A number of the arms, `5`, or from the first to the last: `100 to 50000`.
    fn range(&self, number: impl Fn(&TrainingSpec) -> f64) -> String {
        let of = |planned: Option<&PlannedArm>| planned.map_or(f64::NAN, |p| number(&p.arm.spec));
        match (of(self.arms.first()), of(self.arms.last())) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first} to {last}"),
        }
    }

    /// What a seed changes, and where the book's numbers come from.
    pub(super) fn footnote(&self) -> String {
        let seeds = match self.exact {
            true if self.arms.iter().all(|arm| arm.seed_trials.is_empty()) => {
                "No other seeds: the author's run is replayed to the end."
            }
            true => "Seeds only where the author's run cannot be replayed to the end.",
            false => "A seed sets the initial weights and the order of the images.",
        };
        format!("{seeds} The book's curves are single runs recorded by its author.")
    }
}
