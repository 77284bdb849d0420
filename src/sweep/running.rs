use super::memory::Memory;
use super::workers::each;
use super::{Entry, Jobs, JournalError, JournalWriter, Observer, Plan, Planned, Trial};
use crate::machine::available_memory;
use crate::train::{EpochRecord, History, Status, train};
use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// What became of the trials.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Ended {
    /// Those with a result.
    pub done: usize,
    /// Those that failed.
    pub failed: usize,
    /// The seconds of training of those with a result.
    pub seconds: f64,
}

/// Runs trials of a plan, given by their places and begun in that order, each on one thread. Every
/// result goes to the journal as soon as it is there, and to the disk right after; none stays in
/// memory.
///
/// # Errors
///
/// When the journal cannot be written, for example on a full disk, or is replaced by somebody. All
/// trainings end then; what is in the journal is safe.
pub(super) fn run_trials(
    plan: &Plan,
    places: &[usize],
    journal: &mut JournalWriter,
    jobs: &Jobs,
    observer: &dyn Observer,
) -> Result<Ended, JournalError> {
    let train = |trial: &Trial, observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>| {
        let outcome = train(&trial.spec, plan.data(), jobs.level, observe);
        outcome.expect("a plan has validated trials").history
    };
    run_with(plan, places, journal, jobs, &train, observer)
}

/// What trains.
type Train<'a> =
    dyn Fn(&Trial, &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>) -> History + Sync + 'a;

/// The same with any training; public for the bench that measures what a trial costs apart from it.
///
/// # Errors
///
/// When the journal cannot be written.
#[doc(hidden)]
pub fn run_with(
    plan: &Plan,
    places: &[usize],
    journal: &mut JournalWriter,
    jobs: &Jobs,
    train: &Train,
    observer: &dyn Observer,
) -> Result<Ended, JournalError> {
    let disk = journal.disk()?;
    let journal = Mutex::new(journal);
    let (problem, seconds) = (Mutex::new(None), Mutex::new(0.0));
    let memory = Memory::new(available_memory().map_or(f64::INFINITY, |bytes| bytes as f64));
    let (done, failed, halt) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let stopped = || jobs.stop.load(Ordering::Relaxed) || halt.load(Ordering::Relaxed);
    let give_up = |error: JournalError| {
        halt.store(true, Ordering::Relaxed);
        lock(&problem).get_or_insert(error);
    };
    let run = |place: usize, appended: &mpsc::Sender<()>| {
        if stopped() {
            return;
        }
        let trial = plan.trial(place);
        let planned = Planned { trial: &trial, plan, place };
        let share = memory.take(trial.spec.memory(plan.data()));
        let mut watch = |record: &EpochRecord| {
            observer.epoch(&trial, record);
            if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let trained = share.map(|_share| {
            catch_unwind(AssertUnwindSafe(|| train(&trial, &mut watch)))
                .map_err(|panic| message(&*panic))
        });
        let mut entry = match trained.flatten() {
            // Ended before its time: no result.
            Ok(History { status: Status::Stopped, .. }) => return,
            Ok(history) => Entry::Done(history),
            Err(message) => Entry::Failed(message),
        };
        let mut written = lock(&journal).append(&trial, &entry);
        if let Err(error @ JournalError::TooLong { .. }) = &written {
            entry = Entry::Failed(error.to_string());
            written = lock(&journal).append(&trial, &entry);
        }
        if let Err(error) = written {
            return give_up(error);
        }
        // The other end lives longer than the threads.
        let _ = appended.send(());
        match &entry {
            Entry::Done(history) => {
                done.fetch_add(1, Ordering::Relaxed);
                *lock(&seconds) += history.seconds;
                observer.done(&planned, history);
            }
            Entry::Failed(message) => {
                failed.fetch_add(1, Ordering::Relaxed);
                halt.fetch_or(jobs.fail_fast, Ordering::Relaxed);
                observer.failed(&planned, message);
            }
        }
    };
    std::thread::scope(|scope| {
        let (appended, lines) = mpsc::channel::<()>();
        // Waiting for the disk is left to a thread of its own, once for all lines that have come in
        // the meantime.
        let sync = || {
            if let Err(error) = disk.sync() {
                give_up(error.into());
            }
        };
        let wait = move || {
            while lines.recv().is_ok() {
                while lines.try_recv().is_ok() {}
                sync();
            }
        };
        // Without a thread to be had, at the end.
        let waits = std::thread::Builder::new().spawn_scoped(scope, wait).is_ok();
        each(jobs.threads, places.len(), &|i| run(places[i], &appended));
        drop(appended);
        if !waits {
            sync();
        }
    });
    match problem.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        Some(error) => Err(error),
        None => Ok(Ended {
            done: done.into_inner(),
            failed: failed.into_inner(),
            seconds: *lock(&seconds),
        }),
    }
}

/// Locks, also after a panic of `observe` elsewhere: the contents are whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What a panic says.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".into())
}

#[cfg(test)]
#[path = "running_tests.rs"]
mod tests;
