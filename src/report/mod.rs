//! Tables and figures, made from the CSV files alone.

pub mod figure;
mod number;
mod results;
mod sparkline;
mod table;

pub use number::{measurement, significant};
pub use results::{Curve, EpochTable, ReadError};
pub use sparkline::sparkline;
pub use table::{Align, Table};
