//! Sweeps: the workload W8 of scripts/peers (12 trainings of three epochs on all cores, f32), and what
//! a trial costs apart from its training.

mod common;

use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use nablab::data::Dataset;
use nablab::results::Trial;
use nablab::sweep::{GridText, Jobs, Journals, Plan, SweepDirectory, export, run, run_with};
use nablab::train::{EpochRecord, History, Metric, Metrics, MonitorOptions, Status, Workload};
use std::ops::ControlFlow;
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

/// The trials of the bench of overheads.
const EMPTY: usize = 1000;

/// A thousand trainings that do nothing but return ten epochs: planned, run, written to the journal
/// and to the disk, and made into CSV files.
fn overhead(criterion: &mut Criterion) {
    let data = Dataset::mnist().expect("the embedded data set");
    let axes = [("eta", "log:0.01..10:10"), ("batch-size", "1,10"), ("seed", "1..50")];
    let axes = axes.map(|(name, values)| (name.to_string(), values.to_string()));
    let grids = [GridText { axes: axes.into(), ..GridText::default() }];
    let monitors = MonitorOptions { monitor_every: 1, ..MonitorOptions::default() };
    let mut metrics = Metrics::default();
    metrics[Metric::ValidationAccuracy] = Some(0.9531);
    metrics[Metric::TestAccuracy] = Some(0.9542);
    let epochs = (0..10).map(|epoch| EpochRecord { epoch, metrics, seconds: 0.031_234 }).collect();
    let history = History {
        start: None,
        epochs,
        layers: Vec::new(),
        trained: 10,
        status: Status::Finished,
        kept_epoch: None,
        seconds: 0.31,
    };
    let train = |_: &Trial, _: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>| history.clone();
    let jobs = Jobs { level: common::level(), ..Jobs::default() };

    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(EMPTY as u64));
    group.bench_function(BenchmarkId::new("overhead", "1000 empty trainings"), |b| {
        b.iter(|| {
            // On the disk of the sources, not in memory as temporary files may be.
            let directory = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target"))
                .expect("a directory");
            let plan = Plan::new(&grids, &monitors, &data).expect("a valid grid");
            assert_eq!(plan.len(), EMPTY);
            let sweep = SweepDirectory::new(directory.path());
            let mut journal = sweep.journal(None).expect("a journal");
            let places = plan.longest_first();
            let ended = run_with(&plan, &places, &mut journal, &jobs, &train, &());
            assert_eq!(ended.expect("a disk").done, EMPTY);
            let journals = Journals::read(&[directory.path()]).expect("a journal");
            export(directory.path(), &plan, &journals).expect("a disk")
        });
    });
    group.finish();
}

criterion_group!(benches, sweep, overhead);
criterion_main!(benches);
