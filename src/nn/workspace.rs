use super::layers::conv_pool::ConvSpace;
use super::nonzero::Nonzero;
use super::pass::{AddGradient, Backward, Forward};
use super::{Desired, Gradient, Input, LayerShape, LayerSpec, Network};
use crate::simd::conv::BEYOND;
use crate::simd::{AlignedVec, Real};
use pulp::Simd;

/// The memory of a forward and a backward pass over one mini-batch: activations and errors of
/// every layer, and weighted inputs where they are needed, allocated once.
#[derive(Debug)]
pub struct Workspace<T> {
    pub(super) capacity: usize,
    pub(super) rows: usize,
    pub(super) layers: Vec<LayerSpace<T>>,
}

#[derive(Debug)]
pub(super) struct LayerSpace<T> {
    /// The stride of a row of neurons.
    pub(super) stride: usize,
    /// `[capacity][stride]`, in the output layer, and where the derivative of the activation needs
    /// it; empty elsewhere
    pub(super) weighted_input: AlignedVec<T>,
    /// `[capacity][stride]` and [`BEYOND`]; padding zero, in the output layer arbitrary
    pub(super) activation: AlignedVec<T>,
    /// `[capacity][stride]` and [`BEYOND`]; padding zero
    pub(super) delta: AlignedVec<T>,
    /// Where the activations are not 0, if that is worth knowing
    pub(super) nonzero: Nonzero,
    /// `[stride]`: 0 for the neurons that the mini-batch drops, 1 for the others, padding 0; empty
    /// where none is ever dropped
    pub(super) mask: AlignedVec<T>,
    /// What the activations are to be multiplied by in the weighted inputs of the next layer.
    pub(super) kept: T,
    /// What a convolution keeps besides
    pub(super) convolution: Option<Box<ConvSpace<T>>>,
}

impl<T: Real> Workspace<T> {
    /// Memory for mini-batches of up to `capacity` images through `network`, with all neurons at
    /// work and dropout's correction for it.
    pub fn new(network: &Network<T>, capacity: usize) -> Self {
        Self::with_masks(network, capacity, |_| false)
    }

    /// Memory for mini-batches of up to `capacity` images through `network`, of whose neurons
    /// [`drop_neurons`](Self::drop_neurons) can drop some.
    pub fn for_training(network: &Network<T>, capacity: usize) -> Self {
        let architecture = network.architecture();
        Self::with_masks(network, capacity, |l| {
            architecture.hidden.get(l).is_some_and(|layer| layer.dropout > 0.0)
        })
    }

    fn with_masks(network: &Network<T>, capacity: usize, has_mask: impl Fn(usize) -> bool) -> Self {
        let architecture = network.architecture();
        let keeps_z = |l| {
            let layer: Option<&LayerSpec> = architecture.hidden.get(l);
            layer.is_none_or(|layer| layer.activation.needs_weighted_input())
        };
        let zeros = |wanted, len| AlignedVec::zeros(if wanted { len } else { 0 });
        let layers = network.shapes().iter().enumerate().map(|(l, shape)| {
            let (neurons, stride) = (shape.neurons(), shape.stride());
            let mut mask = zeros(has_mask(l), stride);
            let at_work = neurons.min(mask.len());
            mask[..at_work].fill(T::ONE);
            let hidden = architecture.hidden.get(l);
            let corrected = hidden.filter(|_| mask.is_empty());
            let dropped = corrected.map_or(0.0, |layer| layer.dropout);
            LayerSpace {
                stride,
                weighted_input: zeros(keeps_z(l), capacity * stride),
                activation: AlignedVec::zeros(capacity * stride + BEYOND),
                delta: AlignedVec::zeros(capacity * stride + BEYOND),
                nonzero: Nonzero::new(neurons),
                mask,
                kept: T::from_f64(1.0 - dropped),
                convolution: match shape {
                    LayerShape::Dense { .. } => None,
                    LayerShape::ConvPool(shape) => {
                        Some(Box::new(ConvSpace::new(*shape, capacity, l == 0)))
                    }
                },
            }
        });
        let layers = layers.collect();
        Self { capacity, rows: 0, layers }
    }

