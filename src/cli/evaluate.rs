use super::data::{DataArguments, notes, rows};
use super::model::check_reading;
use super::plural;
use super::shades::{shades, shortened};
use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use nablab::data::{Dataset, NumberRows, Split};
use nablab::files::{is_figure, may_replace, write_atomically};
use nablab::nn::{Architecture, ImageShape, Targets};
use nablab::report::comparison::{answers_csv, is_answers};
use nablab::report::{Align, Picture, Table, contact_sheet};
use nablab::simd::SimdLevel;
use nablab::text::{LINE, significant};
use nablab::train::{Assessment, Evaluation, ImageResult, Model, ModelFile, TrainingSpec, assess};
use std::io::Write;
use std::path::PathBuf;

/// Evaluate a saved network: accuracy, cost, confusion matrix, the worst-classified images; of a network that
/// answers with numbers the mean squared error and R²
#[derive(Debug, Args)]
pub struct Arguments {
    /// The network: a .json or .safetensors file of `train --save`, or of the book's network2
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Which images
    #[arg(long, value_enum, default_value_t = Set::Test)]
    split: Set,
    /// Only the images of these classes, numbered anew in this order: as the network was trained
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    classes: Vec<u8>,
    /// Write the worst-classified images to this SVG file
    #[arg(long, value_name = "FILE")]
    worst: Option<PathBuf>,
    /// How many of them
    #[arg(long, value_name = "N", default_value_t = 40, requires = "worst")]
    worst_count: usize,
    /// Write what it answers to this CSV file, a row an image: two such files are compared by `nablab compare`
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArguments,
}

/// A part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Set {
    /// The test images
    Test,
    /// The validation images
    Validation,
    /// The training images
    Training,
}

