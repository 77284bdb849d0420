use super::data::{load, notes, rows};
use super::plot::drawn;
use super::plural;
use super::shades::{SHEET_WIDTH, shades, shortened};
use anyhow::{Context, bail};
use clap::Args;
use nablab::data::{DataOptions, Dataset, Duplicates, Overview, examples};
use nablab::files::{is_figure, may_replace, write_atomically};
use nablab::nn::ImageShape;
use nablab::report::{Align, Picture, Table, contact_sheet};
use nablab::text::{LINE, significant, wrapped};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Say what was read of a data set: images, classes, range of values, duplicates; with --show draw 40 examples, so that one sees
/// whether they are upright
#[derive(Debug, Args)]
pub struct Arguments {
    /// Directory of four IDX files, a CSV file, or a task, as for --data [default: the embedded MNIST]
    #[arg(value_name = "DIR|FILE|TASK")]
    data: Option<PathBuf>,
    #[command(flatten)]
    reading: DataOptions,
    /// Names of the classes, in their order: a text file with one a line (or EMNIST's mapping file), or a,b,c
    #[arg(long, value_name = "FILE|NAMES", help_heading = "Data")]
    class_names: Option<String>,
    /// Draw 40 training images, of each class as many, to this SVG or PNG file
    #[arg(long, value_name = "FILE")]
    show: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The examples that are drawn, if there are no more classes.
const EXAMPLES: usize = 40;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let class_names = arguments.class_names.as_deref();
    let data = load(arguments.data.as_ref(), &arguments.reading, class_names, &[])?;
    if let Some(file) = &arguments.show {
        may_replace(file, arguments.data.as_slice(), "a figure", is_figure).context("--show")?;
        if !data.has_images() {
            bail!("--show {}: {} has rows of numbers, and no images", file.display(), data.name);
        }
    }
    let drawn = arguments.show.as_ref().map(|file| sheet(&data, file)).transpose()?;
    let sets = [&data.training, &data.validation, &data.test];
    let overviews = sets.map(|set| Overview::of(set, data.classes));
    let duplicates = Duplicates::of(&data);
    let mut stdout = std::io::stdout();
    match arguments.json {
        true => writeln!(stdout, "{:#}", json(&data, &overviews, duplicates))?,
        false => write!(stdout, "{}", text(&data, &overviews, duplicates))?,
    }
    let (Some(file), Some(drawn)) = (&arguments.show, drawn) else { return Ok(()) };
    write_atomically(file, &drawn).context("--show")?;
    if !arguments.json {
        writeln!(stdout, "wrote {}", file.display())?;
    }
    Ok(())
}

const SETS: [&str; 3] = ["training", "validation", "test"];

fn json(data: &Dataset, overviews: &[Overview; 3], duplicates: Duplicates) -> serde_json::Value {
    let sets: serde_json::Map<_, _> = SETS
        .iter()
        .zip(overviews)
        .map(|(&name, overview)| (name.into(), serde_json::json!(overview)))
        .collect();
    let names = (0..data.classes).map(|class| data.class_name(class)).collect::<Vec<_>>();
    serde_json::json!({
        "name": data.name,
        "read": data.notes,
        "shape": [data.image_rows, data.image_columns, data.image_channels],
        "classes": data.classes,
        "class_names": names,
        "outputs": data.outputs(),
        "sha256": data.sha256,
        "sets": sets,
        "duplicates": duplicates,
    })
}

fn text(data: &Dataset, overviews: &[Overview; 3], duplicates: Duplicates) -> String {
    let inputs = match (rows(data), data.has_bytes()) {
        ("rows", _) => plural(data.inputs(), "input") + " a row",
        (_, true) => format!("images of {}, bytes divided by 256", ImageShape::from(data)),
        (_, false) => format!("images of {}, numbers", ImageShape::from(data)),
    };
    let learnt = match data.is_numeric() {
        true => format!("{} to be learnt", plural(data.outputs(), "number")),
        false => format!("{} classes", data.classes),
    };
    let head = wrapped(&format!("{}: {inputs}; {learnt}", data.name), 2);
    let mut text = format!("{head}\n{}{}\n", notes(data), sets_table(data, overviews).within(LINE));
    if data.classes > 0 {
        text += &format!("{}\n", classes_table(data, overviews).within(LINE));
    }
    let count = match duplicates {
        Duplicates { rows: 0, .. } => {
            "none of the test set is in the training or validation set".into()
        }
        Duplicates { rows: n, of_another_class } => {
            let verb = if n == 1 { "is" } else { "are" };
            let others = match of_another_class {
                0 => String::new(),
                n => format!(", {n} of them with another class"),
            };
            format!("{n} of the test set {verb} in the training or validation set too{others}")
        }
    };
    text + &format!("{}\n", wrapped(&count, 2))
}

/// A row a set.
fn sets_table(data: &Dataset, overviews: &[Overview; 3]) -> Table {
    let columns = ["set", rows(data), "smallest", "largest", "mean", "zeros"];
    let mut table = Table::new(&columns.map(|name| (name, Align::Right)));
    for (set, overview) in SETS.iter().zip(overviews) {
        let Overview { rows, smallest, largest, mean, zeros, .. } = *overview;
        let numbers = [smallest, largest, mean].map(|x| significant(x, 4));
        let [smallest, largest, mean] = if rows == 0 { Default::default() } else { numbers };
        let zeros = if rows == 0 { String::new() } else { format!("{:.1} %", 100.0 * zeros) };
        table.row([(*set).into(), rows.to_string(), smallest, largest, mean, zeros]);
    }
    table
}

/// A row a class.
fn classes_table(data: &Dataset, overviews: &[Overview; 3]) -> Table {
    let columns = ["class", SETS[0], SETS[1], SETS[2]];
    let mut table = Table::new(&columns.map(|name| (name, Align::Right)));
    for class in 0..data.classes {
        let counts = overviews.each_ref().map(|overview| overview.classes[class].to_string());
        let [training, validation, test] = counts;
        table.row([data.class_name(class), training, validation, test]);
    }
    table
}

/// The examples as a file of the kind that its name says.
fn sheet(data: &Dataset, file: &Path) -> anyhow::Result<Vec<u8>> {
    let picture = |place: usize| {
        let name = data.class_name(data.training.labels[place].into());
        let caption = [shortened(&name, 14), format!("#{place}")];
        Picture { pixels: shades(data, &data.training, place), caption }
    };
    let pictures = examples(&data.training, data.classes, EXAMPLES).into_iter().map(picture);
    let pictures: Vec<Picture> = pictures.collect();
    let title = format!("{} training images of {}", pictures.len(), data.name);
    let subtitle = "Dark is 1, white 0. Below: the class, and # in the set, counted from 0.";
    let svg = contact_sheet(&title, subtitle, data.image_columns, &pictures);
    drawn(svg, SHEET_WIDTH, "--show", file)
}
