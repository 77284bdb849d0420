//! Chapter 6: deep learning.

mod shallow;

use super::{Chapter, Claim, Rule};
use crate::train::Metric::{TestAccuracy, ValidationAccuracy};

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter6",
    title: "Chapter 6: deep learning",
    experiments: &[shallow::SHALLOW],
};

/// The number of a network of the chapter: validation chooses the epoch, and the best of three runs.
const ACCURACY: Claim = Claim {
    quantity: "test accuracy at the best validation accuracy, of three runs",
    printed: Some("test accuracy"),
    rule: Rule::BestByValidation { runs: 3, level: 0.95 },
    measure: |run| run.at_best(TestAccuracy, ValidationAccuracy),
    ..Claim::BASE
};
