//! The CSV files of a result: `trials.csv`, a row a trial; `epochs.csv`, a row a trial and monitored
//! epoch; and, where layers were measured, `layers.csv`, a row a trial, monitored epoch and layer.
//!
//! The columns are fixed, `trial_id` first and seconds last; the rows are in the order of the
//! trials. A metric that was not monitored is an empty cell. Numbers are in their shortest exact
//! form, NaN spelled out.

use super::{TrialResult, WriteError, write_atomically};
use crate::train::{Metric, Status, TrainingSpec};
use std::path::Path;

/// The columns that hold the configuration of a trial, in both files, after `trial_id`.
pub const CONFIG_COLUMNS: [&str; 27] = [
    "data",
    "classes",
    "train_size",
    "expansion",
    "hidden",
    "activation",
    "dropout",
    "output",
    "cost",
    "init",
    "bias_init",
    "optimiser",
    "eta",
    "schedule",
    "momentum",
    "batch_size",
    "lambda",
    "l1",
    "max_norm",
    "early_stop",
    "epochs",
    "precision",
    "rng",
    "earlier_networks",
    "earlier_epochs",
    "earlier_draws",
    "seed",
];

/// The values of [`CONFIG_COLUMNS`]; empty for what is not set.
pub(super) fn config_values(data: &str, spec: &TrainingSpec) -> [String; CONFIG_COLUMNS.len()] {
    let classes: Vec<String> = spec.classes.iter().map(u8::to_string).collect();
    let count = |n: Option<usize>| n.map_or(String::new(), |n| n.to_string());
    [
        data.into(),
        classes.join("+"),
        count(spec.train_size),
        spec.expansion.map_or(String::new(), |expansion| expansion.to_string()),
        spec.hidden_name(),
        spec.activation.name(|activation| activation.name().into()),
        spec.dropout.name(number),
        spec.output.name().into(),
        spec.cost.name().into(),
        match &spec.start {
            Some(digest) => format!("loaded:{digest}"),
            None => spec.initialiser.name().into(),
        },
        spec.bias_initialiser.name().into(),
        spec.optimiser.name().into(),
        number(spec.eta),
        spec.schedule.to_string(),
        number(spec.momentum),
        spec.batch_size.to_string(),
        number(spec.lambda),
        number(spec.l1),
        cell(spec.max_norm),
        count(spec.early_stop),
        spec.epochs.to_string(),
        spec.precision.name().into(),
        spec.generator.name().into(),
        spec.earlier_networks.to_string(),
        spec.earlier_epochs.to_string(),
        spec.earlier_draws.to_string(),
        spec.seed.to_string(),
    ]
}

/// Writes `trials.csv`: id, configuration, status, number of epochs trained, and for each metric
/// its last value, its best value and the epoch of the best.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_trials(path: &Path, results: &[TrialResult]) -> Result<(), WriteError> {
    let mut header = vec!["trial_id".to_string()];
    header.extend(CONFIG_COLUMNS.map(String::from));
    header.extend(["status", "diverged_at_epoch", "epochs_trained"].map(String::from));
    for metric in Metric::ALL {
        let name = metric.column();
        header.extend([
            format!("last_{name}"),
            format!("best_{name}"),
            format!("best_{name}_epoch"),
        ]);
    }
    header.push("seconds".into());

    let rows = results.iter().map(|TrialResult { trial, history }| {
        let mut row = vec![trial.id.clone()];
        row.extend(config_values(&trial.data, &trial.spec));
        row.push(history.status.name().into());
        row.push(match history.status {
            Status::Diverged { epoch } => epoch.to_string(),
            _ => String::new(),
        });
        row.push(history.trained.to_string());
        for metric in Metric::ALL {
            let best = history.best(metric);
            row.push(cell(history.last(metric)));
            row.push(cell(best.map(|(_, value)| value)));
            row.push(best.map_or(String::new(), |(epoch, _)| epoch.to_string()));
        }
        row.push(seconds(history.seconds));
        row
    });
    write(path, header, rows)
}

/// Writes `epochs.csv`: id, configuration, epoch, the metrics.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_epochs(path: &Path, results: &[TrialResult]) -> Result<(), WriteError> {
    let mut header = vec!["trial_id".to_string()];
    header.extend(CONFIG_COLUMNS.map(String::from));
    header.push("epoch".into());
    header.extend(Metric::ALL.map(|metric| metric.column().into()));
    header.push("seconds".into());

    let rows = results.iter().flat_map(|TrialResult { trial, history }| {
        let config = config_values(&trial.data, &trial.spec);
        history.epochs.iter().map(move |record| {
            let mut row = vec![trial.id.clone()];
            row.extend(config.iter().cloned());
            row.push(record.epoch.to_string());
            row.extend(Metric::ALL.map(|metric| cell(record.metrics[metric])));
            row.push(seconds(record.seconds));
            row
        })
    });
    write(path, header, rows)
}

/// Writes `layers.csv`: id, configuration, epochs trained, layer, and what was measured of it.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_layers(path: &Path, results: &[TrialResult]) -> Result<(), WriteError> {
    let mut header = vec!["trial_id".to_string()];
    header.extend(CONFIG_COLUMNS.map(String::from));
    header.extend(LAYER_COLUMNS.map(String::from));
    let rows = results.iter().flat_map(|TrialResult { trial, history }| {
        let config = config_values(&trial.data, &trial.spec);
        history.layers.iter().map(move |record| {
            let mut row = vec![trial.id.clone()];
            row.extend(config.iter().cloned());
            row.extend([record.epochs_trained.to_string(), record.layer.to_string()]);
            row.extend([record.bias_gradient, record.weight_gradient, record.weights].map(number));
            row.extend([record.saturated, record.dead, record.update].map(cell));
            row
        })
    });
    write(path, header, rows)
}

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

fn cell(value: Option<f64>) -> String {
    value.map_or(String::new(), number)
}

/// The shortest decimal form that reads back to the same bits; very large and very small numbers
/// with an exponent.
fn number(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}

/// Microseconds are as fine as a wall clock deserves.
fn seconds(seconds: f64) -> String {
    format!("{seconds:.6}")
}

fn write(
    path: &Path,
    header: Vec<String>,
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), WriteError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let in_memory = "writing to memory cannot fail, and all rows have the header's length";
    writer.write_record(&header).expect(in_memory);
    for row in rows {
        writer.write_record(&row).expect(in_memory);
    }
    write_atomically(path, &writer.into_inner().expect(in_memory))
}
