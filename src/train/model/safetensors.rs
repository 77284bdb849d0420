//! Tensors by name, for PyTorch: what `torch.nn.Sequential(Linear, activation, Linear, …)` calls its
//! parameters. Our functions stand in the metadata, as one JSON text, so that the same network always
//! makes the same bytes.

use super::parameters::{Functions, Parameters};
use crate::train::Precision;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::HashMap;

/// The key of the metadata.
const KEY: &str = "nablab";

/// The names of the weights and biases of layer `l`: the activations in between are counted too.
fn names(l: usize) -> [String; 2] {
    ["weight", "bias"].map(|name| format!("{}.{name}", 2 * l))
}

pub(super) fn write(parameters: &Parameters) -> Vec<u8> {
    let precision = parameters.functions.precision;
    let bytes = |numbers: &[f64]| -> Vec<u8> {
        match precision {
            Precision::F32 => numbers.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect(),
            Precision::F64 => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    };
    let mut tensors = Vec::new();
    for (l, pair) in parameters.sizes.windows(2).enumerate() {
        let [weight, bias] = names(l);
        tensors.push((weight, vec![pair[1], pair[0]], bytes(&parameters.weights[l])));
        tensors.push((bias, vec![pair[1]], bytes(&parameters.biases[l])));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(dtype(precision), shape.clone(), bytes);
        (name, view.expect("as many bytes as the shape says"))
    });
    let functions = serde_json::to_string(&parameters.functions).expect("text and finite numbers");
    let metadata = HashMap::from([(KEY.to_string(), functions)]);
    serialize(views, Some(metadata)).expect("a header of a few kilobytes")
}

fn dtype(precision: Precision) -> Dtype {
    match precision {
        Precision::F32 => Dtype::F32,
        Precision::F64 => Dtype::F64,
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Parameters, String> {
    let broken = |error| format!("not a safetensors file: {error}");
    let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let functions = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
    let functions = functions.ok_or_else(|| {
        format!("no metadata '{KEY}', which says what the activations, outputs and cost are")
    })?;
    let functions: Functions =
        serde_json::from_str(functions).map_err(|error| format!("metadata '{KEY}': {error}"))?;

    let (mut sizes, mut weights, mut biases) = (Vec::new(), Vec::new(), Vec::new());
    for l in 0..tensors.len().div_ceil(2) {
        let tensor = |name: &String| {
            let tensor = tensors.tensor(name);
            let tensor = tensor.map_err(|_| format!("no tensor '{name}'; expected one a layer"))?;
            if tensor.dtype() != dtype(functions.precision) {
                let (found, expected) = (tensor.dtype(), dtype(functions.precision));
                return Err(format!("tensor '{name}' is {found:?}; expected {expected:?}"));
            }
            Ok(tensor)
        };
        let [weight, bias] = names(l);
        let (w, b) = (tensor(&weight)?, tensor(&bias)?);
        let &[n_out, n_in] = w.shape() else {
            return Err(format!("tensor '{weight}' has the shape {:?}; expected two", w.shape()));
        };
        if sizes.last().is_some_and(|&before| before != n_in) || b.shape() != [n_out] {
            return Err(format!(
                "tensors '{weight}' {:?} and '{bias}' {:?} do not fit what comes before",
                w.shape(),
                b.shape()
            ));
        }
        if sizes.is_empty() {
            sizes.push(n_in);
        }
        sizes.push(n_out);
        weights.push(numbers(w.data(), functions.precision));
        biases.push(numbers(b.data(), functions.precision));
    }
    Ok(Parameters { sizes, weights, biases, functions })
}

fn numbers(bytes: &[u8], precision: Precision) -> Vec<f64> {
    match precision {
        Precision::F32 => {
            bytes.as_chunks().0.iter().map(|&x| f32::from_le_bytes(x).into()).collect()
        }
        Precision::F64 => bytes.as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)).collect(),
    }
}
