//! The workload W8 of scripts/peers: 12 trainings of three epochs on all cores, f32.

mod common;

use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use nablab::data::Dataset;
use nablab::sweep::{Trial, run};
use nablab::train::Workload;
use std::time::Duration;

fn sweep(criterion: &mut Criterion) {
    let data = Dataset::mnist().expect("the embedded data set");
    let level = common::level();
    let spec = Workload::W8.spec();
    let trials = Workload::trainings(&spec).map(|spec| Trial::new(spec, &data));
    let trials: Vec<Trial> = trials.collect();
    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(trials.len() as u64));
    group.bench_function(BenchmarkId::new("W8", "12 trainings of 784-30-10"), |b| {
        b.iter(|| run(&trials, &data, level, None, &|_| {}).expect("a valid workload"));
    });
    group.finish();
}

criterion_group!(benches, sweep);
criterion_main!(benches);
