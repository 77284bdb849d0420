//! The experiments of Michael Nielsen's *Neural Networks and Deep Learning*: what is trained or computed,
//! what the book claims, and by which rule the claim is judged. One room a chapter; no training loop of
//! its own.

mod catalogue;
mod chapter3;
mod claim;
mod curves;
mod data;
mod experiment;
mod figure;
mod finding;
mod page;
pub mod presets;
mod recorded;
mod reference;
mod replay;
mod reproduction;
mod rules;
mod summary;
mod verdict;

pub use catalogue::{CHAPTERS, Chapter, Selection, UnknownExperiment, experiments, find, select};
pub use claim::Claim;
pub use curves::{ReplayedValue, Run};
pub use experiment::{Against, Arm, Computed, Experiment, Kind, Panel, Trained};
pub use finding::Finding;
pub use page::{part_of_experiment, verdict};
pub use reference::{Reference, references};
pub use replay::{Allowed, Earlier, Replay};
pub use reproduction::{
    Form, Reproduction, ReproductionError, Written, compute, default_directory,
};
pub use rules::{Best, Evidence, Judgement, Relation, Rule, Tolerance, judge};
pub use verdict::Verdict;
