//! What an experiment found, in words and tables: for summary.md, the page and the terminal.

use super::curves::{ArmCurves, ReplayedValue};
use super::{
    Evidence, Experiment, Finding, Judged, Measured, Panel, Reproduction, Rule, Verdict, claim,
    references,
};
use crate::report::{Align, Table, sparkline_within};
use crate::text::{LINE, significant, wrapped};
use std::collections::BTreeSet;

/// How recorded values of the book are judged by seeds, in Markdown.
const METHOD: &str = "The book's numbers come from a single run each. A verdict is therefore *inside* \
    if the book's number lies within the 95 % *prediction* interval of a single run, \
    mean ± t·s·√(1 + 1/n) over the seeds; the ± of the mean is its 95 % t interval.";

// The headings of the tables of claims.
const BOOK: &str = "What the book says";
const OURS: &str = "What we add";

/// The rows that the terminal shows of a table: the rest is in summary.md.
const MOST_ROWS: usize = 8;

/// What an experiment found.
pub(super) struct Summary {
    pub replayed: Vec<ReplayedValue>,
    /// What the book says besides recorded values, and what was computed.
    pub claims: Vec<Finding>,
    /// Every recorded value.
    pub values: Vec<Finding>,
    sparklines: Vec<String>,
    has_replay: bool,
}

impl Summary {
    /// That of trainings.
    pub(super) fn new(reproduction: &Reproduction, arms: &[ArmCurves]) -> Self {
        let trained = reproduction.trained;
        // A few epochs have no shape.
        let claims = if reproduction.quick { &[][..] } else { trained.claims };
        let main = Panel::main_metric(trained.panels, trained.monitors);
        // A point is no curve, and dozens of curves are no summary.
        let drawn = arms.iter().filter(|arm| arm.epochs > 2).take(MOST_ROWS);
        let sparklines = drawn.map(|arm| {
            let run = arm.replay.as_ref().or(arm.seeds.first());
            let values = run.zip(main).map(|(run, main)| run.values(main)).unwrap_or_default();
            let last = values.last().map_or("–".into(), |&value| significant(value, 4));
            let label = format!("{:<12}", arm.label);
            let room = LINE.saturating_sub(2 + label.chars().count() + last.chars().count());
            format!("{label} {} {last}", sparkline_within(&values, room))
        });
        Self {
            replayed: arms.iter().flat_map(|arm| arm.replayed.clone()).collect(),
            claims: claims.iter().filter_map(|claim| claim.judge(arms)).collect(),
            values: arms.iter().filter(|arm| !arm.seeds.is_empty()).flat_map(values).collect(),
            sparklines: sparklines.collect(),
            has_replay: reproduction.exact,
        }
    }

