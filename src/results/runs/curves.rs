//! The rows of a file of epochs, sorted by run.

use super::columns::{Columns, Unhashed, are_ours};
use super::identity::{Identity, identity};
use super::missing::is_missing;
use super::sheet::Sheet;
use super::{Course, Names, Reading, RunsError, Unit};
use crate::input::CsvReader;
use crate::results::START;
use std::collections::HashMap;
use std::path::Path;

/// What is read of a file of epochs that has no file of trials.
pub(super) struct RunsOfEpochs {
    pub header: Vec<String>,
    /// One row a run.
    pub rows: Vec<csv::StringRecord>,
    /// The columns that a run is told by.
    pub identity: Vec<String>,
    /// What its rows are counted in.
    pub unit: Unit,
    /// The last number of each run.
    pub last: Vec<usize>,
    /// What was assumed of the file, in sentences.
    pub assumed: Vec<String>,
    /// Columns that are not read, and why.
    pub left_out: Vec<(String, &'static str)>,
}

/// The runs of a file of epochs, whose rows the column `index` numbers: by their ids, or by all their settings.
/// `columns` takes in what shows in its rows. `None` if every row is a run.
pub(super) fn runs_of_epochs(
    path: &Path,
    index: usize,
    known: &Names,
    columns: &mut Option<Columns>,
) -> Result<Option<RunsOfEpochs>, RunsError> {
    let mut sheet = Sheet::open(path, &known.reading)?;
    let header = sheet.names.clone();
    let mut assumed = Vec::new();
    let columns = columns.get_or_insert_with(|| Columns::new(&header));
    let id = header.iter().position(|name| name == "trial_id").filter(|_| are_ours(&header));
    columns.set_index(Some(index));
    columns.set_wide(&sheet);
    let (identity, first): (Vec<usize>, usize) = match id {
        Some(id) => (vec![id], 0),
        None => {
            let mut row = csv::ByteRecord::new();
            while sheet.read(&mut row)? {
                columns.see(&row);
            }
            sheet = Sheet::open(path, &known.reading)?;
            match identity(path, &header, index, known, columns)? {
                Identity::Log { columns, first, merged, resumed } => {
                    let number = &header[index];
                    if merged {
                        assumed.push(format!(
                            "Rows of one {number} with different columns are put together."
                        ));
                    }
                    if resumed {
                        assumed.push(format!(
                            "Where runs were resumed and rows of one {number} are there twice, the later ones count."
                        ));
                    }
                    (columns, first)
                }
                Identity::Single => return Ok(None),
                Identity::Unnumbered => {
                    columns.set_index(None);
                    return Ok(None);
                }
            }
        }
    };
    let mut places: HashMap<Vec<u8>, usize, Unhashed> = HashMap::default();
    let (mut rows, mut last_of) = (Vec::new(), Vec::new());
    let (mut row, mut key, mut last) = (csv::ByteRecord::new(), Vec::new(), Vec::new());
    let (mut place, mut kept) = (0, CsvReader::budget());
    while sheet.read(&mut row)? {
        key_of(&row, &identity, &mut key);
        if key != last || rows.is_empty() {
            last.clone_from(&key);
            place = places.get(&key).copied().unwrap_or(rows.len());
            if place == rows.len() {
                places.insert(key.clone(), place);
                if id.is_some() {
                    columns.see(&row);
                }
                kept.keep(&row).map_err(|error| RunsError::Csv {
                    path: path.into(),
                    what: error.to_string(),
                })?;
                rows.push(csv::StringRecord::from_byte_record_lossy(row.clone()));
                last_of.push(0);
            }
        }
        let number = parse_epoch(&row[index]).unwrap_or(0);
        last_of[place] = number.max(last_of[place]);
    }
    let identity = identity.into_iter().map(|column| header[column].clone()).collect();
    let unit = Unit::new(&header[index], first);
    assumed.splice(0..0, sheet.assumed());
    let (last, left_out) = (last_of, sheet.left_out().to_vec());
    Ok(Some(RunsOfEpochs { header, rows, identity, unit, last, assumed, left_out }))
}

/// Finds the run of a row.
pub(super) struct Index<'a> {
    runs: HashMap<Vec<u8>, usize, Unhashed>,
    names: &'a [String],
    /// Whether the file may have others too.
    others: bool,
}

