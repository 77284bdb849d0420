use super::{AblationError, Request};
use crate::results::Origin;
use crate::results::runs::{Lost, Runs, Spacing, Unit};
use crate::stats::Shared;
use crate::train::settings::is_own_seed;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What a caption has to say of the runs behind a table.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The trainings that meet the conditions.
    pub runs: usize,
    /// Those of them that have no value.
    pub all_lost: Lost,
    /// Those behind the cells: without those that tuning used or passed over.
    pub shown: usize,
    /// Those of these that have no value.
    pub lost: Lost,
    /// The fewest and the most epochs of a run, if known.
    pub epochs: Option<(usize, usize)>,
    /// What the epochs are counted in.
    pub unit: Unit,
    /// How far apart the epochs are that were looked at, if the number depends on it.
    pub spacing: Option<Spacing>,
    /// Whether training kept the networks of earlier epochs, whose values the file does not have.
    pub kept_elsewhere: bool,
    /// How many seeds there are.
    pub seeds: usize,
    /// What pairs the runs, in one word and in several: seed, seeds.
    pub pairs: [String; 2],
    /// What training data the paired runs have in common.
    pub shared: Shared,
    /// What each cell chose for itself.
    pub tuned: Vec<String>,
    /// By what.
    pub tuning_metric: String,
    /// With which seeds.
    pub tuning_seeds: Vec<String>,
    /// Settings that are averaged within a seed, with the number of their values.
    pub averaged: Vec<(String, usize)>,
    /// Settings in which the seeds of a cell differ, each having one value, with the number of their values.
    pub by_seed: Vec<(String, usize)>,
    /// The places of those that vary within a seed.
    pub(super) within: BTreeSet<usize>,
    /// Whether the runs are ours, so that we know what a seed changes.
    pub ours: bool,
    /// Columns of seeds of their own that some runs have, so that the seed does not change it.
    pub own_seeds: Vec<String>,
    /// What was assumed of the files of another program.
    pub assumed: Option<String>,
    /// The images of the test set.
    pub test_images: Option<usize>,
    /// Until what seeds were added, if their number was not fixed beforehand.
    pub until: Option<String>,
    /// Where the results came from.
    pub origins: Vec<Origin>,
    /// The runs behind the cells.
    pub(super) of_cells: Vec<usize>,
    /// The settings that a seed of a cell is averaged over, all that occur.
    pub(super) averages: Averages,
}

/// Whether all values are averages over the same settings.
#[derive(Debug, Clone, Default)]
pub(super) struct Averages {
    first: Option<Vec<Vec<usize>>>,
    differ: bool,
}

impl Averages {
    pub(super) fn push(&mut self, places: Vec<Vec<usize>>) {
        match &self.first {
            Some(first) => self.differ |= *first != places,
            None => self.first = Some(places),
        }
    }

    /// Whether some values are averages over other settings than others.
    pub(super) fn differ(&self) -> bool {
        self.differ
    }
}

/// The test images of MNIST.
const MNIST_TEST_IMAGES: usize = 10_000;

impl Facts {
    pub(super) fn new(
        runs: &Runs,
        request: &Request,
        selected: &[usize],
    ) -> Result<Self, AblationError> {
        let all = |column: &str, wanted: Option<&str>| {
            selected.iter().all(|&run| runs.cell(run, column) == wanted)
        };
        let ours = runs.is_ours();
        let mnist = ours && all("data", Some("mnist")) && all("classes", None);
        let directories = runs.directories();
        let pairs = runs.setting(&request.pair_by)?;
        let count = pairs.present(selected).len();
        Ok(Self {
            pairs: nouns(&pairs.name),
            shared: shared(&pairs.name, request.folds, count)?,
            runs: runs.trainings(selected),
            epochs: runs.epochs(selected),
            unit: runs.unit().clone(),
            kept_elsewhere: !runs.has_epochs() && selected.iter().any(|&run| runs.keeps_best(run)),
            seeds: count,
            ours,
            own_seeds: own_seeds(runs, selected),
            assumed: runs.assumed(),
            test_images: request.test_images.or(mnist.then_some(MNIST_TEST_IMAGES)),
            until: directories.iter().find_map(|d: &PathBuf| Origin::seeds_added_until(d)),
            origins: directories.iter().filter_map(|d: &PathBuf| Origin::read(d)).collect(),
            ..Self::default()
        })
    }
}

/// The words of a name after the last dot: `params.seed` is a seed, and so is Optuna's `params_seed`.
fn noun(name: &str) -> String {
    const BEFORE: [&str; 4] = ["params_", "user_attrs_", "hparams_", "config_"];
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    let last = BEFORE.iter().find_map(|before| last.strip_prefix(before)).unwrap_or(last);
    last.replace('_', " ").trim().to_string()
}

/// A name in one and in several: a seed, datasets.
fn nouns(name: &str) -> [String; 2] {
    let noun = noun(name);
    let several = match noun.ends_with('s') {
        true => noun.clone(),
        false => format!("{noun}s"),
    };
    [noun, several]
}

/// What runs have in common that are paired by a column: folds of one data set train with most of the same images.
///
/// # Errors
///
/// When nothing says how much that is, or it makes no sense.
pub fn shared(name: &str, folds: Option<usize>, count: usize) -> Result<Shared, AblationError> {
    match folds {
        Some(folds) if folds < 2 => Err(AblationError::Folds(folds)),
        Some(folds) => Ok(Shared::folds(folds)),
        None if has_word(name, &["split", "splits"]) => Err(AblationError::Splits(name.into())),
        None if is_fold(name) && count >= 2 => Ok(Shared::folds(count)),
        None => Ok(Shared::default()),
    }
}

/// Whether a column is called after the folds of a cross-validation.
pub(super) fn is_fold(name: &str) -> bool {
    has_word(name, &["fold", "folds", "kfold", "cv"])
}

fn has_word(name: &str, words: &[&str]) -> bool {
    noun(name).to_ascii_lowercase().split(' ').any(|word| words.contains(&word))
}

/// The columns of seeds of their own that some of these runs have.
fn own_seeds(runs: &Runs, selected: &[usize]) -> Vec<String> {
    let settings = runs.settings().iter().filter(|setting| is_own_seed(&setting.name));
    let is_given = |column: &&String| selected.iter().any(|&run| runs.cell(run, column).is_some());
    settings.map(|setting| &setting.name).filter(is_given).cloned().collect()
}
