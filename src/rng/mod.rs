//! Named, portable random numbers.
//!
//! | generator | for | equal to |
//! |---|---|---|
//! | [`Stream`] | every trial of ours | ChaCha8, one stream for each (seed, purpose, index) |
//! | [`NumpyLegacy`] | the book's seeded runs | `np.random.seed(s)`, then `np.random.randn()` |
//! | [`Python2Random`] | the book's seeded runs | Python 2.7 `random.seed(s)`, then `random.shuffle()` |
//! | [`SplitMix64`] | keys of streams; comparisons with other tools | `splitmix64.c` |
//! | [`Mt19937`] | the book's generators | `mt19937ar.c` |
//!
//! The promise is equal bits on every platform and in every later version: the generators are named ones, everything
//! drawn from them (bounded integers, Gaussians, shuffles) is written here, and logarithms and cosines come from
//! `libm` rather than from the platform. The test vectors in `vectors.rs` hold that promise; `scripts/rng-vectors`
//! computes them without any code of this crate.

mod author;
mod draw;
mod mt19937;
mod splitmix;
mod stream;
#[cfg(test)]
mod vectors;

pub use author::{NumpyLegacy, Python2Random};
pub use mt19937::Mt19937;
pub use splitmix::SplitMix64;
pub use stream::{Purpose, Stream};
