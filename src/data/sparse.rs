//! Images by their non-zero pixels.

use super::bytes::Bytes;
use std::ops::Range;

/// Rows of bytes in compressed-row form: of each row, the non-zero values and where they stand.
///
/// MNIST's pixels are 81 % zero, and a zero input contributes nothing to the layer above it, so
/// this is both the smaller and the faster form.
///
/// # Invariants
///
/// They hold for every value of this type, since the fields are private; code outside, unsafe code
/// included, may rely on them:
///
/// - `1 <= columns() <= MAX_COLUMNS`;
/// - the two slices of a row have the same length;
/// - the indices of a row are strictly increasing, and each is `< columns()`;
/// - no value is zero;
/// - all rows together have fewer than `u32::MAX` non-zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparseRows {
    columns: usize,
    /// Row `i` is `offsets[i]..offsets[i + 1]` of the other two: monotone, from 0 to their length.
    offsets: Vec<u32>,
    indices: Vec<u16>,
    values: Vec<u8>,
    /// All values, `[rows][columns]`, once they have been asked for.
    bytes: Bytes,
}

impl SparseRows {
    /// The most columns a row can have: its indices are 16 bits wide.
    pub const MAX_COLUMNS: usize = u16::MAX as usize;

    /// No rows yet, of `columns` columns each.
    ///
    /// # Panics
    ///
    /// If `columns` is 0 or above [`MAX_COLUMNS`](Self::MAX_COLUMNS).
    #[track_caller]
    pub(super) fn new(columns: usize) -> Self {
        assert!(
            (1..=Self::MAX_COLUMNS).contains(&columns),
            "SparseRows: {columns} columns, expected 1 to {}",
            Self::MAX_COLUMNS
        );
        Self {
            columns,
            offsets: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
            bytes: Bytes::default(),
        }
    }

    /// The rows of a dense row-major matrix, `[rows][columns]`.
    ///
    /// # Panics
    ///
    /// If `columns` is 0 or above [`MAX_COLUMNS`](Self::MAX_COLUMNS), if the length of `pixels` is
    /// not a multiple of it, or if there are `u32::MAX` non-zeros or more.
    #[track_caller]
    pub fn from_dense(pixels: &[u8], columns: usize) -> Self {
        let mut rows = Self::new(columns);
        rows.push_dense(pixels);
        rows.shrink_to_fit();
        rows
    }

    /// Appends dense rows, `[rows][columns]`.
    ///
    /// # Panics
    ///
    /// If the length of `pixels` is not a multiple of the columns, or there would be `u32::MAX`
    /// non-zeros or more.
    #[track_caller]
    pub(super) fn push_dense(&mut self, pixels: &[u8]) {
        let rows = pixels.chunks_exact(self.columns);
        assert!(
            rows.remainder().is_empty(),
            "SparseRows: {} bytes are not whole rows of {} columns",
            pixels.len(),
            self.columns
        );
        self.bytes = Bytes::default();
        for row in rows {
            self.push_row(row);
        }
    }

    #[track_caller]
    fn push_row(&mut self, row: &[u8]) {
        let (chunks, rest) = row.as_chunks();
        let mut first = 0;
        for chunk in chunks {
            // Most of an image is background: eight zero pixels are passed over at once.
            if u64::from_ne_bytes(*chunk) != 0 {
                self.push_chunk(chunk, first);
            }
            first += 8;
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.push_chunk(&last, first);
        self.offsets.push(offset(self.values.len()));
    }

    /// Appends the non-zeros of eight pixels, of which the first has the index `first`.
    fn push_chunk(&mut self, chunk: &[u8; 8], first: u16) {
        // Every pixel is written and only a non-zero one kept: where strokes begin and end is
        // not to be predicted, so a branch would cost more than the writes.
        let mut indices = [0; 8];
        let mut values = [0; 8];
        let mut kept = 0;
        for (lane, &value) in (0..).zip(chunk) {
            indices[kept] = first + lane;
            values[kept] = value;
            kept += usize::from(value != 0);
        }
        self.indices.extend_from_slice(&indices[..kept]);
        self.values.extend_from_slice(&values[..kept]);
    }

    /// Appends the rows of `other`.
    ///
    /// # Panics
    ///
    /// If the columns differ, or there would be `u32::MAX` non-zeros or more.
    #[track_caller]
    pub(super) fn append(&mut self, other: &Self) {
        assert_eq!(self.columns, other.columns, "SparseRows: append rows of another width");
        offset(self.nonzeros() + other.nonzeros());
        let base = offset(self.nonzeros());
        self.bytes = Bytes::default();
        self.offsets.extend(other.offsets[1..].iter().map(|end| base + end));
        self.indices.extend_from_slice(&other.indices);
        self.values.extend_from_slice(&other.values);
    }

    /// A copy of some rows, in the given order.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub(super) fn select(&self, rows: impl Iterator<Item = usize>) -> Self {
        let mut selected = Self::new(self.columns);
        for row in rows {
            let (indices, values) = self.row(row);
            selected.indices.extend_from_slice(indices);
            selected.values.extend_from_slice(values);
            selected.offsets.push(offset(selected.values.len()));
        }
        selected.shrink_to_fit();
        selected
    }

