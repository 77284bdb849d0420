//! What every column of a file was taken for, and why.

use super::columns::{Columns, counts_rows, is_row_number, is_seed};
use super::direction::{is_time, sounds_measured};
use super::sheet::Sheet;
use super::{Direction, Names, Runs, RunsError, columns};
use std::path::Path;

/// A column, and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Its name.
    pub column: String,
    /// `metric`, `setting`, `seed`, `fold`, `epoch`, `identity`, `time`, `state`, `ignored`.
    pub role: &'static str,
    /// Why, in a few words.
    pub why: String,
}

impl Runs {
    /// What every column was taken for, in the order of the file.
    #[must_use]
    pub fn explained(&self) -> Vec<Explained> {
        let mut explained: Vec<Explained> =
            self.header.iter().map(|name| self.explain(name)).collect();
        explained.extend(self.reading.ignore.iter().map(|name| Explained {
            column: name.clone(),
            role: "ignored",
            why: "by --ignore".into(),
        }));
        explained.extend(self.left_out.iter().map(|(name, why)| Explained {
            column: name.clone(),
            role: "ignored",
            why: (*why).into(),
        }));
        explained
    }

    fn explain(&self, name: &str) -> Explained {
        let (role, why) = self.role(name);
        Explained { column: name.into(), role, why }
    }

    fn role(&self, name: &str) -> (&'static str, String) {
        let column = self.position(name).unwrap_or(0);
        let of_log = self.is_of_epochs();
        if of_log && self.unit().column() == name {
            return ("epoch", "numbers the rows of a run".into());
        }
        if self.columns.told_by == Some(column) && name == super::wide::FOLD {
            return ("fold", "numbers the splits of a row; folds pair the runs".into());
        }
        if let Some(setting) = self.settings.iter().find(|setting| setting.name == name) {
            let values = match setting.values.len() {
                1 => "1 value".into(),
                n => format!("{n} values"),
            };
            return match is_seed(name) {
                true => ("seed", format!("by its name; {values}")),
                false if of_log => ("setting", format!("{values}, each for whole runs")),
                false => ("setting", values),
            };
        }
        if self.metrics.iter().any(|metric| metric == name) {
            return ("metric", self.columns.why_measured(column, name));
        }
        if self.columns.is_empty(column) {
            return ("ignored", "has no values".into());
        }
        if is_row_number(name) {
            return ("ignored", "numbers the rows of the file".into());
        }
        if of_log && counts_rows(name) {
            return ("ignored", format!("counts along with {}", self.unit().column()));
        }
        let cells = || self.rows.iter().map(|row| row.get(column).unwrap_or_default());
        if !self.is_ours() && super::state::is_state(name, cells()) {
            return ("state", "how a run ended".into());
        }
        if is_time(name) {
            return ("time", "by its name".into());
        }
        if super::naming::is_note(name, &self.header) {
            return ("identity", "a note on the run; --settings takes it for a setting".into());
        }
        if self.columns.changing.contains(&column) {
            return ("ignored", "words that change within a run".into());
        }
        if super::BOOKKEEPING.contains(&name) || self.is_ours() {
            return ("ignored", "bookkeeping".into());
        }
        ("identity", "names a run (an id, a date, an address)".into())
    }
}

impl Columns {
    /// Why a column is a metric.
    fn why_measured(&self, column: usize, name: &str) -> String {
        let direction = match Direction::of(name) {
            Direction::Lower => "lower is better",
            Direction::Higher => "higher is better",
            Direction::Unknown => "which is better is not known",
        };
        let why = match () {
            () if sounds_measured(name) => "by its name",
            () if self.changing.contains(&column) => "changes within a run",
            () => "numbers that hardly repeat",
        };
        format!("{why}; {direction}")
    }
}

/// What the columns of a file look like before it is known which of its rows are one run.
///
/// # Errors
///
/// When the file cannot be read.
pub fn first_look(path: &Path, names: &Names) -> Result<Vec<Explained>, RunsError> {
    let mut sheet = Sheet::open(path, &names.reading)?;
    let mut columns = Columns::new(&sheet.names);
    let index = columns::index(&sheet, names);
    columns.set_index(index);
    columns.set_wide(&sheet);
    let mut row = csv::ByteRecord::new();
    while sheet.read(&mut row)? {
        columns.see(&row);
    }
    let settings = columns.settings(names);
    let explain = |(column, name): (usize, &String)| {
        let (role, why) = match () {
            () if index == Some(column) => {
                ("epoch", "numbers the rows of a run, by its name".into())
            }
            () if is_seed(name) => ("seed", "by its name".into()),
            () if columns.is_measurement(column, names) => {
                ("metric", columns.why_measured(column, name))
            }
            () if settings.contains(&column) => {
                ("setting", format!("{} values", columns.distinct(column)))
            }
            () => ("ignored", "bookkeeping, or no values".into()),
        };
        Explained { column: name.clone(), role, why }
    };
    Ok(sheet.names.iter().enumerate().map(explain).collect())
}
