use super::ablate::{command, files_of, parse_condition, wrong};
use super::output::{hint, notice};
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use nablab::files::{may_replace, write_atomically};
use nablab::report::ablation::{Format, is_table};
use nablab::report::variance::{Variance, VarianceRequest};
use nablab::results::runs::{At, Better, MeasureText, Runs};
use std::io::Write;
use std::path::PathBuf;

/// Tell how much of the spread over seeds comes from the initial weights, how much from the order, how much from both
/// together: components of variance of a sweep with --seed-init, --seed-order, …
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// Directories of results, or CSV files of any program with named columns, as for ablate
    #[arg(required = true, value_name = "DIR")]
    results: Vec<PathBuf>,
    /// What is random: settings of which every value was run with every value of the others (default: the seeds that
    /// vary)
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    factors: Vec<String>,
    /// Components for each value of these settings
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    by: Vec<String>,
    /// What is measured, as for ablate (default: the test accuracy, if it was monitored)
    #[arg(long, value_name = "METRIC")]
    metric: Option<MeasureText>,
    /// At which epoch, as for ablate: last, best, epoch:N, best:COLUMN, kept
    #[arg(long, value_name = "WHEN")]
    at: Option<At>,
    /// Which values of the metric are better, if its name does not say it
    #[arg(long, value_enum)]
    better: Option<Better>,
    /// Only runs with these values: eta=0.25 or eta=0.25,2.5; may be given several times
    #[arg(long = "where", value_name = "SETTING=VALUE", value_parser = parse_condition)]
    conditions: Vec<(String, Vec<String>)>,
    /// The language of the table; csv has variances, the others standard deviations
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to a file instead of the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  nablab sweep --seed-init 1..10 --seed-order 1..10 --seed 1 --out results/seeds
  nablab variance results/seeds
  nablab variance results/seeds --metric validation_cost --at epoch:4
  nablab variance results/more-seeds --by eta --format csv
  nablab variance runs.csv --factors init_seed,data_seed --metric score

Every combination must have a run, and each as many: a run more for each combination (other --seed) tells what is left.";

pub fn run(arguments: &Arguments) -> Result<()> {
    let request = VarianceRequest {
        factors: arguments.factors.clone(),
        by: arguments.by.clone(),
        metric: arguments.metric.clone(),
        at: arguments.at.clone(),
        better: arguments.better,
        conditions: arguments.conditions.clone(),
    };
    if let Some(out) = &arguments.out {
        may_replace(out, &files_of(&arguments.results), "a table", is_table).context("--out")?;
    }
    let results = &arguments.results;
    let runs = Runs::open(results, &request.names()).map_err(|error| wrong(&error, results))?;
    runs.assumed().into_iter().for_each(notice);
    let table = Variance::new(&runs, &request).map_err(|error| wrong(&error, results))?;
    let mut options = table.request.options();
    if let (true, Some(format)) =
        (arguments.format != Format::default(), arguments.format.to_possible_value())
    {
        options.extend(["--format".into(), format.get_name().into()]);
    }
    hint(&command("variance", results, &options));
    let text = table.render(arguments.format);
    match &arguments.out {
        Some(path) => write_atomically(path, text.as_bytes())?,
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(())
}
