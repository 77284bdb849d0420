//! Tensors by name, for PyTorch: what `torch.nn.Sequential(Conv2d, MaxPool2d, activation, …, Flatten, Linear,
//! activation, …, Linear)` calls its parameters, without MaxPool2d where nothing is pooled, and without Flatten
//! where nothing is convolved; after `RNN` and `LSTM` (with batch_first) comes a module that keeps their last step. Our functions, convolutions
//! and recurrent layers stand in the metadata, as one JSON text, so that the same network always makes the same bytes.
//!
//! PyTorch has images channel by channel, `[channels][rows][columns]`, where ours have the channels of a pixel
//! together: the weights of a convolution, and of the layer that sees its maps, change their order. Its recurrent layers
//! have the weights from the inputs and from themselves apart, and two biases, whose sum ours have.

use super::parameters::{Functions, MOST, Parameters};
use crate::input::printable;
use crate::nn::{LayerShape, RecurrentShape};
use crate::simd::conv::ConvShape;
use crate::train::{Checkpoint, Precision};
use safetensors::tensor::{Dtype, Metadata, TensorInfo, TensorView, serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

/// The key of the metadata.
const KEY: &str = "nablab";
/// The longest header that the format allows, in bytes; that of 65,536 layers alone has about 8 MiB.
const LONGEST_HEADER: usize = 100_000_000;
/// What is kept of it for all but the training.
const REST: usize = 16 << 20;

/// A layer as PyTorch has it.
struct Module {
    /// Its tensors, by name with their shapes: the weights first, `[n_out, n_in]` or `[maps, channels, kernel, kernel]`, of a
    /// recurrent layer those from the inputs and those from itself, then the biases.
    tensors: Vec<(String, Vec<usize>)>,
    /// The numbers of a pixel of what it sees; 1 if that is no image.
    channels: usize,
    /// How many of the weights into a neuron come from the layer itself.
    from_itself: usize,
}

impl Module {
    fn new(place: usize, shape: Vec<usize>, channels: usize) -> Self {
        let bias = vec![shape[0]];
        let tensors = vec![(format!("{place}.weight"), shape), (format!("{place}.bias"), bias)];
        Self { tensors, channels, from_itself: 0 }
    }

    fn recurrent(place: usize, shape: &RecurrentShape) -> Self {
        let n = shape.weighted_inputs();
        let tensors = [
            ("weight_ih", vec![n, shape.inputs]),
            ("weight_hh", vec![n, shape.neurons]),
            ("bias_ih", vec![n]),
            ("bias_hh", vec![n]),
        ];
        let tensors = tensors.map(|(name, shape)| (format!("{place}.{name}_l0"), shape));
        Self { tensors: tensors.into(), channels: 1, from_itself: shape.neurons }
    }

    /// The numbers of its tensors.
    fn take_apart<'a>(
        &self,
        n_in: usize,
        weights: &'a [f64],
        biases: &'a [f64],
    ) -> Vec<Cow<'a, [f64]>> {
        if self.from_itself == 0 {
            return vec![transposed(weights, n_in, self.channels), biases.into()];
        }
        let rows = || weights.chunks_exact(n_in).map(|row| row.split_at(self.from_itself));
        let from_inputs: Vec<f64> = rows().flat_map(|(_, row)| row).copied().collect();
        let from_itself: Vec<f64> = rows().flat_map(|(row, _)| row).copied().collect();
        vec![from_inputs.into(), from_itself.into(), biases.into(), vec![0.0; biases.len()].into()]
    }

    /// The weights and biases that the numbers of its tensors make.
    fn put_together(&self, n_in: usize, numbers: Vec<Vec<f64>>) -> [Vec<f64>; 2] {
        match &numbers[..] {
            [weights, biases] => {
                let weights = transposed(weights, n_in, n_in / self.channels);
                [weights.into_owned(), biases.clone()]
            }
            [from_inputs, from_itself, biases, others] => {
                let rows = from_itself.chunks_exact(self.from_itself);
                let rows = rows.zip(from_inputs.chunks_exact(n_in - self.from_itself));
                let weights = rows.flat_map(|(state, input)| state.iter().chain(input)).copied();
                let biases = biases.iter().zip(others).map(|(a, b)| a + b);
                [weights.collect(), biases.collect()]
            }
            _ => unreachable!("two tensors or four"),
        }
    }
}

