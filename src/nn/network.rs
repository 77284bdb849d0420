use super::{Architecture, BiasInitialiser, Initialiser, LayerShape, ParameterSource, Weights};
use crate::simd::Real;
use pulp::{Arch, Simd, WithSimd};

/// A network with its parameters.
#[derive(Debug, Clone)]
pub struct Network<T: Real> {
    pub(super) architecture: Architecture,
    pub(super) shapes: Vec<LayerShape>,
    pub(crate) layers: Vec<Weights<T>>,
}

impl<T: Real> Network<T> {
    /// A network whose parameters are all zero.
    ///
    /// # Panics
    ///
    /// When the architecture has an empty layer or one that does not fit where it stands, or a cost or targets that
    /// make no sense for its output layer.
    pub fn zeros(architecture: Architecture) -> Self {
        let shapes = architecture.layers();
        let sizes = architecture.sizes();
        assert!(sizes.iter().all(|&n| n > 0), "a layer has no neurons");
        if let Err(reason) = architecture.cost.pairing(architecture.output) {
            panic!("the cost makes no sense for the output layer: {reason}");
        }
        let Architecture { cost, output, targets, .. } = architecture;
        if let Err(reason) = cost.fits_targets(output, targets) {
            panic!("the targets make no sense for the output layer: {reason}");
        }
        let layer = |(l, shape)| Weights::of_layer(shape, l == 0);
        let layers = shapes.iter().enumerate().map(layer).collect();
        Self { architecture, shapes, layers }
    }

    /// A network with random parameters.
    pub fn random(
        architecture: Architecture,
        initialiser: Initialiser,
        biases: BiasInitialiser,
        source: &mut dyn ParameterSource,
    ) -> Self {
        let mut network = Self::zeros(architecture);
        initialiser.fill(biases, &mut network, source);
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

    /// Its layers with weights in their places, the output layer last.
    pub fn shapes(&self) -> &[LayerShape] {
        &self.shapes
    }

    /// The weights and biases of its layers, from the inputs to the outputs.
    pub fn layers(&self) -> &[Weights<T>] {
        &self.layers
    }

    /// The same, to be changed.
    pub fn layers_mut(&mut self) -> &mut [Weights<T>] {
        &mut self.layers
    }

    /// The sum of the squares of all weights (not of the biases).
    pub fn sum_of_squared_weights(&self, arch: Arch) -> f64 {
        struct Sum<'a, T: Real>(&'a [Weights<T>]);
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
        struct Sum<'a, T: Real>(&'a [Weights<T>]);
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
        self.layers.iter().all(Weights::is_finite)
    }
}
