//! How often tables, intervals and sequential sweeps are wrong, and how often they find what is there: studies with real
//! trainings, dealt out as if they were those of several settings.
//!
//!     cargo run --release --example table_studies -- results/null-study
//!
//! Reads runs.csv (a row a training of one configuration: `scripts/null-study` makes it) and writes families.csv,
//! power.csv, coverage.csv, sequential.csv and summary.md beside it. All draws are from one seed.

use anyhow::Context;
use nablab::report::ablation::{Ablation, Cell, Request, TestKind};
use nablab::results::runs::Runs;
use nablab::rng::{Purpose, Stream};
use nablab::stats::{Interval, Looks, detectable_effect, intersection, mean, power, std_dev};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The families of each kind.
const FAMILIES: usize = 500;
/// The sequential ones, which cost less.
const SEQUENCES: usize = 4000;
/// Tests and intervals are of this level.
const ALPHA: f64 = 0.05;

fn main() -> anyhow::Result<()> {
    let directory = std::env::args().nth(1).context("expected a directory with runs.csv")?;
    let directory = PathBuf::from(directory);
    let values = accuracies(&directory.join("runs.csv"))?;
    let mut study = Study {
        mean: mean(&values),
        spread: std_dev(&values).context("expected two runs or more")?,
        values,
        stream: Stream::new(1, Purpose::Weights, 0),
        directory: tempfile::tempdir()?,
    };
    let mut summary = study.head();
    for (name, [csv, words]) in [
        ("families.csv", study.nothing()?),
        ("coverage.csv", study.coverage()?),
        ("power.csv", study.power()?),
        ("sequential.csv", study.sequential()),
    ] {
        std::fs::write(directory.join(name), csv)?;
        summary += &words;
    }
    summary += "\nMade by [`scripts/null-study`](../../scripts/null-study), which trains `runs.csv`, and \
                [`examples/table_studies.rs`](../../examples/table_studies.rs).\n";
    print!("{summary}");
    Ok(std::fs::write(directory.join("summary.md"), summary)?)
}

/// The test accuracies of all trainings.
fn accuracies(path: &Path) -> anyhow::Result<Vec<f64>> {
    let mut reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
    let column = reader.headers()?.iter().position(|name| name == "test_accuracy");
    let column = column.context("expected a column test_accuracy")?;
    let value = |row: Result<csv::StringRecord, csv::Error>| Ok(row?[column].parse::<f64>()?);
    reader.records().map(value).collect()
}

struct Study {
    values: Vec<f64>,
    mean: f64,
    spread: f64,
    stream: Stream,
    directory: tempfile::TempDir,
}

impl Study {
    fn head(&self) -> String {
        format!(
            "# How often our tables are wrong, and how often they find what is there\n\nOne configuration (784-10-10, 200 \
             training images, 3 epochs) trained {} times: {:.2} ± {:.2} % of the test images (mean, standard deviation). The \
             trainings are drawn at random, with replacement, and dealt out as rows of tables; a row is better than others \
             because a known number is added to it. After each rate stands its binomial standard error.\n",
            self.values.len(),
            100.0 * self.mean,
            100.0 * self.spread
        )
    }

    /// A training at random.
    fn draw(&mut self) -> f64 {
        let place = (self.stream.uniform() * self.values.len() as f64) as usize;
        self.values[place.min(self.values.len() - 1)]
    }

    /// The table of rows with these leads, in standard deviations, and so many seeds.
    fn table(&mut self, leads: &[f64], seeds: usize, test: TestKind) -> anyhow::Result<Ablation> {
        let mut text = String::from("row,seed,score\n");
        for (row, lead) in leads.iter().enumerate() {
            for seed in 1..=seeds {
                let value = self.draw() + lead * self.spread;
                writeln!(text, "r{row:02},{seed},{value}")?;
            }
        }
        let path = self.directory.path().join("runs.csv");
        std::fs::write(&path, text)?;
        let request = Request { test, ..Request::default() };
        Ok(Ablation::new(&Runs::open(&[path], &request.names())?, &request)?)
    }

