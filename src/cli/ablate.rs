use super::output::hint;
use super::reading::ReadingOptions;
use super::shell_word;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use nablab::files::{may_replace, write_atomically};
use nablab::report::ablation::{
    Ablation, AblationError, Also, Format, IntervalKind, Request, TestKind, Tune, is_table,
};
use nablab::results::runs::{At, Better, MeasureText, Runs};
use nablab::text::{message, plain};
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Make an ablation table of the results of a sweep: mean, interval, paired differences, what is best.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// Directories of results, or CSV files of any program with named columns: a row a run, or a row an
    /// epoch if a column numbers them (epoch, step, iteration, training_iteration, timesteps, …)
    #[arg(required = true, value_name = "DIR")]
    results: Vec<PathBuf>,
    /// Rows: the values of these settings
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    by: Vec<String>,
    /// Columns: the values of this setting
    #[arg(long, value_name = "SETTING")]
    vs: Option<String>,
    /// The row that all others are compared with (default: the first)
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    baseline: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// Settings that each cell chooses for itself by another metric: eta:validation_accuracy
    #[arg(long, value_name = "SETTING:METRIC", value_parser = parse_tune)]
    tune: Option<(Vec<String>, MeasureText)>,
    /// The seeds that choose; all others report (default: so few that the others can be tested)
    #[arg(long, value_name = "SEEDS", requires = "tune", value_delimiter = ',')]
    tune_seeds: Vec<String>,
    /// A row for a base configuration and one for every single change of it; the base is found, or said
    /// as dropout=0.5,lambda=5
    #[arg(long, value_name = "BASE", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["by", "baseline"])]
    leave_one_out: Option<String>,
    /// What --pair-by has values of are the folds of K-fold cross-validations, or random splits of which one in K images
    /// tests: t tests are corrected for common training data (default: K is the number of values, if --pair-by is called
    /// after folds)
    #[arg(long, value_name = "K")]
    folds: Option<usize>,
    /// The test of paired differences
    #[arg(long, value_enum, default_value_t)]
    test: TestKind,
    /// The 95 % interval
    #[arg(long, value_enum, default_value_t)]
    interval: IntervalKind,
    /// Statistics besides
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STATISTIC")]
    also: Vec<Also>,
    /// The images of the test set, for the binomial standard error, where the data set does not tell
    #[arg(long, value_name = "N")]
    test_images: Option<usize>,
    /// The language of the table
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// In CSV, put an apostrophe before words that begin with = + - @, which spreadsheets take for formulas
    #[arg(long)]
    safe_formulas: bool,
    /// Write to a file instead of the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Which runs, and which of their numbers.
#[derive(Debug, Clone, Args)]
pub struct Selection {
    /// What is measured: a column, epochs_to:0.95, seconds_to:validation_accuracy:0.95; of layers, which are then a
    /// setting, a column of layers.csv such as bias_gradient_norm (default: the test accuracy, if it was monitored)
    #[arg(long, value_name = "METRIC")]
    pub metric: Option<MeasureText>,
    /// At which epoch: last, best, epoch:N, best:COLUMN for that in which another column was best, kept for that whose
    /// network training keeps (default: kept, which is best:validation_accuracy with early stopping and last without; of
    /// layers last). N is counted as in the file: in layers.csv by the epochs trained, 0 is the start
    #[arg(long, value_name = "WHEN")]
    pub at: Option<At>,
    /// Which values of the metric are better, and of a column that chooses, if its name does not say it (default: by
    /// its name)
    #[arg(long, value_enum)]
    pub better: Option<Better>,
    /// Only runs with these values: eta=0.25 or eta=0.25,2.5; may be given several times
    #[arg(long = "where", value_name = "SETTING=VALUE", value_parser = parse_condition)]
    pub conditions: Vec<(String, Vec<String>)>,
    /// The column whose equal values pair the runs
    #[arg(long, value_name = "COLUMN", default_value = "seed")]
    pub pair_by: String,
    #[command(flatten)]
    pub reading: ReadingOptions,
}

const EXAMPLES: &str = "\
Examples:
  nablab ablate results/my-sweep
  nablab ablate results/my-sweep --by activation --vs eta --baseline sigmoid
  nablab ablate results/my-sweep --by activation --tune eta,batch-size:validation_accuracy
  nablab ablate results/my-sweep --by activation --where batch-size=10 --metric epochs_to:0.95
  nablab ablate results/my-sweep --by early-stop --at best:validation_accuracy
  nablab ablate results/my-sweep --leave-one-out dropout=0.5,lambda=5 --format latex --out table.tex
  nablab ablate results/my-sweep --by activation --vs layer --metric bias_gradient_norm --at epoch:0
  nablab ablate runs.csv --by optimizer --metric val_loss --pair-by run

Without --by, --vs and --tune they are chosen by the settings that vary; the full command is printed.
Of other programs' files, NA, NaN, None, null and empty cells are missing values, words that change within a run are no
settings, and columns that name a run (ids, dates, addresses) have no place in a table unless they are asked for.
nablab columns FILE shows what each column was taken for. Several files are told apart by their paths where these are given as
'runs/lr{eta}_s{seed}/metrics.csv', or by the column file (--by file, --pair-by file).";

