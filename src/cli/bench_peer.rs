use anyhow::{Context, bail};
use clap::Args;
use nablab::data::Dataset;
use nablab::nn::{Activation, BiasInitialiser, Cost, Initialiser, Network, Output, Workspace};
use nablab::simd::SimdLevel;
use nablab::sweep::{Trial, run as run_trials};
use nablab::train::{
    Evaluator, Metric, MiniBatch, Randomness, TrainingSpec, initial_network, train_epoch,
};
use serde_json::json;
use std::io::Write;
use std::num::NonZeroUsize;
use std::time::Instant;

/// Time a workload of scripts/peers and print a line of JSON
#[derive(Debug, Args)]
pub struct Arguments {
    /// W1 to W8; see scripts/peers/workloads.csv
    workload: String,
    /// Epochs to train
    #[arg(long, default_value_t = 3)]
    epochs: usize,
    /// Threads of a sweep; the other workloads run on one
    #[arg(long, default_value_t = NonZeroUsize::MIN)]
    threads: NonZeroUsize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// The trainings of the sweep W8.
const TRAININGS: u64 = 12;
/// How often the forward pass W7 is timed; the fastest counts.
const REPEATS: usize = 50;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data = Dataset::mnist().context("the embedded MNIST is damaged")?;
    let level = SimdLevel::best();
    let spec = spec(&arguments.workload, arguments.epochs, arguments.seed.into())?;
    spec.validate(&data)?;
    let mut result = json!({
        "workload": arguments.workload,
        "peer": "nablab",
        "version": env!("CARGO_PKG_VERSION"),
        "threads": arguments.threads,
        "simd": level.name(),
    });
    let measured = match arguments.workload.as_str() {
        "W7" => forward(&spec, &data, level),
        "W8" => sweep(&spec, &data, level, arguments.threads)?,
        _ => training(&spec, &data, level),
    };
    for (key, value) in measured.as_object().into_iter().flatten() {
        result[key] = value.clone();
    }
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

/// The workloads, as in scripts/peers/workloads.csv.
fn spec(workload: &str, epochs: usize, seed: u64) -> anyhow::Result<TrainingSpec> {
    let base = TrainingSpec { epochs, seed, ..TrainingSpec::default() };
    let chapter1 = TrainingSpec {
        hidden: vec![30],
        cost: Cost::Quadratic,
        initialiser: Initialiser::Large,
        eta: 3.0,
        lambda: 0.0,
        ..base.clone()
    };
    let chapter3 = TrainingSpec { hidden: vec![100], eta: 0.5, lambda: 5.0, ..base.clone() };
    Ok(match workload {
        "W1" | "W8" => chapter1,
        "W2" | "W7" => chapter3,
        "W3" => TrainingSpec { batch_size: 1, ..chapter1 },
        "W4" => TrainingSpec { batch_size: 100, ..chapter3 },
        "W5" => TrainingSpec {
            hidden: vec![800, 800],
            activation: Activation::Relu,
            output: Output::Softmax,
            cost: Cost::LogLikelihood,
            initialiser: Initialiser::He,
            bias_initialiser: BiasInitialiser::Zero,
            eta: 0.1,
            lambda: 0.0,
            batch_size: 128,
            ..base
        },
        "W6" => TrainingSpec { hidden: vec![30; 4], eta: 0.1, lambda: 0.0, ..base },
        _ => bail!("there is no workload '{workload}': expected W1 to W8"),
    })
}

/// The seconds of each epoch, shuffle and gather included, evaluation excluded.
fn training(spec: &TrainingSpec, data: &Dataset, level: SimdLevel) -> serde_json::Value {
    let arch = level.arch().unwrap_or_default();
    let mut network: Network<f32> = initial_network(spec, data);
    let mut randomness = Randomness::new(spec, data);
    let mut order = randomness.initial_order(data.training.len());
    let mut workspace = Workspace::new(&network, spec.batch_size);
    let (mut batch, descent) = (MiniBatch::new(), spec.descent());
    let mut seconds = Vec::new();
    for _ in 0..spec.epochs {
        let start = Instant::now();
        randomness.shuffle(&mut order);
        let split = &data.training;
        train_epoch(arch, &mut network, split, &order, descent, &mut workspace, &mut batch);
        seconds.push(start.elapsed().as_secs_f64());
    }
    json!({ "seconds_per_epoch": seconds, "test_accuracy": accuracy(&network, data, level) })
}

/// The milliseconds of a forward pass of all test images.
fn forward(spec: &TrainingSpec, data: &Dataset, level: SimdLevel) -> serde_json::Value {
    let network: Network<f32> = initial_network(spec, data);
    let mut evaluator = Evaluator::new(&network);
    let arch = level.arch().unwrap_or_default();
    let time = |_| {
        let start = Instant::now();
        let evaluation = evaluator.evaluate(arch, &network, &data.test);
        std::hint::black_box(evaluation);
        start.elapsed().as_secs_f64()
    };
    let fastest = (0..REPEATS).map(time).fold(f64::INFINITY, f64::min);
    json!({ "milliseconds": 1e3 * fastest, "test_accuracy": accuracy(&network, data, level) })
}

/// Whole trainings a second, one thread each.
fn sweep(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    threads: NonZeroUsize,
) -> anyhow::Result<serde_json::Value> {
    let seeds = spec.seed..spec.seed + TRAININGS;
    let trials = |monitors: &[Metric]| -> Vec<Trial> {
        let monitors = monitors.iter().copied().collect();
        let trial = |seed| Trial::new(TrainingSpec { seed, monitors, ..spec.clone() }, data);
        seeds.clone().map(trial).collect()
    };
    let timed = trials(&[]);
    let start = Instant::now();
    run_trials(&timed, data, level, Some(threads), &|_| {})?;
    let seconds = start.elapsed().as_secs_f64();
    let results =
        run_trials(&trials(&[Metric::TestAccuracy]), data, level, Some(threads), &|_| {})?;
    let last = |metric| results.iter().filter_map(move |r| r.history.last(metric));
    let mut accuracies: Vec<f64> = last(Metric::TestAccuracy).collect();
    accuracies.sort_by(f64::total_cmp);
    Ok(json!({
        "trainings_per_second": TRAININGS as f64 / seconds,
        "test_accuracy": 100.0 * accuracies[accuracies.len() / 2],
    }))
}

/// Per cent of the test images.
fn accuracy(network: &Network<f32>, data: &Dataset, level: SimdLevel) -> f64 {
    let arch = level.arch().unwrap_or_default();
    let evaluation = Evaluator::new(network).evaluate(arch, network, &data.test);
    100.0 * evaluation.correct as f64 / data.test.len() as f64
}
