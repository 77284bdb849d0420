use super::model::side;
use super::output::notice;
use super::plot::{drawn, is_png};
use super::plural;
use super::shades::{SHEET_WIDTH, shortened};
use anyhow::{Context, bail};
use clap::Args;
use nablab::data::{
    Framing, Inputs, Invert, NumberRows, SparseRows, Split, read_digits, read_picture,
};
use nablab::files::{is_figure, may_replace, write_atomically};
use nablab::nn::Targets;
use nablab::report::{Picture, contact_sheet};
use nablab::simd::SimdLevel;
use nablab::text::significant;
use nablab::train::{LearntFrom, Model, ModelFile};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Read the digits of a picture with a saved network, and print its outputs; of a network that has learnt from a
/// CSV file those for the rows of another
///
/// A picture is prepared as MNIST was made: the ground is removed, be it light, dark, shaded or transparent, and
/// each digit is scaled to fit 20 x 20 pixels and centred by mass in 28 x 28, its strokes about as wide as usual. Several
/// digits are read as a number, from left to right; where there is none, the picture is refused. Networks for
/// other images than those of digits with 28 x 28 pixels get the picture as it is.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The network: a .json or .safetensors file of `train --save`, or of the book's network2
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// PNG pictures of any size; or a CSV file of the inputs of a network that has learnt from one, in the order of the columns
    /// that it has learnt from
    #[arg(value_name = "PICTURE|FILE", required = true)]
    pictures: Vec<PathBuf>,
    /// Whether dark and light change places: the networks know light digits on a dark ground
    #[arg(long, value_enum, default_value_t = Invert::Auto)]
    invert: Invert,
    /// Take each picture as it is, one image framed as those that the network knows: it is only scaled to their
    /// size. For pictures of other things than digits, such as those of Fashion-MNIST
    #[arg(long)]
    as_is: bool,
    /// Write what the network saw to this SVG or PNG file
    #[arg(long, value_name = "FILE")]
    show: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The longest name that fits below a picture.
const LONGEST: usize = 14;

/// What the network sees of a picture.
struct Seen {
    images: Vec<Image>,
    /// What its transparent parts were taken as, if it was taken as it is and has any.
    transparent_as: Option<String>,
    warning: Option<String>,
}

/// One image.
struct Image {
    pixels: Vec<u8>,
    /// The first column and row in the picture and the first ones behind, if it was looked for there.
    place: Option<[[usize; 2]; 2]>,
}

/// What the network says of an image.
struct Answer {
    class: usize,
    /// What the class is called.
    name: String,
    outputs: Vec<f64>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let ModelFile { model, learnt_from, .. } = ModelFile::read(&arguments.model)?;
    if model.architecture().targets == Targets::Numbers {
        not_of_pictures(arguments)?;
        return of_numbers(arguments, &model, &learnt_from);
    }
    if learnt_from.of_features || arguments.pictures.iter().any(|path| is_csv(path)) {
        not_of_pictures(arguments)?;
        return of_rows(arguments, &model, &learnt_from);
    }
    if let Some(file) = &arguments.show {
        let mut inputs: Vec<&PathBuf> = arguments.pictures.iter().collect();
        inputs.push(&arguments.model);
        is_png("--show", file)?;
        may_replace(file, &inputs, "a figure", is_figure).context("--show")?;
    }
    let side = side(model.architecture()).with_context(|| arguments.model.display().to_string())?;
    let (is_prepared, about) = match arguments.as_is {
        true => (false, None),
        false => prepares(&model, &learnt_from, side),
    };
    // One that cannot be read is told before any is classified.
    let see = |path: &PathBuf| match is_prepared {
        true => prepared(path, arguments.invert),
        false => as_it_is(path, side, arguments.invert),
    };
    let seen: Vec<Seen> = arguments.pictures.iter().map(see).collect::<Result<_, _>>()?;
    if let Some(about) = about {
        notice(format_args!("{about}"));
    }
    let mut stdout = std::io::stdout();
    let (mut results, mut sheet) = (Vec::new(), Vec::new());
    for (path, seen) in arguments.pictures.iter().zip(&seen) {
        let answer = |image: &Image| answer((&model, &learnt_from), image, path, &arguments.model);
        let answers: Vec<Answer> = seen.images.iter().map(answer).collect::<Result<_, _>>()?;
        tell(path, seen);
        sheet.extend(seen.images.iter().zip(&answers).map(|(image, answer)| {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let strength = strength(&model, answer);
            Picture {
                pixels: image.pixels.clone(),
                caption: [
                    shortened(&name, LONGEST),
                    format!("{}: {strength}", shortened(&answer.name, LONGEST)),
                ],
            }
        }));
        match arguments.json {
            true => results.push(of_picture(path, seen, &answers, is_prepared)),
            false => print(
                &mut stdout,
                path,
                seen,
                &answers,
                (model.architecture().targets, &learnt_from),
            )?,
        }
    }
    if arguments.json {
        writeln!(stdout, "{}", Value::from(results))?;
    }
    let Some(file) = &arguments.show else { return Ok(()) };
    let title = format!("What the network saw: {}", plural(sheet.len(), "image"));
    // The sheet is for paper.
    let below = "Dark here is light for the network. Below: the file, the answer and its output.";
    let svg = contact_sheet(&title, below, side as usize, &sheet);
    write_atomically(file, &drawn(svg, SHEET_WIDTH, "--show", file)?).context("--show")?;
    if !arguments.json {
        writeln!(stdout, "wrote {}", file.display())?;
    }
    Ok(())
}