    /// Families of equal rows: whatever is starred, and whatever is not marked as one that may be the best, is an error.
    fn nothing(&mut self) -> anyhow::Result<[String; 2]> {
        let mut csv = String::from("test,rows,seeds,families,star,mark,either\n");
        let mut words = String::from(
            "\n## Rows that are all the same\n\nA star (p below the table's level) or a row that is not marked, though all rows \
             are the best, is an error; both together are to be in 5 % of tables at most.\n\n| test | rows | seeds | any star | \
             any row not marked | either |\n|---|---:|---:|---:|---:|---:|\n",
        );
        for test in [TestKind::T, TestKind::Wilcoxon] {
            for (rows, seeds) in [(2, 10), (4, 10), (10, 10), (4, 30)] {
                let mut counts = [0; 3];
                for _ in 0..FAMILIES {
                    let table = self.table(&vec![0.0; rows], seeds, test)?;
                    let star = cells(&table).any(|cell| {
                        cell.versus.as_ref().is_some_and(|v| v.is_starred(table.levels))
                    });
                    // Where nothing can be marked there is no mark to be wrong.
                    let marks = table.levels.selection.is_some();
                    let mark = marks && cells(&table).any(|cell| !cell.best);
                    let errors = [star, mark, star || mark];
                    counts.iter_mut().zip(errors).for_each(|(n, error)| *n += usize::from(error));
                }
                let [star, mark, either] = counts;
                let name = if test == TestKind::T { "t" } else { "Wilcoxon" };
                writeln!(csv, "{name},{rows},{seeds},{FAMILIES},{star},{mark},{either}")?;
                let rates = counts.map(|n| rate(n, FAMILIES));
                writeln!(words, "| {name} | {rows} | {seeds} | {} |", rates.join(" | "))?;
            }
        }
        Ok([csv, words])
    }

    /// How often the marks hold the best row, and intervals what they are of.
    fn coverage(&mut self) -> anyhow::Result<[String; 2]> {
        let mut csv =
            String::from("leads,seeds,families,best_marked,marked,mean_held,difference_held\n");
        let mut words = String::from(
            "\n## The best row, and what intervals hold\n\nLeads are in standard deviations of single runs. The best row is to \
             be marked in 95 % of tables or more, and each 95 % interval is to hold in 95 %.\n\n| leads | seeds | the best is \
             marked | rows marked | interval of a mean holds | of a difference |\n|---|---:|---:|---:|---:|---:|\n",
        );
        let ladder: Vec<f64> = (0..8).map(|i| -0.5 * f64::from(i)).collect();
        let mut crowd = vec![-0.01; 9];
        crowd[0] = 0.0;
        crowd.push(-6.0);
        let kinds = [
            ("0 −0.01 −6", vec![0.0, -0.01, -6.0]),
            ("0 −0.5 … −3.5", ladder),
            ("0, 8 × −0.01, −6", crowd),
        ];
        for (name, leads) in kinds {
            for seeds in [6, 10, 30] {
                let (mut held, mut marked, mut of_mean, mut of_difference, mut differences) =
                    (0, 0, 0, 0, 0);
                for _ in 0..FAMILIES {
                    let table = self.table(&leads, seeds, TestKind::T)?;
                    held += usize::from(table.cells[0][0].as_ref().is_some_and(|cell| cell.best));
                    marked += cells(&table).filter(|cell| cell.best).count();
                    for (cell, lead) in cells(&table).zip(&leads) {
                        let truth = self.mean + lead * self.spread;
                        of_mean += usize::from(cell.interval.is_some_and(|i| i.contains(truth)));
                        if let Some(interval) = cell.versus.as_ref().and_then(|v| v.interval) {
                            differences += 1;
                            let lead = (lead - leads[0]) * self.spread;
                            of_difference += usize::from(interval.contains(lead));
                        }
                    }
                }
                let (means, tables) = (FAMILIES * leads.len(), FAMILIES as f64);
                writeln!(
                    csv,
                    "\"{name}\",{seeds},{FAMILIES},{held},{marked},{of_mean},{of_difference}"
                )?;
                writeln!(
                    words,
                    "| {name} | {seeds} | {} | {:.1} of {} | {} | {} |",
                    rate(held, FAMILIES),
                    marked as f64 / tables,
                    leads.len(),
                    rate(of_mean, means),
                    rate(of_difference, differences)
                )?;
            }
        }
        Ok([csv, words])
    }

