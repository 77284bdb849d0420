use super::ConvShape;
use super::grey::GreySpace;
use crate::simd::Real;

/// A term of the gradient: where the images begin under the kernel, and the error.
pub(super) type Term<T> = (u32, T);

/// The neurons of an image that won the same place of the convolved maps and have an error, of up to [`AT_ONCE`] maps.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    /// Where the image begins under the kernel.
    pub corner: u32,
    /// The first neuron of the window among these maps.
    pub neuron: u32,
    /// The first of these maps.
    pub first: u32,
    /// A bit a map.
    pub maps: u64,
}

/// The maps of a group: the bits of its mask.
const AT_ONCE: usize = 64;

/// A place of the convolved maps that can win.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The first neuron of its window.
    neuron: u32,
    /// Its number in the window.
    winner: u8,
    /// Where the image begins under the kernel.
    corner: u32,
}

/// Which neurons have an error, for the kernels that skip the others; made once per layer.
///
/// The lists are made without branches, which would be guessed wrong half of the time.
#[derive(Debug)]
pub struct ConvLists<T> {
    /// Where the image begins under the kernel for the first place of each pooling window, in the order of the
    /// windows.
    corners: Vec<u32>,
    /// How much further it begins for the other places of a window.
    windows: Vec<u32>,
    /// Every place of the convolved maps that can win, column by column: two neighbours in this order share no
    /// row of the image, so that a sum is not loaded while the one that it overlaps is on its way to memory.
    places: Vec<Place>,
    terms: Vec<Term<T>>,
    /// The place of its window that each neuron of an image won, or [`NONE`] if it has no error.
    won: Vec<u8>,
    groups: Vec<Group>,
    /// For images with a single channel.
    pub(super) grey: GreySpace<T>,
}

impl<T: Real> ConvLists<T> {
    /// For layers of a shape.
    pub fn new(shape: &ConvShape) -> Self {
        let [rows, columns] = shape.pooled();
        let pool = shape.pool;
        let at = |row, column, winner| shape.corner(row, column, winner) as u32;
        let corners: Vec<u32> =
            (0..rows * columns).map(|place| at(place / columns, place % columns, 0)).collect();
        let places: Vec<Place> = (0..columns * pool)
            .flat_map(|x| (0..rows * pool).map(move |y| (y, x)))
            .map(|(y, x)| {
                let (row, column, winner) = (y / pool, x / pool, y % pool * pool + x % pool);
                Place {
                    neuron: ((row * columns + column) * shape.maps) as u32,
                    winner: winner as u8,
                    corner: at(row, column, winner),
                }
            })
            .collect();
        let images = images_at_once::<T>(shape);
        Self {
            windows: (0..pool * pool).map(|winner| at(0, 0, winner)).collect(),
            terms: vec![Term::default(); corners.len() * images],
            won: vec![NONE; shape.neurons()],
            groups: vec![Group::default(); places.len() * shape.maps.div_ceil(AT_ONCE)],
            grey: GreySpace::new(shape),
            corners,
            places,
        }
    }

    /// The neurons of an image, grouped by the place that they won, the maps ascending.
    #[inline(always)]
    pub(super) fn by_place(&mut self, shape: &ConvShape, delta: &[T], winners: &[u8]) -> &[Group] {
        let Self { windows, places, won, groups, .. } = self;
        let (windows, won, groups) = (windows.len(), &mut won[..], &mut groups[..]);
        let largest = winners.iter().fold(0, |largest, &winner| largest.max(winner));
        assert!(usize::from(largest) < windows, "a winner outside its window");
        for ((won, &delta), &winner) in won.iter_mut().zip(delta).zip(winners) {
            *won = if delta == T::ZERO { NONE } else { winner };
        }
        let mut count = 0;
        for place in places {
            for first in (0..shape.maps).step_by(AT_ONCE) {
                let neuron = place.neuron as usize + first;
                let won = &won[neuron..][..AT_ONCE.min(shape.maps - first)];
                let maps = equal(won, place.winner);
                groups[count] = Group {
                    corner: place.corner,
                    neuron: neuron as u32,
                    first: first as u32,
                    maps,
                };
                count += usize::from(maps != 0);
            }
        }
        &groups[..count]
    }

    /// The neurons of a map, images and places ascending: where the images begin under the kernel, and the
    /// error.
    #[inline(always)]
    pub(super) fn of_map(
        &mut self,
        shape: &ConvShape,
        map: usize,
        input_stride: usize,
        (delta, winners, delta_stride): (&[T], &[u8], usize),
        images: usize,
    ) -> &[Term<T>] {
        let Self { corners, windows, terms, .. } = self;
        let (corners, windows, terms) = (&corners[..], &windows[..], &mut terms[..]);
        let maps = shape.maps;
        let mut count = 0;
        for image in 0..images {
            let neurons = image * delta_stride..image * delta_stride + shape.neurons();
            let delta = delta[neurons.clone()].chunks_exact(maps);
            let winners = winners[neurons].chunks_exact(maps);
            let first = (image * input_stride) as u32;
            let places = delta.zip(winners).zip(corners).map(|((delta, winners), corner)| {
                (delta[map], corner + windows[usize::from(winners[map])])
            });
            for (delta, at) in places {
                terms[count] = (first + at, delta);
                count += usize::from(delta != T::ZERO);
            }
        }
        &terms[..count]
    }
}

/// No place of a window.
const NONE: u8 = u8::MAX;

/// A bit for each of up to 64 bytes: whether it equals `byte`.
#[inline(always)]
fn equal(bytes: &[u8], byte: u8) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);
    let (eights, last) = bytes.as_chunks::<8>();
    let eight = |eight: [u8; 8]| {
        let differs = u64::from_le_bytes(eight) ^ u64::from_ne_bytes([byte; 8]);
        // The highest bit of each byte: whether all of the byte are 0. The product moves these bits together.
        let same = !(((differs & LOW) + LOW) | differs | LOW);
        (same >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    };
    let mut bits = 0;
    if !last.is_empty() {
        let mut padded = [!byte; 8];
        padded[..last.len()].copy_from_slice(last);
        bits = eight(padded);
    }
    eights.iter().rev().fold(bits, |bits, &bytes| (bits << 8) | eight(bytes))
}

/// The images whose pixels and errors stay in the fastest cache while they are taken map by map.
pub(super) fn images_at_once<T>(shape: &ConvShape) -> usize {
    const CACHE: usize = 32 << 10;
    (CACHE / ((shape.inputs() + shape.neurons()) * size_of::<T>())).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_are_found_wherever_they_are() {
        for len in 0..=64 {
            for byte in [0, 3, 127, 128, NONE] {
                for other in [0, 1, 2, 126, 129, NONE].into_iter().filter(|&other| other != byte) {
                    for step in 1..5 {
                        let is = |i: usize| i.is_multiple_of(step);
                        let bytes: Vec<u8> =
                            (0..len).map(|i| if is(i) { byte } else { other }).collect();
                        let want = (0..len).fold(0, |bits, i| bits | u64::from(is(i)) << i);
                        assert_eq!(equal(&bytes, byte), want, "{len} {byte} {other} {step}");
                    }
                }
            }
        }
    }
}
