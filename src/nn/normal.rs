//! Parameters for the networks of tests.

use super::{Initialiser, ParameterSource};
use crate::rng::Stream;

/// Standard normal numbers, and uniform ones from 0 to 1, in the order of one stream.
pub(crate) struct Normal(pub Stream);

impl ParameterSource for Normal {
    fn begin(&mut self, _: Initialiser, _: &[[usize; 2]]) {}
    fn bias(&mut self, _: usize) -> f64 {
        self.0.gaussian()
    }
    fn weight(&mut self, _: usize) -> f64 {
        self.0.gaussian()
    }
    fn uniform_weight(&mut self, _: usize) -> f64 {
        self.0.uniform()
    }
}
