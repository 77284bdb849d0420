//! The rules for statements: how many runs, which order of arms, no better than chance.

use super::{Finding, Found, Relation};
use crate::stats::{
    Differences, Proportion, confidence_interval, equivalence_test, holm, mean,
    prediction_interval, t_test_above, t_test_below,
};
use crate::text::significant;

pub(super) fn share(at_least: f64, at_most: f64, level: f64, cases: Proportion) -> Finding {
    let exact = cases.clopper_pearson(level).ok_or("there are no cases")?;
    let words = format!(
        "{} of {}, {}; exactly {} to {}",
        cases.holds,
        cases.of,
        significant(cases.share(), 3),
        significant(exact.low, 3),
        significant(exact.high, 3)
    );
    let fits = exact.low <= at_most && exact.high >= at_least;
    Ok(Found { fits, interval: cases.wilson(level), p: None, words })
}

/// A step of an order on trial.
struct Trial {
    /// The mean difference of the arm from the next one.
    difference: f64,
    /// p of the test that shows the step.
    shown: f64,
    /// p of the test that shows its contrary.
    refuted: f64,
}

impl Trial {
    /// `None` for fewer than two seeds.
    fn of(step: Relation, arm: &[f64], next: &[f64]) -> Option<Self> {
        let d = Differences::between(arm.iter().copied().zip(next.iter().copied()));
        let (shown, refuted) = match step {
            Relation::Above => (t_test_above(&d, 0.0)?.p, t_test_below(&d, 0.0)?.p),
            Relation::Alike { within } => {
                let further = t_test_above(&d, within)?.p.min(t_test_below(&d, -within)?.p);
                // It may be further on either side.
                (equivalence_test(&d, within)?.p, (2.0 * further).min(1.0))
            }
        };
        Some(Self { difference: mean(&d), shown, refuted })
    }
}

/// A claim of all steps takes every one, each at the full level (Berger's intersection–union test, 1982); it is wrong if
/// any is, for which the p values are corrected.
pub(super) fn order(steps: &[Relation], level: f64, arms: &[Vec<f64>]) -> Finding {
    assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
    if steps.is_empty() || arms.len() != steps.len() + 1 {
        return Err(format!("{} arms have no {} steps", arms.len(), steps.len()));
    }
    let seeds = arms[0].len();
    if arms.iter().any(|arm| arm.len() != seeds) {
        return Err("the arms have different numbers of seeds".into());
    }
    let lost = (0..seeds).filter(|&seed| arms.iter().any(|arm| !arm[seed].is_finite())).count();
    if lost > 0 {
        return Err(format!("{lost} of {seeds} seeds diverged in an arm"));
    }
    let trials = steps.iter().zip(arms.windows(2));
    let trials = trials.map(|(&step, pair)| Trial::of(step, &pair[0], &pair[1]));
    let trials: Vec<Trial> = trials.collect::<Option<_>>().ok_or("fewer than two seeds")?;
    let refuted = holm(&trials.iter().map(|trial| trial.refuted).collect::<Vec<_>>());
    let alpha = 1.0 - level;
    let mut words = Vec::new();
    for (i, (step, trial)) in steps.iter().zip(&trials).enumerate() {
        let relation = match step {
            Relation::Above => "above".into(),
            Relation::Alike { within } => format!("within {within} of"),
        };
        let (outcome, p) = match (trial.shown <= alpha, refuted[i] <= alpha) {
            (true, _) => ("shown", trial.shown),
            (_, true) => ("refuted", refuted[i]),
            _ => ("open", trial.shown),
        };
        words.push(format!(
            "arm {} {relation} arm {}: difference {}, {outcome}, p = {}",
            i + 1,
            i + 2,
            significant(trial.difference, 3),
            significant(p, 2)
        ));
    }
    let words = words.join("; ");
    let against = refuted.iter().copied().fold(1.0, f64::min);
    let weakest = trials.iter().map(|trial| trial.shown).fold(0.0, f64::max);
    if against <= alpha {
        return Ok(Found { fits: false, interval: None, p: Some(against), words });
    }
    if weakest <= alpha {
        return Ok(Found { fits: true, interval: None, p: Some(weakest), words });
    }
    Err(words)
}

/// `book` is the number of the book, if there is one: it has to be the share of a class, or one more guess.
pub(super) fn chance(shares: &[f64], level: f64, book: Option<f64>, values: &[f64]) -> Finding {
    if shares.is_empty() {
        return Err("there are no classes".into());
    }
    // Less than one image of any data set, more than rounding.
    let is_share = |value: f64| shares.iter().any(|share| (value - share).abs() < 1e-6);
    let constant = values.iter().filter(|&&value| is_share(value)).count();
    let words = format!("{constant} of {} runs give one answer to all", values.len());
    if constant == values.len() {
        if let Some(book) = book.filter(|&book| !is_share(book)) {
            let words = format!("{words}, but {} is the share of no class", significant(book, 4));
            return Ok(Found { fits: false, interval: None, p: None, words });
        }
        return Ok(Found { fits: true, interval: None, p: None, words });
    }
    // Two conditions, each at half the level: that ours guess on average, and that the book's is one of them.
    let level = f64::midpoint(1.0, level);
    let interval = confidence_interval(values, level).ok_or("one seed has no spread")?;
    if interval.low == interval.high {
        return Err(format!("all {} seeds give {}", values.len(), significant(values[0], 5)));
    }
    let is_guess = |book| prediction_interval(values, level).is_some_and(|of| of.contains(book));
    let fits = interval.contains(1.0 / shares.len() as f64)
        && book.is_none_or(|book| is_share(book) || is_guess(book));
    // That of the mean is none for the book's number.
    Ok(Found { fits, interval: None, p: None, words })
}

