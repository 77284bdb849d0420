//! Products of small dense matrices, blocked into registers.
//!
//! A layer's weights are stored input-major, `[n_in][stride]`: a row is what one input contributes
//! to all outputs. Both passes are then sums of rows, with lanes over outputs.

mod errors;
mod nonzero;
mod outer;
mod product;
mod rows;
mod skipping;

pub use errors::{Descent, Errors};
pub use nonzero::{AddListedOuterProduct, ListedProduct, list_nonzero};
pub use outer::AddOuterProducts;
pub(super) use outer::outer_rows;
pub use product::Product;
pub(super) use product::product_rows;
pub use rows::{AddScaledRows, ScaleAddBias};
pub use skipping::{FEW, SkippingErrors, SkippingProduct};

/// What the loops need to know of the matrices. Strides of inputs are in elements, all others in
/// vectors.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// The stride of the input.
    pub input_stride: usize,
    /// The number of inputs.
    pub n_in: usize,
    /// The stride of the weights: all their columns.
    pub weights_per_row: usize,
    /// The stride of the output, or of the errors, of which the weights may make a part.
    pub per_row: usize,
}

/// Rows of the output, or of the weights, that share what is loaded. Five rows of two vectors of sums
/// keep both multipliers of today's CPUs busy, and ten images are two times five.
const ROWS: usize = 5;
