//! All experiments by chapter, and how they are called.

use super::{
    Experiment, Kind, beyond, chapter1, chapter2, chapter3, chapter4, chapter5, chapter6, data,
};
use crate::nearest::nearest;
use thiserror::Error;

/// A chapter of the book, or what belongs to none.
#[derive(Debug)]
pub struct Chapter {
    /// The name of the group of its experiments, `chapter3`.
    pub name: &'static str,
    /// A heading.
    pub title: &'static str,
    /// Its experiments, in the order of the chapter.
    pub experiments: &'static [Experiment],
}

/// The chapters, in the order of the book. A new experiment registers in its chapter.
pub static CHAPTERS: [&Chapter; 8] = [
    &data::CHAPTER,
    &chapter1::CHAPTER,
    &chapter2::CHAPTER,
    &chapter3::CHAPTER,
    &chapter4::CHAPTER,
    &chapter5::CHAPTER,
    &chapter6::CHAPTER,
    &beyond::CHAPTER,
];

/// The group of all experiments.
const ALL: &str = "all";

/// Every experiment, in the order of the book.
pub fn experiments() -> impl Iterator<Item = &'static Experiment> {
    CHAPTERS.iter().flat_map(|chapter| chapter.experiments)
}

/// One experiment or several, that were asked for by one name.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The name of the group; `None` for a single experiment.
    pub group: Option<String>,
    /// In the order of the book.
    pub experiments: Vec<&'static Experiment>,
}

/// A name that no experiment has.
#[derive(Debug, Error)]
#[error("there is no experiment '{name}'; {hint}")]
pub struct UnknownExperiment {
    name: String,
    hint: String,
}

/// The experiment of an id, which may lack its chapter (`overfit-1000`), or those of a group: `chapter3`,
/// `learning-rates`, `all`. An id of the book's numbers stands for the experiment in which they are judged
/// (`ch6-relu`).
///
/// # Errors
///
/// When there is none; the message suggests the nearest name.
pub fn select(name: &str) -> Result<Selection, UnknownExperiment> {
    let alone = |experiment| Selection { group: None, experiments: vec![experiment] };
    if let Some(experiment) = find(name).or_else(|| judging(name)) {
        return Ok(alone(experiment));
    }
    let group: Vec<_> = experiments().filter(|e| groups(e).any(|group| group == name)).collect();
    let short = experiments().find(|experiment| short(experiment.id) == name);
    match (&group[..], short) {
        // A group of one is its experiment.
        ([_, _, ..], _) => Ok(Selection { group: Some(name.into()), experiments: group }),
        (_, Some(experiment)) => Ok(alone(experiment)),
        (&[experiment], None) => Ok(alone(experiment)),
        ([], None) => {
            let names = experiments().flat_map(|e| [e.id].into_iter().chain(groups(e)));
            let hint = match nearest(name, names) {
                Some(nearest) => format!("did you mean '{nearest}'?"),
                None => "'nablab reproduce --list' shows all".into(),
            };
            Err(UnknownExperiment { name: name.into(), hint })
        }
    }
}

/// The experiment of a whole id.
pub fn find(id: &str) -> Option<&'static Experiment> {
    experiments().find(|experiment| experiment.id == id)
}

/// The experiment that judges numbers of an id that is not its own.
fn judging(id: &str) -> Option<&'static Experiment> {
    let judges = |of: &str| !of.is_empty() && of == id;
    experiments().find(|experiment| match &experiment.kind {
        Kind::Trained(trained) => {
            (trained.arms)().iter().any(|arm| judges(arm.of))
                || trained.claims.iter().any(|claim| judges(claim.of))
        }
        _ => false,
    })
}

/// The names of the groups that an experiment belongs to.
fn groups(experiment: &'static Experiment) -> impl Iterator<Item = &'static str> {
    let of = |chapter: &&&Chapter| chapter.experiments.iter().any(|e| e.id == experiment.id);
    let chapter = CHAPTERS.iter().find(of).map(|chapter| chapter.name);
    chapter.into_iter().chain([ALL]).chain(experiment.groups.iter().copied())
}

/// An id without its chapter.
fn short(id: &str) -> &str {
    id.split_once('-').map_or(id, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Shows;
    use std::collections::HashSet;

    #[test]
    fn experiments_are_found_by_id_group_and_short_name() {
        let ids = |name: &str| -> Vec<&str> {
            select(name).unwrap().experiments.iter().map(|experiment| experiment.id).collect()
        };
        assert_eq!(ids("ch3-init-30"), ["ch3-init-30"]);
        assert_eq!(ids("init-30"), ["ch3-init-30"]);
        assert_eq!(ids("ch6-relu"), ["ch6-dbl-conv"]);
        assert_eq!(ids("ch6-relu-speed"), ["ch6-dbl-conv"]);
        assert_eq!(ids("chapter5").len(), 10);
        assert_eq!(ids("all").len(), experiments().count());
        assert!(ids("learning-rates").contains(&"ch1-learning-rates"));
        assert!(ids("learning-rates").contains(&"ch3-learning-rates"));
        let error = select("ch3-learning-rate").unwrap_err().to_string();
        assert!(error.contains("did you mean 'ch3-learning-rates'?"), "{error}");
    }

    #[test]
    fn strips_stand_alone() {
        for experiment in experiments() {
            if let Kind::Trained(trained) = &experiment.kind {
                let strips = trained.panels.iter().any(|p| matches!(p.shows, Shows::Strips { .. }));
                assert!(!strips || trained.panels.len() == 1, "{}", experiment.id);
            }
        }
    }

    #[test]
    fn every_name_stands_for_one_thing() {
        let groups: HashSet<&str> = experiments().flat_map(groups).collect();
        let mut names = HashSet::new();
        for experiment in experiments() {
            assert!(names.insert(experiment.id) && !groups.contains(experiment.id));
            // A name that is a group's stands for all of them; an id without a chapter is as short as it gets.
            let short = short(experiment.id);
            let is_known = groups.contains(short) || short == experiment.id;
            assert!(is_known || names.insert(short), "{short}");
        }
        for group in groups.into_iter().filter(|group| !["data", "beyond"].contains(group)) {
            assert!(select(group).unwrap().group.is_some(), "{group} is a group of one");
        }
    }
}