pub fn parse_condition(text: &str) -> Result<(String, Vec<String>), String> {
    let (setting, values) = text.split_once('=').ok_or("expected SETTING=VALUE, as in eta=0.25")?;
    if setting.trim().is_empty() {
        return Err("expected SETTING=VALUE, as in eta=0.25".into());
    }
    Ok((setting.trim().into(), values.split(',').map(|value| value.trim().into()).collect()))
}

fn parse_tune(text: &str) -> Result<(Vec<String>, MeasureText), String> {
    let expected = "expected SETTING:METRIC, as in eta:validation_accuracy";
    let (settings, metric) = text.split_once(':').ok_or(expected)?;
    if settings.is_empty() {
        return Err(expected.into());
    }
    Ok((settings.split(',').map(String::from).collect(), metric.parse()?))
}

/// `1..4` as four seeds; anything else as it is.
fn expand_seeds(texts: &[String]) -> Result<Vec<String>> {
    let mut seeds = Vec::new();
    for text in texts {
        match text.split_once("..") {
            None => seeds.push(text.clone()),
            Some((first, last)) => {
                let ends: (Result<u64, _>, Result<u64, _>) = (first.parse(), last.parse());
                let (Ok(first), Ok(last)) = ends else {
                    bail!("--tune-seeds {text}: expected seeds as in 1,2,3 or 1..3");
                };
                if first > last || last - first > 100_000 {
                    bail!("--tune-seeds {text}: expected the smaller seed first, as in 1..3");
                }
                seeds.extend((first..=last).map(|seed| seed.to_string()));
            }
        }
    }
    Ok(seeds)
}

fn base(text: &str) -> Result<Vec<(String, String)>> {
    let pairs = text.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
        let (setting, value) = pair.split_once('=').with_context(|| {
            format!(
                "--leave-one-out: '{pair}' is not SETTING=VALUE; the directory stands before it"
            )
        })?;
        Ok((setting.trim().into(), value.trim().into()))
    });
    pairs.collect()
}

impl Arguments {
    fn request(&self) -> Result<Request> {
        let tune_seeds = expand_seeds(&self.tune_seeds)?;
        Ok(Request {
            by: self.by.clone(),
            vs: self.vs.clone().into(),
            baseline: self.baseline.clone(),
            metric: self.selection.metric.clone(),
            at: self.selection.at.clone(),
            better: self.selection.better,
            conditions: self.selection.conditions.clone(),
            tune: self.tune.clone().map(|(settings, metric)| Tune {
                settings,
                metric,
                seeds: (!tune_seeds.is_empty()).then_some(tune_seeds),
            }),
            leave_one_out: self.leave_one_out.as_deref().map(base).transpose()?,
            pair_by: self.selection.pair_by.clone(),
            folds: self.folds,
            test: self.test,
            interval: self.interval,
            also: self.also.clone(),
            test_images: self.test_images,
        })
    }
}

/// The command that a request stands for.
pub fn command(name: &str, results: &[PathBuf], options: &[String]) -> String {
    let words = results.iter().map(|path| plain(&shell_word(path)).into_owned());
    // A value that begins with a dash would be taken for an option.
    let mut joined: Vec<String> = Vec::new();
    for option in options {
        match joined.last_mut() {
            Some(last) if option.starts_with('-') && !option.starts_with("--") => {
                *last += &format!("={option}");
            }
            _ => joined.push(option.clone()),
        }
    }
    let options = joined.iter().map(|option| shell_word(Path::new(option)));
    format!("nablab {name} {}", words.chain(options).collect::<Vec<_>>().join(" "))
}

/// What is wrong with some results, in one line that names the file.
pub fn wrong(error: &impl Display, results: &[PathBuf]) -> anyhow::Error {
    let what = error.to_string();
    let named = results.iter().find(|path| what.contains(&*path.display().to_string()));
    let file = named.or(results.first()).map_or(Path::new(""), PathBuf::as_path);
    anyhow::Error::msg(message(&what, file))
}

/// The files that results are read from.
pub fn files_of(results: &[PathBuf]) -> Vec<PathBuf> {
    let of = |path: &PathBuf| match path.is_dir() {
        true => ["trials.csv", "epochs.csv", "layers.csv"].map(|name| path.join(name)).to_vec(),
        false => vec![path.clone()],
    };
    results.iter().flat_map(of).collect()
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let request = arguments.request()?;
    if let Some(out) = &arguments.out {
        may_replace(out, &files_of(&arguments.results), "a table", is_table).context("--out")?;
    }
    if arguments.safe_formulas && arguments.format != Format::Csv {
        bail!("--safe-formulas: only --format csv has cells that could be formulas");
    }
    let wrong = |error: AblationError| wrong(&error, &arguments.results);
    let runs = Runs::open(&arguments.results, &arguments.selection.reading.with(request.names()))
        .map_err(|e| wrong(e.into()))?;
    let table = Ablation::new(&runs, &request).map_err(wrong)?;
    let mut options = table.request.options();
    options.extend(arguments.selection.reading.options());
    if let (true, Some(format)) =
        (arguments.format != Format::default(), arguments.format.to_possible_value())
    {
        options.extend(["--format".into(), format.get_name().into()]);
    }
    if arguments.safe_formulas {
        options.push("--safe-formulas".into());
    }
    hint(&command("ablate", &arguments.results, &options));
    let text = match arguments.safe_formulas {
        true => table.to_safe_csv(),
        false => table.render(arguments.format),
    };
    match &arguments.out {
        Some(path) => write_atomically(path, text.as_bytes())?,
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(())
}
