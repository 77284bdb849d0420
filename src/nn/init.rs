use super::Layer;
use crate::simd::Real;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How the weights are drawn. Biases are always drawn from N(0, 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialiser {
    /// N(0, 1/n_in): the better one, of chapter 3
    Scaled,
    /// N(0, 1): the one of chapters 1 and 2
    Large,
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
        }
    }

    /// The standard deviation of the weights of a layer with `n_in` inputs.
    pub fn deviation(self, n_in: usize) -> f64 {
        match self {
            Self::Scaled => 1.0 / (n_in as f64).sqrt(),
            Self::Large => 1.0,
        }
    }

    /// Draws all parameters: the biases layer by layer, then the weights layer by layer, neuron by
    /// neuron, in the order of the book's programs.
    pub(super) fn fill<T: Real>(self, layers: &mut [Layer<T>], source: &mut dyn ParameterSource) {
        let sizes: Vec<usize> =
            std::iter::once(layers[0].n_in()).chain(layers.iter().map(Layer::n_out)).collect();
        source.begin(self, &sizes);
        for (l, layer) in layers.iter_mut().enumerate() {
            for bias in layer.biases_mut() {
                *bias = T::from_f64(source.bias(l));
            }
        }
        for (l, layer) in layers.iter_mut().enumerate() {
            // Divided, not multiplied by the deviation, as the book's programs do: in f64 the
            // replay of a seeded run depends on it.
            let divisor = match self {
                Self::Scaled => (layer.n_in() as f64).sqrt(),
                Self::Large => 1.0,
            };
            for j in 0..layer.n_out() {
                for k in 0..layer.n_in() {
                    layer.set_weight(j, k, T::from_f64(source.weight(l) / divisor));
                }
            }
        }
    }
}
