//! Which runs are the values of which combination.

use super::VarianceError;
use crate::report::ablation::grouped;
use crate::results::runs::{Lost, Outcome, Runs, Setting};
use crate::stats::Crossed;
use std::collections::BTreeMap;

/// The values of a group.
pub(super) struct Design {
    pub levels: Vec<usize>,
    pub replicates: usize,
    pub crossed: Crossed,
}

/// The seeds that vary among some runs: the factors if nobody says which. A seed that no two combinations of the others
/// share tells repetitions apart, and is none.
pub(super) fn seeds<'a>(
    runs: &'a Runs,
    by: &[&Setting],
    selected: &[usize],
) -> Result<Vec<&'a Setting>, VarianceError> {
    let others = runs.varying(selected, "").filter(|setting| !by.contains(setting));
    let mut seeds: Vec<&Setting> = others.filter(|setting| is_seed(setting)).collect();
    if let Some(place) = seeds.iter().position(|seed| seed.name == "seed") {
        let rest: Vec<&Setting> = seeds.iter().copied().filter(|s| s.name != "seed").collect();
        if !rest.is_empty() && tells(runs, seeds[place], &rest, selected) {
            seeds = rest;
        }
    }
    if seeds.is_empty() { Err(VarianceError::NoFactors) } else { Ok(seeds) }
}

fn is_seed(setting: &Setting) -> bool {
    setting.name.to_lowercase().contains("seed")
}

/// Whether a setting has no value that two combinations of some factors share.
fn tells(runs: &Runs, setting: &Setting, factors: &[&Setting], of: &[usize]) -> bool {
    factors.iter().all(|factor| runs.follows(factor, &[setting], of))
}

/// The design of the runs `of` a group, by what each came to.
pub(super) fn design(
    runs: &Runs,
    by: &[&Setting],
    factors: &[&Setting],
    of: &[usize],
    outcomes: &[Outcome],
) -> Result<Design, VarianceError> {
    let place = named(by, of[0]);
    let place = if place.is_empty() { place } else { format!(" where {place}") };
    if let Some(factor) = factors.iter().find(|factor| !factor.varies(of)) {
        return Err(VarianceError::OneLevel { factor: factor.name.clone(), place });
    }
    for setting in runs.varying(of, "") {
        let is_known = factors.contains(&setting) || by.contains(&setting);
        let repeats = setting.name == "seed" && tells(runs, setting, factors, of);
        // The second of two seeds that were varied together.
        let follows = || factors.iter().any(|factor| runs.follows(setting, &[factor], of));
        if !(is_known || repeats || is_seed(setting) && follows()) {
            return Err(VarianceError::Varies { setting: setting.name.clone(), place });
        }
    }
    let cells = grouped(factors, of);
    check_complete(by, factors, of, &cells)?;
    let (_, lost) = Lost::split(of.iter().map(|&run| outcomes[run]));
    if let Some(&run) = of.iter().find(|&&run| !matches!(outcomes[run], Outcome::Value(_))) {
        let all: Vec<&Setting> = by.iter().chain(factors).copied().collect();
        let (lost, first) = (lost.words(of.len()), named(&all, run));
        return Err(VarianceError::Lost { lost, first });
    }
    let values = cells.values().flatten().filter_map(|&run| match outcomes[run] {
        Outcome::Value(value) => Some(value),
        _ => None,
    });
    let levels: Vec<usize> = factors.iter().map(|factor| factor.present(of).len()).collect();
    let replicates = of.len() / cells.len();
    let crossed = Crossed::new(&levels, replicates, values.collect());
    Ok(Design { levels, replicates, crossed })
}

/// Makes sure that every combination is there, as often as the others.
fn check_complete(
    by: &[&Setting],
    factors: &[&Setting],
    of: &[usize],
    cells: &BTreeMap<Vec<usize>, Vec<usize>>,
) -> Result<(), VarianceError> {
    let of_group = by.iter().map(|setting| words(setting, setting.codes[of[0]]));
    let of_group: Vec<String> = of_group.collect();
    let combination = |codes: &[usize]| {
        let of_cell = factors.iter().zip(codes).map(|(setting, &code)| words(setting, code));
        of_group.iter().cloned().chain(of_cell).collect::<Vec<_>>().join(", ")
    };
    let levels: Vec<Vec<usize>> = factors.iter().map(|factor| factor.present(of)).collect();
    let all: usize = levels.iter().map(Vec::len).product();
    if cells.len() < all {
        let mut codes = vec![Vec::new()];
        for level in &levels {
            let longer = |code: &usize, start: &Vec<usize>| [start.as_slice(), &[*code]].concat();
            codes = codes.iter().flat_map(|s| level.iter().map(|c| longer(c, s))).collect();
        }
        let first = codes.iter().find(|codes| !cells.contains_key(*codes));
        let first = first.map_or(String::new(), |codes| combination(codes));
        let others = match all - cells.len() - 1 {
            0 => String::new(),
            1 => ", and another combination has none".into(),
            n => format!(", and {n} other combinations have none"),
        };
        return Err(VarianceError::Incomplete { first, others });
    }
    let least = cells.iter().min_by_key(|(_, runs)| runs.len());
    let most = cells.iter().max_by_key(|(_, runs)| runs.len());
    match (least, most) {
        (Some((first, few)), Some((other, many))) if few.len() < many.len() => {
            let least = if few.len() == 1 { "1 run".into() } else { format!("{} runs", few.len()) };
            let (first, other, most) = (combination(first), combination(other), many.len());
            Err(VarianceError::Unbalanced { first, least, other, most })
        }
        _ => Ok(()),
    }
}

/// What a run has of some settings: `seed_init 3, seed_order 7`.
fn named(settings: &[&Setting], run: usize) -> String {
    settings.iter().map(|s| words(s, s.codes[run])).collect::<Vec<_>>().join(", ")
}

fn words(setting: &Setting, code: usize) -> String {
    format!("{} {}", setting.name, setting.shown(code))
}
