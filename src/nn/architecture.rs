use super::{Activation, Cost, Output, PerLayer, Targets};

/// The shape of a fully connected network and the functions it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    /// The number of neurons in each layer, inputs first, outputs last; at least two layers, none
    /// of them empty.
    pub sizes: Vec<usize>,
    /// The activations of the hidden layers.
    pub activation: PerLayer<Activation>,
    /// The activation of the output layer.
    pub output: Output,
    /// The cost that training reduces.
    pub cost: Cost,
    /// What the outputs are to be.
    pub targets: Targets,
    /// The probabilities, in [0, 1), with which training drops the neurons of the hidden layers.
    pub dropout: PerLayer<f64>,
}

impl Architecture {
    /// The number of weights and biases.
    ///
    /// # Panics
    ///
    /// When it does not fit a `usize`.
    pub fn parameters(&self) -> usize {
        self.parameters_checked().expect("a network that fits the memory")
    }

    /// The number of weights and biases, or `None` if it does not fit a `usize`.
    pub fn parameters_checked(&self) -> Option<usize> {
        self.sizes.windows(2).try_fold(0usize, |sum, pair| {
            sum.checked_add(pair[0].checked_add(1)?.checked_mul(pair[1])?)
        })
    }

    /// The number of layers between inputs and outputs.
    pub fn hidden_layers(&self) -> usize {
        self.sizes.len() - 2
    }

    /// The number of input neurons.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    /// The number of output neurons.
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }
}
