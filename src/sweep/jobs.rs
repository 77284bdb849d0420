use super::{Shard, available_cores};
use crate::simd::SimdLevel;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

/// How the trials of a sweep are run. It changes no result.
#[derive(Debug, Clone, Copy)]
pub struct Jobs<'a> {
    /// The number of threads, each with a trial at a time.
    pub threads: NonZeroUsize,
    /// The instruction set of the kernels.
    pub level: SimdLevel,
    /// Whether the first failure ends it all.
    pub fail_fast: bool,
    /// The share of the trials that this process trains; `None` for all of them.
    pub shard: Option<Shard>,
    /// Set from outside to end it all: trainings end after their epoch, and do not count.
    pub stop: &'a AtomicBool,
}

/// Nobody sets it.
static NEVER: AtomicBool = AtomicBool::new(false);

impl Default for Jobs<'_> {
    /// All trials, one a core, with the best instruction set of this CPU, to the end; a failure leaves
    /// the others alone.
    fn default() -> Self {
        Self {
            threads: available_cores(),
            level: SimdLevel::best(),
            fail_fast: false,
            shard: None,
            stop: &NEVER,
        }
    }
}
