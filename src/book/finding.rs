use super::{Evidence, Judgement, Reference, Rule, Verdict, judge};
use crate::stats::{Differences, Interval, confidence_interval, mean};
use crate::text::{measurement, significant};

/// A number or a statement of the book beside ours: made once, and printed on the terminal, in summary.md and on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The label of the arm; several for an order of arms.
    pub arm: String,
    /// What is measured.
    pub quantity: String,
    /// The book's number, if it is one.
    pub book: Option<f64>,
    /// How the book puts it, where that is more than a number: `just under 82`.
    pub printed: Option<&'static str>,
    /// Whether the numbers are fractions to be shown as percentages.
    pub percent: bool,
    /// Whether it is not the book that says so, but we.
    pub ours: bool,
    /// Where the number stands in the table of the book's numbers, if it is one of them.
    pub row: Option<&'static Reference>,
    /// The value of the replayed run, if there was one.
    pub replay: Option<f64>,
    /// What we have measured.
    pub evidence: Evidence,
    /// What it is judged by.
    pub rule: Rule,
    /// What has come of it.
    pub judgement: Judgement,
}

impl Finding {
    /// Judges a number of the book.
    pub fn new(quantity: String, rule: Rule, book: Option<f64>, evidence: Evidence) -> Self {
        let judgement = judge(rule, book, &evidence);
        Self {
            arm: String::new(),
            quantity,
            book,
            printed: None,
            percent: false,
            ours: false,
            row: None,
            replay: None,
            evidence,
            rule,
            judgement,
        }
    }

    /// Judges a number of the table of the book's numbers.
    pub fn of(row: &'static Reference, rule: Rule, evidence: Evidence) -> Self {
        let printed = Some(row.value.as_str()).filter(|value| value.parse::<f64>().is_err());
        let percent = row.images().is_some();
        let found = Self::new(row.quantity.clone(), rule, row.fraction(), evidence);
        Self { row: Some(row), printed, percent, ..found }
    }

    /// What has come of it.
    pub fn verdict(&self) -> Verdict {
        self.judgement.verdict
    }

    /// Whether it is judged by seeds, of which there may be too few.
    pub fn is_judged_by_seeds(&self) -> bool {
        !matches!(self.evidence, Evidence::Computed(_))
    }

    /// A number in the unit that is shown.
    fn shown(&self, value: f64, digits: usize) -> String {
        match self.percent {
            true => format!("{:.2} %", 100.0 * value),
            false => significant(value, digits),
        }
    }

