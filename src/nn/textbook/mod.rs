//! The network in plain f64 loops, to be read beside chapter 2 of the book.
//!
//! Nothing here is fast or used in training. Indices follow the book: `weights[l][j][k]` is the
//! weight from neuron k of one layer to neuron j of the next, `l = 0` being the first set of
//! weights. In a convolution j is a map, and k counts what the kernel covers, row by row and the channels of a
//! pixel together. In a recurrent layer the weights from the layer itself come before those from its inputs.

mod convolution;
mod learning;
mod recurrence;

pub use learning::TextbookLearner;

use super::{Activation, Cost, LayerShape, Network, Output, RecurrentShape, Targets};
use crate::simd::Real;
use std::f64::consts::PI;

/// σ(z) = 1 / (1 + e^−z).
pub fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// σ'(z) = σ(z) (1 − σ(z)).
pub fn sigmoid_prime(z: f64) -> f64 {
    sigmoid(z) * (1.0 - sigmoid(z))
}

/// Φ(z), the distribution function of the standard normal distribution.
fn normal_distribution(z: f64) -> f64 {
    0.5 * (1.0 + libm::erf(z / 2f64.sqrt()))
}

/// φ(z) = Φ'(z), its density.
fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// f(z) of a hidden neuron.
fn activate(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Identity => z,
        Activation::Step => f64::from(u8::from(z > 0.0)),
        Activation::Sigmoid => sigmoid(z),
        Activation::Tanh => z.tanh(),
        Activation::Relu => z.max(0.0),
        Activation::LeakyRelu => z.max(0.01 * z),
        Activation::Elu if z > 0.0 => z,
        Activation::Elu => z.exp() - 1.0,
        Activation::Gelu => z * normal_distribution(z),
        Activation::Silu => z * sigmoid(z),
        Activation::Softplus => (1.0 + z.exp()).ln(),
    }
}

/// f'(z) of a hidden neuron.
fn activate_prime(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Identity => 1.0,
        Activation::Step => 0.0,
        Activation::Sigmoid => sigmoid_prime(z),
        Activation::Tanh => 1.0 - z.tanh() * z.tanh(),
        Activation::Relu => f64::from(u8::from(z > 0.0)),
        Activation::LeakyRelu | Activation::Elu if z > 0.0 => 1.0,
        Activation::LeakyRelu => 0.01,
        Activation::Elu => z.exp(),
        Activation::Gelu => normal_distribution(z) + z * normal_density(z),
        Activation::Silu => sigmoid(z) + z * sigmoid_prime(z),
        Activation::Softplus => sigmoid(z),
    }
}

/// e^z_j / Σ e^z_k.
fn softmax(z: &[f64]) -> Vec<f64> {
    let sum: f64 = z.iter().map(|z| z.exp()).sum();
    z.iter().map(|z| z.exp() / sum).collect()
}

/// A network in the shape of the book's formulas.
#[derive(Debug, Clone)]
pub struct Textbook {
    /// `biases[l][j]`.
    pub biases: Vec<Vec<f64>>,
    /// `weights[l][j][k]`.
    pub weights: Vec<Vec<Vec<f64>>>,
    /// What each layer is, in its place.
    pub shapes: Vec<LayerShape>,
    /// The activation of each hidden layer.
    pub activations: Vec<Activation>,
    /// The activation of the output layer.
    pub output: Output,
    /// The cost to be reduced.
    pub cost: Cost,
    /// What the outputs are to be.
    pub targets: Targets,
    /// `kept[l][j]`: what the activation of neuron j in hidden layer l is multiplied by. Without
    /// dropout 1; with dropout 0 or 1 in training, and 1 − p when all neurons are at work.
    pub kept: Vec<Vec<f64>>,
    /// Through how many of the last steps of a sequence errors go back.
    pub truncation: usize,
}

/// ∂C/∂b and ∂C/∂w, in the shapes of [`Textbook::biases`] and [`Textbook::weights`].
#[derive(Debug, Clone)]
pub struct Nabla {
    /// `biases[l][j]`.
    pub biases: Vec<Vec<f64>>,
    /// `weights[l][j][k]`.
    pub weights: Vec<Vec<Vec<f64>>>,
}

impl Textbook {
    /// The same network, copied out of the fast one.
    pub fn from_network<T: Real>(network: &Network<T>) -> Self {
        let layers = network.layers().iter();
        let biases =
            layers.clone().map(|layer| layer.biases().iter().map(|b| b.to_f64()).collect());
        let weights = layers.map(|layer| {
            let row = |j| (0..layer.n_in()).map(|k| layer.weight(j, k).to_f64()).collect();
            (0..layer.n_out()).map(row).collect()
        });
        let architecture = network.architecture();
        let hidden = architecture.hidden.iter();
        let kept = hidden.clone().zip(network.shapes());
        let kept = kept.map(|(layer, shape)| vec![1.0 - layer.dropout; shape.neurons()]);
        Self {
            kept: kept.collect(),
            truncation: usize::MAX,
            shapes: network.shapes().to_vec(),
            activations: hidden.map(|layer| layer.activation).collect(),
            biases: biases.collect(),
            weights: weights.collect(),
            output: architecture.output,
            cost: architecture.cost,
            targets: architecture.targets,
        }
    }

