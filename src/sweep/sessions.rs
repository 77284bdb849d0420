//! The sessions of a sweep: how and when each of its commands was run.

use super::journal::journal_name;
use super::{PROVENANCE_FILE, Provenance, Shard, SweepDirectory, WriteError, write_atomically};
use crate::input::read_text;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The sessions of one writer.
#[derive(Debug)]
pub struct Sessions {
    path: PathBuf,
    shard: Option<Shard>,
    before: Vec<Value>,
}

impl Sessions {
    /// Those that a directory knows of one writer.
    pub fn of(directory: &SweepDirectory, shard: Option<Shard>) -> Self {
        let path = beside(&directory.path().join(journal_name(shard)));
        let before = read(&path);
        Self { path, shard, before }
    }

    /// How many damaged lines the last of them has told of.
    pub fn damaged_lines(&self) -> usize {
        let last = self.before.last();
        let told = last.and_then(|session| session.get("damaged_lines")?.as_u64());
        told.unwrap_or(0) as usize
    }

    /// Writes them with one more, which may not have ended.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, session: &Provenance) -> Result<(), WriteError> {
        let session = serde_json::to_value(session).expect("text and finite numbers");
        let sessions: Vec<&Value> = self.before.iter().chain([&session]).collect();
        let form = self.shard.map_or("full".into(), |shard| format!("shard {shard}"));
        write(&self.path, &form, &sessions)
    }
}

/// The file of the sessions that wrote a journal.
fn beside(journal: &Path) -> PathBuf {
    let name = journal.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = name.replace("journal", "provenance").replace(".jsonl", ".json");
    debug_assert!(name != "provenance.json" || PROVENANCE_FILE == name);
    journal.with_file_name(name)
}

/// The threads of the session that writes a journal.
pub(super) fn threads_beside(journal: &Path) -> Option<usize> {
    Some(read(&beside(journal)).last()?.get("threads")?.as_u64()? as usize)
}

/// The command of the first session of a directory.
pub(super) fn last_command(directory: &Path) -> Option<String> {
    let sessions = files(directory).iter().flat_map(|file| read(file)).collect::<Vec<_>>();
    Some(sessions.last()?.get("command")?.as_str()?.into())
}

/// The sessions that a file tells of; none if it is not there, or of another kind.
fn read(path: &Path) -> Vec<Value> {
    let text = read_text(path, super::provenance::LARGEST_PROVENANCE).unwrap_or_default();
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    json.get("sessions").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn write(path: &Path, form: &str, sessions: &[&Value]) -> Result<(), WriteError> {
    let json = json!({ "experiment": "sweep", "form": form, "sessions": sessions });
    let mut text = serde_json::to_string_pretty(&json).expect("JSON that was read or made");
    text.push('\n');
    write_atomically(path, text.as_bytes())
}

/// Writes the sessions of some directories, each once, as those of one that unites them.
pub(super) fn unite(
    directories: &[SweepDirectory],
    out: &SweepDirectory,
) -> Result<(), WriteError> {
    let all = directories.iter().flat_map(|directory| files(directory.path()));
    let mut sessions: Vec<Value> = Vec::new();
    for session in all.flat_map(|file| read(&file)) {
        let id = |session: &Value| session.get("session").and_then(Value::as_str).map(String::from);
        let known = sessions.iter_mut().find(|known| match id(known) {
            // One that had not ended when it was united before is told of again.
            Some(known) => Some(known) == id(&session),
            None => **known == session,
        });
        match known {
            Some(known) if known.get("end").is_none_or(Value::is_null) => *known = session,
            Some(_) => {}
            None => sessions.push(session),
        }
    }
    let sessions: Vec<&Value> = sessions.iter().collect();
    write(&out.path().join(PROVENANCE_FILE), "merged", &sessions)
}

/// The files of all sessions of a directory, in the order of their names.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("provenance") && name.ends_with(".json")
    });
    files.sort();
    files
}
