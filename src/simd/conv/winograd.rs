//! Convolution with max-pooling of images of several channels by minimal filtering (Winograd; Lavin and Gray 2016).
//!
//! A window of 2 × 2 places sees a patch of 6 × 6 pixels. Patch and kernel are taken as polynomials whose values at the
//! points 0, 1, −1, 2, −2 and ∞ are multiplied, in both directions: 36 products a window, map and channel instead of
//! 100. Where a patch does not change along a direction, all its values there but that at 1 are exactly 0, so that windows
//! with equal pixels have equal sums, as in the direct way.

use super::pooling::{finish_row, largest, sign};
use super::tiles::{Rows, Run};
use super::{ConvShape, apart, even_part};
use crate::simd::{Real, padded};
use pulp::{Simd, WithSimd};

/// The side of a kernel.
const KERNEL: usize = 5;

/// The side of a patch, and the number of points in a direction.
const PATCH: usize = KERNEL + 1;

/// The points in both directions.
const POINTS: usize = PATCH * PATCH;

/// The fewest channels and maps for which the products are many enough to pay for the values.
const FEWEST: [usize; 2] = [12, 16];

/// The most numbers of values and products at once, which stay in the L2 cache.
const AT_ONCE: usize = 48 << 10;

/// `[$each …]` of the indices. A closure for each would be a function of its own, compiled without the instruction set.
macro_rules! array {
    ($($index:literal)*, |$name:ident| $each:expr) => {
        [$({
            let $name: usize = $index;
            $each
        }),*]
    };
}

/// Whether layers of this shape can be taken so.
pub(super) fn fits(shape: ConvShape) -> bool {
    let enough = shape.channels >= FEWEST[0] && shape.maps >= FEWEST[1];
    shape.kernel == KERNEL && shape.pool == 2 && enough
}

/// The length of the table of the values of the weights.
pub(super) fn table_len(shape: ConvShape) -> usize {
    POINTS * shape.channels * padded(shape.maps)
}

/// The length of [`Patches::room`].
pub(super) fn room(shape: ConvShape) -> usize {
    let [_, across] = shape.pooled();
    POINTS * rows_at_once(shape) * across * (padded(shape.channels) + padded(shape.maps))
}

/// The rows of windows at once.
fn rows_at_once(shape: ConvShape) -> usize {
    let [rows, across] = shape.pooled();
    let row = POINTS * across * (padded(shape.channels) + padded(shape.maps));
    even_part(rows, (AT_ONCE / row).max(1))
}

/// The values of a kernel's row or column at the points, each divided by the product of its distances from the other
/// points.
#[inline(always)]
fn values_of_kernel<S: Simd, T: Real>(simd: S, g: [T::Vector<S>; KERNEL]) -> [T::Vector<S>; PATCH] {
    let number = |x: f64| T::splat(simd, T::from_f64(x));
    let mul_add = |a, b, c| T::mul_add(simd, a, b, c);
    let plus = |a, b| T::plus(simd, a, b);
    let (zero, minus) = (number(0.0), number(-1.0));
    let [g0, g1, g2, g3, g4] = g;
    let (sixth, quarter) = (number(-1.0 / 6.0), number(0.25));
    let (even, odd) = (plus(plus(g0, g2), g4), plus(g1, g3));
    let even_of_2 = mul_add(number(16.0), g4, mul_add(number(4.0), g2, g0));
    let odd_of_2 = mul_add(number(8.0), g3, plus(g1, g1));
    let twenty_fourth = number(1.0 / 24.0);
    [
        mul_add(quarter, g0, zero),
        mul_add(sixth, plus(even, odd), zero),
        mul_add(sixth, mul_add(minus, odd, even), zero),
        mul_add(twenty_fourth, plus(even_of_2, odd_of_2), zero),
        mul_add(twenty_fourth, mul_add(minus, odd_of_2, even_of_2), zero),
        g4,
    ]
}

/// What the values of a kernel are to be multiplied by, of a row or column of a patch.
#[inline(always)]
fn values_of_patch<S: Simd, T: Real>(simd: S, d: [T::Vector<S>; PATCH]) -> [T::Vector<S>; PATCH] {
    let number = |x: f64| T::splat(simd, T::from_f64(x));
    let mul_add = |a, b, c| T::mul_add(simd, a, b, c);
    let [d0, d1, d2, d3, d4, d5] = d;
    let (minus, two, four) = (number(-1.0), number(2.0), number(4.0));
    let (minus_two, minus_four, minus_five) = (number(-2.0), number(-4.0), number(-5.0));
    let (a, b) = (mul_add(minus_four, d2, d4), mul_add(minus_four, d1, d3));
    let (c, e) = (mul_add(minus, d2, d4), mul_add(minus, d1, d3));
    [
        mul_add(four, d0, mul_add(minus_five, d2, d4)),
        T::plus(simd, a, b),
        mul_add(minus, b, a),
        mul_add(two, e, c),
        mul_add(minus_two, e, c),
        mul_add(four, d1, mul_add(minus_five, d3, d5)),
    ]
}

