use crate::book::claim::MOST_RUNS;
use crate::book::reference::reference;
use crate::book::sigmoid::{sigmoid, sigmoid_prime};
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series, Shape, Stroke};
use crate::rng::{Purpose, Stream};
use crate::stats::quantile;

/// The gradient of a chain of neurons.
pub const CHAIN: Experiment = Experiment {
    id: "ch5-chain",
    title: "The gradient of a chain of neurons is a product",
    claim: "In a chain of single neurons ∂C/∂b of the first one is σ′(z₁) w₂ σ′(z₂) w₃ σ′(z₃) … ∂C/∂a. With N(0, 1) weights most \
            factors |w σ′(z)| are below 1/4, and the gradient vanishes: that of the first neuron is at least 16 times smaller \
            than that of the third. With w = 100 and biases that put every z at 0 each factor is 25, and it explodes.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The chains of a kind.
const CHAINS: usize = 1000;
/// Those of them whose gradient is computed from costs, too.
const CHECKED: usize = 300;
/// The neurons of the book's chain.
const SHORT: usize = 4;
/// Those of the longest.
const LONG: usize = 10;
/// What the last neuron is to answer.
const TARGET: f64 = 0.0;

/// A chain of neurons: each has one input, the output of the one before.
#[derive(Debug, Clone)]
struct Chain {
    input: f64,
    weights: Vec<f64>,
    biases: Vec<f64>,
}

impl Chain {
    /// Weights of a standard deviation, biases N(0, 1), and an input between 0 and 1.
    fn random(neurons: usize, deviation: f64, stream: &mut Stream) -> Self {
        let weights = (0..neurons).map(|_| deviation * stream.gaussian()).collect();
        let biases = (0..neurons).map(|_| stream.gaussian()).collect();
        Self { input: stream.uniform(), weights, biases }
    }

    /// Equal weights, and biases with which every weighted input is 0.
    fn balanced(neurons: usize, w: f64) -> Self {
        let input = 0.8;
        let before = |j: usize| if j == 0 { input } else { sigmoid(0.0) };
        let biases = (0..neurons).map(|j| -w * before(j)).collect();
        Self { input, weights: vec![w; neurons], biases }
    }

    /// The weighted inputs z, neuron by neuron.
    fn weighted_inputs(&self) -> Vec<f64> {
        let mut a = self.input;
        let neuron = |(w, b): (&f64, &f64)| {
            let z = w * a + b;
            a = sigmoid(z);
            z
        };
        self.weights.iter().zip(&self.biases).map(neuron).collect()
    }

    /// (a − y)²/2 of the last neuron.
    fn cost(&self) -> f64 {
        let a = self.weighted_inputs().last().map_or(self.input, |&z| sigmoid(z));
        0.5 * (a - TARGET) * (a - TARGET)
    }

    /// The factors |w σ′(z)| of the neurons after the first.
    fn factors(&self) -> Vec<f64> {
        let neurons = self.weights.iter().zip(self.weighted_inputs()).skip(1);
        neurons.map(|(w, z)| (w * sigmoid_prime(z)).abs()).collect()
    }

    /// ∂C/∂b of every neuron, each as the product of the book (equation 122).
    fn gradient(&self) -> Vec<f64> {
        let zs = self.weighted_inputs();
        let by_output = zs.last().map_or(0.0, |&z| sigmoid(z) - TARGET);
        let of = |j: usize| {
            let later = self.weights.iter().zip(&zs).skip(j + 1);
            let factors: f64 = later.map(|(w, &z)| w * sigmoid_prime(z)).product();
            sigmoid_prime(zs[j]) * factors * by_output
        };
        (0..zs.len()).map(of).collect()
    }

    /// ∂C/∂b of the first neuron from costs alone: a difference of fourth order.
    fn difference(&self) -> f64 {
        const STEP: f64 = 0.01;
        let cost = |steps: f64| {
            let mut moved = self.clone();
            moved.biases[0] += steps * STEP;
            moved.cost()
        };
        (8.0 * (cost(1.0) - cost(-1.0)) - (cost(2.0) - cost(-2.0))) / (12.0 * STEP)
    }
}

/// As many chains of one kind, the same at every call.
fn chains(neurons: usize, deviation: f64) -> impl Iterator<Item = Chain> {
    let mut stream = Stream::new(1, Purpose::Demonstration, 0);
    (0..CHAINS).map(move |_| Chain::random(neurons, deviation, &mut stream))
}

const QUANTILES: [f64; 3] = [0.05, 0.5, 0.95];

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for neurons in [SHORT, LONG] {
        for chain in chains(neurons, 1.0).take(CHECKED) {
            let (product, difference) = (chain.gradient()[0], chain.difference());
            numbers.push(format!("{neurons} neurons, difference"), None, product, difference);
        }
    }
    let long: Vec<Chain> = chains(LONG, 1.0).collect();
    let gradients: Vec<Vec<f64>> = long.iter().map(Chain::gradient).collect();
    let exploding = Chain::balanced(LONG, 100.0).gradient();
    for j in 0..LONG {
        let ratios: Vec<f64> = gradients.iter().map(|g| (g[j] / g[LONG - 1]).abs()).collect();
        let neuron = (j + 1) as f64;
        for q in QUANTILES {
            numbers.push(format!("gradient, quantile {q}"), None, neuron, quantile(&ratios, q));
        }
        let smaller = ratios.iter().filter(|&&ratio| ratio < 1.0).count();
        numbers.push("chains below the last", None, neuron, smaller as f64);
        let ratio = exploding[j] / exploding[LONG - 1];
        numbers.push("gradient, w = 100", None, neuron, ratio);
    }
    let book: Vec<Vec<f64>> = chains(SHORT, 1.0).map(|chain| chain.gradient()).collect();
    let sixteen = book.iter().filter(|g| g[2].abs() >= 16.0 * g[0].abs()).count();
    numbers.push("chains with 16", None, 0.0, sixteen as f64);
    for (neuron, factor) in Chain::balanced(SHORT, 100.0).factors().into_iter().enumerate() {
        numbers.push("factor, w = 100", None, (neuron + 2) as f64, factor);
    }
    let explodes = Chain::balanced(SHORT, 100.0).gradient();
    numbers.push("first to last, w = 100", None, 0.0, explodes[0] / explodes[SHORT - 1]);
    // A factor a chain: those of one chain depend on each other.
    let factors = |deviation| chains(2, deviation).map(|chain| chain.factors()[0]);
    for i in -10..=20 {
        let deviation = libm::exp10(f64::from(i) / 10.0);
        for limit in [0.25, 1.0] {
            let below = factors(deviation).filter(|&factor| factor < limit).count();
            numbers.push(format!("factors below {limit}"), None, deviation, below as f64);
        }
    }
    for count in [1, 3, 9] {
        let products: Vec<f64> =
            long.iter().map(|chain| chain.factors()[..count].iter().product()).collect();
        for i in 0..=100 {
            let share = f64::from(i) / 100.0;
            let at = quantile(&products, share);
            numbers.push(format!("product of {count}"), None, at, share);
        }
    }
    numbers
}

