//! A comparison in sentences.

use super::{Comparison, Evidence, Paired, SameImages, Unpaired, Verdict};
use crate::report::ablation::{ALPHA, MIN_PAIRS};
use crate::results::runs::Direction;
use crate::stats::{Interval, MOST_RUNS};
use crate::text::{Rounding, lines};

impl Verdict {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Equal => "equal within the margin",
            Self::Undecided => "undecided",
        }
    }
}

impl Comparison {
    /// The comparison in lines.
    pub fn to_text(&self) -> String {
        let rounding = self.rounding();
        let unit = rounding.of_difference();
        let [a, b] = &self.arms;
        let mut lines = vec![self.headline(rounding)];
        for (arm, mean) in self.arms.iter().zip(self.means) {
            let mean = mean.map_or("no mean".into(), |mean| {
                format!("mean {}{}", rounding.number(mean, None), rounding.of_value())
            });
            let lost = match arm.lost.any() {
                true => format!(", {} {}", arm.lost.count(), arm.lost.word()),
                false => String::new(),
            };
            let runs = arm.runs();
            let noun = if runs == 1 { "run" } else { "runs" };
            lines.push(format!("  {}: {mean} over {runs} {noun}{lost}", arm.name));
        }
        match &self.evidence {
            Evidence::Paired(paired) => lines.extend(self.paired(paired, rounding, &unit)),
            Evidence::Unpaired(unpaired) => lines.extend(self.unpaired(unpaired, rounding, &unit)),
            Evidence::Lost { lost, p } => lines.push(format!(
                "Where a run has no value a mean over the others would flatter: {} of {} and {} of {} have none, shares that \
                 differ with p = {} (Fisher's exact test).",
                lost[0].count(),
                a.runs(),
                lost[1].count(),
                b.runs(),
                p_words(*p)
            )),
            Evidence::Few => lines.push(format!(
                "There is nothing to judge by: {} and {} runs; it takes {MIN_PAIRS} of each, and values that differ.",
                a.runs(),
                b.runs()
            )),
        }
        lines.extend(self.notes.iter().cloned());
        lines.iter().map(|line| wrap(line)).collect()
    }

    fn rounding(&self) -> Rounding {
        let half = |interval: Interval| Some(interval.half_width());
        let mut numbers: Vec<(f64, Option<f64>)> =
            self.means.iter().flatten().map(|&mean| (mean, None)).collect();
        match &self.evidence {
            Evidence::Paired(paired) => numbers.extend(paired.interval.map(|i| (0.0, half(i)))),
            Evidence::Unpaired(unpaired) => numbers.push((0.0, half(unpaired.interval))),
            Evidence::Lost { .. } | Evidence::Few => {}
        }
        Rounding::of(&numbers, self.measure.is_percentage())
    }

    fn headline(&self, rounding: Rounding) -> String {
        let [a, b] = self.arms.each_ref().map(|arm| arm.name.as_str());
        let what = self.measure.words();
        let margin = self.margin.map(|margin| {
            format!("{}{}", rounding.number(margin, Some(margin)), rounding.of_difference())
        });
        match self.verdict {
            Verdict::Better => format!("{a} is better than {b}: {what}"),
            Verdict::Worse => format!("{a} is worse than {b}: {what}"),
            Verdict::Equal => {
                format!("{a} and {b} differ by less than {}: {what}", margin.unwrap_or_default())
            }
            Verdict::Undecided if self.measure.better == Direction::Unknown => format!(
                "undecided between {a} and {b}: nothing says which values of {what} are better (--better lower or higher)"
            ),
            Verdict::Undecided => format!("undecided between {a} and {b}: {what}"),
        }
    }

    fn paired(&self, paired: &Paired, rounding: Rounding, unit: &str) -> Vec<String> {
        let Paired { n, mean, interval, p, p_wilcoxon, .. } = *paired;
        let half = interval.map(|interval| interval.half_width());
        let range = interval.map_or(String::new(), |interval| {
            format!(" {}", rounding.range(interval.low, interval.high, true))
        });
        let corrected = if paired.shared.is_none() { "" } else { "corrected " };
        let tests = match (p, p_wilcoxon) {
            _ if n < MIN_PAIRS => format!("{n} pairs are too few for a test; it takes {MIN_PAIRS}"),
            (Some(p), Some(wilcoxon)) => format!(
                "paired t test p = {}, exact Wilcoxon signed-rank test p = {}",
                p_words(p),
                p_words(wilcoxon)
            ),
            (None, Some(wilcoxon)) => format!(
                "the same difference for every pair, which a t test cannot judge; exact Wilcoxon signed-rank test p = {}",
                p_words(wilcoxon)
            ),
            (Some(p), None) => format!("{corrected}paired t test p = {}", p_words(p)),
            (None, None) => "no test".into(),
        };
        let mut lines = vec![format!(
            "Difference: {}{unit}{range} (95 %), over {n} pairs by {}; {tests}.",
            rounding.signed(mean, half),
            self.pair_by
        )];
        let left = self.arms.each_ref().map(|arm| arm.values().len() - n);
        if left != [0, 0] {
            lines.push(format!(
                "{} and {} runs without a partner are left out; --unpaired compares all.",
                left[0], left[1]
            ));
        }
        lines.extend(self.equivalence(paired.p_equal, rounding, unit));
        lines.extend(self.chances(paired.p_better, paired.effect));
        if !paired.shared.is_none() {
            lines.push(
                "Folds share training data: the interval and the t tests are corrected for that (Nadeau and Bengio 2003)."
                    .into(),
            );
        }
        lines.extend(advice(paired));
        if let (Some(detectable), true) = (paired.detectable, n >= MIN_PAIRS) {
            let needed = paired.needed.map_or(format!("more than {MOST_RUNS}"), |n| n.to_string());
            lines.push(format!(
                "So many pairs find a true difference of {}{unit} with 80 %; to find the observed one takes {needed}.",
                rounding.number(detectable, Some(detectable))
            ));
        }
        lines
    }

