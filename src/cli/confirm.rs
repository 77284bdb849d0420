use super::output::Output;
use super::plural;
use super::sweep::{Board, finished, jobs};
use super::train::{format_metric, words};
use anyhow::Context;
use clap::{Args, value_parser};
use nablab::report::{Align, Table};
use nablab::simd::SimdLevel;
use nablab::stats::{confidence_interval, mean};
use nablab::sweep::{Confirmed, Lead, Ranked, Sweep, SweepDirectory};
use nablab::text::significant;
use nablab::train::{Measures, Metric};
use std::io::Write;
use std::path::PathBuf;

/// Train the best settings of a sweep again with fresh seeds: how much of their lead was luck?
///
/// Whoever is best of many was also lucky: the seeds that chose a setting flatter it. The results go
/// to a sweep of their own, confirm/ in the directory.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory of the sweep
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// How many settings, the best first
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    top: u32,
    /// How many seeds, none of which the sweep has used
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(2..=100_000))]
    seeds: u32,
    /// Trainings at the same time, one a thread [default: one a core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    jobs: Option<u32>,
    /// Instruction set of the kernels: scalar, avx2, avx512, neon; changes the speed, never a
    /// result [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL")]
    simd: Option<SimdLevel>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = SweepDirectory::new(&arguments.directory);
    let data = directory.spec()?.load_data()?;
    let sweep = Sweep::open(directory.clone(), &data)?;
    let path = || directory.path().display().to_string();
    let confirm =
        sweep.confirm(arguments.top as usize, arguments.seeds.into()).with_context(path)?;
    let metric = confirm.metric;
    let jobs = jobs(arguments.jobs, arguments.simd);
    let mut stdout = Output::new();
    let heading = format!(
        "the best {} of {} settings by {}, with seeds {}, in {}\n",
        confirm.chosen.len(),
        confirm.tried,
        words(metric),
        confirm.seeds,
        confirm.sweep.directory().path().display()
    );
    let board = Board::new(heading, confirm.sweep.directory(), &mut stdout);
    let finished = confirm.sweep.run(&jobs, &board);
    drop(board);
    finished::check(&finished?)?;
    write!(stdout, "{}", report(&confirm.results()?, metric))?;
    Ok(stdout.finish()?)
}

/// The table, and in words what the choice was worth.
fn report(confirmed: &[Confirmed], metric: Metric) -> String {
    let mut table = Table::new(&[
        ("setting", Align::Left),
        ("when chosen", Align::Right),
        ("fresh seeds", Align::Right),
        ("95 % interval", Align::Right),
        ("luck", Align::Right),
    ]);
    let value = |value: f64| format_metric(metric, value);
    for setting in confirmed {
        let Confirmed { tuned, fresh } = setting;
        let most = if metric.measures() == Measures::Accuracy { 1.0 } else { f64::INFINITY };
        let least = if metric.measures() == Measures::R2 { f64::NEG_INFINITY } else { 0.0 };
        let interval = confidence_interval(&fresh.values, 0.95).map_or("–".into(), |interval| {
            // A mean cannot be where values cannot.
            format!("{} to {}", value(interval.low.max(least)), value(interval.high.min(most)))
        });
        let diverged = |setting: &Ranked| match setting.diverged {
            0 => String::new(),
            n => format!(" ({n}/{} diverged)", setting.values.len()),
        };
        table.row([
            if tuned.label.is_empty() { "the only one".into() } else { tuned.label.clone() },
            format!("{}{}", value(tuned.mean()), diverged(tuned)),
            format!("{}{}", value(mean(&fresh.values)), diverged(fresh)),
            interval,
            points(metric, setting.luck(metric)),
        ]);
    }
    let mut text = format!("{}\n", table.within(nablab::text::LINE));
    let best = &confirmed[0];
    let lucky = best.luck(metric);
    let how = if lucky > 0.0 { "better" } else { "worse" };
    text += &format!(
        "The best setting was {} {how} on the {} that chose it than on {} fresh ones.\n",
        points(metric, lucky.abs()),
        plural(best.tuned.values.len(), "seed"),
        best.fresh.values.len(),
    );
    if let [best, next, ..] = confirmed {
        text += &lead(best, next, metric);
    }
    text
}

/// What became of the lead of the best setting over the next one.
fn lead(best: &Confirmed, next: &Confirmed, metric: Metric) -> String {
    let Lead { when_chosen, fresh, interval } = best.lead(next, metric);
    let mut text = format!(
        "Its lead over the next one was {}; on fresh seeds it is {}",
        points(metric, when_chosen),
        points(metric, fresh),
    );
    if let Some(interval) = interval {
        let (low, high) = (points(metric, interval.low), points(metric, interval.high));
        text += &format!(" (95 % interval of the paired differences {low} to {high})");
    }
    let Some(interval) = interval else { return text + ".\n" };
    // Luck is shown only where the old lead is excluded, and a lead only where zero is.
    let (leads, shrunk) = (interval.low > 0.0, when_chosen > 0.0 && interval.high < when_chosen);
    text += &match (leads, shrunk) {
        _ if interval.high < 0.0 => ": the next one is better.\n".into(),
        (true, true) => {
            let lucky = significant(100.0 * (1.0 - fresh / when_chosen), 2);
            format!(": {lucky} % of it was luck.\n")
        }
        (true, false) => ": it leads; that some of it was luck is not shown.\n".into(),
        (false, true) => {
            ": it was smaller than it looked, and that there is one is not shown.\n".into()
        }
        (false, false) => {
            ": too few seeds to say whether there is one or whether it was luck.\n".to_string()
        }
    };
    text
}

/// A difference: of accuracies in percentage points.
fn points(metric: Metric, difference: f64) -> String {
    match metric.measures() {
        Measures::Accuracy => format!("{:.3} points", 100.0 * difference),
        Measures::Cost | Measures::Mse | Measures::R2 => significant(difference, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(chosen: &[f64], fresh: &[f64]) -> Confirmed {
        let ranked = |values: &[f64]| Ranked {
            label: "eta=0.5".into(),
            places: (0..values.len()).collect(),
            values: values.into(),
            diverged: 0,
        };
        Confirmed { tuned: ranked(chosen), fresh: ranked(fresh) }
    }

    #[test]
    fn luck_and_leads_are_claimed_only_where_they_are_shown() {
        let words = |chosen: f64, fresh: [f64; 4]| {
            let base = [0.9501, 0.9502, 0.9503, 0.9504];
            let ours: Vec<f64> = base.iter().zip(fresh).map(|(base, lead)| base + lead).collect();
            let text = lead(
                &setting(&[0.95 + chosen], &ours),
                &setting(&[0.95], &base),
                Metric::TestAccuracy,
            );
            text.trim_end().rsplit_once(": ").unwrap().1.to_string()
        };
        assert_eq!(words(0.01, [0.004, 0.005, 0.005, 0.006]), "50 % of it was luck.");
        let one = words(0.005, [0.004, 0.005, 0.005, 0.006]);
        assert_eq!(one, "it leads; that some of it was luck is not shown.");
        let small = words(0.05, [-0.004, 0.005, -0.005, 0.006]);
        assert_eq!(small, "it was smaller than it looked, and that there is one is not shown.");
        let nothing = words(0.005, [-0.004, 0.005, -0.005, 0.006]);
        assert_eq!(nothing, "too few seeds to say whether there is one or whether it was luck.");
        let behind = words(0.005, [-0.004, -0.005, -0.005, -0.006]);
        assert_eq!(behind, "the next one is better.");
    }
}