impl<'a> Index<'a> {
    /// The index of some of the runs, which are told by some `columns`, which have these `names`. `others` says whether
    /// the file may have runs that are not wanted.
    pub(super) fn new(
        rows: &[csv::StringRecord],
        runs: std::ops::Range<usize>,
        columns: &[usize],
        names: &'a [String],
        others: bool,
    ) -> Self {
        let mut key = Vec::new();
        let mut places: HashMap<_, _, Unhashed> = HashMap::default();
        for (run, row) in rows.iter().enumerate().take(runs.end).skip(runs.start) {
            key_of(row.as_byte_record(), columns, &mut key);
            // Of layers told by their training alone the first stands for all.
            places.entry(key.clone()).or_insert(run);
        }
        Self { runs: places, names, others }
    }
}

/// Adds the values of a metric to the courses of those runs that are read from this file. Cells without a value are
/// left out.
pub(super) fn read(
    path: &Path,
    reading: &Reading,
    unit: &Unit,
    metric: &str,
    index: &Index<'_>,
    of_file: &std::ops::Range<usize>,
    courses: &mut [Course],
) -> Result<(), RunsError> {
    let mut sheet = Sheet::open(path, reading)?;
    let header = sheet.names.clone();
    let column = |name: &str| {
        header.iter().position(|n| n == name).ok_or_else(|| RunsError::Column {
            path: path.into(),
            column: name.into(),
            hint: format!("it has {}", header.join(", ")),
        })
    };
    let (epoch, value) = (column(unit.column())?, column(metric)?);
    let identity = index.names.iter().map(|name| column(name)).collect::<Result<Vec<_>, _>>()?;
    let (mut row, mut key, mut last) = (csv::ByteRecord::new(), Vec::new(), Vec::new());
    let mut run = None;
    while sheet.read(&mut row)? {
        let number = sheet.rows_read;
        key_of(&row, &identity, &mut key);
        if run.is_none() || key != last {
            last.clone_from(&key);
            run = index.runs.get(&key).copied();
        }
        let Some(run) = run else {
            if index.others {
                continue;
            }
            let id = String::from_utf8_lossy(&row[identity[0]]).into_owned();
            return Err(RunsError::UnknownTrial { path: path.into(), row: number, id });
        };
        // Of a training that two files have, one is read.
        if !of_file.contains(&run) {
            continue;
        }
        let wrong = |column: usize| RunsError::Number {
            path: path.into(),
            row: number,
            column: header[column].clone(),
            cell: String::from_utf8_lossy(&row[column]).into_owned(),
        };
        // Before the first epoch nothing has been trained: no course begins there.
        if row[epoch] == *START.as_bytes() {
            continue;
        }
        let at = parse_epoch(&row[epoch]).ok_or_else(|| wrong(epoch))?;
        if is_missing(&row[value]) {
            continue;
        }
        let found = parse(&row[value]).ok_or_else(|| wrong(value))?;
        courses[run].push((at, found));
    }
    // Of our own trainings nothing is written twice.
    let ours = are_ours(&header);
    for course in courses {
        if course.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            continue;
        }
        if !ours {
            resume(course, unit.first());
        }
        course.sort_by_key(|&(epoch, _)| epoch);
        if let Some(pair) = course.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (path, column) = (path.into(), unit.column().into());
            return Err(RunsError::Repeated { path, column, epoch: pair[0].0 });
        }
    }
    Ok(())
}

/// Of what a run has twice because it went back by some epochs, but not to its first, the later value counts.
fn resume(course: &mut Course, first: usize) {
    let mut places: HashMap<usize, usize> = HashMap::new();
    let (mut settled, mut before, mut resumed): (Course, usize, bool) = (Vec::new(), 0, false);
    for &(epoch, value) in course.iter() {
        if epoch < before {
            resumed = epoch > first;
        }
        before = epoch;
        match places.get(&epoch) {
            Some(&place) if resumed => settled[place].1 = value,
            _ => {
                places.insert(epoch, settled.len());
                settled.push((epoch, value));
            }
        }
    }
    *course = settled;
}

/// The number of an epoch, which pandas may have written as 3.0.
pub(super) fn parse_epoch(cell: &[u8]) -> Option<usize> {
    parse(cell).or_else(|| {
        let number: f64 = parse(cell)?;
        (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as usize)
    })
}

fn parse<N: std::str::FromStr>(cell: &[u8]) -> Option<N> {
    std::str::from_utf8(cell).ok()?.trim().parse().ok()
}

/// The cells of some columns, one after the other.
pub(super) fn key_of(row: &csv::ByteRecord, columns: &[usize], key: &mut Vec<u8>) {
    key.clear();
    for &column in columns {
        key.extend_from_slice(&row[column]);
        key.push(0);
    }
}
