use crate::case::{Case, exp_flop, numbers_below_one};
use nablab::simd::dense::{AddOuterProducts, AddScaledRows, Product, ScaleAddBias};
use nablab::simd::elementwise::Softmax;
use nablab::simd::transpose::Transpose;
use nablab::simd::{AlignedVec, Real, padded};
use pulp::Arch;

/// Rows, inputs and outputs of a dense layer: in L1, and the output layers of 784-30-10 and of
/// 784-100-10 for a mini-batch of 10.
const DENSE: [[usize; 3]; 3] = [[32, 32, 32], [10, 30, 10], [10, 100, 10]];

/// The matrices of a dense layer, rows padded.
struct Dense<T> {
    n_in: usize,
    n_out: usize,
    /// `[rows][n_in]`
    input: AlignedVec<T>,
    /// `[n_in][n_out]`
    weights: AlignedVec<T>,
    /// `[n_out][n_in]`
    transposed: AlignedVec<T>,
    /// `[n_out]`
    biases: AlignedVec<T>,
    /// `[rows][n_out]`
    output: AlignedVec<T>,
}

/// Kernels of a dense layer.
pub fn dense<T: Real>(arch: Arch) -> Vec<Case> {
    type Run<T> = fn(Arch, &mut Dense<T>);
    /// Operations, numbers read and numbers written, from `[rows, n_in, n_out]` and the padded
    /// `[n_in, n_out]`.
    type Count = fn([usize; 3], [usize; 2]) -> [usize; 3];
    let kernels: [(_, Count, Run<T>); 6] = [
        (
            "Product",
            |[m, k, n], [_, stride]| [2 * m * k * n, m * k + k * stride, m * stride],
            |arch, Dense { n_in, input, weights, output, biases, .. }| {
                let (input_stride, stride) = (padded(*n_in), biases.len());
                arch.dispatch(Product {
                    input,
                    input_stride,
                    n_in: *n_in,
                    weights,
                    stride,
                    output,
                });
            },
        ),
        (
            "AddOuterProducts",
            |[m, k, n], [_, stride]| [2 * m * k * n, m * k + (m + k) * stride, k * stride],
            |arch, Dense { n_in, input, weights, output: delta, biases, .. }| {
                let (input_stride, stride) = (padded(*n_in), biases.len());
                arch.dispatch(AddOuterProducts { input, input_stride, delta, weights, stride });
            },
        ),
        (
            "AddScaledRows",
            |[m, _, n], [_, stride]| [2 * m * n, (m + 1) * stride, stride],
            |arch, Dense { output: rows, biases: output, .. }| {
                arch.dispatch(AddScaledRows { factor: T::from_f64(1e-3), rows, output });
            },
        ),
        (
            "ScaleAddBias",
            |[m, _, n], [_, stride]| [2 * m * n, (m + 1) * stride, m * stride],
            |arch, Dense { biases, output: z, .. }| {
                arch.dispatch(ScaleAddBias { scale: T::from_f64(0.5), biases, z });
            },
        ),
        (
            "Softmax",
            // An exponential, and the largest, difference, sum and quotient.
            |[m, _, n], [_, stride]| [(exp_flop::<T>() + 4) * m * n, m * stride, m * stride],
            |arch, Dense { n_out, output: z, biases, .. }| {
                arch.dispatch(Softmax { z, outputs: *n_out, stride: biases.len() });
            },
        ),
        (
            "Transpose",
            |[_, k, n], [input_stride, stride]| [0, k * stride, n * input_stride],
            |arch, Dense { n_in, n_out, weights, transposed, .. }| {
                arch.dispatch(Transpose {
                    input: weights,
                    input_stride: padded(*n_out),
                    columns: *n_out,
                    output: transposed,
                    output_stride: padded(*n_in),
                });
            },
        ),
    ];
    let case = |(kernel, count, run): (_, Count, Run<T>), shape| {
        let [rows, n_in, n_out] = shape;
        let [flop, read, written] = count(shape, [padded(n_in), padded(n_out)]);
        let mut operands = Dense {
            n_in,
            n_out,
            input: numbers_below_one(rows * padded(n_in)),
            weights: numbers_below_one(n_in * padded(n_out)),
            transposed: AlignedVec::zeros(n_out * padded(n_in)),
            biases: numbers_below_one(padded(n_out)),
            output: numbers_below_one(rows * padded(n_out)),
        };
        Case {
            kernel,
            shape: format!("{rows} × {n_in} to {n_out}"),
            flop,
            read: read * size_of::<T>(),
            written: written * size_of::<T>(),
            run: Box::new(move || run(arch, &mut operands)),
        }
    };
    kernels.into_iter().flat_map(|kernel| DENSE.map(|shape| case(kernel, shape))).collect()
}
