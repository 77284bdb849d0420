//! What the components mean, in sentences.

use super::document::{Scale, heading, words};
use super::{Group, Variance};
use crate::report::words::listed;
use crate::results::Origin;

pub(super) fn caption(variance: &Variance, scale: Scale) -> Vec<String> {
    let mut lines = vec![what(variance)];
    lines.extend(together(variance));
    lines.push(estimates(variance));
    if let [group] = &variance.groups[..] {
        lines.push(meaning(variance, group, scale));
    }
    lines.extend(Origin::cost(&variance.origins));
    lines
}

fn what(variance: &Variance) -> String {
    let Variance { request, measure, groups, .. } = variance;
    let text = measure.words();
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let conditions: Vec<String> = request
        .conditions
        .iter()
        .map(|(name, values)| format!("{} = {}", heading(name), values.join(" or ")))
        .collect();
    let only = match conditions.is_empty() {
        true => String::new(),
        false => format!(", for {}", conditions.join(" and ")),
    };
    let counts = |of: fn(&Group) -> usize| {
        let (least, most) =
            groups.iter().map(of).fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        if least == most { most.to_string() } else { format!("{least} to {most}") }
    };
    let runs = counts(|group| group.levels.iter().product::<usize>() * group.replicates);
    let factors = request.factors.iter().enumerate().map(|(i, factor)| {
        let levels = groups.iter().map(|group| group.levels[i]);
        let (least, most) = levels.fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        let levels = if least == most { most.to_string() } else { format!("{least} to {most}") };
        let noun = if factor.contains("seed") { "seeds" } else { "levels" };
        format!("{} ({levels} {noun})", words(factor))
    });
    let factors: Vec<String> = factors.collect();
    let crossed = match factors.len() {
        1 => "",
        _ => ", every seed of one with every seed of the others",
    };
    let crossed =
        if factors.len() == 2 { crossed.replace("others", "other") } else { crossed.into() };
    let crossed = match request.factors.iter().all(|factor| factor.contains("seed")) {
        true => crossed,
        false => crossed.replace("seed", "level"),
    };
    let replicates = counts(|group| group.replicates);
    let times =
        if replicates == "1" { String::new() } else { format!(", {replicates} trainings each") };
    let each = if groups.len() > 1 { " in each group" } else { "" };
    let direction = measure.direction();
    format!(
        "{first}{}{only}: how much of the spread of {runs} trainings{each} comes from {}{crossed}{times}. {direction}",
        letters.as_str(),
        listed(&factors),
    )
}

/// What is said by both together.
fn together(variance: &Variance) -> Option<String> {
    let replicated = variance.groups.iter().all(|group| group.replicates > 1);
    let name = match variance.request.factors.len() {
        1 => {
            let rest = "The rest: the spread of trainings that have the same one.";
            return replicated.then(|| rest.into());
        }
        2 => "Both together",
        _ => "All together",
    };
    let rest = match replicated {
        true => "The rest: the spread of trainings of one combination.",
        false if variance.ours => {
            "Each combination was trained once; what else is random had the same seed in all."
        }
        false => {
            "Each combination ran once, so that whatever else differs from run to run is part of it."
        }
    };
    let pairs = match variance.request.factors.len() {
        2 => "",
        _ => " Factors joined by × are the same of some of them.",
    };
    Some(format!(
        "{name}: what a combination has of its own, beyond what its parts have on average over all others \
         (their interaction).{pairs} {rest}"
    ))
}

fn estimates(variance: &Variance) -> String {
    let negative = variance
        .groups
        .iter()
        .flat_map(|group| &group.components.components)
        .any(|component| component.variance.value < 0.0);
    let below = if negative {
        " An unbiased estimate may be below 0, where there is little or nothing; it reads 0."
    } else {
        ""
    };
    let shares = match variance.request.factors.len() == 1
        && variance.groups.iter().all(|g| g.replicates == 1)
    {
        true => "The interval of 95 % is that of χ², for normally distributed values.",
        false => {
            "Intervals of 95 %, for normally distributed effects: from χ² for a component that has its own mean square, \
             else generalized confidence intervals (Weerahandi, 1993)."
        }
    };
    format!(
        "Std. dev.: the square root of a component of variance, estimated by the analysis of variance (the method of \
         moments, unbiased).{below} {shares}"
    )
}

/// What follows for the next experiment.
fn meaning(variance: &Variance, group: &Group, scale: Scale) -> String {
    let made = &group.components;
    let unit = if scale.factor == 100.0 { " points" } else { "" };
    let total = made.total.value.max(0.0);
    let of_mean = |fixed: f64, varied: f64| {
        format!("{}{unit}", scale.deviation(fixed.max(0.0) + varied.max(0.0) / SEEDS))
    };
    let mut text = format!(
        "One training has a standard deviation of {}{unit}, and the mean over {SEEDS} seeds that vary all of this a standard \
         error of {}",
        scale.deviation(total),
        of_mean(0.0, total)
    );
    let single = |component: &&crate::stats::Component| component.effect.order() == 1;
    let singles: Vec<f64> =
        made.components.iter().filter(single).map(|c| c.variance.value.max(0.0)).collect();
    if let ([a, b], 2) = (&singles[..], variance.request.factors.len()) {
        let names = variance.request.factors.iter().map(|factor| words(factor));
        let names: Vec<String> = names.collect();
        let with_one = |fixed: &f64| of_mean(*fixed, total - fixed);
        text += &format!(
            "; with one seed of {} for all it would be {}, with one of {} {}, as more seeds of the other do not reduce \
             the part of the one",
            names[1],
            with_one(b),
            names[0],
            with_one(a)
        );
    }
    text + "."
}

/// The seeds of the example.
const SEEDS: f64 = 10.0;