fn modules(layers: &[LayerShape]) -> Vec<Module> {
    let (mut next, mut maps) = (0, None);
    let module = |layer: &LayerShape| match *layer {
        LayerShape::ConvPool(ConvShape { channels, maps: n, kernel, pool, .. }) => {
            let place = next;
            next += if pool > 1 { 3 } else { 2 };
            maps = Some(n);
            Module::new(place, vec![n, channels, kernel, kernel], channels)
        }
        LayerShape::Recurrent(shape) => {
            let place = next;
            next += if shape.passes_steps { 1 } else { 2 };
            Module::recurrent(place, &shape)
        }
        LayerShape::Dense { n_in, n_out } => {
            let channels = maps.take();
            let place = next + usize::from(channels.is_some());
            next = place + 2;
            Module::new(place, vec![n_out, n_in], channels.unwrap_or(1))
        }
    };
    layers.iter().map(module).collect()
}

/// Rows of `n_in` numbers, each a matrix of so many columns, with each matrix transposed.
fn transposed(rows: &[f64], n_in: usize, columns: usize) -> Cow<'_, [f64]> {
    if columns == 1 || columns == n_in {
        return Cow::Borrowed(rows);
    }
    let column = |row, c| <[f64]>::iter(row).skip(c).step_by(columns);
    let turned =
        rows.chunks_exact(n_in).flat_map(|row| (0..columns).flat_map(move |c| column(row, c)));
    Cow::Owned(turned.copied().collect())
}

/// Whether a training is small enough for the header.
pub(super) fn has_room(training: &Checkpoint) -> bool {
    // As a text within JSON, every quote takes two characters.
    let text = serde_json::to_string(training).expect("text and finite numbers");
    text.len() + text.matches(['"', '\\']).count() <= LONGEST_HEADER - REST
}

pub(super) fn write(parameters: &Parameters) -> Vec<u8> {
    let precision = parameters.precision;
    let bytes = |numbers: &[f64]| -> Vec<u8> {
        match precision {
            Precision::F32 => numbers.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect(),
            Precision::F64 => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    };
    let mut tensors = Vec::new();
    let layers = parameters.architecture.layers();
    for (l, (layer, module)) in layers.iter().zip(modules(&layers)).enumerate() {
        let [n_in, _] = layer.weights();
        let numbers = module.take_apart(n_in, &parameters.weights[l], &parameters.biases[l]);
        let named = module.tensors.into_iter().zip(numbers);
        tensors.extend(named.map(|((name, shape), numbers)| (name, shape, bytes(&numbers))));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(dtype(precision), shape.clone(), bytes);
        (name, view.expect("as many bytes as the shape says"))
    });
    let functions =
        serde_json::to_string(&parameters.functions()).expect("text and finite numbers");
    let metadata = HashMap::from([(KEY.to_string(), functions)]);
    serialize(views, Some(metadata)).expect("a header of a few kilobytes")
}

fn dtype(precision: Precision) -> Dtype {
    match precision {
        Precision::F32 => Dtype::F32,
        Precision::F64 => Dtype::F64,
    }
}

/// Reads a file of `length` bytes: the header first, and the numbers only if it makes sense.
pub(super) fn read(mut source: impl Read, length: u64) -> Result<Parameters, String> {
    let metadata = header(&mut source, length)?;
    let functions = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
    let functions = functions.ok_or_else(|| {
        format!("no metadata '{KEY}', which says what the activations, outputs and cost are")
    })?;
    let mut functions: Functions = serde_json::from_str(functions)
        .map_err(|error| format!("metadata '{KEY}': {}", printable(&error.to_string())))?;
    let precision = functions.precision;
    let architecture = match &functions.layers {
        Some(layers) => layers.architecture(&functions)?,
        None => {
            let sizes = sizes(&metadata, precision)?;
            super::parameters::check_sizes(&sizes)?;
            functions.dense(&sizes)?
        }
    };
    let layers = architecture.layers();
    let modules = modules(&layers);
    check_tensors(&metadata, precision, &modules)?;

    let mut numbers = HashMap::new();
    for name in metadata.offset_keys() {
        let (first, end) = metadata.info(&name).map_or((0, 0), |info| info.data_offsets);
        let tensor = tensor(&mut source, end - first, precision);
        numbers.insert(name, tensor.map_err(|error| format!("cannot be read: {error}"))?);
    }
    // A file that has grown says so here.
    source.read(&mut [0]).map_err(|error| format!("cannot be read: {error}"))?;
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    for (layer, module) in layers.iter().zip(&modules) {
        let [n_in, _] = layer.weights();
        let names = module.tensors.iter().map(|(name, _)| name);
        let numbers = names.map(|name| numbers.remove(name).unwrap_or_default()).collect();
        let [of_weights, of_biases] = module.put_together(n_in, numbers);
        weights.push(of_weights);
        biases.push(of_biases);
    }
    let (training, learnt_from) = (functions.training.take(), functions.learnt_from);
    Ok(Parameters { architecture, precision, weights, biases, training, learnt_from })
}

