use super::{LearntFrom, Model};
use crate::data::SparseRows;
use crate::input::printable;
use crate::nn::{
    Activation, Architecture, Cost, ImageShape, LayerKind, LayerShape, LayerSpec, Network, Output,
    Sequence, Targets, dense,
};
use crate::simd::Real;
use crate::train::{Checkpoint, Precision};
use serde::{Deserialize, Serialize};

/// A network as its files have it: everything in f64, weights output-major, those that leave a layer
/// with dropout times 1 − p.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    pub architecture: Architecture,
    pub precision: Precision,
    /// `weights[l]` is `[n_out][n_in]`, flat.
    pub weights: Vec<Vec<f64>>,
    /// `biases[l][j]`.
    pub biases: Vec<Vec<f64>>,
    /// What a training needs to go on with it.
    pub training: Option<Checkpoint>,
    pub learnt_from: LearntFrom,
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
    /// Left out where all layers are dense: the sizes of their parameters tell them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Layers>,
    /// What a training needs to go on with the network; left out where that is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Checkpoint>,
    /// Left out where nothing is known, and of the embedded MNIST.
    #[serde(default, skip_serializing_if = "LearntFrom::is_nothing")]
    pub learnt_from: LearntFrom,
}

/// The layers of a network with convolutions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layers {
    /// Rows, columns and channels of an image.
    input: [usize; 3],
    /// How recurrent layers see it; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sequence: Option<Sequence>,
    /// As on the command line: `20c5p2`, `100`.
    hidden: Vec<String>,
    outputs: usize,
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
/// More neurons than that, in a network whose parameters do not bound them.
const MOST_NEURONS: usize = 1 << 22;

impl Functions {
    /// A network of dense layers of [checked](check_sizes) sizes, or what is wrong with it.
    pub(super) fn dense(&self, sizes: &[usize]) -> Result<Architecture, String> {
        let [inputs, hidden @ .., outputs] = sizes else { unreachable!("two layers or more") };
        let seen = ((*inputs).into(), Sequence::Rows);
        self.architecture(seen, dense(hidden.iter().copied()), *outputs)
    }

    fn architecture(
        &self,
        (input, sequence): (ImageShape, Sequence),
        kinds: Vec<LayerKind>,
        outputs: usize,
    ) -> Result<Architecture, String> {
        let Self { activation, output, cost, dropout, targets, .. } = self;
        let hidden = kinds.len();
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
        if let Err(reason) = cost.fits_targets(*output, *targets) {
            return Err(format!("{} targets do not go with it: {reason}", targets.name()));
        }
        if *targets == Targets::Binary && outputs > MOST_BITS {
            return Err(format!("{outputs} binary outputs; expected at most {MOST_BITS}"));
        }
        let functions = activation.iter().zip(dropout);
        let layers = kinds.into_iter().zip(functions);
        let layer = |(kind, (&activation, &dropout))| LayerSpec { kind, activation, dropout };
        Ok(Architecture {
            input,
            sequence,
            hidden: layers.map(layer).collect(),
            outputs,
            output: *output,
            cost: *cost,
            targets: *targets,
        })
    }
}

impl Layers {
    fn of(architecture: &Architecture) -> Self {
        let ImageShape { rows, columns, channels } = architecture.input;
        let hidden = architecture.hidden.iter().map(|layer| layer.kind.to_string());
        let outputs = architecture.outputs;
        let sequence = architecture.sees_sequences().then_some(architecture.sequence);
        Self { input: [rows, columns, channels], sequence, hidden: hidden.collect(), outputs }
    }

    /// A network of these layers and functions, or what is wrong with it.
    pub(super) fn architecture(&self, functions: &Functions) -> Result<Architecture, String> {
        let Self { input: [rows, columns, channels], sequence, hidden, outputs } = self;
        let inputs = self.input.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
        let most = SparseRows::MAX_COLUMNS;
        if !inputs.is_some_and(|inputs| (1..=most).contains(&inputs)) {
            return Err(format!(
                "images of {rows} x {columns} x {channels} numbers: expected between 1 and {most} in all"
            ));
        }
        if hidden.len() >= MOST_LAYERS {
            return Err(format!("{} layers; expected at most {MOST_LAYERS}", hidden.len() + 1));
        }
        let kind = |text: &String| {
            text.parse().map_err(|reason| format!("layer '{}': {reason}", printable(text)))
        };
        let kinds = hidden.iter().map(kind).collect::<Result<Vec<LayerKind>, _>>()?;
        // So that no product of sizes is more than a number holds.
        let largest = kinds.iter().map(LayerKind::units);
        if largest.chain([*outputs]).any(|n| !(1..=MOST_NEURONS).contains(&n)) {
            return Err(format!("an empty layer, or one of more than {MOST_NEURONS} neurons"));
        }
        let input = ImageShape { rows: *rows, columns: *columns, channels: *channels };
        let seen = (input, sequence.unwrap_or_default());
        let architecture = functions.architecture(seen, kinds, *outputs)?;
        let layers = architecture.place().map_err(|error| error.to_string())?;
        let kept = layers.iter().map(|layer| layer.steps() * layer.neurons());
        if kept.sum::<usize>() > MOST_NEURONS {
            return Err(format!("layers of more than {MOST_NEURONS} neurons in all, at all steps"));
        }
        match architecture.parameters_checked() {
            Some(n) if n <= MOST => Ok(architecture),
            _ => Err("layers of more than 268 million parameters".into()),
        }
    }
}

impl Parameters {
    pub(super) fn of(model: &Model) -> Self {
        match model {
            Model::F32(network) => Self::of_network(network, Precision::F32),
            Model::F64(network) => Self::of_network(network, Precision::F64),
        }
    }

