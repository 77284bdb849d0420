//! Convolution and max-pooling (chapter 6) of a mini-batch of images.
//!
//! Weights stand input-major for the forward pass, `[field][padded(maps)]`, lanes over the maps, and map by map
//! for the backward pass, `[maps][kernel][padded(run)]`, lanes over a run of pixels. After max-pooling only the
//! winner of a window has an error, so that the backward products have a term for a neuron where a convolution
//! has one for each place of its window.

mod biases;
mod errors;
mod fields;
mod forward;
mod gradient;
mod grey;
mod lists;
#[cfg(test)]
mod oracle;
mod pooling;
mod runs;
mod shape;
mod tiles;
mod windows;
mod winograd;

pub use biases::AddConvBiases;
pub use errors::ConvErrors;
pub use fields::{FromFields, ToFields};
pub use forward::ConvMaxPool;
pub use gradient::AddConvGradient;
pub use lists::ConvLists;
pub use shape::{BEYOND, ConvShape};

use pulp::{Simd, WithSimd};

/// The length of parts of about the same length, at most `most`, into which `n` are divided.
#[inline(always)]
fn even_part(n: usize, most: usize) -> usize {
    n.div_ceil(n.div_ceil(most))
}

/// Runs a kernel as a function of its own: inlined into one function with others, its loops keep their constants on the
/// stack, for want of registers.
#[inline(never)]
fn apart<S: Simd, K: WithSimd>(simd: S, kernel: K) -> K::Output {
    simd.vectorize(kernel)
}
