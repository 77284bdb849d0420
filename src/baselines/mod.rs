//! Learners that are no networks, to compare networks with.

pub mod svm;
