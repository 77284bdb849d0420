//! The format of the book's network2: `sizes`, `weights[l][j][k]`, `biases[l][j][0]` and the name of
//! the cost. What else we know stands under a key of our own, which network2 does not look at.

use super::parameters::{Functions, Parameters};
use crate::nn::{Activation, Cost};
use crate::train::Precision;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct File {
    sizes: Vec<usize>,
    weights: Vec<Vec<Vec<f64>>>,
    biases: Vec<Vec<[f64; 1]>>,
    cost: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nablab: Option<Functions>,
}

/// The names that network2 has, and one more.
const COSTS: [(&str, Cost); 3] = [
    ("QuadraticCost", Cost::Quadratic),
    ("CrossEntropyCost", Cost::CrossEntropy),
    ("LogLikelihoodCost", Cost::LogLikelihood),
];

pub(super) fn write(parameters: &Parameters) -> Vec<u8> {
    let layers = parameters.weights.iter().zip(&parameters.sizes);
    let weights = layers.map(|(w, &n_in)| w.chunks_exact(n_in).map(<[f64]>::to_vec).collect());
    let biases = parameters.biases.iter().map(|b| b.iter().map(|&b| [b]).collect());
    let cost = COSTS.iter().find(|(_, cost)| *cost == parameters.functions.cost);
    let file = File {
        sizes: parameters.sizes.clone(),
        weights: weights.collect(),
        biases: biases.collect(),
        cost: cost.map_or_else(String::new, |(name, _)| (*name).into()),
        nablab: Some(parameters.functions.clone()),
    };
    let mut bytes = serde_json::to_vec(&file).expect("text and finite numbers");
    bytes.push(b'\n');
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Result<Parameters, String> {
    let file: File = serde_json::from_slice(bytes)
        .map_err(|error| format!("not a network in the book's JSON: {error}"))?;
    super::parameters::check_sizes(&file.sizes)?;
    let Some((_, cost)) = COSTS.iter().find(|(name, _)| *name == file.cost) else {
        let names = COSTS.map(|(name, _)| name).join(", ");
        return Err(format!("cost '{}': expected one of {names}", file.cost));
    };
    // Rows of another length would be read as other weights.
    for (l, (weights, n_in)) in file.weights.iter().zip(&file.sizes).enumerate() {
        if let Some(row) = weights.iter().find(|row| row.len() != *n_in) {
            return Err(format!(
                "a neuron of layer {l} has {} weights; expected {n_in}",
                row.len()
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
    });
    if functions.cost != *cost {
        return Err(format!(
            "two costs, {} and {}; expected the same",
            file.cost,
            functions.cost.name()
        ));
    }
    Ok(Parameters {
        sizes: file.sizes,
        weights: file.weights.into_iter().map(|rows| rows.concat()).collect(),
        biases: file.biases.into_iter().map(|b| b.concat()).collect(),
        functions,
    })
}
