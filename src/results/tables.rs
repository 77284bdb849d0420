//! The CSV files of a result: `trials.csv`, a row a trial; `epochs.csv`, a row a trial and monitored
//! epoch; and, where layers were measured, `layers.csv`, a row a trial, monitored epoch and layer.
//!
//! The columns are fixed, `trial_id` first and seconds last; the rows are in the order of the
//! trials. A metric that was not monitored is an empty cell. Numbers are in their shortest exact
//! form, NaN spelled out.

use super::{PROVENANCE_FILE, Provenance, Trial, TrialResult};
use crate::files::{AtomicFile, WriteError, commit_together};
use crate::train::settings::{SETTINGS, cells, exact};
use crate::train::{LAGS, Metric, Status};
use std::path::{Path, PathBuf};

/// The columns that hold the configuration of a trial, in all files, after `trial_id`: the data and
/// every [setting](SETTINGS).
pub fn config_columns() -> impl Iterator<Item = &'static str> {
    ["data"].into_iter().chain(SETTINGS.iter().map(|setting| setting.column))
}

/// The values of [`config_columns`]; empty for what is not set.
fn config_values(trial: &Trial) -> Vec<String> {
    [trial.data.clone()].into_iter().chain(cells(&trial.spec, exact)).collect()
}

/// The length of the row of a trial without its metrics.
pub(crate) fn row_bytes(trial: &Trial) -> usize {
    let config = config_values(trial);
    trial.id.len() + config.iter().map(|value| value.len() + 1).sum::<usize>()
}

/// The CSV files of a directory of results, written result by result. They replace those of before
/// all together, when they are complete.
#[derive(Debug)]
pub struct ResultFiles {
    directory: PathBuf,
    trials: Table,
    epochs: Table,
    layers: Table,
    any_layers: bool,
    /// Those of the data, which have columns.
    metrics: &'static [Metric],
}

impl ResultFiles {
    /// The names of the files.
    pub const NAMES: [&str; 3] = ["trials.csv", "epochs.csv", "layers.csv"];

    /// Begins the files of a directory, with columns for `metrics`: those [of](Metric::of) the data.
    ///
    /// # Errors
    ///
    /// When it cannot be written to.
    pub fn create(directory: &Path, metrics: &'static [Metric]) -> Result<Self, WriteError> {
        let [trials, epochs, layers] = Self::NAMES;
        let names = || metrics.iter().map(|metric| metric.column());
        let of_trial = names()
            .flat_map(|m| [format!("last_{m}"), format!("best_{m}"), format!("best_{m}_epoch")]);
        let of_trial = ["status", "diverged_at_epoch", "epochs_trained"]
            .map(String::from)
            .into_iter()
            .chain(of_trial)
            .chain(["seconds".into()]);
        let of_epoch = ["epoch"].into_iter().chain(names()).chain([ETA_IN_FORCE, "seconds"]);
        let of_epoch = of_epoch.map(String::from);
        Ok(Self {
            directory: directory.into(),
            trials: Table::create(&directory.join(trials), of_trial)?,
            epochs: Table::create(&directory.join(epochs), of_epoch)?,
            layers: Table::create(
                &directory.join(layers),
                LAYER_COLUMNS.map(String::from).into_iter().chain(lag_columns()),
            )?,
            any_layers: false,
            metrics,
        })
    }

    /// Adds a trial: id, configuration, status, number of epochs trained, and for each metric its
    /// last value, its best value and the epoch of the best; for each of its epochs the metrics; and
    /// for each of its layers what was measured of it.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example.
    pub fn push(&mut self, result: &TrialResult) -> Result<(), WriteError> {
        let TrialResult { trial, history } = result;
        let config = config_values(trial);
        let diverged = match history.status {
            Status::Diverged { epoch } => epoch.to_string(),
            _ => String::new(),
        };
        let mut row = vec![history.status.name().into(), diverged, history.trained.to_string()];
        for &metric in self.metrics {
            let best = history.best(metric);
            row.push(cell(history.last(metric)));
            row.push(cell(best.map(|(_, value)| value)));
            row.push(best.map_or(String::new(), |(epoch, _)| epoch.to_string()));
        }
        row.push(seconds(history.seconds));
        self.trials.row(&trial.id, &config, &row)?;

        if let Some(metrics) = &history.start {
            let mut row = vec![START.to_string()];
            row.extend(self.metrics.iter().map(|&metric| cell(metrics[metric])));
            row.extend([String::new(), seconds(0.0)]);
            self.epochs.row(&trial.id, &config, &row)?;
        }
        let rates = history.learning_rates(&trial.spec);
        for (record, eta) in history.epochs.iter().zip(rates) {
            let mut row = vec![record.epoch.to_string()];
            row.extend(self.metrics.iter().map(|&metric| cell(record.metrics[metric])));
            row.push(exact(eta));
            row.push(seconds(record.seconds));
            self.epochs.row(&trial.id, &config, &row)?;
        }

        for record in &history.layers {
            self.any_layers = true;
            let mut row = vec![record.epochs_trained.to_string(), record.layer.to_string()];
            row.extend([record.bias_gradient, record.weight_gradient, record.weights].map(exact));
            row.extend([record.saturated, record.dead, record.update].map(cell));
            row.extend(record.lags.map(cell));
            self.layers.row(&trial.id, &config, &row)?;
        }
        Ok(())
    }

