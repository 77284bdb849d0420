//! The runs of a directory of results, or of a CSV file of any other program: what was set, which
//! seed, and what came out.
//!
//! A run is a row of `trials.csv`, and its course the rows of `epochs.csv` with its `trial_id`. A file
//! of another program has either one row a run or, with a column `epoch`, one row an epoch.

mod columns;
mod curves;
mod error;
mod identity;
mod measure;
mod outcome;
mod setting;

pub use error::RunsError;
pub use measure::{At, Better, How, Measure, MeasureText, Threshold};
pub use outcome::{Lost, Outcome};
pub use setting::{Setting, shown};

use crate::nearest::nearest;
use columns::Columns;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The course of a metric in one run: (epoch, value), the epochs ascending.
pub type Course = Vec<(usize, f64)>;

/// Runs, with their settings.
#[derive(Debug)]
pub struct Runs {
    parts: Vec<Part>,
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
    settings: Vec<Setting>,
    /// The columns that hold measurements.
    metrics: Vec<String>,
    /// Those with a value above 1.
    above_one: HashSet<String>,
}

/// Columns whose kind the user has said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Those that are settings.
    pub settings: Vec<String>,
    /// Those that are measured.
    pub metrics: Vec<String>,
}

impl Names {
    fn is_setting(&self, column: &str) -> bool {
        self.settings.iter().any(|name| same_name(name, column))
    }

    fn is_metric(&self, column: &str) -> bool {
        self.metrics.iter().any(|name| same_name(name, column))
    }
}

/// Whether two names are the same, where - stands for _.
fn same_name(a: &str, b: &str) -> bool {
    a == b || a.replace('-', "_") == b.replace('-', "_")
}

/// The runs of one of the places that were read.
#[derive(Debug)]
struct Part {
    /// The file of the runs.
    path: PathBuf,
    /// The file of their epochs; the same if it has nothing else.
    epochs: Option<PathBuf>,
    /// Its rows among all.
    rows: std::ops::Range<usize>,
    /// What a run is told by, in a file of epochs.
    identity: Vec<String>,
    /// How many epochs each run has, if that was counted.
    counts: Vec<usize>,
}

/// Columns that are neither a setting nor, by themselves, what a table is about.
const BOOKKEEPING: [&str; 7] =
    ["trial_id", "status", "diverged_at_epoch", "epochs_trained", "epoch", "seconds", "step"];

/// The metrics of our own files, the most telling first.
const KNOWN: [&str; 6] = [
    "test_accuracy",
    "validation_accuracy",
    "test_cost",
    "validation_cost",
    "training_accuracy",
    "training_cost",
];

