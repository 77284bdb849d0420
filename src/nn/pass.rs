use super::{Cost, Gradient, Layer, Network, Path};
use crate::simd::dense::{AddOuterProducts, AddScaledRows, Product, ScaleAddBias};
use crate::simd::elementwise::Scale;
use crate::simd::sparse::{AddSparseOuterProducts, SparseBatch, SparseProduct};
use crate::simd::transpose::Transpose;
use crate::simd::{AlignedVec, Real, padded};
use pulp::Simd;

/// The memory of a forward and a backward pass over one mini-batch: activations and errors of
/// every layer, allocated once.
#[derive(Debug)]
pub struct Workspace<T> {
    capacity: usize,
    rows: usize,
    layers: Vec<LayerSpace<T>>,
    output_z: AlignedVec<T>,
}

#[derive(Debug)]
struct LayerSpace<T> {
    /// `[capacity][stride]`; padding arbitrary
    activation: AlignedVec<T>,
    /// `[capacity][stride]`; padding zero
    delta: AlignedVec<T>,
    /// `[n_out][padded(n_in)]`: the stored weights transposed; empty for the first layer, whose
    /// inputs have no error.
    transposed: AlignedVec<T>,
}

impl<T: Real> Workspace<T> {
    /// Memory for mini-batches of up to `capacity` images through `network`.
    pub fn new(network: &Network<T>, capacity: usize) -> Self {
        let layers = network.layers().iter().enumerate().map(|(l, layer)| LayerSpace {
            activation: AlignedVec::zeros(capacity * layer.stride()),
            delta: AlignedVec::zeros(capacity * layer.stride()),
            transposed: AlignedVec::zeros(match l {
                0 => 0,
                _ => layer.n_out() * padded(layer.n_in()),
            }),
        });
        let layers: Vec<_> = layers.collect();
        let output_z = AlignedVec::zeros(layers[layers.len() - 1].activation.len());
        Self { capacity, rows: 0, layers, output_z }
    }

    /// The number of images that fit.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The weighted inputs z of the output layer after [`forward`](Self::forward):
    /// `[rows][stride]`.
    pub fn output_z(&self) -> &[T] {
        let stride = self.output_z.len() / self.capacity;
        &self.output_z[..self.rows * stride]
    }

    /// The activations of the output layer after [`forward`](Self::forward): `[rows][stride]`.
    pub fn output(&self) -> &[T] {
        let activation = &self.layers[self.layers.len() - 1].activation;
        &activation[..self.rows * (activation.len() / self.capacity)]
    }

    /// The forward pass, a = f(w a + b) layer by layer (chapter 2, equation 25), of all rows of
    /// `input`.
    ///
    /// # Panics
    ///
    /// When the mini-batch is larger than the capacity or has entries outside the input layer.
    pub fn forward<S: Simd>(&mut self, simd: S, network: &Network<T>, input: SparseBatch<T>) {
        assert!(input.rows() <= self.capacity, "the mini-batch does not fit the workspace");
        self.rows = input.rows();
        for (l, layer) in network.layers().iter().enumerate() {
            let (before, here) = self.layers.split_at_mut(l);
            let used = self.rows * layer.stride();
            let z = &mut here[0].activation[..used];
            match before.last() {
                None => simd.vectorize(SparseProduct {
                    input,
                    weights: &layer.stored,
                    stride: layer.stride(),
                    output: z,
                }),
                Some(previous) => {
                    Path::choose(self.rows, layer.n_in(), layer.n_out()).product(
                        simd,
                        Product {
                            input: &previous.activation,
                            input_stride: padded(layer.n_in()),
                            n_in: layer.n_in(),
                            weights: &layer.stored,
                            stride: layer.stride(),
                            output: z,
                        },
                    );
                }
            }
            simd.vectorize(ScaleAddBias { scale: layer.scale, biases: &layer.biases, z });
            if l + 1 == network.layers().len() {
                self.output_z[..used].copy_from_slice(z);
                let shape = (layer.n_out(), layer.stride());
                network.architecture().output.apply(simd, z, shape);
            } else {
                network.architecture().activation.apply(simd, z);
            }
        }
    }

