use crate::book::sigmoid::sigmoid;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series};

/// What an activation needs.
pub const ACTIVATIONS: Experiment = Experiment {
    id: "ch4-any-activation",
    title: "Which activations make a step",
    claim: "Any activation s(z) with limits for z → −∞ and z → ∞ that exist and differ makes a step, whatever it does in between. \
            Rectified linear neurons and their kin have no second limit, but two of them with opposite output weights, shifted \
            by 1, do. Linear neurons never do: two of them only make a constant.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// An activation.
struct Function {
    name: &'static str,
    f: fn(f64) -> f64,
    /// Whether its limits at −∞ and ∞ exist and differ.
    limits: bool,
    /// Whether those of s(z + 1/2) − s(z − 1/2) do.
    limits_of_two: bool,
    /// Whether the book says so, or leaves it to its reader to show.
    is_of_book: bool,
}

const fn function(
    name: &'static str,
    f: fn(f64) -> f64,
    [limits, limits_of_two, is_of_book]: [bool; 3],
) -> Function {
    Function { name, f, limits, limits_of_two, is_of_book }
}

/// Those of this library, and the book's example of one that does as it likes in between.
const FUNCTIONS: [Function; 11] = [
    function("sigmoid", sigmoid, [true, false, true]),
    function("tanh", libm::tanh, [true, false, false]),
    function("step", |z| f64::from(z > 0.0), [true, false, false]),
    function(
        "σ(z) + 0.2 sin(10z) e^−|z|",
        |z| sigmoid(z) + 0.2 * libm::sin(10.0 * z) * libm::exp(-z.abs()),
        [true, false, true],
    ),
    function("relu", |z| z.max(0.0), [false, true, true]),
    function("leaky-relu", |z| z.max(0.01 * z), [false, true, false]),
    function("elu", |z| if z > 0.0 { z } else { libm::expm1(z) }, [false, true, false]),
    function("gelu", |z| 0.5 * z * libm::erfc(-z / std::f64::consts::SQRT_2), [false, true, false]),
    function("silu", |z| z * sigmoid(z), [false, true, false]),
    function("softplus", softplus, [false, true, false]),
    function("identity", |z| z, [false, false, true]),
];

/// ln(1 + e^z), without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + libm::log1p(libm::exp(-z.abs()))
}

/// How many neurons make the step.
#[derive(Clone, Copy, PartialEq)]
enum Neurons {
    One,
    /// Two with the output weights 1 and −1, whose biases differ by 1.
    Two,
}

impl Neurons {
    fn name(self) -> &'static str {
        if self == Self::One { "one" } else { "two" }
    }

    /// What they add to the output, with the weight w and the step at 0.5.
    fn output(self, f: fn(f64) -> f64, w: f64, x: f64) -> f64 {
        let z = w * (x - STEP);
        match self {
            Self::One => f(z),
            Self::Two => f(z + 0.5) - f(z - 0.5),
        }
    }
}

const STEP: f64 = 0.5;
/// How far from the step on both sides the neuron is to have its two values.
const NEAR: f64 = 0.05;
/// The largest distance from a step, as a share of its height, of what is called one.
const SMALL: f64 = 1e-3;
/// The weight that is to make a step of it.
const LARGE: f64 = 1e5;
/// The weights of the figure.
const WEIGHTS: [f64; 3] = [6.0, 20.0, 100.0];

/// How far the output of such neurons is from the nearest function with one value before the step and another one after
/// it, further than [`NEAR`] away from it, as a share of the difference of the two; infinite if they are equal. What the
/// output neuron multiplies it by, or adds, changes nothing.
fn distance(neurons: Neurons, f: fn(f64) -> f64, w: f64) -> f64 {
    let side = |from: f64, to: f64| {
        let place = |i: u32| from + (to - from) * f64::from(i) / 200.0;
        let values = (0..=200).map(|i| neurons.output(f, w, place(i)));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (value.min(low), value.max(high))
        });
        (f64::midpoint(low, high), (high - low) / 2.0)
    };
    let (before, spread_before) = side(0.0, STEP - NEAR);
    let (after, spread_after) = side(STEP + NEAR, 1.0);
    let height = (after - before).abs();
    // Rounding makes some height of equal values.
    let scale = before.abs().max(after.abs());
    if height <= 1e-9 * scale { f64::INFINITY } else { spread_before.max(spread_after) / height }
}

fn series(function: &Function, neurons: Neurons) -> String {
    format!("{}, {}", function.name, neurons.name())
}

/// Those of the figure.
const SHOWN: [(&str, Neurons, &str); 9] = [
    ("sigmoid", Neurons::One, "sigmoid"),
    ("tanh", Neurons::One, "tanh"),
    ("σ(z) + 0.2 sin(10z) e^−|z|", Neurons::One, "σ(z) + 0.2 sin(10z) e^−|z|"),
    ("relu", Neurons::One, "ReLU"),
    ("softplus", Neurons::One, "softplus"),
    ("identity", Neurons::One, "linear"),
    ("relu", Neurons::Two, "two ReLU"),
    ("softplus", Neurons::Two, "two softplus"),
    ("identity", Neurons::Two, "two linear"),
];

