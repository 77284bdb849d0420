//! The format of the book's network2: `sizes`, `weights[l][j][k]`, `biases[l][j][0]` and the name of
//! the cost. What else we know stands under a key of our own, which network2 does not look at.

use super::LearntFrom;
use super::lists::{List, Matrix, MatrixSeed};
use super::parameters::{Functions, MOST, MOST_LAYERS, Parameters};
use crate::input::printable;
use crate::nn::{Activation, Cost, Targets};
use crate::train::Precision;
use serde::Serialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

#[derive(Serialize)]
struct File {
    sizes: Vec<usize>,
    weights: Vec<Vec<Vec<f64>>>,
    biases: Vec<Vec<[f64; 1]>>,
    cost: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nablab: Option<Functions>,
}

/// The names that network2 has, and one more.
const COSTS: [(&str, Cost); 3] = [
    ("QuadraticCost", Cost::Quadratic),
    ("CrossEntropyCost", Cost::CrossEntropy),
    ("LogLikelihoodCost", Cost::LogLikelihood),
];

/// The file of a network of dense layers.
pub(super) fn write(parameters: &Parameters) -> Vec<u8> {
    let sizes = parameters.architecture.sizes();
    let layers = parameters.weights.iter().zip(&sizes);
    let weights = layers.map(|(w, &n_in)| w.chunks_exact(n_in).map(<[f64]>::to_vec).collect());
    let biases = parameters.biases.iter().map(|b| b.iter().map(|&b| [b]).collect());
    let cost = COSTS.iter().find(|(_, cost)| *cost == parameters.architecture.cost);
    let file = File {
        weights: weights.collect(),
        biases: biases.collect(),
        cost: cost.map_or_else(String::new, |(name, _)| (*name).into()),
        nablab: Some(parameters.functions()),
        sizes,
    };
    let mut bytes = serde_json::to_vec(&file).expect("text and finite numbers");
    bytes.push(b'\n');
    bytes
}

/// What a file holds.
struct Contents {
    sizes: Vec<usize>,
    weights: Vec<Matrix>,
    biases: Vec<Matrix>,
    cost: String,
    nablab: Option<Functions>,
}

/// Reads the keys in any order, and none twice.
struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Contents;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with sizes, weights, biases and cost")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Contents, A::Error> {
        let left = Cell::new(MOST);
        let layers = List { item: MatrixSeed { left: &left }, most: MOST_LAYERS };
        let (mut sizes, mut weights, mut biases) = (None, None, None);
        let (mut cost, mut nablab) = (None, None);
        let new = |missing: bool, key| match missing {
            true => Ok(()),
            false => Err(A::Error::duplicate_field(key)),
        };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "sizes" => {
                    new(sizes.is_none(), "sizes")?;
                    let list = List { item: PhantomData::<usize>, most: MOST_LAYERS };
                    sizes = Some(map.next_value_seed(list)?);
                }
                "weights" => {
                    new(weights.is_none(), "weights")?;
                    weights = Some(map.next_value_seed(layers)?);
                }
                "biases" => {
                    new(biases.is_none(), "biases")?;
                    biases = Some(map.next_value_seed(layers)?);
                }
                "cost" => {
                    new(cost.is_none(), "cost")?;
                    cost = Some(map.next_value()?);
                }
                "nablab" => {
                    new(nablab.is_none(), "nablab")?;
                    nablab = Some(map.next_value()?);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let missing = A::Error::missing_field;
        Ok(Contents {
            sizes: sizes.ok_or_else(|| missing("sizes"))?,
            weights: weights.ok_or_else(|| missing("weights"))?,
            biases: biases.ok_or_else(|| missing("biases"))?,
            cost: cost.ok_or_else(|| missing("cost"))?,
            nablab,
        })
    }
}

fn parse(source: impl Read) -> serde_json::Result<Contents> {
    let mut json = serde_json::Deserializer::from_reader(source);
    let contents = json.deserialize_map(Keys)?;
    // Also reads the file to its end.
    json.end()?;
    Ok(contents)
}

/// Why it is no network, in words that a user can act on.
fn problem(error: &serde_json::Error) -> String {
    if error.is_io() {
        return format!("cannot be read: {error}");
    }
    let text = error.to_string();
    let hint = match text.starts_with("expected value") || text.starts_with("invalid number") {
        true => " (JSON has no NaN and no Infinity, as Python writes a network that has diverged)",
        false => "",
    };
    format!("not a network in the book's JSON: {}{hint}", printable(&text))
}

pub(super) fn read(source: impl Read) -> Result<Parameters, String> {
    let file = parse(source).map_err(|error| problem(&error))?;
    super::parameters::check_sizes(&file.sizes)?;
    let Some((_, cost)) = COSTS.iter().find(|(name, _)| *name == file.cost) else {
        let names = COSTS.map(|(name, _)| name).join(", ");
        return Err(format!("cost '{}': expected one of {names}", printable(&file.cost)));
    };
    // Rows of another length would be read as other weights.
    let layers = file.weights.iter().zip(&file.biases).zip(&file.sizes);
    for (l, ((weights, biases), n_in)) in layers.enumerate() {
        if weights.width != *n_in || biases.width != 1 {
            return Err(format!(
                "a neuron of layer {l} has {} weights and {} biases; expected {n_in} and 1",
                weights.width, biases.width
            ));
        }
    }
    let hidden = file.sizes.len() - 2;
    // A file of network2 itself: sigmoid neurons everywhere.
    let functions = file.nablab.unwrap_or_else(|| Functions {
        activation: vec![Activation::Sigmoid; hidden],
        output: cost.output(),
        cost: *cost,
        dropout: vec![0.0; hidden],
        precision: Precision::F64,
        targets: Targets::OneHot,
        layers: None,
        training: None,
        learnt_from: LearntFrom::default(),
    });
    if functions.layers.is_some() {
        return Err("layers of other kinds than dense; expected them in a .safetensors file".into());
    }
    if functions.cost != *cost {
        return Err(format!(
            "two costs, {} and {}; expected the same",
            printable(&file.cost),
            functions.cost.name()
        ));
    }
    Ok(Parameters {
        architecture: functions.dense(&file.sizes)?,
        precision: functions.precision,
        weights: file.weights.into_iter().map(|matrix| matrix.numbers).collect(),
        biases: file.biases.into_iter().map(|matrix| matrix.numbers).collect(),
        training: functions.training,
        learnt_from: functions.learnt_from,
    })
}
