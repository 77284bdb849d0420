use super::workers::{available_cores, each};
use super::{Trial, TrialResult};
use crate::data::Dataset;
use crate::simd::SimdLevel;
use crate::train::{EpochRecord, SpecError, train};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// Runs trials in parallel, each on one thread, and returns their results in the order of the
/// trials, whatever the order in which they ended. All results stay in memory: a sweep of many trials
/// is run by [`Sweep`](super::Sweep) instead.
///
/// `jobs` is the number of threads; by default one a core, and never more than trials. `observe` is
/// called after every monitored epoch, from the threads.
///
/// # Errors
///
/// When the specification of a trial makes no sense, or does not fit into the memory; nothing has been
/// trained then.
pub fn run(
    trials: &[Trial],
    data: &Dataset,
    level: SimdLevel,
    jobs: Option<NonZeroUsize>,
    observe: &(dyn Fn(&EpochRecord) + Sync),
) -> Result<Vec<TrialResult>, SpecError> {
    for trial in trials {
        trial.spec.validate(data)?;
        trial.spec.check_memory(data)?;
    }
    let slots: Vec<OnceLock<Result<TrialResult, SpecError>>> =
        trials.iter().map(|_| OnceLock::new()).collect();
    each(jobs.unwrap_or_else(available_cores), trials.len(), &|i| {
        let trial = &trials[i];
        let outcome = train(&trial.spec, data, level, &mut |record| {
            observe(record);
            ControlFlow::Continue(())
        });
        let result =
            outcome.map(|outcome| TrialResult { trial: trial.clone(), history: outcome.history });
        // Each place has one writer.
        let _ = slots[i].set(result);
    });
    slots.into_iter().map(|slot| slot.into_inner().expect("every trial was run")).collect()
}
