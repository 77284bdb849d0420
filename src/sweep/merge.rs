use super::directory::{read_sessions, write_sessions};
use super::journal::journal_name;
use super::{
    DirectoryError, JournalError, Journals, PROVENANCE_FILE, Plan, SweepDirectory, SweepSpec,
    WriteError,
};
use crate::files::AtomicFile;
use std::io::Write;
use std::path::Path;
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

/// Writes into `out` one journal with the results of the trials of a plan that `journals`, those of the
/// directories, have, in the order of the plan, and the sessions of all directories.
///
/// # Errors
///
/// When a file cannot be read or written.
pub fn merge(
    directories: &[SweepDirectory],
    plan: &Plan,
    journals: &Journals,
    out: &SweepDirectory,
) -> Result<(), MergeError> {
    let path = out.path().join(journal_name(None));
    // Nobody else may be writing what is replaced.
    let _lock = out.journal(None)?;
    let mut file = AtomicFile::create(&path)?;
    for place in 0..plan.len() {
        if let Some(mut line) = journals.line(plan.key(place))? {
            line.push(b'\n');
            file.write_all(&line).map_err(|source| WriteError { path: path.clone(), source })?;
        }
    }
    file.commit()?;
    let mut sessions = Vec::new();
    for directory in directories {
        for file in provenance_files(directory.path()) {
            sessions.extend(read_sessions(&file));
        }
    }
    let sessions: Vec<_> = sessions.iter().collect();
    write_sessions(&out.path().join(PROVENANCE_FILE), "merged", &sessions)?;
    Ok(())
}

fn provenance_files(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("provenance") && name.ends_with(".json")
    });
    files.sort();
    files
}
