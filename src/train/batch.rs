use crate::data::{NumberRows, Split};
use crate::nn::{Desired, Form, Input};
use crate::simd::panels::DenseBatch;
use crate::simd::prefetch::prefetch;
use crate::simd::sparse::{SUMS, SparseBatch};
use crate::simd::{AlignedVec, BLOCK, Real, padded};
use pulp::{Simd, WithSimd};

/// The images and labels of one mini-batch, or its rows of numbers, gathered from a [`Split`] into memory of
/// its own.
#[derive(Debug)]
pub struct MiniBatch<T> {
    /// The images of a full mini-batch.
    size: usize,
    /// The form, if it does not depend on the images.
    always: Option<Form>,
    /// Where the inputs are: in `dense`, or in the next three.
    form: Form,
    /// `[images][padded(columns)]`, and perhaps more.
    dense: AlignedVec<T>,
    columns: usize,
    starts: Vec<u32>,
    /// The entries of all images, and arbitrary ones beyond.
    offsets: Vec<u32>,
    values: Vec<T>,
    rows: usize,
    labels: Vec<u8>,
    /// What is to be answered where numbers are learnt, `[rows][outputs]`.
    targets: Vec<T>,
    /// The largest offset of an entry.
    largest: usize,
}

impl<T: Real> MiniBatch<T> {
    /// An empty mini-batch, to be filled by up to `size` images in the form that
    /// [`Form::choose`] names: short ones are gathered in the same form as full ones, so that an image
    /// gives the same bits in both.
    pub fn new(size: usize) -> Self {
        Self::with_form(size, None)
    }

    /// The same for a given form, whatever the images are.
    pub fn in_form(size: usize, form: Form) -> Self {
        Self::with_form(size, Some(form))
    }

    fn with_form(size: usize, always: Option<Form>) -> Self {
        Self {
            size,
            always,
            form: Form::Sparse,
            dense: AlignedVec::zeros(0),
            columns: 0,
            starts: vec![0],
            offsets: Vec::new(),
            values: Vec::new(),
            rows: 0,
            labels: Vec::new(),
            targets: Vec::new(),
            largest: 0,
        }
    }

    /// Replaces the contents by the given images of `split`, in that order; pixels become
    /// byte / 256. Rows of numbers are taken as they are, in dense form.
    ///
    /// # Panics
    ///
    /// When an index lies outside the split, or the images have more than 2^32 entries.
    pub fn gather<S: Simd>(&mut self, simd: S, split: &Split, images: impl Iterator<Item = usize>) {
        simd.vectorize(Gather { batch: self, split, images });
    }

    /// The form in which images of `split` are gathered.
    #[inline(always)]
    fn form_for(&self, split: &Split) -> Form {
        self.always.unwrap_or_else(|| Form::choose(split.images.density(), self.size))
    }

    /// Starts fetching what [`gather`](Self::gather) will read: the shuffled order of the images defeats
    /// the hardware's prefetcher.
    ///
    /// Where a row begins must be known to fetch it: `next` are the images of the mini-batch after this
    /// one, `later` those of the one after that.
    #[inline(always)]
    pub(super) fn prefetch(&self, split: &Split, next: &[u32], later: &[u32]) {
        if split.numbers.is_some() {
            return;
        }
        if self.form_for(split) == Form::Dense {
            let (bytes, columns) = (split.images.bytes(), split.images.columns());
            for &image in next {
                prefetch(&bytes[image as usize * columns..][..columns]);
            }
            return;
        }
        for &image in next {
            let (columns, pixels) = split.images.row(image as usize);
            prefetch(columns);
            prefetch(pixels);
        }
        for &image in later {
            prefetch(split.images.place(image as usize));
            prefetch(&split.labels[image as usize..=image as usize]);
        }
    }

    /// The images.
    pub fn input(&self) -> Input<'_, T> {
        if self.form == Form::Dense {
            let stride = padded(self.columns);
            let rows = &self.dense[..self.rows * stride];
            return DenseBatch::new(rows, stride, self.columns).into();
        }
        let end = self.starts.last().map_or(0, |&end| end as usize);
        let (offsets, values) = (&self.offsets[..end], &self.values[..end]);
        SparseBatch::with_largest(&self.starts, offsets, values, self.largest).into()
    }

    /// Images, or rows of numbers.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The class of each image or row; nothing where numbers are learnt.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// What is to be answered to the images or rows.
    pub fn desired(&self) -> Desired<'_, T> {
        match self.targets.is_empty() {
            true => Desired::Classes(&self.labels),
            false => Desired::Numbers(&self.targets),
        }
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
        batch.targets.clear();
        if let Some(numbers) = &split.numbers {
            return batch.gather_numbers(numbers, &split.labels, images);
        }
        batch.form = batch.form_for(split);
        if batch.form == Form::Dense {
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
        batch.rows = batch.labels.len();
    }
}

