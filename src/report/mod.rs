//! Tables and figures, made from the CSV files alone.

pub mod ablation;
mod contact_sheet;
pub mod figure;
mod number;
mod origin;
pub mod page;
mod plain;
pub mod plot;
mod results;
pub mod runs;
mod sparkline;
mod table;

pub use contact_sheet::{Picture, contact_sheet};
pub use number::{measurement, significant};
pub use origin::Origin;
pub use plain::{message, plain};
pub use results::{Curve, EpochTable, ReadError};
pub use sparkline::sparkline;
pub use table::{Align, Table};
