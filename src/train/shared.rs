use crate::nn::{Initialiser, ParameterSource};
use crate::rng::SplitMix64;

/// The random numbers of [`Generator::Shared`](super::Generator::Shared), as scripts/peers/README.md
/// defines them ("The check").
#[derive(Debug)]
pub(super) struct SharedNumbers {
    seed: u64,
    layers: Vec<LayerNumbers>,
    /// The epoch whose order comes next, from 0.
    epoch: u64,
}

/// The parameters of a layer: a run of N(0, 1) values, first the weights, `[n_in][n_out]`, then the
/// biases.
#[derive(Debug)]
struct LayerNumbers {
    first: u64,
    n_in: u64,
    n_out: u64,
    /// How many have been asked for.
    weights: u64,
    biases: u64,
}

impl SharedNumbers {
    /// The numbers of a training with `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, layers: Vec::new(), epoch: 0 }
    }

    /// Replaces `order` by that of the next epoch: the indices sorted by random keys.
    pub(super) fn shuffle(&mut self, order: &mut [u32]) {
        self.epoch += 1;
        let keys = SplitMix64::new(self.seed.wrapping_add(self.epoch << 32));
        for (place, image) in order.iter_mut().zip(0..) {
            *place = image;
        }
        order.sort_by_cached_key(|&image| keys.output(image.into()));
    }
}

impl ParameterSource for SharedNumbers {
    fn begin(&mut self, initialiser: Initialiser, layers: &[[usize; 2]]) {
        let biases = u64::from(initialiser != Initialiser::He);
        let mut next = 0;
        let layers = layers.iter().map(|layer| {
            let (first, [n_in, n_out]) = (next, layer.map(|n| n as u64));
            next += (n_in + biases) * n_out;
            LayerNumbers { first, n_in, n_out, weights: 0, biases: 0 }
        });
        self.layers = layers.collect();
    }

    /// With [`Initialiser::He`], whose biases are 0 there, a number that is not to be used.
    fn bias(&mut self, l: usize) -> f64 {
        let layer = &mut self.layers[l];
        let n = layer.first + layer.n_in * layer.n_out + layer.biases;
        layer.biases += 1;
        SplitMix64::new(self.seed).gaussian(n)
    }

    fn weight(&mut self, l: usize) -> f64 {
        let layer = &mut self.layers[l];
        // Asked for neuron by neuron, numbered input by input.
        let (j, k) = (layer.weights / layer.n_in, layer.weights % layer.n_in);
        layer.weights += 1;
        SplitMix64::new(self.seed).gaussian(layer.first + k * layer.n_out + j)
    }

    /// From the normal number: the peers share no uniform ones.
    fn uniform_weight(&mut self, l: usize) -> f64 {
        libm::erf(self.weight(l) * std::f64::consts::FRAC_1_SQRT_2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::train::{Generator, TrainingSpec, Workload, initial_network};

    /// `shared_order` in scripts/peers/common.py, for 8 images.
    #[test]
    fn the_order_is_that_of_the_peers() {
        let mut numbers = SharedNumbers::new(1);
        let mut order = vec![0; 8];
        for expected in [[0, 1, 7, 6, 2, 3, 4, 5], [2, 4, 3, 5, 6, 1, 0, 7]] {
            numbers.shuffle(&mut order);
            assert_eq!(order, expected);
        }
    }

    /// `shared_start` in scripts/peers/common.py: of each layer w[0][0], w[1][0], w[0][1] (from, to)
    /// and the last bias.
    #[test]
    fn the_start_is_that_of_the_peers() {
        let data = Dataset::mnist().unwrap();
        let check = |workload: Workload, layers: &[[f32; 4]]| {
            let spec = TrainingSpec { rng: Generator::Shared, ..workload.spec() };
            let network = initial_network::<f32>(&spec, &data);
            assert_eq!(network.layers().len(), layers.len());
            for (layer, expected) in network.layers().iter().zip(layers) {
                let bias = layer.biases()[layer.n_out() - 1];
                let got = [layer.weight(0, 0), layer.weight(0, 1), layer.weight(1, 0), bias];
                for (got, want) in got.iter().zip(expected) {
                    assert!((got - want).abs() <= 1e-6 * want.abs(), "{workload:?}: {got} {want}");
                }
            }
        };
        check(
            Workload::W6,
            &[
                [-0.0010089196, 0.036780342, -0.008139983, 0.218623],
                [0.14092983, 0.40801853, -0.11353397, 0.47903436],
                [0.12000862, -0.013641127, -0.17011742, 0.87585676],
                [-0.03820773, 0.3472099, -0.06772313, 1.5524688],
                [-0.033469334, 0.34421805, -0.08901549, 0.46980155],
            ],
        );
        check(
            Workload::W5,
            &[
                [-0.0014268276, -0.04426745, -0.011511674, 0.0],
                [0.023607628, -0.037011895, 0.018615253, 0.0],
                [-0.037884954, 0.042576686, -0.024847772, 0.0],
            ],
        );
    }
}
