//! One epoch of 50,000 MNIST images, shuffled and gathered, without evaluation, f32, one thread: the
//! workloads W1 to W6 of scripts/peers, each time the first epoch of the same training; and W5 and W6
//! with ReLU, dropout and momentum.

mod common;

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use nablab::data::Dataset;
use nablab::nn::Activation;
use nablab::train::{Trainer, TrainingSpec, Workload};
use std::time::Duration;

fn epoch(criterion: &mut Criterion) {
    let data = Dataset::mnist().expect("the embedded data set");
    let arch = common::level().arch().unwrap_or_default();
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500));
    group.throughput(Throughput::Elements(data.training.len() as u64));
    let plain = Workload::EPOCHS.map(|workload| (workload.name(), workload.spec()));
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
    for (name, spec) in plain.into_iter().chain(extended) {
        let sizes: Vec<String> =
            spec.architecture(&data).sizes.iter().map(usize::to_string).collect();
        let shape = format!("{} batch {}", sizes.join("-"), spec.batch_size);
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

criterion_group!(benches, epoch);
criterion_main!(benches);
