use crate::data::Split;
use crate::nn::Input;
use crate::simd::panels::DenseBatch;
use crate::simd::sparse::{SUMS, SparseBatch};
use crate::simd::{AlignedVec, BLOCK, Real, padded};
use pulp::{Simd, WithSimd};

/// The images and labels of one mini-batch, gathered from a [`Split`] into memory of its own.
#[derive(Debug)]
pub struct MiniBatch<T> {
    /// The images of a full mini-batch.
    size: usize,
    /// Whether the inputs are in `dense`; else in the next three.
    is_dense: bool,
    /// `[images][padded(columns)]`, and perhaps more.
    dense: AlignedVec<T>,
    columns: usize,
    starts: Vec<u32>,
    /// The entries of all images, and arbitrary ones beyond.
    offsets: Vec<u32>,
    values: Vec<T>,
    labels: Vec<u8>,
    /// The largest offset of an entry.
    largest: usize,
}

impl<T: Real> MiniBatch<T> {
    /// An empty mini-batch, to be filled by up to `size` images: short ones are gathered in the same
    /// form as full ones, so that an image gives the same bits in both.
    pub fn new(size: usize) -> Self {
        Self {
            size,
            is_dense: false,
            dense: AlignedVec::zeros(0),
            columns: 0,
            starts: vec![0],
            offsets: Vec::new(),
            values: Vec::new(),
            labels: Vec::new(),
            largest: 0,
        }
    }

    /// Replaces the contents by the given images of `split`, in that order; pixels become
    /// byte / 256. [`Input::is_dense`] decides about the form.
    ///
    /// # Panics
    ///
    /// When an index lies outside the split, or the images have more than 2^32 entries.
    pub fn gather<S: Simd>(&mut self, simd: S, split: &Split, images: impl Iterator<Item = usize>) {
        simd.vectorize(Gather { batch: self, split, images });
    }

    /// The images.
    pub fn input(&self) -> Input<'_, T> {
        if self.is_dense {
            let stride = padded(self.columns);
            let rows = &self.dense[..self.labels.len() * stride];
            return DenseBatch::new(rows, stride, self.columns).into();
        }
        let end = self.starts.last().map_or(0, |&end| end as usize);
        let (offsets, values) = (&self.offsets[..end], &self.values[..end]);
        SparseBatch::with_largest(&self.starts, offsets, values, self.largest).into()
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
        batch.labels.clear();
        batch.is_dense = Input::<T>::is_dense(split.images.density(), batch.size);
        if batch.is_dense {
            return batch.gather_dense(split, images);
        }
        batch.starts.clear();
        batch.starts.push(0);
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

impl<T: Real> MiniBatch<T> {
    #[inline(always)]
    fn gather_dense(&mut self, split: &Split, images: impl Iterator<Item = usize>) {
        self.columns = split.images.columns();
        let stride = padded(self.columns);
        for (r, image) in images.enumerate() {
            self.labels.push(split.labels[image]);
            let needed = (r + 1) * stride;
            if self.dense.len() < needed {
                let mut larger = AlignedVec::zeros(needed.max(self.size * stride));
                larger[..self.dense.len()].copy_from_slice(&self.dense);
                self.dense = larger;
            }
            let row = &mut self.dense[r * stride..needed];
            row.fill(T::ZERO);
            let (columns, pixels) = split.images.row(image);
            for (&column, &pixel) in columns.iter().zip(pixels) {
                row[usize::from(column)] = T::from_pixel(pixel);
            }
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
