use super::{Architecture, BiasInitialiser, Initialiser, Layer, ParameterSource};
use crate::simd::Real;
use pulp::{Arch, Simd, WithSimd};

/// A fully connected network with its parameters.
#[derive(Debug, Clone)]
pub struct Network<T: Real> {
    pub(super) architecture: Architecture,
    pub(crate) layers: Vec<Layer<T>>,
}

impl<T: Real> Network<T> {
    /// A network whose parameters are all zero.
    ///
    /// # Panics
    ///
    /// When the architecture has fewer than two layers, or an empty one, settings for another number
    /// of hidden layers, or a cost or targets that make no sense for its output layer.
    pub fn zeros(architecture: Architecture) -> Self {
        assert!(architecture.sizes.len() >= 2, "a network needs inputs and outputs");
        assert!(architecture.sizes.iter().all(|&n| n > 0), "a layer has no neurons");
        let hidden = architecture.hidden_layers();
        assert!(architecture.activation.fits(hidden), "one activation a hidden layer");
        assert!(architecture.dropout.fits(hidden), "one probability of dropout a hidden layer");
        if let Err(reason) = architecture.cost.pairing(architecture.output) {
            panic!("the cost makes no sense for the output layer: {reason}");
        }
        let Architecture { cost, output, targets, .. } = architecture;
        if let Err(reason) = cost.fits_targets(output, targets) {
            panic!("the targets make no sense for the output layer: {reason}");
        }
        let layers = architecture.sizes.windows(2).enumerate().map(|(l, pair)| match l {
            0 => Layer::zeros_for_sparse(pair[0], pair[1]),
            _ => Layer::zeros(pair[0], pair[1]),
        });
        let layers = layers.collect();
        Self { architecture, layers }
    }

    /// A network with random parameters.
    pub fn random(
        architecture: Architecture,
        initialiser: Initialiser,
        biases: BiasInitialiser,
        source: &mut dyn ParameterSource,
    ) -> Self {
        let mut network = Self::zeros(architecture);
        initialiser.fill(biases, &mut network.layers, source);
        network
    }

    /// The same network with its parameters rounded to another precision.
    pub fn convert<U: Real>(&self) -> Network<U> {
        let mut network = Network::zeros(self.architecture.clone());
        for (to, from) in network.layers.iter_mut().zip(&self.layers) {
            for j in 0..from.n_out() {
                to.biases_mut()[j] = U::from_f64(from.biases()[j].to_f64());
                for k in 0..from.n_in() {
                    to.set_weight(j, k, U::from_f64(from.weight(j, k).to_f64()));
                }
            }
        }
        network
    }

    /// Its shape and functions.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Its layers, from the inputs to the outputs.
    pub fn layers(&self) -> &[Layer<T>] {
        &self.layers
    }

    /// Its layers, to be changed.
    pub fn layers_mut(&mut self) -> &mut [Layer<T>] {
        &mut self.layers
    }

    /// The sum of the squares of all weights (not of the biases).
    pub fn sum_of_squared_weights(&self, arch: Arch) -> f64 {
        struct Sum<'a, T: Real>(&'a [Layer<T>]);
        impl<T: Real> WithSimd for Sum<'_, T> {
            type Output = f64;
            fn with_simd<S: Simd>(self, simd: S) -> f64 {
                self.0.iter().map(|layer| layer.sum_of_squares(simd)).sum()
            }
        }
        arch.dispatch(Sum(&self.layers))
    }

    /// The sum of the absolute values of all weights (not of the biases).
    pub fn sum_of_weight_magnitudes(&self, arch: Arch) -> f64 {
        struct Sum<'a, T: Real>(&'a [Layer<T>]);
        impl<T: Real> WithSimd for Sum<'_, T> {
            type Output = f64;
            fn with_simd<S: Simd>(self, simd: S) -> f64 {
                self.0.iter().map(|layer| layer.sum_of_magnitudes(simd)).sum()
            }
        }
        arch.dispatch(Sum(&self.layers))
    }

    /// Whether every parameter is a finite number.
    pub fn is_finite(&self) -> bool {
        self.layers.iter().all(Layer::is_finite)
    }
}
