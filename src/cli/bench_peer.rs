use anyhow::{Context, bail, ensure};
use clap::Args;
use nablab::data::Dataset;
use nablab::results::{Trial, TrialResult};
use nablab::simd::SimdLevel;
use nablab::stats::median;
use nablab::sweep::run as run_trials;
use nablab::train::{
    Generator, Metric, Monitors, SpecError, TrainingSpec, Workload, timed_epochs, timed_forward,
};
use serde_json::json;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

/// Time a workload of scripts/peers and print a line of JSON
#[derive(Debug, Args)]
pub struct Arguments {
    /// What to time; see scripts/peers/workloads.csv
    workload: Workload,
    /// Epochs to train [default: the workload's]
    #[arg(long)]
    epochs: Option<usize>,
    /// Threads of a sweep; the other workloads run on one
    #[arg(long, default_value_t = NonZeroUsize::MIN)]
    threads: NonZeroUsize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Start and shuffle as all peers do, to compare the accuracy
    #[arg(long)]
    check: bool,
    /// Directory of the workload's four IDX files (raw or .gz) [default: but for F, the embedded MNIST]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// How often the forward passes W7 and R4 are timed; the fastest counts.
const REPEATS: usize = 50;
/// The same of C4, which takes a hundred times as long.
const CONVOLUTION_REPEATS: usize = 5;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data = arguments.data()?;
    let level = SimdLevel::best();
    let spec = arguments.spec();
    spec.validate(&data)?;
    let mut result = json!({
        "workload": arguments.workload.name(),
        "peer": "nablab",
        "version": env!("CARGO_PKG_VERSION"),
        "threads": arguments.threads,
        "simd": level.name(),
        "order": if arguments.check { "shared" } else { "own" },
    });
    let measured = match arguments.workload {
        Workload::W7 | Workload::R4 => forward(&spec, &data, level, REPEATS),
        Workload::C4 => forward(&spec, &data, level, CONVOLUTION_REPEATS),
        Workload::W8 => sweep(&spec, &data, level, arguments.threads)?,
        _ => training(&spec, &data, level),
    };
    for (key, value) in measured.as_object().into_iter().flatten() {
        result[key] = value.clone();
    }
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

impl Arguments {
    /// The data set of the workload, and no other: its numbers stand beside those of the peers.
    fn data(&self) -> anyhow::Result<Dataset> {
        let (workload, expected) = (self.workload.name(), self.workload.data());
        match &self.data {
            Some(directory) => {
                let data = Dataset::from_dir(directory, None)?;
                ensure!(
                    data.sha256 == self.workload.sha256(),
                    "--data {}: not the files of {expected}, which {workload} is for",
                    directory.display()
                );
                Ok(data)
            }
            None if expected == "mnist" => {
                Dataset::mnist().context("the embedded MNIST is damaged")
            }
            None => {
                bail!("{workload} is for {expected}: give the directory of its files as --data")
            }
        }
    }

    /// What is trained.
    fn spec(&self) -> TrainingSpec {
        let spec = match self.check {
            true => TrainingSpec { rng: Generator::Shared, ..self.workload.check() },
            false => self.workload.spec(),
        };
        let epochs = self.epochs.unwrap_or(spec.epochs);
        TrainingSpec { epochs, seed: self.seed.into(), ..spec }
    }
}

/// The seconds of each epoch, shuffle and gather included, evaluation excluded.
fn training(spec: &TrainingSpec, data: &Dataset, level: SimdLevel) -> serde_json::Value {
    let (seconds, correct) = timed_epochs(spec, data, level);
    json!({ "seconds_per_epoch": seconds, "test_accuracy": per_cent(correct, data) })
}

/// The milliseconds until the outputs for all test images are in memory.
fn forward(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    repeats: usize,
) -> serde_json::Value {
    let (seconds, correct) = timed_forward(spec, data, level, repeats);
    let fastest = seconds.into_iter().fold(f64::INFINITY, f64::min);
    json!({ "milliseconds": 1e3 * fastest, "test_accuracy": per_cent(correct, data) })
}

/// Whole trainings a second, one thread each.
fn sweep(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    threads: NonZeroUsize,
) -> anyhow::Result<serde_json::Value> {
    let trainings = |monitors: Monitors| -> Result<Vec<TrialResult>, SpecError> {
        let specs = Workload::trainings(spec).map(|spec| TrainingSpec { monitors, ..spec });
        let trials: Vec<Trial> = specs.map(|spec| Trial::new(spec, data)).collect();
        run_trials(&trials, data, level, Some(threads), &|_| {})
    };
    let start = Instant::now();
    let timed = trainings(Monitors::default())?;
    let seconds = start.elapsed().as_secs_f64();
    // Again, now to see how well they did.
    let results = trainings([Metric::TestAccuracy].into_iter().collect())?;
    let accuracies = results.iter().filter_map(|r| r.history.last(Metric::TestAccuracy));
    Ok(json!({
        "trainings_per_second": timed.len() as f64 / seconds,
        "test_accuracy": 100.0 * median(&accuracies.collect::<Vec<_>>()),
    }))
}

/// Per cent of the test images.
fn per_cent(correct: usize, data: &Dataset) -> f64 {
    100.0 * correct as f64 / data.test.len() as f64
}
