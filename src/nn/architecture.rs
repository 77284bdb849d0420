use super::layers::place;
use super::{
    Activation, Cost, ImageShape, LayerKind, LayerShape, Output, PerLayer, Sequence, ShapeError,
    Targets,
};

/// The shape of a network and the functions it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    /// What the network sees.
    pub input: ImageShape,
    /// How recurrent layers see it.
    pub sequence: Sequence,
    /// The hidden layers, the one after the inputs first.
    pub hidden: Vec<LayerSpec>,
    /// The number of output neurons, at least one.
    pub outputs: usize,
    /// The activation of the output layer.
    pub output: Output,
    /// The cost that training reduces.
    pub cost: Cost,
    /// What the outputs are to be.
    pub targets: Targets,
}

/// A hidden layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerSpec {
    /// What it is made of.
    pub kind: LayerKind,
    /// The activation of its neurons.
    pub activation: Activation,
    /// The probability, in [0, 1), with which training drops each of them.
    pub dropout: f64,
}

impl LayerSpec {
    /// Layers of some kinds with a setting for all of them, or one each.
    ///
    /// # Panics
    ///
    /// When there are settings for another number of layers.
    pub fn list(
        kinds: &[LayerKind],
        activation: &PerLayer<Activation>,
        dropout: &PerLayer<f64>,
    ) -> Vec<Self> {
        assert!(activation.fits(kinds.len()), "one activation a hidden layer");
        assert!(dropout.fits(kinds.len()), "one probability of dropout a hidden layer");
        let layer =
            |(l, &kind)| Self { kind, activation: activation.of(l), dropout: dropout.of(l) };
        kinds.iter().enumerate().map(layer).collect()
    }
}

impl Architecture {
    /// A network of dense layers without dropout, for classes with an output each. `sizes` are the neurons of
    /// each layer, inputs first, outputs last.
    ///
    /// # Panics
    ///
    /// With fewer than two layers, or activations for another number of hidden ones.
    pub fn dense(
        sizes: &[usize],
        activation: impl Into<PerLayer<Activation>>,
        output: Output,
        cost: Cost,
    ) -> Self {
        let [inputs, hidden @ .., outputs] = sizes else {
            panic!("a network needs inputs and outputs");
        };
        let hidden = super::dense(hidden.iter().copied());
        Self {
            input: (*inputs).into(),
            sequence: Sequence::Rows,
            hidden: LayerSpec::list(&hidden, &activation.into(), &0.0.into()),
            outputs: *outputs,
            output,
            cost,
            targets: Targets::OneHot,
        }
    }

    /// Its layers with weights in their places, the output layer last.
    ///
    /// # Errors
    ///
    /// When a hidden layer does not fit where it stands.
    pub fn place(&self) -> Result<Vec<LayerShape>, ShapeError> {
        place((self.input, self.sequence), self.hidden.iter().map(|layer| layer.kind), self.outputs)
    }

    /// The same.
    ///
    /// # Panics
    ///
    /// When a hidden layer does not fit where it stands.
    pub fn layers(&self) -> Vec<LayerShape> {
        self.place().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The number of neurons in each layer, inputs first, outputs last.
    ///
    /// # Panics
    ///
    /// As [`layers`](Self::layers).
    pub fn sizes(&self) -> Vec<usize> {
        let neurons = self.layers().into_iter().map(|layer| layer.neurons());
        std::iter::once(self.inputs()).chain(neurons).collect()
    }

    /// The number of weights and biases.
    ///
    /// # Panics
    ///
    /// When it does not fit a `usize`, or a layer does not fit.
    pub fn parameters(&self) -> usize {
        self.parameters_checked().expect("a network that fits the memory")
    }

    /// The number of weights and biases, or `None` if it does not fit a `usize`.
    ///
    /// # Panics
    ///
    /// As [`layers`](Self::layers).
    pub fn parameters_checked(&self) -> Option<usize> {
        self.layers().iter().try_fold(0usize, |sum, layer| {
            let [n_in, n_out] = layer.weights();
            sum.checked_add(n_in.checked_add(1)?.checked_mul(n_out)?)
        })
    }

    /// The number of layers between inputs and outputs.
    pub fn hidden_layers(&self) -> usize {
        self.hidden.len()
    }

    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.input.inputs()
    }

    /// The number of output neurons.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Whether a layer is a convolution or recurrent, for which inputs have rows and columns.
    pub fn sees_images(&self) -> bool {
        self.hidden.iter().any(|layer| !matches!(layer.kind, LayerKind::Dense { .. }))
    }

    /// Whether a layer is recurrent, for which inputs are a sequence.
    pub fn sees_sequences(&self) -> bool {
        self.hidden.iter().any(|layer| layer.kind.is_recurrent())
    }

    /// Its [name](Self::name), with convolutions the images it is for: `784-20c5p2-100-10 for images of 28 x 28`, and with
    /// recurrent layers the sequences: `784-r64-10 for 28 x 28 as 28 steps of 28`.
    pub fn described(&self) -> String {
        match (self.sees_sequences(), self.sees_images()) {
            (true, _) => {
                let [steps, inputs] = self.sequence.steps(self.input);
                let order = match self.sequence {
                    Sequence::Rows | Sequence::Pixels => "",
                    Sequence::Permuted => ", permuted",
                };
                format!("{} for {} as {steps} steps of {inputs}{order}", self.name(), self.input)
            }
            (false, true) => format!("{} for images of {}", self.name(), self.input),
            (false, false) => self.name(),
        }
    }

    /// Its layers in short: `784-30-10`, `784-20c5p2-100-10`.
    pub fn name(&self) -> String {
        let hidden = self.hidden.iter().map(|layer| layer.kind.to_string());
        let ends = [self.inputs(), self.outputs].map(|n| n.to_string());
        let [inputs, outputs] = ends;
        std::iter::once(inputs).chain(hidden).chain([outputs]).collect::<Vec<_>>().join("-")
    }
}
