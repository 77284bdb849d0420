use super::output::notice;
use super::plural;
use super::sweep::command;
use anyhow::bail;
use clap::Args;
use nablab::sweep::{SweepDirectory, Warning, merge_sweeps};
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
    let directories: Vec<SweepDirectory> =
        arguments.directories.iter().map(|path| SweepDirectory::new(path)).collect();
    let united = arguments.out.as_ref().map(|path| SweepDirectory::new(path));
    let out = match (&united, &directories[..]) {
        (Some(out), _) | (None, [out]) => out,
        (None, _) => bail!("--out: expected a directory for the united sweep"),
    };
    let merged = merge_sweeps(&directories, united.as_ref())?;
    let path = out.path().display();
    for warning in &merged.warnings {
        match warning {
            Warning::Damaged { .. } => notice(format_args!("{warning} by {}", command(out))),
            _ => notice(format_args!("{path}: {warning}")),
        }
    }
    let (done, all) = (merged.exported.done, plural(merged.spec.trainings, "training"));
    let diverged = merged.exported.diverged;
    let next = match &merged.spec.experiment {
        Some(experiment) => format!("to make its files: {}", experiment.command(out.path())),
        None => "wrote trials.csv and epochs.csv".into(),
    };
    writeln!(std::io::stdout(), "{path}: {done} of {all} done, {diverged} diverged; {next}")?;
    Ok(())
}
