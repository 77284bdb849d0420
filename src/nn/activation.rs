use crate::simd::Real;
use crate::simd::elementwise::{
    Elu, Gelu, LeakyRelu, MulEluPrime, MulGeluPrime, MulLeakyReluPrime, MulReluPrime,
    MulSigmoidPrime, MulSiluPrime, MulSoftmaxPrime, MulSoftplusPrime, MulTanhPrime, Relu, Sigmoid,
    Silu, Softmax, Softplus, Step, Tanh,
};
use clap::ValueEnum;
use pulp::{Simd, WithSimd};
use serde::{Deserialize, Serialize};

/// The function a = f(z) from the weighted input of a hidden neuron to its activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// z, so that the layers are one linear map
    #[value(alias = "linear")]
    Identity,
    /// 1 above 0, else 0: the perceptron, whose derivative is 0; not for training
    #[value(hide = true)]
    Step,
    /// σ(z) = 1 / (1 + e^−z)
    #[value(alias = "logistic")]
    Sigmoid,
    /// (e^z − e^−z) / (e^z + e^−z)
    Tanh,
    /// max(0, z)
    Relu,
    /// z above 0, else 0.01 z
    LeakyRelu,
    /// z above 0, else e^z − 1
    Elu,
    /// z Φ(z), with the normal distribution Φ by erf, not by tanh
    Gelu,
    /// z σ(z), also called swish
    Silu,
    /// ln(1 + e^z)
    Softplus,
}

// The passes inline the sigmoid and the rectifier, and call the others, to stay small.
impl Activation {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Step => "step",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky-relu",
            Self::Elu => "elu",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Softplus => "softplus",
        }
    }

    /// Whether f'(z) cannot be computed from a = f(z) alone, because f is not monotonic.
    pub fn needs_weighted_input(self) -> bool {
        matches!(self, Self::Gelu | Self::Silu)
    }

    /// Whether [`mul_prime`](Self::mul_prime) makes 0 of the error of a neuron whose activation is 0, as
    /// a dropped one's is.
    pub(super) fn stops_errors_at_zero(self) -> bool {
        matches!(self, Self::Step | Self::Sigmoid | Self::Relu)
    }

    /// Whether about half of the activations are 0, and the errors of these neurons with them.
    pub(super) fn is_often_zero(self) -> bool {
        matches!(self, Self::Step | Self::Relu)
    }

    /// The largest |f'(z)|, to four digits.
    pub fn largest_slope(self) -> f64 {
        match self {
            Self::Step => 0.0,
            Self::Sigmoid => 0.25,
            Self::Gelu => 1.129,
            Self::Silu => 1.1,
            Self::Identity
            | Self::Tanh
            | Self::Relu
            | Self::LeakyRelu
            | Self::Elu
            | Self::Softplus => 1.0,
        }
    }

    /// Replaces every weighted input by its activation.
    #[inline(always)]
    pub(super) fn apply<S: Simd, T: Real>(self, simd: S, z: &mut [T]) {
        match self {
            Self::Identity => {}
            Self::Step => simd.vectorize(Step(z)),
            Self::Sigmoid => Sigmoid(z).with_simd(simd),
            Self::Tanh => simd.vectorize(Tanh(z)),
            Self::Relu => Relu(z).with_simd(simd),
            Self::LeakyRelu => simd.vectorize(LeakyRelu(z)),
            Self::Elu => simd.vectorize(Elu(z)),
            Self::Gelu => simd.vectorize(Gelu(z)),
            Self::Silu => simd.vectorize(Silu(z)),
            Self::Softplus => simd.vectorize(Softplus(z)),
        }
    }

    /// Multiplies an error by f'(z), given the activations, and the weighted inputs if they are
    /// [needed](Self::needs_weighted_input).
    #[inline(always)]
    pub(super) fn mul_prime<S: Simd, T: Real>(
        self,
        simd: S,
        weighted_input: &[T],
        activation: &[T],
        delta: &mut [T],
    ) {
        match self {
            Self::Identity => {}
            Self::Step => delta.fill(T::ZERO),
            Self::Sigmoid => MulSigmoidPrime { activation, delta }.with_simd(simd),
            Self::Tanh => simd.vectorize(MulTanhPrime { activation, delta }),
            Self::Relu => MulReluPrime { activation, delta }.with_simd(simd),
            Self::LeakyRelu => simd.vectorize(MulLeakyReluPrime { activation, delta }),
            Self::Elu => simd.vectorize(MulEluPrime { activation, delta }),
            Self::Gelu => simd.vectorize(MulGeluPrime { weighted_input, delta }),
            Self::Silu => simd.vectorize(MulSiluPrime { weighted_input, delta }),
            Self::Softplus => simd.vectorize(MulSoftplusPrime { activation, delta }),
        }
    }
}

/// The function from the weighted inputs of the output layer to its activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// σ(z), each output by itself
    #[value(alias = "logistic")]
    Sigmoid,
    /// e^z_j / Σ e^z_k, a probability distribution
    Softmax,
    /// z itself: linear outputs
    #[value(alias = "linear")]
    Identity,
    /// (e^z − e^−z) / (e^z + e^−z), each output by itself
    Tanh,
}

impl Output {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Softmax => "softmax",
            Self::Identity => "identity",
            Self::Tanh => "tanh",
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
            Self::Identity => {}
            Self::Tanh => Tanh(z).with_simd(simd),
        }
    }

    /// Multiplies ∂C/∂a by the derivative of the outputs, given the activations: the σ'(z) of BP1.
    /// The rows of both are as long as their `stride`; the padding of `delta` stays 0.
    #[inline(always)]
    pub(super) fn mul_prime<S: Simd, T: Real>(
        self,
        simd: S,
        activation: &[T],
        (outputs, stride): (usize, usize),
        delta: &mut [T],
    ) {
        match self {
            Self::Sigmoid => MulSigmoidPrime { activation, delta }.with_simd(simd),
            Self::Softmax => MulSoftmaxPrime { activation, outputs, stride, delta }.with_simd(simd),
            Self::Identity => {}
            Self::Tanh => MulTanhPrime { activation, delta }.with_simd(simd),
        }
    }
}
