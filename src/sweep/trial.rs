use super::csv::{CONFIG_COLUMNS, config_values};
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
        let defaults = config_values(&data.name, &TrainingSpec::default());
        let values = config_values(&data.name, &spec);
        for ((column, value), default) in CONFIG_COLUMNS.iter().zip(values).zip(defaults) {
            if value != default {
                canonical.push_str(&format!("\n{column}={value}"));
            }
        }
        let id = format!("{:016x}", xxh3_64(canonical.as_bytes()));
        Self { id, data: data.name.clone(), spec }
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
