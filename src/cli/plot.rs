use super::ablate::{Selection, command, files_of, wrong};
use super::output::hint;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use nablab::figure::{Scale, Theme};
use nablab::files::{AtomicFile, commit_together, is_figure, may_replace};
use nablab::report::ablation::AblationError;
use nablab::report::plot::{Kind, Plot, PlotRequest, is_plotted_numbers};
use nablab::report::sparkline;
use nablab::results::runs::Runs;
use nablab::text::{plain, significant};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Draw a figure of results, with a CSV of the plotted numbers beside it
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// Directories of results, or CSV files of any program with named columns
    #[arg(required = true, value_name = "DIR")]
    results: Vec<PathBuf>,
    /// The kind of figure (default: by the settings that vary)
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// The setting along the horizontal axis, of a response or heatmap; the categories of strips
    #[arg(long, value_name = "SETTING")]
    x: Option<String>,
    /// The rows of a heatmap
    #[arg(long, value_name = "SETTING")]
    y: Option<String>,
    /// A line for each value of this setting; none for one line
    #[arg(long, value_name = "SETTING")]
    hue: Option<String>,
    /// A small figure for each value of this setting; none for one figure
    #[arg(long, value_name = "SETTING")]
    panels: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// The ends of the axis of the metric, as it is labelled: 90,97 for percent. What lies outside is counted below
    #[arg(long, value_name = "LOW,HIGH", allow_hyphen_values = true, value_parser = parse_range)]
    range: Option<(f64, f64)>,
    /// How the values of the axis of the metric are spaced, of lines and strips (default: log for costs and norms of
    /// gradients over more than two decades). On a log axis means are geometric, and values that are not positive
    /// are left out and counted
    #[arg(long, value_enum, value_name = "SCALE")]
    y_scale: Option<Scale>,
    /// The background
    #[arg(long, value_enum, default_value_t)]
    theme: Theme,
    /// The file, .svg or .png; the numbers go beside it (default: KIND.svg in the first directory)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The width of a PNG, pixels
    #[arg(long, value_name = "PIXELS", default_value_t = DEFAULT_WIDTH, value_parser = clap::value_parser!(u32).range(100..=10_000))]
    width: u32,
}

pub const DEFAULT_WIDTH: u32 = 1600;

const EXAMPLES: &str = "\
Examples:
  nablab plot results/my-sweep
  nablab plot results/my-sweep --x eta --hue activation --panels batch-size
  nablab plot results/my-sweep --kind curves --hue eta --where activation=relu --where batch-size=10
  nablab plot results/my-sweep --kind heatmap --x eta --y batch-size --theme dark --out heat.png
  nablab plot results/my-sweep --kind strips --x activation
  nablab plot results/my-sweep --kind time --hue activation
  nablab plot results/my-sweep --metric bias_gradient_norm --where hidden=30x30x30

What is not said is chosen by the settings that vary, and the full command is printed. Settings that vary
and have no place in the figure are at their best, judged on the validation set if there is one.
What --monitor-layers measured is drawn with a line a layer; layer is a setting like any other.";

fn parse_range(text: &str) -> Result<(f64, f64), String> {
    let expected = "expected the lower end first, as in 90,97";
    let (low, high) = text.split_once(',').ok_or(expected)?;
    match (low.trim().parse::<f64>(), high.trim().parse::<f64>()) {
        (Ok(low), Ok(high)) if low < high && low.is_finite() && high.is_finite() => Ok((low, high)),
        _ => Err(expected.into()),
    }
}

/// The figure as a file of so many columns of pixels.
#[cfg(feature = "png")]
fn to_png(svg: &str, width: u32, _: &Path) -> Result<Vec<u8>> {
    Ok(nablab::figure::to_png(svg, width)?)
}

#[cfg(not(feature = "png"))]
fn to_png(_: &str, _: u32, out: &Path) -> Result<Vec<u8>> {
    bail!(
        "{}: nablab was built without the feature png; write {}, or build it with `cargo build --release`, \
         not leaving default features off",
        out.display(),
        out.with_extension("svg").display(),
    )
}

