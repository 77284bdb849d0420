use super::apart;
use crate::simd::Real;
use pulp::{Simd, WithSimd};

/// The largest sums of rows of windows, and where they stand.
pub(super) struct Pooling<'a, T> {
    /// `[rows][columns][place]`.
    pub sums: &'a [T],
    /// The sums of a place, whole vectors.
    pub place: usize,
    /// The places of a row.
    pub columns: usize,
    /// The sums of a place that count.
    pub maps: usize,
    /// The side of a window.
    pub pool: usize,
    /// The rows and columns of windows.
    pub windows: [usize; 2],
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

impl<T: Real> Pooling<'_, T> {
    #[inline(always)]
    pub(super) fn run<S: Simd>(self, simd: S) {
        match self.pool {
            1 => apart(simd, Windows::<T, 1>(self)),
            2 => apart(simd, Windows::<T, 2>(self)),
            3 => apart(simd, Windows::<T, 3>(self)),
            4 => apart(simd, Windows::<T, 4>(self)),
            _ => panic!("windows from 1 to 4 pixels wide"),
        }
    }
}

/// Kernel: windows of known size.
struct Windows<'a, T, const POOL: usize>(Pooling<'a, T>);

impl<T: Real, const POOL: usize> WithSimd for Windows<'_, T, POOL> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Pooling { sums, place, columns, maps, scale, biases, .. } = self.0;
        let Pooling { windows: [rows, across], companions, output, winners, .. } = self.0;
        let lanes = T::lanes::<S>();
        let vectors = place / lanes;
        let sums = T::vectors::<S>(sums);
        let biases = &T::vectors::<S>(biases)[..vectors];
        let (sign, scale) = (T::splat(simd, sign(scale)), T::splat(simd, scale.magnitude()));
        let zero = T::splat(simd, T::ZERO);
        for row in 0..rows {
            let output = &mut output[row * across * maps..];
            for column in 0..across {
                let corner = (row * POOL * columns + column * POOL) * vectors;
                let at = column * maps;
                // The last vector of a place reaches into the next one, which is written later.
                for v in 0..vectors {
                    let (best, window) = largest::<S, T, POOL>(simd, |y, x| {
                        T::mul_add(simd, sums[corner + (y * columns + x) * vectors + v], sign, zero)
                    });
                    let z = T::mul_add(simd, best, scale, biases[v]);
                    T::vectors_mut::<S>(&mut output[at + v * lanes..])[0] = z;
                    T::vectors_mut::<S>(&mut companions[at + v * lanes..])[0] = window;
                }
            }
            let winners = &mut winners[row * across * maps..][..across * maps];
            finish_row(&mut output[..across * maps], companions, winners);
        }
    }
}

/// The sign of what sums are multiplied by: the largest of what is to be multiplied by a negative number is the smallest.
#[inline(always)]
pub(super) fn sign<T: Real>(scale: T) -> T {
    if scale < T::ZERO { -T::ONE } else { T::ONE }
}

/// The largest `sum(row, column)` of a window, and as [companion](Real::from_byte) the place of the first such.
#[inline(always)]
pub(super) fn largest<S: Simd, T: Real, const POOL: usize>(
    simd: S,
    sum: impl Fn(usize, usize) -> T::Vector<S>,
) -> (T::Vector<S>, T::Vector<S>) {
    let mut best = (sum(0, 0), T::splat(simd, T::ZERO));
    for window in 1..POOL * POOL {
        let companion = T::splat(simd, T::from_byte(window as u8));
        best = T::larger(simd, (sum(window / POOL, window % POOL), companion), best);
    }
    best
}

/// Makes small weighted inputs 0, and bytes of the companions.
#[inline(always)]
pub(super) fn finish_row<T: Real>(output: &mut [T], companions: &[T], winners: &mut [u8]) {
    // The sum, which changes nothing, is there so that LLVM does not make this a masked store; see Relu.
    for z in output {
        *z = if z.magnitude() < T::TINY { T::ZERO } else { *z + T::ZERO };
    }
    for (winner, companion) in winners.iter_mut().zip(companions) {
        *winner = companion.to_byte();
    }
}
