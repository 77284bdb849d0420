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
    /// N(0, 1/n_out): that of the hidden layers of the book's network3
    FanOut,
    /// N(0, 1/n_out), and an output layer of 0, biases too: that of the book's network3
    Network3,
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
            Self::Network3 => "network3",
            Self::Zeros => "zeros",
        }
    }

    /// The next weight of layer `l`, which has `n_in` inputs and `n_out` outputs (see [`LayerShape::fans`]), and may be the
    /// output layer.
    ///
    /// A standard normal number is divided by √n_in, not multiplied by a deviation, as the book's
    /// programs do: in f64 the replay of a seeded run depends on it.
    fn draw(
        self,
        source: &mut dyn ParameterSource,
        l: usize,
        [n_in, n_out]: [f64; 2],
        is_output: bool,
    ) -> f64 {
        match self {
            Self::Scaled => source.weight(l) / n_in.sqrt(),
            Self::Large => source.weight(l),
            Self::He => source.weight(l) / (n_in / 2.0).sqrt(),
            Self::GlorotNormal => source.weight(l) / ((n_in + n_out) / 2.0).sqrt(),
            Self::GlorotUniform => source.uniform_weight(l) * (6.0 / (n_in + n_out)).sqrt(),
            Self::FanOut => source.weight(l) / n_out.sqrt(),
            Self::Network3 => {
                // Drawn all the same: what else is drawn must not change.
                let weight = source.weight(l) / n_out.sqrt();
                if is_output { 0.0 } else { weight }
            }
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
        let output = layers.len() - 1;
        for (l, layer) in layers.iter_mut().enumerate() {
            let zero = biases == BiasInitialiser::Zero || (self == Self::Network3 && l == output);
            for bias in layer.biases_mut() {
                // Drawn all the same: what else is drawn must not change.
                let normal = source.bias(l);
                *bias = if zero { T::ZERO } else { T::from_f64(normal) };
            }
        }
        for (l, (layer, shape)) in layers.iter_mut().zip(shapes).enumerate() {
            let (fans, from_itself) = (shape.fans(), shape.from_itself());
            for j in 0..layer.n_out() {
                for k in 0..layer.n_in() {
                    let weight = match k < from_itself {
                        // Of variance 1/n; see RecurrentInitialiser.
                        true => source.weight(l) / (from_itself as f64).sqrt(),
                        false => self.draw(source, l, fans, l == output),
                    };
                    layer.set_weight(j, k, T::from_f64(weight));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::normal::Normal;
    use super::super::{Activation, Architecture, Cost, Output, Weights};
    use super::*;
    use crate::rng::{Purpose, Stream};

    /// A network, and the number that comes after its own.
    fn drawn(initialiser: Initialiser) -> (Network<f64>, f64) {
        let (output, cost) = (Output::Softmax, Cost::LogLikelihood);
        let architecture = Architecture::dense(&[7, 5, 3], Activation::Sigmoid, output, cost);
        let mut source = Normal(Stream::new(2, Purpose::Weights, 0));
        let network =
            Network::random(architecture, initialiser, BiasInitialiser::Normal, &mut source);
        (network, source.weight(0))
    }

    #[test]
    fn network3_draws_as_fan_out_and_leaves_the_output_layer_at_0() {
        let ((ours, next), (other, after)) =
            (drawn(Initialiser::Network3), drawn(Initialiser::FanOut));
        assert_eq!(next, after);
        let weights = |layer: &Weights<f64>| -> Vec<f64> {
            let places = (0..layer.n_out()).flat_map(|j| (0..layer.n_in()).map(move |k| (j, k)));
            places.map(|(j, k)| layer.weight(j, k)).collect()
        };
        let [hidden, output] = ours.layers() else { panic!("two layers") };
        assert_eq!(weights(hidden), weights(&other.layers()[0]));
        assert_eq!(hidden.biases(), other.layers()[0].biases());
        assert!(weights(output).iter().chain(output.biases()).all(|&parameter| parameter == 0.0));
        assert!(weights(&other.layers()[1]).iter().all(|&weight| weight != 0.0));
    }
}
