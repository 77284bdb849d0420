//! A CSV file of runs or epochs, row by row, however it is written.
//!
//! Rows of our own files, and of others that are written as programs write, pass as they are. Of all others cells become
//! what a program would have written, in one buffer that is used again for every row. A row of several runs is read as
//! several rows.

use super::cell::{Commas, Form, is_special, rewrite};
use super::columns::{are_ours, counts_rows, is_seed};
use super::dialect::Dialect;
use super::direction::sounds_measured;
use super::wide::Wide;
use super::{Reading, RunsError, same_name};
use crate::input::CsvReader;
use crate::text::plain;
use std::path::{Path, PathBuf};

/// As much of a file tells how it is written.
const BEGINNING: u64 = 1 << 16;

/// A file that is read.
#[derive(Debug)]
pub(super) struct Sheet {
    path: PathBuf,
    reader: CsvReader,
    /// The names of the columns, of every row that is read.
    pub names: Vec<String>,
    /// Those of the columns of the file that are kept; the same unless a row has several runs.
    written: Vec<String>,
    /// The columns of the file that they are.
    kept: Vec<usize>,
    /// The header as it stands in the file.
    header: csv::ByteRecord,
    /// Whether rows pass as they are.
    as_they_are: bool,
    ours: bool,
    commas: Vec<Commas>,
    missing: Vec<String>,
    /// Whether a column of the file has a name, or was left out on purpose.
    named: Vec<bool>,
    /// Of each column that is kept, whether it has numbers with a percent sign, and without.
    percent: Vec<(bool, bool)>,
    /// Those with a number that is not whole, as far as the beginning tells.
    pub fractional: Vec<bool>,
    /// The last row as it stands in the file.
    raw: csv::ByteRecord,
    number: String,
    repeated_headers: usize,
    said: Vec<String>,
    /// How a row becomes several, if it has several runs.
    wide: Option<Wide>,
    /// The last row, and the next of its runs.
    whole: csv::ByteRecord,
    next_run: usize,
    /// How many rows of the file have been read.
    pub rows_read: usize,
}

