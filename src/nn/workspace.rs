use super::layers::conv_pool::ConvSpace;
use super::layers::dense::{FEW_ROWS, is_large};
use super::layers::recurrent::RecurrentSpace;
use super::nonzero::Nonzero;
use super::pass::{AddGradient, Backward, Forward};
use super::{
    Desired, DropoutBy, Gradient, Input, LayerShape, LayerSpec, Network, RecurrentShape, Weights,
};
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
    /// Room for the errors of a layer that has one copy of its weights, times the factor of a step
    pub(super) step: AlignedVec<T>,
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
    /// `[stride]` for all images of a mini-batch, or `[capacity][stride]`: 0 for the neurons that are dropped, 1 for
    /// the others, padding 0; empty where none is ever dropped
    pub(super) mask: AlignedVec<T>,
    /// What the activations are to be multiplied by in the weighted inputs of the next layer.
    pub(super) kept: T,
    /// What a convolution keeps besides
    pub(super) convolution: Option<Box<ConvSpace<T>>>,
    /// What a recurrent layer keeps besides; the activations and errors above are those of its last step
    pub(super) recurrent: Option<Box<RecurrentSpace<T>>>,
}

impl<T: Real> LayerSpace<T> {
    /// The errors ∂C/∂z of some rows, in a recurrent layer of all steps.
    #[inline(always)]
    pub(super) fn errors(&mut self, rows: usize) -> &mut [T] {
        match &mut self.recurrent {
            Some(space) => space.delta(rows),
            None => &mut self.delta[..rows * self.stride],
        }
    }
}

impl<T: Real> Workspace<T> {
    /// Memory for mini-batches of up to `capacity` images through `network`, with all neurons at
    /// work and dropout's correction for it.
    pub fn new(network: &Network<T>, capacity: usize) -> Self {
        Self::with_masks(network, capacity, DropoutBy::Batch, |_| false)
    }

    /// Memory for mini-batches of up to `capacity` images through `network`, of whose neurons
    /// [`drop_neurons`](Self::drop_neurons) can drop some.
    pub fn for_training(network: &Network<T>, capacity: usize, dropout_by: DropoutBy) -> Self {
        let architecture = network.architecture();
        Self::with_masks(network, capacity, dropout_by, |l| {
            architecture.hidden.get(l).is_some_and(|layer| layer.dropout > 0.0)
        })
    }

    fn with_masks(
        network: &Network<T>,
        capacity: usize,
        dropout_by: DropoutBy,
        has_mask: impl Fn(usize) -> bool,
    ) -> Self {
        let architecture = network.architecture();
        let keeps_z = |l| {
            let layer: Option<&LayerSpec> = architecture.hidden.get(l);
            layer.is_none_or(|layer| layer.activation.needs_weighted_input())
        };
        let zeros = |wanted, len| AlignedVec::zeros(if wanted { len } else { 0 });
        let layers = network.shapes().iter().enumerate().map(|(l, shape)| {
            let recurrent = match shape {
                LayerShape::Recurrent(shape) => {
                    let activation = architecture.hidden[l].activation;
                    Some(Box::new(RecurrentSpace::new(*shape, capacity, l == 0, activation)))
                }
                LayerShape::Dense { .. } | LayerShape::ConvPool(_) => None,
            };
            let (neurons, stride) = (shape.neurons(), shape.stride());
            let rows = if dropout_by == DropoutBy::Image { capacity } else { 1 };
            let mut mask = zeros(has_mask(l), rows * stride);
            mask.chunks_exact_mut(stride).for_each(|mask| mask[..neurons].fill(T::ONE));
            // The errors of a recurrent layer are not 0 where its activations are, and they are watched before.
            let next = match network.shapes().get(l + 1) {
                Some(LayerShape::Dense { .. }) if recurrent.is_none() => {
                    network.layers().get(l + 1)
                }
                _ => None,
            };
            let hidden = architecture.hidden.get(l);
            let corrected = hidden.filter(|_| mask.is_empty());
            let dropped = corrected.map_or(0.0, |layer| layer.dropout);
            let mut space = LayerSpace {
                stride,
                weighted_input: zeros(keeps_z(l) && recurrent.is_none(), capacity * stride),
                activation: AlignedVec::zeros(capacity * stride + BEYOND),
                delta: AlignedVec::zeros(capacity * stride + BEYOND),
                nonzero: Nonzero::new(neurons, next),
                mask,
                kept: T::from_f64(1.0 - dropped),
                convolution: match shape {
                    LayerShape::Dense { .. } | LayerShape::Recurrent(_) => None,
                    LayerShape::ConvPool(shape) => {
                        Some(Box::new(ConvSpace::new(*shape, capacity, l == 0)))
                    }
                },
                recurrent,
            };
            // What the next layer sees at every step is dropped, or multiplied, before it does.
            if let (LayerShape::Recurrent(RecurrentShape { passes_steps: true, .. }), Some(layer)) =
                (shape, hidden)
                && layer.dropout > 0.0
                && let Some(recurrent) = &mut space.recurrent
            {
                recurrent.pass_on(std::mem::replace(&mut space.kept, T::ONE));
            }
            space
        });
        let layers = layers.collect();
        let large = network.layers().iter().skip(1).filter(|layer| is_large(layer));
        let widest = large.map(Weights::stride).max().unwrap_or(0);
        let step = AlignedVec::zeros(capacity.min(FEW_ROWS) * widest);
        Self { capacity, rows: 0, layers, step }
    }

