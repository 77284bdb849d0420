//! One line of a journal: a JSON object, its last member a checksum of everything before it.

use super::super::Trial;
use super::Known;
use crate::train::settings::told;
use crate::train::{EpochRecord, History, LAGS, LayerRecord, Metric, Metrics, Status};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// The version of the format.
const SCHEMA: u32 = 1;

/// The bytes of the longest line, its end included; what is longer is no line of ours.
pub(super) const MAX_LINE: usize = 1 << 28;

/// How every line begins, whatever its version.
pub(super) const START: &[u8] = b"{\"schema\":";

/// What a line says of a trial.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// It ended, well or by divergence.
    Done(History),
    /// It failed, with a message; it will be tried again.
    Failed(String),
}

#[derive(Serialize, Deserialize)]
struct Line {
    schema: u32,
    id: String,
    /// Only what is not the default; for people, and for other programs.
    config: BTreeMap<String, String>,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The epoch of divergence or early stopping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_epoch: Option<usize>,
    #[serde(default)]
    trained: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept_epoch: Option<usize>,
    #[serde(default)]
    seconds: f64,
    #[serde(default)]
    metrics: Vec<Metric>,
    /// The metrics before the first epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<Vec<Number>>,
    /// Of each monitored epoch: the epoch, the metrics, the seconds.
    #[serde(default)]
    epochs: Vec<(usize, Vec<Number>, f64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    layers: Vec<LayerLine>,
    /// Of each of those what recurrent layers alone have, the norms of the errors by lag, if there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lags: Vec<Vec<Number>>,
}

/// Epochs trained, layer; norms; fractions and ratio.
type LayerLine = (usize, usize, [Number; 3], [Option<Number>; 3]);

/// A number that may be NaN or infinite, which JSON spells as text.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Other(Special),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Special {
    NaN,
    #[serde(rename = "inf")]
    Infinity,
    #[serde(rename = "-inf")]
    MinusInfinity,
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        match value {
            value if value.is_finite() => Self::Finite(value),
            value if value.is_nan() => Self::Other(Special::NaN),
            value if value > 0.0 => Self::Other(Special::Infinity),
            _ => Self::Other(Special::MinusInfinity),
        }
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        match number {
            Number::Finite(value) => value,
            Number::Other(Special::NaN) => f64::NAN,
            Number::Other(Special::Infinity) => f64::INFINITY,
            Number::Other(Special::MinusInfinity) => f64::NEG_INFINITY,
        }
    }
}

/// The line of a trial, with its end of line.
pub(super) fn write(trial: &Trial, entry: &Entry) -> Vec<u8> {
    let mut line = Line {
        schema: SCHEMA,
        id: trial.id.clone(),
        config: told(&trial.spec).map(|(column, value)| (column.to_string(), value)).collect(),
        status: "failed".into(),
        message: None,
        at_epoch: None,
        trained: 0,
        kept_epoch: None,
        seconds: 0.0,
        metrics: Vec::new(),
        start: None,
        epochs: Vec::new(),
        layers: Vec::new(),
        lags: Vec::new(),
    };
    match entry {
        Entry::Failed(message) => line.message = Some(message.clone()),
        Entry::Done(history) => fill(&mut line, history),
    }
    let mut text = serde_json::to_vec(&line).expect("text and finite numbers");
    // The closing brace comes after the checksum.
    text.pop();
    let checksum = xxh3_64(&text);
    text.extend(format!("{CHECKSUM}{checksum:016x}\"}}\n").bytes());
    text
}

fn fill(line: &mut Line, history: &History) {
    line.status = history.status.name().into();
    line.at_epoch = match history.status {
        Status::Diverged { epoch } | Status::EarlyStopped { epoch } => Some(epoch),
        Status::Finished | Status::Stopped => None,
    };
    line.trained = history.trained;
    line.kept_epoch = history.kept_epoch;
    line.seconds = history.seconds;
    let metrics = history.epochs.first().map(|record| record.metrics);
    line.metrics = metrics.iter().flat_map(Metrics::iter).map(|(metric, _)| metric).collect();
    let numbers = |metrics: &Metrics| metrics.iter().map(|(_, value)| value.into()).collect();
    line.start = history.start.as_deref().map(numbers);
    let epoch = |record: &EpochRecord| (record.epoch, numbers(&record.metrics), record.seconds);
    line.epochs = history.epochs.iter().map(epoch).collect();
    let layer = |r: &LayerRecord| {
        let norms = [r.bias_gradient, r.weight_gradient, r.weights].map(Number::from);
        let parts = [r.saturated, r.dead, r.update].map(|part| part.map(Number::from));
        (r.epochs_trained, r.layer, norms, parts)
    };
    line.layers = history.layers.iter().map(layer).collect();
    if history.layers.iter().any(|record| record.lags[0].is_some()) {
        let known =
            |r: &LayerRecord| r.lags.iter().map_while(|&norm| norm.map(Number::from)).collect();
        line.lags = history.layers.iter().map(known).collect();
    }
}

