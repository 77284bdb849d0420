//! A data set from a CSV file: numbers to be learnt from numbers, or classes from features or pixels.

use super::error::shown;
use super::idx::transposed;
use super::labels::Classes;
use super::source::hex;
use super::{DataError, DataOptions, Dataset, NumberRows, Scale, SparseRows, Split};
use crate::input::{printable, read_bytes};
use crate::nearest::hint;
use crate::rng::SplitMix64;
use csv::{ReaderBuilder, StringRecord, Trim};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::path::Path;

/// The seed of the order in which rows are split: one and the same for all trainings.
const SPLIT_SEED: u64 = 1;
/// The test set is this part of the rows.
const TEST_PART: usize = 6;
/// The largest file, in bytes.
const LARGEST: u64 = 1 << 30;

/// Reads the file: the columns named are to be learnt from the others, which are numbers.
///
/// The rows are put into a random order, the same every time, since files are often sorted. Their last
/// sixth is the test set; before it comes the validation set, by default a sixth of the rest.
pub(super) fn load(path: &Path, options: &DataOptions) -> Result<Dataset, DataError> {
    let file = shown(path);
    let problem = |problem: String| DataError::Numbers { file: file.clone(), problem };
    if let Some(split) = &options.data_split {
        let split = printable(split);
        return Err(problem(format!(
            "--data-split {split}: it is for a directory of several data sets"
        )));
    }
    let bytes = read_bytes(path, LARGEST).map_err(|e| problem(format!("cannot be read: {e}")))?;
    let learnt = match &options.label_column {
        Some(column) => labelled(&bytes, column, options),
        None => numbers(&bytes, options),
    };
    let Learnt { split, what, shape: [image_rows, image_columns], classes, notes } =
        learnt.map_err(problem)?;
    let test = split.len() / TEST_PART;
    let rest = split.len() - test;
    let validation = options.validation.unwrap_or_else(|| Dataset::default_validation(rest));
    if validation >= rest {
        let most = rest - 1;
        let what =
            format!("a validation set of {validation} rows; expected at most {most} of {rest}");
        return Err(problem(what));
    }
    let part = |rows: Range<usize>| split.range(rows).into();
    let sha256 = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    let name = path.file_name().map_or_else(|| file.clone(), |name| shown(Path::new(name)));
    let mark = options.mark();
    Ok(Dataset {
        name: format!("{name}:{}{}", what.join("+"), mark.replace(' ', "-")),
        image_rows,
        image_columns,
        image_channels: 1,
        classes: classes.count,
        class_names: classes.names,
        first_label: classes.first_label,
        training: part(0..rest - validation),
        validation: part(rest - validation..rest),
        test: part(rest..split.len()),
        // What is learnt of a file is part of what the data are.
        sha256: [
            sha256(&bytes) + &mark,
            sha256(what.join("\n").as_bytes()) + if classes.count > 0 { " of labels" } else { "" },
            String::new(),
            String::new(),
        ],
        notes,
        scale: options.scale,
    })
}

/// What is learnt from a file.
struct Learnt {
    /// All rows, in the order in which they are split.
    split: Split,
    /// The columns that are learnt.
    what: Vec<String>,
    /// Rows and columns of pixels; one row of features.
    shape: [usize; 2],
    classes: Classes,
    notes: Vec<String>,
}

/// Numbers to be learnt from numbers.
fn numbers(bytes: &[u8], options: &DataOptions) -> Result<Learnt, String> {
    let targets = &options.target_columns;
    if options.transpose {
        return Err("--transpose: the rows are numbers; expected it for images".into());
    }
    let numbers = read(bytes, targets, options.scale)?;
    let notes = options.scale.map(|scale| format!("inputs scaled {scale} to 0:1"));
    Ok(Learnt {
        shape: [1, numbers.columns()],
        split: Split::of_numbers(numbers),
        what: targets.clone(),
        classes: Classes::none(),
        notes: notes.into_iter().collect(),
    })
}

