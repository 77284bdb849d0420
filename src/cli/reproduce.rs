use super::output::Output;
use super::plural;
use super::sweep::{Board, finished, jobs, whole_seconds};
use anyhow::{Context, bail};
use clap::{Args, value_parser};
use nablab::book::{
    Accounts, CHAPTERS, Experiment, Form, Kind, Reproduction, ReproductionError, Results,
    Selection, Written, compute, default_directory, select,
};
use nablab::data::Dataset;
use nablab::files::write_atomically;
use nablab::report::page::{Page, PageTable};
use nablab::report::{Align, Table};
use nablab::results::{PROVENANCE_FILE, Trial};
use nablab::simd::SimdLevel;
use nablab::sweep::{Jobs, Shard, Speed};
use nablab::text::{LINE, wrapped};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Reproduce an experiment of the book, or a group of them: train, write CSV, draw the figure, judge
/// every number
///
/// What is done is never lost and never done again: the same command goes on where the last one ended.
/// `status`, `merge` and `emit` work on the directories of results as on those of a sweep.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// The experiment (ch3-overfit-1000, or overfit-1000) or the group (chapter3, learning-rates, all);
    /// without one, all are shown, as by --list
    experiment: Option<String>,
    /// List the experiments by chapter: how long they take here, what has come of them
    #[arg(long, conflicts_with_all = ["experiment", "exact", "quick", "out", "shard"])]
    list: bool,
    /// Replay the author's seeded run in f64, from his random numbers
    #[arg(long)]
    exact: bool,
    /// Only 2 seeds and 3 epochs, to see it work; not a reproduction
    #[arg(long)]
    quick: bool,
    /// With a group: the experiments that take long, too, which --list shows
    #[arg(long)]
    long: bool,
    /// Train nothing: make figures, summaries and the page of a group again, from the CSV files of what has been run
    #[arg(long, conflicts_with_all = ["shard", "seeds", "jobs"])]
    redraw: bool,
    /// Number of seeds, 1, 2, …; the same for every setting [default: 10, or as many as the experiment asks for]
    #[arg(long, value_name = "N", conflicts_with = "quick", value_parser = value_parser!(u32).range(1..=10_000))]
    seeds: Option<u32>,
    /// Trials trained at the same time, one a thread [default: one a core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    jobs: Option<u32>,
    /// Only share I of N of the trials, in a journal of its own: 3/16; slurm or hq/16 take I from a job
    /// array. The last share to end makes the results
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// Directory for the results, of a group for a directory each [default: results/EXPERIMENT, its
    /// exact/ or quick/ for such runs]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Instruction set of the kernels: scalar, avx2, avx512, neon; changes the speed, never a
    /// result [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL")]
    simd: Option<SimdLevel>,
}

