//! The passes of a [`Workspace`] as kernels of their own: called once a mini-batch, with everything
//! inside inlined.

use super::layers::{conv_pool, dense, recurrent};
use super::workspace::LayerSpace;
use super::{
    Activation, Architecture, Desired, Gradient, Input, LayerShape, Network, Weights, Workspace,
};
use crate::simd::Real;
use crate::simd::dense::AddScaledRows;
use crate::simd::elementwise::{Scale, ScaleColumns, ZeroPadding};
use pulp::{Simd, WithSimd};
use std::ops::Range;

pub(super) struct Forward<'a, T: Real> {
    pub workspace: &'a mut Workspace<T>,
    pub network: &'a Network<T>,
    pub input: Input<'a, T>,
}

impl<T: Real> WithSimd for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { workspace, network, input } = self;
        let rows = input.rows();
        assert!(rows <= workspace.capacity, "the mini-batch does not fit the workspace");
        workspace.rows = rows;
        // Convolutions take few images at a time one after the other, so that the next finds in the cache what the last has
        // written.
        let is_convolution = |shape: &LayerShape| matches!(shape, LayerShape::ConvPool(_));
        let convolutions =
            network.shapes().iter().take_while(|&shape| is_convolution(shape)).count();
        for first in (0..rows).step_by(IMAGES_AT_ONCE) {
            let images = first..rows.min(first + IMAGES_AT_ONCE);
            for l in 0..convolutions {
                layer_forward(simd, workspace, network, input, l, images.clone());
            }
        }
        for l in convolutions..network.layers().len() {
            layer_forward(simd, workspace, network, input, l, 0..rows);
        }
    }
}

/// The images that go through all convolutions before the next ones.
const IMAGES_AT_ONCE: usize = 8;

/// Layer `l`, of the images `rows` of a mini-batch; of all of them, unless it is a convolution.
#[inline(always)]
fn layer_forward<S: Simd, T: Real>(
    simd: S,
    workspace: &mut Workspace<T>,
    network: &Network<T>,
    input: Input<T>,
    l: usize,
    rows: Range<usize>,
) {
    let all = workspace.rows;
    let weights = &network.layers()[l];
    let scale = T::from_f64(weights.scale * workspace.kept(l).to_f64());
    let (before, here) = workspace.layers.split_at_mut(l);
    let (before, here) = (before.last(), &mut here[0]);
    let weights = (weights, scale);
    let shape = network.shapes()[l];
    let stride = here.stride;
    let of_rows = rows.start * stride..rows.end * stride;
    match shape {
        LayerShape::Dense { .. } => {
            let z = &mut here.activation[of_rows.clone()];
            dense::forward(simd, weights, input, before, z);
        }
        LayerShape::ConvPool(_) => {
            conv_pool::forward(simd, weights, input, before, here, rows.clone());
        }
        LayerShape::Recurrent(_) => {
            let activation = network.architecture().hidden[l].activation;
            simd.vectorize(OverSteps { weights, input, before, here, activation, rows: all });
        }
    }
    let z = &mut here.activation[of_rows.clone()];
    if !here.weighted_input.is_empty() {
        here.weighted_input[of_rows.clone()].copy_from_slice(z);
    }
    let architecture = network.architecture();
    let Some(layer) = architecture.hidden.get(l) else {
        architecture.output.apply(simd, z, (shape.neurons(), stride));
        return;
    };
    if here.recurrent.is_none() {
        layer.activation.apply(simd, z);
    }
    match here.mask.is_empty() {
        true => ZeroPadding { x: z, columns: shape.neurons(), stride }.with_simd(simd),
        false => ScaleColumns { factors: mask_of(&here.mask, of_rows), x: z }.with_simd(simd),
    }
    if rows.end == all {
        here.nonzero.look(layer.activation, all, &here.activation[..all * stride]);
    }
}

/// [`recurrent::forward`] as a kernel of its own, not to be inlined where there is no recurrent layer.
struct OverSteps<'a, T: Real> {
    weights: (&'a Weights<T>, T),
    input: Input<'a, T>,
    before: Option<&'a LayerSpace<T>>,
    here: &'a mut LayerSpace<T>,
    activation: Activation,
    rows: usize,
}

impl<T: Real> WithSimd for OverSteps<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { weights, input, before, here, activation, rows } = self;
        recurrent::forward(simd, weights, input, before, (here, activation), rows);
    }
}

/// The factors of dropout for a range of the activations: those of all rows, or of one after the other.
#[inline(always)]
pub(super) fn mask_of<T>(mask: &[T], range: Range<usize>) -> &[T] {
    mask.get(range).unwrap_or(mask)
}

pub(super) struct Backward<'a, T: Real> {
    pub workspace: &'a mut Workspace<T>,
    pub network: &'a mut Network<T>,
    pub desired: Desired<'a, T>,
}

impl<T: Real> WithSimd for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { workspace, network, desired } = self;
        output_errors(simd, workspace, network, desired);
        for l in (1..network.layers.len()).rev() {
            errors_before(simd, workspace, network, l);
        }
    }
}

/// BP1: the errors of the output layer.
#[inline(always)]
pub(super) fn output_errors<S: Simd, T: Real>(
    simd: S,
    workspace: &mut Workspace<T>,
    network: &Network<T>,
    desired: Desired<T>,
) {
    let rows = workspace.rows;
    match desired {
        Desired::Classes(labels) => assert_eq!(labels.len(), rows, "one label an image"),
        Desired::Numbers(y) => {
            let outputs = network.architecture().outputs();
            assert_eq!(y.len(), rows * outputs, "a number for every output of every row");
        }
    }
    let Architecture { cost, output, targets, .. } = *network.architecture();
    let last = network.layers.len() - 1;
    let LayerSpace { activation, delta, stride, .. } = &mut workspace.layers[last];
    let (used, shape) = (rows * *stride, (network.shapes()[last].neurons(), *stride));
    let (a, delta) = (&activation[..used], &mut delta[..used]);
    cost.output_delta(simd, (output, targets), a, desired, shape, delta);
}

