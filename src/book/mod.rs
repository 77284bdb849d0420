//! The experiments of Michael Nielsen's *Neural Networks and Deep Learning*: what is trained, what
//! the book claims, and how the claim is judged. One room a chapter; no training loop of its own.

mod chapter3;
mod experiment;
mod figure;
mod judge;
mod page;
mod recorded;
mod reference;
mod reproduction;
mod summary;

pub use experiment::{
    Against, Allowed, Arm, Behaviour, Earlier, Experiment, Replay, UnknownExperiment, experiments,
    find,
};
pub use judge::{Comparison, ReplayedValue, Verdict};
pub use page::part_of_experiment;
pub use reference::{Reference, references};
pub use reproduction::{Reproduction, ReproductionError, Settings, Written};
