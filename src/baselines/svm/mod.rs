//! A support vector machine with a Gaussian kernel (C-SVC).
//!
//! ```text
//! rows, labels ──► Svm::train ─┬─ kernel    K(x, y) of rows of bytes
//!                              ├─ cache     rows of K that are kept, in bounded memory
//!                              └─ solver    two classes: SMO
//!              Svm::predict ◄── one machine for each pair of classes; they vote
//! ```
//!
//! What is solved, how far, and how classes are voted for is that of LIBSVM (Chang and Lin, *LIBSVM: a library for support
//! vector machines*, 2011), which scikit-learn's `SVC` is: the same images are recognised. Two things make it faster: the rows
//! are bytes, so that distances are whole numbers, found exactly by 16-bit multiplications and looked up rather than
//! exponentiated; and the pairs of classes are solved in parallel. The result depends on neither.

mod cache;
mod kernel;
mod machine;
mod solver;

pub use machine::{Svm, SvmError, SvmSettings};