    /// Layer `l`, if it is a recurrent one.
    fn recurrent(&self, l: usize) -> Option<recurrence::Layer<'_>> {
        let LayerShape::Recurrent(shape) = &self.shapes[l] else { return None };
        let (weights, biases) = (&self.weights[l], &self.biases[l]);
        Some(recurrence::Layer { shape, activation: self.activations[l], weights, biases })
    }

    /// The weighted inputs z = w a + b of the layer after weights `l`, and in a convolution the corners where they came
    /// from.
    fn weighted_input(&self, l: usize, a: &[f64]) -> (Vec<f64>, Vec<usize>) {
        if let LayerShape::ConvPool(shape) = &self.shapes[l] {
            return convolution::forward(shape, &self.weights[l], &self.biases[l], a);
        }
        let neuron =
            |(w, b): (&Vec<f64>, &f64)| w.iter().zip(a).map(|(w, a)| w * a).sum::<f64>() + b;
        (self.weights[l].iter().zip(&self.biases[l]).map(neuron).collect(), Vec::new())
    }

    /// The weighted inputs of every layer, and the activations of every layer with the inputs
    /// first. Those of a recurrent layer are weighted inputs of all steps one after the other, and the activations that the
    /// next layer sees: of all steps or of the last.
    pub fn feed_forward(&self, x: &[f64]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let (mut zs, mut activations) = (Vec::new(), vec![x.to_vec()]);
        for l in 0..self.weights.len() {
            if let Some(layer) = self.recurrent(l) {
                let run = layer.run(&activations[l], l == 0);
                let unseen = if layer.shape.passes_steps { 0 } else { run.len() - 1 };
                let seen = run[unseen..]
                    .iter()
                    .flat_map(|step| step.a.iter().zip(&self.kept[l]).map(|(a, kept)| a * kept));
                activations.push(seen.collect());
                zs.push(run.into_iter().flat_map(|step| step.z).collect());
                continue;
            }
            let (z, _) = self.weighted_input(l, &activations[l]);
            activations.push(match self.output {
                _ if l + 1 < self.weights.len() => {
                    let neurons = z.iter().zip(&self.kept[l]);
                    neurons.map(|(&z, kept)| kept * activate(self.activations[l], z)).collect()
                }
                Output::Sigmoid => z.iter().map(|&z| sigmoid(z)).collect(),
                Output::Softmax => softmax(&z),
                Output::Identity => z.clone(),
                Output::Tanh => z.iter().map(|&z| z.tanh()).collect(),
            });
            zs.push(z);
        }
        (zs, activations)
    }

    /// What the outputs y are to be for an image of class `label`.
    pub fn desired(&self, label: usize) -> Vec<f64> {
        let outputs = self.biases.last().map_or(0, Vec::len);
        let y = |j| if self.targets.is_on(j, label) { 1.0 } else { 0.0 };
        (0..outputs).map(y).collect()
    }

    /// The cost of one image x of class `label`.
    pub fn cost_of(&self, x: &[f64], label: usize) -> f64 {
        self.cost_to(x, &self.desired(label))
    }

    /// The cost of inputs x whose outputs are to be y.
    pub fn cost_to(&self, x: &[f64], y: &[f64]) -> f64 {
        let (_, activations) = self.feed_forward(x);
        let outputs = activations.last().expect("at least the inputs");
        let terms = outputs.iter().zip(y).map(|(&a, &y)| match self.cost {
            Cost::Quadratic => 0.5 * (a - y) * (a - y),
            Cost::CrossEntropy => -(y * a.ln() + (1.0 - y) * (1.0 - a).ln()),
            Cost::LogLikelihood => -y * a.ln(),
        });
        terms.sum()
    }

    /// The gradient of the cost of one image, by the four equations of backpropagation.
    pub fn backpropagate(&self, x: &[f64], label: usize) -> Nabla {
        self.backpropagate_to(x, &self.desired(label))
    }

    /// The same for inputs x whose outputs are to be y.
    pub fn backpropagate_to(&self, x: &[f64], y: &[f64]) -> Nabla {
        let (zs, activations) = self.feed_forward(x);
        let depth = self.weights.len();
        let mut deltas: Vec<Vec<f64>> = vec![Vec::new(); depth];

        // BP1: δ = ∂C/∂a ⊙ σ'(z) in the output layer. For the cross-entropy σ' cancels, and the
        // log-likelihood of a softmax layer gives the same. Softmax outputs depend on every z, so
        // that the sum over k of ∂C/∂a_k ∂a_k/∂z_j is needed elsewhere.
        let (z, a) = (&zs[depth - 1], &activations[depth]);
        let mean: f64 = a.iter().zip(y).map(|(a, y)| (a - y) * a).sum();
        let delta = (0..a.len()).map(|j| match (self.cost, self.output) {
            (Cost::CrossEntropy | Cost::LogLikelihood, _) => a[j] - y[j],
            (Cost::Quadratic, Output::Sigmoid) => (a[j] - y[j]) * sigmoid_prime(z[j]),
            (Cost::Quadratic, Output::Softmax) => a[j] * (a[j] - y[j] - mean),
            (Cost::Quadratic, Output::Identity) => a[j] - y[j],
            (Cost::Quadratic, Output::Tanh) => (a[j] - y[j]) * (1.0 - z[j].tanh() * z[j].tanh()),
        });
        deltas[depth - 1] = delta.collect();

        // BP2: δ = (wᵀ δ of the next layer) ⊙ f'(z), from the last hidden layer to the first.
        for l in (0..depth - 1).rev() {
            let before = self.errors_before(l + 1, &activations[l + 1], &deltas[l + 1]);
            if let Some(layer) = self.recurrent(l) {
                let RecurrentShape { steps, neurons, passes_steps, .. } = *layer.shape;
                let mut errors = vec![vec![0.0; neurons]; steps];
                let seen = if passes_steps { 0 } else { steps - 1 };
                for (error, before) in errors[seen..].iter_mut().zip(before.chunks(neurons)) {
                    let known = before.iter().zip(&self.kept[l]);
                    *error = known.map(|(error, kept)| error * kept).collect();
                }
                let run = layer.run(&activations[l], l == 0);
                deltas[l] = layer.through_time(&run, &errors, self.truncation).concat();
                continue;
            }
            let neurons = before.iter().zip(&zs[l]).zip(&self.kept[l]);
            let delta = neurons
                .map(|((error, &z), kept)| error * activate_prime(self.activations[l], z) * kept);
            deltas[l] = delta.collect();
        }

        // BP4: ∂C/∂w_jk = a_k δ_j. BP3: ∂C/∂b_j = δ_j.
        let layers = deltas.into_iter().zip(&activations).enumerate();
        let gradients = layers.map(|(l, (delta, a))| match &self.shapes[l] {
            LayerShape::Dense { .. } => {
                let row = |delta| a.iter().map(|a| a * delta).collect();
                (delta.iter().map(row).collect(), delta)
            }
            LayerShape::ConvPool(shape) => {
                let (_, corners) = self.weighted_input(l, a);
                convolution::gradient(shape, &corners, &delta, a)
            }
            LayerShape::Recurrent(_) => {
                let layer = self.recurrent(l).expect("it is");
                layer.gradient(&layer.run(a, l == 0), &delta)
            }
        });
        let (weights, biases) = gradients.unzip();
        Nabla { weights, biases }
    }

    /// wᵀ δ of layer `l`, whose inputs are `a`.
    fn errors_before(&self, l: usize, a: &[f64], delta: &[f64]) -> Vec<f64> {
        if let LayerShape::ConvPool(shape) = &self.shapes[l] {
            let (_, corners) = self.weighted_input(l, a);
            return convolution::errors(shape, &self.weights[l], &corners, delta);
        }
        if let Some(layer) = self.recurrent(l) {
            return layer.errors_before(delta);
        }
        let sum = |k: usize| self.weights[l].iter().zip(delta).map(|(w, delta)| w[k] * delta).sum();
        (0..a.len()).map(sum).collect()
    }

    /// One step of gradient descent on a mini-batch of (image, class) pairs drawn from a training
    /// set of `n` images, with L2 regularisation: w ← (1 − ηλ/n) w − (η/m) Σ ∂C/∂w,
    /// b ← b − (η/m) Σ ∂C/∂b.
    pub fn step(&mut self, batch: &[(Vec<f64>, usize)], eta: f64, lambda: f64, n: usize) {
        let nablas: Vec<Nabla> = batch.iter().map(|(x, y)| self.backpropagate(x, *y)).collect();
        let rate = eta / batch.len() as f64;
        let decay = 1.0 - eta * lambda / n as f64;
        for l in 0..self.weights.len() {
            for j in 0..self.weights[l].len() {
                let sum: f64 = nablas.iter().map(|nabla| nabla.biases[l][j]).sum();
                self.biases[l][j] -= rate * sum;
                for k in 0..self.weights[l][j].len() {
                    let sum: f64 = nablas.iter().map(|nabla| nabla.weights[l][j][k]).sum();
                    self.weights[l][j][k] = decay * self.weights[l][j][k] - rate * sum;
                }
            }
        }
    }
}
