//! Where each number of the book has its place: judged by an experiment, or not, and why.

use super::{CHAPTERS, Judged, Reference, Results, Verdict, references};
use crate::report::{Align, Table};
use crate::text::significant;
use std::collections::{BTreeMap, HashMap};

/// Numbers that no experiment judges, by the beginning of their id and, where others of that id are judged, by their
/// quantity; and why. The first that fits counts.
const REASONS: [(&str, &str, &str); 29] = [
    ("ch1-perceptron", "", "by ch1-gates"),
    ("ch1-nand-adder", "", "a setting, not a result: ch1-gates adds with it"),
    ("ch1-nand", "", "by ch1-gates"),
    ("ch1-ex-binary-output", "", "a setting, not a result: ch1-gates takes it for the worst case"),
    ("ch1-sgd-speedup", "", "arithmetic"),
    ("ch1-svm-tuned", "", "quoted from others"),
    ("ch1-record", "", "quoted from others"),
    ("ch1-intro", "", "lines of the author's program"),
    ("ch2-finite-difference", "", "by ch2-gradient-cost"),
    ("ch2-prob-matrix-minibatch", "", "a time: ch2-gradient-cost shows ours"),
    ("ch2-", "", "arithmetic"),
    ("ch3-sat-", "", "a setting, not a result"),
    ("ch3-ce-100", "fraction of errors removed", "compares a single run with the best of three"),
    ("ch3-l2-100-tuned", "program lines", "lines of the author's program"),
    ("ch3-dropout", "", "quoted from others; ch3-dropout has ours beside it"),
    ("ch3-expand-simard", "", "quoted from others; ch3-expand has ours beside it"),
    ("ch3-rotate", "", "a setting, not a result"),
    ("ch3-hessian", "", "arithmetic"),
    ("ch3-lambda-search", "", "advice, not a result"),
    ("ch3-eta-threshold", "suggested eta", "advice, not a result: half the threshold"),
    ("ch3-ex-lr-schedule", "", "a setting, not a result"),
    ("ch3-lr-schedule", "", "a setting, not a result"),
    ("ch3-hyper-zero-one", "speedup", "follows from the number before it"),
    ("ch4-", "", "a setting or a goal, not a result"),
    ("ch5-sigma-prime-max", "", "by ch5-factors"),
    ("ch5-explode", "", "by ch5-chain"),
    ("ch5-prob-width", "", "by ch5-factors"),
    ("ch6-ext-", "", "quoted from others"),
    ("appendix-", "", "arithmetic"),
];

/// Why no experiment judges a number.
pub(super) fn reason(row: &Reference) -> Option<&'static str> {
    let fits = |of: &&(&str, &str, &str)| {
        row.id.starts_with(of.0) && (of.1.is_empty() || row.quantity == of.1)
    };
    REASONS.iter().find(fits).map(|&(.., reason)| reason)
}

/// What has come of all numbers of the book.
#[derive(Debug)]
pub struct Accounts {
    /// By row of the table of the book's numbers what came of it, where an experiment judges it.
    verdicts: HashMap<*const Reference, Judged>,
    /// By chapter what came of the book's statements without a number.
    statements: BTreeMap<&'static str, Vec<Verdict>>,
    /// By chapter what came of our own.
    ours: BTreeMap<&'static str, Vec<Verdict>>,
    /// By chapter the experiments.
    experiments: BTreeMap<&'static str, usize>,
}

/// How many of some claims hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// The claims.
    pub all: usize,
    /// Those that hold.
    pub inside: usize,
    /// Those that do not.
    pub outside: usize,
    /// Those of which the seeds cannot tell.
    pub unknown: usize,
}

impl Tally {
    fn add(&mut self, verdict: Option<Verdict>) {
        self.all += 1;
        match verdict {
            Some(Verdict::Inside) => self.inside += 1,
            Some(Verdict::Outside) => self.outside += 1,
            Some(Verdict::Unknown) => self.unknown += 1,
            None => {}
        }
    }

    /// Those that were judged, whatever came of it.
    pub fn judged(self) -> usize {
        self.inside + self.outside + self.unknown
    }
}

/// The groups of numbers: (the column `chapter`, the name of the chapter's experiments, a heading).
const GROUPS: [(&str, &str, &str); 9] = [
    ("data", "data", "The data"),
    ("1", "chapter1", "Chapter 1: recognising handwritten digits"),
    ("2", "chapter2", "Chapter 2: backpropagation"),
    ("3", "chapter3", "Chapter 3: learning better"),
    ("4", "chapter4", "Chapter 4: any function"),
    ("5", "chapter5", "Chapter 5: deep networks are hard to train"),
    ("6", "chapter6", "Chapter 6: convolution"),
    ("A", "appendix", "Appendix"),
    ("beyond", "beyond", "Beyond the book"),
];