/// Refuses what is for pictures alone.
fn not_of_pictures(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.as_is || arguments.show.is_some() {
        let name = if arguments.as_is { "--as-is" } else { "--show" };
        bail!("{name}: is for pictures, and a CSV file is read here");
    }
    Ok(())
}

/// Whether pictures are made for the network as MNIST was: it must be one for images of that size, whose classes are digits.
/// And what is to be said of it.
fn prepares(model: &Model, learnt_from: &LearntFrom, side: u32) -> (bool, Option<String>) {
    /// 0 to 9.
    const DIGITS: usize = 10;
    let (targets, outputs) = (model.architecture().targets, model.architecture().outputs());
    let names = &learnt_from.class_names;
    let is_digit = |name: &String| name.len() == 1 && name.as_bytes()[0].is_ascii_digit();
    let are_digits = match names.is_empty() {
        true => outputs == targets.outputs(DIGITS),
        false => names.iter().all(is_digit),
    };
    if side != Framing::SIDE || !are_digits {
        let outputs = plural(outputs, "output");
        let notice = format!(
            "the network is not one for digits of 28 x 28 pixels but has {outputs} for {side} x {side}: pictures are \
             taken as they are"
        );
        return (false, Some(notice));
    }
    let is_of_others = !learnt_from.checksum.is_empty();
    let notice = "the network has not learnt from MNIST; pictures are taken for digits (--as-is for other things)";
    (true, is_of_others.then(|| notice.into()))
}

/// The digits of a picture.
fn prepared(path: &Path, invert: Invert) -> anyhow::Result<Seen> {
    let digits = read_digits(path, invert)?;
    let images =
        digits.into_iter().map(|digit| Image { pixels: digit.pixels, place: Some(digit.place) });
    Ok(Seen { images: images.collect(), transparent_as: None, warning: None })
}

/// The picture as one image.
fn as_it_is(path: &Path, side: u32, invert: Invert) -> anyhow::Result<Seen> {
    let drawing = read_picture(path, side, invert)?;
    let warning = match side {
        Framing::SIDE => Framing::of(&drawing.pixels).problem(),
        _ => None,
    };
    Ok(Seen {
        images: vec![Image { pixels: drawing.pixels, place: None }],
        transparent_as: drawing.behind.map(|behind| behind.to_string()),
        warning,
    })
}

fn answer(
    (model, learnt_from): (&Model, &LearntFrom),
    image: &Image,
    path: &Path,
    file: &Path,
) -> anyhow::Result<Answer> {
    let row = SparseRows::from_dense(&image.pixels, image.pixels.len());
    let outputs = model.outputs(row, SimdLevel::best());
    if !outputs.iter().all(|output| output.is_finite()) {
        let model = file.display();
        bail!("{model}: an output for {} is not a finite number", path.display());
    }
    let class = model.architecture().targets.answer(&outputs, 0.5);
    Ok(Answer { class, name: learnt_from.class_name(class), outputs })
}

/// How strongly the network has given an answer, in a few characters.
fn strength(model: &Model, answer: &Answer) -> String {
    let strongest = answer.outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match model.architecture().targets {
        Targets::Binary => "binary digits".into(),
        Targets::OneHot | Targets::Numbers => significant(strongest, 3),
    }
}

/// What is to be known of a picture beside the answer.
fn tell(path: &Path, seen: &Seen) {
    let path = path.display();
    if let Some(behind) = &seen.transparent_as {
        notice(format_args!("{path}: transparent parts are taken as {behind}"));
    }
    if let Some(problem) = &seen.warning {
        notice(format_args!("{path}: not framed as the digits of MNIST, so beware: {problem}"));
    }
}

/// The answers one after the other: of digits the number.
fn reading(answers: &[Answer]) -> String {
    answers.iter().map(|answer| answer.name.as_str()).collect()
}

fn of_picture(path: &Path, seen: &Seen, answers: &[Answer], is_prepared: bool) -> Value {
    let one = match answers {
        [answer] => Some(answer),
        _ => None,
    };
    let image = |(image, answer): (&Image, &Answer)| json!({ "class": answer.class, "class_name": answer.name, "outputs": answer.outputs, "box": image.place });
    json!({
        "picture": path.to_string_lossy(),
        "reading": reading(answers),
        "class": one.map(|answer| answer.class),
        "class_name": one.map(|answer| &answer.name),
        "outputs": one.map(|answer| &answer.outputs),
        "digits": seen.images.iter().zip(answers).map(image).collect::<Vec<_>>(),
        "prepared": is_prepared,
        "transparent_as": seen.transparent_as,
        "warning": seen.warning,
    })
}

