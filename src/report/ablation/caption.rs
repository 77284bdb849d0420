//! What a careful reader asks of a table, in sentences.

use super::compare::{ALPHA, MOST_ROWS, most_pairs, share, too_many};
use super::document::rounding;
use super::facts::is_fold;
use super::{Ablation, Difference, Facts, IntervalKind, MIN_PAIRS, Standing, TestKind};
use crate::results::Origin;
use crate::results::runs::{At, Direction, How, Lost, Measure, words};
use crate::stats::{MOST_RUNS, Selection, smallest_p_exact};
use crate::text::significant;

/// The caption. `bold` is how the best cells are marked: "Bold", or a character.
pub(super) fn caption(ablation: &Ablation, bold: &str) -> Vec<String> {
    let Ablation { request, facts, .. } = ablation;
    let mut lines = vec![what(ablation)];
    lines.extend(lengths(ablation));
    lines.extend(choice(facts, request.vs.named().is_some()));
    if let Some(text) = averaged(facts) {
        lines.push(text);
    }
    if facts.averaged.iter().any(|(name, _)| is_fold(name)) {
        lines.push(format!(
            "Repetitions of a cross-validation share all their data: intervals and p values over {} suppose that they do not, \
             and are too narrow and too small.",
            facts.pairs[1]
        ));
    }
    lines.extend(seed(facts));
    lines.extend(cut(ablation));
    lines.extend(facts.until.as_deref().map(seeds_added));
    lines.extend(folds(ablation));
    lines.extend(differences(ablation));
    lines.extend(could_show(ablation));
    lines.extend(best(ablation, bold));
    lines.extend(together(ablation));
    lines.extend(constant(ablation));
    lines.push(lost(facts));
    lines.extend(flattery(ablation));
    lines.extend(binomial(ablation));
    lines.extend(Origin::cost(&facts.origins));
    lines.extend(facts.assumed.clone());
    lines
}

