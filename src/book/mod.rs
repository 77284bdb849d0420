//! The experiments of Michael Nielsen's *Neural Networks and Deep Learning*: what is trained or computed,
//! what the book claims, and by which rule the claim is judged. One room a chapter; no training loop of
//! its own.

mod accounts;
mod beyond;
mod catalogue;
mod chapter1;
mod chapter2;
mod chapter3;
mod chapter4;
mod chapter5;
mod chapter6;
mod claim;
mod curves;
mod data;
mod experiment;
mod figure;
mod finding;
mod numbers;
mod page;
mod panel;
pub mod presets;
mod recorded;
mod reference;
mod replay;
mod reproduction;
mod rules;
mod sigmoid;
mod slope;
mod summary;
mod supplement;
mod verdict;

pub use accounts::{Accounts, Tally};
pub use catalogue::{CHAPTERS, Chapter, Selection, UnknownExperiment, experiments, find, select};
pub use claim::Claim;
pub use curves::{Measured, ReplayedValue, Run};
pub use experiment::{Arm, Experiment, Kind, Trained};
pub use finding::Finding;
pub use numbers::{Computed, Number, Numbers};
pub use page::{Judged, Results};
pub use panel::{LayerMetric, Panel, Response, Shows};
pub use reference::{Reference, references};
pub use replay::{Allowed, Earlier, Replay};
pub use reproduction::{
    Form, Reproduction, ReproductionError, Written, compute, default_directory,
};
pub use rules::{Best, Evidence, Judgement, Relation, Rule, Tolerance, judge};
pub use supplement::Supplement;
pub use verdict::Verdict;
