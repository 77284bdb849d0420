use anyhow::{Context, bail};
use clap::Args;
use nablab::data::{DataOptions, Dataset};
use nablab::text::wrapped;
use std::path::PathBuf;

/// Which data set to train on.
#[derive(Debug, Args)]
pub struct DataArguments {
    /// Directory of four IDX files (raw or .gz; of 2 dimensions, 3 or, with channels, 4), or a CSV file, to use instead of the
    /// embedded MNIST; or a task for recurrent networks, whose sequences are generated: first-bit:STEPS, parity:STEPS,
    /// adding:STEPS, copy:STEPS, sine:STEPS
    #[arg(long, value_name = "DIR|FILE|TASK", help_heading = "Data")]
    data: Option<PathBuf>,
    #[command(flatten)]
    reading: DataOptions,
    /// Names of the classes, in their order: a text file with one a line (or EMNIST's mapping file), or a,b,c
    #[arg(long, value_name = "FILE|NAMES", help_heading = "Data")]
    class_names: Option<String>,
}

impl DataArguments {
    /// Loads the data set.
    pub fn load(&self) -> anyhow::Result<Dataset> {
        self.load_for(&[])
    }

    /// Loads the data set for a network whose classes have names, or none.
    pub fn load_for(&self, known_classes: &[String]) -> anyhow::Result<Dataset> {
        load(self.data.as_ref(), &self.reading, self.class_names.as_deref(), known_classes)
    }

    /// Whether the classes are given names.
    pub fn names_classes(&self) -> bool {
        self.class_names.is_some()
    }
}

/// Loads a data set, or the embedded one, and gives its classes the names that are given.
pub fn load(
    path: Option<&PathBuf>,
    reading: &DataOptions,
    class_names: Option<&str>,
    known_classes: &[String],
) -> anyhow::Result<Dataset> {
    let mut data = match path {
        Some(path) => {
            let known_classes = known_classes.to_vec();
            Dataset::open(path, &DataOptions { known_classes, ..reading.clone() })?
        }
        None => match reading.first() {
            Some(option) => {
                bail!("{option}: the embedded MNIST is read as it is; expected --data too")
            }
            None => Dataset::mnist().context("the embedded MNIST is damaged")?,
        },
    };
    if let Some(names) = class_names {
        data.name_classes(names)?;
    }
    Ok(data)
}

/// What the data are made of.
pub fn rows(data: &Dataset) -> &'static str {
    if data.has_bytes() || data.has_images() { "images" } else { "rows" }
}

/// What was made of the files, in lines; nothing if that is what everybody expects.
pub fn notes(data: &Dataset) -> String {
    match data.notes.is_empty() {
        true => String::new(),
        false => format!("{}\n", wrapped(&format!("read: {}", data.notes.join("; ")), 2)),
    }
}
