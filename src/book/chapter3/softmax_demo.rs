use crate::book::sigmoid::sigmoid;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series};

/// Four outputs and their weighted inputs.
pub const SOFTMAX_DEMO: Experiment = Experiment {
    id: "ch3-softmax-demo",
    title: "Four softmax outputs while one weighted input moves",
    claim: "If a weighted input z grows, its softmax output grows and all others fall, and their sum stays 1: an output depends on \
            all weighted inputs, where one of a sigmoid layer depends on its own alone. The outputs give the weighted inputs \
            back but for a constant. Of e^(cz) instead of e^z, the largest output goes to 1 with c → ∞, the others to 0.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The weighted inputs at which the book's demonstration begins.
const START: [f64; 4] = [2.5, -1.0, 3.2, 0.5];
/// What follows from them, rounded.
const OUTPUTS: [f64; 4] = [0.315, 0.009, 0.633, 0.043];
/// What one can add to all weighted inputs without a change.
const SHIFTS: [f64; 4] = [-100.0, -1.0, 0.3, 100.0];

type Layer = fn(&[f64; 4]) -> [f64; 4];

/// e^z_j / Σ e^z_k (equation 78), as it stands there.
fn softmax(z: &[f64; 4]) -> [f64; 4] {
    let powers = z.map(libm::exp);
    let sum: f64 = powers.iter().sum();
    powers.map(|power| power / sum)
}

fn sigmoids(z: &[f64; 4]) -> [f64; 4] {
    z.map(sigmoid)
}

/// The start with one weighted input moved.
fn moved(slider: usize, to: f64) -> [f64; 4] {
    let mut z = START;
    z[slider] = to;
    z
}

/// The places of a slider, from −5 to 5 in steps of 0.1.
fn places() -> impl Iterator<Item = f64> {
    (-50..=50).map(|i| f64::from(i) / 10.0)
}

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().map(f64::abs).fold(0.0, f64::max)
}

/// In how many of all steps of all sliders an output goes the right way: up if it is the slider's own, else down.
fn right_ways(layer: Layer) -> usize {
    let is_right = |slider: usize, from: f64, to: f64| {
        let (before, after) = (layer(&moved(slider, from)), layer(&moved(slider, to)));
        let right = |&output: &usize| {
            let change = after[output] - before[output];
            if output == slider { change > 0.0 } else { change < 0.0 }
        };
        (0..4).filter(right).count()
    };
    let of_slider = |slider| {
        let pairs = places().zip(places().skip(1));
        pairs.map(|(from, to)| is_right(slider, from, to)).sum::<usize>()
    };
    (0..4).map(of_slider).sum()
}

/// How many of the 16 pairs of an output and a weighted input depend on each other.
fn dependences(layer: Layer) -> usize {
    let depends = |slider: usize| {
        let (before, after) = (layer(&START), layer(&moved(slider, START[slider] + 1.0)));
        (0..4).filter(|&output| before[output] != after[output]).count()
    };
    (0..4).map(depends).sum()
}

/// The largest difference of ∂a_j/∂z_k = a_j (δ_jk − a_k) from what a small change of z_k makes.
fn slope_error() -> f64 {
    const STEP: f64 = 1e-5;
    let a = softmax(&START);
    let of = |k: usize| {
        let change = |by: f64| softmax(&moved(k, START[k] + by));
        let (more, less) = (change(STEP), change(-STEP));
        let slope = move |j: usize| a[j] * (f64::from(j == k) - a[k]);
        (0..4).map(move |j| slope(j) - (more[j] - less[j]) / (2.0 * STEP))
    };
    largest((0..4).flat_map(of))
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for (j, a) in softmax(&START).into_iter().enumerate() {
        numbers.push("output at the start", None, j as f64, a);
    }
    let all = || (0..4).flat_map(|slider| places().map(move |z| moved(slider, z)));
    let sums = all().map(|z| softmax(&z).iter().sum::<f64>() - 1.0);
    numbers.push("sum, off by", None, 0.0, largest(sums));
    numbers.push("right ways", None, 0.0, right_ways(softmax) as f64);
    numbers.push("dependences", None, 0.0, dependences(softmax) as f64);
    numbers.push("dependences of sigmoids", None, 0.0, dependences(sigmoids) as f64);
    numbers.push("slopes, off by", None, 0.0, slope_error());
    for shift in SHIFTS {
        let (a, b) = (softmax(&START), softmax(&START.map(|z| z + shift)));
        numbers.push("shifted, off by", None, shift, largest((0..4).map(|j| a[j] - b[j])));
    }
    let constants: Vec<f64> =
        softmax(&START).iter().zip(START).map(|(a, z)| z - libm::log(*a)).collect();
    let spread = largest(constants.iter().map(|constant| constant - constants[0]));
    numbers.push("z − ln a, spread", None, 0.0, spread);
    for i in -20..=20 {
        let c = libm::exp10(f64::from(i) / 10.0);
        for (j, a) in softmax(&START.map(|z| c * z)).into_iter().enumerate() {
            numbers.push(format!("output {j}, by c"), None, c, a);
        }
    }
    for z in places() {
        for (name, layer, slider) in CURVES {
            for (j, a) in layer(&moved(slider, z)).into_iter().enumerate() {
                numbers.push(format!("output {j}, {name}"), None, z, a);
            }
        }
    }
    numbers
}

