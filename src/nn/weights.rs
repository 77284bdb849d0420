use super::LayerShape;
use crate::simd::conv::{ConvShape, FromFields, ToFields};
use crate::simd::elementwise::{Scale, ScaleColumns};
use crate::simd::reduce::{SumOfMagnitudes, SumOfSquares};
use crate::simd::transpose::Transpose;
use crate::simd::update::{Adaptive, AdaptiveConstants, ColumnSquares};
use crate::simd::{AlignedVec, Real, padded};
use pulp::{Simd, WithSimd};

/// The weights and biases of a layer, as they are stored. Whatever the layer is, optimisers, penalties and model
/// files see `n_in` weights into each of `n_out` neurons, or into each map of a convolution, in which the weight for
/// channel c of pixel (y, x) under the kernel is number (y · kernel + x) · channels + c.
///
/// The weights are input-major, rows padded by zeros to the stride, and stored in panels of a
/// `width`: all of the first panel, `[n_in][width]`, then the second; the last one is as wide as the
/// stride leaves. A dense layer after the inputs has panels of [`Real::PANEL`] for the sparse kernels, and so have
/// recurrent ones, any other layer a single one, so that its rows are contiguous. A weight is `scale` times the stored
/// number, which makes weight decay a single multiplication, of an f64: in f32 a decay of less than
/// 3e-8 a step would be none.
#[derive(Debug, Clone)]
pub struct Weights<T: Real> {
    n_in: usize,
    n_out: usize,
    /// The number of outputs in a panel of the weights.
    width: usize,
    /// The convolution whose weights they are.
    convolution: Option<ConvShape>,
    pub(super) scale: f64,
    pub(super) stored: AlignedVec<T>,
    pub(super) biases: AlignedVec<T>,
    /// `[n_out][padded(n_in)]`, of a convolution `[maps][kernel][padded(run)]`: the stored numbers once more,
    /// output-major, for the backward pass. Made when first needed, and then updated like them: that is cheaper
    /// than to transpose them at every step.
    transposed: AlignedVec<T>,
    transposed_is_current: bool,
}

impl<T: Real> Weights<T> {
    /// Those of a layer, all zero; `first` if it comes after the inputs.
    pub(super) fn of_layer(shape: &LayerShape, first: bool) -> Self {
        match shape {
            LayerShape::Dense { n_in, n_out } if first => Self::zeros_for_sparse(*n_in, *n_out),
            LayerShape::Dense { n_in, n_out } => Self::zeros(*n_in, *n_out),
            LayerShape::ConvPool(shape) => {
                let zeros = Self::zeros(shape.field(), shape.maps);
                Self { convolution: Some(*shape), ..zeros }
            }
            LayerShape::Recurrent(_) => {
                let [n_in, n_out] = shape.weights();
                Self::zeros_for_sparse(n_in, n_out)
            }
        }
    }

    /// A layer whose weights and biases are zero, for dense inputs.
    pub(super) fn zeros(n_in: usize, n_out: usize) -> Self {
        Self::with_width(n_in, n_out, padded(n_out))
    }

    /// A layer whose weights and biases are zero, for sparse inputs.
    pub(super) fn zeros_for_sparse(n_in: usize, n_out: usize) -> Self {
        Self::with_width(n_in, n_out, T::PANEL)
    }

    /// A zero layer of the same shape.
    pub(super) fn zeros_like(&self) -> Self {
        let zeros = Self::with_width(self.n_in, self.n_out, self.width);
        Self { convolution: self.convolution, ..zeros }
    }

    fn with_width(n_in: usize, n_out: usize, width: usize) -> Self {
        Self {
            n_in,
            n_out,
            width,
            convolution: None,
            scale: 1.0,
            stored: AlignedVec::zeros(n_in * padded(n_out)),
            biases: AlignedVec::zeros(padded(n_out)),
            transposed: AlignedVec::zeros(0),
            transposed_is_current: false,
        }
    }

    /// The number of inputs.
    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// The number of outputs.
    pub fn n_out(&self) -> usize {
        self.n_out
    }

    /// Where the weight from input `k` to output `j` is stored.
    fn index(&self, j: usize, k: usize) -> usize {
        assert!(j < self.n_out && k < self.n_in, "no such weight");
        let first = j / self.width * self.width;
        let width = self.width.min(self.stride() - first);
        first * self.n_in + k * width + j - first
    }