    /// Cuts off and returns the rows from `row` on.
    ///
    /// # Panics
    ///
    /// If `row > len()`.
    #[track_caller]
    pub(super) fn split_off(&mut self, row: usize) -> Self {
        let tail = self.range(row..self.len());
        let end = self.offsets[row] as usize;
        self.bytes = Bytes::default();
        self.offsets.truncate(row + 1);
        self.indices.truncate(end);
        self.values.truncate(end);
        self.shrink_to_fit();
        tail
    }

    /// Gives back the memory that growing has reserved.
    pub(super) fn shrink_to_fit(&mut self) {
        self.offsets.shrink_to_fit();
        self.indices.shrink_to_fit();
        self.values.shrink_to_fit();
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Columns of every row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Non-zero values in all rows together.
    pub fn nonzeros(&self) -> usize {
        self.values.len()
    }

    /// The fraction of values that are not zero, in [0, 1]; 0 if there are no rows.
    pub fn density(&self) -> f64 {
        if self.is_empty() {
            return 0.0;
        }
        self.nonzeros() as f64 / (self.len() as f64 * self.columns as f64)
    }

    /// The columns of row `i` that are not zero, strictly increasing and each `< columns()`, and
    /// their values, in two slices of equal length.
    ///
    /// # Panics
    ///
    /// If `i >= len()`.
    #[inline]
    #[track_caller]
    pub fn row(&self, i: usize) -> (&[u16], &[u8]) {
        let at = self.offsets[i] as usize..self.offsets[i + 1] as usize;
        (&self.indices[at.clone()], &self.values[at])
    }

    /// Where the entries of row `i` begin and end among those of all rows.
    ///
    /// # Panics
    ///
    /// If `i >= len()`.
    #[inline]
    #[track_caller]
    pub(crate) fn place(&self, i: usize) -> &[u32] {
        &self.offsets[i..i + 2]
    }

    /// The length of row `i`, and as [`row`](Self::row) the entries from its first one to the last
    /// one of *all* rows: for code that reads whole blocks of entries and drops what is beyond.
    ///
    /// # Panics
    ///
    /// If `i >= len()`.
    #[inline]
    #[track_caller]
    pub(crate) fn row_onwards(&self, i: usize) -> (usize, &[u16], &[u8]) {
        let (start, end) = (self.offsets[i] as usize, self.offsets[i + 1] as usize);
        (end - start, &self.indices[start..], &self.values[start..])
    }

    /// All values, zeros included, `[rows][columns]`. The first call makes them, which takes a byte
    /// each.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get_or_make(|| {
            let mut bytes = vec![0; self.len() * self.columns];
            for (i, row) in bytes.chunks_exact_mut(self.columns).enumerate() {
                self.dense_row(i, row);
            }
            bytes.into()
        })
    }

    /// A copy of some rows.
    ///
    /// # Panics
    ///
    /// If the range is decreasing or ends after `len()`.
    #[track_caller]
    pub fn range(&self, rows: Range<usize>) -> SparseRows {
        assert!(
            rows.start <= rows.end && rows.end <= self.len(),
            "SparseRows: rows {rows:?} of {}",
            self.len()
        );
        let base = self.offsets[rows.start];
        let at = base as usize..self.offsets[rows.end] as usize;
        Self {
            columns: self.columns,
            offsets: self.offsets[rows.start..=rows.end].iter().map(|end| end - base).collect(),
            indices: self.indices[at.clone()].to_vec(),
            values: self.values[at].to_vec(),
            bytes: Bytes::default(),
        }
    }

    /// Writes row `i`, zeros included, to `out`, `[columns]`.
    ///
    /// # Panics
    ///
    /// If `i >= len()`, or the length of `out` is not `columns()`.
    #[track_caller]
    pub fn dense_row(&self, i: usize, out: &mut [u8]) {
        assert_eq!(out.len(), self.columns, "SparseRows: length of a dense row");
        out.fill(0);
        let (indices, values) = self.row(i);
        for (&index, &value) in indices.iter().zip(values) {
            out[usize::from(index)] = value;
        }
    }
}

