//! One epoch of 50,000 MNIST images, shuffled and gathered, without evaluation, f32, one thread: the
//! workloads W1 to W6, C1 to C5 and R1 to R3 of scripts/peers, each time the first epoch of the same training; and W5 and W6
//! with ReLU, dropout and momentum.
//!
//! `saturated` times later epochs of trainings that saturate, each beside the same one that does not,
//! since it begins with small weights and hardly learns. Both should take the same time: subnormal
//! numbers would make the former several times slower on some CPUs.

mod common;

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use nablab::data::Dataset;
use nablab::nn::{Activation, Cost, Optimiser, Output};
use nablab::train::{Trainer, TrainingSpec, Workload};
use std::time::Duration;

fn epoch(criterion: &mut Criterion) {
    let data = Dataset::mnist().expect("the embedded data set");
    let arch = common::level().arch();
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500));
    group.throughput(Throughput::Elements(data.training.len() as u64));
    let plain = Workload::EPOCHS.into_iter().chain(Workload::CONVOLUTION_EPOCHS);
    let plain = plain.chain(Workload::RECURRENT_EPOCHS);
    let plain = plain.map(|workload| (workload.name(), workload.spec()));
    let extended = [Workload::W5, Workload::W6].map(|workload| {
        let spec = TrainingSpec {
            activation: Activation::Relu.into(),
            dropout: 0.5.into(),
            momentum: 0.9,
            // So small that the weights stay ordinary numbers.
            eta: 0.001,
            ..workload.spec()
        };
        (if workload == Workload::W5 { "W5 extended" } else { "W6 extended" }, spec)
    });
    for (name, spec) in plain.chain(extended) {
        let shape = format!("{} batch {}", spec.architecture(&data).name(), spec.batch_size);
        group.bench_function(BenchmarkId::new(name, shape), |b| {
            b.iter_batched_ref(
                || Trainer::<f32>::new(&spec, &data),
                |trainer| trainer.epoch(arch, &data.training),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// Epochs until the neurons are saturated.
const EPOCHS_BEFORE: usize = 5;

fn saturated(criterion: &mut Criterion) {
    let data = Dataset::mnist().expect("the embedded data set");
    let arch = common::level().arch();
    let mut group = criterion.benchmark_group("saturated");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(1));
    group.throughput(Throughput::Elements(data.training.len() as u64));
    let w1 = Workload::W1.spec();
    let softmax =
        TrainingSpec { cost: Cost::LogLikelihood, output: Output::Softmax, ..Workload::W2.spec() };
    let (batch_size, optimiser) = (1, Optimiser::Adam);
    let trainings = [
        ("eta 100", TrainingSpec { eta: 100.0, ..w1.clone() }),
        ("batch 1", Workload::W3.spec()),
        ("no hidden layer", TrainingSpec { hidden: Vec::new(), ..w1.clone() }),
        ("momentum 0.99", TrainingSpec { momentum: 0.99, ..w1.clone() }),
        ("L1", TrainingSpec { l1: 100.0, eta: 10.0, ..w1.clone() }),
        ("Adam", TrainingSpec { optimiser, eta: 1.0, ..w1 }),
        ("softmax batch 1", TrainingSpec { batch_size, eta: 3.0, ..softmax }),
    ];
    for (name, spec) in trainings {
        let init = TrainingSpec::default().init;
        let ordinary = TrainingSpec { eta: 1e-4 * spec.eta, init, ..spec.clone() };
        for (kind, spec) in [("ordinary", ordinary), ("saturated", spec)] {
            let mut trainer = Trainer::<f32>::new(&spec, &data);
            for _ in 0..EPOCHS_BEFORE {
                trainer.epoch(arch, &data.training);
            }
            group.bench_function(BenchmarkId::new(name, kind), |b| {
                b.iter(|| trainer.epoch(arch, &data.training));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, epoch, saturated);
criterion_main!(benches);
