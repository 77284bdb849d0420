//! The section of an experiment on a page of results, made again from its CSV files.

use super::curves::ArmCurves;
use super::experiment::Kind;
use super::summary::{METHOD, Summary};
use super::{Experiment, Form, Reproduction, ReproductionError, find};
use crate::data::Dataset;
use crate::report::page::{Illustration, PageTable, Part};
use crate::results::{EpochTable, Origin, Provenance};
use crate::train::Generator;
use std::collections::HashSet;
use std::path::Path;

/// A longer table is folded.
const MOST_ROWS: usize = 12;

/// The results of a reproduction, read back from its directory.
struct Reread {
    experiment: &'static Experiment,
    form: String,
    reproduction: Reproduction,
    arms: Vec<ArmCurves>,
    summary: Summary,
}

/// Reads the results in a directory; `None` if they are not those of an experiment that trains.
fn reread(directory: &Path, data: &Dataset) -> Result<Option<Reread>, ReproductionError> {
    let Some((id, form)) = Provenance::of_directory(directory) else { return Ok(None) };
    let Some(experiment) = find(&id) else { return Ok(None) };
    let [trials, epochs] = ["trials.csv", "epochs.csv"].map(|name| directory.join(name));
    if matches!(experiment.kind, Kind::Computed(_)) {
        return Ok(None);
    }
    let trials = EpochTable::read(&trials)?;
    // Those that the author's generator drew are the replay.
    let (seeds, drawn_by) = (trials.cells("seed")?, trials.cells("rng")?);
    let ours = seeds.iter().zip(&drawn_by).filter(|(_, by)| **by == Generator::Chacha8.name());
    let seeds = ours.map(|(seed, _)| *seed).collect::<HashSet<&str>>().len();
    let (exact, quick) = (form.contains("exact"), form.contains("quick"));
    let settings = Form { seeds, exact, quick };
    let Some(reproduction) = Reproduction::plan(experiment, settings, data)? else {
        return Ok(None);
    };
    let found: HashSet<&str> = trials.cells("trial_id")?.into_iter().collect();
    if reproduction.trials().iter().any(|trial| !found.contains(trial.id.as_str())) {
        return Err(ReproductionError::OtherTrials(directory.into()));
    }
    let arms = ArmCurves::collect(&reproduction, &EpochTable::read(&epochs)?)?;
    let summary = Summary::new(&reproduction, &arms);
    Ok(Some(Reread { experiment, form, reproduction, arms, summary }))
}

/// The verdict on the results in a directory in a few words, judged anew from its CSV files; `None` if
/// there are none of an experiment that trains.
///
/// # Errors
///
/// When its files cannot be read, or are those of other trainings than this version's.
pub fn verdict(directory: &Path, data: &Dataset) -> Result<Option<String>, ReproductionError> {
    Ok(reread(directory, data)?.map(|results| results.summary.in_short()))
}

/// The section of the results in a directory; `None` if they are not those of an experiment that trains.
///
/// # Errors
///
/// When its files cannot be read, or are those of other trainings than this version's.
pub fn part_of_experiment(
    directory: &Path,
    data: &Dataset,
) -> Result<Option<Part>, ReproductionError> {
    let Some(Reread { experiment, form, reproduction, arms, summary }) = reread(directory, data)?
    else {
        return Ok(None);
    };
    let form = if form == "full" { String::new() } else { format!(", {form}") };
    let mut notes = vec![format!("{} {}", reproduction.subtitle(), reproduction.footnote())];
    if summary.is_judged_by_seeds() {
        notes.push(METHOD.replace('*', ""));
    }
    if let (true, Some(note)) = (reproduction.exact, reproduction.trained.replay_note) {
        notes.push(format!("Replay: {note}"));
    }
    if reproduction.quick {
        notes.insert(0, "A quick look, not a reproduction: few seeds, few epochs.".into());
    }
    let table = |(heading, table): (&str, crate::report::Table)| PageTable {
        heading: format!("{heading} ({} rows)", table.len()),
        folded: table.len() > MOST_ROWS,
        html: table.to_html(),
        command: None,
    };
    Ok(Some(Part {
        name: format!("{}{form}", experiment.id),
        title: format!("{} ({}{form})", experiment.title, experiment.id),
        claim: experiment.claim.into(),
        short_verdict: summary.in_short(),
        verdict: summary.conclusions(),
        notes,
        figures: vec![Illustration {
            chart: super::figure::draw(&reproduction, &arms),
            command: None,
        }],
        tables: summary.tables().into_iter().map(table).collect(),
        trainings: reproduction.trials().len(),
        origin: Origin::read(directory),
    }))
}
