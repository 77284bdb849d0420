use crate::case::{Case, exp_flop, numbers_below_one};
use nablab::simd::Real;
use nablab::simd::elementwise::{
    Elu, Exp, Gelu, LeakyRelu, MulEluPrime, MulGeluPrime, MulLeakyReluPrime, MulReluPrime,
    MulSigmoidPrime, MulSiluPrime, MulSoftplusPrime, MulTanhPrime, Relu, Scale, Sigmoid, Silu,
    Softplus, Step, Tanh,
};
use nablab::simd::reduce::SumOfSquares;
use pulp::Arch;
use std::hint::black_box;

/// Elements of a slice: in L1, and the hidden layer of 784-30-10 and of 784-100-10 for a mini-batch
/// of 10.
const ELEMENTS: [usize; 3] = [1024, 10 * 32, 10 * 112];

/// Kernels of one slice, or of two of which the first is updated.
pub fn elementwise<T: Real>(arch: Arch) -> Vec<Case> {
    type Run<T> = fn(Arch, &mut [T], &[T]);
    let exp = exp_flop::<T>();
    let [gelu, softplus] = if T::NAME == "f32" { [29, 14] } else { [53, 26] };
    // Kernel; operations, numbers read and numbers written an element.
    let kernels: [(_, [usize; 3], Run<T>); 20] = [
        ("Exp", [exp, 1, 1], |arch, x, _| arch.dispatch(Exp(x))),
        ("Sigmoid", [exp + 2, 1, 1], |arch, x, _| arch.dispatch(Sigmoid(x))),
        // Doubling, e^x − 1 and its sum with 2, a reciprocal and a product, the rest put back.
        ("Tanh", [exp + 10, 1, 1], |arch, x, _| arch.dispatch(Tanh(x))),
        ("Elu", [exp + 1, 1, 1], |arch, x, _| arch.dispatch(Elu(x))),
        ("LeakyRelu", [1, 1, 1], |arch, x, _| arch.dispatch(LeakyRelu(x))),
        // The exponential with its rest put back, two polynomials and their quotient.
        ("Gelu", [exp + gelu, 1, 1], |arch, x, _| arch.dispatch(Gelu(x))),
        ("Silu", [exp + 3, 1, 1], |arch, x, _| arch.dispatch(Silu(x))),
        // The exponential, the quotient, and a polynomial of its square.
        ("Softplus", [exp + softplus, 1, 1], |arch, x, _| arch.dispatch(Softplus(x))),
        ("Step", [0, 1, 1], |arch, x, _| arch.dispatch(Step(x))),
        ("Relu", [0, 1, 1], |arch, x, _| arch.dispatch(Relu(x))),
        ("Scale", [1, 1, 1], |arch, x, _| arch.dispatch(Scale { factor: black_box(T::ONE), x })),
        ("MulSigmoidPrime", [3, 2, 1], |arch, delta, activation| {
            arch.dispatch(MulSigmoidPrime { activation, delta });
        }),
        ("MulTanhPrime", [3, 2, 1], |arch, delta, activation| {
            arch.dispatch(MulTanhPrime { activation, delta });
        }),
        ("MulEluPrime", [2, 2, 1], |arch, delta, activation| {
            arch.dispatch(MulEluPrime { activation, delta });
        }),
        ("MulLeakyReluPrime", [1, 2, 1], |arch, delta, activation| {
            arch.dispatch(MulLeakyReluPrime { activation, delta });
        }),
        ("MulGeluPrime", [exp + gelu + 4, 2, 1], |arch, delta, weighted_input| {
            arch.dispatch(MulGeluPrime { weighted_input, delta });
        }),
        ("MulSiluPrime", [exp + 7, 2, 1], |arch, delta, weighted_input| {
            arch.dispatch(MulSiluPrime { weighted_input, delta });
        }),
        ("MulSoftplusPrime", [exp + 2, 2, 1], |arch, delta, activation| {
            arch.dispatch(MulSoftplusPrime { activation, delta });
        }),
        ("MulReluPrime", [0, 2, 1], |arch, delta, activation| {
            arch.dispatch(MulReluPrime { activation, delta });
        }),
        ("SumOfSquares", [2, 1, 0], |arch, x, _| {
            black_box(arch.dispatch(SumOfSquares(x)));
        }),
    ];
    let case = |(kernel, [flop, read, written], run): (_, [usize; 3], Run<T>), len| {
        let (mut x, y) = (numbers_below_one(len), numbers_below_one::<T>(len));
        Case {
            kernel,
            shape: format!("{len}"),
            flop: flop * len,
            read: read * len * size_of::<T>(),
            written: written * len * size_of::<T>(),
            run: Box::new(move || run(arch, &mut x, &y)),
        }
    };
    kernels.into_iter().flat_map(|kernel| ELEMENTS.map(|len| case(kernel, len))).collect()
}
