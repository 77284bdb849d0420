//! Hidden sigmoid neurons whose weights and biases are set by hand.

use crate::book::sigmoid::sigmoid;

/// The weight that makes a step of a neuron.
pub(super) const STEEP: f64 = 1000.0;

/// The bias with which a neuron of weight w steps at `s`: −w s.
pub(super) fn bias_of_step(s: f64, w: f64) -> f64 {
    -w * s
}

/// A hidden neuron that steps from 0 to 1 at `s`, the more steeply the larger its weight w.
pub(super) fn step(x: f64, s: f64, w: f64) -> f64 {
    sigmoid(w * x + bias_of_step(s, w))
}

/// What two hidden neurons with the output weights h and −h add to the output.
pub(super) fn bump(x: f64, (from, to): (f64, f64), h: f64, w: f64) -> f64 {
    h * step(x, from, w) - h * step(x, to, w)
}
