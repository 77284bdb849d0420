//! What a sweep would take, from a few measured epochs.

use super::{Sweep, SweepError};
use crate::sweep::{Jobs, Plan, Trial, TrialResult, journal_bytes, run, work};
use crate::train::TrainingSpec;

/// The trials of which an epoch is trained, from the shortest to the longest.
const PILOTS: usize = 3;

/// What a sweep would take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The seconds of training, summed over the threads.
    pub trial_seconds: f64,
    /// The threads that there is work for.
    pub threads: usize,
    /// The bytes of the results.
    pub bytes: f64,
}

impl Estimate {
    /// The seconds that pass.
    pub fn seconds(&self) -> f64 {
        self.trial_seconds / self.threads as f64
    }
}

impl Sweep<'_> {
    /// Trains an epoch of a few trials, and concludes from their times what all of them take.
    ///
    /// # Errors
    ///
    /// When one of them cannot be trained.
    pub fn estimate(&self, jobs: &Jobs) -> Result<Estimate, SweepError> {
        let plan = &self.plan;
        let share = self.halving()?.map_or(1.0, |rounds| rounds.work() / plan.total_work());
        let (seconds, bytes) = measure(plan, jobs)?;
        let threads = jobs.threads.get().min(plan.len());
        Ok(Estimate { trial_seconds: seconds * share, threads, bytes: bytes * share })
    }
}

/// The seconds that all trainings take together, and the bytes of their results.
fn measure(plan: &Plan, jobs: &Jobs) -> Result<(f64, f64), SweepError> {
    let mut order = plan.longest_first();
    let fits = |place: usize| plan.trial(place).spec.check_memory(plan.data());
    // Those that would fail come first.
    while let (Some(&longest), true) = (order.first(), order.len() > 1) {
        if fits(longest).is_ok() {
            break;
        }
        let small = order.partition_point(|&place| plan.work(place) >= plan.work(longest));
        order.drain(..small.min(order.len() - 1));
    }
    // At least as many as threads, because threads slow each other down.
    let pilots = PILOTS.max(jobs.threads.get()).min(order.len());
    let pick = |i: usize| order[i * (order.len() - 1) / (pilots - 1).max(1)];
    let trials: Vec<Trial> = (0..pilots)
        .map(|i| {
            let spec = plan.trial(pick(i)).spec;
            Trial::new(TrainingSpec { epochs: 1, monitor_every: 1, ..spec }, plan.data())
        })
        .collect();
    let results = run(&trials, plan.data(), jobs.level, Some(jobs.threads), &|_| {})?;
    let seconds: f64 = results.iter().map(|result| result.history.seconds).sum();
    let pilot_work: f64 = trials.iter().map(|trial| work(&trial.spec, plan.data())).sum();
    let bytes = |(i, result): (usize, &TrialResult)| {
        let epochs = plan.trial(pick(i)).spec.epochs;
        journal_bytes(result, epochs) as f64
    };
    let bytes: f64 = results.iter().enumerate().map(bytes).sum();
    let per_trial = bytes / results.len() as f64;
    Ok((seconds / pilot_work * plan.total_work(), per_trial * plan.len() as f64))
}