/// BP2: the errors of the hidden layer before the weights `l` from those after them.
#[inline(always)]
pub(super) fn errors_before<S: Simd, T: Real>(
    simd: S,
    workspace: &mut Workspace<T>,
    network: &mut Network<T>,
    l: usize,
) {
    let (rows, kept) = (workspace.rows, workspace.kept(l));
    let (before, here) = workspace.layers.split_at_mut(l);
    let (before, here) = (&mut before[l - 1], &mut here[0]);
    let shape = network.shapes()[l];
    let weights = &mut network.layers[l];
    let scale = T::from_f64(weights.scale * kept.to_f64());
    match shape {
        LayerShape::Dense { .. } => dense::errors(simd, weights, here, before, rows),
        LayerShape::ConvPool(_) => {
            conv_pool::errors(simd, weights, here, rows, &mut before.delta);
        }
        LayerShape::Recurrent(_) => recurrent::errors(simd, before, here, rows),
    }
    through_layer(simd, network, (before, l - 1), rows, scale);
}

/// The errors of the hidden layer `l` from those of its activations, which are still to be multiplied by `scale`.
#[inline(always)]
pub(super) fn through_layer<S: Simd, T: Real>(
    simd: S,
    network: &Network<T>,
    (here, l): (&mut LayerSpace<T>, usize),
    rows: usize,
    scale: T,
) {
    let activation = network.architecture().hidden[l].activation;
    let LayerShape::Recurrent(shape) = network.shapes()[l] else {
        return through_activation(simd, here, rows, activation, scale);
    };
    if !shape.passes_steps {
        let used = rows * here.stride;
        let delta = &mut here.delta[..used];
        Scale { factor: scale, x: delta }.with_simd(simd);
        if !here.mask.is_empty() {
            ScaleColumns { factors: mask_of(&here.mask, 0..used), x: delta }.with_simd(simd);
        }
    }
    simd.vectorize(ThroughTime { weights: &network.layers()[l], here, activation, rows });
}

/// [`recurrent::through_time`] as a kernel of its own, not to be inlined where there is no recurrent layer.
struct ThroughTime<'a, T: Real> {
    weights: &'a Weights<T>,
    here: &'a mut LayerSpace<T>,
    activation: Activation,
    rows: usize,
}

impl<T: Real> WithSimd for ThroughTime<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { weights, here, activation, rows } = self;
        recurrent::through_time(simd, weights, (here, activation), rows);
    }
}

/// [`through_layer`] in a layer that sees no sequence.
#[inline(always)]
fn through_activation<S: Simd, T: Real>(
    simd: S,
    here: &mut LayerSpace<T>,
    rows: usize,
    activation: Activation,
    scale: T,
) {
    let used = rows * here.stride;
    let delta = &mut here.delta[..used];
    Scale { factor: scale, x: delta }.with_simd(simd);
    activation.mul_prime(simd, &here.weighted_input, &here.activation[..used], delta);
    if !here.mask.is_empty() && !activation.stops_errors_at_zero() {
        ScaleColumns { factors: mask_of(&here.mask, 0..used), x: delta }.with_simd(simd);
    }
}

pub(super) struct AddGradient<'a, T: Real> {
    pub workspace: &'a mut Workspace<T>,
    pub input: Input<'a, T>,
    pub gradient: &'a mut Gradient<T>,
}

impl<T: Real> WithSimd for AddGradient<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { workspace, input, gradient } = self;
        let rows = workspace.rows;
        for (l, (weights, &shape)) in gradient.layers.iter_mut().zip(&gradient.shapes).enumerate() {
            let (before, here) = workspace.layers.split_at_mut(l);
            let (before, here) = (before.last(), &mut here[0]);
            add_biases(simd, T::ONE, (shape, rows), here, &mut weights.biases);
            add_weights(simd, weights, input, before, here, (shape, rows));
        }
    }
}

/// BP3: `biases += factor · Σ δ` of the mini-batch.
#[inline(always)]
pub(super) fn add_biases<S: Simd, T: Real>(
    simd: S,
    factor: T,
    (shape, rows): (LayerShape, usize),
    here: &mut LayerSpace<T>,
    biases: &mut [T],
) {
    match shape {
        LayerShape::Dense { .. } => {
            let rows = &here.delta[..rows * here.stride];
            AddScaledRows { factor, rows, output: biases }.with_simd(simd);
        }
        LayerShape::ConvPool(shape) => {
            conv_pool::add_biases(simd, factor, (shape, rows), here, biases);
        }
        LayerShape::Recurrent(_) => {
            let rows = &*here.errors(rows);
            AddScaledRows { factor, rows, output: biases }.with_simd(simd);
        }
    }
}

/// BP4: `stored += Σ δ a` of the mini-batch.
#[inline(always)]
pub(super) fn add_weights<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    input: Input<T>,
    before: Option<&LayerSpace<T>>,
    here: &mut LayerSpace<T>,
    (shape, rows): (LayerShape, usize),
) {
    match shape {
        LayerShape::Dense { .. } => {
            let delta = (&here.delta[..rows * here.stride], here.nonzero.places());
            dense::add_gradient(simd, weights, input, before, delta);
        }
        LayerShape::ConvPool(_) => conv_pool::add_gradient(simd, weights, before, here, rows),
        LayerShape::Recurrent(_) => recurrent::add_gradient(simd, weights, before, here, rows),
    }
}
