use super::LayerKind;
use crate::nn::Sequence;
use crate::simd::conv::ConvShape;
use crate::simd::lstm::GATES;
use crate::simd::padded;
use std::fmt::{self, Display};
use thiserror::Error;

/// The rows and columns of an image, and how many numbers a pixel has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageShape {
    /// The rows.
    pub rows: usize,
    /// The columns.
    pub columns: usize,
    /// The numbers of a pixel: 1 for grey images.
    pub channels: usize,
}

impl ImageShape {
    /// The numbers of an image.
    pub fn inputs(&self) -> usize {
        self.rows * self.columns * self.channels
    }
}

impl Display for ImageShape {
    /// `28 x 28`, or with several channels `28 x 28 x 3`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { rows, columns, channels } = self;
        match channels {
            1 => write!(f, "{rows} x {columns}"),
            _ => write!(f, "{rows} x {columns} x {channels}"),
        }
    }
}

impl From<usize> for ImageShape {
    /// Some numbers that are no image: a row of them.
    fn from(inputs: usize) -> Self {
        Self { rows: 1, columns: inputs, channels: 1 }
    }
}

/// A layer with weights in its place: what it is made of and what it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerShape {
    /// All inputs lead to all neurons.
    Dense {
        /// The neurons of the layer before, or the inputs.
        n_in: usize,
        /// The neurons.
        n_out: usize,
    },
    /// Convolution and max-pooling.
    ConvPool(ConvShape),
    /// Neurons or units that see a sequence step by step.
    Recurrent(RecurrentShape),
}

/// A recurrent layer in its place.
///
/// The weights that lead into a neuron come first from all neurons of the layer itself, at the step before, and then from the
/// inputs of the step. What lies before the first step is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecurrentShape {
    /// What its neurons are.
    pub unit: Unit,
    /// The time steps of a sequence.
    pub steps: usize,
    /// The numbers of a step.
    pub inputs: usize,
    /// The neurons or units.
    pub neurons: usize,
    /// Whether the next layer is recurrent too, and sees what this one does at every step; another one sees the last step.
    pub passes_steps: bool,
    /// How images become sequences, which matters to the first layer.
    pub sequence: Sequence,
}

/// What a recurrent layer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// a_t = f(W x_t + U a_{t−1} + b).
    Elman,
    /// i, f, o = σ(W x_t + U h_{t−1} + b) and g = tanh(…) each with weights of its own, c_t = f ⊙ c_{t−1} + i ⊙ g,
    /// h_t = o ⊙ tanh c_t.
    Lstm,
}

impl RecurrentShape {
    /// The weighted inputs of all neurons: one each, or one for each of a unit's four gates.
    pub fn weighted_inputs(&self) -> usize {
        match self.unit {
            Unit::Elman => self.neurons,
            Unit::Lstm => GATES.saturating_mul(self.neurons),
        }
    }
}

impl LayerShape {
    /// The neurons of the layer before, or the inputs.
    pub fn inputs(&self) -> usize {
        match self {
            Self::Dense { n_in, .. } => *n_in,
            Self::ConvPool(shape) => shape.inputs(),
            Self::Recurrent(shape) => shape.steps * shape.inputs,
        }
    }

    /// The neurons.
    pub fn neurons(&self) -> usize {
        match self {
            Self::Dense { n_out, .. } => *n_out,
            Self::ConvPool(shape) => shape.neurons(),
            Self::Recurrent(shape) => shape.neurons,
        }
    }

    /// The stride of a row of activations or errors.
    pub fn stride(&self) -> usize {
        padded(self.neurons())
    }

    /// The weights that lead into a neuron, and the neurons or maps that have weights of their own.
    pub fn weights(&self) -> [usize; 2] {
        match self {
            Self::Dense { n_in, n_out } => [*n_in, *n_out],
            Self::ConvPool(shape) => [shape.field(), shape.maps],
            Self::Recurrent(shape) => {
                [shape.neurons.saturating_add(shape.inputs), shape.weighted_inputs()]
            }
        }
    }

