use super::csv::config_values;
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
        let mut trial = Self { id: String::new(), data: data.name.clone(), spec };
        let mut canonical = data.sha256.join("\n");
        for (column, value) in super::CONFIG_COLUMNS.iter().zip(config_values(&trial)) {
            canonical.push_str(&format!("\n{column}={value}"));
        }
        trial.id = format!("{:016x}", xxh3_64(canonical.as_bytes()));
        trial
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
