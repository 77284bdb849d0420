//! candle, the backward pass written by hand: no gradient tape.
//!
//! The weights are updated in place by an operation of our own, the extension point candle offers:
//! its tensors are otherwise immutable, and each step would allocate all weights anew.

mod convolution;

use candle_core::{CpuStorage, Device, InplaceOp2, Layout, Result, Tensor};
use candle_nn::ops::{sigmoid, softmax};
use nablab_peers::{Data, Layer, PIXELS, TRAINING_IMAGES, Trainer, Workload};

/// w <- decay w - g
pub(crate) struct Descend {
    pub(crate) decay: f32,
}

impl InplaceOp2 for Descend {
    fn name(&self) -> &'static str {
        "descend"
    }

    fn cpu_fwd(&self, w: &mut CpuStorage, wl: &Layout, g: &CpuStorage, gl: &Layout) -> Result<()> {
        let (CpuStorage::F32(w), CpuStorage::F32(g)) = (w, g) else { candle_core::bail!("f32 only") };
        let (Some((w0, w1)), Some((g0, g1))) = (wl.contiguous_offsets(), gl.contiguous_offsets()) else {
            candle_core::bail!("contiguous tensors only")
        };
        for (w, g) in w[w0..w1].iter_mut().zip(&g[g0..g1]) {
            *w = self.decay * *w - g;
        }
        Ok(())
    }
}

#[derive(Clone)]
pub(crate) struct Shared {
    x: Tensor,
    y: Tensor,
    test_x: Tensor,
}

struct Candle {
    workload: Workload,
    shared: Shared,
    layers: Vec<(Tensor, Tensor)>,
}

impl Candle {
    /// All activations, the input first.
    fn activations(&self, x: Tensor) -> Result<Vec<Tensor>> {
        let mut activations = vec![x];
        for (index, (weights, biases)) in self.layers.iter().enumerate() {
            let z = activations[index].matmul(weights)?.broadcast_add(biases)?;
            let last = index == self.layers.len() - 1;
            let kind = if last { &self.workload.output } else { &self.workload.activation };
            activations.push(match kind.as_str() {
                "softmax" => softmax(&z, 1)?,
                "relu" => z.relu()?,
                _ => sigmoid(&z)?,
            });
        }
        Ok(activations)
    }

    fn slope(&self, a: &Tensor) -> Result<Tensor> {
        if self.workload.activation == "sigmoid" { a * a.affine(-1.0, 1.0)? } else { a.gt(0.0)?.to_dtype(a.dtype()) }
    }

    fn step(&mut self, chosen: &[u32]) -> Result<()> {
        let indices = Tensor::from_slice(chosen, chosen.len(), &Device::Cpu)?;
        let y = self.shared.y.index_select(&indices, 0)?;
        let activations = self.activations(self.shared.x.index_select(&indices, 0)?)?;
        let output = activations.last().expect("an output layer");
        let mut delta = (output - y)?;
        if self.workload.cost == "quadratic" {
            delta = (delta * self.slope(output)?)?;
        }
        // The rate goes into delta, smaller than the gradient.
        delta = (delta * (self.workload.eta / chosen.len() as f64))?;
        for (index, (weights, biases)) in self.layers.iter().enumerate().rev() {
            let a = &activations[index];
            let gradient = a.t()?.matmul(&delta)?;
            let bias_gradient = delta.sum(0)?;
            if index > 0 {
                delta = (delta.matmul(&weights.t()?)? * self.slope(a)?)?;
            }
            weights.inplace_op2(&gradient, &Descend { decay: self.workload.decay as f32 })?;
            biases.inplace_op2(&bias_gradient, &Descend { decay: 1.0 })?;
        }
        Ok(())
    }
}

impl Trainer for Candle {
    type Shared = Shared;

    fn share(data: Data) -> Shared {
        let matrix =
            |v, rows: usize, columns: usize| Tensor::from_vec(v, (rows, columns), &Device::Cpu).expect("sizes");
        Shared {
            x: matrix(data.x, TRAINING_IMAGES, PIXELS),
            y: matrix(data.y, TRAINING_IMAGES, 10),
            test_x: matrix(data.test_x, 10_000, PIXELS),
        }
    }

    fn new(workload: &Workload, shared: Shared) -> Self {
        Self { workload: workload.clone(), shared, layers: Vec::new() }
    }

    fn load(&mut self, layers: &[Layer]) {
        let tensors = |(w, b): &Layer| {
            let weights = Tensor::from_slice(w, (w.len() / b.len(), b.len()), &Device::Cpu)?;
            Ok((weights, Tensor::from_slice(b, b.len(), &Device::Cpu)?))
        };
        self.layers = layers.iter().map(tensors).collect::<Result<_>>().expect("sizes");
    }

    fn epoch(&mut self, order: &[u32]) {
        for chosen in order.chunks(self.workload.batch) {
            self.step(chosen).expect("a step");
        }
    }

    fn forward(&self) -> Vec<f32> {
        let output =
            self.activations(self.shared.test_x.clone()).and_then(|mut a| a.pop().expect("output").flatten_all());
        output.and_then(|output| output.to_vec1()).expect("the forward pass")
    }
}

fn main() {
    nablab_peers::main::<Candle, convolution::Convolutional>("candle", "0.11.1");
}
