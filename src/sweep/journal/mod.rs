//! The journal of a sweep: what is known of its trials, a line each, in one file a writer.
//!
//! A line is complete or it does not count: its checksum says which. Whatever is not in a journal is
//! still to do; nothing else needs to be known to go on after a crash.

#[cfg(test)]
mod damage;
mod line;
mod reader;
mod writer;

use line::MAX_LINE;
pub use line::{Entry, difference};
pub use reader::{Journals, Known};
pub use writer::{Disk, JournalWriter};

use super::WriteError;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A journal that cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be written. What is there already is untouched.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Another process writes it.
    #[error("{path}: another process is writing it; wait for it, or use --shard for a share each")]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// Another program has removed it, or put another file in its place, while it was written.
    #[error(
        "{path}: another program has removed or replaced it meanwhile; what was trained is safe in \
         {saved}, and the same command goes on"
    )]
    Replaced {
        /// The file.
        path: PathBuf,
        /// Where the lines are that were written to it.
        saved: PathBuf,
    },
    /// A result that is too long for a line.
    #[error(
        "trial {id}: a result of {bytes} bytes; expected at most {MAX_LINE}: monitor fewer epochs"
    )]
    TooLong {
        /// The trial.
        id: String,
        /// The length of its line.
        bytes: usize,
    },
    /// An undamaged line that says something unknown.
    #[error("{path}: the line of trial {id} was written by another version of nablab")]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The trial.
        id: String,
    },
    /// A file that was changed between two looks at it.
    #[error("{path}: another program has changed it meanwhile; the same command goes on")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Results that were trained and are in no journal any more.
    #[error(
        "{path}: {lost} of the trainings done meanwhile are gone: another program has changed the \
         journal; the same command trains them again"
    )]
    Lost {
        /// The directory.
        path: PathBuf,
        /// How many.
        lost: usize,
    },
    /// Two lines say different things of one trial.
    #[error("trial {id}: {difference}, in {one} and {other}: results that should have equal bits")]
    Conflict {
        /// The trial.
        id: String,
        /// What they say.
        difference: String,
        /// The file of the first.
        one: PathBuf,
        /// The file of the second.
        other: PathBuf,
    },
}

/// The length of the line of a finished trial.
pub(super) fn line_bytes(trial: &super::Trial, history: &crate::train::History) -> usize {
    line::write(trial, &Entry::Done(history.clone())).len()
}

/// How the names of journals begin into which the lines of a replaced one are saved.
const RESCUED: &str = "journal-rescued-";

/// The name of the journal of a shard, or of a whole sweep.
pub fn journal_name(shard: Option<super::Shard>) -> String {
    match shard {
        Some(shard) => format!("journal-{}of{}.jsonl", shard.index, shard.count),
        None => "journal.jsonl".into(),
    }
}

/// The journals in a directory, in a fixed order.
pub(super) fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("journal") && name.ends_with(".jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::super::Trial;
    use crate::train::{EpochRecord, History, Metric, Metrics, Status, TrainingSpec};

    /// A trial that nobody trains.
    pub fn trial(seed: u64) -> Trial {
        let spec = TrainingSpec { seed, ..TrainingSpec::default() };
        Trial { id: format!("{:016x}", 0x1234_5678_9abc_def0 + seed), data: "mnist".into(), spec }
    }

    /// The course of a training.
    pub fn history() -> History {
        let epochs = (0..2).map(|epoch| {
            let mut metrics = Metrics::default();
            metrics[Metric::TestAccuracy] = Some(0.94 + epoch as f64 / 100.0);
            metrics[Metric::TestCost] = Some(1.0 / 3.0);
            EpochRecord { epoch, metrics, seconds: 0.1 }
        });
        History {
            epochs: epochs.collect(),
            layers: Vec::new(),
            trained: 2,
            status: Status::Finished,
            start: None,
            kept_epoch: None,
            seconds: 0.25,
        }
    }
}
