//! What a sweep is, as a file: `sweep.toml` as people write it, `spec.toml` as it is frozen.

use super::grid::GridText;
use super::seeds::{SEEDS, seeds};
use super::until::{MOST_SEEDS, Until};
use super::values::decimal;
use super::{Reproduced, SweepError};
use crate::data::{DataOptions, Dataset};
use crate::input::{printable, read_text, shortened};
use crate::nearest::hint;
use crate::train::settings::{options, setting};
use crate::train::{Metric, MonitorOptions};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use thiserror::Error;
use toml::{Table, Value};
use xxhash_rust::xxh3::xxh3_64;

/// Everything that a sweep is asked to do, apart from how it is run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SweepSpec {
    /// The directory of a data set, or a file of numbers; `None` for the embedded one.
    pub data: Option<PathBuf>,
    /// The [fingerprint](data_id) of the data; empty where nobody has looked yet.
    pub data_id: String,
    /// The number of trials, of which a frozen sweep takes note; 0 if nobody has counted.
    pub trainings: usize,
    /// How the data are read.
    pub reading: DataOptions,
    /// What is computed after each epoch, as on the command line; empty for the default.
    pub monitor: String,
    /// After every how many [epochs](every); 0 stands for 1.
    pub monitor_every: usize,
    /// Whether the metrics are computed before the first epoch too.
    pub monitor_start: bool,
    /// Whether the layers are measured.
    pub monitor_layers: bool,
    /// The experiment of the book that it belongs to, which alone makes its files.
    pub experiment: Option<Reproduced>,
    /// With successive halving, the factor by which settings become fewer and epochs more.
    pub halving: Option<usize>,
    /// That seeds are added until enough is known.
    pub until: Option<Until>,
    /// The trials: those of each grid.
    pub grids: Vec<GridText>,
}

/// A sweep file that cannot be understood.
#[derive(Debug, Error)]
pub enum SpecFileError {
    /// It cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not TOML.
    #[error("{path}, line {line}: {problem}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A key or value makes no sense.
    #[error("{path}: {key}: {problem}")]
    Key {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// What is wrong with it and what was expected.
        problem: String,
    },
}

/// The keys of a grid that are not options of a training.
const GRID_KEYS: [&str; 5] = ["seeds", "zip", "when", "trials", "sweep-seed"];
/// The keys of a file outside its grids.
const FILE_KEYS: [&str; 20] = [
    "target-columns",
    "label-column",
    "data-split",
    "transpose",
    "scale",
    "monitor-start",
    "experiment",
    "data",
    "data-id",
    "validation",
    "monitor",
    "monitor-every",
    "monitor-layers",
    "halving",
    "trainings",
    "until",
    "until-seeds",
    "max-seeds",
    "baseline",
    "grid",
];

/// The largest file, in bytes: a command line, which says the same, has no more.
const LARGEST: u64 = 4 << 20;

/// The name of the frozen specification in a directory of results.
pub const SPEC_FILE: &str = "spec.toml";