impl Sheet {
    pub(super) fn open(path: &Path, reading: &Reading) -> Result<Self, RunsError> {
        let wrong_io = |error: std::io::Error| wrong(path, &error.into());
        let start = CsvReader::beginning(path, BEGINNING).map_err(wrong_io)?;
        let dialect = Dialect::of(&start, (start.len() as u64) < BEGINNING);
        let trim = if dialect.spaced { csv::Trim::All } else { csv::Trim::None };
        let mut format = csv::ReaderBuilder::new();
        format.buffer_capacity(1 << 16).trim(trim).delimiter(dialect.delimiter).flexible(true);
        let reader = CsvReader::open_after(path, dialect.skipped, &format);
        let mut reader = reader.map_err(wrong_io)?;
        let header = reader.headers().map_err(|e| wrong(path, &e))?.as_byte_record().clone();
        let mut said = Vec::new();
        let mut names = match &dialect.header {
            Some(two) => {
                let mut row = csv::ByteRecord::new();
                for _ in 0..two.rows {
                    reader.read_byte_record(&mut row).map_err(|e| wrong(path, &e))?;
                }
                said.push("The header has two levels, whose names are joined by _.".into());
                two.names.clone()
            }
            None => names(&header),
        };
        let ours = are_ours(&names);
        if names.len() > 1 && names.iter().all(|name| name.parse::<f64>().is_ok()) {
            let what = "its first line has numbers only; expected the names of the columns";
            return Err(RunsError::Csv { path: path.into(), what: what.into() });
        }
        // Spreadsheets write empty columns after the last one.
        let mut named: Vec<bool> =
            names.iter().enumerate().map(|(i, name)| ours || i == 0 || !name.is_empty()).collect();
        let kept = (0..names.len()).filter(|&column| named[column]);
        let ignored =
            |name: &str| !ours && reading.ignore.iter().any(|other| same_name(other, name));
        let kept: Vec<usize> = kept.filter(|&column| !ignored(&names[column])).collect();
        let in_file = names.clone();
        if !ours {
            for column in 0..names.len() {
                named[column] |= ignored(&names[column]);
            }
            rename_seeds(path, reading, &mut names, &kept)?;
        }
        let names: Vec<String> = kept.iter().map(|&column| names[column].clone()).collect();
        let written = told_apart(path, names, ours)?;
        let said_commas = if reading.decimal_comma { Commas::Decimal } else { dialect.commas };
        if said_commas == Commas::Decimal && !reading.decimal_comma {
            said.push("Commas in numbers are read as decimal points.".into());
        }
        let commas: Vec<Commas> = written
            .iter()
            .map(|name| match said_commas {
                // A list of sizes looks like thousands, a metric or a number of steps is none.
                Commas::Text if sounds_measured(name) || counts_rows(name) => Commas::Thousands,
                commas => commas,
            })
            .collect();
        let simple = !dialect.special
            && said_commas == Commas::Text
            && kept.len() == header.len()
            && reading.missing.is_empty();
        let kept_fractional = |&column: &usize| dialect.fractional.get(column) == Some(&true);
        let fractional: Vec<bool> = kept.iter().map(kept_fractional).collect();
        let mut wide = if ours { None } else { Wide::of(&written) };
        if let Some(Wide { names, said: sentence, .. }) = &mut wide {
            let all: Vec<usize> = (0..names.len()).collect();
            rename_seeds(path, reading, names, &all)?;
            said.push(sentence.clone());
        }
        let names = wide.as_ref().map_or(&written, |wide| &wide.names).clone();
        if !ours {
            check_named(path, reading, &in_file, &names)?;
        }
        let of_file =
            |column| wide.as_ref().map_or(Some(column), |wide: &Wide| wide.source(column));
        let is_fractional = |column| of_file(column).is_some_and(|column| fractional[column]);
        Ok(Self {
            path: path.into(),
            reader,
            fractional: (0..names.len()).map(is_fractional).collect(),
            percent: vec![(false, false); written.len()],
            next_run: wide.as_ref().map_or(0, Wide::len),
            wide,
            whole: csv::ByteRecord::new(),
            rows_read: 0,
            names,
            written,
            kept,
            header,
            as_they_are: ours || simple,
            ours,
            commas,
            missing: reading.missing.clone(),
            named,
            raw: csv::ByteRecord::new(),
            number: String::new(),
            repeated_headers: 0,
            said,
        })
    }

    /// Reads the next row, if there is one.
    pub(super) fn read(&mut self, row: &mut csv::ByteRecord) -> Result<bool, RunsError> {
        let Some(runs) = self.wide.as_ref().map(Wide::len) else { return self.read_whole(row) };
        loop {
            if self.next_run == runs {
                let mut whole = std::mem::take(&mut self.whole);
                if !self.read_whole(&mut whole)? {
                    return Ok(false);
                }
                (self.whole, self.next_run) = (whole, 0);
            }
            self.next_run += 1;
            let write = |wide: &Wide| wide.write(&self.whole, self.next_run - 1, row);
            if self.wide.as_ref().is_some_and(write) {
                return Ok(true);
            }
        }
    }

    /// The column that tells the runs of one row of the file apart, if it has several.
    pub(super) fn told_by(&self) -> Option<usize> {
        self.wide.as_ref()?.told_by()
    }

    /// How many runs a row of the file has.
    pub(super) fn runs_of_row(&self) -> usize {
        self.wide.as_ref().map_or(1, Wide::len)
    }

    /// The column of the x axis, if the file is a chart.
    pub(super) fn axis(&self) -> Option<usize> {
        self.wide.as_ref()?.axis
    }

