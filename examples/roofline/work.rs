use nablab::data::SparseRows;
use nablab::nn::LayerShape;
use nablab::simd::padded;
use std::collections::BTreeSet;
use std::iter::Sum;
use std::ops::Range;

/// The floating-point operations and the memory traffic of a pass.
///
/// Operations are the useful ones: two a multiply-add of a weight, and for the inputs only those
/// with non-zero pixels, of the errors of a convolution only those of the places that won their windows. Biases,
/// activation functions and costs are left out, so that speeds are rather understated; but the operations of a
/// convolution are those of the direct sum, of which minimal filtering saves two thirds.
///
/// Of memory, every array that the pass reads counts once and every array that it writes once
/// more, padding included, whatever caches and registers make of repeated accesses: the pixels, the
/// weights of inputs that are non-zero somewhere in the mini-batch, the biases, the
/// activations, the errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Floating-point operations.
    pub flop: usize,
    /// Bytes read and written.
    pub bytes: usize,
}

/// What decides the work on a mini-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchCounts {
    /// Images.
    pub images: usize,
    /// Non-zero pixels of all images together.
    pub nonzeros: usize,
    /// Pixels that are non-zero in one image at least.
    pub inputs: usize,
}

/// The bytes of a number.
const NUMBER: usize = size_of::<f32>();
/// The bytes of a non-zero pixel in a mini-batch: its offset and its value.
const PIXEL: usize = size_of::<u32>() + NUMBER;

impl BatchCounts {
    /// The counts of some rows of `images`.
    pub fn of(images: &SparseRows, rows: Range<usize>) -> Self {
        let columns = || rows.clone().flat_map(|i| images.row(i).0);
        Self {
            images: rows.len(),
            nonzeros: columns().count(),
            inputs: columns().collect::<BTreeSet<_>>().len(),
        }
    }
}

/// One layer of weights, with what one mini-batch makes of it.
struct LayerCounts {
    /// Multiply-adds of the forward pass.
    forward: usize,
    /// Multiply-adds of a product of errors: BP2, or BP4.
    backward: usize,
    /// Bytes of the weights that are touched.
    weights: usize,
    /// Bytes of the transposed copy of the weights.
    transposed: usize,
    /// Bytes of the biases.
    biases: usize,
    /// Bytes of the activations of the layer before, 0 for pixels.
    inputs: usize,
    /// Bytes of the activations, or the errors, of this layer.
    outputs: usize,
    /// Whether there are no errors before this layer.
    first: bool,
}

fn layers(shapes: &[LayerShape], batch: &BatchCounts) -> impl Iterator<Item = LayerCounts> {
    shapes.iter().enumerate().map(move |(l, shape)| {
        let (images, first) = (batch.images, l == 0);
        let [field, maps] = shape.weights();
        let [forward, backward, touched, transposed] = match shape {
            LayerShape::Dense { n_in, n_out } => {
                let multiply_adds = n_out * if first { batch.nonzeros } else { images * n_in };
                let touched = if first { batch.inputs } else { *n_in };
                let transposed = if first { 0 } else { n_out * padded(*n_in) };
                [multiply_adds, multiply_adds, touched, transposed]
            }
            LayerShape::ConvPool(shape) => {
                let of_winners = images * shape.neurons() * field;
                let [forward, backward] = match first {
                    // Digits stand in the middle: the kernel covers each of their pixels in all its places.
                    true => [
                        batch.nonzeros * field * maps,
                        of_winners * batch.nonzeros / (images * shape.inputs()),
                    ],
                    false => [of_winners * shape.pool * shape.pool, of_winners],
                };
                [forward, backward, field, maps * shape.field_stride()]
            }
            LayerShape::Recurrent(shape) => {
                let seen = if first { batch.nonzeros } else { images * shape.steps * shape.inputs };
                let multiply_adds = (images * shape.steps * shape.neurons + seen) * maps;
                let stride = padded(shape.neurons) + padded(shape.inputs);
                [multiply_adds, multiply_adds, field, maps * stride]
            }
        };
        LayerCounts {
            forward,
            backward,
            weights: NUMBER * padded(maps) * touched,
            transposed: NUMBER * transposed,
            biases: NUMBER * padded(maps),
            inputs: if first { 0 } else { NUMBER * images * padded(shape.inputs()) },
            outputs: NUMBER * images * shape.stride(),
            first,
        }
    })
}

impl Work {
    /// The forward pass: reads pixels, weights, biases and activations, writes activations.
    pub fn forward(shapes: &[LayerShape], batch: &BatchCounts) -> Self {
        let pixels = Self { flop: 0, bytes: PIXEL * batch.nonzeros };
        let layer = |layer: LayerCounts| Self {
            flop: 2 * layer.forward,
            bytes: layer.weights + layer.biases + layer.inputs + layer.outputs,
        };
        layers(shapes, batch).map(layer).chain([pixels]).sum()
    }

