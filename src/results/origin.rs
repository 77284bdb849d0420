use super::{LARGEST_PROVENANCE, PROVENANCE_FILE};
use crate::input::read_text;
use crate::text::{plain, significant};
use serde_json::Value;
use std::path::Path;

/// Where results came from, as far as `provenance.json` tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// `sweep`, `train` or the name of an experiment.
    pub experiment: String,
    /// `full`, `quick`, `exact` or `exact quick`.
    pub form: String,
    /// The commands, in the order in which they ran.
    pub commands: Vec<String>,
    /// The processors.
    pub cpus: Vec<String>,
    /// Version, commit and compiler of the last command.
    pub program: String,
    /// The kernels' instruction set and the threads of the last command.
    pub execution: String,
    /// When the first command began and the last one ended.
    pub dates: [String; 2],
    /// The trainings of all commands.
    pub trials: u64,
    /// The seconds of training of all commands, summed over threads.
    pub trial_seconds: f64,
    /// The seconds of computing of all commands, if all tell.
    pub cpu_seconds: Option<f64>,
    /// The data set and the SHA-256 of its first file.
    pub data: String,
}

impl Origin {
    /// What all trainings took: `All 30 trainings took 43 CPU-seconds`; nothing if that is not known of all.
    pub fn effort(origins: &[Self]) -> Option<String> {
        let seconds: Option<f64> = origins.iter().map(|origin| origin.cpu_seconds).sum();
        let seconds = seconds.filter(|seconds| *seconds > 0.0)?;
        let trials: u64 = origins.iter().map(|origin| origin.trials).sum();
        let seconds = match seconds {
            10.0.. => format!("{seconds:.0}"),
            _ => significant(seconds, 2),
        };
        let trainings =
            if trials == 1 { "The training" } else { &format!("All {trials} trainings") };
        Some(format!("{trainings} took {seconds} CPU-seconds"))
    }

    /// The same with the processors, as a sentence: `All 30 trainings took 43 CPU-seconds on AMD EPYC.`
    pub fn cost(origins: &[Self]) -> Option<String> {
        let words = Self::effort(origins)?;
        let cpus = origins.iter().flat_map(|origin| &origin.cpus).map(String::as_str);
        let mut cpus: Vec<&str> = cpus.collect();
        cpus.dedup();
        Some(format!("{words} on {}.", cpus.join(" and ")))
    }

    /// Until what seeds were added to the results of a directory, as its spec.toml tells; `None` if their number was fixed.
    pub fn seeds_added_until(directory: &Path) -> Option<String> {
        let text = read_text(&directory.join("spec.toml"), LARGEST_PROVENANCE).ok()?;
        let table: toml::Table = text.parse().ok()?;
        Some(plain(table.get("until")?.as_str()?).into_owned())
    }

    /// Reads the file beside results; `None` if there is none, or none of ours.
    pub fn read(directory: &Path) -> Option<Self> {
        let text = read_text(&directory.join(PROVENANCE_FILE), LARGEST_PROVENANCE).ok()?;
        let json: Value = serde_json::from_str(&text).ok()?;
        // A sweep has a session a command; everything else is one.
        let sessions = match json.get("sessions").and_then(Value::as_array) {
            Some(sessions) => sessions.clone(),
            None => vec![json.clone()],
        };
        let word =
            |value: &Value, key: &str| plain(value[key].as_str().unwrap_or_default()).into_owned();
        let (first, last) = (sessions.first()?, sessions.last()?);
        let mut cpus: Vec<String> = sessions.iter().map(|session| word(session, "cpu")).collect();
        cpus.dedup();
        let dirty = if last["dirty"].as_bool() == Some(true) { ", with changes" } else { "" };
        let commit = word(last, "commit");
        let commit = commit.get(..10).unwrap_or(&commit);
        let hash = last["data_sha256"][0].as_str().unwrap_or_default().to_string();
        Some(Self {
            experiment: word(&json, "experiment"),
            form: word(&json, "form"),
            commands: sessions.iter().map(|session| word(session, "command")).collect(),
            cpus,
            program: format!(
                "nablab {} ({commit}{dirty}), {}",
                word(last, "version"),
                word(last, "rustc").split(" (").next().unwrap_or_default()
            ),
            execution: format!("{}, {} threads", word(last, "simd"), last["threads"]),
            dates: [word(first, "start"), word(last, "end")],
            trials: sessions.iter().filter_map(|s| s["trials"].as_u64()).sum(),
            trial_seconds: sessions.iter().filter_map(|s| s["trial_seconds"].as_f64()).sum(),
            cpu_seconds: sessions.iter().map(|s| s["cpu_seconds"].as_f64()).sum(),
            data: match hash.get(..12) {
                Some(hash) => format!("{} (SHA-256 {hash}…)", word(last, "data")),
                None => word(last, "data"),
            },
        })
    }
}
