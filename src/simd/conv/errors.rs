use super::lists::Group;
use super::runs::{LARGEST, for_each_block};
use super::{ConvLists, ConvShape};
use crate::simd::{Real, padded};
use pulp::{Simd, WithSimd};

/// Kernel: BP2 through the weights, `output[r] = Σ delta[r][neuron] · weights[map]`, added where the kernel lay for
/// the place that the neuron won, over the neurons whose error is not 0.
///
/// The terms of a pixel come by rows of the kernel, then by columns of the convolved map, its rows, and maps, each
/// ascending. The padding of a run adds 0 · delta to pixels beside it, which changes nothing where the errors are
/// finite.
///
/// # Panics
///
/// When a slice is shorter than its shape, a winner lies outside its window, or the lists are those of a smaller
/// shape.
pub struct ConvErrors<'a, T> {
    /// The shape.
    pub shape: ConvShape,
    /// `[images][delta_stride]`.
    pub delta: &'a [T],
    /// The place of its window that each neuron won, `[images][delta_stride]`.
    pub winners: &'a [u8],
    /// The stride of `delta` and `winners`, at least the number of neurons.
    pub delta_stride: usize,
    /// `[maps][kernel][padded(run)]`, the padding 0.
    pub weights: &'a [T],
    /// For the neurons with errors.
    pub lists: &'a mut ConvLists<T>,
    /// `[images][output_stride]` and [`BEYOND`](super::BEYOND) more, overwritten; the padding of rows becomes 0.
    pub output: &'a mut [T],
    /// The stride of `output`, at least the numbers of an image.
    pub output_stride: usize,
    /// The number of images.
    pub images: usize,
}

impl<T: Real> WithSimd for ConvErrors<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { shape, delta_stride, weights, lists, output, .. } = self;
        let (lanes, neurons) = (T::lanes::<S>(), shape.neurons());
        let (row, stride) = (shape.columns * shape.channels, padded(shape.run()));
        for image in 0..self.images {
            // What the last run of an image writes beyond it is overwritten by the next one.
            let output = &mut output[image * self.output_stride..];
            output[..self.output_stride].fill(T::ZERO);
            let delta = &self.delta[image * delta_stride..][..neurons];
            let winners = &self.winners[image * delta_stride..][..neurons];
            let groups = lists.by_place(&shape, delta, winners);
            // A pixel gets its terms in the order of the groups: their number at once must not show.
            let vectors = shape.run().div_ceil(lanes);
            let at_once = if vectors > LARGEST { 1 } else { groups.len().max(1) };
            // The weights of one row of the kernel stay in the fastest cache.
            for y in 0..shape.kernel {
                for groups in groups.chunks(at_once) {
                    for_each_block!(vectors, |first| errors_of_block(
                        simd,
                        groups,
                        delta,
                        (&weights[y * stride + first * lanes..], shape.field_stride()),
                        &mut output[y * row + first * lanes..]
                    ));
                }
            }
        }
    }
}

/// The part of `V` vectors of a row of the kernel. The weights of a map are `stride` apart from those of the one
/// before; the image under the kernel begins in `output` where the groups say.
#[inline(always)]
fn errors_of_block<S: Simd, T: Real, const V: usize>(
    simd: S,
    groups: &[Group],
    delta: &[T],
    (weights, stride): (&[T], usize),
    output: &mut [T],
) {
    let lanes = T::lanes::<S>();
    let (weights, stride) = (T::vectors::<S>(weights), stride / lanes);
    for group in groups {
        let delta = &delta[group.neuron as usize..];
        let output = &mut output[group.corner as usize..][..V * lanes];
        let output = T::vectors_mut::<S>(output);
        let output: &mut [T::Vector<S>; V] = output.first_chunk_mut().expect("V vectors");
        let mut sums = *output;
        let weights = &weights[group.first as usize * stride..];
        let mut left = group.maps;
        while left != 0 {
            let map = left.trailing_zeros() as usize;
            left &= left - 1;
            let w = &weights[map * stride..];
            let w: &[T::Vector<S>; V] = w.first_chunk().expect("as many weights");
            let delta = T::splat(simd, delta[map]);
            for v in 0..V {
                sums[v] = T::mul_add(simd, delta, w[v], sums[v]);
            }
        }
        *output = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{Numbers, Operands, assert_close, bits};
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel};

    fn errors<T: Real>(x: &mut Operands<T>, level: SimdLevel) -> AlignedVec<T> {
        let stride = x.input_stride;
        let mut output = x.input.clone();
        output.fill(T::from_f64(f64::NAN));
        level.arch().dispatch(ConvErrors {
            shape: x.shape,
            delta: &x.delta,
            winners: &x.winners,
            delta_stride: x.delta_stride,
            weights: &x.weights,
            lists: &mut x.lists,
            output: &mut output,
            output_stride: stride,
            images: x.images,
        });
        AlignedVec::from_slice(&output[..x.images * stride])
    }

    fn check<T: Real>(numbers: &mut Numbers, shape: ConvShape) {
        let images = numbers.between(1, 4);
        let mut x = Operands::<T>::new(numbers, shape, images);
        let mut want = vec![0.0; images * x.input_stride];
        let mut magnitudes = want.clone();
        x.for_each_neuron(|image, map, delta, corner| {
            x.for_each_weight(|weight, pixel| {
                let term = delta * x.weights[map * shape.field_stride() + weight].to_f64();
                want[image * x.input_stride + corner + pixel] += term;
                magnitudes[image * x.input_stride + corner + pixel] += term.abs();
            });
        });
        let first = errors(&mut x, SimdLevel::SCALAR);
        assert_close(&first, &want, &magnitudes, &format!("{shape:?}"));
        for level in SimdLevel::available() {
            assert!(bits(&errors(&mut x, level)) == bits(&first), "{level} {shape:?}");
        }
    }

    #[test]
    fn every_neuron_hands_its_error_to_what_the_kernel_saw() {
        let mut numbers = Numbers(1);
        for _ in 0..60 {
            let shape = numbers.shape();
            check::<f32>(&mut numbers, shape);
            check::<f64>(&mut numbers, shape);
        }
    }

    #[test]
    fn more_maps_than_a_group_has_make_several() {
        let mut numbers = Numbers(2);
        for maps in [63, 64, 65, 128, 150] {
            let shape = ConvShape { rows: 6, columns: 5, channels: 2, maps, kernel: 3, pool: 2 };
            check::<f32>(&mut numbers, shape);
            check::<f64>(&mut numbers, shape);
        }
    }
}
