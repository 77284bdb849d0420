//! Two classifiers on the same images.

use crate::input::CsvReader;
use crate::report::csv_text::written;
use crate::stats::mcnemar;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What a classifier answered, image by image: the file of `nablab evaluate --predictions`, or any CSV file with these
/// columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    path: PathBuf,
    /// Image, label, answer.
    rows: Vec<[String; 3]>,
}

/// What two classifiers have right of the same images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SameImages {
    /// The images that both were asked about.
    pub images: u64,
    /// Those that each has right.
    pub right: [u64; 2],
    /// Those that only one has right.
    pub only: [u64; 2],
    /// McNemar's exact test of whether they are right equally often.
    pub p: f64,
}

/// Answers that cannot be used.
#[derive(Debug, Error)]
pub enum AnswersError {
    /// It cannot be read.
    #[error("{path}: {what}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Two files are not of the same images.
    #[error("{one} and {other}: {what}; expected answers about the same images")]
    Different {
        /// A file.
        one: PathBuf,
        /// The other.
        other: PathBuf,
        /// How they differ.
        what: String,
    },
}

/// The columns of such a file.
const COLUMNS: [&str; 3] = ["image", "label", "prediction"];

/// What a network answered: the names of the class and of the answer for each image of a set, which are counted from 0.
#[must_use]
pub fn answers_csv(answers: impl Iterator<Item = [String; 2]>) -> String {
    let header = COLUMNS.map(String::from).to_vec();
    let rows = answers.enumerate().map(|(i, [label, answer])| vec![i.to_string(), label, answer]);
    written([header].into_iter().chain(rows).collect(), false)
}

/// Whether a file that begins so holds answers, and may be replaced by others.
#[must_use]
pub fn is_answers(head: &[u8]) -> bool {
    head.starts_with(COLUMNS.join(",").as_bytes())
}

impl Answers {
    /// Whether a file has the columns of answers.
    pub fn is_there(path: &Path) -> bool {
        let reader = CsvReader::open(path, &csv::ReaderBuilder::new());
        let header = reader.ok().and_then(|mut reader| reader.headers().ok().cloned());
        header.is_some_and(|header| {
            COLUMNS.iter().all(|name| header.iter().any(|column| column == *name))
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or lacks a column, or an image stands in it twice.
    pub fn read(path: &Path) -> Result<Self, AnswersError> {
        let failed = |what: String| AnswersError::Read { path: path.into(), what };
        let mut reader = CsvReader::open(path, &csv::ReaderBuilder::new())
            .map_err(|error| failed(error.to_string()))?;
        let header = reader.headers().map_err(|error| failed(error.to_string()))?.clone();
        let place = |name: &str| {
            let found = header.iter().position(|column| column == name);
            found.ok_or_else(|| failed(format!("no column '{name}'")))
        };
        let places = [place(COLUMNS[0])?, place(COLUMNS[1])?, place(COLUMNS[2])?];
        let mut rows = Vec::new();
        let mut known = HashMap::new();
        for record in reader.rows().map_err(|error| failed(error.to_string()))? {
            let row = places.map(|place| record.get(place).unwrap_or_default().trim().to_string());
            let number = rows.len() + 1;
            if let Some(before) = known.insert(row[0].clone(), number) {
                let what = format!("rows {before} and {number} are both about image {}", row[0]);
                return Err(failed(what));
            }
            rows.push(row);
        }
        match rows.is_empty() {
            true => Err(failed("no rows".into())),
            false => Ok(Self { path: path.into(), rows }),
        }
    }

    /// What this classifier and another have right of the images that both were asked about.
    ///
    /// # Errors
    ///
    /// When they were asked about different images, or images have different labels.
    pub fn beside(&self, other: &Self) -> Result<SameImages, AnswersError> {
        let different = |what: String| AnswersError::Different {
            one: self.path.clone(),
            other: other.path.clone(),
            what,
        };
        if self.rows.len() != other.rows.len() {
            return Err(different(format!("{} and {} images", self.rows.len(), other.rows.len())));
        }
        let theirs: HashMap<&str, &[String; 3]> =
            other.rows.iter().map(|row| (row[0].as_str(), row)).collect();
        let mut same = SameImages { images: 0, right: [0; 2], only: [0; 2], p: 1.0 };
        for [image, label, answer] in &self.rows {
            let Some([_, their_label, their_answer]) = theirs.get(image.as_str()) else {
                return Err(different(format!("image {image} is in one of them alone")));
            };
            if label != their_label {
                return Err(different(format!("image {image} is a {label} and a {their_label}")));
            }
            let right = [answer == label, their_answer == label];
            same.images += 1;
            for (i, right) in right.into_iter().enumerate() {
                same.right[i] += u64::from(right);
            }
            match right {
                [true, false] => same.only[0] += 1,
                [false, true] => same.only[1] += 1,
                _ => {}
            }
        }
        same.p = mcnemar(same.only[0], same.only[1]);
        Ok(same)
    }
}