    /// Puts the files in their places, `trials.csv` last. `layers.csv` is only there if layers were
    /// measured.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example.
    pub fn commit(self) -> Result<(), WriteError> {
        self.finish()?.commit_with([])
    }

    /// The files with all their rows, which have not taken their places yet.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example.
    pub fn finish(self) -> Result<FinishedFiles, WriteError> {
        let Self { directory, trials, epochs, layers, any_layers, .. } = self;
        let layers = if any_layers { Some(layers.finish()?) } else { None };
        let old_layers = directory.join(Self::NAMES[2]);
        let stale = (layers.is_none() && old_layers.exists()).then_some(old_layers);
        Ok(FinishedFiles { layers, epochs: epochs.finish()?, trials: trials.finish()?, stale })
    }

    /// Writes the files of some results and their provenance, all together.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example: then none is replaced.
    pub fn write(
        directory: &Path,
        metrics: &'static [Metric],
        results: &[TrialResult],
        provenance: &Provenance,
    ) -> Result<(), WriteError> {
        let mut files = Self::create(directory, metrics)?;
        for result in results {
            files.push(result)?;
        }
        files.finish()?.commit_with([provenance.file(&directory.join(PROVENANCE_FILE))?])
    }
}

/// The files of a directory of results, complete, before they take their places.
#[derive(Debug)]
pub struct FinishedFiles {
    layers: Option<AtomicFile>,
    epochs: AtomicFile,
    trials: AtomicFile,
    /// A file of the results that these replace, which these do not have.
    stale: Option<PathBuf>,
}

impl FinishedFiles {
    /// Where the rows of the epochs stand for now: what is made from them can take its place together
    /// with them.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example.
    pub fn unfinished_epochs(&mut self) -> Result<PathBuf, WriteError> {
        let path = self.epochs.path().to_path_buf();
        self.epochs.unfinished().map_err(|source| WriteError { path, source })
    }

    /// The same of the rows of the layers; `None` if no layer was measured.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example.
    pub fn unfinished_layers(&mut self) -> Result<Option<PathBuf>, WriteError> {
        let Some(layers) = &mut self.layers else { return Ok(None) };
        let path = layers.path().to_path_buf();
        layers.unfinished().map(Some).map_err(|source| WriteError { path, source })
    }

    /// Puts them in their places together with some more, such as the provenance; of all results
    /// `trials.csv` comes last.
    ///
    /// # Errors
    ///
    /// When the disk is full, for example: then none is replaced.
    pub fn commit_with(self, more: impl IntoIterator<Item = AtomicFile>) -> Result<(), WriteError> {
        let ours = self.layers.into_iter().chain([self.epochs, self.trials]);
        commit_together(more.into_iter().chain(ours))?;
        match self.stale {
            Some(path) => std::fs::remove_file(&path).map_err(|source| WriteError { path, source }),
            None => Ok(()),
        }
    }
}

/// What the column `epoch` of `epochs.csv` says of the metrics before the first epoch.
pub(crate) const START: &str = "-1";

/// The column of `epochs.csv` with the learning rate that the schedule has made of `eta`.
pub(crate) const ETA_IN_FORCE: &str = "eta_in_force";

/// What `layers.csv` has after the configuration.
const LAYER_COLUMNS: [&str; 8] = [
    "epochs_trained",
    "layer",
    "bias_gradient_norm",
    "weight_gradient_norm",
    "weight_norm",
    "saturated",
    "dead",
    "update_ratio",
];

/// The columns of `layers.csv` after those: ‖∂C/∂a‖ of recurrent layers so many steps before the last one.
fn lag_columns() -> impl Iterator<Item = String> {
    LAGS.into_iter().map(|lag| format!("error_norm_lag_{lag}"))
}

fn cell(value: Option<f64>) -> String {
    value.map_or(String::new(), exact)
}

/// Microseconds are as fine as a wall clock deserves.
fn seconds(seconds: f64) -> String {
    format!("{seconds:.6}")
}

/// One of the files.
#[derive(Debug)]
struct Table {
    path: PathBuf,
    writer: csv::Writer<AtomicFile>,
}

impl Table {
    /// Begins a file with its header: the id, the configuration, and more columns.
    fn create(path: &Path, columns: impl IntoIterator<Item = String>) -> Result<Self, WriteError> {
        let writer = csv::Writer::from_writer(AtomicFile::create(path)?);
        let mut table = Self { path: path.into(), writer };
        let columns: Vec<String> = columns.into_iter().collect();
        table.row("trial_id", &config_columns().collect::<Vec<_>>(), &columns)?;
        Ok(table)
    }

    fn row(
        &mut self,
        id: &str,
        config: &[impl AsRef<str>],
        cells: &[String],
    ) -> Result<(), WriteError> {
        let config = config.iter().map(AsRef::as_ref);
        let cells = cells.iter().map(String::as_str);
        let written = self.writer.write_record([id].into_iter().chain(config).chain(cells));
        written.map_err(|error| WriteError { path: self.path.clone(), source: error.into() })
    }

    /// The file with all its rows, which has not taken its place yet.
    fn finish(self) -> Result<AtomicFile, WriteError> {
        let file = self.writer.into_inner();
        file.map_err(|error| WriteError { path: self.path, source: error.into_error() })
    }
}
