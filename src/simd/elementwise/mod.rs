//! Functions of one element, applied to slices.
//!
//! Each is a branch-free scalar function, written once; the compiler vectorises the loop around it
//! inside the `#[target_feature]` function that [`pulp`] dispatches to. An element's value
//! therefore depends neither on its position nor on the instruction set.
//!
//! Largest errors in ULP, on the samples of the tests; of `exp`, `sigmoid`, `tanh` and
//! `elu` in f32 over every f32:
//!
//! | function | f32 | f64 | exact at |
//! |---|---|---|---|
//! | [`Exp`] | 1.01 | 0.94 | 0, ±∞, NaN, overflow to ∞, underflow through subnormals |
//! | [`sigmoid`] | 2.41 | 2.05 | 0, ±∞, NaN |
//! | [`tanh`] | 1.68 | 1.55 | 0, ±∞, NaN, subnormals; odd |
//! | [`elu`] | 0.86 | 1.08 | 0, ∞, NaN |
//! | [`softplus`] | 1.50 | 1.41 | ±∞, NaN |
//! | [`silu`] | 2.56 | 2.75 | 0, ∞, NaN |
//! | [`gelu`] | 4.75 | 6.00 | 0, ∞, NaN |
//!
//! Networks use the sigmoid, the rectifier and the softmax so far.

pub(super) mod elementary;
mod elu;
mod exp;
mod gelu;
mod kernel;
mod padding;
mod rectifier;
mod scale;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod step;
mod tanh;

pub use elu::{Elu, MulEluPrime, elu};
pub use exp::{Exp, exp_f32, exp_f64};
pub use gelu::{Gelu, MulGeluPrime, gelu};
pub use padding::ZeroPadding;
pub use rectifier::{LeakyRelu, MulLeakyReluPrime, MulReluPrime, Relu};
pub use scale::Scale;
pub use sigmoid::{MulSigmoidPrime, Sigmoid, sigmoid};
pub use silu::{MulSiluPrime, Silu, silu};
pub use softmax::Softmax;
pub use softplus::{MulSoftplusPrime, Softplus, softplus};
pub use step::Step;
pub use tanh::{MulTanhPrime, Tanh, tanh};

#[cfg(test)]
mod accuracy;
#[cfg(test)]
mod double;
