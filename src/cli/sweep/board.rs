//! What is shown while a sweep runs: how far it is, the time left, the best so far.

use super::super::output::{Output, notice};
use super::super::progress::tick;
use super::super::train::{format_metric, words};
use super::super::{plural, shell_word};
use humantime::format_duration;
use indicatif::{ProgressBar, ProgressStyle};
use nablab::sweep::{Observer, Planned, Round, SweepDirectory, WORKER, Warning};
use nablab::train::{History, Metric, Status};
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a line appears where there is no terminal.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// Watches a sweep for somebody at a terminal.
pub struct Board<'a> {
    /// What is said before anything is trained.
    heading: String,
    out: Mutex<&'a mut Output>,
    directory: &'a SweepDirectory,
    round: Mutex<Option<Shown>>,
    _quiet: QuietPanics,
}

/// One round.
struct Shown {
    bar: ProgressBar,
    metric: Option<Metric>,
    threads: usize,
    begun: Instant,
    done: usize,
    diverged: usize,
    /// In the measure of the plan.
    work_done: f64,
    work_left: f64,
    /// Of the trainings that are done.
    seconds: f64,
    best: Option<(f64, String)>,
    logged: Duration,
}

impl<'a> Board<'a> {
    pub fn new(heading: String, directory: &'a SweepDirectory, out: &'a mut Output) -> Self {
        let (out, round) = (Mutex::new(out), Mutex::new(None));
        Self { heading, out, directory, round, _quiet: QuietPanics::new() }
    }

    fn shown(&self) -> MutexGuard<'_, Option<Shown>> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Board<'_> {
    fn begun(&self, round: &Round) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let share = round.shard.map_or(String::new(), |shard| format!("share {shard}: "));
        let again = match round.failed_before {
            0 => String::new(),
            failed => format!(", {failed} of them failed before"),
        };
        let heading = if round.is_first { self.heading.as_str() } else { "" };
        // Whether anybody reads it is told at the end.
        let _ = writeln!(
            out,
            "{heading}{share}{} done, {} to do{again}, on {}, {}",
            round.done,
            round.to_do,
            plural(round.threads, "thread"),
            round.level
        );
        *self.shown() = Some(Shown::new(round));
    }

    fn done(&self, trial: &Planned, history: &History) {
        if let Some(shown) = &mut *self.shown() {
            shown.done(trial, history);
        }
    }

    fn failed(&self, trial: &Planned, message: &str) {
        let message = message.replace('\n', " ");
        let again = format!("{} --only {}", command(self.directory), trial.trial.id);
        let line = format!("failed: {message}; once more alone: {again}");
        match &*self.shown() {
            Some(shown) => shown.bar.suspend(|| notice(line)),
            None => notice(line),
        }
    }

    fn ended(&self) {
        if let Some(shown) = self.shown().take() {
            shown.bar.finish_and_clear();
        }
    }

    fn warned(&self, warning: &Warning) {
        notice(format_args!("{}: {warning}", self.directory.path().display()));
    }
}

impl Shown {
    fn new(round: &Round) -> Self {
        let template = "{bar:30.cyan/dim} {pos}/{len} trainings, {elapsed} gone, {wide_msg}";
        let style = ProgressStyle::with_template(template).expect("a valid template");
        let bar = ProgressBar::new(round.to_do as u64).with_style(style.progress_chars("━╸─"));
        tick(&bar);
        Self {
            bar,
            metric: round.metric,
            threads: round.threads,
            begun: Instant::now(),
            done: 0,
            diverged: 0,
            work_done: 0.0,
            work_left: round.work,
            seconds: 0.0,
            best: None,
            logged: Duration::ZERO,
        }
    }

    fn done(&mut self, trial: &Planned, history: &History) {
        let work = trial.plan.work(trial.place);
        self.done += 1;
        self.diverged += usize::from(matches!(history.status, Status::Diverged { .. }));
        self.work_done += work;
        self.work_left -= work;
        self.seconds += history.seconds;
        if let Some((metric, value)) = self.metric.and_then(|m| Some((m, history.last(m)?))) {
            let better = self.best.as_ref().is_none_or(|(best, _)| metric.is_better(value, *best));
            if better && !value.is_nan() {
                self.best = Some((value, trial.plan.label(trial.place)));
            }
        }
        self.bar.inc(1);
        let message = self.message();
        let elapsed = self.begun.elapsed();
        if !std::io::stderr().is_terminal() && elapsed >= self.logged + LOG_EVERY {
            self.logged = elapsed;
            let all = plural(self.bar.length().unwrap_or_default() as usize, "training");
            notice(format_args!("{} of {all}, {message}", self.done));
        }
        self.bar.set_message(message);
    }

    fn message(&self) -> String {
        let left = self.seconds / self.work_done * self.work_left.max(0.0);
        let mut text = format!("{} left", whole_seconds(left / self.threads as f64));
        if self.diverged > 0 {
            text += &format!(", {} diverged", self.diverged);
        }
        if let (Some(metric), Some((value, label))) = (self.metric, &self.best) {
            let (name, value) = (words(metric), format_metric(metric, *value));
            text += &format!(", best {name} {value}");
            if !label.is_empty() {
                text += &format!(" ({label})");
            }
        }
        text
    }
}

/// `1m 5s`.
pub fn whole_seconds(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.clamp(0.0, 1e12).ceil() } else { 0.0 };
    format_duration(Duration::from_secs(seconds as u64)).to_string()
}

/// The name of the program in commands that can be pasted.
pub fn command(directory: &SweepDirectory) -> String {
    format!("nablab sweep {}", shell_word(directory.path()))
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
