use super::MiniBatch;
use crate::data::Split;
use crate::nn::{Learner, Network, Workspace};
use crate::rng::Stream;
use crate::simd::Real;
use pulp::{Simd, WithSimd};

/// Kernel: a step of learning for each mini-batch of some images in turn.
///
/// A short last mini-batch is divided by its own size.
///
/// # Panics
///
/// When `order` has an index outside the split, the batch size is 0 or beyond the capacity of the
/// workspace, or a label has no output neuron.
pub(super) struct Steps<'a, T: Real> {
    pub network: &'a mut Network<T>,
    pub learner: &'a mut Learner<T>,
    pub split: &'a Split,
    /// The images, in this order.
    pub order: &'a [u32],
    pub batch_size: usize,
    pub dropout: &'a mut Stream,
    pub workspace: &'a mut Workspace<T>,
    pub batch: &'a mut MiniBatch<T>,
}

impl<T: Real> WithSimd for Steps<'_, T> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let mut batches = self.order.chunks(self.batch_size);
        while let Some(images) = batches.next() {
            let mut ahead = batches.clone();
            let (next, later) = (ahead.next(), ahead.next());
            self.batch.prefetch(self.split, next.unwrap_or_default(), later.unwrap_or_default());
            self.batch.gather(simd, self.split, images.iter().map(|&i| i as usize));
            let input = self.batch.input();
            self.learner.look_ahead(simd, self.network);
            self.workspace.drop_neurons(self.network, images.len(), |p, factors| {
                draw_mask(self.dropout, p, factors);
            });
            self.workspace.forward(simd, self.network, input);
            let desired = self.batch.desired();
            self.learner.step(simd, self.workspace, self.network, input, desired);
        }
    }
}

/// Sets each factor to 0 with probability `p`, else to 1, by half a random word each.
#[inline(always)]
fn draw_mask<T: Real>(stream: &mut Stream, p: f64, factors: &mut [T]) {
    let dropped_below = (p * 2f64.powi(32)) as u32;
    for pair in factors.chunks_mut(2) {
        let word = stream.next_u64();
        for (factor, half) in pair.iter_mut().zip([word as u32, (word >> 32) as u32]) {
            // Looked up: a branch on it could not be predicted.
            *factor = [T::ZERO, T::ONE][usize::from(half >= dropped_below)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn neurons_are_dropped_with_their_probability() {
        let mut stream = Stream::new(1, Purpose::Dropout, 0);
        for p in [0.0, 0.2, 0.5, 0.95] {
            let mut factors = vec![0.5f32; 100_001];
            draw_mask(&mut stream, p, &mut factors);
            let kept: f32 = factors.iter().sum();
            assert!(factors.iter().all(|&factor| factor == 0.0 || factor == 1.0));
            // Five standard deviations.
            assert!((f64::from(kept) / 100_001.0 - (1.0 - p)).abs() < 0.008, "{p}: {kept}");
        }
    }
}