/// The sums of two neighbouring places from the products at the points.
#[inline(always)]
fn sums_of_products<S: Simd, T: Real>(simd: S, m: [T::Vector<S>; PATCH]) -> [T::Vector<S>; 2] {
    let minus = T::splat(simd, -T::ONE);
    let two = T::splat(simd, T::ONE + T::ONE);
    let plus = |a, b| T::plus(simd, a, b);
    let minus = |a, b| T::mul_add(simd, minus, b, a);
    let [m0, m1, m2, m3, m4, m5] = m;
    let (first, second) = (plus(m0, plus(m1, m2)), plus(m5, minus(m1, m2)));
    [plus(first, plus(m3, m4)), T::mul_add(simd, two, minus(m3, m4), second)]
}

/// Kernel: the values of all kernels at the points, `[point][channel][padded(maps)]`.
pub(super) struct Tabulate<'a, T> {
    /// A shape that [`fits`].
    pub shape: ConvShape,
    /// `[field][padded(maps)]`, see [`ConvMaxPool`](super::ConvMaxPool).
    pub weights: &'a [T],
    /// [`table_len`] numbers, overwritten but for the padding.
    pub table: &'a mut [T],
}

impl<T: Real> WithSimd for Tabulate<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let ConvShape { channels, maps, .. } = self.shape;
        let stride = padded(maps) / T::lanes::<S>();
        let vectors = maps.div_ceil(T::lanes::<S>());
        let weights = T::vectors::<S>(self.weights);
        let table = T::vectors_mut::<S>(self.table);
        for channel in 0..channels {
            for v in 0..vectors {
                let rows = array!(0 1 2 3 4, |y| {
                    let row = &weights[(y * KERNEL * channels + channel) * stride + v..];
                    let row = array!(0 1 2 3 4, |x| row[x * channels * stride]);
                    values_of_kernel::<S, T>(simd, row)
                });
                for x in 0..PATCH {
                    let column = array!(0 1 2 3 4, |y| rows[y][x]);
                    let column = values_of_kernel::<S, T>(simd, column);
                    for (y, value) in column.into_iter().enumerate() {
                        table[((y * PATCH + x) * channels + channel) * stride + v] = value;
                    }
                }
            }
        }
    }
}

/// The weighted inputs and winners of an image.
pub(super) struct Patches<'a, T> {
    /// A shape that [`fits`].
    pub shape: ConvShape,
    /// The image and [`BEYOND`](super::BEYOND) numbers more.
    pub image: &'a [T],
    /// See [`Tabulate`].
    pub table: &'a [T],
    /// What the sums are multiplied by.
    pub scale: T,
    /// `[padded(maps)]`.
    pub biases: &'a [T],
    /// [`room`] numbers, overwritten.
    pub room: &'a mut [T],
    /// Room for a row of windows: where each sum stood.
    pub companions: &'a mut [T],
    /// Windows × maps numbers, and as many as a vector more.
    pub output: &'a mut [T],
    /// Windows × maps places in the windows.
    pub winners: &'a mut [u8],
}

impl<T: Real> Patches<'_, T> {
    #[inline(always)]
    pub(super) fn run<S: Simd>(self, simd: S) {
        let Self { shape, image, table, scale, biases, room, companions, output, winners } = self;
        let [rows, across] = shape.pooled();
        let lanes = T::lanes::<S>();
        let vectors = shape.maps.div_ceil(lanes);
        let per_patch = shape.channels.next_multiple_of(lanes);
        let run = Run {
            length: shape.channels,
            step: per_patch,
            stride: 0,
            weights_per_row: padded(shape.maps) / lanes,
            per_place: vectors,
        };
        let at_once = rows_at_once(shape);
        for first in (0..rows).step_by(at_once) {
            let windows = [at_once.min(rows - first), across];
            let count = windows[0] * across;
            let (values, products) = room.split_at_mut(POINTS * count * per_patch);
            let patches = &image[2 * first * shape.columns * shape.channels..];
            apart(simd, Values { shape, windows, image: patches, values });
            for point in 0..POINTS {
                Rows {
                    run,
                    input: &values[point * count * per_patch..],
                    busy: None,
                    weights: &table[point * shape.channels * padded(shape.maps)..],
                    kernel_rows: 1,
                    places: count,
                    goes_on: false,
                    sums: &mut products[point * count * vectors * lanes..],
                }
                .add(simd);
            }
            let at = first * across * shape.maps;
            let (output, winners) = (&mut output[at..], &mut winners[at..]);
            apart(
                simd,
                Sums { shape, windows, products, scale, biases, companions, output, winners },
            );
        }
    }
}

