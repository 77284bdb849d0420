//! What the command line and the sweep file ask for together.

use super::Arguments;
use anyhow::{anyhow, bail};
use nablab::data::{DataOptions, Dataset};
use nablab::sweep::{
    GridText, MOST_SEEDS, SweepDirectory, SweepSpec, Until, data_id, seed_text, seeds,
};
use std::path::{Path, PathBuf};

/// A sweep and where its results go.
#[derive(Debug)]
pub struct Request {
    pub spec: SweepSpec,
    pub out: PathBuf,
    /// What to put before an error about an option: dashes, or the name of the file it is in.
    pub place: String,
}

/// The seeds if nobody says how many.
const SEEDS: &str = "1..10";

impl Request {
    pub fn read(arguments: &Arguments) -> anyhow::Result<Self> {
        let mut place = "--".to_string();
        let mut out = arguments.out.clone();
        let mut spec = match &arguments.from {
            None => SweepSpec { grids: vec![GridText::default()], ..SweepSpec::default() },
            Some(path) if path.is_dir() => {
                if out.is_some() {
                    bail!("--out: {} is the directory of a sweep already", path.display());
                }
                out = Some(path.clone());
                SweepDirectory::new(path).spec()?
            }
            Some(path) => {
                place = format!("{}: ", path.display());
                if !path.exists() {
                    bail!("{}: expected a sweep file or the directory of a sweep", path.display());
                }
                SweepSpec::read(path)?
            }
        };
        let frozen = spec.clone();
        overlay(&mut spec, arguments)?;
        if spec != frozen {
            // The new combinations have not been counted.
            spec.trainings = 0;
            if spec.grids != frozen.grids {
                place = "--".into();
            }
        }
        if let Some(data) = &spec.data {
            if !Dataset::is_task(data) {
                let absolute = data.canonicalize();
                spec.data = Some(absolute.map_err(|error| anyhow!("{}: {error}", data.display()))?);
            }
        } else {
            if let Some(option) = spec.reading.first() {
                bail!("{option}: the embedded MNIST is read as it is; expected --data too");
            }
            spec.data_id = data_id(&Dataset::MNIST_SHA256);
        }
        for grid in &mut spec.grids {
            grid.axes.entry("seed".into()).or_insert_with(|| SEEDS.into());
        }
        // What is wrong with the way it is written is said before any data are read.
        nablab::sweep::check(&spec.grids).map_err(|error| anyhow!("{place}{error}"))?;
        spec.monitors().map_err(|problem| anyhow!("{place}monitor: {problem}"))?;
        spec.check().map_err(|problem| anyhow!("{place}{problem}"))?;
        let out = out.unwrap_or_else(|| default_directory(arguments.from.as_deref(), &spec));
        Ok(Self { spec, out, place })
    }
}

/// The command line counts more than the file.
fn overlay(spec: &mut SweepSpec, arguments: &Arguments) -> anyhow::Result<()> {
    let seeds = arguments.seeds.as_ref().map(|text| seeds(text));
    let seeds = seeds.transpose().map_err(|problem| anyhow!("--seeds: {problem}"))?;
    for grid in &mut spec.grids {
        grid.axes.extend(arguments.axes.0.clone());
        if let Some(seeds) = &seeds {
            grid.axes.insert("seed".into(), seed_text(seeds));
        }
        if !arguments.zip.is_empty() {
            grid.zip = arguments.zip.clone();
        }
        if !arguments.when.is_empty() {
            grid.when = arguments.when.clone();
        }
        grid.trials = arguments.trials.or(grid.trials);
        grid.sweep_seed = arguments.sweep_seed.unwrap_or(grid.sweep_seed);
    }
    if let Some(data) = &arguments.data {
        spec.data = Some(data.clone());
        spec.data_id.clear();
    }
    overlay_reading(&mut spec.reading, &arguments.reading);
    if let Some(monitor) = &arguments.monitor {
        spec.monitor = monitor.clone();
    }
    if let Some(every) = arguments.monitor_every {
        spec.monitor_every = nablab::sweep::every(every as usize);
    }
    spec.monitor_start |= arguments.monitor_start;
    spec.monitor_layers |= arguments.monitor_layers;
    spec.halving = arguments.halving.or(spec.halving);
    overlay_until(spec, arguments)
}

/// What is said of how data are read.
fn overlay_reading(reading: &mut DataOptions, given: &DataOptions) {
    let given = given.clone();
    reading.validation = given.validation.or(reading.validation);
    // One takes the place of the other.
    if !given.target_columns.is_empty() || given.label_column.is_some() {
        (reading.target_columns, reading.label_column) = (given.target_columns, given.label_column);
    }
    reading.data_split = given.data_split.or(reading.data_split.take());
    reading.transpose |= given.transpose;
    reading.scale = given.scale.or(reading.scale);
}

/// What is said of how many seeds there are to be.
fn overlay_until(spec: &mut SweepSpec, arguments: &Arguments) -> anyhow::Result<()> {
    let width = arguments.target_width.map(|width| format!("width:{width}"));
    if let Some(goal) = arguments.until.clone().or(width) {
        let mut firsts =
            spec.grids.iter().map(|grid| grid.axes.get("seed").map_or(SEEDS, String::as_str));
        let first = firsts.next().unwrap_or(SEEDS).to_string();
        if firsts.any(|other| other != first) {
            bail!(
                "--until: all grids of a sweep to which seeds are added begin with the same seeds"
            );
        }
        let until = Until { goal, first, most: MOST_SEEDS, baseline: String::new() };
        // What the directory says of the rest stays.
        spec.until = Some(match spec.until.take() {
            Some(known) => Until { goal: until.goal, ..known },
            None => until,
        });
    }
    let options = [
        ("--max-seeds", arguments.max_seeds.is_some()),
        ("--baseline", arguments.baseline.is_some()),
    ];
    match &mut spec.until {
        Some(until) => {
            until.most = arguments.max_seeds.unwrap_or(until.most);
            until.baseline = arguments.baseline.clone().unwrap_or(until.baseline.clone());
            until.check().map_err(|problem| anyhow!("--until: {problem}"))
        }
        None => match options.iter().find(|(_, given)| *given) {
            Some((option, _)) => {
                bail!("{option}: it is for --until or --target-width; expected one of them too")
            }
            None => Ok(()),
        },
    }
}

/// `results/NAME` for a sweep file, else a name that stands for what is asked: the same command finds
/// its results again.
fn default_directory(from: Option<&Path>, spec: &SweepSpec) -> PathBuf {
    let name = match from.and_then(Path::file_stem) {
        Some(stem) => stem.to_string_lossy().into_owned(),
        None => format!("sweep-{}", &nablab::sweep::fingerprint(spec)[..8]),
    };
    Path::new("results").join(name)
}
