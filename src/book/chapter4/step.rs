use super::neurons::{STEEP, bias_of_step, bump, step};
use crate::book::sigmoid::sigmoid;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, references,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series, Stroke};

/// A step, and a bump.
pub const STEP: Experiment = Experiment {
    id: "ch4-step",
    title: "A sigmoid neuron becomes a step, and two of them a bump",
    claim: "With a growing weight w the output of a hidden neuron, σ(w x + b), becomes a step. It lies at s = −b/w, so that the \
            bias moves it. Two neurons with the output weights h and −h make a bump of height h between their steps.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The weights of the figure, from a slope to a step.
const WEIGHTS: [f64; 4] = [8.0, 30.0, 100.0, STEEP];
/// The biases that move the step.
const MOVED: [f64; 4] = [-200.0, -400.0, -600.0, -800.0];
/// How far from the step the neuron is to have answered.
const NEAR: f64 = 0.05;
/// The points of a curve from 0 to 1.
const POINTS: u32 = 200;

fn places() -> impl Iterator<Item = f64> {
    (0..=POINTS).map(|i| f64::from(i) / f64::from(POINTS))
}

/// Where a rising function crosses a value between 0 and 1, by bisection.
fn crossing(f: impl Fn(f64) -> f64, value: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if f(middle) < value { low = middle } else { high = middle }
    }
    low
}

/// Over how long a part of the axis the output of a neuron that steps in its middle is neither below 0.01 nor above 0.99.
fn width(w: f64) -> f64 {
    let at = |value| crossing(|x| step(x, 0.5, w), value);
    at(0.99) - at(0.01)
}

/// How far the neuron is from a step at most, further than [`NEAR`] away from it.
fn distance(w: f64) -> f64 {
    let far = places().filter(|x| (x - 0.5).abs() > NEAR - 1e-9);
    far.map(|x| (step(x, 0.5, w) - f64::from(x > 0.5)).abs()).fold(0.0, f64::max)
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    numbers.push("bias of a step", None, 0.2, bias_of_step(0.2, STEEP));
    numbers.push("place of the step", None, 0.0, crossing(|x| sigmoid(100.0 * x - 40.0), 0.5));
    numbers.push("height of the bump", None, 0.5, bump(0.5, (0.4, 0.6), 0.8, STEEP));
    for x in places() {
        for w in WEIGHTS {
            numbers.push(format!("w = {w}"), None, x, step(x, 0.5, w));
        }
        for b in MOVED {
            numbers.push(format!("b = {b}"), None, x, sigmoid(STEEP * x + b));
        }
        numbers.push("bump", None, x, bump(x, (0.4, 0.6), 0.8, STEEP));
        numbers.push("neuron at 0.4", None, x, 0.8 * step(x, 0.4, STEEP));
        numbers.push("neuron at 0.6", None, x, -0.8 * step(x, 0.6, STEEP));
    }
    // A tenth of a decade apart, from 20 on: a flatter neuron does not reach 0.01 and 0.99 within 0 to 1.
    for i in 0..=20 {
        let w = 20.0 * libm::exp10(f64::from(i) / 10.0);
        numbers.push("width", None, w, width(w));
        numbers.push("distance", None, w, distance(w));
    }
    for w in WEIGHTS {
        numbers.push("distance of the figure's", None, w, distance(w));
    }
    numbers
}

fn finding(row: &'static Reference, numbers: &Numbers) -> Option<Finding> {
    let ours = match row.id.as_str() {
        "ch4-bump" => numbers.at("height of the bump", 0.5),
        "ch4-standard-params" => numbers.at("bias of a step", 0.2),
        _ => return None,
    };
    let rule = Rule::Within(Tolerance::Relative(1e-12));
    Some(Finding::of(row, rule, Evidence::Computed(ours)))
}

