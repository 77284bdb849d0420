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

/// The forms of [`Input`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// [`Input::Sparse`]
    Sparse,
    /// [`Input::Dense`]
    Dense,
}

impl Form {
    /// The rule: inputs are dense where at least 40 % of them are not zero; in mini-batches of 32 rows or
    /// more 35 %, of four, three or two rows 50, 55 and 65 %, of one row never.
    ///
    /// A sparse row costs what its non-zeros do, and reads and writes the weights anew; a dense one
    /// costs all inputs, but several share the weights that are loaded. `cargo bench --bench density`
    /// measures both. The limits are those of an AMD Zen 3 with 30 and 100 neurons: they cannot depend
    /// on the CPU, since the two forms sum in different orders, and with them the bits would.
    pub fn choose(density: f64, rows: usize) -> Self {
        let least = match rows {
            0 | 1 => return Self::Sparse,
            2 => 0.65,
            3 => 0.55,
            4 => 0.5,
            5..32 => 0.4,
            _ => 0.35,
        };
        if density >= least { Self::Dense } else { Self::Sparse }
    }
}

impl<T: Copy> Input<'_, T> {
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
