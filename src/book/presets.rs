//! How the programs of the book train if their reader changes nothing.

use crate::nn::{Cost, Initialiser};
use crate::train::TrainingSpec;

/// Chapter 1's `network`: quadratic cost, N(0, 1) weights.
pub fn network() -> TrainingSpec {
    TrainingSpec { cost: Cost::Quadratic, init: Initialiser::Large, ..network2() }
}

/// Chapter 3's `network2`: sigmoid neurons, cross-entropy, N(0, 1/n_in) weights, N(0, 1) biases,
/// mini-batches of 10.
pub fn network2() -> TrainingSpec {
    TrainingSpec {
        cost: Cost::CrossEntropy,
        init: Initialiser::Scaled,
        batch_size: 10,
        ..TrainingSpec::default()
    }
}
