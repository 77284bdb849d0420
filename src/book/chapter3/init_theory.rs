use crate::book::reference::references_of;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance,
};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, Marker, Series};
use crate::rng::{Purpose, Stream};
use crate::stats::std_dev;

/// The spread of a weighted input.
pub const INIT_THEORY: Experiment = Experiment {
    id: "ch3-init-theory",
    title: "The spread of a weighted input",
    claim: "A neuron with 1,000 inputs, of which 500 are 1 and the others 0, has a weighted input z with a standard deviation \
            of √501 ≈ 22.4 if its weights are N(0, 1), and of √(3/2) ≈ 1.22 if they are N(0, 1/n_in): saturated nearly always, \
            or seldom.",
    groups: &["initialisation"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

const DRAWS: u64 = 40_000;
const INPUTS: f64 = 1_000.0;
const ACTIVE: usize = 500;

/// (name, the row of the table of the book's numbers, what the sum of weights is divided by the root of).
const INITIALISERS: [(&str, &str, f64); 2] =
    [("N(0, 1)", "sd of z, old init", 1.0), ("N(0, 1/n_in)", "sd of z, new init", INPUTS)];

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for (name, _, variance_by) in INITIALISERS {
        let mut stream = Stream::new(1, Purpose::Demonstration, 0);
        let mut z = || {
            let bias = stream.gaussian();
            let weights: f64 = (0..ACTIVE).map(|_| stream.gaussian()).sum();
            bias + weights / variance_by.sqrt()
        };
        let draws: Vec<f64> = (0..DRAWS).map(|_| z()).collect();
        let deviation = std_dev(&draws).unwrap_or(f64::NAN);
        numbers.push(format!("deviation, {name}"), None, 0.0, deviation);
        // The share of draws in each unit of z, which is their density.
        for low in -30..30 {
            let (low, high) = (f64::from(low), f64::from(low + 1));
            let inside = draws.iter().filter(|z| (low..high).contains(*z)).count();
            let share = inside as f64 / draws.len() as f64;
            numbers.push(format!("density, {name}"), None, low + 0.5, share);
        }
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let rows = references_of(INIT_THEORY.id);
    let finding = |row: &'static Reference| {
        let ours = INITIALISERS.iter().find(|(_, quantity, _)| *quantity == row.quantity);
        let deviation = ours.map(|(name, ..)| numbers.at(&format!("deviation, {name}"), 0.0));
        // A standard error of 0.35 %, and the book's 1.22 is rounded by as much.
        let rule = Rule::Within(Tolerance::Relative(0.015));
        Finding::of(row, rule, Evidence::Computed(deviation.unwrap_or(f64::NAN)))
    };
    let series = INITIALISERS.iter().enumerate().map(|(colour, (name, ..))| Series {
        label: (*name).into(),
        colour,
        marker: Marker::NONE,
        points: numbers.points(&format!("density, {name}")),
        ..Series::default()
    });
    Computed {
        subtitle: format!("{DRAWS} draws of the weights and the bias of a neuron, seed 1."),
        findings: rows.map(finding).collect(),
        figure: Chart::Lines(Figure {
            title: INIT_THEORY.title.into(),
            subtitle: Some(format!("{DRAWS} draws of the weights and the bias of a neuron.")),
            x: Axis::linear("weighted input z").with_range(-30.0, 30.0),
            y: Axis::linear("density"),
            series: series.collect(),
            ..Figure::default()
        }),
    }
}
