//! Trainings that fail, and what a trial costs apart from its training.

use super::*;
use crate::data::Dataset;
use crate::sweep::{GridText, Journals, Known, SweepDirectory};
use crate::train::MonitorOptions;
use std::num::NonZeroUsize;
use tempfile::TempDir;

const MONITORS: MonitorOptions = MonitorOptions {
    monitor: Vec::new(),
    monitor_every: 1,
    monitor_start: false,
    monitor_layers: false,
};

fn plan(data: &Dataset, trials: usize) -> Plan<'_> {
    let axes = [("seed".to_string(), format!("1..{trials}"))];
    let grid = GridText { axes: axes.into(), ..GridText::default() };
    Plan::new(&[grid], &MONITORS, data).unwrap()
}

fn nothing() -> History {
    History {
        start: None,
        epochs: Vec::new(),
        layers: Vec::new(),
        trained: 1,
        status: Status::Finished,
        kept_epoch: None,
        seconds: 0.0,
    }
}

struct Messages(Mutex<Vec<String>>);

impl Observer for Messages {
    fn failed(&self, trial: &Planned, message: &str) {
        assert_eq!((trial.place, trial.trial.spec.seed), (6, 7));
        lock(&self.0).push(message.to_string());
    }
}

/// Runs 20 trials, of which the one with seed 7 panics, on one thread.
fn with_a_failure(fail_fast: bool) -> (Ended, Vec<String>, usize) {
    let data = Dataset::mnist().unwrap();
    let plan = plan(&data, 20);
    let directory = TempDir::new().unwrap();
    let directory = SweepDirectory::new(directory.path());
    std::fs::create_dir_all(directory.path()).unwrap();
    let mut journal = directory.journal(None).unwrap();
    let jobs = Jobs { threads: NonZeroUsize::MIN, fail_fast, ..Jobs::default() };
    let train = |trial: &Trial, _: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>| {
        assert!(trial.spec.seed != 7, "out of luck");
        nothing()
    };
    let places: Vec<usize> = (0..plan.len()).collect();
    let messages = Messages(Mutex::new(Vec::new()));
    let ended = run_with(&plan, &places, &mut journal, &jobs, &train, &messages).unwrap();
    let journals = Journals::read(&[directory.path()]).unwrap();
    assert_eq!(journals.known(plan.key(6)), Known::Failed);
    let done = journals.done().count();
    (ended, messages.0.into_inner().unwrap(), done)
}

#[test]
fn one_failure_leaves_the_others_alone() {
    let (ended, messages, done) = with_a_failure(false);
    assert_eq!(ended, Ended { done: 19, failed: 1, seconds: 0.0 });
    assert_eq!((messages, done), (vec!["out of luck".to_string()], 19));
}

#[test]
fn or_it_ends_them_if_that_is_asked_for() {
    let (ended, messages, done) = with_a_failure(true);
    assert_eq!(ended, Ended { done: 6, failed: 1, seconds: 0.0 });
    assert_eq!((messages.len(), done), (1, 6));
}
