use crate::case::{Case, numbers_below_one};
use nablab::simd::Real;
use nablab::simd::elementwise::MulSoftmaxPrime;
use nablab::simd::update::{
    Adaptive, AdaptiveConstants, AddPenalty, AddScaled, ColumnSquares, Shrink,
};
use pulp::Arch;
use std::hint::black_box;

/// Elements of a slice: in L1, and the first layers of 784-30-10 and of 784-100-10.
const ELEMENTS: [usize; 3] = [1024, 784 * 32, 784 * 112];
/// The stride of a layer of 30 neurons.
const STRIDE: usize = 32;

type Slices<T> = [nablab::simd::AlignedVec<T>; 4];

/// The updates of weights by each rule of learning.
pub fn update<T: Real>(arch: Arch) -> Vec<Case> {
    type Run<T> = fn(Arch, &mut Slices<T>);
    // Kernel; operations, numbers read and numbers written an element.
    let kernels: [(_, [usize; 3], Run<T>); 6] = [
        // L1 and L2 without momentum.
        ("Shrink", [2, 1, 1], |arch, [x, ..]| {
            arch.dispatch(Shrink { shift: black_box(T::from_f64(1e-9)), x });
        }),
        // The penalties with momentum.
        ("AddPenalty", [4, 2, 1], |arch, [weights, gradient, ..]| {
            let (l2, l1) = (black_box(T::from_f64(1e-9)), T::from_f64(1e-9));
            arch.dispatch(AddPenalty { l2, l1, weights, gradient });
        }),
        // w ← w + v of momentum.
        ("AddScaled", [2, 2, 1], |arch, [x, y, ..]| {
            arch.dispatch(AddScaled { factor: black_box(T::from_f64(1e-9)), x, y });
        }),
        // Adam and RMSProp.
        ("Adaptive", [18, 4, 4], |arch, [weights, gradient, first, second]| {
            let number = |x| black_box(T::from_f64(x));
            let constants = AdaptiveConstants {
                mean: number(0.1),
                l2: number(1e-9),
                l1: number(1e-9),
                beta1: [0.9, 0.1].map(number),
                beta2: [0.999, 0.001].map(number),
                rate: number(1e-9),
                correction: number(1.5),
                epsilon: number(1e-8),
            };
            arch.dispatch(Adaptive { constants, weights, gradient, first, second });
        }),
        // Max-norm.
        ("ColumnSquares", [2, 1, 0], |arch, [rows, sums, ..]| {
            arch.dispatch(ColumnSquares { rows, sums: &mut sums[..STRIDE] });
        }),
        ("MulSoftmaxPrime", [4, 2, 1], |arch, [activation, delta, ..]| {
            arch.dispatch(MulSoftmaxPrime { activation, outputs: 10, stride: 16, delta });
        }),
    ];
    let case = |(kernel, [flop, read, written], run): (_, [usize; 3], Run<T>), len| {
        let mut slices: Slices<T> = std::array::from_fn(|_| numbers_below_one(len));
        Case {
            kernel,
            shape: format!("{len}"),
            flop: flop * len,
            read: read * len * size_of::<T>(),
            written: written * len * size_of::<T>(),
            run: Box::new(move || run(arch, &mut slices)),
        }
    };
    kernels.into_iter().flat_map(|kernel| ELEMENTS.map(|len| case(kernel, len))).collect()
}
