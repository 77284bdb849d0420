use super::{Nabla, Textbook};
use crate::nn::{Optimiser, StepConstants};

/// The rules of learning in plain f64 loops: chapter 3's equations 93 and 97 (L2 and L1), 107 and 108
/// (momentum), and those of later optimisers.
#[derive(Debug, Clone)]
pub struct TextbookLearner {
    optimiser: Optimiser,
    momentum: f64,
    steps: i32,
    /// For every parameter the velocity v, or the running mean of the gradient.
    first: Vec<f64>,
    /// For every parameter the running mean of the gradient's square.
    second: Vec<f64>,
}

impl Textbook {
    /// Every parameter, and whether it is a weight: layer by layer, biases first.
    fn parameters(&mut self) -> Vec<(&mut f64, bool)> {
        let layers = self.biases.iter_mut().zip(&mut self.weights);
        let parameters = layers.flat_map(|(biases, weights)| {
            let biases = biases.iter_mut().map(|b| (b, false));
            biases.chain(weights.iter_mut().flatten().map(|w| (w, true)))
        });
        parameters.collect()
    }

    /// The longest vector of weights into a hidden neuron becomes no longer than `limit`.
    fn limit_norms(&mut self, limit: f64) {
        let hidden = self.weights.len() - 1;
        for weights in self.weights[..hidden].iter_mut().flatten() {
            let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
            if norm > limit {
                weights.iter_mut().for_each(|w| *w *= limit / norm);
            }
        }
    }
}

impl Nabla {
    /// In the order of the parameters.
    fn flat(&self) -> Vec<f64> {
        let layers = self.biases.iter().zip(&self.weights);
        layers.flat_map(|(b, w)| b.iter().chain(w.iter().flatten()).copied()).collect()
    }
}

impl TextbookLearner {
    /// The optimiser before its first step.
    pub fn new(optimiser: Optimiser, momentum: f64, network: &mut Textbook) -> Self {
        let zeros = vec![0.0; network.parameters().len()];
        Self { optimiser, momentum, steps: 0, first: zeros.clone(), second: zeros }
    }

    /// One step on a mini-batch of (inputs, desired outputs) pairs.
    pub fn step(
        &mut self,
        network: &mut Textbook,
        batch: &[(Vec<f64>, Vec<f64>)],
        step: StepConstants,
    ) {
        let StepConstants { eta, lambda, l1, images, max_norm, clip_norm } = step;
        let (n, m) = (images as f64, batch.len() as f64);
        self.steps += 1;
        let before: Vec<f64> = network.parameters().iter().map(|(w, _)| **w).collect();
        if self.optimiser == Optimiser::Nesterov {
            for ((w, _), v) in network.parameters().into_iter().zip(&self.first) {
                *w += self.momentum * v;
            }
        }

        // The gradient of the whole cost: the mean over the mini-batch, and the penalties.
        let mut gradient = vec![0.0; before.len()];
        for (x, y) in batch {
            let nabla = network.backpropagate_to(x, y).flat();
            gradient.iter_mut().zip(nabla).for_each(|(sum, g)| *sum += g / m);
        }
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        if norm > clip_norm {
            gradient.iter_mut().for_each(|g| *g *= clip_norm / norm);
        }
        for ((w, is_weight), g) in network.parameters().into_iter().zip(&mut gradient) {
            if is_weight {
                let sign = if *w == 0.0 { 0.0 } else { w.signum() };
                *g += lambda / n * *w + l1 / n * sign;
            }
        }

        let moments = self.first.iter_mut().zip(&mut self.second);
        let known = before.into_iter().zip(gradient).zip(moments);
        for ((w, _), ((before, g), (first, second))) in network.parameters().into_iter().zip(known)
        {
            match self.optimiser {
                Optimiser::Sgd | Optimiser::Nesterov => {
                    *first = self.momentum * *first - eta * g;
                    *w = before + *first;
                }
                Optimiser::Adam => {
                    *first = 0.9 * *first + 0.1 * g;
                    *second = 0.999 * *second + 0.001 * g * g;
                    let mean = *first / (1.0 - 0.9f64.powi(self.steps));
                    let square = *second / (1.0 - 0.999f64.powi(self.steps));
                    *w = before - eta * mean / (square.sqrt() + 1e-8);
                }
                Optimiser::RmsProp => {
                    *second = 0.99 * *second + 0.01 * g * g;
                    *w = before - eta * g / (second.sqrt() + 1e-8);
                }
            }
        }
        network.limit_norms(max_norm);
    }
}
