//! Every kernel of `nablab::simd` alone, f32 and f64, and how close it comes to what this machine can
//! do: the measured peak of fused multiply-adds, or the bandwidth of loads from or stores to the
//! innermost cache that holds its operands, whichever limits it.
//!
//! To add a kernel, add a line to the table of its kind: `elementwise`, `update`, `dense`,
//! `sparse` or `convolution`.

mod case;
#[path = "../common/mod.rs"]
mod common;
mod convolution;
mod dense;
mod elementwise;
mod sparse;
mod update;

use case::Case;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nablab::data::Dataset;
use nablab::machine::Peak;
use nablab::report::{Align, Table};
use nablab::simd::Real;
use nablab::text::significant;
use pulp::Arch;
use std::time::{Duration, Instant};

fn kernels(criterion: &mut Criterion) {
    let arch = common::level().arch();
    let data = Dataset::mnist().expect("the embedded data set");
    let peak = Peak::measure(arch);
    let show = |number| significant(number, 3);
    let (f32, f64) = (peak.fma_f32_gflops, peak.fma_f64_gflops);
    println!("peak of one core: {} GFLOP/s f32, {} GFLOP/s f64", show(f32), show(f64));
    for level in peak.levels() {
        let (load, store) = (show(level.load_gb_per_s), show(level.store_gb_per_s));
        println!("peak of one core: {}, {load} GB/s read, {store} GB/s written", level.name);
    }
    measure(criterion, "f32", cases::<f32>(arch, &data), f32, &peak);
    measure(criterion, "f64", cases::<f64>(arch, &data), f64, &peak);
}

fn cases<T: Real>(arch: Arch, data: &Dataset) -> Vec<Case> {
    let mut cases = elementwise::elementwise::<T>(arch);
    cases.extend(update::update::<T>(arch));
    cases.extend(dense::dense::<T>(arch));
    cases.extend(dense::large::<T>(arch));
    cases.extend(sparse::sparse::<T>(arch, data));
    cases.extend(convolution::convolution::<T>(arch, data));
    cases
}

/// Measures the cases, and prints each beside what limits it.
fn measure(criterion: &mut Criterion, name: &str, cases: Vec<Case>, fma_gflops: f64, peak: &Peak) {
    let mut group = criterion.benchmark_group(format!("kernels/{name}"));
    group
        .sample_size(20)
        .nresamples(2000)
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200));
    let mut table = Table::new(&[
        ("kernel", Align::Left),
        (name, Align::Left),
        ("ns", Align::Right),
        ("GFLOP/s", Align::Right),
        ("GB/s", Align::Right),
        ("of peak", Align::Right),
        ("limit", Align::Left),
    ]);
    for mut case in cases {
        let (limit, least) = limit(&case, fma_gflops, peak);
        let bytes = case.read + case.written;
        group.throughput(match &limit[..] {
            "FMA" => Throughput::Elements(case.flop as u64),
            _ => Throughput::Bytes(bytes as u64),
        });
        // The best sample, as the peaks are those of the best round.
        let mut best = f64::INFINITY;
        group.bench_function(format!("{}/{}", case.kernel, case.shape), |bencher| {
            bencher.iter_custom(|iterations| {
                let start = Instant::now();
                for _ in 0..iterations {
                    (case.run)();
                }
                let elapsed = start.elapsed();
                best = best.min(1e9 * elapsed.as_secs_f64() / iterations as f64);
                elapsed
            });
        });
        // A case that was filtered out has not been run.
        if best.is_finite() {
            table.row([
                case.kernel.into(),
                case.shape,
                significant(best, 3),
                significant(case.flop as f64 / best, 3),
                significant(bytes as f64 / best, 3),
                format!("{:.0} %", 100.0 * least / best),
                limit,
            ]);
        }
    }
    group.finish();
    println!(
        "best samples, and the share of the peak that limits the kernel:\n{}\n",
        table.to_terminal()
    );
}

/// What limits a case, and the nanoseconds that it takes at least.
fn limit(case: &Case, fma_gflops: f64, peak: &Peak) -> (String, f64) {
    // Most of what a kernel writes it has read.
    let home = peak.home(case.read);
    let limits = [
        ("FMA".into(), case.flop as f64 / fma_gflops),
        (format!("{} loads", home.name), case.read as f64 / home.load_gb_per_s),
        (format!("{} stores", home.name), case.written as f64 / home.store_gb_per_s),
    ];
    limits.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("three limits")
}

criterion_group!(benches, kernels);
criterion_main!(benches);
