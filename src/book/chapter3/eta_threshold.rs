use crate::book::claim::SINGLE_RUN_LOG;
use crate::book::reference::references_of;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, presets,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, Key, LabelAt, Mark, Series};
use crate::simd::SimdLevel;
use crate::text::significant;
use crate::train::{Metric, Monitors, TrainingSpec, train};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// The search for the largest learning rate that lets the cost fall.
pub const ETA_THRESHOLD: Experiment = Experiment {
    id: "ch3-eta-threshold",
    title: "The search for the threshold of η",
    claim: "Begin with η = 0.01. If the cost falls during the first epochs, try 0.1, 1, … until it does not, else 0.001, … \
            until it does: the order of magnitude of the threshold is 0.1 here. Refined, it is about 0.5, so that 0.25 is a \
            good choice.",
    groups: &["learning-rates"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

const SEEDS: u64 = 5;
const EPOCHS: usize = 5;

/// What a search has tried, and found.
#[derive(Debug, Clone, PartialEq, Default)]
struct Search {
    /// Every η in the order of the search, and whether the cost fell with it.
    tried: Vec<(f64, bool)>,
    /// The largest power of ten with which it fell.
    order: f64,
    /// The largest η found with which it fell; the next one that was tried and did not is less than twice as large.
    threshold: f64,
}

/// The powers of ten that are tried at most.
const POWERS: std::ops::RangeInclusive<i32> = -8..=4;

/// Ten times as much, or as little, from 0.01 on until the answer changes; from there bisected, in logarithms, to a factor
/// of less than 2. `None` if the answer never changes.
fn search(mut falls: impl FnMut(f64) -> bool) -> Option<Search> {
    let mut found = Search::default();
    let mut attempt = |eta: f64| {
        let fell = falls(eta);
        found.tried.push((eta, fell));
        fell
    };
    let power = |k: i32| 10f64.powi(k);
    let mut k = -2;
    if attempt(power(k)) {
        while attempt(power(k + 1)) {
            k += 1;
            POWERS.contains(&(k + 1)).then_some(())?;
        }
    } else {
        loop {
            k -= 1;
            POWERS.contains(&k).then_some(())?;
            if attempt(power(k)) {
                break;
            }
        }
    }
    let (mut low, mut high) = (power(k), power(k + 1));
    while high / low >= 2.0 {
        let middle = (low * high).sqrt();
        if attempt(middle) { low = middle } else { high = middle }
    }
    (found.order, found.threshold) = (power(k), low);
    Some(found)
}

fn compute(data: &Dataset) -> Numbers {
    let of_seed = |seed: u64| {
        let mut numbers = Numbers::default();
        let found = search(|eta| {
            let costs = costs(data, seed, eta);
            for (epoch, &cost) in costs.iter().enumerate() {
                numbers.push(format!("cost at {}", name(eta)), Some(seed), epoch as f64, cost);
            }
            falls(&costs)
        });
        let found = found.unwrap_or_default();
        for (i, &(eta, fell)) in found.tried.iter().enumerate() {
            let series = if fell { "fell" } else { "rose" };
            numbers.push(series, Some(seed), i as f64, eta);
        }
        numbers.push("order of magnitude", Some(seed), 0.0, found.order);
        numbers.push("threshold", Some(seed), 0.0, found.threshold);
        numbers
    };
    let all: Vec<Numbers> = (1..=SEEDS).into_par_iter().map(of_seed).collect();
    all.into_iter().collect()
}

/// η to three digits, as a series is called.
fn name(eta: f64) -> String {
    let digits = significant(eta, 3);
    digits.parse().map_or(digits, |rounded: f64| rounded.to_string())
}

/// The training cost before the first epoch, and after each; cut off where the training diverges.
fn costs(data: &Dataset, seed: u64, eta: f64) -> Vec<f64> {
    let spec = TrainingSpec {
        eta,
        lambda: 5.0,
        epochs: EPOCHS,
        seed,
        monitors: Monitors::from_iter([Metric::TrainingCost]),
        monitor_start: true,
        ..presets::network2()
    };
    let go_on = &mut |_: &_| ControlFlow::Continue(());
    let Ok(outcome) = train(&spec, data, SimdLevel::best(), go_on) else { return Vec::new() };
    let history = outcome.history;
    let start = history.start.and_then(|metrics| metrics[Metric::TrainingCost]);
    let epochs = history.epochs.iter().filter_map(|record| record.metrics[Metric::TrainingCost]);
    start.into_iter().chain(epochs).collect()
}

/// Whether the cost falls in every one of the first epochs.
fn falls(costs: &[f64]) -> bool {
    costs.len() == EPOCHS + 1 && costs.windows(2).all(|pair| pair[1] < pair[0])
}

fn judge(numbers: &Numbers) -> Computed {
    let of = |series: &str| numbers.values(series);
    let finding = |row: &'static Reference| {
        let (rule, values) = match row.quantity.as_str() {
            "order of magnitude of threshold eta" => {
                (Rule::Shape { level: 0.95 }, of("order of magnitude"))
            }
            _ => (SINGLE_RUN_LOG, of("threshold")),
        };
        Finding::of(row, rule, Evidence::Seeds { values, lost: 0 })
    };
    // What it suggests, half the threshold, is no result.
    let is_result = |row: &&'static Reference| row.quantity != "suggested eta";
    let rows = references_of(ETA_THRESHOLD.id).filter(is_result);
    // The search of the first seed, η by η.
    let of_first = |series: &str| -> Vec<(f64, bool)> {
        let first = numbers.series(series).filter(|number| number.seed == Some(1));
        first.map(|number| (number.value, series == "fell")).collect()
    };
    let mut tried = of_first("fell");
    tried.extend(of_first("rose"));
    tried.sort_by(|a, b| a.0.total_cmp(&b.0));
    let series = tried.iter().enumerate().map(|(colour, &(eta, fell))| {
        let course = format!("cost at {}", name(eta));
        let first = numbers.series(&course).filter(|number| number.seed == Some(1));
        let verdict = if fell { "falls" } else { "does not" };
        Series {
            label: format!("η = {}: {verdict}", name(eta)),
            label_at: LabelAt::End,
            colour,
            // Before the first epoch the cost is so much higher that nothing else could be seen.
            points: first.skip(1).map(|number| (number.x, number.value)).collect(),
            ..Series::default()
        }
    });
    Computed {
        subtitle: format!(
            "784-30-10, cross-entropy, λ = 5, mini-batch 10: the training cost must fall in each of the first {EPOCHS} epochs; \
             {SEEDS} seeds, every search from η = 0.01 on, to a factor of less than 2. The rule is stricter than \
             an eye on a curve: the thresholds lie below the book's 0.5, which only the wide interval of five seeds holds."
        ),
        findings: rows.map(finding).collect(),
        figure: Chart::Lines(Figure {
            title: ETA_THRESHOLD.title.into(),
            subtitle: Some("The search of seed 1: training cost at every η that it tries.".into()),
            x: Axis::linear("epochs trained"),
            y: Axis::log10("training cost"),
            series: series.collect(),
            key: vec![Key::new(Mark::Line, "one training")],
            ..Figure::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_brackets_the_threshold() {
        for threshold in [3e-6, 0.0099, 0.01, 0.0101, 0.3, 0.99, 1.0, 47.0] {
            let found = search(|eta| eta <= threshold).unwrap();
            assert!(found.threshold <= threshold && threshold < 2.0 * found.threshold, "{found:?}");
            assert!(found.order <= found.threshold && found.threshold < 10.0 * found.order);
            assert_eq!(found.tried[0].0, 0.01);
            assert!(found.tried.len() < 12);
        }
        assert_eq!(search(|_| true), None);
        assert_eq!(search(|_| false), None);
    }

    #[test]
    fn a_cost_falls_if_every_epoch_lowers_it() {
        assert!(falls(&[3.0, 2.0, 1.0, 0.9, 0.8, 0.7]));
        assert!(!falls(&[3.0, 2.0, 2.0, 0.9, 0.8, 0.7]) && !falls(&[3.0, 2.0, 1.0]));
        assert!(!falls(&[3.0, f64::NAN, 1.0, 0.9, 0.8, 0.7]));
    }
}
