//! Recurrent layers: a_t = f(W x_t + U a_{t−1} + b) step by step, and backpropagation through time.
//!
//! Everything stands step by step, of each step the rows of the mini-batch, so that the rows of a step are one matrix and
//! those of several steps too: the products with the inputs of all steps, and the sums over steps of the gradient, are one
//! product each, and only what leads from a step to the next is computed step by step.

mod seen;

use super::{RecurrentShape, Unit};
use crate::nn::pass::mask_of;
use crate::nn::workspace::LayerSpace;
use crate::nn::{Activation, Input, Weights};
use crate::simd::dense::ScaleAddBias;
use crate::simd::elementwise::{Scale, ScaleColumns, ZeroPadding};
use crate::simd::lstm::{LstmErrors, LstmStep};
use crate::simd::panels::{
    AddPanelOuterProducts, AddPanelProduct, DenseBatch, PanelProduct, PanelRows,
};
use crate::simd::sparse::{AddSparseOuterProducts, SparseProduct};
use crate::simd::transpose::Transpose;
use crate::simd::{AlignedVec, Real, padded};
use pulp::{Simd, WithSimd};
use seen::Seen;
use std::ops::Range;

/// What a recurrent layer keeps of a mini-batch: all steps of it, `[steps][rows][…]`.
#[derive(Debug)]
pub(in crate::nn) struct RecurrentSpace<T> {
    shape: RecurrentShape,
    /// What is seen at each step, where it is the first layer.
    seen: Seen<T>,
    /// The weighted inputs of Elman's neurons, where the derivative of the activation needs them; else empty.
    weighted_input: AlignedVec<T>,
    /// The gates of LSTM units; else empty.
    gates: AlignedVec<T>,
    /// The cells of LSTM units, and tanh of them; else empty.
    cells: AlignedVec<T>,
    tanh_cells: AlignedVec<T>,
    /// The activations.
    activation: AlignedVec<T>,
    /// The same without those that are dropped, where the next layer sees them and some may be; else empty.
    passed_on: AlignedVec<T>,
    /// What that is multiplied by where all neurons are at work.
    kept: T,
    /// ∂C/∂z of all steps.
    delta: AlignedVec<T>,
    /// ∂C/∂h of LSTM units: of all steps where the next layer is recurrent, else of one.
    errors: AlignedVec<T>,
    /// ∂C/∂c from the step after.
    cell_errors: AlignedVec<T>,
    /// The weights, scaled, output-major: in panels of `[weighted inputs][…]` those from the layer itself, in all
    /// padded(neurons) wide, and those from the layer before, padded(inputs) wide.
    transposed: [AlignedVec<T>; 2],
    /// How many of the last steps the errors go back through.
    truncation: usize,
    /// The sum over the rows of ‖∂C/∂a_t‖, where it is watched, the first step first.
    pub(in crate::nn) error_norms: Vec<f64>,
}

impl<T: Real> RecurrentSpace<T> {
    /// For mini-batches of up to `capacity` rows; `first` if the layer comes after the inputs.
    pub(in crate::nn) fn new(
        shape: RecurrentShape,
        capacity: usize,
        first: bool,
        activation: Activation,
    ) -> Self {
        let rows = shape.steps * capacity;
        let (stride, wide) = (padded(shape.neurons), padded(shape.weighted_inputs()));
        let (inputs, is_lstm) = (padded(shape.inputs), shape.unit == Unit::Lstm);
        let zeros = |wanted: bool, len| AlignedVec::zeros(if wanted { len } else { 0 });
        let keeps_z = !is_lstm && activation.needs_weighted_input();
        let errors = if shape.passes_steps { rows } else { capacity };
        Self {
            seen: Seen::new(shape, first),
            weighted_input: zeros(keeps_z, rows * stride),
            gates: zeros(is_lstm, rows * wide),
            cells: zeros(is_lstm, rows * stride),
            tanh_cells: zeros(is_lstm, rows * stride),
            activation: AlignedVec::zeros(rows * stride),
            passed_on: AlignedVec::zeros(0),
            kept: T::ONE,
            delta: AlignedVec::zeros(rows * wide),
            errors: zeros(is_lstm, errors * stride),
            cell_errors: zeros(is_lstm, capacity * stride),
            transposed: [
                AlignedVec::zeros(shape.weighted_inputs() * stride),
                zeros(!first, shape.weighted_inputs() * inputs),
            ],
            truncation: shape.steps,
            error_norms: Vec::new(),
            shape,
        }
    }

