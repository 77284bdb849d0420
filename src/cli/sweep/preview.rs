//! `--dry-run`: what a sweep would be, and how long it would take, from a few measured epochs.

use super::super::output::Output;
use super::super::plural;
use super::board::whole_seconds;
use super::described;
use anyhow::Context;
use nablab::sweep::{Jobs, Sweep};
use nablab::text::{lines, significant, wrapped};
use std::io::Write;

/// The first and last trials that are shown.
const SHOWN: usize = 3;

pub fn show(sweep: &Sweep, jobs: &Jobs, stdout: &mut Output) -> anyhow::Result<()> {
    let plan = sweep.plan();
    let text = described(&plan.describe());
    let trainings = plural(sweep.trainings(), "training");
    let line = format!("{trainings}{}", text.trim_end_matches(','));
    writeln!(stdout, "{}", wrapped(&line, 2))?;
    if let Some(halving) = sweep.halving()? {
        for (round, (settings, epochs)) in halving.rounds().iter().enumerate() {
            let (settings, epochs) = (plural(*settings, "setting"), plural(*epochs, "epoch"));
            writeln!(stdout, "  round {}: {settings}, {epochs}", round + 1)?;
        }
    }
    if let Some(until) = &sweep.spec().until {
        let settings = plan.settings(&(0..plan.len()).collect::<Vec<_>>()).len();
        let most = plural(settings * usize::try_from(until.most).unwrap_or(usize::MAX), "training");
        writeln!(stdout, "these first; seeds are added until {}, up to {most}", until.goal)?;
    }
    let ends = match plan.len() {
        few if few <= 2 * SHOWN => [0..few, few..few],
        many => [0..SHOWN, many - SHOWN..many],
    };
    for (i, places) in ends.into_iter().enumerate() {
        if i == 1 && !places.is_empty() {
            writeln!(stdout, "       …")?;
        }
        for place in places {
            let words = plan.line(place);
            let pieces = [format!("  {:>6} ", place + 1)];
            let pieces = pieces.into_iter().chain(words.split(' ').map(String::from));
            writeln!(stdout, "{}", lines(pieces, " ", 10))?;
        }
    }
    let estimate = sweep.estimate(jobs).context("the pilot")?;
    writeln!(
        stdout,
        "about {} of training; on {} {}",
        whole_seconds(estimate.trial_seconds),
        plural(estimate.threads, "thread"),
        whole_seconds(estimate.seconds())
    )?;
    let megabytes = estimate.bytes / 1e6;
    writeln!(stdout, "about {} MB on the disk", significant(megabytes.max(0.01), 2))?;
    Ok(())
}