/// A count of non-zeros as an offset.
#[track_caller]
fn offset(nonzeros: usize) -> u32 {
    assert!(
        nonzeros < u32::MAX as usize,
        "SparseRows: {nonzeros} non-zeros, expected fewer than {}",
        u32::MAX
    );
    nonzeros as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with runs, gaps, a full row and an empty one, of every width around the chunk of 8.
    fn dense(rows: usize, columns: usize) -> Vec<u8> {
        let mut state = 1_u32;
        (0..rows * columns)
            .map(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match i / columns {
                    0 => 255,
                    1 => 0,
                    _ if state >> 30 == 0 => (state >> 16) as u8,
                    _ => 0,
                }
            })
            .collect()
    }

    fn densified(rows: &SparseRows) -> Vec<u8> {
        let mut pixels = vec![7; rows.len() * rows.columns()];
        for (i, out) in pixels.chunks_exact_mut(rows.columns()).enumerate() {
            rows.dense_row(i, out);
        }
        pixels
    }

    #[test]
    fn dense_to_sparse_and_back() {
        for columns in (1..=40).chain([784, SparseRows::MAX_COLUMNS]) {
            let pixels = dense(5, columns);
            let rows = SparseRows::from_dense(&pixels, columns);
            assert_eq!((rows.len(), rows.columns()), (5, columns));
            assert_eq!(rows.nonzeros(), pixels.iter().filter(|&&v| v != 0).count());
            assert_eq!(densified(&rows), pixels, "{columns} columns");
            assert_eq!(rows.bytes(), pixels, "{columns} columns");
            for i in 0..5 {
                let (indices, values) = rows.row(i);
                assert_eq!(indices.len(), values.len());
                assert!(indices.is_sorted_by(|a, b| a < b));
                assert!(indices.iter().all(|&index| usize::from(index) < columns));
                assert!(values.iter().all(|&value| value != 0));
            }
        }
    }

    #[test]
    fn ranges_and_appending_are_inverse() {
        let whole = SparseRows::from_dense(&dense(6, 11), 11);
        for cut in 0..=6 {
            let mut head = whole.range(0..cut);
            let tail = whole.range(cut..6);
            assert_eq!((head.len(), tail.len()), (cut, 6 - cut));
            assert_eq!(head.bytes(), densified(&head));
            head.append(&tail);
            assert_eq!(head, whole);
            assert_eq!(head.bytes(), whole.bytes());
            assert_eq!(head.split_off(cut), tail);
            assert_eq!(head, whole.range(0..cut));
            assert_eq!(head.bytes(), densified(&head));
            head.push_dense(&[5; 22]);
            assert_eq!(head.bytes(), densified(&head));
            assert_eq!(head.clone().bytes(), head.bytes());
        }
    }

    #[test]
    fn density_is_a_fraction() {
        assert_eq!(SparseRows::from_dense(&[0, 3, 0, 0], 2).density(), 0.25);
        assert_eq!(SparseRows::from_dense(&[], 2).density(), 0.0);
        assert!(SparseRows::from_dense(&[], 2).is_empty());
    }

    #[test]
    #[should_panic(expected = "0 columns")]
    fn no_columns_panics() {
        SparseRows::from_dense(&[], 0);
    }

    #[test]
    #[should_panic(expected = "65536 columns")]
    fn too_many_columns_panic() {
        SparseRows::from_dense(&[], 65536);
    }

    #[test]
    #[should_panic(expected = "not whole rows")]
    fn half_a_row_panics() {
        SparseRows::from_dense(&[1, 2, 3], 2);
    }

    #[test]
    #[should_panic(expected = "rows 1..3 of 2")]
    fn a_range_past_the_end_panics() {
        SparseRows::from_dense(&[1, 2], 1).range(1..3);
    }
}
