use super::{Trial, TrialResult};
use crate::data::Dataset;
use crate::simd::SimdLevel;
use crate::train::{EpochRecord, History, SpecError, train};
use rayon::prelude::*;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

/// Something that happened while trials run; reported from the threads that run them.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A trial has finished an epoch.
    Epoch(&'a Trial, &'a EpochRecord),
    /// A trial has ended.
    Trial(&'a Trial, &'a History),
}

/// Runs trials in parallel, each on one thread, and returns their results in the order of the
/// trials, whatever the order in which they ended.
///
/// `jobs` is the number of threads; by default one a core, and never more than trials.
///
/// # Errors
///
/// When the specification of a trial makes no sense; nothing has been trained then.
pub fn run(
    trials: &[Trial],
    data: &Dataset,
    level: SimdLevel,
    jobs: Option<NonZeroUsize>,
    observe: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<TrialResult>, SpecError> {
    for trial in trials {
        trial.spec.validate(data)?;
    }
    let one = |trial: &Trial| {
        let outcome = train(&trial.spec, data, level, &mut |record| {
            observe(Progress::Epoch(trial, record));
            ControlFlow::Continue(())
        })?;
        let history = outcome.history;
        observe(Progress::Trial(trial, &history));
        Ok(TrialResult { trial: trial.clone(), history })
    };
    // One trial a task, handed out in order: the longest ones can be put first.
    let all = || trials.par_iter().with_max_len(1).map(one).collect();
    let threads = jobs.unwrap_or_else(available_cores).get().min(trials.len());
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(all),
        // No threads to be had: slower, but as right.
        Err(_) => trials.iter().map(one).collect(),
    }
}

/// The cores that this process may use, as far as the system tells: at least 1.
pub fn available_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
