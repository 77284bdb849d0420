use super::ablate::{Selection, command, files_of, wrong};
use super::output::{hint, notice};
use super::plot;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use nablab::figure::{Chart, Theme};
use nablab::files::{AtomicFile, commit_together, is_figure, may_replace, write_atomically};
use nablab::report::ablation::{Format, is_table};
use nablab::report::ranking::{
    LeaveOut, Normalise, PostHoc, Ranking, RankingError, RankingRequest, is_profile_numbers,
    is_ranking_numbers,
};
use nablab::results::runs::Runs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Rank methods over several data sets or tasks: average ranks, Friedman's test, what can be told apart.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// Directories of results, or CSV files of any program with named columns
    #[arg(required = true, value_name = "DIR")]
    results: Vec<PathBuf>,
    /// The methods: the values of these settings (default: the only one that varies besides data sets and seeds)
    #[arg(long, value_name = "SETTING", value_delimiter = ',')]
    by: Vec<String>,
    /// The column whose values are the data sets or tasks; path for the directory or file of a run (default: data if
    /// it varies, else path)
    #[arg(long, value_name = "COLUMN")]
    data: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// The method that the others are compared with (default: that of the best average rank)
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    baseline: Option<String>,
    /// The test of pairs (default: nemenyi, of two methods wilcoxon-holm)
    #[arg(long, value_enum, value_name = "TEST")]
    post_hoc: Option<PostHoc>,
    /// The level of all tests
    #[arg(long, value_name = "LEVEL", allow_hyphen_values = true, default_value_t = RankingRequest::default().alpha, value_parser = parse_level)]
    alpha: f64,
    /// Up to which difference of scores methods are practically equal, in the unit of the file: 0.01 is a point of
    /// accuracies that are fractions of 1. Adds the Bayesian signed-rank test
    #[arg(long, value_name = "WIDTH", allow_hyphen_values = true, value_parser = parse_width)]
    rope: Option<f64>,
    /// Show the tests of all pairs; in CSV, a row a pair
    #[arg(long)]
    pairs: bool,
    /// Show what all runs are worth together: interquartile mean, mean, median, optimality gap, with intervals
    #[arg(long)]
    aggregate: bool,
    /// Make scores of different data sets comparable: min-max, or two columns or numbers that become 0 and 1, as in
    /// random:human. The ranks are of the scores as they are
    #[arg(long, value_name = "LOW:HIGH")]
    normalise: Option<Normalise>,
    /// What to leave out where a method has no value on a data set
    #[arg(long, value_enum, value_name = "WHAT")]
    drop_incomplete: Option<LeaveOut>,
    /// Resamples of the stratified bootstrap
    #[arg(long, value_name = "N", default_value_t = RankingRequest::default().resamples, value_parser = parse_resamples)]
    resamples: usize,
    /// The seed of the bootstrap and of the Bayesian test
    #[arg(long, value_name = "SEED", default_value_t = RankingRequest::default().seed)]
    seed: u64,
    /// Draw a critical-difference diagram: average ranks, bars join methods that are not told apart (.svg or .png)
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Draw performance profiles, the share of runs better than a score, with the numbers as CSV beside (.svg or .png)
    #[arg(long, value_name = "FILE")]
    profiles: Option<PathBuf>,
    /// The background of figures
    #[arg(long, value_enum, default_value_t)]
    theme: Theme,
    /// The width of a PNG, pixels
    #[arg(long, value_name = "PIXELS", default_value_t = super::plot::DEFAULT_WIDTH, value_parser = clap::value_parser!(u32).range(100..=10_000))]
    width: u32,
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

const EXAMPLES: &str = "\
Examples:
  nablab rank examples/demsar-2006.csv --by method --figure cd.svg
  nablab rank results/on-mnist results/on-fashion results/on-letters --by activation --where eta=0.25
  nablab rank runs.csv --by optimizer --data task --metric val_acc --post-hoc wilcoxon-holm --baseline sgd
  nablab rank runs.csv --by agent --data game --metric score --normalise random:human --profiles profiles.svg
  nablab rank runs.csv --by method --metric test_accuracy --rope 0.01 --pairs

A score is the mean over the seeds of a method on a data set. Where a run diverged, or never reached a threshold, the
method is ranked behind all that have a score there. One data set only: `nablab ablate` compares methods by seeds.";

fn parse_level(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(level) if level > 0.0 && level < 1.0 => Ok(level),
        _ => Err("expected a number between 0 and 1, as in 0.05".into()),
    }
}

fn parse_width(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(width) if width >= 0.0 && width.is_finite() => Ok(width),
        _ => Err("expected a difference of scores, 0 or more, as in 0.01".into()),
    }
}

