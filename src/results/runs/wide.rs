//! Files with several runs in a row: the folds of a cross-validation, as scikit-learn's `cv_results_` has them, and the
//! runs of a chart, as Weights & Biases exports it. Every run becomes a row of its own.

use super::columns::{counts_rows, is_row_number};
use super::direction::sounds_measured;
use std::collections::{HashMap, HashSet};

/// The column that numbers the folds.
pub(super) const FOLD: &str = "fold";
/// The column that names the runs of a chart.
const RUN: &str = "run";

/// How a row becomes several.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wide {
    /// The columns of the rows that are made.
    pub names: Vec<String>,
    /// What is left out of the file, and why.
    pub left_out: Vec<(String, &'static str)>,
    /// What was assumed, in a sentence.
    pub said: String,
    /// The column that numbers the rows of a chart.
    pub axis: Option<usize>,
    /// The columns of the file that all runs of a row share; they come first.
    shared: Vec<usize>,
    /// The name of each run of a row and the columns of its metrics. They come last.
    runs: Vec<Named>,
    /// Whether a run without a value in a row has no such row.
    sparse: bool,
}

/// The name of a run, and the columns of its metrics.
type Named = (String, Vec<Option<usize>>);

/// A column that belongs to one of the runs of a row.
struct Part {
    column: usize,
    run: String,
    metric: String,
}

impl Wide {
    /// That of a file with these columns, if its rows have several runs.
    pub(super) fn of(names: &[String]) -> Option<Self> {
        Self::of_folds(names).or_else(|| Self::of_chart(names))
    }

    /// The column that tells the runs of a row apart, if there are several.
    pub(super) fn told_by(&self) -> Option<usize> {
        (self.shared.len() < self.names.len()).then_some(self.shared.len())
    }

    /// The column of the file that a column of the rows that are made is, or for a metric that of its first run.
    pub(super) fn source(&self, column: usize) -> Option<usize> {
        if let Some(&shared) = self.shared.get(column) {
            return Some(shared);
        }
        let metric = column.checked_sub(self.shared.len() + 1)?;
        self.runs.iter().find_map(|(_, columns)| columns[metric])
    }

    /// How many runs a row has.
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// Writes one of the runs of a row; false if the row has nothing of it.
    pub(super) fn write(
        &self,
        whole: &csv::ByteRecord,
        run: usize,
        row: &mut csv::ByteRecord,
    ) -> bool {
        let (name, columns) = &self.runs[run];
        let cell = |column: &Option<usize>| column.map_or(&b""[..], |column| &whole[column]);
        row.clear();
        self.shared.iter().for_each(|&column| row.push_field(&whole[column]));
        if self.told_by().is_none() {
            return true;
        }
        if self.sparse && columns.iter().all(|column| cell(column).trim_ascii().is_empty()) {
            return false;
        }
        row.push_field(name.as_bytes());
        columns.iter().for_each(|column| row.push_field(cell(column)));
        true
    }

    /// `split0_test_score`, `split1_test_score`, …: each fold of a candidate is a run.
    fn of_folds(names: &[String]) -> Option<Self> {
        let parts: Vec<Part> = names.iter().enumerate().filter_map(of_fold).collect();
        let folds = count(&parts, |part| &part.run);
        if folds < 2 || names.iter().any(|name| name == FOLD) {
            return None;
        }
        let has_settings = names.iter().any(|name| name.starts_with("param_"));
        let why = |name: &str| match () {
            () if is_summary(name, &parts) => Some("sums the folds up"),
            // {'C': 0.1}: what the columns of the settings say.
            () if has_settings && name == "params" => Some("says what the columns param_… say"),
            () => None,
        };
        let said = format!(
            "The {folds} splits of every row are runs, and the folds of one cross-validation (--folds says otherwise); \
             what sums them up is left out."
        );
        Self::new(names, &parts, FOLD, why, said)
    }

