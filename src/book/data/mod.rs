//! What the book says of the data.

mod class_counts;

use super::Chapter;

/// Its experiments.
pub static CHAPTER: Chapter =
    Chapter { name: "data", title: "The data", experiments: &[class_counts::CLASS_COUNTS] };