impl SweepSpec {
    /// Reads a file. Keys are the long options of the command line; what stands before the first
    /// `[[grid]]` holds for all of them, and is a grid itself if there is none.
    ///
    /// # Errors
    ///
    /// For unreadable files and those of more than 4 MiB, unknown keys and values of the wrong kind, by
    /// file and key. The values of options are checked later, by the plan.
    pub fn read(path: &Path) -> Result<Self, SpecFileError> {
        let text = read_text(path, LARGEST)
            .map_err(|source| SpecFileError::Read { path: path.into(), source })?;
        let mut spec = Self::parse(&text).map_err(|problem| match problem {
            Problem::Toml(line, problem) => {
                SpecFileError::Toml { path: path.into(), line, problem: shortened(&problem, 300) }
            }
            Problem::Key(key, problem) => SpecFileError::Key {
                path: path.into(),
                key: printable(&key),
                problem: shortened(&problem, 300),
            },
        })?;
        // A relative path is meant from the place of the file.
        if let (Some(data), Some(parent)) = (&spec.data, path.parent())
            && !Dataset::is_task(data)
        {
            spec.data = Some(parent.join(data));
        }
        Ok(spec)
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or(""));
            let problem = error.message().replace('\n', ", ");
            Problem::Toml(before.matches('\n').count() + 1, problem)
        })?;
        let mut spec = Self::default();
        let mut common = GridText::default();
        let mut goal = None;
        let mut until = Until {
            goal: String::new(),
            first: String::new(),
            most: MOST_SEEDS,
            baseline: String::new(),
        };
        for (key, value) in &table {
            match key.replace('_', "-").as_str() {
                "grid" => {}
                "data" => spec.data = Some(PathBuf::from(text_of(key, value)?)),
                "experiment" => spec.experiment = Some(Reproduced::new(text_of(key, value)?)),
                "data-id" => spec.data_id = text_of(key, value)?,
                "trainings" => spec.trainings = count_of(key, value)?,
                "validation" => spec.reading.validation = Some(number_of(key, value)?),
                "label-column" => spec.reading.label_column = Some(text_of(key, value)?),
                "data-split" => spec.reading.data_split = Some(text_of(key, value)?),
                "transpose" => spec.reading.transpose = flag_of(key, value)?,
                "scale" => {
                    let scale = text_of(key, value)?.parse();
                    spec.reading.scale =
                        Some(scale.map_err(|problem: String| wrong(key, problem))?);
                }
                "target-columns" => {
                    let names = text_of(key, value)?;
                    spec.reading.target_columns =
                        names.split(',').map(|name| name.trim().into()).collect();
                }
                "monitor" => spec.monitor = text_of(key, value)?,
                "monitor-every" => spec.monitor_every = every(count_of(key, value)?),
                "monitor-start" => spec.monitor_start = flag_of(key, value)?,
                "monitor-layers" => spec.monitor_layers = flag_of(key, value)?,
                "halving" => spec.halving = Some(count_of(key, value)?),
                "until" => goal = Some(text_of(key, value)?),
                "until-seeds" => until.first = text_of(key, value)?,
                "max-seeds" => until.most = count_of(key, value)? as u64,
                "baseline" => until.baseline = text_of(key, value)?,
                _ => set(&mut common, key, value)?,
            }
        }
        let of_until = ["until-seeds", "max-seeds", "baseline"];
        let lonely = table.keys().find(|key| of_until.contains(&key.replace('_', "-").as_str()));
        if let (None, Some(key)) = (&goal, lonely) {
            return Err(wrong(key, "it is for until; expected until too"));
        }
        if let Some(goal) = goal {
            until.goal = goal;
            if until.first.is_empty() {
                until.first = common.axes.get("seed").cloned().unwrap_or(SEEDS.into());
            }
            until.check().map_err(|problem| wrong("until", problem))?;
            spec.until = Some(until);
        }
        let Some(grids) = table.get("grid") else {
            spec.grids.push(common);
            return Ok(spec);
        };
        let grids = grids.as_array().filter(|grids| !grids.is_empty());
        let grids = grids.ok_or_else(|| wrong("grid", "expected [[grid]], once or more"))?;
        for grid in grids {
            let grid = grid.as_table().ok_or_else(|| wrong("grid", "expected [[grid]]"))?;
            let mut text = common.clone();
            for (key, value) in grid {
                set(&mut text, key, value)?;
            }
            spec.grids.push(text);
        }
        Ok(spec)
    }

    /// The data that it is about.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or are not those that the sweep began with.
    pub fn load_data(&self) -> Result<Dataset, SweepError> {
        let data = match &self.data {
            Some(path) => Dataset::open(path, &self.reading)?,
            None => Dataset::mnist()?,
        };
        if !self.data_id.is_empty() && self.data_id != data_id(&data.sha256) {
            let name = self.data.as_ref().map_or("mnist".into(), |path| path.display().to_string());
            return Err(SweepError::OtherData(name));
        }
        Ok(data)
    }

    /// The metrics and the rest of what is watched.
    ///
    /// # Errors
    ///
    /// When a metric is unknown.
    pub fn monitors(&self) -> Result<MonitorOptions, String> {
        let words = self.monitor.split(',').map(str::trim).filter(|word| !word.is_empty());
        let read = |word: &str| {
            let metrics = Metric::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let names: Vec<String> = metrics.map(|value| value.get_name().to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Metric::from_str(&word.replace('_', "-"), false)
                .map_err(|_| format!("'{word}' is no metric; {}", hint(word, &names)))
        };
        Ok(MonitorOptions {
            monitor: words.map(read).collect::<Result<_, _>>()?,
            monitor_every: self.monitor_every.max(1),
            monitor_start: self.monitor_start,
            monitor_layers: self.monitor_layers,
        })
    }

    /// What all trainings share: everything but the grids, and where the data lie.
    pub(super) fn shared(&self) -> Self {
        Self { grids: Vec::new(), trainings: 0, data: None, ..self.clone() }
    }

    /// The file that says the same, in one canonical form.
    pub fn to_toml(&self) -> String {
        let mut text =
            String::from("# A sweep of nablab, frozen: the same command goes on with it.\n");
        let mut line = |key: &str, value: Value| text += &format!("{key} = {value}\n");
        if let Some(experiment) = &self.experiment {
            line("experiment", experiment.arguments().into());
        }
        if let Some(data) = &self.data {
            line("data", data.to_string_lossy().as_ref().into());
        }
        if !self.data_id.is_empty() {
            line("data-id", self.data_id.as_str().into());
        }
        let DataOptions {
            validation,
            target_columns,
            label_column,
            data_split,
            transpose,
            scale,
            ..
        } = &self.reading;
        if let Some(validation) = validation {
            line("validation", whole(*validation));
        }
        if !target_columns.is_empty() {
            line("target-columns", target_columns.join(",").into());
        }
        if let Some(column) = label_column {
            line("label-column", column.as_str().into());
        }
        if let Some(split) = data_split {
            line("data-split", split.as_str().into());
        }
        if *transpose {
            line("transpose", true.into());
        }
        if let Some(scale) = scale {
            line("scale", scale.to_string().into());
        }
        if !self.monitor.is_empty() {
            line("monitor", self.monitor.as_str().into());
        }
        if self.monitor_every > 1 {
            line("monitor-every", whole(self.monitor_every));
        }
        if self.monitor_start {
            line("monitor-start", true.into());
        }
        if self.monitor_layers {
            line("monitor-layers", true.into());
        }
        if let Some(halving) = self.halving {
            line("halving", whole(halving));
        }
        if let Some(until) = &self.until {
            line("until", until.goal.as_str().into());
            line("until-seeds", until.first.as_str().into());
            line("max-seeds", until.most.to_string().into());
            if !until.baseline.is_empty() {
                line("baseline", until.baseline.as_str().into());
            }
        }
        if self.trainings > 0 {
            line("trainings", whole(self.trainings));
        }
        for grid in &self.grids {
            text += &format!("\n[[grid]]\n{}", grid_text(grid));
        }
        text
    }

    /// Makes sure that the file of the sweep will be read as what it is: whatever cannot be frozen is
    /// refused before anything is trained.
    ///
    /// # Errors
    ///
    /// With what cannot be written.
    pub fn check(&self) -> Result<(), String> {
        if let Some(data) = self.data.as_ref().filter(|data| data.to_str().is_none()) {
            return Err(format!(
                "data: {} is no UTF-8 text, which {SPEC_FILE} needs; rename the directory or link to it",
                data.display()
            ));
        }
        let back = Self::parse(&self.to_toml()).map_err(|problem| match problem {
            Problem::Toml(_, problem) => problem,
            Problem::Key(key, problem) => format!("{key}: {problem}"),
        })?;
        match back == *self {
            true => Ok(()),
            false => Err(format!(
                "what cannot be kept in {SPEC_FILE}: {}",
                self.differences(&back).join("; ")
            )),
        }
    }

    /// What differs between two sweeps, key by key: `eta: 0.1,0.2 → 0.1,0.3`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let lines = |spec: &Self| -> Vec<(String, String)> {
            let text = Self { trainings: 0, ..spec.clone() }.to_toml();
            let mut grid = 0;
            let mut lines = Vec::new();
            for line in text.lines() {
                grid += usize::from(line == "[[grid]]");
                if let Some((key, value)) = line.split_once(" = ") {
                    let of =
                        if spec.grids.len() > 1 { format!(" of grid {grid}") } else { "".into() };
                    lines.push((format!("{key}{of}"), value.replace('"', "")));
                }
            }
            lines
        };
        let (ours, theirs) = (lines(self), lines(other));
        let of = |lines: &[(String, String)], key: &str| {
            let line = lines.iter().find(|(other, _)| other == key);
            line.map_or("not set".to_string(), |(_, value)| value.clone())
        };
        let mut keys: Vec<&String> = ours.iter().chain(&theirs).map(|(key, _)| key).collect();
        keys.sort();
        keys.dedup();
        let changed = keys.into_iter().filter(|key| of(&ours, key) != of(&theirs, key));
        changed.map(|key| format!("{key}: {} → {}", of(&ours, key), of(&theirs, key))).collect()
    }
}

