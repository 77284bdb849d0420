use super::{Sweep, SweepError};
use crate::simd::SimdLevel;
use crate::sweep::{Entry, Observer, Planned, Trial, difference};
use crate::train::{History, train};
use std::ops::ControlFlow;

/// One trial of a sweep, trained alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Only {
    /// The trial.
    pub trial: Trial,
    /// How it went.
    pub history: History,
    /// Whether the journal had a result of it already, with these bits; else this one was added.
    pub was_known: bool,
}

impl Sweep<'_> {
    /// Trains the trial whose id begins with `id`, whether or not it has a result. If it has one, the
    /// bits must be the same; else this one is added.
    ///
    /// # Errors
    ///
    /// When there is no such trial, or several, it does not fit into the memory, the bits are others, or
    /// the journal cannot be written.
    pub fn only(
        &self,
        id: &str,
        level: SimdLevel,
        observer: &dyn Observer,
    ) -> Result<Only, SweepError> {
        self.freeze()?;
        let journals = self.journals()?;
        let (plan, _) = self.trials_so_far(&journals)?;
        let found = plan.find(id);
        let place = found.map_err(|found| SweepError::NoTrial { id: id.into(), found })?;
        let trial = plan.trial(place);
        let known = match journals.get(trial.key())? {
            Some(Entry::Done(history)) => Some(history),
            _ => None,
        };
        // Better to know now than after the training that it cannot be kept.
        let mut journal = match known {
            Some(_) => None,
            None => Some(self.directory.begin(&self.spec, false, &self.spec, None)?),
        };
        trial.spec.check_memory(plan.data())?;
        observer.alone(&Planned { trial: &trial, plan: &plan, place });
        let outcome = train(&trial.spec, plan.data(), level, &mut |record| {
            observer.epoch(&trial, record);
            ControlFlow::Continue(())
        });
        let history = outcome?.history;
        if let Some(before) = &known
            && let Some(difference) = difference(before, &history)
        {
            return Err(SweepError::OtherBits { id: trial.id, difference });
        }
        if let Some(journal) = &mut journal {
            journal.append(&trial, &Entry::Done(history.clone()))?;
            journal.disk()?.sync().map_err(crate::sweep::JournalError::from)?;
            self.export()?;
        }
        Ok(Only { trial, history, was_known: known.is_some() })
    }
}
