use super::{plural, progress};
use anyhow::{Context, bail};
use clap::{Args, value_parser};
use nablab::book::{Experiment, Reproduction, Settings, experiments, find};
use nablab::data::Dataset;
use nablab::report::{Align, Table};
use nablab::simd::SimdLevel;
use nablab::sweep::{Provenance, available_cores, prepare_directory, run as run_trials};
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Reproduce an experiment of the book: train, write CSV, draw the figure, judge every number
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
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
    #[arg(long, value_name = "N", conflicts_with = "quick", value_parser = value_parser!(u32).range(1..=10_000))]
    seeds: Option<u32>,
    /// Trials trained at the same time, one a thread [default: one a core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    jobs: Option<u32>,
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

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Some(id) = &arguments.experiment else {
        return list();
    };
    let experiment = find(id)?;
    let seeds = match (arguments.quick, arguments.seeds) {
        (true, _) => QUICK_SEEDS,
        (false, seeds) => seeds.map_or(DEFAULT_SEEDS, |n| n as usize),
    };
    let data = Dataset::mnist().context("the embedded MNIST is damaged")?;
    let settings = Settings { seeds, exact: arguments.exact, quick: arguments.quick };
    let reproduction = Reproduction::plan(experiment, settings, &data)?;
    let out = arguments.out.clone().unwrap_or_else(|| reproduction.default_directory());
    refuse_foreign_results(&out, &reproduction, experiment)?;
    prepare_directory(&out, &Reproduction::FILES).context("--out")?;

    let level = arguments.simd.unwrap_or_else(SimdLevel::best);
    // More threads than trials would have nothing to do.
    let threads = arguments.jobs.map_or_else(|| available_cores().get(), |n| n as usize);
    let threads = threads.min(reproduction.trials().len());
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{} ({})\n{}\n", experiment.title, experiment.id, experiment.claim)?;
    let trials = reproduction.trials();
    writeln!(
        stdout,
        "{} on {}, {level}",
        plural(trials.len(), "training"),
        plural(threads, "thread")
    )?;

    let mut provenance = Provenance::new(experiment.id, reproduction.form(), &data, level);
    provenance.threads = threads;
    let bar = progress::bar(reproduction.epochs(), "epochs");
    let results = run_trials(trials, &data, level, NonZeroUsize::new(threads), &|_| bar.inc(1))?;
    bar.finish_and_clear();

    let seconds = results.iter().map(|result| result.history.seconds).sum();
    provenance.finish(trials.len(), seconds);
    let written = reproduction.write(&out, &results, &provenance)?;

    writeln!(stdout, "trained in {:.1} s\n\n{}", provenance.seconds, written.terminal)?;
    for file in written.files {
        writeln!(stdout, "wrote {}", file.display())?;
    }
    Ok(())
}

/// Results of the same form of this experiment may be replaced, since the same command makes them
/// again; others may not.
fn refuse_foreign_results(
    out: &Path,
    reproduction: &Reproduction,
    experiment: &Experiment,
) -> anyhow::Result<()> {
    let ours = (experiment.id.to_string(), reproduction.form().to_string());
    if Provenance::of_directory(out) == Some(ours)
        || !Reproduction::FILES.iter().any(|file| out.join(file).exists())
    {
        return Ok(());
    }
    bail!("--out {}: holds the results of something else; choose another directory", out.display())
}

fn list() -> anyhow::Result<()> {
    let mut table =
        Table::new(&[("experiment", Align::Left), ("title", Align::Left), ("takes", Align::Left)]);
    for experiment in experiments() {
        let only = if experiment.seeded { "" } else { " (--exact only)" };
        let takes = format!("{}{only}", experiment.takes);
        table.row([experiment.id.into(), experiment.title.into(), takes]);
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", table.to_terminal())?;
    for experiment in experiments() {
        writeln!(stdout, "\n{}: {}", experiment.id, experiment.claim)?;
    }
    Ok(())
}
