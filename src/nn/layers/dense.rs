//! Every neuron sees the whole layer before: z = w a + b.

use crate::nn::workspace::LayerSpace;
use crate::nn::{GemmPath, Input, Weights};
use crate::simd::dense::{
    AddListedOuterProduct, AddOuterProducts, Descent, Errors, ListedProduct, Product, ScaleAddBias,
    SkippingErrors, SkippingProduct,
};
use crate::simd::elementwise::Scale;
use crate::simd::panels::{AddPanelOuterProducts, PanelProduct, PanelRows};
use crate::simd::sparse::{AddSparseOuterProducts, SparseProduct};
use crate::simd::{Real, padded};
use pulp::{Simd, WithSimd};

/// The weighted inputs `z`, `[rows][stride]`, where the input of the first layer is the mini-batch itself and that of
/// another the activations of the layer `before`, and `scale` is what the stored weights are to be multiplied by.
#[inline(always)]
pub(in crate::nn) fn forward<S: Simd, T: Real>(
    simd: S,
    (weights, scale): (&Weights<T>, T),
    input: Input<T>,
    before: Option<&LayerSpace<T>>,
    z: &mut [T],
) {
    match before {
        None => product_with_input(simd, weights, input, z),
        Some(LayerSpace { activation: input, nonzero, .. }) => {
            let (stored, n_in, stride) = (&weights.stored[..], weights.n_in(), weights.stride());
            let input_stride = padded(n_in);
            match nonzero.places() {
                Some(places) => {
                    let output = &mut *z;
                    simd.vectorize(ListedProduct { input, places, weights: stored, output });
                }
                None if nonzero.skips_zeros() => {
                    let (weights, output) = (stored, &mut *z);
                    let input = &input[..output.len() / stride * input_stride];
                    simd.vectorize(SkippingProduct {
                        input,
                        input_stride,
                        weights,
                        stride,
                        output,
                    });
                }
                None => GemmPath::choose(z.len() / stride, n_in, weights.n_out()).product(
                    simd,
                    Product { input, input_stride, n_in, weights: stored, stride, output: z },
                ),
            }
        }
    }
    ScaleAddBias { scale, biases: &weights.biases, z }.with_simd(simd);
}

/// `output = input · stored`, where the layer is the first one.
#[inline(always)]
fn product_with_input<S: Simd, T: Real>(
    simd: S,
    weights: &Weights<T>,
    input: Input<T>,
    output: &mut [T],
) {
    let (n_in, stride) = (weights.n_in(), weights.stride());
    let weights = &weights.stored[..];
    match input {
        Input::Sparse(input) => {
            SparseProduct { input, weights, skip: 0, stride, output }.with_simd(simd)
        }
        Input::Dense(input) => {
            assert_eq!(input.columns(), n_in, "an input a neuron");
            simd.vectorize(PanelProduct {
                input,
                weights,
                rows: PanelRows::all(n_in),
                stride,
                output,
            });
        }
    }
}

/// The errors of the layer `here` through its stored weights to the layer `before`, `[rows][padded(n_in)]`.
#[inline(always)]
pub(in crate::nn) fn errors<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    here: &LayerSpace<T>,
    before: &mut LayerSpace<T>,
    rows: usize,
) {
    let output = &mut before.delta[..rows * before.stride];
    match here.nonzero.places() {
        Some(places) => simd.vectorize(ListedProduct {
            input: &here.delta,
            places,
            weights: weights.transposed(simd),
            output,
        }),
        None if has_one_copy(rows, weights) => {
            let delta = &here.delta[..rows * weights.stride()];
            errors_through_one_copy(simd, weights, before, delta, None);
        }
        None => GemmPath::choose(rows, weights.n_in(), weights.n_out()).product_transposed(
            simd,
            &here.delta,
            weights,
            output,
        ),
    }
}

/// The most rows with which it is cheaper to update the transposed weights too than to transpose
/// them anew.
pub(in crate::nn) const FEW_ROWS: usize = 16;

/// The weights of a layer that has [one copy](has_one_copy) of them at most mini-batches.
const MANY_WEIGHTS: usize = 1 << 18;