/// The header of a file, whose tensors fill the rest of it.
fn header(source: &mut impl Read, length: u64) -> Result<Metadata, String> {
    let broken = |what: &str| format!("not a safetensors file: {what}");
    let mut size = [0; 8];
    source.read_exact(&mut size).map_err(|error| broken(&error.to_string()))?;
    let size = u64::from_le_bytes(size);
    let most = (LONGEST_HEADER as u64).min(length.saturating_sub(8));
    if size > most {
        return Err(broken(&format!("a header of {size} bytes; expected at most {most}")));
    }
    let mut header = vec![0; size as usize];
    source.read_exact(&mut header).map_err(|error| broken(&error.to_string()))?;
    // This checks that offsets and shapes agree and that nothing overlaps or is left out.
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| broken(&printable(&error.to_string())))?;
    let (data, rest) = (metadata.data_len() as u64, length - 8 - size);
    match data == rest {
        true => Ok(metadata),
        false => Err(broken(&format!("the header tells of {data} bytes of numbers, found {rest}"))),
    }
}

/// The tensor of a name, of the expected type.
fn info<'a>(
    metadata: &'a Metadata,
    name: &str,
    precision: Precision,
) -> Result<&'a TensorInfo, String> {
    let tensor = metadata.info(name).ok_or_else(|| {
        let tensors = metadata.offset_keys().len();
        format!("{tensors} tensors, but none named '{name}'; expected a weight and a bias a layer")
    })?;
    if tensor.dtype != dtype(precision) {
        let (found, expected) = (tensor.dtype, dtype(precision));
        return Err(format!("tensor '{name}' is {found:?}; expected {expected:?}"));
    }
    Ok(tensor)
}

/// Checks that the tensors are those of the modules.
fn check_tensors(
    metadata: &Metadata,
    precision: Precision,
    modules: &[Module],
) -> Result<(), String> {
    for (name, expected) in modules.iter().flat_map(|module| &module.tensors) {
        let found = &info(metadata, name, precision)?.shape;
        if found != expected {
            let (found, expected) = (shape(found), shape(expected));
            return Err(format!("tensor '{name}' has the shape {found}; expected {expected}"));
        }
    }
    let expected: usize = modules.iter().map(|module| module.tensors.len()).sum();
    match metadata.offset_keys().len() {
        tensors if tensors == expected => Ok(()),
        tensors => Err(format!("{tensors} tensors; expected {expected}")),
    }
}

/// The sizes of dense layers, inputs first, that the shapes of the tensors say.
fn sizes(metadata: &Metadata, precision: Precision) -> Result<Vec<usize>, String> {
    let mut sizes = Vec::new();
    for l in 0..metadata.offset_keys().len().div_ceil(2) {
        let [weight, bias] = ["weight", "bias"].map(|name| format!("{}.{name}", 2 * l));
        let (w, b) = (info(metadata, &weight, precision)?, info(metadata, &bias, precision)?);
        let &[n_out, n_in] = w.shape.as_slice() else {
            let shape = shape(&w.shape);
            return Err(format!("tensor '{weight}' has the shape {shape}; expected two sizes"));
        };
        if sizes.last().is_some_and(|&before| before != n_in) || b.shape != [n_out] {
            let (w, b) = (shape(&w.shape), shape(&b.shape));
            return Err(format!(
                "tensors '{weight}' {w} and '{bias}' {b} do not fit what comes before"
            ));
        }
        if sizes.is_empty() {
            sizes.push(n_in);
        }
        sizes.push(n_out);
    }
    Ok(sizes)
}

fn shape(shape: &[usize]) -> String {
    printable(&format!("{shape:?}"))
}

/// The numbers of the next tensor, of so many bytes.
fn tensor(source: &mut impl Read, bytes: usize, precision: Precision) -> std::io::Result<Vec<f64>> {
    let width = match precision {
        Precision::F32 => 4,
        Precision::F64 => 8,
    };
    let mut numbers = Vec::with_capacity((bytes / width).min(MOST));
    let mut buffer = [0; 1 << 12];
    let mut left = bytes;
    while left > 0 {
        let part = &mut buffer[..left.min(1 << 12)];
        source.read_exact(part)?;
        match precision {
            Precision::F32 => {
                let parts = part.as_chunks().0;
                numbers.extend(parts.iter().map(|&x| f64::from(f32::from_le_bytes(x))));
            }
            Precision::F64 => {
                numbers.extend(part.as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)));
            }
        }
        left -= part.len();
    }
    Ok(numbers)
}