/// Classes to be learnt from features or pixels.
fn labelled(bytes: &[u8], column: &str, options: &DataOptions) -> Result<Learnt, String> {
    let Cells { names, rows, labels } = Cells::read(bytes, Some(column))?;
    if names.is_empty() {
        return Err("no column is left to learn from".into());
    }
    if rows.len() < 2 {
        return Err(format!("rows: {}; expected at least 2", rows.len()));
    }
    let classes = Classes::of(&labels, &options.known_classes)
        .map_err(|problem| format!("column '{}': {problem}", printable(column)))?;
    let order = order(rows.len());
    let labels = order.iter().map(|&row| classes.of_rows[row]).collect();
    let numbers = order.iter().flat_map(|&row| rows[row].iter().copied()).collect();
    let inputs = Inputs { names, numbers };
    let [pixel_rows, pixel_columns] = inputs.shape();
    if options.transpose && pixel_rows == 1 {
        return Err("--transpose: the rows are features; expected it for images, whose columns are called pixel0, \
                    pixel1 and so on"
            .into());
    }
    let (mut split, note) = inputs.split(options.scale, options.transpose);
    split.labels = labels;
    let shape =
        if options.transpose { [pixel_columns, pixel_rows] } else { [pixel_rows, pixel_columns] };
    let transposed =
        options.transpose.then(|| "rows and columns of the images are exchanged".into());
    let notes = [note, classes.note()].into_iter().chain(transposed).collect();
    Ok(Learnt { split, what: vec![column.into()], shape, classes, notes })
}

/// Rows of numbers without any that are to be learnt: what a network is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// The columns.
    pub names: Vec<String>,
    /// `[rows][names]`, all of them finite.
    pub numbers: Vec<f64>,
}

impl Inputs {
    /// Reads a CSV file, as [`Dataset::from_csv`] does, with the rows in the order of the file.
    ///
    /// # Errors
    ///
    /// When it cannot be read or has more than 1 GiB, two columns have one name, a cell is no finite number,
    /// or there are no rows.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let problem = |problem: String| DataError::Numbers { file: shown(path), problem };
        let bytes =
            read_bytes(path, LARGEST).map_err(|e| problem(format!("cannot be read: {e}")))?;
        let cells = Cells::read(&bytes, None).map_err(problem)?;
        if cells.rows.is_empty() {
            return Err(problem("rows of numbers: 0; expected at least 1".into()));
        }
        Ok(Self { names: cells.names, numbers: cells.rows.concat() })
    }

    /// The rows as a network gets them, without anything to be answered, and what was made of them. Pixels, whole
    /// numbers from 0 to 255 in columns called pixel0, pixel1, … or 1x1, 1x2, …, are bytes unless they are scaled; all else
    /// is taken as it is, or scaled. The labels are all 0.
    pub fn split(self, scale: Option<Scale>, transpose: bool) -> (Split, String) {
        let columns = self.names.len();
        let shape = self.shape();
        let rows = self.numbers.len() / columns;
        let is_byte = |&x: &f64| (0.0..=255.0).contains(&x) && x.fract() == 0.0;
        let [height, width] = shape;
        let turned = |image: &mut [f64]| transposed(image, [height, width, 1]);
        let mut numbers = self.numbers;
        if transpose {
            numbers.chunks_exact_mut(columns).for_each(turned);
        }
        if scale.is_none() && are_pixels(&self.names) && numbers.iter().all(is_byte) {
            let bytes: Vec<u8> = numbers.iter().map(|&x| x as u8).collect();
            let split = (SparseRows::from_dense(&bytes, columns), vec![0; rows]).into();
            return (split, format!("pixels 0 to 255 of {height} x {width} divided by 256"));
        }
        let note = match scale {
            Some(scale) => {
                numbers.iter_mut().for_each(|x| *x = scale.of(*x));
                format!("{columns} numbers scaled {scale} to 0:1")
            }
            None => format!("{columns} numbers taken as they are"),
        };
        let numbers = NumberRows::of_inputs(numbers, columns);
        (Split::of_labelled_numbers(numbers, vec![0; rows]), note)
    }

    /// Rows and columns of the images that the columns are; one row if they are none.
    fn shape(&self) -> [usize; 2] {
        let n = self.names.len();
        let is_last =
            |name: &String| name.split_once('x').and_then(|(_, columns)| columns.parse().ok());
        match self.names.last().and_then(is_last) {
            _ if !are_pixels(&self.names) => [1, n],
            Some(columns) => [n / columns, columns],
            None if n.isqrt().pow(2) == n => [n.isqrt(); 2],
            None => [1, n],
        }
    }
}