    /// The stride of the biases, and of a row of weights over all panels: `n_out`, padded.
    #[inline(always)]
    pub fn stride(&self) -> usize {
        self.biases.len()
    }

    /// The weight from input `k` to output `j`.
    pub fn weight(&self, j: usize, k: usize) -> T {
        self.scaled(self.stored[self.index(j, k)])
    }

    /// The weight that is stored as `x`.
    fn scaled(&self, x: T) -> T {
        T::from_f64(self.scale * x.to_f64())
    }

    /// Sets the weight from input `k` to output `j`.
    pub fn set_weight(&mut self, j: usize, k: usize, weight: T) {
        let index = self.index(j, k);
        self.stored[index] = T::from_f64(weight.to_f64() / self.scale);
        self.transposed_is_current = false;
    }

    /// The stored number of the weight from input `k` to output `j`.
    pub(super) fn stored_weight(&self, j: usize, k: usize) -> T {
        self.stored[self.index(j, k)]
    }

    /// Sets the stored number of the weight from input `k` to output `j`.
    pub(super) fn set_stored_weight(&mut self, j: usize, k: usize, stored: T) {
        let index = self.index(j, k);
        self.stored[index] = stored;
        self.transposed_is_current = false;
    }

    /// The stored weights, output-major: `[n_out][padded(n_in)]`, of a convolution `[maps][kernel][padded(run)]`.
    #[inline(always)]
    pub(super) fn transposed<S: Simd>(&mut self, simd: S) -> &[T] {
        if !self.transposed_is_current {
            self.transpose(simd);
        }
        &self.transposed
    }

    // Not at every step of a small mini-batch; inlined it would only be in the way.
    #[inline(never)]
    fn transpose<S: Simd>(&mut self, simd: S) {
        debug_assert_eq!(self.width, self.stride(), "panels are for the first layer");
        if let Some(shape) = self.convolution {
            if self.transposed.is_empty() {
                self.transposed = AlignedVec::zeros(self.n_out * shape.field_stride());
            }
            simd.vectorize(ToFields { shape, from: &self.stored, to: &mut self.transposed });
            self.transposed_is_current = true;
            return;
        }
        let output_stride = padded(self.n_in);
        if self.transposed.is_empty() {
            self.transposed = AlignedVec::zeros(self.n_out * output_stride);
        }
        simd.vectorize(Transpose {
            input: &self.stored,
            input_stride: self.biases.len(),
            columns: self.n_out,
            output: &mut self.transposed,
            output_stride,
        });
        self.transposed_is_current = true;
    }

    /// The stored weights to be changed: input-major, and output-major if they are kept so.
    #[inline(always)]
    pub(super) fn stored_mut(&mut self) -> (&mut [T], Option<&mut [T]>) {
        let transposed =
            if self.transposed_is_current { Some(&mut *self.transposed) } else { None };
        (&mut self.stored, transposed)
    }

    /// Changes the stored weights of a convolution map by map, `[maps][kernel][padded(run)]`.
    #[inline(always)]
    pub(super) fn change_fields<S: Simd>(
        &mut self,
        simd: S,
        shape: ConvShape,
        change: impl FnOnce(&mut [T]),
    ) {
        self.transposed(simd);
        change(&mut self.transposed);
        simd.vectorize(FromFields { shape, from: &self.transposed, to: &mut self.stored });
    }

    /// Says that the stored weights have been changed input-major only.
    pub(super) fn forget_transposed(&mut self) {
        self.transposed_is_current = false;
    }

    /// Updates the stored weights with those of a layer of the same shape, which are its second
    /// argument: the transposed ones too if both layers have them.
    #[inline(always)]
    pub(super) fn update_with(&mut self, other: &Self, mut update: impl FnMut(&mut [T], &[T])) {
        update(&mut self.stored, &other.stored);
        match self.transposed_is_current && other.transposed_is_current {
            true => update(&mut self.transposed, &other.transposed),
            false => self.transposed_is_current = false,
        }
    }

    /// A step of Adam or RMSProp, which uses up the gradient.
    #[inline(always)]
    pub(super) fn adapt<S: Simd>(
        &mut self,
        simd: S,
        gradient: &mut Self,
        first: &mut Self,
        second: &mut Self,
        constants: AdaptiveConstants<T>,
    ) {
        self.forget_transposed();
        gradient.forget_transposed();
        Adaptive {
            constants,
            weights: &mut self.stored,
            gradient: &mut gradient.stored,
            first: &mut first.stored,
            second: &mut second.stored,
        }
        .with_simd(simd);
        // Biases are not regularised.
        Adaptive {
            constants: AdaptiveConstants { l2: T::ZERO, l1: T::ZERO, ..constants },
            weights: &mut self.biases,
            gradient: &mut gradient.biases,
            first: &mut first.biases,
            second: &mut second.biases,
        }
        .with_simd(simd);
    }

