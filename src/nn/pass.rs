//! The passes of a [`Workspace`] as kernels of their own: called once a mini-batch, with everything
//! inside inlined.

use super::workspace::LayerSpace;
use super::{Architecture, Desired, GemmPath, Gradient, Input, Layer, Network, Workspace};
use crate::simd::dense::{
    AddListedOuterProduct, AddOuterProducts, AddScaledRows, ListedProduct, Product, ScaleAddBias,
};
use crate::simd::elementwise::{Scale, ScaleColumns, ZeroPadding};
use crate::simd::panels::{AddPanelOuterProducts, PanelProduct};
use crate::simd::sparse::{AddSparseOuterProducts, SparseProduct};
use crate::simd::{Real, padded};
use pulp::{Simd, WithSimd};

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
        let architecture = network.architecture();
        for (l, layer) in network.layers().iter().enumerate() {
            let stride = layer.stride();
            let scale = T::from_f64(layer.scale * workspace.kept(l).to_f64());
            let (before, here) = workspace.layers.split_at_mut(l);
            let here = &mut here[0];
            let z = &mut here.activation[..rows * stride];
            match before.last() {
                None => product_with_input(simd, layer, input, z),
                Some(LayerSpace { activation: input, nonzero, .. }) => {
                    let (weights, n_in) = (&layer.stored[..], layer.n_in());
                    let input_stride = padded(n_in);
                    match nonzero.places() {
                        Some(places) => {
                            let output = &mut *z;
                            simd.vectorize(ListedProduct { input, places, weights, output });
                        }
                        None => GemmPath::choose(rows, n_in, layer.n_out()).product(
                            simd,
                            Product { input, input_stride, n_in, weights, stride, output: z },
                        ),
                    }
                }
            }
            ScaleAddBias { scale, biases: &layer.biases, z }.with_simd(simd);
            if !here.weighted_input.is_empty() {
                here.weighted_input[..z.len()].copy_from_slice(z);
            }
            if l + 1 == network.layers().len() {
                architecture.output.apply(simd, z, (layer.n_out(), stride));
            } else {
                architecture.activation.of(l).apply(simd, z);
                match here.mask.is_empty() {
                    true => ZeroPadding { x: z, columns: layer.n_out(), stride }.with_simd(simd),
                    false => ScaleColumns { factors: &here.mask, x: z }.with_simd(simd),
                }
                here.nonzero.look(architecture.activation.of(l), rows, z);
            }
        }
    }
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
        let rows = workspace.rows;
        match desired {
            Desired::Classes(labels) => assert_eq!(labels.len(), rows, "one label an image"),
            Desired::Numbers(y) => {
                let outputs = network.architecture().outputs();
                assert_eq!(y.len(), rows * outputs, "a number for every output of every row");
            }
        }
        for l in (0..workspace.layers.len()).rev() {
            let kept = workspace.kept(l + 1);
            let (here, after) = workspace.layers.split_at_mut(l + 1);
            let here = &mut here[l];
            let stride = network.layers[l].stride();
            let delta = &mut here.delta[..rows * stride];
            let a = &here.activation[..rows * stride];
            let Some(after) = after.first() else {
                let Architecture { cost, output, targets, .. } = *network.architecture();
                let shape = (network.layers[l].n_out(), stride);
                cost.output_delta(simd, (output, targets), a, desired, shape, delta);
                continue;
            };
            let activation = network.architecture().activation.of(l);
            let next = &mut network.layers[l + 1];
            let scale = T::from_f64(next.scale * kept.to_f64());
            match after.nonzero.places() {
                Some(places) => simd.vectorize(ListedProduct {
                    input: &after.delta,
                    places,
                    weights: next.transposed(simd),
                    output: delta,
                }),
                None => GemmPath::choose(rows, next.n_in(), next.n_out()).product_transposed(
                    simd,
                    &after.delta,
                    next,
                    delta,
                ),
            }
            Scale { factor: scale, x: delta }.with_simd(simd);
            activation.mul_prime(simd, &here.weighted_input, a, delta);
            if !here.mask.is_empty() && !activation.stops_errors_at_zero() {
                ScaleColumns { factors: &here.mask, x: delta }.with_simd(simd);
            }
        }
    }
}

