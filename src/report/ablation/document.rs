//! The table in words and rounded numbers, for every format of text.

use super::{Ablation, Also, Cell, Difference};
use crate::stats::{Interval, interquartile_mean, median, prediction_interval, std_dev};

/// A table ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The sentences below or above it.
    pub caption: Vec<String>,
    /// One table, or several with a heading each.
    pub sheets: Vec<Sheet>,
}

/// A table of a [`Document`].
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What it shows, where there are several.
    pub heading: Option<String>,
    /// The headings of the columns, and whether they hold words, which stand left.
    pub columns: Vec<(String, bool)>,
    /// The rows.
    pub rows: Vec<Vec<Entry>>,
}

/// A cell of a [`Sheet`].
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// Words, or a number as it is.
    Words(String),
    /// A mean with half its interval.
    Measured {
        /// The mean.
        mean: String,
        /// Half the interval.
        half: Option<String>,
        /// Whether it is among the best.
        best: bool,
        /// Whether it differs from the baseline.
        differs: bool,
    },
}

impl Document {
    /// The words of a table. `bold` is how the best are marked.
    pub(super) fn new(ablation: &Ablation, bold: &str) -> Self {
        let sheets = match ablation.request.vs.named() {
            None => vec![long(ablation)],
            Some(_) => wide(ablation),
        };
        Self { caption: super::caption::caption(ablation, bold), sheets }
    }
}

impl Sheet {
    /// Whether a column has measured numbers.
    pub(super) fn has_numbers(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(row[column], Entry::Measured { .. }))
    }
}

/// How numbers are rounded: percent or not, and to how many decimals.
#[derive(Clone, Copy)]
pub(super) struct Rounding {
    factor: f64,
    decimals: usize,
}

impl Rounding {
    /// To two digits of the smallest interval, so that all numbers of a table have as many decimals; without
    /// intervals to four of the smallest mean.
    pub(super) fn of(ablation: &Ablation) -> Self {
        let factor = if ablation.measure.is_percentage() { 100.0 } else { 1.0 };
        let cells = || ablation.cells.iter().flatten().flatten();
        let halves = cells().flat_map(|cell| {
            let versus = cell.versus.as_ref().and_then(|versus| versus.interval);
            [cell.half, versus.map(|interval| interval.half_width())].into_iter().flatten()
        });
        let least = |values: &mut dyn Iterator<Item = f64>| {
            let positive = values.map(|value| factor * value).filter(|value| *value > 0.0);
            positive.fold(f64::INFINITY, f64::min)
        };
        let half = least(&mut halves.into_iter());
        let mean = least(&mut cells().filter_map(|cell| cell.mean).map(f64::abs));
        // A test set of 10,000 images has steps of 0.01 points.
        let most = if factor == 100.0 { 2.0 } else { MOST_DECIMALS };
        let digits = |value: f64, digits: f64| {
            (digits - 1.0 - value.log10().floor()).clamp(0.0, MOST_DECIMALS)
        };
        let decimals = match (half.is_finite(), mean.is_finite()) {
            // But nothing that is more than zero reads ± 0.00.
            (true, _) => digits(half, 2.0).min(most).max(digits(half, 1.0)),
            (false, true) if factor == 1.0 => digits(mean, 4.0),
            _ => 2.0,
        };
        Self { factor, decimals: decimals as usize }
    }

    pub(super) fn number(self, value: f64) -> String {
        let text = format!("{:.*}", self.decimals, self.factor * value);
        // Not −0.00.
        if text.trim_start_matches(['-', '0', '.']).is_empty() {
            return text.trim_start_matches('-').into();
        }
        text.replace('-', "−")
    }

    fn signed(self, value: f64) -> String {
        let text = self.number(value);
        if text.starts_with('−') || self.number(0.0) == text { text } else { format!("+{text}") }
    }

