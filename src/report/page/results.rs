//! The part of any results: a sweep, a training, runs of another program.

use super::{Illustration, PageTable, Part};
use crate::report::ablation::{Ablation, AblationError, Format, Request};
use crate::report::plot::{Kind, Plot, PlotRequest, label};
use crate::results::Origin;
use crate::results::runs::{Names, Runs, RunsError};
use std::path::Path;

/// What the directory or file of some results has to say, with the table and the figures that suit the settings that
/// vary. `name` is what it is called, `names` say something of its columns; `command` writes the command line for a verb
/// and its options.
///
/// # Errors
///
/// When the results cannot be read, or have no metric.
pub fn part_of_results(
    path: &Path,
    name: &str,
    names: &Names,
    command: impl Fn(&str, &[String]) -> String,
) -> Result<Part, AblationError> {
    let runs = Runs::open(&[path.into()], names)?;
    // Without seeds, or with too few to tune, there are figures and no table.
    let table = match Ablation::new(&runs, &Request::default()) {
        Ok(table) => Ok(table),
        Err(
            error @ (AblationError::NoPairs { .. }
            | AblationError::FewSeeds(_)
            | AblationError::NotTuned(..)
            | AblationError::Twice { .. }
            | AblationError::Runs(RunsError::Direction { .. } | RunsError::NotAtBest { .. })),
        ) => Err(format!("There is no table: {error}.")),
        Err(error) => return Err(error),
    };
    let mut part = Part {
        name: name.into(),
        title: name.into(),
        trainings: runs.len(),
        origin: runs.directories().first().and_then(|directory| Origin::read(directory)),
        ..Part::default()
    };
    part.claim = question(&runs);
    match table {
        Ok(table) => {
            part.verdict = table.verdict();
            part.short_verdict = table.short_verdict();
            part.tables.push(PageTable {
                heading: "The table".into(),
                html: table.render(Format::Html),
                folded: false,
                command: Some(command("ablate", &table.request.options())),
            });
        }
        Err(why) => {
            part.short_verdict = "no table".into();
            part.notes.push(why);
        }
    }
    let mut plots: Vec<Plot> = Vec::new();
    let mut undecided: Option<String> = None;
    match Plot::new(&runs, &PlotRequest::new()) {
        Ok(plot) => plots.push(plot),
        Err(AblationError::Role(_)) => {}
        Err(AblationError::Runs(error @ RunsError::Direction { .. })) => {
            undecided = Some(error.to_string());
        }
        Err(error) => return Err(error),
    }
    for kind in [Kind::Heatmap, Kind::Strips, Kind::Curves, Kind::Time] {
        if plots.iter().any(|plot| plot.request.kind == Some(kind)) {
            continue;
        }
        match Plot::new(&runs, &PlotRequest { kind: Some(kind), ..PlotRequest::new() }) {
            Ok(plot) => plots.push(plot),
            // These results have nothing to draw such a figure of.
            Err(AblationError::Role(_)) => {}
            Err(AblationError::Runs(error @ RunsError::Direction { .. })) => {
                undecided = Some(error.to_string());
            }
            Err(AblationError::Runs(RunsError::Column { .. } | RunsError::NotMonitored { .. })) => {
            }
            Err(error) => return Err(error),
        }
    }
    let illustration = |plot: Plot| Illustration {
        command: Some(command("plot", &plot.request.options())),
        chart: plot.chart,
    };
    part.notes.extend(undecided.map(|why| format!("Some figures are not drawn: {why}.")));
    part.figures = plots.into_iter().map(illustration).collect();
    Ok(part)
}

/// What the results are about.
fn question(runs: &Runs) -> String {
    let all: Vec<usize> = (0..runs.len()).collect();
    let varying: Vec<String> = runs.varying(&all, &Request::default().pair_by).map(label).collect();
    let metric = runs.metrics().first().map_or("metric".into(), |name| name.replace('_', " "));
    match varying.split_last() {
        None => format!("The {metric} of one configuration over its seeds."),
        Some((only, [])) => format!("What the {only} does to the {metric}."),
        Some((last, others)) => {
            format!("What {} and {last} do to the {metric}.", others.join(", "))
        }
    }
}
