use super::judge::{ArmCurves, behaviours};
use super::{Comparison, ReplayedValue, Reproduction, Verdict};
use crate::report::{Align, Table, measurement, significant, sparkline};

/// How numbers of the book are judged by seeds, in Markdown.
pub(super) const METHOD: &str = "The book's numbers come from a single run each. A verdict is therefore *inside* \
    if the book's number lies within the 95 % *prediction* interval of a single run, \
    mean ± t·s·√(1 + 1/n) over the seeds; the ± of the mean is its 95 % t interval. \
    A seed changes the initial weights and biases and the order of the images.";

/// What a reproduction found: the tables of `summary.md` and of the terminal.
pub(super) struct Summary {
    pub replayed: Vec<ReplayedValue>,
    pub behaviours: Vec<Comparison>,
    pub values: Vec<Comparison>,
    sparklines: Vec<String>,
}

impl Summary {
    pub(super) fn new(reproduction: &Reproduction, arms: &[ArmCurves]) -> Self {
        let experiment = reproduction.experiment;
        let seeded = || arms.iter().filter(|arm| !arm.seeds.is_empty());
        // Three epochs have no shape.
        let mut behaviours =
            if reproduction.quick { Vec::new() } else { behaviours(experiment, arms) };
        if reproduction.exact {
            behaviours.retain(|row| !row.sample.is_empty());
        }
        let sparklines = arms.iter().map(|arm| {
            let curve = arm.replay.as_ref().or(arm.seeds.first());
            let values = curve.map(|curve| curve.values()).unwrap_or_default();
            let last = values.last().map_or("–".into(), |&value| significant(value, 4));
            format!("{:<12} {} {last}", arm.label, sparkline(&values))
        });
        Self {
            replayed: arms.iter().flat_map(|arm| arm.replayed.clone()).collect(),
            behaviours,
            values: seeded().flat_map(|arm| arm.comparisons(experiment)).collect(),
            sparklines: sparklines.collect(),
        }
    }

    fn replayed_table(&self) -> Table {
        let mut table = Table::new(&[
            ("arm", Align::Left),
            ("quantity", Align::Left),
            ("book", Align::Right),
            ("replay", Align::Right),
            ("difference", Align::Right),
            ("allowed", Align::Right),
            ("verdict", Align::Left),
        ]);
        for row in &self.replayed {
            table.row([
                row.arm.into(),
                row.quantity.clone(),
                row.book.to_string(),
                row.replay.to_string(),
                significant(row.difference(), 2),
                significant(row.limit(), 2),
                if row.is_equal() { "equal".into() } else { "DIFFERENT".into() },
            ]);
        }
        table
    }

    fn comparison_table(rows: &[Comparison], replay: bool) -> Table {
        let mut columns = vec![
            ("arm", Align::Left),
            ("quantity", Align::Left),
            ("book", Align::Right),
            ("measured (mean ± 95 % CI)", Align::Right),
            ("n", Align::Right),
            ("95 % of single runs", Align::Right),
            ("verdict", Align::Left),
        ];
        if replay {
            columns.insert(3, ("replay", Align::Right));
        }
        let mut table = Table::new(&columns);
        for row in rows {
            let n = match row.diverged {
                0 => row.sample.len().to_string(),
                lost => format!("{} ({lost} diverged)", row.sample.len()),
            };
            let mut cells = vec![
                row.arm.into(),
                row.quantity.clone(),
                significant(row.book, 5),
                row.summary().map_or("–".into(), |summary| {
                    measurement(summary.mean, row.confidence().map(|ci| ci.half_width()))
                }),
                n,
                row.prediction().map_or("–".into(), |interval| {
                    format!("{} … {}", significant(interval.low, 4), significant(interval.high, 4))
                }),
                row.verdict().name().into(),
            ];
            if replay {
                cells.insert(3, row.replay.map_or("–".into(), |value| significant(value, 5)));
            }
            table.row(cells);
        }
        table
    }

    /// The tables with their headings.
    pub(super) fn tables(&self, reproduction: &Reproduction) -> Vec<(&'static str, Table)> {
        let mut tables = Vec::new();
        if !self.replayed.is_empty() {
            tables.push(("The author's run, replayed", self.replayed_table()));
        }
        if !self.values.is_empty() {
            let heading = "Every recorded value against the seeds";
            tables.push((heading, Self::comparison_table(&self.values, reproduction.exact)));
        }
        if !self.behaviours.is_empty() {
            let heading = "The shape of the curves";
            tables.push((heading, Self::comparison_table(&self.behaviours, reproduction.exact)));
        }
        tables
    }

