//! What a handful of runs can honestly say.
//!
//! [`Summary`] describes the runs there are. [`confidence_interval`] says where the mean of infinitely many such runs
//! would be, [`prediction_interval`] where one further run would fall. Both are Student t intervals: for normally
//! distributed results they keep their level from two runs on.
//!
//! A NaN in a sample makes every result NaN, so that a diverged run cannot pass unnoticed: callers separate diverged
//! runs first and report how many there were. Infinite values make the mean infinite or NaN, and the rest NaN.
//!
//! This module knows nothing of networks or of random numbers.

mod interval;
mod summary;
#[cfg(test)]
mod vectors;

pub use interval::{Interval, confidence_interval, prediction_interval, t_quantile};
pub use summary::{Summary, mean, std_dev};