    /// How many of the weights into a neuron come first, and from the layer itself at the step before.
    pub fn from_itself(&self) -> usize {
        match self {
            Self::Dense { .. } | Self::ConvPool(_) => 0,
            Self::Recurrent(shape) => shape.neurons,
        }
    }

    /// The time steps of what it sees; 1 if that is no sequence.
    pub fn steps(&self) -> usize {
        match self {
            Self::Dense { .. } | Self::ConvPool(_) => 1,
            Self::Recurrent(shape) => shape.steps,
        }
    }

    /// What initialisers take for n_in and n_out: the weights that lead into a neuron, and the neurons that a
    /// weight's input leads to. In a pooled convolution only one in pool² of the latter passes on, which is how
    /// the book's network3 counts. In a recurrent layer it is the weights from the inputs of a step that are meant.
    pub fn fans(&self) -> [f64; 2] {
        let [n_in, n_out] = self.weights().map(|n| n as f64);
        match self {
            Self::Dense { .. } => [n_in, n_out],
            Self::ConvPool(shape) => {
                let square = |side: usize| (side * side) as f64;
                [n_in, n_out * square(shape.kernel) / square(shape.pool)]
            }
            Self::Recurrent(shape) => [shape.inputs, shape.neurons].map(|n| n as f64),
        }
    }

    /// The multiply-adds of the forward pass of an image.
    pub fn multiply_adds(&self) -> f64 {
        let [n_in, n_out] = self.weights().map(|n| n as f64);
        match self {
            Self::Dense { .. } => n_in * n_out,
            Self::ConvPool(shape) => {
                let [rows, columns] = shape.pooled().map(|side| (side * shape.pool) as f64);
                rows * columns * n_in * n_out
            }
            Self::Recurrent(shape) => shape.steps as f64 * n_in * n_out,
        }
    }
}

/// A hidden layer that does not fit where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("hidden layer {layer}, {kind}: {reason}")]
pub struct ShapeError {
    /// The layer, counted from 1.
    pub layer: usize,
    /// What it is made of.
    pub kind: LayerKind,
    /// Why not, with the arithmetic.
    pub reason: String,
}

