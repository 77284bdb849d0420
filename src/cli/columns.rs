use super::ablate::wrong;
use super::output::hint;
use super::reading::ReadingOptions;
use anyhow::Result;
use clap::Args;
use nablab::report::{Align, Table};
use nablab::results::runs::{Names, Runs, first_look};
use nablab::text::plain;
use std::io::Write;
use std::path::PathBuf;

/// Show what each column of a file was taken for, and why: metric, setting, seed, epoch, identity, time.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// A directory of results, or CSV files of any program
    #[arg(required = true, value_name = "FILE")]
    results: Vec<PathBuf>,
    /// Columns that are metrics, whatever they look like
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    metrics: Vec<String>,
    #[command(flatten)]
    reading: ReadingOptions,
}

const EXAMPLES: &str = "\
Examples:
  nablab columns log.csv
  nablab columns optuna.csv --seed-column user_attrs_seed
  nablab columns 'runs/lr{eta}_s{seed}/metrics.csv'

Columns that are named with --by, --metric and so on are what they are named as, whatever is shown here.";

pub fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { results, metrics, reading } = arguments;
    let names = Names { metrics: metrics.clone(), ..Names::default() };
    let names = reading.with(names);
    let runs = Runs::open(results, &names);
    let explained = match &runs {
        Ok(runs) => runs.explained(),
        // What is wrong is said below what is known.
        Err(error) => match results.iter().find(|path| path.is_file()) {
            Some(file) => first_look(file, &names).map_err(|_| wrong(error, results))?,
            None => return Err(wrong(error, results)),
        },
    };
    let mut table =
        Table::new(&[("column", Align::Left), ("taken for", Align::Left), ("why", Align::Left)]);
    for column in explained {
        table.row([plain(&column.column).into_owned(), column.role.into(), column.why]);
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", table.to_terminal())?;
    let runs = runs.map_err(|error| wrong(&error, results))?;
    let many = match runs.len() {
        1 => "1 run".into(),
        n => format!("{n} runs"),
    };
    let assumed = runs.assumed().map_or(String::new(), |assumed| format!(" {assumed}"));
    writeln!(stdout, "\n{many}.{assumed}")?;
    hint("--epoch-column, --seed-column, --settings, --ignore, --by and --metric say otherwise");
    Ok(())
}
