//! The runs of a directory of results, or of a CSV file of any other program: what was set, which
//! seed, and what came out.
//!
//! A run is a row of `trials.csv`, and its course the rows of `epochs.csv` with its `trial_id`. A file
//! of another program has either one row a run or, with a column that numbers them (`epoch`, `Step`,
//! `training_iteration`), one row an epoch. Where a metric of `layers.csv` is asked for, each layer of a
//! training is a run of its own.

mod at;
mod cell;
mod columns;
mod curves;
mod dialect;
mod direction;
mod error;
mod explain;
mod identity;
mod layers;
mod measure;
mod missing;
mod naming;
mod outcome;
mod places;
mod reading;
mod setting;
mod sheet;
mod state;
mod unit;
mod wide;

pub use at::At;
pub use direction::{Direction, words};
pub use error::RunsError;
pub use explain::{Explained, first_look};
pub use measure::{Better, How, Measure, MeasureText, Threshold};
pub use outcome::{Lost, Outcome};
pub use reading::Reading;
pub use setting::{Setting, shown};
pub use unit::{Spacing, Unit};

use crate::nearest::nearest;
use columns::Columns;
use curves::RunsOfEpochs;
use sheet::Sheet;
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
    /// How the files are read.
    reading: Reading,
    /// What was assumed of the files, in sentences.
    assumed: Vec<String>,
    /// Columns that are not read, and why.
    left_out: Vec<(String, &'static str)>,
    /// Whether a run came to no result, by its own account; empty if none says so.
    ended_early: Vec<bool>,
    /// What is known of the columns.
    columns: Columns,
}

/// Columns whose kind the user has said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Those that are settings.
    pub settings: Vec<String>,
    /// Those that are measured.
    pub metrics: Vec<String>,
    /// How the files of other programs are to be read.
    pub reading: Reading,
}

impl Names {
    fn is_setting(&self, column: &str) -> bool {
        let said = self.settings.iter().chain(&self.reading.settings);
        said.into_iter().any(|name| same_name(name, column))
    }

    fn is_metric(&self, column: &str) -> bool {
        self.metrics.iter().any(|name| same_name(name, column))
    }
}

/// Whether a metric is, by its name, one of data that were not trained with.
fn is_held_out(name: &str) -> bool {
    const SETS: [&str; 7] = ["test", "validation", "valid", "val", "dev", "eval", "holdout"];
    words(name).iter().any(|word| SETS.contains(&word.as_str()))
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
    /// What its epochs are counted in.
    unit: Unit,
    /// The last epoch of each run, if the file of epochs is all there is.
    last: Vec<usize>,
    /// Whether the runs are layers: then the file of epochs is that of the layers.
    layers: Option<layers::OfLayers>,
}

/// Where courses stand.
struct Source<'a> {
    epochs: &'a Path,
    unit: &'a Unit,
    /// What a run is told by.
    identity: &'a [String],
}

/// The column that tells by which file a run was read.
const FILE: &str = "file";

/// Columns that are neither a setting nor, by themselves, what a table is about.
const BOOKKEEPING: [&str; 9] = [
    "trial_id",
    "status",
    "diverged_at_epoch",
    "epochs_trained",
    "epoch",
    "seconds",
    "step",
    "timestamp",
    "_timestamp",
];

