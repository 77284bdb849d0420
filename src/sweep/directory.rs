//! A directory of a sweep: the frozen specification, the journals, the sessions, the CSV files.

use super::journal::{self, JournalError, journal_name};
use super::{
    JournalWriter, PROVENANCE_FILE, Provenance, Reproduced, ResultFiles, SPEC_FILE, Shard,
    SpecFileError, SweepSpec, WriteError, prepare_directory, sessions, write_atomically,
};
use crate::files::{DirectoryLock, is_locked};
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
    /// There are results of a sweep, but not what it is.
    #[error(
        "{path}: its {SPEC_FILE} is missing, its journal is there; to go on, repeat the command that began \
         it{command}"
    )]
    NoSpec {
        /// The directory.
        path: PathBuf,
        /// A colon and the command, if that is known.
        command: String,
    },
    /// Another process trains what this one would train.
    #[error(
        "{path}: another process is at work on {name}; wait for it, or use --shard for a share each"
    )]
    AtWork {
        /// The directory.
        path: PathBuf,
        /// The journal that it writes.
        name: String,
    },
    /// Somebody has changed the sweep while this process prepared to join it.
    #[error("{0}: another command has just changed the sweep; the same command again sees how")]
    JustChanged(PathBuf),
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
        match path.exists() {
            true => Ok(SweepSpec::read(&path)?),
            false if self.has_journals() => Err(DirectoryError::NoSpec {
                path: self.path.clone(),
                command: sessions::last_command(&self.path)
                    .map_or(String::new(), |c| format!(": {c}")),
            }),
            false => Err(DirectoryError::NoSweep(self.path.clone())),
        }
    }

    fn has_journals(&self) -> bool {
        journal::files(&self.path).is_ok_and(|files| !files.is_empty())
    }

    /// The specification that holds when `spec` is asked for here: in a new directory that one; else
    /// the one that is frozen, if it is the same; with `extend` that one with the trials of the other
    /// added. Nothing is written.
    ///
    /// # Errors
    ///
    /// When the directory holds something else.
    pub fn unite(&self, spec: &SweepSpec, extend: bool) -> Result<SweepSpec, DirectoryError> {
        if let Some(experiment) = &spec.experiment {
            return self.of_experiment(spec, experiment);
        }
        if self.path.join(SPEC_FILE).exists() {
            return self.united(spec, extend);
        }
        // With a journal, the rest is its: whoever asks for the sweep again gets its results back.
        let mut names = ResultFiles::NAMES.into_iter().chain([PROVENANCE_FILE]);
        match !self.has_journals() && names.any(|name| self.path.join(name).exists()) {
            true => Err(DirectoryError::Foreign(self.path.clone())),
            false => Ok(spec.clone()),
        }
    }

    /// That of an experiment, which replaces one of the same kind: with other seeds, say. What its journal
    /// knows is kept.
    fn of_experiment(
        &self,
        spec: &SweepSpec,
        experiment: &Reproduced,
    ) -> Result<SweepSpec, DirectoryError> {
        let foreign = || Err(DirectoryError::Foreign(self.path.clone()));
        let ours = (experiment.id().to_string(), experiment.form());
        if self.path.join(SPEC_FILE).exists() {
            let frozen = self.spec()?.experiment;
            let same = frozen.is_some_and(|other| (other.id().into(), other.form()) == ours);
            return if same { Ok(spec.clone()) } else { foreign() };
        }
        let mut names = ResultFiles::NAMES.into_iter().chain([PROVENANCE_FILE]);
        let is_there = names.any(|name| self.path.join(name).exists());
        match is_there && Provenance::of_directory(&self.path) != Some(ours) {
            true => foreign(),
            false => Ok(spec.clone()),
        }
    }

    /// Freezes the specification that [`unite`](Self::unite) gave for `asked` and opens the journal of
    /// this process: all or nothing. Nobody else can begin here meanwhile, and nobody is at work who
    /// would train the same or does not know of the new trials.
    ///
    /// # Errors
    ///
    /// When somebody is, or has changed the sweep since it was united, or nothing can be written.
    pub fn begin(
        &self,
        asked: &SweepSpec,
        extend: bool,
        united: &SweepSpec,
        shard: Option<Shard>,
    ) -> Result<JournalWriter, DirectoryError> {
        self.prepare()?;
        let _lock = self.lock()?;
        let grows = self.grows(asked, extend, united)?;
        let journal = self.journal(shard)?;
        self.check_others(|path| {
            let other = path.file_name().and_then(|name| name.to_str()).and_then(Shard::of_journal);
            let is_other_share = shard.zip(other).is_some_and(|(a, b)| a.count == b.count);
            path == journal.path() || is_other_share && !grows
        })?;
        self.write_spec(united)?;
        Ok(journal)
    }

    /// Freezes what [`unite`](Self::unite) gave for `asked` without training anything, if nobody is at
    /// work who does not know of it.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub fn freeze(
        &self,
        asked: &SweepSpec,
        extend: bool,
        united: &SweepSpec,
    ) -> Result<(), DirectoryError> {
        self.prepare()?;
        let _lock = self.lock()?;
        let grows = self.grows(asked, extend, united)?;
        self.check_others(|_| !grows)?;
        Ok(self.write_spec(united)?)
    }

    /// Makes sure that nobody writes a journal but those who may.
    fn check_others(&self, may: impl Fn(&Path) -> bool) -> Result<(), DirectoryError> {
        for path in journal::files(&self.path).map_err(|source| self.unreadable(source))? {
            if !may(&path) && is_busy(&path)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(DirectoryError::AtWork { path: self.path.clone(), name });
            }
        }
        Ok(())
    }

    /// Whether `united`, which must still be what the directory makes of `asked`, has trials that the frozen
    /// specification has not.
    fn grows(
        &self,
        asked: &SweepSpec,
        extend: bool,
        united: &SweepSpec,
    ) -> Result<bool, DirectoryError> {
        let now = self.unite(asked, extend)?;
        if now.shared() != united.shared() || now.grids != united.grids {
            return Err(DirectoryError::JustChanged(self.path.clone()));
        }
        let is_there = self.path.join(SPEC_FILE).exists();
        Ok(is_there && self.spec()?.grids != united.grids)
    }

    fn unreadable(&self, source: std::io::Error) -> JournalError {
        JournalError::Read { path: self.path.clone(), source }
    }

    /// Waits until no other process begins here or makes files of results.
    ///
    /// # Errors
    ///
    /// When nothing can be written there.
    pub fn lock(&self) -> Result<DirectoryLock, WriteError> {
        let lock = DirectoryLock::wait(&self.path);
        lock.map_err(|source| WriteError { path: self.path.clone(), source })
    }

    /// The fingerprint of the data that a sweep is asked for, if the sweep that is frozen here has the
    /// same directory of data and nothing in it is as new as the frozen specification.
    pub fn data_id_of(&self, spec: &SweepSpec) -> Option<String> {
        let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        let data = spec.data.as_ref()?;
        let frozen = self.spec().ok()?;
        let since = changed(&self.path.join(SPEC_FILE))?;
        let same = frozen.data.as_ref() == Some(data) && frozen.reading == spec.reading;
        let mut files = std::fs::read_dir(data).ok()?;
        let is_older = |path: &Path| changed(path).is_some_and(|time| time < since);
        // What lies deeper nobody looks at here.
        let is_known = |path: &Path| path.is_file() && is_older(path);
        let untouched = files.all(|file| file.is_ok_and(|file| is_known(&file.path())));
        (same && untouched && is_older(data)).then_some(frozen.data_id)
    }

    fn prepare(&self) -> Result<(), WriteError> {
        let [trials, epochs, layers] = ResultFiles::NAMES;
        prepare_directory(&self.path, &[trials, epochs, layers, PROVENANCE_FILE, SPEC_FILE])
    }

    /// Writes the frozen specification. The directory must be [locked](Self::lock).
    pub(super) fn write_spec(&self, spec: &SweepSpec) -> Result<(), WriteError> {
        let path = self.path.join(SPEC_FILE);
        let text = spec.to_toml();
        // Its time tells since when the data are known: do not touch what is right.
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
        let mut running = AtWork::default();
        for path in journal::files(&self.path).map_err(|source| self.unreadable(source))? {
            if !is_locked(&path)
                .map_err(|source| JournalError::Read { path: path.clone(), source })?
            {
                continue;
            }
            running.processes += 1;
            running.threads += sessions::threads_beside(&path).unwrap_or(1);
        }
        Ok(running)
    }

    /// Runs something while no other process makes the CSV files of this directory: whoever comes
    /// last sees all journals.
    ///
    /// # Errors
    ///
    /// Those of `make`, or when the directory cannot be locked.
    pub fn alone<T>(
        &self,
        make: impl FnOnce() -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let _lock = self.lock()?;
        make()
    }
}

/// Whether somebody is writing a journal, and not only looking whether it is written.
fn is_busy(path: &Path) -> Result<bool, JournalError> {
    for _ in 0..5 {
        match is_locked(path) {
            Ok(false) => return Ok(false),
            // It was there a moment ago.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(source) => return Err(JournalError::Read { path: path.into(), source }),
            Ok(true) => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    }
    Ok(true)
}

/// The processes that are at work in a directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AtWork {
    /// How many they are.
    pub processes: usize,
    /// The threads of all of them.
    pub threads: usize,
}
