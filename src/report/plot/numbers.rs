//! What is plotted, as CSV.

use crate::input::CsvReader;
use crate::results::runs::Lost;
use std::path::Path;

const HEADER: [&str; 11] = [
    "panel", "series", "x", "chosen", "seed", "n", "value", "ci_low", "ci_high", "diverged",
    "missed",
];

/// A column for runs without a value, if there are any.
const MISSING: &str = "missing";

/// Whether a file holds the numbers of a figure, and may be replaced by those of another.
pub fn is_plotted_numbers(path: &Path) -> bool {
    let reader = CsvReader::open(path, &csv::ReaderBuilder::new());
    let header = reader.ok().and_then(|mut reader| reader.headers().ok().cloned());
    header.is_some_and(|header| {
        header.iter().eq(HEADER) || header.iter().eq(HEADER.into_iter().chain([MISSING]))
    })
}

/// A plotted point.
#[derive(Debug, Clone, Default)]
pub(super) struct Number {
    pub panel: String,
    pub series: String,
    pub x: String,
    /// What it has at its best.
    pub chosen: String,
    /// The seed of a single run; empty for a mean.
    pub seed: String,
    pub n: usize,
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub lost: Lost,
}

#[derive(Debug, Default)]
pub(super) struct Numbers(Vec<Number>);

impl Numbers {
    pub(super) fn push(&mut self, number: Number) {
        self.0.push(number);
    }

    pub(super) fn to_csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let missing = self.0.iter().any(|number| number.lost.missing > 0);
        let header = HEADER.into_iter().chain(missing.then_some(MISSING));
        writer.write_record(header).expect(IN_MEMORY);
        let cell = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:?}"));
        for number in &self.0 {
            let row = [
                number.panel.clone(),
                number.series.clone(),
                number.x.clone(),
                number.chosen.clone(),
                number.seed.clone(),
                number.n.to_string(),
                cell(number.value),
                cell(number.low),
                cell(number.high),
                number.lost.diverged.to_string(),
                number.lost.missed.to_string(),
            ];
            let row = row.into_iter().chain(missing.then(|| number.lost.missing.to_string()));
            writer.write_record(row).expect(IN_MEMORY);
        }
        String::from_utf8(writer.into_inner().expect(IN_MEMORY)).expect("the cells are text")
    }

    /// The means of each line in order, times a factor.
    pub(super) fn sparks(&self, factor: f64) -> Vec<(String, Vec<f64>)> {
        let mut sparks: Vec<(String, Vec<f64>)> = Vec::new();
        for number in self.0.iter().filter(|number| number.seed.is_empty()) {
            let names = [number.panel.as_str(), number.series.as_str()];
            let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
            let value = factor * number.value.unwrap_or(f64::NAN);
            let name = names.join(", ");
            match sparks.iter_mut().find(|(other, _)| *other == name) {
                Some((_, values)) => values.push(value),
                None => sparks.push((name, vec![value])),
            }
        }
        sparks
    }
}

const IN_MEMORY: &str = "writing to memory does not fail";
