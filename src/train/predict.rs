use super::MiniBatch;
use super::evaluate::rows_at_once;
use crate::data::Split;
use crate::nn::{Network, Targets, Workspace};
use crate::simd::Real;
use pulp::{Arch, Simd, WithSimd};

/// The outputs of networks of one architecture for a fixed set of images, which are gathered once.
#[derive(Debug)]
pub struct Predictor<T> {
    /// Of as many images each as are [evaluated together](rows_at_once), the last one of fewer.
    batches: Vec<MiniBatch<T>>,
    workspace: Workspace<T>,
    /// `[images][classes]`
    outputs: Vec<T>,
    classes: usize,
    targets: Targets,
}

impl<T: Real> Predictor<T> {
    /// Gathers the images of `split` for networks shaped like `network`.
    ///
    /// Takes 8 bytes (f64: 12) for every pixel that is not zero.
    pub fn new(network: &Network<T>, split: &Split) -> Self {
        let classes = network.architecture().outputs();
        let rows = rows_at_once(network.architecture());
        let batches = (0..split.len()).step_by(rows).map(|first| {
            let mut batch = MiniBatch::new(rows);
            batch.gather(pulp::Scalar::new(), split, first..(first + rows).min(split.len()));
            batch
        });
        Self {
            batches: batches.collect(),
            workspace: Workspace::new(network, rows),
            outputs: vec![T::ZERO; split.len() * classes],
            classes,
            targets: network.architecture().targets,
        }
    }

    /// The activations of the output layer of `network` for every image: `[images][classes]`.
    ///
    /// # Panics
    ///
    /// When the network has another shape than the one that the predictor was made for.
    pub fn predict(&mut self, arch: Arch, network: &Network<T>) -> &[T] {
        assert_eq!(self.classes, network.architecture().outputs(), "another number of outputs");
        arch.dispatch(Predict { network, predictor: self });
        &self.outputs
    }

    /// In the last prediction, the number of images whose largest output is that of their class
    /// (the first of equals counts as the largest).
    pub fn correct(&self) -> usize {
        let labels = self.batches.iter().flat_map(MiniBatch::labels);
        let rows = self.outputs.chunks_exact(self.classes);
        let answer = |a: &[T]| self.targets.answer(a, T::from_f64(0.5));
        rows.zip(labels).filter(|(a, label)| answer(a) == usize::from(**label)).count()
    }
}

struct Predict<'a, T: Real> {
    network: &'a Network<T>,
    predictor: &'a mut Predictor<T>,
}

impl<T: Real> WithSimd for Predict<'_, T> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Predictor { batches, workspace, outputs, classes, .. } = self.predictor;
        let of_batch = workspace.capacity() * *classes;
        for (batch, outputs) in batches.iter().zip(outputs.chunks_mut(of_batch)) {
            workspace.forward(simd, self.network, batch.input());
            let padded = workspace.output();
            let rows = padded.chunks_exact(padded.len() / batch.rows());
            for (to, from) in outputs.chunks_exact_mut(*classes).zip(rows) {
                to.copy_from_slice(&from[..*classes]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::nn::textbook::Textbook;
    use crate::simd::SimdLevel;
    use crate::train::{Evaluator, TrainingSpec, initial_network};

    #[test]
    fn predictions_are_those_of_the_textbook_and_counted_as_in_an_evaluation() {
        let data = Dataset::mnist().unwrap();
        let network = initial_network::<f32>(&TrainingSpec::default(), &data);
        let textbook = Textbook::from_network(&network);
        // None, one mini-batch, and two of which the last one is short.
        for images in [0, 128, 131] {
            let split = data.test.first(images);
            let mut predictor = Predictor::new(&network, &split);
            for level in SimdLevel::available() {
                let arch = level.arch();
                let outputs = predictor.predict(arch, &network).to_vec();
                assert_eq!(outputs.len(), 10 * images);
                for (i, outputs) in outputs.chunks_exact(10).enumerate() {
                    let mut x = vec![0.0; data.inputs()];
                    let (columns, pixels) = split.images.row(i);
                    for (&column, &pixel) in columns.iter().zip(pixels) {
                        x[usize::from(column)] = f64::from_pixel(pixel);
                    }
                    let (_, activations) = textbook.feed_forward(&x);
                    for (a, want) in outputs.iter().zip(&activations[2]) {
                        assert!((f64::from(*a) - want).abs() < 1e-6, "{level}, image {i}");
                    }
                }
                let evaluation = Evaluator::new(&network).evaluate(arch, &network, &split);
                assert_eq!(predictor.correct(), evaluation.correct);
            }
        }
    }
}
