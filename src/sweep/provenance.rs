use super::{WriteError, write_atomically};
use crate::data::Dataset;
use crate::simd::SimdLevel;
use serde::Serialize;
use std::path::Path;

/// The name of the file, in every directory of results.
pub const PROVENANCE_FILE: &str = "provenance.json";

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
    /// The commit it was built from, with `-dirty` if the sources had changed since.
    pub commit: &'static str,
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
    /// The number of trials.
    pub trials: usize,
    /// The wall-clock time of the trainings.
    pub seconds: f64,
    /// The time of the trainings summed over trials.
    pub trial_seconds: f64,
}

impl Provenance {
    /// The provenance of results on `data`, with everything that this program knows of itself and
    /// of the machine.
    pub fn new(experiment: &str, form: &str, data: &Dataset, level: SimdLevel) -> Self {
        let arguments = std::env::args_os().skip(1);
        let arguments: Vec<_> = arguments.map(|a| a.to_string_lossy().into_owned()).collect();
        Self {
            experiment: experiment.into(),
            form: form.into(),
            command: format!("nablab {}", arguments.join(" ")),
            version: env!("CARGO_PKG_VERSION"),
            commit: env!("NABLAB_COMMIT"),
            rustc: env!("NABLAB_RUSTC"),
            cpu: cpu_name(),
            simd: level.name(),
            threads: 1,
            data: data.name.clone(),
            data_sha256: data.sha256.clone(),
            trials: 0,
            seconds: 0.0,
            trial_seconds: 0.0,
        }
    }

    /// The experiment and the form of the results in a directory, if a provenance there says so.
    pub fn of_directory(directory: &Path) -> Option<(String, String)> {
        let text = std::fs::read_to_string(directory.join(PROVENANCE_FILE)).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        let field = |name: &str| Some(json.get(name)?.as_str()?.to_string());
        Some((field("experiment")?, field("form")?))
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), WriteError> {
        let mut json = serde_json::to_string_pretty(self).expect("text and finite numbers");
        json.push('\n');
        write_atomically(path, json.as_bytes())
    }
}

/// The name of the processor, or its architecture where the system does not tell.
pub fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    match (field("model name"), field("cpu family"), field("model\t")) {
        // A virtual machine may hide the name; family and model still tell the generation.
        (Some(name), Some(family), Some(model)) => {
            format!("{name} (family {family} model {model})")
        }
        (Some(name), ..) => name,
        _ => std::env::consts::ARCH.into(),
    }
}
