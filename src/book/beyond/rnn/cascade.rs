use super::{ALWAYS, GROUP, counts, line, ours, seeds};
use crate::book::{Computed, Evidence, Experiment, Kind, Numbers, Rule, Tolerance};
use crate::data::Dataset;
use crate::figure::{
    Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Panels, Ranges, Series, Shape, Stroke,
};
use crate::rng::{Purpose, Stream};
use rayon::prelude::*;

/// One stimulus, and what becomes of it.
pub const CASCADE: Experiment = Experiment {
    id: "rnn-cascade",
    title: "A cascade of firing neurons dies, travels or runs away",
    claim: "In a recurrent network neurons stay active for a limited time and may set off others later, so that one stimulus starts \
            a cascade (chapter 1). With leak l and feedback weight g the activity dies out below g ρ = 1 − l and never ends above, where \
            ρ is the spectral radius of the connections; along a ring it travels a neuron a step.",
    groups: GROUP,
    long: false,
    kind: Kind::Computed { compute, judge },
};

const NEURONS: usize = 100;
/// The part of its potential that a neuron keeps from step to step.
const LEAK: f64 = 0.5;
/// The longest cascade that is followed.
const STEPS: usize = 400;
/// Random networks.
const SEEDS: u64 = 20;
/// The probability of a connection in a random network, each of a weight between 0 and 1.
const CONNECTED: f64 = 0.1;
/// A neuron is active above this activation, and a network dead with less in all.
const ACTIVE: f64 = 0.01;
/// The feedback weights, as parts of the critical one.
const PARTS: [f64; 11] = [0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.5, 2.0];
/// Those of the rasters.
const RASTERS: [f64; 2] = [0.8, 1.2];
/// The steps that they show.
const SHOWN: usize = 100;

/// Connections, `[to][from]`, none of them negative.
struct Net(Vec<Vec<f64>>);

impl Net {
    /// Every neuron sets off the next.
    fn ring() -> Self {
        let weight = |i: usize, j: usize| if (j + 1) % NEURONS == i { 1.0 } else { 0.0 };
        Self((0..NEURONS).map(|i| (0..NEURONS).map(|j| weight(i, j)).collect()).collect())
    }

    fn random(seed: u64) -> Self {
        let mut stream = Stream::new(seed, Purpose::Demonstration, 0);
        let mut weight = |_| match stream.uniform() < CONNECTED {
            true => stream.uniform(),
            false => 0.0,
        };
        Self((0..NEURONS).map(|_| (0..NEURONS).map(&mut weight).collect()).collect())
    }

    fn apply(&self, a: &[f64]) -> Vec<f64> {
        let neuron = |row: &Vec<f64>| row.iter().zip(a).map(|(w, a)| w * a).sum();
        self.0.iter().map(neuron).collect()
    }

    /// The largest eigenvalue, by powers of 1 + A: of a matrix without negative numbers it is real (Perron and Frobenius).
    fn spectral_radius(&self) -> f64 {
        let mut a = vec![1.0; NEURONS];
        let mut growth = 1.0;
        for _ in 0..2000 {
            let next: Vec<f64> = self.apply(&a).iter().zip(&a).map(|(x, y)| x + y).collect();
            let (sum, before): (f64, f64) = (next.iter().sum(), a.iter().sum());
            growth = sum / before;
            a = next.into_iter().map(|x| x / sum).collect();
        }
        growth - 1.0
    }

    /// The activations step by step after a stimulus of the first neuron: v ← l v + g A a, a = tanh v.
    fn cascade(&self, g: f64, stimulus: f64) -> impl Iterator<Item = Vec<f64>> {
        let mut v = vec![0.0; NEURONS];
        v[0] = stimulus;
        std::iter::repeat_with(move || {
            let a: Vec<f64> = v.iter().map(|&v| libm::tanh(v)).collect();
            let input = self.apply(&a);
            v.iter_mut().zip(input).for_each(|(v, x)| *v = LEAK * *v + g * x);
            a
        })
    }

    /// The weight above which a small stimulus grows, by bisection between 0 and `high`.
    fn critical(&self, high: f64) -> f64 {
        let (mut low, mut high) = (0.0, high);
        for _ in 0..22 {
            let g = 0.5 * (low + high);
            let mut activity = self.cascade(g, 1e-3).map(|a| a.iter().sum::<f64>());
            let (half, end) = (activity.nth(500), activity.nth(499));
            if end >= half { high = g } else { low = g }
        }
        0.5 * (low + high)
    }
}

