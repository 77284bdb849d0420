use super::progress;
use anyhow::{Context, bail};
use clap::Args;
use nablab::book::{Experiment, Reproduction, Settings, experiments, find};
use nablab::data::Dataset;
use nablab::report::{Align, Table};
use nablab::simd::SimdLevel;
use nablab::sweep::{Progress, Provenance, prepare_directory, run as run_trials};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Reproduce an experiment of the book: train, write CSV, draw the figure, judge every number
#[derive(Debug, Args)]
pub struct Arguments {
    /// The experiment; --list shows all
    #[arg(required_unless_present = "list")]
    experiment: Option<String>,
    /// List the experiments: id, claim, how long it takes
    #[arg(long, conflicts_with_all = ["experiment", "exact", "quick", "out"])]
    list: bool,
    /// Replay the author's seeded run in f64, from his random numbers
    #[arg(long)]
    exact: bool,
    /// Only 2 seeds and 3 epochs, to see it work; not a reproduction
    #[arg(long)]
    quick: bool,
    /// Number of seeds, 1, 2, …; the same for every setting [default: 10]
    #[arg(long, value_name = "N", conflicts_with = "quick")]
    seeds: Option<NonZeroUsize>,
    /// Trials trained at the same time, one a thread [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Directory for the results [default: results/EXPERIMENT, its exact/ or quick/ for such runs]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Instruction set of the kernels: scalar, avx2, avx512, neon; changes the speed, never a
    /// result [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL")]
    simd: Option<SimdLevel>,
}

const DEFAULT_SEEDS: usize = 10;
const QUICK_SEEDS: usize = 2;
/// Beyond this the results no longer fit into memory comfortably, and no interval gets better.
const MAX_SEEDS: usize = 10_000;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Some(id) = &arguments.experiment else {
        return list();
    };
    let experiment = find(id)?;
    let seeds = match (arguments.quick, arguments.seeds) {
        (true, _) => QUICK_SEEDS,
        (false, seeds) => seeds.map_or(DEFAULT_SEEDS, NonZeroUsize::get),
    };
    if seeds > MAX_SEEDS {
        bail!("--seeds {seeds}: expected at most {MAX_SEEDS}");
    }
    let data = Dataset::mnist().context("the embedded MNIST is damaged")?;
    let settings = Settings { seeds, exact: arguments.exact, quick: arguments.quick };
    let reproduction = Reproduction::plan(experiment, settings, &data)?;
    let out = arguments.out.clone().unwrap_or_else(|| reproduction.default_directory());
    refuse_foreign_results(&out, experiment)?;
    prepare_directory(&out)?;

    let level = arguments.simd.unwrap_or_else(SimdLevel::best);
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    // More threads than trials would have nothing to do.
    let threads = arguments.jobs.unwrap_or_else(cores).get().min(reproduction.trials().len());
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{} ({})\n{}\n", experiment.title, experiment.id, experiment.claim)?;
    let trials = reproduction.trials();
    writeln!(stdout, "{} trainings on {threads} threads, {level}", trials.len())?;

    let start = Instant::now();
    let bar = progress::bar(reproduction.epochs(), "epochs");
    let results = run_trials(trials, &data, level, NonZeroUsize::new(threads), &|event| {
        if let Progress::Epoch(..) = event {
            bar.inc(1);
        }
    })?;
    bar.finish_and_clear();

    let mut provenance = Provenance::new(experiment.id, &data, level);
    provenance.threads = threads;
    provenance.trials = trials.len();
    provenance.seconds = start.elapsed().as_secs_f64();
    provenance.trial_seconds = results.iter().map(|result| result.history.seconds).sum();
    let written = reproduction.write(&out, &results, &provenance)?;

    writeln!(stdout, "trained in {:.1} s\n\n{}", provenance.seconds, written.terminal)?;
    for file in written.files {
        writeln!(stdout, "wrote {}", file.display())?;
    }
    Ok(())
}

/// Results of this experiment may be replaced, since the same command makes them again; others may
/// not.
fn refuse_foreign_results(out: &Path, experiment: &Experiment) -> anyhow::Result<()> {
    if !out.join("trials.csv").exists() {
        return Ok(());
    }
    let provenance = std::fs::read_to_string(out.join("provenance.json")).unwrap_or_default();
    let provenance: serde_json::Value = serde_json::from_str(&provenance).unwrap_or_default();
    if provenance["experiment"] == experiment.id {
        return Ok(());
    }
    bail!("--out {}: holds the results of something else; choose another directory", out.display())
}

fn list() -> anyhow::Result<()> {
    let mut table =
        Table::new(&[("experiment", Align::Left), ("claim", Align::Left), ("takes", Align::Left)]);
    for experiment in experiments() {
        table.row([experiment.id, experiment.title, experiment.takes].map(String::from));
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", table.to_terminal())?;
    for experiment in experiments() {
        writeln!(stdout, "\n{}: {}", experiment.id, experiment.claim)?;
    }
    Ok(())
}