impl Runs {
    /// Reads the runs of some directories or files. `names` are the columns that the user says something about.
    ///
    /// # Errors
    ///
    /// When a file is missing, is not CSV, has no rows, or not the columns of the others.
    pub fn open(paths: &[PathBuf], names: &Names) -> Result<Self, RunsError> {
        let mut runs = Self {
            parts: Vec::new(),
            header: Vec::new(),
            rows: Vec::new(),
            settings: Vec::new(),
            metrics: Vec::new(),
            above_one: HashSet::new(),
        };
        let mut ids = HashSet::new();
        let mut columns = None;
        let mut seen = HashSet::new();
        for path in paths {
            // The same place twice is one.
            if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                continue;
            }
            runs.add(path, names, &mut ids, &mut columns)?;
        }
        let columns = columns.unwrap_or_else(|| Columns::new(&[]));
        for column in columns.settings(names) {
            let cells = runs.rows.iter().map(|row| row.get(column).unwrap_or_default());
            runs.settings.push(Setting::new(runs.header[column].clone(), cells));
        }
        runs.metrics = columns.measurements(names);
        runs.above_one.extend(columns.above_one());
        Ok(runs)
    }

    fn add(
        &mut self,
        path: &Path,
        names: &Names,
        ids: &mut HashSet<String>,
        columns: &mut Option<Columns>,
    ) -> Result<(), RunsError> {
        let (file, epochs) = files(path)?;
        if let Some(first) = self.parts.first() {
            let header = columns::header(&file)?;
            if header != self.header {
                let what = differing(&header, &self.header);
                return Err(RunsError::Mixed { one: first.path.clone(), other: file, what });
            }
        }
        let of_epochs = epochs.as_ref() == Some(&file);
        let curves::RunsOfEpochs { header, rows, identity, counts } = match of_epochs {
            true => curves::runs_of_epochs(&file, names, columns)?,
            false => {
                let (header, rows) = columns::read(&file)?;
                let columns = columns.get_or_insert_with(|| Columns::new(&header));
                rows.iter().for_each(|row| columns.see(row.as_byte_record()));
                let identity = vec!["trial_id".into()];
                curves::RunsOfEpochs { header, rows, identity, counts: Vec::new() }
            }
        };
        if rows.is_empty() {
            return Err(RunsError::Empty(file));
        }
        let id = header.iter().position(|name| name == "trial_id");
        let id = id.filter(|_| columns::are_ours(&header));
        self.header = header;
        let first = self.rows.len();
        let mut here = HashSet::new();
        for (i, row) in rows.into_iter().enumerate() {
            if let Some(id) = id.map(|id| row[id].to_string()) {
                if !here.insert(id.clone()) {
                    return Err(RunsError::TwiceTrial { path: file, row: i + 1, id });
                }
                // A training that two directories have is one training.
                if !ids.insert(id) {
                    continue;
                }
            }
            self.rows.push(row);
        }
        let rows = first..self.rows.len();
        self.parts.push(Part { path: file, epochs, rows, identity, counts });
        Ok(())
    }

    /// The number of runs.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first file.
    pub fn path(&self) -> &Path {
        self.parts.first().map_or(Path::new(""), |part| &part.path)
    }

    /// The directories of all files, each once.
    pub fn directories(&self) -> Vec<PathBuf> {
        let parent = |part: &Part| part.path.parent().map_or(PathBuf::new(), PathBuf::from);
        let mut seen = HashSet::new();
        let mut directories: Vec<PathBuf> = self.parts.iter().map(parent).collect();
        directories
            .retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
        directories
    }

    /// The settings in the order of the columns.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// The settings with more than one value among `of` the runs, without that which pairs them.
    pub fn varying<'a, 'b>(
        &'a self,
        of: &'b [usize],
        pair_by: &'b str,
    ) -> impl Iterator<Item = &'a Setting> + use<'a, 'b> {
        let varies = move |setting: &&Setting| setting.name != pair_by && setting.varies(of);
        self.settings.iter().filter(varies)
    }

    /// Whether a setting has a single value wherever some others have the same: it follows from them, as the
    /// second of two axes that were varied together does.
    pub fn follows(&self, setting: &Setting, from: &[&Setting], of: &[usize]) -> bool {
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        of.iter().all(|&run| {
            let key = from.iter().map(|setting| setting.codes[run]).collect();
            *known.entry(key).or_insert(setting.codes[run]) == setting.codes[run]
        })
    }

    /// The setting of a name, in which - stands for _.
    ///
    /// # Errors
    ///
    /// When there is no such column; the message has the nearest name and those that vary.
    pub fn setting(&self, name: &str) -> Result<&Setting, RunsError> {
        let wanted = name.replace('-', "_");
        let found = self.settings.iter().find(|s| same_name(&s.name, name));
        found.ok_or_else(|| {
            let all: Vec<usize> = (0..self.len()).collect();
            let varying: Vec<&str> = self.varying(&all, "").map(|s| s.name.as_str()).collect();
            let names = self.settings.iter().map(|s| s.name.as_str());
            let hint = match (nearest(&wanted, names), varying.as_slice()) {
                (Some(near), _) => format!("did you mean '{near}'? "),
                _ => String::new(),
            };
            let hint = match varying.is_empty() {
                true => format!("{hint}all its settings have one value only"),
                false => format!("{hint}those that vary are {}", varying.join(", ")),
            };
            RunsError::Column { path: self.path().into(), column: name.into(), hint }
        })
    }

    /// The metrics that have values, the most telling first.
    pub fn metrics(&self) -> Vec<String> {
        let known = KNOWN.iter().map(|name| name.to_string());
        let mut metrics: Vec<String> =
            known.filter(|name| self.metrics.iter().any(|m| m == name)).collect();
        let mut others: Vec<String> =
            self.metrics.iter().filter(|m| !KNOWN.contains(&m.as_str())).cloned().collect();
        others.sort_by_key(|name| !measure::sounds_measured(name));
        metrics.extend(others);
        metrics
    }

    /// The measure that a text asks for.
    ///
    /// # Errors
    ///
    /// When no column is named and none of the metrics is fit for it.
    pub fn measure(&self, text: &MeasureText, at: At) -> Result<Measure, RunsError> {
        let metrics = self.metrics();
        let known = KNOWN.into_iter().map(String::from);
        let names: Vec<String> =
            metrics.iter().cloned().chain(known).chain(self.header.clone()).collect();
        let measure = text.resolve(at, &metrics, &names)?;
        let fraction = !self.above_one.contains(&measure.column);
        let single = !self.is_ours() && !self.has_epochs();
        Ok(Measure { fraction, single, counted_from_0: self.is_ours(), ..measure })
    }

    /// Whether the runs are trainings of this program.
    pub fn is_ours(&self) -> bool {
        columns::are_ours(&self.header)
    }

    /// The fewest and the most epochs of some runs, if that is known.
    pub fn epochs(&self, of: &[usize]) -> Option<(usize, usize)> {
        let counts = of.iter().map(|&run| match self.part(run) {
            part if part.counts.is_empty() => self.cell(run, "epochs_trained")?.parse().ok(),
            part => part.counts.get(run - part.rows.start).copied(),
        });
        let counts: Option<Vec<usize>> = counts.collect();
        let counts = counts?;
        Some((*counts.iter().min()?, *counts.iter().max()?))
    }

    /// A cell of a run, if there is such a column and it is not empty.
    pub fn cell(&self, run: usize, column: &str) -> Option<&str> {
        let cell = self.rows[run].get(self.position(column)?)?;
        (!cell.is_empty()).then_some(cell)
    }

    /// Whether a run diverged, by its own account.
    pub fn is_diverged(&self, run: usize) -> bool {
        self.cell(run, "status").is_some_and(|status| status.eq_ignore_ascii_case("diverged"))
    }

    /// The course of a metric in every run; empty for one without any.
    ///
    /// # Errors
    ///
    /// When there are no epochs, the metric is not there or was not monitored, or a cell is not a
    /// number.
    pub fn curves(&self, metric: &str) -> Result<Vec<Course>, RunsError> {
        Ok(self.courses(metric)?.0)
    }

    /// The courses, and the number of the first epoch.
    fn courses(&self, metric: &str) -> Result<(Vec<Course>, usize), RunsError> {
        let mut courses = vec![Vec::new(); self.len()];
        let mut first = usize::MAX;
        for part in &self.parts {
            let Some(epochs) = &part.epochs else {
                return Err(RunsError::Column {
                    path: part.path.clone(),
                    column: "epoch".into(),
                    hint: "it has one row a run".into(),
                });
            };
            let identity: Vec<usize> =
                part.identity.iter().filter_map(|name| self.position(name)).collect();
            // A training of ours may stand in another file too; runs of others are told by their file.
            let runs = if self.is_ours() { 0..self.len() } else { part.rows.clone() };
            let index = curves::Index::new(&self.rows, runs, &identity, &part.identity);
            match curves::read(epochs, metric, &index, &part.rows, &mut courses) {
                Err(RunsError::Column { column, .. }) if column == metric => {
                    return Err(self.no_metric(metric));
                }
                read => first = first.min(read?),
            }
        }
        if courses.iter().all(Vec::is_empty) {
            return Err(self.no_metric(metric));
        }
        Ok((courses, first))
    }

    /// Whether all of the runs have the courses of their metrics.
    pub fn has_epochs(&self) -> bool {
        self.parts.iter().all(|part| part.epochs.is_some())
    }

    /// Whether the runs were put together from a file of epochs.
    fn is_of_epochs(&self) -> bool {
        self.parts.iter().any(|part| part.epochs.as_ref() == Some(&part.path))
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name == column)
    }

    fn part(&self, run: usize) -> &Part {
        let of = |part: &&Part| part.rows.contains(&run);
        self.parts.iter().find(of).unwrap_or(&self.parts[0])
    }

    fn no_metric(&self, metric: &str) -> RunsError {
        let monitored = match self.metrics() {
            metrics if metrics.is_empty() => "no metrics at all".into(),
            metrics => metrics.join(", "),
        };
        RunsError::NotMonitored { path: self.path().into(), metric: metric.into(), monitored }
    }
}

