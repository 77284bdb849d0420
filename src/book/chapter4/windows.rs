use super::build::weighted_target;
use super::neurons::{bump, step};
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, references,
};
use crate::data::Dataset;
use crate::figure::{
    Axis, Chart, Figure, Hatched, Key, LabelAt, Mark, Marker, Panels, Ranges, Series, Stroke,
};
use crate::stats::{mean, median};
use crate::text::significant;

/// Where a step is none, and what helps.
pub const WINDOWS: Experiment = Experiment {
    id: "ch4-windows",
    title: "Where steps fail, and approximations that overlap",
    claim: "Close to its step a neuron answers neither 0 nor 1, and bumps made of it fail there. Two approximations, each of half of \
            the function and shifted by half a bump, fail in different windows: the error in those of one is about half as \
            large. What the windows add falls as 1/M with M of them.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The weight of the hidden neurons, as in the book's figure.
const WEIGHT: f64 = 300.0;
/// The bumps of an approximation, each over as long a part of 0 to 1.
const BUMPS: usize = 5;
/// The most approximations that overlap.
const MOST: usize = 4;
/// Half the width of a window, times the weight: within it the neuron answers between σ(−2.5) = 0.08 and 0.92. The book
/// shades 0.45 to 0.55 for w = 50.
const HALF: f64 = 2.5;
/// The places in half a window.
const PLACES: i32 = 100;

/// A bump: where it begins and ends, and its height.
type Bump = ((f64, f64), f64);

/// Approximations of equal parts of the function that add up to it, each shifted by a part of a bump against the one before.
fn approximations(number: usize) -> Vec<Bump> {
    let width = 1.0 / BUMPS as f64;
    let of = |m: usize| {
        // The shifted ones have a bump more, half of which lies outside.
        let bumps = if m == 0 { BUMPS } else { BUMPS + 1 };
        let shift = -(m as f64 / number as f64) * width;
        let bump = move |i: usize| (shift + i as f64 * width, shift + (i + 1) as f64 * width);
        (0..bumps).map(bump).map(|part| (part, height(part) / number as f64))
    };
    (0..number).flat_map(of).collect()
}

/// The best height of a bump: the median of what it has to be.
fn height((from, to): (f64, f64)) -> f64 {
    let places = (0..200).map(|j| from + (to - from) * (f64::from(j) + 0.5) / 200.0);
    let inside = places.filter(|x| (0.0..=1.0).contains(x));
    median(&inside.map(weighted_target).collect::<Vec<_>>())
}

fn output(bumps: &[Bump], x: f64) -> f64 {
    bumps.iter().map(|&(part, h)| bump(x, part, h, WEIGHT)).sum()
}

/// The same of perfect steps.
fn ideal(bumps: &[Bump], x: f64) -> f64 {
    let is_inside = |(from, to): (f64, f64)| f64::from((from..to).contains(&x));
    bumps.iter().map(|&(part, h)| h * is_inside(part)).sum()
}

/// The steps between the bumps of a single approximation.
fn steps() -> impl Iterator<Item = f64> {
    (1..BUMPS).map(|i| i as f64 / BUMPS as f64)
}

/// The places inside the windows of a single approximation.
fn places() -> impl Iterator<Item = f64> {
    let half = HALF / WEIGHT;
    let offset = move |j: i32| half * (f64::from(j) + 0.5) / f64::from(PLACES);
    steps().flat_map(move |s| (-PLACES..PLACES).map(move |j| s + offset(j)))
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for number in 1..=MOST {
        let bumps = approximations(number);
        let average = |f: &dyn Fn(f64) -> f64| mean(&places().map(f).collect::<Vec<_>>());
        let error = average(&|x| (output(&bumps, x) - weighted_target(x)).abs());
        let failure = average(&|x| (output(&bumps, x) - ideal(&bumps, x)).abs());
        numbers.push("error", None, number as f64, error);
        numbers.push("distance from steps", None, number as f64, failure);
    }
    let [single, double] = [1, 2].map(approximations);
    for i in 0..=400 {
        let x = f64::from(i) / 400.0;
        numbers.push("neuron", None, x, step(x, 0.5, 50.0));
        numbers.push("step", None, x, f64::from(x > 0.5));
        numbers.push("target", None, x, weighted_target(x));
        numbers.push("1 approximation", None, x, output(&single, x));
        numbers.push("2 approximations", None, x, output(&double, x));
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let improvement =
        |series: &str, number: usize| numbers.at(series, 1.0) / numbers.at(series, number as f64);
    let of_book = |row: &'static Reference| {
        let ours = Evidence::Computed(improvement("error", 2));
        // "About": nearer to 2 than to no improvement, or to 3.
        Finding::of(row, Rule::Within(Tolerance::Relative(0.25)), ours)
    };
    let rows = references().iter().filter(|row| row.id == "ch4-overlap-fix");
    let mut findings: Vec<Finding> = rows.map(of_book).collect();
    for number in 2..=MOST {
        let ours = Evidence::Computed(improvement("distance from steps", number));
        let quantity = format!(
            "{number} approximations: how many times less far they are from the same bumps of perfect steps, in the windows of one"
        );
        let rule = Rule::Within(Tolerance::Relative(0.01));
        findings.push(Finding::new(quantity, rule, Some(number as f64), ours));
    }
    let error = |number: f64| significant(numbers.at("error", number), 3);
    Computed {
        subtitle: format!(
            "Nothing is trained: bumps of width 1/{BUMPS} with the best heights (medians), steps with w = {WEIGHT}; errors are the \
             mean of |weighted output − σ⁻¹(f(x))| within ±{HALF}/w of the {} steps of a single approximation: {} with one, {} \
             with two, {} with three and {} with four. What the windows add falls as 1/M with M approximations; what remains \
             is the error of bumps as wide as these.",
            BUMPS - 1,
            error(1.0),
            error(2.0),
            error(3.0),
            error(4.0),
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: WINDOWS.title.into(),
            subtitle: None,
            panels: panels(numbers),
            ranges: Ranges::Own,
            note: Some(
                "Hatched: the windows, ±2.5/w around each step. The neuron has w = 50, the bumps are of neurons with w = 300."
                    .into(),
            ),
        }),
    }
}