    /// Says that some of the activations that the next layer sees are to be dropped, or that they are to be multiplied by the
    /// part that is kept.
    pub(in crate::nn) fn pass_on(&mut self, kept: T) {
        self.passed_on = AlignedVec::zeros(self.activation.len());
        self.kept = kept;
    }

    /// Lets errors go back through so many of the last steps only.
    pub(in crate::nn) fn truncate(&mut self, steps: usize) {
        self.truncation = steps.min(self.shape.steps);
    }

    /// Begins to watch the [norms](Self::error_norms) of the errors.
    pub(in crate::nn) fn watch_errors(&mut self) {
        self.error_norms = vec![0.0; self.shape.steps];
    }

    /// The errors ∂C/∂z of all steps of so many rows.
    #[inline(always)]
    pub(in crate::nn) fn delta(&mut self, rows: usize) -> &mut [T] {
        &mut self.delta[..self.shape.steps * rows * padded(self.shape.weighted_inputs())]
    }

    /// f'(z) of all steps, in place of the errors, where it is a function of one z.
    pub(in crate::nn) fn slopes<S: Simd>(
        &mut self,
        simd: S,
        activation: Activation,
        rows: usize,
    ) -> Option<&[T]> {
        if self.shape.unit == Unit::Lstm {
            return None;
        }
        let used = self.shape.steps * rows * padded(self.shape.neurons);
        let delta = &mut self.delta[..used];
        delta.fill(T::ONE);
        activation.mul_prime(simd, &self.weighted_input, &self.activation[..used], delta);
        Some(delta)
    }

    /// What the next layer sees, of all steps.
    fn passed_on(&self) -> &[T] {
        if self.passed_on.is_empty() { &self.activation } else { &self.passed_on }
    }

    /// The steps through which the errors go.
    fn learnt_steps(&self) -> Range<usize> {
        self.shape.steps - self.truncation..self.shape.steps
    }

    /// The norms of the errors of a step.
    fn watch(&mut self, step: usize, errors: Range<usize>) {
        let (stride, is_lstm) = (padded(self.shape.neurons), self.shape.unit == Unit::Lstm);
        let errors = if is_lstm { &self.errors[errors] } else { &self.delta[errors] };
        let norms = errors
            .chunks_exact(stride)
            .map(|row| row.iter().map(|x| x.to_f64() * x.to_f64()).sum::<f64>().sqrt());
        self.error_norms[step] += norms.sum::<f64>();
    }
}