/// A fingerprint of a data set, from the SHA-256 of its files.
pub fn data_id(sha256: &[impl AsRef<str>; 4]) -> String {
    let all = sha256.each_ref().map(AsRef::as_ref).join("\n");
    format!("{:016x}", xxh3_64(all.as_bytes()))
}

/// A number that stands for all that a sweep is asked to do: 16 hexadecimal digits.
pub fn fingerprint(spec: &SweepSpec) -> String {
    let spec = SweepSpec { data: None, trainings: 0, ..spec.clone() };
    format!("{:016x}", xxh3_64(spec.to_toml().as_bytes()))
}

/// The number of epochs from one look at a training to the next in the one form in which it is compared:
/// 0 for 1, which is the default.
pub fn every(epochs: usize) -> usize {
    if epochs == 1 { 0 } else { epochs }
}

/// The keys of one grid.
fn grid_text(grid: &GridText) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: Value| text += &format!("{key} = {value}\n");
    for (name, values) in grid.axes.iter().filter(|(name, _)| *name != "seed") {
        line(name, values.as_str().into());
    }
    if let Some(seeds) = grid.axes.get("seed") {
        line("seed", seeds.as_str().into());
    }
    for (key, list) in [("zip", &grid.zip), ("when", &grid.when)] {
        if !list.is_empty() {
            line(key, list.clone().into());
        }
    }
    if let Some(trials) = grid.trials {
        line("trials", whole(trials));
        line("sweep-seed", grid.sweep_seed.to_string().into());
    }
    text
}

