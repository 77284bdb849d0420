//! How numbers and words are written for people: rounded to what is known, and with nothing in them that a terminal, a
//! figure or a page would obey rather than show.

mod escape;
mod lines;
mod number;
mod plain;
mod rounding;

pub use escape::escape;
pub use lines::{LINE, lines, wrapped};
pub use number::{measurement, rounded, significant};
pub use plain::{message, one_line, plain};
pub use rounding::Rounding;
