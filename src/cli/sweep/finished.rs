//! What is said at the end of a sweep.

use super::super::interrupt::Interrupted;
use super::super::output::Output;
use super::super::plural;
use super::super::train::{format_metric, words};
use anyhow::anyhow;
use nablab::sweep::{Finished, Shard, Sweep, SweepError};
use nablab::text::{lines, significant};
use std::io::Write;

/// The best settings that are shown.
const SHOWN: usize = 3;

/// Says how a run ended; an error if it did not end well.
pub fn report(
    sweep: &Sweep,
    finished: &Finished,
    shard: Option<Shard>,
    stdout: &mut Output,
) -> anyhow::Result<()> {
    if let Some(line) = took(finished) {
        writeln!(stdout, "{line}")?;
    }
    if finished.diverged > 0 {
        let all = plural(finished.done, "training");
        writeln!(stdout, "{} of {all} diverged", finished.diverged)?;
    }
    if finished.done == finished.known {
        show_best(sweep, stdout)?;
    } else if finished.left == 0 && shard.is_some() {
        let of = format!("{} of {}", finished.done, finished.known);
        writeln!(stdout, "this share is done; {of} trainings of the sweep are")?;
    }
    let path = sweep.directory().path();
    match &sweep.spec().experiment {
        Some(experiment) => writeln!(stdout, "to make its files: {}", experiment.command(path))?,
        None => {
            let path = path.display();
            let files = [format!("wrote {path}/trials.csv"), format!("and {path}/epochs.csv")];
            writeln!(stdout, "{}", lines(files, " ", 2))?;
        }
    }
    check(finished)
}

/// What the trainings took; `None` if there were none.
pub fn took(finished: &Finished) -> Option<String> {
    let Finished { trained, seconds, trial_seconds, threads, .. } = *finished;
    let busy = 100.0 * trial_seconds / (seconds * threads as f64);
    (trained > 0).then(|| {
        let took = format!(
            "{} in {} s: {} s of training on {}",
            plural(trained, "training"),
            significant(seconds, 4),
            significant(trial_seconds, 4),
            plural(threads, "thread"),
        );
        lines([took, format!("busy {} % of the time", significant(busy, 3))], ", ", 2)
    })
}

/// An error if not all trials of this process have a result.
pub fn check(finished: &Finished) -> anyhow::Result<()> {
    let (failed, left) = (finished.failed, finished.left);
    if finished.stopped && left > 0 {
        let left = plural(left, "training");
        let said = format!("interrupted with {left} to do; the same command goes on");
        return Err(Interrupted(said).into());
    }
    match (failed, left) {
        (0, 0) => Ok(()),
        (failed, left) if failed == left => {
            let failed = plural(failed, "training");
            Err(anyhow!("{failed} failed; the same command tries again"))
        }
        (failed, left) => Err(anyhow!(
            "{} failed and {} not begun; the same command goes on",
            plural(failed, "training"),
            left - failed
        )),
    }
}

/// Prints the best settings of a sweep.
fn show_best(sweep: &Sweep, stdout: &mut Output) -> anyhow::Result<()> {
    let ranking = match sweep.ranking() {
        Err(SweepError::NoMetric) => return Ok(()),
        ranking => ranking?,
    };
    if ranking.tried < 2 {
        return Ok(());
    }
    let metric = ranking.metric;
    writeln!(stdout, "best settings by {} after the last epoch, mean over seeds:", words(metric))?;
    for setting in ranking.settings.iter().take(SHOWN) {
        let diverged = match setting.diverged {
            0 => String::new(),
            n => format!(", {n} diverged"),
        };
        let (value, seeds) = (format_metric(metric, setting.mean()), setting.values.len());
        let words = setting.label.split(' ').map(String::from);
        let counted = format!("({}{diverged})", plural(seeds, "seed"));
        let pieces = [format!("  {value} ")].into_iter().chain(words).chain([counted]);
        writeln!(stdout, "{}", lines(pieces, " ", 4))?;
    }
    Ok(())
}
