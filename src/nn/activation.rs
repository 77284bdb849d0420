use crate::simd::Real;
use crate::simd::elementwise::{MulReluPrime, MulSigmoidPrime, Relu, Sigmoid, Softmax};
use clap::ValueEnum;
use pulp::Simd;
use serde::{Deserialize, Serialize};

/// The function a = f(z) from the weighted input of a hidden neuron to its activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// σ(z) = 1 / (1 + e^−z)
    Sigmoid,
    /// max(0, z)
    Relu,
}

impl Activation {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Relu => "relu",
        }
    }

    /// Replaces every weighted input by its activation.
    #[inline]
    pub(super) fn apply<S: Simd, T: Real>(self, simd: S, z: &mut [T]) {
        match self {
            Self::Sigmoid => simd.vectorize(Sigmoid(z)),
            Self::Relu => simd.vectorize(Relu(z)),
        }
    }

    /// Multiplies an error by f'(z), given the activations.
    #[inline]
    pub(super) fn mul_prime<S: Simd, T: Real>(self, simd: S, activation: &[T], delta: &mut [T]) {
        match self {
            Self::Sigmoid => simd.vectorize(MulSigmoidPrime { activation, delta }),
            Self::Relu => simd.vectorize(MulReluPrime { activation, delta }),
        }
    }
}

/// The function from the weighted inputs of the output layer to its activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// σ(z), each output by itself
    Sigmoid,
    /// e^z_j / Σ e^z_k, a probability distribution
    Softmax,
}

impl Output {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Softmax => "softmax",
        }
    }

    /// Replaces the weighted inputs in every row by their activations.
    #[inline]
    pub(super) fn apply<S: Simd, T: Real>(
        self,
        simd: S,
        z: &mut [T],
        (outputs, stride): (usize, usize),
    ) {
        match self {
            Self::Sigmoid => simd.vectorize(Sigmoid(z)),
            Self::Softmax => simd.vectorize(Softmax { z, outputs, stride }),
        }
    }
}