    fn unpaired(&self, unpaired: &Unpaired, rounding: Rounding, unit: &str) -> Vec<String> {
        let Unpaired { n, difference, interval, p, p_brunner_munzel, p_mann_whitney, .. } =
            *unpaired;
        let mut tests = format!("Welch's t test p = {}", p_words(p));
        if let Some(p) = p_brunner_munzel {
            tests += &format!(", Brunner–Munzel test p = {}", p_words(p));
        }
        if let Some(p) = p_mann_whitney {
            tests += &format!(", Mann–Whitney test p = {}", p_words(p));
        }
        if n.iter().any(|&n| n < MIN_PAIRS) {
            tests = format!(
                "{} and {} runs are too few for a test; it takes {MIN_PAIRS} of each",
                n[0], n[1]
            );
        }
        let mut lines = vec![format!(
            "Difference: {}{unit} {} (95 %, Welch), runs not paired; {tests}.",
            rounding.signed(difference, Some(interval.half_width())),
            rounding.range(interval.low, interval.high, true)
        )];
        lines.extend(self.equivalence(unpaired.p_equal, rounding, unit));
        lines.extend(self.chances(unpaired.p_better, None));
        lines.push(match self.common {
            0 => format!(
                "No {} is in both: runs that share them are compared pair by pair, which mostly takes fewer.",
                self.pair_by.replace('_', " ")
            ),
            n => format!(
                "{n} {} are in both, which is not made use of here.",
                if n == 1 { "pair" } else { "pairs" }
            ),
        });
        lines
    }

    fn equivalence(&self, p: Option<f64>, rounding: Rounding, unit: &str) -> Option<String> {
        let (p, margin) = (p?, self.margin?);
        let within = if p < ALPHA { "shown" } else { "not shown" };
        Some(format!(
            "Within ± {}{unit}: {within} (two one-sided tests, p = {}).",
            rounding.number(margin, Some(margin)),
            p_words(p)
        ))
    }

    fn chances(&self, p_better: Option<f64>, effect: Option<f64>) -> Option<String> {
        let p_better = p_better?;
        let [a, b] = self.arms.each_ref().map(|arm| arm.name.as_str());
        let effect = effect.map(|g| format!("; effect size g = {g:+.2}").replace('-', "−"));
        Some(format!(
            "A run of {a} is better than one of {b} with a probability of {p_better:.2}{}.",
            effect.unwrap_or_default()
        ))
    }
}

/// How runs of one pair go together, and what pairing them is worth, as far as that is shown.
fn advice(paired: &Paired) -> Option<String> {
    let (correlation, share) = (paired.correlation?, paired.pairing?);
    let n = paired.n as f64;
    let words = format!("Runs of one pair correlate with r = {correlation:+.2}").replace('-', "−");
    // By Fisher's transformation: whether 95 % of it are on one side.
    let shown = n > 3.0 && libm::atanh(correlation).abs() * (n - 3.0).sqrt() > 1.96;
    Some(match (shown, correlation > 0.0) {
        (true, true) => format!(
            "{words}: pairing them is worth it, as it takes {:.0} % of the seeds that strangers would.",
            100.0 * share
        ),
        (true, false) => {
            format!("{words}, against each other: look whether a seed means the same in both arms.")
        }
        (false, _) => format!("{words}; that pairing helps or harms is not shown."),
    })
}

fn p_words(p: f64) -> String {
    match p {
        p if p < 1e-16 => "0 to 16 digits".into(),
        p if p < 1e-4 => format!("{p:.0e}"),
        p if p < 0.1 => format!("{p:.4}"),
        p => format!("{p:.2}"),
    }
}

/// A sentence or two in lines, which begin as the first one does.
fn wrap(text: &str) -> String {
    let indent = text.len() - text.trim_start().len();
    let mut words = text.split_whitespace();
    let first = words.next().map(|word| " ".repeat(indent) + word);
    lines(first.into_iter().chain(words.map(String::from)), " ", indent) + "\n"
}

impl SameImages {
    /// What two classifiers have right, in lines.
    pub fn to_text(&self, names: [&str; 2]) -> String {
        let percent = |n: u64| format!("{:.2} %", 100.0 * n as f64 / self.images as f64);
        let [a, b] = names;
        let verdict = match self.verdict() {
            Verdict::Better => format!("{a} is better than {b} on these images"),
            Verdict::Worse => format!("{a} is worse than {b} on these images"),
            _ => format!("undecided between {a} and {b} on these images"),
        };
        let text = format!(
            "{verdict}\n  {a}: {} right ({})\n  {b}: {} right ({})\nOf {} images {} are right by the first alone and {} by the \
             second alone: McNemar's exact test p = {}. It is about these two networks, not about others that would be \
             trained as they were.\n",
            self.right[0],
            percent(self.right[0]),
            self.right[1],
            percent(self.right[1]),
            self.images,
            self.only[0],
            self.only[1],
            p_words(self.p)
        );
        text.lines().map(wrap).collect()
    }

    /// What can be said of the first one.
    pub fn verdict(&self) -> Verdict {
        match self.p < ALPHA {
            true if self.only[0] > self.only[1] => Verdict::Better,
            true => Verdict::Worse,
            false => Verdict::Undecided,
        }
    }
}
