use super::plural;
use super::sweep::{command, whole_seconds};
use clap::Args;
use nablab::sweep::{Sweep, SweepDirectory};
use std::io::Write;
use std::path::PathBuf;

/// How far a sweep is: done, running, failed, diverged, time left
#[derive(Debug, Args)]
pub struct Arguments {
    /// The directory of the sweep
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// The most failed trainings that are listed.
const LISTED: usize = 10;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = SweepDirectory::new(&arguments.directory);
    let data = directory.spec()?.load_data()?;
    let sweep = Sweep::open(directory, &data)?;
    let progress = sweep.progress()?;
    let directory = sweep.directory();
    let (left, failed) = (progress.left(), progress.failed.len());

    let mut stdout = std::io::stdout();
    let what = match &sweep.spec().experiment {
        Some(experiment) => experiment.arguments().to_string(),
        None => sweep.plan().describe().join(", "),
    };
    let trainings = plural(progress.trainings, "training");
    writeln!(stdout, "{}: {trainings}: {what}", directory.path().display())?;
    writeln!(stdout, "  done     {:>7}, of which {} diverged", progress.done, progress.diverged)?;
    let processes = match progress.at_work.processes {
        0 => "no process is at work".into(),
        1 => "in one process".into(),
        n => format!("in {n} processes"),
    };
    writeln!(stdout, "  running  {:>7}, {processes}", progress.running)?;
    writeln!(stdout, "  failed   {failed:>7}")?;
    let to_do = left - progress.running;
    writeln!(stdout, "  to do    {:>7}", to_do - failed.min(to_do))?;
    if progress.damaged_lines > 0 {
        let lines = plural(progress.damaged_lines, "damaged line");
        writeln!(stdout, "  {lines} in the journals; what they told is trained again")?;
    }
    let next = match &sweep.spec().experiment {
        Some(experiment) => experiment.command(directory.path()),
        None => command(directory),
    };
    for (id, message) in progress.failed.iter().take(LISTED) {
        let (message, again) = (message.replace('\n', " "), command(directory));
        writeln!(stdout, "  failed: {message}; once more: {again} --only {id}")?;
    }
    if left == 0 {
        writeln!(stdout, "  {} of training in all", whole_seconds(progress.trial_seconds))?;
    } else if let Some(seconds) = progress.seconds_left {
        let threads = plural(progress.threads, "thread");
        writeln!(stdout, "  about {} left on {threads}", whole_seconds(seconds))?;
    }
    if progress.at_work.processes == 0 && left > 0 {
        writeln!(stdout, "  to go on: {next}")?;
    }
    Ok(())
}
