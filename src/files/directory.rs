//! Directories of results.

use super::WriteError;
use super::atomic::{remove_orphans, unfinished};
use std::io::{
    self,
    ErrorKind::{InvalidInput, PermissionDenied, Unsupported},
};
use std::path::{Path, PathBuf};

/// How the name of a file begins that is written only to see whether it can be.
const PROBE: &str = ".nablab-";

/// Creates a directory for results, with its parents, and makes sure that the files can be written
/// into it: better now than after the training.
///
/// # Errors
///
/// When it cannot be created or written to, or has a directory with a file's name.
pub fn prepare_directory(path: &Path, files: &[&str]) -> Result<(), WriteError> {
    let prepare = || {
        let parents = path.ancestors().take_while(|parent| !parent.as_os_str().is_empty());
        let new: Vec<&Path> = parents.take_while(|parent| !parent.exists()).collect();
        std::fs::create_dir_all(path)?;
        // A directory is on the disk when its name in the one above is.
        for parent in new.iter().filter_map(|new| new.parent()) {
            sync(parent)?;
        }
        remove_orphans(path, PROBE);
        unfinished(path, PROBE)?.close()
    };
    prepare().map_err(|source| WriteError { path: path.into(), source })?;
    match files.iter().map(|name| path.join(name)).find(|file| file.is_dir()) {
        Some(path) => Err(WriteError { path, source: io::ErrorKind::IsADirectory.into() }),
        None => Ok(()),
    }
}

/// Returns when the names in a directory are on the disk: after this a power cut cannot take away a
/// file that was made or renamed there.
///
/// # Errors
///
/// When the system says that they are not.
pub fn sync_directory(path: &Path) -> Result<(), WriteError> {
    sync(path).map_err(|source| WriteError { path: PathBuf::from(path), source })
}

fn sync(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    if cfg!(not(unix)) {
        // There a directory cannot be opened, and names are written through.
        return Ok(());
    }
    match std::fs::File::open(path).and_then(|directory| directory.sync_all()) {
        // A file system that cannot say it, or a directory that may be written but not read.
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported | PermissionDenied) => {
            Ok(())
        }
        result => result,
    }
}