#[cfg(test)]
mod tests {
    use super::super::{Evidence, Judgement, Rule, Verdict, judge};
    use super::*;

    fn of_share(at_least: f64, at_most: f64, holds: usize, of: usize) -> Judgement {
        judge(Rule::Share { at_least, at_most, level: 0.95 }, None, &Evidence::Counts { holds, of })
    }

    fn of_order(steps: &'static [Relation], arms: &[&[f64]]) -> Judgement {
        let arms = arms.iter().map(|arm| arm.to_vec()).collect();
        judge(Rule::Order { steps, level: 0.95 }, None, &Evidence::Arms(arms))
    }

    #[test]
    fn a_share_is_judged_by_its_exact_interval() {
        let most = of_share(0.5, 1.0, 25, 40);
        assert_eq!(most.verdict, Verdict::Inside);
        assert_eq!(most.words, "25 of 40, 0.625; exactly 0.458 to 0.773");
        assert!((most.interval.unwrap().low - 0.470_324).abs() < 1e-6);
        assert_eq!(of_share(0.5, 1.0, 12, 40).verdict, Verdict::Outside);
        assert_eq!(of_share(0.0, 0.0, 0, 40).verdict, Verdict::Inside);
        assert_eq!(of_share(0.0, 0.0, 1, 40).verdict, Verdict::Outside);
        assert_eq!(of_share(1.0, 1.0, 40, 40).verdict, Verdict::Inside);
        assert_eq!(of_share(1.0, 1.0, 39, 40).verdict, Verdict::Outside);
        assert_eq!(of_share(0.0, 1.0, 0, 0).words, "there are no cases");
    }

    #[test]
    fn an_order_is_shown_refuted_or_open() {
        const TWO: &[Relation] = &[Relation::Above, Relation::Alike { within: 0.5 }];
        let (low, middle, high) = ([1.0, 2.0, 3.0], [1.1, 2.05, 2.95], [4.0, 5.1, 6.0]);
        let shown = of_order(TWO, &[&high, &middle, &low]);
        assert_eq!(shown.verdict, Verdict::Inside);
        assert!(shown.p.unwrap() < 0.05, "{shown:?}");
        assert!(
            shown.words.starts_with("arm 1 above arm 2: difference 3, shown, p = 0.0"),
            "{}",
            shown.words
        );
        let refuted = of_order(TWO, &[&low, &middle, &high]);
        assert_eq!(refuted.verdict, Verdict::Outside);
        assert!(refuted.words.contains("arm 2 within 0.5 of arm 3: difference -3, refuted, p = "));
        let open = of_order(&[Relation::Above], &[&[1.0, 2.0, 3.0], &[1.1, 1.5, 3.2]]);
        assert_eq!(open.verdict, Verdict::Unknown);
        assert!(open.words.contains(", open, p = 0."), "{}", open.words);
    }

    #[test]
    fn arms_without_spread_are_judged_by_signs_and_incomplete_ones_not_at_all() {
        let verdict = |arms: &[&[f64]]| of_order(&[Relation::Above], arms).verdict;
        assert_eq!(verdict(&[&[2.0; 5], &[1.0; 5]]), Verdict::Inside);
        assert_eq!(verdict(&[&[1.0; 5], &[2.0; 5]]), Verdict::Outside);
        assert_eq!(verdict(&[&[2.0; 4], &[1.0; 4]]), Verdict::Unknown);
        assert_eq!(verdict(&[&[1.0; 9], &[1.0; 9]]), Verdict::Unknown);
        let words = |arms: &[&[f64]]| of_order(&[Relation::Above], arms).words;
        let bad = [2.0, f64::NAN, f64::INFINITY];
        assert_eq!(words(&[&bad, &[1.0; 3]]), "2 of 3 seeds diverged in an arm");
        assert_eq!(words(&[&[1.0; 3]]), "1 arms have no 1 steps");
        assert_eq!(words(&[&[1.0; 3], &[1.0; 2]]), "the arms have different numbers of seeds");
        for few in [&[][..], &[1.0]] {
            assert_eq!(words(&[few, few]), "fewer than two seeds");
        }
    }

    #[test]
    fn chance_is_one_answer_to_all_or_one_in_so_many() {
        const RULE: Rule = Rule::Chance { shares: &[0.098, 0.1135, 0.1009, 0.6876], level: 0.95 };
        let of =
            |values: &[f64]| judge(RULE, None, &Evidence::Seeds { values: values.into(), lost: 0 });
        assert_eq!(of(&[0.1135]).verdict, Verdict::Inside);
        let constant = of(&[0.1135, 0.098, 0.098, f64::from(0.1009_f32)]);
        assert_eq!(constant.words, "4 of 4 runs give one answer to all");
        assert_eq!((constant.verdict, constant.interval), (Verdict::Inside, None));
        let beside = |book| {
            let evidence = Evidence::Seeds { values: vec![0.1135, 0.098], lost: 0 };
            judge(RULE, Some(book), &evidence).verdict
        };
        assert_eq!((beside(0.1009), beside(0.21)), (Verdict::Inside, Verdict::Outside));
        assert_eq!(of(&[0.24, 0.27, 0.1135]).verdict, Verdict::Inside);
        assert_eq!(of(&[0.54, 0.57, 0.55]).verdict, Verdict::Outside);
        for unknown in [&[][..], &[0.3], &[0.3; 9], &[0.1135, f64::NAN]] {
            assert_eq!(of(unknown).verdict, Verdict::Unknown);
        }
    }
}
