//! How the programs of the book train if their reader changes nothing.

use crate::nn::{Cost, Initialiser, Output};
use crate::train::{Order, TrainingSpec};

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

/// Chapter 6's `network3`: softmax and log-likelihood, N(0, 1/n_out) weights and N(0, 1) biases but for an output layer of
/// 0, mini-batches of 10 in the order of the file, η = 0.1, 60 epochs.
///
/// It divides its λ by the number of mini-batches; ours, divided by that of the images, is 10 times as large.
pub fn network3() -> TrainingSpec {
    TrainingSpec {
        output: Output::Softmax,
        cost: Cost::LogLikelihood,
        init: Initialiser::Network3,
        eta: 0.1,
        order: Order::File,
        epochs: 60,
        ..network2()
    }
}
