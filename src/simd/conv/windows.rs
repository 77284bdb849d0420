//! Convolution with max-pooling of images with a single channel, window by window: the data, of which much is background.
//!
//! A window of 2 × 2 places sees a patch of pixels that is one wider than the kernel. Each pixel of it that is not 0 is
//! added to the sums of all four places, where it meets their four weights, or zeros if the kernel does not lie over it
//! for some. The sums stay in registers, from which they are pooled.

use super::pooling::{finish_row, largest, sign};
use super::{ConvShape, even_part};
use crate::simd::{BLOCK, Real, padded};
use pulp::{Simd, WithSimd};

/// The side of the table of weights, with zeros around the kernel: a patch of 7 × 7 pixels is the largest, of which a
/// row is a byte of a mask.
const SIDE: usize = 8;

/// The most rows and columns of an image.
const LARGEST: usize = 64;

/// The most vectors of maps at once: four times as many sums are what registers hold beside a pixel.
const VECTORS: usize = 3;

/// Whether layers of this shape can be taken window by window.
pub(super) fn fits(shape: ConvShape) -> bool {
    shape.channels == 1
        && shape.pool == 2
        && shape.kernel + 2 <= SIDE
        && shape.rows.max(shape.columns) <= LARGEST
}

/// The length of the table of weights.
pub(super) fn table_len(shape: ConvShape) -> usize {
    // Blocks of vectors may be up to two vectors more than there are.
    if fits(shape) { SIDE * SIDE * (padded(shape.maps) + 2 * BLOCK) } else { 0 }
}

/// Puts the weights, `[field][padded(maps)]`, into the table, `[vectors / vectors at once][SIDE][SIDE][vectors at once]`,
/// with the sign of what sums are multiplied by: the largest of what is to be multiplied by a negative number is the
/// smallest.
#[inline(always)]
pub(super) fn tabulate<S: Simd, T: Real>(
    shape: ConvShape,
    weights: &[T],
    scale: T,
    table: &mut [T],
) {
    let lanes = T::lanes::<S>();
    let width = even_part(shape.maps.div_ceil(lanes), VECTORS) * lanes;
    let sign = sign(scale);
    table.fill(T::ZERO);
    for (k, weights) in weights.chunks_exact(padded(shape.maps)).take(shape.field()).enumerate() {
        let place = (k / shape.kernel + 1) * SIDE + k % shape.kernel + 1;
        for (b, weights) in weights[..shape.maps].chunks(width).enumerate() {
            let table = &mut table[(b * SIDE * SIDE + place) * width..];
            for (to, &weight) in table.iter_mut().zip(weights) {
                *to = sign * weight;
            }
        }
    }
}

/// Kernel: the weighted inputs and winners of an image, all of whose pixels and weights are finite.
pub(super) struct Windows<'a, T> {
    /// A shape that [`fits`].
    pub shape: ConvShape,
    pub image: &'a [T],
    /// See [`tabulate`].
    pub table: &'a [T],
    /// What the sums are multiplied by.
    pub scale: T,
    /// `[padded(maps)]`.
    pub biases: &'a [T],
    /// Room for a row of windows: where each sum stood.
    pub companions: &'a mut [T],
    /// Windows × maps numbers, and as many as a vector more.
    pub output: &'a mut [T],
    /// Windows × maps places in the windows.
    pub winners: &'a mut [u8],
}

impl<T: Real> WithSimd for Windows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match even_part(self.shape.maps.div_ceil(T::lanes::<S>()), VECTORS) {
            1 => self.run::<S, 1>(simd),
            2 => self.run::<S, 2>(simd),
            _ => self.run::<S, 3>(simd),
        }
    }
}

impl<T: Real> Windows<'_, T> {
    /// With `V` vectors of maps at once.
    #[inline(always)]
    fn run<S: Simd, const V: usize>(self, simd: S) {
        let Self { shape, image, table, scale, biases, companions, output, winners } = self;
        let lanes = T::lanes::<S>();
        let vectors = shape.maps.div_ceil(lanes);
        let (biases, table) = (T::vectors::<S>(biases), T::vectors::<S>(table));
        let zero = T::splat(simd, T::ZERO);
        let scale = T::splat(simd, scale.magnitude());
        let [rows, across] = shape.pooled();
        let across_maps = across * shape.maps;
        let mut masks = [0; LARGEST];
        for (mask, row) in masks.iter_mut().zip(image.chunks_exact(shape.columns)) {
            *mask =
                (0..).zip(row).fold(0, |mask, (x, &pixel)| mask | u64::from(pixel != T::ZERO) << x);
        }
        let patch_row = (1u64 << (shape.kernel + 1)) - 1;
        for row in 0..rows {
            let masks = &masks[2 * row..][..=shape.kernel];
            let output = &mut output[row * across_maps..];
            for column in 0..across {
                let patch = &image[2 * (row * shape.columns + column)..];
                let mask = masks
                    .iter()
                    .rev()
                    .fold(0, |mask, row| mask << SIDE | row >> (2 * column) & patch_row);
                if mask == 0 {
                    for (v, &bias) in biases[..vectors].iter().enumerate() {
                        let at = column * shape.maps + v * lanes;
                        T::vectors_mut::<S>(&mut output[at..])[0] = bias;
                        T::vectors_mut::<S>(&mut companions[at..])[0] = zero;
                    }
                    continue;
                }
                for (first, table) in
                    (0..vectors).step_by(V).zip(table.chunks_exact(SIDE * SIDE * V))
                {
                    let mut sums = [[zero; V]; 4];
                    let mut left = mask;
                    while left != 0 {
                        let at = left.trailing_zeros() as usize;
                        left &= left - 1;
                        let x = T::splat(simd, patch[at / SIDE * shape.columns + at % SIDE]);
                        let weights = &table[at * V..][..(SIDE + 2) * V];
                        for (sums, place) in sums.iter_mut().zip([SIDE + 1, SIDE, 1, 0]) {
                            for v in 0..V {
                                sums[v] = T::mul_add(simd, x, weights[place * V + v], sums[v]);
                            }
                        }
                    }
                    // The last vector of a place reaches into the next one, which is written later.
                    for v in (0..V).filter(|v| first + v < vectors) {
                        let (best, window) = largest::<S, T, 2>(simd, |y, x| sums[2 * y + x][v]);
                        let at = column * shape.maps + (first + v) * lanes;
                        let z = T::mul_add(simd, best, scale, biases[first + v]);
                        T::vectors_mut::<S>(&mut output[at..])[0] = z;
                        T::vectors_mut::<S>(&mut companions[at..])[0] = window;
                    }
                }
            }
            finish_row(
                &mut output[..across_maps],
                companions,
                &mut winners[row * across_maps..][..across_maps],
            );
        }
    }
}