/// Whether the name of a figure says PNG and not SVG; refuses all other names. `option` is where it was given.
pub fn is_png(option: &str, path: &Path) -> Result<bool> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(false),
        Some("png") => Ok(true),
        _ => bail!("{option} {}: expected a name that ends in .svg or .png", path.display()),
    }
}

/// A figure as a file of the kind that its name says, a PNG of so many columns of pixels.
pub fn drawn(svg: String, width: u32, option: &str, path: &Path) -> Result<Vec<u8>> {
    match is_png(option, path)? {
        true => to_png(&svg, width, path),
        false => Ok(svg.into_bytes()),
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let Selection { metric, at, better, conditions, pair_by, .. } = &arguments.selection;
    let request = PlotRequest {
        kind: arguments.kind,
        x: arguments.x.clone().into(),
        y: arguments.y.clone().into(),
        hue: arguments.hue.clone().into(),
        panels: arguments.panels.clone().into(),
        metric: metric.clone(),
        at: at.clone(),
        better: *better,
        range: arguments.range,
        y_scale: arguments.y_scale,
        conditions: conditions.clone(),
        pair_by: pair_by.clone(),
    };
    let wrong = |error: AblationError| wrong(&error, &arguments.results);
    let runs = Runs::open(&arguments.results, &arguments.selection.reading.with(request.names()))
        .map_err(|e| wrong(e.into()))?;
    let plot = Plot::new(&runs, &request).map_err(wrong)?;
    let kind = plot.request.kind.map_or("plot", Kind::name);
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => {
            let first = &arguments.results[0];
            let directory = if first.is_dir() { first.clone() } else { first.with_file_name("") };
            directory.join(format!("{kind}.svg"))
        }
    };
    let svg = plot.chart.to_svg_in(arguments.theme);
    let bytes = drawn(svg, arguments.width, "--out", &out)?;
    let numbers = out.with_extension("csv");
    let inputs = files_of(&arguments.results);
    may_replace(&out, &inputs, "a figure", is_figure).context("--out")?;
    let is_numbers = |_: &[u8]| is_plotted_numbers(&numbers);
    may_replace(&numbers, &inputs, "the numbers of a figure", is_numbers).context("--out")?;
    if let Some(directory) = out.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)
            .map_err(|error| anyhow::anyhow!("cannot make {}: {error}", directory.display()))?;
    }
    let files = [(&numbers, plot.csv.as_bytes()), (&out, bytes.as_slice())];
    let files = files.map(|(path, contents)| AtomicFile::with(path, contents));
    commit_together(files.into_iter().collect::<Result<Vec<_>, _>>()?)?;

    let mut stdout = std::io::stdout();
    let mut options = plot.request.options();
    options.extend(arguments.selection.reading.options());
    if arguments.theme != Theme::default()
        && let Some(theme) = arguments.theme.to_possible_value()
    {
        options.extend(["--theme".into(), theme.get_name().into()]);
    }
    if let Some(out) = &arguments.out {
        options.extend(["--out".into(), out.display().to_string()]);
    }
    if arguments.width != DEFAULT_WIDTH {
        options.extend(["--width".into(), arguments.width.to_string()]);
    }
    hint(&command("plot", &arguments.results, &options));
    let widest = plot.sparks.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let unit = if plot.chart.axes()[1].ends_with("(%)") { " %" } else { "" };
    for (name, values) in plot.sparks.iter().filter(|(_, values)| values.len() > 1) {
        let last = values.iter().copied().rfind(|value| value.is_finite()).unwrap_or(f64::NAN);
        let shape = match plot.request.y_scale {
            Some(Scale::Log10) => sparkline(&values.iter().map(|v| v.log10()).collect::<Vec<_>>()),
            _ => sparkline(values),
        };
        writeln!(stdout, "{name:<widest$}  {shape}  {}{unit}", significant(last, 4))?;
    }
    let written = format!("wrote {} and {}", out.display(), numbers.display());
    writeln!(stdout, "{}", plain(&written))?;
    Ok(())
}