    fn range(self, interval: Interval, signed: bool) -> String {
        let end = |value| if signed { self.signed(value) } else { self.number(value) };
        format!("[{}, {}]", end(interval.low), end(interval.high))
    }
}

/// More digits after the point than any number of a table needs.
const MOST_DECIMALS: f64 = 40.0;

fn heading(name: &str) -> String {
    name.replace('_', " ")
}

/// The mean of a cell, or what became of it.
fn measured(cell: Option<&Cell>, rounding: Rounding, marked: bool) -> Entry {
    let Some(cell) = cell else {
        return Entry::Words("–".into());
    };
    let Some(mean) = cell.mean else {
        return Entry::Words(format!("{}/{} {}", cell.lost.count(), cell.n, cell.lost.word()));
    };
    let significant =
        cell.versus.as_ref().and_then(|v| v.p).is_some_and(|p| p < super::compare::ALPHA);
    Entry::Measured {
        mean: rounding.number(mean),
        half: cell.half.map(|half| rounding.number(half)),
        best: cell.best,
        differs: marked && significant,
    }
}

fn difference(versus: &Difference, rounding: Rounding) -> String {
    let interval = versus.interval.map(|i| format!(" {}", rounding.range(i, true)));
    format!("{}{}", rounding.signed(versus.mean), interval.unwrap_or_default())
}

fn p(value: Option<f64>) -> String {
    match value {
        None => "–".into(),
        Some(p) if p < 0.001 => "<0.001".into(),
        Some(p) if p < 0.1 => format!("{p:.3}"),
        Some(p) => format!("{p:.2}"),
    }
}

/// Rows only: a line a row, with everything about it.
fn long(ablation: &Ablation) -> Sheet {
    let rounding = Rounding::of(ablation);
    let lost = ablation.cells.iter().flatten().flatten().any(|cell| cell.lost.any());
    let tuned = &ablation.facts.tuned;
    let mut columns: Vec<(String, bool)> =
        ablation.row_names.iter().map(|name| (heading(name), true)).collect();
    columns.extend(tuned.iter().map(|name| (heading(name), false)));
    columns.push(("n".into(), false));
    if lost {
        columns.push((ablation.facts.lost.word().into(), false));
    }
    columns.push((ablation.measure.heading(), false));
    if ablation.baseline.is_some() {
        columns.push(("difference".into(), false));
        columns.push(("p (Holm)".into(), false));
    }
    for also in &ablation.request.also {
        columns.push((also_heading(*also).into(), false));
    }
    let mut rows = Vec::new();
    for (row, key) in ablation.rows.iter().enumerate() {
        let cell = ablation.cells[row][0].as_ref();
        let mut line: Vec<Entry> = key.iter().cloned().map(Entry::Words).collect();
        for name in tuned {
            line.push(Entry::Words(chosen(cell, name)));
        }
        line.push(Entry::Words(cell.map_or("0".into(), |cell| cell.n.to_string())));
        if lost {
            line.push(Entry::Words(match cell {
                Some(cell) => format!("{}/{}", cell.lost.count(), cell.n),
                None => "–".into(),
            }));
        }
        line.push(measured(cell, rounding, false));
        if let Some(baseline) = ablation.baseline {
            let versus = cell.and_then(|cell| cell.versus.as_ref());
            line.push(Entry::Words(match versus {
                Some(versus) => difference(versus, rounding),
                None if row == baseline => "baseline".into(),
                None => "–".into(),
            }));
            line.push(Entry::Words(match versus {
                Some(versus) => p(versus.p),
                None => "–".into(),
            }));
        }
        for &also in &ablation.request.also {
            line.push(Entry::Words(also_words(ablation, also, cell, rounding)));
        }
        rows.push(line);
    }
    Sheet { heading: None, columns, rows }
}

