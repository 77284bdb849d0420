use super::data::DataArguments;
use super::hidden::Hidden;
use super::per_layer::{activations, probabilities};
use super::{plural, progress};
use anyhow::{Context, anyhow, bail};
use clap::Args;
use nablab::data::{Dataset, Expansion};
use nablab::nn::{Activation, BiasInitialiser, Cost, Initialiser, Optimiser, Output, PerLayer};
use nablab::report::{Align, Table, significant, sparkline};
use nablab::simd::SimdLevel;
use nablab::sweep::{
    PROVENANCE_FILE, Provenance, Trial, TrialResult, prepare_directory, write_epochs, write_layers,
    write_trials,
};
use nablab::train::{
    EpochRecord, Generator, History, Metric, Model, Outcome, Precision, Schedule, SpecError,
    Status, TrainingSpec, train_from,
};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

// The headings of --help.
const DATA: &str = "Data";
const NETWORK: &str = "Network";
const LEARNING: &str = "Learning";
const REGULARISATION: &str = "Regularisation";
const MODEL: &str = "Model files";

/// Train one network and print what is monitored after every epoch
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// Classes to keep, numbered anew in this order: 0,1 [default: all]
    #[arg(long, value_name = "LABELS", value_delimiter = ',', help_heading = DATA)]
    classes: Vec<u8>,
    /// Training images, the first N of them [default: all]
    #[arg(long, value_name = "N", help_heading = DATA)]
    train_size: Option<usize>,
    /// Distorted training images: shifts by a pixel in four directions, rotations within ±15°, or
    /// elastic (σ = 4, α = 34); :COPIES of each image join the originals [default: 4], or with :epoch
    /// every epoch distorts the images anew
    #[arg(long, value_name = "KIND[:COPIES|:epoch]", help_heading = DATA)]
    expand: Option<Expansion>,
    /// Widths of the hidden layers: 30, 100x30, or none
    #[arg(long, value_name = "WIDTHS", default_value = "30", help_heading = NETWORK)]
    hidden: Hidden,
    /// Activation of the hidden layers, one for all or one a layer (relu,relu,tanh): identity,
    /// sigmoid, tanh, relu, leaky-relu, elu, gelu, silu, softplus (step, the perceptron, cannot be
    /// trained)
    #[arg(long, value_name = "NAMES", default_value = "sigmoid", value_parser = activations, help_heading = NETWORK)]
    activation: PerLayer<Activation>,
    /// Activation of the output layer [default: softmax for log-likelihood, else sigmoid]
    #[arg(long, value_enum, help_heading = NETWORK)]
    output: Option<Output>,
    /// Cost C that training reduces
    #[arg(long, value_enum, default_value_t = Cost::CrossEntropy, help_heading = NETWORK)]
    cost: Cost,
    /// Initial weights
    #[arg(long, value_enum, default_value_t = Initialiser::Scaled, help_heading = NETWORK)]
    init: Initialiser,
    /// Initial biases
    #[arg(long, value_enum, default_value_t = BiasInitialiser::Normal, help_heading = NETWORK)]
    bias_init: BiasInitialiser,
    /// How a step follows from the gradient ∇C
    #[arg(long, alias = "optimizer", value_enum, default_value_t = Optimiser::Sgd, help_heading = LEARNING)]
    optimiser: Optimiser,
    /// Learning rate η of the first epoch, above 0 [default: 0.5, with adam and rmsprop 0.001]
    #[arg(long, value_name = "η", help_heading = LEARNING)]
    eta: Option<f64>,
    /// How η changes from epoch to epoch: constant; step:F:K, times F every K epochs;
    /// exponential:F, times F every epoch; cosine, down to 0; 1/t:K, η/(1 + t/K); plateau:N:D:L,
    /// divided by D after N epochs without a better validation accuracy, until η/L
    #[arg(long, value_name = "SCHEDULE", default_value = "constant", help_heading = LEARNING)]
    schedule: Schedule,
    /// Momentum coefficient μ of sgd and nesterov, 0 for none
    #[arg(long, value_name = "μ", default_value_t = 0.0, help_heading = LEARNING)]
    momentum: f64,
    /// Images m in a mini-batch, 1 for online learning
    #[arg(long, value_name = "m", default_value_t = 10, help_heading = LEARNING)]
    batch_size: usize,
    /// One mini-batch of all training images, instead of --batch-size
    #[arg(long, conflicts_with = "batch_size", help_heading = LEARNING)]
    full_batch: bool,
    /// L2 regularisation parameter λ (weight decay), 0 or above; divided by the size n of the training
    /// set
    #[arg(long, value_name = "λ", default_value_t = 0.0, help_heading = REGULARISATION)]
    lambda: f64,
    /// L1 regularisation parameter λ, 0 or above; divided by n as well
    #[arg(long, value_name = "λ", default_value_t = 0.0, help_heading = REGULARISATION)]
    l1: f64,
    /// Probability p with which a mini-batch drops a hidden neuron, one for all or one a layer
    /// (0.2,0.5); evaluation multiplies the weights that leave it by 1 − p
    #[arg(long, value_name = "p", default_value = "0", value_parser = probabilities, help_heading = REGULARISATION)]
    dropout: PerLayer<f64>,
    /// Longest vector of weights into a hidden neuron; longer ones are shortened after every step
    #[arg(long, value_name = "LENGTH", help_heading = REGULARISATION)]
    max_norm: Option<f64>,
    /// Stop after N epochs without a better validation accuracy, and keep the best epoch's weights
    #[arg(long, value_name = "N", help_heading = REGULARISATION)]
    early_stop: Option<usize>,
    /// Passes over the training set
    #[arg(long, value_name = "N", default_value_t = 30, help_heading = LEARNING)]
    epochs: usize,
    /// Seed of the random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Random number generators
    #[arg(long, value_enum, default_value_t = Generator::Chacha8)]
    rng: Generator,
    /// Floating-point arithmetic
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    precision: Precision,
    /// What to compute after every epoch, separated by commas [default:
    /// validation-accuracy,test-accuracy]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "METRICS")]
    monitor: Vec<Metric>,
    /// Compute it after every K epochs, and after the last one
    #[arg(long, value_name = "K", default_value_t = 1)]
    monitor_every: usize,
    /// Measure every layer too: norms of gradients (chapter 5) and weights, saturated and dead
    /// neurons, size of the updates; with --out in layers.csv
    #[arg(long)]
    monitor_layers: bool,
    #[command(flatten)]
    data: DataArguments,
    /// Save the trained network: .json in the format of the book's network2, .safetensors for PyTorch
    #[arg(long, value_name = "FILE", help_heading = MODEL)]
    save: Option<PathBuf>,
    /// Begin with the network of such a file, and with its layers and functions
    #[arg(
        long,
        value_name = "FILE",
        help_heading = MODEL,
        conflicts_with_all = ["hidden", "activation", "output", "cost", "dropout", "init", "bias_init"]
    )]
    load: Option<PathBuf>,
    /// Directory for trials.csv, epochs.csv and provenance.json
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the results that --out already holds
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Instruction set of the kernels: scalar, avx2, avx512, neon; changes the speed, never a
    /// result [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL")]
    simd: Option<SimdLevel>,
}

