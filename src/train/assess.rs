use super::evaluate::rows_at_once;
use super::{MiniBatch, Model};
use crate::data::Split;
use crate::nn::{Architecture, Network, Targets, Workspace};
use crate::simd::{Real, SimdLevel};
use pulp::{Simd, WithSimd};

/// How a network does on a set of images, image by image.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// One result an image, in the order of the set.
    pub images: Vec<ImageResult>,
    /// The number of classes.
    pub classes: usize,
}

/// What a network makes of one image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageResult {
    /// The class of the image.
    pub label: usize,
    /// The class that the outputs answer: the place of the largest one (the first of equals), or the number whose binary
    /// digits they are, which may be that of no class.
    pub predicted: usize,
    /// The largest output, or how far the least certain binary digit is on its side, from 0.5 to 1.
    pub output: f64,
    /// The cost of the image, without the regularisation term; NaN if an output is not a finite number.
    pub cost: f64,
}

impl Assessment {
    /// The number of images classified correctly.
    pub fn correct(&self) -> usize {
        self.images.iter().filter(|image| image.label == image.predicted).count()
    }

    /// The mean cost of an image; NaN without images.
    pub fn cost(&self) -> f64 {
        self.images.iter().map(|image| image.cost).sum::<f64>() / self.images.len() as f64
    }

    /// `[label][predicted]`: how many images of a class are taken for which.
    pub fn confusion(&self) -> Vec<Vec<usize>> {
        let mut counts = vec![vec![0; self.classes]; self.classes];
        for image in &self.images {
            counts[image.label][image.predicted] += 1;
        }
        counts
    }

    /// The places of the wrongly classified images, those with the largest cost first.
    pub fn worst(&self) -> Vec<usize> {
        let wrong = |&i: &usize| self.images[i].label != self.images[i].predicted;
        let mut places: Vec<usize> = (0..self.images.len()).filter(wrong).collect();
        places.sort_by(|&a, &b| self.images[b].cost.total_cmp(&self.images[a].cost));
        places
    }
}

/// Puts every image of `split` through a network.
///
/// # Panics
///
/// When the images do not fit the inputs of the network, a label has no output neuron, or the network
/// answers with numbers.
pub fn assess(model: &Model, split: &Split, level: SimdLevel) -> Assessment {
    let arch = level.arch();
    let Architecture { targets, .. } = *model.architecture();
    let classes = targets.answers(model.architecture().outputs());
    let images = match model {
        Model::F32(network) => arch.dispatch(Assess { network, split }),
        Model::F64(network) => arch.dispatch(Assess { network, split }),
    };
    Assessment { images, classes }
}

struct Assess<'a, T: Real> {
    network: &'a Network<T>,
    split: &'a Split,
}

impl<T: Real> WithSimd for Assess<'_, T> {
    type Output = Vec<ImageResult>;
    fn with_simd<S: Simd>(self, simd: S) -> Vec<ImageResult> {
        let Self { network, split } = self;
        let Architecture { cost, targets, .. } = *network.architecture();
        let (outputs, half) = (network.architecture().outputs(), T::from_f64(0.5));
        let rows = rows_at_once(network.architecture());
        let mut workspace = Workspace::new(network, rows);
        let mut batch = MiniBatch::new(rows);
        let mut results = Vec::with_capacity(split.len());
        for first in (0..split.len()).step_by(rows) {
            batch.gather(simd, split, first..(first + rows).min(split.len()));
            workspace.forward(simd, network, batch.input());
            let (z, a) = (workspace.output_z(), workspace.output());
            let stride = a.len() / batch.labels().len();
            let rows = z.chunks_exact(stride).zip(a.chunks_exact(stride));
            for ((z, a), &label) in rows.zip(batch.labels()) {
                let (z, a, label) = (&z[..outputs], &a[..outputs], usize::from(label));
                let predicted = targets.answer(a, half);
                let finite = a.iter().all(|output| output.to_f64().is_finite());
                results.push(ImageResult {
                    label,
                    predicted,
                    output: match targets {
                        Targets::OneHot | Targets::Numbers => a[predicted].to_f64(),
                        Targets::Binary => certainty(a),
                    },
                    cost: if finite { cost.of_image(targets, z, a, label) } else { f64::NAN },
                });
            }
        }
        results
    }
}

/// How far the least certain binary digit is on its side: from 0.5, undecided, to 1.
fn certainty<T: Real>(a: &[T]) -> f64 {
    a.iter().map(|a| 0.5 + (a.to_f64() - 0.5).abs()).fold(1.0, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::train::{Evaluator, TrainingSpec, initial_network};

    #[test]
    fn an_assessment_sums_up_to_the_evaluation() {
        let data = Dataset::mnist().unwrap();
        let network = initial_network::<f64>(&TrainingSpec::default(), &data);
        let split = data.test.first(131);
        let level = SimdLevel::best();
        let evaluation = Evaluator::new(&network).evaluate(level.arch(), &network, &split);
        let assessment = assess(&network.into(), &split, level);
        assert_eq!(assessment.images.len(), 131);
        assert_eq!(assessment.correct(), evaluation.correct);
        assert!((assessment.cost() - evaluation.cost).abs() < 1e-12);
        let confusion = assessment.confusion();
        assert_eq!(confusion.iter().flatten().sum::<usize>(), 131);
        assert_eq!((0..10).map(|j| confusion[j][j]).sum::<usize>(), evaluation.correct);
        let worst = assessment.worst();
        assert_eq!(worst.len(), 131 - evaluation.correct);
        let cost = |&i: &usize| assessment.images[i].cost;
        assert!(worst.windows(2).all(|pair| cost(&pair[0]) >= cost(&pair[1])));
    }
}