pub(super) struct AddGradient<'a, T: Real> {
    pub workspace: &'a Workspace<T>,
    pub input: Input<'a, T>,
    pub gradient: &'a mut Gradient<T>,
}

impl<T: Real> WithSimd for AddGradient<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { workspace, input, gradient } = self;
        for (l, layer) in gradient.layers.iter_mut().enumerate() {
            let delta = workspace.delta(l);
            AddScaledRows { factor: T::ONE, rows: delta, output: &mut layer.biases }
                .with_simd(simd);
            let before = l.checked_sub(1).map(|l| &workspace.layers[l]);
            let here = workspace.layers[l].nonzero.places();
            add_outer(simd, layer, input, before, (delta, here));
        }
    }
}

/// `output = input · stored`, where the layer is the first one.
#[inline(always)]
fn product_with_input<S: Simd, T: Real>(
    simd: S,
    layer: &Layer<T>,
    input: Input<T>,
    output: &mut [T],
) {
    let (weights, stride) = (&layer.stored[..], layer.stride());
    match input {
        Input::Sparse(input) => SparseProduct { input, weights, stride, output }.with_simd(simd),
        Input::Dense(input) => {
            assert_eq!(input.columns(), layer.n_in(), "an input a neuron");
            simd.vectorize(PanelProduct { input, weights, stride, output });
        }
    }
}

/// The most rows with which it is cheaper to update the transposed weights too than to transpose
/// them anew.
pub(super) const FEW_ROWS: usize = 16;

/// `stored += inputᵀ · delta`, where the input of the first layer is the mini-batch itself and that of another the
/// activations of the layer `before`. The errors come with the neurons that may have some, if the others are to be skipped.
#[inline(always)]
pub(super) fn add_outer<S: Simd, T: Real>(
    simd: S,
    layer: &mut Layer<T>,
    input: Input<T>,
    before: Option<&LayerSpace<T>>,
    (delta, delta_places): (&[T], Option<&[u32]>),
) {
    let (stride, n_in, n_out) = (layer.stride(), layer.n_in(), layer.n_out());
    let rows = delta.len() / stride;
    let Some(LayerSpace { activation, nonzero, .. }) = before else {
        let weights = &mut layer.stored;
        return match input {
            Input::Sparse(input) => {
                AddSparseOuterProducts { input, delta, weights, stride }.with_simd(simd);
            }
            Input::Dense(input) => {
                assert_eq!(input.columns(), n_in, "an input a neuron");
                // Called, not inlined, to keep the passes small.
                simd.vectorize(AddPanelOuterProducts { input, delta, weights, stride });
            }
        };
    };
    let input_stride = padded(n_in);
    let activation = &activation[..rows * input_stride];
    if rows > FEW_ROWS {
        layer.forget_transposed();
    }
    let (weights, transposed) = layer.stored_mut();
    match nonzero.places() {
        Some(places) => {
            let input = activation;
            simd.vectorize(AddListedOuterProduct { input, places, delta, weights });
        }
        None => {
            let input = activation;
            let outer = AddOuterProducts { input, input_stride, delta, weights, stride };
            GemmPath::choose(rows, n_in, n_out).add_outer(simd, outer);
        }
    }
    // The same products in the same order: the same bits.
    let (input, delta, stride, input_stride) = (delta, activation, input_stride, stride);
    match (transposed, delta_places) {
        (Some(weights), Some(places)) => {
            simd.vectorize(AddListedOuterProduct { input, places, delta, weights });
        }
        (Some(weights), None) => {
            AddOuterProducts { input, input_stride, delta, weights, stride }.with_simd(simd);
        }
        (None, _) => {}
    }
}
