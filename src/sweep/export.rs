use super::{Entry, JournalError, Journals, Plan, ResultFiles, TrialResult};
use crate::train::{History, Metric, Status};
use std::path::Path;

/// What the CSV files of a sweep hold.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exported {
    /// The trials with a result, a row each in `trials.csv`.
    pub done: usize,
    /// How many of them diverged.
    pub diverged: usize,
    /// Their seconds of training.
    pub seconds: f64,
}

impl Exported {
    /// What they would hold.
    ///
    /// # Errors
    ///
    /// When a journal cannot be read.
    pub fn count(plan: &Plan, journals: &Journals) -> Result<Self, JournalError> {
        let mut exported = Self::default();
        for place in 0..plan.len() {
            if let Some(Entry::Done(history)) = journals.get(plan.key(place))? {
                exported.add(&history);
            }
        }
        Ok(exported)
    }

    fn add(&mut self, history: &History) {
        self.done += 1;
        self.diverged += usize::from(matches!(history.status, Status::Diverged { .. }));
        self.seconds += history.seconds;
    }
}

/// Makes the CSV files of a directory from the journals: the trials of the plan that have a result,
/// in the order of the plan. One trial is in memory at a time.
///
/// # Errors
///
/// When a journal cannot be read or a file cannot be written; the files of before stay.
pub fn export(
    directory: &Path,
    plan: &Plan,
    journals: &Journals,
) -> Result<Exported, JournalError> {
    let (files, exported) = tables(directory, plan, journals)?;
    files.commit()?;
    Ok(exported)
}

/// The same files before they take their places.
pub(super) fn tables(
    directory: &Path,
    plan: &Plan,
    journals: &Journals,
) -> Result<(ResultFiles, Exported), JournalError> {
    let mut files = ResultFiles::create(directory, Metric::of(plan.data()))?;
    let mut exported = Exported::default();
    for place in 0..plan.len() {
        if let Some(Entry::Done(history)) = journals.get(plan.key(place))? {
            exported.add(&history);
            files.push(&TrialResult { trial: plan.trial(place), history })?;
        }
    }
    Ok((files, exported))
}
