use crate::book::sigmoid::sigmoid_prime;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, references,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series};

/// What a gradient is multiplied by on its way back through a neuron.
pub const FACTORS: Experiment = Experiment {
    id: "ch5-factors",
    title: "Why a factor of the gradient is seldom 1 or more",
    claim: "On its way back through a neuron the gradient is multiplied by w σ′(z), and σ′ is at most 1/4: it shrinks unless |w| is \
            at least 4, and then only inputs from a narrow interval, at most 0.45 wide (at |w| ≈ 6.9), keep it from shrinking.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for i in -50..=50 {
        let z = f64::from(i) / 10.0;
        numbers.push("σ′", None, z, sigmoid_prime(z));
    }
    for i in 0..=160 {
        let w = 4.0 + f64::from(i) / 10.0;
        numbers.push("width", None, w, width(w));
    }
    let widest = maximum(width, 4.0, 20.0);
    numbers.push("widest at", None, 0.0, widest);
    numbers.push("widest", None, 0.0, width(widest));
    numbers
}

/// How long the interval of inputs a is in which |w σ′(w a + b)| is at least 1, whatever the bias b: found by bisection, where
/// the book has a formula.
fn width(w: f64) -> f64 {
    // σ′ falls on both sides of 0.
    let (mut low, mut high) = (0.0, 60.0);
    if w * sigmoid_prime(low) < 1.0 {
        return 0.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if w * sigmoid_prime(middle) >= 1.0 { low = middle } else { high = middle }
    }
    2.0 * low / w
}

/// Where a function with one maximum has it, by ternary search.
fn maximum(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..200 {
        let third = (high - low) / 3.0;
        if f(low + third) < f(high - third) { low += third } else { high -= third }
    }
    f64::midpoint(low, high)
}

fn finding(row: &'static Reference, numbers: &Numbers) -> Option<Finding> {
    let within = |tolerance| Rule::Within(Tolerance::Absolute(tolerance));
    let largest = numbers.values("σ′").into_iter().fold(0.0, f64::max);
    let (rule, ours) = match (row.id.as_str(), row.quantity.as_str()) {
        ("ch5-sigma-prime-max", _) => (within(1e-12), largest),
        // Printed with two digits.
        ("ch5-prob-width", "|w| of widest interval") => {
            (within(0.05), numbers.at("widest at", 0.0))
        }
        ("ch5-prob-width", "width of widest interval") => {
            (within(0.005), numbers.at("widest", 0.0))
        }
        ("ch5-prob-width", "minimum |w|") => (within(1e-9), 1.0 / largest),
        _ => return None,
    };
    Some(Finding::of(row, rule, Evidence::Computed(ours)))
}

fn judge(numbers: &Numbers) -> Computed {
    let line = |name: &str, series: &str| Series {
        label: name.into(),
        label_at: LabelAt::Hidden,
        points: numbers.points(series),
        marker: Marker::NONE,
        ..Series::default()
    };
    let panels = vec![
        Figure {
            title: "σ′(z), at most 1/4".into(),
            x: Axis::linear("weighted input z"),
            y: Axis::linear("σ′(z)").with_range(0.0, 0.3),
            series: vec![line("σ′(z)", "σ′")],
            ..Figure::default()
        },
        Figure {
            title: "inputs that keep |w σ′(z)| ≥ 1".into(),
            x: Axis::linear("weight |w|"),
            y: Axis::linear("length of their interval").with_range(0.0, 0.5),
            series: vec![line("length of the interval", "width")],
            ..Figure::default()
        },
    ];
    Computed {
        subtitle: "The interval by bisection, its longest by search.".into(),
        findings: references().iter().filter_map(|row| finding(row, numbers)).collect(),
        figure: Chart::Panels(Panels {
            title: FACTORS.title.into(),
            subtitle: None,
            panels,
            ranges: Ranges::Own,
            note: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_books_formula() {
        for w in [4.5, 6.9, 12.0, 19.0_f64] {
            let formula = 2.0 / w * libm::log(w * (1.0 + (1.0 - 4.0 / w).sqrt()) / 2.0 - 1.0);
            assert!((width(w) - formula).abs() < 1e-12, "{w}");
        }
        assert_eq!(width(3.9), 0.0);
    }
}
