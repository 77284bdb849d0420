//! Recurrent layers in plain loops: the equations of [`Unit`], and backpropagation through time.

use super::{activate, activate_prime, sigmoid};
use crate::nn::{Activation, RecurrentShape, Sequence, Unit};

/// A layer and its parameters.
#[derive(Clone, Copy)]
pub(super) struct Layer<'a> {
    pub shape: &'a RecurrentShape,
    pub activation: Activation,
    /// Into each weighted input, from the layer itself and then from the inputs.
    pub weights: &'a [Vec<f64>],
    pub biases: &'a [f64],
}

/// A time step of a layer.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// What it sees: its own activations at the step before, and the inputs.
    seen: Vec<f64>,
    /// The weighted inputs.
    pub z: Vec<f64>,
    /// The activations.
    pub a: Vec<f64>,
    /// The cells of LSTM units before and after.
    cells: [Vec<f64>; 2],
}

impl Layer<'_> {
    /// All steps of a sequence that stands in one row, step after step, or as an image if the layer is the first one.
    pub fn run(self, x: &[f64], is_first: bool) -> Vec<Step> {
        let RecurrentShape { unit, steps, inputs, neurons, sequence, .. } = *self.shape;
        let sequence = if is_first { sequence } else { Sequence::Rows };
        let order = sequence.order(steps);
        let mut run: Vec<Step> = Vec::new();
        for t in 0..steps {
            let part = order.iter().position(|&step| step as usize == t).expect("all steps");
            let last = run.last();
            let mut seen = last.map_or_else(|| vec![0.0; neurons], |last| last.a.clone());
            let past = last.map_or_else(|| vec![0.0; neurons], |last| last.cells[1].clone());
            seen.extend(&x[part * inputs..][..inputs]);
            let neuron = |(w, b): (&Vec<f64>, &f64)| {
                w.iter().zip(&seen).map(|(w, x)| w * x).sum::<f64>() + b
            };
            let z: Vec<f64> = self.weights.iter().zip(self.biases).map(neuron).collect();
            let (a, cells) = match unit {
                Unit::Elman => {
                    (z.iter().map(|&z| activate(self.activation, z)).collect(), Vec::new())
                }
                Unit::Lstm => {
                    let [i, f, g, o] = gates(&z, neurons);
                    let cell = |j: usize| f[j] * past[j] + i[j] * g[j];
                    let cells: Vec<f64> = (0..neurons).map(cell).collect();
                    (cells.iter().zip(&o).map(|(c, o)| o * c.tanh()).collect(), cells)
                }
            };
            run.push(Step { seen, z, a, cells: [past, cells] });
        }
        run
    }

    /// ∂C/∂z of all steps, from ∂C/∂a of all steps as far as they come from other layers; of the last `truncation` steps.
    pub fn through_time(
        self,
        run: &[Step],
        errors: &[Vec<f64>],
        truncation: usize,
    ) -> Vec<Vec<f64>> {
        let RecurrentShape { unit, steps, neurons, .. } = *self.shape;
        let mut deltas = vec![vec![0.0; self.biases.len()]; steps];
        // From the step after.
        let (mut of_activations, mut of_cells) = (vec![0.0; neurons], vec![0.0; neurons]);
        for t in (steps.saturating_sub(truncation)..steps).rev() {
            let Step { z, cells: [past, cells], .. } = &run[t];
            let error: Vec<f64> =
                errors[t].iter().zip(&of_activations).map(|(a, b)| a + b).collect();
            match unit {
                Unit::Elman => {
                    for j in 0..neurons {
                        deltas[t][j] = error[j] * activate_prime(self.activation, z[j]);
                    }
                }
                Unit::Lstm => {
                    let [i, f, g, o] = gates(z, neurons);
                    for j in 0..neurons {
                        let tanh = cells[j].tanh();
                        let of_cell = error[j] * o[j] * (1.0 - tanh * tanh) + of_cells[j];
                        let of_gates = [
                            of_cell * g[j] * i[j] * (1.0 - i[j]),
                            of_cell * past[j] * f[j] * (1.0 - f[j]),
                            of_cell * i[j] * (1.0 - g[j] * g[j]),
                            error[j] * tanh * o[j] * (1.0 - o[j]),
                        ];
                        for (q, of_gate) in of_gates.into_iter().enumerate() {
                            deltas[t][q * neurons + j] = of_gate;
                        }
                        of_cells[j] = of_cell * f[j];
                    }
                }
            }
            let before =
                |k: usize| self.weights.iter().zip(&deltas[t]).map(|(w, delta)| w[k] * delta).sum();
            of_activations = (0..neurons).map(before).collect();
        }
        deltas
    }

    /// The errors of all steps to the inputs, step after step.
    pub fn errors_before(self, delta: &[f64]) -> Vec<f64> {
        let RecurrentShape { neurons, inputs, .. } = *self.shape;
        let steps = delta.chunks_exact(self.biases.len()).flat_map(|delta| {
            (neurons..neurons + inputs).map(move |k| {
                self.weights.iter().zip(delta).map(|(w, delta)| w[k] * delta).sum::<f64>()
            })
        });
        steps.collect()
    }

    /// ∂C/∂w and ∂C/∂b, the sums over all steps.
    pub fn gradient(self, run: &[Step], delta: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
        let n = self.biases.len();
        let steps = || run.iter().zip(delta.chunks_exact(n));
        let weight = |j: usize, k: usize| steps().map(|(step, d)| d[j] * step.seen[k]).sum();
        let row = |j: usize| (0..self.weights[j].len()).map(|k| weight(j, k)).collect();
        let bias = |j: usize| steps().map(|(_, delta)| delta[j]).sum();
        ((0..n).map(row).collect(), (0..n).map(bias).collect())
    }
}

/// i, f, g and o of all units.
fn gates(z: &[f64], units: usize) -> [Vec<f64>; 4] {
    let gate =
        |q: usize, f: fn(f64) -> f64| z[q * units..][..units].iter().map(|&z| f(z)).collect();
    [gate(0, sigmoid), gate(1, sigmoid), gate(2, f64::tanh), gate(3, sigmoid)]
}