/// Whether the errors pass through the weights as they are stored, row by row, and there is no transposed copy.
///
/// The rule: for layers of at least 2^18 weights, 1 MiB in f32, with mini-batches of 2 to 16 rows. A step reads and
/// writes both copies, and the second one pushes the first out of the caches: without it a step of layers of 640 x 1000 and
/// 1000 x 1000 weights takes 0.7 of the time (f32, AVX2, 10 rows). Smaller layers gain less, and their bits stay what they
/// have been; more rows make up for a transposition at every step, and a single row has fewer products than weights, of which
/// it may [skip](crate::nn::nonzero) some. As the bits of the errors depend on the rule, it does not depend on the CPU.
pub(in crate::nn) fn has_one_copy<T: Real>(rows: usize, weights: &Weights<T>) -> bool {
    is_large(weights) && (2..=FEW_ROWS).contains(&rows)
}

/// Whether a layer may have one copy of its weights only.
pub(in crate::nn) fn is_large<T: Real>(weights: &Weights<T>) -> bool {
    weights.n_in() * weights.n_out() >= MANY_WEIGHTS
}

/// [`errors`] into those of the layer `before`, and then `stored += factor · inputᵀ · delta`, for a layer that has
/// [one copy](has_one_copy) of its weights. `step` is room for the errors times the factor.
#[inline(always)]
pub(in crate::nn) fn errors_and_descent<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    before: &mut LayerSpace<T>,
    delta: &[T],
    step: &mut [T],
    factor: T,
) {
    let step = &mut step[..delta.len()];
    step.copy_from_slice(delta);
    Scale { factor, x: step }.with_simd(simd);
    weights.forget_transposed();
    errors_through_one_copy(simd, weights, before, delta, Some(step));
}

/// The errors `delta` through weights of which there is [one copy](has_one_copy), and then the `step`, if there is one.
#[inline(always)]
fn errors_through_one_copy<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    before: &mut LayerSpace<T>,
    delta: &[T],
    step: Option<&[T]>,
) {
    let (stride, output_stride) = (weights.stride(), before.stride);
    let (used, weights) = (delta.len() / stride * output_stride, &mut weights.stored[..]);
    let LayerSpace { activation, nonzero, delta: output, .. } = before;
    let (activation, output) = (&activation[..used], &mut output[..used]);
    if nonzero.skips_zeros() {
        let kernel =
            SkippingErrors { activation, delta, weights, stride, output, output_stride, step };
        return simd.vectorize(kernel);
    }
    let descent = step.map(|step| Descent { input: activation, input_stride: output_stride, step });
    simd.vectorize(Errors { delta, weights, stride, output, output_stride, descent });
}

/// `stored += inputᵀ · delta`, where the input of the first layer is the mini-batch itself and that of another the
/// activations of the layer `before`. The errors come with the neurons that may have some, if the others are to be skipped.
#[inline(always)]
pub(in crate::nn) fn add_gradient<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    input: Input<T>,
    before: Option<&LayerSpace<T>>,
    (delta, delta_places): (&[T], Option<&[u32]>),
) {
    let (stride, n_in, n_out) = (weights.stride(), weights.n_in(), weights.n_out());
    let rows = delta.len() / stride;
    let Some(LayerSpace { activation, nonzero, .. }) = before else {
        let weights = &mut weights.stored;
        return match input {
            Input::Sparse(input) => {
                AddSparseOuterProducts { input, delta, weights, skip: 0, stride }.with_simd(simd);
            }
            Input::Dense(input) => {
                assert_eq!(input.columns(), n_in, "an input a neuron");
                // Called, not inlined, to keep the passes small.
                simd.vectorize(AddPanelOuterProducts {
                    input,
                    delta,
                    weights,
                    rows: PanelRows::all(n_in),
                    stride,
                });
            }
        };
    };
    let input_stride = padded(n_in);
    let activation = &activation[..rows * input_stride];
    if rows > FEW_ROWS || has_one_copy(rows, weights) {
        weights.forget_transposed();
    }
    let (weights, transposed) = weights.stored_mut();
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
