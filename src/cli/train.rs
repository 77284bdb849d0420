use super::data::{DataArguments, notes, rows};
use super::model::check_reading;
use super::output::notice;
use super::settings::{Given, of_network, of_training};
use super::start::Start;
use super::{plural, progress};
use anyhow::{Context, anyhow, bail};
use clap::Args;
use nablab::data::Dataset;
use nablab::files::may_replace;
use nablab::files::prepare_directory;
use nablab::nn::LayerKind;
use nablab::report::{Align, Table, sparkline_within};
use nablab::results::{PROVENANCE_FILE, Provenance, ResultFiles, Trial, TrialResult};
use nablab::simd::SimdLevel;
use nablab::text::{LINE, lines, significant, wrapped};
use nablab::train::settings::Draft;
use nablab::train::{
    Diagnosis, EpochRecord, History, LearntFrom, Measures, Metric, Model, MonitorOptions, Outcome,
    Precision, Status, TrainingSpec, examine, train_resumable, untrained,
};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

// A heading of --help.
const MODEL: &str = "Model files";

/// Train one network and print what is monitored after every epoch
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    #[command(flatten)]
    settings: Given,
    /// One mini-batch of all training images: the same as --batch-size full
    #[arg(long, conflicts_with = "batch-size", help_heading = "Learning")]
    full_batch: bool,
    /// Those of a sweep
    #[arg(long, hide = true, value_name = "SEEDS")]
    seeds: Option<String>,
    #[command(flatten)]
    monitors: MonitorOptions,
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
        conflicts_with_all = of_network()
    )]
    load: Option<PathBuf>,
    /// Go on with the training that left such a file as if it had never stopped; --epochs counts from the start
    #[arg(long, value_name = "FILE", help_heading = MODEL, conflicts_with_all = of_training())]
    resume: Option<PathBuf>,
    /// Directory for trials.csv, epochs.csv and provenance.json
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the results that --out, and the model that --save already holds
    #[arg(long)]
    overwrite: bool,
    /// Instruction set of the kernels: scalar, avx2, avx512, neon; changes the speed, never a
    /// result [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL")]
    simd: Option<SimdLevel>,
}

impl Arguments {
    /// What is to be trained, before the data are known.
    fn draft(&self) -> anyhow::Result<Draft> {
        if self.seeds.is_some() {
            bail!("--seeds: train takes one --seed; for several: nablab sweep --seeds");
        }
        let mut draft = self.settings.draft()?;
        if self.full_batch {
            draft.set("batch-size", "full").map_err(|problem| anyhow!("{problem}"))?;
        }
        Ok(draft)
    }
}