impl Set {
    fn of(self, data: &Dataset) -> &Split {
        match self {
            Self::Test => &data.test,
            Self::Validation => &data.validation,
            Self::Training => &data.training,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Validation => "validation",
            Self::Training => "training",
        }
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(file) = &arguments.worst {
        may_replace(file, &[&arguments.model], "a figure", is_figure).context("--worst")?;
    }
    if let Some(file) = &arguments.predictions {
        may_replace(file, &[&arguments.model], "predictions", is_answers)
            .context("--predictions")?;
    }
    let path = arguments.model.display();
    let ModelFile { model, learnt_from, .. } = ModelFile::read(&arguments.model)?;
    let data = arguments.data.load_for(&learnt_from.class_names)?;
    check_reading(&learnt_from, &data, &arguments.model)?;
    if model.architecture().targets == Targets::Numbers {
        return of_numbers(arguments, &model, &data);
    }
    if data.is_numeric() {
        bail!("{path}: a network for images with classes, but {} has numbers", data.name);
    }
    // The choice of classes is that of a training.
    let spec = TrainingSpec { classes: arguments.classes.clone(), ..TrainingSpec::default() };
    spec.training_images(&data).map_err(|error| anyhow!("--classes: {error}"))?;
    let mut data = spec.select(&data).into_owned();
    let names = &learnt_from.class_names;
    if !names.is_empty() && names.len() == data.classes && !arguments.data.names_classes() {
        data.class_names.clone_from(names);
    }
    let data = data;
    let architecture = model.architecture();
    check_shape(arguments, architecture, &data)?;
    let outputs = architecture.targets.outputs(data.classes);
    if (architecture.inputs(), architecture.outputs()) != (data.inputs(), outputs) {
        bail!(
            "{path}: a network {}, but {} has {} {} and {} classes",
            architecture.name(),
            data.name,
            data.inputs(),
            if rows(&data) == "images" { "pixels" } else { "columns" },
            data.classes
        );
    }
    let split = arguments.split.of(&data);
    if split.is_empty() {
        bail!("--split: {} has no {} images", data.name, arguments.split.name());
    }
    if let Some(file) = arguments.worst.as_ref().filter(|_| !data.has_images()) {
        bail!("--worst {}: {} has rows of features, and no images", file.display(), data.name);
    }
    let assessment = assess(&model, split, SimdLevel::best());
    if !assessment.cost().is_finite() {
        let (n, set) = (assessment.images.len(), arguments.split.name());
        let wrong = assessment.images.iter().filter(|image| !image.cost.is_finite()).count();
        bail!(
            "{path}: the outputs or the cost of {wrong} of {n} {set} images are not finite numbers, \
             nor is the mean cost"
        );
    }
    let mut stdout = std::io::stdout();
    match arguments.json {
        true => writeln!(stdout, "{}", json(&assessment, &model, arguments, &data))?,
        false => print(&mut stdout, &assessment, &model, arguments, &data)?,
    }
    if let Some(file) = &arguments.worst {
        let svg = sheet(&assessment, split, &data, arguments);
        write_atomically(file, svg.as_bytes()).context("--worst")?;
        if !arguments.json {
            writeln!(stdout, "wrote {}", file.display())?;
        }
    }
    if let Some(file) = &arguments.predictions {
        let names = |image: &ImageResult| {
            [image.label, image.predicted].map(|class| data.class_name(class))
        };
        let answers = assessment.images.iter().map(names);
        write_atomically(file, answers_csv(answers).as_bytes()).context("--predictions")?;
        if !arguments.json {
            writeln!(stdout, "wrote {}", file.display())?;
        }
    }
    Ok(())
}

/// Makes sure that images, or sequences of numbers, have the shape that a network with convolutions or recurrent layers is for.
fn check_shape(
    arguments: &Arguments,
    architecture: &Architecture,
    data: &Dataset,
) -> anyhow::Result<()> {
    let shape = ImageShape::from(data);
    if architecture.sees_images() && architecture.input != shape {
        let (path, network) = (arguments.model.display(), architecture.described());
        bail!("{path}: a network {network}, but those of {} are {shape}", data.name);
    }
    Ok(())
}

/// What a network is worth that answers with numbers.
fn of_numbers(arguments: &Arguments, model: &Model, data: &Dataset) -> anyhow::Result<()> {
    let (path, set) = (arguments.model.display(), arguments.split.name());
    let architecture = model.architecture();
    if !data.is_numeric() {
        bail!(
            "{path}: a network that answers with numbers, but {} has images with classes; expected --data \
             FILE with --target-columns",
            data.name
        );
    }
    for (option, given) in [
        ("--classes", !arguments.classes.is_empty()),
        ("--worst", arguments.worst.is_some()),
        ("--predictions", arguments.predictions.is_some()),
    ] {
        if given {
            bail!("{option}: it is about images with classes, and the data are numbers");
        }
    }
    check_shape(arguments, architecture, data)?;
    let (inputs, outputs) = (data.inputs(), data.outputs());
    if (architecture.inputs(), architecture.outputs()) != (inputs, outputs) {
        bail!(
            "{path}: a network {}, but {} has {} and {}",
            architecture.name(),
            data.name,
            plural(inputs, "input column"),
            plural(outputs, "target column")
        );
    }
    let split = arguments.split.of(data);
    if split.is_empty() {
        bail!("--split: {} has no {set} rows", data.name);
    }
    let Evaluation { squared_error, cost, .. } = model.evaluate(split, SimdLevel::best());
    if !squared_error.is_finite() {
        bail!("{path}: an output for the {set} rows is not a finite number");
    }
    let (n, variation) = (split.len(), split.numbers.as_ref().map_or(0.0, NumberRows::variation));
    let mse = squared_error / (n * outputs) as f64;
    // Of one row, or of rows that are all to be answered alike, there is none.
    let r2 = Some(1.0 - squared_error / variation).filter(|r2| r2.is_finite());
    let mut stdout = std::io::stdout();
    if arguments.json {
        let json = serde_json::json!({
            "model": arguments.model.to_string_lossy(),
            "precision": model.precision().name(),
            "data": data.name,
            "split": set,
            "rows": n,
            "mse": mse,
            "rmse": mse.sqrt(),
            "r2": r2,
            "cost": cost,
        });
        return Ok(writeln!(stdout, "{json}")?);
    }
    writeln!(
        stdout,
        "{path}: network {}, {}, on the {n} {set} rows of {}\nmean squared error {} (its root {}), R² {}, mean \
         {} cost {}",
        architecture.name(),
        model.precision().name(),
        data.name,
        significant(mse, 5),
        significant(mse.sqrt(), 5),
        r2.map_or("–".into(), |r2| significant(r2, 5)),
        architecture.cost.name(),
        significant(cost, 5),
    )?;
    Ok(())
}

fn print(
    stdout: &mut impl Write,
    assessment: &Assessment,
    model: &Model,
    arguments: &Arguments,
    data: &Dataset,
) -> anyhow::Result<()> {
    let (correct, n) = (assessment.correct(), assessment.images.len());
    let (set, architecture) = (arguments.split.name(), model.architecture());
    write!(stdout, "{}", notes(data))?;
    writeln!(
        stdout,
        "{}: network {}, {}, on the {n} {set} {} of {}\naccuracy {:.2} % ({correct} of {n}), mean \
         {} cost {}\n",
        arguments.model.display(),
        architecture.name(),
        model.precision().name(),
        rows(data),
        data.name,
        100.0 * correct as f64 / n as f64,
        architecture.cost.name(),
        significant(assessment.cost(), 5),
    )?;
    let table = confusion_table(assessment, data).to_terminal();
    if table.lines().all(|line| line.chars().count() <= LINE) {
        writeln!(stdout, "{table}\nrows: the class; columns: what it is taken for\n")?;
        return Ok(());
    }
    // Too many classes for a square of them.
    writeln!(stdout, "{}", classes_table(assessment, data).within(LINE))?;
    writeln!(stdout, "rows: the classes; all counts are those of --json\n")?;
    Ok(())
}

/// A row a class: how many of its images are right, and what the others are taken for most often.
fn classes_table(assessment: &Assessment, data: &Dataset) -> Table {
    const MOST: usize = 3;
    let columns = [("class", Align::Right), ("images", Align::Right), ("right", Align::Right)];
    let mut table = Table::new(&[&columns[..], &[("mostly taken for", Align::Left)]].concat());
    for (class, counts) in assessment.confusion().iter().enumerate() {
        let all: usize = counts.iter().sum();
        let mut others: Vec<usize> = (0..counts.len()).collect();
        others.retain(|&other| other != class && counts[other] > 0);
        // Stable: of equals the first.
        others.sort_by_key(|&other| std::cmp::Reverse(counts[other]));
        let others = others.iter().take(MOST);
        let others = others.map(|&other| format!("{} ({})", data.class_name(other), counts[other]));
        table.row([
            data.class_name(class),
            all.to_string(),
            right(counts[class], all),
            others.collect::<Vec<_>>().join(", "),
        ]);
    }
    table
}

/// The part of some images that is right.
fn right(correct: usize, all: usize) -> String {
    match all {
        0 => "–".into(),
        _ => format!("{:.1} %", 100.0 * correct as f64 / all as f64),
    }
}

/// A row a class: what its images are taken for, and how many of them rightly.
fn confusion_table(assessment: &Assessment, data: &Dataset) -> Table {
    let classes: Vec<String> =
        (0..assessment.classes).map(|class| data.class_name(class)).collect();
    let mut columns = vec![("", Align::Right)];
    columns.extend(classes.iter().map(|class| (class.as_str(), Align::Right)));
    columns.push(("right", Align::Right));
    let mut table = Table::new(&columns);
    for (class, counts) in assessment.confusion().iter().enumerate() {
        let all: usize = counts.iter().sum();
        let mut row = vec![data.class_name(class)];
        row.extend(counts.iter().map(|&n| if n == 0 { "·".into() } else { n.to_string() }));
        row.push(right(counts[class], all));
        table.row(row);
    }
    table
}

fn json(
    assessment: &Assessment,
    model: &Model,
    arguments: &Arguments,
    data: &Dataset,
) -> serde_json::Value {
    let n = assessment.images.len();
    serde_json::json!({
        "model": arguments.model.to_string_lossy(),
        "precision": model.precision().name(),
        "data": data.name,
        "split": arguments.split.name(),
        "images": n,
        "correct": assessment.correct(),
        "accuracy": assessment.correct() as f64 / n as f64,
        "cost": assessment.cost(),
        "confusion": assessment.confusion(),
        "class_names": (0..assessment.classes).map(|class| data.class_name(class)).collect::<Vec<_>>(),
    })
}

fn sheet(assessment: &Assessment, split: &Split, data: &Dataset, arguments: &Arguments) -> String {
    let worst = assessment.worst();
    let wrong = worst.len();
    let picture = |place: usize| {
        let image = &assessment.images[place];
        let [label, predicted] =
            [image.label, image.predicted].map(|class| shortened(&data.class_name(class), 9));
        Picture {
            pixels: shades(data, split, place),
            caption: [
                format!("{label} taken for {predicted}"),
                format!("#{place}: {}", significant(image.output, 3)),
            ],
        }
    };
    let pictures: Vec<_> = worst.into_iter().take(arguments.worst_count).map(picture).collect();
    let (n, set) = (assessment.images.len(), arguments.split.name());
    let title = format!("The {} worst-classified images", pictures.len());
    let subtitle = format!(
        "{wrong} of {n} {set} images of {} are classified wrongly; largest cost first. Below: # in the \
         set, counted from 0, and how strongly the network answered.",
        data.name
    );
    contact_sheet(&title, &subtitle, data.image_columns, &pictures)
}
