//! Running the trials of a plan that are not done, and what is said at the end.

use super::super::interrupt;
use super::super::output::{Output, notice};
use super::super::plural;
use super::super::train::{format_metric, words};
use super::board::Board;
use super::{command, interrupted};
use anyhow::anyhow;
use nablab::report::significant;
use nablab::simd::SimdLevel;
use nablab::sweep::{
    Ended, Event, Exported, JournalError, JournalWriter, Journals, Known, Plan, Provenance,
    Running, Sessions, Shard, SweepDirectory, SweepSpec, WORKER, available_cores, export, rank,
    ranking_metric, record_complete, run_sweep,
};
use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// How trials are run.
#[derive(Debug, Clone, Copy)]
pub struct Jobs {
    pub threads: NonZeroUsize,
    pub level: SimdLevel,
    pub fail_fast: bool,
    pub shard: Option<Shard>,
}

impl Jobs {
    /// All of a sweep, on so many threads, by default one a core; a failure leaves the others alone.
    pub fn new(threads: Option<u32>, level: SimdLevel) -> Self {
        let threads = threads.and_then(|threads| NonZeroUsize::new(threads as usize));
        let threads = threads.unwrap_or_else(available_cores);
        Self { threads, level, fail_fast: false, shard: None }
    }
}

/// How it ended.
#[derive(Debug)]
pub struct Finished {
    ended: Ended,
    exported: Exported,
    /// Of this process.
    left: usize,
    interrupted: bool,
    seconds: f64,
    trial_seconds: f64,
    threads: usize,
    shard: Option<Shard>,
}

/// A sweep in its directory.
#[derive(Debug, Clone, Copy)]
pub struct Sweep<'a> {
    pub directory: &'a SweepDirectory,
    /// As it is frozen there, its trainings counted.
    pub spec: &'a SweepSpec,
}

/// Tells of results that are no trainings of a sweep.
pub fn tell_foreign(directory: &SweepDirectory, results: usize) {
    if results > 0 {
        notice(format_args!(
            "{}: {} in the journal of no training of this sweep; another version of nablab may have \
             made them",
            directory.path().display(),
            plural(results, "result"),
        ));
    }
}

/// Runs the trials of a plan that have no result yet, those that take longest first, and makes the
/// CSV files.
pub fn run_plan(
    sweep: Sweep,
    plan: &Plan,
    journal: &mut JournalWriter,
    jobs: &Jobs,
    out: &mut Output,
) -> anyhow::Result<Finished> {
    let Sweep { directory, spec } = sweep;
    // The journal is locked: what is read of it now is all, but for other shards.
    let journals = Journals::read(&[directory.path()])?;
    let sessions = Sessions::of(directory, jobs.shard);
    // Said once: the lines stay where they are.
    if journals.damaged() > sessions.damaged_lines() {
        let lines = plural(journals.damaged(), "damaged line");
        notice(format_args!(
            "{}: {lines} in the journal; what they told is trained again",
            directory.path().display()
        ));
    }
    let known = (0..plan.len()).filter(|&place| journals.known(plan.key(place)).is_done()).count();
    // Those of later rounds of a search by halving are not known yet.
    if plan.len() == spec.trainings {
        tell_foreign(directory, journals.done().count() - known);
    }
    let damaged = journals.damaged();
    let mut places = plan.longest_first();
    if let Some(shard) = jobs.shard {
        let mut rank = 0..;
        places.retain(|_| rank.next().is_some_and(|rank| shard.has(rank)));
    }
    let mine = places.len();
    places.retain(|&place| !journals.known(plan.key(place)).is_done());
    let failed = places.iter().filter(|&&p| journals.known(plan.key(p)) == Known::Failed).count();
    drop(journals);
    let threads = jobs.threads.get().min(places.len()).max(1);
    let share = jobs.shard.map_or(String::new(), |shard| format!("share {shard}: "));
    let again =
        if failed > 0 { format!(", {failed} of them failed before") } else { String::new() };
    writeln!(
        out,
        "{share}{} done, {} to do{again}, on {}, {}",
        mine - places.len(),
        places.len(),
        plural(threads, "thread"),
        jobs.level
    )?;

    let mut session = Provenance::of_session(plan.data(), jobs.level);
    (session.threads, session.damaged_lines) = (threads, damaged);
    if !places.is_empty() {
        sessions.write(&session)?;
    }
    let work: f64 = places.iter().map(|&place| plan.work(place)).sum();
    let metric = (!plan.is_empty()).then(|| plan.trial(0).spec.monitored());
    let board = Board::new(places.len(), work, threads, metric.and_then(ranking_metric));
    let stop = interrupt::catch();
    let running =
        Running { jobs: jobs.threads, level: jobs.level, fail_fast: jobs.fail_fast, stop };
    let begun = Instant::now();
    let observe = |event: Event| match event {
        Event::Epoch(..) => {}
        Event::Done(place, _, history) => {
            board.done(|| plan.label(place), plan.work(place), history);
        }
        Event::Failed(_, trial, message) => {
            let message = message.replace('\n', " ");
            let again = format!("{} --only {}", command(directory), trial.id);
            board.say(&format!("failed: {message}; once more alone: {again}"));
        }
    };
    let quiet = QuietPanics::new();
    let ended = run_sweep(plan, &places, journal, running, &observe);
    drop(quiet);
    let trial_seconds = board.finish();
    let seconds = begun.elapsed().as_secs_f64();

    let ended = ended.and_then(|ended| journal.check().map(|()| ended));
    // Even if it ended badly: what is done shall be seen.
    let exported = directory.alone(|| {
        let journals = Journals::read(&[directory.path()])?;
        let exported = export(directory.path(), plan, &journals)?;
        if exported.done == plan.len() && plan.len() == spec.trainings {
            record_complete(directory, spec, &journals)?;
        }
        Ok(exported)
    });
    let ended = ended?;
    let exported = exported?;
    if let Some(lost) = (known + ended.done).checked_sub(exported.done).filter(|&lost| lost > 0) {
        return Err(JournalError::Lost { path: directory.path().into(), lost }.into());
    }
    if !places.is_empty() {
        session.finish(ended.done, trial_seconds);
        sessions.write(&session)?;
    }
    Ok(Finished {
        ended,
        exported,
        left: places.len() - ended.done,
        interrupted: stop.load(Ordering::Relaxed),
        seconds,
        trial_seconds,
        threads,
        shard: jobs.shard,
    })
}