/// How far the differences of costs are from the products, at most, of chains of a length.
fn largest_error(numbers: &Numbers, neurons: usize, error: fn(f64, f64) -> f64) -> f64 {
    let pairs = numbers.points(&format!("{neurons} neurons, difference"));
    pairs
        .into_iter()
        .map(|(product, difference)| error(product, difference).abs())
        .fold(0.0, f64::max)
}

fn judge(numbers: &Numbers) -> Computed {
    let computed = |quantity: &str, rule, book: f64, ours: f64| {
        Finding::new(quantity.into(), rule, Some(book), Evidence::Computed(ours))
    };
    let share = |quantity: &str, count: f64| {
        let cases = Evidence::Counts { holds: count as usize, of: CHAINS };
        Finding::new(quantity.into(), MOST_RUNS, None, cases)
    };
    let mut findings = vec![
        computed(
            "∂C/∂b of the first of 4 neurons: largest |difference of costs : product − 1|",
            Rule::Within(Tolerance::Absolute(1e-6)),
            0.0,
            largest_error(numbers, SHORT, |product, difference| difference / product - 1.0),
        ),
        Finding {
            ours: true,
            // Rounding of the costs hides what is smaller.
            ..computed(
                "∂C/∂b of the first of 10 neurons: largest |difference of costs − product|",
                Rule::Within(Tolerance::Absolute(1e-13)),
                0.0,
                largest_error(numbers, LONG, |product, difference| difference - product),
            )
        },
        share(
            "factors |w σ′(z)| below 1/4, of N(0, 1) weights",
            numbers.at("factors below 0.25", 1.0),
        ),
        Finding {
            row: reference("ch5-vanish-factor", "dC/db1 smaller than dC/db3 by, at least"),
            ..share(
                "chains whose ∂C/∂b is at least 16 times smaller in the first neuron than in the third",
                numbers.at("chains with 16", 0.0),
            )
        },
        share(
            "chains of 10 neurons whose ∂C/∂b is smaller in the first neuron than in the last",
            numbers.at("chains below the last", 1.0),
        ),
    ];
    // All of them, and so the one that is furthest off.
    let off = |a: &f64, b: &f64| (a - 25.0).abs().total_cmp(&(b - 25.0).abs());
    let factor = numbers.values("factor, w = 100").into_iter().max_by(off).unwrap_or(f64::NAN);
    let row = reference("ch5-explode", "each factor w*sigma prime");
    let within = Rule::Within(Tolerance::Absolute(1e-9));
    findings.extend(row.map(|row| Finding::of(row, within, Evidence::Computed(factor))));
    findings.push(computed(
        "w = 100: ∂C/∂b of the first of 4 neurons, divided by that of the last: 25³",
        Rule::Within(Tolerance::Relative(1e-9)),
        15_625.0,
        numbers.at("first to last, w = 100", 0.0),
    ));
    Computed {
        subtitle: format!(
            "{CHAINS} chains of each kind: N(0, 1) weights and biases, an input between 0 and 1, the cost a²/2 of the last neuron; \
             seed 1. The differences are of fourth order, with steps of 0.01, of {CHECKED} of the chains; the gradients of chains \
             of {LONG} neurons go down to 1e-15, where rounding hides them from the costs. In the median each neuron further \
             back has a gradient a tenth as large."
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: CHAIN.title.into(),
            subtitle: Some(format!("{CHAINS} chains with N(0, 1) weights and biases.")),
            panels: panels(numbers),
            ranges: Ranges::Own,
            note: Some(format!(
                "Dots: chains of {SHORT} neurons (blue) and of {LONG} (grey), whose smallest gradients drown in rounding. Band: 90 % of \
                 the chains. w = 100: biases that put every z at 0."
            )),
        }),
    }
}

