//! Files and directories of results: replaced as a whole or not at all, locked while they are written.
//!
//! | file | idea |
//! |---|---|
//! | `atomic` | a file, or several together, that take their places when they are complete |
//! | `lock` | a file that one process has for itself, and that is still the one at its path |
//! | `replace` | what an output may stand in place of |
//! | `directory` | directories that can be written to, and what is on the disk for sure |

mod atomic;
mod directory;
mod lock;
mod replace;

pub use atomic::{AtomicFile, commit_together, write_atomically};
pub use directory::{prepare_directory, sync_directory};
pub use lock::{DirectoryLock, LockError, LockedFile, is_locked};
pub use replace::{ReplaceError, is_figure, may_replace};

use std::io;
use std::path::PathBuf;
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
