use super::plural;
use super::sweep::{data_of, halving, plan_of};
use anyhow::bail;
use clap::Args;
use nablab::sweep::{
    Halving, Journals, SPEC_FILE, SweepDirectory, SweepSpec, export, merge, united_spec,
};
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
    let mut spec = united_spec(&directories)?;
    let is_new = arguments.out.is_some();
    if is_new {
        // What is there already joins in: a merge can be repeated and extended, and loses nothing.
        let is_there = out.path().join(SPEC_FILE).exists();
        spec = out.unite(&spec, false)?;
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
    let journals = Journals::read(&paths)?;
    let trials = match &rounds {
        Some(rounds) => rounds.trials_so_far(&journals)?.0,
        None => plan,
    };
    if is_new {
        out.freeze(&spec)?;
        merge(&directories, &trials, &journals, &out)?;
    }
    let exported = out.alone(|| export(out.path(), &trials, &Journals::read(&[out.path()])?))?;
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
