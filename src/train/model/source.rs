//! The bytes of a model file, hashed as they are read.

use crate::input::InputFile;
use sha2::{Digest, Sha256};
use std::io::{self, BufReader, Read};
use std::path::Path;

/// A file that is read from front to back.
pub(super) struct Source(BufReader<Hashed>);

struct Hashed {
    file: InputFile,
    hash: Sha256,
}

impl Source {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = InputFile::open(path)?;
        Ok(Self(BufReader::with_capacity(1 << 16, Hashed { file, hash: Sha256::new() })))
    }

    /// Its bytes in all.
    pub(super) fn length(&self) -> u64 {
        self.0.get_ref().file.length()
    }

    /// The first 16 hexadecimal digits of the SHA-256 of what has been read.
    pub(super) fn digest(self) -> String {
        let hash = self.0.into_inner().hash.finalize();
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
