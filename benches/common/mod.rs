//! What the benches share. Each uses a part of it.
#![allow(dead_code)]

pub mod dense_faer;
pub mod shapes;

use nablab::simd::SimdLevel;

/// The instruction set: the best one, or the one that the variable `NABLAB_SIMD` names.
pub fn level() -> SimdLevel {
    match std::env::var("NABLAB_SIMD") {
        Ok(name) => name.parse().expect("NABLAB_SIMD"),
        Err(_) => SimdLevel::best(),
    }
}
