use super::ConvShape;
use crate::simd::{Real, padded};
use pulp::{Simd, WithSimd};

/// Kernel: the weights of the forward pass, stored for the backward pass.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct ToFields<'a, T> {
    /// The shape.
    pub shape: ConvShape,
    /// `[field][padded(maps)]`.
    pub from: &'a [T],
    /// `[maps][kernel][padded(run)]`, overwritten; its padding is left as it is.
    pub to: &'a mut [T],
}

impl<T: Real> WithSimd for ToFields<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (from, to, maps) = (self.from, self.to, self.shape.maps);
        let (from_stride, to_stride) = (padded(maps), self.shape.field_stride());
        for (from_row, to_row) in rows(&self.shape) {
            let from = &from[from_row * from_stride..];
            transpose(
                [self.shape.run(), maps],
                (from, from_stride),
                (&mut to[to_row..], to_stride),
            );
        }
    }
}

/// Kernel: the weights of the backward pass, stored for the forward pass.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct FromFields<'a, T> {
    /// The shape.
    pub shape: ConvShape,
    /// `[maps][kernel][padded(run)]`.
    pub from: &'a [T],
    /// `[field][padded(maps)]`, overwritten; its padding is left as it is.
    pub to: &'a mut [T],
}

impl<T: Real> WithSimd for FromFields<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (from, to, maps) = (self.from, self.to, self.shape.maps);
        let (from_stride, to_stride) = (self.shape.field_stride(), padded(maps));
        for (to_row, from_row) in rows(&self.shape) {
            let to = &mut to[to_row * to_stride..];
            transpose([maps, self.shape.run()], (&from[from_row..], from_stride), (to, to_stride));
        }
    }
}

/// The rows of the kernel: the first row of weights of the forward pass, and the first weight of a map of the
/// backward pass.
fn rows(shape: &ConvShape) -> impl Iterator<Item = (usize, usize)> {
    let run = shape.run();
    (0..shape.kernel).map(move |y| (y * run, y * padded(run)))
}

/// `to[j][i] = from[i][j]`, by tiles that the registers hold.
#[inline(always)]
pub(super) fn transpose<T: Real>(
    [rows, columns]: [usize; 2],
    (from, from_stride): (&[T], usize),
    (to, to_stride): (&mut [T], usize),
) {
    const TILE: usize = 8;
    for i0 in (0..rows).step_by(TILE) {
        for j0 in (0..columns).step_by(TILE) {
            if i0 + TILE <= rows && j0 + TILE <= columns {
                let tile: [&[T; TILE]; TILE] = std::array::from_fn(|i| {
                    from[(i0 + i) * from_stride + j0..].first_chunk().expect("a whole tile")
                });
                for j in 0..TILE {
                    let row = &mut to[(j0 + j) * to_stride + i0..][..TILE];
                    row.copy_from_slice(&std::array::from_fn::<T, TILE, _>(|i| tile[i][j]));
                }
            } else {
                for j in j0..(j0 + TILE).min(columns) {
                    for i in i0..(i0 + TILE).min(rows) {
                        to[j * to_stride + i] = from[i * from_stride + j];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{Numbers, bits};
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel};

    fn check<T: Real>(numbers: &mut Numbers, level: SimdLevel) {
        let shape = numbers.shape();
        let mut forward = AlignedVec::<T>::zeros(shape.field() * padded(shape.maps));
        for row in forward.chunks_exact_mut(padded(shape.maps)) {
            row[..shape.maps].fill_with(|| T::from_f64(numbers.next()));
        }
        let mut want = AlignedVec::<T>::zeros(shape.maps * shape.field_stride());
        for map in 0..shape.maps {
            for y in 0..shape.kernel {
                for i in 0..shape.run() {
                    want[map * shape.field_stride() + y * padded(shape.run()) + i] =
                        forward[(y * shape.run() + i) * padded(shape.maps) + map];
                }
            }
        }
        let mut backward = AlignedVec::zeros(want.len());
        level.arch().dispatch(ToFields { shape, from: &forward, to: &mut backward });
        assert!(bits(&backward) == bits(&want), "{level} {shape:?}");
        let mut again = AlignedVec::zeros(forward.len());
        level.arch().dispatch(FromFields { shape, from: &backward, to: &mut again });
        assert!(bits(&again) == bits(&forward), "{level} {shape:?}");
    }

    #[test]
    fn weights_are_stored_for_the_backward_pass_and_back_again() {
        let mut numbers = Numbers(6);
        for level in SimdLevel::available() {
            for _ in 0..50 {
                check::<f32>(&mut numbers, level);
                check::<f64>(&mut numbers, level);
            }
        }
    }
}