/// The columns that only one of two headers has, the first few by name.
fn differing(one: &[String], other: &[String]) -> String {
    const NAMED: usize = 6;
    let only = |a: &[String], b: &[String]| {
        a.iter().filter(|name| !b.contains(name)).cloned().collect::<Vec<_>>()
    };
    let mut names = only(one, other);
    names.extend(only(other, one));
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    match (names.is_empty(), more) {
        (true, _) => "their order".into(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    }
}

/// The files of the runs and of their epochs.
fn files(path: &Path) -> Result<(PathBuf, Option<PathBuf>), RunsError> {
    if path.is_dir() {
        let [trials, epochs] = ["trials.csv", "epochs.csv"].map(|name| path.join(name));
        return match (trials.exists(), epochs.exists()) {
            (true, with_epochs) => Ok((trials, with_epochs.then_some(epochs))),
            (false, true) => Ok((epochs.clone(), Some(epochs))),
            (false, false) => Err(RunsError::Nothing(path.into())),
        };
    }
    if !path.exists() {
        return Err(RunsError::Nothing(path.into()));
    }
    let header = columns::header(path)?;
    let of_epochs = header.iter().any(|name| name == "epoch");
    // Our own trials.csv given by its name: its epochs are beside it.
    let beside = path.with_file_name("epochs.csv");
    let ours = path.file_name().is_some_and(|name| name == "trials.csv") && beside.exists();
    Ok((path.into(), if of_epochs { Some(path.into()) } else { ours.then_some(beside) }))
}

#[cfg(test)]
mod tests;
