//! The results of an experiment, made again from the CSV files in its directory: for pages, the overview and lists.

use super::curves::ArmCurves;
use super::experiment::Kind;
use super::numbers::{NUMBERS_FILE, Numbers};
use super::reproduction::{Documents, documents_of_computed};
use super::summary::Summary;
use super::{Experiment, Form, Reference, Reproduction, ReproductionError, Verdict, find};
use crate::data::Dataset;
use crate::files::{AtomicFile, WriteError, commit_together};
use crate::report::Table;
use crate::report::page::{Illustration, PageTable, Part};
use crate::results::{EpochTable, Origin, Provenance};
use crate::train::Generator;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A longer table is folded.
const MOST_ROWS: usize = 12;

/// What has come of an experiment.
#[derive(Debug)]
pub struct Results {
    /// The experiment.
    pub experiment: &'static Experiment,
    /// `full`, `quick`, `exact` or `exact quick`.
    pub form: String,
    /// Its section on a page.
    pub part: Part,
    /// The numbers of the table of the book's numbers that it judges, with what came of each.
    pub judged: Vec<Judged>,
    /// What came of the book's statements that have no number there.
    pub statements: Vec<Verdict>,
    /// What came of our own.
    pub ours: Vec<Verdict>,
    pub(super) directory: PathBuf,
    pub(super) documents: Documents,
}

/// What has come of a number of the table of the book's numbers.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The number.
    pub row: &'static Reference,
    /// What has come of it.
    pub verdict: Verdict,
    /// What we have measured, as it is shown.
    pub measured: String,
    /// The interval that decided, as it is shown.
    pub interval: String,
}

impl Results {
    /// Reads the results in a directory; `None` if they are not those of an experiment.
    ///
    /// # Errors
    ///
    /// When its files cannot be read, or are those of other trainings than this version's.
    pub fn read(directory: &Path, data: &Dataset) -> Result<Option<Self>, ReproductionError> {
        let Some((id, form)) = Provenance::of_directory(directory) else { return Ok(None) };
        let Some(experiment) = find(&id) else { return Ok(None) };
        let (summary, part, documents) = match &experiment.kind {
            Kind::Trained(_) => trained(experiment, &form, directory, data)?,
            Kind::Computed { judge, .. } | Kind::Networks { judge, .. } => {
                let computed = judge(&Numbers::read(&directory.join(NUMBERS_FILE))?);
                let summary = Summary::computed(computed.findings.clone());
                let documents = documents_of_computed(experiment, &computed, &summary);
                let figures = vec![Illustration { chart: computed.figure, command: None }];
                let part = Part { figures, notes: vec![computed.subtitle], ..Part::default() };
                (summary, part, documents)
            }
        };
        let of_form = if form == "full" { String::new() } else { format!(", {form}") };
        let mut notes = part.notes;
        notes.extend(summary.how().into_iter().map(|sentence| sentence.replace('*', "")));
        let table = |(heading, table): (&str, Table)| PageTable {
            heading: format!("{heading} ({} rows)", table.len()),
            folded: table.len() > MOST_ROWS,
            html: table.to_html(),
            command: None,
        };
        let part = Part {
            name: format!("{id}{of_form}"),
            title: format!("{} ({id}{of_form})", experiment.title),
            claim: experiment.claim.into(),
            short_verdict: summary.in_short(),
            verdict: summary.conclusions(),
            notes,
            tables: summary.tables().into_iter().map(table).collect(),
            origin: Origin::read(directory),
            ..part
        };
        let (judged, statements) = summary.verdicts();
        let of = |ours| {
            let chosen = statements.iter().filter(move |(is_ours, _)| *is_ours == ours);
            chosen.map(|&(_, verdict)| verdict).collect()
        };
        let (statements, ours) = (of(false), of(true));
        let directory = directory.into();
        let results =
            Self { experiment, form, part, judged, statements, ours, directory, documents };
        Ok(Some(results))
    }

    /// Makes the figures and the summary again, from the CSV files that were read.
    ///
    /// # Errors
    ///
    /// When a file cannot be written: then none is replaced.
    pub fn redraw(&self) -> Result<(), WriteError> {
        let file = |(name, text): &(String, String)| {
            AtomicFile::with(&self.directory.join(name), text.as_bytes())
        };
        commit_together(self.documents.iter().map(file).collect::<Result<Vec<_>, _>>()?)
    }
}

/// The summary of trainings; of their section the figures, the notes and the number of trainings; and what is made of
/// their CSV files.
fn trained(
    experiment: &'static Experiment,
    form: &str,
    directory: &Path,
    data: &Dataset,
) -> Result<(Summary, Part, Documents), ReproductionError> {
    let other = || ReproductionError::OtherTrials(directory.into());
    let [trials, epochs, layers] =
        ["trials.csv", "epochs.csv", "layers.csv"].map(|name| directory.join(name));
    let trials = EpochTable::read(&trials)?;
    // Those that the author's generator drew are the replay.
    let (seeds, drawn_by) = (trials.cells("seed")?, trials.cells("rng")?);
    let ours = seeds.iter().zip(&drawn_by).filter(|(_, by)| **by == Generator::Chacha8.name());
    let seeds = ours.map(|(seed, _)| *seed).collect::<HashSet<&str>>().len();
    let (exact, quick) = (form.contains("exact"), form.contains("quick"));
    let settings = Form { seeds: Some(seeds), exact, quick };
    let planned = Reproduction::plan(experiment, settings, data)?;
    let reproduction = planned.ok_or_else(other)?;
    let found: HashSet<&str> = trials.cells("trial_id")?.into_iter().collect();
    if reproduction.trials().iter().any(|trial| !found.contains(trial.id.as_str())) {
        return Err(other());
    }
    let layers = layers.exists().then(|| EpochTable::read(&layers)).transpose()?;
    let arms = ArmCurves::collect(&reproduction, &EpochTable::read(&epochs)?, layers.as_ref())?;
    let summary = Summary::new(&reproduction, &arms);
    let mut notes = vec![format!("{} {}", reproduction.subtitle(), reproduction.footnote())];
    if !reproduction.trained.remark.is_empty() {
        notes.push(reproduction.trained.remark.into());
    }
    if let (true, Some(note)) = (exact, reproduction.trained.replay_note) {
        notes.push(format!("Replay: {note}"));
    }
    if quick {
        notes.insert(0, "A quick look, not a reproduction: few seeds, few epochs.".into());
    }
    let mut figures = vec![super::figure::draw(&reproduction, &arms)];
    let supplement = reproduction
        .trained
        .supplement
        .and_then(|more| Some((more, std::fs::read_to_string(directory.join(more.csv())).ok()?)));
    figures.extend(supplement.as_ref().map(|(more, csv)| more.chart(csv)));
    let documents = reproduction.documents(&arms, &summary, supplement.as_ref());
    let figures = figures.into_iter().map(|chart| Illustration { chart, command: None });
    let trainings = reproduction.trials().len();
    let part = Part { notes, figures: figures.collect(), trainings, ..Part::default() };
    Ok((summary, part, documents))
}
