use crate::simd::Real;
use crate::simd::elementwise::{MulReluPrime, MulSigmoidPrime, Relu, Sigmoid, Softmax};
use clap::ValueEnum;
use pulp::{Simd, WithSimd};
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
    #[inline(always)]
    pub(super) fn apply<S: Simd, T: Real>(self, simd: S, z: &mut [T]) {
        match self {
            Self::Sigmoid => Sigmoid(z).with_simd(simd),
            Self::Relu => Relu(z).with_simd(simd),
        }
    }

    /// Multiplies an error by f'(z), given the activations.
    #[inline(always)]
    pub(super) fn mul_prime<S: Simd, T: Real>(self, simd: S, activation: &[T], delta: &mut [T]) {
        match self {
            Self::Sigmoid => MulSigmoidPrime { activation, delta }.with_simd(simd),
            Self::Relu => MulReluPrime { activation, delta }.with_simd(simd),
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
    #[inline(always)]
    pub(super) fn apply<S: Simd, T: Real>(
        self,
        simd: S,
        z: &mut [T],
        (outputs, stride): (usize, usize),
    ) {
        match self {
            Self::Sigmoid => Sigmoid(z).with_simd(simd),
            Self::Softmax => Softmax { z, outputs, stride }.with_simd(simd),
        }
    }
}
