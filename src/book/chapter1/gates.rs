use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, references,
};
use crate::data::Dataset;
use crate::figure::{Chart, HeatCell, Heatmap};

/// What perceptrons with given weights compute.
pub const GATES: Experiment = Experiment {
    id: "ch1-gates",
    title: "Perceptrons as gates",
    claim: "A perceptron weighs evidence, and a lower threshold makes it say yes more readily. With weights −2 and bias 3 it is a \
            NAND gate, of which a half adder can be made, and so anything that can be computed. A layer of four perceptrons \
            turns ten outputs, one a digit, into the binary digits.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The weighted sum of a perceptron plus its bias.
fn weighted(weights: &[f64], bias: f64, inputs: &[f64]) -> f64 {
    weights.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>() + bias
}

/// The output of a perceptron.
fn perceptron(weights: &[f64], bias: f64, inputs: &[f64]) -> f64 {
    f64::from(weighted(weights, bias, inputs) > 0.0)
}

fn nand(x: f64, y: f64) -> f64 {
    perceptron(&[-2.0, -2.0], 3.0, &[x, y])
}

/// The bits of a number, the highest of `digits` first.
fn bits(number: usize, digits: usize) -> Vec<f64> {
    (0..digits).rev().map(|digit| (number >> digit & 1) as f64).collect()
}

/// The sum and the carry of two bits, of NAND gates; the carry has one input twice, by a weight of −4.
fn half_adder(x: f64, y: f64) -> [f64; 2] {
    let both = nand(x, y);
    let sum = nand(nand(x, both), nand(y, both));
    [sum, perceptron(&[-4.0], 3.0, &[both])]
}

/// The weight from the output of a digit to that of a binary digit, and the bias, for outputs that are at least 0.99 for the
/// digit of the image and below 0.01 for all others.
const TO_BINARY: (f64, f64) = (1.0, -0.5);

/// The least distance of a weighted sum from 0 on its right side, over all digits and binary digits: the digit's own output at
/// its least, the others at the worst.
fn binary_margin() -> f64 {
    let (weight, bias) = TO_BINARY;
    let mut least = f64::INFINITY;
    for digit in 0..10 {
        for place in 0..4 {
            let is_on = |d: usize| d >> place & 1 == 1;
            // Of a digit that is to be on the others help it only; of one that is off they are in its way.
            let others = (0..10).filter(|&d| d != digit && is_on(d)).count() as f64;
            let z = match is_on(digit) {
                true => 0.99 * weight + bias,
                false => -(0.01 * others * weight + bias),
            };
            least = least.min(z);
        }
    }
    least
}

fn compute(_: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for threshold in [5.0, 3.0] {
        for inputs in 0..8 {
            let output = perceptron(&[6.0, 2.0, 2.0], -threshold, &bits(inputs, 3));
            numbers.push(format!("cheese, threshold {threshold}"), None, inputs as f64, output);
        }
    }
    for inputs in 0..4 {
        let at = inputs as f64;
        let [x, y] = [(inputs >> 1) as f64, (inputs & 1) as f64];
        numbers.push("NAND, weighted sum", None, at, weighted(&[-2.0, -2.0], 3.0, &[x, y]));
        numbers.push("NAND", None, at, nand(x, y));
        let [sum, carry] = half_adder(x, y);
        numbers.push("sum", None, at, sum);
        numbers.push("carry", None, at, carry);
    }
    numbers.push("binary digits, margin", None, 0.0, binary_margin());
    numbers
}

/// In how many rows a table of truth is that of a function.
fn agreement(numbers: &Numbers, series: &str, digits: usize, is: fn(&[f64]) -> bool) -> f64 {
    let agrees =
        |(inputs, output): &(f64, f64)| *output == f64::from(is(&bits(*inputs as usize, digits)));
    numbers.points(series).iter().filter(|point| agrees(point)).count() as f64
}

fn finding(row: &'static Reference, numbers: &Numbers) -> Option<Finding> {
    let table = |series: &str, is| {
        let count = agreement(numbers, series, 3, is);
        let quantity = format!("{}: rows of the truth table that agree, of 8", row.quantity);
        let found = Finding::new(quantity, Rule::Equal, Some(8.0), Evidence::Computed(count));
        Finding { row: Some(row), printed: Some(row.value.as_str()), ..found }
    };
    let input = || {
        let bits = row.quantity.rsplit(' ').next()?;
        usize::from_str_radix(bits, 2).ok().map(|inputs| inputs as f64)
    };
    let equal = |series: &str| {
        let ours = numbers.at(series, input()?);
        Some(Finding::of(row, Rule::Equal, Evidence::Computed(ours)))
    };
    match (row.id.as_str(), row.quantity.as_str()) {
        ("ch1-perceptron-cheese", "boolean function at thr5") => {
            Some(table("cheese, threshold 5", |x| x[0] == 1.0))
        }
        ("ch1-perceptron-cheese", _) => {
            let either = |x: &[f64]| x[0] == 1.0 || (x[1] == 1.0 && x[2] == 1.0);
            Some(table("cheese, threshold 3", either))
        }
        ("ch1-nand", quantity) if quantity.starts_with("weighted sum") => {
            equal("NAND, weighted sum")
        }
        ("ch1-nand", _) => equal("NAND"),
        _ => None,
    }
}

fn judge(numbers: &Numbers) -> Computed {
    let rows = references().iter().filter(|row| row.chapter == "1");
    let mut findings: Vec<Finding> = rows.filter_map(|row| finding(row, numbers)).collect();
    let mut add = |quantity: &str, book: f64, ours: f64, rule| {
        findings.push(Finding::new(quantity.into(), rule, Some(book), Evidence::Computed(ours)));
    };
    let sum = agreement(numbers, "sum", 2, |x| x[0] != x[1]);
    let carry = agreement(numbers, "carry", 2, |x| x[0] == 1.0 && x[1] == 1.0);
    add("half adder: rows of the sum that agree, of 4", 4.0, sum, Rule::Equal);
    add("half adder: rows of the carry that agree, of 4", 4.0, carry, Rule::Equal);
    let margin = numbers.at("binary digits, margin", 0.0);
    add(
        "ten outputs to four: whether every binary digit is right in the worst case",
        1.0,
        f64::from(margin > 0.0),
        Rule::Equal,
    );
    let columns = ["NAND", "sum", "carry"];
    let cell = |series: &str, inputs: usize| {
        let value = numbers.at(series, inputs as f64);
        HeatCell {
            value: Some(value),
            text: vec![value.to_string()],
            detail: format!("{series} of {inputs:02b}: {value}"),
            ..HeatCell::default()
        }
    };
    let row = |inputs: usize| columns.iter().map(|series| cell(series, inputs)).collect();
    Computed {
        subtitle: "Perceptrons with the book's weights; the half adder of five NAND gates, one of them with a weight of −4 instead \
                   of two of −2."
            .into(),
        findings,
        figure: Chart::Heatmap(Heatmap {
            title: GATES.title.into(),
            subtitle: Some("What a NAND gate and a half adder of NAND gates answer.".into()),
            x_label: "output".into(),
            x: columns.map(String::from).into(),
            y_label: "inputs".into(),
            y: (0..4).map(|inputs| format!("{inputs:02b}")).collect(),
            cells: (0..4).map(row).collect(),
            scale_label: "output".into(),
            ..Heatmap::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_case_is_the_digit_with_the_most_others_in_its_way() {
        // Five digits have the lowest bit, so that an even one meets five times 0.01.
        assert!((binary_margin() - (0.5 - 0.05)).abs() < 1e-12);
        assert_eq!(bits(5, 4), [0.0, 1.0, 0.0, 1.0]);
    }
}
