use super::{Entry, JournalError, Journals, Plan, ResultFiles, TrialResult};
use crate::train::Status;
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
    let mut files = ResultFiles::create(directory)?;
    let mut exported = Exported::default();
    for place in 0..plan.len() {
        if let Some(Entry::Done(history)) = journals.get(plan.key(place))? {
            exported.done += 1;
            exported.diverged += usize::from(matches!(history.status, Status::Diverged { .. }));
            exported.seconds += history.seconds;
            files.push(&TrialResult { trial: plan.trial(place), history })?;
        }
    }
    files.commit()?;
    Ok(exported)
}
