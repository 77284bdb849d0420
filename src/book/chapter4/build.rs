use super::neurons::{STEEP, bump};
use crate::book::sigmoid::sigmoid;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, references,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series, Stroke};
use crate::stats::median;

/// Functions out of hidden neurons, by hand.
pub const BUILD: Experiment = Experiment {
    id: "ch4-build",
    title: "A function built by hand out of hidden neurons",
    claim: "Bumps side by side, each of two hidden neurons, follow any function: with five of them the average deviation from the \
            target of the challenge can be brought below 0.4, and not below 0.3717.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The bumps of the challenge, each over as long a part of 0 to 1.
const BUMPS: usize = 5;
/// The places at which the deviation is measured, from 0 on.
const PLACES: usize = 100;

/// The function of the challenge (equation 113).
pub(super) fn target(x: f64) -> f64 {
    0.2 + 0.4 * x * x + 0.3 * x * libm::sin(15.0 * x) + 0.05 * libm::cos(50.0 * x)
}

/// What the weighted output of the hidden layer has to be, since the output neuron applies σ: σ⁻¹(f(x)).
pub(super) fn weighted_target(x: f64) -> f64 {
    let y = target(x);
    libm::log(y / (1.0 - y))
}

fn place(j: usize) -> f64 {
    j as f64 / PLACES as f64
}

/// The bump of a place.
fn bump_of(j: usize) -> usize {
    j * BUMPS / PLACES
}

/// The heights with the least average deviation: of each bump the median of what it has to be.
fn best_heights() -> Vec<f64> {
    let of_bump = |bump| {
        let places = (0..PLACES).filter(|&j| bump_of(j) == bump);
        median(&places.map(|j| weighted_target(place(j))).collect::<Vec<_>>())
    };
    (0..BUMPS).map(of_bump).collect()
}

fn average_deviation(heights: &[f64]) -> f64 {
    let deviation = |j| (weighted_target(place(j)) - heights[bump_of(j)]).abs();
    (0..PLACES).map(deviation).sum::<f64>() / PLACES as f64
}

/// The weighted output of the ten hidden neurons of five bumps.
fn weighted_output(x: f64, heights: &[f64]) -> f64 {
    let width = 1.0 / BUMPS as f64;
    let bump =
        |(i, &h): (usize, &f64)| bump(x, (i as f64 * width, (i + 1) as f64 * width), h, STEEP);
    heights.iter().enumerate().map(bump).sum()
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    let heights = best_heights();
    for (i, &h) in heights.iter().enumerate() {
        numbers.push("best height", None, i as f64, h);
    }
    let rounded: Vec<f64> = heights.iter().map(|h| (10.0 * h).round() / 10.0).collect();
    numbers.push("deviation", None, 0.0, average_deviation(&heights));
    numbers.push("deviation, rounded", None, 0.0, average_deviation(&rounded));
    for i in 0..=400 {
        let x = f64::from(i) / 400.0;
        numbers.push("weighted target", None, x, weighted_target(x));
        numbers.push("weighted output", None, x, weighted_output(x, &heights));
        numbers.push("target", None, x, target(x));
        numbers.push("output", None, x, sigmoid(weighted_output(x, &heights)));
    }
    numbers
}

fn finding(row: &'static Reference, numbers: &Numbers) -> Option<Finding> {
    let ours = match (row.id.as_str(), row.quantity.as_str()) {
        ("ch4-design", "optimal average deviation (5 bumps)") => "deviation",
        ("ch4-design", "average deviation with optimal heights rounded to 0.1") => {
            "deviation, rounded"
        }
        _ => return None,
    };
    let rule = Rule::Within(Tolerance::Relative(1e-12));
    Some(Finding::of(row, rule, Evidence::Computed(numbers.at(ours, 0.0))))
}

fn judge(numbers: &Numbers) -> Computed {
    let line = |label: &str, series: &str, colour, style| Series {
        label: label.into(),
        label_at: LabelAt::Legend,
        colour,
        points: numbers.points(series),
        marker: Marker::NONE,
        style,
        ..Series::default()
    };
    let panel = |title: &str, y: &str, target: &str, output: &str| Figure {
        title: title.into(),
        x: Axis::linear("input x").with_range(0.0, 1.0),
        y: Axis::linear(y),
        series: vec![
            line("wanted", target, 1, Stroke::Dashed),
            line("ten hidden neurons", output, 0, Stroke::Solid),
        ],
        ..Figure::default()
    };
    Computed {
        subtitle: "Nothing is trained: weights and biases are set by hand, steps with w = 1000."
            .into(),
        findings: references().iter().filter_map(|row| finding(row, numbers)).collect(),
        figure: Chart::Panels(Panels {
            title: BUILD.title.into(),
            subtitle: Some("Five bumps of the best heights.".into()),
            panels: vec![
                panel(
                    "before the output neuron",
                    "σ⁻¹(f(x))",
                    "weighted target",
                    "weighted output",
                ),
                panel("after it", "f(x)", "target", "output"),
            ],
            ranges: Ranges::Own,
            note: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_other_heights_are_better() {
        let best = best_heights();
        let least = average_deviation(&best);
        for i in 0..BUMPS {
            for change in [-0.2, -0.01, 0.01, 0.2] {
                let mut heights = best.clone();
                heights[i] += change;
                // Between the two middle values all heights are as good.
                assert!(average_deviation(&heights) >= least - 1e-12, "{i} {change}");
            }
        }
    }

    #[test]
    fn the_network_has_the_heights_away_from_its_steps() {
        let heights = best_heights();
        for (i, h) in heights.iter().enumerate() {
            let x = (i as f64 + 0.5) / BUMPS as f64;
            assert!((weighted_output(x, &heights) - h).abs() < 1e-9);
        }
    }
}