const FILES: [&str; 4] = ["trials.csv", "epochs.csv", "layers.csv", PROVENANCE_FILE];

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.overwrite && arguments.out.is_none() && arguments.save.is_none() {
        bail!("--overwrite: nothing is written; expected --out or --save");
    }
    if let Some(path) = &arguments.save {
        check_save(path, arguments)?;
    }
    let start = Start::of(arguments.load.as_deref(), arguments.resume.as_deref())?;
    let draft = arguments.draft()?;
    let known = start.learnt_from();
    let mut data = arguments.data.load_for(&known.class_names)?;
    if let Some(path) = start.path() {
        check_reading(&known, &data, path)?;
        // What the network calls its classes stands, unless it is told otherwise.
        if known.class_names.len() == data.classes && !arguments.data.names_classes() {
            data.class_names.clone_from(&known.class_names);
        }
    }
    let spec = start.spec(&draft, &arguments.settings, &arguments.monitors, &data)?;
    check_hidden(&spec, &arguments.settings, &data)?;
    // Without an epoch the start is evaluated, and all else must be as for a training.
    let trains = spec.epochs > 0;
    let spec = TrainingSpec { epochs: spec.epochs.max(1), ..spec };
    if let (false, Some(out)) = (trains, &arguments.out) {
        let out = out.display();
        bail!(
            "--out {out}: with --epochs 0 there is no training to write of; --save writes the network"
        );
    }
    let fits = || match start.model() {
        Some(model) => spec.check_start(model, &data),
        None => Ok(()),
    };
    let valid = spec.validate(&data).and_then(|()| fits()).and_then(|()| spec.check_memory(&data));
    valid.map_err(|error| anyhow!("--{}: {error}", error.option()))?;
    let architecture = spec.architecture(&data);
    if let Some(path) = &arguments.save {
        Model::check_format(path, &architecture).context("--save")?;
    }
    if let Some(out) = &arguments.out {
        refuse_existing_results(out, arguments.overwrite)?;
        prepare_directory(out, &FILES).context("--out")?;
    }
    if let Start::Network(file, path) = &start {
        say_precision(file.model.precision(), spec.precision, path);
    }
    let level = arguments.simd.unwrap_or_else(SimdLevel::best);

    let [training, validation, test] = spec.images(&data);
    let mut stdout = std::io::stdout();
    // A reader who goes away ends the training, unless its results go to a file.
    let head = [
        format!(
            "{}: {training} training, {validation} validation, {test} test {};",
            data.name,
            rows(&data)
        ),
        format!("network {}, {} parameters;", architecture.name(), architecture.parameters()),
        format!("{}, {level}", spec.precision.name()),
    ];
    let mut printed = writeln!(stdout, "{}{}", notes(&data), lines(head, " ", 2));
    let mut provenance = Provenance::new("train", "full", &data, level);
    let bar = progress::bar(spec.epochs, "epochs");
    let outcome = match trains {
        false => untrained(&spec, &data, level, start.model()).map(|outcome| (outcome, None)),
        true => train_resumable(&spec, &data, level, start.begin(), &mut |record| {
            bar.set_position(record.epoch as u64 + 1);
            if printed.is_ok() {
                printed = progress::print(&bar, &epoch_line(record));
            }
            match printed.is_ok() || arguments.out.is_some() || arguments.save.is_some() {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        }),
    };
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| anyhow!("--{}: {error}", error.option()))?;

    let (Outcome { history, model }, checkpoint) = outcome;
    let learnt_from = LearntFrom::of(&spec, &data);
    let mut report = match trains {
        true => summary(&history, start.epochs(), training, rows(&data)),
        false => start_line(&history),
    };
    let examination = (history.trained > 0).then(|| examine(&model, &spec, &data, level));
    if let Some(found) = Diagnosis::new(&spec, training, &history, examination.as_ref()) {
        report += &format!("{}\n", wrapped(&found.to_string(), 2));
    }
    if let Some(out) = &arguments.out {
        let result = TrialResult { trial: Trial::new(spec, &data), history };
        provenance.finish(1, result.history.seconds);
        ResultFiles::write(out, Metric::of(&data), &[result], &provenance)?;
        let out = out.display();
        let files = [format!("wrote {out}/trials.csv"), format!("and {out}/epochs.csv")];
        report += &format!("{}\n", lines(files, " ", 2));
    }
    let printed = printed.and_then(|()| write!(stdout, "{report}"));
    if let Some(path) = &arguments.save {
        let saved = model.save_with(path, &learnt_from, checkpoint.as_ref()).context("--save")?;
        if checkpoint.is_some() && !saved {
            let path = path.display();
            notice(format_args!(
                "{path}: what the optimiser remembers is larger than the header of the format may be: the training \
                 cannot be resumed from it"
            ));
        }
    }
    printed?;
    if let Some(path) = &arguments.save {
        writeln!(stdout, "wrote {}", path.display())?;
    }
    Ok(())
}

/// Refuses what the widths of the hidden layers show to be a mistake.
fn check_hidden(spec: &TrainingSpec, given: &Given, data: &Dataset) -> anyhow::Result<()> {
    if spec.hidden.is_empty() && given.contains("activation") {
        bail!("--activation: it is that of the hidden layers, and there are none; see --output");
    }
    let (inputs, outputs) = (data.inputs(), spec.outputs(data));
    let ends = [inputs, outputs].map(|neurons| LayerKind::Dense { neurons });
    let ends = [Some(&ends[0]), Some(&ends[1])];
    if spec.hidden.len() > 1 && [spec.hidden.first(), spec.hidden.last()] == ends {
        bail!(
            "--hidden {}: the {} inputs and the {} outputs belong to every network; expected the \
             hidden layers alone",
            spec.hidden_name(),
            inputs,
            outputs
        );
    }
    Ok(())
}

