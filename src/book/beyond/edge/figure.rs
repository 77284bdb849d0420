//! The growth of a rounding, the phase diagrams, and the sharpness beside the exponent.

use super::arms::{
    ACTIVATIONS, BATCHES, FULL_BATCH, GRID, NO_DECAY, QUADRATIC, REFERENCE, SEEDS, SINGLE,
};
use super::findings::of_seeds;
use super::growth::{ETAS, REVERSED, series};
use super::measure::{edge_of, exponent_of, mini_sharpness_of, sharpness_of};
use crate::book::Numbers;
use crate::figure::{
    Axis, Chart, Colours, Figure, HeatCell, Heatmap, Key, LabelAt, Mark, Marker, Panels, Ranges,
    Series, Stack, Stroke,
};
use crate::stats::{confidence_interval, mean};
use crate::text::rounded;

pub fn figure(numbers: &Numbers) -> Chart {
    Chart::Stack(Stack {
        title: super::EDGE.title.into(),
        subtitle: Some(format!(
            "784-30-10 on MNIST, cross-entropy, λ = 5, sigmoid, mini-batch 10 and f64 unless it is said otherwise; {SEEDS} seeds."
        )),
        charts: vec![
            growth(numbers),
            phases(
                numbers,
                "Learning rate and mini-batch: the exponent per epoch",
                "mini-batch",
                BATCHES.map(|arm| (arm, arm.trim_start_matches("batch "))).into(),
            ),
            phases(
                numbers,
                "Learning rate and activation, cost, λ, precision: the exponent per epoch",
                "what differs",
                [(REFERENCE, "sigmoid")]
                    .into_iter()
                    .chain(ACTIVATIONS.map(|arm| (arm, arm)))
                    .chain([QUADRATIC, NO_DECAY, SINGLE].map(|arm| (arm, arm)))
                    .collect(),
            ),
            stability(numbers),
        ],
        note: None,
    })
}

/// ‖Δw‖ / ‖w‖ from the first step on, in both precisions.
fn growth(numbers: &Numbers) -> Chart {
    let panel = |precision: &str| {
        let line = |(colour, eta): (usize, f64)| {
            let all = series(REVERSED, precision, eta);
            let runs = by_seed(numbers, &all);
            // The mean of the logarithms.
            let at = |i: usize| {
                let values = runs.iter().filter_map(|run| run.get(i));
                let logarithms: Vec<f64> = values.clone().map(|point| libm::log(point.1)).collect();
                (
                    values.clone().next().map_or(f64::NAN, |point| point.0),
                    libm::exp(mean(&logarithms)),
                )
            };
            let points = (0..runs.first().map_or(0, Vec::len)).map(at).collect();
            Series {
                label: format!("η = {eta}"),
                colour,
                points,
                thin: runs,
                marker: Marker::NONE,
                ..Series::default()
            }
        };
        Figure {
            title: precision.into(),
            x: Axis::linear("steps (5,000 are an epoch)"),
            y: Axis::log10("‖Δw‖ / ‖w‖"),
            series: ETAS.into_iter().enumerate().map(line).collect(),
            key: vec![Key::new(Mark::Line, "geometric mean"), Key::new(Mark::Thin, "one seed")],
            ..Figure::default()
        }
    };
    Chart::Panels(Panels {
        title: "Two trainings that differ by the order of the images within mini-batches".into(),
        subtitle: Some("In exact arithmetic their weights would be equal.".into()),
        panels: ["f64", "f32"].map(panel).into(),
        ranges: Ranges::Shared,
        note: None,
    })
}

/// The exponents of some arms on the grid of learning rates, and their edges.
fn phases(numbers: &Numbers, title: &str, y_label: &str, arms: Vec<(&str, &str)>) -> Chart {
    let row = |&(arm, _): &(&str, &str)| -> Vec<HeatCell> {
        let cells =
            GRID.iter().map(|&eta| exponent_cell(&of_seeds(numbers, &exponent_of(arm), eta)));
        let edge = of_seeds(numbers, &edge_of(arm), 0.0);
        cells.chain([HeatCell { text: with_interval(&edge), ..HeatCell::default() }]).collect()
    };
    let x = GRID
        .iter()
        .map(|&eta| if eta < 0.1 { format!("1/{}", 1.0 / eta) } else { eta.to_string() });
    Chart::Heatmap(Heatmap {
        title: title.into(),
        x_label: "learning rate η; last, the η of the edge, where the exponent reaches 1".into(),
        x: x.chain(["edge".into()]).collect(),
        y_label: y_label.into(),
        y: arms.iter().map(|(_, label)| (*label).into()).collect(),
        cells: arms.iter().map(row).collect(),
        scale_label: "± lg(1 + |exponent|)".into(),
        note: Some(
            "By how many powers of e a difference grows in an epoch: mean over seeds and half its 95 % t interval. At 37 a rounding of \
             f64 becomes everything within an epoch."
                .into(),
        ),
        colours: Colours::Diverging,
        ..Heatmap::default()
    })
}

