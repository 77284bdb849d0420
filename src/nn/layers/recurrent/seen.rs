//! The steps of sequences, of all rows of a mini-batch.

use super::super::RecurrentShape;
use crate::nn::{Input, Sequence};
use crate::simd::sparse::SparseBatch;
use crate::simd::{AlignedVec, BLOCK, Real, padded};
use std::ops::Range;

/// The inputs of a first layer by step, in the form in which they came.
#[derive(Debug)]
pub(super) struct Seen<T> {
    /// Of every number of an image the step, and where its weights stand as [`SparseBatch`] counts; empty elsewhere.
    places: Vec<[u32; 2]>,
    /// `[steps][rows][padded(inputs)]`.
    pub dense: AlignedVec<T>,
    pub is_dense: bool,
    starts: Vec<u32>,
    offsets: Vec<u32>,
    values: Vec<T>,
    /// `[rows][steps]`: where the entries of every step of every image end.
    ends: Vec<u32>,
}

impl<T: Real> Seen<T> {
    pub fn new(shape: RecurrentShape, first: bool) -> Self {
        let order = if first { shape.sequence.order(shape.steps) } else { Vec::new() };
        let places = order
            .iter()
            .flat_map(|&step| (0..shape.inputs).map(move |input| [step, (input * BLOCK) as u32]));
        Self {
            places: places.collect(),
            dense: AlignedVec::zeros(0),
            is_dense: false,
            starts: Vec::new(),
            offsets: Vec::new(),
            values: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Takes the images of a mini-batch apart into their steps.
    ///
    /// # Panics
    ///
    /// When they have another number of inputs, or sparse ones do not ascend.
    #[inline(always)]
    pub fn take(&mut self, shape: &RecurrentShape, input: Input<T>) {
        self.is_dense = matches!(input, Input::Dense(_));
        match input {
            Input::Dense(input) => {
                let (rows, stride) = (input.rows(), padded(shape.inputs));
                assert_eq!(input.columns(), self.places.len(), "an input a number of the steps");
                let needed = shape.steps * rows * stride;
                if self.dense.len() < needed {
                    self.dense = AlignedVec::zeros(needed);
                }
                for r in 0..rows {
                    let parts = input.row(r).chunks_exact(shape.inputs);
                    let places = self.places.iter().step_by(shape.inputs);
                    for (part, &[step, _]) in parts.zip(places) {
                        let to = (step as usize * rows + r) * stride;
                        self.dense[to..][..shape.inputs].copy_from_slice(part);
                    }
                }
            }
            Input::Sparse(input) if shape.sequence == Sequence::Permuted => {
                self.take_one_by_one(shape, input);
            }
            Input::Sparse(input) => self.take_in_order(shape, input),
        }
    }

    /// Makes room for the entries of all steps and for some beyond.
    fn make_room(&mut self, entries: usize) {
        if self.offsets.len() < entries + BLOCK {
            self.offsets.resize(2 * (entries + BLOCK), 0);
            self.values.resize(2 * (entries + BLOCK), T::ZERO);
        }
    }

    /// The steps of sparse images whose entries come in the order of the steps: runs of entries are copied.
    #[inline(always)]
    fn take_in_order(&mut self, shape: &RecurrentShape, input: SparseBatch<T>) {
        let (rows, steps) = (input.rows(), shape.steps);
        let (offsets, values) = input.entries();
        self.make_room(offsets.len());
        // Behind which entry each step ends that has any; then where every step ends.
        self.ends.clear();
        self.ends.resize(rows * steps, 0);
        for (r, ends) in self.ends.chunks_exact_mut(steps).enumerate() {
            let place = input.place(r);
            let (first, entries) = (place.start as u32, &offsets[place]);
            assert!(entries.is_sorted(), "the inputs of an image in their order");
            for (end, &offset) in (first + 1..).zip(entries) {
                // The entries that only fill up have the place of another.
                ends[self.places[offset as usize / BLOCK][0] as usize] = end;
            }
            let mut last = first;
            for end in ends {
                last = last.max(*end);
                *end = last;
            }
        }
        self.starts.clear();
        self.starts.push(0);
        let mut to = 0;
        for step in 0..steps {
            let base = (step * shape.inputs * BLOCK) as u32;
            for r in 0..rows {
                let ends = &self.ends[r * steps..][..steps];
                let from = match step {
                    0 => input.place(r).start,
                    _ => ends[step - 1] as usize,
                };
                let len = ends[step] as usize - from;
                for i in (0..len).step_by(BLOCK) {
                    let (from, to) = (from + i, to + i);
                    // Whole blocks as far as they go: what is beyond the run is overwritten by the next.
                    let offsets = offsets[from..].first_chunk::<BLOCK>();
                    match (offsets, values[from..].first_chunk::<BLOCK>()) {
                        (Some(offsets), Some(values)) => {
                            let to_offsets = self.offsets[to..].first_chunk_mut::<BLOCK>();
                            *to_offsets.expect("room") = offsets.map(|o| o.wrapping_sub(base));
                            let to_values = self.values[to..].first_chunk_mut::<BLOCK>();
                            *to_values.expect("room") = *values;
                        }
                        _ => self.take_last(input, from..from + len - i, (to, base)),
                    }
                }
                to += len;
                self.starts.push(to as u32);
            }
        }
    }

    /// The last entries of all, of which there is no whole block.
    fn take_last(&mut self, input: SparseBatch<T>, from: Range<usize>, (to, base): (usize, u32)) {
        let (offsets, values) = input.entries();
        for (i, from) in from.enumerate().take(BLOCK) {
            self.offsets[to + i] = offsets[from] - base;
            self.values[to + i] = values[from];
        }
    }

    /// The steps of sparse images in any order.
    fn take_one_by_one(&mut self, shape: &RecurrentShape, input: SparseBatch<T>) {
        let rows = input.rows();
        self.starts.clear();
        self.starts.resize(shape.steps * rows + 2, 0);
        // How many entries each row of each step has, then where they end, then where they begin.
        for r in 0..rows {
            for &offset in input.row(r).0 {
                let [step, _] = self.places[offset as usize / BLOCK];
                self.starts[step as usize * rows + r + 2] += 1;
            }
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        self.make_room(end as usize);
        for r in 0..rows {
            let (offsets, values) = input.row(r);
            for (&offset, &value) in offsets.iter().zip(values) {
                let [step, place] = self.places[offset as usize / BLOCK];
                let next = &mut self.starts[step as usize * rows + r + 1];
                self.offsets[*next as usize] = place;
                self.values[*next as usize] = value;
                *next += 1;
            }
        }
        self.starts.pop();
    }

    /// `[steps][rows]`, if they are sparse.
    pub fn sparse(&self, shape: &RecurrentShape) -> SparseBatch<'_, T> {
        let end = self.starts.last().map_or(0, |&end| end as usize);
        let largest = (shape.inputs - 1) * BLOCK;
        SparseBatch::with_largest(&self.starts, &self.offsets[..end], &self.values[..end], largest)
    }
}
