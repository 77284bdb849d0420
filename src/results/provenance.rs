use crate::data::Dataset;
use crate::files::{AtomicFile, WriteError};
use crate::input::read_text;
use crate::machine::{cpu_name, cpu_seconds};
use crate::simd::SimdLevel;
use serde::Serialize;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::time::{Instant, SystemTime};

/// The name of the file, in every directory of results.
pub const PROVENANCE_FILE: &str = "provenance.json";

/// Larger files of that name, in bytes, are none of ours: a sweep has a session a command.
pub(crate) const LARGEST_PROVENANCE: u64 = 1 << 30;

/// How a result was made: enough to make it again, or to see why it cannot be.
#[derive(Debug, Clone, Serialize)]
pub struct Provenance {
    /// What was run: an experiment's name, or `train`.
    pub experiment: String,
    /// The form of it: `full`, `quick`, `exact`, `exact quick`.
    pub form: String,
    /// The command line, without the path of the program.
    pub command: String,
    /// The version of nablab.
    pub version: &'static str,
    /// The commit it was built from.
    pub commit: &'static str,
    /// Whether the sources had changed since.
    pub dirty: bool,
    /// The compiler.
    pub rustc: &'static str,
    /// The processor.
    pub cpu: String,
    /// The instruction set of the kernels.
    pub simd: &'static str,
    /// The number of threads.
    pub threads: usize,
    /// The name of the data set.
    pub data: String,
    /// The SHA-256 of its four IDX files, uncompressed: training images and labels, test images
    /// and labels.
    pub data_sha256: [String; 4],
    /// When it began, in UTC.
    pub start: String,
    /// When it ended; nothing if it did not come to its end.
    pub end: Option<String>,
    /// The number of trials that it trained.
    pub trials: usize,
    /// The seconds from start to end.
    pub seconds: f64,
    /// The seconds of the trainings summed over trials.
    pub trial_seconds: f64,
    /// The seconds of computing that the process used meanwhile, on all its threads, if the system
    /// tells.
    pub cpu_seconds: Option<f64>,
    /// In a sweep, what tells the session from all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// In a sweep, the damaged lines that it found in the journals.
    #[serde(skip_serializing_if = "is_zero")]
    pub damaged_lines: usize,
    #[serde(skip)]
    begun: Begun,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The clocks at the start.
#[derive(Debug, Clone, Copy)]
struct Begun {
    wall: Instant,
    cpu: Option<f64>,
}

impl Provenance {
    /// The provenance of results on `data`, which begin now, with everything that this program knows
    /// of itself and of the machine.
    pub fn new(experiment: &str, form: &str, data: &Dataset, level: SimdLevel) -> Self {
        let arguments = std::env::args_os().skip(1);
        let arguments: Vec<_> = arguments.map(|a| a.to_string_lossy().into_owned()).collect();
        let commit = env!("NABLAB_COMMIT");
        Self {
            experiment: experiment.into(),
            form: form.into(),
            command: format!("nablab {}", arguments.join(" ")),
            version: env!("CARGO_PKG_VERSION"),
            commit: commit.trim_end_matches("-dirty"),
            dirty: commit.ends_with("-dirty"),
            rustc: env!("NABLAB_RUSTC"),
            cpu: cpu_name(),
            simd: level.name(),
            threads: 1,
            data: data.name.clone(),
            data_sha256: data.sha256.clone(),
            start: now(),
            end: None,
            trials: 0,
            seconds: 0.0,
            trial_seconds: 0.0,
            cpu_seconds: None,
            session: None,
            damaged_lines: 0,
            begun: Begun { wall: Instant::now(), cpu: cpu_seconds() },
        }
    }

    /// The provenance of a session of a sweep, which begins now.
    pub fn of_session(data: &Dataset, level: SimdLevel) -> Self {
        // A keyed hasher is the standard library's random number.
        let random = RandomState::new().build_hasher().finish();
        let session = Some(format!("{random:016x}"));
        Self { session, ..Self::new("sweep", "full", data, level) }
    }

    /// Takes down the end, which is now.
    pub fn finish(&mut self, trials: usize, trial_seconds: f64) {
        self.end = Some(now());
        (self.trials, self.trial_seconds) = (trials, trial_seconds);
        self.seconds = self.begun.wall.elapsed().as_secs_f64();
        let used = cpu_seconds().zip(self.begun.cpu).map(|(end, start)| end - start);
        self.cpu_seconds = used.map(|used| (100.0 * used).round() / 100.0);
    }

    /// The experiment and the form of the results in a directory, if a provenance there says so.
    pub fn of_directory(directory: &Path) -> Option<(String, String)> {
        let text = read_text(&directory.join(PROVENANCE_FILE), LARGEST_PROVENANCE).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        let field = |name: &str| Some(json.get(name)?.as_str()?.to_string());
        Some((field("experiment")?, field("form")?))
    }

    /// It as JSON, in a file that has not taken its place yet.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn file(&self, path: &Path) -> Result<AtomicFile, WriteError> {
        let mut json = serde_json::to_string_pretty(self).expect("text and finite numbers");
        json.push('\n');
        AtomicFile::with(path, json.as_bytes())
    }
}

/// The time, in UTC, to seconds.
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
