mod board;
pub mod finished;
mod only;
mod preview;
mod request;
mod until;

use super::data::notes;
use super::output::Output;
use super::settings::Axes;
use super::{interrupt, plural};
use anyhow::{anyhow, bail};
pub use board::{Board, command, whole_seconds};
use clap::{Args, value_parser};
use nablab::data::DataOptions;
use nablab::simd::SimdLevel;
use nablab::sweep::{Jobs, PlanError, Shard, Sweep, SweepDirectory, SweepError, is_complete};
use nablab::text::lines;
use request::Request;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Train every combination of settings with every seed, in parallel; what is done is never lost and
/// never done again
///
/// Every option of `train` takes a list (0.1,0.5), ranges with both ends (lin:0..1:5,
/// log:0.001..10:9) or, with --trials, random values (rand:log:0.001..10; rand:relu,tanh). The same
/// command again goes on where the last one ended.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A sweep file (sweep.toml), whose keys are these options; or the directory of a sweep, to go on
    #[arg(value_name = "FILE|DIR")]
    from: Option<PathBuf>,
    /// Seeds of every setting: 10 (1 to 10), 1..10 or 3,5,8 [default: 10]
    #[arg(long, value_name = "SEEDS", conflicts_with = "seed", help_heading = GRID)]
    seeds: Option<String>,
    /// Axes that go together, the first value of one with the first of the other: eta,batch-size
    #[arg(long, value_name = "AXIS,AXIS", help_heading = GRID)]
    zip: Vec<String>,
    /// An axis that has values only where another has certain ones, and else its default:
    /// momentum:optimiser=sgd,nesterov
    #[arg(long, value_name = "AXIS:OTHER=VALUES", help_heading = GRID)]
    when: Vec<String>,
    /// Random draws of the axes with rand:
    #[arg(long, value_name = "N", help_heading = GRID)]
    trials: Option<usize>,
    /// Seed of the random draws; draw k is the same for ever [default: 0]
    #[arg(long, value_name = "S", requires = "trials", help_heading = GRID)]
    sweep_seed: Option<u64>,
    /// Successive halving: all settings for a few epochs, the best one in FACTOR (by the validation
    /// set) for FACTOR times as many, up to --epochs
    #[arg(long, value_name = "FACTOR", num_args = 0..=1, default_missing_value = "3", help_heading = GRID)]
    halving: Option<usize>,
    /// Add seeds until enough is known: decided (better or worse than the baseline), decided:0.3 (or within 0.3 points
    /// of accuracy, else units of the metric) or width:0.2 (each mean to ± 0.2); with :METRIC after it of another metric
    /// than that by which settings are ranked. The intervals hold whenever it stops
    #[arg(long, value_name = "GOAL", conflicts_with_all = ["halving", "shard", "only", "freeze"], help_heading = UNTIL)]
    until: Option<String>,
    /// The same as --until width:W
    #[arg(long, value_name = "W", conflicts_with_all = ["until", "halving", "shard", "only", "freeze"], help_heading = UNTIL)]
    target_width: Option<f64>,
    /// The most seeds of a setting; --seeds are those to begin with, and as many are added at a time [default: 60]
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..), help_heading = UNTIL)]
    max_seeds: Option<u64>,
    /// The setting that all others are compared with, as in activation=sigmoid [default: the first]
    #[arg(long, value_name = "SETTING=VALUE", help_heading = UNTIL)]
    baseline: Option<String>,
    #[command(flatten)]
    axes: Axes,
    /// Directory of four IDX files (raw or .gz), or a CSV file, to use instead of the embedded MNIST
    #[arg(long, value_name = "DIR|FILE|TASK", help_heading = "Data")]
    data: Option<PathBuf>,
    #[command(flatten)]
    reading: DataOptions,
    /// What to compute after every epoch, separated by commas [default:
    /// validation-accuracy,test-accuracy; of numbers validation-mse,validation-r2,test-mse,test-r2]
    #[arg(long, value_name = "METRICS", help_heading = RESULTS)]
    monitor: Option<String>,
    /// Compute it after every K epochs, and after the last one [default: 1]
    #[arg(long, value_name = "K", value_parser = value_parser!(u32).range(1..), help_heading = RESULTS)]
    monitor_every: Option<u32>,
    /// Compute it before the first epoch too, which epochs.csv calls epoch -1
    #[arg(long, help_heading = RESULTS)]
    monitor_start: bool,
    /// Measure every layer too, in layers.csv
    #[arg(long, help_heading = RESULTS)]
    monitor_layers: bool,
    /// Directory for the journal and the CSV files [default: results/ and the name of the sweep
    /// file, or sweep- and a number that stands for the settings]
    #[arg(long, value_name = "DIR", help_heading = RESULTS)]
    out: Option<PathBuf>,
    /// Add these trainings to the other ones that the directory holds
    #[arg(long, help_heading = RESULTS)]
    extend: bool,
    /// Train nothing: print the number of trainings, the first and last ones, the time, the disk
    #[arg(long, conflicts_with_all = ["only", "freeze"], help_heading = RUNNING)]
    dry_run: bool,
    /// Train nothing: only write spec.toml into the directory, for `nablab emit`
    #[arg(long, conflicts_with = "only", help_heading = RUNNING)]
    freeze: bool,
    /// Trainings at the same time, one a thread [default: one a core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), help_heading = RUNNING)]
    jobs: Option<u32>,
    /// Only share I of N, in a journal of its own: 3/16; slurm or hq/16 take I from a job array
    #[arg(long, value_name = "I/N", conflicts_with_all = ["halving", "only"], help_heading = RUNNING)]
    shard: Option<String>,
    /// Only the training with this id, or beginning of an id, and again if it is done: its bits must
    /// be the same
    #[arg(long, value_name = "TRIAL_ID", help_heading = RUNNING)]
    only: Option<String>,
    /// End at the first training that fails
    #[arg(long, help_heading = RUNNING)]
    fail_fast: bool,
    /// Instruction set of the kernels: scalar, avx2, avx512, neon; changes the speed, never a
    /// result [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL", help_heading = RUNNING)]
    simd: Option<SimdLevel>,
}

