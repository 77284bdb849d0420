use crate::simd::Real;
use crate::simd::elementwise::{MulSigmoidPrime, Sigmoid};
use clap::ValueEnum;
use pulp::Simd;
use serde::{Deserialize, Serialize};

/// The function a = f(z) from a neuron's weighted input to its activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// σ(z) = 1 / (1 + e^−z)
    Sigmoid,
}

impl Activation {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
        }
    }

    /// Replaces every weighted input by its activation.
    #[inline]
    pub(super) fn apply<S: Simd, T: Real>(self, simd: S, z: &mut [T]) {
        match self {
            Self::Sigmoid => simd.vectorize(Sigmoid(z)),
        }
    }

    /// Multiplies an error by f'(z), given the activations.
    #[inline]
    pub(super) fn mul_prime<S: Simd, T: Real>(self, simd: S, activation: &[T], delta: &mut [T]) {
        match self {
            Self::Sigmoid => simd.vectorize(MulSigmoidPrime { activation, delta }),
        }
    }
}
