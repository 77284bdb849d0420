//! How the weights start that lead from a recurrent layer to itself.

use super::{LayerShape, Network, RecurrentShape, Unit, Weights};
use crate::simd::Real;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How the weights U from a recurrent layer to itself are drawn, of an LSTM those of each gate by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecurrentInitialiser {
    /// N(0, 1/n), with n neurons: of a large layer the largest eigenvalue is about 1
    #[default]
    Normal,
    /// A random orthogonal matrix, which keeps the length of what it is applied to (Saxe et al., 2014)
    Orthogonal,
    /// The identity: every neuron remembers itself (Le, Jaitly and Hinton, 2015)
    Identity,
}

impl RecurrentInitialiser {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Orthogonal => "orthogonal",
            Self::Identity => "identity",
        }
    }
}

impl<T: Real> Network<T> {
    /// Makes the weights from recurrent layers to themselves, which were [drawn](Self::random) as
    /// [`RecurrentInitialiser::Normal`] has them, those of `initialiser`, and adds `forget_bias` to the biases of the forget
    /// gates.
    pub fn start_recurrence(&mut self, initialiser: RecurrentInitialiser, forget_bias: f64) {
        for (layer, shape) in self.layers.iter_mut().zip(&self.shapes) {
            let LayerShape::Recurrent(shape) = shape else { continue };
            match initialiser {
                RecurrentInitialiser::Normal => {}
                RecurrentInitialiser::Orthogonal => change(layer, shape, orthogonal),
                RecurrentInitialiser::Identity => change(layer, shape, |rows| {
                    for (i, row) in rows.iter_mut().enumerate() {
                        row.fill(0.0);
                        row[i] = 1.0;
                    }
                }),
            }
            if shape.unit == Unit::Lstm {
                // The gates are i, f, g and o.
                for bias in &mut layer.biases_mut()[shape.neurons..2 * shape.neurons] {
                    *bias = T::from_f64(bias.to_f64() + forget_bias);
                }
            }
        }
    }
}

/// Changes the matrix from the neurons to themselves, of each gate in turn; a row leads into a neuron.
fn change<T: Real>(
    layer: &mut Weights<T>,
    shape: &RecurrentShape,
    change: impl Fn(&mut [Vec<f64>]),
) {
    let n = shape.neurons;
    for first in (0..shape.weighted_inputs()).step_by(n) {
        let row = |j| (0..n).map(|k| layer.weight(first + j, k).to_f64()).collect();
        let mut rows: Vec<Vec<f64>> = (0..n).map(row).collect();
        change(&mut rows);
        for (j, row) in rows.iter().enumerate() {
            for (k, &weight) in row.iter().enumerate() {
                layer.set_weight(first + j, k, T::from_f64(weight));
            }
        }
    }
}

/// Makes rows orthonormal, one after the other: of normal numbers that makes every orthogonal matrix equally likely. What the
/// first projection leaves of earlier rows by rounding, a second one takes away.
fn orthogonal(rows: &mut [Vec<f64>]) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for i in 0..rows.len() {
        let (before, rest) = rows.split_at_mut(i);
        let row = &mut rest[0];
        for _ in 0..2 {
            for other in &*before {
                let part = dot(row, other);
                row.iter_mut().zip(other).for_each(|(x, y)| *x -= part * y);
            }
        }
        let length = dot(row, row).sqrt();
        row.iter_mut().for_each(|x| *x /= length);
    }
}

#[cfg(test)]
mod tests {
    use super::super::normal::Normal;
    use super::*;
    use crate::nn::{
        Activation, Architecture, BiasInitialiser, Cost, ImageShape, Initialiser, LayerKind,
        LayerSpec, Output,
    };
    use crate::rng::{Purpose, Stream};

    fn network(initialiser: RecurrentInitialiser) -> Network<f64> {
        let (output, cost) = (Output::Softmax, Cost::LogLikelihood);
        let kinds = LayerKind::list("r21xlstm17").unwrap();
        let architecture = Architecture {
            input: ImageShape { rows: 3, columns: 4, channels: 1 },
            hidden: LayerSpec::list(&kinds, &Activation::Tanh.into(), &0.0.into()),
            ..Architecture::dense(&[12, 5], Activation::Tanh, output, cost)
        };
        let mut source = Normal(Stream::new(4, Purpose::Weights, 0));
        let (init, biases) = (Initialiser::Scaled, BiasInitialiser::Zero);
        let mut network = Network::random(architecture, init, biases, &mut source);
        network.start_recurrence(initialiser, 1.5);
        network
    }

    /// Of each gate and two of its rows, the product.
    fn products(layer: &Weights<f64>, n: usize) -> Vec<[f64; 2]> {
        let mut products = Vec::new();
        for first in (0..layer.n_out()).step_by(n) {
            for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
                let w = |row, k| layer.weight(first + row, k);
                let product = (0..n).map(|k| w(i, k) * w(j, k)).sum();
                products.push([product, f64::from(u8::from(i == j))]);
            }
        }
        products
    }

    #[test]
    fn an_orthogonal_matrix_keeps_lengths_and_the_identity_is_one() {
        for (l, n) in [(0, 21), (1, 17)] {
            let orthogonal = network(RecurrentInitialiser::Orthogonal);
            let products = products(&orthogonal.layers()[l], n);
            assert!(products.iter().all(|[got, want]| (got - want).abs() < 1e-14));
            let identity = network(RecurrentInitialiser::Identity);
            let normal = network(RecurrentInitialiser::Normal);
            let [identity, normal, orthogonal] =
                [&identity, &normal, &orthogonal].map(|network| &network.layers()[l]);
            for j in 0..identity.n_out() {
                for k in 0..identity.n_in() {
                    let weight = identity.weight(j, k);
                    match k < n {
                        true => assert_eq!(weight, f64::from(u8::from(j % n == k))),
                        // The inputs' weights are the same whatever becomes of the others.
                        false => {
                            assert_eq!([weight, orthogonal.weight(j, k)], [normal.weight(j, k); 2])
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn only_forget_gates_have_a_bias_to_begin_with() {
        let network = network(RecurrentInitialiser::Normal);
        assert!(network.layers()[0].biases().iter().all(|&bias| bias == 0.0));
        let biases = network.layers()[1].biases();
        assert!((0..4 * 17).all(|j| biases[j] == if j / 17 == 1 { 1.5 } else { 0.0 }));
    }
}
