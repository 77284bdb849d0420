//! What a trained network does to the images that it was trained on.

use super::layers::{MEASURED_IMAGES, measure_layers};
use super::{LayerRecord, Model, TrainingSpec, assess};
use crate::data::{Dataset, NumberRows, Split};
use crate::nn::{Network, Targets};
use crate::simd::{Real, SimdLevel};

/// A network held against the first 1,000 training images, undistorted: what it answers, and the state of its layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    /// What it answers.
    pub answers: Answers,
    /// The state of every layer; empty if a parameter is not a finite number.
    pub layers: Vec<LayerRecord>,
    /// The typical length of the vector of weights that leads into a neuron of each layer, √(Σ w² / n_out).
    pub incoming: Vec<f64>,
}

/// What a network answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    /// Classes.
    Classes {
        /// For every class the number of images that are of it.
        labels: Vec<usize>,
        /// For every answer there can be the number of images that get it.
        predicted: Vec<usize>,
        /// For every answer what it is called.
        names: Vec<String>,
        /// The number of images that get the right answer.
        correct: usize,
    },
    /// Numbers.
    Numbers {
        /// The coefficient of determination R² over the rows and all targets; NaN if there is nothing to explain.
        r2: f64,
    },
}

/// Examines a network that was trained as `spec` says on `data`.
///
/// # Panics
///
/// When the specification was not [validated](TrainingSpec::validate), or the network does not fit the data.
pub fn examine(
    model: &Model,
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
) -> Examination {
    let few = spec.train_size.unwrap_or(usize::MAX).min(MEASURED_IMAGES);
    // Distorted images would take long to make, and tell no more.
    let spec = TrainingSpec { train_size: Some(few), expansion: None, ..spec.clone() };
    let data = spec.select(data);
    let training = &data.training;
    let answers = match model.architecture().targets {
        Targets::Numbers => Answers::Numbers { r2: r2(model, training, level) },
        Targets::OneHot | Targets::Binary => classes(model, &data, level),
    };
    let (layers, incoming) = match model {
        Model::F32(network) => state(network, training, level),
        Model::F64(network) => state(network, training, level),
    };
    Examination { answers, layers, incoming }
}

fn classes(model: &Model, data: &Dataset, level: SimdLevel) -> Answers {
    let (training, classes) = (&*data.training, data.classes);
    let assessment = assess(model, training, level);
    let (mut labels, mut predicted) = (vec![0; classes], vec![0; assessment.classes]);
    for image in &assessment.images {
        labels[image.label] += 1;
        predicted[image.predicted] += 1;
    }
    let name = |class| data.class_name(class);
    let names = (0..assessment.classes).map(name).collect();
    Answers::Classes { labels, predicted, names, correct: assessment.correct() }
}

fn r2(model: &Model, training: &Split, level: SimdLevel) -> f64 {
    let variation = training.numbers.as_ref().map_or(f64::NAN, NumberRows::variation);
    1.0 - model.evaluate(training, level).squared_error / variation
}

fn state<T: Real>(
    network: &Network<T>,
    training: &Split,
    level: SimdLevel,
) -> (Vec<LayerRecord>, Vec<f64>) {
    if !network.is_finite() {
        return (Vec::new(), Vec::new());
    }
    let layers = measure_layers(level.arch(), network, training, 0, None);
    let neurons = network.layers().iter().map(|layer| layer.n_out() as f64);
    let incoming = layers.iter().zip(neurons).map(|(layer, n)| layer.weights / n.sqrt());
    let incoming = incoming.collect();
    (layers, incoming)
}
