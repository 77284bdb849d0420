//! burn on its flex backend, the backward pass written by hand: no autodiff graph.
//!
//! Tensors are moved wherever they can be: burn then works in place.

mod convolution;

use burn::tensor::activation::{relu, sigmoid, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};
use nablab_peers::{Data, Layer, PIXELS, TRAINING_IMAGES, Trainer, Workload};

#[derive(Clone)]
pub(crate) struct Shared {
    x: Tensor<2>,
    y: Tensor<2>,
    test_x: Tensor<2>,
}

struct Burn {
    workload: Workload,
    shared: Shared,
    device: Device,
    layers: Vec<(Tensor<2>, Tensor<2>)>,
}

impl Burn {
    /// All activations, the input first.
    fn activations(&self, x: Tensor<2>) -> Vec<Tensor<2>> {
        let mut activations = vec![x];
        for (index, (weights, biases)) in self.layers.iter().enumerate() {
            let z = activations[index].clone().matmul(weights.clone()) + biases.clone();
            let last = index == self.layers.len() - 1;
            let kind = if last { &self.workload.output } else { &self.workload.activation };
            activations.push(match kind.as_str() {
                "softmax" => softmax(z, 1),
                "relu" => relu(z),
                _ => sigmoid(z),
            });
        }
        activations
    }

    fn slope(&self, a: Tensor<2>) -> Tensor<2> {
        if self.workload.activation == "sigmoid" { a.clone() * (-a + 1.0) } else { a.greater_elem(0.0).float() }
    }

    fn step(&mut self, chosen: Tensor<1, Int>, rows: usize) {
        let x = self.shared.x.clone().select(0, chosen.clone());
        let y = self.shared.y.clone().select(0, chosen);
        let mut activations = self.activations(x);
        let output = activations.pop().expect("an output layer");
        let mut delta = output.clone() - y;
        if self.workload.cost == "quadratic" {
            delta = delta * self.slope(output);
        }
        // The rate goes into delta, smaller than the gradient.
        delta = delta * (self.workload.eta / rows as f64);
        let layers = std::mem::take(&mut self.layers);
        let mut updated = Vec::with_capacity(layers.len());
        for (index, (mut weights, biases)) in layers.into_iter().enumerate().rev() {
            let a = activations.pop().expect("an activation");
            let gradient = a.clone().transpose().matmul(delta.clone());
            let bias_gradient = delta.clone().sum_dim(0);
            if index > 0 {
                delta = delta.matmul(weights.clone().transpose()) * self.slope(a);
            }
            if self.workload.decay != 1.0 {
                weights = weights * self.workload.decay;
            }
            updated.push((weights - gradient, biases - bias_gradient));
        }
        updated.reverse();
        self.layers = updated;
    }
}

impl Trainer for Burn {
    type Shared = Shared;

    fn share(data: Data) -> Shared {
        let device = Device::flex();
        let matrix = |v: Vec<f32>, rows, columns| Tensor::from_data(TensorData::new(v, [rows, columns]), &device);
        Shared {
            x: matrix(data.x, TRAINING_IMAGES, PIXELS),
            y: matrix(data.y, TRAINING_IMAGES, 10),
            test_x: matrix(data.test_x, 10_000, PIXELS),
        }
    }

    fn new(workload: &Workload, shared: Shared) -> Self {
        Self { workload: workload.clone(), shared, device: Device::flex(), layers: Vec::new() }
    }

    fn load(&mut self, layers: &[Layer]) {
        let matrix = |v: &[f32], columns: usize| {
            Tensor::from_data(TensorData::new(v.to_vec(), [v.len() / columns, columns]), &self.device)
        };
        self.layers = layers.iter().map(|(w, b)| (matrix(w, b.len()), matrix(b, b.len()))).collect();
    }

    fn epoch(&mut self, order: &[u32]) {
        let indices: Vec<i64> = order.iter().map(|&i| i64::from(i)).collect();
        for chosen in indices.chunks(self.workload.batch) {
            let tensor = Tensor::from_data(TensorData::new(chosen.to_vec(), [chosen.len()]), &self.device);
            self.step(tensor, chosen.len());
        }
    }

    fn forward(&self) -> Vec<f32> {
        let output = self.activations(self.shared.test_x.clone()).pop().expect("an output layer");
        output.into_data().try_into_vec().expect("f32")
    }
}

fn main() {
    nablab_peers::main::<Burn, convolution::Convolutional>("burn", "0.22.1");
}
