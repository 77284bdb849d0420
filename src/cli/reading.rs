use clap::Args;
use nablab::results::runs::{Names, Reading};

/// How files of other programs are read, where their columns and cells do not say it.
#[derive(Debug, Clone, Args)]
#[command(
    next_help_heading = "Files of other programs (nablab columns FILE shows what was understood)"
)]
pub struct ReadingOptions {
    /// The column that numbers the rows of a run (default: epoch, step, iteration, training_iteration, …)
    #[arg(long, value_name = "COLUMN")]
    epoch_column: Option<String>,
    /// The column of the seeds, if it is not called seed
    #[arg(long, value_name = "COLUMN")]
    seed_column: Option<String>,
    /// Columns that are settings of the runs, whatever they look like
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    settings: Vec<String>,
    /// Columns to leave out
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Words that stand where there is no value, besides NA, N/A, None, null and -
    #[arg(long, value_name = "WORDS", value_delimiter = ',', allow_hyphen_values = true)]
    missing: Vec<String>,
    /// Numbers have decimal commas (default: where columns are separated by something else and no number has a point)
    #[arg(long)]
    decimal_comma: bool,
}

impl ReadingOptions {
    /// Names of columns, with how the files are to be read.
    pub fn with(&self, names: Names) -> Names {
        Names { reading: self.reading(), ..names }
    }

    /// The same as options of a command.
    pub fn options(&self) -> Vec<String> {
        self.reading().options()
    }

    fn reading(&self) -> Reading {
        let Self { epoch_column, seed_column, settings, ignore, missing, decimal_comma } =
            self.clone();
        Reading { epoch_column, seed_column, settings, ignore, missing, decimal_comma }
    }
}