    /// Draws which hidden neurons are dropped from now on: for every hidden layer with dropout,
    /// `draw` gets its probability and a factor for each of its neurons, to be set to 0 or 1; once for all images of a
    /// mini-batch, or once for each of `images` in turn ([`DropoutBy`]).
    ///
    /// Without dropout, and in a workspace that is not [for training](Self::for_training), nothing is
    /// drawn.
    #[inline(always)]
    pub fn drop_neurons(
        &mut self,
        network: &Network<T>,
        images: usize,
        mut draw: impl FnMut(f64, &mut [T]),
    ) {
        let architecture = network.architecture();
        for (l, space) in self.layers.iter_mut().enumerate() {
            let neurons = network.shapes()[l].neurons();
            for mask in space.mask.chunks_exact_mut(space.stride).take(images) {
                draw(architecture.hidden[l].dropout, &mut mask[..neurons]);
            }
        }
    }

    /// Lets the errors of recurrent layers go back through so many of the last steps only: truncated backpropagation
    /// through time.
    pub fn truncate(&mut self, steps: usize) {
        for recurrent in self.layers.iter_mut().filter_map(|space| space.recurrent.as_mut()) {
            recurrent.truncate(steps);
        }
    }

    /// Begins to add up the norms ‖∂C/∂a_t‖ of the errors of recurrent layers, over the rows of all mini-batches to come.
    pub fn watch_errors(&mut self) {
        for recurrent in self.layers.iter_mut().filter_map(|space| space.recurrent.as_mut()) {
            recurrent.watch_errors();
        }
    }

