//! The settings whose edge is looked for, and what all have in common.

use crate::book::presets;
use crate::nn::{Activation, Cost};
use crate::train::{Precision, TrainingSpec};

/// The seeds 1, 2, … of every arm.
pub const SEEDS: u64 = 5;
/// The images of an epoch: an exponent is a rate per so many, whatever the mini-batch.
pub const EPOCH: usize = 50_000;
/// The epochs before the difference is made: in the first ones it would grow everywhere, as training only settles.
pub const ALONE: usize = 2;
/// The epochs after it, in which it turns into the direction of the fastest growth, and is not measured yet.
pub const ALIGNED: usize = 8;
/// The epochs after these, over which its growth is measured.
pub const WINDOW: usize = 3;
/// The exponent at the edge: a rounding of 2⁻⁵³ grows to order 1 in 37 epochs, about as many as the book trains for.
pub const LEVEL: f64 = 1.0;

/// The learning rates of the phase diagrams.
pub const GRID: [f64; 9] = [1.0 / 32.0, 1.0 / 16.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
/// Those of the curves of the exponent, among them the grid.
const FINE: [f64; 12] =
    [1.0 / 32.0, 1.0 / 16.0, 0.125, 0.25, 0.5, 0.6, 0.7, 0.85, 1.0, 2.0, 4.0, 8.0];
const FROM_LOW: [f64; 7] = [1.0 / 16.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0];
const AROUND_HALF: [f64; 4] = [0.25, 0.5, 1.0, 2.0];
const HIGH: [f64; 4] = [1.0, 2.0, 4.0, 8.0];
const FULL: [f64; 6] = [0.5, 1.0, 1.4, 2.0, 2.8, 4.0];

/// Settings that differ in η alone.
#[derive(Debug)]
pub struct Arm {
    /// Its name in `numbers.csv`.
    pub key: &'static str,
    /// The learning rates that are tried with every seed, ascending.
    pub etas: &'static [f64],
    change: fn(&mut TrainingSpec),
}

/// The one that all others are compared with: chapter 3's network in f64.
pub const REFERENCE: &str = "batch 10";
/// Mini-batches of 1 to 100 images.
pub const BATCHES: [&str; 5] = ["batch 1", "batch 3", REFERENCE, "batch 30", "batch 100"];
/// Activations other than the sigmoid function.
pub const ACTIVATIONS: [&str; 4] = ["tanh", "GELU", "softplus", "ReLU"];
/// Gradient descent without any chance in it.
pub const FULL_BATCH: &str = "full batch of 1,000";
/// Single contrasts.
pub const QUADRATIC: &str = "quadratic cost";
/// Single contrasts.
pub const NO_DECAY: &str = "λ = 0";
/// Single contrasts.
pub const SINGLE: &str = "f32";

/// All of them.
pub const ARMS: [Arm; 13] = [
    Arm { key: BATCHES[0], etas: &GRID, change: |spec| spec.batch_size = 1 },
    Arm { key: BATCHES[1], etas: &GRID, change: |spec| spec.batch_size = 3 },
    Arm { key: REFERENCE, etas: &FINE, change: |_| {} },
    Arm { key: BATCHES[3], etas: &GRID, change: |spec| spec.batch_size = 30 },
    Arm { key: BATCHES[4], etas: &GRID, change: |spec| spec.batch_size = 100 },
    Arm {
        key: ACTIVATIONS[0],
        etas: &FROM_LOW,
        change: |s| s.activation = Activation::Tanh.into(),
    },
    Arm {
        key: ACTIVATIONS[1],
        etas: &FROM_LOW,
        change: |s| s.activation = Activation::Gelu.into(),
    },
    Arm {
        key: ACTIVATIONS[2],
        etas: &FROM_LOW,
        change: |s| s.activation = Activation::Softplus.into(),
    },
    Arm {
        key: ACTIVATIONS[3],
        etas: &FROM_LOW,
        change: |s| s.activation = Activation::Relu.into(),
    },
    Arm { key: QUADRATIC, etas: &HIGH, change: |spec| spec.cost = Cost::Quadratic },
    Arm { key: NO_DECAY, etas: &AROUND_HALF, change: |spec| spec.lambda = 0.0 },
    Arm { key: SINGLE, etas: &AROUND_HALF, change: |spec| spec.precision = Precision::F32 },
    Arm {
        key: FULL_BATCH,
        etas: &FULL,
        // λ/n is fifty times as large: with less the cost of so few images goes on falling, and its sharpness with it.
        change: |spec| (spec.train_size, spec.batch_size) = (Some(1000), 1000),
    },
];

impl Arm {
    /// What is trained.
    pub fn spec(&self, eta: f64, seed: u64) -> TrainingSpec {
        let mut spec = reference(eta, seed);
        (self.change)(&mut spec);
        spec
    }
}

/// What is trained in the arm that all others are compared with.
pub fn reference(eta: f64, seed: u64) -> TrainingSpec {
    TrainingSpec { eta, seed, lambda: 5.0, precision: Precision::F64, ..presets::network2() }
}
