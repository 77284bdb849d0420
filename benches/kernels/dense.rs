use crate::case::{Case, exp_flop, numbers_below_one};
use nablab::simd::dense::{
    AddOuterProducts, AddScaledRows, Descent, Errors, Product, ScaleAddBias, SkippingErrors,
    SkippingProduct,
};
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

/// The same of the last dense layers of chapter 6, which fill the caches, with a quarter of the inputs not 0: kernels that take all
/// of them, and those that skip the others. The operations are those with inputs that are not 0.
pub fn large<T: Real>(arch: Arch) -> Vec<Case> {
    const ROWS: usize = 10;
    const N: usize = 1000;
    struct Large<T> {
        input: AlignedVec<T>,
        weights: AlignedVec<T>,
        delta: AlignedVec<T>,
        step: AlignedVec<T>,
        output: AlignedVec<T>,
    }
    type Run<T> = fn(Arch, &mut Large<T>);
    const STRIDE: usize = padded(N);
    let kernels: [(_, usize, Run<T>); 4] = [
        ("Product", 1, |arch, Large { input, weights, output, .. }| {
            let (input_stride, n_in, stride) = (STRIDE, N, STRIDE);
            arch.dispatch(Product { input, input_stride, n_in, weights, stride, output });
        }),
        ("SkippingProduct", 1, |arch, Large { input, weights, output, .. }| {
            let (input_stride, stride) = (STRIDE, STRIDE);
            arch.dispatch(SkippingProduct { input, input_stride, weights, stride, output });
        }),
        ("Errors", 2, |arch, Large { input, weights, delta, step, output }| {
            let (stride, output_stride) = (STRIDE, STRIDE);
            let descent = Some(Descent { input, input_stride: STRIDE, step });
            arch.dispatch(Errors { delta, weights, stride, output, output_stride, descent });
        }),
        ("SkippingErrors", 2, |arch, Large { input: activation, weights, delta, step, output }| {
            let (stride, output_stride, step) = (STRIDE, STRIDE, Some(&step[..]));
            arch.dispatch(SkippingErrors {
                activation,
                delta,
                weights,
                stride,
                output,
                output_stride,
                step,
            });
        }),
    ];
    let case = |(kernel, products, run): (_, usize, Run<T>)| {
        let mut operands = Large {
            input: numbers_below_one(ROWS * STRIDE),
            weights: numbers_below_one(N * STRIDE),
            delta: numbers_below_one(ROWS * STRIDE),
            step: numbers_below_one(ROWS * STRIDE),
            output: AlignedVec::zeros(ROWS * STRIDE),
        };
        // Others in each row, as with dropout.
        for (r, row) in operands.input.chunks_exact_mut(STRIDE).enumerate() {
            for (k, x) in row.iter_mut().enumerate() {
                *x = if (r + k) % 4 == 0 && k < N { *x } else { T::ZERO };
            }
        }
        // Otherwise the weights would grow from one run to the next.
        operands.step.iter_mut().for_each(|x| *x *= T::from_f64(1e-9));
        Case {
            kernel,
            shape: format!("{ROWS} × {N} to {N}, a quarter"),
            flop: products * 2 * ROWS * N * N / 4,
            read: (N * STRIDE + ROWS * STRIDE) * size_of::<T>(),
            written: ((products - 1) * N * STRIDE + ROWS * STRIDE) * size_of::<T>(),
            run: Box::new(move || run(arch, &mut operands)),
        }
    };
    kernels.into_iter().map(case).collect()
}
