//! Advisory locks that hold for what stands at a path, not for a file that somebody has replaced.

use same_file::Handle;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file, opened to read it and to append to it, that no other process has locked. The lock lasts
/// until it is dropped.
///
/// Where a file system has no locks, as on some clusters, the file is had without one: it is a guard
/// against mistakes.
#[derive(Debug)]
pub struct LockedFile {
    path: PathBuf,
    handle: Handle,
}

/// A file that cannot be had.
#[derive(Debug)]
pub enum LockError {
    /// Another process has it.
    Busy,
    /// It cannot be opened.
    Io(io::Error),
}

impl From<io::Error> for LockError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whoever asks whether a file is locked has the lock himself for a moment.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

impl LockedFile {
    /// Opens a file, which is made if it is not there, and locks it.
    ///
    /// # Errors
    ///
    /// When another process has locked it, or it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, LockError> {
        Self::with(path, |file| {
            for _ in 0..TRIES {
                match file.try_lock() {
                    Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                    _ => return Ok(()),
                }
            }
            Err(LockError::Busy)
        })
    }

    /// The same, but waits until no other process has it.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn wait(path: &Path) -> io::Result<Self> {
        let locked = Self::with(path, |file| {
            let _ = file.lock();
            Ok(())
        });
        locked.map_err(|error| match error {
            LockError::Io(error) => error,
            LockError::Busy => io::ErrorKind::WouldBlock.into(),
        })
    }

    /// Between opening and locking somebody may have replaced the file: then it is opened again.
    fn with(path: &Path, lock: impl Fn(&File) -> Result<(), LockError>) -> Result<Self, LockError> {
        loop {
            // A pipe would wait for its other end.
            if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
                return Err(io::Error::other("expected a file, found something else").into());
            }
            let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            lock(&file)?;
            let locked = Self { path: path.into(), handle: Handle::from_file(file)? };
            if locked.is_in_place()? {
                return Ok(locked);
            }
        }
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        self.handle.as_file_mut()
    }

    /// Where it stands.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it still stands there: nobody has removed it, or put another file in its place.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub fn is_in_place(&self) -> io::Result<bool> {
        is_at(&self.handle, &self.path)
    }
}

/// Whether an open file is the one that stands at a path.
pub(super) fn is_in_place(file: &File, path: &Path) -> io::Result<bool> {
    is_at(&Handle::from_file(file.try_clone()?)?, path)
}

fn is_at(handle: &Handle, path: &Path) -> io::Result<bool> {
    match Handle::from_path(path) {
        Ok(there) => Ok(there == *handle),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether another process has locked a file.
///
/// # Errors
///
/// When it cannot be opened.
pub fn is_locked(path: &Path) -> io::Result<bool> {
    Ok(matches!(File::open(path)?.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The file that is locked for a directory as a whole.
const DIRECTORY_LOCK: &str = ".nablab.lock";

/// A directory in which no other process begins, or makes files of results: a lock for a few moments,
/// that is waited for. Its file is there only while it is held.
#[derive(Debug)]
pub struct DirectoryLock {
    file: LockedFile,
}

impl DirectoryLock {
    /// Waits for the directory at `path`.
    ///
    /// # Errors
    ///
    /// When nothing can be written there.
    pub fn wait(path: &Path) -> io::Result<Self> {
        Ok(Self { file: LockedFile::wait(&path.join(DIRECTORY_LOCK))? })
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        // Still locked: whoever waits for it sees that it is not in its place any more.
        let _ = std::fs::remove_file(self.file.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_file_is_had_once_and_again_when_it_is_let_go() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let first = LockedFile::open(&path).unwrap();
        assert!(is_locked(&path).unwrap());
        assert!(matches!(LockedFile::open(&path), Err(LockError::Busy)));
        drop(first);
        assert!(!is_locked(&path).unwrap());
        LockedFile::open(&path).unwrap();
        assert!(matches!(LockedFile::open(directory.path()), Err(LockError::Io(_))));
    }

    #[test]
    fn whoever_waited_has_the_file_that_stands_there_now() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "old").unwrap();
        let first = LockedFile::open(&path).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| LockedFile::wait(&path).unwrap());
            std::thread::sleep(Duration::from_millis(50));
            super::super::write_atomically(&path, b"new").unwrap();
            assert!(!first.is_in_place().unwrap());
            drop(first);
            let second = waiting.join().unwrap();
            assert!(second.is_in_place().unwrap());
            assert_eq!(std::io::read_to_string(second.handle.as_file()).unwrap(), "new");
        });
        let third = LockedFile::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(!third.is_in_place().unwrap());
    }

    #[test]
    fn a_directory_is_had_by_one_at_a_time_and_nothing_stays() {
        let directory = tempfile::tempdir().unwrap();
        let inside = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _lock = DirectoryLock::wait(directory.path()).unwrap();
                        assert!(!inside.swap(true, Ordering::SeqCst), "two at once");
                        inside.store(false, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
