//! What the book says of the data.

mod class_counts;
pub(super) mod shares;

use super::Chapter;

/// Its experiments.
pub static CHAPTER: Chapter =
    Chapter { name: "data", title: "The data", experiments: &[class_counts::CLASS_COUNTS] };