impl Arguments {
    fn spec(&self, data: &Dataset) -> TrainingSpec {
        let default = [Metric::ValidationAccuracy, Metric::TestAccuracy];
        let default = default.into_iter().filter(|metric| !metric.split(data).is_empty());
        let mut spec = TrainingSpec {
            classes: self.classes.clone(),
            train_size: self.train_size,
            expansion: self.expand,
            hidden: self.hidden.0.clone(),
            activation: self.activation.clone(),
            dropout: self.dropout.clone(),
            output: self.output.unwrap_or_else(|| self.cost.output()),
            cost: self.cost,
            start: None,
            initialiser: self.init,
            bias_initialiser: self.bias_init,
            optimiser: self.optimiser,
            eta: self.eta.unwrap_or(match self.optimiser {
                Optimiser::Sgd | Optimiser::Nesterov => 0.5,
                Optimiser::Adam | Optimiser::RmsProp => 0.001,
            }),
            schedule: self.schedule,
            momentum: self.momentum,
            batch_size: self.batch_size,
            lambda: self.lambda,
            l1: self.l1,
            max_norm: self.max_norm,
            early_stop: self.early_stop,
            epochs: self.epochs,
            precision: self.precision,
            generator: self.rng,
            seed: self.seed,
            earlier_networks: 0,
            earlier_epochs: 0,
            earlier_draws: 0,
            monitors: match self.monitor.is_empty() {
                true => default.collect(),
                false => self.monitor.iter().copied().collect(),
            },
            monitor_every: self.monitor_every,
            monitor_layers: self.monitor_layers,
        };
        if let (true, Ok(images)) = (self.full_batch, spec.training_images(data)) {
            spec.batch_size = images;
        }
        spec
    }
}

