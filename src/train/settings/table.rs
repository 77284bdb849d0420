//! The declarations. A new hyper-parameter is one more entry here, a field of
//! [`TrainingSpec`](crate::train::TrainingSpec) and the code that uses it.

use super::value::Value;
use super::{Access, Range, Setting, Values};
use crate::nn::{
    Activation, BiasInitialiser, Cost, DropoutBy, Initialiser, Optimiser, Output,
    RecurrentInitialiser, Sequence, Targets,
};
use crate::train::{Generator, Order, Precision};
use clap::ValueEnum;
use clap::builder::PossibleValue;

// The headings of --help.
const DATA: Option<&str> = Some("Data");
const NETWORK: Option<&str> = Some("Network");
const LEARNING: Option<&str> = Some("Learning");
const REGULARISATION: Option<&str> = Some("Regularisation");
const NUMBERS: Option<&str> = Some("Random numbers and arithmetic");

/// A setting that is kept at a place of the [`Draft`](super::Draft).
macro_rules! at {
    ($($place:tt)+) => {
        Access {
            read: |draft, text| {
                draft.$($place)+ = Value::read(text)?;
                Ok(())
            },
            write: |draft, number| draft.$($place)+.write(number),
            numbers: |draft| draft.$($place)+.numbers(),
        }
    };
}

/// What most settings have in common.
const BASE: Setting = Setting {
    name: "",
    column: "",
    aliases: &[],
    title: "",
    symbol: "N",
    unit: "",
    group: None,
    about: "",
    values: Values::Counts,
    range: Range::Any,
    absent: "",
    of_network: false,
    left_out: "",
    access: at!(spec.seed),
};

/// A count of what the author's program did before, which no option sets.
const EARLIER: Setting = Setting { left_out: "0", ..BASE };

/// The seed of something random, if it is not that of all.
const OWN_SEED: Setting = Setting { group: NUMBERS, values: Values::Seeds, absent: "seed", ..BASE };

