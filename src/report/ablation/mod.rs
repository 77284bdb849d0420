//! Ablation tables: what a setting does to a metric, over seeds, with honest error bars.
//!
//! A table has a row for each value of some settings and, if wanted, a column for each value of one
//! more. Each cell is the mean over seeds with its t interval; each is compared with the baseline, and
//! with all others of its column, by differences that are paired by seed. The p values of a table are
//! corrected together (Holm), the marks hold the best of each column (Gupta, Hsu), both together are
//! wrong about anything in at most 5 % of tables, and where there are too few seeds nothing is said.
//!
//! | file | idea |
//! |---|---|
//! | `request` | what a table is asked to show |
//! | `defaults` | sensible rows, columns and metric by the settings that vary |
//! | `rows` | which runs belong to which row; one factor at a time |
//! | `cell` | the runs of a cell become a sample, a value a seed; tuning |
//! | `compare` | differences, p values, what is best |
//! | `facts` | what a caption has to say |
//! | `document`, `caption`, `verdict` | the table in words and rounded numbers |
//! | `formats` | text, Markdown, LaTeX, CSV, Typst, HTML |

mod caption;
mod cell;
mod compare;
mod defaults;
mod document;
mod error;
mod facts;
mod formats;
mod request;
mod rows;
#[cfg(test)]
mod tests;
mod verdict;

pub(super) use caption::flattery_of;
pub use caption::seeds_added;
pub use cell::{Cell, Standing};
pub(super) use compare::{ALPHA, POWER};
pub use compare::{Difference, Levels, MIN_PAIRS};
pub use defaults::OneArm;
pub(super) use defaults::choose_epoch;
pub use document::{Document, Entry, Sheet};
pub use error::AblationError;
pub use facts::{Facts, shared};
pub use formats::{Format, is_table};
pub use request::{Also, IntervalKind, Request, TestKind, Tune};
pub(super) use rows::{grouped, resolved, select};

use crate::results::runs::{Measure, Runs};

/// A table of cells.
#[derive(Debug, Clone)]
pub struct Ablation {
    /// What was asked for, with nothing left open.
    pub request: Request,
    /// What is measured.
    pub measure: Measure,
    /// The names of the settings that the rows differ in.
    pub row_names: Vec<String>,
    /// Their values, a row each, short enough to be read.
    pub rows: Vec<Vec<String>>,
    /// The same as they are in the file.
    pub raw_rows: Vec<Vec<String>>,
    /// The values of the setting that the columns differ in; a single empty one if there is none.
    pub columns: Vec<String>,
    /// The same as they are in the file.
    pub raw_columns: Vec<String>,
    /// The cells, row by row; `None` where there are no runs.
    pub cells: Vec<Vec<Option<Cell>>>,
    /// The row that all others are compared with.
    pub baseline: Option<usize>,
    /// How many comparisons with the baseline have a p value.
    pub comparisons: usize,
    /// What stars and marks are judged by.
    pub levels: Levels,
    /// What the caption needs to know of the runs.
    pub facts: Facts,
}

impl Ablation {
    /// Makes the table that is asked for; what the request leaves open is chosen by the settings that
    /// vary.
    ///
    /// # Errors
    ///
    /// When a column or value is not there, a metric was not monitored, nothing is left of the runs, or
    /// two runs claim the same place.
    pub fn new(runs: &Runs, request: &Request) -> Result<Self, AblationError> {
        let request = defaults::complete(runs, request)?;
        let selected = rows::select(runs, &request.conditions)?;
        let rows = rows::rows(runs, &request, &selected)?;
        let measure = request.resolved_measure(runs)?;
        let mut facts = Facts::new(runs, &request, &selected)?;
        let cells = cell::cells(runs, &request, &measure, &selected, &rows, &mut facts)?;
        let columns = rows::columns(runs, &request, &selected)?;
        let baseline = rows::baseline(&request, &rows)?;
        let mut ablation = Self {
            measure,
            row_names: rows.names,
            rows: rows.rows.iter().map(|row| row.key.clone()).collect(),
            raw_rows: rows.rows.into_iter().map(|row| row.raw).collect(),
            columns: columns.shown,
            raw_columns: columns.raw,
            cells,
            baseline,
            comparisons: 0,
            levels: Levels::default(),
            facts,
            request,
        };
        compare::compare(&mut ablation);
        Ok(ablation)
    }

    /// The table as CSV for spreadsheets: words that begin with = + - @, which they would take for formulas, have an
    /// apostrophe before them.
    pub fn to_safe_csv(&self) -> String {
        formats::csv_without_formulas(self)
    }

    /// The table in a format.
    pub fn render(&self, format: Format) -> String {
        format.render(self)
    }
}