    /// Columns that are not read, and why.
    pub(super) fn left_out(&self) -> &[(String, &'static str)] {
        self.wide.as_ref().map_or(&[], |wide| &wide.left_out)
    }

    /// Reads the next row of the file, if there is one.
    fn read_whole(&mut self, row: &mut csv::ByteRecord) -> Result<bool, RunsError> {
        self.rows_read += 1;
        loop {
            let into = if self.as_they_are { &mut *row } else { &mut self.raw };
            if !self.reader.read_byte_record(into).map_err(|e| wrong(&self.path, &e))? {
                return Ok(false);
            }
            let whole = into.len() == self.header.len();
            if self.ours {
                return if whole { Ok(true) } else { Err(self.unequal(row)) };
            }
            // A comment, or the end of a table in a spreadsheet.
            if into.as_slice().is_empty() || !whole && into[0].starts_with(b"#") {
                continue;
            }
            if !whole {
                let width = self.header.len();
                if into.len() < width || into.iter().skip(width).any(|cell| !cell.is_empty()) {
                    let row = into.clone();
                    return Err(self.unequal(&row));
                }
                into.truncate(width);
            }
            // A log to which another start of its program has appended.
            if into.as_slice() == self.header.as_slice() && *into == self.header {
                self.repeated_headers += 1;
                continue;
            }
            if !self.as_they_are {
                self.translate(row)?;
            }
            return Ok(true);
        }
    }

    /// All other rows, as text.
    pub(super) fn rows(&mut self) -> Result<Vec<csv::StringRecord>, RunsError> {
        let mut rows = Vec::new();
        let mut row = csv::ByteRecord::new();
        let mut kept = CsvReader::budget();
        while self.read(&mut row)? {
            kept.keep(&row).map_err(|e| wrong(&self.path, &e.into()))?;
            let text = csv::StringRecord::from_byte_record(row.clone());
            rows.push(text.map_err(|_| no_text(&self.path, self.rows_read as u64))?);
        }
        Ok(rows)
    }

    /// What was assumed of the rows so far, in sentences.
    pub(super) fn assumed(&self) -> Vec<String> {
        let mut said = self.said.clone();
        if self.percent.iter().any(|&(with, _)| with) {
            said.push("Percent signs are read as hundredths.".into());
        }
        if self.repeated_headers > 0 {
            said.push("Repeated lines of the header are skipped.".into());
        }
        said
    }

    /// Writes the last row as a program would have written it.
    fn translate(&mut self, row: &mut csv::ByteRecord) -> Result<(), RunsError> {
        row.clear();
        let place = self.raw.position().map_or(0, csv::Position::record);
        let problem = |column: usize, what: String| RunsError::Csv {
            path: self.path.clone(),
            what: format!("row {place}: {what} in column {column}"),
        };
        for (column, cell) in self.raw.iter().enumerate() {
            if !self.named[column] && !cell.is_empty() {
                let what = format!("'{}' stands", String::from_utf8_lossy(cell));
                return Err(problem(column + 1, format!("{what} without a name of its own")));
            }
        }
        for (place, &column) in self.kept.iter().enumerate() {
            let cell = &self.raw[column];
            let (commas, seen) = (self.commas[place], &mut self.percent[place]);
            if self.missing.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes())) {
                row.push_field(b"");
                continue;
            }
            let text = if is_special(cell, commas) { std::str::from_utf8(cell).ok() } else { None };
            let form = text.map_or(Form::AsItIs, |text| rewrite(text, commas, &mut self.number));
            match form {
                Form::AsItIs => {
                    // Once is enough to know.
                    seen.1 = seen.1 || is_number(cell);
                    row.push_field(cell);
                }
                Form::Rewritten { percent } => {
                    if percent {
                        seen.0 = true
                    } else {
                        seen.1 = true
                    }
                    row.push_field(self.number.as_bytes());
                }
                Form::Unclear => {
                    let (name, cell) = (&self.written[place], String::from_utf8_lossy(cell));
                    return Err(RunsError::Csv {
                        path: self.path.clone(),
                        what: format!(
                            "'{cell}' in column '{name}' may be a thousand or not, where commas are decimal points; \
                             expected it written without a point (or leave the column out by --ignore)"
                        ),
                    });
                }
            }
            if seen.0 && seen.1 {
                let (name, cell) = (&self.written[place], String::from_utf8_lossy(cell));
                return Err(RunsError::Csv {
                    path: self.path.clone(),
                    what: format!(
                        "column '{name}' has numbers with and without a percent sign, such as '{cell}'; expected one of \
                         them throughout"
                    ),
                });
            }
        }
        Ok(())
    }

    fn unequal(&self, row: &csv::ByteRecord) -> RunsError {
        let place = row.position().map_or(0, csv::Position::record);
        let what = format!("row {place} has {} cells, the header {}", row.len(), self.header.len());
        RunsError::Csv { path: self.path.clone(), what }
    }
}