    /// Draws which hidden neurons are dropped from now on: for every hidden layer with dropout,
    /// `draw` gets its probability and a factor for each of its neurons, to be set to 0 or 1. The
    /// book's dropout (chapter 3): one draw serves all images of a mini-batch.
    ///
    /// Without dropout, and in a workspace that is not [for training](Self::for_training), nothing is
    /// drawn.
    #[inline(always)]
    pub fn drop_neurons(&mut self, network: &Network<T>, mut draw: impl FnMut(f64, &mut [T])) {
        let architecture = network.architecture();
        for (l, space) in self.layers.iter_mut().enumerate() {
            if !space.mask.is_empty() {
                let neurons = network.shapes()[l].neurons();
                draw(architecture.hidden[l].dropout, &mut space.mask[..neurons]);
            }
        }
    }

    /// The number of images that fit.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The weighted inputs z of the output layer after [`forward`](Self::forward):
    /// `[rows][stride]`.
    pub fn output_z(&self) -> &[T] {
        let LayerSpace { weighted_input, stride, .. } = self.last();
        &weighted_input[..self.rows * stride]
    }

    /// The activations of the output layer after [`forward`](Self::forward): `[rows][stride]`.
    pub fn output(&self) -> &[T] {
        let LayerSpace { activation, stride, .. } = self.last();
        &activation[..self.rows * stride]
    }

    /// The output layer.
    fn last(&self) -> &LayerSpace<T> {
        &self.layers[self.layers.len() - 1]
    }

    /// What the activations of the layer before the weights `l` are multiplied by: with all neurons
    /// at work, the part that training keeps. The book halves the weights that leave a layer whose
    /// dropout is ½, which is the same.
    #[inline(always)]
    pub(super) fn kept(&self, l: usize) -> T {
        l.checked_sub(1).map_or(T::ONE, |hidden| self.layers[hidden].kept)
    }

    /// The forward pass, a = f(w a + b) layer by layer (chapter 2, equation 25), of all rows of
    /// `input`.
    ///
    /// # Panics
    ///
    /// When the mini-batch is larger than the capacity or has entries outside the input layer.
    pub fn forward<'a, S: Simd>(
        &mut self,
        simd: S,
        network: &Network<T>,
        input: impl Into<Input<'a, T>>,
    ) {
        simd.vectorize(Forward { workspace: self, network, input: input.into() });
    }

    /// The backward pass: the error δ of every layer, by BP1 and BP2, for the mini-batch that the
    /// last [`forward`](Self::forward) saw.
    ///
    /// The network is the same afterwards; only a transposed copy of its weights may be made.
    ///
    /// # Panics
    ///
    /// When there are not as many labels as rows, or numbers as outputs in all rows, or a label has no
    /// output neuron.
    pub fn backward<'a, S: Simd>(
        &mut self,
        simd: S,
        network: &mut Network<T>,
        desired: impl Into<Desired<'a, T>>,
    ) {
        simd.vectorize(Backward { workspace: self, network, desired: desired.into() });
    }

    /// The error δ of the neurons after the weights of layer `l`, after
    /// [`backward`](Self::backward): `[rows][stride]`.
    pub fn delta(&self, l: usize) -> &[T] {
        let LayerSpace { delta, stride, .. } = &self.layers[l];
        &delta[..self.rows * stride]
    }

    /// BP3 and BP4: adds the gradient of the mini-batch that the last passes saw to `gradient`.
    pub fn add_gradient<'a, S: Simd>(
        &mut self,
        simd: S,
        input: impl Into<Input<'a, T>>,
        gradient: &mut Gradient<T>,
    ) {
        for (l, layer) in gradient.layers.iter_mut().enumerate() {
            layer.scale = self.kept(l).to_f64();
        }
        simd.vectorize(AddGradient { workspace: self, input: input.into(), gradient });
    }
}

impl<T: Real> Workspace<T> {
    /// Replaces the errors of the hidden layers by f'(z), for the mini-batch that the last
    /// [`forward`](Self::forward) saw: [`delta`](Self::delta) returns them.
    pub fn replace_errors_by_slopes<S: Simd>(&mut self, simd: S, network: &Network<T>) {
        let hidden = &network.architecture().hidden;
        for (space, layer) in self.layers.iter_mut().zip(hidden) {
            space.delta.fill(T::ONE);
            let (z, a) = (&space.weighted_input, &space.activation);
            layer.activation.mul_prime(simd, z, a, &mut space.delta);
        }
    }
}