/// The activations of all steps of the layer `here`, those of the last one into its own, where the input of the first
/// layer is the mini-batch itself and that of another what the layer `before` does at every step, and `scale` is what the
/// stored weights are to be multiplied by.
#[inline(always)]
pub(in crate::nn) fn forward<S: Simd, T: Real>(
    simd: S,
    (weights, scale): (&Weights<T>, T),
    input: Input<T>,
    before: Option<&LayerSpace<T>>,
    (here, activation): (&mut LayerSpace<T>, Activation),
    rows: usize,
) {
    let LayerSpace { activation: last, stride, mask, recurrent, .. } = here;
    let space = recurrent.as_mut().expect("the memory of a recurrent layer");
    let shape = space.shape;
    let stride = *stride;
    let wide = weights.stride();
    let [from_itself, from_inputs] = rows_of(&shape);

    // What the inputs contribute, of all steps.
    let all = match shape.unit {
        Unit::Elman => &mut space.activation[..shape.steps * rows * wide],
        Unit::Lstm => &mut space.gates[..shape.steps * rows * wide],
    };
    let input_stride = padded(shape.inputs);
    let seen = shape.steps * rows * input_stride;
    let product = |input: &[T], output| {
        simd.vectorize(PanelProduct {
            input: DenseBatch::new(&input[..seen], input_stride, shape.inputs),
            weights: &weights.stored,
            rows: from_inputs,
            stride: wide,
            output,
        });
    };
    match before {
        Some(before) => {
            let before = before.recurrent.as_ref().expect("a recurrent layer before");
            product(before.passed_on(), all);
        }
        None => {
            space.seen.take(&shape, input);
            match space.seen.is_dense {
                true => product(&space.seen.dense, all),
                false => simd.vectorize(SparseProduct {
                    input: space.seen.sparse(&shape),
                    weights: &weights.stored,
                    skip: from_inputs.skip,
                    stride: wide,
                    output: all,
                }),
            }
        }
    }

    for step in 0..shape.steps {
        let (at, wide_at) = (step * rows * stride, step * rows * wide);
        let (past, here) = space.activation.split_at_mut(at);
        let here = &mut here[..rows * stride];
        let before = at.saturating_sub(rows * stride)..at;
        let product = |output| {
            AddPanelProduct(PanelProduct {
                input: DenseBatch::new(&past[before.clone()], stride, shape.neurons),
                weights: &weights.stored,
                rows: from_itself,
                stride: wide,
                output,
            })
        };
        match shape.unit {
            Unit::Elman => {
                if step > 0 {
                    simd.vectorize(product(here));
                }
                ScaleAddBias { scale, biases: &weights.biases, z: here }.with_simd(simd);
                if !space.weighted_input.is_empty() {
                    space.weighted_input[at..][..rows * stride].copy_from_slice(here);
                }
                activation.apply(simd, here);
                ZeroPadding { x: here, columns: shape.neurons, stride }.with_simd(simd);
            }
            Unit::Lstm => {
                let gates = &mut space.gates[wide_at..][..rows * wide];
                if step > 0 {
                    simd.vectorize(product(gates));
                }
                ScaleAddBias { scale, biases: &weights.biases, z: gates }.with_simd(simd);
                let (past, cells) = space.cells.split_at_mut(at);
                simd.vectorize(LstmStep {
                    units: shape.neurons,
                    gates,
                    before: (step > 0).then(|| &past[before]),
                    cells: &mut cells[..rows * stride],
                    tanh_cells: &mut space.tanh_cells[at..][..rows * stride],
                    output: here,
                });
            }
        }
        if !space.passed_on.is_empty() {
            let x = &mut space.passed_on[at..][..rows * stride];
            x.copy_from_slice(here);
            drop_passed(simd, mask, space.kept, x);
        }
    }
    let end = shape.steps * rows * stride;
    last[..rows * stride].copy_from_slice(&space.activation[end - rows * stride..end]);
}

/// Dropout of what a step passes on, or of its errors: a mask for all rows or for each, or where all neurons are at work the
/// part that is `kept`.
#[inline(always)]
fn drop_passed<S: Simd, T: Real>(simd: S, mask: &[T], kept: T, x: &mut [T]) {
    match mask.is_empty() {
        true => Scale { factor: kept, x }.with_simd(simd),
        false => ScaleColumns { factors: mask_of(mask, 0..x.len()), x }.with_simd(simd),
    }
}

