use crate::book::claim::MOST_RUNS;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance};
use crate::data::Dataset;
use crate::figure::{
    Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Panels, Ranges, Series, Shape,
};
use crate::rng::{Purpose, Stream};
use crate::stats::median;

/// Ten points and two models of them.
pub const POLYFIT: Experiment = Experiment {
    id: "ch3-polyfit",
    title: "Ten points, a polynomial and a straight line",
    claim: "A polynomial of degree 9 goes through ten points exactly, and the line y = 2x misses them a little. Between the points, \
            and beyond them, the two differ wildly: at x = 10 the polynomial is at ten million, the line at 20. If the points \
            are a line with noise, the simpler model is right about new points and the exact one wrong.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The points of the book.
const DATA: [(f64, f64); 10] = [
    (0.7, 1.8),
    (1.3, 2.2),
    (1.9, 4.0),
    (2.6, 5.0),
    (2.9, 6.1),
    (3.6, 7.0),
    (3.8, 7.4),
    (3.95, 8.0),
    (4.4, 9.1),
    (4.9, 10.0),
];
/// The coefficients of the book's polynomial, that of x⁹ first.
const PRINTED: [f64; 10] = [
    0.220_539_187,
    -5.491_428_21,
    58.784_404_5,
    -353.892_824,
    1_315.492_54,
    -3_118.098_36,
    4_690.803_66,
    -4_296.124_93,
    2_162.288_23,
    -450.983_951,
];
/// The largest degree: with it the points leave no freedom.
const EXACT: usize = DATA.len() - 1;
/// The book's line.
const SLOPE: f64 = 2.0;
/// How many times ten points are drawn, and with them as many new ones as there are between the ends.
const DRAWS: usize = 1000;
const NEW: u32 = 100;

/// The polynomial of least squares, as a sum of polynomials p_k that are orthogonal over the points (Forsythe 1957):
/// p_(k+1) = (x − α_k) p_k − β_k p_(k−1). Powers of x would lose half of the digits.
struct Fit(Vec<Term>);

struct Term {
    alpha: f64,
    beta: f64,
    factor: f64,
}

impl Fit {
    fn new(points: &[(f64, f64)], degree: usize) -> Self {
        let mut terms: Vec<Term> = Vec::new();
        let (mut before, mut here) = (vec![0.0; points.len()], vec![1.0; points.len()]);
        let mut norm_before = 1.0;
        for _ in 0..=degree {
            let sum = |f: &dyn Fn(f64, f64, f64) -> f64| -> f64 {
                points.iter().zip(&here).map(|(&(x, y), &p)| f(x, y, p)).sum()
            };
            let norm = sum(&|_, _, p| p * p);
            let alpha = sum(&|x, _, p| x * p * p) / norm;
            let factor = sum(&|_, y, p| y * p) / norm;
            let beta = if terms.is_empty() { 0.0 } else { norm / norm_before };
            let step = |(&(x, _), (p, q)): (&(f64, f64), (&f64, &f64))| (x - alpha) * p - beta * q;
            let next = points.iter().zip(here.iter().zip(&before)).map(step).collect();
            (before, here, norm_before) = (here, next, norm);
            terms.push(Term { alpha, beta, factor });
        }
        Self(terms)
    }

    fn at(&self, x: f64) -> f64 {
        let (mut before, mut here, mut sum) = (0.0, 1.0, 0.0);
        for &Term { alpha, beta, factor } in &self.0 {
            sum += factor * here;
            (before, here) = (here, (x - alpha) * here - beta * before);
        }
        sum
    }
}

/// The book's polynomial, by Horner's rule.
fn printed(x: f64) -> f64 {
    PRINTED.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The root of the mean square of what a model misses the points by.
fn rms(points: &[(f64, f64)], model: impl Fn(f64) -> f64) -> f64 {
    let squares = points.iter().map(|&(x, y)| (model(x) - y) * (model(x) - y));
    (squares.sum::<f64>() / points.len() as f64).sqrt()
}

fn largest(points: &[(f64, f64)], model: impl Fn(f64) -> f64) -> f64 {
    points.iter().map(|&(x, y)| (model(x) - y).abs()).fold(0.0, f64::max)
}

/// The slope of the line through the origin with the least squares.
fn best_slope(points: &[(f64, f64)]) -> f64 {
    let products: f64 = points.iter().map(|(x, y)| x * y).sum();
    products / points.iter().map(|(x, _)| x * x).sum::<f64>()
}

/// The x of new points, from the first to the last of the book's.
fn new_places() -> impl Iterator<Item = f64> {
    let (first, last) = (DATA[0].0, DATA[EXACT].0);
    (0..NEW).map(move |i| first + (last - first) * f64::from(i) / f64::from(NEW - 1))
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    let line = |x: f64| SLOPE * x;
    let exact = Fit::new(&DATA, EXACT);
    numbers.push("printed polynomial, largest miss", None, 0.0, largest(&DATA, printed));
    numbers.push("polynomial, largest miss", None, 0.0, largest(&DATA, |x| exact.at(x)));
    numbers.push("line, rms", None, 0.0, rms(&DATA, line));
    numbers.push("line, largest miss", None, 0.0, largest(&DATA, line));
    numbers.push("best slope", None, 0.0, best_slope(&DATA));
    numbers.push("printed polynomial at", None, 10.0, printed(10.0));
    numbers.push("polynomial at", None, 10.0, exact.at(10.0));
    numbers.push("line at", None, 10.0, line(10.0));
    for (x, y) in DATA {
        numbers.push("points", None, x, y);
    }
    for i in 0..=480 {
        let x = 0.5 + f64::from(i) / 100.0;
        numbers.push("polynomial", None, x, exact.at(x));
        numbers.push("line", None, x, line(x));
    }
    let noise = rms(&DATA, line);
    let mut stream = Stream::new(1, Purpose::Demonstration, 0);
    let mut errors = vec![(Vec::new(), Vec::new()); EXACT + 1];
    for _ in 0..DRAWS {
        let mut drawn = |x: f64| (x, line(x) + noise * stream.gaussian());
        let points: Vec<_> = DATA.iter().map(|&(x, _)| drawn(x)).collect();
        let new: Vec<_> = new_places().map(drawn).collect();
        for (degree, (of_points, of_new)) in errors.iter_mut().enumerate() {
            let fit = Fit::new(&points, degree);
            of_points.push(rms(&points, |x| fit.at(x)));
            of_new.push(rms(&new, |x| fit.at(x)));
        }
    }
    for (degree, (of_points, of_new)) in errors.iter().enumerate() {
        numbers.push("error of the points", None, degree as f64, median(of_points));
        numbers.push("error of new points", None, degree as f64, median(of_new));
    }
    let is_better = |draw: &usize| errors[1].1[*draw] < errors[EXACT].1[*draw];
    let better = (0..DRAWS).filter(is_better).count();
    numbers.push("draws with a better line", None, 0.0, better as f64);
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let of = |series: &str| numbers.at(series, 0.0);
    let at = |series: &str| numbers.at(series, 10.0);
    let absolute = |tolerance| Rule::Within(Tolerance::Absolute(tolerance));
    let relative = |tolerance| Rule::Within(Tolerance::Relative(tolerance));
    let computed = |quantity: &str, rule, book: f64, ours: f64| {
        Finding::new(quantity.into(), rule, Some(book), Evidence::Computed(ours))
    };
    let by_degree = numbers.points("error of new points");
    let best = by_degree.iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(f64::NAN, |best| best.0);
    let better = of("draws with a better line") as usize;
    let ours = |finding| Finding { ours: true, ..finding };
    let findings = vec![
        computed(
            "polynomial of degree 9: largest distance from a point",
            absolute(1e-9),
            0.0,
            of("polynomial, largest miss"),
        ),
        computed("slope of the line of least squares through 0", absolute(0.05), SLOPE, of("best slope")),
        computed(
            "polynomial of degree 9 at x = 10, and that of the printed coefficients",
            relative(1e-3),
            at("printed polynomial at"),
            at("polynomial at"),
        ),
        ours(computed(
            "printed coefficients: largest distance from a point",
            absolute(5e-4),
            0.019,
            of("printed polynomial, largest miss"),
        )),
        ours(computed("y = 2x: root mean square distance from the points", absolute(5e-4), 0.266, of("line, rms"))),
        ours(computed("y = 2x: largest distance from a point", absolute(5e-3), 0.4, of("line, largest miss"))),
        Finding::new(
            "ten points of y = 2x with noise: draws in which a line is nearer to new points than the polynomial of degree 9".into(),
            MOST_RUNS,
            None,
            Evidence::Counts { holds: better, of: DRAWS },
        ),
        ours(computed("the degree with the least error of new points", Rule::Equal, 1.0, best)),
    ];
    Computed {
        subtitle: format!(
            "Least squares by orthogonal polynomials. With noise: {DRAWS} draws (seed 1) of points at the book's ten x, y = 2x plus \
             normal noise of 0.266, as much as the book's points have; new points: {NEW} between the first and the last x, \
             with the same noise. Beyond x = 4.9 the polynomial is further off still: {:.3e} at x = 10, where the line is at \
             {}.",
            at("polynomial at"),
            at("line at")
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: POLYFIT.title.into(),
            subtitle: None,
            panels: panels(numbers),
            ranges: Ranges::Own,
            note: Some(format!(
                "Right: medians of {DRAWS} draws of ten points y = 2x with noise; new points lie between them, with as much noise. With \
                 degree 9 the error of the points is 0."
            )),
        }),
    }
}

fn panels(numbers: &Numbers) -> Vec<Figure> {
    let line = |label: &str, series: &str, colour, marker| Series {
        label: label.into(),
        label_at: LabelAt::Legend,
        colour,
        points: numbers.points(series),
        marker,
        ..Series::default()
    };
    let dots = numbers.points("points").into_iter().flat_map(|(x, y)| [(x, y), (x, f64::NAN)]);
    let points = Series {
        label_at: LabelAt::Hidden,
        points: dots.collect(),
        ..line("the book's points", "points", 6, Marker::new(Shape::Circle, 4.5))
    };
    vec![
        Figure {
            title: "the book's points".into(),
            x: Axis::linear("x").with_range(0.5, 5.2),
            y: Axis::linear("y").with_range(-2.0, 14.0),
            series: vec![
                line("degree 9", "polynomial", 4, Marker::NONE),
                line("y = 2x", "line", 0, Marker::NONE),
                points,
            ],
            key: vec![Key::new(Mark::Point(Shape::Circle), "the book's points")],
            ..Figure::default()
        },
        Figure {
            title: "a line with noise".into(),
            x: Axis::linear("degree of the polynomial").with_range(0.0, EXACT as f64),
            y: Axis::log10("root mean square error").with_range(0.01, 10.0),
            series: vec![
                line("error of the points", "error of the points", 2, Marker::default()),
                line("error of new points", "error of new points", 1, Marker::default()),
            ],
            ..Figure::default()
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_of_degree_9_is_lagranges_polynomial() {
        let fit = Fit::new(&DATA, EXACT);
        let lagrange = |x: f64| -> f64 {
            let basis = |i: usize| {
                let others = (0..DATA.len()).filter(|&j| j != i);
                others.map(|j| (x - DATA[j].0) / (DATA[i].0 - DATA[j].0)).product::<f64>()
            };
            (0..DATA.len()).map(|i| DATA[i].1 * basis(i)).sum()
        };
        for x in [0.5, 1.0, 2.2, 3.3, 4.65, 5.0, 10.0] {
            assert!((fit.at(x) / lagrange(x) - 1.0).abs() < 1e-8, "{x}");
        }
    }

    #[test]
    fn a_fit_finds_the_polynomial_that_the_points_are_of() {
        let cubic = |x: f64| 1.0 - 2.0 * x + 0.5 * x * x * x;
        let points: Vec<_> = (0..12).map(|i| f64::from(i) / 3.0).map(|x| (x, cubic(x))).collect();
        for degree in [3, 5] {
            let fit = Fit::new(&points, degree);
            assert!([-1.0, 0.4, 6.0].iter().all(|&x| (fit.at(x) - cubic(x)).abs() < 1e-9));
        }
        // A line through other points: the normal equations.
        let line = Fit::new(&[(0.0, 1.0), (1.0, 0.0), (2.0, 5.0)], 1);
        assert!((line.at(0.0) - 0.0).abs() < 1e-12 && (line.at(1.0) - 2.0).abs() < 1e-12);
    }
}
