use super::ablate::{Selection, parse_condition, wrong};
use super::output::notice;
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use nablab::report::ablation::{OneArm, Request, seeds_added, shared};
use nablab::report::comparison::{Answers, Arm, Comparison, Options, Verdict};
use nablab::results::Origin;
use nablab::results::runs::{Measure, Runs};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compare two things: which is better, by how much, how surely
///
/// A and B are two results (directories or CSV files), with --in two rows of one result (activation=relu), or
/// two files of `evaluate --predictions`. The exit code is 0 if A is better, 1 if it is worse, 2 if neither is shown
/// (undecided, or equal within the margin) and 3 if something is wrong.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// The one
    #[arg(value_name = "A")]
    one: String,
    /// The other
    #[arg(value_name = "B")]
    other: String,
    /// The results that A and B are rows of; they are then conditions, separated by commas: activation=relu,eta=0.1
    #[arg(long = "in", value_name = "DIR")]
    within: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    /// Within which difference they count as equal: points of accuracy, or units of the metric
    #[arg(long, value_name = "DIFFERENCE")]
    margin: Option<f64>,
    /// As for ablate: what --pair-by has values of are the folds of K-fold cross-validations, or random splits of which
    /// one in K images tests
    #[arg(long, value_name = "K")]
    folds: Option<usize>,
    /// Compare all runs, not pair by pair
    #[arg(long)]
    unpaired: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  nablab compare results/before results/after --where eta=0.25
  nablab compare activation=relu activation=sigmoid --in results/my-sweep --where eta=0.1 --margin 0.3
  nablab compare a.csv b.csv --metric val_loss --pair-by run --json
  nablab evaluate a.json --predictions a.csv; nablab evaluate b.json --predictions b.csv; nablab compare a.csv b.csv";

/// The exit code of what could not be compared.
pub const WRONG: u8 = 3;

pub fn run(arguments: &Arguments) -> ExitCode {
    match compare(arguments) {
        Ok(verdict) => ExitCode::from(match verdict {
            Verdict::Better => 0,
            Verdict::Worse => 1,
            Verdict::Equal | Verdict::Undecided => 2,
        }),
        Err(error) => {
            super::notice(format_args!("error: {error:#}"));
            ExitCode::from(WRONG)
        }
    }
}

