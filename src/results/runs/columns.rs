//! Which columns of a file are settings and which are measurements.

use super::direction::sounds_measured;
use super::missing::is_missing;
use super::sheet::Sheet;
use super::{BOOKKEEPING, KNOWN, Names, Reading, RunsError, same_name};
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// As many different numbers are no setting.
const MANY: usize = 10_000;
/// Of fewer rows nobody can say what hardly ever occurs twice.
const FEW: usize = 30;

/// What is known of every column of a file.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    names: Vec<String>,
    kinds: Vec<Kind>,
    rows: usize,
    /// Whether the file is one of ours, whose columns are known by their names.
    ours: bool,
    /// The column that numbers the rows of a run, and is no setting either way.
    index: Option<usize>,
    /// The column that tells the runs of one row of the file apart, and is no metric either way.
    pub(super) told_by: Option<usize>,
    /// How many runs each row of the file has.
    pub(super) runs_of_row: usize,
    /// Whether the file is a chart, so that no row is a run by itself.
    pub(super) is_chart: bool,
    /// What changes within a run of a log.
    pub(super) changing: HashSet<usize>,
}

/// What the cells of a column are.
#[derive(Debug, Clone)]
struct Kind {
    numeric: bool,
    empty: bool,
    missing: bool,
    above_one: bool,
    /// The hashes of its different cells, up to one more than [`MANY`].
    distinct: HashSet<u64, Unhashed>,
    /// That of the last one: rows of one run follow each other.
    last: Option<u64>,
}

/// For keys that are hashes already, or bytes.
pub(super) type Unhashed = BuildHasherDefault<Hashed>;

/// The hash of a number that is one already, or a fast one of bytes.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Columns {
    pub(super) fn new(names: &[String]) -> Self {
        let kind = |_| Kind {
            numeric: true,
            empty: true,
            missing: false,
            above_one: false,
            distinct: HashSet::default(),
            last: None,
        };
        Self {
            names: names.into(),
            kinds: names.iter().map(kind).collect(),
            rows: 0,
            ours: are_ours(names),
            index: None,
            told_by: None,
            runs_of_row: 1,
            is_chart: false,
            changing: HashSet::new(),
        }
    }

    pub(super) fn set_index(&mut self, column: Option<usize>) {
        self.index = column;
    }

    /// Takes down what is known of a file whose rows have several runs.
    pub(super) fn set_wide(&mut self, sheet: &Sheet) {
        self.told_by = sheet.told_by();
        self.runs_of_row = sheet.runs_of_row();
        self.is_chart = sheet.axis().is_some();
    }

    /// Whether a column numbers the rows of a run, or counts along with the one that does.
    fn numbers_rows(&self, column: usize) -> bool {
        let counts = || counts_rows(&self.names[column]);
        self.index == Some(column) || self.index.is_some() && !self.ours && counts()
    }

    /// Looks at a row. Each different cell is looked at once, and of very many the first.
    pub(super) fn see(&mut self, row: &csv::ByteRecord) {
        self.rows += 1;
        for (cell, kind) in row.iter().zip(&mut self.kinds) {
            if is_missing(cell) {
                kind.missing = true;
                continue;
            }
            if kind.distinct.len() > MANY {
                continue;
            }
            let hash = xxh3_64(cell);
            if kind.last.replace(hash) == Some(hash) || !kind.distinct.insert(hash) {
                continue;
            }
            let number = std::str::from_utf8(cell).ok().and_then(|text| text.trim().parse().ok());
            kind.empty = false;
            kind.numeric = kind.numeric && number.is_some();
            kind.above_one |= number.is_some_and(|n: f64| n > 1.0 && n.is_finite());
        }
    }

    /// The places of the settings: of our own files all that are not known to be something else; of
    /// others also without what is measured by its name, and numbers that hardly ever occur twice.
    pub(super) fn settings(&self, names: &Names) -> Vec<usize> {
        let is_setting = |&column: &usize| {
            let name = self.names[column].as_str();
            names.is_setting(name)
                || !(BOOKKEEPING.contains(&name)
                    || is_row_number(name)
                    || self.numbers_rows(column)
                    || self.changing.contains(&column)
                    || metric_of(name).is_some()
                    || name.ends_with("_epoch")
                    || self.is_measurement(column, names))
        };
        (0..self.names.len()).filter(is_setting).collect()
    }

    /// The names of the metrics that have values.
    pub(super) fn measurements(&self, names: &Names) -> Vec<String> {
        let mut metrics: Vec<String> = Vec::new();
        for (column, name) in self.names.iter().enumerate() {
            let metric = match metric_of(name) {
                Some(metric) => metric,
                None if self.is_measurement(column, names) && !names.is_setting(name) => name,
                None => continue,
            };
            if !self.kinds[column].empty && !metrics.iter().any(|m| m == metric) {
                metrics.push(metric.into());
            }
        }
        metrics
    }

    /// The names of the metrics with a value above 1.
    pub(super) fn above_one(&self) -> impl Iterator<Item = String> {
        let above = self.names.iter().zip(&self.kinds).filter(|(_, kind)| kind.above_one);
        above.map(|(name, _)| metric_of(name).unwrap_or(name).to_string())
    }

    pub(super) fn is_measurement(&self, column: usize, names: &Names) -> bool {
        let Kind { numeric, empty, distinct, .. } = &self.kinds[column];
        let name = self.names[column].as_str();
        if self.ours || *empty || BOOKKEEPING.contains(&name) || is_seed(name) {
            return false;
        }
        let settled = [self.index, self.told_by].contains(&Some(column));
        if settled || is_declared_setting(name) {
            return names.is_metric(name);
        }
        // Of few rows a learning rate may be different in each, where something else is measured by its name.
        let few = self.rows < FEW && self.names.iter().any(|name| sounds_measured(name));
        let rare = distinct.len() > MANY || 2 * distinct.len() > self.rows && !few;
        let shows = rare && !is_row_number(name) || self.changing.contains(&column);
        names.is_metric(name) || *numeric && (shows || sounds_measured(name))
    }

    /// Whether the cells of a column are words.
    pub(super) fn is_words(&self, column: usize) -> bool {
        !self.kinds[column].numeric
    }

    /// Whether a column has no value at all.
    pub(super) fn is_empty(&self, column: usize) -> bool {
        self.kinds.get(column).is_some_and(|kind| kind.empty)
    }

    /// Whether cells of a column have no value.
    pub(super) fn has_gaps(&self, column: usize) -> bool {
        self.kinds[column].missing
    }

    /// How many columns the file has.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// How many different cells a column has.
    pub(super) fn distinct(&self, column: usize) -> usize {
        self.kinds[column].distinct.len()
    }
}

