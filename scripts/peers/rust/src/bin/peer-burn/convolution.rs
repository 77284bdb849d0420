//! The networks with convolutions, the backward pass by hand as for the dense ones. Between the layers an image is a
//! row, map by map.

use crate::{Burn, Shared};
use burn::tensor::activation::{relu, sigmoid, softmax};
use burn::tensor::module::{
    conv_transpose2d, conv2d, conv2d_weight_backward, max_pool2d_with_indices, max_pool2d_with_indices_backward,
};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions, MaxPoolOptions};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use nablab_peers::{Data, FORWARD_IMAGES, Layer, Shape, Trainer, Workload, channels_first};

enum Weights {
    /// [map, channel, row, column]
    Kernels(Tensor<4>),
    Matrix(Tensor<2>),
}

/// What the backward pass needs of a convolution: the outputs before pooling, and which of them won.
struct Pooled {
    convolved: Tensor<4>,
    winners: Tensor<4, Int>,
    sides: [usize; 4],
}

#[derive(Default)]
struct Pass {
    /// What each layer was given.
    given: Vec<Tensor<2>>,
    /// For each layer, if it is a convolution.
    pooled: Vec<Option<Pooled>>,
    /// The dropout mask of each hidden layer's outputs, if it has one.
    masks: Vec<Option<Tensor<2>>>,
}

pub(crate) struct Convolutional {
    workload: Workload,
    shared: Shared,
    device: Device,
    /// The biases as rows.
    layers: Vec<(Weights, Tensor<2>)>,
}

fn options() -> ConvOptions<2> {
    ConvOptions::new([1, 1], [0, 0], [1, 1], 1)
}

/// Rows as images.
fn images(a: Tensor<2>, shape: &Shape) -> Tensor<4> {
    let [rows, size] = a.dims();
    let side = (size / shape.channels).isqrt();
    a.reshape([rows, shape.channels, side, side])
}

impl Convolutional {
    fn slope(&self, a: Tensor<2>) -> Tensor<2> {
        if self.workload.activation == "sigmoid" { a.clone() * (-a + 1.0) } else { a.greater_elem(0.0).float() }
    }

    /// A convolution with pooling and without an activation, as rows.
    fn convolve(&self, a: Tensor<2>, kernels: &Tensor<4>, biases: &Tensor<2>, shape: &Shape) -> (Tensor<2>, Pooled) {
        let convolved = conv2d(images(a, shape), kernels.clone(), None, options());
        let pool = MaxPoolOptions::new([shape.pool; 2]);
        let (largest, winners) = max_pool2d_with_indices(convolved.clone(), pool);
        let sides = largest.dims();
        let z = largest + biases.clone().reshape([1, shape.n_out, 1, 1]);
        (z.flatten(1, 3), Pooled { convolved, winners, sides })
    }

    fn pass(&self, x: Tensor<2>, training: bool) -> (Pass, Tensor<2>) {
        let mut pass = Pass::default();
        let mut a = x;
        for (index, ((weights, biases), shape)) in self.layers.iter().zip(&self.workload.shapes).enumerate() {
            pass.given.push(a.clone());
            let z = match weights {
                Weights::Kernels(kernels) => {
                    let (z, pooled) = self.convolve(a, kernels, biases, shape);
                    pass.pooled.push(Some(pooled));
                    z
                }
                Weights::Matrix(matrix) => {
                    pass.pooled.push(None);
                    a.matmul(matrix.clone()) + biases.clone()
                }
            };
            if index == self.layers.len() - 1 {
                return (pass, softmax(z, 1));
            }
            a = if self.workload.activation == "sigmoid" { sigmoid(z) } else { relu(z) };
            let p = self.workload.dropout[index];
            let mask = (training && p > 0.0).then(|| {
                Tensor::<2>::random(a.dims(), Distribution::Bernoulli(1.0 - p), &self.device) * (1.0 / (1.0 - p))
            });
            if let Some(mask) = &mask {
                a = a * mask.clone();
            }
            pass.masks.push(mask);
        }
        unreachable!("the last layer returns")
    }