fn compute(_: &Dataset) -> Numbers {
    let watch = |name: &str, net: &Net, seed: Option<u64>| {
        let mut numbers = Numbers::default();
        let rho = net.spectral_radius();
        let expected = (1.0 - LEAK) / rho;
        numbers.push(
            format!("{name}: critical weight"),
            seed,
            expected,
            net.critical(3.7 * expected),
        );
        for part in PARTS {
            let cascade: Vec<Vec<f64>> = net.cascade(part * expected, 1.0).take(STEPS).collect();
            let is_alive = |a: &Vec<f64>| a.iter().sum::<f64>() >= ACTIVE;
            let duration = cascade.iter().take_while(|a| is_alive(a)).count();
            let reached = |i: &usize| cascade.iter().any(|a| a[*i] > ACTIVE);
            let reached = (0..NEURONS).filter(reached).count();
            numbers.push(format!("{name}: duration"), seed, part, duration as f64);
            numbers.push(format!("{name}: neurons reached"), seed, part, reached as f64);
            if RASTERS.contains(&part) && seed.is_none_or(|seed| seed == 1) {
                for (t, a) in cascade.iter().enumerate().take(SHOWN) {
                    for (i, _) in a.iter().enumerate().filter(|(_, a)| **a > ACTIVE) {
                        numbers.push(format!("{name}: raster at {part}"), seed, t as f64, i as f64);
                    }
                }
            }
        }
        if seed.is_none() {
            for (t, a) in net.cascade(expected, 1.0).enumerate().take(NEURONS) {
                let front = (0..NEURONS).rev().find(|&i| a[i] > 0.0).unwrap_or(0);
                numbers.push(format!("{name}: front"), seed, t as f64, front as f64);
            }
        }
        numbers
    };
    let random = (1..=SEEDS).into_par_iter();
    let random = random.map(|seed| watch("random", &Net::random(seed), Some(seed)));
    let random: Vec<Numbers> = random.collect();
    [watch("ring", &Net::ring(), None)].into_iter().chain(random).collect()
}

fn judge(numbers: &Numbers) -> Computed {
    let durations = |part: f64| seeds(numbers, "random: duration", part);
    let ratio = |name: &str| -> Vec<f64> {
        let critical = format!("{name}: critical weight");
        numbers.series(&critical).map(|number| number.value / number.x).collect()
    };
    let slowest = numbers.points("ring: front").into_iter().map(|(t, i)| (t - i).abs());
    let reached = |part: f64| seeds(numbers, "random: neurons reached", part);
    let findings = vec![
        ours(
            "random networks",
            "at 0.9 of (1 − l)/ρ the activity dies",
            ALWAYS,
            None,
            counts(&durations(0.9), |steps| steps < STEPS as f64),
        ),
        ours(
            "random networks",
            &format!("at 1.1 of it the activity lasts for {STEPS} steps"),
            ALWAYS,
            None,
            counts(&durations(1.1), |steps| steps == STEPS as f64),
        ),
        ours(
            "random networks",
            "critical weight, by bisection, over (1 − l)/ρ: the mean",
            Rule::MeanWithin { at_least: 0.99, at_most: 1.01, level: 0.95 },
            None,
            Evidence::Seeds { values: ratio("random"), lost: 0 },
        ),
        ours(
            "ring",
            "critical weight, by bisection, over (1 − l)/ρ",
            Rule::Within(Tolerance::Absolute(0.01)),
            Some(1.0),
            Evidence::Computed(ratio("ring")[0]),
        ),
        ours(
            "ring",
            "the front of the cascade: largest |step − neuron|",
            Rule::Equal,
            Some(0.0),
            Evidence::Computed(slowest.fold(0.0, f64::max)),
        ),
        ours(
            "random networks",
            "neurons reached: more at 1.2 than at 0.8 of the critical weight",
            crate::book::claim::IS_ABOVE,
            None,
            Evidence::Arms(vec![reached(1.2), reached(0.8)]),
        ),
    ];
    Computed {
        subtitle: format!(
            "{NEURONS} neurons, v ← l v + g A tanh v with leak l = {LEAK}; a ring, and {SEEDS} random networks of connections with \
             probability {CONNECTED} and weights between 0 and 1; the first neuron is stimulated once, v = 1. A neuron is active \
             above {ACTIVE}, a network dead when all its activations together are below."
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: CASCADE.title.into(),
            subtitle: Some(format!(
                "{NEURONS} neurons, leak {LEAK}; feedback weight g in parts of (1 − l)/ρ, where a cascade neither grows nor dies."
            )),
            panels: panels(numbers),
            ranges: Ranges::Own,
            note: Some(format!(
                "Lines: active neurons. Durations end at the {STEPS} steps that were followed, and are the same in a ring and in random networks. Means of {SEEDS} random networks with \
                 95 % intervals."
            )),
        }),
    }
}

