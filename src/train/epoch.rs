use super::MiniBatch;
use crate::data::Split;
use crate::nn::{Network, Workspace};
use crate::rng::Stream;
use crate::simd::Real;
use crate::simd::prefetch::prefetch;
use pulp::{Arch, Simd, WithSimd};

/// The constants of gradient descent with L2 regularisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Descent {
    /// The learning rate η.
    pub eta: f64,
    /// The regularisation parameter λ, which is divided by the size of the training set.
    pub lambda: f64,
    /// The number of images in a mini-batch; the last one of an epoch may be shorter.
    pub batch_size: usize,
}

/// One epoch: a step of gradient descent for each mini-batch of `order`, the order of the images.
///
/// A short last mini-batch is divided by its own size.
///
/// # Panics
///
/// When `order` has an index outside the split, the batch size is 0 or beyond the capacity of the
/// workspace, or a label has no output neuron.
pub(super) fn train_epoch<T: Real>(
    arch: Arch,
    network: &mut Network<T>,
    split: &Split,
    order: &[u32],
    descent: Descent,
    dropout: &mut Stream,
    workspace: &mut Workspace<T>,
    batch: &mut MiniBatch<T>,
) {
    arch.dispatch(Epoch { network, split, order, descent, dropout, workspace, batch });
}

struct Epoch<'a, T: Real> {
    network: &'a mut Network<T>,
    split: &'a Split,
    order: &'a [u32],
    descent: Descent,
    dropout: &'a mut Stream,
    workspace: &'a mut Workspace<T>,
    batch: &'a mut MiniBatch<T>,
}

impl<T: Real> WithSimd for Epoch<'_, T> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Descent { eta, lambda, batch_size } = self.descent;
        let decay = T::from_f64(1.0 - eta * lambda / self.split.len() as f64);
        let mut batches = self.order.chunks(batch_size).peekable();
        while let Some(images) = batches.next() {
            // The shuffled order defeats the hardware's prefetcher.
            for &image in batches.peek().copied().unwrap_or_default() {
                let (columns, pixels) = self.split.images.row(image as usize);
                prefetch(columns);
                prefetch(pixels);
            }
            self.batch.gather(simd, self.split, images.iter().map(|&i| i as usize));
            let input = self.batch.input();
            self.workspace.drop_neurons(self.network, |p| self.dropout.uniform() < p);
            self.workspace.forward(simd, self.network, input);
            self.workspace.backward(simd, self.network, self.batch.labels());
            let rate = T::from_f64(eta / images.len() as f64);
            self.workspace.descend(simd, self.network, input, rate, decay);
        }
    }
}