/// What is drawn against the place of a slider: (title, the outputs, the slider).
const CURVES: [(&str, Layer, usize); 3] = [
    ("softmax, z₁ moves", softmax, 0),
    ("softmax, z₂ moves", softmax, 1),
    ("sigmoid, z₁ moves", sigmoids, 0),
];

fn judge(numbers: &Numbers) -> Computed {
    let at = |series: &str| numbers.at(series, 0.0);
    let absolute = |tolerance| Rule::Within(Tolerance::Absolute(tolerance));
    let mut findings = Vec::new();
    let mut add = |quantity: String, rule, book: f64, ours: f64, is_ours: bool| {
        let found = Finding::new(quantity, rule, Some(book), Evidence::Computed(ours));
        findings.push(Finding { ours: is_ours, ..found });
    };
    for (j, book) in OUTPUTS.into_iter().enumerate() {
        let ours = numbers.at("output at the start", j as f64);
        add(format!("output {} at the start", j + 1), absolute(5e-4), book, ours, true);
    }
    let mut of_book =
        |quantity: &str, rule, book, ours| add(quantity.into(), rule, book, ours, false);
    of_book("sum of the outputs: furthest from 1", absolute(1e-15), 0.0, at("sum, off by"));
    of_book(
        "400 steps of the sliders: outputs that go the right way, of 1600",
        Rule::Equal,
        1600.0,
        at("right ways"),
    );
    of_book(
        "∂a_j/∂z_k: largest difference of a_j(δ_jk − a_k) from a finite difference",
        absolute(1e-9),
        0.0,
        at("slopes, off by"),
    );
    of_book(
        "pairs of an output and a weighted input that depend on each other, of 16",
        Rule::Equal,
        16.0,
        at("dependences"),
    );
    of_book("the same of a sigmoid layer", Rule::Equal, 4.0, at("dependences of sigmoids"));
    of_book(
        "z − ln a: largest difference between two neurons",
        absolute(1e-12),
        0.0,
        at("z − ln a, spread"),
    );
    add(
        "a constant added to every z, −100 to 100: largest change of an output".into(),
        absolute(1e-12),
        0.0,
        largest(numbers.values("shifted, off by")),
        true,
    );
    let largest_output = numbers.at("output 2, by c", 100.0);
    add("largest output of e^(cz), c = 100".into(), absolute(1e-12), 1.0, largest_output, false);
    Computed {
        subtitle: "Nothing is trained: z = (2.5, −1, 3.2, 0.5), of which one moves from −5 to 5 in steps of 0.1.".into(),
        findings,
        figure: Chart::Panels(Panels {
            title: SOFTMAX_DEMO.title.into(),
            subtitle: Some("Softmax of z = (2.5, −1, 3.2, 0.5).".into()),
            panels: panels(numbers),
            ranges: Ranges::Own,
            note: None,
        }),
    }
}

fn panels(numbers: &Numbers) -> Vec<Figure> {
    let panel = |title: &str, x: Axis, name: &str| {
        let line = |j: usize| Series {
            label: format!("a{}", ["₁", "₂", "₃", "₄"][j]),
            label_at: LabelAt::Legend,
            colour: j,
            points: numbers.points(&format!("output {j}, {name}")),
            marker: Marker::NONE,
            ..Series::default()
        };
        Figure {
            title: title.into(),
            x,
            y: Axis::linear("output a").with_range(0.0, 1.0),
            series: (0..4).map(line).collect(),
            ..Figure::default()
        }
    };
    let moves = CURVES.iter().map(|&(name, _, slider)| {
        let axis = format!("weighted input z{}", ["₁", "₂", "₃", "₄"][slider]);
        panel(name, Axis::linear(axis).with_range(-5.0, 5.0), name)
    });
    let by_c = panel("softmax of cz", Axis::log10("factor c"), "by c");
    moves.chain([by_c]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::textbook::Textbook;
    use crate::nn::{Activation, Architecture, Cost, Network, Output};

    #[test]
    fn the_outputs_are_those_of_the_library() {
        let architecture =
            Architecture::dense(&[1, 4], Activation::Sigmoid, Output::Softmax, Cost::LogLikelihood);
        let mut textbook = Textbook::from_network(&Network::<f64>::zeros(architecture));
        textbook.biases[0] = START.into();
        let (_, activations) = textbook.feed_forward(&[0.0]);
        let ours = softmax(&START);
        assert!((0..4).all(|j| (ours[j] - activations[1][j]).abs() < 1e-15));
    }

    #[test]
    fn a_sigmoid_layer_goes_only_one_way() {
        // Its other outputs do not move at all.
        assert_eq!(right_ways(sigmoids), 400);
        assert_eq!((dependences(softmax), dependences(sigmoids)), (16, 4));
    }
}
