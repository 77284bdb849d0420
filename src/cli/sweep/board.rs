//! What is shown while a sweep runs: how far it is, the time left, the best so far.

use super::super::output::notice;
use super::super::plural;
use super::super::progress::tick;
use super::super::train::{format_metric, words};
use humantime::format_duration;
use indicatif::{ProgressBar, ProgressStyle};
use nablab::train::{History, Metric, Status};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often a line appears where there is no terminal.
const LOG_EVERY: Duration = Duration::from_secs(30);

pub struct Board {
    bar: ProgressBar,
    is_terminal: bool,
    metric: Option<Metric>,
    threads: usize,
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
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

impl Board {
    pub fn new(trainings: usize, work: f64, threads: usize, metric: Option<Metric>) -> Self {
        let template = "{bar:30.cyan/dim} {pos}/{len} trainings, {elapsed} gone, {wide_msg}";
        let style = ProgressStyle::with_template(template).expect("a valid template");
        let bar = ProgressBar::new(trainings as u64).with_style(style.progress_chars("━╸─"));
        let is_terminal = std::io::stderr().is_terminal();
        tick(&bar);
        let state = Mutex::new(State { work_left: work, ..State::default() });
        Self { bar, is_terminal, metric, threads, begun: Instant::now(), state }
    }

    /// A training has ended.
    pub fn done(&self, label: impl Fn() -> String, work: f64, history: &History) {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        state.done += 1;
        state.diverged += usize::from(matches!(history.status, Status::Diverged { .. }));
        state.work_done += work;
        state.work_left -= work;
        state.seconds += history.seconds;
        if let Some((metric, value)) = self.metric.and_then(|m| Some((m, history.last(m)?))) {
            let better = state.best.as_ref().is_none_or(|(best, _)| metric.is_better(value, *best));
            if better && !value.is_nan() {
                state.best = Some((value, label()));
            }
        }
        self.bar.inc(1);
        let message = self.message(&state);
        let elapsed = self.begun.elapsed();
        if !self.is_terminal && elapsed >= state.logged + LOG_EVERY {
            state.logged = elapsed;
            let len = self.bar.length().unwrap_or_default();
            notice(format_args!(
                "{} of {}, {message}",
                state.done,
                plural(len as usize, "training")
            ));
        }
        self.bar.set_message(message);
    }

    fn message(&self, state: &State) -> String {
        let left = state.seconds / state.work_done * state.work_left.max(0.0);
        let mut text = format!("{} left", whole_seconds(left / self.threads as f64));
        if state.diverged > 0 {
            text += &format!(", {} diverged", state.diverged);
        }
        if let (Some(metric), Some((value, label))) = (self.metric, &state.best) {
            let (name, value) = (words(metric), format_metric(metric, *value));
            text += &format!(", best {name} {value} ({label})");
        }
        text
    }

    /// Says something without tearing the bar.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| notice(line));
    }

    /// Goes away, and returns the seconds of all trainings together.
    pub fn finish(self) -> f64 {
        self.bar.finish_and_clear();
        self.state.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).seconds
    }
}

/// `1m 5s`.
pub fn whole_seconds(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.clamp(0.0, 1e12).ceil() } else { 0.0 };
    format_duration(Duration::from_secs(seconds as u64)).to_string()
}