/// Puts layers in their places, one after the other and at last the outputs.
pub(in crate::nn) fn place(
    (input, sequence): (ImageShape, Sequence),
    hidden: impl Iterator<Item = LayerKind>,
    outputs: usize,
) -> Result<Vec<LayerShape>, ShapeError> {
    let mut placed = Vec::new();
    // What the layer before is as an image, and as so many numbers.
    let (mut image, mut numbers) = (Some(input), input.inputs());
    let mut hidden = (1..).zip(hidden).peekable();
    // How that came about.
    let mut history = String::new();
    while let Some((layer, kind)) = hidden.next() {
        let error = |reason| ShapeError { layer, kind, reason };
        let shape = match kind {
            LayerKind::Dense { neurons } => {
                image = None;
                LayerShape::Dense { n_in: numbers, n_out: neurons }
            }
            LayerKind::Recurrent { neurons } | LayerKind::Lstm { units: neurons } => {
                let [steps, inputs] = match placed.last() {
                    None => sequence.steps(input),
                    Some(LayerShape::Recurrent(before)) => [before.steps, before.neurons],
                    Some(_) => {
                        let reason = "a recurrent layer needs a sequence, and the layer before it makes none";
                        return Err(error(reason.into()));
                    }
                };
                image = None;
                let is_lstm = matches!(kind, LayerKind::Lstm { .. });
                LayerShape::Recurrent(RecurrentShape {
                    unit: if is_lstm { Unit::Lstm } else { Unit::Elman },
                    steps,
                    inputs,
                    neurons,
                    passes_steps: hidden.peek().is_some_and(|(_, next)| next.is_recurrent()),
                    sequence,
                })
            }
            LayerKind::ConvPool { maps, kernel, pool } => {
                let Some(ImageShape { rows, columns, channels }) = image else {
                    let reason =
                        "a convolution needs rows and columns, and the layer before it has none";
                    return Err(error(reason.into()));
                };
                let shape = ConvShape { rows, columns, channels, maps, kernel, pool };
                if rows.min(columns) < kernel {
                    let reason = format!(
                        "a kernel of {kernel} x {kernel} does not fit into {rows} x {columns}{history}"
                    );
                    return Err(error(reason));
                }
                let [y, x] = shape.convolved();
                let sides = format!(
                    "{rows} − {kernel} + 1 = {y} rows and {columns} − {kernel} + 1 = {x} columns"
                );
                if y.min(x) < pool {
                    let reason =
                        format!("{sides} are fewer than a window of {pool} x {pool}{history}");
                    return Err(error(reason));
                }
                let [rows, columns] = shape.pooled();
                if rows.checked_mul(columns).and_then(|places| places.checked_mul(maps)).is_none() {
                    return Err(error(format!("{rows} x {columns} x {maps} neurons are too many")));
                }
                history = format!("; layer {layer}, {kind}, makes {sides}");
                if pool > 1 {
                    history += &format!(", pooled to {rows} x {columns}");
                }
                image = Some(ImageShape { rows, columns, channels: maps });
                LayerShape::ConvPool(shape)
            }
        };
        numbers = shape.neurons();
        placed.push(shape);
    }
    placed.push(LayerShape::Dense { n_in: numbers, n_out: outputs });
    Ok(placed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(input: ImageShape, layers: &str) -> Result<Vec<LayerShape>, String> {
        let kinds = LayerKind::list(layers).unwrap();
        place((input, Sequence::Rows), kinds.into_iter(), 10).map_err(|error| error.to_string())
    }

    const DIGIT: ImageShape = ImageShape { rows: 28, columns: 28, channels: 1 };

    #[test]
    fn chapter_6_has_the_numbers_of_the_book() {
        let placed = places(DIGIT, "20c5p2x40c5p2x100").unwrap();
        let neurons: Vec<usize> = placed.iter().map(LayerShape::neurons).collect();
        assert_eq!(neurons, [12 * 12 * 20, 4 * 4 * 40, 100, 10]);
        assert_eq!(placed[1].weights(), [500, 40]);
        assert_eq!(placed[0].fans(), [25.0, 125.0]);
        assert_eq!(placed[1].fans(), [500.0, 250.0]);
        assert_eq!(placed[0].multiply_adds() + placed[1].multiply_adds(), 288e3 + 1280e3);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_arithmetic() {
        let odd = ImageShape { rows: 9, columns: 4, channels: 3 };
        for (input, layers, words) in [
            (
                DIGIT,
                "20c5p2x40c5p2x60c5",
                "5 x 5 does not fit into 4 x 4; layer 2, 40c5p2, makes 12 − 5 + 1 = 8 rows",
            ),
            (DIGIT, "100x20c5", "layer 2, 20c5: a convolution needs rows"),
            (odd, "2c3p4", "4 − 3 + 1 = 2 columns are fewer than a window of 4 x 4"),
            (odd, "2c5", "does not fit into 9 x 4"),
            (7.into(), "2c2", "does not fit into 1 x 7"),
            (DIGIT, "100xr64", "layer 2, r64: a recurrent layer needs a sequence"),
            (DIGIT, "20c5p2xlstm64", "layer 2, lstm64: a recurrent layer needs a sequence"),
            (DIGIT, "r64x20c5", "layer 2, 20c5: a convolution needs rows"),
        ] {
            let error = places(input, layers).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        let placed = places(odd, "r7xlstm5x3").unwrap();
        let shapes: Vec<_> = placed.iter().map(|layer| (layer.weights(), layer.steps())).collect();
        assert_eq!(shapes, [([7 + 12, 7], 9), ([5 + 7, 20], 9), ([5, 3], 1), ([3, 10], 1)]);
        let pixels = place((odd, Sequence::Pixels), LayerKind::list("r7").unwrap().into_iter(), 10);
        let pixels = pixels.unwrap();
        assert_eq!((pixels[0].weights(), pixels[0].steps()), ([7 + 3, 7], 36));
        assert_eq!(places(odd, "2c3p2").unwrap()[0].neurons(), 3 * 2);
    }
}
