use crate::data::Split;
use crate::simd::sparse::{SUMS, SparseBatch};
use crate::simd::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// The images and labels of one mini-batch, gathered from a [`Split`] into memory of its own.
#[derive(Debug, Default)]
pub struct MiniBatch<T> {
    starts: Vec<u32>,
    /// The entries of all images, and arbitrary ones beyond.
    offsets: Vec<u32>,
    values: Vec<T>,
    labels: Vec<u8>,
    /// The largest offset of an entry.
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
    pub fn gather<S: Simd>(&mut self, simd: S, split: &Split, images: impl Iterator<Item = usize>) {
        simd.vectorize(Gather { batch: self, split, images });
    }

    /// The images.
    pub fn input(&self) -> SparseBatch<'_, T> {
        let end = self.starts.last().map_or(0, |&end| end as usize);
        let (offsets, values) = (&self.offsets[..end], &self.values[..end]);
        SparseBatch::with_largest(&self.starts, offsets, values, self.largest)
    }

    /// The class of each image.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }
}

struct Gather<'a, T, I> {
    batch: &'a mut MiniBatch<T>,
    split: &'a Split,
    images: I,
}

impl<T: Real, I: Iterator<Item = usize>> WithSimd for Gather<'_, T, I> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { batch, split, images } = self;
        batch.starts.clear();
        batch.starts.push(0);
        batch.labels.clear();
        batch.largest = 0;
        let mut end = 0;
        for image in images {
            batch.labels.push(split.labels[image]);
            let (len, columns, pixels) = split.images.row_onwards(image);
            // Whole blocks, so that there is no tail whose length cannot be predicted. What is
            // beyond the image is overwritten by the next one, or left out at the end.
            let read = len.next_multiple_of(BLOCK).min(columns.len());
            if batch.offsets.len() < end + read + SUMS {
                batch.offsets.resize(2 * (end + read + SUMS), 0);
                batch.values.resize(batch.offsets.len(), T::ZERO);
            }
            convert(&columns[..read], &mut batch.offsets[end..], |column| {
                u32::from(column) * BLOCK as u32
            });
            convert(&pixels[..read], &mut batch.values[end..], T::from_pixel);
            if len > 0 {
                // The columns ascend.
                let last = batch.offsets[end + len - 1];
                batch.largest = batch.largest.max(last as usize);
                // Zeros up to a whole round of partial sums: they change no bit.
                for beyond in len..len.next_multiple_of(SUMS) {
                    batch.offsets[end + beyond] = last;
                    batch.values[end + beyond] = T::ZERO;
                }
            }
            end += len.next_multiple_of(SUMS);
            batch.starts.push(u32::try_from(end).expect("below 2^32 entries"));
        }
    }
}

/// Converts element by element, in whole blocks as far as they go.
#[inline(always)]
fn convert<A: Copy, B>(from: &[A], to: &mut [B], f: impl Fn(A) -> B) {
    let (from, rest) = from.as_chunks::<BLOCK>();
    let (to, beyond) = to.split_at_mut(from.len() * BLOCK);
    for (from, to) in from.iter().zip(to.as_chunks_mut::<BLOCK>().0) {
        *to = from.map(&f);
    }
    for (&from, to) in rest.iter().zip(beyond) {
        *to = f(from);
    }
}