fn print(
    stdout: &mut impl Write,
    path: &Path,
    seen: &Seen,
    answers: &[Answer],
    (targets, learnt_from): (Targets, &LearntFrom),
) -> std::io::Result<()> {
    writeln!(stdout, "{}: {}", path.display(), reading(answers))?;
    for (image, Answer { class, name, outputs }) in seen.images.iter().zip(answers) {
        if let (Some([first, end]), true) = (image.place, answers.len() > 1) {
            writeln!(stdout, " {name}, in columns {} to {}", first[0] + 1, end[0])?;
        }
        for (j, &output) in outputs.iter().enumerate() {
            let mark = if targets.is_on(j, *class) { " ←" } else { "" };
            // The class, or the worth of the binary digit.
            let name = match targets {
                Targets::OneHot | Targets::Numbers => learnt_from.class_name(j),
                Targets::Binary => (1 << j).to_string(),
            };
            writeln!(stdout, "  {name:>3}  {output:>8.4}  {}{mark}", bar(output))?;
        }
    }
    Ok(())
}

/// Prints the rows of a file as CSV, with the answers of the network after them.
fn of_numbers(
    arguments: &Arguments,
    model: &Model,
    learnt_from: &LearntFrom,
) -> anyhow::Result<()> {
    let Inputs { names, numbers } = inputs(arguments, model)?;
    let (inputs, outputs) = (model.architecture().inputs(), model.architecture().outputs());
    let written = numbers.clone();
    let numbers = match learnt_from.scale {
        Some(scale) => numbers.into_iter().map(|x| scale.of(x)).collect(),
        None => numbers,
    };
    let rows = numbers.len() / inputs;
    let unknown = vec![0.0; rows * outputs];
    let split = Split::of_numbers(NumberRows::new(numbers, inputs, unknown, outputs));
    let answers = model.outputs_of(&split, SimdLevel::best());
    if !answers.iter().all(|answer| answer.is_finite()) {
        bail!("{}: an output is not a finite number", arguments.model.display());
    }
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
    for (row, answers) in written.chunks_exact(inputs).zip(answers.chunks_exact(outputs)) {
        csv.write_record(row.iter().chain(answers).map(f64::to_string))?;
    }
    csv.flush()?;
    Ok(())
}

/// The rows of the one file that is given, with as many columns as the network has inputs.
fn inputs(arguments: &Arguments, model: &Model) -> anyhow::Result<Inputs> {
    let [path] = &arguments.pictures[..] else {
        bail!("{}: expected one file", arguments.pictures[1].display());
    };
    let (rows, inputs) = (Inputs::read(path)?, model.architecture().inputs());
    if rows.names.len() != inputs {
        let columns = plural(rows.names.len(), "column");
        bail!(
            "{}: {columns}; expected those that the network has learnt from, of which there are {inputs}",
            path.display()
        );
    }
    Ok(rows)
}

fn is_csv(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| extension == "csv" || extension == "tsv")
}

/// Prints the classes of the rows of a file as CSV, with how strongly the network answers each.
fn of_rows(arguments: &Arguments, model: &Model, learnt_from: &LearntFrom) -> anyhow::Result<()> {
    let transpose = learnt_from.is_transposed();
    let (split, _) = inputs(arguments, model)?.split(learnt_from.scale, transpose);
    let (targets, n) = (model.architecture().targets, model.architecture().outputs());
    let outputs = model.outputs_of(&split, SimdLevel::best());
    if !outputs.iter().all(|output| output.is_finite()) {
        bail!("{}: an output is not a finite number", arguments.model.display());
    }
    let classes = outputs.chunks_exact(n).map(|outputs| targets.answer(outputs, 0.5));
    let classes = classes.map(|class| learnt_from.class_name(class));
    let mut stdout = std::io::stdout().lock();
    if arguments.json {
        let rows: Vec<&[f64]> = outputs.chunks_exact(n).collect();
        let classes: Vec<String> = classes.collect();
        return Ok(writeln!(
            stdout,
            "{}",
            serde_json::json!({ "classes": classes, "outputs": rows })
        )?);
    }
    let names = (0..n).map(|j| match targets {
        Targets::Binary => format!("bit{j}"),
        Targets::OneHot | Targets::Numbers => learnt_from.class_name(j),
    });
    let mut csv = csv::Writer::from_writer(stdout);
    csv.write_record(
        ["class".into()].into_iter().chain(names.map(|name| format!("output_{name}"))),
    )?;
    for (class, outputs) in classes.zip(outputs.chunks_exact(n)) {
        csv.write_record([class].into_iter().chain(outputs.iter().map(f64::to_string)))?;
    }
    csv.flush()?;
    Ok(())
}

/// A bar for an output between 0 and 1.
fn bar(output: f64) -> String {
    "█".repeat((output.clamp(0.0, 1.0) * 30.0).round() as usize)
}
