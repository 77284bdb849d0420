//! A rough estimate of how long a training takes, to begin with the long ones and to tell the time
//! that is left.

use super::{Trial, available_cores, run};
use crate::data::{Dataset, Split};
use crate::nn::LayerShape;
use crate::simd::SimdLevel;
use crate::train::{Precision, SpecError, TrainingSpec};
use std::num::NonZeroUsize;

/// Nanoseconds for a multiply-add with the pixels of an image, of which only the non-zero ones count.
const SPARSE: f64 = 0.05;
/// Nanoseconds for a multiply-add between dense layers.
const DENSE: f64 = 0.022;
/// Nanoseconds for a multiply-add from a recurrent layer to itself, with its activations.
const RECURRENT: f64 = 0.04;
/// Nanoseconds for an image, whatever the network.
const IMAGE: f64 = 150.0;
/// Nanoseconds for a step, whatever the mini-batch.
const STEP: f64 = 200.0;

/// Nanoseconds for a training of all its epochs, on a core of 2024; 1 at least. Only the proportions
/// matter: whoever wants seconds compares with a measured training.
///
/// # Panics
///
/// When the specification was not [validated](TrainingSpec::validate).
pub fn work(spec: &TrainingSpec, data: &Dataset) -> f64 {
    let images = spec.training_images(data).expect("a validated specification") as f64;
    let layers = spec.architecture(data).layers();
    let (first, others) = layers.split_first().expect("an output layer");
    let part = |layer: &LayerShape| layer.from_itself() as f64 / layer.weights()[0] as f64;
    let from_itself = |layer: &LayerShape| layer.multiply_adds() * part(layer);
    let recurrent: f64 = layers.iter().map(from_itself).sum();
    let from_before = |layer: &LayerShape| layer.multiply_adds() * (1.0 - part(layer));
    let dense: f64 = others.iter().map(from_before).sum();
    let sparse = from_before(first) * data.training.density();
    let forward = SPARSE * sparse + DENSE * dense + RECURRENT * recurrent;
    // Forward, and the sums of the gradients; the dense and recurrent layers pass errors back too.
    let step = IMAGE
        + 2.0 * SPARSE * sparse
        + 3.0 * (DENSE * dense + RECURRENT * recurrent)
        + STEP / spec.batch_size as f64;
    let monitored = spec.monitored();
    let watches = |split: &Split| monitored.iter().any(|m| std::ptr::eq(m.split(data), split));
    let mut watched = if watches(&data.training) { images } else { 0.0 };
    for split in [&data.validation, &data.test] {
        watched += if watches(split) { split.len() as f64 } else { 0.0 };
    }
    let epoch = images * step + watched / spec.monitor_every as f64 * (IMAGE + forward);
    let precision = if spec.precision == Precision::F64 { 2.0 } else { 1.0 };
    (spec.epochs as f64 * epoch * precision).max(1.0)
}

/// How fast this machine trains, compared with the one that [`work`] is about.
#[derive(Debug, Clone, Copy)]
pub struct Speed {
    /// Seconds for a unit of work.
    unit: f64,
    threads: f64,
}

/// The images of which an epoch is trained to know it, and how often: the best one counts, since others
/// may be at work on the machine.
const PILOT_IMAGES: usize = 5000;
const PILOTS: usize = 5;

impl Speed {
    /// Trains for some milliseconds.
    ///
    /// # Errors
    ///
    /// When the data have not as many images.
    pub fn measure(data: &Dataset) -> Result<Self, SpecError> {
        let spec = TrainingSpec { train_size: Some(PILOT_IMAGES), epochs: 1, ..Default::default() };
        let trial = Trial::new(spec, data);
        let (level, one) = (SimdLevel::best(), Some(NonZeroUsize::MIN));
        let mut best = f64::INFINITY;
        for _ in 0..PILOTS {
            let results = run(std::slice::from_ref(&trial), data, level, one, &|_| {})?;
            best = best.min(results[0].history.seconds);
        }
        let threads = available_cores().get() as f64;
        Ok(Self { unit: best / work(&trial.spec, data), threads })
    }

    /// The seconds that some trials take on all cores.
    ///
    /// # Panics
    ///
    /// When one of them was not [validated](TrainingSpec::validate).
    pub fn seconds(&self, trials: &[Trial], data: &Dataset) -> f64 {
        let works: Vec<f64> = trials.iter().map(|trial| work(&trial.spec, data)).collect();
        let longest = works.iter().copied().fold(0.0, f64::max);
        self.unit * (works.iter().sum::<f64>() / self.threads).max(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::dense;

    #[test]
    fn larger_trainings_are_more_work() {
        let data = Dataset::mnist().unwrap();
        let base = TrainingSpec::default();
        let of = |change: fn(&mut TrainingSpec)| {
            let mut spec = TrainingSpec::default();
            change(&mut spec);
            work(&spec, &data)
        };
        let one = work(&base, &data);
        assert!((of(|spec| spec.epochs = 60) / one - 2.0).abs() < 1e-12);
        assert!(of(|spec| spec.hidden = dense([100])) > 2.0 * one);
        assert!(of(|spec| spec.batch_size = 1) > one);
        assert!(of(|spec| spec.train_size = Some(100)) < 0.5 * one);
    }
}