enum Problem {
    /// A line, and what is wrong there.
    Toml(usize, String),
    /// A key, and what is wrong with it.
    Key(String, String),
}

fn wrong(key: &str, problem: impl Into<String>) -> Problem {
    Problem::Key(key.into(), problem.into())
}

/// Sets one key of a grid.
fn set(grid: &mut GridText, key: &str, value: &Value) -> Result<(), Problem> {
    match key.replace('_', "-").as_str() {
        "seeds" => {
            let list = seeds(&text_of(key, value)?).map_err(|problem| wrong(key, problem))?;
            grid.axes.insert("seed".into(), seed_text(&list));
        }
        "zip" => grid.zip = list_of(key, value)?,
        "when" => grid.when = list_of(key, value)?,
        "trials" => grid.trials = Some(count_of(key, value)?),
        "sweep-seed" => {
            let seed = text_of(key, value)?.parse();
            grid.sweep_seed = seed.map_err(|_| wrong(key, "expected a number, 0 or above"))?;
        }
        _ => {
            let Ok(setting) = setting(key) else {
                let names = options().map(|setting| setting.name);
                let names: Vec<&str> = names.chain(GRID_KEYS).chain(FILE_KEYS).collect();
                return Err(wrong(key, format!("unknown key; {}", hint(key, &names))));
            };
            grid.axes.insert(setting.name.into(), text_of(key, value)?);
        }
    }
    Ok(())
}

