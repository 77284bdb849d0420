use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// For what dropout draws the neurons that are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropoutBy {
    /// One draw for all images of a mini-batch, as chapter 3 describes it
    Batch,
    /// A draw for every image, as in the book's network3 and in other programs
    Image,
}

impl DropoutBy {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Image => "image",
        }
    }
}
