//! The table in words and rounded numbers, for every format of text.

use super::{Ablation, Also, Cell, Difference};
use crate::report::words::{p_equals, p_value};
use crate::stats::{MOST_RUNS, interquartile_mean, median, prediction_interval, std_dev};
use crate::text::Rounding;

/// A table ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it may be referred to by, in small letters, digits and hyphens.
    pub name: String,
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
    /// A mean with half its interval, or with the ends of one that was cut.
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
        let by: Vec<&str> = ablation.row_names.iter().map(String::as_str).collect();
        let words = format!("{} by {}", ablation.measure.column, by.join(" "));
        let name =
            words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name = name.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
        Self { name, caption: super::caption::caption(ablation, bold), sheets }
    }
}

impl Sheet {
    /// Whether a column has measured numbers.
    pub(super) fn has_numbers(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(row[column], Entry::Measured { .. }))
    }
}

/// How the numbers of a table are written.
pub(super) fn rounding(ablation: &Ablation) -> Rounding {
    let mut numbers = Vec::new();
    for cell in ablation.cells.iter().flatten().flatten() {
        numbers.extend(cell.mean.map(|mean| (mean, cell.half)));
        let interval = cell.versus.as_ref().and_then(|versus| versus.interval);
        // A difference has no size of its own.
        numbers.extend(interval.map(|interval| (0.0, Some(interval.half_width()))));
    }
    Rounding::of(&numbers, ablation.measure.is_percentage())
}

/// The heading of the numbers, with their unit.
fn measure_heading(ablation: &Ablation, rounding: Rounding) -> String {
    let heading = ablation.measure.heading();
    match rounding.unit() {
        Some(unit) => format!("{heading} ({unit})"),
        None => heading,
    }
}

fn heading(name: &str) -> String {
    name.replace('_', " ")
}

/// The mean of a cell, or what became of it.
fn measured(ablation: &Ablation, cell: Option<&Cell>, rounding: Rounding, marked: bool) -> Entry {
    let Some(cell) = cell else {
        return Entry::Words("–".into());
    };
    let Some(mean) = cell.mean else {
        return Entry::Words(format!("{}/{} {}", cell.lost.count(), cell.n, cell.lost.word()));
    };
    let starred = cell.versus.as_ref().is_some_and(|versus| versus.is_starred(ablation.levels));
    let (number, half) = rounding.measured(mean, cell.half);
    // Half of an interval that was cut would reach beyond what can be.
    let cut = cell
        .interval
        .zip(cell.half)
        .filter(|(interval, half)| interval.high - interval.low < 2.0 * half * (1.0 - 1e-9));
    let (mean, half) = match cut {
        Some((interval, _)) => {
            (format!("{number} {}", rounding.range(interval.low, interval.high, false)), None)
        }
        None => (number, half),
    };
    Entry::Measured { mean, half, best: cell.best, differs: marked && starred }
}

fn difference(versus: &Difference, rounding: Rounding) -> String {
    let interval = versus.interval.map(|i| format!(" {}", rounding.range(i.low, i.high, true)));
    let half = versus.interval.map(|interval| interval.half_width());
    format!("{}{}", rounding.signed(versus.mean, half), interval.unwrap_or_default())
}

fn p(value: Option<f64>) -> String {
    value.map_or("–".into(), p_value)
}

