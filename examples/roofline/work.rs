use nablab::data::SparseRows;
use nablab::simd::padded;
use std::collections::BTreeSet;
use std::iter::Sum;
use std::ops::Range;

/// The floating-point operations and the memory traffic of a pass.
///
/// Operations are the useful ones: two a multiply-add of a weight, and for the inputs only those
/// with non-zero pixels. Biases, activation functions and costs are left out, so that speeds
/// are rather understated.
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
    /// Multiply-adds of a product with the weights.
    multiply_adds: usize,
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
}

fn layers(sizes: &[usize], batch: &BatchCounts) -> impl Iterator<Item = LayerCounts> {
    sizes.windows(2).enumerate().map(move |(l, pair)| {
        let (n_in, n_out, images) = (pair[0], pair[1], batch.images);
        let dense = |this: usize| if l == 0 { 0 } else { this };
        LayerCounts {
            multiply_adds: n_out * if l == 0 { batch.nonzeros } else { images * n_in },
            weights: NUMBER * padded(n_out) * if l == 0 { batch.inputs } else { n_in },
            transposed: dense(NUMBER * n_out * padded(n_in)),
            biases: NUMBER * padded(n_out),
            inputs: dense(NUMBER * images * padded(n_in)),
            outputs: NUMBER * images * padded(n_out),
        }
    })
}

impl Work {
    /// The forward pass: reads pixels, weights, biases and activations, writes activations.
    pub fn forward(sizes: &[usize], batch: &BatchCounts) -> Self {
        let pixels = Self { flop: 0, bytes: PIXEL * batch.nonzeros };
        let layer = |layer: LayerCounts| Self {
            flop: 2 * layer.multiply_adds,
            bytes: layer.weights + layer.biases + layer.inputs + layer.outputs,
        };
        layers(sizes, batch).map(layer).chain([pixels]).sum()
    }

    /// The backward pass (BP2) and the step of gradient descent (BP3, BP4): reads pixels and
    /// activations; writes and reads errors and the transposed weights behind BP2; reads and
    /// writes weights and biases.
    pub fn backward(sizes: &[usize], batch: &BatchCounts) -> Self {
        let pixels = Self { flop: 0, bytes: PIXEL * batch.nonzeros };
        let layer = |layer: LayerCounts| {
            // The inputs have no errors.
            let products = if layer.transposed == 0 { 1 } else { 2 };
            let (activations, errors) = (layer.outputs, layer.outputs);
            Self {
                flop: 2 * products * layer.multiply_adds,
                bytes: activations + 2 * (errors + layer.transposed + layer.weights + layer.biases),
            }
        };
        layers(sizes, batch).map(layer).chain([pixels]).sum()
    }
}

/// The bytes of all weights, with the transposed copies: what a cache must hold for them to stay
/// from one mini-batch to the next.
pub fn stored_weights(sizes: &[usize]) -> usize {
    let all = BatchCounts { images: 0, nonzeros: 0, inputs: sizes[0] };
    layers(sizes, &all).map(|layer| layer.weights + layer.transposed).sum()
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

    #[test]
    fn a_small_case_agrees_with_counting_by_hand() {
        // Pixels 0 and 3 of the first image, 3 and 4 of the second; 5-20-2, padded to 32 and 16.
        let images = SparseRows::from_dense(&[9, 0, 0, 9, 0, 0, 0, 0, 9, 9], 5);
        let batch = BatchCounts::of(&images, 0..2);
        assert_eq!(batch, BatchCounts { images: 2, nonzeros: 4, inputs: 3 });

        let sizes = [5, 20, 2];
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
}
