use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance};
use crate::data::Dataset;
use crate::figure::{
    Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Panels, Ranges, Series, Shape, Stroke,
};
use std::f64::consts::TAU;

/// Gradient descent where every step can be calculated by hand.
pub const VALLEY: Experiment = Experiment {
    id: "ch1-valley",
    title: "A ball in a valley",
    claim: "Steps against the gradient take a ball to the bottom of a valley C = v₁² + v₂² if η is small enough, and up the other \
            side if it is not. A step multiplies v by 1 − 2η: the ball rolls down (η = 0.1), is at the bottom at once (0.5), \
            zigzags down (0.9), circles the bottom for ever (1.0) or leaves the valley (1.1). Where the valley is ten times as \
            steep in one direction, C = w₁² + 10 w₂², a tenth of η does the same there, and the other direction must wait.",
    groups: &["learning-rates"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

const STEPS: usize = 50;

/// C = Σ cᵢ xᵢ².
struct Valley {
    name: &'static str,
    coefficients: [f64; 2],
    start: [f64; 2],
    /// The learning rates, in the order of [`BEHAVIOURS`].
    etas: &'static [f64],
}

const ROUND: Valley = Valley {
    name: "v₁² + v₂²",
    coefficients: [1.0, 1.0],
    start: [-0.4, 0.3],
    etas: &[0.1, 0.5, 0.9, 1.0, 1.1],
};

const LONG: Valley = Valley {
    name: "w₁² + 10 w₂²",
    coefficients: [1.0, 10.0],
    start: [-0.9, 0.3],
    etas: &[0.01, 0.05, 0.09, 0.1, 0.11, 0.5, 0.9, 1.0, 1.1],
};

/// What may become of the ball.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Behaviour {
    Rolls,
    AtOnce,
    Zigzags,
    Circles,
    Leaves,
}

const BEHAVIOURS: [Behaviour; 5] = [
    Behaviour::Rolls,
    Behaviour::AtOnce,
    Behaviour::Zigzags,
    Behaviour::Circles,
    Behaviour::Leaves,
];

impl Behaviour {
    fn words(self) -> &'static str {
        match self {
            Self::Rolls => "rolls down",
            Self::AtOnce => "down at once",
            Self::Zigzags => "zigzags",
            Self::Circles => "circles",
            Self::Leaves => "leaves",
        }
    }

    /// Whether a step along one direction is of this kind: 0 is the bottom.
    fn is_step(self, from: f64, to: f64) -> bool {
        // Rounding is far below this.
        let level = (to.abs() - from.abs()).abs() < 1e-12 * from.abs();
        let falls = !level && to.abs() < from.abs();
        let crosses = from * to < 0.0;
        match self {
            Self::Rolls => falls && from * to > 0.0,
            Self::AtOnce => to.abs() < 1e-15,
            Self::Zigzags => falls && crosses,
            Self::Circles => level && crosses,
            Self::Leaves => !falls && !level && crosses,
        }
    }
}

impl Valley {
    fn gradient(&self, x: [f64; 2]) -> [f64; 2] {
        let [c, d] = self.coefficients;
        [2.0 * c * x[0], 2.0 * d * x[1]]
    }

    /// The places of the ball, from the start on.
    fn path(&self, eta: f64) -> Vec<[f64; 2]> {
        let mut x = self.start;
        let mut path = vec![x];
        for _ in 0..STEPS {
            let gradient = self.gradient(x);
            x = [x[0] - eta * gradient[0], x[1] - eta * gradient[1]];
            path.push(x);
        }
        path
    }

    /// By what a step multiplies a coordinate.
    fn factor(&self, coordinate: usize, eta: f64) -> f64 {
        1.0 - 2.0 * eta * self.coefficients[coordinate]
    }

    fn series(&self, coordinate: usize, eta: f64) -> String {
        format!("{}, η = {eta}, coordinate {}", self.name, coordinate + 1)
    }

    /// Where C has a value, once around.
    fn level(&self, cost: f64) -> Vec<(f64, f64)> {
        let [c, d] = self.coefficients.map(|c| (cost / c).sqrt());
        let angles = (0..=90).map(|i| TAU * f64::from(i) / 90.0);
        angles.map(|angle| (c * libm::cos(angle), d * libm::sin(angle))).collect()
    }
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for valley in [&ROUND, &LONG] {
        for &eta in valley.etas {
            for (t, place) in valley.path(eta).into_iter().enumerate() {
                for (coordinate, x) in place.into_iter().enumerate() {
                    numbers.push(valley.series(coordinate, eta), None, t as f64, x);
                }
            }
        }
    }
    numbers
}