/// BP2 through time: the errors ∂C/∂z of all steps of the layer `here` from those of its activations: at the last step, or,
/// if the next layer is recurrent, at every one, which are still to be multiplied by the `mask`.
#[inline(always)]
pub(in crate::nn) fn through_time<S: Simd, T: Real>(
    simd: S,
    weights: &Weights<T>,
    (here, activation): (&mut LayerSpace<T>, Activation),
    rows: usize,
) {
    let LayerSpace { delta: last, stride, mask, recurrent, .. } = here;
    let space = recurrent.as_mut().expect("the memory of a recurrent layer");
    let (shape, stride, wide) = (space.shape, *stride, weights.stride());
    let steps = space.learnt_steps();
    let [from_itself, from_inputs] = &mut space.transposed;
    transpose(simd, weights, 0..shape.neurons, from_itself);
    if !from_inputs.is_empty() {
        transpose(simd, weights, shape.neurons..weights.n_in(), from_inputs);
    }
    let used = rows * stride;
    space.delta[..steps.start * rows * wide].fill(T::ZERO);
    if shape.unit == Unit::Lstm {
        space.cell_errors[..used].fill(T::ZERO);
    }
    for step in steps.clone().rev() {
        let (at, wide_at) = (step * used, step * rows * wide);
        // ∂C/∂a of the step, where the errors themselves come to stand with Elman's neurons.
        let is_last = step + 1 == shape.steps;
        let place = match shape.unit {
            Unit::Elman => at..at + used,
            Unit::Lstm if shape.passes_steps => at..at + used,
            Unit::Lstm => 0..used,
        };
        let (now, after) = space.delta.split_at_mut(wide_at + rows * wide);
        let now = &mut now[wide_at..];
        let errors = match shape.unit {
            Unit::Elman => &mut *now,
            Unit::Lstm => &mut space.errors[place.clone()],
        };
        match (shape.passes_steps, is_last) {
            (false, true) => errors.copy_from_slice(&last[..used]),
            (false, false) => errors.fill(T::ZERO),
            (true, _) if space.passed_on.is_empty() => {}
            (true, _) => drop_passed(simd, mask, space.kept, errors),
        }
        if !is_last {
            simd.vectorize(AddPanelProduct(PanelProduct {
                input: DenseBatch::new(&after[..rows * wide], wide, shape.weighted_inputs()),
                weights: &space.transposed[0],
                rows: PanelRows::all(shape.weighted_inputs()),
                stride,
                output: errors,
            }));
        }
        if !space.error_norms.is_empty() {
            space.watch(step, place.clone());
        }
        match shape.unit {
            Unit::Elman => {
                let delta = &mut space.delta[place.clone()];
                let z = space.weighted_input.get(place.clone()).unwrap_or_default();
                activation.mul_prime(simd, z, &space.activation[place], delta);
            }
            Unit::Lstm => {
                simd.vectorize(LstmErrors {
                    units: shape.neurons,
                    gates: &space.gates[wide_at..][..rows * wide],
                    before: (step > 0).then(|| &space.cells[at - used..at]),
                    tanh_cells: &space.tanh_cells[at..at + used],
                    errors: &space.errors[place],
                    passed: &mut space.cell_errors[..used],
                    delta: &mut space.delta[wide_at..][..rows * wide],
                });
            }
        }
    }
}

/// The rows of the weights from a layer itself, and from its inputs.
fn rows_of(shape: &RecurrentShape) -> [PanelRows; 2] {
    let all = shape.neurons + shape.inputs;
    [PanelRows { all, skip: 0 }, PanelRows { all, skip: shape.neurons }]
}

/// Some rows of the weights, scaled, output-major: in panels as wide as those of the weights, `[weighted inputs][…]` each.
#[inline(always)]
fn transpose<S: Simd, T: Real>(
    simd: S,
    weights: &Weights<T>,
    rows: Range<usize>,
    output: &mut [T],
) {
    let (stride, all, n_out) = (weights.stride(), weights.n_in(), weights.n_out());
    for j in (0..stride).step_by(T::PANEL) {
        let width = T::PANEL.min(stride - j);
        let columns = width.min(n_out - j);
        for k in (0..rows.len()).step_by(T::PANEL) {
            let wide = T::PANEL.min(padded(rows.len()) - k);
            let from = all * j + (rows.start + k) * width;
            let count = wide.min(rows.len() - k);
            simd.vectorize(Transpose {
                input: &weights.stored[from..from + count * width],
                input_stride: width,
                columns,
                output: &mut output[n_out * k + j * wide..][..columns * wide],
                output_stride: wide,
            });
        }
    }
    Scale { factor: T::from_f64(weights.scale), x: output }.with_simd(simd);
}

