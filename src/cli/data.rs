use anyhow::Context;
use clap::Args;
use nablab::data::Dataset;
use std::path::PathBuf;

/// Which data set to train on.
#[derive(Debug, Args)]
pub struct DataArguments {
    /// Directory of four IDX files (raw or .gz; images of 3 dimensions, or 4 with channels), or a CSV file of numbers, to use instead of the embedded
    /// MNIST; or a task for recurrent networks, whose sequences are generated: first-bit:STEPS, parity:STEPS, adding:STEPS,
    /// copy:STEPS, sine:STEPS
    #[arg(long, value_name = "DIR|FILE|TASK", help_heading = "Data")]
    data: Option<PathBuf>,
    /// With --data: images kept back from the end of the training file for validation, or rows of numbers
    /// [default: a sixth of them, at most 10000]
    #[arg(long, value_name = "N", requires = "data", help_heading = "Data")]
    validation: Option<usize>,
    /// With --data FILE: the columns to be learnt from all others, separated by commas
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "data",
        help_heading = "Data"
    )]
    target_columns: Vec<String>,
}

impl DataArguments {
    /// Loads the data set.
    pub fn load(&self) -> anyhow::Result<Dataset> {
        match &self.data {
            Some(path) => Ok(Dataset::open(path, self.validation, &self.target_columns)?),
            None => Dataset::mnist().context("the embedded MNIST is damaged"),
        }
    }
}

/// What the data are made of.
pub fn rows(data: &Dataset) -> &'static str {
    if data.is_numeric() { "rows" } else { "images" }
}
