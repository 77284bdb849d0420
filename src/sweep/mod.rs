//! Many trainings: from a grid of settings to trials, from trials to a journal, from the journal to
//! CSV files.

mod complete;
mod directory;
mod disk;
mod export;
mod grid;
mod halving;
mod jobs;
mod journal;
mod memory;
mod merge;
mod observer;
mod plan;
mod ranking;
mod reproduced;
mod runner;
mod running;
mod seeds;
mod sessions;
mod shard;
mod spec;
mod until;
mod values;
mod whole;
mod work;
mod workers;

use crate::files::{WriteError, prepare_directory, write_atomically};
use crate::results::{
    FinishedFiles, LARGEST_PROVENANCE, PROVENANCE_FILE, Provenance, ResultFiles, Trial, TrialKey,
    TrialResult, row_bytes,
};
pub use complete::{is_complete, record_complete};
pub use directory::{AtWork, DirectoryError, SweepDirectory};
pub use disk::journal_bytes;
use export::tables;
pub use export::{Exported, export};
pub use grid::{GridError, GridText, check};
pub use halving::{Halving, HalvingError};
pub use jobs::Jobs;
pub use journal::{
    Disk, Entry, JournalError, JournalWriter, Journals, Known, difference, journal_name,
};
pub use merge::{MergeError, merge, united_spec};
pub use observer::{Observer, Planned, Round, Warning};
pub use plan::{Plan, PlanError};
pub use ranking::{Ranked, rank, ranking_metric};
pub use reproduced::Reproduced;
pub use runner::run;
use running::run_trials;
pub use running::{Ended, run_with};
use seeds::SEEDS;
pub use seeds::seeds;
pub use sessions::Sessions;
pub use shard::Shard;
pub use spec::{SPEC_FILE, SpecFileError, SweepSpec, data_id, every, fingerprint, seed_text};
pub use until::{FIRST_SEEDS, Goal, MOST_SEEDS, Until};
pub use whole::{
    Confirm, Confirmed, Estimate, Finished, Lead, Merged, Only, Progress, Ranking, Sequential,
    Stopped, Sweep, SweepError, Verdict, merge_sweeps,
};
pub use work::{Speed, work};
pub use workers::{WORKER, available_cores};
