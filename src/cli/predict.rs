use super::model::side;
use super::output::notice;
use anyhow::{Context, bail};
use clap::Args;
use nablab::data::{Drawing, Framing, Invert, SparseRows, read_picture};
use nablab::nn::Targets;
use nablab::simd::SimdLevel;
use nablab::train::Model;
use std::io::Write;
use std::path::PathBuf;

/// Classify a picture with a saved network, and print its outputs
///
/// A blank picture is refused. Of a digit that is not framed as those of MNIST (light on black, 20 pixels
/// of 28 on its longer side, its centre of mass in the middle) a warning tells.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The network: a .json or .safetensors file of `train --save`, or of the book's network2
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// PNG pictures of any size
    #[arg(value_name = "PICTURE", required = true)]
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
                Targets::OneHot => j,
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

/// A bar for an output between 0 and 1.
fn bar(output: f64) -> String {
    "█".repeat((output.clamp(0.0, 1.0) * 30.0).round() as usize)
}
