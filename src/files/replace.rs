//! The one rule for outputs: a file is replaced only by one of its own kind, and never while it is read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// An output that would replace what it must not. Nothing has been written.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ReplaceError {
    /// It is what the command reads.
    #[error("{0}: is read by the same command; choose another name for the output")]
    Input(PathBuf),
    /// It holds something else.
    #[error(
        "{path}: does not hold {kind}, which alone may be replaced; choose another name or remove it"
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// What would stand there.
        kind: &'static str,
    },
}

/// As much of a file is looked at to tell what it is.
const HEAD: u64 = 1 << 16;

/// Makes sure that an output of some `kind`, such as `a figure`, may be written to a path: nothing is there
/// yet, or an empty file, or one that `is_kind` knows by its first 64 KiB; and it is none of the `inputs`.
///
/// # Errors
///
/// When something else is there, or what is there cannot be read.
pub fn may_replace(
    path: &Path,
    inputs: &[impl AsRef<Path>],
    kind: &'static str,
    is_kind: impl Fn(&[u8]) -> bool,
) -> Result<(), ReplaceError> {
    let same = |input: &Path| same_file::is_same_file(path, input).unwrap_or(false);
    if inputs.iter().any(|input| same(input.as_ref())) {
        return Err(ReplaceError::Input(path.into()));
    }
    if !path.exists() {
        return Ok(());
    }
    let mut head = Vec::new();
    let is_file = path.is_file();
    let read =
        is_file && File::open(path).is_ok_and(|f| f.take(HEAD).read_to_end(&mut head).is_ok());
    match read && (head.is_empty() || is_kind(&head)) {
        true => Ok(()),
        false => Err(ReplaceError::Other { path: path.into(), kind }),
    }
}

/// Whether a file begins as a figure does: SVG or PNG.
pub fn is_figure(head: &[u8]) -> bool {
    head.starts_with(b"<svg ") || head.starts_with(b"\x89PNG\r\n\x1a\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_kind_is_replaced_and_the_input_never() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let none: [&Path; 0] = [];
        let check = |name: &str, inputs: &[PathBuf]| {
            may_replace(&path(name), inputs, "a figure", is_figure)
        };
        check("new.svg", &[]).unwrap();
        std::fs::write(path("old.svg"), "<svg x").unwrap();
        std::fs::write(path("empty.svg"), "").unwrap();
        std::fs::write(path("thesis.svg"), "precious").unwrap();
        check("old.svg", &[]).unwrap();
        check("empty.svg", &[]).unwrap();
        let other = ReplaceError::Other { path: path("thesis.svg"), kind: "a figure" };
        assert_eq!(check("thesis.svg", &[]), Err(other));
        assert_eq!(check("old.svg", &[path("old.svg")]), Err(ReplaceError::Input(path("old.svg"))));
        // By another name.
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(path("old.svg"), path("link.svg")).unwrap();
            assert!(check("link.svg", &[path("old.svg")]).is_err());
        }
        assert!(may_replace(directory.path(), &none, "a figure", is_figure).is_err());
    }
}