/// The list of seeds as the values of an axis: short where they follow each other.
pub fn seed_text(seeds: &[u64]) -> String {
    let (first, last) = (seeds.first().copied(), seeds.last().copied());
    match (first, last) {
        (Some(first), Some(last))
            if seeds.len() > 2 && seeds.windows(2).all(|pair| pair[1] == pair[0] + 1) =>
        {
            format!("{first}..{last}")
        }
        _ => seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(","),
    }
}

/// A value as it would stand on the command line.
fn text_of(key: &str, value: &Value) -> Result<String, Problem> {
    Ok(match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => decimal(*number),
        Value::Boolean(value) => value.to_string(),
        Value::Array(values) => {
            let values = values.iter().map(|value| match value {
                Value::Array(_) => Err(wrong(key, "expected a list of plain values")),
                value => text_of(key, value),
            });
            values.collect::<Result<Vec<_>, _>>()?.join(",")
        }
        Value::Table(_) | Value::Datetime(_) => {
            return Err(wrong(key, "expected a text, a number or a list of them"));
        }
    })
}

fn list_of(key: &str, value: &Value) -> Result<Vec<String>, Problem> {
    match value {
        Value::Array(values) => values.iter().map(|value| text_of(key, value)).collect(),
        value => Ok(vec![text_of(key, value)?]),
    }
}

/// A whole number; as text where TOML has none so large.
fn whole(number: usize) -> Value {
    i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::from)
}

fn number_of(key: &str, value: &Value) -> Result<usize, Problem> {
    let number = text_of(key, value)?.parse();
    number.map_err(|_| wrong(key, "expected a whole number, 0 or above"))
}

fn flag_of(key: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| wrong(key, "expected true or false"))
}