impl Arguments {
    /// An option that was given and says nothing without an experiment.
    fn of_an_experiment(&self) -> Option<&'static str> {
        let given = [
            ("exact", self.exact),
            ("quick", self.quick),
            ("long", self.long),
            ("redraw", self.redraw),
            ("seeds", self.seeds.is_some()),
            ("shard", self.shard.is_some()),
            ("out", self.out.is_some()),
        ];
        // --list takes some of them, as it always has.
        given.into_iter().find(|&(_, given)| given && !self.list).map(|(option, _)| option)
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data = || Dataset::mnist().context("the embedded MNIST is damaged");
    let Some(name) = &arguments.experiment else {
        // What is asked for of no experiment has been forgotten, not meant for the list.
        if let Some(option) = arguments.of_an_experiment() {
            bail!("--{option}: expected an experiment; 'nablab reproduce --list' shows all");
        }
        return list(&data()?);
    };
    let Selection { group, experiments } = select(name)?;
    let shard = arguments.shard.as_ref().map(|text| {
        Shard::read(text, |name| std::env::var(name).ok())
            .map_err(|problem| anyhow::anyhow!("--shard: {problem}"))
    });
    let shard = shard.transpose()?;
    let settings = Form {
        seeds: arguments.seeds.map(|seeds| seeds as usize),
        exact: arguments.exact,
        quick: arguments.quick,
    };
    let data = data()?;
    let jobs = Jobs { shard, ..jobs(arguments.jobs, arguments.simd) };
    // In a group, what is no comparison of trainings has one form, and no shares.
    let form = |experiment: &Experiment| match experiment.kind {
        Kind::Computed { .. } | Kind::Networks { .. } if group.is_some() => Form::FULL,
        _ => settings,
    };
    let directory = |experiment: &Experiment| match (&arguments.out, &group) {
        (Some(out), None) => out.clone(),
        (Some(out), Some(_)) => out.join(experiment.id),
        (None, _) => default_directory(experiment, form(experiment)),
    };
    let Some(group) = &group else {
        if arguments.redraw {
            return redraw(experiments[0], &directory(experiments[0]), &data);
        }
        return one(experiments[0], settings, &directory(experiments[0]), &jobs, &data);
    };
    if arguments.exact {
        bail!("--exact: expected a single experiment; not all of {group} can be replayed");
    }
    // Of the page: what is left out may have been run before.
    let directories: Vec<PathBuf> =
        experiments.iter().map(|experiment| directory(experiment)).collect();
    // What is left out: what takes long, or what there is nothing of to draw.
    let (chosen, left): (Vec<_>, Vec<_>) =
        experiments.into_iter().partition(|experiment| match arguments.redraw {
            true => directory(experiment).join(PROVENANCE_FILE).exists(),
            false => arguments.long || !experiment.long,
        });
    if arguments.redraw && chosen.is_empty() {
        bail!("--redraw: no experiment of {group} has been run here");
    }
    for experiment in &chosen {
        if arguments.redraw {
            redraw(experiment, &directory(experiment), &data)?;
            continue;
        }
        let trains = matches!(experiment.kind, Kind::Trained(_));
        let jobs = Jobs { shard: jobs.shard.filter(|_| trains), ..jobs };
        one(experiment, form(experiment), &directory(experiment), &jobs, &data)?;
    }
    if arguments.shard.is_some() {
        // The page is made when nothing is left to do, by the same command without a share.
        return Ok(());
    }
    let place = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results"));
    let name = if arguments.quick { format!("{group}-quick") } else { group.clone() };
    page(group, &directories, &place.join(format!("{name}.html")), &data)?;
    if !left.is_empty() {
        let ids: Vec<&str> = left.iter().map(|experiment| experiment.id).collect();
        let ids = ids.join(", ");
        match arguments.redraw {
            true => writeln!(Output::new(), "left out, as they have not been run: {ids}")?,
            false => writeln!(Output::new(), "left out, as they take long: {ids} (--long)")?,
        }
    }
    Ok(())
}

/// Makes the figures and the summary of one experiment again.
fn redraw(experiment: &Experiment, directory: &Path, data: &Dataset) -> anyhow::Result<()> {
    match Results::read(directory, data)? {
        Some(results) if results.experiment.id == experiment.id => Ok(results.redraw()?),
        _ => bail!("--redraw: {} holds no results of {}", directory.display(), experiment.id),
    }
}

/// Makes one experiment.
fn one(
    experiment: &'static Experiment,
    settings: Form,
    directory: &Path,
    jobs: &Jobs,
    data: &Dataset,
) -> anyhow::Result<()> {
    let mut stdout = Output::new();
    let heading =
        format!("{} ({})\n{}\n", experiment.title, experiment.id, wrapped(experiment.claim, 0));
    let Some(reproduction) = Reproduction::plan(experiment, settings, data)? else {
        if settings != Form::FULL || jobs.shard.is_some() {
            return Err(ReproductionError::NotTrained(experiment.id).into());
        }
        let written = compute(experiment, directory, data).context("--out")?;
        writeln!(stdout, "{heading}")?;
        report(written.as_ref(), &mut stdout)?;
        return Ok(stdout.finish()?);
    };
    let sweep = reproduction.sweep(directory, data).context("--out")?;
    let trainings = plural(sweep.trainings(), "training");
    let heading = format!("{heading}\n{trainings} in {}\n", directory.display());
    let board = Board::new(heading, sweep.directory(), &mut stdout);
    let done = sweep.run(jobs, &board);
    drop(board);
    let done = done.context("--out")?;
    if let Some(line) = finished::took(&done) {
        writeln!(stdout, "{line}")?;
    }
    finished::check(&done)?;
    match done.known - done.done {
        0 => {
            writeln!(stdout)?;
            report(Some(&reproduction.write(&sweep, data)?), &mut stdout)?;
        }
        left => {
            let left = plural(left, "training");
            writeln!(stdout, "this share is done; {left} of other shares are to come")?;
        }
    }
    Ok(stdout.finish()?)
}

/// The verdict first, then what fits on a screen, then the files.
fn report(written: Option<&Written>, stdout: &mut Output) -> anyhow::Result<()> {
    let Some(written) = written else { return Ok(()) };
    writeln!(stdout, "{}", written.terminal)?;
    for file in &written.files {
        writeln!(stdout, "wrote {}", file.display())?;
    }
    Ok(())
}

