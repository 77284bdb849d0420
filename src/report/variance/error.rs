use crate::report::ablation::AblationError;
use crate::results::runs::RunsError;
use crate::stats::Crossed;
use thiserror::Error;

/// Variance components that cannot be told.
#[derive(Debug, Error)]
pub enum VarianceError {
    /// The results cannot be read or lack a column.
    #[error(transparent)]
    Runs(#[from] RunsError),
    /// A value, a condition or a metric is not there.
    #[error(transparent)]
    Selection(#[from] AblationError),
    /// Nothing random varies.
    #[error(
        "no seed varies: expected trainings of several seeds, as by sweep --seed-init 1..10 --seed-order 1..10, or the \
         random factors by --factors"
    )]
    NoFactors,
    /// One setting in two roles.
    #[error("{0} is asked for twice, by --factors and --by")]
    TwoRoles(String),
    /// More factors than anyone reads.
    #[error("--factors: expected at most {most}, there are {0}", most = Crossed::MOST_FACTORS)]
    ManyFactors(usize),
    /// A factor with a single value.
    #[error("--factors: {factor} has one value only{place}; expected two or more")]
    OneLevel {
        /// The factor.
        factor: String,
        /// In which group, as a clause.
        place: String,
    },
    /// Something else varies, so that runs of one combination are no repetitions.
    #[error(
        "{setting} varies too{place}: name it by --factors if it is random, or by --by or --where"
    )]
    Varies {
        /// The setting.
        setting: String,
        /// In which group, as a clause.
        place: String,
    },
    /// Combinations without runs.
    #[error(
        "no run has {first}{others}: the components need every combination; finish the sweep, or leave out values by \
         --where"
    )]
    Incomplete {
        /// The first of them.
        first: String,
        /// How many more there are, as a clause.
        others: String,
    },
    /// Combinations with different numbers of runs.
    #[error(
        "{first} has {least} and {other} {most}: the components need as many runs of every combination; choose them by \
         --where"
    )]
    Unbalanced {
        /// The combination with the fewest runs.
        first: String,
        /// Their number in words, `1 run`.
        least: String,
        /// That with the most.
        other: String,
        /// Their number.
        most: usize,
    },
    /// Runs without a value.
    #[error(
        "{lost}, the first with {first}: without their values the spread would look smaller than it is; expected a \
         metric that all have, or values of --where that leave whole rows out"
    )]
    Lost {
        /// How many of how many, and why.
        lost: String,
        /// The combination of the first.
        first: String,
    },
}
