//! The gradient of the weights of a layer whose images have a single channel: the data, of which much is background.
//!
//! A pixel that is not 0 meets the errors of all maps at once, lanes over the maps, for each place of the kernel that
//! covers it. The errors stand where the windows' winners were, with zeros around them, so that these places are neighbours.

use super::fields::transpose;
use super::{AddConvGradient, ConvShape, even_part};
use crate::simd::{AlignedVec, BLOCK, Real, padded};
use pulp::{Simd, WithSimd};

/// The most columns of the kernel and vectors of maps whose sums registers hold beside a pixel.
const TAPS: usize = 5;
const VECTORS: usize = 3;

/// The bytes of errors that are taken at once: they stay in the fastest cache.
const BAND: usize = 20 << 10;

/// Memory for the gradient of a layer with a single channel.
#[derive(Debug)]
pub(super) struct GreySpace<T> {
    /// Some rows of places, `[rows][places][vectors at once]`.
    errors: AlignedVec<T>,
    /// `[vectors / vectors at once][field][vectors at once]`.
    weights: AlignedVec<T>,
    /// The errors of a row of windows, and up to a block more.
    delta: Vec<T>,
    /// Their winners as pixels.
    winners: Vec<T>,
    /// The pixels of an image that are not 0: where the places that see one begin, from the first row on, and the pixel.
    pixels: Vec<(u32, T)>,
    /// Where each row of the image begins in `pixels`, and the end.
    starts: Vec<usize>,
}

impl<T: Real> GreySpace<T> {
    /// For layers of a shape.
    pub fn new(shape: &ConvShape) -> Self {
        if shape.channels > 1 {
            return Self {
                errors: AlignedVec::zeros(0),
                weights: AlignedVec::zeros(0),
                delta: vec![],
                winners: vec![],
                pixels: vec![],
                starts: vec![],
            };
        }
        // Blocks of vectors may be up to two vectors more than there are.
        let maps = padded(shape.maps) + 2 * BLOCK;
        let staged = shape.pooled()[1] * shape.maps + maps;
        let band = shape.pooled()[0] * shape.pool * line(shape) * maps;
        let least = shape.pool * line(shape) * maps;
        Self {
            errors: AlignedVec::zeros(band.min((BAND / size_of::<T>()).max(least))),
            weights: AlignedVec::zeros(shape.field() * maps),
            delta: vec![T::ZERO; staged],
            winners: vec![T::ZERO; staged],
            // One more: what is not on a list is written after its end.
            pixels: vec![Default::default(); shape.inputs() + 1],
            starts: vec![0; shape.rows + 1],
        }
    }

    #[inline(always)]
    fn list(&mut self, shape: &ConvShape, image: &[T]) {
        let (pixels, starts) = (&mut self.pixels[..], &mut self.starts[..=shape.rows]);
        let mut count = 0;
        for (y, row) in image.chunks_exact(shape.columns).enumerate() {
            starts[y] = count;
            for (at, &x) in ((y * line(shape)) as u32..).zip(row) {
                // Without a branch, which would be guessed wrong at every edge.
                pixels[count] = (at, x);
                count += usize::from(x != T::ZERO);
            }
        }
        starts[shape.rows] = count;
    }
}

/// The places of a row, with as many of error 0 on either side as see the first and the last pixel.
fn line(shape: &ConvShape) -> usize {
    shape.columns + shape.kernel - 1
}

/// [`AddConvGradient`] for a single channel.
pub(super) struct GreyGradient<'a, T>(pub AddConvGradient<'a, T>);

impl<T: Real> WithSimd for GreyGradient<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let vectors = self.0.shape.maps.div_ceil(T::lanes::<S>());
        match even_part(vectors, VECTORS) {
            1 => self.run::<S, 1>(simd),
            2 => self.run::<S, 2>(simd),
            _ => self.run::<S, 3>(simd),
        }
    }
}

