//! The exact state of a network and of its optimiser between two steps, so that a training can go on elsewhere with the
//! same bits.

use super::{Learner, Network, Weights};
use crate::simd::Real;

/// The numbers of a layer, or what is remembered of them, as they are stored: a weight is `scale` times its number.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSnapshot {
    /// What the weights have decayed by since they were last multiplied by it.
    pub scale: f64,
    /// `[n_out][n_in]`; nothing of what the optimiser does not remember.
    pub weights: Vec<f64>,
    /// `[n_out]`.
    pub biases: Vec<f64>,
}

/// What an optimiser remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnerSnapshot {
    /// β₁^t and β₂^t after t steps.
    pub powers: [f64; 2],
    /// The velocity or the running mean of the gradient and that of its square, layer by layer; nothing of a rule without
    /// memory.
    pub layers: Vec<[LayerSnapshot; 2]>,
}

impl<T: Real> Weights<T> {
    fn snapshot(&self) -> LayerSnapshot {
        let neurons = 0..self.n_out();
        let neuron = |j| (0..self.n_in()).map(move |k| self.stored_weight(j, k).to_f64());
        LayerSnapshot {
            scale: self.scale,
            weights: neurons.flat_map(neuron).collect(),
            biases: self.biases().iter().map(|bias| bias.to_f64()).collect(),
        }
    }

    /// Whether a snapshot is one of such a layer.
    fn fits(&self, snapshot: &LayerSnapshot) -> bool {
        snapshot.weights.len() == self.n_in() * self.n_out()
            && snapshot.biases.len() == self.n_out()
    }

    fn restore(&mut self, snapshot: &LayerSnapshot) {
        let n_in = self.n_in();
        for (i, &weight) in snapshot.weights.iter().enumerate() {
            self.set_stored_weight(i / n_in, i % n_in, T::from_f64(weight));
        }
        for (to, &from) in self.biases_mut().iter_mut().zip(&snapshot.biases) {
            *to = T::from_f64(from);
        }
        self.scale = snapshot.scale;
    }
}

impl<T: Real> Network<T> {
    /// Its parameters as they are stored.
    pub fn snapshot(&self) -> Vec<LayerSnapshot> {
        self.layers().iter().map(Weights::snapshot).collect()
    }

    /// Takes the parameters of a network of the same shape back. Returns whether they are; if not, nothing changes.
    pub fn restore(&mut self, snapshot: &[LayerSnapshot]) -> bool {
        let layers = self.layers_mut();
        let fits = layers.len() == snapshot.len()
            && layers.iter().zip(snapshot).all(|(layer, snapshot)| layer.fits(snapshot));
        if fits {
            layers.iter_mut().zip(snapshot).for_each(|(layer, from)| layer.restore(from));
        }
        fits
    }
}

impl<T: Real> Learner<T> {
    /// What it remembers.
    pub fn snapshot(&self) -> LearnerSnapshot {
        let layers = self.memories().map(|memory| memory.map(Weights::snapshot)).collect();
        LearnerSnapshot { powers: self.powers(), layers }
    }

    /// Takes back what one of the same rule remembered of a network of the same shape. Returns whether it is; if not, nothing
    /// changes.
    pub fn restore(&mut self, snapshot: &LearnerSnapshot) -> bool {
        let fits = self.memories().count() == snapshot.layers.len()
            && self.memories().zip(&snapshot.layers).all(|(memory, layers)| {
                memory.iter().zip(layers).all(|(weights, layer)| weights.fits(layer))
            });
        if fits {
            *self.powers_mut() = snapshot.powers;
            for (memory, layers) in self.memories_mut().zip(&snapshot.layers) {
                memory.into_iter().zip(layers).for_each(|(to, from)| to.restore(from));
            }
        }
        fits
    }
}
