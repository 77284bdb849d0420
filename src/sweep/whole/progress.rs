use super::{Sweep, SweepError};
use crate::sweep::{AtWork, Entry, Known, available_cores};

/// How far a sweep is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// All trials of the sweep.
    pub trainings: usize,
    /// Those with a result.
    pub done: usize,
    /// How many of them diverged.
    pub diverged: usize,
    /// Those that failed: id and message.
    pub failed: Vec<(String, String)>,
    /// Those that are being trained now.
    pub running: usize,
    /// The processes that are at work.
    pub at_work: AtWork,
    /// Damaged lines in the journals.
    pub damaged_lines: usize,
    /// The seconds of training of those that are done.
    pub trial_seconds: f64,
    /// The threads that are at work, or that would be.
    pub threads: usize,
    /// The seconds that are left on these, if anything is known of it.
    pub seconds_left: Option<f64>,
}

impl Progress {
    /// Those without a result.
    pub fn left(&self) -> usize {
        self.trainings - self.done
    }
}

impl Sweep<'_> {
    /// How far it is, from the journals.
    ///
    /// # Errors
    ///
    /// When one cannot be read.
    pub fn progress(&self) -> Result<Progress, SweepError> {
        let journals = self.journals()?;
        let at_work = self.directory.running()?;
        let (plan, _) = self.trials_so_far(&journals)?;
        let (mut done, mut diverged, mut failed) = (0, 0, Vec::new());
        let (mut seconds, mut work_done, mut work_left) = (0.0, 0.0, 0.0);
        for place in 0..plan.len() {
            let key = plan.key(place);
            match (journals.known(key), journals.get(key)?) {
                (known, Some(Entry::Done(history))) => {
                    done += 1;
                    diverged += usize::from(known == Known::Diverged);
                    seconds += history.seconds;
                    work_done += plan.work(place);
                }
                (_, entry) => {
                    work_left += plan.work(place);
                    if let Some(Entry::Failed(message)) = entry {
                        failed.push((plan.trial(place).id, message));
                    }
                }
            }
        }
        let left = self.trainings() - done;
        let threads = if at_work.threads > 0 { at_work.threads } else { available_cores().get() };
        let busy = threads.min(left).max(1) as f64;
        Ok(Progress {
            trainings: self.trainings(),
            done,
            diverged,
            failed,
            running: at_work.threads.min(left),
            at_work,
            damaged_lines: journals.damaged(),
            trial_seconds: seconds,
            threads,
            seconds_left: (done > 0).then(|| seconds / work_done * work_left / busy),
        })
    }
}
