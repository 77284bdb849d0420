use super::MiniBatch;
use crate::data::Split;
use crate::nn::{Architecture, Cost, Desired, Network, Targets, Workspace};
use crate::simd::Real;
use pulp::{Arch, Simd, WithSimd};

/// How a network does on a set of images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// The mean cost an image, without the regularisation term.
    pub cost: f64,
    /// The number of images whose largest output is that of their class (the first of equals
    /// counts as the largest); 0 where numbers are learnt.
    pub correct: usize,
    /// Where numbers are learnt, Σ (a − y)² over all rows and outputs; else 0.
    pub squared_error: f64,
}

/// The memory to evaluate networks of one architecture.
#[derive(Debug)]
pub struct Evaluator<T> {
    workspace: Workspace<T>,
    batch: MiniBatch<T>,
}

/// Images evaluated together: enough to amortise each call, few enough for the cache. Of sequences all steps are kept, and
/// fewer go together.
pub(super) fn rows_at_once(architecture: &Architecture) -> usize {
    if architecture.sees_sequences() { 32 } else { 128 }
}

impl<T: Real> Evaluator<T> {
    /// Memory to evaluate networks shaped like `network`.
    pub fn new(network: &Network<T>) -> Self {
        let rows = rows_at_once(network.architecture());
        Self { workspace: Workspace::new(network, rows), batch: MiniBatch::new(rows) }
    }

    /// The cost and the accuracy of `network` on `split`. The cost of an empty split is NaN.
    ///
    /// # Panics
    ///
    /// When the images do not fit the inputs of the network, or a label has no output neuron.
    pub fn evaluate(&mut self, arch: Arch, network: &Network<T>, split: &Split) -> Evaluation {
        arch.dispatch(Evaluate { network, split, evaluator: self })
    }

    /// Whether all weighted inputs and activations of the output layer are finite numbers, for the
    /// first images of `split`, as many as are evaluated together.
    ///
    /// # Panics
    ///
    /// When the images do not fit the inputs of the network.
    pub fn has_finite_outputs(&mut self, arch: Arch, network: &Network<T>, split: &Split) -> bool {
        arch.dispatch(Probe { network, split, evaluator: self })
    }
}

struct Probe<'a, T: Real> {
    network: &'a Network<T>,
    split: &'a Split,
    evaluator: &'a mut Evaluator<T>,
}

impl<T: Real> WithSimd for Probe<'_, T> {
    type Output = bool;
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let Evaluator { workspace, batch } = self.evaluator;
        batch.gather(simd, self.split, 0..workspace.capacity().min(self.split.len()));
        workspace.forward(simd, self.network, batch.input());
        let outputs = self.network.architecture().outputs();
        // The padding of the weighted inputs is arbitrary.
        [workspace.output_z(), workspace.output()].into_iter().all(|values| {
            let rows = values.chunks_exact(values.len() / batch.rows().max(1));
            rows.flat_map(|row| &row[..outputs]).all(|value| value.to_f64().is_finite())
        })
    }
}

struct Evaluate<'a, T: Real> {
    network: &'a Network<T>,
    split: &'a Split,
    evaluator: &'a mut Evaluator<T>,
}

impl<T: Real> WithSimd for Evaluate<'_, T> {
    type Output = Evaluation;
    fn with_simd<S: Simd>(self, simd: S) -> Evaluation {
        let Evaluator { workspace, batch } = self.evaluator;
        let architecture = self.network.architecture();
        let mut evaluation = Evaluation { cost: 0.0, correct: 0, squared_error: 0.0 };
        let rows = workspace.capacity();
        for first in (0..self.split.len()).step_by(rows) {
            let images = first..(first + rows).min(self.split.len());
            batch.gather(simd, self.split, images);
            workspace.forward(simd, self.network, batch.input());
            simd.vectorize(Tally {
                workspace,
                desired: batch.desired(),
                outputs: architecture.outputs(),
                cost: architecture.cost,
                targets: architecture.targets,
                evaluation: &mut evaluation,
            });
        }
        evaluation.cost /= self.split.len() as f64;
        evaluation
    }
}

/// Adds the costs and hits of one mini-batch, image by image.
struct Tally<'a, T> {
    workspace: &'a Workspace<T>,
    desired: Desired<'a, T>,
    outputs: usize,
    cost: Cost,
    targets: Targets,
    evaluation: &'a mut Evaluation,
}

impl<T: Real> WithSimd for Tally<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let (z, a) = (self.workspace.output_z(), self.workspace.output());
        let labels = match self.desired {
            Desired::Classes(labels) => labels,
            Desired::Numbers(y) => {
                let stride = a.len() / (y.len() / self.outputs);
                for (a, y) in a.chunks_exact(stride).zip(y.chunks_exact(self.outputs)) {
                    let squared_error = Cost::squared_error(&a[..self.outputs], y);
                    self.evaluation.squared_error += squared_error;
                    self.evaluation.cost += 0.5 * squared_error;
                }
                return;
            }
        };
        let half = T::from_f64(0.5);
        let stride = a.len() / labels.len();
        let rows = z.chunks_exact(stride).zip(a.chunks_exact(stride));
        for ((z, a), &label) in rows.zip(labels) {
            let (z, a, label) = (&z[..self.outputs], &a[..self.outputs], usize::from(label));
            self.evaluation.cost += self.cost.of_image(self.targets, z, a, label);
            self.evaluation.correct += usize::from(self.targets.answer(a, half) == label);
        }
    }
}
