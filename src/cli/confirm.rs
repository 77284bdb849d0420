use super::output::Output;
use super::plural;
use super::sweep::{Jobs, Sweep, data_of, plan_of, run_plan, trials_so_far};
use super::train::{format_metric, words};
use anyhow::bail;
use clap::{Args, value_parser};
use nablab::report::{Align, Table, significant};
use nablab::simd::SimdLevel;
use nablab::stats::{confidence_interval, mean};
use nablab::sweep::{
    GridText, Journals, Ranked, SweepDirectory, SweepSpec, rank, ranking_metric, seed_text,
};
use nablab::train::Metric;
use std::io::Write;
use std::path::PathBuf;

/// Train the best settings of a sweep again with fresh seeds: how much of their lead was luck?
///
/// Whoever is best of many was also lucky: the seeds that chose a setting flatter it. The results go
/// to a sweep of their own, confirm/ in the directory.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory of the sweep
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// How many settings, the best first
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    top: u32,
    /// How many seeds, none of which the sweep has used
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(2..=100_000))]
    seeds: u32,
    /// Trainings at the same time, one a thread [default: one a core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    jobs: Option<u32>,
    /// Instruction set of the kernels: scalar, avx2, avx512, neon; changes the speed, never a
    /// result [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL")]
    simd: Option<SimdLevel>,
}

/// A setting before and after.
struct Confirmed {
    label: String,
    tuned: Ranked,
    fresh: Ranked,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = SweepDirectory::new(&arguments.directory);
    let spec = directory.spec()?;
    let data = data_of(&spec)?;
    let journals = Journals::read(&[directory.path()])?;
    let (plan, _) = trials_so_far(&spec, plan_of(&spec, &data)?, &journals)?;
    let places = plan.last_round();
    let path = directory.path().display();
    let Some(metric) = ranking_metric(plan.trial(0).spec.monitored()) else {
        bail!("{path}: nothing was monitored by which settings could be chosen");
    };
    let mut settings = rank(&plan, &places, &journals, metric)?;
    settings.retain(|setting| !setting.values.is_empty());
    let Some(last_seed) = places.iter().map(|&place| plan.trial(place).spec.seed).max() else {
        bail!("{path}: no trainings");
    };
    if settings.is_empty() {
        bail!("{path}: no training is done yet");
    }
    let tried = settings.len();
    settings.truncate(arguments.top as usize);
    let fresh: Option<Vec<u64>> =
        (1..=u64::from(arguments.seeds)).map(|i| last_seed.checked_add(i)).collect();
    let Some(fresh) = fresh else {
        bail!("{path}: no fresh seeds are left above {last_seed}");
    };
    let grids = settings.iter().map(|setting| {
        let mut axes = plan.setting(setting.places[0]);
        axes.insert("seed".into(), seed_text(&fresh));
        GridText { axes, ..GridText::default() }
    });
    let grids: Vec<GridText> = grids.collect();

    // A sweep like any other, that can be interrupted and grows with what is asked of it.
    let confirm = SweepDirectory::new(&directory.path().join("confirm"));
    let asked = SweepSpec { grids, halving: None, trainings: 0, ..spec };
    let united = confirm.unite(&asked, true)?;
    let all = plan_of(&united, &data)?;
    let united = SweepSpec { trainings: all.len(), ..united };
    let jobs = Jobs::new(arguments.jobs, arguments.simd.unwrap_or_else(SimdLevel::best));
    let mut journal = confirm.begin(&asked, true, &united, None)?;
    let mut stdout = Output::new();
    writeln!(
        stdout,
        "the best {} of {tried} settings by {}, with seeds {}, in {}",
        settings.len(),
        words(metric),
        seed_text(&fresh),
        confirm.path().display()
    )?;
    let sweep = Sweep { directory: &confirm, spec: &united };
    run_plan(sweep, &all, &mut journal, &jobs, &mut stdout)?.check()?;

