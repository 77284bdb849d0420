//! The rules by which a number, or a statement, of the book is judged against ours.
//!
//! A rule judges a claim as [`Outside`](Verdict::Outside) only where it would seldom do so if the claim were true: in
//! 1 − `level` of all cases, or fewer. What the seeds cannot tell, because there are too few or some of them diverged, is
//! [`Unknown`](Verdict::Unknown), with the reason.

mod evidence;
mod rule;
mod runs;
#[cfg(test)]
mod simulations;
mod statements;

use super::Verdict;
use crate::stats::{Interval, Proportion};
use crate::text::significant;
use evidence::MISMATCH;

pub use crate::stats::Best;
pub use evidence::Evidence;
pub use rule::{Relation, Rule, Tolerance};

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Whether the book's claim fits.
    pub verdict: Verdict,
    /// The interval to show beside the book's number.
    pub interval: Option<Interval>,
    /// The p value that the verdict rests on, where it rests on one.
    pub p: Option<f64>,
    /// How claims of this kind are judged: [`Rule::method`].
    pub method: String,
    /// What decided this one; of the unknown, why it is.
    pub words: String,
}

/// What a verdict rests on, or the reason why there is none.
type Finding = Result<Found, String>;

struct Found {
    fits: bool,
    interval: Option<Interval>,
    p: Option<f64>,
    words: String,
}

/// Judges a claim; `book` is its number, if it has one.
///
/// [`Unknown`](Verdict::Unknown), with the reason in words, if the evidence is not of the rule's kind or does not
/// suffice, or the rule takes a number of the book and there is none that is finite.
///
/// # Panics
///
/// If a level is not between 0 and 1, both excluded, if the best of no runs is asked for, and if something holds in more
/// cases than there are.
pub fn judge(rule: Rule, book: Option<f64>, evidence: &Evidence) -> Judgement {
    let (verdict, interval, p, words) = match find(rule, book, evidence) {
        Ok(Found { fits: true, interval, p, words }) => (Verdict::Inside, interval, p, words),
        Ok(Found { fits: false, interval, p, words }) => (Verdict::Outside, interval, p, words),
        Err(reason) => (Verdict::Unknown, None, None, reason),
    };
    Judgement { verdict, interval, p, method: rule.method(), words }
}

fn find(rule: Rule, book: Option<f64>, evidence: &Evidence) -> Finding {
    let book = book.filter(|book| book.is_finite()).ok_or("the book gives no number");
    match rule {
        Rule::Equal => computed(Tolerance::Absolute(0.0), book?, evidence.computed()?),
        Rule::Within(tolerance) => computed(tolerance, book?, evidence.computed()?),
        Rule::SingleRun { level } => runs::single_run(level, book?, evidence.sample()?),
        Rule::SingleRunLog { level } => runs::single_run_log(level, book?, evidence.sample()?),
        Rule::BestOf { runs, level, best } => {
            runs::best_of(runs, level, best, book?, evidence.sample()?)
        }
        Rule::BestByValidation { runs, level } => {
            runs::best_by_validation(runs, level, book?, evidence.sample()?)
        }
        Rule::MeanWithin { at_least, at_most, level } => {
            runs::mean_within(at_least, at_most, level, evidence.sample()?)
        }
        Rule::Shape { level } => runs::shape(level, book?, evidence.sample()?),
        Rule::Chance { shares, level } => {
            statements::chance(shares, level, book.ok(), evidence.values()?)
        }
        Rule::Share { at_least, at_most, level } => match *evidence {
            Evidence::Counts { holds, of } => {
                statements::share(at_least, at_most, level, Proportion { holds, of })
            }
            _ => Err(MISMATCH.into()),
        },
        Rule::Order { steps, level } => match evidence {
            Evidence::Arms(arms) => statements::order(steps, level, arms),
            _ => Err(MISMATCH.into()),
        },
    }
}

fn computed(tolerance: Tolerance, book: f64, ours: f64) -> Finding {
    let difference = (ours - book).abs();
    let limit = match tolerance {
        Tolerance::Absolute(limit) => limit,
        Tolerance::Relative(limit) => limit * book.abs(),
    };
    let words = match difference {
        0.0 => "equal".into(),
        _ => format!("differs by {}", significant(difference, 2)),
    };
    Ok(Found { fits: difference <= limit, interval: None, p: None, words })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: f64 = 0.95;

    fn seeds(values: &[f64]) -> Evidence {
        Evidence::Seeds { values: values.into(), lost: 0 }
    }

    #[test]
    fn computed_numbers_are_equal_or_within_a_tolerance() {
        let verdict = |rule, book, ours| judge(rule, Some(book), &Evidence::Computed(ours)).verdict;
        assert_eq!(verdict(Rule::Equal, 2225.0, 2225.0), Verdict::Inside);
        assert_eq!(verdict(Rule::Equal, 2225.0, 2224.0), Verdict::Outside);
        let absolute = Rule::Within(Tolerance::Absolute(0.5));
        assert_eq!(verdict(absolute, -3.0, -3.5), Verdict::Inside);
        assert_eq!(verdict(absolute, -3.0, -3.75), Verdict::Outside);
        let relative = Rule::Within(Tolerance::Relative(0.01));
        assert_eq!(verdict(relative, -200.0, -202.0), Verdict::Inside);
        assert_eq!(verdict(relative, -200.0, -203.0), Verdict::Outside);
        assert_eq!(verdict(relative, 0.0, 0.0), Verdict::Inside);
        for (book, ours) in [(1.0, f64::NAN), (f64::NAN, f64::NAN), (f64::INFINITY, f64::INFINITY)]
        {
            assert_eq!(verdict(Rule::Equal, book, ours), Verdict::Unknown);
        }
        let off = judge(Rule::Equal, Some(1.0), &Evidence::Computed(1.25));
        assert_eq!(
            (off.words.as_str(), off.method.as_str()),
            ("differs by 0.25", "equal to the last digit")
        );
    }

    #[test]
    fn what_does_not_suffice_is_unknown_and_says_why() {
        let run = Rule::SingleRun { level: LEVEL };
        let words = |book, evidence| {
            let judgement = judge(run, book, &evidence);
            assert_eq!((judgement.verdict, judgement.interval), (Verdict::Unknown, None));
            judgement.words
        };
        assert_eq!(words(Some(1.0), seeds(&[])), "there are no seeds");
        assert_eq!(words(Some(1.0), seeds(&[1.0])), "one seed has no spread");
        assert_eq!(words(None, seeds(&[1.0, 2.0])), "the book gives no number");
        assert_eq!(words(Some(f64::NAN), seeds(&[1.0, 2.0])), "the book gives no number");
        let lost = Evidence::Seeds { values: vec![1.0, 2.0, f64::INFINITY], lost: 1 };
        assert_eq!(words(Some(1.0), lost), "2 of 4 seeds diverged");
        assert_eq!(words(Some(1.0), Evidence::Computed(1.0)), MISMATCH);
    }
}
