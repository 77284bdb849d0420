//! What people read on a terminal: standard output that may go away, notices that may not be heard.

use nablab::text::{one_line, plain};
use std::fmt::Display;
use std::io::{self, Write};

/// Says something on standard error, in one line. Whether anybody hears it is not our business.
pub fn notice(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", one_line(&text.to_string()));
}

/// Says all of a text on standard error, however long it is: a command to be used again.
pub fn hint(text: &str) {
    let _ = writeln!(io::stderr(), "{}", plain(text));
}

/// Standard output of a command whose work goes on when nobody reads it any more: its results are in
/// files. What has become of the output is told at the end.
#[derive(Debug, Default)]
pub struct Output {
    line: Vec<u8>,
    failed: Option<io::Error>,
}

impl Output {
    /// Nothing printed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The error that has kept something from being printed.
    ///
    /// # Errors
    ///
    /// The first one there was.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.failed.map_or(Ok(()), Err)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if bytes.contains(&b'\n') {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    /// Never fails: see [`finish`](Self::finish).
    fn flush(&mut self) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.line);
        let lines: Vec<String> = text.split('\n').map(|line| plain(line).into_owned()).collect();
        let mut stdout = io::stdout();
        if self.failed.is_none() {
            let written = stdout.write_all(lines.join("\n").as_bytes());
            self.failed = written.and_then(|()| stdout.flush()).err();
        }
        self.line.clear();
        Ok(())
    }
}
