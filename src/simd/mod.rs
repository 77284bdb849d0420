//! Hand-vectorised kernels. They know nothing of networks.
//!
//! Every kernel is written once, generic over the instruction set (by [`pulp`]) and over the
//! element type ([`Real`]: `f32`, `f64`), and is a struct of its operands that implements
//! [`pulp::WithSimd`]: run it by `arch.dispatch(kernel)` from ordinary code, or by
//! `simd.vectorize(kernel)` from code that is already specialised.
//!
//! # The same bits on every machine
//!
//! No result depends on the width of the vectors. Three rules ensure it:
//!
//! 1. Vector lanes run over *outputs*. A sum over inputs or over images is one chain of fused
//!    multiply-adds in index order (two chains, entry i in chain i mod 2, over sparse inputs),
//!    whatever the register blocking.
//! 2. A reduction across lanes keeps [`BLOCK`] virtual lanes and folds them by a fixed tree
//!    ([`reduce`]).
//! 3. Multiply-adds are always fused, also on the scalar path, where that is slow.
//!
//! # Shapes
//!
//! Matrices are row-major with rows padded by zeros to a multiple of [`BLOCK`] elements, the
//! *stride* ([`padded`]), in 64-byte-aligned memory ([`AlignedVec`]). Kernels work on whole padded
//! rows, so they have no tails; the padding of weights, biases, errors and the activations of hidden
//! layers stays zero, that of outputs is arbitrary. The weights of sparse inputs stand in panels
//! instead; see [`sparse`].

mod aligned;
pub mod bytes;
pub mod conv;
pub mod dense;
pub mod elementwise;
mod level;
pub mod lstm;
pub mod panels;
pub mod prefetch;
mod real;
pub mod reduce;
pub mod sparse;
pub mod transpose;
pub mod update;

pub use aligned::AlignedVec;
pub use level::SimdLevel;
pub use real::{BLOCK, Real, padded};