const CHECKSUM: &str = ",\"xxh3\":\"";
/// The checksum with its digits, quote and brace.
const TAIL: usize = CHECKSUM.len() + 16 + 2;

/// The id of a complete, undamaged line, given without its end of line.
pub(super) fn id(line: &[u8]) -> Option<u64> {
    let (body, tail) = line.split_at_checked(line.len().checked_sub(TAIL)?)?;
    let tail = tail.strip_prefix(CHECKSUM.as_bytes())?.strip_suffix(b"\"}")?;
    let checksum = hex(tail)?;
    if checksum != xxh3_64(body) {
        return None;
    }
    let start = format!("{{\"schema\":{SCHEMA},\"id\":\"");
    hex(body.strip_prefix(start.as_bytes())?.get(..16)?)
}

/// What is known of a trial from the status in its undamaged line.
pub(super) fn known(line: &[u8]) -> Known {
    // Text inside the configuration has its quotes escaped.
    let status = line.windows(STATUS.len()).position(|window| window == STATUS);
    let status = status.map_or(&[][..], |place| &line[place + STATUS.len()..]);
    match status {
        status if status.starts_with(b"failed\"") => Known::Failed,
        status if status.starts_with(b"diverged\"") => Known::Diverged,
        _ => Known::Finished,
    }
}

const STATUS: &[u8] = b"\"status\":\"";

/// 16 digits; only the lower-case ones that are written.
fn hex(digits: &[u8]) -> Option<u64> {
    let lower = digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f'));
    let text = std::str::from_utf8(digits).ok().filter(|text| text.len() == 16 && lower)?;
    u64::from_str_radix(text, 16).ok()
}

/// What an undamaged line says. `None` if it says something that no version of this program writes.
pub(super) fn read(line: &[u8]) -> Option<Entry> {
    let line: Line = serde_json::from_slice(line).ok()?;
    if let ("failed", Some(message)) = (line.status.as_str(), &line.message) {
        return Some(Entry::Failed(message.clone()));
    }
    let status = match (line.status.as_str(), line.at_epoch) {
        ("finished", None) => Status::Finished,
        ("diverged", Some(epoch)) => Status::Diverged { epoch },
        ("early-stopped", Some(epoch)) => Status::EarlyStopped { epoch },
        _ => return None,
    };
    let metrics = |values: &[Number]| {
        let mut metrics = Metrics::default();
        for (metric, value) in line.metrics.iter().zip(values) {
            metrics[*metric] = Some((*value).into());
        }
        (values.len() == line.metrics.len()).then_some(metrics)
    };
    let record = |(epoch, values, seconds): (usize, Vec<Number>, f64)| {
        Some(EpochRecord { epoch, metrics: metrics(&values)?, seconds })
    };
    let layer = |(epochs_trained, layer, norms, parts): LayerLine| {
        let [bias_gradient, weight_gradient, weights] = norms.map(f64::from);
        let [saturated, dead, update] = parts.map(|part| part.map(f64::from));
        LayerRecord {
            epochs_trained,
            layer,
            bias_gradient,
            weight_gradient,
            weights,
            saturated,
            dead,
            update,
            lags: [None; LAGS.len()],
        }
    };
    let mut layers: Vec<LayerRecord> = line.layers.into_iter().map(layer).collect();
    for (record, norms) in layers.iter_mut().zip(line.lags) {
        for (lag, norm) in record.lags.iter_mut().zip(norms) {
            *lag = Some(norm.into());
        }
    }
    Some(Entry::Done(History {
        start: match &line.start {
            Some(values) => Some(metrics(values)?.into()),
            None => None,
        },
        epochs: line.epochs.into_iter().map(record).collect::<Option<_>>()?,
        layers,
        trained: line.trained,
        status,
        kept_epoch: line.kept_epoch,
        seconds: line.seconds,
    }))
}

