//! Tables and figures, made from the CSV files alone.

mod contact_sheet;
pub mod figure;
mod number;
mod results;
mod sparkline;
mod table;

pub use contact_sheet::{Picture, contact_sheet};
pub use number::{measurement, significant};
pub use results::{Curve, EpochTable, ReadError};
pub use sparkline::sparkline;
pub use table::{Align, Table};
