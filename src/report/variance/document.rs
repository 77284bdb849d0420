//! The table in words and rounded numbers.

use super::{Group, Variance, caption};
use crate::report::ablation::{Document, Entry, Sheet};
use crate::stats::{Component, Effect, Estimate, Interval};

pub(super) fn document(variance: &Variance) -> Document {
    let scale = Scale::of(variance);
    let by = variance.request.by.iter().map(|name| (heading(name), true));
    let unit = if scale.factor == 100.0 { " (points)" } else { "" };
    let mut columns: Vec<(String, bool)> = by.collect();
    columns.push(("source".into(), true));
    columns.push((format!("std. dev.{unit}"), false));
    columns.push(("95 % interval".into(), false));
    columns.push(("share of variance".into(), false));
    columns.push(("95 % interval".into(), false));
    let rows = variance.groups.iter().flat_map(|group| rows(variance, group, scale)).collect();
    Document {
        name: "variance-components".into(),
        caption: caption::caption(variance, scale),
        sheets: vec![Sheet { heading: None, columns, rows }],
    }
}

fn rows(variance: &Variance, group: &Group, scale: Scale) -> Vec<Vec<Entry>> {
    let made = &group.components;
    // A component that is estimated below zero is none: what the others are parts of has no holes.
    let parts = made.components.iter().map(|component| component.variance.value.max(0.0));
    let whole: f64 = parts.sum();
    let component = |component: &Component| {
        let name = source(&variance.request.factors, component.effect);
        let share = component
            .share
            .filter(|_| whole > 0.0)
            .map(|share| Estimate { value: component.variance.value / whole, ..share });
        row(group, name, component.variance, share, scale)
    };
    let mut rows: Vec<Vec<Entry>> = made.components.iter().map(component).collect();
    if rows.len() > 1 {
        let total = Estimate { value: whole, ..made.total };
        let mut total = row(group, "a training".into(), total, None, scale);
        if let Some(share) = total.iter_mut().nth_back(1).filter(|_| whole > 0.0) {
            *share = Entry::Words("100 %".into());
        }
        rows.push(total);
    }
    rows
}

fn row(
    group: &Group,
    source: String,
    variance: Estimate,
    share: Option<Estimate>,
    scale: Scale,
) -> Vec<Entry> {
    let key = group.key.iter().cloned().map(Entry::Words);
    let number = |mean| Entry::Measured { mean, half: None, best: false, differs: false };
    let Interval { low, high } = variance.interval;
    let share_words = share.map_or("–".into(), |share| match share.value < 0.0 {
        true => format!("0 (estimate {})", percent(share.value)),
        false => percent(share.value),
    });
    let share_interval = share.map_or("–".into(), |share| {
        let Interval { low, high } = share.interval;
        format!("[{}, {}]", percent(low).trim_end_matches(" %"), percent(high))
    });
    let deviation = number(scale.deviation(variance.value));
    let interval = format!("[{}, {}]", scale.deviation(low), scale.deviation(high));
    let cells = [Entry::Words(source), deviation, Entry::Words(interval)];
    let shares = [share_words, share_interval].map(Entry::Words);
    key.chain(cells).chain(shares).collect()
}

/// What a component comes from, in words.
pub(super) fn source(factors: &[String], effect: Effect) -> String {
    let names: Vec<String> = effect.factors().map(|factor| words(&factors[factor])).collect();
    match (names.len(), factors.len()) {
        (0, _) => "the rest".into(),
        (1, _) => names.concat(),
        (2, 2) => "both together".into(),
        (n, all) if n == all => "all together".into(),
        _ => names.join(" × "),
    }
}

/// What a factor draws: `initial weights`; of other programs the column.
pub(super) fn words(factor: &str) -> String {
    match factor {
        "seed_init" => "initial weights".into(),
        "seed_order" => "order of the images".into(),
        "seed_dropout" => "dropout".into(),
        "seed_expand" => "distortions of the images".into(),
        other => heading(other),
    }
}

pub(super) fn heading(name: &str) -> String {
    name.replace('_', " ")
}

/// `0.4 %`, `37 %`; a share of 10 % and more without decimals.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    let decimals = usize::from(percent.abs() < 9.95);
    let text = format!("{percent:.decimals$} %");
    // Not −0.0.
    match text.trim_start_matches(['-', '0', '.']) {
        " %" => "0 %".into(),
        _ => text.replace('-', "−").replace(".0 %", " %"),
    }
}

/// How standard deviations are rounded: percentage points or not, and to how many decimals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub factor: f64,
    decimals: usize,
}

impl Scale {
    /// To three digits of the smallest total.
    fn of(variance: &Variance) -> Self {
        let factor = if variance.measure.is_percentage() { 100.0 } else { 1.0 };
        let totals = variance.groups.iter().map(|group| group.components.total.value.sqrt());
        let least = totals.filter(|&total| total > 0.0).fold(f64::INFINITY, f64::min);
        let digits = 2.0 - (factor * least).log10().floor();
        let decimals = if least.is_finite() { digits.clamp(0.0, 40.0) } else { 2.0 };
        Self { factor, decimals: decimals as usize }
    }

    /// The standard deviation of a variance, which of a negative one is 0.
    pub(super) fn deviation(self, variance: f64) -> String {
        self.number(variance.max(0.0).sqrt())
    }

    pub(super) fn number(self, value: f64) -> String {
        if value == 0.0 { "0".into() } else { format!("{:.*}", self.decimals, self.factor * value) }
    }
}
