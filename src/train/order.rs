use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// The order in which an epoch takes the images, mini-batch by mini-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Shuffled before every epoch, as in the book's network and network2
    Shuffled,
    /// Shuffled before the first epoch alone, as the book's expanded training set is
    Once,
    /// That of the files, as in the book's network3
    File,
}

impl Order {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shuffled => "shuffled",
            Self::Once => "once",
            Self::File => "file",
        }
    }
}
