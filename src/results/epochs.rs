use super::{ETA_IN_FORCE, START};
use crate::input::CsvReader;
use crate::train::Metric;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// An `epochs.csv` that could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file is missing, unreadable or not CSV.
    #[error("cannot read {path}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: csv::Error,
    },
    /// A column is missing.
    #[error("{path}: no column '{column}'; it has {found}")]
    Column {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        column: String,
        /// The columns that are there.
        found: String,
    },
    /// A cell is not a number.
    #[error("{path}, row {row}: '{cell}' in column '{column}' is not a number")]
    Number {
        /// The file.
        path: PathBuf,
        /// The row, counted from 1 after the header.
        row: usize,
        /// The column.
        column: String,
        /// The cell.
        cell: String,
    },
}

/// The rows of an `epochs.csv`, columns by name.
#[derive(Debug, Clone)]
pub struct EpochTable {
    path: PathBuf,
    header: csv::StringRecord,
    rows: Vec<csv::StringRecord>,
}

/// The course of one metric in one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The trial.
    pub trial_id: String,
    /// (epoch, value), in the order of the file.
    pub points: Vec<(usize, f64)>,
}

impl Curve {
    /// The value at an epoch.
    pub fn at(&self, epoch: usize) -> Option<f64> {
        self.points.iter().find(|&&(e, _)| e == epoch).map(|&(_, value)| value)
    }

    /// The values, in the order of the epochs.
    pub fn values(&self) -> Vec<f64> {
        self.points.iter().map(|&(_, value)| value).collect()
    }
}

impl EpochTable {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it is missing, unreadable or not CSV.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let error = |source| ReadError::Csv { path: path.into(), source };
        let reader = CsvReader::open(path, &csv::ReaderBuilder::new());
        let mut reader = reader.map_err(|e| error(e.into()))?;
        let header = reader.headers().map_err(error)?.clone();
        let rows = reader.rows().map_err(error)?;
        Ok(Self { path: path.into(), header, rows })
    }

    /// The curves of a metric, a trial each, in the order of the file.
    ///
    /// # Errors
    ///
    /// When a column is missing, or an epoch or a value is not a number. A cell that is empty,
    /// because the metric was not monitored, is not a number either.
    pub fn curves(&self, metric: Metric) -> Result<Vec<Curve>, ReadError> {
        self.columns("epoch", metric.column(), |_| true)
    }

    /// What a metric was before the first epoch, of the trials in which that was monitored.
    ///
    /// # Errors
    ///
    /// As [`curves`](Self::curves).
    pub fn starts(&self, metric: Metric) -> Result<Vec<(String, f64)>, ReadError> {
        let (id, epoch) = (self.column("trial_id")?, self.column("epoch")?);
        let value = self.column(metric.column())?;
        let is_start = |row: &&csv::StringRecord| row.get(epoch) == Some(START);
        let all = self.rows.iter().enumerate().filter(|(_, row)| is_start(row));
        all.map(|(i, row)| Ok((row.get(id).unwrap_or_default().into(), self.number(i, value)?)))
            .collect()
    }

    /// The learning rates in force, a trial each.
    ///
    /// # Errors
    ///
    /// As [`curves`](Self::curves).
    pub fn learning_rates(&self) -> Result<Vec<Curve>, ReadError> {
        self.columns("epoch", ETA_IN_FORCE, |_| true)
    }

    /// The seconds that training and monitoring took until the end of each epoch, a trial each.
    ///
    /// # Errors
    ///
    /// As [`curves`](Self::curves).
    pub fn seconds(&self) -> Result<Vec<Curve>, ReadError> {
        let mut curves = self.columns("epoch", "seconds", |_| true)?;
        for curve in &mut curves {
            let mut sum = 0.0;
            for (_, seconds) in &mut curve.points {
                sum += *seconds;
                *seconds = sum;
            }
        }
        Ok(curves)
    }

    /// A column of a `layers.csv` that was read, of one layer: by the number of epochs trained before.
    ///
    /// # Errors
    ///
    /// As [`curves`](Self::curves).
    pub fn layer(&self, column: &str, layer: usize) -> Result<Vec<Curve>, ReadError> {
        let (cell, of) = (layer.to_string(), self.column("layer")?);
        self.columns("epochs_trained", column, |row| row.get(of) == Some(cell.as_str()))
    }

    /// A column against another, of some rows.
    fn columns(
        &self,
        along: &str,
        column: &str,
        is_of: impl Fn(&csv::StringRecord) -> bool,
    ) -> Result<Vec<Curve>, ReadError> {
        let (id, along) = (self.column("trial_id")?, self.column(along)?);
        let value = self.column(column)?;
        let mut curves: Vec<Curve> = Vec::new();
        for (i, row) in self.rows.iter().enumerate() {
            if row.get(along) == Some(START) || !is_of(row) {
                continue;
            }
            let trial_id = row.get(id).unwrap_or_default();
            let point = (self.number(i, along)?, self.number(i, value)?);
            match curves.last_mut() {
                Some(curve) if curve.trial_id == trial_id => curve.points.push(point),
                _ => curves.push(Curve { trial_id: trial_id.into(), points: vec![point] }),
            }
        }
        Ok(curves)
    }

    /// The cells of a column.
    ///
    /// # Errors
    ///
    /// When it is missing.
    pub fn cells(&self, name: &str) -> Result<Vec<&str>, ReadError> {
        let column = self.column(name)?;
        Ok(self.rows.iter().map(|row| row.get(column).unwrap_or_default()).collect())
    }

    fn column(&self, name: &str) -> Result<usize, ReadError> {
        self.header.iter().position(|column| column == name).ok_or_else(|| ReadError::Column {
            path: self.path.clone(),
            column: name.into(),
            found: self.header.iter().collect::<Vec<_>>().join(", "),
        })
    }

    fn number<N: std::str::FromStr>(&self, row: usize, column: usize) -> Result<N, ReadError> {
        let cell = self.rows[row].get(column).unwrap_or_default();
        cell.parse().map_err(|_| ReadError::Number {
            path: self.path.clone(),
            row: row + 1,
            column: self.header.get(column).unwrap_or_default().into(),
            cell: cell.into(),
        })
    }
}
