//! The program as its users call it, and whole trainings of the library: in one binary, which links
//! once.

mod backpropagation;
mod cli;
mod common;
mod comparison;
mod convolutions;
mod determinism;
mod documents;
mod first_minutes;
mod hostile_input;
mod ids;
mod models;
mod other_programs;
mod outputs;
mod overview;
mod rank;
mod recurrences;
mod regression;
mod replay;
mod report;
mod reproduce;
mod resume;
mod settings;
mod sweep;
mod variance;
mod workloads;
