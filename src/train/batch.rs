use crate::data::Split;
use crate::simd::Real;
use crate::simd::sparse::SparseBatch;

/// The images and labels of one mini-batch, gathered from a [`Split`] into memory of its own.
#[derive(Debug, Default)]
pub struct MiniBatch<T> {
    starts: Vec<u32>,
    columns: Vec<u16>,
    values: Vec<T>,
    labels: Vec<u8>,
}

impl<T: Real> MiniBatch<T> {
    /// An empty mini-batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the contents by the given images of `split`, in that order; pixels become
    /// byte / 256.
    ///
    /// # Panics
    ///
    /// When an index lies outside the split.
    pub fn gather(&mut self, split: &Split, images: impl Iterator<Item = usize>) {
        self.starts.clear();
        self.columns.clear();
        self.values.clear();
        self.labels.clear();
        self.starts.push(0);
        for image in images {
            let (columns, pixels) = split.images.row(image);
            self.columns.extend_from_slice(columns);
            self.values.extend(pixels.iter().map(|&byte| T::from_pixel(byte)));
            self.starts.push(self.columns.len() as u32);
            self.labels.push(split.labels[image]);
        }
    }

    /// The images.
    pub fn input(&self) -> SparseBatch<'_, T> {
        SparseBatch { starts: &self.starts, columns: &self.columns, values: &self.values }
    }

    /// The class of each image.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }
}
