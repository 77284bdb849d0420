use super::ConvShape;
use super::grey::GreySpace;
use crate::simd::Real;

/// A term of the gradient: where the images begin under the kernel, and the error.
pub(super) type Term<T> = (u32, T);

/// The neurons of an image that won the same place of the convolved maps and have an error.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    /// Where the image begins under the kernel.
    pub corner: u32,
    /// The first neuron of the window.
    pub neuron: u32,
    /// The first of its maps.
    pub first: u32,
    /// After the last of its maps.
    pub end: u32,
}

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
    maps: Vec<u32>,
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
            // One more: what is not on a list is written after its end.
            maps: vec![0; shape.neurons() + 1],
            won: vec![NONE; shape.neurons()],
            groups: vec![Group::default(); places.len()],
            grey: GreySpace::new(shape),
            corners,
            places,
        }
    }

    /// The neurons of an image, grouped by the place that they won, and the maps of all groups, each ascending.
    #[inline(always)]
    pub(super) fn by_place(
        &mut self,
        shape: &ConvShape,
        delta: &[T],
        winners: &[u8],
    ) -> (&[Group], &[u32]) {
        let Self { windows, places, maps, won, groups, .. } = self;
        let (windows, maps, won) = (windows.len(), &mut maps[..], &mut won[..]);
        let largest = winners.iter().fold(0, |largest, &winner| largest.max(winner));
        assert!(usize::from(largest) < windows, "a winner outside its window");
        for ((won, &delta), &winner) in won.iter_mut().zip(delta).zip(winners) {
            *won = if delta == T::ZERO { NONE } else { winner };
        }
        let (mut count, mut end) = (0, 0);
        for place in places {
            let first = end;
            let neurons = place.neuron as usize..place.neuron as usize + shape.maps;
            for (map, &won) in (0..).zip(&won[neurons]) {
                maps[end] = map;
                end += usize::from(won == place.winner);
            }
            groups[count] = Group {
                corner: place.corner,
                neuron: place.neuron,
                first: first as u32,
                end: end as u32,
            };
            count += usize::from(end != first);
        }
        (&groups[..count], maps)
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

/// The images whose pixels and errors stay in the fastest cache while they are taken map by map.
pub(super) fn images_at_once<T>(shape: &ConvShape) -> usize {
    const CACHE: usize = 32 << 10;
    (CACHE / ((shape.inputs() + shape.neurons()) * size_of::<T>())).max(1)
}
