//! The record of a sweep that has come to its end: what it was, and the files that it left. If all is
//! still so, there is nothing to do, and that is known without its data or its plan.

use super::{Journals, ResultFiles, SweepDirectory, SweepSpec, WriteError, write_atomically};
use crate::input::read_text;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::path::Path;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// The name of the record in a directory of results.
const COMPLETE_FILE: &str = "complete.json";

/// The bytes of the longest one.
const LONGEST: u64 = 1 << 16;

/// All of these as hexadecimal digits of a hash.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Complete {
    /// The frozen specification.
    spec: String,
    /// The ids of all trials with a result.
    trials: String,
    /// Each of [`ResultFiles::NAMES`]; nothing for one that is not there.
    files: [Option<String>; 3],
}

impl Complete {
    /// What is so now; `None` if that cannot be known.
    fn now(directory: &Path, spec: &SweepSpec, journals: &Journals) -> Option<Self> {
        let mut ids: Vec<u64> = journals.done().collect();
        ids.sort_unstable();
        let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        let hex = |hash: u64| format!("{hash:016x}");
        let file = |name: &str| match hash_of(&directory.join(name)) {
            Ok(hash) => Some(Some(hex(hash))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(None),
            Err(_) => None,
        };
        let [trials, epochs, layers] = ResultFiles::NAMES.map(file);
        Some(Self {
            spec: hex(xxh3_64(spec.to_toml().as_bytes())),
            trials: hex(xxh3_64(&bytes)),
            files: [trials?, epochs?, layers?],
        })
    }
}

fn hash_of(path: &Path) -> io::Result<u64> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Xxh3::new();
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.digest()),
            read => hash.update(&block[..read]),
        }
    }
}

/// Records that a sweep is complete: `journals` have a result of every trial of `spec`, and the CSV files
/// were made from them. The directory must be [locked](SweepDirectory::lock).
///
/// # Errors
///
/// When the file cannot be written.
pub fn record_complete(
    directory: &SweepDirectory,
    spec: &SweepSpec,
    journals: &Journals,
) -> Result<(), WriteError> {
    let Some(complete) = Complete::now(directory.path(), spec, journals) else { return Ok(()) };
    let mut text = serde_json::to_string_pretty(&complete).expect("text");
    text.push('\n');
    write_atomically(&directory.path().join(COMPLETE_FILE), text.as_bytes())
}

/// Whether a sweep was complete once and nothing has changed since: neither its specification nor the
/// trials in its journals nor the contents of its CSV files. Says no when in doubt.
pub fn is_complete(directory: &SweepDirectory, spec: &SweepSpec) -> bool {
    let path = directory.path().join(COMPLETE_FILE);
    let Ok(text) = read_text(&path, LONGEST) else { return false };
    let Ok(recorded) = serde_json::from_str::<Complete>(&text) else { return false };
    let Ok(journals) = Journals::read(&[directory.path()]) else { return false };
    Complete::now(directory.path(), spec, &journals) == Some(recorded)
}