/// What a seed changes.
fn seed(facts: &Facts) -> Option<String> {
    let own: Vec<String> = facts.own_seeds.iter().map(|name| name.replace('_', " ")).collect();
    let has = |column: &str| facts.own_seeds.iter().any(|name| name == column);
    let parts = [
        ("seed_init", "the initial weights and biases"),
        ("seed_order", "the order of the images"),
        ("seed_dropout", "what dropout drops"),
    ];
    let parts: Vec<&str> =
        parts.into_iter().filter(|&(column, _)| !has(column)).map(|(_, what)| what).collect();
    let parts = match parts[..] {
        [] => "what no other seed sets".into(),
        [one] => one.to_string(),
        [ref first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    let own = match own.is_empty() {
        true => String::new(),
        false => format!(
            ", but not what {} {}",
            own.join(" and "),
            if own.len() == 1 { "does" } else { "do" }
        ),
    };
    (facts.ours && facts.pairs[0] == "seed")
        .then(|| format!("A seed sets {parts}{own}; the same seed means the same in every row."))
}

/// How many trainings have no value, and what follows.
fn lost(facts: &Facts) -> String {
    let flatter = if facts.lost.any() {
        "; where one is missing there is no mean, as one over the others would flatter"
    } else {
        ""
    };
    let none = !facts.lost.any() && !facts.all_lost.any();
    if none || facts.shown == facts.runs {
        return format!("{}{flatter}.", facts.lost.words(facts.runs));
    }
    let Lost { diverged, missing, .. } = facts.all_lost;
    let all = match (diverged, missing) {
        (0, 0) => format!(" Of all {}, none diverged.", facts.runs),
        (n, 0) => format!(" Of all {}, {n} diverged.", facts.runs),
        (0, n) => format!(" Of all {}, {n} without a value.", facts.runs),
        (n, m) => format!(" Of all {}, {n} diverged and {m} without a value.", facts.runs),
    };
    let words = facts.lost.words(facts.shown).replace(" trainings", " trainings in the table");
    format!("{words}{flatter}.{all}")
}

fn what(ablation: &Ablation) -> String {
    let Ablation { measure, request, .. } = ablation;
    let counts = ablation.cells.iter().flatten().flatten().map(|cell| cell.n);
    let (least, most) = counts.fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
    let [one, several] = &ablation.facts.pairs;
    let seeds = match (least, most) {
        (usize::MAX, _) => format!("no {several}"),
        (a, b) if a == b => format!("{b} {}", if b == 1 { one } else { several }),
        (a, b) => format!("{a} to {b} {several}"),
    };
    let words = measure.words();
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let unit = if measure.is_percentage() { ", in percent" } else { "" };
    let interval = match (request.interval, most) {
        (_, 0 | 1) => String::new(),
        (IntervalKind::Bca, _) => format!(", ± half the {} of the mean", request.interval.words()),
        (IntervalKind::T, _) => format!(" ± {} of the mean", request.interval.words()),
    };
    let conditions: Vec<String> = request
        .conditions
        .iter()
        .map(|(name, values)| format!("{} = {}", name.replace('_', " "), values.join(" or ")))
        .collect();
    let only = if conditions.is_empty() {
        String::new()
    } else {
        format!(", for {}", conditions.join(" and "))
    };
    let direction = measure.direction();
    format!("{first}{}{unit}{only}: mean{interval} over {seeds}. {direction}", letters.as_str())
}

/// That trainings ended at different times or kept the network of an earlier epoch, and how often was measured.
fn lengths(ablation: &Ablation) -> Option<String> {
    let Ablation { measure, facts, .. } = ablation;
    let mut words = Vec::new();
    if let Some((least, most)) = facts.epochs.filter(|(least, most)| least < most)
        && matches!(measure.how, How::Value(At::Last | At::BestOf(_) | At::Kept(_)))
    {
        words.push(format!("Trainings ended after {least} to {}.", facts.unit.count(most)));
    }
    match &measure.how {
        How::Value(At::Kept(column)) => words.push(format!(
            "Training keeps the network of the best {} where it stops early, and the last one elsewhere.",
            column.replace('_', " ")
        )),
        How::Value(At::BestOf(column))
            if facts.ours && ["validation_accuracy", "validation_r2"].contains(&column.as_str()) =>
        {
            words.push("With early stopping, training keeps the network of that epoch.".into());
        }
        How::Value(At::Last) if facts.kept_elsewhere => words.push(
            "With early stopping, training kept the networks of earlier epochs; what they are worth stands in epochs.csv, \
             which is not here."
                .into(),
        ),
        _ => {}
    }
    words.extend(facts.spacing.map(|spacing| spacing.sentence(&facts.unit)));
    (!words.is_empty()).then(|| words.join(" "))
}

fn choice(facts: &Facts, columns: bool) -> Option<String> {
    if facts.tuned.is_empty() {
        return None;
    }
    let names: Vec<String> = facts.tuned.iter().map(|name| name.replace('_', " ")).collect();
    let cell = if columns { "cell" } else { "row" };
    Some(format!(
        "Each {cell} has its own best {}, chosen by {} with the {} {}, which have no other part in \
         the table.",
        names.join(" and "),
        facts.tuning_metric,
        facts.pairs[1],
        facts.tuning_seeds.join(", ")
    ))
}

fn averaged(facts: &Facts) -> Option<String> {
    let named = |settings: &[(String, usize)], and: &str| {
        let names = settings.iter().map(|(name, n)| format!("{} ({n})", name.replace('_', " ")));
        names.collect::<Vec<_>>().join(and)
    };
    let differ = match facts.averages.differ() {
        true => " Not every value is an average over the same settings.",
        false => "",
    };
    let averaged = (!facts.averaged.is_empty()).then(|| {
        let one = &facts.pairs[0];
        format!("Each {one}'s value is an average over {}.{differ}", named(&facts.averaged, " × "))
    });
    let by_seed = (!facts.by_seed.is_empty()).then(|| {
        format!(
            "The {} of a cell also differ in {}.",
            facts.pairs[1],
            named(&facts.by_seed, " and ")
        )
    });
    let sentences: Vec<String> = averaged.into_iter().chain(by_seed).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn differences(ablation: &Ablation) -> Option<String> {
    let baseline = ablation.rows.get(ablation.baseline?)?.join(", ");
    let request = &ablation.request;
    let pairs = ablation.cells.iter().flatten().flatten().filter_map(|cell| cell.versus.as_ref());
    let pairs: Vec<usize> = pairs.map(|difference| difference.n).collect();
    let most = pairs.iter().copied().max()?;
    let least = pairs.iter().copied().min().unwrap_or(most);
    let versus = ablation.cells.iter().flatten().flatten().filter_map(|cell| cell.versus.as_ref());
    let few = versus.filter(|versus| versus.p.is_none() && !versus.unjudged).count() > 0;
    let some = if few {
        format!(" Without a p value where fewer than {MIN_PAIRS} pairs are too few.")
    } else {
        String::new()
    };
    let common = if least < most { ", over those that both have" } else { "" };
    let test = tested_by(ablation);
    let of_tests = match ablation.comparisons {
        0 if !few => String::new(),
        0 => too_few(ablation, most, pairs.len()),
        1 => format!("p: two-sided {test}.{some}"),
        n => format!(
            "p: two-sided {test}, Holm's correction over the {n} comparisons of the table.{some}"
        ),
    };
    let kind = match request.interval {
        IntervalKind::T => "t",
        IntervalKind::Bca => "bootstrap",
    };
    let alike = request.test == TestKind::T && request.interval == IntervalKind::T;
    let interval = match (most, ablation.comparisons) {
        (0 | 1, _) => String::new(),
        // The one t interval leaves out zero just where the one t test has a star.
        (_, 0 | 1) if alike && ablation.levels.stars == ALPHA => {
            ", with its 95 % interval".to_string()
        }
        _ if alike => format!(
            ", with the 95 % interval of each by itself, which may leave out zero where the corrected p is above {}",
            ablation.levels.stars
        ),
        _ => format!(
            ", with the 95 % {kind} interval of each by itself, which is not from the test and may say otherwise"
        ),
    };
    let difference = format!(
        "Difference: from {baseline}, paired by {}{common}{interval}. {of_tests}",
        request.pair_by
    );
    Some(difference.trim_end().into())
}

/// The test in words.
fn tested_by(ablation: &Ablation) -> String {
    let test = ablation.request.test.words();
    match (ablation.request.test, ablation.facts.shared.is_none()) {
        (TestKind::T, false) => format!("corrected {test}"),
        _ => test.into(),
    }
}

/// What follows where seeds were added until something was known.
pub fn seeds_added(goal: &str) -> String {
    format!(
        "Seeds were added until {goal}: intervals and p values here suppose a number fixed beforehand, and so are too narrow \
         and too small; the sweep itself says what holds."
    )
}

/// What brackets mean beside a mean.
fn cut(ablation: &Ablation) -> Option<String> {
    let mut cells = ablation.cells.iter().flatten().flatten();
    let any = cells.any(|cell| {
        let wide = cell.half.map(|half| 2.0 * half * (1.0 - 1e-9));
        cell.interval.zip(wide).is_some_and(|(interval, wide)| interval.high - interval.low < wide)
    });
    any.then(|| {
        "Brackets: the interval, where it would reach beyond what can be and is cut there.".into()
    })
}

/// That folds are no independent runs.
fn folds(ablation: &Ablation) -> Option<String> {
    let Ablation { facts, request, .. } = ablation;
    if facts.shared.is_none() {
        return None;
    }
    let folds = request.folds.unwrap_or(facts.seeds);
    let mut words = format!(
        "The {} share training data and vary together: intervals and t tests are corrected for that, as of {folds} folds \
         (Nadeau and Bengio 2003).",
        facts.pairs[1]
    );
    if request.test != TestKind::T {
        words += &format!(" The {} is not: its p values are too small.", request.test.words());
    }
    Some(words)
}

/// What the differences that have no star could have shown.
fn could_show(ablation: &Ablation) -> Option<String> {
    let levels = ablation.levels;
    let unstarred: Vec<&Difference> = ablation
        .cells
        .iter()
        .flatten()
        .flatten()
        .filter_map(|cell| cell.versus.as_ref())
        .filter(|versus| versus.p.is_some() && !versus.is_starred(levels))
        .collect();
    let detectable = unstarred.iter().filter_map(|versus| versus.detectable);
    let (least, most) = detectable.fold((f64::INFINITY, 0.0_f64), |(a, b), d| (a.min(d), b.max(d)));
    if !least.is_finite() {
        return None;
    }
    let rounding = rounding(ablation);
    let unit = rounding.of_difference();
    let number = |value: f64| rounding.number(value, Some(value));
    let (least, most) = (number(least), number(most));
    let range = if least == most { least } else { format!("{least} to {most}") };
    let needed = unstarred.iter().map(|versus| versus.pairs_needed);
    let (fewest, largest) = needed.fold((usize::MAX, Some(0)), |(a, b), n| {
        (a.min(n.unwrap_or(usize::MAX)), n.and_then(|n| Some(b?.max(n))))
    });
    let several = &ablation.facts.pairs[1];
    let seeds = match (fewest, largest) {
        _ if !ablation.facts.shared.is_none() => String::new(),
        (usize::MAX, _) => {
            format!("; to show what was observed would take more than {MOST_RUNS} {several}")
        }
        (a, Some(b)) if a == b => format!("; to show what was observed would take {a} {several}"),
        (a, Some(b)) => format!("; to show what was observed would take {a} to {b} {several}"),
        (a, None) => {
            format!("; to show what was observed would take {a} to more than {MOST_RUNS} {several}")
        }
    };
    let these = match unstarred.len() {
        1 => "The difference without a star is not shown, not absent: a true one".to_string(),
        n => format!("The {n} differences without a star are not shown, not absent: true ones"),
    };
    let by = match ablation.request.test {
        TestKind::T => "",
        TestKind::Wilcoxon | TestKind::Sign => " by a t test",
    };
    Some(format!(
        "{these} of {range}{unit} would have been found with 80 %{by}{seeds} (--also detectable,needed)."
    ))
}

/// What a t test cannot say.
fn constant(ablation: &Ablation) -> Option<String> {
    let mut cells = ablation.cells.iter().flatten().flatten();
    let any = cells.any(|cell| {
        cell.versus.as_ref().is_some_and(|versus| versus.unjudged)
            || cell.standing == Standing::Constant
    });
    any.then(|| {
        "Where the difference is the same for every pair there is no p value, as a t test has no spread to judge it \
         by; --test wilcoxon and --test sign need none."
            .into()
    })
}

/// Why there is no p value, and how many seeds would do.
fn too_few(ablation: &Ablation, pairs: usize, comparisons: usize) -> String {
    let level = ablation.levels.stars / comparisons as f64;
    let needed = needed(ablation.request.test, level / 2.0);
    format!(
        "No p values: {pairs} {} too few to test {comparisons} {}{needed}.",
        if pairs == 1 { "pair is" } else { "pairs are" },
        if comparisons == 1 { "comparison" } else { "comparisons" }
    )
}

/// How many pairs a one-sided test needs to come below a level.
fn needed(test: TestKind, level: f64) -> String {
    let exact = |n: &usize| smallest_p_exact(*n) / 2.0 <= level;
    let needed = match test {
        TestKind::T => Some(MIN_PAIRS),
        TestKind::Wilcoxon | TestKind::Sign => (MIN_PAIRS..64).find(exact),
    };
    needed.map_or(String::new(), |n| format!(" (it takes {n})"))
}

/// What the marks mean, or why there are none.
fn best(ablation: &Ablation, bold: &str) -> Option<String> {
    let cells = || ablation.cells.iter().flatten().flatten();
    if ablation.measure.better == Direction::Unknown || ablation.rows.len() < 2 {
        return None;
    }
    if too_many(ablation) {
        let rows = ablation.rows.len();
        let pairs = cells().map(|cell| cell.n).max().unwrap_or(0);
        let what = match rows > MOST_ROWS {
            true => format!("{rows} rows"),
            false => format!("{rows} rows of {pairs} {}", ablation.facts.pairs[1]),
        };
        return Some(format!("Nothing is marked: {what} are too many to compare each with each."));
    }
    let test = tested_by(ablation);
    if !cells().any(|cell| cell.best) {
        // Said elsewhere: that cells have no mean, or the same difference for every pair.
        let comparable = cells().filter(|cell| cell.mean.is_some()).count() > 1;
        let constant = cells().any(|cell| cell.standing == Standing::Constant);
        return (comparable && !constant).then(|| {
            let pairs = most_pairs(ablation);
            if pairs == 0 {
                let several = &ablation.facts.pairs[1];
                return format!("Nothing is compared: no two rows have {several} in common.");
            }
            let rows = vec![ablation.rows.len(); ablation.columns.len()];
            let gate = Selection::new(&rows, share(ablation)).gate;
            format!(
                "Nothing is marked: {pairs} {} too few for the {test} to tell rows apart{}.",
                if pairs == 1 { "pair is" } else { "pairs are" },
                needed(ablation.request.test, gate)
            )
        });
    }
    let selection = ablation.levels.selection?;
    let of_column = if ablation.columns.len() > 1 { " of its column" } else { "" };
    // What takes the tests their level takes the marks theirs.
    let confidence = match keeps_its_level(ablation) {
        true => format!(
            ", which is among those marked with a confidence of {} %",
            100.0 * (1.0 - ablation.levels.marks)
        ),
        false => String::new(),
    };
    let rule = match ablation.rows.len() {
        2 => format!("the other goes at p < {}", significant(selection.gate, 3)),
        _ => format!(
            "a row goes where another beats it at p < {}, if the rows differ at all, at p < {}",
            significant(selection.each, 3),
            significant(selection.gate, 3)
        ),
    };
    let untested = cells().any(|cell| cell.best && cell.standing == Standing::Untested);
    let untested = if untested { "; what could not be compared stays" } else { "" };
    Some(format!(
        "{bold}: may be the best{of_column}{confidence} (one-sided {test}: {rule}{untested})."
    ))
}

/// Whether the tests of a table suppose nothing that is known to be otherwise.
fn keeps_its_level(ablation: &Ablation) -> bool {
    let facts = &ablation.facts;
    let corrected = facts.shared.is_none() || ablation.request.test == TestKind::T;
    let independent = !facts.averaged.iter().any(|(name, _)| is_fold(name));
    facts.until.is_none() && corrected && independent
}

/// That stars and marks share what may be wrong.
fn together(ablation: &Ablation) -> Option<String> {
    let any = ablation.comparisons > 0 && ablation.levels.selection.is_some();
    let level = ablation.levels.stars;
    let together = any && ablation.rows.len() > 2 && keeps_its_level(ablation);
    (any || ablation.comparisons > 1).then(|| match together {
        true => format!(
            "Stars are for p < {level}: stars and marks together are wrong about anything in at most 5 % of such tables."
        ),
        false => format!("Stars are for p < {level}."),
    })
}

/// That numbers flatter which chose what they are of.
fn flattery(ablation: &Ablation) -> Option<String> {
    let facts = &ablation.facts;
    match !facts.tuned.is_empty() && is_of_test(&facts.tuning_metric) {
        true => Some("The test set chose the settings, so that its numbers flatter.".into()),
        false => flattery_of(&ablation.measure),
    }
}

/// The same of the epoch alone.
pub(in crate::report) fn flattery_of(measure: &Measure) -> Option<String> {
    let chooser = match &measure.how {
        How::Value(At::Best) => &measure.column,
        How::Value(At::BestOf(column)) => column,
        _ => return None,
    };
    let unit = measure.unit.name();
    match (is_of_test(chooser), *chooser == measure.column) {
        (true, _) => Some(format!(
            "The test set chose the {unit} that is shown, so that its numbers flatter."
        )),
        (_, true) => Some(format!(
            "Each training shows its best {unit} by this very metric, so that its numbers flatter; --at best:COLUMN chooses by \
             another one."
        )),
        _ => None,
    }
}

fn is_of_test(name: &str) -> bool {
    words(name).iter().any(|word| word == "test")
}

fn binomial(ablation: &Ablation) -> Option<String> {
    let Ablation { measure, facts, .. } = ablation;
    if !(measure.is_percentage() && measure.column.starts_with("test_")) {
        return None;
    }
    let images = facts.test_images?;
    let means = ablation.cells.iter().flatten().flatten().filter_map(|cell| cell.mean);
    let best = means.fold(f64::NAN, f64::max);
    let error = 100.0 * (best * (1.0 - best) / images as f64).sqrt();
    error.is_finite().then(|| {
        format!(
            "All are measured on the same {images} test images; another set of as many would move an \
             accuracy of {:.1} % by a binomial standard error of {error:.2} points.",
            100.0 * best
        )
    })
}
