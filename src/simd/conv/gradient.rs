use super::apart;
use super::grey::GreyGradient;
use super::lists::{Term, images_at_once};
use super::runs::for_each_block;
use super::{ConvLists, ConvShape};
use crate::simd::{Real, padded};
use pulp::{Simd, WithSimd};

/// Kernel: the mini-batch sum of BP4, `weights[map] += Σ delta[r][neuron] · input[r]` under the kernel for the place
/// that the neuron won, over the neurons of the map whose error is not 0, images and places ascending.
///
/// Where the image has a single channel, the terms are those of the pixels that are not 0, and the places those of
/// the convolved map, row by row, and not of the windows. The bits are those of the whole sum where all numbers are
/// finite and no weight is −0.
///
/// # Panics
///
/// When a slice is shorter than its shape, a winner lies outside its window, or the lists are those of a smaller
/// shape.
pub struct AddConvGradient<'a, T> {
    /// The shape.
    pub shape: ConvShape,
    /// `[images][input_stride]` and [`BEYOND`](super::BEYOND) more.
    pub input: &'a [T],
    /// The stride of `input`, at least the numbers of an image.
    pub input_stride: usize,
    /// `[images][delta_stride]`.
    pub delta: &'a [T],
    /// The place of its window that each neuron won, `[images][delta_stride]`.
    pub winners: &'a [u8],
    /// The stride of `delta` and `winners`, at least the number of neurons.
    pub delta_stride: usize,
    /// For the neurons with errors.
    pub lists: &'a mut ConvLists<T>,
    /// `[maps][kernel][padded(run)]`, updated in place; the padding becomes 0.
    pub weights: &'a mut [T],
    /// The number of images.
    pub images: usize,
}

impl<T: Real> WithSimd for AddConvGradient<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.weights = &mut self.weights[..self.shape.maps * self.shape.field_stride()];
        if self.shape.channels == 1 {
            return apart(simd, GreyGradient(self));
        }
        let Self { shape, input_stride, delta_stride, lists, images, .. } = self;
        let weights = &mut self.weights[..shape.maps * shape.field_stride()];
        // Parts of about the same size.
        let parts = images.div_ceil(images_at_once::<T>(&shape)).max(1);
        for part in 0..parts {
            let (first, end) = (part * images / parts, (part + 1) * images / parts);
            let input = &self.input[first * input_stride..];
            let neurons = (
                &self.delta[first * delta_stride..],
                &self.winners[first * delta_stride..],
                delta_stride,
            );
            for (map, weights) in weights.chunks_exact_mut(shape.field_stride()).enumerate() {
                let terms = lists.of_map(&shape, map, input_stride, neurons, end - first);
                for_each_block!(shape.run().div_ceil(T::lanes::<S>()), |block| gradient_of_block(
                    simd,
                    &shape,
                    input,
                    terms,
                    block * T::lanes::<S>(),
                    weights
                ));
            }
        }
        // The last vector of a run has summed up pixels beside the kernel.
        for run in weights.chunks_exact_mut(padded(shape.run())) {
            run[shape.run()..].fill(T::ZERO);
        }
    }
}

/// The weights of a map in `V` vectors of each row of the kernel, from number `first` of a run.
#[inline(always)]
fn gradient_of_block<S: Simd, T: Real, const V: usize>(
    simd: S,
    shape: &ConvShape,
    input: &[T],
    terms: &[Term<T>],
    first: usize,
    weights: &mut [T],
) {
    let (row, stride) = (shape.columns * shape.channels, padded(shape.run()));
    let mut y = 0;
    while y < shape.kernel {
        let input = Rows { numbers: &input[y * row + first..], stride: row };
        let weights = &mut weights[y * stride + first..];
        // With fewer than eight sums the latency of the multiply-adds shows.
        y += match shape.kernel - y {
            5.. if V <= 2 => gradient_of_rows::<S, T, 5, V>(simd, input, terms, weights, stride),
            3.. if V <= 4 => gradient_of_rows::<S, T, 3, V>(simd, input, terms, weights, stride),
            2.. if V <= 6 => gradient_of_rows::<S, T, 2, V>(simd, input, terms, weights, stride),
            _ => gradient_of_rows::<S, T, 1, V>(simd, input, terms, weights, stride),
        };
    }
}

/// Rows of images.
#[derive(Clone, Copy)]
struct Rows<'a, T> {
    numbers: &'a [T],
    stride: usize,
}

