//! A CSV file of any origin, row by row, in bounded memory.

use super::encoding::Text;
use super::file::{InputFile, refused};
use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord};
use std::io::{self, Read};
use std::path::Path;

/// The longest row, in bytes, give or take a buffer. One cell whose quote is never closed is as long as
/// the file.
const LONGEST_ROW: u64 = 4 << 20;
/// The most columns.
const MOST_COLUMNS: usize = 10_000;
/// The most memory for rows that are kept.
const MOST_KEPT: usize = 2 << 30;

/// Reads a CSV file with a header: rows of at most 4 MiB and 10,000 columns. UTF-16 is read by its byte order mark.
#[derive(Debug)]
pub struct CsvReader {
    reader: Reader<Allowance>,
}

impl CsvReader {
    /// Opens a file, which is read as `format` says.
    ///
    /// # Errors
    ///
    /// As [`InputFile::open`], and when the text is UTF-16 that does not say so.
    pub fn open(path: &Path, format: &ReaderBuilder) -> io::Result<Self> {
        Self::open_after(path, 0, format)
    }

    /// Opens a file whose first `skipped` bytes of UTF-8 text are no rows.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and when it cannot be read so far.
    pub fn open_after(path: &Path, skipped: u64, format: &ReaderBuilder) -> io::Result<Self> {
        let mut text = Text::new(InputFile::open(path)?)?;
        io::copy(&mut (&mut text).take(skipped), &mut io::sink())?;
        Ok(Self { reader: format.from_reader(Allowance { text, left: LONGEST_ROW }) })
    }

    /// The beginning of the text of a file, of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or read.
    pub fn beginning(path: &Path, most: u64) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        Text::new(InputFile::open(path)?)?.take(most).read_to_end(&mut start)?;
        Ok(start)
    }

    /// The header, empty for an empty file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is too long, or is not UTF-8 text.
    pub fn headers(&mut self) -> csv::Result<&StringRecord> {
        let columns = self.width()?;
        if columns > MOST_COLUMNS {
            let what = format!("it has {columns} columns; expected at most {MOST_COLUMNS}");
            return Err(refused(&what).into());
        }
        self.reader.headers()
    }

    fn width(&mut self) -> csv::Result<usize> {
        self.reader.get_mut().left = LONGEST_ROW;
        match self.reader.byte_headers() {
            Ok(header) => Ok(header.len()),
            Err(error) => Err(self.explained(error, 1)),
        }
    }

    /// Reads the next row, if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is too long, or has not as many cells as the header.
    pub fn read_byte_record(&mut self, row: &mut ByteRecord) -> csv::Result<bool> {
        // Reading the first row would read the header with it.
        self.width()?;
        self.reader.get_mut().left = LONGEST_ROW;
        let line = self.reader.position().line();
        self.reader.read_byte_record(row).map_err(|error| self.explained(error, line))
    }

    /// All other rows, as text.
    ///
    /// # Errors
    ///
    /// As [`read_byte_record`](Self::read_byte_record), when a row is not UTF-8 text, and when they
    /// take more than 2 GiB of memory.
    pub fn rows(&mut self) -> csv::Result<Vec<StringRecord>> {
        let (mut rows, mut row, mut budget) = (Vec::new(), ByteRecord::new(), Self::budget());
        while self.read_byte_record(&mut row)? {
            budget.keep(&row)?;
            let at = row.position().map_or(0, csv::Position::record);
            let text = StringRecord::from_byte_record(row.clone());
            rows.push(text.map_err(|_| refused(&format!("row {at} is not UTF-8 text")))?);
        }
        Ok(rows)
    }

    /// The memory that rows may take which are kept.
    #[must_use]
    pub fn budget() -> Budget {
        Budget::default()
    }

    /// The error that ended a row, in words of ours if it was too long.
    fn explained(&self, error: csv::Error, line: u64) -> csv::Error {
        if self.reader.get_ref().left > 0 {
            return error;
        }
        let most = LONGEST_ROW >> 20;
        let what = format!(
            "the row that begins in line {line} has more than {most} MiB; expected rows of text (is a \
             quote not closed?)"
        );
        refused(&what).into()
    }
}

/// The memory for rows that are kept: 2 GiB.
#[derive(Debug, Default)]
pub struct Budget {
    rows: usize,
    bytes: usize,
}

impl Budget {
    /// Counts a row in.
    ///
    /// # Errors
    ///
    /// When the rows take more memory than they may.
    pub fn keep(&mut self, row: &ByteRecord) -> io::Result<()> {
        self.bytes += row.as_slice().len() + 8 * row.len() + 128;
        if self.bytes > MOST_KEPT {
            return Err(refused(&format!(
                "its first {} rows take {} GiB of memory; expected fewer, of one row a run",
                self.rows,
                MOST_KEPT >> 30
            )));
        }
        self.rows += 1;
        Ok(())
    }
}

/// A file of which only so many bytes may be read, until somebody allows more.
#[derive(Debug)]
struct Allowance {
    text: Text,
    left: u64,
}

impl Read for Allowance {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(refused("a row is too long"));
        }
        let most = buffer.len().min(self.left as usize);
        let read = self.text.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// What is read of a file: columns and rows, or the message.
    fn read(contents: &[u8]) -> Result<(usize, usize), String> {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("f.csv");
        std::fs::write(&path, contents).unwrap();
        let mut reader = CsvReader::open(&path, &ReaderBuilder::new()).unwrap();
        let columns = reader.headers().map_err(|error| error.to_string())?.len();
        let rows = reader.rows().map_err(|error| error.to_string())?;
        Ok((columns, rows.len()))
    }

    #[test]
    fn long_files_of_short_rows_are_read() {
        let many = "1,2\n".repeat(2 << 20);
        assert_eq!(read(format!("a,b\n{many}").as_bytes()), Ok((2, 2 << 20)));
        let wide = vec!["1"; MOST_COLUMNS].join(",");
        assert_eq!(read(format!("{wide}\n{wide}\n").as_bytes()), Ok((MOST_COLUMNS, 1)));
        assert_eq!(read(b""), Ok((0, 0)));
        let long = "x".repeat(4_000_000);
        assert_eq!(read(format!("a,b\n1,{long}\n1,{long}\n").as_bytes()), Ok((2, 2)));
    }

    #[test]
    fn rows_without_end_are_refused() {
        let refused = |contents: &str, words: &str| {
            let message = read(contents.as_bytes()).unwrap_err();
            assert!(message.contains(words), "{message}");
        };
        let mib = "x".repeat(5 << 20);
        refused(&mib, "line 1 has more than 4 MiB");
        refused(&format!("a,b\n1,2\n1,{mib}\n"), "line 3 has more than 4 MiB");
        refused(&format!("a,b\n1,\"2\n{}", "1,2\n".repeat(2 << 20)), "quote not closed");
        refused(&",".repeat(10_000), "10001 columns; expected at most 10000");
        refused(&",".repeat(5 << 20), "line 1 has more than 4 MiB");
    }

    #[test]
    fn a_row_that_is_no_text_is_named() {
        assert_eq!(read(b"a,b\n1,2\n1,\xff\n").unwrap_err(), "row 2 is not UTF-8 text");
    }
}
