use crate::data::Split;
use crate::simd::sparse::SparseBatch;
use crate::simd::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// The images and labels of one mini-batch, gathered from a [`Split`] into memory of its own.
#[derive(Debug, Default)]
pub struct MiniBatch<T> {
    starts: Vec<u32>,
    offsets: Vec<u32>,
    values: Vec<T>,
    labels: Vec<u8>,
    largest: usize,
}

impl<T: Real> MiniBatch<T> {
    /// An empty mini-batch.
    pub fn new() -> Self {
        Self { starts: vec![0], ..Self::default() }
    }

    /// Replaces the contents by the given images of `split`, in that order; pixels become
    /// byte / 256.
    ///
    /// # Panics
    ///
    /// When an index lies outside the split, or the images have more than 2^32 entries.
    pub fn gather<S: Simd>(
        &mut self,
        simd: S,
        split: &Split,
        images: impl Iterator<Item = usize> + Clone,
    ) {
        // Whatever the iterator does the second time: an entry that it leaves out is 0, which is
        // always in range. The kernels do not check.
        self.offsets.clear();
        self.starts.clear();
        self.labels.clear();
        self.starts.push(0);
        let mut entries = 0;
        for image in images.clone() {
            entries += split.images.row(image).0.len();
            self.starts.push(u32::try_from(entries).expect("below 2^32 entries"));
            self.labels.push(split.labels[image]);
        }
        self.offsets.resize(entries, 0);
        self.values.resize(entries, T::ZERO);
        self.largest = 0;
        for (range, image) in self.starts.windows(2).zip(images) {
            let (columns, pixels) = split.images.row(image);
            // The columns ascend.
            let last = columns.last().map_or(0, |&column| usize::from(column) * BLOCK);
            self.largest = self.largest.max(last);
            let range = range[0] as usize..range[1] as usize;
            simd.vectorize(Convert {
                columns,
                pixels,
                offsets: &mut self.offsets[range.clone()],
                values: &mut self.values[range],
            });
        }
    }

    /// The images.
    pub fn input(&self) -> SparseBatch<'_, T> {
        SparseBatch::with_largest(&self.starts, &self.offsets, &self.values, self.largest)
    }

    /// The class of each image.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }
}

/// Kernel: turns the columns and pixels of an image into offsets and values.
struct Convert<'a, T> {
    columns: &'a [u16],
    pixels: &'a [u8],
    offsets: &'a mut [u32],
    values: &'a mut [T],
}

impl<T: Real> WithSimd for Convert<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (offset, &column) in self.offsets.iter_mut().zip(self.columns) {
            *offset = u32::from(column) * BLOCK as u32;
        }
        for (value, &pixel) in self.values.iter_mut().zip(self.pixels) {
            *value = T::from_pixel(pixel);
        }
    }
}
