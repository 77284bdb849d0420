//! The exponent and the sharpness of a setting, and the search for its edge.

use super::arms::{ALIGNED, ALONE, ARMS, Arm, EPOCH, LEVEL, SEEDS, WINDOW};
use super::pair::{Difference, Pair};
use super::sharpness::sharpness;
use crate::book::Numbers;
use crate::data::Dataset;
use crate::rng::{Purpose, Stream};
use crate::simd::Real;
use crate::stats::mean;
use crate::train::{Precision, TrainingSpec};
use rayon::prelude::*;

/// ‖Δw‖ / ‖w‖ to which a pair is brought back, in f64: far above rounding, and so small that the training is linear in it
/// between two times.
pub const PART_F64: f64 = 1e-11;
/// In f32 no difference is both; this one is a thousand roundings.
const PART_F32: f64 = 1e-4;
/// The fewest steps of a window, where an epoch has few.
const LEAST_STEPS: usize = 1000;
/// The bisection ends when the edge is known to this factor.
const FACTOR: f64 = 1.2;

/// The images whose mean cost is the cost of the sharpness: the first ones.
const IMAGES: u32 = 1000;
/// The mini-batches whose own sharpness is averaged.
const MINI_BATCHES: usize = 20;
/// The steps of Lanczos's method.
const LANCZOS: [usize; 2] = [20, 8];

/// The series of the exponent per epoch.
pub fn exponent_of(arm: &str) -> String {
    format!("exponent, {arm}")
}

/// The series of the largest eigenvalue of the Hessian of the cost.
pub fn sharpness_of(arm: &str) -> String {
    format!("sharpness, {arm}")
}

/// The series of the mean of those of mini-batches.
pub fn mini_sharpness_of(arm: &str) -> String {
    format!("sharpness of mini-batches, {arm}")
}

/// The series of the learning rates at which the exponent reaches [`LEVEL`].
pub fn edge_of(arm: &str) -> String {
    format!("edge, {arm}")
}

pub fn compute(data: &Dataset) -> Numbers {
    // Those with the most steps first, so that no thread is left alone with one of them.
    let jobs: Vec<(&Arm, u64)> =
        ARMS.iter().flat_map(|arm| (1..=SEEDS).map(move |seed| (arm, seed))).collect();
    let all: Vec<Numbers> = jobs.par_iter().map(|(arm, seed)| of_arm(arm, *seed, data)).collect();
    all.into_iter().collect()
}

fn of_arm(arm: &Arm, seed: u64, data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    let edge = edge(arm.etas, |eta| {
        let spec = arm.spec(eta, seed);
        let cell = Cell::measure(&spec, &spec.select(data));
        numbers.push(exponent_of(arm.key), Some(seed), eta, cell.exponent);
        numbers.push(sharpness_of(arm.key), Some(seed), eta, cell.sharpness);
        numbers.push(mini_sharpness_of(arm.key), Some(seed), eta, cell.of_mini_batches);
        cell.exponent
    });
    numbers.push(edge_of(arm.key), Some(seed), 0.0, edge);
    numbers
}

/// The learning rate at which a function of it first reaches [`LEVEL`]: between the first neighbours of a grid of which only
/// the first one is below, bisected, then interpolated, all in the logarithm of η. NaN if there are none.
///
/// What is not a number is beyond the edge.
fn edge(etas: &[f64], mut exponent: impl FnMut(f64) -> f64) -> f64 {
    let measured: Vec<(f64, f64)> = etas.iter().map(|&eta| (eta, exponent(eta))).collect();
    let is_below = |value: f64| value < LEVEL;
    let crosses = |pair: &&[(f64, f64)]| is_below(pair[0].1) && !is_below(pair[1].1);
    let Some(pair) = measured.windows(2).find(crosses) else { return f64::NAN };
    let (mut low, mut high) = (pair[0], pair[1]);
    while high.0 / low.0 > FACTOR {
        let eta = (low.0 * high.0).sqrt();
        let middle = (eta, exponent(eta));
        if is_below(middle.1) { low = middle } else { high = middle }
    }
    let part = (LEVEL - low.1) / (high.1 - low.1);
    // Next to a training that diverged the exponent has no value.
    let part = if part.is_finite() { part } else { 0.5 };
    low.0 * libm::pow(high.0 / low.0, part)
}

/// What is measured of one training; NaN where it diverged.
#[derive(Debug)]
struct Cell {
    exponent: f64,
    sharpness: f64,
    of_mini_batches: f64,
}

impl Cell {
    fn measure(spec: &TrainingSpec, data: &Dataset) -> Self {
        match spec.precision {
            Precision::F32 => Self::of::<f32>(spec, data, PART_F32),
            Precision::F64 => Self::of::<f64>(spec, data, PART_F64),
        }
    }

