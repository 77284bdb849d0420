//! Data sets: images of `rows × columns` grey pixels, each with a class label.
//!
//! ```text
//! Dataset ─┬─ training    Split ─┬─ images  SparseRows: the non-zero pixels, one row an image
//!          ├─ validation  Split  └─ labels  one byte an image
//!          └─ test        Split
//! ```
//!
//! [`Dataset::mnist`] unpacks MNIST from the binary itself; [`Dataset::from_dir`] reads any data
//! set in the same format (IDX, raw or gzipped) from a directory; [`Dataset::from_csv`] reads rows of
//! numbers, some columns of which are learnt from the others (regression): a split of it has
//! [`NumberRows`] in the place of images and labels. [`Dataset::open`] reads all of them, and features with classes, as
//! [`DataOptions`] say.
//!
//! **Memory** is bounded by the size of the files: at most 8 bytes for each byte of the unpacked ones
//! (3 for a pixel that is not zero, 5 for an image), of which a gzipped file has at most 64 MiB or 100
//! times its size.
//!
//! **A pixel is the byte divided by 256**, not by 255. That is the book's convention, and its
//! published runs are reproduced only so. Here pixels stay bytes; the layer that uses them converts. Inputs that
//! are no bytes, or are scaled as told, are [`NumberRows`].
//!
//! Where to look: `idx` knows the file format, `files` finds the four files of a directory, `source`
//! opens one (raw or gzipped, with its checksum), `mnist` unpacks the embedded copy, `number_file`
//! reads a CSV file, `task` generates sequences, `picture` reads a PNG file, and `digits` makes images of what is drawn there.

mod bytes;
mod dataset;
mod decode;
mod digits;
mod element;
mod error;
mod expand;
mod framing;
mod idx;
mod idx_files;
mod labels;
mod mnist;
mod number_file;
mod numbers;
mod options;
mod overview;
mod palette;
mod picture;
mod pixels;
#[cfg(test)]
mod png_file;
mod resize;
mod source;
mod sparse;
mod split;
mod task;
mod transparency;

pub use dataset::Dataset;
pub use digits::Digit;
pub use error::{DataError, FileProblem};
pub use expand::{Distortion, Expansion};
pub use framing::Framing;
pub(crate) use labels::check_names;
pub use number_file::Inputs;
pub use numbers::NumberRows;
pub use options::{DataOptions, Scale};
pub use overview::{Duplicates, Overview, examples};
pub use picture::{Drawing, Invert, PictureError, read_digits, read_picture};
pub use sparse::SparseRows;
pub use split::Split;
pub use transparency::Behind;
