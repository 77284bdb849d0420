//! Figures of any results, chosen by the settings that vary.
//!
//! | file | idea |
//! |---|---|
//! | `request` | what a figure is asked to show |
//! | `defaults` | a sensible figure by the settings that vary |
//! | `groups` | which runs belong to which line |
//! | `lines` | learning curves, a metric against a setting, accuracy against seconds; small multiples |
//! | `grid` | a heatmap over two settings |
//! | `strips` | every run by category |
//! | `scale` | how the axis of the metric is spaced, the means on it, what it does not show |
//! | `endings` | where means end before their runs do |
//! | `numbers` | the CSV of what is plotted |

mod defaults;
mod endings;
mod grid;
mod groups;
mod lines;
mod numbers;
mod request;
mod scale;
mod strips;
#[cfg(test)]
mod tests;

pub use endings::{Ending, Why, endings_in_words};
pub use numbers::is_plotted_numbers;
pub use request::{Kind, PlotRequest};
pub use scale::Outside;

use super::ablation::AblationError;
use crate::figure::{Chart, Scale};
use crate::results::runs::{Runs, Setting};
use crate::train::settings::{self, Values};
use groups::Scene;
use numbers::Numbers;

/// A figure with the numbers that it shows.
#[derive(Debug)]
pub struct Plot {
    /// The figure.
    pub chart: Chart,
    /// Its numbers as CSV.
    pub csv: String,
    /// The means along each line of the figure: (name, values), accuracies in percent. Other figures have none.
    pub sparks: Vec<(String, Vec<f64>)>,
    /// What was asked for, with nothing left open.
    pub request: PlotRequest,
}

impl Plot {
    /// Makes a figure of some runs; what the request leaves open is chosen by the settings that vary.
    ///
    /// # Errors
    ///
    /// When a column or value is not there, or a metric was not monitored.
    pub fn new(runs: &Runs, request: &PlotRequest) -> Result<Self, AblationError> {
        let request = defaults::complete(runs, request)?;
        let scene = Scene::new(runs, &request)?;
        let mut numbers = Numbers::default();
        let chart = match scene.request.kind {
            Some(Kind::Heatmap) => grid::draw(&scene, &mut numbers)?,
            Some(Kind::Strips) => strips::draw(&scene, &mut numbers)?,
            _ => lines::draw(&scene, &mut numbers)?,
        };
        let mut request = request.clone();
        if is_logarithmic(&chart) {
            // Said in the command, where the values chose it.
            request.y_scale = Some(Scale::Log10);
        }
        let sparks = match request.kind {
            Some(Kind::Heatmap | Kind::Strips) => Vec::new(),
            _ => numbers.sparks(scene.factor()),
        };
        Ok(Self { chart, csv: numbers.to_csv(), sparks, request })
    }
}

fn is_logarithmic(chart: &Chart) -> bool {
    let axis = match chart {
        Chart::Lines(figure) => Some(&figure.y),
        Chart::Panels(panels) => panels.panels.first().map(|figure| &figure.y),
        Chart::Strips(strips) => Some(&strips.value),
        Chart::Heatmap(_) | Chart::CriticalDifference(_) | Chart::Pictures(_) | Chart::Stack(_) => {
            None
        }
    };
    axis.is_some_and(|axis| axis.scale == Scale::Log10)
}

/// With a capital letter first.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |c| c.to_uppercase().to_string() + letters.as_str())
}

/// `learning rate η` for eta, `mini-batch size` for batch_size: how settings read on an axis.
pub(in crate::report) fn label(setting: &Setting) -> String {
    let declared = settings::options().find(|declared| declared.column == setting.name);
    // What is no number is called as it is in the file.
    let title = declared.filter(|d| matches!(d.values, Values::Fractions | Values::Counts));
    title.map_or_else(|| setting.name.replace('_', " "), |declared| declared.title.into())
}

/// `η = 0.5`, `batch size = 10`, `activation = relu`: a setting and its value, as the heading of a small figure.
fn titled(setting: &Setting, code: usize) -> String {
    match setting.name.as_str() {
        "eta" | "lambda" | "momentum" => value(setting, code),
        name => format!("{} = {}", name.replace('_', " "), setting.shown(code)),
    }
}

/// `η = 0.5`, `mini-batch 10`, `relu`: a value as the name of a line.
fn value(setting: &Setting, code: usize) -> String {
    let shown = setting.shown(code);
    match setting.name.as_str() {
        "eta" => format!("η = {shown}"),
        "lambda" => format!("λ = {shown}"),
        "momentum" => format!("μ = {shown}"),
        "batch_size" => format!("mini-batch {shown}"),
        "hidden" => format!("hidden {shown}"),
        _ if !setting.numeric => shown,
        name => format!("{} = {shown}", name.replace('_', " ")),
    }
}
