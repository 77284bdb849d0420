use super::TrainingSpec;
use crate::data::Dataset;
use crate::nn::{
    Activation, BiasInitialiser, Cost, DropoutBy, Initialiser, LayerKind, Output, PerLayer, dense,
};
use clap::ValueEnum;

/// As Zalando published it: <https://github.com/zalandoresearch/fashion-mnist>.
const FASHION_MNIST_SHA256: [&str; 4] = [
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
];

/// What is timed, here and in other tools: the workloads of scripts/peers/workloads.csv. W, C and R are for MNIST,
/// F for Fashion-MNIST.
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
    /// An epoch of W1 on Fashion-MNIST, of whose pixels half are not zero
    F1,
    /// An epoch of W2 on Fashion-MNIST
    F2,
    /// An epoch of W4 on Fashion-MNIST
    F4,
    /// An epoch of 20c5p2-100-10, softmax, mini-batch 10
    C1,
    /// An epoch of 20c5p2-40c5p2-100-10, ReLU, softmax, mini-batch 10
    C2,
    /// An epoch of 20c5p2-40c5p2-1000-1000-10, ReLU, softmax, dropout, mini-batch 10
    C3,
    /// The outputs of C2 for the 10,000 test images
    C4,
    /// An epoch of C2, mini-batch 100
    C5,
    /// An epoch of 64 recurrent tanh neurons that see digits row by row, softmax, mini-batch 10
    R1,
    /// An epoch of 64 LSTM units, likewise
    R2,
    /// An epoch of R1, mini-batch 100
    R3,
    /// The outputs of R1 for the 10,000 test images
    R4,
}

impl Workload {
    /// Those whose epochs are timed, on MNIST.
    pub const EPOCHS: [Self; 6] = [Self::W1, Self::W2, Self::W3, Self::W4, Self::W5, Self::W6];
    /// Those whose epochs are timed, on Fashion-MNIST.
    pub const FASHION_EPOCHS: [Self; 3] = [Self::F1, Self::F2, Self::F4];

    /// Convolutions whose epochs are timed.
    pub const CONVOLUTION_EPOCHS: [Self; 4] = [Self::C1, Self::C2, Self::C3, Self::C5];

    /// Recurrent networks whose epochs are timed.
    pub const RECURRENT_EPOCHS: [Self; 3] = [Self::R1, Self::R2, Self::R3];

    /// `W1` to `W8`, `F1`, `F2`, `F4`, `C1` to `C5`, `R1` to `R4`.
    pub fn name(self) -> &'static str {
        [
            "W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "F1", "F2", "F4", "C1", "C2", "C3",
            "C4", "C5", "R1", "R2", "R3", "R4",
        ][self as usize]
    }

    /// What it is trained on: `mnist` or `fashion-mnist`.
    pub fn data(self) -> &'static str {
        if Self::FASHION_EPOCHS.contains(&self) { "fashion-mnist" } else { "mnist" }
    }

    /// The SHA-256 of the four files of [`data`](Self::data), as
    /// [`Dataset::sha256`](crate::data::Dataset::sha256) has them.
    pub fn sha256(self) -> [&'static str; 4] {
        match self.data() {
            "fashion-mnist" => FASHION_MNIST_SHA256,
            _ => Dataset::MNIST_SHA256,
        }
    }

    /// What is trained, with seed 1; W7, C4 and R4 do not train.
    pub fn spec(self) -> TrainingSpec {
        let base = TrainingSpec { epochs: 3, ..TrainingSpec::default() };
        let chapter1 = TrainingSpec {
            hidden: dense([30]),
            cost: Cost::Quadratic,
            init: Initialiser::Large,
            eta: 3.0,
            ..base.clone()
        };
        let chapter3 = TrainingSpec { hidden: dense([100]), eta: 0.5, lambda: 5.0, ..base.clone() };
        let softmax = |layers: &str| TrainingSpec {
            hidden: LayerKind::list(layers).expect("layers"),
            output: Output::Softmax,
            cost: Cost::LogLikelihood,
            epochs: 1,
            ..base.clone()
        };
        let two = |layers| TrainingSpec {
            activation: Activation::Relu.into(),
            init: Initialiser::He,
            bias_init: BiasInitialiser::Zero,
            eta: 0.03,
            ..softmax(layers)
        };
        let recurrent =
            |layers| TrainingSpec { activation: Activation::Tanh.into(), ..softmax(layers) };
        match self {
            Self::C1 => TrainingSpec { eta: 0.1, ..softmax("20c5p2x100") },
            Self::C2 | Self::C4 => two("20c5p2x40c5p2x100"),
            Self::C3 => TrainingSpec {
                dropout: PerLayer::new(vec![0.0, 0.5, 0.5, 0.5]),
                dropout_by: DropoutBy::Image,
                ..two("20c5p2x40c5p2x1000x1000")
            },
            Self::C5 => TrainingSpec { eta: 0.1, batch_size: 100, ..two("20c5p2x40c5p2x100") },
            Self::R1 | Self::R4 => TrainingSpec { eta: 0.01, ..recurrent("r64") },
            Self::R2 => TrainingSpec { eta: 0.1, ..recurrent("lstm64") },
            Self::R3 => TrainingSpec { eta: 0.1, batch_size: 100, ..recurrent("r64") },
            Self::W1 | Self::W8 | Self::F1 => chapter1,
            Self::W2 | Self::W7 | Self::F2 => chapter3,
            Self::W3 => TrainingSpec { batch_size: 1, ..chapter1 },
            Self::W4 | Self::F4 => TrainingSpec { batch_size: 100, ..chapter3 },
            Self::W5 => TrainingSpec {
                hidden: dense([800, 800]),
                activation: Activation::Relu.into(),
                output: Output::Softmax,
                cost: Cost::LogLikelihood,
                init: Initialiser::He,
                bias_init: BiasInitialiser::Zero,
                eta: 0.1,
                batch_size: 128,
                epochs: 2,
                ..base
            },
            Self::W6 => TrainingSpec { hidden: dense([30; 4]), eta: 0.1, ..base },
        }
    }

    /// The learning rate with which the programs compare their accuracies: where that of
    /// [`spec`](Self::spec) makes the training chaotic, so that rounding alone decides, a lower one.
    pub fn check_eta(self) -> f64 {
        match self {
            Self::W3 | Self::F1 => 0.3,
            Self::F2 => 0.1,
            Self::R1 | Self::R2 | Self::R4 => 0.003,
            Self::R3 => 0.03,
            _ => self.spec().eta,
        }
    }

    /// What is trained to compare the accuracies of the programs, which draw dropout with numbers of their own: without it.
    pub fn check(self) -> TrainingSpec {
        TrainingSpec { eta: self.check_eta(), dropout: 0.0.into(), ..self.spec() }
    }

    /// The trainings of the sweep W8, from its `spec`: equal but for the seed.
    pub fn trainings(spec: &TrainingSpec) -> impl Iterator<Item = TrainingSpec> {
        (0..12).map(|i| TrainingSpec { seed: spec.seed + i, ..spec.clone() })
    }
}
