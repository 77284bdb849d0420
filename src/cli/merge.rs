use super::output::notice;
use super::plural;
use super::sweep::{command, data_of, halving, plan_of, tell_foreign};
use anyhow::bail;
use clap::Args;
use nablab::sweep::{
    Halving, Journals, SPEC_FILE, SweepDirectory, SweepSpec, export, merge, record_complete,
    united_spec,
};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

/// Unite the journals of shards, machines and sweeps, and make their CSV files
///
/// Results of one training must have the same bits everywhere: if two differ, both are named and
/// nothing is written.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Directories of sweeps; a single one gets its CSV files made anew
    #[arg(value_name = "DIR", required = true)]
    directories: Vec<PathBuf>,
    /// Where the united sweep goes; needed with more than one directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut directories: Vec<SweepDirectory> =
        arguments.directories.iter().map(|path| SweepDirectory::new(path)).collect();
    let out = match (&arguments.out, &directories[..]) {
        (Some(out), _) => SweepDirectory::new(out),
        (None, [one]) => one.clone(),
        (None, _) => bail!("--out: expected a directory for the united sweep"),
    };
    let asked = united_spec(&directories)?;
    let mut spec = asked.clone();
    let is_new = arguments.out.is_some();
    if is_new {
        // What is there already joins in: a merge can be repeated and extended, and loses nothing.
        let is_there = out.path().join(SPEC_FILE).exists();
        spec = out.unite(&asked, false)?;
        if is_there {
            directories.push(out.clone());
        }
    }
    let data = data_of(&spec)?;
    let plan = plan_of(&spec, &data)?;
    let rounds = halving(&spec, &plan)?;
    if rounds.is_some() && spec.grids.len() > 1 {
        bail!("sweeps with --halving cannot be united: each chooses among its own settings");
    }
    let trainings = rounds.as_ref().map_or(plan.len(), Halving::trials);
    let spec = SweepSpec { trainings, ..spec };
    let paths: Vec<_> = directories.iter().map(SweepDirectory::path).collect();
    // Contradictions are found before anything is written.
    let mut journals = Journals::read(&paths)?;
    let begun = is_new.then(|| out.begin(&asked, false, &spec, None)).transpose()?;
    if begun.is_some() {
        // From now on nobody else writes there: what has come in since is not lost.
        let with_out = paths.iter().copied().chain([out.path()]);
        journals =
            Journals::read(&with_out.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())?;
    }
    let so_far = rounds.as_ref().map(|rounds| rounds.trials_so_far(&journals)).transpose()?;
    let trials = so_far.as_ref().map_or(&plan, |(trials, _)| trials);
    if begun.is_some() {
        merge(&directories, trials, &journals, &out)?;
    }
    let (damaged, done) = (journals.damaged(), journals.done().count());
    let exported = out.alone(|| {
        let journals = Journals::read(&[out.path()])?;
        let exported = export(out.path(), trials, &journals)?;
        if exported.done == trials.len() && trials.len() == trainings {
            record_complete(&out, &spec, &journals)?;
        }
        Ok(exported)
    })?;
    if damaged > 0 {
        let lines = plural(damaged, "damaged line");
        notice(format_args!(
            "{lines} in the journals; what they told is trained again by {}",
            command(&out)
        ));
    }
    match (&rounds, done - exported.done) {
        (_, 0) => {}
        (Some(_), others) => notice(format_args!(
            "{}: {} of rounds for which others are missing, or of no training of this sweep",
            out.path().display(),
            plural(others, "result")
        )),
        (None, others) => tell_foreign(&out, others),
    }
    let mut stdout = std::io::stdout();
    writeln!(
        stdout,
        "{}: {} of {} done, {} diverged; wrote trials.csv and epochs.csv",
        out.path().display(),
        exported.done,
        plural(trainings, "training"),
        exported.diverged
    )?;
    Ok(())
}
