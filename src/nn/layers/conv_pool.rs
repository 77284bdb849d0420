//! Convolution and max-pooling (chapter 6): the activation of the largest weighted input of each window.

use crate::nn::workspace::LayerSpace;
use crate::nn::{Input, Weights};
use crate::simd::conv::{
    AddConvBiases, AddConvGradient, BEYOND, ConvErrors, ConvLists, ConvMaxPool, ConvShape,
};
use crate::simd::{AlignedVec, BLOCK, Real, padded};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// What a convolution keeps of a mini-batch besides activations and errors.
#[derive(Debug)]
pub(in crate::nn) struct ConvSpace<T> {
    shape: ConvShape,
    /// `[capacity][padded(inputs)]` and [`BEYOND`]: the images where it is the first layer, else empty.
    images: AlignedVec<T>,
    /// `[capacity][stride]` and [`BEYOND`]: which place of the window won, row by row.
    winners: Vec<u8>,
    lists: ConvLists<T>,
    room: AlignedVec<T>,
}

impl<T: Real> ConvSpace<T> {
    /// For mini-batches of up to `capacity` images; `first` if the layer comes after the inputs.
    pub(in crate::nn) fn new(shape: ConvShape, capacity: usize, first: bool) -> Self {
        let images = if first { capacity * padded(shape.inputs()) + BEYOND } else { 0 };
        Self {
            images: AlignedVec::zeros(images),
            winners: vec![0; capacity * padded(shape.neurons()) + BEYOND],
            lists: ConvLists::new(&shape),
            room: AlignedVec::zeros(ConvMaxPool::<T>::room(shape)),
            shape,
        }
    }

    /// Keeps some images of a mini-batch.
    fn take<S: Simd>(&mut self, simd: S, input: Input<T>, rows: Range<usize>) {
        simd.vectorize(Take { space: self, input, rows });
    }
}

/// [`ConvSpace::take`] as a kernel.
struct Take<'a, T> {
    space: &'a mut ConvSpace<T>,
    input: Input<'a, T>,
    rows: Range<usize>,
}

impl<T: Real> WithSimd for Take<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let inputs = self.space.shape.inputs();
        let images = self.space.images.chunks_exact_mut(padded(inputs));
        for (r, image) in images.enumerate().take(self.rows.end).skip(self.rows.start) {
            match self.input {
                Input::Dense(input) => image[..inputs].copy_from_slice(input.row(r)),
                Input::Sparse(input) => {
                    image.fill(T::ZERO);
                    let (offsets, values) = input.row(r);
                    // Entries that only fill up are zeros at the place of another.
                    for (&offset, &value) in offsets.iter().zip(values) {
                        image[offset as usize / BLOCK] += value;
                    }
                }
            }
        }
    }
}

/// The weighted inputs of the pooled neurons of the images `rows` into the activations of the layer `here`, where the
/// input of the first layer is the mini-batch itself and that of another the activations of the layer `before`, and `scale`
/// is what the stored weights are to be multiplied by.
#[inline(always)]
pub(in crate::nn) fn forward<S: Simd, T: Real>(
    simd: S,
    (weights, scale): (&Weights<T>, T),
    input: Input<T>,
    before: Option<&LayerSpace<T>>,
    here: &mut LayerSpace<T>,
    rows: Range<usize>,
) {
    let LayerSpace { activation, stride, convolution, .. } = here;
    let space = convolution.as_mut().expect("the memory of a convolution");
    if before.is_none() {
        space.take(simd, input, rows.clone());
    }
    let ConvSpace { shape, images, winners, room, .. } = &mut **space;
    let input_stride = padded(shape.inputs());
    simd.vectorize(ConvMaxPool {
        shape: *shape,
        input: &before.map_or(&images[..], |before| &before.activation[..])
            [rows.start * input_stride..],
        input_stride,
        weights: &weights.stored,
        scale,
        biases: &weights.biases,
        room,
        output: &mut activation[rows.start * *stride..],
        output_stride: *stride,
        winners: &mut winners[rows.start * *stride..],
        images: rows.len(),
    });
}

/// The errors of the layer `here` through its stored weights to the layer before, `[rows][padded(n_in)]` and
/// [`BEYOND`].
#[inline(always)]
pub(in crate::nn) fn errors<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    here: &mut LayerSpace<T>,
    rows: usize,
    output: &mut [T],
) {
    let LayerSpace { delta, stride, convolution, .. } = here;
    let space = convolution.as_mut().expect("the memory of a convolution");
    let ConvSpace { shape, winners, lists, .. } = &mut **space;
    simd.vectorize(ConvErrors {
        shape: *shape,
        delta,
        winners,
        delta_stride: *stride,
        weights: weights.transposed(simd),
        lists,
        output,
        output_stride: padded(shape.inputs()),
        images: rows,
    });
}

/// `stored += gradient` of the mini-batch that the last passes saw.
#[inline(always)]
pub(in crate::nn) fn add_gradient<S: Simd, T: Real>(
    simd: S,
    weights: &mut Weights<T>,
    before: Option<&LayerSpace<T>>,
    here: &mut LayerSpace<T>,
    rows: usize,
) {
    let LayerSpace { delta, stride, convolution, .. } = here;
    let space = convolution.as_mut().expect("the memory of a convolution");
    let ConvSpace { shape, images, winners, lists, .. } = &mut **space;
    weights.change_fields(simd, *shape, |weights| {
        simd.vectorize(AddConvGradient {
            shape: *shape,
            input: before.map_or(images, |before| &before.activation),
            input_stride: padded(shape.inputs()),
            delta,
            winners,
            delta_stride: *stride,
            lists,
            weights,
            images: rows,
        });
    });
}

/// `biases += factor · gradient`.
#[inline(always)]
pub(in crate::nn) fn add_biases<S: Simd, T: Real>(
    simd: S,
    factor: T,
    (shape, rows): (ConvShape, usize),
    here: &LayerSpace<T>,
    biases: &mut [T],
) {
    let (delta, delta_stride) = (&here.delta[..], here.stride);
    simd.vectorize(AddConvBiases { shape, factor, delta, delta_stride, biases, images: rows });
}