fn exponent_cell(exponents: &[f64]) -> HeatCell {
    let finite: Vec<f64> = exponents.iter().copied().filter(|value| value.is_finite()).collect();
    let lost = exponents.len() - finite.len();
    if finite.is_empty() {
        return HeatCell::default();
    }
    if lost > 0 {
        let text = vec!["diverged".into(), format!("{lost} of {}", exponents.len())];
        return HeatCell { text, hatched: true, ..HeatCell::default() };
    }
    let mean = mean(&finite);
    HeatCell {
        // From −1 to 2,000, of which all should be seen.
        value: Some(libm::copysign(libm::log10(1.0 + mean.abs()), mean)),
        text: exponent_text(&finite),
        ..HeatCell::default()
    }
}

/// The mean and half its interval, as short as they can be told from others.
fn exponent_text(exponents: &[f64]) -> Vec<String> {
    let mean = mean(exponents);
    let decimals = match mean.abs() {
        0.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    // No zero has a sign.
    let places = 10f64.powi(decimals as i32);
    let mean = (mean * places).round() / places + 0.0;
    let half = confidence_interval(exponents, 0.95).map(|interval| interval.half_width());
    let half = half.map(|half| format!("±{half:.decimals$}"));
    [Some(format!("{mean:.decimals$}").replace('-', "−")), half].into_iter().flatten().collect()
}

/// A mean and half its interval.
fn with_interval(values: &[f64]) -> Vec<String> {
    if values.iter().any(|value| !value.is_finite()) {
        return vec!["–".into()];
    }
    let half = confidence_interval(values, 0.95).map(|interval| interval.half_width());
    let (mean, half) = rounded(mean(values), half, 3);
    [Some(mean), half.map(|half| format!("±{half}"))].into_iter().flatten().collect()
}

/// The exponent against η, and below it the sharpness, for mini-batches of 10 and for full-batch gradient descent.
fn stability(numbers: &Numbers) -> Chart {
    let panels = [
        (
            REFERENCE,
            "mini-batches of 10",
            [(REFERENCE, "exponent", 4), (SINGLE, "exponent in f32", 6)].to_vec(),
            (0.2, 1.1),
            (-1.0, 50.0),
        ),
        (
            FULL_BATCH,
            "one batch of 1,000",
            [(FULL_BATCH, "exponent", 4)].to_vec(),
            (0.5, 4.0),
            (-1.0, 8.0),
        ),
    ];
    let exponents = panels.iter().map(|(_, name, lines, x, y)| Figure {
        title: format!("{name}: exponent per epoch"),
        x: Axis::log10("learning rate η").with_range(x.0, x.1),
        y: Axis::linear("exponent").with_range(y.0, y.1),
        series: lines
            .iter()
            .map(|&(arm, label, colour)| curve(numbers, &exponent_of(arm), label, colour, |_, y| y))
            .collect(),
        ..Figure::default()
    });
    let ratios = panels.iter().map(|(arm, name, _, x, _)| {
        let half = |eta: f64, sharpness: f64| 0.5 * eta * sharpness;
        let mut series =
            vec![curve(numbers, &sharpness_of(arm), "sharpness of the cost · η/2", 0, half)];
        if *arm != FULL_BATCH {
            series.push(curve(
                numbers,
                &mini_sharpness_of(arm),
                "mean sharpness of mini-batches · η/2",
                1,
                half,
            ));
        }
        series.push(Series {
            label: "edge of stability: 1".into(),
            colour: 7,
            points: vec![(x.0, 1.0), (x.1, 1.0)],
            style: Stroke::Dashed,
            marker: Marker::NONE,
            ..Series::default()
        });
        Figure {
            title: format!("{name}: sharpness · η/2"),
            x: Axis::log10("learning rate η").with_range(x.0, x.1),
            y: Axis::linear("sharpness · η/2")
                .with_range(0.0, if *arm == FULL_BATCH { 4.0 } else { 1.5 }),
            series,
            ..Figure::default()
        }
    });
    Chart::Panels(Panels {
        title: "Is it the edge of stability?".into(),
        subtitle: Some(
            "A fixed Hessian would be stable up to sharpness · η/2 = 1. Bands are 95 % t intervals of the mean."
                .into(),
        ),
        panels: exponents.chain(ratios).collect(),
        ranges: Ranges::Own,
        note: None,
    })
}

/// The mean over the seeds at every η that all of them have, with its interval.
fn curve(
    numbers: &Numbers,
    name: &str,
    label: &str,
    colour: usize,
    of: impl Fn(f64, f64) -> f64,
) -> Series {
    let mut etas: Vec<f64> = numbers.series(name).map(|number| number.x).collect();
    etas.sort_by(f64::total_cmp);
    etas.dedup();
    let (mut points, mut band) = (Vec::new(), Vec::new());
    for eta in etas {
        let values: Vec<f64> =
            of_seeds(numbers, name, eta).into_iter().map(|value| of(eta, value)).collect();
        if values.iter().all(|value| value.is_finite()) {
            points.push((eta, mean(&values)));
            band.extend(confidence_interval(&values, 0.95).map(|i| (eta, i.low, i.high)));
        }
    }
    Series {
        label: label.into(),
        label_at: LabelAt::Legend,
        colour,
        points,
        band,
        ..Series::default()
    }
}

/// The points of a series, a list a seed.
fn by_seed(numbers: &Numbers, name: &str) -> Vec<Vec<(f64, f64)>> {
    let of = |seed: u64| {
        let of_seed = numbers.series(name).filter(|number| number.seed == Some(seed));
        of_seed.map(|number| (number.x, number.value)).collect()
    };
    (1..=SEEDS).map(of).collect()
}
