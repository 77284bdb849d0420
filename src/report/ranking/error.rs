use crate::report::ablation::AblationError;
use crate::results::runs::RunsError;
use thiserror::Error;

/// A ranking that cannot be made.
#[derive(Debug, Error)]
pub enum RankingError {
    /// A column, value or metric is not there, or the conditions exclude every run.
    #[error(transparent)]
    Ablation(#[from] AblationError),
    /// Nothing says what the methods are.
    #[error("name the settings that tell the methods apart, as in --by {example}; {varying}")]
    NoMethods {
        /// A setting that would do.
        example: String,
        /// Those that vary.
        varying: String,
    },
    /// Nothing says what the data sets are.
    #[error(
        "no column tells the data sets apart: name it with --data, or give a directory of results for each of them; {0}"
    )]
    NoData(String),
    /// One setting in two roles.
    #[error("{0} is asked for twice, by two of --by, --data and --pair-by")]
    TwoRoles(String),
    /// There is nothing to compare.
    #[error("a ranking needs 2 methods or more; there is only {0}")]
    OneMethod(String),
    /// Too many to show.
    #[error("a ranking has at most {most} methods; there are {there}: choose some with --where")]
    ManyMethods {
        /// The most there may be.
        most: usize,
        /// How many there are.
        there: usize,
    },
    /// There is nothing to rank over.
    #[error(
        "a ranking needs 2 data sets or more; there is only {0}: `nablab ablate` compares methods on one, by seeds"
    )]
    OneData(String),
    /// Nothing is left of the table.
    #[error("--drop-incomplete {option} leaves {left}: {first}")]
    NothingLeft {
        /// What was to be left out.
        option: &'static str,
        /// How many methods or data sets are left.
        left: String,
        /// A place without a value.
        first: String,
    },
    /// A method has no value on a data set.
    #[error(
        "{method} has no {what} on {data}{more}: leave out incomplete methods or data sets with --drop-incomplete \
         methods or --drop-incomplete data"
    )]
    Incomplete {
        /// The method.
        method: String,
        /// The data set.
        data: String,
        /// What is missing: runs, or values of some.
        what: &'static str,
        /// How many other places there are.
        more: String,
    },
    /// Two runs of one seed cannot be told apart.
    #[error(
        "two runs of {method} on {data} have the same {pair_by}{seed}; {differ}: name what tells them apart by --by, or \
         choose with --where"
    )]
    Twice {
        /// The method.
        method: String,
        /// The data set.
        data: String,
        /// The column that tells seeds.
        pair_by: String,
        /// Its value.
        seed: String,
        /// The settings that they differ in.
        differ: String,
    },
    /// No method has the name of the baseline.
    #[error("--baseline: no method '{baseline}'; the methods are {methods}")]
    Baseline {
        /// What was asked for.
        baseline: String,
        /// Those there are.
        methods: String,
    },
    /// Runs of one data set have different ends of their scale, or none.
    #[error("--normalise: {0}")]
    Normalise(String),
    /// Pooling would weigh data sets differently.
    #[error(
        "--aggregate and --profiles pool the runs of all data sets and need as many on each; {method} has {one} on \
         {data} and {other} on {elsewhere}"
    )]
    Uneven {
        /// The method.
        method: String,
        /// A data set.
        data: String,
        /// Its runs.
        one: usize,
        /// Another data set.
        elsewhere: String,
        /// Its runs.
        other: usize,
    },
    /// A run without a value has no score of its own.
    #[error(
        "{lost} of {method} on {data}: --aggregate and --profiles need a score of every run; with --normalise such a run \
         has that of the worst"
    )]
    Lost {
        /// What became of which runs.
        lost: String,
        /// The method.
        method: String,
        /// The data set.
        data: String,
    },
}

impl From<RunsError> for RankingError {
    fn from(error: RunsError) -> Self {
        Self::Ablation(error.into())
    }
}
