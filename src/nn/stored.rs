//! Every number that a training keeps, for tests that look for what should not be among them.

use super::{Learner, Network, Weights, Workspace};
use crate::simd::Real;

/// Numbers and what they are.
pub type Stored<'a, T> = Vec<(&'static str, &'a [T])>;

impl<T: Real> Network<T> {
    /// The parameters.
    pub fn stored_numbers(&self) -> Stored<'_, T> {
        self.layers().iter().flat_map(Weights::blocks).map(|block| ("a parameter", block)).collect()
    }
}

impl<T: Real> Learner<T> {
    /// What the optimiser remembers.
    pub fn stored_numbers(&self) -> Stored<'_, T> {
        self.remembered().flat_map(Weights::blocks).map(|block| ("a memory", block)).collect()
    }
}

impl<T: Real> Workspace<T> {
    /// Weighted inputs, activations and errors of the last mini-batch.
    pub fn stored_numbers(&self) -> Stored<'_, T> {
        let layers = self.layers.iter().flat_map(|space| {
            [
                ("a weighted input", &space.weighted_input[..]),
                ("an activation", &space.activation[..]),
                ("an error", &space.delta[..]),
            ]
        });
        layers.collect()
    }
}
