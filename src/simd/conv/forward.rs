use super::pooling::Pooling;
use super::tiles::{Rows, Run, longest_tile};
use super::windows::{self, Windows, tabulate};
use super::winograd::{self, Patches, Tabulate};
use super::{BEYOND, ConvShape, apart};
use crate::simd::{BLOCK, Real, padded};
use pulp::{Simd, WithSimd};

/// Kernel: the weighted inputs of a convolution with max-pooling, and which place won each window.
///
/// The sum of a place and map is one chain over the rows of the kernel, its columns and the channels, in this order; with
/// kernels of 5 × 5, windows of 2 × 2 and many channels it is made by minimal filtering, with about four times the error of
/// rounding. With one channel, neighbouring places leave out the pixels of a row that are all 0, as the borders of digits
/// are. That changes no bit of the results, since a weight that is not finite prevents it.
///
/// # Panics
///
/// When the kernel or the window of the shape does not fit, or a slice is shorter than its shape.
pub struct ConvMaxPool<'a, T> {
    /// The shape of an image and of the layer.
    pub shape: ConvShape,
    /// `[images][input_stride]` and [`BEYOND`] numbers more.
    pub input: &'a [T],
    /// The stride of `input`, at least an image.
    pub input_stride: usize,
    /// `[field][padded(maps)]`, rows ordered by the row of the kernel, its column and the channel.
    pub weights: &'a [T],
    /// The weights are `scale` times the stored ones.
    pub scale: T,
    /// `[padded(maps)]`.
    pub biases: &'a [T],
    /// [`room`](Self::room) numbers, overwritten.
    pub room: &'a mut [T],
    /// `[images][output_stride]` and [`BEYOND`] numbers more: z = scale · sum + bias of the place in each window
    /// where it is largest, or 0 below [`TINY`](Real::TINY). The padding of a row becomes arbitrary.
    pub output: &'a mut [T],
    /// The stride of `output` and `winners`, at least the neurons of the shape.
    pub output_stride: usize,
    /// `[images][output_stride]` and [`BEYOND`] more: the place in the window, row by row, the first of equal ones. A NaN
    /// is larger than any number.
    pub winners: &'a mut [u8],
    /// The number of images.
    pub images: usize,
}

/// The bytes of weights that are used for all places before the next ones: with the sums and inputs of a few rows they
/// stay in the L1 cache.
const WEIGHTS_AT_ONCE: usize = 20 << 10;

impl<T: Real> ConvMaxPool<'_, T> {
    /// The length of `room`.
    pub fn room(shape: ConvShape) -> usize {
        let room = if winograd::fits(shape) {
            winograd::table_len(shape) + winograd::room(shape)
        } else {
            let places: usize = covered(shape).into_iter().product();
            shape.inputs() + (places * padded(shape.maps)).max(windows::table_len(shape))
        };
        shape.neurons() + BEYOND + room
    }
}

/// The rows and columns of a map that belong to windows.
fn covered(shape: ConvShape) -> [usize; 2] {
    shape.pooled().map(|side| side * shape.pool)
}

/// Whether no number is ∞ or a NaN: only then is 0 times it always 0.
#[inline(always)]
fn all_finite<T: Real>(numbers: &[T]) -> bool {
    let mut products = [T::ZERO; BLOCK];
    let (blocks, last) = numbers.as_chunks::<BLOCK>();
    for numbers in blocks {
        for (product, &number) in products.iter_mut().zip(numbers) {
            *product = number.fused_mul_add(T::ZERO, *product);
        }
    }
    for (product, &number) in products.iter_mut().zip(last) {
        *product = number.fused_mul_add(T::ZERO, *product);
    }
    products == [T::ZERO; BLOCK]
}

/// Makes `busy` 0 where a stretch of zeros of this length begins, and not 0 elsewhere.
#[inline(always)]
fn find_zeros<T: Real>(input: &[T], length: usize, busy: &mut [T]) {
    busy.fill(T::ZERO);
    for first in 0..length.min(input.len()) {
        for (busy, x) in busy.iter_mut().zip(&input[first..]) {
            *busy += x.magnitude();
        }
    }
}

