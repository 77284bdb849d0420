//! Trainings that saturate, and those whose weights decay: no number becomes subnormal, and none is
//! lost that counts.

use super::{Trainer, TrainingSpec, Workload};
use crate::data::Dataset;
use crate::nn::{Activation, BiasInitialiser, Cost, Initialiser, Optimiser, Output, dense};
use crate::simd::{Real, SimdLevel};
use std::num::FpCategory;

/// The first images of MNIST.
fn few_images(n: usize) -> Dataset {
    let mut data = Dataset::mnist().unwrap();
    data.training = data.training.first(n).into();
    data
}

/// Trainings whose neurons saturate, or whose gradients die, each in a way of its own.
fn saturating() -> [(&'static str, TrainingSpec); 11] {
    let w3 = Workload::W3.spec();
    let chapter3 = TrainingSpec { hidden: dense([30]), lambda: 0.0, ..TrainingSpec::default() };
    let softmax = TrainingSpec {
        output: Output::Softmax,
        cost: Cost::LogLikelihood,
        eta: 3.0,
        batch_size: 1,
        ..chapter3.clone()
    };
    let hidden = |activation: Activation, eta| TrainingSpec {
        hidden: dense([30, 30]),
        activation: activation.into(),
        init: Initialiser::Large,
        eta,
        ..chapter3.clone()
    };
    [
        ("eta 100", TrainingSpec { eta: 100.0, ..chapter3.clone() }),
        ("no hidden layer", TrainingSpec { hidden: Vec::new(), ..w3.clone() }),
        ("softmax", softmax),
        ("momentum", TrainingSpec { momentum: 0.99, eta: 0.3, ..w3.clone() }),
        (
            "nesterov",
            TrainingSpec {
                optimiser: Optimiser::Nesterov,
                momentum: 0.99,
                lambda: 5.0,
                eta: 3.0,
                ..chapter3.clone()
            },
        ),
        ("adam", TrainingSpec { optimiser: Optimiser::Adam, eta: 1.0, ..chapter3.clone() }),
        ("rmsprop", TrainingSpec { optimiser: Optimiser::RmsProp, eta: 1.0, ..w3.clone() }),
        ("l1", TrainingSpec { l1: 50.0, lambda: 50.0, eta: 1.0, ..w3.clone() }),
        ("silu", hidden(Activation::Silu, 1.0)),
        (
            "gelu and max-norm",
            TrainingSpec { max_norm: Some(0.5), ..hidden(Activation::Gelu, 3.0) },
        ),
        ("W3", w3),
    ]
}

fn check<T: Real>(name: &str, spec: &TrainingSpec, data: &Dataset) {
    spec.validate(data).unwrap();
    let mut trainer = Trainer::<T>::new(spec, data);
    for epoch in 0..3 {
        trainer.epoch(SimdLevel::best().arch(), &data.training);
        for (kind, numbers) in trainer.stored_numbers() {
            for x in numbers {
                let x = x.to_f64();
                // A subnormal f32 is a normal f64.
                let subnormal = match T::NAME {
                    "f32" => (x as f32).classify() == FpCategory::Subnormal,
                    _ => x.classify() == FpCategory::Subnormal,
                };
                assert!(!subnormal, "{name}, {}, epoch {epoch}: {kind} is {x:e}", T::NAME);
            }
        }
    }
}

#[test]
fn no_stored_number_is_subnormal_after_trainings_that_saturate() {
    let data = few_images(1500);
    for (name, spec) in saturating() {
        check::<f32>(name, &spec, &data);
        check::<f64>(name, &spec, &data);
    }
}

/// By which part a weight of a pixel that is 0 in all images misses (1 − ηλ/n)^2000 after as many steps.
fn decay_error(eta: f64, lambda_over_n: f64) -> f64 {
    const STEPS: usize = 2000;
    let data = few_images(10);
    let spec = TrainingSpec {
        hidden: dense([5]),
        batch_size: 1,
        eta,
        lambda: lambda_over_n * 10.0,
        ..TrainingSpec::default()
    };
    let mut trainer = Trainer::<f32>::new(&spec, &data);
    // The corner of a digit's frame.
    let weight = |trainer: &Trainer<f32>| trainer.network().layers()[0].weight(2, 0).to_f64();
    let before = weight(&trainer);
    for _ in 0..STEPS / 10 {
        trainer.epoch(SimdLevel::best().arch(), &data.training);
    }
    let want = (1.0 - eta * lambda_over_n).powi(STEPS as i32);
    weight(&trainer) / before / want - 1.0
}

#[test]
fn weights_of_a_pixel_that_is_always_zero_decay_as_they_should_in_f32() {
    for power in -9..=-2 {
        let decay = 10f64.powi(power);
        let error = decay_error(0.01, decay / 0.01);
        assert!(error.abs() < 1e-6, "eta lambda / n = {decay:e}: {error:e}");
    }
}

#[test]
fn the_first_step_of_adam_in_f32_is_as_long_as_the_learning_rate() {
    let data = few_images(10);
    for eta in [1e-4, 1e-3, 1e-2] {
        let spec = TrainingSpec {
            hidden: Vec::new(),
            optimiser: Optimiser::Adam,
            bias_init: BiasInitialiser::Zero,
            eta,
            lambda: 0.0,
            ..TrainingSpec::default()
        };
        let mut trainer = Trainer::<f32>::new(&spec, &data);
        trainer.epoch(SimdLevel::best().arch(), &data.training);
        for &bias in trainer.network().layers()[0].biases() {
            let error = f64::from(bias).abs() / eta - 1.0;
            assert!(error.abs() < 2e-7, "eta {eta}: {error:e}");
        }
    }
}