/// The group of a number.
fn group(row: &Reference) -> &'static str {
    let chapter = if row.id.starts_with("data-") { "data" } else { row.chapter.as_str() };
    GROUPS.iter().find(|(name, ..)| *name == chapter).map_or("A", |(name, ..)| name)
}

impl Accounts {
    /// Those of some results.
    pub fn new<'a>(results: impl IntoIterator<Item = &'a Results>) -> Self {
        let mut accounts = Self {
            verdicts: HashMap::new(),
            statements: BTreeMap::new(),
            ours: BTreeMap::new(),
            experiments: BTreeMap::new(),
        };
        for result in results {
            for judged in &result.judged {
                let key = std::ptr::from_ref(judged.row);
                let entry = accounts.verdicts.entry(key).or_insert_with(|| judged.clone());
                // A number that is judged in two ways has to pass both.
                if judged.verdict == Verdict::Outside || entry.verdict == Verdict::Unknown {
                    *entry = judged.clone();
                }
            }
            let is_of = |name: &str| {
                let chapter = CHAPTERS.iter().find(|chapter| chapter.name == name);
                chapter.is_some_and(|c| c.experiments.iter().any(|e| e.id == result.experiment.id))
            };
            if let Some((group, ..)) = GROUPS.iter().find(|(_, name, _)| is_of(name)) {
                *accounts.experiments.entry(group).or_default() += 1;
                accounts.statements.entry(group).or_default().extend(&result.statements);
                accounts.ours.entry(group).or_default().extend(&result.ours);
            }
        }
        accounts
    }

    fn verdict(&self, row: &'static Reference) -> Option<Verdict> {
        self.verdicts.get(&std::ptr::from_ref(row)).map(|judged| judged.verdict)
    }

    /// All numbers of the book.
    pub fn numbers(&self) -> Tally {
        self.tally(|_| true)
    }

    fn tally(&self, is_of: impl Fn(&Reference) -> bool) -> Tally {
        let mut tally = Tally::default();
        for row in references().iter().filter(|row| is_of(row)) {
            tally.add(self.verdict(row));
        }
        tally
    }

    /// The numbers and statements by chapter.
    pub fn by_chapter(&self) -> Table {
        let mut table = Table::new(&[
            ("chapter", Align::Left),
            ("experiments", Align::Right),
            ("numbers of the book", Align::Right),
            ("judged", Align::Right),
            ("inside", Align::Right),
            ("outside", Align::Right),
            ("undecided", Align::Right),
            ("statements without a number", Align::Right),
            ("our own", Align::Right),
        ]);
        let hold = |tally: Tally| match tally.all {
            0 => "–".into(),
            all => format!("{} of {all} hold", tally.inside),
        };
        let row = |title: &str, experiments: usize, numbers: Tally, statements: [Tally; 2]| {
            let Tally { all, inside, outside, unknown } = numbers;
            let counts = [experiments, all, numbers.judged(), inside, outside, unknown];
            let mut cells = vec![title.to_string()];
            cells.extend(counts.map(|count| count.to_string()));
            cells.extend(statements.map(hold));
            cells
        };
        let (mut experiments, mut sums) = (0, [Tally::default(); 2]);
        for (name, _, title) in GROUPS {
            let mut of_chapter = [Tally::default(); 2];
            for (i, all) in [&self.statements, &self.ours].into_iter().enumerate() {
                for &verdict in all.get(name).into_iter().flatten() {
                    of_chapter[i].add(Some(verdict));
                    sums[i].add(Some(verdict));
                }
            }
            let count = self.experiments.get(name).copied().unwrap_or(0);
            experiments += count;
            table.row(row(title, count, self.tally(|row| group(row) == name), of_chapter));
        }
        table.row(row("all", experiments, self.numbers(), sums));
        table
    }

    /// The numbers that are not judged, by id, with the reason.
    pub fn not_judged(&self) -> Table {
        let mut table = Table::new(&[
            ("experiment of the book", Align::Left),
            ("numbers", Align::Right),
            ("why they are not judged", Align::Left),
        ]);
        let mut rows: Vec<(&str, usize, &str)> = Vec::new();
        for row in references().iter().filter(|row| self.verdict(row).is_none()) {
            let reason = reason(row).unwrap_or("not by what has been run");
            match rows.iter_mut().find(|(id, _, why)| *id == row.id && *why == reason) {
                Some((_, count, _)) => *count += 1,
                None => rows.push((&row.id, 1, reason)),
            }
        }
        for (id, count, reason) in rows {
            table.row([id.into(), count.to_string(), reason.into()]);
        }
        table
    }

    /// The numbers that are outside, beside ours, and why.
    pub fn outside(&self) -> Table {
        let mut table = Table::new(&[
            ("experiment of the book", Align::Left),
            ("quantity", Align::Left),
            ("book", Align::Right),
            ("measured", Align::Right),
            ("95 % interval", Align::Right),
            ("why", Align::Left),
        ]);
        for row in references() {
            let Some(judged) = self.verdicts.get(&std::ptr::from_ref(row)) else { continue };
            if judged.verdict == Verdict::Outside {
                // As we show ours: not with all digits that its author recorded.
                let book = match (row.number(), row.images()) {
                    (Some(_), Some(_)) => format!("{:.2} %", 100.0 * row.fraction().unwrap_or(0.0)),
                    (Some(number), None) => significant(number, 5),
                    _ => row.value.clone(),
                };
                let (measured, interval) = (judged.measured.clone(), judged.interval.clone());
                let why = why(row).into();
                table.row([row.id.clone(), row.quantity.clone(), book, measured, interval, why]);
            }
        }
        table
    }
}