    /// The backward pass (BP2) and the step of gradient descent (BP3, BP4): reads pixels and
    /// activations; writes and reads errors and the transposed weights behind BP2; reads and
    /// writes weights and biases.
    pub fn backward(shapes: &[LayerShape], batch: &BatchCounts) -> Self {
        let pixels = Self { flop: 0, bytes: PIXEL * batch.nonzeros };
        let layer = |layer: LayerCounts| {
            // The inputs have no errors.
            let products = if layer.first { 1 } else { 2 };
            let (activations, errors) = (layer.outputs, layer.outputs);
            Self {
                flop: 2 * products * layer.backward,
                bytes: activations + 2 * (errors + layer.transposed + layer.weights + layer.biases),
            }
        };
        layers(shapes, batch).map(layer).chain([pixels]).sum()
    }
}

/// The bytes of all weights, with the transposed copies: what a cache must hold for them to stay
/// from one mini-batch to the next.
pub fn stored_weights(shapes: &[LayerShape]) -> usize {
    let all = BatchCounts { images: 1, nonzeros: 0, inputs: shapes[0].inputs() };
    layers(shapes, &all).map(|layer| layer.weights + layer.transposed).sum()
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self { flop: 0, bytes: 0 }, |a, b| Self {
            flop: a.flop + b.flop,
            bytes: a.bytes + b.bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nablab::simd::conv::ConvShape;

    #[test]
    fn a_small_case_agrees_with_counting_by_hand() {
        // Pixels 0 and 3 of the first image, 3 and 4 of the second; 5-20-2, padded to 32 and 16.
        let images = SparseRows::from_dense(&[9, 0, 0, 9, 0, 0, 0, 0, 9, 9], 5);
        let batch = BatchCounts::of(&images, 0..2);
        assert_eq!(batch, BatchCounts { images: 2, nonzeros: 4, inputs: 3 });

        let sizes = [[5, 20], [20, 2]].map(|[n_in, n_out]| LayerShape::Dense { n_in, n_out });
        // Multiply-adds: 4 pixels to 20 neurons; 2 images, 20 neurons to 2.
        let (first, second) = (4 * 20, 2 * 20 * 2);
        // In numbers of 4 bytes. Pixels have two each.
        let pixels = 4 * 2;
        let (weights, biases) = ((3 * 32, 20 * 16), (32, 16));
        let (hidden, output) = (2 * 32, 2 * 16);
        let forward = pixels + weights.0 + weights.1 + biases.0 + biases.1 + 2 * hidden + output;
        assert_eq!(
            Work::forward(&sizes, &batch),
            Work { flop: 2 * (first + second), bytes: 4 * forward }
        );

        let transposed = 2 * 32;
        let updated = weights.0 + weights.1 + biases.0 + biases.1;
        let backward = pixels + 3 * (hidden + output) + 2 * (transposed + updated);
        assert_eq!(
            Work::backward(&sizes, &batch),
            Work { flop: 2 * (first + 2 * second), bytes: 4 * backward }
        );
        assert_eq!(stored_weights(&sizes), 4 * (5 * 32 + 20 * 16 + 2 * 32));
    }

    #[test]
    fn a_small_convolution_agrees_with_counting_by_hand() {
        // An image of 5 x 5 whose middle is the only pixel; 3 maps of 2 x 2 kernels, windows of 2 x 2; 2 outputs.
        let mut image = [0; 25];
        image[12] = 9;
        let batch = BatchCounts::of(&SparseRows::from_dense(&image, 25), 0..1);
        let (rows, columns) = (5, 5);
        let shape = ConvShape { rows, columns, channels: 1, maps: 3, kernel: 2, pool: 2 };
        let outputs = LayerShape::Dense { n_in: 12, n_out: 2 };
        let shapes = [LayerShape::ConvPool(shape), outputs];
        // The pixel lies under the kernel at 4 places. Of the 12 winners' 48 inputs one in 25 is not 0.
        let (forward, gradient, dense) = (4 * 3, 12 * 4 / 25, 12 * 2);
        assert_eq!(Work::forward(&shapes, &batch).flop, 2 * (forward + dense));
        assert_eq!(Work::backward(&shapes, &batch).flop, 2 * (gradient + 2 * dense));
        let fields = 3 * 2 * 16;
        assert_eq!(stored_weights(&shapes), 4 * (4 * 16 + fields + 12 * 16 + 2 * 16));
    }
}
