use super::{Sweep, SweepError};
use crate::sweep::{
    Exported, Journals, SPEC_FILE, SweepDirectory, SweepSpec, Warning, merge, united_spec,
};
use std::collections::BTreeSet;
use std::path::Path;

/// What some sweeps have become together.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// What they are.
    pub spec: SweepSpec,
    /// The trials with a result, and what the CSV files hold.
    pub exported: Exported,
    /// What is not as it should be.
    pub warnings: Vec<Warning>,
}

/// Unites the journals of some sweeps in the directory `out`, where what is there already joins in: a
/// merge can be repeated and extended, and loses nothing. Without `out` a single sweep gets its CSV
/// files made anew. Those of an experiment of the book are left to its own command.
///
/// # Errors
///
/// When the sweeps cannot be united, or their results contradict each other: then nothing is written.
///
/// # Panics
///
/// Without any directory, or with several and no `out`.
pub fn merge_sweeps(
    directories: &[SweepDirectory],
    out: Option<&SweepDirectory>,
) -> Result<Merged, SweepError> {
    let mut directories = directories.to_vec();
    let mut spec = united_spec(&directories)?;
    if spec.halving.is_some() && spec.grids.len() > 1 {
        return Err(SweepError::UnitedHalving);
    }
    if let Some(out) = out {
        let is_there = out.path().join(SPEC_FILE).exists();
        let asked = spec.clone();
        spec = out.unite(&asked, false)?;
        if is_there {
            directories.push(out.clone());
        }
        return into(&directories, out, &asked, &spec);
    }
    let [only] = &directories[..] else {
        panic!("several sweeps need a directory to be united in")
    };
    let data = spec.load_data()?;
    let sweep = Sweep::open(only.clone(), &data)?;
    let journals = sweep.journals()?;
    finish(&sweep, &journals)
}

fn into(
    directories: &[SweepDirectory],
    out: &SweepDirectory,
    asked: &SweepSpec,
    spec: &SweepSpec,
) -> Result<Merged, SweepError> {
    let data = spec.load_data()?;
    let sweep = Sweep::new(out.clone(), asked, false, &data)?;
    let paths: Vec<&Path> = directories.iter().map(SweepDirectory::path).collect();
    // Contradictions are found before anything is written.
    Journals::read(&paths)?;
    let _begun = out.begin(asked, false, sweep.spec(), None)?;
    // From now on nobody else writes there: what has come in since is not lost.
    let all: BTreeSet<&Path> = paths.into_iter().chain([out.path()]).collect();
    let journals = Journals::read(&all.into_iter().collect::<Vec<_>>())?;
    let (trials, _) = sweep.trials_so_far(&journals)?;
    merge(directories, spec, &trials, &journals, out)?;
    finish(&sweep, &journals)
}

/// Makes the CSV files, and says what the journals of all directories held.
fn finish(sweep: &Sweep, journals: &Journals) -> Result<Merged, SweepError> {
    let exported = sweep.export()?;
    let mut warnings = Vec::new();
    if journals.damaged() > 0 {
        warnings.push(Warning::Damaged { lines: journals.damaged() });
    }
    // Another process may have added results since the journals were read.
    match journals.done().count().saturating_sub(exported.done) {
        0 => {}
        results if sweep.spec().halving.is_some() => warnings.push(Warning::Waiting { results }),
        results => warnings.push(Warning::Foreign { results }),
    }
    Ok(Merged { spec: sweep.spec().clone(), exported, warnings })
}
