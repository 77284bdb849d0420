//! One trial of a sweep alone, again if need be.

use super::super::output::Output;
use super::super::plural;
use super::super::train::{epoch_line, summary};
use super::Sweep;
use anyhow::{anyhow, bail};
use nablab::simd::SimdLevel;
use nablab::sweep::{Entry, Journals, Plan, difference, export};
use nablab::train::train;
use std::io::Write;
use std::ops::ControlFlow;

/// Trains the trial of a sweep whose id begins with `id`. If it has a result already, the bits must
/// be the same; else this one is added.
pub fn run(
    sweep: Sweep,
    plan: &Plan,
    id: &str,
    level: SimdLevel,
    stdout: &mut Output,
) -> anyhow::Result<()> {
    let Sweep { directory, spec } = sweep;
    let place = plan.find(id).map_err(|found| match found {
        0 => anyhow!("--only {id}: no training of this sweep has such an id; see trials.csv"),
        n => anyhow!("--only {id}: {n} trainings have ids that begin so; expected more digits"),
    })?;
    let trial = plan.trial(place);
    let known = Journals::read(&[directory.path()])?.get(trial.key())?;
    // Better to know now than after the training that it cannot be kept.
    let mut journal = match known {
        Some(Entry::Done(_)) => None,
        _ => Some(directory.begin(spec, false, spec, None)?),
    };
    writeln!(stdout, "{}: {} seed={}", trial.id, plan.label(place), trial.spec.seed)?;
    let memory = trial.spec.check_memory(plan.data());
    memory.map_err(|error| anyhow!("{}: {error}", trial.id))?;
    let outcome = train(&trial.spec, plan.data(), level, &mut |record| {
        let _ = writeln!(stdout, "{}", epoch_line(record));
        ControlFlow::Continue(())
    });
    let history = outcome.map_err(|error| anyhow!("--{}: {error}", error.option()))?.history;
    let images = trial.spec.training_images(plan.data()).unwrap_or_default();
    write!(stdout, "{}", summary(&history, images))?;

    if let Some(Entry::Done(before)) = known {
        if let Some(difference) = difference(&before, &history) {
            bail!("{}: not the bits that the journal has: {difference}", trial.id);
        }
        let epochs = plural(history.epochs.len(), "epoch");
        writeln!(stdout, "the same bits as in the journal, for {epochs}")?;
        return Ok(());
    }
    if let Some(journal) = &mut journal {
        journal.append(&trial, &Entry::Done(history))?;
        journal.disk()?.sync()?;
    }
    directory.alone(|| export(directory.path(), plan, &Journals::read(&[directory.path()])?))?;
    writeln!(stdout, "added to {}", directory.path().display())?;
    Ok(())
}
