//! One file of a directory, read once from front to back: gunzipped if need be, and hashed.

use std::{
    fmt::Write,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::{FileProblem, idx::IdxReader};

/// A gzip file may expand to this many bytes whatever its size ...
const SMALL: u64 = 64 << 20;
/// ... and a larger one by this factor. MNIST expands by 5; deflate could do 1032, and a megabyte fill
/// the memory.
const MOST_EXPANSION: u64 = 100;

/// An open file.
pub(super) struct Source {
    body: Body,
    /// Bytes on the disk.
    stored: u64,
    hash: Sha256,
}

enum Body {
    Raw(BufReader<File>),
    // Boxed because the decoder's state would make every `Body` that large.
    Gzip(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Source {
    /// Opens a file. Whether it is gzipped is told by its first two bytes, not by its name.
    pub(super) fn open(path: &Path) -> Result<Self, FileProblem> {
        // Opening a pipe would wait for a writer, so ask first.
        let metadata = fs::metadata(path).map_err(FileProblem::Io)?;
        if metadata.is_dir() {
            return Err(FileProblem::IsDirectory);
        }
        if !metadata.is_file() {
            return Err(FileProblem::NotRegular);
        }
        let mut file = BufReader::new(File::open(path).map_err(FileProblem::Io)?);
        let start = file.fill_buf().map_err(FileProblem::Io)?;
        let body = if start.starts_with(&[0x1f, 0x8b]) {
            Body::Gzip(Box::new(MultiGzDecoder::new(file)))
        } else {
            Body::Raw(file)
        };
        Ok(Self { body, stored: metadata.len(), hash: Sha256::new() })
    }

    /// SHA-256 of the bytes read so far, uncompressed, in hexadecimal.
    pub(super) fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.body {
            Body::Raw(file) => file.read(buffer),
            Body::Gzip(decoder) => decoder.read(buffer),
        }?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

impl IdxReader<Source> {
    /// Checks that a file of this size can hold what its header promises. Asked before the data
    /// are read, so that a false header costs nothing.
    pub(super) fn check_promise(&self) -> Result<(), FileProblem> {
        let promised = self.promised();
        let stored = self.source().stored;
        match self.source().body {
            Body::Raw(_) if promised > stored => {
                Err(FileProblem::Truncated { promised, found: stored })
            }
            Body::Raw(_) if promised < stored => Err(FileProblem::Trailing { promised }),
            Body::Gzip(_) if promised > stored.saturating_mul(MOST_EXPANSION).max(SMALL) => {
                Err(FileProblem::Implausible { promised, compressed: stored })
            }
            _ => Ok(()),
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
