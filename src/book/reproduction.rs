use super::curves::ArmCurves;
use super::experiment::{Kind, Trained};
use super::summary::Summary;
use super::{Arm, Experiment};
use crate::data::Dataset;
use crate::figure::Theme;
use crate::files::{AtomicFile, WriteError, commit_together};
use crate::results::{EpochTable, PROVENANCE_FILE, Provenance, ReadError, Trial};
use crate::sweep::{
    GridText, Reproduced, Sessions, Sweep, SweepDirectory, SweepError, SweepSpec, seed_text,
};
use crate::train::settings::given;
use crate::train::{Generator, Monitors, Precision, TrainingSpec};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The seed of the author's programs.
const AUTHOR_SEED: u64 = 12_345_678;

/// What a run of an experiment is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The number of seeds, 1, 2, …
    pub seeds: usize,
    /// Whether to replay the author's run.
    pub exact: bool,
    /// Whether to train only a few epochs, to see it work.
    pub quick: bool,
}

impl Form {
    /// The number of seeds if nobody says how many.
    pub const SEEDS: usize = 10;
    /// That of a quick run.
    pub const QUICK_SEEDS: usize = 2;
}

/// The epochs of a quick run.
const QUICK_EPOCHS: usize = 3;

/// An experiment with trainings made concrete: its trials, and what belongs to which arm.
#[derive(Debug)]
pub struct Reproduction {
    pub(super) experiment: &'static Experiment,
    pub(super) trained: &'static Trained,
    pub(super) arms: Vec<PlannedArm>,
    pub(super) seeds: usize,
    pub(super) exact: bool,
    pub(super) quick: bool,
    images: usize,
    trials: Vec<Trial>,
    spec: SweepSpec,
}

/// An arm with the ids of its trials.
#[derive(Debug)]
pub(super) struct PlannedArm {
    pub arm: Arm,
    pub seed_trials: Vec<String>,
    pub replay_trial: Option<String>,
    /// The epochs of the author's run, of which a quick one trains fewer.
    pub full_epochs: usize,
    /// The weights and biases of the network.
    pub parameters: usize,
}

/// A reproduction that could not be made.
#[derive(Debug, Error)]
pub enum ReproductionError {
    /// The author's run of this experiment cannot be replayed.
    #[error("{0} cannot be replayed: the author's program sets no seed")]
    NoReplay(&'static str),
    /// Nothing is trained, so that there is nothing to replay or shorten, and there are no seeds.
    #[error("{0} trains nothing: expected none of --exact, --quick, --seeds and --shard")]
    NotTrained(&'static str),
    /// The results were made by a version that trains otherwise.
    #[error("{0} holds other trainings than this version makes: run its command again")]
    OtherTrials(PathBuf),
    /// The directory holds something else.
    #[error("{0}: holds the results of something else; choose another directory")]
    Foreign(PathBuf),
    /// A result could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The results could not be read back.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The trainings could not be run.
    #[error(transparent)]
    Sweep(#[from] SweepError),
}

/// What [`Reproduction::write`] made.
#[derive(Debug)]
pub struct Written {
    /// The report for the terminal.
    pub terminal: String,
    /// The verdict in a few words.
    pub verdict: String,
    /// The files.
    pub files: Vec<PathBuf>,
}

impl Reproduction {
    /// Plans an experiment on MNIST; `None` if it trains nothing.
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
        settings: Form,
        data: &Dataset,
    ) -> Result<Option<Self>, ReproductionError> {
        let Kind::Trained(trained) = &experiment.kind else { return Ok(None) };
        let Form { seeds, exact, quick } = settings;
        if exact && trained.replay_note.is_none() {
            return Err(ReproductionError::NoReplay(experiment.id));
        }
        let (mut trials, mut arms, mut grids) = (Vec::new(), Vec::new(), Vec::new());
        for mut arm in (trained.arms)() {
            arm.spec.monitors = Monitors::from_iter(trained.monitors.iter().copied());
            arm.spec.monitor_every = trained.monitor_every;
            let full_epochs = arm.spec.epochs;
            if quick {
                arm.spec.epochs = QUICK_EPOCHS;
            }
            let author = TrainingSpec {
                precision: Precision::F64,
                rng: Generator::Author,
                earlier_networks: arm.earlier.networks,
                earlier_epochs: arm.earlier.epochs,
                earlier_draws: arm.earlier.draws,
                ..arm.spec.clone()
            };
            let mut plan = |spec: &TrainingSpec, seeds: &[u64]| -> Vec<String> {
                if !seeds.is_empty() {
                    grids.push(grid(spec, seeds));
                }
                let trial = |&seed: &u64| Trial::new(TrainingSpec { seed, ..spec.clone() }, data);
                trials.extend(seeds.iter().map(trial));
                trials[trials.len() - seeds.len()..].iter().map(|trial| trial.id.clone()).collect()
            };
            let replay_trial = if exact { plan(&author, &[AUTHOR_SEED]).pop() } else { None };
            let seeded = !exact || arm.replay.needs_seeds(arm.spec.epochs);
            let seeds: Vec<u64> = (1..=if seeded { seeds as u64 } else { 0 }).collect();
            let seed_trials = plan(&arm.spec, &seeds);
            let parameters = arm.spec.architecture(data).parameters();
            arms.push(PlannedArm { arm, seed_trials, replay_trial, full_epochs, parameters });
        }
        let columns: Vec<&str> = trained.monitors.iter().map(|metric| metric.column()).collect();
        let spec = SweepSpec {
            experiment: Some(Reproduced::new(arguments(experiment, settings))),
            monitor: columns.join(","),
            monitor_every: crate::sweep::every(trained.monitor_every),
            grids,
            ..SweepSpec::default()
        };
        let images = data.training.len();
        Ok(Some(Self { experiment, trained, arms, seeds, exact, quick, images, trials, spec }))
    }

    /// The names of the files that [`write`](Self::write) makes.
    pub const FILES: [&str; 5] =
        ["trials.csv", "epochs.csv", "figure.svg", "summary.md", PROVENANCE_FILE];

    /// The trials.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// `full`, `quick`, `exact` or `exact quick`.
    pub fn form(&self) -> String {
        self.spec.experiment.as_ref().map_or(String::new(), Reproduced::form)
    }

    /// The sweep that trains what is missing in a directory.
    ///
    /// # Errors
    ///
    /// When the directory holds something else.
    pub fn sweep<'a>(
        &self,
        directory: &Path,
        data: &'a Dataset,
    ) -> Result<Sweep<'a>, ReproductionError> {
        refuse_foreign(directory, self.experiment, &self.form())?;
        Ok(Sweep::new(SweepDirectory::new(directory), &self.spec, false, data)?)
    }

