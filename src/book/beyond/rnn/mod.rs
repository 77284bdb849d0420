//! Recurrent networks: the book tells of neurons that fire for a while and set off others, of unstable gradients and of LSTM
//! units (chapters 1, 5 and 6), and shows no experiment. What is judged was stated before it was measured.

mod cascade;
mod clipping;
mod digits;
mod memory;
mod vanishing;

pub use cascade::CASCADE;
pub use clipping::CLIPPING;
pub use digits::{DIGITS, DIGITS_PIXELS};
pub use memory::MEMORY;
pub use vanishing::VANISHING;

use crate::book::{Evidence, Finding, Numbers, Rule};
use crate::figure::{LabelAt, Marker, Series};
use crate::nn::{
    Activation, BiasInitialiser, Cost, LayerKind, Output, PerLayer, RecurrentInitialiser,
};
use crate::stats::{confidence_interval, mean};
use crate::train::TrainingSpec;

/// The group of these experiments.
const GROUP: &[&str] = &["recurrent"];

/// The values of all seeds at an x.
fn seeds(numbers: &Numbers, series: &str, x: f64) -> Vec<f64> {
    numbers.series(series).filter(|n| n.x == x).map(|n| n.value).collect()
}

/// Where a series has values, ascending.
fn places(numbers: &Numbers, series: &str) -> Vec<f64> {
    let mut places: Vec<f64> = numbers.series(series).map(|number| number.x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

/// The means of the seeds with their 95 % intervals, of what becomes of the numbers.
fn line(
    numbers: &Numbers,
    (label, series): (&str, &str),
    colour: usize,
    of: fn(f64) -> f64,
) -> Series {
    let mut line = Series {
        label: label.into(),
        label_at: LabelAt::Legend,
        colour,
        marker: Marker::NONE,
        ..Series::default()
    };
    for x in places(numbers, series) {
        let values: Vec<f64> = seeds(numbers, series, x).into_iter().map(of).collect();
        line.points.push((x, mean(&values)));
        if let Some(interval) = confidence_interval(&values, 0.95) {
            line.band.push((x, interval.low, interval.high));
        }
    }
    line
}

/// A statement of our own.
fn ours(arm: &str, quantity: &str, rule: Rule, book: Option<f64>, evidence: Evidence) -> Finding {
    let found = Finding::new(quantity.into(), rule, book, evidence);
    Finding { arm: arm.into(), ours: true, ..found }
}

/// It holds in all cases.
const ALWAYS: Rule = Rule::Share { at_least: 1.0, at_most: 1.0, level: 0.95 };

/// In how many cases something holds.
fn counts(values: &[f64], holds: impl Fn(f64) -> bool) -> Evidence {
    let of = values.len();
    Evidence::Counts { holds: values.iter().filter(|&&value| holds(value)).count(), of }
}

/// A kind of recurrent network.
#[derive(Clone, Copy)]
struct Net {
    /// Its name in figures and tables.
    name: &'static str,
    layer: fn(usize) -> LayerKind,
    activation: Activation,
    init: RecurrentInitialiser,
    /// Of LSTM units.
    forget_bias: f64,
}

const TANH: Net = Net {
    name: "tanh",
    layer: |neurons| LayerKind::Recurrent { neurons },
    activation: Activation::Tanh,
    init: RecurrentInitialiser::Normal,
    forget_bias: 1.0,
};
const ORTHOGONAL: Net =
    Net { name: "tanh from an orthogonal matrix", init: RecurrentInitialiser::Orthogonal, ..TANH };
const IDENTITY: Net = Net {
    name: "ReLU from the identity",
    activation: Activation::Relu,
    init: RecurrentInitialiser::Identity,
    ..TANH
};
const LSTM: Net = Net { name: "LSTM", layer: |units| LayerKind::Lstm { units }, ..ORTHOGONAL };

impl Net {
    /// So many of its neurons or units, with softmax outputs, no biases to begin with but those of forget gates, and
    /// gradients no longer than 1.
    fn spec(&self, units: usize) -> TrainingSpec {
        TrainingSpec {
            hidden: vec![(self.layer)(units)],
            activation: PerLayer::from(self.activation),
            recurrent_init: self.init,
            forget_bias: self.forget_bias,
            bias_init: BiasInitialiser::Zero,
            output: Output::Softmax,
            cost: Cost::LogLikelihood,
            clip_norm: Some(1.0),
            ..TrainingSpec::default()
        }
    }
}
