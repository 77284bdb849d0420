use crate::simd::panels::DenseBatch;
use crate::simd::sparse::SparseBatch;

/// The inputs of a mini-batch, in the form that is faster for them.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a, T> {
    /// Only those that are not zero.
    Sparse(SparseBatch<'a, T>),
    /// All of them.
    Dense(DenseBatch<'a, T>),
}

impl<T: Copy> Input<'_, T> {
    /// Whether inputs of which the part `density` is not zero are faster as [`Dense`](Self::Dense) in
    /// mini-batches of so many rows: from 60 % in 32 rows or more, from 80 % in 8 or more.
    ///
    /// A sparse row costs what its non-zeros do, and reads and writes the weights anew; a dense one
    /// costs all inputs, but several share the weights that are loaded. The limits are those measured
    /// on an AMD Zen 3 with 30 and 100 neurons. They do not depend on the CPU, since the two forms
    /// sum in different orders, and with them the bits would.
    pub fn is_dense(density: f64, rows: usize) -> bool {
        match rows {
            0..8 => false,
            8..32 => density >= 0.8,
            32.. => density >= 0.6,
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Sparse(input) => input.rows(),
            Self::Dense(input) => input.rows(),
        }
    }
}

impl<'a, T> From<SparseBatch<'a, T>> for Input<'a, T> {
    fn from(input: SparseBatch<'a, T>) -> Self {
        Self::Sparse(input)
    }
}

impl<'a, T> From<DenseBatch<'a, T>> for Input<'a, T> {
    fn from(input: DenseBatch<'a, T>) -> Self {
        Self::Dense(input)
    }
}
