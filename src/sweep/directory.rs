//! A directory of a sweep: the frozen specification, the journals, the sessions, the CSV files.

use super::journal::{self, JournalError, journal_name};
use super::{
    JournalWriter, PROVENANCE_FILE, Provenance, ResultFiles, SPEC_FILE, Shard, SpecFileError,
    SweepSpec, WriteError, prepare_directory, write_atomically,
};
use serde_json::{Value, json};
use std::fs::TryLockError;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A directory that holds a sweep, or will.
#[derive(Debug, Clone)]
pub struct SweepDirectory {
    path: PathBuf,
}

/// A directory that cannot be used for a sweep.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// The specification there cannot be understood.
    #[error(transparent)]
    Spec(#[from] SpecFileError),
    /// There is no sweep.
    #[error("{0}: no sweep is there; expected a directory with a {SPEC_FILE}")]
    NoSweep(PathBuf),
    /// It holds something else.
    #[error("{0}: holds the results of something else; choose another directory")]
    Foreign(PathBuf),
    /// It holds another sweep.
    #[error("{path}: holds another sweep ({differences}); add --extend to add the new trainings")]
    Changed {
        /// The directory.
        path: PathBuf,
        /// Key by key.
        differences: String,
    },
    /// It holds a sweep that cannot take in the other.
    #[error("{path}: {key} is not the same ({difference}): choose another directory")]
    Incompatible {
        /// The directory.
        path: PathBuf,
        /// What differs.
        key: &'static str,
        /// How.
        difference: String,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl SweepDirectory {
    /// The directory at a path, whether it is there or not.
    pub fn new(path: &Path) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The frozen specification.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be understood.
    pub fn spec(&self) -> Result<SweepSpec, DirectoryError> {
        let path = self.path.join(SPEC_FILE);
        match path.is_file() {
            true => Ok(SweepSpec::read(&path)?),
            false => Err(DirectoryError::NoSweep(self.path.clone())),
        }
    }

    /// The specification that holds when `spec` is asked for here: in a new directory that one; else
    /// the one that is frozen, if it is the same; with `extend` that one with the trials of the other
    /// added. Nothing is written.
    ///
    /// # Errors
    ///
    /// When the directory holds something else.
    pub fn unite(&self, spec: &SweepSpec, extend: bool) -> Result<SweepSpec, DirectoryError> {
        if self.path.join(SPEC_FILE).exists() {
            return self.united(spec, extend);
        }
        let mut names = ResultFiles::NAMES.into_iter().chain([PROVENANCE_FILE]);
        match names.any(|name| self.path.join(name).exists()) {
            true => Err(DirectoryError::Foreign(self.path.clone())),
            false => Ok(spec.clone()),
        }
    }

    /// The fingerprint of the data that a sweep is asked for, if the sweep that is frozen here has the
    /// same directory of data and nothing in it is as new as the frozen specification.
    pub fn data_id_of(&self, spec: &SweepSpec) -> Option<String> {
        let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        let data = spec.data.as_ref()?;
        let frozen = self.spec().ok()?;
        let since = changed(&self.path.join(SPEC_FILE))?;
        let same = frozen.data.as_ref() == Some(data) && frozen.validation == spec.validation;
        let mut files = std::fs::read_dir(data).ok()?;
        let is_older = |path: &Path| changed(path).is_some_and(|time| time < since);
        let untouched = files.all(|file| file.is_ok_and(|file| is_older(&file.path())));
        (same && untouched && is_older(data)).then_some(frozen.data_id)
    }

    /// Freezes a specification.
    ///
    /// # Errors
    ///
    /// When the directory cannot be made or written to.
    pub fn freeze(&self, spec: &SweepSpec) -> Result<(), WriteError> {
        let path = self.path.join(SPEC_FILE);
        let [trials, epochs, layers] = ResultFiles::NAMES;
        prepare_directory(&self.path, &[trials, epochs, layers, PROVENANCE_FILE, SPEC_FILE])?;
        let text = spec.to_toml();
        // Another process may be reading it: do not touch what is right.
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            write_atomically(&path, text.as_bytes())?;
        }
        Ok(())
    }

    /// The frozen specification with the trials of another one.
    fn united(&self, spec: &SweepSpec, extend: bool) -> Result<SweepSpec, DirectoryError> {
        let mut frozen = self.spec()?;
        // One of several grids is the command that was there before it was extended.
        let is_part = |grid| frozen.grids.contains(grid);
        let (before, now) = (frozen.shared(), spec.shared());
        if before == now && spec.grids.iter().all(is_part) {
            return Ok(frozen);
        }
        let path = self.path.clone();
        if !extend {
            let differences = frozen.differences(spec).join("; ");
            return Err(DirectoryError::Changed { path, differences });
        }
        if before != now {
            let difference = before.differences(&now).join("; ");
            let key = "what all its trainings share";
            return Err(DirectoryError::Incompatible { path, key, difference });
        }
        if spec.halving.is_some() {
            let difference = frozen.differences(spec).join("; ");
            let key = "a sweep with --halving cannot be extended; the grid";
            return Err(DirectoryError::Incompatible { path, key, difference });
        }
        for grid in &spec.grids {
            if !frozen.grids.contains(grid) {
                frozen.grids.push(grid.clone());
                frozen.trainings = 0;
            }
        }
        Ok(frozen)
    }

    /// Opens the journal of a shard, or of the whole sweep, for its one writer.
    ///
    /// # Errors
    ///
    /// As [`JournalWriter::open`].
    pub fn journal(&self, shard: Option<Shard>) -> Result<JournalWriter, JournalError> {
        JournalWriter::open(&self.path.join(journal_name(shard)))
    }

    /// The processes that are at work here now.
    ///
    /// # Errors
    ///
    /// When the journals cannot be opened.
    pub fn running(&self) -> Result<AtWork, JournalError> {
        let failed = |source| JournalError::Read { path: self.path.clone(), source };
        let mut running = AtWork::default();
        for path in journal::files(&self.path).map_err(failed)? {
            let file = std::fs::File::open(&path).map_err(failed)?;
            if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
                continue;
            }
            running.processes += 1;
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let name = name.replace("journal", "provenance").replace(".jsonl", ".json");
            let sessions = read_sessions(&self.path.join(name));
            let threads = sessions.last().and_then(|session| session.get("threads")?.as_u64());
            running.threads += threads.unwrap_or(1) as usize;
        }
        Ok(running)
    }

    /// Whether the CSV files are there with a row for each of so many trials.
    pub fn has_rows(&self, trials: usize) -> bool {
        let [trials_csv, epochs_csv, _] = ResultFiles::NAMES;
        let Ok(file) = std::fs::File::open(self.path.join(trials_csv)) else { return false };
        let mut reader = std::io::BufReader::with_capacity(1 << 18, file);
        let mut lines = 0;
        loop {
            match reader.fill_buf() {
                Ok([]) => break,
                Ok(bytes) => {
                    lines += bytes.iter().filter(|&&byte| byte == b'\n').count();
                    let len = bytes.len();
                    reader.consume(len);
                }
                Err(_) => return false,
            }
        }
        lines == trials + 1 && self.path.join(epochs_csv).exists()
    }

    /// Runs something while no other process makes the CSV files of this directory: whoever comes
    /// last sees all journals.
    ///
    /// # Errors
    ///
    /// Those of `make`, or when there is no frozen specification to lock.
    pub fn alone<T>(
        &self,
        make: impl FnOnce() -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let path = self.path.join(SPEC_FILE);
        let failed = |source| JournalError::Read { path: path.clone(), source };
        let file = std::fs::File::open(&path).map_err(failed)?;
        // Where there are no locks, `nablab merge` makes the files in the end.
        let _ = file.lock();
        make()
    }
}

