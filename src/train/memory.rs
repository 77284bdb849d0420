//! How much memory a training takes.

use super::evaluate::rows_at_once;
use super::{Precision, SpecError, TrainingSpec};
use crate::data::{Dataset, Expansion};
use crate::machine::available_memory;
use crate::nn::{Form, LayerShape, Optimiser, Unit};
use crate::simd::padded;

/// Bytes for a non-zero pixel of an image.
const PIXEL: f64 = 4.0;

impl TrainingSpec {
    /// An estimate, rather too high, of the bytes that the training allocates: parameters as they are
    /// stored, what the optimiser remembers of them, the best network so far, the passes of a
    /// mini-batch and of an evaluation, images that it makes for itself.
    pub fn memory(&self, data: &Dataset) -> f64 {
        let architecture = self.architecture(data);
        let pad = |n: usize| padded(n.min(usize::MAX / 2)) as f64;
        let layers = architecture.layers();
        // Rows of weights for the forward pass, and but for a dense layer after the inputs a transposed copy.
        let weights = layers.iter().enumerate().map(|(l, layer)| {
            let [n_in, n_out] = layer.weights();
            let transposed = match layer {
                LayerShape::Dense { .. } if l == 0 => 0.0,
                LayerShape::Dense { .. } => n_out as f64 * pad(n_in),
                LayerShape::ConvPool(shape) => {
                    n_out as f64 * shape.kernel as f64 * pad(shape.run())
                }
                LayerShape::Recurrent(shape) => {
                    n_out as f64 * (pad(shape.neurons) + pad(shape.inputs))
                }
            };
            n_in as f64 * pad(n_out) + transposed + pad(n_out)
        });
        let parameters: f64 = weights.sum();
        // Activations and errors, and of a convolution the winners too and at first the images.
        let neurons = layers.iter().enumerate().map(|(l, layer)| match layer {
            LayerShape::Dense { n_out, .. } => pad(*n_out),
            LayerShape::ConvPool(shape) => {
                let images = if l == 0 { pad(shape.inputs()) } else { 0.0 };
                1.5 * pad(shape.neurons()) + images
            }
            // All steps, with the gates and cells of LSTM units.
            LayerShape::Recurrent(shape) => {
                let seen = if l == 0 { pad(shape.inputs) } else { 0.0 };
                let units = match shape.unit {
                    Unit::Elman => 1.0,
                    Unit::Lstm => 3.0,
                };
                let step = pad(shape.weighted_inputs()) + units * pad(shape.neurons) + seen;
                shape.steps as f64 * step
            }
        });
        let neurons: f64 = neurons.sum();
        let kinds = 2 + usize::from(
            self.activation.values().iter().any(|activation| activation.needs_weighted_input()),
        );
        let passes =
            neurons * (self.batch_size + rows_at_once(&architecture)) as f64 * kinds as f64;
        let optimiser = match self.optimiser {
            Optimiser::Sgd if self.momentum == 0.0 => 0,
            Optimiser::Sgd | Optimiser::Nesterov => 1,
            Optimiser::Adam | Optimiser::RmsProp => 3,
        };
        let best = usize::from(self.early_stop.is_some());
        // The network before the last step, a copy with its gradient, and their passes.
        let measured = 3 * usize::from(self.monitor_layers);
        let numbers = parameters * (1 + optimiser + best + measured) as f64
            + passes * if self.monitor_layers { 2.0 } else { 1.0 };
        let bytes = if self.precision == Precision::F64 { 8.0 } else { 4.0 };
        let density = data.training.density();
        let pixels = data.training.len() as f64 * data.inputs() as f64 * density;
        let copies = match self.expansion {
            // Distorted images are smeared over their neighbours.
            Some(expansion) => 1.5 * Expansion::factor(expansion) as f64,
            None if self.train_size.is_some() || !self.classes.is_empty() => 1.0,
            None => 0.0,
        };
        // All pixels as bytes beside the non-zero ones, and a mini-batch of them as numbers.
        let (dense, gathered) = match Form::choose(density, self.batch_size) {
            Form::Sparse => (0.0, 0.0),
            Form::Dense => (
                f64::max(copies, 1.0) * (data.training.len() * data.inputs()) as f64,
                self.batch_size as f64 * pad(data.inputs()),
            ),
        };
        (numbers + gathered) * bytes + copies * pixels * PIXEL + dense
    }
}

impl TrainingSpec {
    /// Makes sure that the training fits into the memory that this process can still have.
    ///
    /// # Errors
    ///
    /// When it does not, with both sizes.
    pub fn check_memory(&self, data: &Dataset) -> Result<(), SpecError> {
        let needed = self.memory(data);
        match available_memory() {
            Some(free) if needed > free as f64 => {
                Err(SpecError::Memory { needed, free: free as f64 })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::SparseRows;
    use crate::nn::dense;
    use std::sync::Arc;

    #[test]
    fn memory_is_that_of_parameters_and_passes() {
        let data = Dataset::mnist().unwrap();
        let of = |change: fn(&mut TrainingSpec)| {
            let mut spec = TrainingSpec::default();
            change(&mut spec);
            spec.memory(&data)
        };
        let wide = of(|spec| spec.hidden = dense([1024]));
        let weights = 4.0 * (784.0 * 1024.0 + 2.0 * 1024.0 * 13.0);
        assert!((weights..1.5 * weights).contains(&(wide - 4.0 * 1040.0 * 138.0 * 2.0)), "{wide}");
        let double = of(|spec| (spec.hidden, spec.precision) = (dense([1024]), Precision::F64));
        assert_eq!(double, 2.0 * wide);
        let adam = of(|spec| (spec.hidden, spec.optimiser) = (dense([1024]), Optimiser::Adam));
        assert!(adam > 3.0 * wide);
        assert!(of(|spec| spec.hidden = dense([usize::MAX, usize::MAX])) > 1e30);
        let base = of(|_| ());
        assert!(of(|spec| spec.expansion = "shifts".parse().ok()) > base + 50e6);

        let mut dense = data.clone();
        let pixels = dense.training.images.bytes().iter().map(|&pixel| pixel.max(1));
        let pixels: Vec<u8> = pixels.collect();
        let training = Arc::make_mut(&mut dense.training);
        training.images = SparseRows::from_dense(&pixels, data.inputs());
        let more = TrainingSpec::default().memory(&dense) - base;
        assert!((39.2e6..39.3e6).contains(&more), "{more}");
    }
}