    fn step(&mut self, chosen: Tensor<1, Int>, rows: usize) {
        let x = self.shared.x.clone().select(0, chosen.clone());
        let y = self.shared.y.clone().select(0, chosen);
        let (mut pass, output) = self.pass(x, true);
        // The rate goes into delta, smaller than the gradient.
        let mut delta = (output - y) * (self.workload.eta / rows as f64);
        let layers = std::mem::take(&mut self.layers);
        let mut updated = Vec::with_capacity(layers.len());
        for (index, (weights, biases)) in layers.into_iter().enumerate().rev() {
            let shape = self.workload.shapes[index];
            let a = pass.given.pop().expect("an activation");
            let below;
            updated.push(match weights {
                Weights::Kernels(kernels) => {
                    let Pooled { convolved, winners, sides } = pass.pooled.pop().flatten().expect("a convolution");
                    let delta = delta.reshape(sides);
                    let bias_gradient = delta.clone().sum_dim(3).sum_dim(2).sum_dim(0).reshape([1, shape.n_out]);
                    let window = [shape.pool; 2];
                    let errors = max_pool2d_with_indices_backward(
                        convolved,
                        window,
                        window,
                        [0, 0],
                        [1, 1],
                        false,
                        delta,
                        winners,
                    );
                    below = (index > 0).then(|| {
                        let transposed = ConvTransposeOptions::new([1, 1], [0, 0], [0, 0], [1, 1], 1);
                        conv_transpose2d(errors.clone(), kernels.clone(), None, transposed).flatten(1, 3)
                    });
                    let gradient =
                        conv2d_weight_backward(images(a.clone(), &shape), kernels.clone(), errors, options());
                    (Weights::Kernels(kernels - gradient), biases - bias_gradient)
                }
                Weights::Matrix(matrix) => {
                    pass.pooled.pop();
                    let gradient = a.clone().transpose().matmul(delta.clone());
                    let bias_gradient = delta.clone().sum_dim(0);
                    below = Some(delta.matmul(matrix.clone().transpose()));
                    (Weights::Matrix(matrix - gradient), biases - bias_gradient)
                }
            });
            let Some(below) = below else { break };
            // With ReLU the slope may be taken after dropout: what is dropped is 0 either way.
            delta = below * self.slope(a);
            if let Some(mask) = pass.masks.pop().flatten() {
                delta = delta * mask;
            }
        }
        updated.reverse();
        self.layers = updated;
    }
}

impl Trainer for Convolutional {
    type Shared = Shared;

    fn share(data: Data) -> Shared {
        Burn::share(data)
    }

    fn new(workload: &Workload, shared: Shared) -> Self {
        Self { workload: workload.clone(), shared, device: Device::flex(), layers: Vec::new() }
    }

    fn load(&mut self, layers: &[Layer]) {
        let device = &self.device;
        let shapes = &self.workload.shapes;
        let tensors = channels_first(shapes, layers).into_iter().zip(shapes).zip(layers).map(|((w, shape), (_, b))| {
            let weights = if shape.kernel > 0 {
                let sides = [shape.n_out, shape.channels, shape.kernel, shape.kernel];
                Weights::Kernels(Tensor::from_data(TensorData::new(w, sides), device))
            } else {
                Weights::Matrix(Tensor::from_data(TensorData::new(w, [shape.n_in, shape.n_out]), device))
            };
            (weights, Tensor::from_data(TensorData::new(b.clone(), [1, b.len()]), device))
        });
        self.layers = tensors.collect();
    }

    fn epoch(&mut self, order: &[u32]) {
        let indices: Vec<i64> = order.iter().map(|&i| i64::from(i)).collect();
        for chosen in indices.chunks(self.workload.batch) {
            let tensor = Tensor::from_data(TensorData::new(chosen.to_vec(), [chosen.len()]), &self.device);
            self.step(tensor, chosen.len());
        }
    }

    fn forward(&self) -> Vec<f32> {
        let some = self.shared.test_x.clone().split(FORWARD_IMAGES, 0).into_iter();
        some.flat_map(|x| self.pass(x, false).1.into_data().try_into_vec::<f32>().expect("f32")).collect()
    }
}