/// Kernel: the values of the patches of some rows of windows, `[point][window][channels]`, windows as whole vectors.
struct Values<'a, T> {
    shape: ConvShape,
    /// Rows and columns.
    windows: [usize; 2],
    /// From the first patch on.
    image: &'a [T],
    values: &'a mut [T],
}

impl<T: Real> WithSimd for Values<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { shape: ConvShape { columns, channels, .. }, windows, image, values } = self;
        let [rows_of, across] = windows;
        let lanes = T::lanes::<S>();
        let vectors = channels.div_ceil(lanes);
        let values = T::vectors_mut::<S>(values);
        for row in 0..rows_of {
            for column in 0..across {
                let patch = 2 * (row * columns + column) * channels;
                let window = row * across + column;
                for v in 0..vectors {
                    // What a vector reaches into of the next pixel is not used.
                    let rows = array!(0 1 2 3 4 5, |y| {
                        let row = &image[patch + y * columns * channels + v * lanes..];
                        let row = array!(0 1 2 3 4 5, |x| T::vectors::<S>(&row[x * channels..])[0]);
                        values_of_patch::<S, T>(simd, row)
                    });
                    #[expect(clippy::needless_range_loop, reason = "of several rows")]
                    for x in 0..PATCH {
                        let column = array!(0 1 2 3 4 5, |y| rows[y][x]);
                        let column = values_of_patch::<S, T>(simd, column);
                        for (y, value) in column.into_iter().enumerate() {
                            let point = y * PATCH + x;
                            values[(point * rows_of * across + window) * vectors + v] = value;
                        }
                    }
                }
            }
        }
    }
}

/// Kernel: the sums of some rows of windows from their products, `[point][window][maps]`, and the largest of each.
struct Sums<'a, T> {
    shape: ConvShape,
    windows: [usize; 2],
    products: &'a [T],
    scale: T,
    biases: &'a [T],
    companions: &'a mut [T],
    output: &'a mut [T],
    winners: &'a mut [u8],
}

impl<T: Real> WithSimd for Sums<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { shape: ConvShape { maps, .. }, windows: [rows, across], products, .. } = self;
        let Self { scale, biases, companions, output, winners, .. } = self;
        let lanes = T::lanes::<S>();
        let vectors = maps.div_ceil(lanes);
        let (products, biases) = (T::vectors::<S>(products), T::vectors::<S>(biases));
        let (sign, scale) = (T::splat(simd, sign(scale)), T::splat(simd, scale.magnitude()));
        let zero = T::splat(simd, T::ZERO);
        for row in 0..rows {
            let output = &mut output[row * across * maps..];
            for column in 0..across {
                let window = row * across + column;
                // The last vector of a place reaches into the next one, which is written later.
                for v in 0..vectors {
                    let products = &products[window * vectors + v..];
                    let columns = array!(0 1 2 3 4 5, |x| {
                        let product = |y| (y * PATCH + x) * rows * across * vectors;
                        let column = array!(0 1 2 3 4 5, |y| products[product(y)]);
                        sums_of_products::<S, T>(simd, column)
                    });
                    let sums = array!(0 1, |y| {
                        sums_of_products::<S, T>(simd, array!(0 1 2 3 4 5, |x| columns[x][y]))
                    });
                    let (best, place) =
                        largest::<S, T, 2>(simd, |y, x| T::mul_add(simd, sums[y][x], sign, zero));
                    let at = column * maps + v * lanes;
                    T::vectors_mut::<S>(&mut output[at..])[0] =
                        T::mul_add(simd, best, scale, biases[v]);
                    T::vectors_mut::<S>(&mut companions[at..])[0] = place;
                }
            }
            let winners = &mut winners[row * across * maps..][..across * maps];
            finish_row(&mut output[..across * maps], companions, winners);
        }
    }
}
