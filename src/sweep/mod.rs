//! Many trainings: trials run in parallel, one thread each, and their CSV files.

mod csv;
mod provenance;
mod runner;
mod trial;

pub use crate::files::{WriteError, prepare_directory, write_atomically};
pub use csv::{CONFIG_COLUMNS, write_epochs, write_layers, write_trials};
pub use provenance::{PROVENANCE_FILE, Provenance, cpu_name};
pub use runner::{Progress, available_cores, run};
pub use trial::{Trial, TrialResult};
