//! One epoch of 50,000 MNIST images, shuffled and gathered, without evaluation, f32, one thread: the
//! workloads W1 to W6 of scripts/peers, each time the first epoch of the same training.

mod common;

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use nablab::data::Dataset;
use nablab::train::{Trainer, Workload};
use std::time::Duration;

fn epoch(criterion: &mut Criterion) {
    let data = Dataset::mnist().expect("the embedded data set");
    let arch = common::level().arch().unwrap_or_default();
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500));
    group.throughput(Throughput::Elements(data.training.len() as u64));
    for workload in Workload::EPOCHS {
        let spec = workload.spec();
        let sizes: Vec<String> =
            spec.architecture(&data).sizes.iter().map(usize::to_string).collect();
        let shape = format!("{} batch {}", sizes.join("-"), spec.batch_size);
        group.bench_function(BenchmarkId::new(workload.name(), shape), |b| {
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