fn panels(numbers: &Numbers) -> Vec<Figure> {
    let raster = |name: &str, part: f64, colour| {
        let mut dots = numbers.points(&format!("{name}: raster at {part}"));
        // Neuron by neuron, so that a line from its first to its last step stands for a run of dots.
        dots.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
        let runs = dots.chunk_by(|a, b| a.1 == b.1 && a.0 + 1.0 == b.0);
        let ends = runs.flat_map(|run| {
            let (first, last) = (run[0], run[run.len() - 1]);
            [first, last, (last.0, f64::NAN)]
        });
        let series = Series {
            label: "active".into(),
            label_at: LabelAt::Hidden,
            colour,
            points: ends.collect(),
            marker: Marker::new(Shape::Circle, 1.2),
            ..Series::default()
        };
        Figure {
            title: format!("{name}, g = {part} of critical"),
            x: Axis::linear("time step").with_range(0.0, SHOWN as f64),
            y: Axis::linear("neuron").with_range(0.0, NEURONS as f64),
            series: vec![series],
            ..Figure::default()
        }
    };
    let kinds = [("random networks", "random", 0), ("ring", "ring", 1)];
    let lines = |what: &str| -> Vec<Series> {
        let of = |(label, name, colour): (&str, &str, usize)| {
            line(numbers, (label, &format!("{name}: {what}")), colour, |x| x)
        };
        kinds.map(of).into()
    };
    let critical = numbers.points("random: critical weight");
    let ends = critical.iter().fold((f64::MAX, f64::MIN), |(a, b), p| (a.min(p.0), b.max(p.0)));
    let dots = Series {
        label: "random networks".into(),
        label_at: LabelAt::Legend,
        points: critical.iter().flat_map(|&point| [point, (point.0, f64::NAN)]).collect(),
        marker: Marker::new(Shape::Circle, 3.0),
        ..Series::default()
    };
    let diagonal = Series {
        label: "equal".into(),
        label_at: LabelAt::Legend,
        colour: 6,
        points: vec![(ends.0, ends.0), (ends.1, ends.1)],
        style: Stroke::Dashed,
        marker: Marker::NONE,
        ..Series::default()
    };
    let mut panels = Vec::new();
    for (name, colour) in [("ring", 1), ("random", 0)] {
        panels.extend(RASTERS.map(|part| raster(name, part, colour)));
    }
    panels.extend([
        Figure {
            title: "duration of the cascade (steps)".into(),
            x: Axis::linear("g, in parts of (1 − l)/ρ"),
            y: Axis::linear("steps"),
            series: lines("duration"),
            key: vec![Key::new(Mark::Band, "95 % interval of the mean")],
            ..Figure::default()
        },
        Figure {
            title: "neurons ever active".into(),
            x: Axis::linear("g, in parts of (1 − l)/ρ"),
            y: Axis::linear("neurons").with_range(0.0, NEURONS as f64),
            series: lines("neurons reached"),
            ..Figure::default()
        },
        Figure {
            title: "critical weight of 20 networks".into(),
            x: Axis::linear("(1 − l)/ρ"),
            y: Axis::linear("g, by bisection"),
            series: vec![dots, diagonal],
            ..Figure::default()
        },
    ]);
    panels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spectral_radius_of_a_ring_is_1_and_of_equal_rows_their_sum() {
        assert!((Net::ring().spectral_radius() - 1.0).abs() < 1e-9);
        let rows = Net(vec![vec![0.03; NEURONS]; NEURONS]);
        assert!((rows.spectral_radius() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn without_feedback_only_the_leak_is_left() {
        let cascade: Vec<Vec<f64>> = Net::ring().cascade(0.0, 1.0).take(4).collect();
        for (t, a) in cascade.iter().enumerate() {
            assert_eq!(a[0], libm::tanh(LEAK.powi(t as i32)));
            assert!(a[1..].iter().all(|&a| a == 0.0));
        }
    }
}