impl<T: Real> MiniBatch<T> {
    #[inline(always)]
    fn gather_dense(&mut self, split: &Split, images: impl Iterator<Item = usize>) {
        self.columns = split.images.columns();
        let (bytes, stride) = (split.images.bytes(), padded(self.columns));
        for (r, image) in images.enumerate() {
            self.labels.push(split.labels[image]);
            self.make_room((r + 1) * stride);
            let row = &bytes[image * self.columns..][..self.columns];
            let (inputs, padding) = self.dense[r * stride..][..stride].split_at_mut(self.columns);
            convert(row, inputs, T::from_pixel);
            padding.fill(T::ZERO);
        }
        self.rows = self.labels.len();
    }

    fn gather_numbers(
        &mut self,
        numbers: &NumberRows,
        labels: &[u8],
        rows: impl Iterator<Item = usize>,
    ) {
        self.form = Form::Dense;
        self.columns = numbers.columns();
        let stride = padded(self.columns);
        self.rows = 0;
        for row in rows {
            let first = self.rows * stride;
            self.rows += 1;
            self.make_room(self.rows * stride);
            let (inputs, padding) = self.dense[first..][..stride].split_at_mut(self.columns);
            convert(numbers.inputs(row), inputs, T::from_f64);
            padding.fill(T::ZERO);
            // None where there are numbers to be answered.
            self.labels.extend(labels.get(row));
            self.targets.extend(numbers.targets(row).iter().map(|&y| T::from_f64(y)));
        }
    }

    /// Makes sure that there is room for so many dense inputs, if need be for those of a full mini-batch.
    #[inline(always)]
    fn make_room(&mut self, needed: usize) {
        if self.dense.len() < needed {
            let full = self.size * padded(self.columns);
            let mut larger = AlignedVec::zeros(needed.max(full));
            larger[..self.dense.len()].copy_from_slice(&self.dense);
            self.dense = larger;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::SparseRows;
    use crate::simd::SimdLevel;

    /// Images of every length around a block, each with zeros, and their classes.
    fn split(columns: usize) -> Split {
        let pixels: Vec<u8> = (0..12 * columns)
            .map(|i| if i % 3 == 0 { 0 } else { (i * 37 % 251) as u8 + 1 })
            .collect();
        (SparseRows::from_dense(&pixels, columns), (0..12).collect()).into()
    }

    /// The inputs of row `r`, zeros included.
    fn row(input: Input<f64>, r: usize, columns: usize) -> Vec<f64> {
        let mut row = vec![0.0; columns];
        match input {
            Input::Dense(input) => row.copy_from_slice(input.row(r)),
            Input::Sparse(input) => {
                let (offsets, values) = input.row(r);
                for (&offset, &value) in offsets.iter().zip(values) {
                    row[offset as usize / BLOCK] += value;
                }
            }
        }
        row
    }

    #[test]
    fn both_forms_have_the_inputs_of_the_images() {
        for columns in [1, 7, 15, 16, 17, 33, 784] {
            let split = split(columns);
            for form in [Form::Sparse, Form::Dense] {
                let mut batch = MiniBatch::<f64>::in_form(5, form);
                for images in [vec![3, 0, 11, 3, 7], vec![9], vec![1, 2]] {
                    for level in SimdLevel::available() {
                        level.arch().dispatch(GatherTest(&mut batch, &split, &images));
                        assert_eq!(batch.input().rows(), images.len());
                        for (r, &image) in images.iter().enumerate() {
                            assert_eq!(batch.labels()[r], split.labels[image]);
                            let mut bytes = vec![0; columns];
                            split.images.dense_row(image, &mut bytes);
                            let want: Vec<f64> =
                                bytes.iter().map(|&b| f64::from(b) / 256.0).collect();
                            assert_eq!(row(batch.input(), r, columns), want, "{form:?} {columns}");
                        }
                    }
                }
            }
        }
    }

    struct GatherTest<'a>(&'a mut MiniBatch<f64>, &'a Split, &'a [usize]);

    impl WithSimd for GatherTest<'_> {
        type Output = ();
        fn with_simd<S: Simd>(self, simd: S) {
            self.0.gather(simd, self.1, self.2.iter().copied());
        }
    }

    #[test]
    fn the_form_is_that_of_full_mini_batches() {
        let split = split(20); // two thirds of the pixels are not 0
        for (size, form) in [(1, Form::Sparse), (2, Form::Dense), (10, Form::Dense)] {
            let mut batch = MiniBatch::<f64>::new(size);
            batch.gather(pulp::Scalar::new(), &split, std::iter::once(3));
            assert_eq!(batch.form, form, "{size}");
        }
    }
}
