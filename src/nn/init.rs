use super::{LayerShape, Network};
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
    /// N(0, 2/n_in): the spread that rectifiers keep (He et al., 2015)
    He,
    /// N(0, 2/(n_in + n_out)): a compromise for both passes (Glorot and Bengio, 2010)
    GlorotNormal,
    /// Uniform with the same variance, within ±√(6/(n_in + n_out))
    GlorotUniform,
    /// N(0, 1/n_out): that of the book's network3
    FanOut,
    /// All 0: hidden neurons stay equal to each other
    Zeros,
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

/// Where the random numbers come from.
pub trait ParameterSource {
    /// Called once before the numbers of a network are drawn, with the n_in and n_out of each layer's
    /// [`Weights`](super::Weights).
    fn begin(&mut self, initialiser: Initialiser, layers: &[[usize; 2]]);
    /// The next standard normal number for a bias of layer `l` (0 is the first with weights).
    fn bias(&mut self, l: usize) -> f64;
    /// The next standard normal number for a weight of layer `l`.
    fn weight(&mut self, l: usize) -> f64;
    /// The next number uniform in [−1, 1) for a weight of layer `l`.
    fn uniform_weight(&mut self, l: usize) -> f64;
}

impl Initialiser {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scaled => "scaled",
            Self::Large => "large",
            Self::He => "he",
            Self::GlorotNormal => "glorot-normal",
            Self::GlorotUniform => "glorot-uniform",
            Self::FanOut => "fan-out",
            Self::Zeros => "zeros",
        }
    }

    /// The next weight of layer `l`, which has `n_in` inputs and `n_out` outputs: see [`LayerShape::fans`].
    ///
    /// A standard normal number is divided by √n_in, not multiplied by a deviation, as the book's
    /// programs do: in f64 the replay of a seeded run depends on it.
    fn draw(self, source: &mut dyn ParameterSource, l: usize, n_in: f64, n_out: f64) -> f64 {
        match self {
            Self::Scaled => source.weight(l) / n_in.sqrt(),
            Self::Large => source.weight(l),
            Self::He => source.weight(l) / (n_in / 2.0).sqrt(),
            Self::GlorotNormal => source.weight(l) / ((n_in + n_out) / 2.0).sqrt(),
            Self::GlorotUniform => source.uniform_weight(l) * (6.0 / (n_in + n_out)).sqrt(),
            Self::FanOut => source.weight(l) / n_out.sqrt(),
            Self::Zeros => 0.0,
        }
    }

    /// Draws all parameters: the biases layer by layer, then the weights layer by layer, neuron by
    /// neuron, in the order of the book's programs.
    pub(super) fn fill<T: Real>(
        self,
        biases: BiasInitialiser,
        network: &mut Network<T>,
        source: &mut dyn ParameterSource,
    ) {
        let Network { shapes, layers, .. } = network;
        let blocks: Vec<[usize; 2]> = shapes.iter().map(LayerShape::weights).collect();
        source.begin(self, &blocks);
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
        for (l, (layer, shape)) in layers.iter_mut().zip(shapes).enumerate() {
            let [n_in, n_out] = shape.fans();
            for j in 0..layer.n_out() {
                for k in 0..layer.n_in() {
                    layer.set_weight(j, k, T::from_f64(self.draw(source, l, n_in, n_out)));
                }
            }
        }
    }
}
