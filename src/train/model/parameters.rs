use super::Model;
use crate::input::printable;
use crate::nn::{Activation, Architecture, Cost, LayerSpec, Network, Output, Targets, dense};
use crate::simd::Real;
use crate::train::Precision;
use serde::{Deserialize, Serialize};

/// A network as its files have it: everything in f64, weights output-major, those that leave a layer
/// with dropout times 1 − p.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    /// The neurons of each layer, inputs first.
    pub sizes: Vec<usize>,
    /// `weights[l]` is `[n_out][n_in]`, flat.
    pub weights: Vec<Vec<f64>>,
    /// `biases[l][j]`.
    pub biases: Vec<Vec<f64>>,
    pub functions: Functions,
}

/// What a network is besides its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Functions {
    /// One a hidden layer.
    pub activation: Vec<Activation>,
    pub output: Output,
    pub cost: Cost,
    /// One a hidden layer.
    pub dropout: Vec<f64>,
    pub precision: Precision,
    /// Left out where it is one output a class, as before there was another.
    #[serde(default, skip_serializing_if = "is_one_hot")]
    pub targets: Targets,
}

fn is_one_hot(targets: &Targets) -> bool {
    *targets == Targets::OneHot
}

/// More parameters than a network has that trains on a CPU in a lifetime.
pub(super) const MOST: usize = 1 << 28;
/// More binary digits than a class has: there are at most 256 classes.
const MOST_BITS: usize = 8;
/// More layers than that.
pub(super) const MOST_LAYERS: usize = 1 << 16;

impl Parameters {
    pub(super) fn of(model: &Model) -> Self {
        match model {
            Model::F32(network) => Self::of_network(network, Precision::F32),
            Model::F64(network) => Self::of_network(network, Precision::F64),
        }
    }

    fn of_network<T: Real>(network: &Network<T>, precision: Precision) -> Self {
        let architecture = network.architecture();
        let hidden = architecture.hidden.iter();
        let layers = network.layers().iter().enumerate();
        let weights = layers.map(|(l, layer)| {
            let kept = kept(architecture, l);
            let neuron = |j| (0..layer.n_in()).map(move |k| kept * layer.weight(j, k).to_f64());
            (0..layer.n_out()).flat_map(neuron).collect()
        });
        let biases = network.layers().iter();
        let biases = biases.map(|layer| layer.biases().iter().map(|b| b.to_f64()).collect());
        Self {
            sizes: architecture.sizes(),
            weights: weights.collect(),
            biases: biases.collect(),
            functions: Functions {
                activation: hidden.clone().map(|layer| layer.activation).collect(),
                output: architecture.output,
                cost: architecture.cost,
                dropout: hidden.map(|layer| layer.dropout).collect(),
                precision,
                targets: architecture.targets,
            },
        }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.weights.iter().chain(&self.biases).flatten().all(|x| x.is_finite())
    }

    /// The network, or what is wrong with it.
    pub(super) fn into_model(self) -> Result<Model, String> {
        check_sizes(&self.sizes)?;
        let layers = self.sizes.len() - 1;
        if self.weights.len() != layers || self.biases.len() != layers {
            return Err(format!(
                "{} layers of weights and {} of biases, but the sizes say {layers}",
                self.weights.len(),
                self.biases.len()
            ));
        }
        for (l, pair) in self.sizes.windows(2).enumerate() {
            let (n_in, n_out) = (pair[0], pair[1]);
            if self.weights[l].len() != n_in * n_out || self.biases[l].len() != n_out {
                return Err(format!(
                    "layer {l} has {} weights and {} biases; expected {n_out} x {n_in} and {n_out}",
                    self.weights[l].len(),
                    self.biases[l].len()
                ));
            }
        }
        if !self.is_finite() {
            return Err("a weight or bias is not a finite number".into());
        }
        let architecture = self.architecture()?;
        Ok(match self.precision(&architecture)? {
            Precision::F32 => self.into_network::<f32>(architecture).into(),
            Precision::F64 => self.into_network::<f64>(architecture).into(),
        })
    }

