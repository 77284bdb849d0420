//! Files and directories of results: replaced as a whole, or not at all.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use thiserror::Error;

/// A result that could not be written. What stood in its place before is untouched.
#[derive(Debug, Error)]
#[error("cannot write {path}")]
pub struct WriteError {
    /// The file or directory.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Replaces a file as a whole: a reader, or a crash, sees either the old contents or the new.
///
/// # Errors
///
/// When the directory cannot be written to.
pub fn write_atomically(path: &Path, contents: &[u8]) -> Result<(), WriteError> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(contents).map_err(|source| WriteError { path: path.into(), source })?;
    file.commit()
}

/// A file that is written bit by bit and takes its place as a whole. Dropped before that, it leaves
/// nothing behind.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Begins a file that will stand at `path`.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written to.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let directory = path.parent().filter(|p| !p.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        // A temporary file is private; a result is for everyone whom the umask allows.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        match builder.tempfile_in(directory.unwrap_or(Path::new("."))) {
            Ok(file) => Ok(Self { path: path.into(), file: BufWriter::new(file) }),
            Err(source) => Err(WriteError { path: path.into(), source }),
        }
    }

    /// Puts it in its place, on the disk.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example; what stood there before stays.
    pub fn commit(self) -> Result<(), WriteError> {
        let Self { path, file } = self;
        let commit = || {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|e| e.error)?;
            Ok(())
        };
        commit().map_err(|source| WriteError { path: path.clone(), source })
    }

    /// Where it will stand.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Creates a directory for results, with its parents, and makes sure that the files can be written
/// into it: better now than after the training.
///
/// # Errors
///
/// When it cannot be created or written to, or has a directory with a file's name.
pub fn prepare_directory(path: &Path, files: &[&str]) -> Result<(), WriteError> {
    let prepare = || {
        std::fs::create_dir_all(path)?;
        NamedTempFile::new_in(path)?.close()
    };
    prepare().map_err(|source| WriteError { path: path.into(), source })?;
    match files.iter().map(|name| path.join(name)).find(|file| file.is_dir()) {
        Some(path) => Err(WriteError { path, source: io::ErrorKind::IsADirectory.into() }),
        None => Ok(()),
    }
}
