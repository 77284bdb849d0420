use super::{LayerShape, Network, Weights};
use crate::simd::Real;
use crate::simd::reduce::SumOfSquares;
use pulp::Simd;

/// ∂C/∂w and ∂C/∂b of a mini-batch: the *sum* over its images, not the mean.
#[derive(Debug, Clone)]
pub struct Gradient<T: Real> {
    pub(super) shapes: Vec<LayerShape>,
    pub(super) layers: Vec<Weights<T>>,
}

impl<T: Real> Gradient<T> {
    /// A zero gradient in the shape of `network`.
    pub fn zeros(network: &Network<T>) -> Self {
        let layers = network.layers().iter().map(Weights::zeros_like);
        Self { shapes: network.shapes.clone(), layers: layers.collect() }
    }

    /// Makes it zero.
    pub(super) fn clear(&mut self) {
        for layer in &mut self.layers {
            layer.stored.fill(T::ZERO);
            layer.biases.fill(T::ZERO);
            layer.forget_transposed();
        }
    }

    /// Its length, ‖∇C‖ over all weights and biases.
    pub fn norm<S: Simd>(&self, simd: S) -> f64 {
        let squares = self
            .layers
            .iter()
            .map(|layer| layer.sum_of_squares(simd) + simd.vectorize(SumOfSquares(&layer.biases)));
        squares.sum::<f64>().sqrt()
    }

    /// BP4: ∂C/∂w for the weight from neuron `k` of layer `l` to neuron `j` of layer `l + 1`,
    /// layers counted from 0, the inputs.
    pub fn weight(&self, l: usize, j: usize, k: usize) -> T {
        self.layers[l].weight(j, k)
    }

    /// BP3: ∂C/∂b for the neurons of layer `l + 1`.
    pub fn biases(&self, l: usize) -> &[T] {
        self.layers[l].biases()
    }
}
