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
    claim: "A hidden neuron with a large weight w is a step at s = −b/w, two of them are a bump, bumps side by side follow any \
            function: with five of them the average deviation from the target of the challenge can be brought below 0.4, and \
            not below 0.3717. Bumps in several directions become a tower through an output neuron whose bias lets only \
            the place pass where all of them meet.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The weight that makes a step of a sigmoid neuron.
const STEEP: f64 = 1000.0;
/// The height of the bumps of a tower.
const HEIGHT: f64 = 10.0;
/// The bumps of the challenge, each over as long a part of 0 to 1.
const BUMPS: usize = 5;
/// The places at which the deviation is measured, from 0 on.
const PLACES: usize = 100;

/// A hidden neuron that steps from 0 to 1 at `s`: its bias is −w s.
fn step(x: f64, s: f64) -> f64 {
    sigmoid(STEEP * x + bias_of_step(s))
}

fn bias_of_step(s: f64) -> f64 {
    -STEEP * s
}

/// What two hidden neurons with the output weights h and −h add to the output.
fn bump(x: f64, (from, to): (f64, f64), h: f64) -> f64 {
    h * step(x, from) - h * step(x, to)
}

/// The function of the challenge (equation 113).
fn target(x: f64) -> f64 {
    0.2 + 0.4 * x * x + 0.3 * x * libm::sin(15.0 * x) + 0.05 * libm::cos(50.0 * x)
}

/// What the weighted output of the hidden layer has to be, since the output neuron applies σ: σ⁻¹(f(x)).
fn weighted_target(x: f64) -> f64 {
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
    let bump = |(i, &h): (usize, &f64)| bump(x, (i as f64 * width, (i + 1) as f64 * width), h);
    heights.iter().enumerate().map(bump).sum()
}

/// A tower over `on` of `inputs` directions: bumps from 0.3 to 0.7, in the middle of `on` of which the point lies.
fn tower(inputs: usize, on: usize, bias: f64) -> f64 {
    let inside = |i| if i < on { 0.5 } else { 0.1 };
    let bumps: f64 = (0..inputs).map(|i| bump(inside(i), (0.3, 0.7), HEIGHT)).sum();
    sigmoid(bumps + bias)
}

/// The bias in the middle between the largest one at which the tower answers less than 1/2 where all bumps but one meet, and
/// the least at which it answers more where all of them do; in heights.
fn middle_bias(inputs: usize) -> f64 {
    let crossing = |on: usize| {
        let (mut low, mut high) = (-HEIGHT * (inputs + 1) as f64, 0.0);
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if tower(inputs, on, middle) < 0.5 { low = middle } else { high = middle }
        }
        low / HEIGHT
    };
    f64::midpoint(crossing(inputs - 1), crossing(inputs))
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
    numbers.push("bump of 0.8 and −0.8", None, 0.5, bump(0.5, (0.4, 0.6), 0.8));
    numbers.push("bias of a step", None, 0.2, bias_of_step(0.2));
    for (series, on) in [("centre", 2), ("plateau", 1), ("outside", 0)] {
        numbers.push(series, None, 0.0, tower(2, on, -1.5 * HEIGHT));
    }
    for inputs in 2..=5 {
        numbers.push("middle bias", None, inputs as f64, middle_bias(inputs));
    }
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
    let within = |tolerance| Rule::Within(Tolerance::Relative(tolerance));
    let of = |series: &str| numbers.values(series).first().copied().unwrap_or(f64::NAN);
    // The book's formula stands in the column of the value; in heights it is a number.
    let formula = |book: f64, inputs: f64| {
        let ours = Evidence::Computed(numbers.at("middle bias", inputs));
        let quantity = format!("{}, in heights h ({inputs} inputs)", row.quantity);
        let found = Finding::new(quantity, within(1e-9), Some(book), ours);
        Some(Finding { row: Some(row), ..found })
    };
    let (rule, ours) = match (row.id.as_str(), row.quantity.as_str()) {
        ("ch4-design", "optimal average deviation (5 bumps)") => (within(1e-12), of("deviation")),
        ("ch4-design", "average deviation with optimal heights rounded to 0.1") => {
            (within(1e-12), of("deviation, rounded"))
        }
        ("ch4-bump", _) => (within(1e-12), of("bump of 0.8 and −0.8")),
        ("ch4-standard-params", _) => (within(1e-12), of("bias of a step")),
        ("ch4-tower", "output bias") => return formula(-1.5, 2.0),
        ("ch4-tower", quantity) => {
            let place = ["centre", "plateau", "outside"];
            let place = place.into_iter().find(|place| quantity.contains(place))?;
            (within(1e-12), of(place))
        }
        ("ch4-tower-nd", "output bias, 3 inputs") => return formula(-2.5, 3.0),
        ("ch4-tower-nd", _) => return formula(-4.5, 5.0),
        _ => return None,
    };
    Some(Finding::of(row, rule, Evidence::Computed(ours)))
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
