use super::curves::ArmCurves;
use super::experiment::{Kind, Trained};
use super::numbers::{NUMBERS_FILE, Numbers};
use super::summary::Summary;
use super::{Arm, Computed, Experiment, Supplement, references};
use crate::data::Dataset;
use crate::figure::Theme;
use crate::files::{AtomicFile, WriteError, commit_together, write_atomically};
use crate::input::{read_bytes, read_text};
use crate::nn::{Activation, Initialiser};
use crate::results::{EpochTable, PROVENANCE_FILE, Provenance, ReadError, Trial};
use crate::sweep::{
    GridText, Reproduced, Sessions, Sweep, SweepDirectory, SweepError, SweepSpec, seed_text,
};
use crate::train::settings::{SETTINGS, cells, exact, given};
use crate::train::{Generator, Monitors, Order, Precision, TrainingSpec};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::time::Instant;
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

/// The seed of the author's programs.
const AUTHOR_SEED: u64 = 12_345_678;

/// What a run of an experiment is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The number of seeds, 1, 2, …; `None` for the number that the experiment asks for.
    pub seeds: Option<usize>,
    /// Whether to replay the author's run.
    pub exact: bool,
    /// Whether to train only a few epochs, to see it work.
    pub quick: bool,
}

impl Form {
    /// The whole experiment.
    pub const FULL: Self = Self { seeds: None, exact: false, quick: false };
}

/// Files that are made of CSV files alone: names and contents.
pub(super) type Documents = Vec<(String, String)>;

/// The epochs of a quick run.
const QUICK_EPOCHS: usize = 3;
/// Its seeds.
const QUICK_SEEDS: usize = 2;

/// An experiment with trainings made concrete: its trials, and what belongs to which arm.
#[derive(Debug)]
pub struct Reproduction {
    pub(super) experiment: &'static Experiment,
    pub(super) trained: &'static Trained,
    pub(super) arms: Vec<PlannedArm>,
    pub(super) seeds: usize,
    pub(super) exact: bool,
    pub(super) quick: bool,
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
    /// The images that it is trained on.
    pub images: usize,
    /// Its layers, inputs first: `784-30-10`.
    pub network: String,
}