const FILES: [&str; 4] = ["trials.csv", "epochs.csv", "layers.csv", PROVENANCE_FILE];

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(path) = &arguments.save {
        Model::check_path(path).context("--save")?;
        check_writable(path).context("--save")?;
    }
    let start = arguments.load.as_ref().map(|path| Model::load_with_digest(path)).transpose()?;
    let data = arguments.data.load()?;
    let mut spec = arguments.spec(&data);
    if let Some((model, digest)) = &start {
        begin_with(&mut spec, model, digest);
    }
    let fits = || match &start {
        Some((model, _)) => spec.check_start(model.architecture(), &data),
        None => Ok(()),
    };
    let valid = spec.validate(&data).and_then(|()| fits());
    valid.map_err(|error| anyhow!("{}: {error}", flag(&error)))?;
    if let Some(out) = &arguments.out {
        refuse_existing_results(out, arguments.overwrite)?;
        prepare_directory(out, &FILES).context("--out")?;
    }
    let level = arguments.simd.unwrap_or_else(SimdLevel::best);

    let architecture = spec.architecture(&data);
    let selected = spec.select(&data);
    let sizes: Vec<String> = architecture.sizes.iter().map(usize::to_string).collect();
    let mut stdout = std::io::stdout();
    // A reader who goes away ends the training, unless its results go to a file.
    let mut printed = writeln!(
        stdout,
        "{}: {} training, {} validation, {} test images; network {}, {} parameters; {}, {level}",
        data.name,
        selected.training.len(),
        selected.validation.len(),
        selected.test.len(),
        sizes.join("-"),
        architecture.parameters(),
        spec.precision.name(),
    );
    let bar = progress::bar(spec.epochs, "epochs");
    let start = start.map(|(model, _)| model);
    let outcome = train_from(&spec, &data, level, start.as_ref(), &mut |record| {
        bar.set_position(record.epoch as u64 + 1);
        if printed.is_ok() {
            printed = progress::print(&bar, &epoch_line(record));
        }
        match printed.is_ok() || arguments.out.is_some() || arguments.save.is_some() {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| anyhow!("{}: {error}", flag(&error)))?;

    let Outcome { history, model } = outcome;
    let mut report = summary(&history, selected.training.len());
    if let Some(out) = &arguments.out {
        let result = TrialResult { trial: Trial::new(spec, &data), history };
        let mut provenance = Provenance::new("train", "full", &data, level);
        provenance.trials = 1;
        provenance.seconds = result.history.seconds;
        provenance.trial_seconds = result.history.seconds;
        write_results(out, &[result], &provenance)?;
        report += &format!("wrote {0}/trials.csv and {0}/epochs.csv\n", out.display());
    }
    let printed = printed.and_then(|()| write!(stdout, "{report}"));
    if let Some(path) = &arguments.save {
        model.save(path).context("--save")?;
    }
    printed?;
    if let Some(path) = &arguments.save {
        writeln!(stdout, "wrote {}", path.display())?;
    }
    Ok(())
}

/// Makes sure that a file can be written: better now than after the training.
fn check_writable(path: &Path) -> anyhow::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    prepare_directory(directory.unwrap_or(Path::new(".")), &[])?;
    match path.is_dir() {
        true => bail!("{}: is a directory", path.display()),
        false => Ok(()),
    }
}

/// Sets what a training takes from the network it begins with.
fn begin_with(spec: &mut TrainingSpec, model: &Model, digest: &str) {
    let architecture = model.architecture();
    let hidden = 1..architecture.sizes.len() - 1;
    spec.hidden = architecture.sizes[hidden].to_vec();
    spec.activation = architecture.activation.clone();
    spec.dropout = architecture.dropout.clone();
    (spec.output, spec.cost) = (architecture.output, architecture.cost);
    spec.start = Some(digest.into());
}

/// The flag that sets what an error is about.
fn flag(error: &SpecError) -> &'static str {
    match error {
        SpecError::LearningRate(_) => "--eta",
        SpecError::Lambda(_) => "--lambda",
        SpecError::L1(_) => "--l1",
        SpecError::MaxNorm(_) => "--max-norm",
        SpecError::Momentum { .. } => "--momentum",
        SpecError::MonitorEvery(_) => "--monitor-every",
        SpecError::EarlyStop => "--early-stop",
        SpecError::Classes { .. } => "--classes",
        SpecError::TrainSize { .. } => "--train-size",
        SpecError::BatchSize { .. } => "--batch-size",
        SpecError::Step | SpecError::Activations { .. } => "--activation",
        SpecError::Dropouts { .. } | SpecError::Dropout(_) => "--dropout",
        SpecError::NoEpochs => "--epochs",
        SpecError::EmptyLayer | SpecError::TooLarge { .. } => "--hidden",
        SpecError::AuthorSeed(_) => "--seed",
        SpecError::Pairing { .. } => "--output",
        SpecError::Start { .. } => "--load",
        SpecError::EarlierRuns => "--rng",
        SpecError::EmptySet(_) => "--monitor",
    }
}