    fn as_printed(&self) -> Option<&'static str> {
        self.row.map(|row| row.value.as_str()).filter(|value| value.len() <= 8)
    }

    /// The book's number as it is shown.
    pub fn book_cell(&self) -> String {
        match (self.printed, self.book) {
            (Some(words), _) if self.percent => format!("{words} %"),
            (Some(words), _) => words.into(),
            // As it is printed, where that is short.
            (None, Some(_)) if !self.percent && self.as_printed().is_some() => {
                self.as_printed().unwrap_or_default().into()
            }
            (None, Some(book)) => self.shown(book, 5),
            (None, None) => "–".into(),
        }
    }

    /// The value of the replayed run as it is shown.
    pub fn replay_cell(&self) -> String {
        self.replay.map_or("–".into(), |value| self.shown(value, 5))
    }

    /// What we have measured: of seeds the mean and its 95 % interval.
    pub fn measured_cell(&self) -> String {
        match &self.evidence {
            Evidence::Computed(value) => self.shown(*value, 6),
            Evidence::Seeds { values, .. } if values.is_empty() => "–".into(),
            Evidence::Seeds { values, lost } => {
                // An interval over the survivors alone would flatter an arm that diverges.
                let interval = (*lost == 0).then(|| confidence_interval(values, 0.95)).flatten();
                let half_width = interval.map(|interval| interval.half_width());
                let scale = if self.percent { 100.0 } else { 1.0 };
                let number = measurement(scale * mean(values), half_width.map(|h| scale * h));
                if self.percent { format!("{number} %") } else { number }
            }
            Evidence::Arms(arms) => {
                let means = arms.iter().map(|arm| self.shown(mean(arm), 4));
                means.collect::<Vec<_>>().join(", ")
            }
            Evidence::Counts { holds, of } => format!("{holds} of {of}"),
        }
    }

    /// The number of seeds, and how many diverged.
    pub fn seeds_cell(&self) -> String {
        match &self.evidence {
            Evidence::Computed(_) => "–".into(),
            Evidence::Seeds { values, lost: 0 } => values.len().to_string(),
            Evidence::Seeds { values, lost } => format!("{} ({lost} diverged)", values.len()),
            Evidence::Arms(arms) => arms.first().map_or(0, Vec::len).to_string(),
            Evidence::Counts { of, .. } => of.to_string(),
        }
    }

    /// The interval that decided; of arms in order those of the paired differences of neighbours, for which a test decided.
    pub fn interval_cell(&self) -> String {
        if let Evidence::Arms(arms) = &self.evidence {
            return self.differences(arms).unwrap_or("–".into());
        }
        let of_share = matches!(self.evidence, Evidence::Counts { .. });
        let of = if of_share { "share " } else { "" };
        self.judgement.interval.map_or("–".into(), |interval| {
            format!("{of}{} … {}", self.shown(interval.low, 4), self.shown(interval.high, 4))
        })
    }

    /// By how much neighbours differ, of accuracies in percentage points.
    fn differences(&self, arms: &[Vec<f64>]) -> Option<String> {
        let shown = |x: f64| match self.percent {
            true => format!("{:.2}", 100.0 * x),
            false => significant(x, 3),
        };
        let differences = arms.windows(2).map(|pair| {
            let interval = difference(&pair[0], &pair[1])?;
            Some(format!("{} … {}", shown(interval.low), shown(interval.high)))
        });
        let differences = differences.collect::<Option<Vec<_>>>()?;
        let several = if differences.len() == 1 { "" } else { "s" };
        let unit = if self.percent { " points" } else { "" };
        Some(format!("difference{several} {}{unit}", differences.join("; ")))
    }
}

/// The 95 % interval of the mean difference of two arms, seed by seed, unless a seed diverged or stands alone.
fn difference(a: &[f64], b: &[f64]) -> Option<Interval> {
    let differences = Differences::between(a.iter().copied().zip(b.iter().copied()));
    let usable = a.len() == b.len() && differences.iter().all(|difference| difference.is_finite());
    usable.then(|| confidence_interval(&differences, 0.95)).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::Relation;
    use super::*;

    #[test]
    fn arms_in_order_show_by_how_much_neighbours_differ() {
        let cell = |arms: &[&[f64]], percent| {
            const STEPS: &[Relation] = &[Relation::Above, Relation::Above];
            let rule = Rule::Order { steps: &STEPS[..arms.len() - 1], level: 0.95 };
            let arms = Evidence::Arms(arms.iter().map(|arm| arm.to_vec()).collect());
            Finding { percent, ..Finding::new("above".into(), rule, None, arms) }.interval_cell()
        };
        // t of two degrees of freedom is 4.303; the differences are 1, 2, 3.
        let (above, below) = ([3.0, 5.0, 7.0], [2.0, 3.0, 4.0]);
        assert_eq!(cell(&[&above, &below], false), "difference -0.484 … 4.48");
        let differences = cell(&[&above, &below, &[1.0, 1.0, 1.0]], false);
        assert_eq!(differences, "differences -0.484 … 4.48; -0.484 … 4.48");
        assert_eq!(cell(&[&[0.9, 0.92], &[0.8, 0.82]], true), "difference 10.00 … 10.00 points");
        for lacking in [&[f64::NAN, 1.0, 2.0][..], &[1.0, 2.0], &[]] {
            assert_eq!(cell(&[&above, lacking], false), "–");
        }
        assert_eq!(cell(&[&[1.0], &[0.0]], false), "–");
    }
}
