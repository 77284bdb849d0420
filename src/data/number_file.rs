//! A data set from a CSV file of numbers.

use super::error::shown;
use super::source::hex;
use super::{DataError, Dataset, NumberRows, Split};
use crate::input::{printable, read_bytes};
use crate::nearest::hint;
use crate::rng::SplitMix64;
use csv::{ReaderBuilder, StringRecord, Trim};
use sha2::{Digest, Sha256};
use std::path::Path;

/// The seed of the order in which rows are split: one and the same for all trainings.
const SPLIT_SEED: u64 = 1;
/// The test set is this part of the rows.
const TEST_PART: usize = 6;
/// The largest file, in bytes.
const LARGEST: u64 = 1 << 30;

/// Reads the file, whose columns are all numbers: those named are to be learnt from the others.
///
/// The rows are put into a random order, the same every time, since files are often sorted. Their last
/// sixth is the test set; before it comes the validation set, `validation` rows or by default a sixth of
/// the rest.
pub(super) fn load(
    path: &Path,
    validation: Option<usize>,
    targets: &[String],
) -> Result<Dataset, DataError> {
    let file = shown(path);
    let problem = |problem: String| DataError::Numbers { file: file.clone(), problem };
    let bytes = read_bytes(path, LARGEST).map_err(|e| problem(format!("cannot be read: {e}")))?;
    let numbers = read(&bytes, targets).map_err(problem)?;
    let test = numbers.len() / TEST_PART;
    let rest = numbers.len() - test;
    let validation = validation.unwrap_or_else(|| Dataset::default_validation(rest));
    if validation >= rest {
        let most = rest - 1;
        let what =
            format!("a validation set of {validation} rows; expected at most {most} of {rest}");
        return Err(problem(what));
    }
    let split = |rows| Split::of_numbers(numbers.range(rows)).into();
    let sha256 = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    let name = path.file_name().map_or_else(|| file.clone(), |name| shown(Path::new(name)));
    Ok(Dataset {
        name: format!("{name}:{}", targets.join("+")),
        image_rows: 1,
        image_columns: numbers.columns(),
        image_channels: 1,
        classes: 0,
        training: split(0..rest - validation),
        validation: split(rest - validation..rest),
        test: split(rest..numbers.len()),
        // What is learnt of a file is part of what the data are.
        sha256: [
            sha256(&bytes),
            sha256(targets.join("\n").as_bytes()),
            String::new(),
            String::new(),
        ],
    })
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
        let cells = Cells::read(&bytes).map_err(problem)?;
        if cells.rows.is_empty() {
            return Err(problem("rows of numbers: 0; expected at least 1".into()));
        }
        Ok(Self { names: cells.names, numbers: cells.rows.concat() })
    }
}

/// The numbers of a file.
struct Cells {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

impl Cells {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.contains(&0) {
            return Err("is no UTF-8 text; expected a CSV file of numbers, or the directory of four IDX files".into());
        }
        let mut format = ReaderBuilder::new();
        let mut reader = format.trim(Trim::All).delimiter(separator(bytes)).from_reader(bytes);
        let headers = reader.headers().map_err(|error| error.to_string())?;
        let names: Vec<String> = headers.iter().map(String::from).collect();
        if let Some(i) = (0..names.len()).find(|&i| names[..i].contains(&names[i])) {
            return Err(format!("two columns are called '{}'", printable(&names[i])));
        }
        let row = |row: Result<StringRecord, csv::Error>| {
            let row = row.map_err(|error| error.to_string())?;
            let number = |(name, cell): (&String, &str)| {
                let number = cell.parse().ok().filter(|number: &f64| number.is_finite());
                number.ok_or_else(|| {
                    let line = row.position().map_or(0, csv::Position::line);
                    let (name, cell) = (printable(name), printable(cell));
                    format!("line {line}, column '{name}': '{cell}': expected a finite number")
                })
            };
            names.iter().zip(&row).map(number).collect::<Result<Vec<f64>, String>>()
        };
        let rows = reader.into_records().map(row).collect::<Result<_, _>>()?;
        Ok(Self { names, rows })
    }
}

/// The rows of a file, in the order in which they are split.
fn read(bytes: &[u8], targets: &[String]) -> Result<NumberRows, String> {
    let Cells { names, rows } = Cells::read(bytes)?;
    let targets = target_places(&names, targets)?;
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
    let keys = SplitMix64::new(SPLIT_SEED);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_cached_key(|&row| keys.output(row as u64));
    let columns: Vec<usize> = (0..names.len()).filter(|j| !targets.contains(j)).collect();
    let pick = |columns: &[usize]| {
        let of_row = |&row: &usize| columns.iter().map(|&column| rows[row][column]).collect();
        order.iter().flat_map::<Vec<f64>, _>(of_row).collect()
    };
    Ok(NumberRows::new(pick(&columns), columns.len(), pick(&targets), targets.len()))
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
        return Err(format!("which columns are learnt? expected --target-columns of {}", all()));
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
        load(&path, validation, &targets).map_err(|error| {
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
}
