//! Beyond the book: what its experiments made us ask.

mod edge;

use super::Chapter;

/// Its experiments.
pub static CHAPTER: Chapter =
    Chapter { name: "beyond", title: "Beyond the book", experiments: &[edge::EDGE] };
