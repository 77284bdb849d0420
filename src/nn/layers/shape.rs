use super::LayerKind;
use crate::simd::conv::ConvShape;
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
}

impl LayerShape {
    /// The neurons of the layer before, or the inputs.
    pub fn inputs(&self) -> usize {
        match self {
            Self::Dense { n_in, .. } => *n_in,
            Self::ConvPool(shape) => shape.inputs(),
        }
    }

    /// The neurons.
    pub fn neurons(&self) -> usize {
        match self {
            Self::Dense { n_out, .. } => *n_out,
            Self::ConvPool(shape) => shape.neurons(),
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
        }
    }

    /// What initialisers take for n_in and n_out: the weights that lead into a neuron, and the neurons that a
    /// weight's input leads to. In a pooled convolution only one in pool² of the latter passes on, which is how
    /// the book's network3 counts.
    pub fn fans(&self) -> [f64; 2] {
        let [n_in, n_out] = self.weights().map(|n| n as f64);
        match self {
            Self::Dense { .. } => [n_in, n_out],
            Self::ConvPool(shape) => {
                let square = |side: usize| (side * side) as f64;
                [n_in, n_out * square(shape.kernel) / square(shape.pool)]
            }
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
    input: ImageShape,
    hidden: impl Iterator<Item = LayerKind>,
    outputs: usize,
) -> Result<Vec<LayerShape>, ShapeError> {
    let mut placed = Vec::new();
    // What the layer before is as an image, and as so many numbers.
    let (mut image, mut numbers) = (Some(input), input.inputs());
    // How that came about.
    let mut history = String::new();
    for (layer, kind) in (1..).zip(hidden) {
        let error = |reason| ShapeError { layer, kind, reason };
        let shape = match kind {
            LayerKind::Dense { neurons } => {
                image = None;
                LayerShape::Dense { n_in: numbers, n_out: neurons }
            }
            LayerKind::ConvPool { maps, kernel, pool } => {
                let Some(ImageShape { rows, columns, channels }) = image else {
                    let reason = "a convolution needs rows and columns, and the dense layer before it has none";
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
        place(input, kinds.into_iter(), 10).map_err(|error| error.to_string())
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
        ] {
            let error = places(input, layers).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        assert_eq!(places(odd, "2c3p2").unwrap()[0].neurons(), 3 * 2);
    }
}