/// The output of neurons along x, scaled by the output neuron to begin at 0 and end at 1 where it does not end as it began.
fn curve(neurons: Neurons, f: fn(f64) -> f64, w: f64) -> Vec<(f64, f64)> {
    let at = |x| neurons.output(f, w, x);
    let (first, last) = (at(0.0), at(1.0));
    let height = if (last - first).abs() < 1e-9 { 1.0 } else { last - first };
    let point = |i: u32| f64::from(i) / 160.0;
    (0..=160).map(point).map(|x| (x, (at(x) - first) / height)).collect()
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for function in &FUNCTIONS {
        for neurons in [Neurons::One, Neurons::Two] {
            let name = series(function, neurons);
            for w in [100.0, 1e3, 1e4, LARGE] {
                numbers.push(&name, None, w, distance(neurons, function.f, w));
            }
            if !SHOWN.iter().any(|&(shown, of, _)| (shown, of) == (function.name, neurons)) {
                continue;
            }
            for w in WEIGHTS {
                for (x, value) in curve(neurons, function.f, w) {
                    numbers.push(format!("{name}, w = {w}"), None, x, value);
                }
            }
        }
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let finding = |function: &Function, neurons, makes: bool| {
        let distance = numbers.at(&series(function, neurons), LARGE);
        let quantity = match neurons {
            Neurons::One => "whether a neuron becomes a step",
            Neurons::Two => "whether the difference of two does, shifted by 1",
        };
        let ours = Evidence::Computed(f64::from(distance < SMALL));
        let found = Finding::new(quantity.into(), Rule::Equal, Some(f64::from(makes)), ours);
        Finding { arm: function.name.into(), ours: !function.is_of_book, ..found }
    };
    let alone = FUNCTIONS.iter().map(|f| finding(f, Neurons::One, f.limits));
    let without = FUNCTIONS.iter().filter(|f| !f.limits);
    let two = without.map(|f| finding(f, Neurons::Two, f.limits_of_two));
    let panel = |(name, neurons, title): &(&str, Neurons, &str)| {
        let line = |(colour, w): (usize, &f64)| Series {
            label: format!("w = {w}"),
            label_at: LabelAt::Legend,
            colour,
            points: numbers.points(&format!("{name}, {}, w = {w}", neurons.name())),
            marker: Marker::NONE,
            ..Series::default()
        };
        Figure {
            title: (*title).into(),
            x: Axis::linear("input x").with_range(0.0, 1.0),
            y: Axis::linear("output, scaled to begin at 0 and end at 1"),
            series: WEIGHTS.iter().enumerate().map(line).collect(),
            ..Figure::default()
        }
    };
    Computed {
        subtitle: format!(
            "Nothing is trained. A step: further than {NEAR} away from 0.5 the output of s(w(x − 0.5)) with w = {LARGE} is within \
             {SMALL} of its height of one value before and another one after it. Of two neurons: s(z + 1/2) − s(z − 1/2), \
             z = w(x − 0.5)."
        ),
        findings: alone.chain(two).collect(),
        figure: Chart::Panels(Panels {
            title: ACTIVATIONS.title.into(),
            subtitle: Some("Hidden neurons s(w(x − 0.5)) with a growing weight w.".into()),
            panels: SHOWN.iter().map(panel).collect(),
            ranges: Ranges::Shared,
            note: Some(
                "Below: two neurons with opposite output weights: s(z + 1/2) − s(z − 1/2). Of linear ones that is a constant."
                    .into(),
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::textbook::Textbook;
    use crate::nn::{Activation, Architecture, Cost, Network, Output};
    use clap::ValueEnum;

    #[test]
    fn the_functions_are_those_of_the_library() {
        for &activation in Activation::value_variants() {
            let architecture =
                Architecture::dense(&[1, 1, 1], activation, Output::Identity, Cost::Quadratic);
            let mut textbook = Textbook::from_network(&Network::<f64>::zeros(architecture));
            textbook.weights[0][0][0] = 1.0;
            let function = FUNCTIONS.iter().find(|f| f.name == activation.name());
            for z in [-30.0, -2.5, -0.1, 0.0, 0.7, 3.0, 30.0] {
                let (_, activations) = textbook.feed_forward(&[z]);
                let ours = (function.unwrap().f)(z);
                assert!((ours - activations[1][0]).abs() < 1e-12, "{} {z}", activation.name());
            }
        }
    }

    #[test]
    fn limits_at_the_ends_decide() {
        for function in &FUNCTIONS {
            let makes = |neurons| distance(neurons, function.f, LARGE) < SMALL;
            assert_eq!(makes(Neurons::One), function.limits, "{}", function.name);
            // The difference of two with limits has the same limit on both sides.
            assert_eq!(makes(Neurons::Two), function.limits_of_two, "{}", function.name);
        }
        // The largest slope of a hinge does not depend on the weight.
        let relu = |w| distance(Neurons::One, |z| z.max(0.0), w);
        assert!((relu(10.0) - relu(1e4)).abs() < 1e-9 && relu(10.0) > 0.5);
    }
}
