use super::model::side;
use super::output::notice;
use super::plural;
use anyhow::{Context, bail};
use clap::Args;
use nablab::data::{Drawing, Framing, Inputs, Invert, NumberRows, SparseRows, Split, read_picture};
use nablab::nn::Targets;
use nablab::simd::SimdLevel;
use nablab::train::Model;
use std::io::Write;
use std::path::PathBuf;

/// Classify a picture with a saved network, and print its outputs; of a network that answers with numbers
/// those for the rows of a CSV file
///
/// A blank picture is refused. Of a digit that is not framed as those of MNIST (light on black, 20 pixels
/// of 28 on its longer side, its centre of mass in the middle) a warning tells.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The network: a .json or .safetensors file of `train --save`, or of the book's network2
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// PNG pictures of any size; for a network that answers with numbers a CSV file of its inputs, in the
    /// order of the columns that it has learnt from
    #[arg(value_name = "PICTURE|FILE", required = true)]
    pictures: Vec<PathBuf>,
    /// Whether dark and light change places: the networks know light digits on a dark ground
    #[arg(long, value_enum, default_value_t = Invert::Auto)]
    invert: Invert,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = Model::load(&arguments.model)?;
    if model.architecture().targets == Targets::Numbers {
        return of_numbers(arguments, &model);
    }
    let side = side(model.architecture()).with_context(|| arguments.model.display().to_string())?;
    // One that cannot be read is told before any is classified.
    let drawings = arguments.pictures.iter().map(|path| read_picture(path, side, arguments.invert));
    let drawings: Vec<Drawing> = drawings.collect::<Result<_, _>>()?;
    let mut stdout = std::io::stdout();
    let mut results = Vec::new();
    for (path, drawing) in arguments.pictures.iter().zip(&drawings) {
        let image = SparseRows::from_dense(&drawing.pixels, drawing.pixels.len());
        let outputs = model.outputs(image, SimdLevel::best());
        if !outputs.iter().all(|output| output.is_finite()) {
            let model = arguments.model.display();
            bail!("{model}: an output for {} is not a finite number", path.display());
        }
        let targets = model.architecture().targets;
        let answer = targets.answer(&outputs, 0.5);
        let warning = match side {
            Framing::SIDE => Framing::of(&drawing.pixels).problem(),
            _ => None,
        };
        if let Some(behind) = drawing.behind {
            notice(format_args!("{}: transparent parts are taken as {behind}", path.display()));
        }
        if let Some(problem) = &warning {
            let path = path.display();
            notice(format_args!("{path}: not framed as the digits of MNIST, so beware: {problem}"));
        }
        if arguments.json {
            results.push(serde_json::json!({
                "picture": path.to_string_lossy(),
                "class": answer,
                "outputs": outputs,
                "transparent_as": drawing.behind.map(|behind| behind.to_string()),
                "warning": warning,
            }));
            continue;
        }
        writeln!(stdout, "{}: {answer}", path.display())?;
        for (j, &output) in outputs.iter().enumerate() {
            let mark = if targets.is_on(j, answer) { " ←" } else { "" };
            // The class, or the worth of the binary digit.
            let name = match targets {
                Targets::OneHot | Targets::Numbers => j,
                Targets::Binary => 1 << j,
            };
            writeln!(stdout, "  {name:>3}  {output:>8.4}  {}{mark}", bar(output))?;
        }
    }
    if arguments.json {
        writeln!(stdout, "{}", serde_json::Value::from(results))?;
    }
    Ok(())
}

/// Prints the rows of a file as CSV, with the answers of the network after them.
fn of_numbers(arguments: &Arguments, model: &Model) -> anyhow::Result<()> {
    let [path] = &arguments.pictures[..] else {
        bail!("{}: expected one file", arguments.pictures[1].display());
    };
    let Inputs { names, numbers } = Inputs::read(path)?;
    let (inputs, outputs) = (model.architecture().inputs(), model.architecture().outputs());
    if names.len() != inputs {
        let columns = plural(names.len(), "column");
        bail!(
            "{}: {columns}; expected those that the network has learnt from, of which there are {inputs}",
            path.display()
        );
    }
    let rows = numbers.len() / inputs;
    let unknown = vec![0.0; rows * outputs];
    let split = Split::of_numbers(NumberRows::new(numbers, inputs, unknown, outputs));
    let answers = model.outputs_of(&split, SimdLevel::best());
    if !answers.iter().all(|answer| answer.is_finite()) {
        bail!("{}: an output is not a finite number", arguments.model.display());
    }
    let numbers = split.numbers.as_ref().expect("rows of numbers");
    let mut stdout = std::io::stdout().lock();
    if arguments.json {
        let answers: Vec<&[f64]> = answers.chunks_exact(outputs).collect();
        return Ok(writeln!(stdout, "{}", serde_json::json!({ "outputs": answers }))?);
    }
    let named = (0..outputs).map(|j| match outputs {
        1 => "output".to_string(),
        _ => format!("output{}", j + 1),
    });
    let mut csv = csv::Writer::from_writer(stdout);
    csv.write_record(names.into_iter().chain(named))?;
    for (row, answers) in answers.chunks_exact(outputs).enumerate() {
        csv.write_record(numbers.inputs(row).iter().chain(answers).map(f64::to_string))?;
    }
    csv.flush()?;
    Ok(())
}

/// A bar for an output between 0 and 1.
fn bar(output: f64) -> String {
    "█".repeat((output.clamp(0.0, 1.0) * 30.0).round() as usize)
}
