use super::Layer;
use crate::simd::Real;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How the weights are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialiser {
    /// N(0, 1/n_in): the better one, of chapter 3
    Scaled,
    /// N(0, 1): the one of chapters 1 and 2
    Large,
    /// N(0, 2/n_in): the spread that rectifiers keep
    He,
}

/// How the biases are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BiasInitialiser {
    /// N(0, 1), as in the book
    Normal,
    /// All 0
    Zero,
}

impl BiasInitialiser {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Zero => "zero",
        }
    }
}

/// Where the standard normal numbers come from.
pub trait ParameterSource {
    /// Called once before the numbers of a network are drawn.
    fn begin(&mut self, initialiser: Initialiser, sizes: &[usize]);
    /// The next standard normal number for a bias of layer `l` (0 is the first with weights).
    fn bias(&mut self, l: usize) -> f64;
    /// The next standard normal number for a weight of layer `l`.
    fn weight(&mut self, l: usize) -> f64;
}

impl Initialiser {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scaled => "scaled",
            Self::Large => "large",
            Self::He => "he",
        }
    }

    /// What a standard normal number is divided by to give a weight of a layer with `n_in` inputs.
    ///
    /// Divided, not multiplied by a deviation, as the book's programs do: in f64 the replay of a
    /// seeded run depends on it.
    fn divisor(self, n_in: usize) -> f64 {
        match self {
            Self::Scaled => (n_in as f64).sqrt(),
            Self::Large => 1.0,
            Self::He => (n_in as f64 / 2.0).sqrt(),
        }
    }

    /// Draws all parameters: the biases layer by layer, then the weights layer by layer, neuron by
    /// neuron, in the order of the book's programs.
    pub(super) fn fill<T: Real>(
        self,
        biases: BiasInitialiser,
        layers: &mut [Layer<T>],
        source: &mut dyn ParameterSource,
    ) {
        let sizes: Vec<usize> =
            std::iter::once(layers[0].n_in()).chain(layers.iter().map(Layer::n_out)).collect();
        source.begin(self, &sizes);
        for (l, layer) in layers.iter_mut().enumerate() {
            for bias in layer.biases_mut() {
                let normal = source.bias(l);
                *bias = match biases {
                    BiasInitialiser::Normal => T::from_f64(normal),
                    // Drawn all the same: what else is drawn must not change.
                    BiasInitialiser::Zero => T::ZERO,
                };
            }
        }
        for (l, layer) in layers.iter_mut().enumerate() {
            let divisor = self.divisor(layer.n_in());
            for j in 0..layer.n_out() {
                for k in 0..layer.n_in() {
                    layer.set_weight(j, k, T::from_f64(source.weight(l) / divisor));
                }
            }
        }
    }
}
