use crate::case::{Case, numbers_below_one};
use nablab::data::Dataset;
use nablab::nn::Input;
use nablab::simd::sparse::{AddSparseOuterProducts, SparseProduct};
use nablab::simd::{AlignedVec, Real, padded};
use nablab::train::MiniBatch;
use pulp::Arch;
use std::collections::BTreeSet;

/// Images and outputs of the layer after the pixels: in L1, and the hidden layers of 784-30-10 and
/// of 784-100-10 for a mini-batch of 10.
const SPARSE: [[usize; 2]; 3] = [[1, 16], [10, 30], [10, 100]];

/// The operands of a sparse layer.
struct Sparse<T> {
    batch: MiniBatch<T>,
    /// Panels.
    weights: AlignedVec<T>,
    /// `[images][stride]`
    output: AlignedVec<T>,
    stride: usize,
}

/// Kernels of the layer after the pixels, with real digits.
pub fn sparse<T: Real>(arch: Arch, data: &Dataset) -> Vec<Case> {
    type Run<T> = fn(Arch, &mut Sparse<T>);
    // Kernel, whether it writes the weights rather than the output.
    let kernels: [(_, _, Run<T>); 2] = [
        ("SparseProduct", false, |arch, Sparse { batch, weights, output, stride }| {
            let Input::Sparse(input) = batch.input() else { panic!("digits are sparse") };
            arch.dispatch(SparseProduct { input, weights, skip: 0, stride: *stride, output });
        }),
        (
            "AddSparseOuterProducts",
            true,
            |arch, Sparse { batch, weights, output: delta, stride }| {
                let Input::Sparse(input) = batch.input() else { panic!("digits are sparse") };
                arch.dispatch(AddSparseOuterProducts {
                    input,
                    delta,
                    weights,
                    skip: 0,
                    stride: *stride,
                });
            },
        ),
    ];
    let case = |(kernel, updates, run): (_, bool, Run<T>), [images, n_out]: [usize; 2]| {
        let mut batch = MiniBatch::new(images);
        batch.gather(pulp::Scalar::new(), &data.training, 0..images);
        let columns = || (0..images).flat_map(|i| data.training.images.row(i).0);
        let (pixels, inputs) = (columns().count(), columns().collect::<BTreeSet<_>>().len());
        let stride = padded(n_out);
        let mut operands = Sparse {
            batch,
            weights: numbers_below_one(data.inputs() * stride),
            output: numbers_below_one(images * stride),
            stride,
        };
        let number = size_of::<T>();
        let pixels_read = pixels * (size_of::<u32>() + number);
        let (weights, output) = (inputs * stride * number, images * stride * number);
        Case {
            kernel,
            shape: format!("{images} × {} to {n_out}", data.inputs()),
            flop: 2 * pixels * n_out,
            read: pixels_read + weights + if updates { output } else { 0 },
            written: if updates { weights } else { output },
            run: Box::new(move || run(arch, &mut operands)),
        }
    };
    kernels.into_iter().flat_map(|kernel| SPARSE.map(|shape| case(kernel, shape))).collect()
}
