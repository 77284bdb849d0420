//! Successive halving: many settings for a few epochs, the best of them for more.
//!
//! Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
//! AISTATS 2016. Every round trains anew from the start, so that each of its trials is a trial like
//! any other: it has an id, it is found in the journal, it has the same bits on every machine. What
//! is done next follows from the journal alone.

use super::{JournalError, Journals, Plan, rank};
use crate::train::Metric;
use thiserror::Error;

/// The rounds of a search.
#[derive(Debug)]
pub struct Halving<'a, 'p> {
    plan: &'p Plan<'a>,
    factor: usize,
    metric: Metric,
    /// Of each round, the number of settings that begin it and its epochs.
    rounds: Vec<(usize, usize)>,
    seeds: usize,
}

/// A search that makes no sense.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HalvingError {
    /// Nothing would become fewer.
    #[error("halving {0}: expected a factor of 2 or above")]
    Factor(usize),
    /// The epochs are an axis.
    #[error("halving sets the epochs itself: expected one value of --epochs")]
    Epochs,
    /// There is nothing to choose by.
    #[error("halving needs something to choose by: expected a monitor")]
    NoMetric,
    /// Settings with different numbers of seeds cannot be halved fairly.
    #[error("halving compares settings with the same seeds")]
    Seeds,
}

impl<'a, 'p> Halving<'a, 'p> {
    /// The search among the settings of a plan. The last round trains for the epochs of the plan, each
    /// one before for `factor` times fewer, as long as that is an epoch at least; of each round one
    /// in `factor` settings goes on.
    ///
    /// # Errors
    ///
    /// When that makes no sense.
    pub fn new(
        plan: &'p Plan<'a>,
        factor: usize,
        metric: Option<Metric>,
    ) -> Result<Self, HalvingError> {
        if factor < 2 {
            return Err(HalvingError::Factor(factor));
        }
        let metric = metric.ok_or(HalvingError::NoMetric)?;
        let places: Vec<usize> = (0..plan.len()).collect();
        let settings = plan.settings(&places);
        let epochs = plan.trial(0).spec.epochs;
        if places.iter().any(|&place| plan.trial(place).spec.epochs != epochs) {
            return Err(HalvingError::Epochs);
        }
        let seeds = settings[0].len();
        if settings.iter().any(|setting| setting.len() != seeds) {
            return Err(HalvingError::Seeds);
        }
        let mut rounds = vec![(1, epochs)];
        let mut share = factor;
        while share <= settings.len() && epochs / share >= 1 {
            rounds.push((share, epochs / share));
            share *= factor;
        }
        // Now the last is the one with the fewest epochs, with which everything begins.
        let last = rounds.len() as u32 - 1;
        let rounds = rounds
            .into_iter()
            .rev()
            .zip(0..=last)
            .map(|((_, epochs), round)| (settings.len().div_ceil(factor.pow(round)), epochs));
        Ok(Self { plan, factor, metric, rounds: rounds.collect(), seeds })
    }

    /// Of each round, the number of settings that begin it and its epochs.
    pub fn rounds(&self) -> &[(usize, usize)] {
        &self.rounds
    }

    /// The number of trials of all rounds.
    pub fn trials(&self) -> usize {
        self.seeds * self.rounds.iter().map(|(settings, _)| settings).sum::<usize>()
    }

    /// The estimated work of all rounds, in the measure of the plan.
    pub fn work(&self) -> f64 {
        let full = self.plan.total_work() / self.plan.len() as f64;
        let (_, last) = self.rounds[self.rounds.len() - 1];
        let of = |&(settings, epochs): &(usize, usize)| (settings * epochs) as f64 / last as f64;
        self.seeds as f64 * full * self.rounds.iter().map(of).sum::<f64>()
    }

    /// The trials of all rounds that are known by now: those of the first round, and of each further
    /// one when all before it are done. Also whether that is all.
    ///
    /// # Errors
    ///
    /// When a journal cannot be read.
    pub fn trials_so_far(&self, journals: &Journals) -> Result<(Plan<'a>, bool), JournalError> {
        let mut survivors: Vec<usize> = (0..self.plan.len()).collect();
        let mut all = self.plan.round(&[], 0);
        for (round, &(_, epochs)) in self.rounds.iter().enumerate() {
            let trials = self.plan.round(&survivors, epochs);
            let everything: Vec<usize> = (0..trials.len()).collect();
            all.append(&trials);
            let is_done = |&place: &usize| journals.known(trials.key(place)).is_done();
            if !everything.iter().all(is_done) {
                break;
            }
            if round + 1 == self.rounds.len() {
                return Ok((all, true));
            }
            let keep = self.plan.len().div_ceil(self.seeds * self.factor.pow(round as u32 + 1));
            let ranked = rank(&trials, &everything, journals, self.metric)?;
            let kept = ranked.iter().take(keep).flat_map(|setting| &setting.places);
            let mut kept: Vec<usize> = kept.map(|&place| survivors[place]).collect();
            kept.sort();
            survivors = kept;
        }
        Ok((all, false))
    }
}
