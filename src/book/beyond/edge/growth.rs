//! The real thing: two trainings that differ by a rounding, from the first step on.

use super::arms::{SEEDS, reference};
use super::pair::{Difference, Pair};
use crate::book::Numbers;
use crate::data::Dataset;
use crate::simd::Real;
use rayon::prelude::*;

/// The learning rates of the pairs.
pub const ETAS: [f64; 5] = [0.25, 0.5, 0.75, 1.0, 2.5];
/// The steps of an epoch.
pub const EPOCH: usize = 5000;
/// The steps that they are trained for.
const STEPS: usize = 3 * EPOCH;

/// One initial weight is the next larger number.
pub const ULP: &str = "one ulp";
/// The images of every mini-batch come in reversed order.
pub const REVERSED: &str = "reversed";

/// The series of ‖Δw‖ / ‖w‖.
pub fn series(what: &str, precision: &str, eta: f64) -> String {
    format!("distance, {what}, {precision}, η = {eta}")
}

/// How the growth of a rounding is compared with what the exponents are made of: (η, first and last step). The distance is
/// far above a rounding then, and far below 1.
const COMPARED: (f64, usize, usize) = (1.0, 1000, 1600);
/// By what ln ‖Δw‖ grows there, between reversed mini-batches.
pub const GROWN: &str = "growth of a rounding";
/// And along the linearised training.
pub const PREDICTED: &str = "growth by the exponent";

pub fn compute(data: &Dataset) -> Numbers {
    let pairs: Vec<(f64, u64)> =
        ETAS.iter().flat_map(|&eta| (1..=SEEDS).map(move |seed| (eta, seed))).collect();
    let of_pair = |&(eta, seed): &(f64, u64)| {
        let mut numbers = Numbers::default();
        for (what, difference) in [(ULP, Difference::Ulp), (REVERSED, Difference::Reversed)] {
            distances::<f64>(&mut numbers, data, (eta, seed), (what, difference));
            distances::<f32>(&mut numbers, data, (eta, seed), (what, difference));
        }
        if eta == COMPARED.0 {
            numbers.push(GROWN, Some(seed), eta, grown(data, seed));
            numbers.push(PREDICTED, Some(seed), eta, predicted(data, seed));
        }
        numbers
    };
    let all: Vec<Numbers> = pairs.par_iter().map(of_pair).collect();
    all.into_iter().collect()
}

fn distances<T: Real>(
    numbers: &mut Numbers,
    data: &Dataset,
    (eta, seed): (f64, u64),
    (what, difference): (&str, Difference),
) {
    let mut pair = Pair::<T>::new(&reference(eta, seed), data, 0, difference);
    let name = series(what, T::NAME, eta);
    let mut trained = 0;
    while trained < STEPS {
        let steps = if trained < 1000 { 100 } else { 500 };
        pair.train(steps);
        trained += steps;
        numbers.push(&name, Some(seed), trained as f64, pair.relative_distance());
    }
}

fn grown(data: &Dataset, seed: u64) -> f64 {
    let (eta, first, last) = COMPARED;
    let mut pair = Pair::<f64>::new(&reference(eta, seed), data, 0, Difference::Reversed);
    pair.train(first);
    let before = pair.distance();
    pair.train(last - first);
    libm::log(pair.distance() / before)
}

fn predicted(data: &Dataset, seed: u64) -> f64 {
    let (eta, first, last) = COMPARED;
    let part = super::measure::PART_F64;
    let mut pair = Pair::<f64>::new(&reference(eta, seed), data, 0, Difference::Part(part));
    let distance = pair.distance();
    let mut train = |steps: usize| {
        pair.train(steps);
        pair.rescale(distance)
    };
    const EVERY: usize = 20;
    (0..first / EVERY).for_each(|_| {
        train(EVERY);
    });
    (0..(last - first) / EVERY).map(|_| train(EVERY)).sum()
}