    /// How often a difference is found that should be found with a known probability.
    fn power(&mut self) -> anyhow::Result<[String; 2]> {
        let mut csv = String::from("rows,seeds,lead,families,found,predicted\n");
        let mut words = String::from(
            "\n## Differences that are there\n\nOne row leads by what the table calls detectable with 80 %, by half of it and \
             by half more; it is found if it has a star. Predicted is the power of the t test at the level of the first step of \
             Holm's correction.\n\n| rows | seeds | lead (standard deviations) | found | predicted |\n|---:|---:|---:|---:|---:|\n",
        );
        for (rows, seeds) in [(2, 6), (2, 10), (2, 30), (4, 10)] {
            let level = if rows == 2 { ALPHA } else { ALPHA / 2.0 } / (rows - 1) as f64;
            for share in [0.5, 1.0, 1.5] {
                // Differences of independent runs spread √2 times as much.
                let effect = share * detectable_effect(seeds, level, 0.8);
                let lead = effect * 2.0_f64.sqrt();
                let mut leads = vec![0.0; rows];
                leads[rows - 1] = lead;
                let mut found = 0;
                for _ in 0..FAMILIES {
                    let table = self.table(&leads, seeds, TestKind::T)?;
                    let last = table.cells[rows - 1][0].as_ref().and_then(|c| c.versus.as_ref());
                    found += usize::from(last.is_some_and(|v| v.is_starred(table.levels)));
                }
                let predicted = power(effect, seeds, level);
                writeln!(csv, "{rows},{seeds},{lead},{FAMILIES},{found},{predicted}")?;
                writeln!(
                    words,
                    "| {rows} | {seeds} | {lead:.2} | {} | {:.1} % |",
                    rate(found, FAMILIES),
                    100.0 * predicted
                )?;
            }
        }
        Ok([csv, words])
    }

    /// Seeds are added until each of three rows is told from the baseline or lies within a margin, as `sweep --until` does
    /// it: how often anything was wrong, and how many seeds it took.
    fn sequential(&mut self) -> [String; 2] {
        let mut csv = String::from("lead,margin,sequences,wrong,decided,seeds\n");
        let mut words = String::from(
            "\n## Seeds until it is decided\n\nThree rows and a baseline, six seeds at a time up to 60, until the interval of \
             each difference leaves out zero or lies within the margin. Wrong: a row called better or worse that is not, or \
             within the margin though it is not, or an interval that does not hold at the end.\n\n| lead of each row (standard \
             deviations) | margin | anything wrong | all decided | seeds on average |\n|---:|---:|---:|---:|---:|\n",
        );
        let looks = Looks::new(6, 60, ALPHA);
        for (lead, margin) in
            [(0.0, 0.0), (0.0, 1.5), (0.5, 0.5), (1.0, 0.0), (2.0, 0.5), (-3.0, 0.5)]
        {
            let (mut wrong, mut decided, mut seeds) = (0, 0, 0);
            for _ in 0..SEQUENCES {
                let sequence = self.one_sequence(&looks, lead, margin);
                wrong += usize::from(sequence.0);
                decided += usize::from(sequence.1);
                seeds += sequence.2;
            }
            let average = seeds as f64 / SEQUENCES as f64;
            let _ = writeln!(csv, "{lead},{margin},{SEQUENCES},{wrong},{decided},{average}");
            let _ = writeln!(
                words,
                "| {lead} | {} | {} | {} | {average:.0} |",
                if margin > 0.0 { margin.to_string() } else { "none".into() },
                rate(wrong, SEQUENCES),
                rate(decided, SEQUENCES)
            );
        }
        [csv, words]
    }

    /// Whether anything was wrong, whether all was decided, and after how many seeds it stopped.
    fn one_sequence(&mut self, looks: &Looks, lead: f64, margin: f64) -> (bool, bool, usize) {
        const ROWS: usize = 3;
        let mut baseline = Vec::new();
        let mut rows: [(Vec<f64>, Option<Interval>, bool); ROWS] = Default::default();
        for (look, &n) in looks.sizes().iter().enumerate() {
            while baseline.len() < n {
                let drawn = self.draw() / self.spread;
                baseline.push(drawn);
            }
            for (differences, interval, ended) in rows.iter_mut().filter(|(.., ended)| !ended) {
                while differences.len() < n {
                    let value = self.draw() / self.spread;
                    differences.push(value + lead - baseline[differences.len()]);
                }
                *interval = intersection(interval.iter().copied().chain(looks.interval(
                    look,
                    differences,
                    ROWS,
                )));
                *ended = interval.is_some_and(|i| {
                    i.low > 0.0 || i.high < 0.0 || i.low >= -margin && i.high <= margin
                });
            }
            if rows.iter().all(|(.., ended)| *ended) {
                break;
            }
        }
        let wrong = rows.iter().any(|(_, interval, _)| interval.is_some_and(|i| !i.contains(lead)));
        (wrong, rows.iter().all(|(.., ended)| *ended), baseline.len())
    }
}

fn cells(table: &Ablation) -> impl Iterator<Item = &Cell> {
    table.cells.iter().flatten().flatten()
}

/// `3.2 ± 0.8 %`.
fn rate(count: usize, of: usize) -> String {
    let share = count as f64 / of as f64;
    format!("{:.1} ± {:.1} %", 100.0 * share, 100.0 * (share * (1.0 - share) / of as f64).sqrt())
}