/// The same for `R` rows of the kernel, which is returned.
#[inline(always)]
fn gradient_of_rows<S: Simd, T: Real, const R: usize, const V: usize>(
    simd: S,
    input: Rows<T>,
    terms: &[Term<T>],
    weights: &mut [T],
    stride: usize,
) -> usize {
    let width = V * T::lanes::<S>();
    // Of the same length, so that one check of an index does for all rows.
    let length = input.numbers.len() - (R - 1) * input.stride;
    let rows: [&[T]; R] = std::array::from_fn(|r| &input.numbers[r * input.stride..][..length]);
    let mut sums = [[T::splat(simd, T::ZERO); V]; R];
    for (r, sums) in sums.iter_mut().enumerate() {
        sums.copy_from_slice(T::vectors::<S>(&weights[r * stride..][..width]));
    }
    for &(at, delta) in terms {
        let delta = T::splat(simd, delta);
        for r in 0..R {
            let x = T::vectors::<S>(&rows[r][at as usize..][..width]);
            let x: &[T::Vector<S>; V] = x.first_chunk().expect("V vectors");
            for v in 0..V {
                sums[r][v] = T::mul_add(simd, delta, x[v], sums[r][v]);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        T::vectors_mut::<S>(&mut weights[r * stride..][..width]).copy_from_slice(sums);
    }
    R
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{Numbers, Operands, assert_close, bits};
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel};

    fn gradient<T: Real>(x: &mut Operands<T>, level: SimdLevel) -> AlignedVec<T> {
        let mut weights = x.weights.clone();
        for run in weights.chunks_exact_mut(padded(x.shape.run())) {
            run[x.shape.run()..].fill(T::from_f64(f64::NAN));
        }
        level.arch().dispatch(AddConvGradient {
            shape: x.shape,
            input: &x.input,
            input_stride: x.input_stride,
            delta: &x.delta,
            winners: &x.winners,
            delta_stride: x.delta_stride,
            lists: &mut x.lists,
            weights: &mut weights,
            images: x.images,
        });
        weights
    }

    fn check<T: Real>(numbers: &mut Numbers, shape: ConvShape, images: usize) {
        let mut x = Operands::<T>::new(numbers, shape, images);
        let mut want: Vec<f64> = x.weights.iter().map(|w| w.to_f64()).collect();
        let mut magnitudes: Vec<f64> = want.iter().map(|w| w.abs()).collect();
        x.for_each_neuron(|image, map, delta, corner| {
            x.for_each_weight(|weight, pixel| {
                let term = delta * x.input[image * x.input_stride + corner + pixel].to_f64();
                want[map * shape.field_stride() + weight] += term;
                magnitudes[map * shape.field_stride() + weight] += term.abs();
            });
        });
        let first = gradient(&mut x, SimdLevel::SCALAR);
        assert_close(&first, &want, &magnitudes, &format!("{shape:?}"));
        for level in SimdLevel::available() {
            assert!(bits(&gradient(&mut x, level)) == bits(&first), "{level} {shape:?}");
        }
    }

    #[test]
    fn every_weight_learns_from_what_it_multiplied() {
        let mut numbers = Numbers(2);
        for _ in 0..60 {
            let (shape, images) = (numbers.shape(), numbers.between(1, 4));
            check::<f32>(&mut numbers, shape, images);
            check::<f64>(&mut numbers, shape, images);
        }
    }

    #[test]
    fn images_that_are_taken_in_parts_come_in_their_order() {
        let mut numbers = Numbers(3);
        let shape = ConvShape { rows: 28, columns: 28, channels: 2, maps: 3, kernel: 5, pool: 2 };
        assert!(images_at_once::<f32>(&shape) < 9);
        check::<f32>(&mut numbers, shape, 9);
        check::<f64>(&mut numbers, ConvShape { channels: 4, ..shape }, 3);
    }

    #[test]
    fn grey_images_are_taken_in_bands() {
        let mut numbers = Numbers(5);
        let shape = ConvShape { rows: 28, columns: 28, channels: 1, maps: 20, kernel: 5, pool: 2 };
        for (maps, pool) in [(20, 2), (50, 1), (3, 3)] {
            check::<f32>(&mut numbers, ConvShape { maps, pool, ..shape }, 2);
            check::<f64>(&mut numbers, ConvShape { maps, pool, ..shape }, 2);
        }
    }

    #[test]
    fn a_sum_is_one_chain_of_multiply_adds() {
        let mut numbers = Numbers(4);
        for _ in 0..20 {
            let (shape, images) = (numbers.shape(), numbers.between(1, 4));
            let mut x = Operands::<f32>::new(&mut numbers, shape, images);
            let mut want = x.weights.clone();
            let mut neurons = vec![];
            x.for_each_neuron(|image, map, delta, corner| {
                neurons.push((image, corner, map, delta))
            });
            if shape.channels == 1 {
                neurons.sort_by_key(|&(image, corner, ..)| (image, corner));
            }
            for (image, corner, map, delta) in neurons {
                x.for_each_weight(|weight, pixel| {
                    let w = &mut want[map * shape.field_stride() + weight];
                    let pixel = x.input[image * x.input_stride + corner + pixel];
                    *w = pixel.mul_add(delta as f32, *w);
                });
            }
            assert!(bits(&gradient(&mut x, SimdLevel::best())) == bits(&want), "{shape:?}");
        }
    }
}