/// Rows and columns: a sheet of means, one of differences, and one of what was chosen.
fn wide(ablation: &Ablation) -> Vec<Sheet> {
    let rounding = Rounding::of(ablation);
    let vs = ablation.request.vs.named().unwrap_or_default();
    let mut columns: Vec<(String, bool)> =
        ablation.row_names.iter().map(|name| (heading(name), true)).collect();
    let values = ablation.columns.iter();
    columns.extend(values.map(|value| (format!("{} = {value}", heading(vs)), false)));
    let sheet = |title: String, entry: &dyn Fn(usize, Option<&Cell>) -> Entry| Sheet {
        heading: Some(title),
        columns: columns.clone(),
        rows: ablation
            .rows
            .iter()
            .enumerate()
            .map(|(row, key)| {
                let key = key.iter().cloned().map(Entry::Words);
                key.chain(ablation.cells[row].iter().map(|cell| entry(row, cell.as_ref())))
                    .collect()
            })
            .collect(),
    };
    let mut sheets =
        vec![sheet(ablation.measure.heading(), &|_, cell| measured(cell, rounding, true))];
    if let Some(baseline) = ablation.baseline {
        let name = ablation.rows[baseline].join(", ");
        let mut differences =
            sheet(format!("Difference from {name} (* where p < 0.05)"), &|_, cell| {
                Entry::Words(match cell.and_then(|cell| cell.versus.as_ref()) {
                    Some(versus) => match versus.p {
                        Some(value) => {
                            format!(
                                "{}, p {}",
                                difference(versus, rounding),
                                with_sign(&p(Some(value)))
                            )
                        }
                        None => difference(versus, rounding),
                    },
                    None => "–".into(),
                })
            });
        differences.rows.remove(baseline);
        sheets.push(differences);
    }
    for &also in &ablation.request.also {
        let title = also_heading(also).to_string();
        sheets.push(sheet(title, &|_, cell| {
            Entry::Words(also_words(ablation, also, cell, rounding))
        }));
    }
    for name in &ablation.facts.tuned {
        let title = format!("{}, as chosen", heading(name));
        sheets.push(sheet(title, &|_, cell| Entry::Words(chosen(cell, name))));
    }
    sheets
}

/// `= 0.02` or `< 0.001`.
fn with_sign(p: &str) -> String {
    match p.strip_prefix('<') {
        Some(p) => format!("< {p}"),
        None => format!("= {p}"),
    }
}

fn chosen(cell: Option<&Cell>, name: &str) -> String {
    let found = cell.and_then(|cell| cell.tuned.iter().find(|(setting, _)| setting == name));
    found.map_or("–".into(), |(_, value)| value.clone())
}

fn also_heading(also: Also) -> &'static str {
    match also {
        Also::Std => "std. dev.",
        Also::Median => "median",
        Also::Iqm => "interquartile mean",
        Also::Prediction => "95 % of single runs",
        Also::PBetter => "P(better)",
        Also::Effect => "effect size g",
    }
}

fn also_words(ablation: &Ablation, also: Also, cell: Option<&Cell>, rounding: Rounding) -> String {
    let words = cell.filter(|cell| !cell.lost.any()).and_then(|cell| {
        let values = cell.values();
        match also {
            Also::Std => std_dev(&values).map(|s| rounding.number(s)),
            Also::Median => Some(rounding.number(median(&values))),
            Also::Iqm => Some(rounding.number(interquartile_mean(&values))),
            Also::Prediction => {
                let interval = prediction_interval(&values, super::cell::LEVEL);
                interval.map(|i| rounding.range(ablation.measure.cut(i, &values), false))
            }
            Also::PBetter => {
                let p = cell.versus.as_ref().and_then(|versus| versus.p_better);
                p.map(|p| format!("{p:.2}"))
            }
            Also::Effect => {
                let effect = cell.versus.as_ref().and_then(|versus| versus.effect);
                effect.map(|g| format!("{g:+.2}").replace('-', "−"))
            }
        }
    });
    words.unwrap_or("–".into())
}