/// The first difference between two results of one trial, in words; `None` if all that is measured
/// has the same bits. Times do not count.
pub fn difference(a: &History, b: &History) -> Option<String> {
    if (a.status, a.trained, a.kept_epoch) != (b.status, b.trained, b.kept_epoch) {
        let of = |h: &History| format!("{} after {} epochs", h.status.name(), h.trained);
        return Some(format!("{} and {}", of(a), of(b)));
    }
    if (a.epochs.len(), a.layers.len()) != (b.epochs.len(), b.layers.len()) {
        return Some("other epochs or layers are recorded".into());
    }
    // The start is no epoch, and compared like one.
    let start = |history: &History| {
        history.start.as_deref().map(|&metrics| EpochRecord { epoch: 0, metrics, seconds: 0.0 })
    };
    let starts = start(a).into_iter().zip(start(b)).collect::<Vec<_>>();
    if a.start.is_some() != b.start.is_some() {
        return Some("one was measured before its first epoch".into());
    }
    let epochs = starts.iter().map(|(x, y)| (x, y)).chain(a.epochs.iter().zip(&b.epochs));
    for (x, y) in epochs {
        for metric in Metric::ALL {
            let bits = |value: Option<f64>| value.map(f64::to_bits);
            let (v, w) = (x.metrics[metric], y.metrics[metric]);
            let both_nan = v.is_some_and(f64::is_nan) && w.is_some_and(f64::is_nan);
            if x.epoch != y.epoch || (bits(v) != bits(w) && !both_nan) {
                let text = |value: Option<f64>| value.map_or("nothing".into(), |v| v.to_string());
                let name = metric.column();
                return Some(format!("{name} {} and {} at epoch {}", text(v), text(w), x.epoch));
            }
        }
    }
    let layers = |h: &History| format!("{:?}", h.layers);
    (layers(a) != layers(b)).then(|| "the layers are measured differently".into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{history, trial};
    use super::*;

    fn round_trip(history: &History) -> History {
        let text = write(&trial(1), &Entry::Done(history.clone()));
        let line = text.strip_suffix(b"\n").unwrap();
        assert_eq!(id(line), Some(u64::from_str_radix(&trial(1).id, 16).unwrap()));
        assert_eq!(known(line), Known::Finished);
        serde_json::from_slice::<serde_json::Value>(line).unwrap();
        match read(line) {
            Some(Entry::Done(read)) => read,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_history_comes_back_bit_for_bit() {
        let mut history = history();
        assert_eq!(round_trip(&history), history);
        history.status = Status::EarlyStopped { epoch: 1 };
        history.kept_epoch = Some(0);
        history.layers = vec![LayerRecord {
            epochs_trained: 1,
            layer: 2,
            bias_gradient: 1e-300,
            weight_gradient: f64::INFINITY,
            weights: 3.0,
            saturated: Some(0.5),
            dead: None,
            update: Some(f64::NEG_INFINITY),
            lags: [None; LAGS.len()],
        }];
        assert_eq!(round_trip(&history), history);
        let mut lags = [Some(0.25); LAGS.len()];
        lags[3..].fill(None);
        history.layers.push(LayerRecord { lags, layer: 1, ..history.layers[0] });
        history.start = Some(history.epochs[1].metrics.into());
        assert_eq!(round_trip(&history), history);
        assert!(difference(&history, &round_trip(&history)).is_none());
        // A NaN is not equal to itself.
        history.epochs[1].metrics[Metric::TestCost] = Some(f64::NAN);
        assert_eq!(format!("{:?}", round_trip(&history)), format!("{history:?}"));
    }

    #[test]
    fn a_failure_keeps_its_message() {
        let entry = Entry::Failed("a \"panic\"\nin two lines".into());
        let text = write(&trial(1), &entry);
        assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 1);
        let line = text.strip_suffix(b"\n").unwrap();
        assert_eq!(known(line), Known::Failed);
        assert_eq!(read(line), Some(entry));
    }

    #[test]
    fn every_damaged_byte_is_noticed() {
        let text = write(&trial(1), &Entry::Done(history()));
        let line = text.strip_suffix(b"\n").unwrap();
        for i in 0..line.len() {
            for bit in 0..8 {
                let mut damaged = line.to_vec();
                damaged[i] ^= 1 << bit;
                assert_eq!(id(&damaged), None, "byte {i} bit {bit}");
            }
            assert_eq!(id(&line[..i]), None, "cut at {i}");
        }
    }

    #[test]
    fn differences_are_told_in_words() {
        let one = history();
        let mut other = history();
        other.seconds = 99.0;
        other.epochs[0].seconds = 99.0;
        assert_eq!(difference(&one, &other), None);
        other.epochs[1].metrics[Metric::TestAccuracy] = Some(0.5);
        let words = difference(&one, &other).unwrap();
        assert_eq!(words, "test_accuracy 0.95 and 0.5 at epoch 1");
        other.status = Status::Diverged { epoch: 1 };
        let words = difference(&one, &other).unwrap();
        assert_eq!(words, "finished after 2 epochs and diverged after 2 epochs");
    }
}
