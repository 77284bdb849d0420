//! The figure of an experiment: one a panel.
//!
//! | file | what is drawn |
//! |---|---|
//! | `curves` | a metric or the learning rate by epoch, or by second |
//! | `layers` | the layers, by epoch or all at one moment |
//! | `response` | a number of every run against one of its settings |
//! | `strips` | a number of every run, by arm |

mod curves;
mod layers;
mod response;
mod strips;

use super::curves::{ArmCurves, Measured};
use super::panel::{Panel, Shows};
use super::{Evidence, Reproduction, judge};
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Scale, Shape};
use crate::stats::{Interval, median};

/// The figure of an experiment: a panel for each of its metrics.
pub(super) fn draw(reproduction: &Reproduction, arms: &[ArmCurves]) -> Chart {
    let panels = reproduction.trained.panels;
    if let [Panel { shows: Shows::Strips(measure), .. }] = panels {
        return Chart::Strips(strips::draw(reproduction, arms, &panels[0], *measure));
    }
    let draw = |panel: &Panel| match panel.shows {
        Shows::Curves { of, from } => curves::draw(reproduction, arms, panel, of, from),
        Shows::Seconds(metric) => curves::by_second(reproduction, arms, panel, metric),
        Shows::Layers { of, arm } => layers::by_epoch(reproduction, arms, panel, of, arm),
        Shows::Profile { of, epochs_trained } => {
            layers::profile(reproduction, arms, panel, of, epochs_trained)
        }
        Shows::Response(response) => response::draw(reproduction, arms, panel, &response),
        Shows::Strips(_) => unreachable!("strips stand alone"),
    };
    let mut figures: Vec<Figure> = panels.iter().map(draw).collect();
    if figures.len() == 1 {
        return Chart::Lines(figures.remove(0));
    }
    for (figure, panel) in figures.iter_mut().zip(panels) {
        figure.title = panel.label.into();
        // All panels have one legend, for lines that they share.
        if let Shows::Response(_) = panel.shows
            && let [line] = &mut figure.series[..]
        {
            line.label_at = LabelAt::Hidden;
        }
    }
    Chart::Panels(Panels {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        panels: figures,
        ranges: Ranges::Own,
        note: Some(reproduction.footnote()),
    })
}

/// A figure without its lines.
fn empty(reproduction: &Reproduction, panel: &Panel, x: Axis) -> Figure {
    Figure {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        x,
        y: Axis { label: panel.label.into(), scale: panel.scale, range: panel.range },
        note: Some(reproduction.footnote()),
        ..Figure::default()
    }
}

/// What marks a single value that the author recorded.
const DOT: Marker = Marker::new(Shape::Triangle, 4.5);

/// Whether the author recorded no whole curve.
fn has_gaps(arm: &ArmCurves, of: Measured) -> bool {
    let curve = arm.book_curve(of).len();
    curve <= 2 || curve < arm.recorded(of).len()
}

/// The prediction band of single runs: that of logarithms on a logarithmic axis. Of accuracies it ends at 0 and 1.
fn band(sample: &[f64], panel: &Panel, is_fraction: bool) -> Option<Interval> {
    if panel.runs_only {
        return None;
    }
    let rule = match panel.scale {
        Scale::Linear => super::claim::SINGLE_RUN,
        Scale::Log10 => super::claim::SINGLE_RUN_LOG,
    };
    let evidence = Evidence::Seeds { values: sample.to_vec(), lost: 0 };
    let band = judge(rule, Some(1.0), &evidence).interval?;
    Some(match is_fraction {
        true => Interval { low: band.low.max(0.0), high: band.high.min(1.0) },
        false => band,
    })
}

/// Whether something is a fraction: an accuracy.
fn is_fraction(of: Measured) -> bool {
    matches!(of, Measured::Metric(metric) if !metric.is_cost())
}

/// What [`middle`] is called.
fn middle_word(panel: &Panel) -> &'static str {
    match panel.scale {
        _ if panel.runs_only => "median",
        Scale::Linear => "mean",
        Scale::Log10 => "geometric mean",
    }
}

/// The middle of some values: the geometric mean on a logarithmic axis.
fn middle(sample: &[f64], panel: &Panel) -> f64 {
    let mean = crate::stats::mean;
    if panel.runs_only {
        return median(sample);
    }
    match panel.scale {
        Scale::Linear => mean(sample),
        Scale::Log10 => libm::exp(mean(&sample.iter().map(|&x| libm::log(x)).collect::<Vec<_>>())),
    }
}
