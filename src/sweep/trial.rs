use super::csv::non_default_values;
use crate::data::Dataset;
use crate::train::{History, TrainingSpec};
use xxhash_rust::xxh3::xxh3_64;

/// One training of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// 16 hexadecimal digits, a hash of the data and of everything that decides the result: equal
    /// ids mean equal bits.
    pub id: String,
    /// The name of the data set.
    pub data: String,
    /// What is trained.
    pub spec: TrainingSpec,
}

impl Trial {
    /// The trial that trains `spec` on `data`.
    pub fn new(spec: TrainingSpec, data: &Dataset) -> Self {
        let mut canonical = data.sha256.join("\n");
        // Only what is not the default, so that a new hyper-parameter changes no id of before.
        for (column, value) in non_default_values(&data.name, &spec) {
            canonical.push_str(&format!("\n{column}={value}"));
        }
        Self::with_key(xxh3_64(canonical.as_bytes()), spec, data)
    }

    /// The same, if its [key](Self::key) is known already.
    pub(super) fn with_key(key: u64, spec: TrainingSpec, data: &Dataset) -> Self {
        Self { id: format!("{key:016x}"), data: data.name.clone(), spec }
    }

    /// The id as a number.
    pub fn key(&self) -> u64 {
        u64::from_str_radix(&self.id, 16).expect("16 hexadecimal digits")
    }
}

/// A trial with its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialResult {
    /// What was trained.
    pub trial: Trial,
    /// How it went.
    pub history: History,
}
