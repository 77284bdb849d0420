use super::plural;
use super::sweep::{command, data_of, plan_of, trials_so_far, whole_seconds};
use clap::Args;
use nablab::sweep::{Entry, Journals, Known, SweepDirectory, available_cores};
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
    let spec = directory.spec()?;
    let data = data_of(&spec)?;
    let journals = Journals::read(&[directory.path()])?;
    let running = directory.running()?;
    let (plan, trainings) = trials_so_far(&spec, plan_of(&spec, &data)?, &journals)?;

    let (mut done, mut diverged, mut failed) = (0, 0, Vec::new());
    let (mut seconds, mut work_done, mut work_left) = (0.0, 0.0, 0.0);
    for place in 0..plan.len() {
        let known = journals.known(plan.key(place));
        if known.is_done() {
            done += 1;
            diverged += usize::from(known == Known::Diverged);
            if let Some(Entry::Done(history)) = journals.get(plan.key(place))? {
                seconds += history.seconds;
                work_done += plan.work(place);
            }
            continue;
        }
        work_left += plan.work(place);
        if known == Known::Failed {
            failed.push(place);
        }
    }
    let left = trainings - done;
    let active = running.threads.min(left);

    let mut stdout = std::io::stdout();
    let grids = plan.describe().join(", ");
    writeln!(stdout, "{}: {}: {grids}", directory.path().display(), plural(trainings, "training"))?;
    writeln!(stdout, "  done     {done:>7}, of which {diverged} diverged")?;
    let processes = match running.processes {
        0 => "no process is at work".into(),
        1 => "in one process".into(),
        n => format!("in {n} processes"),
    };
    writeln!(stdout, "  running  {active:>7}, {processes}")?;
    writeln!(stdout, "  failed   {:>7}", failed.len())?;
    writeln!(stdout, "  to do    {:>7}", left - active - failed.len().min(left - active))?;
    if journals.damaged() > 0 {
        let lines = plural(journals.damaged(), "damaged line");
        writeln!(stdout, "  {lines} in the journals; what they told is trained again")?;
    }
    for &place in failed.iter().take(LISTED) {
        let id = plan.trial(place).id;
        if let Some(Entry::Failed(message)) = journals.get(plan.key(place))? {
            let message = message.replace('\n', " ");
            writeln!(
                stdout,
                "  failed: {message}; once more: {} --only {id}",
                command(&directory)
            )?;
        }
    }
    if left == 0 {
        writeln!(stdout, "  {} of training in all", whole_seconds(seconds))?;
    } else if done > 0 {
        let threads = if running.threads > 0 { running.threads } else { available_cores().get() };
        let left = seconds / work_done * work_left;
        let on = plural(threads, "thread");
        let left = whole_seconds(left / threads.min(trainings - done) as f64);
        writeln!(stdout, "  about {left} left on {on}")?;
    }
    if running.processes == 0 && left > 0 {
        writeln!(stdout, "  to go on: {}", command(&directory))?;
    }
    Ok(())
}
