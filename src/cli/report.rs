use super::ablate::{command, wrong};
use super::plural;
use super::reading::ReadingOptions;
use anyhow::{Context, Result, bail};
use clap::Args;
use nablab::book::Results;
use nablab::data::Dataset;
use nablab::files::{may_replace, write_atomically};
use nablab::report::page::{Page, Part, part_of_results};
use nablab::results::runs::Names;
use nablab::text::plain;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Make one self-contained HTML page of results: claims, verdicts, figures, tables, how they were made
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// Directories of results, directories that contain such, or CSV files with named columns
    #[arg(required = true, value_name = "DIR")]
    results: Vec<PathBuf>,
    /// The heading of the page
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The page (default: report.html in the directory, or in the one that contains all of them)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingOptions,
}

const EXAMPLES: &str = "\
Examples:
  nablab report results/my-sweep
  nablab report results
  nablab report results/ch3-* --title 'Chapter 3' --out chapter3.html
  nablab report log.csv --seed-column rng --missing ?

The page needs no network and no server: open it in any browser, send it, print it.";

/// Results are not looked for further down.
const DEPTH: usize = 4;

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut places = Vec::new();
    for path in &arguments.results {
        let found = places.len();
        collect(path, DEPTH, &mut places)?;
        if places.len() == found {
            bail!(
                "{}: neither results (trials.csv or epochs.csv) nor a directory with such",
                path.display()
            );
        }
    }
    // The same place twice is one result.
    let mut seen = std::collections::HashSet::new();
    places.retain(|place| seen.insert(place.canonicalize().unwrap_or_else(|_| place.clone())));
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => common_directory(&arguments.results).join("report.html"),
    };
    if !out.extension().is_some_and(|e| e == "html" || e == "htm") {
        bail!("--out {}: expected a name that ends in .html", out.display());
    }

    let none: [&Path; 0] = [];
    may_replace(&out, &none, "a page of results", Page::is_page).context("--out")?;

    let data = Dataset::mnist().context("the embedded MNIST is damaged")?;
    let part = |place: &PathBuf| part(place, &arguments.reading, &data);
    let parts: Vec<Part> = places.iter().map(part).collect::<Result<_>>()?;
    let title = arguments.title.clone().unwrap_or_else(|| match parts.as_slice() {
        [only] => only.title.clone(),
        _ => "Results".into(),
    });
    let page = Page { title, preface: Vec::new(), parts };
    if let Some(directory) = out.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)
            .map_err(|error| anyhow::anyhow!("cannot make {}: {error}", directory.display()))?;
    }
    let html = page.to_html();
    write_atomically(&out, html.as_bytes())?;

    let mut stdout = std::io::stdout();
    for part in &page.parts {
        writeln!(stdout, "{}", plain(&format!("{}: {}", part.title, part.short_verdict)))?;
    }
    let size = html.len().div_ceil(1000);
    if size > 3000 {
        writeln!(
            stdout,
            "the page is large: fewer results or --where in figures of their own make it lighter"
        )?;
    }
    let written =
        format!("wrote {}, {}, {size} kB", out.display(), plural(page.parts.len(), "result"));
    writeln!(stdout, "{}", plain(&written))?;
    Ok(())
}

/// The section of one result.
fn part(place: &Path, reading: &ReadingOptions, data: &Dataset) -> Result<Part> {
    if place.is_dir()
        && let Some(results) = Results::read(place, data)?
    {
        return Ok(results.part);
    }
    let name = match place.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => std::path::absolute(place)?.file_name().map_or_else(
            || place.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        ),
    };
    let line = |verb: &str, options: &[String]| {
        command(verb, &[place.into()], &[options, &reading.options()].concat())
    };
    let name = plain(&name).into_owned();
    let names = reading.with(Names::default());
    part_of_results(place, &name, &names, line).map_err(|error| wrong(&error, &[place.into()]))
}

/// Whether a path stands for the files of several: `runs/lr{eta}/log.csv`.
fn is_pattern(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains('{') && text.contains('}') && !path.exists()
}

/// Adds a place of results, and those inside it, in the order of their names.
fn collect(path: &Path, depth: usize, places: &mut Vec<PathBuf>) -> Result<()> {
    if !path.exists() && !is_pattern(path) {
        bail!("{}: there is no such file or directory", path.display());
    }
    if !path.is_dir() {
        places.push(path.into());
        return Ok(());
    }
    let has = |file: &str| path.join(file).is_file();
    let is_computed = has("numbers.csv") && has("provenance.json");
    if has("trials.csv") || has("epochs.csv") || is_computed {
        places.push(path.into());
    }
    if depth == 0 {
        return Ok(());
    }
    let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
    let mut inside: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect();
    inside.sort();
    inside.iter().try_for_each(|path| collect(path, depth - 1, places))
}

/// The directory that all paths are in: that of a file, or the directory itself if there is only one.
fn common_directory(paths: &[PathBuf]) -> PathBuf {
    let directory = |path: &PathBuf| match path.is_dir() {
        true => path.clone(),
        false => {
            let mut above = path.ancestors().skip(1);
            above.find(|path| !is_pattern(path)).map_or(PathBuf::new(), PathBuf::from)
        }
    };
    if let [only] = paths {
        return directory(only);
    }
    let mut parents = paths.iter().map(|path| path.parent().unwrap_or(Path::new("")));
    let first = parents.next().unwrap_or(Path::new(""));
    let common = |path: &&Path| parents.clone().all(|other| other.starts_with(path));
    first.ancestors().find(common).unwrap_or(Path::new("")).into()
}
