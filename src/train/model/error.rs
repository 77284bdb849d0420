use crate::files::WriteError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// A network that could not be saved or loaded.
#[derive(Debug, Error)]
pub enum ModelError {
    /// The name of the file says no format that we know.
    #[error("{path}: expected a name that ends in .json or .safetensors")]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The format has no convolutions, and the network has some.
    #[error(
        "{path}: the JSON of network2 has no convolutions; expected a name that ends in .safetensors"
    )]
    Convolutions {
        /// The file.
        path: PathBuf,
    },
    /// The network has diverged.
    #[error("{path}: not written, since a weight or bias is not a finite number")]
    NotFinite {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file does not hold a network.
    #[error("{path}: {problem}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what was expected.
        problem: String,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}
