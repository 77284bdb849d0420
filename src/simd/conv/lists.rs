use super::ConvShape;
use crate::simd::Real;

/// A term of a sum: where it is added, or what is added, and the error by which it is multiplied.
pub(super) type Term<T> = (u32, T);

/// The neurons of an image that won the same place of the convolved maps and have an error.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    /// Where the image begins under the kernel.
    pub corner: u32,
    /// The first of its terms.
    pub first: u32,
    /// How many there are.
    pub count: u32,
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
    /// Every place of the convolved maps that can win: its number, window by window, and where the image
    /// begins under the kernel. Column by column: two neighbours in this order share no row of the image, so
    /// that a sum is not loaded while the one that it overlaps is on its way to memory.
    places: Vec<(u32, u32)>,
    terms: Vec<Term<T>>,
    /// The number of terms of each place.
    counts: Vec<u32>,
    groups: Vec<Group>,
    /// A byte a pixel: whether some pixel is not 0 under a kernel that begins there.
    seen: Vec<u8>,
    pixels: Vec<u8>,
}

impl<T: Real> ConvLists<T> {
    /// For layers of a shape.
    pub fn new(shape: &ConvShape) -> Self {
        let [rows, columns] = shape.pooled();
        let (pool, window) = (shape.pool, shape.pool * shape.pool);
        let at = |row, column, winner| shape.corner(row, column, winner) as u32;
        let corners: Vec<u32> =
            (0..rows * columns).map(|place| at(place / columns, place % columns, 0)).collect();
        let places: Vec<(u32, u32)> = (0..columns * pool)
            .flat_map(|x| (0..rows * pool).map(move |y| (y, x)))
            .map(|(y, x)| {
                let (row, column, winner) = (y / pool, x / pool, y % pool * pool + x % pool);
                (((row * columns + column) * window + winner) as u32, at(row, column, winner))
            })
            .collect();
        let images = images_at_once::<T>(shape);
        let looks = if skips_blank(shape) { images * shape.inputs() } else { 0 };
        Self {
            windows: (0..window).map(|winner| at(0, 0, winner)).collect(),
            terms: vec![Term::default(); (places.len() * shape.maps).max(corners.len() * images)],
            counts: vec![0; places.len()],
            groups: vec![Group::default(); places.len()],
            seen: vec![0; looks],
            pixels: vec![0; looks / images],
            corners,
            places,
        }
    }

    /// The neurons of an image, grouped by the place that they won, and the terms of all groups: where the
    /// weights of a map begin, and the error, maps ascending.
    #[inline(always)]
    pub(super) fn by_place(
        &mut self,
        shape: &ConvShape,
        delta: &[T],
        winners: &[u8],
    ) -> (&[Group], &[Term<T>]) {
        let (maps, window, stride) = (shape.maps, self.windows.len(), shape.field_stride());
        let neurons = delta.chunks_exact(maps).zip(winners.chunks_exact(maps));
        let lists = self.terms.chunks_exact_mut(window * maps);
        let lists = lists.zip(self.counts.chunks_exact_mut(window));
        for ((delta, winners), (terms, counts)) in neurons.zip(lists) {
            counts.fill(0);
            let mut weights = 0;
            for (&delta, &winner) in delta.iter().zip(winners) {
                let count = &mut counts[usize::from(winner)];
                terms[usize::from(winner) * maps + *count as usize] = (weights, delta);
                *count += u32::from(delta != T::ZERO);
                weights += stride as u32;
            }
        }
        let mut groups = 0;
        for &(place, corner) in &self.places {
            let count = self.counts[place as usize];
            self.groups[groups] = Group { corner, first: place * maps as u32, count };
            groups += usize::from(count != 0);
        }
        (&self.groups[..groups], &self.terms)
    }

    /// Looks where in some images, `[images][input_stride]`, a kernel sees a pixel that is not 0.
    #[inline(always)]
    pub(super) fn look(
        &mut self,
        shape: &ConvShape,
        input: &[T],
        input_stride: usize,
        images: usize,
    ) {
        let inputs = shape.inputs();
        if self.seen.is_empty() {
            return;
        }
        for (seen, image) in
            self.seen.chunks_exact_mut(inputs).zip(input.chunks(input_stride)).take(images)
        {
            for (pixel, &x) in self.pixels.iter_mut().zip(image) {
                *pixel = u8::from(x != T::ZERO);
            }
            // What wraps around at the end of a row is not looked at.
            spread(&self.pixels, seen, 1, shape.kernel);
            self.pixels.copy_from_slice(seen);
            spread(&self.pixels, seen, shape.columns, shape.kernel);
        }
    }

    /// The neurons of a map, images and places ascending: where the images begin under the kernel, and the
    /// error. Those for which the whole of it is 0 are left out too, if that has been looked at.
    #[inline(always)]
    pub(super) fn of_map(
        &mut self,
        shape: &ConvShape,
        map: usize,
        input_stride: usize,
        (delta, winners, delta_stride): (&[T], &[u8], usize),
        images: usize,
    ) -> &[Term<T>] {
        let (inputs, skips) = (shape.inputs(), !self.seen.is_empty());
        let mut count = 0;
        for image in 0..images {
            let neurons = image * delta_stride..image * delta_stride + shape.neurons();
            let delta = delta[neurons.clone()].iter().skip(map).step_by(shape.maps);
            let winners = winners[neurons].iter().skip(map).step_by(shape.maps);
            let first = (image * input_stride) as u32;
            let neurons = delta.zip(winners).zip(&self.corners);
            if skips {
                let seen = &self.seen[image * inputs..][..inputs];
                for ((&delta, &winner), &corner) in neurons {
                    let at = corner + self.windows[usize::from(winner)];
                    self.terms[count] = (first + at, delta);
                    count += usize::from(delta != T::ZERO) & usize::from(seen[at as usize]);
                }
            } else {
                for ((&delta, &winner), &corner) in neurons {
                    let at = corner + self.windows[usize::from(winner)];
                    self.terms[count] = (first + at, delta);
                    count += usize::from(delta != T::ZERO);
                }
            }
        }
        &self.terms[..count]
    }
}

/// `to[i]` = the disjunction of `count` bytes of `from`, `step` apart, from i.
#[inline(always)]
fn spread(from: &[u8], to: &mut [u8], step: usize, count: usize) {
    to.copy_from_slice(from);
    for k in 1..count {
        for (to, from) in to.iter_mut().zip(&from[k * step..]) {
            *to |= from;
        }
    }
}

/// The images whose pixels stay in the fastest cache while they are taken map by map.
pub(super) fn images_at_once<T>(shape: &ConvShape) -> usize {
    const CACHE: usize = 24 << 10;
    (CACHE / (shape.inputs() * size_of::<T>())).max(1)
}

/// Whether it is worth looking for what a kernel sees as all 0: with a single channel, where the images are the data, of
/// which much is background.
fn skips_blank(shape: &ConvShape) -> bool {
    shape.channels == 1
}
