//! What a training needs to go on as if it had never stopped.

use super::schedule::NoImprovement;
use super::settings::{Draft, all};
use super::{MonitorOptions, Precision, TrainingSpec};
use crate::data::Dataset;
use crate::input::printable;
use crate::nn::{LayerSnapshot, LearnerSnapshot};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A training between two epochs, without its network: which one it is, how far it has come, and what its optimiser, its
/// learning rate and its rule of early stopping remember. The orders of the images that it has seen are not kept but
/// shuffled again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Every setting by its name.
    settings: BTreeMap<String, String>,
    /// [`TrainingSpec::start`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// [`Dataset::sha256`].
    data: [String; 4],
    /// The images of the training and the validation set, which the files do not tell.
    images: [usize; 2],
    /// The epochs trained.
    pub(super) epochs: usize,
    /// The epoch that the network beside it is of, if that is not the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) best_epoch: Option<usize>,
    /// How many words of the stream of dropout have been drawn.
    pub(super) dropout: u64,
    /// What the schedule has divided η by.
    pub(super) divided: f64,
    /// The best validation accuracy that the schedule has seen, if it looks at any, and the epochs since.
    pub(super) plateau: Waiting,
    /// The same of early stopping.
    pub(super) patience: Waiting,
    precision: Precision,
    powers: [f64; 2],
    /// The network's numbers as they are stored; left out where the file's parameters are those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    network: Option<Vec<Packed>>,
    /// What the optimiser remembers of each layer.
    memories: Vec<[Packed; 2]>,
}

/// How long there has been nothing better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    pub(super) best: Option<f64>,
    pub(super) epochs: usize,
}

impl From<&NoImprovement> for Waiting {
    fn from(improvement: &NoImprovement) -> Self {
        Self { best: improvement.best, epochs: improvement.waited }
    }
}

impl From<Waiting> for NoImprovement {
    fn from(waiting: Waiting) -> Self {
        Self { best: waiting.best, waited: waiting.epochs }
    }
}

/// A [`LayerSnapshot`] whose numbers are little-endian bytes in base64, in the precision of the training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    scale: f64,
    weights: String,
    biases: String,
}

impl Packed {
    fn new(snapshot: &LayerSnapshot, precision: Precision) -> Self {
        let packed = |numbers: &[f64]| {
            let bytes: Vec<u8> = match precision {
                Precision::F32 => numbers.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect(),
                Precision::F64 => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
            };
            STANDARD.encode(bytes)
        };
        let LayerSnapshot { scale, weights, biases } = snapshot;
        Self { scale: *scale, weights: packed(weights), biases: packed(biases) }
    }

    fn unpacked(&self, precision: Precision) -> Option<LayerSnapshot> {
        let numbers = |text: &str| -> Option<Vec<f64>> {
            let bytes = STANDARD.decode(text).ok()?;
            let numbers: Vec<f64> = match precision {
                Precision::F32 => {
                    let (words, []) = bytes.as_chunks() else { return None };
                    words.iter().map(|&word| f32::from_le_bytes(word).into()).collect()
                }
                Precision::F64 => {
                    let (words, []) = bytes.as_chunks() else { return None };
                    words.iter().map(|&word| f64::from_le_bytes(word)).collect()
                }
            };
            numbers.iter().all(|x| x.is_finite()).then_some(numbers)
        };
        let is_scale = self.scale.is_finite() && self.scale != 0.0;
        let [weights, biases] = [numbers(&self.weights)?, numbers(&self.biases)?];
        is_scale.then_some(LayerSnapshot { scale: self.scale, weights, biases })
    }
}

/// What is kept of the numbers of a training.
#[derive(Debug)]
pub(super) struct Numbers {
    /// The network, where its parameters do not tell it.
    pub(super) network: Option<Vec<LayerSnapshot>>,
    pub(super) learner: LearnerSnapshot,
}

impl Checkpoint {
    /// A training of `spec` on `data`, before it [selects](TrainingSpec::select) any, after so many epochs.
    pub(super) fn new(
        spec: &TrainingSpec,
        data: &Dataset,
        epochs: usize,
        numbers: &Numbers,
    ) -> Self {
        let precision = spec.precision;
        let Numbers { network, learner } = numbers;
        let pack = |layer: &LayerSnapshot| Packed::new(layer, precision);
        let settings = all(spec).map(|(name, value)| (name.to_string(), value));
        Self {
            settings: settings.collect(),
            start: spec.start.clone(),
            data: data.sha256.clone(),
            images: [data.training.len(), data.validation.len()],
            epochs,
            best_epoch: None,
            dropout: 0,
            divided: 1.0,
            plateau: Waiting::default(),
            patience: Waiting::default(),
            precision,
            powers: learner.powers,
            network: network.as_ref().map(|layers| layers.iter().map(pack).collect()),
            memories: learner.layers.iter().map(|[a, b]| [pack(a), pack(b)]).collect(),
        }
    }

    /// The epochs that were trained.
    pub fn epochs(&self) -> usize {
        self.epochs
    }

    /// The training that it is one of, with so many epochs in all, if that is not the number it began with.
    ///
    /// # Errors
    ///
    /// In one line: the data are others, a setting is unknown to this version, there are not more epochs than were trained, or
    /// the learning rate of each epoch depends on how many there are.
    pub fn spec(
        &self,
        epochs: Option<usize>,
        monitors: &MonitorOptions,
        data: &Dataset,
    ) -> Result<TrainingSpec, String> {
        if self.data != data.sha256 || self.images != [data.training.len(), data.validation.len()] {
            return Err(format!("was trained on other data than {}", data.name));
        }
        let mut draft = Draft::default();
        for (name, value) in &self.settings {
            let set = draft.set(name, value);
            set.map_err(|problem| format!("setting {}: {problem}", printable(name)))?;
        }
        let mut spec = draft.spec(monitors, data);
        spec.start.clone_from(&self.start);
        let epochs = epochs.unwrap_or(spec.epochs);
        if epochs <= self.epochs {
            let epoch = if self.epochs == 1 { "epoch" } else { "epochs" };
            return Err(format!(
                "has trained for {} {epoch}; expected --epochs with more, counted from the start",
                self.epochs
            ));
        }
        if spec.schedule.depends_on_epochs() && epochs != spec.epochs {
            return Err(format!(
                "--schedule {} goes over all epochs, of which there were to be {n}; expected --epochs {n}",
                spec.schedule,
                n = spec.epochs
            ));
        }
        spec.epochs = epochs;
        Ok(spec)
    }

    /// The numbers that were kept, or `None` if they are damaged.
    pub(super) fn numbers(&self) -> Option<Numbers> {
        let unpack = |layer: &Packed| layer.unpacked(self.precision);
        let network = match &self.network {
            Some(layers) => Some(layers.iter().map(unpack).collect::<Option<_>>()?),
            None => None,
        };
        let layers = self.memories.iter().map(|[a, b]| Some([unpack(a)?, unpack(b)?]));
        let learner =
            LearnerSnapshot { powers: self.powers, layers: layers.collect::<Option<_>>()? };
        Some(Numbers { network, learner })
    }
}

#[cfg(test)]
mod tests;