fn parse_resamples(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(count) if (100..=1_000_000).contains(&count) => Ok(count),
        _ => Err("expected 100 to 1000000".into()),
    }
}

impl Arguments {
    fn request(&self) -> RankingRequest {
        let Selection { metric, at, better, conditions, pair_by, .. } = self.selection.clone();
        RankingRequest {
            by: self.by.clone(),
            data: self.data.clone(),
            metric,
            at,
            better,
            conditions,
            pair_by,
            baseline: self.baseline.clone(),
            post_hoc: self.post_hoc,
            alpha: self.alpha,
            rope: self.rope,
            all_pairs: self.pairs,
            aggregate: self.aggregate || self.normalise.is_some() && self.profiles.is_none(),
            profiles: self.profiles.is_some(),
            normalise: self.normalise.clone(),
            resamples: self.resamples,
            seed: self.seed,
            drop_incomplete: self.drop_incomplete,
        }
    }

    /// The options of figures and files that are not as usual.
    fn output_options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut option = |name: &str, value: String| options.extend([format!("--{name}"), value]);
        for (name, path) in [("figure", &self.figure), ("profiles", &self.profiles)] {
            if let Some(path) = path {
                option(name, path.display().to_string());
            }
        }
        if let (true, Some(theme)) =
            (self.theme != Theme::default(), self.theme.to_possible_value())
        {
            option("theme", theme.get_name().into());
        }
        if self.width != super::plot::DEFAULT_WIDTH {
            option("width", self.width.to_string());
        }
        if let (true, Some(format)) =
            (self.format != Format::default(), self.format.to_possible_value())
        {
            option("format", format.get_name().into());
        }
        if self.safe_formulas {
            options.push("--safe-formulas".into());
        }
        options
    }

    /// A figure as a file of the kind that its name says.
    fn drawn(&self, chart: &Chart, option: &str, path: &Path) -> Result<Vec<u8>> {
        let svg = chart.to_svg_in(self.theme);
        plot::drawn(svg, self.width, option, path)
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let inputs = files_of(&arguments.results);
    let numbers = arguments.profiles.as_ref().map(|path| path.with_extension("csv"));
    if let Some(out) = &arguments.out {
        let is_ours = |head: &[u8]| is_table(head) || is_ranking_numbers(head);
        may_replace(out, &inputs, "a table", is_ours).context("--out")?;
    }
    for (option, path) in [("--figure", &arguments.figure), ("--profiles", &arguments.profiles)] {
        if let Some(path) = path {
            may_replace(path, &inputs, "a figure", is_figure).context(option)?;
        }
    }
    if let Some(path) = &numbers {
        let is_numbers = |_: &[u8]| is_profile_numbers(path);
        may_replace(path, &inputs, "the numbers of a figure", is_numbers).context("--profiles")?;
    }
    if arguments.safe_formulas && arguments.format != Format::Csv {
        bail!("--safe-formulas: only --format csv has cells that could be formulas");
    }
    let wrong = |error: RankingError| wrong(&error, &arguments.results);
    let request = arguments.request();
    let runs = Runs::open(&arguments.results, &arguments.selection.reading.with(request.names()))
        .map_err(|e| wrong(e.into()))?;
    let ranking = Ranking::new(&runs, &request).map_err(wrong)?;
    let mut files: Vec<(&Path, Vec<u8>)> = Vec::new();
    if let Some(path) = &arguments.figure {
        files.push((path, arguments.drawn(&ranking.diagram(), "--figure", path)?));
    }
    if let (Some(path), Some((chart, csv)), Some(beside)) =
        (&arguments.profiles, ranking.profiles(), &numbers)
    {
        files.push((path, arguments.drawn(&chart, "--profiles", path)?));
        files.push((beside, csv.into_bytes()));
    }
    let mut options = ranking.request.options();
    options.extend(arguments.selection.reading.options());
    options.extend(arguments.output_options());
    hint(&command("rank", &arguments.results, &options));
    for (path, _) in &files {
        if let Some(directory) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            std::fs::create_dir_all(directory)
                .with_context(|| format!("cannot make {}", directory.display()))?;
        }
    }
    let written = files.iter().map(|(path, bytes)| AtomicFile::with(path, bytes));
    commit_together(written.collect::<Result<Vec<_>, _>>()?)?;
    if !files.is_empty() {
        let names: Vec<String> = files.iter().map(|file| file.0.display().to_string()).collect();
        notice(format!("wrote {}", names.join(", ")));
    }
    let text = match arguments.safe_formulas {
        true => ranking.to_safe_csv(),
        false => ranking.render(arguments.format),
    };
    match &arguments.out {
        Some(path) => write_atomically(path, text.as_bytes())?,
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    Ok(())
}
