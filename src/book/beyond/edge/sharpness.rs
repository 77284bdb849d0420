//! The sharpness of a cost: the largest eigenvalue of its Hessian.

use crate::data::Split;
use crate::nn::{Gradient, Network, Workspace};
use crate::rng::{Purpose, Stream};
use crate::simd::SimdLevel;
use crate::train::MiniBatch;
use pulp::{Simd, WithSimd};

/// The images of a pass.
const ROWS: usize = 128;
/// How far to both sides the gradient is taken, along a vector of length 1.
const STEP: f64 = 1e-5;

/// The largest eigenvalue of the Hessian of the mean cost C₀ of some images, without penalties, with respect to all weights
/// and biases: by as many steps of Lanczos's method, which finds it from below.
///
/// # Panics
///
/// When there are no images, or they do not fit the network.
pub fn sharpness(network: &Network<f64>, split: &Split, images: &[u32], steps: usize) -> f64 {
    let (at, mut network) = (network.to_vector(), network.clone());
    let mut memory = Memory::new(&network, images.len());
    let mut gradient = |v: &[f64], h: f64| {
        let moved: Vec<f64> = at.iter().zip(v).map(|(w, v)| w + h * v).collect();
        network.set_vector(&moved);
        memory.mean_gradient(&mut network, split, images)
    };
    largest_eigenvalue(at.len(), steps, |v| {
        let (after, before) = (gradient(v, STEP), gradient(v, -STEP));
        after.iter().zip(before).map(|(a, b)| (a - b) / (2.0 * STEP)).collect()
    })
}

/// What gradients are computed in.
struct Memory {
    batch: MiniBatch<f64>,
    workspace: Workspace<f64>,
}

impl Memory {
    fn new(network: &Network<f64>, images: usize) -> Self {
        let rows = images.min(ROWS);
        Self { batch: MiniBatch::new(rows), workspace: Workspace::new(network, rows) }
    }

    fn mean_gradient(
        &mut self,
        network: &mut Network<f64>,
        split: &Split,
        images: &[u32],
    ) -> Vec<f64> {
        let arch = SimdLevel::best().arch();
        let sum = arch.dispatch(SumOfGradients { memory: self, network, split, images });
        sum.to_vector().iter().map(|g| g / images.len() as f64).collect()
    }
}

struct SumOfGradients<'a> {
    memory: &'a mut Memory,
    network: &'a mut Network<f64>,
    split: &'a Split,
    images: &'a [u32],
}

impl WithSimd for SumOfGradients<'_> {
    type Output = Gradient<f64>;
    fn with_simd<S: Simd>(self, simd: S) -> Gradient<f64> {
        let Self { memory: Memory { batch, workspace }, network, split, images } = self;
        let mut gradient = Gradient::zeros(network);
        for images in images.chunks(workspace.capacity()) {
            batch.gather(simd, split, images.iter().map(|&image| image as usize));
            workspace.forward(simd, network, batch.input());
            workspace.backward(simd, network, batch.labels());
            workspace.add_gradient(simd, batch.input(), &mut gradient);
        }
        gradient
    }
}