/// The furthest that a place is from x₀ (1 − 2ηc)ᵗ, as a part of that or, where the ball comes down, of the start.
fn deviation(valley: &Valley, numbers: &Numbers) -> f64 {
    let mut largest: f64 = 0.0;
    for &eta in valley.etas {
        for coordinate in 0..2 {
            let (start, factor) = (valley.start[coordinate], valley.factor(coordinate, eta));
            for (t, x) in numbers.points(&valley.series(coordinate, eta)) {
                let power = factor.powi(t as i32);
                let off = (x - start * power).abs() / (start.abs() * power.abs().max(1.0));
                largest = if off.is_nan() { off } else { largest.max(off) };
            }
        }
    }
    largest
}

/// How many steps along a coordinate are of a kind. At the bottom all of them are [at once](Behaviour::AtOnce).
fn steps(numbers: &Numbers, series: &str, behaviour: Behaviour) -> usize {
    let values = numbers.values(series);
    values.windows(2).filter(|pair| behaviour.is_step(pair[0], pair[1])).count()
}

fn judge(numbers: &Numbers) -> Computed {
    let mut findings = Vec::new();
    for (valley, coordinate, of) in [(&ROUND, 0, "v₁"), (&LONG, 1, "w₂")] {
        for (&eta, behaviour) in valley.etas.iter().zip(BEHAVIOURS) {
            let count = steps(numbers, &valley.series(coordinate, eta), behaviour);
            let words = behaviour.words();
            findings.push(Finding {
                arm: format!("{}, η = {eta}", valley.name),
                // That it rolls down, or does not come down, is the book's.
                ours: valley.name == LONG.name
                    || !matches!(behaviour, Behaviour::Rolls | Behaviour::Leaves),
                ..equal(&format!("{words}: steps of {of}, of {STEPS}"), STEPS, count)
            });
        }
    }
    // At η = 0.1 the direction that is not steep is still far from being too fast.
    let waiting = steps(numbers, &LONG.series(0, 0.1), Behaviour::Rolls);
    findings.push(Finding {
        arm: format!("{}, η = 0.1", LONG.name),
        ours: true,
        ..equal(&format!("rolls down all the same: steps of w₁, of {STEPS}"), STEPS, waiting)
    });
    let leaves = |eta: &&f64| steps(numbers, &LONG.series(1, **eta), Behaviour::Leaves) == STEPS;
    let leaving: Vec<f64> = LONG.etas.iter().filter(leaves).copied().collect();
    let least = leaving.iter().copied().fold(f64::INFINITY, f64::min);
    findings.push(Finding {
        arm: LONG.name.into(),
        ours: true,
        ..Finding::new(
            "the least of the η at which the ball leaves (0.1 is the last at which it does not)"
                .into(),
            Rule::Equal,
            Some(0.11),
            Evidence::Computed(least),
        )
    });
    for valley in [&ROUND, &LONG] {
        findings.push(Finding {
            arm: valley.name.into(),
            ours: true,
            ..Finding::new(
                format!("furthest from x₀ (1 − 2ηc)ᵗ in {STEPS} steps, relative"),
                Rule::Within(Tolerance::Absolute(1e-12)),
                Some(0.0),
                Evidence::Computed(deviation(valley, numbers)),
            )
        });
    }
    Computed {
        subtitle: format!("{STEPS} steps x ← x − η ∇C of two numbers; nothing is drawn at random."),
        findings,
        figure: Chart::Panels(figure(numbers)),
    }
}

fn equal(quantity: &str, all: usize, count: usize) -> Finding {
    let evidence = Evidence::Computed(count as f64);
    Finding::new(quantity.into(), Rule::Equal, Some(all as f64), evidence)
}

/// As many places are dots joined by a line.
const SHOWN: usize = 12;