/// Rows only: a line a row, with everything about it.
fn long(ablation: &Ablation) -> Sheet {
    let rounding = rounding(ablation);
    let lost = ablation.cells.iter().flatten().flatten().any(|cell| cell.lost.any());
    let unequal = unequal_pairs(ablation);
    let tuned = &ablation.facts.tuned;
    let mut columns: Vec<(String, bool)> =
        ablation.row_names.iter().map(|name| (heading(name), true)).collect();
    columns.extend(tuned.iter().map(|name| (heading(name), false)));
    columns.push(("n".into(), false));
    if lost {
        columns.push((ablation.facts.lost.word().into(), false));
    }
    columns.push((measure_heading(ablation, rounding), false));
    if ablation.baseline.is_some() {
        columns.push(("difference".into(), false));
        if unequal {
            columns.push(("pairs".into(), false));
        }
        columns.push((if ablation.comparisons > 1 { "p (Holm)" } else { "p" }.into(), false));
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
        line.push(measured(ablation, cell, rounding, false));
        if let Some(baseline) = ablation.baseline {
            let versus = cell.and_then(|cell| cell.versus.as_ref());
            line.push(Entry::Words(match versus {
                Some(versus) => difference(versus, rounding),
                None if row == baseline => "baseline".into(),
                None => "–".into(),
            }));
            if unequal {
                line.push(Entry::Words(versus.map_or("–".into(), |versus| versus.n.to_string())));
            }
            line.push(Entry::Words(match versus {
                Some(versus) if versus.is_starred(ablation.levels) => format!("{} *", p(versus.p)),
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
    let rounding = rounding(ablation);
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
    let mut sheets = vec![sheet(measure_heading(ablation, rounding), &|_, cell| {
        measured(ablation, cell, rounding, true)
    })];
    if let Some(baseline) = ablation.baseline {
        let name = ablation.rows[baseline].join(", ");
        let unequal = unequal_pairs(ablation);
        let title = format!("Difference from {name} (* where p < {})", ablation.levels.stars);
        let mut differences = sheet(title, &|_, cell| {
            let Some(versus) = cell.and_then(|cell| cell.versus.as_ref()) else {
                return Entry::Words("–".into());
            };
            let pairs = if unequal { format!(", {} pairs", versus.n) } else { String::new() };
            let p = versus.p.map(|value| format!(", {}", p_equals(value)));
            let words = difference(versus, rounding);
            Entry::Words(format!("{words}{pairs}{}", p.unwrap_or_default()))
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

/// Whether differences are over fewer pairs than their rows have runs, or some over fewer than others.
fn unequal_pairs(ablation: &Ablation) -> bool {
    let cells = ablation.cells.iter().flatten().flatten();
    let mut pairs = cells.filter_map(|cell| Some((cell.n, cell.versus.as_ref()?.n)));
    let first = pairs.next();
    first.is_some_and(|(n, of_first)| {
        n != of_first || pairs.any(|(n, pairs)| n != pairs || n != of_first)
    })
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
        Also::Detectable => "detectable",
        Also::Needed => "needed",
    }
}

fn also_words(ablation: &Ablation, also: Also, cell: Option<&Cell>, rounding: Rounding) -> String {
    let words = cell.filter(|cell| !cell.lost.any()).and_then(|cell| {
        let values = cell.values();
        match also {
            Also::Std => std_dev(&values).map(|s| rounding.number(s, cell.half)),
            Also::Median => Some(rounding.number(median(&values), cell.half)),
            Also::Iqm => Some(rounding.number(interquartile_mean(&values), cell.half)),
            Also::Prediction => {
                let interval = prediction_interval(&values, super::cell::LEVEL);
                let cut = interval.map(|interval| ablation.measure.cut(interval, &values));
                cut.map(|interval| rounding.range(interval.low, interval.high, false))
            }
            Also::PBetter => {
                let p = cell.versus.as_ref().and_then(|versus| versus.p_better);
                p.map(|p| format!("{p:.2}"))
            }
            Also::Effect => {
                let effect = cell.versus.as_ref().and_then(|versus| versus.effect);
                effect.map(|g| format!("{g:+.2}").replace('-', "−"))
            }
            Also::Detectable => {
                let detectable = cell.versus.as_ref().and_then(|versus| versus.detectable);
                detectable.map(|difference| rounding.number(difference, Some(difference)))
            }
            Also::Needed => {
                cell.versus.as_ref().filter(|versus| versus.detectable.is_some()).map(|versus| {
                    versus.pairs_needed.map_or(format!(">{MOST_RUNS}"), |n| n.to_string())
                })
            }
        }
    });
    words.unwrap_or("–".into())
}