/// A reproduction that could not be made.
#[derive(Debug, Error)]
pub enum ReproductionError {
    /// The author's run of this experiment cannot be replayed.
    #[error("{0} cannot be replayed: the author's program sets no seed")]
    NoReplay(&'static str),
    /// It is computed as a whole, so that there is nothing to replay, to shorten or to share.
    #[error("{0} is computed as a whole: expected none of --exact, --quick, --seeds and --shard")]
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
        let seeds = if quick { QUICK_SEEDS } else { seeds.unwrap_or(trained.seeds) };
        if exact && trained.replay_note.is_none() {
            return Err(ReproductionError::NoReplay(experiment.id));
        }
        let (mut trials, mut arms, mut grids) = (Vec::new(), Vec::new(), Vec::new());
        for mut arm in (trained.arms)() {
            arm.spec.monitors = Monitors::from_iter(trained.monitors.iter().copied());
            arm.spec.monitor_every = trained.monitor_every;
            arm.spec.monitor_start = trained.monitor_start;
            arm.spec.monitor_layers = trained.monitor_layers;
            let full_epochs = arm.spec.epochs;
            if quick {
                arm.spec.epochs = full_epochs.min(QUICK_EPOCHS);
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
            let architecture = arm.spec.architecture(data);
            let (parameters, network) = (architecture.parameters(), architecture.name());
            let [images, ..] = arm.spec.images(data);
            arms.push(PlannedArm {
                arm,
                seed_trials,
                replay_trial,
                full_epochs,
                parameters,
                images,
                network,
            });
        }
        let columns: Vec<&str> = trained.monitors.iter().map(|metric| metric.column()).collect();
        let spec = SweepSpec {
            experiment: Some(Reproduced::new(arguments(experiment, trained, settings))),
            monitor: columns.join(","),
            monitor_every: crate::sweep::every(trained.monitor_every),
            monitor_start: trained.monitor_start,
            monitor_layers: trained.monitor_layers,
            grids,
            ..SweepSpec::default()
        };
        Ok(Some(Self { experiment, trained, arms, seeds, exact, quick, trials, spec }))
    }

    /// The names of the files that [`write`](Self::write) makes of every experiment.
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
    pub fn write(&self, sweep: &Sweep, data: &Dataset) -> Result<Written, ReproductionError> {
        let directory = sweep.directory();
        let _lock = directory.lock()?;
        let mut tables = sweep.tables()?;
        let epochs = tables.unfinished_epochs()?;
        let layers = tables.unfinished_layers()?;
        let layers = layers.map(|path| EpochTable::read(&path)).transpose()?;
        let provenance = Sessions::provenance(directory, sweep.spec())?;
        let arms = ArmCurves::collect(self, &EpochTable::read(&epochs)?, layers.as_ref())?;
        let summary = Summary::new(self, &arms);
        let supplement = self.trained.supplement.filter(|_| !self.quick);
        let supplement = supplement.and_then(|more| Some((more, more.make(self, &arms, data)?)));
        let mut texts = self.documents(&arms, &summary, supplement.as_ref());
        texts.extend(supplement.map(|(supplement, csv)| (supplement.csv(), csv)));
        let mut files: Vec<PathBuf> =
            Self::FILES.iter().map(|name| directory.path().join(name)).collect();
        let mut more = vec![provenance];
        for (name, text) in texts {
            let path = directory.path().join(name);
            more.push(AtomicFile::with(&path, text.as_bytes())?);
            if !files.contains(&path) {
                files.push(path);
            }
        }
        tables.commit_with(more)?;
        Ok(Written {
            terminal: summary.to_terminal(self.quick),
            verdict: summary.in_short(),
            files,
        })
    }

    /// What is made of the CSV files alone: names and contents of the figures and of the summary.
    pub(super) fn documents(
        &self,
        arms: &[ArmCurves],
        summary: &Summary,
        supplement: Option<&(Supplement, String)>,
    ) -> Documents {
        let figure = super::figure::draw(self, arms).to_svg_in(Theme::Light);
        let mut documents = vec![("figure.svg".to_string(), figure)];
        documents.extend(supplement.map(|(more, csv)| (more.svg(), more.draw(csv))));
        let figures: Vec<&str> = documents.iter().map(|(name, _)| name.as_str()).collect();
        let note = self.trained.replay_note.filter(|_| self.exact);
        let set_up = format!("{} {} {}", self.subtitle(), self.footnote(), self.trained.remark);
        let text = summary.to_markdown(self.experiment, set_up.trim(), note, self.quick, &figures);
        documents.push(("summary.md".into(), text));
        documents
    }

    /// What was trained, in one line: what the arms have in common, and the range of what they have not.
    pub(super) fn subtitle(&self) -> String {
        let specs: Vec<&TrainingSpec> = self.arms.iter().map(|planned| &planned.arm.spec).collect();
        let Some(first) = specs.first() else { return String::new() };
        let plural = if self.seeds == 1 { "seed" } else { "seeds" };
        let runs = match self.exact {
            true => "the author's seeded run in f64".to_string(),
            false => {
                let mut precisions: Vec<&str> =
                    specs.iter().map(|spec| spec.precision.name()).collect();
                precisions.sort_unstable();
                precisions.dedup();
                format!("{} {plural}, {}", self.seeds, precisions.join(" and "))
            }
        };
        let common = |word: &dyn Fn(&TrainingSpec) -> String| {
            let first = word(first);
            specs.iter().all(|spec| word(spec) == first).then_some(first)
        };
        let number = |name: &str, number: &dyn Fn(&TrainingSpec) -> f64| {
            let ends = specs.iter().map(|spec| number(spec));
            let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
            let range = if low == high { low.to_string() } else { format!("{low} to {high}") };
            format!("{name}{range}")
        };
        let images = self.arms.iter().map(|planned| planned.images);
        let (least, most) = (images.clone().min().unwrap_or(0), images.max().unwrap_or(0));
        let images = if least == most { most.to_string() } else { format!("{least} to {most}") };
        let first = &self.arms[0].network;
        let all_equal = self.arms.iter().all(|planned| planned.network == *first);
        let network = all_equal.then(|| format!("network {first}"));
        let parts = [
            Some(format!("MNIST, {images} training images")),
            network,
            common(&|spec| spec.cost.name().into()),
            common(&|spec| match spec.activation.values() {
                [Activation::Sigmoid] => String::new(),
                _ => cell_of(spec, "activation"),
            }),
            common(&|spec| match spec.init {
                Initialiser::Large => "N(0, 1) weights".into(),
                Initialiser::Scaled => "N(0, 1/n_in) weights".into(),
                other => format!("{} weights", other.name()),
            }),
            common(&|spec| format!("η = {}", spec.eta)),
            Some(number("mini-batch ", &|spec| spec.batch_size as f64)),
            common(&|spec| match spec.order {
                Order::Shuffled => String::new(),
                Order::Once => "images shuffled once".into(),
                Order::File => "images in the order of the file".into(),
            }),
            Some(number("λ = ", &|spec| spec.lambda)),
            Some(match number("", &|spec| spec.epochs as f64).as_str() {
                "1" => "1 epoch".into(),
                epochs => format!("{epochs} epochs"),
            }),
        ];
        let parts: Vec<String> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let quick = if self.quick { " Quick look." } else { "" };
        format!("{}; {runs}.{quick}", parts.join(", "))
    }

    /// What a seed changes, and where the book's numbers come from.
    pub(super) fn footnote(&self) -> String {
        let seeds = match self.exact {
            true if self.arms.iter().all(|arm| arm.seed_trials.is_empty()) => {
                "No other seeds: the author's run is replayed to the end."
            }
            true => "Seeds only where the author's run cannot be replayed to the end.",
            false if self.arms.iter().all(|planned| planned.arm.spec.order == Order::File) => {
                "A seed sets the initial weights."
            }
            false => "A seed sets the initial weights and the order of the images.",
        };
        match self.is_recorded() {
            true => format!("{seeds} The book's curves are single runs recorded by its author."),
            false => seeds.into(),
        }
    }

    /// Whether the author recorded values of what is monitored.
    fn is_recorded(&self) -> bool {
        let of = |arm: &PlannedArm| arm.arm.reference(self.experiment.id);
        let has = |(id, key)| {
            references()
                .iter()
                .any(|row| (row.id.as_str(), row.arm.as_str()) == (id, key) && row.epoch.is_some())
        };
        self.arms.iter().map(of).any(has)
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
fn arguments(experiment: &Experiment, trained: &Trained, settings: Form) -> String {
    let mut text = experiment.id.to_string();
    for (flag, is_set) in [(" --exact", settings.exact), (" --quick", settings.quick)] {
        text += if is_set { flag } else { "" };
    }
    if let (false, Some(seeds)) = (settings.quick, settings.seeds.filter(|&n| n != trained.seeds)) {
        text += &format!(" --seeds {seeds}");
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

/// A setting as CSV files have it.
fn cell_of(spec: &TrainingSpec, column: &str) -> String {
    let mut cells = SETTINGS.iter().zip(cells(spec, exact));
    let found = cells.find(|(setting, _)| setting.column == column);
    found.map_or(String::new(), |(_, cell)| cell)
}

/// Results of the same form of this experiment may be replaced, since the same command makes them
/// again; others may not.
fn refuse_foreign(
    directory: &Path,
    experiment: &Experiment,
    form: &str,
) -> Result<(), ReproductionError> {
    let ours = Some((experiment.id.to_string(), form.to_string()));
    let names = Reproduction::FILES.into_iter().chain([NUMBERS_FILE]);
    let is_there = names.into_iter().any(|name| directory.join(name).exists());
    match is_there && Provenance::of_directory(directory) != ours {
        true => Err(ReproductionError::Foreign(directory.into())),
        false => Ok(()),
    }
}

/// Computes an experiment that is no comparison of trainings, and writes its numbers and, made from these
/// alone, its figure and its summary; `None` if it is one. Numbers that this very build has made of the same
/// data are not computed again, nor, by whatever build, the parts of [`Kind::Networks`].
///
/// # Errors
///
/// When the directory holds something else, or a file cannot be written or read.
pub fn compute(
    experiment: &'static Experiment,
    directory: &Path,
    data: &Dataset,
) -> Result<Option<Written>, ReproductionError> {
    let judge = match &experiment.kind {
        Kind::Trained(_) => return Ok(None),
        Kind::Computed { judge, .. } | Kind::Networks { judge, .. } => judge,
    };
    refuse_foreign(directory, experiment, "full")?;
    let names = [NUMBERS_FILE, "figure.svg", "summary.md", PROVENANCE_FILE];
    crate::files::prepare_directory(directory, &names)?;
    let begun = Instant::now();
    let mut provenance =
        Provenance::new(experiment.id, "full", data, crate::simd::SimdLevel::best());
    let known = Known::of(&provenance);
    let numbers = match known.as_ref().and_then(|known| known.numbers(directory)) {
        Some(numbers) => numbers,
        None => match &experiment.kind {
            Kind::Networks { specs, train, unite, .. } => {
                unite(data, &networks(&specs(), *train, directory, data)?)
            }
            Kind::Computed { compute, .. } => compute(data),
            Kind::Trained(_) => unreachable!("returned above"),
        },
    };
    let computed = judge(&numbers);
    provenance.finish(0, begun.elapsed().as_secs_f64());
    let files = names.map(|name| directory.join(name));
    let summary = Summary::computed(computed.findings.clone());
    let documents = documents_of_computed(experiment, &computed, &summary);
    let csv = numbers.to_csv();
    let mut made = Vec::new();
    for (name, text) in documents {
        made.push(AtomicFile::with(&directory.join(name), text.as_bytes())?);
    }
    // The same numbers once more are no news.
    if std::fs::read(&files[0]).ok().as_ref() != Some(&csv) || !files[3].exists() {
        made.push(AtomicFile::with(&files[0], &csv)?);
        made.push(provenance.file(&files[3])?);
    }
    if let Some(known) = known {
        made.push(AtomicFile::with(&directory.join(KNOWN_FILE), known.text(&csv).as_bytes())?);
    }
    commit_together(made)?;
    let (terminal, verdict) = (summary.to_terminal(false), summary.in_short());
    Ok(Some(Written { terminal, verdict, files: files.into() }))
}

/// What is kept of each network, in their order: read from its file in the directory, or trained and written there. The
/// name of the file is the id of the training, which hashes all that decides its result.
fn networks(
    specs: &[TrainingSpec],
    train: fn(&Dataset, &TrainingSpec) -> Numbers,
    directory: &Path,
    data: &Dataset,
) -> Result<Vec<Numbers>, ReproductionError> {
    let network = |spec: &TrainingSpec| {
        let path = directory.join(format!("{}.csv", Trial::new(spec.clone(), data).id));
        if path.exists() {
            return Ok(Numbers::read(&path)?);
        }
        let numbers = train(data, spec);
        write_atomically(&path, &numbers.to_csv())?;
        Ok(numbers)
    };
    specs.par_iter().map(network).collect()
}

/// The name of the file that says which build has made the numbers beside it.
const KNOWN_FILE: &str = "computed.json";

/// What decides the numbers of an experiment that is computed: the build and the data.
#[derive(Debug)]
struct Known(String);

impl Known {
    /// `None` where the build is not known exactly: its sources had changed, or nobody knows its commit.
    fn of(provenance: &Provenance) -> Option<Self> {
        let Provenance { commit, dirty, data_sha256, .. } = provenance;
        let is_known = !dirty && commit.chars().all(|c| c.is_ascii_hexdigit());
        is_known.then(|| Self(format!("{commit} {}", data_sha256.join(" "))))
    }

    /// The numbers of a directory, if they have been made like this and nobody has touched them.
    fn numbers(&self, directory: &Path) -> Option<Numbers> {
        let csv = read_bytes(&directory.join(NUMBERS_FILE), LARGEST_NUMBERS).ok()?;
        let said = read_text(&directory.join(KNOWN_FILE), LARGEST_NUMBERS).ok()?;
        (said == self.text(&csv)).then(|| Numbers::read(&directory.join(NUMBERS_FILE)).ok())?
    }

    fn text(&self, csv: &[u8]) -> String {
        let json =
            serde_json::json!({ "made by": self.0, "xxh3": format!("{:016x}", xxh3_64(csv)) });
        format!("{json}\n")
    }
}

/// The largest file of numbers, in bytes.
const LARGEST_NUMBERS: u64 = 1 << 28;

/// What is made of the numbers of an experiment that trains nothing: see [`Reproduction::documents`].
pub(super) fn documents_of_computed(
    experiment: &Experiment,
    computed: &Computed,
    summary: &Summary,
) -> Documents {
    let figure = computed.figure.to_svg_in(Theme::Light);
    let text = summary.to_markdown(experiment, &computed.subtitle, None, false, &["figure.svg"]);
    vec![("figure.svg".into(), figure), ("summary.md".into(), text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_was_kept_is_not_trained_again() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static TRAINED: AtomicUsize = AtomicUsize::new(0);
        fn train(_: &Dataset, spec: &TrainingSpec) -> Numbers {
            TRAINED.fetch_add(1, Ordering::Relaxed);
            let mut numbers = Numbers::default();
            numbers.push("seed", Some(spec.seed), 0.0, spec.eta);
            numbers
        }
        let data = Dataset::mnist().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let specs = |eta| [1, 2].map(|seed| TrainingSpec { seed, eta, ..TrainingSpec::default() });
        let trained = |specs: &[TrainingSpec]| {
            let before = TRAINED.load(Ordering::Relaxed);
            let kept = networks(specs, train, directory.path(), &data).unwrap();
            let seeds = kept.iter().map(|kept| kept.series("seed").next().unwrap().seed.unwrap());
            (seeds.collect::<Vec<_>>(), TRAINED.load(Ordering::Relaxed) - before)
        };
        assert_eq!(trained(&specs(0.1)[1..]), (vec![2], 1));
        assert_eq!(trained(&specs(0.1)), (vec![1, 2], 1), "only the first is missing");
        assert_eq!(trained(&specs(0.1)), (vec![1, 2], 0));
        assert_eq!(trained(&specs(0.2)), (vec![1, 2], 2), "other networks");
    }

    #[test]
    fn numbers_are_known_to_the_build_and_the_data_that_made_them_alone() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(directory.path().join(name), bytes).unwrap();
        };
        let mut numbers = Numbers::default();
        numbers.push("a", None, 0.0, 0.5);
        let csv = numbers.to_csv();
        let (ours, other) = (Known("1a2b data".into()), Known("1a2c data".into()));
        write(NUMBERS_FILE, &csv);
        assert_eq!(ours.numbers(directory.path()), None);
        write(KNOWN_FILE, ours.text(&csv).as_bytes());
        assert_eq!(ours.numbers(directory.path()), Some(numbers.clone()));
        assert_eq!(other.numbers(directory.path()), None);
        numbers.push("a", None, 1.0, 0.5);
        write(NUMBERS_FILE, &numbers.to_csv());
        assert_eq!(ours.numbers(directory.path()), None, "somebody has changed them");
    }
}
