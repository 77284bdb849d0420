//! Convolution, register tile by register tile.
//!
//! The channels of a pixel are together, so that what the kernel covers of a row of the image is one run of numbers,
//! and the run of the next place begins a pixel further: a product of overlapping rows with a dense matrix.

use super::{apart, even_part};
use crate::simd::Real;
use pulp::{Simd, WithSimd};

/// What the loops need to know of the layer. Of the input the lengths are in elements, all others in vectors.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The length of a run.
    pub length: usize,
    /// From a place to the next: the channels.
    pub step: usize,
    /// From a row of the image to the next.
    pub stride: usize,
    /// The stride of the weights.
    pub weights_per_row: usize,
    /// The sums of a place, without padding.
    pub per_place: usize,
}

/// The most vectors of a place in a tile.
const WIDEST: usize = 5;

/// The most places of a tile with `width` vectors each.
#[inline(always)]
fn most_places<S: Simd>(width: usize) -> usize {
    // Of 16 registers, 10 sums leave room for the weights, which all places share, and a factor; with 12 LLVM spills
    // some. Eight keep two multipliers busy.
    let sums = if S::REGISTER_COUNT >= 32 { 24 } else { 10 };
    (sums / width).min(8)
}

/// The most places of the tiles of a layer.
#[inline(always)]
pub(super) fn longest_tile<S: Simd>(per_place: usize) -> usize {
    most_places::<S>(per_place / per_place.div_ceil(WIDEST))
}

/// Some rows of the kernel, for a row of places.
pub(super) struct Rows<'a, T> {
    pub run: Run,
    /// From the first pixel under the first row of the kernel on.
    pub input: &'a [T],
    /// Where it begins with as many zeros as a tile sees in a row, 0, if tiles skip these.
    pub busy: Option<&'a [T]>,
    /// From the first row of the kernel on.
    pub weights: &'a [T],
    /// How many rows of the kernel.
    pub kernel_rows: usize,
    /// How many places.
    pub places: usize,
    /// Whether the sums are those of the rows of the kernel before, or begin here.
    pub goes_on: bool,
    /// `[places][per_place]`.
    pub sums: &'a mut [T],
}

impl<T: Real> Rows<'_, T> {
    #[inline(always)]
    pub(super) fn add<S: Simd>(mut self, simd: S) {
        let mut column = 0;
        while column < self.run.per_place {
            let left = self.run.per_place - column;
            let width = even_part(left, WIDEST);
            match width {
                5 => self.columns::<S, 5>(simd, column),
                4 => self.columns::<S, 4>(simd, column),
                3 => self.columns::<S, 3>(simd, column),
                2 => self.columns::<S, 2>(simd, column),
                _ => self.columns::<S, 1>(simd, column),
            }
            column += width;
        }
    }

    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, column: usize) {
        let most = most_places::<S>(V);
        let mut place = 0;
        while place < self.places {
            let left = self.places - place;
            let tiles = left.div_ceil(most);
            let count = left.div_ceil(tiles);
            // The tiles after these have one place fewer.
            let tiles = tiles - (count * tiles - left);
            match count {
                8 if most >= 8 => self.tiles::<S, 8, V>(simd, column, place, tiles),
                7 if most >= 7 => self.tiles::<S, 7, V>(simd, column, place, tiles),
                6 if most >= 6 => self.tiles::<S, 6, V>(simd, column, place, tiles),
                5 if most >= 5 => self.tiles::<S, 5, V>(simd, column, place, tiles),
                4 if most >= 4 => self.tiles::<S, 4, V>(simd, column, place, tiles),
                3 if most >= 3 => self.tiles::<S, 3, V>(simd, column, place, tiles),
                2 => self.tiles::<S, 2, V>(simd, column, place, tiles),
                _ => self.tiles::<S, 1, V>(simd, column, place, tiles),
            }
            place += count * tiles;
        }
    }

    #[inline(always)]
    fn tiles<S: Simd, const P: usize, const V: usize>(
        &mut self,
        simd: S,
        column: usize,
        place: usize,
        tiles: usize,
    ) {
        let Self { run, input, busy, weights, kernel_rows, goes_on, .. } = *self;
        let busy = busy.map(|busy| &busy[place * run.step..]);
        let sums = &mut self.sums[place * run.per_place * T::lanes::<S>()..];
        let input = &input[place * run.step..];
        apart(
            simd,
            Tiles::<T, P, V> {
                run,
                input,
                busy,
                weights,
                kernel_rows,
                column,
                tiles,
                goes_on,
                sums,
            },
        );
    }
}

/// Kernel: `tiles` tiles of P places and V vectors of maps.
struct Tiles<'a, T, const P: usize, const V: usize> {
    run: Run,
    input: &'a [T],
    busy: Option<&'a [T]>,
    weights: &'a [T],
    kernel_rows: usize,
    column: usize,
    tiles: usize,
    goes_on: bool,
    sums: &'a mut [T],
}

impl<T: Real, const P: usize, const V: usize> WithSimd for Tiles<'_, T, P, V> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { run, input, busy, weights, kernel_rows, column, tiles, goes_on, sums: output } =
            self;
        let Run { length, weights_per_row, per_place, step, stride } = run;
        let weights = T::vectors::<S>(weights);
        let output = &mut T::vectors_mut::<S>(output)[column..];
        for t in 0..tiles {
            let input = &input[t * P * step..];
            let output = &mut output[t * P * per_place..];
            let mut sums = [[T::splat(simd, T::ZERO); V]; P];
            if goes_on {
                for p in 0..P {
                    sums[p].copy_from_slice(&output[p * per_place..][..V]);
                }
            }
            for y in 0..kernel_rows {
                if busy.is_some_and(|busy| busy[y * stride + t * P * step] == T::ZERO) {
                    continue;
                }
                let row = &input[y * stride..];
                let mut rows = [input; P];
                for p in 0..P {
                    rows[p] = &row[p * step..][..length];
                }
                let weights = weights[y * length * weights_per_row..].chunks_exact(weights_per_row);
                for (k, w) in (0..length).zip(weights) {
                    let w: &[T::Vector<S>; V] = w[column..].first_chunk().expect("as many columns");
                    for p in 0..P {
                        let x = T::splat(simd, rows[p][k]);
                        for v in 0..V {
                            sums[p][v] = T::mul_add(simd, x, w[v], sums[p][v]);
                        }
                    }
                }
            }
            for p in 0..P {
                output[p * per_place..][..V].copy_from_slice(&sums[p]);
            }
        }
    }
}