    /// That of something computed.
    pub(super) fn computed(findings: Vec<Finding>) -> Self {
        let (replayed, values, sparklines) = (Vec::new(), Vec::new(), Vec::new());
        Self { replayed, claims: findings, values, sparklines, has_replay: false }
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
                match (row.is_equal(), row.is_to_the_last_digits()) {
                    (true, true) => "equal".into(),
                    (true, false) => "within".into(),
                    (false, _) => "DIFFERENT".into(),
                },
            ]);
        }
        table
    }

    fn findings_table<'a>(&self, rows: impl Iterator<Item = &'a Finding> + Clone) -> Table {
        let any = |is: fn(&Finding) -> bool| rows.clone().any(is);
        let has_arms = any(|row| !row.arm.is_empty());
        let has_seeds = any(Finding::is_judged_by_seeds);
        let mut columns = vec![("quantity", Align::Left), ("book", Align::Right)];
        if has_arms {
            columns.insert(0, ("arm", Align::Left));
        }
        if self.has_replay {
            columns.push(("replay", Align::Right));
        }
        match has_seeds {
            true => columns.extend([
                ("measured (mean ± 95 % CI)", Align::Right),
                ("n", Align::Right),
                ("95 % interval", Align::Right),
            ]),
            false => columns.push(("computed", Align::Right)),
        }
        columns.push(("verdict", Align::Left));
        let mut table = Table::new(&columns);
        for row in rows {
            let mut cells = vec![row.quantity.clone(), row.book_cell()];
            if has_arms {
                cells.insert(0, row.arm.clone());
            }
            if self.has_replay {
                cells.push(row.replay_cell());
            }
            cells.push(row.measured_cell());
            if has_seeds {
                cells.extend([row.seeds_cell(), row.interval_cell()]);
            }
            cells.push(row.verdict().name().into());
            table.row(cells);
        }
        table
    }

    /// The tables with their headings.
    pub(super) fn tables(&self) -> Vec<(&'static str, Table)> {
        let mut tables = Vec::new();
        for (heading, ours) in [(BOOK, false), (OURS, true)] {
            if self.of(ours).next().is_some() {
                tables.push((heading, self.findings_table(self.of(ours))));
            }
        }
        if !self.values.is_empty() {
            let heading = "Every recorded value against the seeds";
            tables.push((heading, self.findings_table(self.values.iter())));
        }
        if !self.replayed.is_empty() {
            tables.push(("The author's run, replayed", self.replayed_table()));
        }
        tables
    }

    /// What the tables say in a few sentences.
    pub(super) fn conclusions(&self) -> Vec<String> {
        let mut lines = self.replay_conclusions();
        let is_guess = |row: &&Finding| matches!(row.rule, Rule::Chance { .. });
        let guesses = self.values.iter().filter(is_guess);
        let values = self.values.iter().filter(|row| !is_guess(row));
        if values.clone().next().is_some() {
            lines.push(format!(
                "{} recorded values lie inside the 95 % prediction interval of a single run (the \
                 values of one curve rise and fall together, and about 5 % would lie outside if \
                 all were well).",
                inside(values)
            ));
        }
        if guesses.clone().next().is_some() {
            lines.push(format!(
                "{} recorded values are those of guessing, and so are ours.",
                inside(guesses)
            ));
        }
        for (ours, what) in [(false, "statements of the book hold here"), (true, "of our own hold")]
        {
            if self.of(ours).next().is_none() {
                continue;
            }
            let outside = self.of(ours).filter(|row| row.verdict() == Verdict::Outside);
            let outside: Vec<String> = outside.map(|row| row.quantity.clone()).collect();
            let but = match outside.is_empty() {
                true => String::new(),
                false => format!("; outside: {}", outside.join(", ")),
            };
            lines.push(format!("{} {what}{but}.", inside(self.of(ours))));
        }
        let unknown = self.claims.iter().filter(|row| row.verdict() == Verdict::Unknown);
        let reasons: BTreeSet<&str> = unknown.map(|row| row.judgement.words.as_str()).collect();
        lines.extend(reasons.iter().map(|reason| format!("Not judged: {reason}.")));
        lines
    }

    /// The claims of the book, or our own.
    fn of(&self, ours: bool) -> impl Iterator<Item = &Finding> + Clone {
        self.claims.iter().filter(move |claim| claim.ours == ours)
    }

    /// How everything is judged, a sentence each.
    pub(super) fn how(&self) -> Vec<String> {
        let all = || self.values.iter().chain(&self.claims);
        let is_usual = |row: &Finding| row.rule == claim::SINGLE_RUN;
        let usual = all().any(is_usual).then(|| METHOD.to_string());
        let lead = if usual.is_some() { "Where that does not fit: " } else { "Judged: " };
        let others = self.methods().into_iter().map(|method| format!("{lead}{method}."));
        usual.into_iter().chain(others).collect()
    }

    /// The rules, each once, but for that of [`METHOD`].
    fn methods(&self) -> Vec<String> {
        let mut methods: Vec<String> = Vec::new();
        let all = self.values.iter().chain(&self.claims);
        for claim in all.filter(|row| row.rule != claim::SINGLE_RUN) {
            if !methods.contains(&claim.judgement.method) {
                methods.push(claim.judgement.method.clone());
            }
        }
        methods
    }

    /// What came of the numbers in the table of the book's numbers, and of the
    /// statements that have none there, ours or the book's.
    pub(super) fn verdicts(&self) -> (Vec<Judged>, Vec<(bool, Verdict)>) {
        let (mut judged, mut statements) = (Vec::new(), Vec::new());
        for finding in self.values.iter().chain(&self.claims) {
            match finding.row {
                None => statements.push((finding.ours, finding.verdict())),
                // The extreme of a curve may stand there a second time, as the value of its epoch.
                Some(row) => {
                    let same = references().iter().filter(|other| row.is_same_value(other));
                    judged.extend(same.map(|row| Judged {
                        row,
                        verdict: finding.verdict(),
                        measured: finding.measured_cell(),
                        interval: finding.interval_cell(),
                    }));
                }
            }
        }
        (judged, statements)
    }

    /// The conclusions in a few words.
    pub(super) fn in_short(&self) -> String {
        fn part<'a>(
            mut rows: impl Iterator<Item = &'a Finding> + Clone,
            what: &str,
        ) -> Option<String> {
            let text = format!("{} {what}", inside(rows.clone()));
            rows.next().map(|_| text)
        }
        let equal = self.replayed.iter().filter(|row| row.is_equal()).count();
        let replayed = (!self.replayed.is_empty()).then(|| {
            let of = self.replayed.len();
            match self.replayed.iter().all(ReplayedValue::is_to_the_last_digits) {
                true => format!("{equal} of {of} replayed values equal the author's"),
                false => format!(
                    "{equal} of {of} replayed values within the stated tolerance of the author's"
                ),
            }
        });
        let parts = [
            replayed,
            part(self.values.iter(), "recorded values inside"),
            part(self.of(false), "statements hold"),
            part(self.of(true), "of our own hold"),
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
                (false, _) if rows.iter().all(|row| row.is_to_the_last_digits()) => format!(
                    "{equal} of the {of} replayed values equal the author's to a relative {limit:e}; \
                     the largest difference is {largest}."
                ),
                (false, _) => format!(
                    "{equal} of the {of} replayed values are within the stated relative {limit:e} of the author's, as \
                     rounding differences grow; the largest difference is {largest}."
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

    /// `summary.md`. `set_up` says what was done, `note` what to say of a replay.
    pub(super) fn to_markdown(
        &self,
        experiment: &Experiment,
        set_up: &str,
        note: Option<&str>,
        quick: bool,
        figures: &[&str],
    ) -> String {
        let mut text = format!("# {} ({})\n\n", experiment.title, experiment.id);
        if quick {
            text += "> **A quick look, not a reproduction**: few seeds, few epochs.\n\n";
        }
        text += &format!("**Claim.** {}\n\n**Set-up.** {set_up}\n\n", experiment.claim);
        for figure in figures {
            let what = if *figure == "figure.svg" { "figure" } else { figure };
            text += &format!("![The {what}]({figure})\n\n");
        }
        for line in self.conclusions() {
            text += &format!("- {line}\n");
        }
        for sentence in self.how() {
            text += &format!("\n{sentence}\n");
        }
        if let Some(note) = note {
            text += &format!("\n**Replay.** {note}\n");
        }
        for (heading, table) in self.tables() {
            text += &format!("\n## {heading}\n\n{}", table.to_markdown());
        }
        text += match self.sparklines.is_empty() {
            true => "\n`provenance.json` says how this was made.\n",
            false => {
                "\nEverything here is made from the CSV files beside it; `provenance.json` says how \
                 those were made.\n"
            }
        };
        text
    }

    /// The report on the terminal, at most a screen: first what matters, then the statements, and of the
    /// recorded values those that are outside.
    pub(super) fn to_terminal(&self, quick: bool) -> String {
        let mut text = String::new();
        if quick {
            text += "A quick look, not a reproduction: few seeds, few epochs.\n";
        }
        for line in self.conclusions() {
            text += &format!("{}\n", wrapped(&line, 0));
        }
        for line in &self.sparklines {
            text += &format!("\n{line}");
        }
        let mut section = |heading: &str, table: Table, left_out: usize| {
            text += &format!("\n\n{heading}\n{}", table.within(LINE));
            if left_out > 0 {
                text += &format!("\n… and {left_out} more in summary.md");
            }
        };
        for (heading, ours) in [(BOOK, false), (OURS, true)] {
            let count = self.of(ours).count();
            if count > 0 {
                let table = self.findings_table(self.of(ours).take(MOST_ROWS));
                section(heading, table, count.saturating_sub(MOST_ROWS));
            }
        }
        let outside = self.values.iter().filter(|row| row.verdict() != Verdict::Inside);
        let count = outside.clone().count();
        if count > 0 {
            let table = self.findings_table(outside.take(MOST_ROWS));
            let more = count.saturating_sub(MOST_ROWS);
            section("Recorded values that are not inside", table, more);
        }
        text + "\n"
    }
}

/// The recorded values of an arm against its seeds.
fn values(arm: &ArmCurves) -> Vec<Finding> {
    let finding = |(of, recorded): (Measured, &super::recorded::Recorded)| {
        let is_best = recorded.row.statistic == "best";
        let (values, lost) = match is_best {
            // The extreme of a curve is to be compared with extremes.
            true => arm.extremes(of),
            false => arm.sample(of, recorded.epoch),
        };
        let rule = match of {
            // Norms vary by factors.
            Measured::Layer(..) => claim::SINGLE_RUN_LOG,
            _ => arm.rule,
        };
        let quantity = match is_best {
            true => format!("{}, the best of the curve", name(of, recorded.epoch)),
            false => name(of, recorded.epoch),
        };
        let replay = arm.replay.as_ref().and_then(|run| run.at(of, recorded.epoch));
        let evidence = Evidence::Seeds { values, lost };
        Finding {
            arm: arm.label.into(),
            percent: recorded.images.is_some(),
            row: Some(recorded.row),
            replay,
            ..Finding::new(quantity, rule, Some(recorded.metric()), evidence)
        }
    };
    arm.all_recorded().map(finding).collect()
}

/// `training cost at epoch 3`
fn name(of: Measured, epoch: usize) -> String {
    match of {
        Measured::Metric(metric) => {
            format!("{} at epoch {epoch}", metric.column().replace('_', " "))
        }
        _ => super::recorded::words(of, epoch),
    }
}

/// `86 of 90`
fn inside<'a>(rows: impl Iterator<Item = &'a Finding> + Clone) -> String {
    let inside = rows.clone().filter(|row| row.verdict() == Verdict::Inside).count();
    format!("{inside} of {}", rows.count())
}
