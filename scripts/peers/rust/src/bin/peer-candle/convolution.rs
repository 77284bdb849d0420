//! The networks with convolutions, the backward pass by hand as for the dense ones.
//!
//! By hand also because candle's gradient of max-pooling is divided by the places of a window (0.11.1).

use crate::{Candle, Descend, Shared};
use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops::{sigmoid, softmax};
use nablab_peers::{Data, FORWARD_IMAGES, Layer, Trainer, Workload, channels_first};

pub(crate) struct Convolutional {
    workload: Workload,
    shared: Shared,
    /// Kernels [map, channel, row, column] or a matrix, and the biases.
    layers: Vec<(Tensor, Tensor)>,
}

/// What the backward pass needs of a forward pass.
#[derive(Default)]
struct Pass {
    /// What each layer was given.
    given: Vec<Tensor>,
    /// The outputs of each convolution, before and after pooling; nothing for a dense layer.
    convolved: Vec<Option<(Tensor, Tensor)>>,
    /// The dropout mask of each hidden layer's outputs, if it has one.
    masks: Vec<Option<Tensor>>,
}

impl Convolutional {
    fn pass(&self, x: Tensor, training: bool) -> Result<(Pass, Tensor)> {
        let (side, rows) = (x.dim(1)?.isqrt(), x.dim(0)?);
        let mut a = x.reshape((rows, 1, side, side))?;
        let mut pass = Pass::default();
        for (index, ((weights, biases), shape)) in self.layers.iter().zip(&self.workload.shapes).enumerate() {
            let z = if shape.kernel > 0 {
                let convolved = a.conv2d(weights, 0, 1, 1, 1)?;
                let pooled = convolved.max_pool2d(shape.pool)?;
                pass.given.push(a);
                pass.convolved.push(Some((convolved, pooled.clone())));
                pooled.broadcast_add(&biases.reshape((1, (), 1, 1))?)?
            } else {
                a = a.flatten_from(1)?;
                let z = a.matmul(weights)?.broadcast_add(biases)?;
                pass.given.push(a);
                pass.convolved.push(None);
                z
            };
            if index == self.layers.len() - 1 {
                return Ok((pass, softmax(&z, 1)?));
            }
            a = if self.workload.activation == "sigmoid" { sigmoid(&z)? } else { z.relu()? };
            let p = self.workload.dropout[index];
            let mask = if training && p > 0.0 {
                let kept = Tensor::rand(0f32, 1f32, a.shape(), &Device::Cpu)?.ge(p)?;
                Some(kept.to_dtype(DType::F32)?.affine(1.0 / (1.0 - p), 0.0)?)
            } else {
                None
            };
            if let Some(mask) = &mask {
                a = (a * mask)?;
            }
            pass.masks.push(mask);
        }
        unreachable!("the last layer returns")
    }

    fn step(&mut self, chosen: &[u32]) -> Result<()> {
        let indices = Tensor::from_slice(chosen, chosen.len(), &Device::Cpu)?;
        let y = self.shared.y.index_select(&indices, 0)?;
        let (pass, output) = self.pass(self.shared.x.index_select(&indices, 0)?, true)?;
        // The rate goes into delta, smaller than the gradient.
        let mut delta = ((output - y)? * (self.workload.eta / chosen.len() as f64))?;
        for (index, (weights, biases)) in self.layers.iter().enumerate().rev() {
            let a = &pass.given[index];
            let (gradient, bias_gradient, below) = if let Some((convolved, pooled)) = &pass.convolved[index] {
                delta = delta.reshape(pooled.shape())?;
                let (_, _, rows, columns) = convolved.dims4()?;
                let pool = self.workload.shapes[index].pool;
                let winners = convolved.eq(&pooled.upsample_nearest2d(rows, columns)?)?.to_dtype(DType::F32)?;
                // Equal maxima share an error.
                let ties = (winners.avg_pool2d(pool)? * (pool * pool) as f64)?;
                let errors = ((&delta / ties)?.upsample_nearest2d(rows, columns)? * winners)?;
                // A convolution over the images of the mini-batch, as candle's own gradient has it.
                let gradient = a.transpose(0, 1)?.conv2d(&errors.transpose(0, 1)?, 0, 1, 1, 1)?.transpose(0, 1)?;
                let below = if index > 0 { Some(errors.conv_transpose2d(weights, 0, 0, 1, 1)?) } else { None };
                (gradient.contiguous()?, delta.sum((0, 2, 3))?, below)
            } else {
                (a.t()?.matmul(&delta)?, delta.sum(0)?, Some(delta.matmul(&weights.t()?)?))
            };
            if let Some(below) = below {
                // With ReLU the slope may be taken after dropout: what is dropped is 0 either way.
                let slope = if self.workload.activation == "sigmoid" {
                    (a * a.affine(-1.0, 1.0)?)?
                } else {
                    a.gt(0.0)?.to_dtype(DType::F32)?
                };
                delta = (below * slope)?;
                if let Some(mask) = &pass.masks[index - 1] {
                    delta = (&delta * mask.reshape(delta.shape())?)?;
                }
            }
            weights.inplace_op2(&gradient, &Descend { decay: 1.0 })?;
            biases.inplace_op2(&bias_gradient, &Descend { decay: 1.0 })?;
        }
        Ok(())
    }
}

impl Trainer for Convolutional {
    type Shared = Shared;

    fn share(data: Data) -> Shared {
        Candle::share(data)
    }

    fn new(workload: &Workload, shared: Shared) -> Self {
        Self { workload: workload.clone(), shared, layers: Vec::new() }
    }

    fn load(&mut self, layers: &[Layer]) {
        let shapes = &self.workload.shapes;
        let tensors = channels_first(shapes, layers).into_iter().zip(shapes).zip(layers).map(|((w, shape), (_, b))| {
            let weights = if shape.kernel > 0 {
                Tensor::from_vec(w, (shape.n_out, shape.channels, shape.kernel, shape.kernel), &Device::Cpu)?
            } else {
                Tensor::from_vec(w, (shape.n_in, shape.n_out), &Device::Cpu)?
            };
            Ok((weights, Tensor::from_slice(b, b.len(), &Device::Cpu)?))
        });
        self.layers = tensors.collect::<Result<_>>().expect("sizes");
    }

    fn epoch(&mut self, order: &[u32]) {
        for chosen in order.chunks(self.workload.batch) {
            self.step(chosen).expect("a step");
        }
    }

    fn forward(&self) -> Vec<f32> {
        let images = self.shared.test_x.dim(0).expect("a matrix");
        let outputs = (0..images).step_by(FORWARD_IMAGES).map(|begin| {
            let some = self.shared.test_x.narrow(0, begin, FORWARD_IMAGES.min(images - begin))?;
            self.pass(some, false)?.1.flatten_all()?.to_vec1()
        });
        outputs.collect::<Result<Vec<Vec<f32>>>>().expect("the forward pass").concat()
    }
}