/// The processes that are at work in a directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AtWork {
    /// How many they are.
    pub processes: usize,
    /// The threads of all of them.
    pub threads: usize,
}

/// The sessions of one writer: how and when it was run.
#[derive(Debug)]
pub struct Sessions {
    path: PathBuf,
    shard: Option<Shard>,
    before: Vec<Value>,
}

impl Sessions {
    /// Those that a directory knows of one writer.
    pub fn of(directory: &SweepDirectory, shard: Option<Shard>) -> Self {
        let name = match shard {
            Some(shard) => format!("provenance-{}of{}.json", shard.index, shard.count),
            None => PROVENANCE_FILE.into(),
        };
        let path = directory.path.join(name);
        let before = read_sessions(&path);
        Self { path, shard, before }
    }

    /// Writes them with one more, which may not have ended.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, session: &Provenance) -> Result<(), WriteError> {
        let session = serde_json::to_value(session).expect("text and finite numbers");
        let sessions: Vec<&Value> = self.before.iter().chain([&session]).collect();
        let form = self.shard.map_or("full".into(), |shard| format!("shard {shard}"));
        write_sessions(&self.path, &form, &sessions)
    }
}

/// The sessions that a file tells of; none if it is not there, or of another kind.
pub(super) fn read_sessions(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    json.get("sessions").and_then(Value::as_array).cloned().unwrap_or_default()
}

pub(super) fn write_sessions(
    path: &Path,
    form: &str,
    sessions: &[&Value],
) -> Result<(), WriteError> {
    let json = json!({ "experiment": "sweep", "form": form, "sessions": sessions });
    let mut text = serde_json::to_string_pretty(&json).expect("JSON that was read or made");
    text.push('\n');
    write_atomically(path, text.as_bytes())
}
