use crate::book::sigmoid::{sigmoid, sigmoid_prime};
use crate::book::slope::log_slope;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance, presets,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series, Stroke};
use crate::nn::dense;
use crate::nn::textbook::Textbook;
use crate::rng::{Purpose, Stream};
use crate::train::{TrainingSpec, initial_network};

/// What small changes of the weights do to sigmoid neurons, and to perceptrons.
pub const SMOOTH_NEURON: Experiment = Experiment {
    id: "ch1-smooth-neuron",
    title: "Sigmoid neurons answer small changes smoothly, perceptrons jump",
    claim: "If the weights and biases of sigmoid neurons change a little, the output changes by about \
            Σ ∂out/∂w Δw + Σ ∂out/∂b Δb (equation 5): the error falls as the square of the change. A perceptron does not change \
            its answer at all, or flips it, however small the change. It is the limit of σ(cz) as c grows.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The steepness of σ(cz); infinite for the step of a perceptron.
const STEEPNESS: [f64; 5] = [1.0, 3.0, 10.0, 100.0, f64::INFINITY];

/// The weighted input of every output neuron: so near to 0 that it is not saturated even where σ is steepest.
const OUTPUT_Z: f64 = 0.05;
const SEED: u64 = 1;
const DIRECTIONS: usize = 20;
const HIDDEN: usize = 30;

fn name(c: f64) -> String {
    if c.is_finite() { format!("c = {c}") } else { "step".into() }
}

/// a = σ(cz).
fn answer(c: f64, z: f64) -> f64 {
    if c.is_finite() { sigmoid(c * z) } else { f64::from(z > 0.0) }
}

/// da/dz.
fn answer_prime(c: f64, z: f64) -> f64 {
    if c.is_finite() { c * sigmoid_prime(c * z) } else { 0.0 }
}

/// Weights and biases of layers of neurons, or changes of them.
#[derive(Debug, Clone)]
struct Neurons {
    /// `biases[l][j]`.
    biases: Vec<Vec<f64>>,
    /// `weights[l][j][k]`.
    weights: Vec<Vec<Vec<f64>>>,
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

impl Neurons {
    fn parameters(&mut self) -> impl Iterator<Item = &mut f64> {
        self.biases.iter_mut().flatten().chain(self.weights.iter_mut().flatten().flatten())
    }

    /// A change in a random direction, of length 1.
    fn direction(&self, stream: &mut Stream) -> Self {
        let mut change = self.clone();
        change.parameters().for_each(|p| *p = stream.gaussian());
        let length = change.parameters().map(|p| *p * *p).sum::<f64>().sqrt();
        change.parameters().for_each(|p| *p /= length);
        change
    }

    /// The parameters after a change.
    fn moved(&self, change: &Self, delta: f64) -> Self {
        let (mut moved, mut change) = (self.clone(), change.clone());
        moved.parameters().zip(change.parameters()).for_each(|(p, d)| *p += delta * *d);
        moved
    }

    /// The weighted input of the output neuron.
    fn weighted_input(&self, x: &[f64], c: f64) -> f64 {
        let mut a = x.to_vec();
        let mut output = f64::NAN;
        for (weights, biases) in self.weights.iter().zip(&self.biases) {
            let z = weights.iter().zip(biases).map(|(w, b)| dot(w, &a) + b);
            let z: Vec<f64> = z.collect();
            output = z[0];
            a = z.into_iter().map(|z| answer(c, z)).collect();
        }
        output
    }

    fn output(&self, x: &[f64], c: f64) -> f64 {
        answer(c, self.weighted_input(x, c))
    }

    /// Σ ∂out/∂w Δw + Σ ∂out/∂b Δb, layer by layer from the inputs on.
    fn predicted(&self, change: &Self, x: &[f64], c: f64) -> f64 {
        let (mut a, mut da) = (x.to_vec(), vec![0.0; x.len()]);
        for l in 0..self.weights.len() {
            let neuron = |j: usize| {
                let (w, dw) = (&self.weights[l][j], &change.weights[l][j]);
                let z = dot(w, &a) + self.biases[l][j];
                let dz = dot(dw, &a) + dot(w, &da) + change.biases[l][j];
                (answer(c, z), answer_prime(c, z) * dz)
            };
            (a, da) = (0..self.weights[l].len()).map(neuron).unzip();
        }
        da[0]
    }

    /// The same with the bias of the output neuron that brings its weighted input to [`OUTPUT_Z`].
    fn unsaturated(mut self, x: &[f64], c: f64) -> Self {
        let z = self.weighted_input(x, c);
        let last = self.biases.len() - 1;
        self.biases[last][0] += OUTPUT_Z - z;
        self
    }
}

/// What is changed: some neurons and their inputs.
struct Subject {
    name: &'static str,
    neurons: Neurons,
    x: Vec<f64>,
}

/// c times the size of the changes between which the power is measured: smaller ones drown in rounding.
const RANGES: [(&str, (f64, f64)); 2] = [(NEURON, (1e-4, 1e-2)), (NETWORK, (1e-3, 1e-1))];
const NEURON: &str = "neuron";
const NETWORK: &str = "network";

fn subjects(data: &Dataset) -> [Subject; 2] {
    let neuron = Neurons { biases: vec![vec![0.0]], weights: vec![vec![vec![0.7, -0.4, 0.2]]] };
    let spec = TrainingSpec { hidden: dense([HIDDEN]), seed: SEED, ..presets::network2() };
    let mut textbook = Textbook::from_network(&initial_network::<f64>(&spec, data));
    // One output is enough.
    textbook.weights[1].truncate(1);
    textbook.biases[1].truncate(1);
    let mut pixels = vec![0; data.inputs()];
    data.training.images.dense_row(0, &mut pixels);
    let net = Neurons { biases: textbook.biases, weights: textbook.weights };
    [
        Subject { name: NEURON, neurons: neuron, x: vec![0.5, 0.9, 0.3] },
        Subject {
            name: NETWORK,
            neurons: net,
            x: pixels.iter().map(|&pixel| f64::from(pixel) / 256.0).collect(),
        },
    ]
}

/// A change that is as good as none.
const TINY: f64 = 1e-9;

/// The sizes of the changes: four a decade.
fn sizes() -> impl Iterator<Item = f64> {
    (-24..=0).map(|k| libm::pow(10.0, f64::from(k) / 4.0))
}

/// Two changes in a direction, less than [`TINY`] apart, of which one flips the answer of a perceptron and the other does not; `None`
/// if 1e3 does not.
fn flip(neurons: &Neurons, change: &Neurons, x: &[f64]) -> Option<(f64, f64)> {
    let output = |delta: f64| neurons.moved(change, delta).output(x, f64::INFINITY);
    let (mut low, mut high) = (0.0, 1e3);
    if output(low) == output(high) {
        return None;
    }
    while high - low >= TINY {
        let middle = f64::midpoint(low, high);
        if output(middle) == output(low) { low = middle } else { high = middle }
    }
    Some((low, high))
}

fn compute(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for c in STEEPNESS {
        for i in -120..=120 {
            let z = f64::from(i) / 40.0;
            numbers.push(format!("answer, {}", name(c)), None, z, answer(c, z));
        }
    }
    for Subject { name: subject, neurons, x } in subjects(data) {
        let mut stream = Stream::new(SEED, Purpose::Demonstration, 0);
        let changes: Vec<Neurons> =
            (0..DIRECTIONS).map(|_| neurons.direction(&mut stream)).collect();
        for c in STEEPNESS {
            let neurons = neurons.clone().unsaturated(&x, c);
            let before = neurons.output(&x, c);
            let slopes: Vec<f64> =
                changes.iter().map(|change| neurons.predicted(change, &x, c)).collect();
            for delta in sizes() {
                let error = |(change, slope): (&Neurons, &f64)| {
                    let after = neurons.moved(change, delta).output(&x, c);
                    (after - before - delta * slope).abs()
                };
                let largest = changes.iter().zip(&slopes).map(error).fold(0.0, f64::max);
                numbers.push(format!("{subject}, error, {}", name(c)), None, delta, largest);
            }
        }
        let perceptrons = neurons.clone().unsaturated(&x, f64::INFINITY);
        for (i, change) in changes.iter().enumerate() {
            let Some((low, high)) = flip(&perceptrons, change, &x) else { continue };
            let output = |delta| perceptrons.moved(change, delta).output(&x, f64::INFINITY);
            let jump = (output(high) - output(low)).abs();
            numbers.push(format!("{subject}, flips at"), None, i as f64, high);
            numbers.push(format!("{subject}, jump"), None, i as f64, jump);
        }
        if subject == NETWORK {
            for c in STEEPNESS {
                let name = format!("staircase, {}", name(c));
                let still = neurons.biases[1][0];
                for i in -400..=400 {
                    let shift = f64::from(i) / 100.0;
                    let mut moved = neurons.clone();
                    moved.biases[0].iter_mut().for_each(|b| *b += shift);
                    numbers.push(&name, None, shift, moved.weighted_input(&x, c) - still);
                }
            }
        }
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let mut findings = Vec::new();
    for (subject, range) in RANGES {
        for c in STEEPNESS.into_iter().filter(|c| c.is_finite()) {
            let points = numbers.points(&format!("{subject}, error, {}", name(c)));
            let inside = |p: &(f64, f64)| (range.0..=range.1).contains(&(c * p.0));
            let points: Vec<(f64, f64)> = points.into_iter().filter(inside).collect();
            findings.push(Finding {
                arm: format!("{subject} of σ(cz), {}", name(c)),
                ..Finding::new(
                    "power of the change by which the error of the prediction grows".into(),
                    Rule::Within(Tolerance::Absolute(0.1)),
                    Some(2.0),
                    Evidence::Computed(log_slope(&points)),
                )
            });
        }
        let jumps = numbers.values(&format!("{subject}, jump"));
        let least = jumps.iter().copied().fold(f64::INFINITY, f64::min);
        findings.push(Finding {
            arm: format!("{subject} of perceptrons"),
            ..Finding::new(
                format!(
                    "least jump of the output by less than {TINY:e} of change ({} directions)",
                    jumps.len()
                ),
                Rule::Equal,
                Some(1.0),
                Evidence::Computed(least),
            )
        });
    }
    Computed {
        subtitle: format!(
            "A neuron with three inputs, and a network 784-{HIDDEN}-1 with N(0, 1/n_in) weights and the first training image, seed \
             {SEED}. Weights and biases change together, in {DIRECTIONS} random directions; the largest error of them counts. The bias \
             of the output brings its z to {OUTPUT_Z} for every c. The power is that between c·Δ = 10⁻⁴ and 10⁻² for the \
             neuron, and 10⁻³ and 10⁻¹ for the network."
        ),
        findings,
        figure: Chart::Panels(figure(numbers)),
    }
}

fn figure(numbers: &Numbers) -> Panels {
    let series = |prefix: &str| -> Vec<Series> {
        let line = |(colour, c): (usize, f64)| Series {
            label: if c.is_finite() { format!("σ(cz), {}", name(c)) } else { "perceptron".into() },
            label_at: LabelAt::Legend,
            // The palest of the first ones is the least of them.
            colour: [5, 0, 2, 1, 6][colour],
            points: numbers.points(&format!("{prefix}, {}", name(c))),
            marker: Marker::NONE,
            // The limit lies over the steepest: both are to be seen.
            style: if c.is_finite() { Stroke::Solid } else { Stroke::Dashed },
            ..Series::default()
        };
        STEEPNESS.into_iter().enumerate().map(line).collect()
    };
    let panel = |title: &str, x: Axis, y: Axis, prefix: &str| Figure {
        title: title.into(),
        x,
        y,
        series: series(prefix),
        ..Figure::default()
    };
    let error = |title, subject: &str| {
        panel(
            title,
            Axis::log10("size Δ of the change"),
            Axis::log10("error of the predicted output").with_range(1e-16, 10.0),
            &format!("{subject}, error"),
        )
    };
    Panels {
        title: SMOOTH_NEURON.title.into(),
        subtitle: Some(
            "Above what neurons answer, below the error of Σ ∂out/∂w Δw + Σ ∂out/∂b Δb.".into(),
        ),
        panels: vec![
            panel(
                "the answer of one neuron",
                Axis::linear("weighted input z"),
                Axis::linear("output").with_range(0.0, 1.0),
                "answer",
            ),
            panel(
                "Σ w a over 30 hidden neurons",
                Axis::linear("change of all hidden biases"),
                Axis::linear("Σ w a"),
                "staircase",
            ),
            error("one neuron: error", NEURON),
            error("784-30-1: error", NETWORK),
        ],
        ranges: Ranges::Own,
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Architecture, Cost, Output, Targets};

    fn small(stream: &mut Stream) -> Neurons {
        let mut layer = |n_out: usize, n_in: usize| -> Vec<Vec<f64>> {
            (0..n_out).map(|_| (0..n_in).map(|_| stream.gaussian()).collect()).collect()
        };
        let weights = vec![layer(5, 4), layer(1, 5)];
        let biases = [layer(1, 5), layer(1, 1)].concat();
        Neurons { biases, weights }
    }

    #[test]
    fn the_prediction_is_that_of_backpropagation() {
        let mut stream = Stream::new(3, Purpose::Demonstration, 0);
        let neurons = small(&mut stream);
        let x = [0.3, 0.8, 0.1, 0.5];
        let change = neurons.direction(&mut stream);
        let architecture =
            Architecture::dense(&[4, 5, 1], Activation::Sigmoid, Output::Sigmoid, Cost::Quadratic);
        let textbook = Textbook {
            truncation: usize::MAX,
            biases: neurons.biases.clone(),
            weights: neurons.weights.clone(),
            shapes: architecture.layers(),
            activations: vec![Activation::Sigmoid],
            output: Output::Sigmoid,
            cost: Cost::Quadratic,
            targets: Targets::OneHot,
            kept: vec![vec![1.0; 5]],
        };
        // ∂C/∂out = out, since class 1 has no output of its own.
        let nabla = textbook.backpropagate(&x, 1);
        let gradient = Neurons { biases: nabla.biases, weights: nabla.weights };
        let product: f64 = gradient
            .clone()
            .parameters()
            .zip(change.clone().parameters())
            .map(|(g, d)| *g * *d)
            .sum();
        let predicted = neurons.predicted(&change, &x, 1.0);
        assert!((product / neurons.output(&x, 1.0) - predicted).abs() < 1e-14);
    }

    #[test]
    fn a_steep_neuron_is_one_of_larger_weights() {
        let mut stream = Stream::new(4, Purpose::Demonstration, 0);
        let neurons = small(&mut stream);
        let x = [0.3, 0.8, 0.1, 0.5];
        let mut tripled = neurons.clone();
        tripled.parameters().for_each(|p| *p *= 3.0);
        let difference = tripled.output(&x, 1.0) - neurons.output(&x, 3.0);
        assert!(difference.abs() < 1e-14);
        let steep = neurons.clone().unsaturated(&x, 100.0);
        assert!((steep.weighted_input(&x, 100.0) - OUTPUT_Z).abs() < 1e-12);
    }

    #[test]
    fn a_perceptron_flips_where_its_weighted_input_is_0() {
        let neurons = Neurons { biases: vec![vec![0.25]], weights: vec![vec![vec![1.0]]] };
        let change = Neurons { biases: vec![vec![-1.0]], weights: vec![vec![vec![0.0]]] };
        let (low, high) = flip(&neurons, &change, &[0.5]).unwrap();
        assert!(low < 0.75 && high >= 0.75 && high - low < TINY);
        let up = Neurons { biases: vec![vec![1.0]], weights: vec![vec![vec![0.0]]] };
        assert_eq!(flip(&neurons, &up, &[0.5]), None);
    }
}