impl<T: Real> WithSimd for ConvMaxPool<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { shape, input_stride, output_stride, .. } = self;
        let [rows, columns] = covered(shape);
        let [_, pooled_columns] = shape.pooled();
        let vectors = shape.maps.div_ceil(T::lanes::<S>());
        let place = vectors * T::lanes::<S>();
        let weights_per_row = padded(shape.maps) / T::lanes::<S>();
        // Rows of the kernel that do not all fit are used in turns, each for the whole image. Where all fit, a row of
        // windows is finished before the next one, so that its sums stay in the cache.
        let at_once =
            (WEIGHTS_AT_ONCE / (shape.run() * place * size_of::<T>())).clamp(1, shape.kernel);
        let band = if at_once == shape.kernel { shape.pool } else { rows };
        let (companions, room) = self.room.split_at_mut(shape.neurons() + BEYOND);
        if winograd::fits(shape) {
            let (table, room) = room.split_at_mut(winograd::table_len(shape));
            apart(simd, Tabulate { shape, weights: self.weights, table });
            for image in 0..self.images {
                Patches {
                    shape,
                    image: &self.input[image * input_stride..],
                    table,
                    scale: self.scale,
                    biases: self.biases,
                    room,
                    companions,
                    output: &mut self.output[image * output_stride..],
                    winners: &mut self.winners[image * output_stride..],
                }
                .run(simd);
            }
            return;
        }
        let (busy, sums) = room.split_at_mut(shape.inputs());
        let run = Run {
            length: shape.run(),
            weights_per_row,
            per_place: vectors,
            step: shape.channels,
            stride: shape.columns * shape.channels,
        };
        let tile = longest_tile::<S>(vectors) + shape.kernel - 1;
        let skips = shape.channels == 1 && all_finite(self.weights);
        let by_windows = skips
            && windows::fits(shape)
            && (0..self.images)
                .all(|r| all_finite(&self.input[r * input_stride..][..shape.inputs()]));
        if by_windows {
            tabulate::<S, T>(shape, self.weights, self.scale, sums);
        }
        for image in 0..self.images {
            let input = &self.input[image * input_stride..][..shape.inputs()];
            let output = &mut self.output[image * output_stride..];
            let winners = &mut self.winners[image * output_stride..];
            if by_windows {
                let (scale, biases, table) = (self.scale, self.biases, &*sums);
                let image = input;
                apart(
                    simd,
                    Windows { shape, image, table, scale, biases, companions, output, winners },
                );
                continue;
            }
            if skips {
                find_zeros(input, tile, busy);
            }
            for top in (0..rows).step_by(band) {
                for first in (0..shape.kernel).step_by(at_once) {
                    let kernel_rows = at_once.min(shape.kernel - first);
                    for row in 0..band {
                        Rows {
                            run,
                            input: &input[(top + row + first) * run.stride..],
                            busy: skips.then(|| &busy[(top + row + first) * run.stride..]),
                            weights: &self.weights[first * shape.run() * padded(shape.maps)..],
                            kernel_rows,
                            places: columns,
                            goes_on: first > 0,
                            sums: &mut sums[row * columns * place..],
                        }
                        .add(simd);
                    }
                }
                let pooled = top / shape.pool * pooled_columns * shape.maps;
                Pooling {
                    sums,
                    place,
                    columns,
                    maps: shape.maps,
                    pool: shape.pool,
                    windows: [band / shape.pool, pooled_columns],
                    scale: self.scale,
                    biases: self.biases,
                    companions,
                    output: &mut output[pooled..],
                    winners: &mut winners[pooled..],
                }
                .run(simd);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{AlignedVec, SimdLevel};

    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, bound: usize) -> usize {
            // An LCG of Knuth's; its low bits are not used.
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 33) as usize % bound
        }

        /// Between −3 and 3: small whole numbers, whose sums of products are exact and often equal, or any.
        fn next<T: Real>(&mut self, whole: bool) -> T {
            let steps = if whole { 1 } else { 1 << 20 };
            T::from_f64(self.below(6 * steps + 1) as f64 / steps as f64 - 3.0)
        }
    }

    /// A layer with its mini-batch.
    struct Case<T> {
        shape: ConvShape,
        images: usize,
        input: Vec<T>,
        input_stride: usize,
        weights: AlignedVec<T>,
        scale: T,
        biases: AlignedVec<T>,
        output_stride: usize,
    }

    impl<T: Real> Case<T> {
        fn new(numbers: &mut Numbers, shape: ConvShape, whole: bool) -> Self {
            let images = 1 + numbers.below(4);
            let input_stride = shape.inputs() + numbers.below(20);
            // Stretches of zeros, as borders are.
            let mut zero = false;
            let mut pixel = |_| {
                if numbers.below(10) == 0 {
                    zero = !zero;
                }
                if zero { T::ZERO } else { numbers.next(whole) }
            };
            let input = (0..images * input_stride + BEYOND).map(&mut pixel).collect();
            let maps = shape.maps;
            let mut weights = AlignedVec::zeros(shape.field() * padded(maps));
            for row in weights.chunks_exact_mut(padded(maps)) {
                row[..maps].fill_with(|| numbers.next(whole));
            }
            let mut biases = AlignedVec::zeros(padded(maps));
            biases[..maps].fill_with(|| numbers.next(whole));
            let scale = T::from_f64([0.5, -0.5, 1.0][numbers.below(3)]);
            let output_stride = shape.neurons() + numbers.below(20);
            Self { shape, images, input, input_stride, weights, scale, biases, output_stride }
        }

        /// The weighted inputs and winners, image by image.
        fn run(&self, level: SimdLevel) -> (Vec<T>, Vec<u8>) {
            let &Self { shape, images, input_stride, scale, output_stride, .. } = self;
            let nan = T::from_f64(f64::NAN);
            let mut output = vec![nan; images * output_stride + BEYOND];
            let mut winners = vec![99; output.len()];
            level.arch().dispatch(ConvMaxPool {
                shape,
                input: &self.input,
                input_stride,
                weights: &self.weights,
                scale,
                biases: &self.biases,
                room: &mut vec![nan; ConvMaxPool::<T>::room(shape)],
                output: &mut output,
                output_stride,
                winners: &mut winners,
                images,
            });
            let rows = (0..images).map(|i| i * output_stride..i * output_stride + shape.neurons());
            let output = rows.clone().flat_map(|row| output[row].to_vec()).collect();
            (output, rows.flat_map(|row| winners[row].to_vec()).collect())
        }

        /// The same in plain loops over f64.
        fn oracle(&self) -> (Vec<f64>, Vec<u8>) {
            let shape = self.shape;
            let (mut output, mut winners) = (vec![], vec![]);
            let [rows, columns] = shape.pooled();
            for image in 0..self.images {
                let input = &self.input[image * self.input_stride..];
                for (row, column) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
                    for map in 0..shape.maps {
                        let z = |window| {
                            let corner = shape.corner(row, column, window);
                            let mut sum = 0.0;
                            for k in 0..shape.field() {
                                let (y, x) = (k / shape.run(), k % shape.run());
                                let w = self.weights[k * padded(shape.maps) + map].to_f64();
                                let x = input[corner + y * shape.columns * shape.channels + x];
                                sum += x.to_f64() * w;
                            }
                            self.scale.to_f64() * sum + self.biases[map].to_f64()
                        };
                        let mut winner = 0;
                        for window in 1..shape.pool * shape.pool {
                            if z(window) > z(winner) {
                                winner = window;
                            }
                        }
                        output.push(z(winner));
                        winners.push(winner as u8);
                    }
                }
            }
            (output, winners)
        }
    }

    /// A shape whose sums are chains of multiply-adds.
    fn direct_shape(numbers: &mut Numbers) -> ConvShape {
        std::iter::repeat_with(|| random_shape(numbers))
            .find(|&shape| !winograd::fits(shape))
            .expect("a shape")
    }

    /// A shape for which there is minimal filtering.
    fn filtered_shape(numbers: &mut Numbers) -> ConvShape {
        let [rows, columns] = [0; 2].map(|_| 6 + numbers.below(14));
        let [channels, maps] = [12 + numbers.below(20), 16 + numbers.below(40)];
        let shape = ConvShape { rows, columns, channels, maps, kernel: 5, pool: 2 };
        assert!(winograd::fits(shape), "{shape:?}");
        shape
    }

    fn random_shape(numbers: &mut Numbers) -> ConvShape {
        let [rows, columns] = [0; 2].map(|_| 1 + numbers.below(14));
        let kernel = 1 + numbers.below(rows.min(columns).min(11));
        let pool = 1 + numbers.below((rows.min(columns) - kernel + 1).min(4));
        let channels = [1, 1, 2, 3, 5, 20][numbers.below(6)];
        ConvShape { rows, columns, channels, maps: 1 + numbers.below(50), kernel, pool }
    }

    fn check_exactly<T: Real>(case: &Case<T>) {
        let (want, want_winners) = case.oracle();
        for level in SimdLevel::available() {
            let (got, winners) = case.run(level);
            let got: Vec<f64> = got.iter().map(|z| z.to_f64()).collect();
            assert_eq!(got, want, "{level} {:?}", case.shape);
            assert_eq!(winners, want_winners, "{level} {:?}", case.shape);
        }
    }

    #[test]
    fn whole_numbers_have_the_oracle_s_sums_and_the_first_of_its_largest() {
        let mut numbers = Numbers(1);
        for _ in 0..60 {
            let shape = direct_shape(&mut numbers);
            check_exactly(&Case::<f32>::new(&mut numbers, shape, true));
            check_exactly(&Case::<f64>::new(&mut numbers, shape, true));
        }
    }

    fn check_levels<T: Real>(case: &Case<T>, tolerance: f64) {
        let (want, _) = case.oracle();
        let mut first = None;
        for level in SimdLevel::available() {
            let (got, winners) = case.run(level);
            for (got, want) in got.iter().zip(&want) {
                let got = got.to_f64();
                assert!((got - want).abs() <= tolerance, "{level} {:?} {got} {want}", case.shape);
            }
            let bits: Vec<u64> = got.iter().map(|z| z.to_f64().to_bits()).collect();
            let got = (bits, winners);
            let shape = case.shape;
            assert!(got == *first.get_or_insert_with(|| got.clone()), "{level} {shape:?}");
        }
    }

    #[test]
    fn every_level_has_the_same_bits() {
        let mut numbers = Numbers(2);
        for i in 0..80 {
            let of = if i % 4 == 0 { filtered_shape } else { random_shape };
            let shape = of(&mut numbers);
            check_levels(&Case::<f32>::new(&mut numbers, shape, false), 2e-2);
            check_levels(&Case::<f64>::new(&mut numbers, shape, false), 1e-10);
        }
    }

    #[test]
    fn a_sum_is_one_chain_of_multiply_adds() {
        let mut numbers = Numbers(5);
        for channels in [1, 1, 1, 2] {
            let [kernel, pool] = [1 + numbers.below(7), 1 + numbers.below(3)];
            for (kernel, pool) in [(kernel, pool), (kernel, 2)] {
                let shape = ConvShape { rows: 12, columns: 11, channels, maps: 27, kernel, pool };
                let case = Case::<f32>::new(&mut numbers, shape, false);
                let (output, winners) = case.run(SimdLevel::best());
                let [_, across] = shape.pooled();
                for (n, (&z, &winner)) in output.iter().zip(&winners).enumerate() {
                    let (image, neuron) = (n / shape.neurons(), n % shape.neurons());
                    let (place, map) = (neuron / shape.maps, neuron % shape.maps);
                    let corner = shape.corner(place / across, place % across, usize::from(winner));
                    let sum = (0..shape.field()).fold(0.0, |sum: f32, k| {
                        let pixel = k / shape.run() * shape.columns * channels + k % shape.run();
                        let x = case.input[image * case.input_stride + corner + pixel];
                        x.mul_add(case.weights[k * padded(shape.maps) + map], sum)
                    });
                    let want = case.scale.mul_add(sum, case.biases[map]);
                    assert!(z == want, "{shape:?} {n}: {z} {want}");
                }
            }
        }
    }

    /// A layer for minimal filtering whose images are constant across or down: neighbouring windows are equal.
    fn constant<T: Real>(numbers: &mut Numbers, [across, down]: [bool; 2]) -> Case<T> {
        let shape = filtered_shape(numbers);
        let mut case = Case::new(numbers, shape, false);
        for image in case.input.chunks_exact_mut(case.input_stride) {
            for at in 0..shape.inputs() {
                let (pixel, channel) = (at / shape.channels, at % shape.channels);
                let row = if down { 0 } else { pixel / shape.columns };
                let column = if across { 0 } else { pixel % shape.columns };
                image[at] = image[(row * shape.columns + column) * shape.channels + channel];
            }
        }
        case
    }

    #[test]
    fn minimal_filtering_has_the_oracle_s_winners() {
        let mut numbers = Numbers(6);
        for directions in [[false, false], [true, false], [false, true], [true, true]] {
            for _ in 0..5 {
                let case = constant::<f64>(&mut numbers, directions);
                let (_, want) = case.oracle();
                for level in SimdLevel::available() {
                    assert_eq!(case.run(level).1, want, "{level} {:?} {directions:?}", case.shape);
                }
            }
        }
    }

    #[test]
    fn of_equal_windows_the_first_wins_with_minimal_filtering() {
        let mut numbers = Numbers(7);
        for directions in [[true, false], [false, true], [true, true]] {
            for _ in 0..5 {
                let case = constant::<f32>(&mut numbers, directions);
                let (_, winners) = case.run(SimdLevel::best());
                let [across, down] = directions;
                let late = |&place: &u8| across && place % 2 == 1 || down && place / 2 == 1;
                assert!(!winners.iter().any(late), "{:?} {directions:?}", case.shape);
            }
        }
    }

    #[test]
    fn what_is_no_number_wins_and_stays() {
        let shape = ConvShape { rows: 4, columns: 6, channels: 1, maps: 20, kernel: 1, pool: 2 };
        for place in [0, 1, 6, 7] {
            let mut case = Case::<f32>::new(&mut Numbers(3), shape, false);
            case.input[place] = f32::NAN;
            case.input[place + 2] = f32::INFINITY;
            for level in SimdLevel::available() {
                let (output, winners) = case.run(level);
                assert!(output[..20].iter().all(|z| z.is_nan()), "{level} {place}");
                assert_eq!(winners[..20], [(place / 6 * 2 + place % 6) as u8; 20]);
                assert!(output[20..40].iter().all(|z| z.abs() > 0.0));
                assert!(!output[20..].iter().any(|z| z.is_nan()));
            }
        }
    }

    #[test]
    fn a_weight_that_is_not_finite_shows_where_pixels_are_zero() {
        let shape = ConvShape { rows: 9, columns: 9, channels: 1, maps: 20, kernel: 3, pool: 1 };
        let mut case = Case::<f32>::new(&mut Numbers(4), shape, false);
        case.input.fill(0.0);
        for (weight, bad) in [(1.0, false), (f32::INFINITY, true), (f32::NAN, true)] {
            case.weights[3] = weight;
            for level in SimdLevel::available() {
                let (output, _) = case.run(level);
                for place in output.chunks_exact(20) {
                    assert!((0..20).all(|j| place[j].is_nan() == (bad && j == 3)), "{level}");
                }
            }
        }
    }
}