fn panels(numbers: &Numbers) -> Vec<Figure> {
    let line = |label: &str, label_at, colour, points| Series {
        label: label.into(),
        label_at,
        colour,
        points,
        marker: Marker::NONE,
        ..Series::default()
    };
    let of = |q: f64| numbers.points(&format!("gradient, quantile {q}"));
    let [low, middle, high] = QUANTILES.map(of);
    let band = low.iter().zip(&high).map(|(low, high)| (low.0, low.1, high.1));
    let by_neuron = vec![
        Series {
            band: band.collect(),
            ..line("N(0, 1) weights, median", LabelAt::Legend, 0, middle)
        },
        line("w = 100, z = 0", LabelAt::Legend, 4, numbers.points("gradient, w = 100")),
    ];
    let agreement = |(colour, neurons): (usize, usize)| {
        let name = format!("{neurons} neurons, difference");
        let pairs = numbers.points(&name).into_iter().map(|(x, y)| (x.abs(), y.abs()));
        // Dots, not a line.
        let dots = pairs.flat_map(|point| [point, (point.0, f64::NAN)]);
        let marker = Marker::new(Shape::Circle, 2.0);
        Series { marker, ..line(&name, LabelAt::Hidden, colour, dots.collect()) }
    };
    let diagonal = Series {
        style: Stroke::Dashed,
        ..line("equal", LabelAt::Hidden, 6, vec![(1e-16, 1e-16), (0.1, 0.1)])
    };
    let cumulative = |(colour, count): (usize, usize)| {
        let label = format!("{count} {}", if count == 1 { "factor" } else { "factors" });
        line(&label, LabelAt::Legend, colour, numbers.points(&format!("product of {count}")))
    };
    let shares = |(colour, limit, label): (usize, f64, &str)| {
        let counts = numbers.points(&format!("factors below {limit}"));
        let share = |(deviation, count)| (deviation, count / CHAINS as f64);
        line(label, LabelAt::Legend, colour, counts.into_iter().map(share).collect())
    };
    vec![
        Figure {
            title: "|∂C/∂b₁|: product (across), costs (up)".into(),
            x: Axis::log10("|σ′(z₁) w₂ σ′(z₂) … ∂C/∂a|").with_range(1e-16, 0.1),
            y: Axis::log10("|difference of costs|").with_range(1e-16, 0.1),
            series: [(7, LONG), (0, SHORT)].map(agreement).into_iter().chain([diagonal]).collect(),
            ..Figure::default()
        },
        Figure {
            title: "|∂C/∂b| of neurons 1 to 10 : of the last".into(),
            x: Axis::linear("neuron of a chain of 10").with_range(1.0, LONG as f64),
            y: Axis::log10("ratio"),
            series: by_neuron,
            ..Figure::default()
        },
        Figure {
            title: "chains below a product of |w σ′(z)|".into(),
            x: Axis::log10("product").with_range(1e-12, 1.0),
            y: Axis::linear("share of chains below").with_range(0.0, 1.0),
            series: [(1, 1), (2, 3), (3, 9)].map(cumulative).into(),
            ..Figure::default()
        },
        Figure {
            title: "factors, by the spread of the weights".into(),
            x: Axis::log10("standard deviation of w"),
            y: Axis::linear("share of factors").with_range(0.0, 1.0),
            series: [(5, 0.25, "|w σ′(z)| < 1/4"), (6, 1.0, "|w σ′(z)| < 1")].map(shares).into(),
            ..Figure::default()
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_the_gradient_at_every_neuron() {
        for chain in chains(SHORT, 1.0).take(20) {
            assert!((chain.difference() / chain.gradient()[0] - 1.0).abs() < 1e-6);
            for (j, product) in chain.gradient().into_iter().enumerate() {
                let cost = |step: f64| {
                    let mut moved = chain.clone();
                    moved.biases[j] += step;
                    moved.cost()
                };
                let difference = (cost(1e-5) - cost(-1e-5)) / 2e-5;
                assert!((difference - product).abs() < 1e-9, "neuron {j}: {difference} {product}");
            }
        }
    }

    #[test]
    fn a_balanced_chain_has_its_weighted_inputs_at_0() {
        let chain = Chain::balanced(LONG, 100.0);
        assert!(chain.weighted_inputs().iter().all(|z| z.abs() < 1e-12));
        let gradient = chain.gradient();
        assert!(gradient.windows(2).all(|pair| (pair[0] / pair[1] / 25.0 - 1.0).abs() < 1e-9));
    }
}
