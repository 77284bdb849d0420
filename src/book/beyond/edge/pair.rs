//! Two trainings that differ by next to nothing.

use crate::data::Dataset;
use crate::nn::Network;
use crate::rng::{Purpose, Stream};
use crate::simd::{Real, SimdLevel};
use crate::train::{Trainer, TrainingSpec};
use pulp::Arch;

/// What the second training of a pair has that the first has not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Difference {
    /// One initial weight is the next larger number: that from a pixel in the middle to the first hidden neuron.
    Ulp,
    /// The images of every mini-batch come in reversed order: the same gradient in exact arithmetic.
    Reversed,
    /// The parameters are moved in a random direction, by this part of their norm.
    Part(f64),
}

/// The pixel in the middle of an image of 28 × 28, which is black in no class.
const MIDDLE: usize = 14 * 28 + 14;

/// Two trainings, step by step.
#[derive(Debug)]
pub struct Pair<'a, T: Real> {
    arch: Arch,
    data: &'a Dataset,
    one: Trainer<T>,
    other: Trainer<T>,
    batch_size: usize,
    reversed: bool,
    steps: usize,
}

impl<'a, T: Real> Pair<'a, T> {
    /// The training `spec` on `data` after some epochs, and the same with a difference from there on.
    pub fn new(
        spec: &TrainingSpec,
        data: &'a Dataset,
        epochs: usize,
        difference: Difference,
    ) -> Self {
        let arch = SimdLevel::best().arch();
        let mut one = Trainer::new(spec, data);
        for _ in 0..epochs {
            one.epoch(arch, &data.training);
        }
        let mut network = one.network().clone();
        differ(&mut network, difference, spec.seed);
        let mut other = Trainer::from_network(spec, data, network);
        // Its images come in the order of the same epoch.
        (0..epochs).for_each(|_| other.shuffle());
        let (batch_size, reversed) = (spec.batch_size, difference == Difference::Reversed);
        Self { arch, data, one, other, batch_size, reversed, steps: 0 }
    }

    /// The first network.
    pub fn network(&self) -> &Network<T> {
        self.one.network()
    }

    /// Trains both for some steps, over the ends of epochs.
    pub fn train(&mut self, steps: usize) {
        let end = self.steps + steps;
        let epoch = self.one.mini_batches();
        while self.steps < end {
            let first = self.steps % epoch;
            if first == 0 {
                self.shuffle();
            }
            let last = epoch.min(first + end - self.steps);
            for trainer in [&mut self.one, &mut self.other] {
                trainer.steps(self.arch, &self.data.training, first..last);
            }
            self.steps += last - first;
        }
    }

    fn shuffle(&mut self) {
        // Turned back first, so that both are shuffled alike.
        if self.reversed && self.steps > 0 {
            self.reverse();
        }
        self.one.shuffle();
        self.other.shuffle();
        if self.reversed {
            self.reverse();
        }
    }

    fn reverse(&mut self) {
        self.other.order_mut().chunks_mut(self.batch_size).for_each(<[u32]>::reverse);
    }

    /// ‖Δw‖, over all weights and biases.
    pub fn distance(&self) -> f64 {
        self.one.network().distance(self.other.network())
    }

    /// ‖Δw‖ / ‖w‖.
    pub fn relative_distance(&self) -> f64 {
        self.distance() / norm(&self.network().to_vector())
    }

    /// Brings the second network back to a distance from the first, in the direction in which it is; returns ln of what the
    /// distance was divided by.
    pub fn rescale(&mut self, distance: f64) -> f64 {
        let grown = self.distance() / distance;
        self.other.network_mut().move_from(self.one.network(), 1.0 / grown);
        libm::log(grown)
    }
}

fn differ<T: Real>(network: &mut Network<T>, difference: Difference, seed: u64) {
    match difference {
        Difference::Reversed => {}
        Difference::Ulp => {
            let layer = &mut network.layers_mut()[0];
            layer.set_weight(0, MIDDLE, next_up(layer.weight(0, MIDDLE)));
        }
        Difference::Part(part) => {
            let mut vector = network.to_vector();
            let mut stream = Stream::new(seed, Purpose::Demonstration, 0);
            let direction: Vec<f64> = vector.iter().map(|_| stream.gaussian()).collect();
            let factor = part * norm(&vector) / norm(&direction);
            vector.iter_mut().zip(direction).for_each(|(w, d)| *w += factor * d);
            network.set_vector(&vector);
        }
    }
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The next larger number of the precision.
fn next_up<T: Real>(x: T) -> T {
    let x = x.to_f64();
    match size_of::<T>() {
        4 => T::from_f64((x as f32).next_up().into()),
        _ => T::from_f64(x.next_up()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::presets;

    fn spec(eta: f64, batch_size: usize) -> TrainingSpec {
        TrainingSpec { train_size: Some(200), eta, batch_size, lambda: 0.2, ..presets::network2() }
    }

    #[test]
    fn both_see_the_same_images_whenever_they_part() {
        let data = Dataset::mnist().unwrap();
        for epochs in [0, 2] {
            // A mini-batch of one image is its own reverse.
            let spec = spec(0.5, 1);
            let data = spec.select(&data);
            let mut pair = Pair::<f64>::new(&spec, &data, epochs, Difference::Reversed);
            for steps in [70, 300, 130] {
                pair.train(steps);
                assert_eq!(pair.distance(), 0.0);
            }
            let mut alone = Trainer::<f64>::new(&spec, &data);
            for _ in 0..epochs + 2 {
                alone.epoch(SimdLevel::best().arch(), &data.training);
            }
            let mut pair = Pair::<f64>::new(&spec, &data, epochs, Difference::Ulp);
            pair.train(400);
            assert_eq!(pair.network().distance(alone.network()), 0.0);
        }
    }

    #[test]
    fn only_rounding_tells_a_reversed_mini_batch() {
        let data = Dataset::mnist().unwrap();
        let spec = spec(0.1, 10);
        let data = spec.select(&data);
        let mut pair = Pair::<f64>::new(&spec, &data, 0, Difference::Reversed);
        pair.train(50);
        assert!((1e-18..1e-14).contains(&pair.relative_distance()), "{}", pair.relative_distance());
        let mut pair = Pair::<f32>::new(&spec, &data, 0, Difference::Reversed);
        pair.train(50);
        assert!((1e-9..1e-5).contains(&pair.relative_distance()), "{}", pair.relative_distance());
    }

    #[test]
    fn an_ulp_is_the_least_difference() {
        let data = Dataset::mnist().unwrap();
        let spec = spec(0.1, 10);
        let data = spec.select(&data);
        let weight = |network: &Network<f64>| network.layers()[0].weight(0, MIDDLE);
        let pair = Pair::<f64>::new(&spec, &data, 0, Difference::Ulp);
        let (one, other) = (weight(pair.one.network()), weight(pair.other.network()));
        assert!(one < other && one.next_up() == other);
        assert_eq!(pair.distance(), other - one);
        assert_eq!(next_up(1.0f32), 1.0 + f32::EPSILON);
    }
}
