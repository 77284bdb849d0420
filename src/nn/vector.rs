//! The parameters of a network, and a gradient, as vectors.

use super::{Gradient, Network, Weights};
use crate::simd::Real;

impl<T: Real> Network<T> {
    /// The parameters: layer by layer the weights, `[n_in][n_out]`, then the biases.
    pub fn to_vector(&self) -> Vec<f64> {
        to_vector(self.layers())
    }

    /// Sets the parameters, in the order of [`to_vector`](Self::to_vector), rounded to the network's precision.
    ///
    /// # Panics
    ///
    /// When there are more or fewer of them.
    pub fn set_vector(&mut self, vector: &[f64]) {
        let mut rest = vector;
        for layer in self.layers_mut() {
            let (n_in, n_out) = (layer.n_in(), layer.n_out());
            let (weights, after) = rest.split_at(n_in * n_out);
            for (k, row) in weights.chunks_exact(n_out).enumerate() {
                for (j, &weight) in row.iter().enumerate() {
                    layer.set_weight(j, k, T::from_f64(weight));
                }
            }
            let (biases, after) = after.split_at(n_out);
            for (to, &bias) in layer.biases_mut().iter_mut().zip(biases) {
                *to = T::from_f64(bias);
            }
            rest = after;
        }
        assert!(rest.is_empty(), "more numbers than parameters");
    }

    /// How far the parameters are from those of `other`, ‖w − w′‖, without the vectors being made.
    ///
    /// # Panics
    ///
    /// When it has another shape.
    pub fn distance(&self, other: &Self) -> f64 {
        let layers = self.layers.iter().zip(&other.layers);
        layers.map(|(layer, other)| layer.squared_distance(other)).sum::<f64>().sqrt()
    }

    /// w ← w′ + factor · (w − w′): moves the parameters on the line through them and those of `origin`.
    ///
    /// # Panics
    ///
    /// When it has another shape.
    pub fn move_from(&mut self, origin: &Self, factor: f64) {
        for (layer, origin) in self.layers.iter_mut().zip(&origin.layers) {
            layer.move_from(origin, factor);
        }
    }
}

impl<T: Real> Weights<T> {
    // Padding is zero in both.
    fn squared_distance(&self, other: &Self) -> f64 {
        assert_eq!([self.n_in(), self.n_out()], [other.n_in(), other.n_out()], "another shape");
        let weights = self.stored.iter().zip(&*other.stored).map(|(x, y)| {
            let difference = self.scale * x.to_f64() - other.scale * y.to_f64();
            difference * difference
        });
        let biases = self.biases.iter().zip(&*other.biases).map(|(x, y)| {
            let difference = x.to_f64() - y.to_f64();
            difference * difference
        });
        weights.sum::<f64>() + biases.sum::<f64>()
    }

    fn move_from(&mut self, origin: &Self, factor: f64) {
        assert_eq!([self.n_in(), self.n_out()], [origin.n_in(), origin.n_out()], "another shape");
        self.forget_transposed();
        let moved = |w: f64, from: f64| from + factor * (w - from);
        for (x, from) in self.stored.iter_mut().zip(&*origin.stored) {
            let weight = moved(self.scale * x.to_f64(), origin.scale * from.to_f64());
            *x = T::from_f64(weight / self.scale);
        }
        for (x, from) in self.biases.iter_mut().zip(&*origin.biases) {
            *x = T::from_f64(moved(x.to_f64(), from.to_f64()));
        }
    }
}

impl<T: Real> Gradient<T> {
    /// The partial derivatives, in the order of [`Network::to_vector`].
    pub fn to_vector(&self) -> Vec<f64> {
        to_vector(&self.layers)
    }
}

fn to_vector<T: Real>(layers: &[Weights<T>]) -> Vec<f64> {
    let mut vector = Vec::new();
    for layer in layers {
        for k in 0..layer.n_in() {
            vector.extend((0..layer.n_out()).map(|j| layer.weight(j, k).to_f64()));
        }
        vector.extend(layer.biases().iter().map(|bias| bias.to_f64()));
    }
    vector
}

#[cfg(test)]
mod tests {
    use crate::nn::{Network, dense};
    use crate::train::{TrainingSpec, initial_network};

    #[test]
    fn a_network_is_its_vector() {
        let data = crate::data::Dataset::mnist().unwrap();
        let spec = TrainingSpec { hidden: dense([7]), ..TrainingSpec::default() };
        let network = initial_network::<f64>(&spec, &data);
        let vector = network.to_vector();
        assert_eq!(vector.len(), 785 * 7 + 8 * 10);
        // From pixel 300 to hidden neuron 2; the last bias.
        assert_eq!(vector[300 * 7 + 2], network.layers()[0].weight(2, 300));
        assert_eq!(vector.last(), network.layers()[1].biases().last());
        let mut copy = Network::<f64>::zeros(network.architecture().clone());
        copy.set_vector(&vector);
        assert_eq!(copy.to_vector(), vector);
    }

    #[test]
    fn distances_and_moves_are_those_of_the_vectors() {
        let data = crate::data::Dataset::mnist().unwrap();
        let spec = |seed| TrainingSpec { hidden: dense([7]), seed, ..TrainingSpec::default() };
        let [origin, mut network] = [1, 2].map(|seed| initial_network::<f64>(&spec(seed), &data));
        // As weight decay leaves it.
        network.layers_mut()[0].decay(pulp::Scalar::new(), 0.5);
        let (from, to) = (origin.to_vector(), network.to_vector());
        let squares = from.iter().zip(&to).map(|(a, b)| (a - b) * (a - b));
        let distance = squares.sum::<f64>().sqrt();
        assert!((network.distance(&origin) / distance - 1.0).abs() < 1e-12);
        network.move_from(&origin, -0.25);
        assert!((network.distance(&origin) / (0.25 * distance) - 1.0).abs() < 1e-12);
        for ((moved, a), b) in network.to_vector().iter().zip(&from).zip(&to) {
            assert!((moved - (a - 0.25 * (b - a))).abs() < 1e-15);
        }
    }
}