    /// Benettin's method: the difference is brought back to its first length again and again, before it is too large for the
    /// training to be linear in it, and the logarithms of what it had grown by are added up.
    fn of<T: Real>(spec: &TrainingSpec, data: &Dataset, part: f64) -> Self {
        let images = data.training.len();
        let images_of = |epochs: usize| (epochs * EPOCH).max(LEAST_STEPS * spec.batch_size);
        let mut pair =
            Pair::<T>::new(spec, data, images_of(ALONE) / images, Difference::Part(part));
        let distance = pair.distance();
        let every = (100 / spec.batch_size).max(20);
        let mut grow = |times: usize| {
            let grown = (0..times).map(|_| {
                pair.train(every);
                pair.rescale(distance)
            });
            grown.sum::<f64>()
        };
        let times = |epochs: usize| images_of(epochs) / spec.batch_size / every;
        grow(times(ALIGNED));
        let grown = grow(times(WINDOW));
        let network = pair.network().convert::<f64>();
        if !grown.is_finite() || !network.is_finite() {
            return Self { exponent: f64::NAN, sharpness: f64::NAN, of_mini_batches: f64::NAN };
        }
        let sharpness_of =
            |images: &[u32], steps| sharpness(&network, &data.training, images, steps);
        let first: Vec<u32> = (0..IMAGES).collect();
        let mut stream = Stream::new(spec.seed, Purpose::Demonstration, 1);
        let mut mini_batch =
            || -> Vec<u32> { (0..spec.batch_size).map(|_| stream.below(images as u32)).collect() };
        let sharpness = sharpness_of(&first, LANCZOS[0]);
        let of_mini_batches = match spec.batch_size < images {
            true => {
                let of = |_| sharpness_of(&mini_batch(), LANCZOS[1]);
                mean(&(0..MINI_BATCHES).map(of).collect::<Vec<_>>())
            }
            false => sharpness,
        };
        let exponent = grown / (times(WINDOW) * every) as f64 * (EPOCH / spec.batch_size) as f64;
        Self { exponent, sharpness, of_mini_batches }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Cost, Output};

    #[test]
    fn the_edge_is_where_the_level_is_reached() {
        for truth in [0.04, 0.3, 0.99, 1.0, 5.7] {
            // Flat below, steep above, and NaN far above.
            let exponent = |eta: f64| {
                let excess = libm::log(eta / truth);
                if excess > 2.0 { f64::NAN } else { 8.0 * excess.max(-0.2) + LEVEL }
            };
            let mut tried = 0;
            let found = edge(&super::super::arms::GRID, |eta| {
                tried += 1;
                exponent(eta)
            });
            assert!((found / truth - 1.0).abs() < 0.02, "{truth}: {found}");
            assert_eq!(tried, 9 + 2);
        }
        assert!(edge(&[0.1, 0.2], |_| 0.0).is_nan() && edge(&[0.1, 0.2], |_| 2.0).is_nan());
        // Between stable and diverged: somewhere in the last interval.
        let found = edge(&[1.0, 2.0], |eta| if eta < 1.5 { 0.0 } else { f64::NAN });
        assert!((1.4..1.7).contains(&found), "{found}");
    }

    /// Linear regression by gradient descent multiplies a difference by I − ηH, where H does not change.
    #[test]
    fn the_exponent_of_a_linear_network_is_that_of_its_hessian() {
        let data = Dataset::mnist().unwrap();
        let spec = |eta| TrainingSpec {
            train_size: Some(40),
            batch_size: 40,
            hidden: Vec::new(),
            output: Output::Identity,
            cost: Cost::Quadratic,
            eta,
            lambda: 0.0,
            precision: Precision::F64,
            ..TrainingSpec::default()
        };
        let selected = spec(1.0).select(&data);
        // H has the eigenvalues of the inputs' matrix of second moments, biases included: those of the images' products.
        let row = |i: usize| {
            let mut bytes = vec![0; 784];
            selected.training.images.dense_row(i, &mut bytes);
            bytes.iter().map(|&b| f64::from(b) / 256.0).collect::<Vec<f64>>()
        };
        let rows: Vec<Vec<f64>> = (0..40).map(row).collect();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() + 1.0;
        let mut v = vec![1.0; 40];
        let mut largest = 0.0;
        for _ in 0..500 {
            let next: Vec<f64> = rows
                .iter()
                .map(|a| rows.iter().zip(&v).map(|(b, x)| product(a, b) * x).sum::<f64>() / 40.0)
                .collect();
            largest = next.iter().map(|x| x * x).sum::<f64>().sqrt();
            v = next.iter().map(|x| x / largest).collect();
        }
        let network = Pair::<f64>::new(&spec(0.01), &selected, 0, Difference::Part(1e-2));
        let images: Vec<u32> = (0..40).collect();
        let ours = sharpness(network.network(), &selected.training, &images, 30);
        assert!((ours / largest - 1.0).abs() < 1e-6, "{ours} {largest}");

        let exponent = |eta: f64| {
            let mut pair = Pair::<f64>::new(&spec(eta), &selected, 0, Difference::Part(1e-2));
            let distance = pair.distance();
            let mut grow = |steps: usize| {
                pair.train(steps);
                pair.rescale(distance) / steps as f64
            };
            (0..8).for_each(|_| {
                grow(10);
            });
            grow(20)
        };
        // Just beyond the edge of stability the sharpest direction alone grows; far below nothing does, nor shrinks where
        // no image has a pixel.
        let eta = 2.2 / largest;
        assert!((exponent(eta) - libm::log(eta * largest - 1.0)).abs() < 1e-6);
        let stable = exponent(1.0 / largest);
        assert!((-0.01..=1e-9).contains(&stable), "{stable}");
    }
}
