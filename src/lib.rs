//! nablab (∇ lab) trains small neural networks fast enough on a CPU to answer "what if?" a
//! thousand times, and reproduces the experiments of Michael Nielsen's *Neural Networks and Deep
//! Learning* with error bars.
//!
//! The modules, from the ground up; each uses only those above it:
//!
//! - [`simd`]: hand-vectorised kernels, f32 and f64, the same bits on every CPU
//! - [`machine`]: the highest speeds of this CPU, measured; the time of this process
//! - [`text`]: how numbers and words are written for people
//! - [`files`]: files that are replaced as a whole or not at all
//! - [`input`]: files that others made, read within bounds
//! - [`rng`]: named, portable generators, and those of the book's programs
//! - [`stats`]: intervals and tests of small samples
//! - [`data`]: the IDX format, the embedded MNIST, splits, sparse images
//! - [`nn`]: networks, costs, the forward and the backward pass
//! - [`train`]: gradient descent, monitors, histories
//! - [`baselines`]: learners that are no networks
//! - [`results`]: the files of a result, written and read
//! - [`sweep`]: many trainings in parallel: grids, plans, journals
//! - [`figure`]: lines, heatmaps, strips and panels as SVG and PNG; knows nothing of training
//! - [`report`]: tables, plots and pages, from the CSV files alone
//! - [`book`]: the experiments of the book and how they are judged

#![warn(missing_docs)]

pub mod baselines;
pub mod book;
pub mod data;
pub mod figure;
pub mod files;
pub mod input;
pub mod machine;
mod nearest;
pub mod nn;
pub mod report;
pub mod results;
pub mod rng;
pub mod simd;
pub mod stats;
pub mod sweep;
pub mod text;
pub mod train;
