//! The passes as one writes them with a library of matrices: every pixel counts, zero or not.

use super::shapes::Subject;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use nablab::simd::elementwise::{MulSigmoidPrime, Sigmoid};
use pulp::Arch;

/// A network with sigmoid neurons and the cross-entropy, f32, one thread. All matrices are
/// column-major, a column an image.
pub struct DenseFaer {
    arch: Arch,
    images: usize,
    labels: Vec<u8>,
    layers: Vec<Layer>,
    /// Of each layer of neurons, the inputs first: `[n][images]`.
    activations: Vec<Vec<f32>>,
}

struct Layer {
    n_in: usize,
    n_out: usize,
    /// `[n_out][n_in]`
    weights: Vec<f32>,
    biases: Vec<f32>,
    /// `[n_out][images]`
    delta: Vec<f32>,
}

impl DenseFaer {
    /// The network and the mini-batch of `subject`.
    pub fn new(subject: &Subject) -> Self {
        let images = subject.images();
        let layers = subject.network.layers().iter().map(|layer| {
            let (n_in, n_out) = (layer.n_in(), layer.n_out());
            let column = |k| (0..n_out).map(move |j| layer.weight(j, k));
            Layer {
                n_in,
                n_out,
                weights: (0..n_in).flat_map(column).collect(),
                biases: layer.biases().to_vec(),
                delta: vec![0.0; n_out * images],
            }
        });
        let layers: Vec<Layer> = layers.collect();
        let inputs = subject.dense.iter().flat_map(|(x, _)| x).map(|&x| x as f32).collect();
        let mut activations = vec![inputs];
        activations.extend(layers.iter().map(|layer| vec![0.0; layer.n_out * images]));
        let labels = subject.batch.labels().to_vec();
        Self { arch: subject.arch, images, labels, layers, activations }
    }

    /// The forward pass.
    pub fn forward(&mut self) {
        for (l, layer) in self.layers.iter().enumerate() {
            let (before, here) = self.activations.split_at_mut(l + 1);
            let z = &mut here[0];
            for column in z.chunks_exact_mut(layer.n_out) {
                column.copy_from_slice(&layer.biases);
            }
            matmul(
                MatMut::from_column_major_slice_mut(z, layer.n_out, self.images),
                Accum::Add,
                layer.weights(),
                MatRef::from_column_major_slice(&before[l], layer.n_in, self.images),
                1.0,
                Par::Seq,
            );
            self.arch.dispatch(Sigmoid(z));
        }
    }

    /// The backward pass after [`forward`](Self::forward), and a step of w ← w − rate · ∂C/∂w.
    pub fn backward(&mut self, rate: f32) {
        let Self { arch, images, labels, layers, activations } = self;
        for l in (0..layers.len()).rev() {
            let a = &activations[l + 1];
            let (here, after) = layers.split_at_mut(l + 1);
            let Layer { n_out, delta, .. } = &mut here[l];
            if let [next, ..] = after {
                matmul(
                    MatMut::from_column_major_slice_mut(delta, *n_out, *images),
                    Accum::Replace,
                    next.weights().transpose(),
                    MatRef::from_column_major_slice(&next.delta, next.n_out, *images),
                    1.0,
                    Par::Seq,
                );
                arch.dispatch(MulSigmoidPrime { activation: a, delta });
            } else {
                delta.copy_from_slice(a);
                for (column, &label) in delta.chunks_exact_mut(*n_out).zip(&*labels) {
                    column[usize::from(label)] -= 1.0;
                }
            }
        }
        for (layer, a) in layers.iter_mut().zip(activations) {
            let Layer { n_in, n_out, weights, biases, delta } = layer;
            matmul(
                MatMut::from_column_major_slice_mut(weights, *n_out, *n_in),
                Accum::Add,
                MatRef::from_column_major_slice(delta, *n_out, *images),
                MatRef::from_column_major_slice(a, *n_in, *images).transpose(),
                -rate,
                Par::Seq,
            );
            for column in delta.chunks_exact(*n_out) {
                for (bias, delta) in biases.iter_mut().zip(column) {
                    *bias -= rate * delta;
                }
            }
        }
    }

    /// The outputs of [`forward`](Self::forward), image by image.
    pub fn outputs(&self) -> Vec<f64> {
        self.activations[self.layers.len()].iter().map(|&a| a.into()).collect()
    }

    /// All biases, then all weights by neuron.
    pub fn parameters(&self) -> Vec<f64> {
        let biases = self.layers.iter().flat_map(|layer| &layer.biases);
        let weights = self.layers.iter().flat_map(|layer| {
            let row = |j| layer.weights.iter().skip(j).step_by(layer.n_out);
            (0..layer.n_out).flat_map(row)
        });
        biases.chain(weights).map(|&x| x.into()).collect()
    }
}

impl Layer {
    fn weights(&self) -> MatRef<'_, f32> {
        MatRef::from_column_major_slice(&self.weights, self.n_out, self.n_in)
    }
}