    /// Shortens the weights that lead into each neuron to a vector of length `limit`, where they
    /// are longer. `norms` is room for a number a neuron, padded.
    pub(super) fn limit_norms<S: Simd>(&mut self, simd: S, limit: T, norms: &mut [T]) {
        simd.vectorize(LimitNorms { layer: self, limit, norms });
    }

    /// The biases of the outputs.
    pub fn biases(&self) -> &[T] {
        &self.biases[..self.n_out]
    }

    /// The biases of the outputs, to be set.
    pub fn biases_mut(&mut self) -> &mut [T] {
        &mut self.biases[..self.n_out]
    }

    /// Multiplies all weights by `factor` (weight decay: 1 − ηλ/n; the momentum of a velocity), at
    /// the cost of one multiplication unless the scale would leave the range in which it loses no
    /// accuracy.
    #[inline]
    pub(crate) fn decay<S: Simd>(&mut self, simd: S, factor: f64) {
        let lazy = self.decays_lazily(factor);
        self.scale *= factor;
        if !lazy {
            self.fold(simd);
        }
    }

    /// Whether to [decay](Self::decay) by `factor` leaves the stored weights as they are.
    #[inline]
    pub(super) fn decays_lazily(&self, factor: f64) -> bool {
        // A NaN does not. A factor of 0, as a hopeless η λ makes it, does not either.
        (1e-3..=1e3).contains(&(self.scale * factor).abs())
    }

    /// Multiplies the stored weights by the scale and makes it 1; what has decayed to nothing
    /// becomes 0.
    pub(crate) fn fold<S: Simd>(&mut self, simd: S) {
        let factor = T::from_f64(std::mem::replace(&mut self.scale, 1.0));
        let (stored, transposed) = self.stored_mut();
        simd.vectorize(Scale { factor, x: stored });
        if let Some(x) = transposed {
            simd.vectorize(Scale { factor, x });
        }
    }

    /// All numbers that are stored.
    #[cfg(test)]
    pub(super) fn blocks(&self) -> [&[T]; 3] {
        [&self.stored, &self.biases, &self.transposed]
    }

    /// The sum of the squares of the weights.
    pub(super) fn sum_of_squares<S: Simd>(&self, simd: S) -> f64 {
        self.scale * self.scale * simd.vectorize(SumOfSquares(&self.stored))
    }

    /// The sum of the absolute values of the weights.
    pub(super) fn sum_of_magnitudes<S: Simd>(&self, simd: S) -> f64 {
        self.scale.abs() * simd.vectorize(SumOfMagnitudes(&self.stored))
    }

    /// Whether every weight and bias is a finite number.
    pub fn is_finite(&self) -> bool {
        let finite = |x: T| x.to_f64().is_finite();
        self.stored.iter().all(|&x| finite(self.scaled(x)))
            && self.biases.iter().all(|&x| finite(x))
    }
}

/// [`Weights::limit_norms`] as a kernel.
struct LimitNorms<'a, T: Real> {
    layer: &'a mut Weights<T>,
    limit: T,
    norms: &'a mut [T],
}

impl<T: Real> WithSimd for LimitNorms<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { layer, limit, norms } = self;
        let (stride, n_in, scale) = (layer.stride(), layer.n_in, T::from_f64(layer.scale.abs()));
        let mut rest = &mut layer.stored[..];
        let mut changed = false;
        for first in (0..stride).step_by(layer.width) {
            let width = layer.width.min(stride - first);
            let (panel, after) = rest.split_at_mut(n_in * width);
            let factors = &mut norms[..width];
            ColumnSquares { rows: panel, sums: factors }.with_simd(simd);
            let mut too_long = false;
            for factor in factors.iter_mut() {
                let norm = scale * factor.square_root();
                too_long |= norm > limit;
                *factor = if norm > limit { limit / norm } else { T::ONE };
            }
            if too_long {
                ScaleColumns { factors, x: panel }.with_simd(simd);
                changed = true;
            }
            rest = after;
        }
        if changed {
            layer.forget_transposed();
        }
    }
}
