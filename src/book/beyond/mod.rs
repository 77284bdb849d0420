//! Beyond the book: what its experiments made us ask, and what it tells of in words alone.

mod edge;
mod rnn;

use super::Chapter;

/// Its experiments.
pub static CHAPTER: Chapter = Chapter {
    name: "beyond",
    title: "Beyond the book",
    experiments: &[
        edge::EDGE,
        rnn::CASCADE,
        rnn::VANISHING,
        rnn::MEMORY,
        rnn::DIGITS,
        rnn::DIGITS_PIXELS,
        rnn::CLIPPING,
    ],
};