fn figure(numbers: &Numbers) -> Panels {
    let hidden = Series { label_at: LabelAt::Hidden, ..Series::default() };
    let panel = |valley: &Valley, colour: usize, eta: f64, behaviour: Behaviour| {
        let places = numbers.values(&valley.series(0, eta)).into_iter();
        let path = places.zip(numbers.values(&valley.series(1, eta))).take(SHOWN).collect();
        let letter = if valley.name == ROUND.name { "v" } else { "w" };
        let axis = |name: String| Axis::linear(name).with_range(-1.2, 1.2);
        Figure {
            title: format!("η = {eta}: {}", behaviour.words()),
            x: axis(format!("{letter}₁ of C = {}", valley.name)),
            y: axis(format!("{letter}₂")),
            series: vec![
                Series {
                    label: "where C is the same".into(),
                    colour: 6,
                    thin: LEVELS.map(|cost| valley.level(cost)).into(),
                    ..hidden.clone()
                },
                Series { label: "the ball".into(), colour, points: path, ..hidden.clone() },
                Series {
                    label: "its start".into(),
                    colour: 6,
                    points: vec![(valley.start[0], valley.start[1])],
                    marker: Marker::new(Shape::Triangle, 5.5),
                    ..hidden.clone()
                },
            ],
            key: vec![
                Key::new(Mark::Point(Shape::Triangle), "start"),
                Key::new(Mark::Point(Shape::Circle), format!("the first {} steps", SHOWN - 1)),
                Key::new(Mark::Thin, "where C is the same"),
            ],
            ..Figure::default()
        }
    };
    let of = |valley: &Valley| -> Vec<Figure> {
        let rates = valley.etas.iter().zip(BEHAVIOURS).enumerate();
        rates.map(|(colour, (&eta, is))| panel(valley, colour, eta, is)).collect()
    };
    let cost = |(colour, &eta): (usize, &f64)| {
        let of = |coordinate| numbers.values(&ROUND.series(coordinate, eta)).into_iter();
        let costs = of(0).zip(of(1)).map(|(x, y)| x * x + y * y).enumerate();
        Series {
            label: format!("η = {eta}"),
            colour,
            points: costs.map(|(t, cost)| (t as f64, cost)).take(2 * SHOWN).collect(),
            marker: Marker::NONE,
            // As high as with 0.1, on the other side.
            style: if eta == 0.9 { Stroke::Dashed } else { Stroke::Solid },
            ..hidden.clone()
        }
    };
    let mut panels = of(&ROUND);
    panels.push(Figure {
        title: "C of these five".into(),
        x: Axis::linear("step"),
        y: Axis::log10("C = v₁² + v₂²").with_range(1e-6, 1e4),
        series: ROUND.etas.iter().enumerate().map(cost).collect(),
        ..Figure::default()
    });
    // As many as fill a row: those that do not come straight down.
    panels.extend(of(&LONG).into_iter().skip(2));
    Panels {
        title: VALLEY.title.into(),
        subtitle: Some(
            "Gradient descent in a round valley, and in one that is steeper in one direction."
                .into(),
        ),
        panels,
        ranges: Ranges::Own,
        note: None,
    }
}

/// The values of C whose places are drawn.
const LEVELS: [f64; 4] = [0.0625, 0.25, 0.5625, 1.0];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Verdict;

    #[test]
    fn the_gradient_is_the_limit_of_differences() {
        for valley in [&ROUND, &LONG] {
            let cost = |x: [f64; 2]| -> f64 {
                valley.coefficients.iter().zip(x).map(|(c, x)| c * x * x).sum()
            };
            let x = [0.3, -0.7];
            let slopes = [
                (cost([x[0] + 1e-6, x[1]]) - cost([x[0] - 1e-6, x[1]])) / 2e-6,
                (cost([x[0], x[1] + 1e-6]) - cost([x[0], x[1] - 1e-6])) / 2e-6,
            ];
            for (slope, g) in slopes.into_iter().zip(valley.gradient(x)) {
                assert!((slope - g).abs() < 1e-8);
            }
            for place in valley.level(0.9) {
                assert!((cost(place.into()) - 0.9).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn every_step_is_of_one_kind() {
        let kinds = |from, to| -> Vec<Behaviour> {
            BEHAVIOURS.into_iter().filter(|b| b.is_step(from, to)).collect()
        };
        assert_eq!(kinds(1.0, 0.8), [Behaviour::Rolls]);
        assert_eq!(kinds(-1.0, 0.0), [Behaviour::AtOnce]);
        assert_eq!(kinds(1.0, -0.8), [Behaviour::Zigzags]);
        assert_eq!(kinds(-1.0, 1.0), [Behaviour::Circles]);
        assert_eq!(kinds(1.0, -1.2), [Behaviour::Leaves]);
        // Up the side where it is.
        assert_eq!(kinds(1.0, 1.2), []);
    }

    #[test]
    fn another_rate_is_not_taken_for_the_right_one() {
        let mut numbers = Numbers::default();
        for (t, place) in ROUND.path(0.9).into_iter().enumerate() {
            for (coordinate, x) in place.into_iter().enumerate() {
                let series = ROUND.series(coordinate, 0.5);
                numbers.push(series, None, t as f64, x);
            }
        }
        assert!(deviation(&ROUND, &numbers) > 0.1);
        let outside = |finding: &&Finding| finding.verdict() != Verdict::Inside;
        assert!(judge(&numbers).findings.iter().filter(outside).count() > 5);
    }
}
