use super::line::{self, Entry, MAX_LINE, START, difference};
use super::{JournalError, files};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// All that the journals of some directories say, as an index: of each trial, where its line stands.
/// The lines themselves stay on the disk.
#[derive(Debug)]
pub struct Journals {
    files: Vec<PathBuf>,
    /// The files that were looked into last, with their places in the list.
    open: Mutex<Vec<(u32, File)>>,
    lines: HashMap<u64, Place>,
    /// Lines that are damaged, or torn.
    damaged: usize,
}

/// More files than these are not kept open: a sweep may have more shards than a process may have files.
const OPEN: usize = 32;

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
    /// damaged or torn does not count. At most a line is in memory, of 256 MiB at most.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or two lines of one trial differ in more than their times.
    pub fn read(directories: &[&Path]) -> Result<Self, JournalError> {
        let mut journals = Self {
            files: Vec::new(),
            open: Mutex::new(Vec::new()),
            lines: HashMap::new(),
            damaged: 0,
        };
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
        self.files.push(path.clone());
        if !std::fs::metadata(&path).map_err(failed)?.is_file() {
            return Err(failed(io::Error::other("expected a file, found something else")));
        }
        let mut reader = BufReader::with_capacity(1 << 18, File::open(&path).map_err(failed)?);
        let mut start = 0;
        let mut text = Vec::new();
        loop {
            let read = next_line(&mut reader, &mut text).map_err(failed)?;
            if read == 0 {
                // Kept open, a file that somebody replaces has its lines where they were.
                let open = self.open.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
                if open.len() < OPEN {
                    open.push((index, reader.into_inner()));
                }
                return Ok(());
            }
            match (line::id(&text), u32::try_from(text.len())) {
                (Some(id), Ok(len)) => {
                    let known = line::known(&text);
                    self.insert(id, Place { file: index, len, start, known })?;
                }
                _ => self.damaged += 1,
            }
            start += read;
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
        if let (Entry::Done(a), Entry::Done(b)) = (self.entry(id, known)?, self.entry(id, place)?)
            && let Some(difference) = difference(&a, &b)
        {
            let path = |place: Place| self.files[place.file as usize].clone();
            return Err(JournalError::Conflict {
                id: format!("{id:016x}"),
                difference,
                one: path(known),
                other: path(place),
            });
        }
        Ok(())
    }

    /// The undamaged line of a trial at a place.
    fn bytes(&self, id: u64, place: Place) -> Result<Vec<u8>, JournalError> {
        let path = &self.files[place.file as usize];
        let failed = |source| JournalError::Read { path: path.clone(), source };
        let mut open = self.open.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let known = open.iter().position(|(file, _)| *file == place.file);
        let mut entry = match known {
            Some(known) => open.remove(known),
            None => {
                open.truncate(OPEN - 1);
                (place.file, File::open(path).map_err(failed)?)
            }
        };
        let mut bytes = vec![0; place.len as usize];
        let file = &mut entry.1;
        let read =
            file.seek(SeekFrom::Start(place.start)).and_then(|_| file.read_exact(&mut bytes));
        open.insert(0, entry);
        match read {
            // Whoever has replaced the file meanwhile has moved the lines.
            Ok(()) if line::id(&bytes) == Some(id) => Ok(bytes),
            Err(source) if source.kind() != io::ErrorKind::UnexpectedEof => Err(failed(source)),
            _ => Err(JournalError::Changed { path: path.clone() }),
        }
    }

    fn entry(&self, id: u64, place: Place) -> Result<Entry, JournalError> {
        line::read(&self.bytes(id, place)?).ok_or_else(|| JournalError::Unknown {
            path: self.files[place.file as usize].clone(),
            id: format!("{id:016x}"),
        })
    }

    /// What is known of a trial.
    pub fn known(&self, id: u64) -> Known {
        self.lines.get(&id).map_or(Known::Missing, |place| place.known)
    }

    /// What the journals say of a trial.
    ///
    /// # Errors
    ///
    /// When the file cannot be read any more, or another version of this program wrote the line.
    pub fn get(&self, id: u64) -> Result<Option<Entry>, JournalError> {
        self.lines.get(&id).map(|&place| self.entry(id, place)).transpose()
    }

    /// The [keys](super::super::Trial::key) of the trials with a result, in no order.
    pub fn done(&self) -> impl Iterator<Item = u64> {
        self.lines.iter().filter(|(_, place)| place.known.is_done()).map(|(&id, _)| id)
    }

    /// The keys of all trials of which there is a line, ascending.
    pub(crate) fn ids(&self) -> Vec<u64> {
        let mut ids: Vec<u64> = self.lines.keys().copied().collect();
        ids.sort_unstable();
        ids
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
        self.lines.get(&id).map(|&place| self.bytes(id, place)).transpose()
    }
}