fn judge(numbers: &Numbers) -> Computed {
    let mut findings: Vec<Finding> =
        references().iter().filter_map(|row| finding(row, numbers)).collect();
    let within = |tolerance| Rule::Within(Tolerance::Relative(tolerance));
    let mut add = |quantity: &str, book: f64, ours: f64, rule, is_ours: bool| {
        let found = Finding::new(quantity.into(), rule, Some(book), Evidence::Computed(ours));
        findings.push(Finding { ours: is_ours, ..found });
    };
    let place = numbers.at("place of the step", 0.0);
    add("place of the step of w = 100 and b = −40, −b/w", 0.4, place, within(1e-12), false);
    // The one that is furthest from the formula, of all weights.
    let formula = 2.0 * libm::log(99.0);
    let off = |a: &f64, b: &f64| (a - formula).abs().total_cmp(&(b - formula).abs());
    let products = numbers.points("width").into_iter().map(|(w, width)| w * width);
    add(
        "width of the slope from 0.01 to 0.99, times w, for every w from 20 to 2000: 2 ln 99",
        formula,
        products.max_by(off).unwrap_or(f64::NAN),
        within(1e-9),
        true,
    );
    for w in WEIGHTS {
        add(
            &format!(
                "largest distance from the step, {NEAR} and more away from it, w = {w}: σ(−{NEAR} w)"
            ),
            sigmoid(-NEAR * w),
            numbers.at("distance of the figure's", w),
            within(1e-6),
            true,
        );
    }
    Computed {
        subtitle: "Nothing is trained: weights and biases are set by hand.".into(),
        findings,
        figure: Chart::Panels(Panels {
            title: STEP.title.into(),
            subtitle: None,
            panels: panels(numbers),
            ranges: Ranges::Own,
            note: Some(
                "Moved: w = 1000, b = −200, −400, −600 and −800. Bump: output weights 0.8 and −0.8, steps at 0.4 and 0.6. How far: \
                 the largest distance, 0.05 and more away from the step."
                    .into(),
            ),
        }),
    }
}

fn panels(numbers: &Numbers) -> Vec<Figure> {
    let line = |label: &str, series: &str, colour| Series {
        label: label.into(),
        label_at: LabelAt::Legend,
        colour,
        points: numbers.points(series),
        marker: Marker::NONE,
        ..Series::default()
    };
    let panel = |title: &str, y: Axis, series: Vec<Series>| Figure {
        title: title.into(),
        x: Axis::linear("input x").with_range(0.0, 1.0),
        y,
        series,
        ..Figure::default()
    };
    let weights = WEIGHTS.iter().enumerate().map(|(colour, w)| {
        let name = format!("w = {w}");
        line(&name, &name, colour)
    });
    let hidden =
        |series: &str, colour| Series { label_at: LabelAt::Hidden, ..line(series, series, colour) };
    let moved = MOVED.iter().map(|b| hidden(&format!("b = {b}"), 3)).collect();
    let parts = ["neuron at 0.4", "neuron at 0.6"];
    let parts = parts.map(|part| Series { style: Stroke::Dashed, ..hidden(part, 7) });
    let bump = parts.into_iter().chain([hidden("bump", 3)]).collect();
    vec![
        panel("steeper with the weight w", Axis::linear("output σ(w x + b)"), weights.collect()),
        panel("moved by the bias b", Axis::linear("output"), moved),
        panel("two neurons (dashed) are a bump", Axis::linear("weighted output"), bump),
        Figure {
            title: "how far from a step".into(),
            x: Axis::log10("weight w"),
            y: Axis::log10("distance from a step").with_range(1e-12, 1.0),
            series: vec![hidden("distance", 3)],
            ..Figure::default()
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_where_the_bias_puts_it() {
        for s in [0.2, 0.41, 0.75] {
            for w in [30.0, 100.0, 1000.0] {
                assert!((crossing(|x| step(x, s, w), 0.5) - s).abs() < 1e-12);
            }
        }
        // Not steep enough to answer 0 and 1 within the axis.
        assert!(width(4.0) < 1.0 + 1e-12 && step(1.0, 0.5, 4.0) < 0.99);
    }

    #[test]
    fn a_bump_has_its_height_between_the_steps_only() {
        for (x, height) in [(0.1, 0.0), (0.35, 0.0), (0.45, 0.8), (0.55, 0.8), (0.7, 0.0)] {
            assert!((bump(x, (0.4, 0.6), 0.8, STEEP) - height).abs() < 1e-12, "{x}");
        }
    }
}