/// Every setting of a training, in the order of the columns of CSV files. The seed is the last one.
pub static SETTINGS: [Setting; 39] = [
    Setting {
        name: "classes",
        column: "classes",
        title: "classes that are kept",
        symbol: "LABELS",
        group: DATA,
        about: "Classes to keep, numbered anew in this order: 0+1, or all",
        values: Values::Text(&["0+1"]),
        absent: "all",
        access: at!(spec.classes),
        ..BASE
    },
    Setting {
        name: "train-size",
        column: "train_size",
        title: "training images",
        unit: "images",
        group: DATA,
        about: "Training images, the first N of them, or all",
        range: Range::Counts,
        absent: "all",
        access: at!(spec.train_size),
        ..BASE
    },
    Setting {
        name: "validation-size",
        column: "validation_size",
        title: "validation images",
        unit: "images",
        group: DATA,
        about: "Validation images, the first N of them, or all: few are quickly evaluated (chapter 3)",
        range: Range::Counts,
        absent: "all",
        access: at!(spec.validation_size),
        ..BASE
    },
    Setting {
        name: "expand",
        column: "expansion",
        title: "distorted training images",
        symbol: "KIND[:COPIES|:epoch]",
        group: DATA,
        about: "Distorted training images: shifts by a pixel in four directions, rotations within \
                ±15°, or elastic (σ = 4, α = 34); :COPIES of each image join the originals (4 if left \
                out), or with :epoch every epoch distorts the images anew",
        values: Values::Text(&["shifts", "rotations:8", "elastic:epoch"]),
        absent: "none",
        access: at!(spec.expansion),
        ..BASE
    },
    Setting {
        name: "hidden",
        column: "hidden",
        aliases: &["layers", "hidden-layers"],
        title: "hidden layers",
        symbol: "LAYERS",
        unit: "neurons",
        group: NETWORK,
        about: "Hidden layers joined by x, or none: 30 is a dense one of 30 neurons, 20c5p2 a convolution of 20 maps \
                with 5 x 5 kernels and max-pooling by 2 x 2 (without p2 there is none), r64 a recurrent one of 64 \
                neurons, lstm64 one of 64 LSTM units",
        values: Values::Text(&["30", "100x30", "20c5p2x100", "r64", "lstm64x100", "none"]),
        of_network: true,
        left_out: "30",
        access: at!(spec.hidden),
        ..BASE
    },
    Setting {
        name: "sequence",
        column: "sequence",
        title: "how images become sequences",
        symbol: "ORDER",
        group: NETWORK,
        about: "What recurrent layers see at a time step: a row of the image, a pixel, or a pixel in an \
                order that is random but fixed",
        values: Values::Names(possible::<Sequence>),
        of_network: true,
        left_out: "rows",
        access: at!(spec.sequence),
        ..BASE
    },
    Setting {
        name: "activation",
        column: "activation",
        title: "activation of the hidden layers",
        symbol: "NAMES",
        group: NETWORK,
        about: "Activation of the hidden layers, one for all or one a layer (relu+relu+tanh). An LSTM has sigmoid gates and tanh, whatever is given",
        values: Values::Names(possible::<Activation>),
        of_network: true,
        left_out: "sigmoid",
        access: at!(spec.activation),
        ..BASE
    },
    Setting {
        name: "dropout",
        column: "dropout",
        title: "dropout probability p",
        symbol: "p",
        group: REGULARISATION,
        about: "Probability p with which a mini-batch drops a hidden neuron, one for all or one a \
                layer (0.2+0.5); evaluation multiplies the weights that leave it by 1 − p",
        values: Values::Fractions,
        range: Range::Part,
        of_network: true,
        left_out: "0",
        access: at!(spec.dropout),
        ..BASE
    },
    Setting {
        name: "dropout-by",
        column: "dropout_by",
        title: "what dropout is drawn for",
        symbol: "BY",
        group: REGULARISATION,
        about: "What dropout draws the dropped neurons for: a mini-batch, or each of its images",
        values: Values::Names(possible::<DropoutBy>),
        left_out: "batch",
        access: at!(spec.dropout_by),
        ..BASE
    },
    Setting {
        name: "output",
        column: "output",
        title: "activation of the output layer",
        symbol: "NAME",
        group: NETWORK,
        about: "Activation of the output layer; auto is softmax for log-likelihood, identity for data that \
                are numbers, else sigmoid",
        values: Values::Names(possible::<Output>),
        absent: "auto",
        of_network: true,
        left_out: "sigmoid",
        access: at!(output),
        ..BASE
    },
    Setting {
        name: "cost",
        column: "cost",
        aliases: &["loss"],
        title: "cost C",
        symbol: "COST",
        group: NETWORK,
        about: "Cost C that training reduces; auto is quadratic for data that are numbers, else \
                cross-entropy",
        values: Values::Names(possible::<Cost>),
        absent: "auto",
        of_network: true,
        left_out: "cross-entropy",
        access: at!(cost),
        ..BASE
    },
    Setting {
        name: "targets",
        column: "targets",
        aliases: &["target-coding"],
        title: "what the outputs are to be",
        symbol: "TARGETS",
        group: NETWORK,
        about: "What the outputs are to be; auto is numbers for data that are numbers, else one-hot",
        values: Values::Names(possible::<Targets>),
        absent: "auto",
        of_network: true,
        left_out: "one-hot",
        access: at!(targets),
        ..BASE
    },
    Setting {
        name: "init",
        column: "init",
        aliases: &["initialiser", "initializer"],
        title: "initial weights w",
        symbol: "INIT",
        group: NETWORK,
        about: "Initial weights",
        values: Values::Names(possible::<Initialiser>),
        of_network: true,
        left_out: "scaled",
        access: Access {
            // A network that was loaded has not drawn its weights.
            write: |draft, number| match &draft.spec.start {
                Some(digest) => format!("loaded:{digest}"),
                None => draft.spec.init.write(number),
            },
            ..at!(spec.init)
        },
        ..BASE
    },
    Setting {
        name: "bias-init",
        column: "bias_init",
        aliases: &["bias-initialiser", "bias-initializer"],
        title: "initial biases b",
        symbol: "BIAS_INIT",
        group: NETWORK,
        about: "Initial biases",
        values: Values::Names(possible::<BiasInitialiser>),
        of_network: true,
        left_out: "normal",
        access: at!(spec.bias_init),
        ..BASE
    },
    Setting {
        name: "recurrent-init",
        column: "recurrent_init",
        aliases: &["recurrent-initialiser", "recurrent-initializer"],
        title: "initial weights of recurrent layers to themselves",
        symbol: "INIT",
        group: NETWORK,
        about: "Initial weights from recurrent layers to themselves",
        values: Values::Names(possible::<RecurrentInitialiser>),
        of_network: true,
        left_out: "normal",
        access: at!(spec.recurrent_init),
        ..BASE
    },
    Setting {
        name: "forget-bias",
        column: "forget_bias",
        title: "forget bias of LSTM units",
        symbol: "b",
        group: NETWORK,
        about: "What is added to the initial biases of LSTM's forget gates, so that units remember \
                until they learn to forget (Jozefowicz et al., 2015)",
        values: Values::Fractions,
        range: Range::Finite,
        of_network: true,
        left_out: "1",
        access: at!(spec.forget_bias),
        ..BASE
    },
    Setting {
        name: "optimiser",
        column: "optimiser",
        aliases: &["optimizer"],
        title: "optimiser",
        symbol: "OPTIMISER",
        group: LEARNING,
        about: "How a step follows from the gradient ∇C",
        values: Values::Names(possible::<Optimiser>),
        left_out: "sgd",
        access: at!(spec.optimiser),
        ..BASE
    },
    Setting {
        name: "eta",
        column: "eta",
        aliases: &["lr", "learning-rate"],
        title: "learning rate η",
        symbol: "η",
        group: LEARNING,
        about: "Learning rate η of the first epoch, above 0; auto is 0.5, with adam and rmsprop 0.001",
        values: Values::Fractions,
        range: Range::Positive,
        absent: "auto",
        left_out: "0.25",
        access: at!(eta),
        ..BASE
    },
    Setting {
        name: "schedule",
        column: "schedule",
        title: "schedule of η",
        symbol: "SCHEDULE",
        group: LEARNING,
        about: "How η changes from epoch to epoch: constant; step:F:K, times F every K epochs; \
                exponential:F, times F every epoch; cosine, down to 0; 1/t:K, η/(1 + t/K); \
                plateau:N:D:L, divided by D after N epochs without a better validation accuracy, \
                until η/L",
        values: Values::Text(&[
            "constant",
            "step:F:K",
            "exponential:F",
            "cosine",
            "1/t:K",
            "plateau:N:D:L",
        ]),
        left_out: "constant",
        access: at!(spec.schedule),
        ..BASE
    },
    Setting {
        name: "momentum",
        column: "momentum",
        title: "momentum coefficient μ",
        symbol: "μ",
        group: LEARNING,
        about: "Momentum coefficient μ of sgd and nesterov, 0 for none",
        values: Values::Fractions,
        range: Range::Part,
        left_out: "0",
        access: at!(spec.momentum),
        ..BASE
    },
    Setting {
        name: "batch-size",
        column: "batch_size",
        aliases: &["mini-batch", "batch", "mini-batch-size"],
        title: "mini-batch size",
        symbol: "m",
        unit: "images",
        group: LEARNING,
        about: "Images m in a mini-batch, 1 for online learning, or full for all training images at \
                once",
        range: Range::Counts,
        absent: "full",
        left_out: "10",
        access: at!(batch_size),
        ..BASE
    },
    Setting {
        name: "order",
        column: "order",
        title: "order of the training images",
        symbol: "ORDER",
        group: LEARNING,
        about: "Order in which the training images make mini-batches; once and file with chacha8 only",
        values: Values::Names(possible::<Order>),
        left_out: "shuffled",
        access: at!(spec.order),
        ..BASE
    },
    Setting {
        name: "truncation",
        column: "truncation",
        aliases: &["bptt"],
        title: "truncation of backpropagation through time",
        unit: "steps",
        group: LEARNING,
        about: "Time steps that the errors of recurrent layers go back through, from the last one on, or \
                full for all of them",
        range: Range::Counts,
        absent: "full",
        access: at!(spec.truncation),
        ..BASE
    },
    Setting {
        name: "clip-norm",
        column: "clip_norm",
        aliases: &["clip", "gradient-clipping", "grad-clip"],
        title: "longest gradient",
        symbol: "LENGTH",
        group: LEARNING,
        about: "Longest gradient of a mini-batch over all parameters, or none; longer ones are \
                shortened (gradient clipping by norm)",
        values: Values::Fractions,
        range: Range::Positive,
        absent: "none",
        access: at!(spec.clip_norm),
        ..BASE
    },
    Setting {
        name: "lambda",
        column: "lambda",
        aliases: &["lmbda", "l2", "weight-decay"],
        title: "regularisation parameter λ",
        symbol: "λ",
        group: REGULARISATION,
        about: "L2 regularisation parameter λ (weight decay), 0 or above; divided by the size n of \
                the training set",
        values: Values::Fractions,
        range: Range::NotNegative,
        left_out: "5",
        access: at!(spec.lambda),
        ..BASE
    },
    Setting {
        name: "l1",
        column: "l1",
        title: "L1 regularisation parameter λ",
        symbol: "λ",
        group: REGULARISATION,
        about: "L1 regularisation parameter λ, 0 or above; divided by n as well",
        values: Values::Fractions,
        range: Range::NotNegative,
        left_out: "0",
        access: at!(spec.l1),
        ..BASE
    },
    Setting {
        name: "max-norm",
        column: "max_norm",
        title: "longest vector of weights",
        symbol: "LENGTH",
        group: REGULARISATION,
        about: "Longest vector of weights into a hidden neuron, or none; longer ones are shortened \
                after every step",
        values: Values::Fractions,
        range: Range::Positive,
        absent: "none",
        access: at!(spec.max_norm),
        ..BASE
    },
    Setting {
        name: "early-stop",
        column: "early_stop",
        title: "patience of early stopping",
        unit: "epochs",
        group: REGULARISATION,
        about: "Stop after N epochs without a better validation accuracy, and keep the best epoch's \
                weights; or none",
        range: Range::Counts,
        absent: "none",
        access: at!(spec.early_stop),
        ..BASE
    },
    Setting {
        name: "epochs",
        column: "epochs",
        title: "epochs",
        unit: "epochs",
        group: LEARNING,
        about: "Passes over the training set; 0, of train alone, evaluates or saves the network at the start",
        range: Range::Counts,
        left_out: "30",
        access: at!(spec.epochs),
        ..BASE
    },
    Setting {
        name: "precision",
        column: "precision",
        title: "floating-point arithmetic",
        symbol: "PRECISION",
        group: NUMBERS,
        about: "Floating-point arithmetic; with train --load that of the network if not given",
        values: Values::Names(possible::<Precision>),
        left_out: "f32",
        access: at!(spec.precision),
        ..BASE
    },
    Setting {
        name: "rng",
        column: "rng",
        aliases: &["generator"],
        title: "random number generators",
        symbol: "RNG",
        group: NUMBERS,
        about: "Random number generators",
        values: Values::Names(possible::<Generator>),
        left_out: "chacha8",
        access: at!(spec.rng),
        ..BASE
    },
    Setting {
        name: "earlier-networks",
        column: "earlier_networks",
        access: at!(spec.earlier_networks),
        ..EARLIER
    },
    Setting {
        name: "earlier-epochs",
        column: "earlier_epochs",
        access: at!(spec.earlier_epochs),
        ..EARLIER
    },
    Setting {
        name: "earlier-draws",
        column: "earlier_draws",
        access: at!(spec.earlier_draws),
        ..EARLIER
    },
    Setting {
        name: "seed-init",
        column: "seed_init",
        aliases: &["init-seed"],
        title: "seed of the initial weights and biases",
        about: "Seed of the initial weights and biases, or seed for that of all",
        of_network: true,
        access: at!(spec.seed_init),
        ..OWN_SEED
    },
    Setting {
        name: "seed-order",
        column: "seed_order",
        aliases: &["order-seed", "seed-shuffle"],
        title: "seed of the order of the training images",
        about: "Seed of the order of the training images, or seed for that of all",
        access: at!(spec.seed_order),
        ..OWN_SEED
    },
    Setting {
        name: "seed-dropout",
        column: "seed_dropout",
        aliases: &["dropout-seed"],
        title: "seed of what dropout drops",
        about: "Seed of what dropout drops, or seed for that of all",
        access: at!(spec.seed_dropout),
        ..OWN_SEED
    },
    Setting {
        name: "seed-expand",
        column: "seed_expand",
        aliases: &["seed-expansion", "expand-seed", "expansion-seed"],
        title: "seed of the distortions",
        about: "Seed of the distortions of --expand, or seed for that of all",
        access: at!(spec.seed_expansion),
        ..OWN_SEED
    },
    Setting {
        name: "seed",
        column: "seed",
        title: "seed",
        group: NUMBERS,
        about: "Seed of the random numbers",
        values: Values::Seeds,
        left_out: "1",
        access: at!(spec.seed),
        ..BASE
    },
];

/// The names of an enumeration with what they mean, but for those that no training takes.
fn possible<T: ValueEnum>() -> Vec<PossibleValue> {
    let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    values.filter(|value| !value.is_hide_set()).collect()
}
