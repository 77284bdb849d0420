//! `--until`: seeds are added until enough is known.

use super::super::output::Output;
use super::super::plural;
use super::super::train::words;
use super::{Board, finished};
use nablab::report::{Align, Table};
use nablab::stats::Interval;
use nablab::sweep::{Goal, Jobs, Sequential, Stopped, Sweep, Verdict};
use nablab::text::{LINE, significant, wrapped};
use nablab::train::{Measures, Metric};
use std::io::Write;

/// Trains, looks, and trains more.
pub fn run(sweep: &Sweep, jobs: &Jobs, stdout: &mut Output) -> anyhow::Result<()> {
    let mut sequential = sweep.sequential()?;
    let path = sweep.directory().path().display().to_string();
    while let Some(stage) = sequential.next_sweep()? {
        let n = sequential.looks.sizes()[sequential.looked];
        let heading = format!("up to {} of a setting in {path}\n", plural(n, "seed"));
        let board = Board::new(heading, stage.directory(), stdout);
        let ended = stage.run(jobs, &board);
        drop(board);
        finished::check(&ended?)?;
        sequential.look()?;
    }
    let text = report(&sequential);
    write!(stdout, "{text}")?;
    writeln!(stdout, "wrote {path}/trials.csv and {path}/epochs.csv")?;
    Ok(())
}

/// What is known, and why it stopped.
fn report(sequential: &Sequential) -> String {
    let metric = sequential.metric;
    let compared = matches!(sequential.goal, Goal::Decided { .. });
    let baseline = &sequential.settings[0];
    let n = sequential.looks.sizes()[sequential.looked.max(1) - 1];
    let open = sequential.settings[usize::from(compared)..].iter();
    let open = open.filter(|setting| setting.ended.is_none()).count();
    let ended = sequential.settings[usize::from(compared)..].iter();
    let lost = ended.filter(|s| matches!(s.ended, Some((_, Verdict::Lost)))).count();
    let what = match sequential.goal {
        Goal::Decided { margin: None, .. } => {
            format!("whether {} is better or worse than that of {}", words(metric), baseline.label)
        }
        Goal::Decided { margin: Some(margin), .. } => format!(
            "whether {} is better or worse than that of {}, or within {}",
            words(metric),
            baseline.label,
            amount(metric, margin, false).replace(" %", " points")
        ),
        Goal::Width { half, .. } => {
            format!(
                "{} to ± {}",
                words(metric),
                amount(metric, half, false).replace(" %", " points")
            )
        }
    };
    let why = match sequential.stopped() {
        Some(Stopped::Enough) if lost > 0 => format!(
            "stopped after {}: of {} nothing can be known, as trainings have no value; of the others it is known",
            plural(n, "seed"),
            plural(lost, "setting")
        ),
        Some(Stopped::Enough) => {
            format!("stopped after {}: all is known that was asked,", plural(n, "seed"))
        }
        _ => format!(
            "stopped after {}, the most there may be: of {} it is not known",
            plural(n, "seed"),
            plural(open, "setting")
        ),
    };
    let name = if compared { "better by" } else { "mean" };
    let mut table = Table::new(&[
        ("setting", Align::Left),
        ("", Align::Left),
        (name, Align::Right),
        ("interval", Align::Right),
        ("seeds", Align::Right),
    ]);
    for setting in &sequential.settings[usize::from(compared)..] {
        let (seeds, verdict) = match setting.ended {
            Some((seeds, verdict)) => (seeds, verdict_words(verdict, setting.lost)),
            None => (n, "not known".to_string()),
        };
        // A mean cannot be where values cannot.
        let cut = |interval: Interval| match (compared, metric.measures()) {
            (false, Measures::Accuracy) => {
                Interval { low: interval.low.max(0.0), high: interval.high.min(1.0) }
            }
            _ => interval,
        };
        let (low, high) =
            setting.interval.map(cut).map_or(("–".into(), "–".into()), |interval| {
                (amount(metric, interval.low, compared), amount(metric, interval.high, compared))
            });
        let mean = if setting.mean.is_nan() {
            "–".into()
        } else {
            amount(metric, setting.mean, compared)
        };
        let interval = if low == "–" { low } else { format!("{low} to {high}") };
        table.row([setting.label.clone(), verdict, mean, interval, seeds.to_string()]);
    }
    let sizes: Vec<String> = sequential.looks.sizes().iter().map(usize::to_string).collect();
    let of = match sequential.comparisons() {
        1 => String::new(),
        n if compared => format!(", divided among {n} comparisons"),
        n => format!(", divided among {n} means"),
    };
    let hold = format!(
        "The intervals hold together with 95 %, whenever it stops: each look (after {} seeds) spends its share of the 5 %{of}.",
        sizes.join(", "),
    );
    let why = wrapped(&format!("{why} {what}"), 0);
    format!("{}\n{why}\n{}\n", table.within(LINE), wrapped(&hold, 0))
}

fn verdict_words(verdict: Verdict, lost: usize) -> String {
    match verdict {
        Verdict::Better => "better".into(),
        Verdict::Worse => "worse".into(),
        Verdict::Within => "within the margin".into(),
        Verdict::Known => "known".into(),
        Verdict::Lost if lost > 0 => format!("{lost} without a value"),
        Verdict::Lost => "the baseline has lost some".into(),
    }
}

/// A value or a difference: of accuracies in percent or percentage points.
fn amount(metric: Metric, value: f64, signed: bool) -> String {
    let text = match metric.measures() {
        Measures::Accuracy if value != 0.0 && value.abs() < 1e-3 => significant(100.0 * value, 2),
        Measures::Accuracy => format!("{:.2}", 100.0 * value),
        _ => significant(value, 4),
    };
    let unit = match (metric.measures(), signed) {
        (Measures::Accuracy, false) => " %",
        _ => "",
    };
    let sign = if signed && value > 0.0 { "+" } else { "" };
    format!("{sign}{text}{unit}").replace('-', "−")
}
