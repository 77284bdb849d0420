use super::neurons::{STEEP, bump};
use crate::book::sigmoid::sigmoid;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, references,
};
use crate::data::Dataset;
use crate::figure::{Chart, Colours, HeatCell, Heatmap};

/// Functions of several inputs.
pub const TOWER: Experiment = Experiment {
    id: "ch4-tower",
    title: "A tower out of bumps in two directions",
    claim: "A bump along x plus a bump along y, each of height h, is 2h where they cross, and h on the arms of the cross. An output \
            neuron with the bias −3h/2 lets only the middle pass: a tower. With n inputs the bias is (−n + 1/2)h.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The height of the bumps.
const HEIGHT: f64 = 10.0;
/// Where they begin and end, in every direction.
const BUMP: (f64, f64) = (0.3, 0.7);
/// The cells of the figure along each input.
const CELLS: u32 = 10;
/// The numbers of inputs that are tried.
const INPUTS: std::ops::RangeInclusive<usize> = 2..=5;

/// The weighted sum of bumps in the direction of each input.
fn bumps(point: &[f64]) -> f64 {
    point.iter().map(|&x| bump(x, BUMP, HEIGHT, STEEP)).sum()
}

/// A point of `inputs` coordinates of which the first `on` lie in the middle of their bumps, the others outside.
fn point(inputs: usize, on: usize) -> Vec<f64> {
    (0..inputs).map(|i| if i < on { 0.5 } else { 0.1 }).collect()
}

fn tower(point: &[f64], bias: f64) -> f64 {
    sigmoid(bumps(point) + bias)
}

/// The bias in the middle between the largest one at which the tower answers less than 1/2 where all bumps but one meet, and
/// the least at which it answers more where all of them do; in heights.
fn middle_bias(inputs: usize) -> f64 {
    let crossing = |on: usize| {
        let (mut low, mut high) = (-HEIGHT * (inputs + 1) as f64, 0.0);
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if tower(&point(inputs, on), middle) < 0.5 { low = middle } else { high = middle }
        }
        low / HEIGHT
    };
    f64::midpoint(crossing(inputs - 1), crossing(inputs))
}

/// In how many of the 2ⁿ combinations of coordinates inside and outside of their bumps the tower of the book's bias answers
/// more than 1/2.
fn answers(inputs: usize) -> usize {
    let bias = (0.5 - inputs as f64) * HEIGHT;
    let is_on = |places: usize| {
        let inside = |i: usize| if places >> i & 1 == 1 { 0.5 } else { 0.1 };
        let point: Vec<f64> = (0..inputs).map(inside).collect();
        tower(&point, bias) > 0.5
    };
    (0..1 << inputs).filter(|&places| is_on(places)).count()
}

/// The middle of a cell.
fn middle(cell: u32) -> f64 {
    (f64::from(cell) + 0.5) / f64::from(CELLS)
}

/// What the row of the figure at a y is called.
fn row(stage: &str, y: f64) -> String {
    format!("{stage} at y = {y}")
}

const BEFORE: &str = "before the output neuron";
const AFTER: &str = "after it";

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for (series, on) in [("centre", 2), ("plateau", 1), ("outside", 0)] {
        numbers.push(series, None, 0.0, tower(&point(2, on), -1.5 * HEIGHT));
    }
    for inputs in INPUTS {
        numbers.push("middle bias", None, inputs as f64, middle_bias(inputs));
        numbers.push("answers", None, inputs as f64, answers(inputs) as f64);
    }
    for y in (0..CELLS).map(middle) {
        for x in (0..CELLS).map(middle) {
            numbers.push(row(BEFORE, y), None, x, bumps(&[x, y]));
            numbers.push(row(AFTER, y), None, x, tower(&[x, y], -1.5 * HEIGHT));
        }
    }
    numbers
}

