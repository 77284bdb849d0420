//! One trial of a sweep alone, again if need be.

use super::super::data::rows;
use super::super::output::Output;
use super::super::plural;
use super::super::train::{epoch_line, summary};
use nablab::results::Trial;
use nablab::simd::SimdLevel;
use nablab::sweep::{Observer, Planned, Sweep};
use nablab::train::EpochRecord;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Prints what is trained, and its epochs.
struct Lines<'a>(Mutex<&'a mut Output>);

impl Lines<'_> {
    fn say(&self, line: &str) {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether anybody reads it is told at the end.
        let _ = writeln!(out, "{line}");
    }
}

impl Observer for Lines<'_> {
    fn alone(&self, Planned { trial, plan, place }: &Planned) {
        self.say(&format!("{}: {} seed={}", trial.id, plan.label(*place), trial.spec.seed));
    }

    fn epoch(&self, _: &Trial, record: &EpochRecord) {
        self.say(&epoch_line(record));
    }
}

/// Trains the trial of a sweep whose id begins with `id`, and says whether the bits are those of before.
pub fn run(sweep: &Sweep, id: &str, level: SimdLevel, stdout: &mut Output) -> anyhow::Result<()> {
    let only = sweep.only(id, level, &Lines(Mutex::new(stdout)))?;
    let data = sweep.plan().data();
    let images = only.trial.spec.training_images(data).unwrap_or_default();
    write!(stdout, "{}", summary(&only.history, 0, images, rows(data)))?;
    match only.was_known {
        true => {
            let epochs = plural(only.history.epochs.len(), "epoch");
            writeln!(stdout, "the same bits as in the journal, for {epochs}")?;
        }
        false => writeln!(stdout, "added to {}", sweep.directory().path().display())?,
    }
    Ok(())
}
