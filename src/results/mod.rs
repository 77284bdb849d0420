//! The files of a result, their names, columns and types: `trials.csv`, `epochs.csv`, `layers.csv`,
//! `provenance.json`. They are written and read here and nowhere else; [`runs`] reads what other programs
//! wrote, too.

mod epochs;
mod origin;
mod provenance;
pub mod runs;
mod tables;
mod trial;

pub use epochs::{Curve, EpochTable, ReadError};
pub use origin::Origin;
pub(crate) use provenance::LARGEST_PROVENANCE;
pub use provenance::{PROVENANCE_FILE, Provenance};
pub(crate) use tables::{ETA_IN_FORCE, START, row_bytes};
pub use tables::{FinishedFiles, ResultFiles, config_columns};
pub(crate) use trial::TrialKey;
pub use trial::{Trial, TrialResult};