/// Whether columns are called as pixels are: pixel0, pixel1, … or 1x1, 1x2, …, row by row.
fn are_pixels(names: &[String]) -> bool {
    let numbered = |first: usize| {
        let is = |(i, name): (usize, &String)| {
            let digits =
                name.strip_prefix("pixel").map(|rest| rest.trim_start_matches(['_', '-', ' ']));
            digits.is_some_and(|digits| digits.parse() == Ok(first + i))
        };
        names.iter().enumerate().all(is)
    };
    let last = names.last().and_then(|name| name.split_once('x'));
    let size = last.and_then(|(rows, columns)| Some((rows.parse().ok()?, columns.parse().ok()?)));
    match size {
        Some((rows, columns)) if usize::checked_mul(rows, columns) == Some(names.len()) => {
            let is = |(i, name): (usize, &String)| {
                *name == format!("{}x{}", i / columns + 1, i % columns + 1)
            };
            names.iter().enumerate().all(is)
        }
        _ => numbered(0) || numbered(1),
    }
}

/// The cells of a file: numbers, and perhaps a column of labels.
struct Cells {
    /// The columns of numbers.
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
    /// One a row, none if no column has them.
    labels: Vec<String>,
}

impl Cells {
    fn read(bytes: &[u8], label: Option<&str>) -> Result<Self, String> {
        let names = Self::header(bytes)?;
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let place = label.map(|label| {
            known.iter().position(|&name| name == label).ok_or_else(|| {
                let (label, hint) = (printable(label), printable(&hint(label, &known)));
                format!("--label-column: there is no column '{label}'; {hint}")
            })
        });
        let place = place.transpose()?;
        let mut labels = Vec::new();
        let row = |row: Result<StringRecord, csv::Error>| {
            let row = row.map_err(|error| error.to_string())?;
            let wrong = |i: usize, expected: &str| {
                let line = row.position().map_or(0, csv::Position::line);
                let (name, cell) = (printable(&names[i]), printable(&row[i]));
                format!("line {line}, column '{name}': '{cell}': expected {expected}")
            };
            if let Some(place) = place {
                if row[place].is_empty() {
                    return Err(wrong(place, "a class"));
                }
                labels.push(row[place].to_string());
            }
            let number = |i: usize| {
                let number = row[i].parse().ok().filter(|number: &f64| number.is_finite());
                number.ok_or_else(|| wrong(i, "a finite number"))
            };
            let numbers = (0..names.len()).filter(|&i| Some(i) != place);
            numbers.map(number).collect::<Result<Vec<f64>, String>>()
        };
        let rows = reader(bytes).into_records().map(row).collect::<Result<_, _>>()?;
        let mut names = names;
        place.map(|place| names.remove(place));
        Ok(Self { names, rows, labels })
    }

    /// The names of all columns.
    fn header(bytes: &[u8]) -> Result<Vec<String>, String> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Err("is a zip file, as .npz of NumPy and Keras is; expected a CSV file, or a directory of IDX files".into());
        }
        if bytes.contains(&0) {
            return Err("is no UTF-8 text; expected a CSV file of numbers, or the directory of four IDX files".into());
        }
        let mut reader = reader(bytes);
        let headers = reader.headers().map_err(|error| error.to_string())?;
        let names: Vec<String> = headers.iter().map(String::from).collect();
        if let Some(i) = (0..names.len()).find(|&i| names[..i].contains(&names[i])) {
            let is_number = names[i].parse::<f64>().is_ok();
            let hint = if is_number {
                "; expected a first line with the names of the columns"
            } else {
                ""
            };
            return Err(format!("two columns are called '{}'{hint}", printable(&names[i])));
        }
        Ok(names)
    }
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().trim(Trim::All).delimiter(separator(bytes)).from_reader(bytes)
}