impl Finished {
    /// Adds what the rounds before have done.
    pub fn add(&mut self, before: &Self) {
        self.ended.done += before.ended.done;
        self.seconds += before.seconds;
        self.trial_seconds += before.trial_seconds;
        self.threads = self.threads.max(before.threads);
    }

    /// Whether all trials of this process have a result.
    pub fn is_complete(&self) -> bool {
        self.left == 0
    }

    /// Says how it went; an error if it did not go well.
    pub fn report(
        &self,
        directory: &SweepDirectory,
        plan: &Plan,
        stdout: &mut Output,
    ) -> anyhow::Result<()> {
        if self.ended.done > 0 {
            let busy = 100.0 * self.trial_seconds / (self.seconds * self.threads as f64);
            writeln!(
                stdout,
                "{} in {} s: {} s of training on {}, busy {} % of the time",
                plural(self.ended.done, "training"),
                significant(self.seconds, 4),
                significant(self.trial_seconds, 4),
                plural(self.threads, "thread"),
                significant(busy, 3),
            )?;
        }
        if self.exported.diverged > 0 {
            let all = plural(self.exported.done, "training");
            writeln!(stdout, "{} of {all} diverged", self.exported.diverged)?;
        }
        if self.exported.done == plan.len() {
            show_best(directory, plan, 3, stdout)?;
        } else if self.is_complete() && self.shard.is_some() {
            let of = format!("{} of {}", self.exported.done, plan.len());
            writeln!(stdout, "this share is done; {of} trainings of the sweep are")?;
        }
        let path = directory.path().display();
        writeln!(stdout, "wrote {path}/trials.csv and {path}/epochs.csv")?;
        self.check()
    }

    /// An error if not all trials of this process have a result.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.interrupted && self.left > 0 {
            return Err(interrupted(self.left));
        }
        match (self.ended.failed, self.left) {
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
}

/// Prints the best settings of a sweep.
fn show_best(
    directory: &SweepDirectory,
    plan: &Plan,
    count: usize,
    stdout: &mut Output,
) -> anyhow::Result<()> {
    let Some(metric) = ranking_metric(plan.trial(0).spec.monitored()) else { return Ok(()) };
    let journals = Journals::read(&[directory.path()])?;
    let settings = rank(plan, &plan.last_round(), &journals, metric)?;
    let tried = plan.settings(&(0..plan.len()).collect::<Vec<_>>()).len();
    if tried < 2 {
        return Ok(());
    }
    writeln!(stdout, "best settings by {} after the last epoch, mean over seeds:", words(metric))?;
    for setting in settings.iter().take(count) {
        let diverged = match setting.diverged {
            0 => String::new(),
            n => format!(", {n} diverged"),
        };
        writeln!(
            stdout,
            "  {}  {} ({}{diverged})",
            format_metric(metric, setting.mean()),
            plan.label(setting.places[0]),
            plural(setting.values.len(), "seed"),
        )?;
    }
    Ok(())
}

type Hook = Box<dyn Fn(&std::panic::PanicHookInfo) + Sync + Send>;

/// While it lives, a training that panics says nothing by itself: it is reported as a failure.
struct QuietPanics;

impl QuietPanics {
    fn new() -> Self {
        let before: Hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let name = std::thread::current().name().map(String::from);
            if !name.is_some_and(|name| name.starts_with(WORKER)) {
                before(info);
            }
        }));
        Self
    }
}

impl Drop for QuietPanics {
    fn drop(&mut self) {
        // The one of the standard library.
        let _ = std::panic::take_hook();
    }
}
