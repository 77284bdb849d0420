use super::super::{Trial, WriteError};
use super::line::{self, Entry, MAX_LINE};
use super::{JournalError, RESCUED};
use crate::files::{AtomicFile, LockError, LockedFile, sync_directory};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The one writer of a journal. It holds an advisory lock for as long as it lives.
#[derive(Debug)]
pub struct JournalWriter {
    file: LockedFile,
    /// The length up to which all lines are complete.
    len: u64,
    /// Where its lines are saved if it was replaced.
    rescued: Option<PathBuf>,
}

impl JournalWriter {
    /// Opens a journal to append to it, and makes it if it is not there. A torn last line, as a
    /// crash leaves it, is removed; if it is complete but for its end, that is added.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or written, or another process is writing it.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |source| WriteError { path: path.into(), source };
        let is_new = !path.exists();
        let mut file = LockedFile::open(path).map_err(|error| match error {
            LockError::Busy => JournalError::Locked { path: path.into() },
            LockError::Io(source) => failed(source).into(),
        })?;
        if is_new {
            sync_directory(path.parent().unwrap_or(Path::new("")))?;
        }
        let len = repair(file.file()).map_err(failed)?;
        Ok(Self { file, len, rescued: None })
    }

    /// Appends the line of a trial. When this returns, a crash of the program cannot lose it; a crash
    /// of the machine cannot either after the next [`Disk::sync`].
    ///
    /// # Errors
    ///
    /// When the disk is full, for example, or the line too long: the lines before are safe, and nothing
    /// of this one stays. Also when another program has removed the file, or put another one in its
    /// place: all lines that were written are then saved beside it.
    pub fn append(&mut self, trial: &Trial, entry: &Entry) -> Result<(), JournalError> {
        let line = line::write(trial, entry);
        if line.len() > MAX_LINE {
            return Err(JournalError::TooLong { id: trial.id.clone(), bytes: line.len() });
        }
        if let Err(source) = self.file.file().write_all(&line) {
            // If this fails too, the next one to open the file repairs it.
            let _ = self.file.file().set_len(self.len);
            return Err(WriteError { path: self.file.path().into(), source }.into());
        }
        self.len += line.len() as u64;
        self.check()
    }

    /// Makes sure that what was appended is what others read.
    ///
    /// # Errors
    ///
    /// When another program has removed the journal, or put another file in its place: the lines that
    /// are only known to this process are then in a journal of their own beside it.
    pub fn check(&mut self) -> Result<(), JournalError> {
        let path = self.file.path().to_path_buf();
        match self.file.is_in_place() {
            Ok(true) => Ok(()),
            Ok(false) => {
                let saved =
                    self.rescue().map_err(|source| WriteError { path: path.clone(), source });
                Err(JournalError::Replaced { path, saved: saved? })
            }
            Err(source) => Err(JournalError::Read { path, source }),
        }
    }

    /// Copies all lines into a new journal beside.
    fn rescue(&mut self) -> io::Result<PathBuf> {
        let directory = self.file.path().parent().unwrap_or(Path::new("")).to_path_buf();
        // The directory may be gone as well.
        std::fs::create_dir_all(&directory)?;
        let path = match &self.rescued {
            // Other trainings were still on their way.
            Some(path) => path.clone(),
            None => {
                let mut names = (1..).map(|n| directory.join(format!("{RESCUED}{n}.jsonl")));
                let is_free = |path: &PathBuf| !path.exists();
                names.find(is_free).expect("there is always another number")
            }
        };
        let mut copy = AtomicFile::create(&path).map_err(|error| error.source)?;
        let file = self.file.file();
        file.seek(SeekFrom::Start(0))?;
        io::copy(file, &mut copy)?;
        copy.commit().map_err(|error| error.source)?;
        self.rescued = Some(path.clone());
        Ok(path)
    }

    /// A handle with which another thread can bring the lines to the disk.
    ///
    /// # Errors
    ///
    /// When the system has no more handles.
    pub fn disk(&mut self) -> Result<Disk, WriteError> {
        let path = self.file.path().to_path_buf();
        match self.file.file().try_clone() {
            Ok(file) => Ok(Disk { path, file }),
            Err(source) => Err(WriteError { path, source }),
        }
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Brings the lines of a journal to the disk.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    file: File,
}

impl Disk {
    /// Returns when all that was appended before is on the disk.
    ///
    /// # Errors
    ///
    /// When the system says that it is not.
    pub fn sync(&self) -> Result<(), WriteError> {
        let failed = |source| WriteError { path: self.path.clone(), source };
        self.file.sync_data().map_err(failed)
    }
}

/// Makes a file end with a complete line, and returns its length.
fn repair(file: &mut File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    let tail_start = last_line_start(file, len)?;
    if tail_start == len {
        return Ok(len);
    }
    // A longer one is no line of ours: some file systems leave gigabytes of zeros after a crash.
    if len - tail_start < MAX_LINE as u64 {
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(tail_start))?;
        file.read_to_end(&mut tail)?;
        if line::id(&tail).is_some() {
            file.write_all(b"\n")?;
            return Ok(len + 1);
        }
    }
    file.set_len(tail_start)?;
    Ok(tail_start)
}

/// Where the bytes after the last end of line begin.
fn last_line_start(file: &mut File, len: u64) -> io::Result<u64> {
    const BLOCK: u64 = 1 << 16;
    let mut end = len;
    let mut block = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        block.resize((end - start) as usize, 0);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut block)?;
        if let Some(place) = block.iter().rposition(|&byte| byte == b'\n') {
            return Ok(start + place as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