    /// The backward pass: the error δ of every layer, by BP1 and BP2, for the mini-batch that the
    /// last [`forward`](Self::forward) saw.
    ///
    /// # Panics
    ///
    /// When there are not as many labels as rows, or a label has no output neuron.
    pub fn backward<S: Simd>(&mut self, simd: S, network: &Network<T>, labels: &[u8]) {
        assert_eq!(labels.len(), self.rows, "one label an image");
        let cost: Cost = network.architecture().cost;
        let activation = network.architecture().activation;
        for (l, layer) in network.layers().iter().enumerate().rev() {
            let (here, after) = self.layers.split_at_mut(l + 1);
            let here = &mut here[l];
            let used = self.rows * layer.stride();
            let delta = &mut here.delta[..used];
            match (network.layers().get(l + 1), after.first_mut()) {
                (Some(next), Some(after)) => {
                    simd.vectorize(Transpose {
                        input: &next.stored,
                        input_stride: next.stride(),
                        columns: next.n_out(),
                        output: &mut after.transposed,
                        output_stride: layer.stride(),
                    });
                    Path::choose(self.rows, next.n_in(), next.n_out()).product(
                        simd,
                        Product {
                            input: &after.delta,
                            input_stride: next.stride(),
                            n_in: next.n_out(),
                            weights: &after.transposed,
                            stride: layer.stride(),
                            output: delta,
                        },
                    );
                    simd.vectorize(Scale { factor: next.scale, x: delta });
                    activation.mul_prime(simd, &here.activation[..used], delta);
                }
                _ => {
                    let shape = (layer.n_out(), layer.stride());
                    cost.output_delta(simd, &here.activation[..used], labels, shape, delta);
                }
            }
        }
    }

    /// The error δ of the neurons after the weights of layer `l`, after
    /// [`backward`](Self::backward): `[rows][stride]`.
    pub fn delta(&self, l: usize) -> &[T] {
        let delta = &self.layers[l].delta;
        &delta[..self.rows * (delta.len() / self.capacity)]
    }

    /// BP3 and BP4: adds the gradient of the mini-batch that the last passes saw to `gradient`.
    pub fn add_gradient<S: Simd>(
        &self,
        simd: S,
        input: SparseBatch<T>,
        gradient: &mut Gradient<T>,
    ) {
        for (l, layer) in gradient.layers.iter_mut().enumerate() {
            let delta = self.delta(l);
            simd.vectorize(AddScaledRows {
                factor: T::ONE,
                rows: delta,
                output: &mut layer.biases,
            });
            let before = l.checked_sub(1).map(|l| &self.layers[l].activation[..]);
            add_outer(simd, layer, input, before, delta);
        }
    }

    /// One step of gradient descent from the errors of the last passes: w ← decay · w − rate · ∂C/∂w
    /// and b ← b − rate · ∂C/∂b, where ∂C is summed over the mini-batch (chapter 3, equations 93
    /// and 94, with rate = η/m and decay = 1 − ηλ/n).
    ///
    /// The errors are used up: [`delta`](Self::delta) is meaningless afterwards.
    pub fn descend<S: Simd>(
        &mut self,
        simd: S,
        network: &mut Network<T>,
        input: SparseBatch<T>,
        rate: T,
        decay: T,
    ) {
        for (l, layer) in network.layers.iter_mut().enumerate() {
            layer.decay(simd, decay);
            let (before, here) = self.layers.split_at_mut(l);
            let before = before.last().map(|space| &space.activation[..]);
            let delta = &mut here[0].delta[..self.rows * layer.stride()];
            simd.vectorize(AddScaledRows { factor: -rate, rows: delta, output: &mut layer.biases });
            simd.vectorize(Scale { factor: -rate / layer.scale, x: delta });
            add_outer(simd, layer, input, before, delta);
        }
    }
}

/// `stored += inputᵀ · delta`, where the input of the first layer is the mini-batch itself.
fn add_outer<S: Simd, T: Real>(
    simd: S,
    layer: &mut Layer<T>,
    input: SparseBatch<T>,
    activation: Option<&[T]>,
    delta: &[T],
) {
    let (stride, n_in, n_out) = (layer.stride(), layer.n_in(), layer.n_out());
    let weights = &mut layer.stored;
    match activation {
        None => simd.vectorize(AddSparseOuterProducts { input, delta, weights, stride }),
        Some(activation) => {
            let input_stride = padded(n_in);
            let outer =
                AddOuterProducts { input: activation, input_stride, delta, weights, stride };
            Path::choose(delta.len() / stride, n_in, n_out).add_outer(simd, outer);
        }
    }
}