/// The largest eigenvalue of a symmetric matrix of `n` rows that is known by its products with vectors: Lanczos's method
/// from a random vector, orthogonalised anew at every step, since rounding spoils its orthogonality.
fn largest_eigenvalue(n: usize, steps: usize, mut times: impl FnMut(&[f64]) -> Vec<f64>) -> f64 {
    let mut stream = Stream::new(1, Purpose::Demonstration, 0);
    let mut next: Vec<f64> = (0..n).map(|_| stream.gaussian()).collect();
    let (mut basis, mut diagonal, mut beside) = (Vec::<Vec<f64>>::new(), Vec::new(), Vec::new());
    for _ in 0..steps.min(n) {
        let length = dot(&next, &next).sqrt();
        if !basis.is_empty() {
            // The space is exhausted: what is left is rounding.
            if length <= 1e-9 * largest_of(&diagonal, &beside).abs() {
                break;
            }
            beside.push(length);
        }
        next.iter_mut().for_each(|x| *x /= length);
        let product = times(&next);
        diagonal.push(dot(&next, &product));
        basis.push(std::mem::replace(&mut next, product));
        for _ in 0..2 {
            for v in &basis {
                let part = dot(v, &next);
                next.iter_mut().zip(v).for_each(|(x, v)| *x -= part * v);
            }
        }
    }
    largest_of(&diagonal, &beside)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, by bisection: x is above all of them if all pivots of T − x are
/// negative.
fn largest_of(diagonal: &[f64], beside: &[f64]) -> f64 {
    let is_above = |x: f64| {
        let mut pivot = diagonal[0] - x;
        let mut all = pivot < 0.0;
        for (d, b) in diagonal[1..].iter().zip(beside) {
            pivot = d - x - b * b / pivot;
            all &= pivot < 0.0;
        }
        all
    };
    // Gershgorin's circles hold all eigenvalues.
    let radius = beside.iter().map(|b| 2.0 * b.abs()).fold(0.0, f64::max);
    let size = diagonal.iter().map(|d| d.abs()).fold(0.0, f64::max);
    let (mut low, mut high) = (-size - radius, size + radius);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if is_above(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::SparseRows;
    use crate::nn::normal::Normal;
    use crate::nn::textbook::Textbook;
    use crate::nn::{Activation, Architecture, BiasInitialiser, Cost, Initialiser, Output};

    /// The largest eigenvalue by the power method, of a matrix shifted so that all are positive.
    fn brute_force(matrix: &[Vec<f64>]) -> f64 {
        let rows = matrix.iter().map(|row| row.iter().map(|x| x.abs()).sum::<f64>());
        let shift = rows.fold(0.0, f64::max);
        let mut v = vec![1.0; matrix.len()];
        let mut eigenvalue = 0.0;
        for _ in 0..20_000 {
            let product: Vec<f64> =
                matrix.iter().zip(&v).map(|(row, x)| dot(row, &v) + shift * x).collect();
            eigenvalue = dot(&v, &product) / dot(&v, &v) - shift;
            let length = dot(&product, &product).sqrt();
            v = product.iter().map(|x| x / length).collect();
        }
        eigenvalue
    }

    #[test]
    fn the_sharpness_is_that_of_the_whole_hessian() {
        let mut draws = Normal(Stream::new(3, Purpose::Demonstration, 0));
        let pixels: Vec<u8> = (0..5 * 6).map(|_| draws.0.below(256) as u8).collect();
        let split = (SparseRows::from_dense(&pixels, 6), vec![0, 1, 1, 0, 1]).into();
        let (output, cost) = (Output::Sigmoid, Cost::CrossEntropy);
        let architecture = Architecture::dense(&[6, 3, 2], Activation::Sigmoid, output, cost);
        let mut network = Network::<f64>::random(
            architecture,
            Initialiser::Scaled,
            BiasInitialiser::Normal,
            &mut draws,
        );
        let images: [u32; 4] = [4, 0, 1, 3];
        let at = network.to_vector();
        let n = at.len();
        let ours = sharpness(&network, &split, &images, n);
        // Second differences of the cost itself, by the textbook.
        let mut cost = |moves: &[(usize, f64)]| {
            let mut moved = at.clone();
            moves.iter().for_each(|&(i, by)| moved[i] += by);
            network.set_vector(&moved);
            let textbook = Textbook::from_network(&network);
            let of = |&image: &u32| {
                let mut bytes = vec![0; 6];
                split.images.dense_row(image as usize, &mut bytes);
                let x: Vec<f64> = bytes.iter().map(|&b| f64::from(b) / 256.0).collect();
                textbook.cost_of(&x, split.labels[image as usize].into())
            };
            images.iter().map(of).sum::<f64>() / images.len() as f64
        };
        let h = 1e-4;
        let mut second = |i: usize, j: usize| {
            let mut at = |a: f64, b: f64| cost(&[(i, a * h), (j, b * h)]);
            let corners = at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0);
            corners / (4.0 * h * h)
        };
        let hessian: Vec<Vec<f64>> =
            (0..n).map(|i| (0..n).map(|j| second(i, j)).collect()).collect();
        let theirs = brute_force(&hessian);
        assert!(theirs > 0.1 && (ours / theirs - 1.0).abs() < 1e-5, "{ours} {theirs}");
    }

    #[test]
    fn the_largest_eigenvalue_is_found_whatever_its_sign() {
        // Eigenvalues −5, −2, −1 in a rotated frame: none is positive, and the largest is not the longest.
        let (c, s) = (0.6, 0.8);
        let matrix = [
            [-5.0 * c * c - s * s, -4.0 * c * s, 0.0],
            [-4.0 * c * s, -5.0 * s * s - c * c, 0.0],
            [0.0, 0.0, -2.0],
        ];
        let times = |v: &[f64]| matrix.iter().map(|row| dot(row, v)).collect::<Vec<f64>>();
        assert!((largest_eigenvalue(3, 10, times) + 1.0).abs() < 1e-12);
        // The tridiagonal matrix of a chain: 2 + 2 cos(π/(n + 1)).
        let chain = largest_of(&[2.0; 7], &[-1.0; 6]);
        assert!((chain - 2.0 - 2.0 * libm::cos(std::f64::consts::PI / 8.0)).abs() < 1e-12);
    }
}
