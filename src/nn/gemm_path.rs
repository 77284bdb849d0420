use super::Weights;
use crate::simd::dense::{AddOuterProducts, Product};
use crate::simd::{Real, padded};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use pulp::{Simd, WithSimd};

/// Which code multiplies the dense matrices of a layer.
///
/// The inputs of the network always take the sparse kernels of [`simd::sparse`](crate::simd::sparse).
///
/// The bits of [`GemmPath::Kernel`] are the same on every CPU. Those of [`GemmPath::Faer`] are the same
/// from run to run and for any number of threads, but faer chooses its own blocking for each
/// instruction set, so that they may differ from one kind of CPU to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GemmPath {
    /// The register-blocked kernels of [`simd::dense`](crate::simd::dense), which keep everything
    /// in L1 and L2.
    Kernel,
    /// faer's matrix product, which packs its operands: for large layers with large mini-batches.
    Faer,
}

impl GemmPath {
    /// The rule: faer where the mini-batch has at least 32 rows and both layers at least 128
    /// neurons, so that packing is paid back.
    pub fn choose(rows: usize, n_in: usize, n_out: usize) -> Self {
        if rows >= 32 && n_in >= 128 && n_out >= 128 { Self::Faer } else { Self::Kernel }
    }

    /// `output[r] = Σ_k input[r][k] · weights[k]`; see [`Product`] for the shapes.
    #[inline(always)]
    pub(super) fn product<S: Simd, T: Real>(self, simd: S, product: Product<T>) {
        match self {
            Self::Kernel => product.with_simd(simd),
            Self::Faer => {
                let Product { input, input_stride, n_in, weights, stride, output } = product;
                let rows = output.len() / stride;
                matmul(
                    MatMut::from_row_major_slice_mut(output, rows, stride),
                    Accum::Replace,
                    row_major(input, rows, n_in, input_stride),
                    MatRef::from_row_major_slice(&weights[..n_in * stride], n_in, stride),
                    T::ONE,
                    Par::Seq,
                );
            }
        }
    }

    /// `output[r][k] = Σ_j delta[r][j] · stored[k][j]`: errors, `[rows][stride of layer]`, through the
    /// stored weights of `layer` to the layer before, `[rows][padded(n_in)]`.
    #[inline(always)]
    pub(super) fn product_transposed<S: Simd, T: Real>(
        self,
        simd: S,
        delta: &[T],
        layer: &mut Weights<T>,
        output: &mut [T],
    ) {
        let (n_in, n_out, input_stride) = (layer.n_in(), layer.n_out(), layer.stride());
        let stride = padded(n_in);
        match self {
            Self::Kernel => {
                let weights = layer.transposed(simd);
                Product { input: delta, input_stride, n_in: n_out, weights, stride, output }
                    .with_simd(simd);
            }
            Self::Faer => {
                let rows = output.len() / stride;
                matmul(
                    MatMut::from_row_major_slice_mut(output, rows, stride).subcols_mut(0, n_in),
                    Accum::Replace,
                    row_major(delta, rows, n_out, input_stride),
                    row_major(&layer.stored, n_in, n_out, input_stride).transpose(),
                    T::ONE,
                    Par::Seq,
                );
            }
        }
    }

    /// `weights[k] += Σ_r input[r][k] · delta[r]`; see [`AddOuterProducts`] for the shapes.
    #[inline(always)]
    pub(super) fn add_outer<S: Simd, T: Real>(self, simd: S, outer: AddOuterProducts<T>) {
        match self {
            Self::Kernel => outer.with_simd(simd),
            Self::Faer => {
                let AddOuterProducts { input, input_stride, delta, weights, stride } = outer;
                let (rows, n_in) = (delta.len() / stride, weights.len() / stride);
                matmul(
                    MatMut::from_row_major_slice_mut(weights, n_in, stride),
                    Accum::Add,
                    row_major(input, rows, n_in, input_stride).transpose(),
                    MatRef::from_row_major_slice(delta, rows, stride),
                    T::ONE,
                    Par::Seq,
                );
            }
        }
    }
}

fn row_major<T>(x: &[T], rows: usize, columns: usize, stride: usize) -> MatRef<'_, T> {
    MatRef::from_row_major_slice(&x[..rows * stride], rows, stride).subcols(0, columns)
}
