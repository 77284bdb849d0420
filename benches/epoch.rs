//! One epoch of 50,000 MNIST images, shuffled and gathered, without evaluation, f32, one thread.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nablab::data::Dataset;
use nablab::nn::{Cost, Initialiser, Workspace};
use nablab::simd::SimdLevel;
use nablab::train::{MiniBatch, Randomness, TrainingSpec, initial_network, train_epoch};

fn workloads() -> [(&'static str, TrainingSpec); 3] {
    let chapter1 = TrainingSpec {
        hidden: vec![30],
        cost: Cost::Quadratic,
        initialiser: Initialiser::Large,
        eta: 3.0,
        lambda: 0.0,
        ..TrainingSpec::default()
    };
    let chapter3 = TrainingSpec { hidden: vec![100], eta: 0.5, ..TrainingSpec::default() };
    [
        ("784-30-10 quadratic batch 10", chapter1),
        ("784-100-10 cross-entropy L2 batch 10", chapter3.clone()),
        ("784-100-10 cross-entropy L2 batch 100", TrainingSpec { batch_size: 100, ..chapter3 }),
    ]
}

fn epoch(criterion: &mut Criterion) {
    let data = Dataset::mnist().expect("the embedded data set");
    let arch = SimdLevel::best().arch().unwrap_or_default();
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(20);
    group.throughput(Throughput::Elements(data.training.len() as u64));
    for (name, spec) in workloads() {
        let mut network = initial_network::<f32>(&spec, &data);
        let mut randomness = Randomness::new(&spec, &data);
        let mut order = randomness.initial_order(data.training.len());
        let mut workspace = Workspace::new(&network, spec.batch_size);
        let mut batch = MiniBatch::new();
        let (split, descent) = (&data.training, spec.descent());
        group.bench_function(name, |b| {
            b.iter(|| {
                randomness.shuffle(&mut order);
                train_epoch(arch, &mut network, split, &order, descent, &mut workspace, &mut batch);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, epoch);
criterion_main!(benches);