/// The errors of all steps of the layer `here` through its weights to the recurrent layer `before`, whose activations are
/// those of all its steps.
#[inline(always)]
pub(in crate::nn) fn errors<S: Simd, T: Real>(
    simd: S,
    before: &mut LayerSpace<T>,
    here: &LayerSpace<T>,
    rows: usize,
) {
    let space = here.recurrent.as_ref().expect("the memory of a recurrent layer");
    let before = before.recurrent.as_mut().expect("a recurrent layer before");
    let shape = space.shape;
    let (all, stride) = (shape.steps * rows, padded(shape.inputs));
    let output = match before.shape.unit {
        Unit::Elman => &mut before.delta[..all * stride],
        Unit::Lstm => &mut before.errors[..all * stride],
    };
    let input_stride = padded(shape.weighted_inputs());
    let delta = &space.delta[..all * input_stride];
    simd.vectorize(PanelProduct {
        input: DenseBatch::new(delta, input_stride, shape.weighted_inputs()),
        weights: &space.transposed[1],
        rows: PanelRows::all(shape.weighted_inputs()),
        stride,
        output,
    });
}

/// The rows of a gradient's products that are summed before the next ones: those of two operands stay in L1.
const ROWS_AT_ONCE: usize = 64;

/// `stored += gradient` of the mini-batch that the last passes saw.
#[inline(always)]
pub(in crate::nn) fn add_gradient<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    before: Option<&LayerSpace<T>>,
    here: &LayerSpace<T>,
    rows: usize,
) {
    let space = here.recurrent.as_ref().expect("the memory of a recurrent layer");
    let (shape, stride) = (space.shape, weights.stride());
    let steps = space.learnt_steps();
    let [from_itself, from_inputs] = rows_of(&shape);
    let stored = &mut weights.stored[..];
    let all = steps.start * rows..steps.end * rows;
    // There is nothing before the first step.
    let later = steps.start.max(1) * rows..steps.end * rows;
    let mut add = |states: &[T], n_in, panels, of: &Range<usize>| {
        let input = DenseBatch::new(&states[..of.len() * padded(n_in)], padded(n_in), n_in);
        let delta = &space.delta[of.start * stride..of.end * stride];
        add_products(simd, input, delta, (stored, panels, stride));
    };
    let states = &space.activation[(later.start - rows) * here.stride..];
    add(states, shape.neurons, from_itself, &later);
    let seen = all.start * padded(shape.inputs);
    match before {
        Some(before) => {
            let before = before.recurrent.as_ref().expect("a recurrent layer before");
            add(&before.passed_on()[seen..], shape.inputs, from_inputs, &all);
        }
        None if space.seen.is_dense => {
            add(&space.seen.dense[seen..], shape.inputs, from_inputs, &all);
        }
        // The errors of the steps before are 0.
        None => simd.vectorize(AddSparseOuterProducts {
            input: space.seen.sparse(&shape),
            delta: &space.delta[..shape.steps * rows * stride],
            weights: stored,
            skip: from_inputs.skip,
            stride,
        }),
    }
}

/// `weights += inputᵀ · delta`, some rows at a time.
#[inline(always)]
fn add_products<S: Simd, T: Real>(
    simd: S,
    input: DenseBatch<T>,
    delta: &[T],
    (weights, rows, stride): (&mut [T], PanelRows, usize),
) {
    for (i, delta) in delta.chunks(ROWS_AT_ONCE * stride).enumerate() {
        let first = i * ROWS_AT_ONCE;
        let input = input.some(first..first + delta.len() / stride);
        simd.vectorize(AddPanelOuterProducts { input, delta, weights, rows, stride });
    }
}