/// Why a number of the book lies outside.
fn why(row: &Reference) -> &'static str {
    match (row.id.as_str(), row.arm.as_str(), row.statistic.as_str()) {
        // Its other values outside lie above ours.
        ("ch3-init-30", ..) if row.epoch.is_none_or(|epoch| epoch == 0) => {
            "an unlucky first epoch: --exact replays it to the image"
        }
        ("ch5-depth-3", ..) => {
            "one run; the book does not say whether it gives its last or its best epoch"
        }
        (.., "best") => "one run, and the extreme of its curve, chosen because it is one",
        _ if row.epoch.is_some() => {
            "one run; of many values some lie outside by chance, and those of neighbouring epochs \
             together"
        }
        _ => "one run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::{Experiment, Kind, experiments};
    use std::path::PathBuf;

    /// The ids of the table of the book's numbers that an experiment is about.
    fn ids(experiment: &'static Experiment) -> Vec<&'static str> {
        let mut ids = vec![experiment.id];
        if let Kind::Trained(trained) = &experiment.kind {
            ids.extend((trained.arms)().iter().map(|arm| arm.of));
            ids.extend(trained.claims.iter().map(|claim| claim.of));
        }
        ids
    }

    #[test]
    fn every_number_has_an_experiment_or_a_reason() {
        let ids: Vec<&str> = experiments().flat_map(ids).collect();
        for row in references() {
            let place = ids.contains(&row.id.as_str()) || reason(row).is_some();
            assert!(place, "{}: {}", row.id, row.quantity);
        }
        for (_, _, reason) in REASONS {
            let is_used = |row: &Reference| super::reason(row) == Some(reason);
            assert!(references().iter().any(is_used), "{reason}");
        }
    }

    #[test]
    fn every_printed_number_of_a_claim_is_in_the_table() {
        for experiment in experiments() {
            let Kind::Trained(trained) = &experiment.kind else { continue };
            let arms = (trained.arms)();
            for claim in trained.claims {
                let found: Vec<_> = claim
                    .arms
                    .iter()
                    .map(|key| arms.iter().find(|arm| arm.key == *key).expect(key))
                    .collect();
                let (of_arm, _) = found[0].reference(experiment.id);
                let id = if claim.of.is_empty() { of_arm } else { claim.of };
                if let Some(printed) = claim.printed {
                    let is_it = |row: &&Reference| row.id == id && row.quantity == printed;
                    assert!(references().iter().any(|row| is_it(&row)), "{id}: {printed}");
                }
            }
        }
    }

    #[test]
    fn a_number_judged_twice_has_to_pass_both() {
        let rows: Vec<&'static Reference> = references().iter().take(3).collect();
        let experiment = experiments().next().unwrap();
        let results = |judged: Vec<(&'static Reference, Verdict)>| Results {
            experiment,
            form: "full".into(),
            part: crate::report::page::Part::default(),
            judged: judged
                .into_iter()
                .map(|(row, verdict)| Judged {
                    row,
                    verdict,
                    measured: "1".into(),
                    interval: "0 … 2".into(),
                })
                .collect(),
            statements: vec![Verdict::Inside],
            ours: Vec::new(),
            directory: PathBuf::new(),
            documents: Vec::new(),
        };
        let (inside, outside, unknown) = (Verdict::Inside, Verdict::Outside, Verdict::Unknown);
        let first = results(vec![(rows[0], inside), (rows[1], unknown), (rows[2], outside)]);
        let second = results(vec![(rows[0], outside), (rows[1], inside), (rows[2], inside)]);
        let tally = Accounts::new([&first, &second]).numbers();
        assert_eq!((tally.all, tally.judged()), (742, 3));
        assert_eq!((tally.inside, tally.outside, tally.unknown), (1, 2, 0));
        let lines = Accounts::new([&first]).not_judged().to_markdown();
        assert!(lines.contains("arithmetic"), "{lines}");
    }
}
