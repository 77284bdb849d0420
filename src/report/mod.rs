//! Tables, plots and pages, made from the CSV files alone.

pub mod ablation;
pub mod comparison;
mod contact_sheet;
mod csv_text;
pub mod page;
pub mod plot;
pub mod ranking;
mod role;
mod sparkline;
mod table;
pub mod variance;
mod words;

pub use contact_sheet::{Picture, contact_sheet};
pub use role::Role;
pub use sparkline::{sparkline, sparkline_within};
pub use table::{Align, Table};