    /// What the tables say in a few sentences.
    pub(super) fn conclusions(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.replay_conclusions());
        let count = |rows: &[Comparison]| {
            let inside = rows.iter().filter(|row| row.verdict() == Verdict::Inside).count();
            format!("{inside} of {}", rows.len())
        };
        if !self.values.is_empty() {
            lines.push(format!(
                "{} recorded values lie inside the 95 % prediction interval of a single run (the \
                 values of one curve rise and fall together, and about 5 % would lie outside if \
                 all were well).",
                count(&self.values)
            ));
        }
        if !self.behaviours.is_empty() {
            lines.push(format!("{} shapes of the curves agree.", count(&self.behaviours)));
        }
        lines
    }

    /// Whether numbers of the book are compared with seeds.
    pub(super) fn is_judged_by_seeds(&self) -> bool {
        !(self.values.is_empty() && self.behaviours.is_empty())
    }

    /// The conclusions in a few words.
    pub(super) fn in_short(&self) -> String {
        let inside = |rows: &[Comparison], what: &str| {
            let count = rows.iter().filter(|row| row.verdict() == Verdict::Inside).count();
            (!rows.is_empty()).then(|| format!("{count} of {} {what}", rows.len()))
        };
        let equal = self.replayed.iter().filter(|row| row.is_equal()).count();
        let replayed = (!self.replayed.is_empty()).then(|| {
            format!("{equal} of {} replayed values equal the author's", self.replayed.len())
        });
        let parts = [
            replayed,
            inside(&self.values, "recorded values inside"),
            inside(&self.behaviours, "shapes agree"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// How many replayed values are as equal as they have to be, by what is allowed.
    fn replay_conclusions(&self) -> Vec<String> {
        let mut limits: Vec<(bool, f64)> = Vec::new();
        for row in &self.replayed {
            if !limits.contains(&(row.counted, row.limit())) {
                limits.push((row.counted, row.limit()));
            }
        }
        let conclusion = |(counted, limit): (bool, f64)| {
            let alike = |row: &&ReplayedValue| (row.counted, row.limit()) == (counted, limit);
            let rows: Vec<_> = self.replayed.iter().filter(alike).collect();
            let equal = rows.iter().filter(|row| row.is_equal()).count();
            // NaN, from a run that broke off, must show.
            let largest = rows.iter().map(|row| row.difference());
            let largest = largest.fold(0.0, |a: f64, b| if b > a || b.is_nan() { b } else { a });
            let (of, largest) = (rows.len(), significant(largest, 2));
            match (counted, limit == 0.0) {
                (false, _) => format!(
                    "{equal} of the {of} replayed values equal the author's to a relative {}; the \
                     largest difference is {largest}.",
                    exponent(limit)
                ),
                (true, true) => format!(
                    "{equal} of the {of} replayed numbers of images are the author's; the largest \
                     difference is {largest}."
                ),
                (true, false) => format!(
                    "{equal} of the {of} replayed numbers of images are the author's to within \
                     {limit}; the largest difference is {largest}."
                ),
            }
        };
        limits.into_iter().map(conclusion).collect()
    }

    /// `summary.md`.
    pub(super) fn to_markdown(&self, reproduction: &Reproduction) -> String {
        let experiment = reproduction.experiment;
        let mut text = format!("# {} ({})\n\n", experiment.title, experiment.id);
        if reproduction.quick {
            text += "> **A quick look, not a reproduction**: few seeds, few epochs.\n\n";
        }
        text += &format!("**Claim.** {}\n\n", experiment.claim);
        text += &format!("**Set-up.** {} {}\n\n", reproduction.subtitle(), reproduction.footnote());
        text += "![The curves](figure.svg)\n\n";
        for line in self.conclusions() {
            text += &format!("- {line}\n");
        }
        if self.is_judged_by_seeds() {
            text += &format!("\n{METHOD}\n");
        }
        if let (true, Some(note)) = (reproduction.exact, experiment.replay_note) {
            text += &format!("\n**Replay.** {note}\n");
        }
        let mut tables = self.tables(reproduction);
        // On paper the statements come before the numbers that support them.
        tables.reverse();
        for (heading, table) in tables {
            text += &format!("\n## {heading}\n\n{}", table.to_markdown());
        }
        text += "\nEverything here is made from `epochs.csv`; `provenance.json` says how that was \
                 made.\n";
        text
    }

    /// The report on the terminal: the tables, and last what matters most.
    pub(super) fn to_terminal(&self, reproduction: &Reproduction) -> String {
        let mut text = String::new();
        for (heading, table) in self.tables(reproduction) {
            text += &format!("{heading}\n{}\n\n", table.to_terminal());
        }
        for line in &self.sparklines {
            text += &format!("{line}\n");
        }
        text += "\n";
        for line in self.conclusions() {
            text += &format!("{line}\n");
        }
        if reproduction.quick {
            text += "This was a quick look, not a reproduction: few seeds, few epochs.\n";
        }
        text
    }
}

/// `1e-12`.
fn exponent(value: f64) -> String {
    format!("{value:e}")
}
