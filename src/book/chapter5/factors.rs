use crate::book::sigmoid::{sigmoid, sigmoid_prime};
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, references,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series};

/// What a gradient is multiplied by on its way back through a chain of neurons.
pub const FACTORS: Experiment = Experiment {
    id: "ch5-factors",
    title: "Why the gradient vanishes, or explodes, in a chain of neurons",
    claim: "On its way back through a neuron the gradient is multiplied by w σ′(z), and σ′ is at most 1/4: it shrinks unless |w| is \
            at least 4, and then only inputs from a narrow interval, at most 0.45 wide (at |w| ≈ 6.9), keep it from shrinking. \
            With w = 100 and biases that put every z at 0 each factor is 25, and the gradient explodes.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The neurons of the chain that explodes.
const CHAIN: usize = 4;

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
    for (neuron, factor) in chain(100.0).into_iter().enumerate() {
        numbers.push("factor", None, neuron as f64, factor);
    }
    numbers
}

/// The w σ′(z) of every neuron of a chain in which each bias puts its z at 0.
fn chain(w: f64) -> Vec<f64> {
    let mut a = 0.8;
    let factor = |_| {
        let bias = -w * a;
        let z = w * a + bias;
        a = sigmoid(z);
        w * sigmoid_prime(z)
    };
    (0..CHAIN).map(factor).collect()
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
        // All of them, and so the one that is furthest off.
        ("ch5-explode", _) => {
            let factors = numbers.values("factor");
            let off = |a: &f64, b: &f64| (a - 25.0).abs().total_cmp(&(b - 25.0).abs());
            (within(1e-9), factors.into_iter().max_by(off).unwrap_or(f64::NAN))
        }
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
        subtitle: "The interval by bisection, its longest by search; the chain has four neurons."
            .into(),
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

    #[test]
    fn the_product_of_the_factors_is_the_gradient_of_the_chain() {
        // ∂a/∂b of the first neuron times the factors of the others, by a difference.
        let w = 3.0;
        let biases = [0.3, -1.0, 0.5, -2.0];
        let output = |first: f64| {
            let mut a = sigmoid(w * 0.8 + first);
            for b in &biases[1..] {
                a = sigmoid(w * a + b);
            }
            a
        };
        let (mut z, mut product) = (w * 0.8 + biases[0], 1.0);
        product *= sigmoid_prime(z);
        for b in &biases[1..] {
            z = w * sigmoid(z) + b;
            product *= w * sigmoid_prime(z);
        }
        let difference = (output(biases[0] + 1e-6) - output(biases[0] - 1e-6)) / 2e-6;
        assert!((product / difference - 1.0).abs() < 1e-7);
        assert!(chain(100.0).iter().all(|factor| (factor - 25.0).abs() < 1e-9));
    }
}