    /// Writes the results of a sweep whose trials are all done: the CSV files and, made from these
    /// alone, the figure and the summary. All of them take their places together.
    ///
    /// # Errors
    ///
    /// When a trial is not done, or a file cannot be written.
    pub fn write(&self, sweep: &Sweep) -> Result<Written, ReproductionError> {
        let directory = sweep.directory();
        let _lock = directory.lock()?;
        let files = Self::FILES.map(|name| directory.path().join(name));
        let [_, _, figure, summary_file, _] = &files;
        let mut tables = sweep.tables()?;
        let epochs = tables.unfinished_epochs()?;
        let provenance = Sessions::provenance(directory, sweep.spec())?;
        let arms = ArmCurves::collect(self, &EpochTable::read(&epochs)?)?;
        let drawn = super::figure::draw(self, &arms).to_svg_in(Theme::Light);
        let summary = Summary::new(self, &arms);
        let note = self.trained.replay_note.filter(|_| self.exact);
        let set_up = format!("{} {}", self.subtitle(), self.footnote());
        let text = summary.to_markdown(self.experiment, &set_up, note, self.quick);
        let mut more = vec![provenance];
        for (path, text) in [(figure, drawn), (summary_file, text)] {
            more.push(AtomicFile::with(path, text.as_bytes())?);
        }
        tables.commit_with(more)?;
        Ok(Written {
            terminal: summary.to_terminal(self.quick),
            verdict: summary.in_short(),
            files: files.into(),
        })
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

/// The seeds of one setting as a grid of a sweep.
fn grid(spec: &TrainingSpec, seeds: &[u64]) -> GridText {
    let mut grid = GridText::default();
    grid.axes.extend(given(spec).map(|(name, value)| (name.into(), value)));
    grid.axes.insert("seed".into(), seed_text(seeds));
    grid
}

/// What `nablab reproduce` is given to make an experiment.
fn arguments(experiment: &Experiment, settings: Form) -> String {
    let mut text = experiment.id.to_string();
    for (flag, is_set) in [(" --exact", settings.exact), (" --quick", settings.quick)] {
        text += if is_set { flag } else { "" };
    }
    if !settings.quick && settings.seeds != Form::SEEDS {
        text += &format!(" --seeds {}", settings.seeds);
    }
    text
}

/// Where the results of an experiment go if nobody says where: `results/ID`, or a directory inside it
/// for quick and exact runs, so that they never replace the full one.
pub fn default_directory(experiment: &Experiment, settings: Form) -> PathBuf {
    let mut directory = Path::new("results").join(experiment.id);
    for (name, is_set) in [("exact", settings.exact), ("quick", settings.quick)] {
        if is_set {
            directory.push(name);
        }
    }
    directory
}

/// Results of the same form of this experiment may be replaced, since the same command makes them
/// again; others may not.
fn refuse_foreign(
    directory: &Path,
    experiment: &Experiment,
    form: &str,
) -> Result<(), ReproductionError> {
    let ours = Some((experiment.id.to_string(), form.to_string()));
    let is_there = Reproduction::FILES.iter().any(|name| directory.join(name).exists());
    match is_there && Provenance::of_directory(directory) != ours {
        true => Err(ReproductionError::Foreign(directory.into())),
        false => Ok(()),
    }
}

/// Computes an experiment that trains nothing, and writes its figure and its summary; `None` if it
/// trains.
///
/// # Errors
///
/// When the directory holds something else, or a file cannot be written.
pub fn compute(
    experiment: &'static Experiment,
    directory: &Path,
    data: &Dataset,
) -> Result<Option<Written>, ReproductionError> {
    let Kind::Computed(compute) = &experiment.kind else { return Ok(None) };
    refuse_foreign(directory, experiment, "full")?;
    let names = ["figure.svg", "summary.md", PROVENANCE_FILE];
    crate::files::prepare_directory(directory, &names)?;
    let mut provenance =
        Provenance::new(experiment.id, "full", data, crate::simd::SimdLevel::best());
    let computed = compute(data);
    provenance.finish(0, 0.0);
    let files = names.map(|name| directory.join(name));
    let svg = computed.figure.to_svg_in(Theme::Light);
    let summary = Summary::computed(computed.findings);
    let text = summary.to_markdown(experiment, &computed.subtitle, None, false);
    commit_together([
        provenance.file(&files[2])?,
        AtomicFile::with(&files[0], svg.as_bytes())?,
        AtomicFile::with(&files[1], text.as_bytes())?,
    ])?;
    let (terminal, verdict) = (summary.to_terminal(false), summary.in_short());
    Ok(Some(Written { terminal, verdict, files: files.into() }))
}