/// Whether the columns are those of our files: others may have a `trial_id` too.
pub(super) fn are_ours(names: &[String]) -> bool {
    ["trial_id", "eta", "seed"].iter().all(|ours| names.iter().any(|name| name == ours))
}

/// Whether a column is that of the seeds: `seed`, `params.seed`, `config/seed`, Optuna's `user_attrs_seed`.
pub(super) fn is_seed(name: &str) -> bool {
    const BEFORE: [&str; 4] = ["params_", "user_attrs_", "hparams_", "config_"];
    let last = name.rsplit(['.', '/', ':']).next().unwrap_or_default();
    let last = BEFORE.iter().find_map(|before| last.strip_prefix(before)).unwrap_or(last);
    last.eq_ignore_ascii_case("seed")
}

/// Whether another program calls a column a setting, whatever it sounds like: `params.loss_weight`, `config/lr`.
pub(super) fn is_declared_setting(name: &str) -> bool {
    const BEFORE: [&str; 10] = [
        "params.",
        "params_",
        "param_",
        "config/",
        "config.",
        "hparams/",
        "hparams.",
        "hparam/",
        "args.",
        "hyperparameters.",
    ];
    BEFORE.iter().any(|before| name.starts_with(before))
}

/// Names of columns that number the rows of a run, the most telling first, in small letters.
const INDEX: [&str; 14] = [
    "epoch",
    "training_iteration",
    "iteration",
    "iter",
    "global_step",
    "trainer/global_step",
    "step",
    "_step",
    "num_timesteps",
    "timesteps_total",
    "time/total_timesteps",
    "timesteps",
    "timestep",
    "env_steps",
];

/// The column that numbers the rows of a run, unless the user says that it is something else. Not one with fractions
/// of epochs, if another counts whole steps.
pub(super) fn index(sheet: &Sheet, known: &Names) -> Option<usize> {
    let header = &sheet.names;
    if let Some(said) = known.reading.epoch_column.as_ref().filter(|_| !are_ours(header)) {
        return header.iter().position(|name| same_name(name, said));
    }
    let ours = are_ours(header);
    let whole = |&&column: &&usize| sheet.fractional.get(column) != Some(&true);
    let free = |name: &String| ours || !(known.is_setting(name) || known.is_metric(name));
    let axis = sheet.axis().filter(|&column| free(&header[column]));
    if axis.as_ref().filter(whole).is_some() {
        return axis;
    }
    let names = if ours { &INDEX[..1] } else { &INDEX[..] };
    let find = |wanted: &&str| header.iter().position(|name| is_index(name, wanted) && free(name));
    let found: Vec<usize> = names.iter().filter_map(find).collect();
    found.iter().find(whole).or(found.first()).copied()
}

/// Whether a name is one of a column that may number the rows of a run.
pub(super) fn counts_rows(name: &str) -> bool {
    INDEX.iter().any(|wanted| is_index(name, wanted))
}

fn is_index(name: &str, wanted: &str) -> bool {
    name.to_lowercase().replace(' ', "_") == wanted
}

/// Whether a column numbers the rows, as pandas writes it.
pub(super) fn is_row_number(name: &str) -> bool {
    name.is_empty() || name.starts_with("Unnamed: ") || name == "index"
}

/// The metric of a column with one of our names.
fn metric_of(name: &str) -> Option<&str> {
    let of_trial = name.strip_prefix("last_").or_else(|| name.strip_prefix("best_"));
    let metric = of_trial.unwrap_or(name);
    KNOWN.contains(&metric).then_some(metric)
}

/// The header of a file.
pub(super) fn header(path: &Path, reading: &Reading) -> Result<Vec<String>, RunsError> {
    Ok(Sheet::open(path, reading)?.names)
}
