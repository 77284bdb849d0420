//! Convolution and max-pooling in plain loops (chapter 6, equation 125, with network3's order: the bias and the
//! activation come after the pooling).

use crate::simd::conv::ConvShape;

/// The weighted input of each pooled neuron, and the corner of the image from which it came: the first of the largest
/// in its window.
pub(super) fn forward(
    shape: &ConvShape,
    weights: &[Vec<f64>],
    biases: &[f64],
    a: &[f64],
) -> (Vec<f64>, Vec<usize>) {
    let [rows, columns] = shape.pooled();
    let (mut zs, mut corners) = (Vec::new(), Vec::new());
    for row in 0..rows {
        for column in 0..columns {
            for (w, b) in weights.iter().zip(biases) {
                let candidates = (0..shape.pool * shape.pool).map(|window| {
                    let corner = shape.corner(row, column, window);
                    let z: f64 = field(shape, corner).zip(w).map(|(i, w)| w * a[i]).sum();
                    (z, corner)
                });
                let larger =
                    |best: (f64, usize), z: (f64, usize)| if z.0 > best.0 { z } else { best };
                let (z, corner) = candidates.reduce(larger).expect("a window is not empty");
                zs.push(z + b);
                corners.push(corner);
            }
        }
    }
    (zs, corners)
}

/// The errors through the weights to the layer before: each goes back to what was under the kernel.
pub(super) fn errors(
    shape: &ConvShape,
    weights: &[Vec<f64>],
    corners: &[usize],
    delta: &[f64],
) -> Vec<f64> {
    let mut before = vec![0.0; shape.inputs()];
    for (n, (&corner, delta)) in corners.iter().zip(delta).enumerate() {
        for (i, w) in field(shape, corner).zip(&weights[n % shape.maps]) {
            before[i] += w * delta;
        }
    }
    before
}

/// ∂C/∂w and ∂C/∂b of each map: all its neurons share them.
pub(super) fn gradient(
    shape: &ConvShape,
    corners: &[usize],
    delta: &[f64],
    a: &[f64],
) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut weights = vec![vec![0.0; shape.field()]; shape.maps];
    let mut biases = vec![0.0; shape.maps];
    for (n, (&corner, delta)) in corners.iter().zip(delta).enumerate() {
        let map = n % shape.maps;
        biases[map] += delta;
        for (i, w) in field(shape, corner).zip(&mut weights[map]) {
            *w += delta * a[i];
        }
    }
    (weights, biases)
}

/// The inputs under the kernel at a corner, in the order of the weights.
fn field(shape: &ConvShape, corner: usize) -> impl Iterator<Item = usize> {
    let (run, row) = (shape.run(), shape.columns * shape.channels);
    (0..shape.kernel).flat_map(move |y| (0..run).map(move |i| corner + y * row + i))
}