// The headings of --help.
const GRID: &str = "Combinations";
const UNTIL: &str = "How many seeds";
const RESULTS: &str = "Results";
const RUNNING: &str = "Running";

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let request = Request::read(arguments)?;
    let directory = SweepDirectory::new(&request.out);
    let shard = arguments.shard.as_ref().map(|text| {
        Shard::read(text, |name| std::env::var(name).ok()).map_err(|e| anyhow!("--shard: {e}"))
    });
    let shard = shard.transpose()?;
    let mut stdout = Output::new();

    // The embedded data are known without unpacking them, and those of a directory if they have not
    // been touched since the sweep was frozen: training checks them in any case.
    let mut asked = request.spec.clone();
    if let Some(data_id) = directory.data_id_of(&asked) {
        asked.data_id = data_id;
    }
    let unknown = asked.data_id.is_empty();
    let early = unknown.then(|| asked.load_data()).transpose()?;
    if let Some(data) = &early {
        asked.data_id = nablab::sweep::data_id(&data.sha256);
    }
    // Seeds that were added before are there already.
    let extend = arguments.extend || asked.until.is_some();
    let spec = match arguments.dry_run {
        // A preview of something else than what is there does no harm.
        true => asked.clone(),
        false => directory.unite(&asked, extend)?,
    };
    let trains = !(arguments.dry_run || arguments.freeze || arguments.only.is_some());
    if trains && spec.until.is_none() && is_complete(&directory, &spec) {
        let pieces = [
            format!("{}:", request.out.display()),
            format!("all {} are done;", plural(spec.trainings, "training")),
            "trials.csv and epochs.csv are there".into(),
        ];
        writeln!(stdout, "{}", lines(pieces, " ", 2))?;
        return Ok(stdout.finish()?);
    }

    let data = early.map_or_else(|| spec.load_data(), Ok)?;
    write!(stdout, "{}", notes(&data))?;
    let sweep = match arguments.dry_run {
        true => Sweep::preview(directory, &asked, &data),
        false => Sweep::new(directory, &asked, extend, &data),
    };
    let sweep = sweep.map_err(|error| match (error, request.place.as_str()) {
        // No single option is to blame.
        (SweepError::Plan(PlanError::TooMany), "--") => anyhow!("{}", PlanError::TooMany),
        (SweepError::Plan(error), place) => anyhow!("{place}{error}"),
        (error, _) => error.into(),
    })?;
    let fail_fast = arguments.fail_fast;
    let jobs = Jobs { fail_fast, shard, ..jobs(arguments.jobs, arguments.simd) };
    if shard.is_some() && sweep.spec().halving.is_some() {
        return Err(SweepError::Shard.into());
    }
    if let (true, Some(until)) =
        (shard.is_some() || sweep.spec().halving.is_some(), &sweep.spec().until)
    {
        bail!(
            "--until {until}: each look needs all results of the one before; it goes with neither --shard nor --halving"
        );
    }
    let trainings = plural(sweep.trainings(), "training");
    if arguments.dry_run {
        preview::show(&sweep, &jobs, &mut stdout)?;
    } else if arguments.freeze {
        sweep.freeze()?;
        let file = request.out.join(nablab::sweep::SPEC_FILE);
        writeln!(stdout, "wrote {}: {trainings}", file.display())?;
    } else if let Some(id) = &arguments.only {
        only::run(&sweep, id, jobs.level, &mut stdout)?;
    } else if sweep.spec().until.is_some() {
        until::run(&sweep, &jobs, &mut stdout)?;
    } else {
        let described = described(&sweep.plan().describe());
        let heading = format!("{trainings}{described}");
        let words = heading.split(' ').map(String::from);
        let place = format!("in {}", request.out.display());
        let heading = lines(words.chain([place]), " ", 2) + "\n";
        let board = Board::new(heading, sweep.directory(), &mut stdout);
        let finished = sweep.run(&jobs, &board);
        drop(board);
        finished::report(&sweep, &finished?, shard, &mut stdout)?;
    }
    Ok(stdout.finish()?)
}

/// How trials are run, until somebody has had enough: on so many threads, by default one a core.
pub fn jobs(threads: Option<u32>, level: Option<SimdLevel>) -> Jobs<'static> {
    let plain = Jobs::default();
    let threads = threads.and_then(|threads| NonZeroUsize::new(threads as usize));
    Jobs {
        threads: threads.unwrap_or(plain.threads),
        level: level.unwrap_or(plain.level),
        stop: interrupt::catch(),
        ..plain
    }
}

/// `: eta (7) × seed (5)`, or how many grids there are.
fn described(grids: &[String]) -> String {
    match grids {
        [one] if one.is_empty() => String::new(),
        [one] => format!(": {one},"),
        many => format!(" of {} grids", many.len()),
    }
}