/// Results are replaced only on demand, and those of an experiment not even then: its figure and
/// summary would no longer belong to the numbers.
fn refuse_existing_results(out: &Path, overwrite: bool) -> anyhow::Result<()> {
    if let Some((experiment, _)) = Provenance::of_directory(out)
        && experiment != "train"
    {
        bail!(
            "--out {}: holds the results of {experiment}; choose another directory",
            out.display()
        );
    }
    if !overwrite && FILES.iter().any(|file| out.join(file).exists()) {
        bail!("--out {}: holds results already; add --overwrite to replace them", out.display());
    }
    Ok(())
}

fn write_results(
    out: &Path,
    results: &[TrialResult],
    provenance: &Provenance,
) -> anyhow::Result<()> {
    write_trials(&out.join("trials.csv"), results)?;
    write_epochs(&out.join("epochs.csv"), results)?;
    if results.iter().any(|result| !result.history.layers.is_empty()) {
        write_layers(&out.join("layers.csv"), results)?;
    } else if out.join("layers.csv").exists() {
        // Those of a training that these results replace.
        std::fs::remove_file(out.join("layers.csv")).context("layers.csv")?;
    }
    provenance.write(&out.join("provenance.json"))?;
    Ok(())
}

/// `epoch  3  training cost 0.40123  test accuracy 95.12 %  (0.06 s)`
fn epoch_line(record: &EpochRecord) -> String {
    let mut line = format!("epoch {:>2}", record.epoch);
    for (metric, value) in record.metrics.iter() {
        line += &format!("  {} {}", words(metric), format_metric(metric, value));
    }
    line + &format!("  ({:.2} s)", record.seconds)
}

fn words(metric: Metric) -> String {
    metric.column().replace('_', " ")
}

fn format_metric(metric: Metric, value: f64) -> String {
    match metric.is_cost() {
        true => significant(value, 5),
        false => format!("{:.2} %", 100.0 * value),
    }
}

fn summary(history: &History, images: usize) -> String {
    let mut text = String::new();
    let end = match history.status {
        Status::Diverged { epoch } => format!(", diverged at epoch {epoch}"),
        Status::Stopped => ", stopped".into(),
        Status::EarlyStopped { epoch } => format!(", stopped early at epoch {epoch}"),
        Status::Finished => String::new(),
    };
    let epochs = history.trained;
    text += &format!(
        "{} in {:.2} s ({} images a second, monitoring included){end}\n",
        plural(epochs, "epoch"),
        history.seconds,
        significant((images * epochs) as f64 / history.seconds, 3),
    );
    if let Some(epoch) = history.kept_epoch {
        text += &format!("kept the weights of epoch {epoch}, the best on the validation set\n");
    }
    let Some(record) = history.epochs.last() else {
        return text;
    };
    for (metric, last) in record.metrics.iter() {
        let curve: Vec<f64> =
            history.epochs.iter().filter_map(|record| record.metrics[metric]).collect();
        text += &format!(
            "{:<20} {}  last {}",
            words(metric),
            sparkline(&curve),
            format_metric(metric, last)
        );
        if let Some((epoch, best)) = history.best(metric) {
            text += &format!(", best {} at epoch {epoch}", format_metric(metric, best));
        }
        text.push('\n');
    }
    if !history.layers.is_empty() {
        text += &format!("{}\n", layers_table(history).to_terminal());
    }
    text
}

/// The layers at the start and at the end.
fn layers_table(history: &History) -> Table {
    const COLUMNS: [&str; 8] =
        ["epochs", "layer", "‖∂C/∂b‖", "‖∂C/∂w‖", "‖w‖", "saturated", "dead", "‖Δw‖/‖w‖"];
    let mut table = Table::new(&COLUMNS.map(|name| (name, Align::Right)));
    let last = history.layers.last().map_or(0, |record| record.epochs_trained);
    let ends = history.layers.iter().filter(|r| r.epochs_trained == 0 || r.epochs_trained == last);
    for record in ends {
        let number = |value| significant(value, 3);
        let percent = |value: Option<f64>| {
            value.map_or("–".into(), |value| format!("{:.1} %", 100.0 * value))
        };
        table.row([
            record.epochs_trained.to_string(),
            record.layer.to_string(),
            number(record.bias_gradient),
            number(record.weight_gradient),
            number(record.weights),
            percent(record.saturated),
            percent(record.dead),
            record.update.map_or("–".into(), number),
        ]);
    }
    table
}