/// Makes sure that the model can be saved and replaces nothing that it must not: better now than after
/// the training.
fn check_save(path: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    Model::check_path(path).context("--save")?;
    if path.is_dir() {
        bail!("--save: {}: is a directory", path.display());
    }
    // What is resumed may be replaced by its continuation.
    let loaded = arguments.load.as_slice();
    may_replace(path, loaded, "a model", |_| Model::load(path).is_ok()).context("--save")?;
    if path.exists() && !arguments.overwrite {
        bail!("--save {}: holds a model; add --overwrite to replace it", path.display());
    }
    let of_results = |out: &PathBuf| FILES.iter().any(|file| out.join(file) == path);
    if arguments.out.as_ref().is_some_and(of_results) {
        bail!("--save {}: is the name of a file of --out; choose another", path.display());
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    prepare_directory(directory.unwrap_or(Path::new(".")), &[]).context("--save")
}

/// Says when the training changes the precision of the parameters.
fn say_precision(file: Precision, training: Precision, path: &Path) {
    let path = path.display();
    match (file, training) {
        (Precision::F64, Precision::F32) => notice(format_args!(
            "--precision f32: the parameters of {path} are f64; they are rounded"
        )),
        (Precision::F32, Precision::F64) => notice(format_args!(
            "--precision f64: the parameters of {path} are f32; they are taken as they are, and saved as f64"
        )),
        _ => {}
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

/// `epoch  3  training cost 0.40123  test accuracy 95.12 %  (0.06 s)`, in several lines where it is long.
pub fn epoch_line(record: &EpochRecord) -> String {
    let mut pieces = vec![format!("epoch {:>2}", record.epoch)];
    let metrics = record.metrics.iter();
    pieces.extend(
        metrics
            .map(|(metric, value)| format!("{} {}", words(metric), format_metric(metric, value))),
    );
    pieces.push(format!("({:.2} s)", record.seconds));
    lines(pieces, "  ", 10)
}

/// `0 epochs  validation accuracy 9.91 %  test accuracy 9.80 %`
fn start_line(history: &History) -> String {
    let metrics = history.start.iter().flat_map(|metrics| metrics.iter());
    let metrics = metrics
        .map(|(metric, value)| format!("{} {}", words(metric), format_metric(metric, value)));
    format!("{}\n", lines(["0 epochs".into()].into_iter().chain(metrics), "  ", 10))
}

pub fn words(metric: Metric) -> String {
    metric.column().replace('_', " ")
}

pub fn format_metric(metric: Metric, value: f64) -> String {
    match metric.measures() {
        Measures::Cost | Measures::Mse | Measures::R2 => significant(value, 5),
        Measures::Accuracy => format!("{:.2} %", 100.0 * value),
    }
}

/// The course of a training that had so many epochs before.
pub fn summary(history: &History, before: usize, images: usize, rows: &str) -> String {
    let mut text = String::new();
    let epochs = history.trained - before;
    let took = format!(
        "{} in {:.2} s ({} {rows} a second, monitoring included)",
        plural(epochs, "epoch"),
        history.seconds,
        significant((images * epochs) as f64 / history.seconds, 3),
    );
    let end = match history.status {
        Status::Diverged { epoch } => Some(format!("diverged at epoch {epoch}")),
        Status::Stopped => Some("stopped".into()),
        Status::EarlyStopped { epoch } => Some(format!("stopped early at epoch {epoch}")),
        Status::Finished => None,
    };
    text += &format!("{}\n", lines([took].into_iter().chain(end), ", ", 2));
    if let Some(epoch) = history.kept_epoch {
        text += &format!("kept the weights of epoch {epoch}, the best on the validation set\n");
    }
    let Some(record) = history.epochs.last() else {
        return text;
    };
    for (metric, last) in record.metrics.iter() {
        let curve: Vec<f64> =
            history.epochs.iter().filter_map(|record| record.metrics[metric]).collect();
        let mut numbers = format!("last {}", format_metric(metric, last));
        if let Some((epoch, best)) = history.best(metric) {
            numbers += &format!(", best {} at epoch {epoch}", format_metric(metric, best));
        }
        // The name and the gaps take 23 characters.
        let room = LINE.saturating_sub(23 + numbers.chars().count());
        let curve = sparkline_within(&curve, room);
        text += &format!("{:<20} {curve}  {numbers}\n", words(metric));
    }
    if !history.layers.is_empty() {
        text += &format!("{}\n", layers_table(history).within(LINE));
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