    fn of_network<T: Real>(network: &Network<T>, precision: Precision) -> Self {
        let architecture = network.architecture();
        let layers = network.layers().iter().enumerate();
        let weights = layers.map(|(l, layer)| {
            let kept = kept(network.shapes(), architecture, l);
            let kept = &kept;
            let neuron = |j| (0..layer.n_in()).map(move |k| kept(k) * layer.weight(j, k).to_f64());
            (0..layer.n_out()).flat_map(neuron).collect()
        });
        let biases = network.layers().iter();
        let biases = biases.map(|layer| layer.biases().iter().map(|b| b.to_f64()).collect());
        Self {
            weights: weights.collect(),
            biases: biases.collect(),
            architecture: architecture.clone(),
            precision,
            training: None,
            learnt_from: LearntFrom::default(),
        }
    }

    pub(super) fn functions(&self) -> Functions {
        let Self { architecture, precision, .. } = self;
        let hidden = architecture.hidden.iter();
        Functions {
            activation: hidden.clone().map(|layer| layer.activation).collect(),
            output: architecture.output,
            cost: architecture.cost,
            dropout: hidden.map(|layer| layer.dropout).collect(),
            precision: *precision,
            targets: architecture.targets,
            layers: architecture.sees_images().then(|| Layers::of(architecture)),
            training: self.training.clone(),
            learnt_from: self.learnt_from.clone(),
        }
    }

    pub(super) fn is_finite(&self) -> bool {
        self.weights.iter().chain(&self.biases).flatten().all(|x| x.is_finite())
    }

    /// The first parameter that is not a finite number: `weight 3 of neuron 0 of layer 1 is NaN`, with layers counted as in the
    /// lists of the files, from 0.
    fn not_finite(&self) -> Option<String> {
        let shapes = self.architecture.layers();
        shapes.iter().zip(self.weights.iter().zip(&self.biases)).enumerate().find_map(
            |(l, (shape, (weights, biases)))| {
                let [n_in, _] = shape.weights();
                let first = |numbers: &[f64]| numbers.iter().position(|x| !x.is_finite());
                if let Some(i) = first(weights) {
                    let (j, k) = (i / n_in, i % n_in);
                    return Some(format!(
                        "weight {k} of neuron {j} of layer {l} is {}",
                        weights[i]
                    ));
                }
                let j = first(biases)?;
                Some(format!("the bias of neuron {j} of layer {l} is {}", biases[j]))
            },
        )
    }

    /// The network, or what is wrong with it.
    pub(super) fn into_model(self) -> Result<Model, String> {
        self.learnt_from.check(&self.architecture)?;
        let layers = self.architecture.layers();
        if self.weights.len() != layers.len() || self.biases.len() != layers.len() {
            return Err(format!(
                "{} layers of weights and {} of biases, but the sizes say {}",
                self.weights.len(),
                self.biases.len(),
                layers.len()
            ));
        }
        for (l, layer) in layers.iter().enumerate() {
            let [n_in, n_out] = layer.weights();
            if self.weights[l].len() != n_in * n_out || self.biases[l].len() != n_out {
                return Err(format!(
                    "layer {l} has {} weights and {} biases; expected {n_out} x {n_in} and {n_out}",
                    self.weights[l].len(),
                    self.biases[l].len()
                ));
            }
        }
        if let Some(place) = self.not_finite() {
            return Err(format!("{place}; expected finite numbers"));
        }
        Ok(match self.held_in()? {
            Precision::F32 => self.into_network::<f32>().into(),
            Precision::F64 => self.into_network::<f64>().into(),
        })
    }

    /// The precision of the training, or f64 where a parameter is beyond f32.
    fn held_in(&self) -> Result<Precision, String> {
        let of_layer = |(l, weights): (usize, &Vec<f64>)| {
            largest(weights) / kept_before(&self.architecture, l)
        };
        let weight = self.weights.iter().enumerate().map(of_layer).fold(0.0, f64::max);
        let largest = self.biases.iter().map(|biases| largest(biases)).fold(weight, f64::max);
        if largest.is_infinite() {
            return Err("a weight divided by 1 − p of its dropout is not a finite number".into());
        }
        Ok(match (largest as f32).is_finite() {
            true => self.precision,
            false => Precision::F64,
        })
    }

    fn into_network<T: Real>(self) -> Network<T> {
        let Self { architecture, weights, biases, .. } = self;
        let mut network = Network::zeros(architecture.clone());
        let shapes = network.shapes().to_vec();
        for (l, layer) in network.layers_mut().iter_mut().enumerate() {
            let kept = kept(&shapes, &architecture, l);
            let n_in = layer.n_in();
            for (i, &weight) in weights[l].iter().enumerate() {
                layer.set_weight(i / n_in, i % n_in, T::from_f64(weight / kept(i % n_in)));
            }
            for (to, &from) in layer.biases_mut().iter_mut().zip(&biases[l]) {
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

/// What the weight from input k of layer `l` is stored times: those of a recurrent layer from itself as they are.
fn kept(shapes: &[LayerShape], architecture: &Architecture, l: usize) -> impl Fn(usize) -> f64 {
    let (from_itself, kept) = (shapes[l].from_itself(), kept_before(architecture, l));
    move |k| if k < from_itself { 1.0 } else { kept }
}

/// The part of the layer before layer `l` that dropout keeps.
fn kept_before(architecture: &Architecture, l: usize) -> f64 {
    l.checked_sub(1).map_or(1.0, |hidden| 1.0 - architecture.hidden[hidden].dropout)
}
