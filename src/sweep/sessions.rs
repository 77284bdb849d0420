//! The sessions of a sweep: how and when each of its commands was run.

use super::journal::journal_name;
use super::{
    PROVENANCE_FILE, Provenance, Shard, SweepDirectory, SweepSpec, WriteError, write_atomically,
};
use crate::files::AtomicFile;
use crate::input::read_text;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The sessions of one writer.
#[derive(Debug)]
pub struct Sessions {
    path: PathBuf,
    experiment: String,
    form: String,
    before: Vec<Value>,
}

impl Sessions {
    /// Those that a directory knows of one writer of a sweep.
    pub fn of(directory: &SweepDirectory, spec: &SweepSpec, shard: Option<Shard>) -> Self {
        let journal = directory.path().join(journal_name(shard));
        let path = match &spec.experiment {
            Some(_) => named(&journal, SESSIONS),
            None => named(&journal, PROVENANCE),
        };
        let before = read(&path);
        let (experiment, mut form) = kind(spec);
        if let Some(shard) = shard {
            form = format!("shard {shard}");
        }
        Self { path, experiment, form, before }
    }

    /// The provenance of an experiment whose trainings are all done: the sessions of all its writers, in
    /// a file that has not taken its place yet.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn provenance(
        directory: &SweepDirectory,
        spec: &SweepSpec,
    ) -> Result<AtomicFile, WriteError> {
        let sessions = distinct(files(directory.path(), SESSIONS).iter().flat_map(|f| read(f)));
        let (experiment, form) = kind(spec);
        let text = text(&experiment, &form, &sessions.iter().collect::<Vec<_>>());
        AtomicFile::with(&directory.path().join(PROVENANCE_FILE), text.as_bytes())
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
        let text = text(&self.experiment, &self.form, &sessions);
        write_atomically(&self.path, text.as_bytes())
    }
}

/// How the names of the files begin that tell of sessions. Those of an experiment have another one: its
/// provenance.json takes its place together with the other results.
const PROVENANCE: &str = "provenance";
const SESSIONS: &str = "sessions";

/// What was run, and in which form.
fn kind(spec: &SweepSpec) -> (String, String) {
    match &spec.experiment {
        Some(experiment) => (experiment.id().into(), experiment.form()),
        None => ("sweep".into(), "full".into()),
    }
}

/// The file of the sessions that wrote a journal.
fn named(journal: &Path, stem: &str) -> PathBuf {
    let name = journal.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    journal.with_file_name(name.replace("journal", stem).replace(".jsonl", ".json"))
}

/// The threads of the session that writes a journal.
pub(super) fn threads_beside(journal: &Path) -> Option<usize> {
    let sessions = [SESSIONS, PROVENANCE].map(|stem| read(&named(journal, stem)));
    let last = sessions.iter().find_map(|sessions| sessions.last())?;
    Some(last.get("threads")?.as_u64()? as usize)
}

/// The command of the last session of a directory.
pub(super) fn last_command(directory: &Path) -> Option<String> {
    let files = [SESSIONS, PROVENANCE].into_iter().flat_map(|stem| files(directory, stem));
    let sessions: Vec<Value> = files.flat_map(|file| read(&file)).collect();
    Some(sessions.last()?.get("command")?.as_str()?.into())
}

/// The sessions that a file tells of; none if it is not there, or of another kind.
fn read(path: &Path) -> Vec<Value> {
    let text = read_text(path, super::LARGEST_PROVENANCE).unwrap_or_default();
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    json.get("sessions").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn text(experiment: &str, form: &str, sessions: &[&Value]) -> String {
    let json = json!({ "experiment": experiment, "form": form, "sessions": sessions });
    serde_json::to_string_pretty(&json).expect("JSON that was read or made") + "\n"
}

/// Writes the sessions of some directories, each once, as those of one that unites them.
pub(super) fn unite(
    directories: &[SweepDirectory],
    spec: &SweepSpec,
    out: &SweepDirectory,
) -> Result<(), WriteError> {
    let stem = if spec.experiment.is_some() { SESSIONS } else { PROVENANCE };
    let all = directories.iter().flat_map(|directory| files(directory.path(), stem));
    let sessions = distinct(all.flat_map(|file| read(&file)));
    let (experiment, _) = kind(spec);
    let text = text(&experiment, "merged", &sessions.iter().collect::<Vec<_>>());
    write_atomically(&named(&out.path().join(journal_name(None)), stem), text.as_bytes())
}

/// Each session once, though several files tell of it.
fn distinct(all: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut sessions: Vec<Value> = Vec::new();
    for session in all {
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
    sessions
}

/// The files of all sessions of a directory, in the order of their names.
fn files(directory: &Path, stem: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(stem) && name.ends_with(".json")
    });
    files.sort();
    files
}
