use anyhow::Context;
use clap::Args;
use nablab::data::Dataset;
use std::path::PathBuf;

/// Which data set to train on.
#[derive(Debug, Args)]
pub struct DataArguments {
    /// Directory of four IDX files (raw or .gz) to use instead of the embedded MNIST
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    data: Option<PathBuf>,
    /// With --data: images kept back from the end of the training file for validation
    /// [default: a sixth of them, at most 10000]
    #[arg(long, value_name = "N", requires = "data", help_heading = "Data")]
    validation: Option<usize>,
}

impl DataArguments {
    /// Loads the data set.
    pub fn load(&self) -> anyhow::Result<Dataset> {
        match &self.data {
            Some(directory) => Ok(Dataset::from_dir(directory, self.validation)?),
            None => Dataset::mnist().context("the embedded MNIST is damaged"),
        }
    }
}
