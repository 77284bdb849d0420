//! Functions of one element, applied to slices; and the derivatives of the activations among them,
//! applied to errors.
//!
//! Each is a branch-free scalar function, written once; the compiler vectorises the loop around it
//! inside the `#[target_feature]` function that [`pulp`] dispatches to. An element's value
//! therefore depends neither on its position nor on the instruction set.
//!
//! | function | largest error (ULP), all f32 | 15 million f64 | exact at |
//! |---|---|---|---|
//! | [`exp_f32`], [`exp_f64`] | 1.01 | 0.99 | 0, ±∞, overflow to ∞ |
//! | [`sigmoid`] | 2.41 | 2.44 | 0, ±∞ |
//! | [`tanh`] | 1.68 | 1.88 | ±0, ±∞, subnormal numbers; odd |
//! | [`elu`] | 0.86 | 1.15 | 0, ±∞, all positive and subnormal numbers |
//! | [`softplus`] | 1.83 | 1.68 | 0, ±∞ |
//! | [`silu`] | 3.20 | 3.19 | 0, ±∞ |
//! | [`gelu`] | 7.41, at z = −5.7 | 8.2, at z = −20 | 0, ±∞ |
//!
//! A NaN stays one. The tails of [`sigmoid`], [`softplus`], [`silu`] and [`gelu`] end at
//! [`TINY`](super::Real::TINY) or near it: beyond they are 0. The subnormal results of the others are
//! held to the same bounds. The derivatives are accurate to 2e-7 (f64: 5e-16), absolutely, at finite
//! z.

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
pub use scale::{Scale, ScaleColumns};
pub use sigmoid::{MulSigmoidPrime, Sigmoid, sigmoid};
pub use silu::{MulSiluPrime, Silu, silu};
pub use softmax::{MulSoftmaxPrime, Softmax};
pub use softplus::{MulSoftplusPrime, Softplus, softplus};
pub use step::Step;
pub use tanh::{MulTanhPrime, Tanh, tanh};

#[cfg(test)]
mod accuracy;
#[cfg(test)]
mod double;
#[cfg(test)]
mod levels;
