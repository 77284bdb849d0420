//! Text by its byte order mark: UTF-16 becomes UTF-8 while it is read.

use super::file::{InputFile, refused};
use std::io::{self, Read};

/// The text of a file. What has no byte order mark of UTF-16 is passed on as it is.
#[derive(Debug)]
pub(super) struct Text {
    file: InputFile,
    encoding: Encoding,
    /// Characters that did not fit into the last buffer.
    ready: Vec<u8>,
    taken: usize,
    /// The first half of a character.
    half: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Encoding {
    /// UTF-8, or something else that a reader finds out.
    AsItIs,
    LittleEndian,
    BigEndian,
}

impl Text {
    pub(super) fn new(mut file: InputFile) -> io::Result<Self> {
        let mut start = [0; 4];
        let length = file.peek(&mut start)?;
        let encoding = match &start[..length] {
            [0xff, 0xfe, ..] => Encoding::LittleEndian,
            [0xfe, 0xff, ..] => Encoding::BigEndian,
            [0, 1..=127, 0, 1..=127] | [1..=127, 0, 1..=127, 0] => {
                return Err(refused(
                    "looks like UTF-16 without a byte order mark; expected UTF-8 (save it as UTF-8, or convert it as in \
                     iconv -f UTF-16LE -t UTF-8)",
                ));
            }
            _ => Encoding::AsItIs,
        };
        if encoding != Encoding::AsItIs {
            file.read_exact(&mut start[..2])?;
        }
        Ok(Self { file, encoding, ready: Vec::new(), taken: 0, half: None })
    }

    /// Decodes the next piece of UTF-16, if there is one.
    fn decode(&mut self) -> io::Result<bool> {
        let mut bytes = Vec::with_capacity(1 << 16);
        (&mut self.file).take(1 << 16).read_to_end(&mut bytes)?;
        if bytes.len() % 2 == 1 {
            return Err(refused("ends within a character of UTF-16"));
        }
        let unit = |pair: &[u8]| match self.encoding {
            Encoding::BigEndian => u16::from_be_bytes([pair[0], pair[1]]),
            _ => u16::from_le_bytes([pair[0], pair[1]]),
        };
        let mut units: Vec<u16> = self.half.take().into_iter().collect();
        units.extend(bytes.chunks_exact(2).map(unit));
        // The second half of the last character may be in the next piece.
        if !bytes.is_empty() && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.half = units.pop();
        }
        let text = String::from_utf16(&units).map_err(|_| refused("is not valid UTF-16 text"))?;
        (self.ready, self.taken) = (text.into_bytes(), 0);
        Ok(!bytes.is_empty())
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.encoding == Encoding::AsItIs {
            return self.file.read(buffer);
        }
        while self.taken == self.ready.len() && self.decode()? {}
        let left = &self.ready[self.taken..];
        let n = left.len().min(buffer.len());
        buffer[..n].copy_from_slice(&left[..n]);
        self.taken += n;
        Ok(n)
    }
}

impl InputFile {
    /// The first bytes, as many as there are, which are read again afterwards.
    fn peek(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.length().min(buffer.len() as u64) as usize;
        self.read_exact(&mut buffer[..most])?;
        self.rewind()?;
        Ok(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn read(bytes: &[u8]) -> Result<String, String> {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, bytes).unwrap();
        let mut text = String::new();
        let mut file = Text::new(InputFile::open(&path).unwrap()).map_err(|e| e.to_string())?;
        file.read_to_string(&mut text).map_err(|e| e.to_string())?;
        Ok(text)
    }

    #[test]
    fn utf_16_is_read_by_its_byte_order_mark() {
        // A character of two units that two pieces share.
        let text = format!("lr,η\n{}𝛼\n", "x".repeat((1 << 15) - 6));
        let units: Vec<u16> = [0xfeff].into_iter().chain(text.encode_utf16()).collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!((read(&little).as_ref(), read(&big).as_ref()), (Ok(&text), Ok(&text)));
        assert!(read(&little[2..]).unwrap_err().contains("save it as UTF-8"));
        assert!(read(&little[..little.len() - 1]).unwrap_err().contains("within a character"));
        assert!(read(&[0xff, 0xfe, 0, 0xd8]).unwrap_err().contains("not valid UTF-16"));
        assert_eq!(read("a,η\n".as_bytes()).as_deref(), Ok("a,η\n"));
        assert_eq!((read(b"").as_deref(), read(b"a").as_deref()), (Ok(""), Ok("a")));
    }
}
