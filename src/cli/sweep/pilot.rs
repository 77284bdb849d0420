//! `--dry-run`: what a sweep would be, and how long it would take, from a few measured epochs.

use super::super::output::Output;
use super::super::plural;
use super::board::whole_seconds;
use super::{Jobs, described};
use anyhow::Context;
use nablab::report::significant;
use nablab::sweep::{Halving, Plan, Trial, TrialResult, journal_bytes, run, work};
use nablab::train::TrainingSpec;
use std::io::Write;

/// The trials of which an epoch is trained, from the shortest to the longest.
const PILOTS: usize = 3;
/// The first and last ones that are shown.
const SHOWN: usize = 3;

pub fn preview(
    plan: &Plan,
    halving: Option<&Halving>,
    jobs: &Jobs,
    stdout: &mut Output,
) -> anyhow::Result<()> {
    let trainings = halving.map_or(plan.len(), Halving::trials);
    let text = described(&plan.describe());
    writeln!(stdout, "{}{}", plural(trainings, "training"), text.trim_end_matches(','))?;
    if let Some(halving) = halving {
        for (round, (settings, epochs)) in halving.rounds().iter().enumerate() {
            let (settings, epochs) = (plural(*settings, "setting"), plural(*epochs, "epoch"));
            writeln!(stdout, "  round {}: {settings}, {epochs}", round + 1)?;
        }
    }
    let line = |place: usize| {
        let trial = plan.trial(place);
        let label = plan.label(place);
        format!("  {:>6}  {}  {label} seed={}", place + 1, trial.id, trial.spec.seed)
    };
    let all = plan.len() <= 2 * SHOWN;
    for place in 0..if all { plan.len() } else { SHOWN } {
        writeln!(stdout, "{}", line(place))?;
    }
    if !all {
        writeln!(stdout, "       …")?;
        for place in plan.len() - SHOWN..plan.len() {
            writeln!(stdout, "{}", line(place))?;
        }
    }

    let (seconds, bytes) = measure(plan, jobs)?;
    let share = halving.map_or(1.0, |halving| halving.work() / plan.total_work());
    let seconds = seconds * share;
    let threads = jobs.threads.get().min(plan.len());
    writeln!(
        stdout,
        "about {} of training; on {} {}",
        whole_seconds(seconds),
        plural(threads, "thread"),
        whole_seconds(seconds / threads as f64)
    )?;
    let megabytes = bytes * share / 1e6;
    writeln!(stdout, "about {} MB on the disk", significant(megabytes.max(0.01), 2))?;
    Ok(())
}

/// The seconds that all trainings take together, and the bytes of their results.
fn measure(plan: &Plan, jobs: &Jobs) -> anyhow::Result<(f64, f64)> {
    let mut order = plan.longest_first();
    let fits = |place: usize| plan.trial(place).spec.check_memory(plan.data());
    // Those that would fail come first.
    while let (Some(&longest), true) = (order.first(), order.len() > 1) {
        if fits(longest).is_ok() {
            break;
        }
        let small = order.partition_point(|&place| plan.work(place) >= plan.work(longest));
        order.drain(..small.min(order.len() - 1));
    }
    // At least as many as threads, because threads slow each other down.
    let pilots = PILOTS.max(jobs.threads.get()).min(order.len());
    let pick = |i: usize| order[i * (order.len() - 1) / (pilots - 1).max(1)];
    let trials: Vec<Trial> = (0..pilots)
        .map(|i| {
            let spec = plan.trial(pick(i)).spec;
            Trial::new(TrainingSpec { epochs: 1, monitor_every: 1, ..spec }, plan.data())
        })
        .collect();
    let results = run(&trials, plan.data(), jobs.level, Some(jobs.threads), &|_| {});
    let results = results.context("the pilot")?;
    let seconds: f64 = results.iter().map(|result| result.history.seconds).sum();
    let pilot_work: f64 = trials.iter().map(|trial| work(&trial.spec, plan.data())).sum();
    let bytes = |(i, result): (usize, &TrialResult)| {
        let epochs = plan.trial(pick(i)).spec.epochs;
        journal_bytes(result, epochs) as f64
    };
    let bytes: f64 = results.iter().enumerate().map(bytes).sum();
    let per_trial = bytes / results.len() as f64;
    Ok((seconds / pilot_work * plan.total_work(), per_trial * plan.len() as f64))
}