impl<T: Real> GreyGradient<'_, T> {
    /// With `V` vectors of maps at once.
    #[inline(always)]
    fn run<S: Simd, const V: usize>(self, simd: S) {
        let AddConvGradient { shape, input, delta, winners, weights, .. } = self.0;
        let AddConvGradient { input_stride, delta_stride, lists, images, .. } = self.0;
        let space = &mut lists.grey;
        let width = V * T::lanes::<S>();
        let blocks = shape.maps.div_ceil(width);
        let block_of = |b: usize| b * width..((b + 1) * width).min(shape.maps);
        let [windows, across] = shape.pooled();
        let across = across * shape.maps;
        for b in 0..blocks {
            let maps = block_of(b);
            for y in 0..shape.kernel {
                let from = &weights[maps.start * shape.field_stride() + y * padded(shape.kernel)..];
                let to = &mut space.weights[(b * shape.kernel + y) * shape.kernel * width..];
                transpose([maps.len(), shape.kernel], (from, shape.field_stride()), (to, width));
            }
        }
        let per_band = space.errors.len() / (shape.pool * line(&shape) * width);
        // The places beside those that can win.
        space.errors.fill(T::ZERO);
        for image in 0..images {
            space.list(&shape, &input[image * input_stride..][..shape.inputs()]);
            let neurons = image * delta_stride..image * delta_stride + shape.neurons();
            let (delta, winners) = (&delta[neurons.clone()], &winners[neurons]);
            let largest = winners.iter().fold(0, |largest, &winner| largest.max(winner));
            assert!(usize::from(largest) < shape.pool * shape.pool, "a winner outside its window");
            for first in (0..windows).step_by(per_band) {
                let band = first..(first + per_band).min(windows);
                let rows = band.start * shape.pool..band.end * shape.pool;
                if space.starts[rows.start] == space.starts[rows.end + shape.kernel - 1] {
                    continue;
                }
                for b in 0..blocks {
                    let errors = &mut space.errors[..];
                    for row in band.clone() {
                        let neurons = row * across..(row + 1) * across;
                        space.delta[..across].copy_from_slice(&delta[neurons.clone()]);
                        for (to, &winner) in space.winners.iter_mut().zip(&winners[neurons]) {
                            *to = T::from_pixel(winner);
                        }
                        let staged = [&space.delta[b * width..], &space.winners[b * width..]];
                        let errors =
                            &mut errors[(row - band.start) * shape.pool * line(&shape) * width..];
                        match shape.pool {
                            1 => unpool::<S, T, 1, V>(simd, &shape, staged, errors),
                            2 => unpool::<S, T, 2, V>(simd, &shape, staged, errors),
                            3 => unpool::<S, T, 3, V>(simd, &shape, staged, errors),
                            4 => unpool::<S, T, 4, V>(simd, &shape, staged, errors),
                            _ => panic!("windows from 1 to 4 pixels wide"),
                        }
                    }
                    let weights =
                        &mut space.weights[b * shape.field() * width..][..shape.field() * width];
                    for (y, weights) in weights.chunks_exact_mut(shape.kernel * width).enumerate() {
                        let pixels =
                            &space.pixels[space.starts[rows.start + y]..space.starts[rows.end + y]];
                        let origin = (rows.start + y) * line(&shape);
                        add_row::<S, T, V>(simd, &shape, (pixels, origin), errors, weights);
                    }
                }
            }
        }
        for b in 0..blocks {
            let maps = block_of(b);
            for y in 0..shape.kernel {
                let from = &space.weights[(b * shape.kernel + y) * shape.kernel * width..];
                let to =
                    &mut weights[maps.start * shape.field_stride() + y * padded(shape.kernel)..];
                transpose([shape.kernel, maps.len()], (from, width), (to, shape.field_stride()));
            }
        }
        for run in weights.chunks_exact_mut(padded(shape.kernel)) {
            run[shape.kernel..].fill(T::ZERO);
        }
    }
}

/// Puts the errors of a row of windows, with as many winners, where the winners stood, and 0 elsewhere.
#[inline(always)]
fn unpool<S: Simd, T: Real, const POOL: usize, const V: usize>(
    simd: S,
    shape: &ConvShape,
    [delta, winners]: [&[T]; 2],
    errors: &mut [T],
) {
    let [_, across] = shape.pooled();
    let errors = T::vectors_mut::<S>(errors);
    let numbers: [[T::Vector<S>; POOL]; POOL] = std::array::from_fn(|y| {
        std::array::from_fn(|x| T::splat(simd, T::from_pixel((y * POOL + x) as u8)))
    });
    for column in 0..across {
        // The last vector of a place reaches into the next one, to no effect.
        let neurons = column * shape.maps..column * shape.maps + V * T::lanes::<S>();
        let delta = &T::vectors::<S>(&delta[neurons.clone()])[..V];
        let winners = &T::vectors::<S>(&winners[neurons])[..V];
        for (y, numbers) in numbers.iter().enumerate() {
            let place = y * line(shape) + shape.kernel - 1 + column * POOL;
            let places = &mut errors[place * V..][..POOL * V];
            for (x, &number) in numbers.iter().enumerate() {
                for v in 0..V {
                    places[x * V + v] = T::where_equal(simd, (winners[v], number), delta[v]);
                }
            }
        }
    }
}

/// Adds what `pixels` and errors give for the weights of a row of the kernel; see [`add_taps`].
#[inline(always)]
fn add_row<S: Simd, T: Real, const V: usize>(
    simd: S,
    shape: &ConvShape,
    (pixels, origin): (&[(u32, T)], usize),
    errors: &[T],
    weights: &mut [T],
) {
    let width = V * T::lanes::<S>();
    let mut x = 0;
    while x < shape.kernel {
        let left = shape.kernel - x;
        let taps = even_part(left, TAPS);
        // The last of these columns is the first place that sees a pixel.
        let errors = &errors[(left - taps) * width..];
        let weights = &mut weights[x * width..];
        match taps {
            1 => add_taps::<S, T, 1, V>(simd, pixels, origin, errors, weights),
            2 => add_taps::<S, T, 2, V>(simd, pixels, origin, errors, weights),
            3 => add_taps::<S, T, 3, V>(simd, pixels, origin, errors, weights),
            4 => add_taps::<S, T, 4, V>(simd, pixels, origin, errors, weights),
            _ => add_taps::<S, T, 5, V>(simd, pixels, origin, errors, weights),
        }
        x += taps;
    }
}

/// `weights[tap] += Σ pixel · errors[place]`, where the place of the last tap is the pixel's less `origin`, and those of
/// the taps before follow.
#[inline(always)]
fn add_taps<S: Simd, T: Real, const N: usize, const V: usize>(
    simd: S,
    pixels: &[(u32, T)],
    origin: usize,
    errors: &[T],
    weights: &mut [T],
) {
    let errors = T::vectors::<S>(errors);
    let weights = &mut T::vectors_mut::<S>(weights)[..N * V];
    let mut sums = [[T::splat(simd, T::ZERO); V]; N];
    for n in 0..N {
        sums[n].copy_from_slice(&weights[n * V..][..V]);
    }
    for &(at, x) in pixels {
        let errors = &errors[(at as usize - origin) * V..][..N * V];
        let x = T::splat(simd, x);
        for n in 0..N {
            for v in 0..V {
                sums[n][v] = T::mul_add(simd, x, errors[(N - 1 - n) * V + v], sums[n][v]);
            }
        }
    }
    for n in 0..N {
        weights[n * V..][..V].copy_from_slice(&sums[n]);
    }
}
