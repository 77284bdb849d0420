//! The numbers of an experiment that was computed, as a CSV file.

use super::Finding;
use crate::figure::Chart;
use crate::input::CsvReader;
use crate::results::ReadError;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The name of the file.
pub(super) const NUMBERS_FILE: &str = "numbers.csv";

/// What was computed: every number that is judged or drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Numbers(Vec<Number>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// What it is a number of.
    pub series: String,
    /// The seed, where there is chance in it.
    pub seed: Option<u64>,
    /// What it depends on: a learning rate, a digit; 0 for nothing.
    pub x: f64,
    /// The number.
    pub value: f64,
}

/// What the numbers say.
#[derive(Debug)]
pub struct Computed {
    /// What they were computed from, in one line.
    pub subtitle: String,
    /// The numbers of the book beside ours.
    pub findings: Vec<Finding>,
    /// The figure.
    pub figure: Chart,
}

impl FromIterator<Self> for Numbers {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        Self(parts.into_iter().flat_map(|part| part.0).collect())
    }
}

impl Numbers {
    /// Adds one.
    pub fn push(&mut self, series: impl Into<String>, seed: Option<u64>, x: f64, value: f64) {
        self.0.push(Number { series: series.into(), seed, x, value });
    }

    /// Those of a series, in the order of the file.
    pub fn series<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Number> + Clone {
        self.0.iter().filter(move |number| number.series == name)
    }

    /// The (x, value) of a series.
    pub fn points(&self, name: &str) -> Vec<(f64, f64)> {
        self.series(name).map(|number| (number.x, number.value)).collect()
    }

    /// The values of a series.
    pub fn values(&self, name: &str) -> Vec<f64> {
        self.series(name).map(|number| number.value).collect()
    }

    /// The value of a series at an x; NaN if there is none.
    pub fn at(&self, name: &str, x: f64) -> f64 {
        self.series(name).find(|number| number.x == x).map_or(f64::NAN, |number| number.value)
    }

    /// The file.
    pub(super) fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for number in &self.0 {
            writer.serialize(number).expect("a Vec takes all");
        }
        writer.into_inner().expect("a Vec takes all")
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it is missing, or not such a file.
    pub(super) fn read(path: &Path) -> Result<Self, ReadError> {
        let error = |source| ReadError::Csv { path: path.into(), source };
        let reader = CsvReader::open(path, &csv::ReaderBuilder::new());
        let mut reader = reader.map_err(|e| error(e.into()))?;
        let header = reader.headers().map_err(error)?.clone();
        let rows = reader.rows().map_err(error)?;
        let numbers = rows.iter().map(|row| row.deserialize(Some(&header)));
        Ok(Self(numbers.collect::<Result<_, _>>().map_err(error)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_their_file() {
        let mut numbers = Numbers::default();
        numbers.push("a, quoted", None, 0.1, f64::NAN);
        numbers.push("b", Some(7), 1e-300, 0.1 + 0.2);
        numbers.push("b", Some(8), 1e-300, f64::INFINITY);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(NUMBERS_FILE);
        std::fs::write(&path, numbers.to_csv()).unwrap();
        let back = Numbers::read(&path).unwrap();
        assert_eq!(back.points("b"), numbers.points("b"));
        assert!(back.at("a, quoted", 0.1).is_nan() && back.at("c", 0.0).is_nan());
        assert_eq!(back.series("b").map(|b| b.seed).collect::<Vec<_>>(), [Some(7), Some(8)]);
        std::fs::write(&path, "series,seed\nx,1\n").unwrap();
        assert!(Numbers::read(&path).is_err());
    }
}
