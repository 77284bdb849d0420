use super::ConvShape;
use super::runs::for_each_block;
use crate::simd::{BLOCK, Real};
use pulp::{Simd, WithSimd};

/// Kernel: `biases[m] = biases[m] + Σ factor · delta[r][place][m]`, images and places ascending: the mini-batch sum
/// of BP3, scaled and added to the biases.
///
/// # Panics
///
/// When a slice is shorter than its shape.
pub struct AddConvBiases<'a, T> {
    /// The shape.
    pub shape: ConvShape,
    /// The factor.
    pub factor: T,
    /// `[images][delta_stride]`.
    pub delta: &'a [T],
    /// The stride of `delta`, at least the number of neurons.
    pub delta_stride: usize,
    /// `[padded(maps)]`, updated in place; its padding is left as it is.
    pub biases: &'a mut [T],
    /// The number of images.
    pub images: usize,
}

impl<T: Real> WithSimd for AddConvBiases<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { shape, factor, delta_stride, .. } = self;
        let (maps, neurons, lanes) = (shape.maps, shape.neurons(), T::lanes::<S>());
        let biases = &mut self.biases[..maps];
        let images = (0..self.images).map(|image| &self.delta[image * delta_stride..][..neurons]);
        if maps < lanes {
            for image in images {
                for delta in image.chunks_exact(maps) {
                    for (bias, &delta) in biases.iter_mut().zip(delta) {
                        *bias = factor.fused_mul_add(delta, *bias);
                    }
                }
            }
            return;
        }
        // The errors of a place are not padded: the last vector begins within the one before.
        let (begin, whole) = (maps - lanes, maps / lanes * lanes);
        let mut last = [T::ZERO; BLOCK];
        let last = &mut last[..lanes];
        last.copy_from_slice(&biases[begin..]);
        for_each_block!(maps / lanes, |first| add(
            simd,
            factor,
            images.clone(),
            [maps, first * lanes],
            &mut biases[first * lanes..]
        ));
        if whole < maps {
            add::<S, T, 1>(simd, factor, images, [maps, begin], last);
            biases[whole..].copy_from_slice(&last[whole - begin..]);
        }
    }
}

/// `sums += factor · delta` for all places, in `V` vectors from map `first`.
#[inline(always)]
fn add<'a, S: Simd, T: Real, const V: usize>(
    simd: S,
    factor: T,
    images: impl Iterator<Item = &'a [T]>,
    [maps, first]: [usize; 2],
    sums: &mut [T],
) {
    let factor = T::splat(simd, factor);
    let output = &mut T::vectors_mut::<S>(sums)[..V];
    let mut sums = [T::splat(simd, T::ZERO); V];
    sums.copy_from_slice(output);
    for image in images {
        for delta in image.chunks_exact(maps) {
            let delta = T::vectors::<S>(&delta[first..][..V * T::lanes::<S>()]);
            for v in 0..V {
                sums[v] = T::mul_add(simd, factor, delta[v], sums[v]);
            }
        }
    }
    output.copy_from_slice(&sums);
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{Numbers, Operands, assert_close, bits};
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel, padded};

    fn check<T: Real>(numbers: &mut Numbers) {
        let (shape, images) = (numbers.shape(), numbers.between(1, 4));
        let x = Operands::<T>::new(numbers, shape, images);
        let mut before = AlignedVec::<T>::zeros(padded(shape.maps));
        before.fill_with(|| T::from_f64(numbers.next()));
        let factor = T::from_f64(-0.3);
        let mut want: Vec<f64> = before.iter().map(|b| b.to_f64()).collect();
        let mut magnitudes: Vec<f64> = want.iter().map(|b| b.abs()).collect();
        x.for_each_neuron(|_, map, delta, _| {
            want[map] += factor.to_f64() * delta;
            magnitudes[map] += (factor.to_f64() * delta).abs();
        });
        let add = |level: SimdLevel| {
            let mut biases = before.clone();
            level.arch().dispatch(AddConvBiases {
                shape,
                factor,
                delta: &x.delta,
                delta_stride: x.delta_stride,
                biases: &mut biases,
                images,
            });
            biases
        };
        let first = add(SimdLevel::SCALAR);
        assert_close(&first, &want, &magnitudes, &format!("{shape:?}"));
        for level in SimdLevel::available() {
            assert!(bits(&add(level)) == bits(&first), "{level} {shape:?}");
        }
    }

    #[test]
    fn a_bias_learns_from_all_places_of_its_map() {
        let mut numbers = Numbers(5);
        for _ in 0..100 {
            check::<f32>(&mut numbers);
            check::<f64>(&mut numbers);
        }
    }
}