fn finding(row: &'static Reference, numbers: &Numbers) -> Option<Finding> {
    let within = |tolerance| Rule::Within(Tolerance::Relative(tolerance));
    // The book's formula stands in the column of the value; in heights it is a number.
    let formula = |book: f64, inputs: f64| {
        let ours = Evidence::Computed(numbers.at("middle bias", inputs));
        let quantity = format!("{}, in heights h ({inputs} inputs)", row.quantity);
        let found = Finding::new(quantity, within(1e-9), Some(book), ours);
        Some(Finding { row: Some(row), ..found })
    };
    match (row.id.as_str(), row.quantity.as_str()) {
        ("ch4-tower", "output bias") => formula(-1.5, 2.0),
        ("ch4-tower", quantity) => {
            let place = ["centre", "plateau", "outside"];
            let place = place.into_iter().find(|place| quantity.contains(place))?;
            let ours = Evidence::Computed(numbers.at(place, 0.0));
            Some(Finding::of(row, within(1e-12), ours))
        }
        ("ch4-tower-nd", "output bias, 3 inputs") => formula(-2.5, 3.0),
        ("ch4-tower-nd", _) => formula(-4.5, 5.0),
        _ => None,
    }
}

fn judge(numbers: &Numbers) -> Computed {
    let mut findings: Vec<Finding> =
        references().iter().filter_map(|row| finding(row, numbers)).collect();
    for inputs in INPUTS {
        let ours = Evidence::Computed(numbers.at("answers", inputs as f64));
        let quantity = format!(
            "{inputs} inputs: of the {} combinations of inside and outside those where the tower answers",
            1 << inputs
        );
        findings.push(Finding::new(quantity, Rule::Equal, Some(1.0), ours));
    }
    Computed {
        subtitle: format!(
            "Nothing is trained: steps with w = 1000, bumps of height h = {HEIGHT} from {} to {} in every direction.",
            BUMP.0, BUMP.1
        ),
        findings,
        figure: Chart::Heatmap(heatmap(numbers)),
    }
}

/// Both stages side by side, as shares of what they can reach: 2h, and 1.
fn heatmap(numbers: &Numbers) -> Heatmap {
    let cell = |stage: &str, largest: f64, x: f64, y: f64| {
        let value = numbers.at(&row(stage, y), x);
        let text = if stage == BEFORE { format!("{value:.0}") } else { format!("{value:.2}") };
        HeatCell {
            value: Some(value / largest),
            detail: format!("{stage}, x = {x}, y = {y}: {text}"),
            text: vec![text],
            ..HeatCell::default()
        }
    };
    // y grows upwards.
    let cells = (0..CELLS).rev().map(middle).map(|y| {
        let before = (0..CELLS).map(|x| cell(BEFORE, 2.0 * HEIGHT, middle(x), y));
        let after = (0..CELLS).map(|x| cell(AFTER, 1.0, middle(x), y));
        before.chain([HeatCell::default()]).chain(after).collect()
    });
    let labels = || (0..CELLS).map(|cell| format!("{:.2}", middle(cell)));
    Heatmap {
        title: TOWER.title.into(),
        subtitle: Some(
            "Left: the weighted sum of a bump along x and one along y, h = 10. Right: after an output neuron with the bias −15."
                .into(),
        ),
        x_label: "input x".into(),
        x: labels().chain([String::new()]).chain(labels()).collect(),
        y_label: "input y".into(),
        y: (0..CELLS).rev().map(|cell| format!("{:.2}", middle(cell))).collect(),
        cells: cells.collect(),
        scale_label: "share of the largest".into(),
        note: None,
colours: Colours::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_middle_passes_and_with_another_bias_more_does() {
        assert_eq!(INPUTS.map(answers).collect::<Vec<_>>(), [1; 4]);
        // With the bias of two inputs, of three of them any two suffice.
        assert!(tower(&point(3, 2), -1.5 * HEIGHT) > 0.99);
        assert!(tower(&point(3, 1), -1.5 * HEIGHT) < 0.01);
        assert!((bumps(&[0.5, 0.5]) - 2.0 * HEIGHT).abs() < 1e-9);
    }
}
