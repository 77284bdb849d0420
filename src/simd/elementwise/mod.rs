//! Functions of one element, applied to slices.
//!
//! Each is a branch-free scalar function, written once; the compiler vectorises the loop around it
//! inside the `#[target_feature]` function that [`pulp`] dispatches to. An element's value
//! therefore depends neither on its position nor on the instruction set.
//!
//! Largest errors in ULP, in f32 over every f32, in f64 on the sample of the tests:
//!
//! | function | f32 | f64 | exact at |
//! |---|---|---|---|
//! | [`Exp`] | 1.01 | 0.94 | 0, ±∞, NaN, overflow to ∞, underflow through subnormals |
//! | [`sigmoid`] | 2.40 | 2.05 | 0, ±∞, NaN |
//! | [`tanh`] | 1.68 | 1.55 | 0, ±∞, NaN, subnormals; odd |
//! | [`elu`] | 0.86 | 1.08 | 0, ∞, NaN |
//!
//! Networks use the sigmoid, the rectifier and the softmax so far.

pub(super) mod elementary;
mod elu;
mod exp;
mod kernel;
mod padding;
mod rectifier;
mod scale;
mod sigmoid;
mod softmax;
mod tanh;

pub use elu::{Elu, MulEluPrime, elu};
pub use exp::{Exp, exp_f32, exp_f64};
pub use padding::ZeroPadding;
pub use rectifier::{LeakyRelu, MulLeakyReluPrime, MulReluPrime, Relu};
pub use scale::Scale;
pub use sigmoid::{MulSigmoidPrime, Sigmoid, sigmoid};
pub use softmax::Softmax;
pub use tanh::{MulTanhPrime, Tanh, tanh};

#[cfg(test)]
mod accuracy;
#[cfg(test)]
mod double;
#[cfg(test)]
mod levels;