fn compare(arguments: &Arguments) -> Result<Verdict> {
    let names = [arguments.one.as_str(), arguments.other.as_str()];
    if let Some(margin) = arguments.margin.filter(|margin| !(margin.is_finite() && *margin > 0.0)) {
        bail!("--margin {margin}: expected a number above 0");
    }
    let paths = names.map(Path::new);
    if arguments.within.is_empty() {
        match paths.map(Answers::is_there) {
            [true, true] => return answers(arguments, names, paths),
            [true, false] => {
                bail!("{} has answers about images, and {} has not", names[0], names[1])
            }
            [false, true] => {
                bail!("{} has answers about images, and {} has not", names[1], names[0])
            }
            [false, false] => {}
        }
    }
    let arms = match arguments.within.is_empty() {
        true => of_results(arguments, names, paths)?,
        false => of_rows(arguments, names)?,
    };
    let (measure, pair_by, arms) = arms;
    let directories = paths.iter().map(|path| path.to_path_buf()).chain(arguments.within.clone());
    let until = directories.into_iter().find_map(|path| Origin::seeds_added_until(&path));
    let scale = if measure.is_percentage() { 100.0 } else { 1.0 };
    let margin = arguments.margin.map(|margin| margin / scale);
    let folds = arms[0].runs().max(arms[1].runs());
    let shared = shared(&pair_by, arguments.folds, folds)?;
    let options = Options { margin, unpaired: arguments.unpaired, shared };
    let mut comparison = Comparison::new(measure, &pair_by, arms, options);
    comparison.notes.extend(until.as_deref().map(seeds_added));
    let text = match arguments.json {
        true => format!("{:#}\n", comparison.to_json()),
        false => comparison.to_text(),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(comparison.verdict)
}

/// Two classifiers on the same images.
fn answers(arguments: &Arguments, names: [&str; 2], paths: [&Path; 2]) -> Result<Verdict> {
    let Selection { metric, at, better, conditions, pair_by, .. } = &arguments.selection;
    let given = [
        ("--margin", arguments.margin.is_some()),
        ("--unpaired", arguments.unpaired),
        ("--folds", arguments.folds.is_some()),
        ("--metric", metric.is_some()),
        ("--at", at.is_some()),
        ("--better", better.is_some()),
        ("--where", !conditions.is_empty()),
        ("--pair-by", *pair_by != Request::default().pair_by),
    ];
    if let Some((option, _)) = given.into_iter().find(|(_, given)| *given) {
        bail!("{option}: it is for runs, and {} has answers about images", names[0]);
    }
    let same = Answers::read(paths[0])?.beside(&Answers::read(paths[1])?)?;
    let text = match arguments.json {
        true => format!("{:#}\n", same.to_json(names)),
        false => same.to_text(names),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(same.verdict())
}

type Arms = (Measure, String, [Arm; 2]);

/// What is asked for, apart from the arms.
fn request(arguments: &Arguments, conditions: Vec<(String, Vec<String>)>) -> Request {
    let Selection { metric, at, better, pair_by, .. } = &arguments.selection;
    Request {
        metric: metric.clone(),
        at: at.clone(),
        better: *better,
        conditions,
        pair_by: pair_by.clone(),
        ..Request::default()
    }
}

/// Two results.
fn of_results(arguments: &Arguments, names: [&str; 2], paths: [&Path; 2]) -> Result<Arms> {
    for path in paths {
        if !path.exists() {
            let hint = "expected a directory of results, a CSV file, or with --in a row such as activation=relu";
            bail!("{}: there is no such file; {hint}", path.display());
        }
    }
    let request = request(arguments, arguments.selection.conditions.clone());
    let arm = |i: usize| -> Result<(Measure, String, Arm)> {
        let files = [paths[i].to_path_buf()];
        let runs = Runs::open(&files, &arguments.selection.reading.with(request.names()))
            .map_err(|e| wrong(&e, &files))?;
        runs.assumed().into_iter().for_each(|assumed| notice(format!("{}: {assumed}", names[i])));
        let OneArm { measure, conditions, pair_by } =
            request.of_one_arm(&runs).map_err(|e| wrong(&e, &files))?;
        let name = names[i].to_string();
        let arm = Arm::new(name, &runs, &conditions, &measure, &pair_by, "--where")
            .map_err(|error| anyhow!("{error}"))?;
        Ok((measure, pair_by, arm))
    };
    let (measure, pair_by, one) = arm(0)?;
    let (other_measure, _, other) = arm(1)?;
    if measure.fraction != other_measure.fraction {
        let (fraction, percent) =
            if measure.fraction { (names[0], names[1]) } else { (names[1], names[0]) };
        let column = &measure.column;
        bail!(
            "{fraction} has fractions of 1 in {column}, and {percent} larger numbers: expected one unit"
        );
    }
    if measure.words() != other_measure.words() {
        let (a, b) = (measure.words(), other_measure.words());
        bail!(
            "{} is about {a} and {} about {b}: name one with --metric and --at",
            names[0],
            names[1]
        );
    }
    Ok((measure, pair_by, [one, other]))
}

/// Two rows of one result.
fn of_rows(arguments: &Arguments, names: [&str; 2]) -> Result<Arms> {
    let files = &arguments.within;
    let mut both = Vec::new();
    for name in names {
        // eta=0.1,activation=relu: a comma before a word with an equals sign begins another condition.
        let mut conditions: Vec<String> = Vec::new();
        for word in name.split(',') {
            match conditions.last_mut() {
                Some(last) if !word.contains('=') => *last += &format!(",{word}"),
                _ => conditions.push(word.into()),
            }
        }
        let conditions: Result<Vec<_>, String> =
            conditions.iter().map(|text| parse_condition(text)).collect();
        both.push(conditions.map_err(|error| anyhow!("{name}: {error}")).context("with --in")?);
    }
    let all: Vec<_> =
        arguments.selection.conditions.iter().chain(both.iter().flatten()).cloned().collect();
    // All names that are asked for are settings.
    let named = request(arguments, all);
    let runs = Runs::open(files, &arguments.selection.reading.with(named.names()))
        .map_err(|e| wrong(&e, files))?;
    runs.assumed().into_iter().for_each(notice);
    let mut arms = Vec::new();
    let mut measured = None;
    for (name, own) in names.into_iter().zip(both) {
        let conditions = arguments.selection.conditions.iter().cloned().chain(own).collect();
        let OneArm { measure, conditions, pair_by } =
            request(arguments, conditions).of_one_arm(&runs).map_err(|e| wrong(&e, files))?;
        let option = "--where, or beside the row";
        let arm = Arm::new(name.into(), &runs, &conditions, &measure, &pair_by, option)
            .map_err(|error| anyhow!("{error}"))?;
        arms.push(arm);
        measured = Some((measure, pair_by));
    }
    let arms: [Arm; 2] = arms.try_into().map_err(|_| anyhow!("expected two rows"))?;
    let (measure, pair_by) = measured.context("expected two rows")?;
    Ok((measure, pair_by, arms))
}
