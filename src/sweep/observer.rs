use super::{Plan, Shard, Trial};
use crate::simd::SimdLevel;
use crate::train::{EpochRecord, History, Metric};
use std::fmt::{self, Display};

/// Who watches a sweep: told of what happens, from the threads where it happens. `()` looks away.
pub trait Observer: Sync {
    /// Trials are about to be trained: those of the sweep, or those of a round of a search by halving.
    fn begun(&self, _round: &Round) {}
    /// A trial is about to be trained alone.
    fn alone(&self, _trial: &Planned) {}
    /// A trial has finished an epoch that is monitored.
    fn epoch(&self, _trial: &Trial, _record: &EpochRecord) {}
    /// A trial has ended, and its result is in the journal.
    fn done(&self, _trial: &Planned, _history: &History) {}
    /// It has failed, and this message is in the journal.
    fn failed(&self, _trial: &Planned, _message: &str) {}
    /// The trials that were [begun](Self::begun) have come to their end, or were stopped.
    fn ended(&self) {}
    /// Something is not as it should be, and does no harm.
    fn warned(&self, _warning: &Warning) {}
}

impl Observer for () {}

/// A trial with its place in a plan.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// The trial.
    pub trial: &'a Trial,
    /// The plan.
    pub plan: &'a Plan<'a>,
    /// The place there.
    pub place: usize,
}

/// Trials that are about to be trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Whether these are the first ones of this run.
    pub is_first: bool,
    /// Those of this process that have a result already.
    pub done: usize,
    /// Those that have none.
    pub to_do: usize,
    /// How many of them failed before.
    pub failed_before: usize,
    /// The estimated [work](super::work()) of those to do.
    pub work: f64,
    /// The threads that they are trained on.
    pub threads: usize,
    /// The instruction set.
    pub level: SimdLevel,
    /// The share of this process.
    pub shard: Option<Shard>,
    /// What settings are ranked by.
    pub metric: Option<Metric>,
}

/// Something that is not as it should be in the journals of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Lines that are damaged.
    Damaged {
        /// How many.
        lines: usize,
    },
    /// Results of trainings that are none of the sweep.
    Foreign {
        /// How many.
        results: usize,
    },
    /// Results of rounds of a search by halving that others go before, or of no training of it.
    Waiting {
        /// How many.
        results: usize,
    },
}

impl Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let s = |n: &usize| if *n == 1 { "" } else { "s" };
        match self {
            Self::Damaged { lines } => write!(
                f,
                "{lines} damaged line{} in the journal; what they told is trained again",
                s(lines)
            ),
            Self::Foreign { results } => write!(
                f,
                "{results} result{} in the journal of no training of this sweep; another version of \
                 nablab may have made them",
                s(results)
            ),
            Self::Waiting { results } => write!(
                f,
                "{results} result{} of rounds for which others are missing, or of no training of this \
                 sweep",
                s(results)
            ),
        }
    }
}
