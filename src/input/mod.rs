//! Files that others made: they may be devices, pipes, endless, or growing while they are read, and
//! their text may be meant for the terminal rather than for a reader. Everything here reads within
//! stated bounds, and refuses in a few words what does not keep to them.
//!
//! - [`InputFile`]: a file as it was when it was opened
//! - [`read_text`], [`read_bytes`]: a whole file of at most so many bytes
//! - [`CsvReader`]: a CSV file, row by row
//! - [`printable`]: text of a file in a message

mod csv_reader;
mod encoding;
mod file;
mod printable;

pub use csv_reader::CsvReader;
pub use file::{InputFile, read_bytes, read_text};
pub use printable::{printable, shortened};