    let asked = plan_of(&asked, &data)?;
    let places: Vec<usize> = (0..asked.len()).collect();
    let journals = Journals::read(&[confirm.path()])?;
    let mut fresh = rank(&asked, &places, &journals, metric)?;
    // In the order in which they were chosen.
    fresh.sort_by_key(|setting| setting.places[0]);
    let confirmed: Vec<Confirmed> = settings
        .into_iter()
        .zip(fresh)
        .map(|(tuned, fresh)| Confirmed { label: plan.label(tuned.places[0]), tuned, fresh })
        .collect();
    write!(stdout, "{}", report(&confirmed, metric))?;
    Ok(stdout.finish()?)
}

/// The table, and in words what the choice was worth.
fn report(confirmed: &[Confirmed], metric: Metric) -> String {
    let mut table = Table::new(&[
        ("setting", Align::Left),
        ("when chosen", Align::Right),
        ("fresh seeds", Align::Right),
        ("95 % interval", Align::Right),
        ("luck", Align::Right),
    ]);
    let value = |value: f64| format_metric(metric, value);
    for Confirmed { label, tuned, fresh } in confirmed {
        let interval = confidence_interval(&fresh.values, 0.95).map_or("–".into(), |interval| {
            format!("{} to {}", value(interval.low), value(interval.high))
        });
        let diverged = |setting: &Ranked| match setting.diverged {
            0 => String::new(),
            n => format!(" ({n}/{} diverged)", setting.values.len()),
        };
        table.row([
            if label.is_empty() { "the only one".into() } else { label.clone() },
            format!("{}{}", value(tuned.mean()), diverged(tuned)),
            format!("{}{}", value(mean(&fresh.values)), diverged(fresh)),
            interval,
            points(metric, luck(tuned.mean(), mean(&fresh.values), metric)),
        ]);
    }
    let mut text = format!("{}\n", table.to_terminal());
    let best = &confirmed[0];
    let lucky = luck(best.tuned.mean(), mean(&best.fresh.values), metric);
    let how = if lucky > 0.0 { "better" } else { "worse" };
    text += &format!(
        "The best setting was {} {how} on the {} that chose it than on {} fresh ones.\n",
        points(metric, lucky.abs()),
        plural(best.tuned.values.len(), "seed"),
        best.fresh.values.len(),
    );
    if let [best, next, ..] = confirmed {
        text += &lead(best, next, metric);
    }
    text
}

/// What became of the lead of the best setting over the next one.
fn lead(best: &Confirmed, next: &Confirmed, metric: Metric) -> String {
    let when_chosen = luck(best.tuned.mean(), next.tuned.mean(), metric);
    let pairs = best.fresh.values.iter().zip(&next.fresh.values);
    let fresh: Vec<f64> = pairs.map(|(&a, &b)| luck(a, b, metric)).collect();
    let mut text = format!(
        "Its lead over the next one was {}; on fresh seeds it is {}",
        points(metric, when_chosen),
        points(metric, mean(&fresh)),
    );
    if let Some(interval) = confidence_interval(&fresh, 0.95) {
        let (low, high) = (points(metric, interval.low), points(metric, interval.high));
        text += &format!(" (95 % interval of the paired differences {low} to {high})");
    }
    let kept = mean(&fresh) / when_chosen;
    text += &match when_chosen > 0.0 && kept.is_finite() {
        true if kept >= 1.0 => ": none of it was luck.\n".into(),
        true if kept <= 0.0 => ": all of it was luck.\n".into(),
        true => format!(": {} % of it was luck.\n", significant(100.0 * (1.0 - kept), 2)),
        false => ".\n".to_string(),
    };
    text
}

/// By how much `a` is better than `b`.
fn luck(a: f64, b: f64, metric: Metric) -> f64 {
    if metric.is_cost() { b - a } else { a - b }
}

/// A difference: of accuracies in percentage points.
fn points(metric: Metric, difference: f64) -> String {
    match metric.is_cost() {
        true => significant(difference, 3),
        false => format!("{:.3} points", 100.0 * difference),
    }
}