    /// `run - loss`, `run - loss__MIN`, `run - loss__MAX`: each run is a group of columns, each row a step.
    fn of_chart(names: &[String]) -> Option<Self> {
        let known: HashSet<&str> = names.iter().map(String::as_str).collect();
        let has = |name: &str, end: &str, number: &str| {
            known.contains(format!("{name}{end}{number}").as_str())
        };
        let has_ranges =
            |(name, number): (&str, &str)| has(name, "__MIN", number) && has(name, "__MAX", number);
        let ranged = |name: &str| has_ranges((name, "")) || has_ranges(numbered(name));
        let is_range = |name: &str| {
            let is = |(name, number): (&str, &str)| {
                let of = name.strip_suffix("__MIN").or_else(|| name.strip_suffix("__MAX"));
                of.is_some_and(|of| has(of, "", number) && has_ranges((of, number)))
            };
            is((name, "")) || is(numbered(name))
        };
        // Of two runs of one name each has its number.
        let split = |name: &str| {
            let (name, number) = if has_ranges((name, "")) { (name, "") } else { numbered(name) };
            let (run, metric) = name.rsplit_once(" - ")?;
            Some((format!("{run}{number}"), metric.to_string()))
        };
        // Without the ranges a chart has nothing but its steps and the metrics of its runs.
        let bare = || {
            let (first, rest) = names.split_first()?;
            let measured = |name: &String| split(name).is_some_and(|(_, m)| sounds_measured(&m));
            (counts_rows(first) && rest.len() > 1 && rest.iter().all(measured)).then_some(())
        };
        let with_ranges = names.iter().any(|name| ranged(name));
        if !with_ranges {
            bare()?;
        }
        let part = |(column, name): (usize, &String)| {
            let (run, metric) = split(name).filter(|_| !with_ranges || ranged(name))?;
            Some(Part { column, run, metric })
        };
        let parts: Vec<Part> = names.iter().enumerate().filter_map(part).collect();
        let why = |name: &str| is_range(name).then_some("is a range of the column before");
        let said = match with_ranges {
            true => "Every run is a group of columns, whose ranges __MIN and __MAX are left out.",
            false => "Every run is a group of columns.",
        };
        let mut wide = Self::new(names, &parts, RUN, why, said.into())?;
        wide.sparse = true;
        // The sentence says it of all at once.
        wide.left_out.clear();
        let is_axis = |&column: &usize| !ranged(&names[column]) && !is_row_number(&names[column]);
        let counts = |column: &usize| is_axis(column) && counts_rows(&names[*column]);
        let mut shared = wide.shared.iter();
        wide.axis = shared.position(counts).or_else(|| wide.shared.iter().position(is_axis));
        Some(wide)
    }

    fn new(
        names: &[String],
        parts: &[Part],
        told_by: &str,
        why: impl Fn(&str) -> Option<&'static str>,
        said: String,
    ) -> Option<Self> {
        let (mut shared, mut left_out) = (Vec::new(), Vec::new());
        let of_runs: HashSet<usize> = parts.iter().map(|part| part.column).collect();
        for (column, name) in names.iter().enumerate() {
            match why(name) {
                _ if of_runs.contains(&column) => {}
                Some(why) => left_out.push((name.clone(), why)),
                None => shared.push(column),
            }
        }
        let (mut metrics, mut runs): (Vec<&str>, Vec<Named>) = Default::default();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for Part { column, run, metric } in parts {
            let of_metric = metrics.iter().position(|known| known == metric);
            let of_metric = of_metric.unwrap_or_else(|| {
                metrics.push(metric);
                metrics.len() - 1
            });
            let place = *places.entry(run).or_insert_with(|| {
                runs.push((run.clone(), Vec::new()));
                runs.len() - 1
            });
            let columns = &mut runs[place].1;
            columns.resize(columns.len().max(of_metric + 1), None);
            if columns[of_metric].replace(*column).is_some() {
                return None;
            }
        }
        // The chart of a single run may have its metrics without its name.
        let told_by = (!runs.is_empty()).then_some(told_by);
        if runs.is_empty() {
            runs.push((String::new(), Vec::new()));
        }
        runs.iter_mut().for_each(|(_, columns)| columns.resize(metrics.len(), None));
        let shared_names = shared.iter().map(|&column| names[column].as_str());
        let names: Vec<String> =
            shared_names.chain(told_by).chain(metrics).map(String::from).collect();
        let apart = names.iter().collect::<HashSet<_>>().len() == names.len();
        let (axis, sparse) = (None, false);
        apart.then_some(Self { names, left_out, said, axis, shared, runs, sparse })
    }
}

/// The fold and the metric of a column: `split0_test_score`, `fold_1_accuracy`, `val_loss_fold2`.
fn of_fold((column, name): (usize, &String)) -> Option<Part> {
    let number = |text: &str| {
        let text = text.strip_prefix('_').unwrap_or(text);
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.to_string())
    };
    let begins = |word: &str| {
        let rest = name.strip_prefix(word)?;
        let rest = rest.strip_prefix('_').unwrap_or(rest);
        let (fold, metric) = rest.split_once('_')?;
        Some((number(fold)?, metric))
    };
    let ends = || {
        let (metric, fold) = name.rsplit_once("_fold")?;
        Some((number(fold)?, metric))
    };
    let of_set = |(_, metric): &(String, &str)| {
        metric.starts_with("test_") || metric.starts_with("train_") || sounds_measured(metric)
    };
    let found = begins("split").or_else(|| begins("fold")).or_else(ends).filter(of_set);
    found.map(|(run, metric)| Part { column, run, metric: metric.into() })
}

/// A name without the number that tells it from another such, and that number: `loss` and ` (2)`.
fn numbered(name: &str) -> (&str, &str) {
    let number = |place: &usize| {
        let inner = name[*place..].strip_prefix(" (").and_then(|rest| rest.strip_suffix(')'));
        inner.is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_digit()))
    };
    name.rfind(" (").filter(number).map_or((name, ""), |place| name.split_at(place))
}