    /// The sums of the norms ‖∂C/∂a_t‖ since [`watch_errors`](Self::watch_errors), for every step of the recurrent layer
    /// `l`; nothing for another layer.
    pub fn error_norms(&self, l: usize) -> &[f64] {
        self.layers[l].recurrent.as_ref().map_or(&[], |recurrent| &recurrent.error_norms)
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
    /// When the mini-batch is larger than the capacity or has entries outside the input layer, or, where it is seen as a
    /// sequence, the entries of a row do not ascend.
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
    /// f'(z) of the hidden layer `l`, `[rows][stride]`, for the mini-batch that the last [`forward`](Self::forward) saw, in
    /// place of its errors; in a recurrent layer of all steps, `[steps][rows][stride]`, and `None` of LSTM units, which have
    /// no such slope.
    pub fn slopes<S: Simd>(&mut self, simd: S, network: &Network<T>, l: usize) -> Option<&[T]> {
        let activation = network.architecture().hidden[l].activation;
        let space = &mut self.layers[l];
        if let Some(recurrent) = &mut space.recurrent {
            return recurrent.slopes(simd, activation, self.rows);
        }
        let used = self.rows * space.stride;
        let delta = &mut space.delta[..used];
        delta.fill(T::ONE);
        activation.mul_prime(simd, &space.weighted_input, &space.activation[..used], delta);
        Some(delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::normal::Normal;
    use crate::nn::{Activation, Architecture, BiasInitialiser, Cost, Initialiser, Output};
    use crate::rng::{Purpose, Stream};
    use crate::simd::SimdLevel;
    use crate::simd::panels::DenseBatch;
    use pulp::WithSimd;

    const INPUTS: usize = 36;

    /// The gradient of some images, whose masks come from a list, image by image and layer by layer.
    struct Masked<'a> {
        network: &'a mut Network<f64>,
        images: &'a [f64],
        labels: &'a [u8],
        by: DropoutBy,
        masks: Vec<Vec<f64>>,
    }

    impl WithSimd for Masked<'_> {
        type Output = Vec<f64>;
        fn with_simd<S: Simd>(mut self, simd: S) -> Vec<f64> {
            let mut workspace = Workspace::for_training(self.network, self.labels.len(), self.by);
            let mut masks = std::mem::take(&mut self.masks).into_iter();
            workspace.drop_neurons(self.network, self.labels.len(), |_, mask| {
                mask.copy_from_slice(&masks.next().expect("a mask a draw"));
            });
            let input = DenseBatch::new(self.images, INPUTS, INPUTS);
            workspace.forward(simd, self.network, input);
            workspace.backward(simd, self.network, self.labels);
            let mut gradient = Gradient::zeros(self.network);
            workspace.add_gradient(simd, input, &mut gradient);
            gradient.to_vector()
        }
    }

    #[test]
    fn dropout_by_image_is_that_of_each_image_by_itself() {
        let (output, cost) = (Output::Softmax, Cost::LogLikelihood);
        for (activation, kinds) in [(Activation::Relu, "3c3p2x7"), (Activation::Tanh, "21x17")] {
            let kinds = super::super::LayerKind::list(kinds).unwrap();
            let architecture = Architecture {
                input: super::super::ImageShape { rows: 6, columns: 6, channels: 1 },
                hidden: LayerSpec::list(&kinds, &activation.into(), &0.5.into()),
                ..Architecture::dense(&[INPUTS, 4], activation, output, cost)
            };
            let mut source = Normal(Stream::new(3, Purpose::Weights, 0));
            let (init, biases) = (Initialiser::Scaled, BiasInitialiser::Normal);
            let mut network = Network::random(architecture, init, biases, &mut source);
            let labels = [2, 0, 3];
            let images: Vec<f64> = (0..3 * INPUTS).map(|_| source.0.gaussian()).collect();
            // Layer by layer, image by image.
            let neurons = [0, 1].map(|l| network.shapes()[l].neurons());
            let mut draw = |n| (0..n).map(|_| f64::from(source.0.below(2))).collect::<Vec<_>>();
            let masks = neurons.map(|n| [0; 3].map(|_| draw(n)));
            let arch = SimdLevel::best().arch();
            let mut sum = vec![0.0; network.to_vector().len()];
            for i in 0..3 {
                let gradient = arch.dispatch(Masked {
                    network: &mut network,
                    images: &images[i * INPUTS..][..INPUTS],
                    labels: &labels[i..=i],
                    by: DropoutBy::Batch,
                    masks: masks.iter().map(|layer| layer[i].clone()).collect(),
                });
                sum.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g);
            }
            let together = arch.dispatch(Masked {
                network: &mut network,
                images: &images,
                labels: &labels,
                by: DropoutBy::Image,
                masks: masks.concat(),
            });
            assert!(
                sum.iter().zip(&together).all(|(a, b)| (a - b).abs() < 1e-12),
                "{activation:?}"
            );
        }
    }
}
