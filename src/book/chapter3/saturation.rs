use crate::book::sigmoid::sigmoid;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, references,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, Marker, Panels, Ranges, Series};

/// One neuron that starts a little wrong, or badly.
pub const SATURATION: Experiment = Experiment {
    id: "ch3-saturation",
    title: "One neuron that starts wrong",
    claim: "A neuron with the input 1 is to answer 0. With the quadratic cost it learns at once if it starts at 0.82, but if it \
            starts at 0.98, saturated, hardly anything changes for about 150 epochs. With the cross-entropy both starts learn at \
            once. (The book's demonstration of that steps by the wrong derivative; with the right one it is true at η = 0.15, \
            and at the book's 0.005 the outputs are still 0.42 and 0.78 after 300 epochs.)",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The last update of the demonstrations.
const UPDATES: usize = 301;

/// One of the demonstrations.
struct Demonstration {
    /// Its name in the table of the book's numbers.
    id: &'static str,
    /// The weight and the bias at the start.
    start: (f64, f64),
    /// What is subtracted from both, for an output a, times η.
    step: fn(f64) -> f64,
    eta: f64,
}

const EASY: (f64, f64) = (0.6, 0.9);
const HARD: (f64, f64) = (2.0, 2.0);

/// ∂C/∂w = ∂C/∂b = a σ′(z) (equations 55 and 56, where x = 1 and y = 0).
fn quadratic(a: f64) -> f64 {
    a * a * (1.0 - a)
}

/// ∂C/∂a instead of ∂C/∂w: what the book's demonstration of the cross-entropy steps by.
fn as_demonstrated(a: f64) -> f64 {
    1.0 / (1.0 - a)
}

/// ∂C/∂w = ∂C/∂b = a (equation 61).
fn cross_entropy(a: f64) -> f64 {
    a
}

const fn demonstration(
    id: &'static str,
    start: (f64, f64),
    step: fn(f64) -> f64,
    eta: f64,
) -> Demonstration {
    Demonstration { id, start, step, eta }
}

const DEMONSTRATIONS: [Demonstration; 8] = [
    demonstration("ch3-sat-quad-easy", EASY, quadratic, 0.15),
    demonstration("ch3-sat-quad-hard", HARD, quadratic, 0.15),
    demonstration("ch3-sat-ce-easy", EASY, as_demonstrated, 0.005),
    demonstration("ch3-sat-ce-hard", HARD, as_demonstrated, 0.005),
    demonstration("ch3-sat-ce-easy-correct", EASY, cross_entropy, 0.005),
    demonstration("ch3-sat-ce-hard-correct", HARD, cross_entropy, 0.005),
    // With the η of the quadratic cost, which the book does not show.
    demonstration("easy, η = 0.15", EASY, cross_entropy, 0.15),
    demonstration("hard, η = 0.15", HARD, cross_entropy, 0.15),
];

impl Demonstration {
    /// The output before the first update, and after each.
    fn outputs(&self) -> Vec<f64> {
        let (mut weight, mut bias) = self.start;
        let mut outputs = Vec::new();
        for _ in 0..=UPDATES {
            let a = sigmoid(weight + bias);
            outputs.push(a);
            weight -= self.eta * (self.step)(a);
            bias -= self.eta * (self.step)(a);
        }
        outputs
    }
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for demonstration in &DEMONSTRATIONS {
        for (update, a) in demonstration.outputs().into_iter().enumerate() {
            numbers.push(demonstration.id, None, update as f64, a);
        }
    }
    numbers
}

/// The first update after which a tenth of the whole fall is done.
fn slow_start(outputs: &[f64]) -> f64 {
    let (Some(first), Some(last)) = (outputs.first(), outputs.last()) else { return f64::NAN };
    let tenth = first - 0.1 * (first - last);
    outputs.iter().position(|&a| a < tenth).map_or(f64::NAN, |update| update as f64)
}

/// A number of the book beside ours; `None` for a setting.
fn finding(row: &'static Reference, numbers: &Numbers) -> Option<Finding> {
    let id = row.id.as_str();
    let within = |tolerance| Rule::Within(Tolerance::Absolute(tolerance));
    let update = row.quantity.strip_prefix("output after ");
    let update = update.and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
    let (rule, ours) = match (row.quantity.as_str(), update) {
        // Printed with six decimals.
        (_, Some(update)) => (within(5e-7), numbers.at(id, update)),
        ("initial output", _) => (within(0.005), numbers.at(id, 0.0)),
        ("output at the end", _) => (within(0.005), numbers.at(id, UPDATES as f64)),
        ("epochs of slow start", _) => {
            (Rule::Within(Tolerance::Relative(0.2)), slow_start(&numbers.values(id)))
        }
        _ => return None,
    };
    let mut finding = Finding::of(row, rule, Evidence::Computed(ours));
    finding.arm = id.into();
    Some(finding)
}

fn judge(numbers: &Numbers) -> Computed {
    let rows = references().iter().filter(|row| row.id.starts_with("ch3-sat-"));
    let panel = |title: &str, demonstrations: &[Demonstration]| Figure {
        title: title.into(),
        x: Axis::linear("epoch"),
        y: Axis::linear("output a").with_range(0.0, 1.0),
        series: demonstrations
            .iter()
            .zip(["starts at 0.82", "starts at 0.98"])
            .enumerate()
            .map(|(colour, (demonstration, label))| Series {
                label: label.into(),
                colour,
                points: numbers.points(demonstration.id),
                marker: Marker::NONE,
                ..Series::default()
            })
            .collect(),
        ..Figure::default()
    };
    let titles = [
        "quadratic cost, η = 0.15",
        "cross-entropy as demonstrated, η = 0.005",
        "cross-entropy, η = 0.005",
        "cross-entropy, η = 0.15",
    ];
    let panels = titles.iter().zip(DEMONSTRATIONS.chunks(2));
    let at_once = [("easy, η = 0.15", 8.0), ("hard, η = 0.15", 17.0)].map(|(series, book)| {
        let half = numbers.series(series).find(|number| number.value < 0.5);
        let ours = Evidence::Computed(half.map_or(f64::NAN, |number| number.x));
        let quantity = "cross-entropy: epochs until the output is below 0.5".into();
        let found = Finding::new(quantity, Rule::Equal, Some(book), ours);
        Finding { arm: series.into(), ours: true, ..found }
    });
    Computed {
        subtitle: "Input 1, wanted output 0; weight and bias 0.6 and 0.9, or 2 and 2. The book's demonstration of the \
                   cross-entropy steps by 1/(1 − a), the derivative of the cost by the output: that by the weight is a. With \
                   the correct step its η = 0.005 is so small that the outputs are still 0.42 and 0.78 after 300 epochs; with \
                   η = 0.15 both starts learn at once."
            .into(),
        findings: rows.filter_map(|row| finding(row, numbers)).chain(at_once).collect(),
        figure: Chart::Panels(Panels {
            title: SATURATION.title.into(),
            subtitle: Some("Input 1, wanted output 0: the output epoch by epoch.".into()),
            panels: panels.map(|(title, pair)| panel(title, pair)).collect(),
            ranges: Ranges::Shared,
            note: Some("\"As demonstrated\" steps by ∂C/∂a instead of ∂C/∂w, as the book's page does.".into()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_the_derivatives_of_the_costs() {
        let slope = |cost: fn(f64) -> f64, z: f64| {
            (cost(sigmoid(z + 1e-6)) - cost(sigmoid(z - 1e-6))) / 2e-6
        };
        for z in [-1.0, 0.0, 1.5, 4.0] {
            assert!((slope(|a| 0.5 * a * a, z) - quadratic(sigmoid(z))).abs() < 1e-9);
            assert!((slope(|a| -libm::log(1.0 - a), z) - cross_entropy(sigmoid(z))).abs() < 1e-8);
            assert!((as_demonstrated(sigmoid(z)) - cross_entropy(sigmoid(z))).abs() > 0.1);
        }
    }

    #[test]
    fn a_slow_start_ends_where_a_tenth_is_done() {
        assert_eq!(slow_start(&[1.0, 0.99, 0.95, 0.85, 0.0]), 3.0);
        assert!(slow_start(&[]).is_nan());
    }
}