/// Whether a column sums up what the folds have: a mean, a deviation, a rank, the times of all.
fn is_summary(name: &str, parts: &[Part]) -> bool {
    const WORDS: [&str; 5] = ["mean", "std", "rank", "avg", "average"];
    let of = WORDS.iter().find_map(|word| {
        let before = name.strip_prefix(word).and_then(|rest| rest.strip_prefix('_'));
        before.or_else(|| name.strip_suffix(word).and_then(|rest| rest.strip_suffix('_')))
    });
    of.is_some_and(|of| {
        ["fit_time", "score_time"].contains(&of) || parts.iter().any(|part| part.metric == of)
    })
}

/// How many different texts some parts have.
fn count<'a>(parts: &'a [Part], text: impl Fn(&'a Part) -> &'a str) -> usize {
    parts.iter().map(text).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Option<Wide> {
        Wide::of(&header.split(',').map(String::from).collect::<Vec<_>>())
    }

    fn rows(wide: &Wide, row: &str) -> Vec<String> {
        let whole: csv::ByteRecord = row.split(',').collect();
        let mut made = csv::ByteRecord::new();
        let text = |row: &csv::ByteRecord| {
            let cells = row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned());
            cells.collect::<Vec<_>>().join(",")
        };
        let run = |run| wide.write(&whole, run, &mut made).then(|| text(&made));
        (0..wide.len()).filter_map(run).collect()
    }

    #[test]
    fn folds_are_runs() {
        let header = "mean_fit_time,param_C,params,split0_test_acc,split1_test_acc,mean_test_acc,rank_test_acc,\
                      split1_train_acc";
        let wide = of(header).unwrap();
        assert_eq!(wide.names, ["param_C", "fold", "test_acc", "train_acc"]);
        let left_out: Vec<&str> = wide.left_out.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(left_out, ["mean_fit_time", "params", "mean_test_acc", "rank_test_acc"]);
        assert_eq!(rows(&wide, "1,0.5,{},0.8,0.9,0.85,1,0.7"), ["0.5,0,0.8,", "0.5,1,0.9,0.7"]);
        assert_eq!(of("lr,fold1_f1,fold2_f1").unwrap().names, ["lr", "fold", "f1"]);
        assert_eq!(of("lr,auc_fold_1,auc_fold_2,auc_mean").unwrap().names, ["lr", "fold", "auc"]);
        assert_eq!(of("lr,split0_test_score,mean_test_score"), None, "one fold is none");
        assert_eq!(of("fold,split0_test_score,split1_test_score"), None, "folds of folds");
        assert_eq!(of("fold1_f1,fold2_f1,fold_2_f1"), None, "two of one fold");
        assert_eq!(of("fold_size_a,fold_size_b,loss"), None);
    }

    #[test]
    fn runs_of_a_chart_are_runs() {
        let group = |name: &str| format!("{name},{name}__MIN,{name}__MAX");
        let header = ["a-b - 1 - loss", "deft-sun-2 - _step", "deft-sun-2 - loss"].map(group);
        let wide = of(&format!("Step,{}", header.join(","))).unwrap();
        assert_eq!(wide.names, ["Step", "run", "loss", "_step"]);
        assert_eq!(wide.axis, Some(0));
        assert_eq!(rows(&wide, "3,0.5,0.4,0.6,,,,,,"), ["3,a-b - 1,0.5,"]);
        assert_eq!(rows(&wide, "4,,,,7,7,7,0.1,0.1,0.1"), ["4,deft-sun-2,0.1,7"]);
        let single = of(&format!("Step,{}", group("loss"))).unwrap();
        assert_eq!(single.names, ["Step", "loss"]);
        assert_eq!(rows(&single, "3,0.5,0.4,0.6"), ["3,0.5"]);
        assert_eq!(of("Step,a - loss,b - loss").unwrap().names, ["Step", "run", "loss"]);
        let twice = of(
            "Step,a - l (1),a - l__MIN (1),a - l__MAX (1),a - l (2),a - l__MIN (2),a - l__MAX (2)",
        );
        let twice = twice.unwrap();
        assert_eq!(twice.names, ["Step", "run", "l"]);
        assert_eq!(rows(&twice, "3,0.5,0,1,0.7,0,1"), ["3,a (1),0.5", "3,a (2),0.7"]);
        let metric = of(&format!("Step,{}", group("a - r (1)"))).unwrap();
        assert_eq!(metric.names, ["Step", "run", "r (1)"], "a metric with a number of its own");
        let noted = of(&format!("note,Step,{}", group("a - loss"))).unwrap();
        assert_eq!((noted.axis, noted.told_by()), (Some(1), Some(2)));
        assert_eq!(of("Step,a - lr,b - loss"), None, "names with a dash");
        assert_eq!(of("Step,loss,loss__MIN"), None);
    }
}