fn panels(numbers: &Numbers) -> Vec<Figure> {
    let line = |series: &str, colour, style| Series {
        label: series.into(),
        label_at: LabelAt::Hidden,
        colour,
        points: numbers.points(series),
        marker: Marker::NONE,
        style,
        ..Series::default()
    };
    let over_x =
        |title: &str, y: &str, wanted: &str, ours: &str, windows: Vec<(f64, f64)>| Figure {
            title: title.into(),
            x: Axis::linear("input x").with_range(0.0, 1.0),
            y: Axis::linear(y),
            series: vec![line(wanted, 1, Stroke::Dashed), line(ours, 0, Stroke::Solid)],
            key: vec![Key::new(Mark::Dashed, "wanted"), Key::new(Mark::Line, "hidden neurons")],
            hatched: windows
                .into_iter()
                .map(|(s, w)| Hatched { range: (s - HALF / w, s + HALF / w), label: String::new() })
                .collect(),
            ..Figure::default()
        };
    let of_bumps = |title: &str, series: &str| {
        let windows = steps().map(|s| (s, WEIGHT)).collect();
        over_x(title, "weighted output", "target", series, windows)
    };
    let by_number = |series: &str, label: &str, colour| Series {
        label: label.into(),
        label_at: LabelAt::Legend,
        marker: Marker::default(),
        ..line(series, colour, Stroke::Solid)
    };
    vec![
        over_x("one neuron", "output", "step", "neuron", vec![(0.5, 50.0)]),
        of_bumps("one approximation", "1 approximation"),
        of_bumps("two halves, half a bump apart", "2 approximations"),
        Figure {
            title: "in the windows: mean distance".into(),
            x: Axis::linear("approximations that overlap").with_range(1.0, MOST as f64),
            y: Axis::linear("mean distance from what is wanted"),
            series: vec![
                by_number("error", "distance from the function", 2),
                by_number("distance from steps", "distance from perfect steps", 4),
            ],
            ..Figure::default()
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approximations_add_up_to_the_function_away_from_the_windows() {
        for number in 1..=MOST {
            let bumps = approximations(number);
            // Every place lies in one bump of each approximation.
            for x in [0.013, 0.25, 0.51, 0.977] {
                let covered = bumps.iter().filter(|((from, to), _)| (*from..*to).contains(&x));
                assert_eq!(covered.count(), number);
            }
            let middle =
                0.5 / BUMPS as f64 + 0.5 / (BUMPS * number) as f64 * f64::from(number % 2 == 0);
            assert!((output(&bumps, middle) - ideal(&bumps, middle)).abs() < 1e-3, "{number}");
        }
    }

    #[test]
    fn a_height_is_the_median_of_what_it_has_to_be() {
        let (part, best) = ((0.3, 0.5), height((0.3, 0.5)));
        let error = |h: f64| {
            let places = (0..1000).map(|j| part.0 + 0.2 * (f64::from(j) + 0.5) / 1000.0);
            places.map(|x| (weighted_target(x) - h).abs()).sum::<f64>()
        };
        assert!(error(best) < error(best + 0.02) && error(best) < error(best - 0.02));
    }
}
