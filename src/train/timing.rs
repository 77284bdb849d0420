//! Trainings and forward passes against the clock. They are here, and in one precision, so that the program that
//! calls them does not compile the kernels a second time.

use super::{Evaluator, Predictor, Trainer, TrainingSpec, initial_network};
use crate::data::Dataset;
use crate::simd::SimdLevel;
use std::time::Instant;

/// The seconds of each epoch in f32, shuffle and gather included, evaluation excluded; and how many images of the
/// test set the network then classifies correctly.
///
/// # Panics
///
/// When the [`TrainingSpec`] does not fit the data set.
pub fn timed_epochs(spec: &TrainingSpec, data: &Dataset, level: SimdLevel) -> (Vec<f64>, usize) {
    let arch = level.arch();
    let mut trainer = Trainer::<f32>::new(spec, data);
    let mut seconds = Vec::new();
    for _ in 0..spec.epochs {
        let start = Instant::now();
        trainer.epoch(arch, &data.training);
        seconds.push(start.elapsed().as_secs_f64());
    }
    let network = trainer.network();
    (seconds, Evaluator::new(network).evaluate(arch, network, &data.test).correct)
}

/// The seconds until the outputs of an untrained f32 network for all test images are in memory, each of so many times;
/// and how many images it classifies correctly.
///
/// # Panics
///
/// When the [`TrainingSpec`] does not fit the data set.
pub fn timed_forward(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    repeats: usize,
) -> (Vec<f64>, usize) {
    let network = initial_network::<f32>(spec, data);
    let mut predictor = Predictor::new(&network, &data.test);
    let arch = level.arch();
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(predictor.predict(arch, &network));
        start.elapsed().as_secs_f64()
    };
    let seconds = (0..repeats).map(time).collect();
    (seconds, predictor.correct())
}
