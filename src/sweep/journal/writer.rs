use super::super::{Trial, WriteError};
use super::JournalError;
use super::line::{self, Entry};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The one writer of a journal. It holds an advisory lock for as long as it lives.
#[derive(Debug)]
pub struct JournalWriter {
    path: PathBuf,
    file: File,
    /// The length up to which all lines are complete.
    len: u64,
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
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        let mut lock = file.try_lock();
        // Whoever asks whether it is locked has the lock himself for a moment.
        for _ in 0..10 {
            if !matches!(lock, Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
            lock = file.try_lock();
        }
        match lock {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::Locked { path: path.into() });
            }
            // A file system without locks, as of some clusters: it is a guard against mistakes, and
            // the journals of shards have different names anyway.
            Err(TryLockError::Error(_)) => {}
        }
        let len = repair(&mut file).map_err(failed)?;
        Ok(Self { path: path.into(), file, len })
    }

    /// Appends the line of a trial. When this returns, a crash of the program cannot lose it; a crash
    /// of the machine cannot either after the next [`Disk::sync`].
    ///
    /// # Errors
    ///
    /// When the disk is full, for example. The lines before are safe, and nothing of this one stays.
    pub fn append(&mut self, trial: &Trial, entry: &Entry) -> Result<(), WriteError> {
        let line = line::write(trial, entry);
        let written = self.file.write_all(&line);
        if let Err(source) = written {
            // If this fails too, the next one to open the file repairs it.
            let _ = self.file.set_len(self.len);
            return Err(WriteError { path: self.path.clone(), source });
        }
        self.len += line.len() as u64;
        Ok(())
    }

    /// A handle with which another thread can bring the lines to the disk.
    ///
    /// # Errors
    ///
    /// When the system has no more handles.
    pub fn disk(&self) -> Result<Disk, WriteError> {
        let file = self.file.try_clone();
        let path = self.path.clone();
        match file {
            Ok(file) => Ok(Disk { path, file }),
            Err(source) => Err(WriteError { path, source }),
        }
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
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(tail_start))?;
    file.read_to_end(&mut tail)?;
    if line::id(&tail).is_some() {
        file.write_all(b"\n")?;
        return Ok(len + 1);
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