/// One page of all experiments of a group: what came of the numbers of the book, then the experiments.
fn page(group: &str, directories: &[PathBuf], path: &Path, data: &Dataset) -> anyhow::Result<()> {
    let mut results = Vec::new();
    for directory in directories {
        results.extend(Results::read(directory, data)?);
    }
    let accounts = Accounts::new(&results);
    let mut stdout = Output::new();
    for result in &results {
        let line = format!("{}: {}", result.part.name, result.part.short_verdict);
        writeln!(stdout, "{}", wrapped(&line, 2))?;
    }
    let mut preface = Vec::new();
    // Of a few experiments the book's numbers by chapter would say little.
    if group == "all" {
        writeln!(stdout, "\n{}\n", accounts.by_chapter().within(LINE))?;
        let tables = [
            ("What came of the numbers of the book", accounts.by_chapter()),
            ("Numbers that are outside", accounts.outside()),
            ("Numbers that are not judged", accounts.not_judged()),
        ];
        preface.push(PageTable {
            heading: "How to read this".into(),
            folded: false,
            html: LEGEND.into(),
            command: None,
        });
        preface.extend(tables.map(|(heading, table)| PageTable {
            heading: heading.into(),
            folded: table.len() > FOLDED,
            html: table.to_html(),
            command: None,
        }));
    }
    let parts = results.into_iter().map(|result| result.part).collect();
    let page = Page { title: format!("Results: {group}"), preface, parts };
    write_atomically(path, page.to_html().as_bytes())?;
    writeln!(stdout, "wrote {}", path.display())?;
    Ok(stdout.finish()?)
}

/// What the words of the tables mean.
const LEGEND: &str = "<p>An experiment compares <em>arms</em>, settings that are trained with the same seeds. A number of the \
    book is <em>inside</em> if it lies where it would be expected if our seeds tell the truth, in most cases in the 95 % \
    interval of a single run, and <em>outside</em> if not; of numbers that are chance about one in twenty is outside although \
    all is well. A statement holds if the seeds show it, or, of a share of the runs, if they do not refute it; \
    <em>undecided</em> is what too few seeds cannot tell. Epochs are counted from 0.</p>\n";

/// A longer table is folded on a page.
const FOLDED: usize = 12;

/// The experiments by chapter: how long they take on this machine, and what has come of them.
fn list(data: &Dataset) -> anyhow::Result<()> {
    let speed = Speed::measure(data)?;
    let mut stdout = Output::new();
    for chapter in CHAPTERS {
        let mut table = Table::new(&[
            ("experiment", Align::Left),
            ("title", Align::Left),
            ("takes", Align::Right),
            ("last run", Align::Left),
        ]);
        for experiment in chapter.experiments {
            let exact = Form { exact: true, ..Form::FULL };
            for settings in [Form::FULL, exact] {
                let Some(row) = row(experiment, settings, &speed, data) else { continue };
                table.row(row);
            }
        }
        writeln!(stdout, "{}\n{}\n", chapter.title, table.within(LINE))?;
    }
    writeln!(stdout, "nablab reproduce EXPERIMENT, or a group: chapter3, all, …")?;
    Ok(stdout.finish()?)
}

/// An experiment in one of its forms; `None` if it has no such form.
fn row(
    experiment: &'static Experiment,
    settings: Form,
    speed: &Speed,
    data: &Dataset,
) -> Option<[String; 4]> {
    let directory = default_directory(experiment, settings);
    let state = match Results::read(&directory, data) {
        Ok(Some(results)) => results.part.short_verdict,
        Ok(None) => "not run".into(),
        Err(_) => "of another version".into(),
    };
    let takes = match (Reproduction::plan(experiment, settings, data), &experiment.kind) {
        (Ok(Some(reproduction)), _) => whole_seconds(speed.seconds(reproduction.trials(), data)),
        (Ok(None), Kind::Networks { specs, .. }) if !settings.exact => {
            let trials = specs().into_iter().map(|spec| Trial::new(spec, data));
            whole_seconds(speed.seconds(&trials.collect::<Vec<_>>(), data))
        }
        (Ok(None), _) if !settings.exact => {
            if experiment.long { "minutes" } else { "seconds" }.into()
        }
        _ => return None,
    };
    let (id, title) = match settings.exact {
        false => (experiment.id.to_string(), experiment.title.to_string()),
        true => ("  --exact".into(), "  the author's run, replayed".into()),
    };
    Some([id, title, takes, state])
}
