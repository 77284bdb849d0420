//! Many trainings: from a grid of settings to trials, from trials to a journal, from the journal to
//! CSV files.

mod complete;
mod csv;
mod directory;
mod disk;
mod export;
mod grid;
mod halving;
mod journal;
mod memory;
mod merge;
mod plan;
mod provenance;
mod ranking;
mod runner;
mod seeds;
mod session;
mod sessions;
mod settings;
mod shard;
mod spec;
mod trial;
mod values;
mod work;
mod workers;

pub use crate::files::{WriteError, prepare_directory, write_atomically};
pub use complete::{is_complete, record_complete};
pub use csv::{CONFIG_COLUMNS, FinishedFiles, ResultFiles};
pub use directory::{AtWork, DirectoryError, SweepDirectory};
pub use disk::journal_bytes;
pub use export::{Exported, export};
pub use grid::{GridError, GridText, check};
pub use halving::{Halving, HalvingError};
pub use journal::{
    Disk, Entry, JournalError, JournalWriter, Journals, Known, difference, journal_name,
};
pub use merge::{MergeError, merge, united_spec};
pub use plan::{Plan, PlanError};
pub(crate) use provenance::LARGEST_PROVENANCE;
pub use provenance::{PROVENANCE_FILE, Provenance, cpu_name};
pub use ranking::{Ranked, rank, ranking_metric};
pub use runner::run;
pub use seeds::seeds;
pub use session::{Ended, Event, Running, run_sweep, run_with};
pub use sessions::Sessions;
pub use settings::{Setting, Settings};
pub use shard::Shard;
pub use spec::{SPEC_FILE, SpecFileError, SweepSpec, data_id, every, fingerprint, seed_text};
pub use trial::{Trial, TrialResult};
pub use work::work;
pub use workers::{WORKER, available_cores};
