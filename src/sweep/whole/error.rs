use crate::data::DataError;
use crate::files::WriteError;
use crate::sweep::{DirectoryError, HalvingError, JournalError, MergeError, PlanError};
use crate::train::SpecError;
use std::path::PathBuf;
use thiserror::Error;

/// A sweep that cannot be run.
#[derive(Debug, Error)]
pub enum SweepError {
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A setting, a value or a training makes no sense.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A metric that there is not.
    #[error("monitor: {0}")]
    Monitor(String),
    /// Seeds cannot be added until something is known.
    #[error("--until: {0}")]
    Until(String),
    /// A search by halving that makes no sense.
    #[error("--halving: {0}")]
    Halving(#[from] HalvingError),
    /// Rounds of a search by halving cannot be shared out.
    #[error("--shard: each round of halving needs the results of the one before")]
    Shard,
    /// The data have changed.
    #[error("{0}: the files are not the ones that the sweep began with")]
    OtherData(String),
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Sweeps cannot be united.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A training cannot be run.
    #[error("--{option}: {0}", option = .0.option())]
    Training(#[from] SpecError),
    /// Nothing was monitored by which settings could be told apart.
    #[error("nothing was monitored by which settings could be chosen")]
    NoMetric,
    /// Nothing has a result yet.
    #[error("{0}: no training is done yet")]
    NoResults(PathBuf),
    /// Some trials have no result.
    #[error("{path}: {left} trainings have no result yet")]
    Unfinished {
        /// The directory.
        path: PathBuf,
        /// How many.
        left: usize,
    },
    /// A lucky seed of the initial weights, say, would be among the best settings.
    #[error(
        "{path}: {option} differs or is given; expected a sweep that leaves all that is random to --seeds"
    )]
    OwnSeeds {
        /// The directory.
        path: PathBuf,
        /// The setting.
        option: &'static str,
    },
    /// All seeds are used up.
    #[error("{path}: no fresh seeds are left above {last}")]
    NoSeeds {
        /// The directory.
        path: PathBuf,
        /// The highest seed of the sweep.
        last: u64,
    },
    /// No trial, or more than one, has an id that begins so.
    #[error("--only {id}: {}", match found {
        0 => "no training of this sweep has such an id; see trials.csv".to_string(),
        n => format!("{n} trainings have ids that begin so; expected more digits"),
    })]
    NoTrial {
        /// The beginning of an id.
        id: String,
        /// How many trials there are.
        found: usize,
    },
    /// A trial that was trained again has not the bits of before.
    #[error("{id}: not the bits that the journal has: {difference}")]
    OtherBits {
        /// The trial.
        id: String,
        /// What differs.
        difference: String,
    },
    /// Searches by halving cannot be united.
    #[error("sweeps with --halving cannot be united: each chooses among its own settings")]
    UnitedHalving,
}