/// The metrics of our own files, the most telling first.
const KNOWN: [&str; 13] = [
    "test_accuracy",
    "validation_accuracy",
    "test_r2",
    "validation_r2",
    "test_mse",
    "validation_mse",
    "test_cost",
    "validation_cost",
    "training_accuracy",
    "training_r2",
    "training_mse",
    "training_cost",
    crate::results::ETA_IN_FORCE,
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
            reading: names.reading.clone(),
            assumed: Vec::new(),
            left_out: Vec::new(),
            ended_early: Vec::new(),
            columns: Columns::new(&[]),
        };
        let mut ids = HashMap::new();
        let mut columns = None;
        let (mut seen, mut told) = (HashSet::new(), Vec::new());
        for path in paths {
            for place in places::of(path)? {
                // The same place twice is one.
                if !seen.insert(place.path.canonicalize().unwrap_or_else(|_| place.path.clone())) {
                    continue;
                }
                runs.add(&place.path, names, &mut ids, &mut columns)?;
                told.push(place.settings);
            }
        }
        runs.columns = columns.unwrap_or_else(|| Columns::new(&[]));
        let mut settings = runs.columns.settings(names);
        let places = runs.add_places(told, names)?;
        // By what file a run was read says nothing where something else tells all runs apart.
        let is_needed = |&place: &usize| {
            runs.header[place] != FILE || names.is_setting(FILE) || !runs.are_told_apart(&settings)
        };
        let places: Vec<usize> = places.into_iter().filter(is_needed).collect();
        settings.extend(places);
        runs.read_states();
        for column in naming::without_names(&runs, settings, names) {
            let cells = runs.rows.iter().map(|row| row.get(column).unwrap_or_default());
            runs.settings.push(Setting::new(runs.header[column].clone(), cells));
        }
        runs.metrics = runs.columns.measurements(names);
        let of_layers = runs.parts.iter().filter_map(|part| part.layers.as_ref());
        for metric in of_layers.flat_map(|layers| &layers.measured) {
            if !runs.metrics.contains(metric) {
                runs.metrics.push(metric.clone());
            }
        }
        runs.above_one.extend(runs.columns.above_one());
        Ok(runs)
    }

    /// Whether a column is the one of the files, which is no column of a file.
    fn is_place(&self, column: usize) -> bool {
        self.header[column] == FILE && column >= self.columns.count()
    }

    /// Whether no two runs agree in all of some columns.
    fn are_told_apart(&self, columns: &[usize]) -> bool {
        let cells = |row: &csv::StringRecord| -> Vec<String> {
            columns.iter().map(|&column| row.get(column).unwrap_or_default().into()).collect()
        };
        let mut seen = HashSet::new();
        self.rows.iter().all(|row| seen.insert(cells(row)))
    }

    /// Adds what the paths of the files say of their runs as columns: the settings of a pattern, and the path itself where
    /// there are several without a pattern, or a column `file` is asked for, if the files have none. Returns the places of
    /// the columns.
    fn add_places(
        &mut self,
        mut told: Vec<Vec<(String, String)>>,
        names: &Names,
    ) -> Result<Vec<usize>, RunsError> {
        if self.is_ours() {
            return Ok(Vec::new());
        }
        let several = self.parts.len() > 1 && told.iter().all(Vec::is_empty);
        if (several || names.is_setting(FILE)) && self.position(FILE).is_none() {
            for (settings, part) in told.iter_mut().zip(&self.parts) {
                settings.push((FILE.into(), part.path.display().to_string()));
            }
        }
        let first: Vec<String> =
            told.first().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for (settings, part) in told.iter().zip(&self.parts) {
            if !settings.iter().map(|(name, _)| name).eq(&first) {
                let what = "its path says other settings than those of the other files".into();
                return Err(RunsError::Csv { path: part.path.clone(), what });
            }
            for (name, _) in settings {
                if self.position(name).is_some() {
                    let what = format!("it has a column '{name}', which its path says too");
                    return Err(RunsError::Csv { path: part.path.clone(), what });
                }
            }
        }
        for (settings, part) in told.iter().zip(&self.parts) {
            for row in &mut self.rows[part.rows.clone()] {
                settings.iter().for_each(|(_, value)| row.push_field(value));
            }
        }
        let places = self.header.len()..self.header.len() + first.len();
        self.header.extend(first);
        Ok(places.collect())
    }

    fn add(
        &mut self,
        path: &Path,
        names: &Names,
        ids: &mut HashMap<String, usize>,
        columns: &mut Option<Columns>,
    ) -> Result<(), RunsError> {
        let Files { runs: file, epochs, layers } = files(path, names)?;
        let (found, epochs, layers) = match layers {
            Some(path) => {
                let (found, layers) = layers::runs(&path, &file, names, columns)?;
                (found, Some(path), Some(layers))
            }
            None => {
                self.check_header(&columns::header(&file, &names.reading)?, &file)?;
                let (found, epochs) = read(&file, epochs, names, columns)?;
                (found, epochs, None)
            }
        };
        let RunsOfEpochs { header, rows, identity, unit, last, assumed, left_out } = found;
        if self.left_out.is_empty() {
            self.left_out = left_out;
        }
        for sentence in assumed {
            if !self.assumed.contains(&sentence) {
                self.assumed.push(sentence);
            }
        }
        self.check_header(&header, &file)?;
        if rows.is_empty() {
            return Err(RunsError::Empty(file));
        }
        let ours = columns::are_ours(&header);
        self.header = header;
        let id: Vec<usize> = identity.iter().filter_map(|name| self.position(name)).collect();
        let first = self.rows.len();
        let mut here = HashSet::new();
        for (i, row) in rows.into_iter().enumerate() {
            if ours {
                let id = id.iter().map(|&id| &row[id]).collect::<Vec<_>>().join(", layer ");
                if !here.insert(id.clone()) {
                    return Err(RunsError::TwiceTrial { path: file, row: i + 1, id });
                }
                // A training that two directories have is one training.
                if let Some(&known) = ids.get(&id) {
                    self.check_equal(known, &row, &file, &id)?;
                    continue;
                }
                ids.insert(id, self.rows.len());
            }
            self.rows.push(row);
        }
        let rows = first..self.rows.len();
        self.parts.push(Part { path: file, epochs, rows, identity, unit, last, layers });
        Ok(())
    }

    /// Makes sure that a file has the columns of those before.
    fn check_header(&self, header: &[String], file: &Path) -> Result<(), RunsError> {
        match self.parts.first() {
            Some(first) if header != self.header => {
                let what = differing(header, &self.header);
                Err(RunsError::Mixed { one: first.path.clone(), other: file.into(), what })
            }
            _ => Ok(()),
        }
    }

    /// Makes sure that a row says of a training what another file said of it, but for the time it took.
    fn check_equal(
        &self,
        run: usize,
        row: &csv::StringRecord,
        file: &Path,
        id: &str,
    ) -> Result<(), RunsError> {
        let cells = self.header.iter().zip(self.rows[run].iter().zip(row));
        // What only one of them has monitored is no contradiction.
        let differs = |(name, (a, b)): &(&String, (&str, &str))| {
            *name != "seconds" && a != b && !a.is_empty() && !b.is_empty()
        };
        let Some((column, (one, other))) = cells.into_iter().find(differs) else { return Ok(()) };
        Err(RunsError::Conflict {
            id: id.into(),
            what: format!("{column} {one} and {other}"),
            one: self.part(run).path.clone(),
            other: file.into(),
        })
    }

    /// What was assumed of the files, in a line of sentences; nothing of our own.
    #[must_use]
    pub fn assumed(&self) -> Option<String> {
        (!self.is_ours() && !self.assumed.is_empty()).then(|| self.assumed.join(" "))
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

    /// The files of all runs, in the order in which they were read.
    pub fn files(&self) -> Vec<&Path> {
        self.parts.iter().map(|part| part.path.as_path()).collect()
    }

    /// The place among the files of that of a run.
    pub fn file_of(&self, run: usize) -> usize {
        self.parts.iter().position(|part| part.rows.contains(&run)).unwrap_or(0)
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
        pair_by: &str,
    ) -> impl Iterator<Item = &'a Setting> + use<'a, 'b> {
        let pairs = self.find(pair_by).map(|setting| setting.name.as_str());
        let varies =
            move |setting: &&Setting| Some(setting.name.as_str()) != pairs && setting.varies(of);
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

    /// The setting of a name, in which - stands for _. The only column of seeds is `seed`, whatever stands before the
    /// word; where there are no seeds, `seed` is what folds are told by.
    fn find(&self, name: &str) -> Option<&Setting> {
        let named = self.settings.iter().find(|setting| same_name(&setting.name, name));
        if named.is_some() || name != "seed" {
            return named;
        }
        let mut seeds = self.settings.iter().filter(|setting| columns::is_seed(&setting.name));
        match (seeds.next(), seeds.next()) {
            (None, _) => self.settings.iter().find(|setting| setting.name == wide::FOLD),
            (only, None) => only,
            _ => None,
        }
    }

    /// The setting of a name, in which - stands for _.
    ///
    /// # Errors
    ///
    /// When there is no such column; the message has the nearest name and those that vary.
    pub fn setting(&self, name: &str) -> Result<&Setting, RunsError> {
        self.find(name).ok_or_else(|| {
            let wanted = name.replace('-', "_");
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
            let hint = hint + self.look_up();
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
        // What a model is worth before what it takes, and on new data before that on what it was trained with.
        others.sort_by_key(|name| match () {
            () if !direction::sounds_measured(name) => 3,
            () if direction::is_time(name) => 2,
            () => usize::from(!is_held_out(name)),
        });
        metrics.extend(others);
        metrics
    }

    /// The measure that a text asks for. `better` says which values of the column are, where its name does not.
    ///
    /// # Errors
    ///
    /// When no column is named and none of the metrics is fit for it, or when the epoch depends on which values are
    /// better and nothing says it.
    pub fn measure(
        &self,
        text: &MeasureText,
        at: &At,
        better: Option<Better>,
    ) -> Result<Measure, RunsError> {
        let metrics = self.metrics();
        let known = KNOWN.into_iter().map(String::from);
        let names: Vec<String> =
            metrics.iter().cloned().chain(known).chain(self.header.clone()).collect();
        let at = match at {
            At::BestOf(column) => {
                let same = names.iter().find(|name| same_name(name, column));
                &At::BestOf(same.unwrap_or(column).clone())
            }
            At::Kept(_) if !self.is_ours() => {
                return Err(RunsError::NotOurs { path: self.path().into() });
            }
            At::Kept(_) => &At::Kept(self.kept_by()),
            at => at,
        };
        let measure = text.resolve(at, &metrics, &names)?.with(better);
        if let Some(column) = measure.undecided() {
            let (path, column) = (self.path().into(), column.into());
            return Err(RunsError::Direction { path, column });
        }
        let fraction = !self.above_one.contains(&measure.column);
        let single = !self.is_ours() && !self.has_epochs();
        let of_layers = self.is_of_layers(&measure.column);
        if let (How::EpochsTo(percent) | How::SecondsTo(percent), true) =
            (&measure.how, fraction && measure.column.contains("accuracy"))
            && *percent > 1.0
            && *percent <= 100.0
        {
            let fraction = MeasureText {
                threshold: text.threshold.map(|threshold| threshold.over(100.0)),
                ..text.clone()
            };
            return Err(RunsError::Percent {
                asked: text.to_string(),
                fraction: fraction.to_string(),
            });
        }
        Ok(Measure { fraction, single, of_layers, unit: self.unit().clone(), ..measure })
    }

    /// The same, of a metric by which something is chosen, where `better` is said of another `metric`: it decides only
    /// what the name does not say.
    ///
    /// # Errors
    ///
    /// As of `measure`, and when nothing says which values are better.
    pub fn judge(
        &self,
        text: &MeasureText,
        at: &At,
        metric: Option<&MeasureText>,
        better: Option<Better>,
    ) -> Result<Measure, RunsError> {
        let column = |text: &MeasureText| text.column.clone().unwrap_or_default();
        let other = metric.is_none_or(|metric| !same_name(&column(metric), &column(text)));
        let by_name = self.measure(text, at, None).ok().filter(|m| m.better != Direction::Unknown);
        let measure = match by_name.filter(|_| other) {
            Some(measure) => measure,
            None => self.measure(text, at, better)?,
        };
        if measure.better == Direction::Unknown {
            let (path, column) = (self.path().into(), measure.column);
            return Err(RunsError::Direction { path, column });
        }
        Ok(measure)
    }

    /// Which value of some trainings counts if nothing is said: that of the network that each keeps, of layers the last.
    pub fn default_at(&self, of: &[usize]) -> At {
        if self.layer().is_some() { At::Last } else { self.kept_at(of) }
    }

    /// Which value of some trainings is that of the network that each keeps. Without early stopping it is the last one.
    pub fn kept_at(&self, of: &[usize]) -> At {
        let stopped = of.iter().filter(|&&run| self.keeps_best(run)).count();
        match stopped {
            _ if !self.is_ours() || !self.has_epochs() => At::Last,
            0 => At::Last,
            n if n == of.len() => At::BestOf(self.kept_by().into()),
            _ => At::Kept(self.kept_by()),
        }
    }

    /// The metric of the validation set that may choose an epoch in the place of one of the test set: that of the same
    /// name but for the set. `None` if there is none, or there are no epochs.
    pub fn validation_of(&self, metric: &str) -> Option<String> {
        const SETS: [&str; 5] = ["validation", "valid", "val", "dev", "eval"];
        if !self.has_epochs() {
            return None;
        }
        let of_test = words(metric);
        let place = of_test.iter().position(|word| word == "test")?;
        let same = |name: &String| {
            let of_name = words(name);
            of_name.len() == of_test.len()
                && of_name.iter().zip(&of_test).enumerate().all(|(i, (a, b))| match i == place {
                    true => SETS.contains(&a.as_str()),
                    false => a == b,
                })
        };
        self.metrics().into_iter().find(same)
    }

    /// The column by which early stopping keeps a network.
    fn kept_by(&self) -> &'static str {
        let has = |name: &str| self.header.iter().any(|column| column.ends_with(name));
        match has(at::KEPT_BY_OF_NUMBERS) && !has(at::KEPT_BY) {
            true => at::KEPT_BY_OF_NUMBERS,
            false => at::KEPT_BY,
        }
    }

    /// Whether a training kept the network of its best validation accuracy: early stopping does, also of a training
    /// that came to its last epoch.
    pub fn keeps_best(&self, run: usize) -> bool {
        if !self.is_ours() {
            return false;
        }
        match self.position("early_stop") {
            Some(_) => self.cell(run, "early_stop").is_some(),
            None => self.cell(run, "status") == Some("early-stopped"),
        }
    }

    /// Whether the runs are trainings of this program.
    pub fn is_ours(&self) -> bool {
        columns::are_ours(&self.header)
    }

    /// The fewest and the most epochs of some runs, if that is known.
    pub fn epochs(&self, of: &[usize]) -> Option<(usize, usize)> {
        let counts = of.iter().map(|&run| match self.part(run) {
            part if part.last.is_empty() => self.cell(run, "epochs_trained")?.parse().ok(),
            part => part.last.get(run - part.rows.start).map(|&last| part.unit.done(last)),
        });
        let counts: Option<Vec<usize>> = counts.collect();
        let counts = counts?;
        Some((*counts.iter().min()?, *counts.iter().max()?))
    }

    /// What the epochs of the runs are counted in.
    pub fn unit(&self) -> &Unit {
        &self.parts[0].unit
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
        let mut courses = vec![Vec::new(); self.len()];
        for part in &self.parts {
            if part.is_of_trainings(metric) {
                self.read_trainings(part, metric, &mut courses)?;
                continue;
            }
            let Some(epochs) = &part.epochs else {
                return Err(RunsError::Column {
                    path: part.path.clone(),
                    column: "epoch".into(),
                    hint: "it has one row a run".into(),
                });
            };
            let source = Source { epochs, unit: &part.unit, identity: &part.identity };
            self.read_courses(part, &source, metric, &mut courses)?;
            if !self.is_ours() {
                missing::without_gaps(&mut courses[part.rows.clone()]);
            }
        }
        if courses.iter().all(Vec::is_empty) {
            return Err(self.no_metric(metric));
        }
        Ok(courses)
    }

    /// Adds the courses of the runs of a part that stand in a file.
    fn read_courses(
        &self,
        part: &Part,
        &Source { epochs, unit, identity }: &Source<'_>,
        metric: &str,
        courses: &mut [Course],
    ) -> Result<(), RunsError> {
        let columns: Vec<usize> = identity.iter().filter_map(|name| self.position(name)).collect();
        // A training of ours may stand in another file too; runs of others are told by their file.
        let runs = if self.is_ours() { 0..self.len() } else { part.rows.clone() };
        // Layers without a value are no runs.
        let others = part.layers.is_some();
        let index = curves::Index::new(&self.rows, runs, &columns, identity, others);
        match curves::read(epochs, &self.reading, unit, metric, &index, &part.rows, courses) {
            Err(RunsError::Column { column, .. }) if column == metric => {
                Err(self.no_metric(metric))
            }
            read => read,
        }
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

    /// The place of a run, or of the training that it is a layer of, in its file; the first is 1.
    fn place(&self, run: usize) -> usize {
        let before: Vec<usize> = (self.part(run).rows.start..=run).collect();
        self.trainings(&before)
    }

    fn no_metric(&self, metric: &str) -> RunsError {
        let mut metrics = self.metrics();
        if let Some((column, why)) = self.left_out.iter().find(|(name, _)| same_name(name, metric))
        {
            let (column, metrics) = (column.clone(), metrics.join(", "));
            return RunsError::LeftOut { path: self.path().into(), column, why, metrics };
        }
        // Those of layers too, which are not read unless they are asked for.
        let others = self.parts.iter().flat_map(|part| layers::measured_beside(&part.path));
        for other in others {
            if !metrics.contains(&other) {
                metrics.push(other);
            }
        }
        let similar = nearest(metric, metrics.iter().map(String::as_str));
        let monitored = match (metrics.is_empty(), similar) {
            (true, _) => "no metrics at all".into(),
            // What is there, but was not monitored, is no slip.
            (false, Some(similar)) if !KNOWN.contains(&metric) => {
                format!("{}: did you mean '{similar}'?", metrics.join(", "))
            }
            (false, _) => metrics.join(", "),
        };
        let monitored = monitored + self.look_up();
        RunsError::NotMonitored { path: self.path().into(), metric: metric.into(), monitored }
    }

    /// Where to see what the columns of another program were taken for.
    fn look_up(&self) -> &'static str {
        if self.is_ours() {
            ""
        } else {
            " (nablab columns FILE tells what each column was taken for)"
        }
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

/// What is read of a place.
struct Files {
    /// The file of the runs.
    runs: PathBuf,
    /// The file of their epochs.
    epochs: Option<PathBuf>,
    /// The file of their layers, if these are the runs.
    layers: Option<PathBuf>,
}

fn files(path: &Path, names: &Names) -> Result<Files, RunsError> {
    if path.is_dir() {
        let [trials, epochs] = ["trials.csv", "epochs.csv"].map(|name| path.join(name));
        let (runs, epochs) = match (trials.exists(), epochs.exists()) {
            (true, with_epochs) => (trials, with_epochs.then_some(epochs)),
            (false, true) => (epochs.clone(), Some(epochs)),
            (false, false) => return Err(RunsError::Nothing(path.into())),
        };
        let layers = layers::asked_for(&runs, names)?;
        return Ok(Files { runs, epochs, layers });
    }
    if !path.exists() {
        return Err(RunsError::Nothing(path.into()));
    }
    let sheet = Sheet::open(path, &names.reading)?;
    if !layers::metrics(&sheet.names).is_empty() {
        return Ok(Files { runs: path.into(), epochs: None, layers: Some(path.into()) });
    }
    // Our own trials.csv given by its name: its epochs are beside it.
    let beside = path.with_file_name("epochs.csv");
    let ours = path.ends_with("trials.csv") && beside.exists();
    let epochs = match columns::index(&sheet, names) {
        Some(_) => Some(path.into()),
        None => ours.then_some(beside),
    };
    Ok(Files { runs: path.into(), epochs, layers: layers::asked_for(path, names)? })
}

/// The runs of a file, and the file of their epochs.
fn read(
    file: &Path,
    epochs: Option<PathBuf>,
    names: &Names,
    columns: &mut Option<Columns>,
) -> Result<(RunsOfEpochs, Option<PathBuf>), RunsError> {
    let alone = epochs.as_deref() == Some(file);
    if alone
        && let Some(index) = columns::index(&Sheet::open(file, &names.reading)?, names)
        && let Some(runs) = curves::runs_of_epochs(file, index, names, columns)?
    {
        return Ok((runs, epochs));
    }
    let mut sheet = Sheet::open(file, &names.reading)?;
    if let Some(axis) = sheet.axis() {
        let what = format!(
            "'{}' numbers the rows of a chart by no whole numbers; expected a chart that was exported with steps or \
             epochs as its x axis",
            sheet.names[axis]
        );
        return Err(RunsError::Csv { path: file.into(), what });
    }
    let (header, rows) = (sheet.names.clone(), sheet.rows()?);
    if !alone {
        let columns = columns.get_or_insert_with(|| Columns::new(&header));
        columns.set_wide(&sheet);
        rows.iter().for_each(|row| columns.see(row.as_byte_record()));
    }
    let (identity, unit, last) = (vec!["trial_id".into()], Unit::default(), Vec::new());
    // Every row is a run, even if one of its columns is called epoch.
    let epochs = epochs.filter(|_| !alone);
    let (assumed, left_out) = (sheet.assumed(), sheet.left_out().to_vec());
    Ok((RunsOfEpochs { header, rows, identity, unit, last, assumed, left_out }, epochs))
}

#[cfg(test)]
mod tests;
