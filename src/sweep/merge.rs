use super::journal::journal_name;
use super::{
    DirectoryError, JournalError, Journals, Plan, SweepDirectory, SweepSpec, WriteError, sessions,
};
use crate::files::AtomicFile;
use std::collections::HashSet;
use std::io::Write;
use thiserror::Error;

/// Sweeps that cannot be united.
#[derive(Debug, Error)]
pub enum MergeError {
    /// One of the directories cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A journal cannot be used, or two contradict each other.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The result cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// What some directories of sweeps hold together: all their grids.
///
/// # Errors
///
/// When one of them holds no sweep, or its trainings have other data or other monitors.
///
/// # Panics
///
/// Without any directory.
pub fn united_spec(directories: &[SweepDirectory]) -> Result<SweepSpec, DirectoryError> {
    let mut united = directories[0].spec()?;
    for directory in &directories[1..] {
        let spec = directory.spec()?;
        if spec.shared() != united.shared() {
            return Err(DirectoryError::Incompatible {
                path: directory.path().into(),
                key: "what all its trainings share",
                difference: united.shared().differences(&spec.shared()).join("; "),
            });
        }
        for grid in spec.grids {
            if !united.grids.contains(&grid) {
                united.grids.push(grid);
                united.trainings = 0;
            }
        }
    }
    Ok(united)
}

/// Writes into `out` one journal with all lines that `journals`, those of the directories, have: first
/// those of the trials of a plan, in its order, then those of any others, such as the later rounds of a
/// search by halving of which an earlier one is damaged. Adds the sessions of all directories.
///
/// The caller [has begun](SweepDirectory::begin) in `out`, and read the journals since.
///
/// # Errors
///
/// When a file cannot be read or written.
pub fn merge(
    directories: &[SweepDirectory],
    spec: &SweepSpec,
    plan: &Plan,
    journals: &Journals,
    out: &SweepDirectory,
) -> Result<(), MergeError> {
    let path = out.path().join(journal_name(None));
    let mut file = AtomicFile::create(&path)?;
    let planned: Vec<u64> = (0..plan.len()).map(|place| plan.key(place)).collect();
    let known: HashSet<u64> = planned.iter().copied().collect();
    let others = journals.ids().into_iter().filter(|id| !known.contains(id));
    for id in planned.iter().copied().chain(others) {
        if let Some(mut line) = journals.line(id)? {
            line.push(b'\n');
            file.write_all(&line).map_err(|source| WriteError { path: path.clone(), source })?;
        }
    }
    file.commit()?;
    sessions::unite(directories, spec, out)?;
    Ok(())
}
