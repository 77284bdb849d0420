use super::TrainingSpec;
use crate::nn::{Activation, BiasInitialiser, Cost, Initialiser, Output};
use clap::ValueEnum;

/// What is timed, here and in other tools: the workloads of scripts/peers/workloads.csv, on MNIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Workload {
    /// An epoch of 784-30-10, quadratic cost, mini-batch 10
    W1,
    /// An epoch of 784-100-10, cross-entropy, L2, mini-batch 10
    W2,
    /// An epoch of W1, one image at a time
    W3,
    /// An epoch of W2, mini-batch 100
    W4,
    /// An epoch of 784-800-800-10, ReLU, softmax, mini-batch 128
    W5,
    /// An epoch of 784-30-30-30-30-10, cross-entropy, mini-batch 10
    W6,
    /// The outputs of W2 for the 10,000 test images
    W7,
    /// 12 trainings of W1, as many at a time as there are cores
    W8,
}

impl Workload {
    /// Those whose epochs are timed.
    pub const EPOCHS: [Self; 6] = [Self::W1, Self::W2, Self::W3, Self::W4, Self::W5, Self::W6];

    /// `W1` to `W8`.
    pub fn name(self) -> &'static str {
        ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8"][self as usize]
    }

    /// What is trained, with seed 1; W7 does not train.
    pub fn spec(self) -> TrainingSpec {
        let base = TrainingSpec { epochs: 3, ..TrainingSpec::default() };
        let chapter1 = TrainingSpec {
            hidden: vec![30],
            cost: Cost::Quadratic,
            initialiser: Initialiser::Large,
            eta: 3.0,
            lambda: 0.0,
            ..base.clone()
        };
        let chapter3 = TrainingSpec { hidden: vec![100], eta: 0.5, ..base.clone() };
        match self {
            Self::W1 | Self::W8 => chapter1,
            Self::W2 | Self::W7 => chapter3,
            Self::W3 => TrainingSpec { batch_size: 1, ..chapter1 },
            Self::W4 => TrainingSpec { batch_size: 100, ..chapter3 },
            Self::W5 => TrainingSpec {
                hidden: vec![800, 800],
                activation: Activation::Relu.into(),
                output: Output::Softmax,
                cost: Cost::LogLikelihood,
                initialiser: Initialiser::He,
                bias_initialiser: BiasInitialiser::Zero,
                eta: 0.1,
                lambda: 0.0,
                batch_size: 128,
                epochs: 2,
                ..base
            },
            Self::W6 => TrainingSpec { hidden: vec![30; 4], eta: 0.1, lambda: 0.0, ..base },
        }
    }

    /// The learning rate with which the programs compare their accuracies: where that of
    /// [`spec`](Self::spec) makes the training chaotic, so that rounding alone decides, a lower one.
    pub fn check_eta(self) -> f64 {
        if self == Self::W3 { 0.3 } else { self.spec().eta }
    }

    /// The trainings of the sweep W8, from its `spec`: equal but for the seed.
    pub fn trainings(spec: &TrainingSpec) -> impl Iterator<Item = TrainingSpec> {
        (0..12).map(|i| TrainingSpec { seed: spec.seed + i, ..spec.clone() })
    }
}
