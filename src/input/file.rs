//! A file as it was when it was opened.

use std::fs::{File, FileType};
use std::io::{self, Read, Seek};
use std::path::Path;

/// A regular file, which ends where it ended when it was opened. Reading on after that is an error if
/// the file has grown: what stands there may be half of a number.
#[derive(Debug)]
pub struct InputFile {
    file: File,
    length: u64,
    position: u64,
}

impl InputFile {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is something else than a file: a pipe, which can be read only
    /// once and might never be written, a device, a socket, a directory.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Opening a pipe would wait for a writer, so ask first.
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(refused(kind(metadata.file_type())));
        }
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length, position: 0 })
    }

    /// Its bytes when it was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Goes back to the beginning.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        self.file.rewind()?;
        self.position = 0;
        Ok(())
    }

    /// Checks that nothing follows.
    fn end(&mut self) -> io::Result<usize> {
        match self.file.read(&mut [0])? {
            0 => Ok(0),
            _ => Err(refused(&format!(
                "goes on after the {} bytes it had when it was opened; expected a file that nobody \
                 writes to (copy it first)",
                self.length
            ))),
        }
    }
}

impl Read for InputFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length - self.position;
        if buffer.is_empty() {
            return Ok(0);
        }
        if left == 0 {
            return self.end();
        }
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.file.read(&mut buffer[..most])?;
        if read == 0 {
            let (length, position) = (self.length, self.position);
            return Err(refused(&format!(
                "had {length} bytes when it was opened and now ends after {position}"
            )));
        }
        self.position += read as u64;
        Ok(read)
    }
}

/// Reads a whole file of at most `most` bytes.
///
/// # Errors
///
/// As [`InputFile::open`], and when the file is larger.
pub fn read_bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut file = InputFile::open(path)?;
    if file.length > most {
        return Err(refused(&format!("has {} bytes; expected at most {most}", file.length)));
    }
    let mut bytes = Vec::with_capacity(file.length as usize);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a whole file of UTF-8 text, of at most `most` bytes.
///
/// # Errors
///
/// As [`read_bytes`], and when it is not UTF-8 text.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    String::from_utf8(read_bytes(path, most)?).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        refused(&format!("line {line} is not UTF-8 text"))
    })
}

/// What is said of a file.
pub(super) fn refused(what: &str) -> io::Error {
    io::Error::other(what.to_string())
}

/// What a place in the file system is if it is no file, and what to do then.
fn kind(of: FileType) -> &'static str {
    if of.is_dir() {
        return "is a directory; expected a file";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if of.is_fifo() {
            return "is a pipe; expected a file (save it first)";
        }
        if of.is_char_device() || of.is_block_device() {
            return "is a device; expected a file (save it first)";
        }
    }
    "is not a file; expected one (save it first)"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::TempDir;

    #[test]
    fn a_file_is_read_as_it_was() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, "0.5\n0.9").unwrap();
        assert_eq!(read_text(&path, 7).unwrap(), "0.5\n0.9");
        let error = read_bytes(&path, 6).unwrap_err().to_string();
        assert_eq!(error, "has 7 bytes; expected at most 6");
        std::fs::write(&path, b"a\nb\n\xff").unwrap();
        assert_eq!(read_text(&path, 9).unwrap_err().to_string(), "line 3 is not UTF-8 text");
    }

    #[test]
    fn a_file_that_grows_or_shrinks_while_it_is_read_is_refused() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, "0.5\n0.9").unwrap();
        let mut grown = InputFile::open(&path).unwrap();
        std::fs::File::options().append(true).open(&path).unwrap().write_all(b"8\n").unwrap();
        let error = grown.read_to_end(&mut Vec::new()).unwrap_err().to_string();
        assert!(error.starts_with("goes on after the 7 bytes"), "{error}");
        let mut shrunk = InputFile::open(&path).unwrap();
        std::fs::write(&path, "0").unwrap();
        let error = shrunk.read_to_end(&mut Vec::new()).unwrap_err().to_string();
        assert_eq!(error, "had 9 bytes when it was opened and now ends after 1");
    }

    #[test]
    fn what_is_no_file_is_refused_and_not_opened() {
        let directory = TempDir::new().unwrap();
        let error = |path: &Path| read_bytes(path, 9).unwrap_err().to_string();
        assert_eq!(error(directory.path()), "is a directory; expected a file");
        #[cfg(unix)]
        assert!(error(Path::new("/dev/zero")).starts_with("is a device"));
        assert_eq!(
            read_bytes(&directory.path().join("none"), 9).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