    /// The precision of the training, or f64 where a parameter is beyond f32.
    fn precision(&self, architecture: &Architecture) -> Result<Precision, String> {
        let of_layer = |(l, weights): (usize, &Vec<f64>)| largest(weights) / kept(architecture, l);
        let weight = self.weights.iter().enumerate().map(of_layer).fold(0.0, f64::max);
        let largest = self.biases.iter().map(|biases| largest(biases)).fold(weight, f64::max);
        if largest.is_infinite() {
            return Err("a weight divided by 1 − p of its dropout is not a finite number".into());
        }
        Ok(match (largest as f32).is_finite() {
            true => self.functions.precision,
            false => Precision::F64,
        })
    }

    fn architecture(&self) -> Result<Architecture, String> {
        let Functions { activation, output, cost, dropout, .. } = &self.functions;
        let hidden = self.sizes.len() - 2;
        if activation.len() != hidden || dropout.len() != hidden {
            return Err(format!(
                "{} activations and {} dropout probabilities for {hidden} hidden layers",
                activation.len(),
                dropout.len()
            ));
        }
        if let Some(p) = dropout.iter().find(|p| !(0.0..1.0).contains(*p)) {
            return Err(format!("dropout probability {p}: expected 0 or above and below 1"));
        }
        if let Err(reason) = cost.pairing(*output) {
            let (cost, output) = (cost.name(), output.name());
            return Err(format!("the {cost} cost does not go with {output} outputs: {reason}"));
        }
        let targets = self.functions.targets;
        if let Err(reason) = cost.fits_targets(*output, targets) {
            return Err(format!("{} targets do not go with it: {reason}", targets.name()));
        }
        let outputs = self.sizes[hidden + 1];
        if targets == Targets::Binary && outputs > MOST_BITS {
            return Err(format!("{outputs} binary outputs; expected at most {MOST_BITS}"));
        }
        let kinds = dense(self.sizes[1..=hidden].iter().copied());
        let functions = activation.iter().zip(dropout);
        let layers = kinds.into_iter().zip(functions);
        let layer = |(kind, (&activation, &dropout))| LayerSpec { kind, activation, dropout };
        Ok(Architecture {
            input: self.sizes[0].into(),
            hidden: layers.map(layer).collect(),
            outputs,
            output: *output,
            cost: *cost,
            targets,
        })
    }

    fn into_network<T: Real>(self, architecture: Architecture) -> Network<T> {
        let mut network = Network::zeros(architecture.clone());
        for (l, layer) in network.layers_mut().iter_mut().enumerate() {
            let kept = kept(&architecture, l);
            let n_in = layer.n_in();
            for (i, &weight) in self.weights[l].iter().enumerate() {
                layer.set_weight(i / n_in, i % n_in, T::from_f64(weight / kept));
            }
            for (to, &from) in layer.biases_mut().iter_mut().zip(&self.biases[l]) {
                *to = T::from_f64(from);
            }
        }
        network
    }
}

/// Checks sizes before anything is made of them.
pub(super) fn check_sizes(sizes: &[usize]) -> Result<(), String> {
    let shown = printable(&format!("{sizes:?}"));
    if sizes.len() < 2 || sizes.contains(&0) {
        return Err(format!("layers of {shown} neurons: expected two layers or more, none empty"));
    }
    if sizes.len() > MOST_LAYERS {
        return Err(format!("{} layers; expected at most {MOST_LAYERS}", sizes.len()));
    }
    let parameters = sizes.windows(2).try_fold(0usize, |sum, pair| {
        sum.checked_add(pair[0].checked_add(1)?.checked_mul(pair[1])?)
    });
    match parameters {
        Some(n) if n <= MOST => Ok(()),
        _ => Err(format!("layers of {shown} neurons: more than 268 million parameters")),
    }
}

/// The largest magnitude, 0 of none.
fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// What the weights of layer `l` are stored times.
fn kept(architecture: &Architecture, l: usize) -> f64 {
    l.checked_sub(1).map_or(1.0, |hidden| 1.0 - architecture.hidden[hidden].dropout)
}
