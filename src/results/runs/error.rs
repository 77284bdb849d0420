use std::path::PathBuf;
use thiserror::Error;

/// Results that could not be read or do not have what was asked of them.
#[derive(Debug, Error)]
pub enum RunsError {
    /// There is nothing to read.
    #[error("{0} is neither a directory with trials.csv or epochs.csv nor a CSV file")]
    Nothing(PathBuf),
    /// The file is missing, unreadable or not CSV.
    #[error("cannot read {path}: {what}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The file has a header, and nothing else.
    #[error("{0} has no rows")]
    Empty(PathBuf),
    /// A column is missing.
    #[error("{path}: no column '{column}'; {hint}")]
    Column {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        column: String,
        /// The columns that would do.
        hint: String,
    },
    /// A column is there, and empty.
    #[error("{path}: '{metric}' was not monitored; there are {monitored}")]
    NotMonitored {
        /// The file.
        path: PathBuf,
        /// The metric.
        metric: String,
        /// Those with values.
        monitored: String,
    },
    /// A column of the file is not read.
    #[error("{path}: '{column}' is left out, as it {why}; there are {metrics}")]
    LeftOut {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// Why.
        why: &'static str,
        /// The metrics that are read.
        metrics: String,
    },
    /// No metric fits.
    #[error(
        "no accuracy to reach: name the metric, as in epochs_to:COLUMN:0.95; there are {metrics}"
    )]
    NoMetric {
        /// The metrics.
        metrics: String,
    },
    /// A share in percent.
    #[error("{asked}: accuracies are fractions of 1 here; did you mean {fraction}?")]
    Percent {
        /// What was asked for.
        asked: String,
        /// The same as a fraction.
        fraction: String,
    },
    /// A cell is not a number.
    #[error("{path}, row {row}: '{cell}' in column '{column}' is not a number")]
    Number {
        /// The file.
        path: PathBuf,
        /// The row, counted from 1 after the header.
        row: usize,
        /// The column.
        column: String,
        /// The cell.
        cell: String,
    },
    /// A cell is not a whole number.
    #[error(
        "{path}, row {row}: '{cell}' in column '{column}' is not a whole number that could number the rows of a run; \
         --epoch-column names another"
    )]
    Whole {
        /// The file.
        path: PathBuf,
        /// The row, counted from 1 after the header.
        row: usize,
        /// The column.
        column: String,
        /// The cell.
        cell: String,
    },
    /// Nobody knows which values are better.
    #[error(
        "{path}: the name '{column}' does not say which of its values are better: say --better lower or --better higher"
    )]
    Direction {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// The metric was not measured when another was best.
    #[error(
        "{path}: run {run} has no {metric} for {unit} {number}, in which its {chooser} is best"
    )]
    NotAtBest {
        /// The file.
        path: PathBuf,
        /// Which of its runs, counted from 1.
        run: usize,
        /// The metric.
        metric: String,
        /// What the rows are numbered by.
        unit: String,
        /// Its number.
        number: usize,
        /// The column that was best.
        chooser: String,
    },
    /// Another program's runs do not say which network was kept.
    #[error(
        "{path}: --at kept is for trainings of this program: name the column that chose, as in --at best:val_loss"
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A value is missing where others are.
    #[error("{path}, row {row}: no value in column '{column}', which other rows have")]
    Missing {
        /// The file.
        path: PathBuf,
        /// The row, counted from 1 after the header.
        row: usize,
        /// The column.
        column: String,
    },
    /// Two files do not have the same columns.
    #[error(
        "{one} and {other} have different columns ({what}): were they written by different versions?"
    )]
    Mixed {
        /// A file.
        one: PathBuf,
        /// The other.
        other: PathBuf,
        /// What only one of them has.
        what: String,
    },
    /// Nothing tells two runs apart.
    #[error(
        "{path}: two rows for {column} {epoch} of one run; a column has to tell the runs apart, such as run or seed, \
         or one that --settings names (nablab columns FILE tells what each column was taken for)"
    )]
    Repeated {
        /// The file.
        path: PathBuf,
        /// The column that numbers the rows of a run.
        column: String,
        /// The epoch.
        epoch: usize,
    },
    /// What is said to be a setting is none.
    #[error(
        "{path}: '{column}' changes within a run, so that it is no setting of one; expected columns that have one value \
         for all rows of a run (nablab columns FILE tells what each column was taken for)"
    )]
    Changes {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// A training stands in a file twice.
    #[error("{path}, row {row}: trial '{id}' stands in the file twice")]
    TwiceTrial {
        /// The file.
        path: PathBuf,
        /// The row, counted from 1 after the header.
        row: usize,
        /// The trial.
        id: String,
    },
    /// Two files say different things of one training.
    #[error("trial {id}: {what}, in {one} and {other}: results that should have equal bits")]
    Conflict {
        /// The trial.
        id: String,
        /// The first column that differs, and both cells.
        what: String,
        /// A file.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// The epochs of a training are in the file, but not the training.
    #[error("{path}, row {row}: trial '{id}' is not in trials.csv")]
    UnknownTrial {
        /// The file.
        path: PathBuf,
        /// The row, counted from 1 after the header.
        row: usize,
        /// The trial.
        id: String,
    },
    /// A training has no epochs at all.
    #[error("{path}: run {run} has no epoch with a {metric}")]
    NoEpochs {
        /// The file.
        path: PathBuf,
        /// Which of its runs, counted from 1.
        run: usize,
        /// The metric.
        metric: String,
    },
    /// What is asked for needs a row an epoch.
    #[error("{path} has one row a run and no epochs: only --at last can be shown")]
    NoCourses {
        /// The file.
        path: PathBuf,
    },
    /// A training did not come to the epoch that was asked for.
    #[error("{path}: run {run} has no epoch {epoch}; its last one is {last}")]
    NoEpoch {
        /// The file.
        path: PathBuf,
        /// Which of its runs, counted from 1.
        run: usize,
        /// What was asked for.
        epoch: usize,
        /// The last one there is.
        last: usize,
    },
}
