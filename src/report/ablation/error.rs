use crate::results::runs::RunsError;
use thiserror::Error;

/// A table that cannot be made.
#[derive(Debug, Error)]
pub enum AblationError {
    /// The results cannot be read or lack a column.
    #[error(transparent)]
    Runs(#[from] RunsError),
    /// A setting has no such value.
    #[error("{option}: {setting} is never '{value}'; its values are {values}")]
    Value {
        /// The option.
        option: &'static str,
        /// The setting.
        setting: String,
        /// What was asked for.
        value: String,
        /// Those there are.
        values: String,
    },
    /// The conditions exclude every run.
    #[error("no run has {0} together")]
    Nothing(String),
    /// No row has the name of the baseline.
    #[error("--baseline: no row '{baseline}'; the rows are {rows}")]
    Baseline {
        /// What was asked for.
        baseline: String,
        /// The rows.
        rows: String,
    },
    /// Two runs of one seed cannot be told apart.
    #[error(
        "two runs have {pair_by} {seed} in the row {row}: name what tells them apart by --by, --vs or --where"
    )]
    Twice {
        /// The column that pairs.
        pair_by: String,
        /// Its value.
        seed: String,
        /// The row.
        row: String,
    },
    /// There is nothing that pairs the runs.
    #[error(
        "no column '{pair_by}' to pair the runs by: name another with --pair-by; there are {columns}"
    )]
    NoPairs {
        /// What was looked for.
        pair_by: String,
        /// The settings.
        columns: String,
    },
    /// One setting in two roles.
    #[error("{0} is asked for twice, by two of {1}")]
    TwoRoles(String, &'static str),
    /// Tuning needs seeds of its own.
    #[error("--tune needs at least 2 seeds to tune with and 2 others to report; there are {0}")]
    FewSeeds(usize),
    /// There is nothing to choose by.
    #[error(
        "--tune: the row {0} has no run with a value and one of the seeds {1}: name others with --tune-seeds"
    )]
    NotTuned(String, String),
    /// A bootstrap needs more.
    #[error("--interval bca needs 20 seeds and more; there are {0}: take the t interval")]
    FewForBootstrap(usize),
    /// A bootstrap knows of no common training data.
    #[error(
        "--interval bca: runs paired by {0} share training data, which the bootstrap cannot correct for: take the t \
         interval"
    )]
    BootstrapOfFolds(String),
    /// Splits of which nothing says how they overlap.
    #[error(
        "--pair-by {0}: say with --folds how much training data they share: K for the folds of one K-fold cross-validation, \
         10 for random splits of which a tenth tests"
    )]
    Splits(String),
    /// Several runs of one fold.
    #[error(
        "--pair-by {pair_by}: its values are averages over {over}, and folds of another repetition are other folds: name a \
         column that numbers the folds of all repetitions, and their number in one with --folds"
    )]
    RepeatedFolds {
        /// What pairs.
        pair_by: String,
        /// What varies within a fold.
        over: String,
    },
    /// Folds that are none.
    #[error("--folds {0}: expected 2 or more, the folds of one cross-validation")]
    Folds(usize),
    /// The tuning seeds leave none, or are none.
    #[error("--tune-seeds {0}")]
    TuneSeeds(String),
    /// There is nothing to leave out.
    #[error("--leave-one-out: {0}")]
    LeaveOneOut(String),
    /// A figure lacks what it is drawn over.
    #[error("the figure needs {0}")]
    Role(String),
    /// There are no metrics to choose from.
    #[error(
        "{0} has no metric that could be shown; name a column with --metric (nablab columns FILE shows \
         them)"
    )]
    NoMetric(String),
}
