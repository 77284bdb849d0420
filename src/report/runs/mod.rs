//! The runs of a directory of results, or of a CSV file of any other program: what was set, which
//! seed, and what came out.
//!
//! A run is a row of `trials.csv`, and its course the rows of `epochs.csv` with its `trial_id`. A file
//! of another program has either one row a run or, with a column `epoch`, one row an epoch.

mod columns;
mod curves;
mod error;
mod measure;
mod outcome;
mod setting;

pub use error::RunsError;
pub use measure::{At, How, Measure, MeasureText, Threshold};
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
        for path in paths {
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
        let (header, rows, identity) = match &epochs {
            Some(epochs) if *epochs == file => curves::runs_of_epochs(epochs, names, columns)?,
            _ => {
                let (header, rows) = columns::read(&file)?;
                let columns = columns.get_or_insert_with(|| Columns::new(&header));
                rows.iter().for_each(|row| columns.see(row.as_byte_record()));
                (header, rows, vec!["trial_id".into()])
            }
        };
        if rows.is_empty() {
            return Err(RunsError::Empty(file));
        }
        if let Some(first) = self.parts.first() {
            let differing = |a: &[String], b: &[String]| {
                a.iter().filter(|name| !b.contains(name)).cloned().collect::<Vec<_>>()
            };
            let mut what = differing(&header, &self.header);
            what.extend(differing(&self.header, &header));
            if header != self.header {
                let what = if what.is_empty() { "their order".into() } else { what.join(", ") };
                return Err(RunsError::Mixed { one: first.path.clone(), other: file, what });
            }
        }
        let id = header.iter().position(|name| name == "trial_id");
        self.header = header;
        let first = self.rows.len();
        // A training that two directories have is one training.
        let new = |row: &csv::StringRecord| id.is_none_or(|id| ids.insert(row[id].into()));
        self.rows.extend(rows.into_iter().filter(new));
        let rows = first..self.rows.len();
        self.parts.push(Part { path: file, epochs, rows, identity });
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

    /// The directories of all files.
    pub fn directories(&self) -> Vec<PathBuf> {
        let parent = |part: &Part| part.path.parent().map_or(PathBuf::new(), PathBuf::from);
        self.parts.iter().map(parent).collect()
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
        metrics.extend(self.metrics.iter().filter(|m| !KNOWN.contains(&m.as_str())).cloned());
        metrics
    }

    /// The measure that a text asks for.
    ///
    /// # Errors
    ///
    /// When no column is named and none of the metrics is fit for it.
    pub fn measure(&self, text: &MeasureText, at: At) -> Result<Measure, RunsError> {
        let measure = text.resolve(at, &self.metrics())?;
        let ours = self.position("trial_id").is_some();
        let fraction = !self.above_one.contains(&measure.column);
        Ok(Measure { fraction, single: !ours && !self.has_epochs(), ..measure })
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

    /// What every run came to.
    ///
    /// # Errors
    ///
    /// When the metric is not there or was not monitored, a cell is not a number, or a run has no such
    /// epoch.
    pub fn outcomes(&self, measure: &Measure) -> Result<Vec<Outcome>, RunsError> {
        let column = match measure.how {
            How::Value(At::Last) => [format!("last_{}", measure.column), measure.column.clone()],
            How::Value(At::Best) => [format!("best_{}", measure.column), String::new()],
            _ => Default::default(),
        };
        let of_runs = !self.is_of_epochs();
        if let Some(column) = column.iter().find_map(|name| self.position(name)).filter(|_| of_runs)
        {
            return self.column_outcomes(column, &measure.column);
        }
        if of_runs && self.parts.iter().any(|part| part.epochs.is_none()) {
            return Err(self.no_metric(&measure.column));
        }
        let courses = self.curves(&measure.column)?;
        let seconds = match measure.how {
            How::SecondsTo(_) => self.curves("seconds")?,
            _ => Vec::new(),
        };
        let outcome = |run: usize| {
            self.outcome(
                run,
                measure,
                &courses[run],
                seconds.get(run).map_or(&[], |s| s.as_slice()),
            )
        };
        (0..self.len()).map(outcome).collect()
    }

    /// The outcomes in a column with a row a run.
    fn column_outcomes(&self, column: usize, metric: &str) -> Result<Vec<Outcome>, RunsError> {
        let mut outcomes = Vec::new();
        for (run, row) in self.rows.iter().enumerate() {
            let cell = &row[column];
            outcomes.push(match cell {
                _ if self.is_diverged(run) => Outcome::Diverged,
                "" if self.metrics.iter().all(|m| m != metric) => {
                    return Err(self.no_metric(metric));
                }
                "" => {
                    return Err(RunsError::Missing {
                        path: self.part(run).path.clone(),
                        row: run - self.part(run).rows.start + 1,
                        column: self.header[column].clone(),
                    });
                }
                _ => match cell.trim().parse::<f64>() {
                    Ok(value) if value.is_finite() => Outcome::Value(value),
                    Ok(_) => Outcome::Diverged,
                    Err(_) => {
                        return Err(RunsError::Number {
                            path: self.part(run).path.clone(),
                            row: run - self.part(run).rows.start + 1,
                            column: self.header[column].clone(),
                            cell: cell.into(),
                        });
                    }
                },
            });
        }
        Ok(outcomes)
    }

    fn outcome(
        &self,
        run: usize,
        measure: &Measure,
        course: &[(usize, f64)],
        seconds: &[(usize, f64)],
    ) -> Result<Outcome, RunsError> {
        let diverged = self.is_diverged(run) || course.iter().any(|(_, value)| !value.is_finite());
        let cost = measure::is_cost(&measure.column);
        let reached = |threshold: f64| {
            course.iter().position(|&(_, v)| if cost { v <= threshold } else { v >= threshold })
        };
        let value = match measure.how {
            _ if diverged => return Ok(Outcome::Diverged),
            How::Value(At::Last) => course.last().map(|&(_, value)| value),
            How::Value(At::Best) => course
                .iter()
                .map(|&(_, value)| value)
                .reduce(|a, b| if (b < a) == cost { b } else { a }),
            How::Value(At::Epoch(epoch)) => {
                course.iter().find(|&&(e, _)| e == epoch).map(|&(_, value)| value)
            }
            How::EpochsTo(threshold) => match reached(threshold) {
                Some(epoch) => Some((epoch + 1) as f64),
                None => return Ok(Outcome::Missed),
            },
            How::SecondsTo(threshold) => match reached(threshold) {
                Some(epoch) => Some(seconds.iter().take(epoch + 1).map(|(_, s)| s).sum()),
                None => return Ok(Outcome::Missed),
            },
        };
        match (value, measure.how) {
            (Some(value), _) => Ok(Outcome::Value(value)),
            (None, How::Value(At::Epoch(epoch))) => Err(RunsError::NoEpoch {
                path: self.part(run).path.clone(),
                epoch,
                last: course.last().map_or(0, |&(e, _)| e),
            }),
            (None, _) => Err(self.no_metric(&measure.column)),
        }
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
            let Some(epochs) = &part.epochs else {
                return Err(RunsError::Column {
                    path: part.path.clone(),
                    column: "epoch".into(),
                    hint: "it has one row a run".into(),
                });
            };
            let identity: Vec<usize> =
                part.identity.iter().filter_map(|name| self.position(name)).collect();
            let index = curves::Index::new(&self.rows, &identity, &part.identity);
            match curves::read(epochs, metric, &index, &part.rows, &mut courses) {
                Err(RunsError::Column { column, .. }) if column == metric => {
                    return Err(self.no_metric(metric));
                }
                read => read?,
            }
        }
        if courses.iter().all(Vec::is_empty) {
            return Err(self.no_metric(metric));
        }
        Ok(courses)
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
