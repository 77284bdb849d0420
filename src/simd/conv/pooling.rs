use crate::simd::Real;
use pulp::Simd;

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
}

impl<T: Real> Pooling<'_, T> {
    /// Writes windows × maps numbers into `output` and `winners`, and up to a vector beyond into `output`.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(self, simd: S, output: &mut [T], winners: &mut [u8]) {
        match self.pool {
            1 => self.windows::<S, 1>(simd, output, winners),
            2 => self.windows::<S, 2>(simd, output, winners),
            3 => self.windows::<S, 3>(simd, output, winners),
            4 => self.windows::<S, 4>(simd, output, winners),
            _ => panic!("windows from 1 to 4 pixels wide"),
        }
    }

    #[inline(always)]
    fn windows<S: Simd, const POOL: usize>(self, simd: S, output: &mut [T], winners: &mut [u8]) {
        let Self {
            sums,
            place,
            columns,
            maps,
            pool: _,
            windows: [rows, across],
            scale,
            biases,
            companions,
        } = self;
        let lanes = T::lanes::<S>();
        let vectors = place / lanes;
        let sums = T::vectors::<S>(sums);
        let biases = &T::vectors::<S>(biases)[..vectors];
        // The largest of what is to be multiplied by a negative scale is the smallest.
        let sign = T::splat(simd, if scale < T::ZERO { -T::ONE } else { T::ONE });
        let scale = T::splat(simd, scale.magnitude());
        let zero = T::splat(simd, T::ZERO);
        for row in 0..rows {
            let output = &mut output[row * across * maps..];
            for column in 0..across {
                let corner = (row * POOL * columns + column * POOL) * vectors;
                let at = column * maps;
                // The last vector of a place reaches into the next one, which is written later.
                for v in 0..vectors {
                    let sum = |y: usize, x: usize| {
                        T::mul_add(simd, sums[corner + (y * columns + x) * vectors + v], sign, zero)
                    };
                    let mut best = (sum(0, 0), zero);
                    for y in 0..POOL {
                        for x in 0..POOL {
                            let window = T::splat(simd, T::from_byte((y * POOL + x) as u8));
                            best = T::larger(simd, (sum(y, x), window), best);
                        }
                    }
                    let (best, window) = best;
                    let z = T::mul_add(simd, best, scale, biases[v]);
                    T::vectors_mut::<S>(&mut output[at + v * lanes..])[0] = z;
                    T::vectors_mut::<S>(&mut companions[at + v * lanes..])[0] = window;
                }
            }
            // The sum, which changes nothing, is there so that LLVM does not make this a masked store; see Relu.
            for z in &mut output[..across * maps] {
                *z = if z.magnitude() < T::TINY { T::ZERO } else { *z + T::ZERO };
            }
            let winners = &mut winners[row * across * maps..][..across * maps];
            for (winner, companion) in winners.iter_mut().zip(&*companions) {
                *winner = companion.to_byte();
            }
        }
    }
}
