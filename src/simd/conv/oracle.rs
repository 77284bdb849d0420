//! The backward pass from its definition, in scalar f64, and random operands for it.

use super::{BEYOND, ConvLists, ConvShape};
use crate::simd::{AlignedVec, Real, padded};

/// Random numbers.
pub(super) struct Numbers(pub u64);

impl Numbers {
    /// Uniform in [−1, 1).
    pub fn next(&mut self) -> f64 {
        // An LCG of Knuth's; its low bits are not used.
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 40) as f64 / (1u64 << 23) as f64 - 1.0
    }

    /// Uniform in `least..=most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + ((self.next() + 1.0) / 2.0 * (most + 1 - least) as f64) as usize
    }

    /// A shape with at least one neuron.
    pub fn shape(&mut self) -> ConvShape {
        loop {
            let channels = if self.next() < -0.7 { 20 } else { self.between(1, 5) };
            let shape = ConvShape {
                rows: self.between(1, 14),
                columns: self.between(1, 14),
                channels,
                maps: self.between(1, 50),
                kernel: self.between(1, 11),
                pool: self.between(1, 4),
            };
            let least = shape.rows.min(shape.columns);
            if shape.kernel + shape.pool <= least + 1 {
                return shape;
            }
        }
    }
}

/// Operands of the backward kernels. What is not an operand is not a number.
pub(super) struct Operands<T> {
    pub shape: ConvShape,
    pub images: usize,
    /// `[images][input_stride]` and [`BEYOND`] more, of which one in four is 0.
    pub input: AlignedVec<T>,
    pub input_stride: usize,
    /// `[images][delta_stride]`, of which a random share is 0.
    pub delta: AlignedVec<T>,
    pub winners: Vec<u8>,
    pub delta_stride: usize,
    /// `[maps][kernel][padded(run)]`.
    pub weights: AlignedVec<T>,
    pub lists: ConvLists<T>,
}

impl<T: Real> Operands<T> {
    /// For a shape and some images.
    pub fn new(numbers: &mut Numbers, shape: ConvShape, images: usize) -> Self {
        let nan = T::from_f64(f64::NAN);
        let input_stride = padded(shape.inputs()) + 16 * numbers.between(0, 1);
        let delta_stride = shape.neurons() + numbers.between(0, 20);
        let mut input = AlignedVec::zeros(images * input_stride + BEYOND);
        input.fill(nan);
        let mut delta = AlignedVec::zeros(images * delta_stride);
        delta.fill(nan);
        let mut winners = vec![u8::MAX; images * delta_stride];
        let mut weights = AlignedVec::zeros(shape.maps * shape.field_stride());
        // Mostly background at times, so that a kernel sees nothing else.
        let (blank, zeros) = (numbers.next(), numbers.next());
        let mut sparse = |share: f64| {
            let x = numbers.next();
            T::from_f64(if numbers.next() < share { 0.0 } else { x })
        };
        for image in input.chunks_exact_mut(input_stride).take(images) {
            image[..shape.inputs()].fill_with(|| sparse(blank));
        }
        for image in delta.chunks_exact_mut(delta_stride) {
            image[..shape.neurons()].fill_with(|| sparse(zeros));
        }
        for run in weights.chunks_exact_mut(padded(shape.run())) {
            run[..shape.run()].fill_with(|| sparse(-1.0));
        }
        for image in winners.chunks_exact_mut(delta_stride) {
            let window = shape.pool * shape.pool;
            image[..shape.neurons()].fill_with(|| numbers.between(0, window - 1) as u8);
        }
        let lists = ConvLists::new(&shape);
        Self { shape, images, input, input_stride, delta, winners, delta_stride, weights, lists }
    }

    /// Calls with image, place, map, the error and the number of the image's first pixel under the kernel, for
    /// every neuron.
    pub fn for_each_neuron(&self, mut f: impl FnMut(usize, usize, f64, usize)) {
        let shape = self.shape;
        let [rows, columns] = shape.pooled();
        for image in 0..self.images {
            for row in 0..rows {
                for column in 0..columns {
                    for map in 0..shape.maps {
                        let neuron = (row * columns + column) * shape.maps + map;
                        let at = image * self.delta_stride + neuron;
                        let winner = usize::from(self.winners[at]);
                        let corner = shape.corner(row, column, winner);
                        f(image, map, self.delta[at].to_f64(), corner);
                    }
                }
            }
        }
    }

    /// Calls with the index of a weight of a map, and where the pixel that it multiplies is, from the first one
    /// under the kernel.
    pub fn for_each_weight(&self, mut f: impl FnMut(usize, usize)) {
        let shape = self.shape;
        for y in 0..shape.kernel {
            for i in 0..shape.run() {
                f(y * padded(shape.run()) + i, y * shape.columns * shape.channels + i);
            }
        }
    }
}

/// The numbers' bits.
pub(super) fn bits<T: Real>(x: &[T]) -> Vec<u64> {
    x.iter().map(|x| x.to_f64().to_bits()).collect()
}

/// Asserts that the numbers are those expected, whose terms add up to `magnitudes` without their signs.
pub(super) fn assert_close<T: Real>(got: &[T], want: &[f64], magnitudes: &[f64], case: &str) {
    assert_eq!(got.len(), want.len(), "{case}");
    let epsilon = if T::NAME == "f32" { f64::from(f32::EPSILON) } else { f64::EPSILON };
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let error = (got.to_f64() - want).abs();
        // A hundred roundings, each by half an epsilon of a partial sum.
        assert!(error <= 50.0 * epsilon * magnitudes[i], "{case}, number {i}: {got} for {want}");
    }
}