/// The order in which rows are split.
fn order(rows: usize) -> Vec<usize> {
    let keys = SplitMix64::new(SPLIT_SEED);
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by_cached_key(|&row| keys.output(row as u64));
    order
}

/// The rows of a file, in the order in which they are split.
fn read(bytes: &[u8], targets: &[String], scale: Option<Scale>) -> Result<NumberRows, String> {
    let targets = target_places(&Cells::header(bytes)?, targets)?;
    let Cells { names, rows, .. } = Cells::read(bytes, None)?;
    if rows.len() < 2 {
        return Err(format!("rows of numbers: {}; expected at least 2", rows.len()));
    }
    for &column in &targets {
        if rows.iter().all(|row| row[column] == rows[0][column]) {
            let name = printable(&names[column]);
            return Err(format!(
                "column '{name}' has the same number in every row: there is nothing to learn"
            ));
        }
    }
    let order = order(rows.len());
    let columns: Vec<usize> = (0..names.len()).filter(|j| !targets.contains(j)).collect();
    let pick = |columns: &[usize]| -> Vec<f64> {
        let of_row = |&row: &usize| columns.iter().map(|&column| rows[row][column]).collect();
        order.iter().flat_map::<Vec<f64>, _>(of_row).collect()
    };
    let mut inputs = pick(&columns);
    if let Some(scale) = scale {
        inputs.iter_mut().for_each(|x| *x = scale.of(*x));
    }
    Ok(NumberRows::new(inputs, columns.len(), pick(&targets), targets.len()))
}

/// What the header is separated by: the comma unless there are more semicolons or tabs.
fn separator(bytes: &[u8]) -> u8 {
    let header = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| header.iter().filter(|&&byte| byte == separator).count();
    [b';', b'\t'].into_iter().fold(
        b',',
        |best, other| {
            if count(other) > count(best) { other } else { best }
        },
    )
}