/// Whether a cell is a number other than 0, which is the same in percent.
fn is_number(cell: &[u8]) -> bool {
    let number = std::str::from_utf8(cell).ok().and_then(|text| text.trim().parse::<f64>().ok());
    number.is_some_and(|number| number != 0.0 && number.is_finite())
}

/// The names of a header, without what spreadsheets put before them.
fn names(header: &csv::ByteRecord) -> Vec<String> {
    let cells = header.iter().map(String::from_utf8_lossy);
    let names = cells.map(|name| plain(name.trim_start_matches('\u{feff}').trim()).into_owned());
    names.collect()
}

/// Makes sure that a file, or what is read of it, has the columns that the user names.
fn check_named(
    path: &Path,
    reading: &Reading,
    in_file: &[String],
    made: &[String],
) -> Result<(), RunsError> {
    let Reading { epoch_column, seed_column, settings, ignore, .. } = reading;
    let wanted = epoch_column.iter().chain(seed_column).chain(settings).chain(ignore);
    for name in wanted {
        if !in_file.iter().chain(made).any(|column| same_name(column, name)) {
            let hint = format!("it has {}", in_file.join(", "));
            return Err(RunsError::Column { path: path.into(), column: name.clone(), hint });
        }
    }
    Ok(())
}

/// Calls the column of the seeds by that name.
fn rename_seeds(
    path: &Path,
    reading: &Reading,
    names: &mut [String],
    kept: &[usize],
) -> Result<(), RunsError> {
    let Some(seeds) = &reading.seed_column else { return Ok(()) };
    let is_called =
        |name: &str| kept.iter().copied().find(|&column| same_name(&names[column], name));
    let Some(column) = is_called(seeds) else { return Ok(()) };
    if is_called("seed").is_some_and(|other| other != column) {
        let what = format!(
            "--seed-column {seeds}: it has a column 'seed' too; leave that out by --ignore seed"
        );
        return Err(RunsError::Csv { path: path.into(), what });
    }
    names[column] = "seed".into();
    Ok(())
}

/// Names that tell the columns apart: of two `note` the first is `note (1)`. Not of what decides how the file is read.
fn told_apart(path: &Path, names: Vec<String>, ours: bool) -> Result<Vec<String>, RunsError> {
    let mut apart = Vec::with_capacity(names.len());
    let mut numbers: std::collections::HashMap<&str, (usize, usize)> = Default::default();
    for name in &names {
        numbers.entry(name).or_default().0 += 1;
    }
    for name in &names {
        let Some((count, number)) = numbers.get_mut(name.as_str()).filter(|(count, _)| *count > 1)
        else {
            apart.push(name.clone());
            continue;
        };
        if ours || is_seed(name) || counts_rows(name) || name == "trial_id" {
            let what = format!("it has {count} columns '{name}'; expected one");
            return Err(RunsError::Csv { path: path.into(), what });
        }
        *number += 1;
        apart.push(format!("{name} ({number})"));
    }
    Ok(apart)
}

fn no_text(path: &Path, row: u64) -> RunsError {
    let place = if row == 0 { "its header".into() } else { format!("row {row}") };
    let what = format!(
        "{place} is not UTF-8 text; expected a file saved as UTF-8 (convert one of Windows or Latin-1 as in iconv -f \
         LATIN1 -t UTF-8)"
    );
    RunsError::Csv { path: path.into(), what }
}

/// An error of the reader, in words that a user can act on.
fn wrong(path: &Path, error: &csv::Error) -> RunsError {
    let what = match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { pos, .. } => {
            return no_text(path, pos.as_ref().map_or(0, csv::Position::record));
        }
        _ => error.to_string(),
    };
    RunsError::Csv { path: path.into(), what }
}