/// Reads the next line, without its end; returns the bytes up to the next one, 0 where there is none. Of
/// what cannot be a line of ours, such as gigabytes of zeros, nothing is kept.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    let mut read = 0;
    let mut is_line = true;
    loop {
        let bytes = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        is_line = is_line && line.len() + part.len() < MAX_LINE;
        if is_line {
            line.extend_from_slice(part);
            let known = line.len().min(START.len());
            is_line = line[..known] == START[..known];
        }
        if !is_line {
            line.clear();
        }
        let used = part.len() + usize::from(end.is_some());
        let is_over = end.is_some() || bytes.is_empty();
        reader.consume(used);
        read += used as u64;
        if is_over {
            return Ok(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{history, trial};
    use super::super::{JournalWriter, journal_name};
    use super::*;
    use crate::sweep::Shard;
    use std::io::Write;

    #[test]
    fn what_is_no_line_is_passed_over_without_being_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(journal_name(None));
        let mut writer = JournalWriter::open(&path).unwrap();
        writer.append(&trial(1), &Entry::Done(history())).unwrap();
        drop(writer);
        let good = std::fs::read(&path).unwrap();
        let junk = [
            vec![0; 1 << 20],
            b"{\"schema\"".to_vec(),
            [START, &vec![b'1'; 1 << 20]].concat(),
            vec![],
        ];
        for (i, junk) in junk.iter().enumerate() {
            for end in ["", "\n"] {
                std::fs::write(&path, [&good, junk, end.as_bytes(), &good].concat()).unwrap();
                let journals = Journals::read(&[directory.path()]).unwrap();
                let torn = usize::from(i < 3 || end == "\n");
                let lines = if i < 3 && end.is_empty() { 1 } else { 2 };
                assert_eq!(journals.damaged(), torn, "{i} {end:?} {lines}");
                assert_eq!(journals.get(trial(1).key()).unwrap(), Some(Entry::Done(history())));
            }
        }
        // A sparse file of 3 GB, as a crash may leave it, is cut before anything is appended.
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(good.len() as u64).unwrap();
        file.set_len(3 << 30).unwrap();
        drop(JournalWriter::open(&path).unwrap());
        assert_eq!(std::fs::read(&path).unwrap().len(), good.len());
    }

    #[test]
    fn there_may_be_more_journals_than_open_files() {
        let directory = tempfile::tempdir().unwrap();
        let count = 3 * OPEN;
        for index in 1..=count {
            let name = journal_name(Some(Shard { index, count }));
            let mut writer = JournalWriter::open(&directory.path().join(name)).unwrap();
            writer.append(&trial(index as u64), &Entry::Done(history())).unwrap();
        }
        let journals = Journals::read(&[directory.path()]).unwrap();
        for _ in 0..2 {
            for index in 1..=count {
                assert!(journals.get(trial(index as u64).key()).unwrap().is_some());
            }
        }
        assert!(journals.open.lock().unwrap().len() <= OPEN);
        // What is replaced after it was read is noticed.
        let first = directory.path().join(journal_name(Some(Shard { index: 1, count })));
        let text = std::fs::read_to_string(&first).unwrap();
        std::fs::write(&first, text.replace("0.94", "0.95")).unwrap();
        assert!(matches!(journals.get(trial(1).key()), Err(JournalError::Changed { .. })));
    }

    #[test]
    fn what_was_read_stays_readable_when_another_program_replaces_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.jsonl");
        let mut writer = JournalWriter::open(&path).unwrap();
        for seed in 1..=3 {
            writer.append(&trial(seed), &Entry::Done(history())).unwrap();
        }
        drop(writer);
        let journals = Journals::read(&[directory.path()]).unwrap();
        // As a merge does it: other lines before, and the new file takes the place of the old one.
        let text = std::fs::read(&path).unwrap();
        let mut file = crate::files::AtomicFile::create(&path).unwrap();
        file.write_all(b"{}\n").unwrap();
        file.write_all(&text).unwrap();
        file.commit().unwrap();
        for seed in 1..=3 {
            assert_eq!(journals.get(trial(seed).key()).unwrap(), Some(Entry::Done(history())));
        }
    }
}
