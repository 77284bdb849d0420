use super::line::{self, Entry, difference};
use super::{JournalError, files};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// All that the journals of some directories say, as an index: of each trial, where its line stands.
/// The lines themselves stay on the disk.
#[derive(Debug)]
pub struct Journals {
    files: Vec<(PathBuf, File)>,
    lines: HashMap<u64, Place>,
    /// Lines that are damaged, or torn.
    damaged: usize,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    file: u32,
    len: u32,
    start: u64,
    known: Known,
}

/// What is known of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It has a result.
    Finished,
    /// It has a result: it diverged.
    Diverged,
    /// It failed, the last time it was tried.
    Failed,
    /// Nothing.
    Missing,
}

impl Known {
    /// Whether there is a result.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Finished | Self::Diverged)
    }
}

impl Journals {
    /// Reads the journals of some directories, those that are being written too. A line that is
    /// damaged or torn does not count.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or two lines of one trial differ in more than their times.
    pub fn read(directories: &[&Path]) -> Result<Self, JournalError> {
        let mut journals = Self { files: Vec::new(), lines: HashMap::new(), damaged: 0 };
        for directory in directories {
            let failed = |source| JournalError::Read { path: directory.to_path_buf(), source };
            for path in files(directory).map_err(failed)? {
                journals.add(path)?;
            }
        }
        Ok(journals)
    }

    fn add(&mut self, path: PathBuf) -> Result<(), JournalError> {
        let failed = |source| JournalError::Read { path: path.clone(), source };
        let index = self.files.len() as u32;
        // Two handles, each with a place of its own: lines are looked up while the file is read.
        self.files.push((path.clone(), File::open(&path).map_err(failed)?));
        let mut reader = BufReader::with_capacity(1 << 18, File::open(&path).map_err(failed)?);
        let mut start = 0;
        let mut text = Vec::new();
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text).map_err(failed)?;
            if read == 0 {
                return Ok(());
            }
            let line = text.strip_suffix(b"\n").unwrap_or(&text);
            match (line::id(line), u32::try_from(line.len())) {
                (Some(id), Ok(len)) => {
                    let known = line::known(line);
                    self.insert(id, Place { file: index, len, start, known })?;
                }
                _ => self.damaged += 1,
            }
            start += read as u64;
        }
    }

    /// A result counts more than a failure; two results must be equal.
    fn insert(&mut self, id: u64, place: Place) -> Result<(), JournalError> {
        let Some(&known) = self.lines.get(&id) else {
            self.lines.insert(id, place);
            return Ok(());
        };
        if !known.known.is_done() {
            self.lines.insert(id, place);
            return Ok(());
        }
        if !place.known.is_done() {
            return Ok(());
        }
        let (one, other) = (self.entry(known)?, self.entry(place)?);
        if let (Some(Entry::Done(a)), Some(Entry::Done(b))) = (one, other)
            && let Some(difference) = difference(&a, &b)
        {
            let path = |place: Place| self.files[place.file as usize].0.clone();
            return Err(JournalError::Conflict {
                id: format!("{id:016x}"),
                difference,
                one: path(known),
                other: path(place),
            });
        }
        Ok(())
    }

    fn bytes(&self, place: Place) -> Result<Vec<u8>, JournalError> {
        let (path, file) = &self.files[place.file as usize];
        let mut bytes = vec![0; place.len as usize];
        let mut file = file;
        let read =
            file.seek(SeekFrom::Start(place.start)).and_then(|_| file.read_exact(&mut bytes));
        match read {
            Ok(()) => Ok(bytes),
            Err(source) => Err(JournalError::Read { path: path.clone(), source }),
        }
    }

    fn entry(&self, place: Place) -> Result<Option<Entry>, JournalError> {
        Ok(line::read(&self.bytes(place)?))
    }

    /// What is known of a trial.
    pub fn known(&self, id: u64) -> Known {
        self.lines.get(&id).map_or(Known::Missing, |place| place.known)
    }

    /// What the journals say of a trial.
    ///
    /// # Errors
    ///
    /// When the file cannot be read any more.
    pub fn get(&self, id: u64) -> Result<Option<Entry>, JournalError> {
        match self.lines.get(&id) {
            Some(&place) => self.entry(place),
            None => Ok(None),
        }
    }

    /// The number of trials with a result.
    pub fn done(&self) -> usize {
        self.lines.values().filter(|place| place.known.is_done()).count()
    }

    /// The lines that did not count because they are damaged or torn.
    pub fn damaged(&self) -> usize {
        self.damaged
    }

    /// The undamaged line of a trial, without its end of line, for a copy.
    ///
    /// # Errors
    ///
    /// When a file cannot be read any more.
    pub(crate) fn line(&self, id: u64) -> Result<Option<Vec<u8>>, JournalError> {
        self.lines.get(&id).map(|&place| self.bytes(place)).transpose()
    }
}