/// The places of the columns that are learnt.
fn target_places(names: &[String], targets: &[String]) -> Result<Vec<usize>, String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let all = || printable(&names.join(", "));
    if targets.is_empty() {
        return Err(format!(
            "which columns are learnt? expected --target-columns of {}, or --label-column if it is classes",
            all()
        ));
    }
    let place = |(i, target): (usize, &String)| {
        if targets[..i].contains(target) {
            return Err(format!("--target-columns: '{}' stands there twice", printable(target)));
        }
        names.iter().position(|name| name == target).ok_or_else(|| {
            let (target, hint) = (printable(target), printable(&hint(target, &names)));
            format!("--target-columns: there is no column '{target}'; {hint}")
        })
    };
    let places: Vec<usize> = targets.iter().enumerate().map(place).collect::<Result<_, _>>()?;
    match places.len() < names.len() {
        true => Ok(places),
        false => {
            Err(format!("no column is left to learn from; expected fewer targets than {}", all()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn loaded(text: &str, targets: &[&str], validation: Option<usize>) -> Result<Dataset, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f.csv");
        fs::write(&path, text).unwrap();
        let targets: Vec<String> = targets.iter().map(|&target| target.into()).collect();
        let options = DataOptions { validation, target_columns: targets, ..DataOptions::default() };
        message(load(&path, &options))
    }

    fn message(loaded: Result<Dataset, DataError>) -> Result<Dataset, String> {
        loaded.map_err(|error| {
            let message = error.to_string();
            assert!(!message.contains('\n') && message.contains("f.csv: "), "{message}");
            message.rsplit("f.csv: ").next().unwrap_or_default().into()
        })
    }

    /// x, y = 10 x, z = −x for x = 0 … 23, and all rows of the three sets.
    fn line() -> String {
        let row = |x: i32| format!("{x},{}, {}\n", 10 * x, -x);
        format!("x,y,z\n{}", (0..24).map(row).collect::<String>())
    }

    #[test]
    fn every_row_is_in_one_set_with_its_targets() {
        let data = loaded(&line(), &["z", "x"], None).unwrap();
        assert_eq!((data.name.as_str(), data.inputs(), data.outputs()), ("f.csv:z+x", 1, 2));
        let sets = [&data.training, &data.validation, &data.test];
        assert_eq!(sets.map(|set| set.len()), [17, 3, 4]);
        let mut seen = Vec::new();
        for set in sets {
            let rows = set.numbers.as_ref().unwrap();
            for i in 0..rows.len() {
                let x = rows.targets(i)[1];
                assert_eq!((rows.inputs(i), rows.targets(i)), (&[10.0 * x][..], &[-x, x][..]));
                seen.push(x as usize);
            }
        }
        // A sorted file is not cut into its beginning and its end.
        assert!(!seen.is_sorted());
        seen.sort_unstable();
        assert_eq!(seen, (0..24).collect::<Vec<_>>());
        assert_eq!(data.sha256, loaded(&line(), &["z", "x"], Some(1)).unwrap().sha256);
        assert_ne!(data.sha256, loaded(&line(), &["x", "z"], None).unwrap().sha256);
        assert_eq!(loaded(&line(), &["y"], Some(19)).unwrap().training.len(), 1);
    }

    #[test]
    fn semicolons_tabs_and_a_mark_at_the_beginning_are_understood() {
        let data = loaded(&line(), &["y"], None).unwrap();
        for separator in [";", "\t"] {
            let text = format!("\u{feff}{}", line().replace(',', separator));
            assert_eq!(loaded(&text, &["y"], None).unwrap().training, data.training);
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        let says = |text: &str, targets: &[&str], words: &str| {
            let message = loaded(text, targets, None).unwrap_err();
            assert!(message.contains(words), "{message}");
        };
        says(&line(), &[], "expected --target-columns of x, y, z");
        says(&line(), &["w"], "there is no column 'w'");
        says(&line(), &["y", "y"], "'y' stands there twice");
        says(&line(), &["x", "y", "z"], "no column is left to learn from");
        says("x,x\n1,2\n3,4\n", &["x"], "two columns are called 'x'");
        says("x,y\n1,2\n3,four\n", &["y"], "line 3, column 'y': 'four': expected a finite number");
        says("x,y\n1,2\n,4\n", &["y"], "line 3, column 'x': '': expected a finite number");
        says("x,y\n1,inf\n3,4\n", &["y"], "line 2, column 'y': 'inf'");
        says("x,y\n1,2\n3\n", &["y"], "found record with 1 fields");
        says("x,y\n1,2\n", &["y"], "rows of numbers: 1; expected at least 2");
        says("", &["y"], "there is no column 'y'");
        says("\0\0\u{8}\u{1}", &["y"], "expected a CSV file of numbers, or the directory");
        says("x,y\n1,2\n3,2\n", &["y"], "column 'y' has the same number in every row");
        let message = loaded(&line(), &["y"], Some(20)).unwrap_err();
        assert_eq!(message, "a validation set of 20 rows; expected at most 19 of 20");
    }

    fn of_labels(
        text: &str,
        column: &str,
        change: impl Fn(&mut DataOptions),
    ) -> Result<Dataset, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f.csv");
        fs::write(&path, text).unwrap();
        let mut options =
            DataOptions { label_column: Some(column.into()), ..DataOptions::default() };
        change(&mut options);
        message(load(&path, &options))
    }

    /// 24 rows of two features and a class that they tell.
    fn flowers() -> String {
        let row =
            |i: usize| format!("{},{},{}\n", i, ["b", "a", "c d"][i % 3], 0.5 * i as f64 - 3.0);
        format!("x,kind,y\n{}", (0..24).map(row).collect::<String>())
    }

    #[test]
    fn words_are_classes_in_alphabetical_order() {
        let data = of_labels(&flowers(), "kind", |_| ()).unwrap();
        assert_eq!((data.name.as_str(), data.inputs(), data.classes), ("f.csv:kind", 2, 3));
        assert_eq!((data.outputs(), data.has_images()), (0, false));
        assert_eq!(data.class_names, ["a", "b", "c d"]);
        let mut seen = 0;
        for set in [&data.training, &data.validation, &data.test] {
            let rows = set.numbers.as_ref().unwrap();
            for i in 0..set.len() {
                let (x, y) = (rows.inputs(i)[0], rows.inputs(i)[1]);
                assert_eq!((0.5 * x - 3.0, [1, 0, 2][x as usize % 3]), (y, set.labels[i]));
                seen += 1;
            }
        }
        assert_eq!(seen, 24);
        let known = ["c d", "b", "z", "a"].map(String::from).to_vec();
        let other = of_labels(&flowers(), "kind", |options| options.known_classes = known.clone());
        let other = other.unwrap();
        assert_eq!((&other.class_names, other.classes), (&known, 4));
        let renamed: Vec<u8> =
            data.test.labels.iter().map(|&l| [3, 1, 0][usize::from(l)]).collect();
        assert_eq!(other.test.labels, renamed);
        let scaled = of_labels(&flowers(), "kind", |options| {
            options.scale = Some("0:10".parse().unwrap());
        });
        let rows = |data: &Dataset| data.test.numbers.clone().unwrap();
        let scaled = scaled.unwrap();
        assert_eq!(rows(&scaled).inputs(1)[0], rows(&data).inputs(1)[0] / 10.0);
        assert_ne!(scaled.sha256, data.sha256);
    }

    #[test]
    fn columns_called_pixels_are_images_of_bytes() {
        for name in [
            (|i| format!("pixel{i}")) as fn(usize) -> String,
            |i| format!("pixel_{}", i + 1),
            |i| format!("{}x{}", i / 2 + 1, i % 2 + 1),
        ] {
            let names: Vec<String> = (0..4).map(name).collect();
            let row = |i: usize| format!("{},0,{},255,{}\n", 1 + i % 3, i, 2 * i);
            let rows: String = (0..12).map(row).collect();
            let text = format!("label,{}\n{rows}", names.join(","));
            let data = of_labels(&text, "label", |_| ()).unwrap();
            assert_eq!((data.image_rows, data.image_columns, data.has_bytes()), (2, 2, true));
            assert_eq!((data.classes, data.first_label), (3, 1));
            assert_eq!(data.class_names, ["1", "2", "3"]);
            let turned = of_labels(&text, "label", |options| options.transpose = true).unwrap();
            let (mut plain, mut other) = ([0; 4], [0; 4]);
            data.training.images.dense_row(3, &mut plain);
            turned.training.images.dense_row(3, &mut other);
            assert_eq!(other, [plain[0], plain[2], plain[1], plain[3]]);
            // One that is no byte, and all are numbers.
            let data = of_labels(&text.replace(",255,", ",0.5,"), "label", |_| ()).unwrap();
            assert!(!data.has_bytes() && data.notes[0].contains("taken as they are"));
        }
    }

    #[test]
    fn labels_that_make_no_sense_are_refused() {
        let says = |text: &str, column: &str, words: &str| {
            let message = of_labels(text, column, |_| ()).unwrap_err();
            assert!(message.contains(words), "{message}");
        };
        says(&flowers(), "kinds", "no column 'kinds'; did you mean 'kind'?");
        says(&flowers(), "x", "column 'kind': 'b': expected a finite number");
        says("k\na\nb\n", "k", "no column is left");
        says("x,k\n1,a\n2,a\n", "k", "column 'k': the same class in every row");
        says("x,k\n1,a\n2,\n", "k", "line 3, column 'k': '': expected a class");
        says("x,k\n1,a\n", "k", "rows: 1; expected at least 2");
        says("1,1,2\n1,2,3\n", "1", "expected a first line with the names");
        let row = |i: usize| format!("{i},{}.5\n", i * 7);
        let many = format!("x,k\n{}", (0..300).map(row).collect::<String>());
        says(&many, "k", "300 different classes; expected at most 256");
        let wrong =
            of_labels(&flowers(), "kind", |options| options.known_classes = vec!["a".into()]);
        assert!(wrong.unwrap_err().contains("'b': the network knows no such class"));
        let turned = of_labels(&flowers(), "kind", |options| options.transpose = true);
        assert!(turned.unwrap_err().contains("--transpose"));
    }
}
