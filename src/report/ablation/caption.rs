//! What a careful reader asks of a table, in sentences.

use super::compare::{MOST_ROWS, too_many};
use super::{Ablation, Facts, IntervalKind, MIN_PAIRS, Standing, TestKind};
use crate::results::Origin;
use crate::results::runs::{At, Direction, How, Lost};
use crate::stats::smallest_p_exact;

/// The caption. `bold` is how the best cells are marked: "Bold", or a character.
pub(super) fn caption(ablation: &Ablation, bold: &str) -> Vec<String> {
    let Ablation { request, facts, .. } = ablation;
    let mut lines = vec![what(ablation)];
    lines.extend(lengths(ablation));
    lines.extend(choice(facts, request.vs.named().is_some()));
    if let Some(text) = averaged(facts) {
        lines.push(text);
    }
    lines.extend(seed(facts));
    lines.extend(differences(ablation));
    lines.extend(best(ablation, bold));
    lines.extend(constant(ablation));
    lines.push(lost(facts));
    lines.extend(flattery(ablation));
    lines.extend(binomial(ablation));
    lines.extend(cost(facts));
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
    facts
        .ours
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
    let seeds = match (least, most) {
        (usize::MAX, _) => "no seeds".into(),
        (a, b) if a == b => format!("{b} {}", if b == 1 { "seed" } else { "seeds" }),
        (a, b) => format!("{a} to {b} seeds"),
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
        "Each {cell} has its own best {}, chosen by {} with the seeds {}, which have no other part in \
         the table.",
        names.join(" and "),
        facts.tuning_metric,
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
        format!("Each seed's value is an average over {}.{differ}", named(&facts.averaged, " × "))
    });
    let by_seed = (!facts.by_seed.is_empty())
        .then(|| format!("The seeds of a cell also differ in {}.", named(&facts.by_seed, " and ")));
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
    let of_tests = match ablation.comparisons[0] {
        0 if !few => String::new(),
        0 => too_few(request.test, most, pairs.len()),
        1 => format!("p: two-sided {}.{some}", request.test.words()),
        n => format!(
            "p: two-sided {}, Holm's correction over the {n} comparisons of the table.{some}",
            request.test.words()
        ),
    };
    let interval = if most > 1 { ", with its 95 % interval" } else { "" };
    let difference = format!(
        "Difference: from {baseline}, paired by {}{common}{interval}. {of_tests}",
        request.pair_by
    );
    Some(difference.trim_end().into())
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
fn too_few(test: TestKind, pairs: usize, comparisons: usize) -> String {
    let exact = |n: &usize| smallest_p_exact(*n) <= super::compare::ALPHA / comparisons as f64;
    let needed = match test {
        TestKind::T => Some(MIN_PAIRS),
        TestKind::Wilcoxon | TestKind::Sign => (MIN_PAIRS..64).find(exact),
    };
    let needed = needed.map_or(String::new(), |n| format!(" (it takes {n})"));
    format!(
        "No p values: {pairs} {} too few to test {comparisons} {}{needed}.",
        if pairs == 1 { "pair is" } else { "pairs are" },
        if comparisons == 1 { "comparison" } else { "comparisons" }
    )
}

fn best(ablation: &Ablation, bold: &str) -> Option<String> {
    if ablation.measure.better == Direction::Unknown {
        return None;
    }
    if too_many(ablation) {
        let rows = ablation.rows.len();
        let seeds = ablation.cells.iter().flatten().flatten().map(|cell| cell.n).max().unwrap_or(0);
        let what = match rows > MOST_ROWS {
            true => format!("{rows} rows"),
            false => format!("{rows} rows of {seeds} seeds"),
        };
        return Some(format!("Nothing is marked: {what} are too many to compare each with each."));
    }
    let any = ablation.cells.iter().flatten().flatten().any(|cell| cell.best);
    let of_column = if ablation.columns.len() > 1 { " of its column" } else { "" };
    any.then(|| {
        let correction = match ablation.comparisons[1] {
            1 => String::new(),
            n => format!(", Holm's correction over all {n} pairs of rows"),
        };
        let test = ablation.request.test.words();
        format!("{bold}: the best{of_column} and all that cannot be told from it at 5 % ({test}{correction}).")
    })
}

/// That a test set which chooses is no longer one.
fn flattery(ablation: &Ablation) -> Option<String> {
    let is_test = |name: &str| {
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word.eq_ignore_ascii_case("test"))
    };
    let tuned = !ablation.facts.tuned.is_empty() && is_test(&ablation.facts.tuning_metric);
    let best = match &ablation.measure.how {
        How::Value(At::Best) => is_test(&ablation.measure.column),
        How::Value(At::BestOf(column)) => is_test(column),
        _ => false,
    };
    match (tuned, best) {
        (true, _) => Some("The test set chose the settings, so that its numbers flatter.".into()),
        (_, true) => Some("The test set chose the epoch, so that its numbers flatter.".into()),
        _ => None,
    }
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

fn cost(facts: &Facts) -> Option<String> {
    let words = Origin::effort(&facts.origins)?;
    let mut cpus: Vec<&str> =
        facts.origins.iter().flat_map(|origin| &origin.cpus).map(String::as_str).collect();
    cpus.dedup();
    Some(format!("{words} on {}.", cpus.join(" and ")))
}