fn count_of(key: &str, value: &Value) -> Result<usize, Problem> {
    let count = text_of(key, value)?.parse().ok().filter(|&count: &usize| count > 0);
    count.ok_or_else(|| wrong(key, "expected a whole number, 1 or above"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        monitor = ["test-accuracy", "test_cost"]
        epochs = 5
        seeds = "1..5"
        eta = "log:0.01..10:7"

        [[grid]]
        batch_size = [1, 10]
        activation = ["sigmoid", "relu"]

        [[grid]]
        optimizer = ["sgd", "adam"]
        momentum = [0, 0.9]
        when = "momentum:optimiser=sgd"
        eta = [0.10, 0.5]
        seeds = [7, 3]
    "#;

    fn parse(text: &str) -> Result<SweepSpec, String> {
        SweepSpec::parse(text).map_err(|problem| match problem {
            Problem::Toml(line, problem) => format!("line {line}: {problem}"),
            Problem::Key(key, problem) => format!("{key}: {problem}"),
        })
    }

    #[test]
    fn a_file_says_what_the_command_line_says() {
        let spec = parse(FILE).unwrap();
        assert_eq!(spec.monitors().unwrap().monitor, [Metric::TestAccuracy, Metric::TestCost]);
        let [first, second] = &spec.grids[..] else { panic!("{spec:?}") };
        assert_eq!(first.axes["eta"], "log:0.01..10:7");
        assert_eq!(first.axes["seed"], "1..5");
        assert_eq!(first.axes["batch-size"], "1,10");
        assert_eq!(second.axes["eta"], "0.1,0.5");
        assert_eq!(second.axes["seed"], "7,3");
        assert_eq!(second.axes["optimiser"], "sgd,adam");
        assert_eq!(second.when, ["momentum:optimiser=sgd"]);
        assert_eq!(second.axes["epochs"], "5");
    }

    #[test]
    fn the_frozen_form_reads_back() {
        let mut spec = parse(FILE).unwrap();
        spec.grids[0].trials = Some(3);
        spec.grids[0].sweep_seed = u64::MAX;
        spec.grids[0].zip = vec!["eta,lambda".into()];
        spec.halving = Some(3);
        spec.experiment = Some(Reproduced::new("ch3-init-30 --exact"));
        spec.data = Some("a \"b\"".into());
        spec.monitor_layers = true;
        spec.monitor_start = true;
        spec.monitor_every = 2;
        assert_eq!(parse(&spec.to_toml()).unwrap(), spec);
        // The ends of what the command line takes.
        for number in [0, 1, 1 << 62, 1 << 63, usize::MAX] {
            spec.reading.validation = Some(number);
            let counts = number.max(1);
            (spec.halving, spec.trainings) = (Some(counts), counts);
            spec.monitor_every = every(counts);
            spec.grids[0].trials = Some(counts);
            spec.check().unwrap();
            assert_eq!(parse(&spec.to_toml()).unwrap(), spec);
        }
        let odd = ["a\nb", "#", "\u{1b}[0m", "'", "\"\"\"", "é"];
        for text in odd {
            spec.data = Some(text.into());
            spec.monitor = text.into();
            spec.grids[0].axes.insert("eta".into(), text.into());
            spec.grids[0].zip = vec![text.into()];
            spec.check().unwrap();
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_cannot_be_frozen_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let mut spec = parse(FILE).unwrap();
        spec.data = Some(std::ffi::OsStr::from_bytes(b"caf\xe9").into());
        assert!(spec.check().unwrap_err().contains("UTF-8"));
        spec.data = None;
        spec.grids[0].axes.insert("etta".into(), "1".into());
        assert!(spec.check().unwrap_err().contains("etta"));
    }

    #[test]
    fn differences_name_key_and_values() {
        let spec = parse("eta = [0.1, 0.2]\nepochs = 5").unwrap();
        let other = parse("eta = [0.1, 0.3]\nepochs = 5\nlambda = 1").unwrap();
        let expected = ["eta: 0.1,0.2 → 0.1,0.3", "lambda: not set → 1"];
        assert_eq!(spec.differences(&other), expected);
        assert_eq!(spec.differences(&spec), [""; 0]);
    }

    #[test]
    fn nonsense_is_refused_by_key() {
        for (text, words) in [
            ("etta = 1", "etta: unknown key; did you mean 'eta'?"),
            ("seedss = 1", "did you mean 'seeds'?"),
            ("eta = 1\neta = 2", "line 2: duplicate key"),
            ("eta =", "line 1"),
            ("eta = {a = 1}", "expected a text"),
            ("eta = [[1]]", "plain values"),
            ("seeds = 'many'", "a range (1..10)"),
            ("trials = 0", "1 or above"),
            ("halving = 'x'", "1 or above"),
            ("monitor-layers = 'yes'", "true or false"),
            ("grid = 1", "[[grid]]"),
            ("grid = []", "[[grid]], once or more"),
            ("validation = -1", "0 or above"),
            ("[[grid]]\njunk = 1", "junk: unknown key"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(words) && !error.contains('\n'), "{text}: {error}");
        }
        let error = parse("monitor = 'test-acuracy'").unwrap().monitors().unwrap_err();
        assert!(error.contains("did you mean 'test-accuracy'?"), "{error}");
    }
}
