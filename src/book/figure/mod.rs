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
use crate::figure::{
    Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Panels, Ranges, Scale, Shape,
};
use crate::report::plot::{Ending, Outside, Why, endings_in_words};
use crate::stats::{Interval, median};

/// The figure of an experiment: a panel for each of its metrics.
pub(super) fn draw(reproduction: &Reproduction, arms: &[ArmCurves]) -> Chart {
    let panels = reproduction.trained.panels;
    if let [panel @ Panel { shows: Shows::Strips { measure, .. }, .. }] = panels {
        return Chart::Strips(strips::draw(reproduction, arms, panel, *measure));
    }
    let draw = |panel: &Panel| match panel.shows {
        Shows::Curves { of, from } => curves::draw(reproduction, arms, panel, of, from),
        Shows::Seconds(metric) => curves::by_second(reproduction, arms, panel, metric),
        Shows::Layers { of, arm } => layers::by_epoch(reproduction, arms, panel, of, arm),
        Shows::Profile { of, epochs_trained } => {
            layers::profile(reproduction, arms, panel, of, epochs_trained)
        }
        Shows::Response(response) => response::draw(reproduction, arms, panel, &response),
        Shows::Strips { .. } => unreachable!("strips stand alone"),
    };
    let draw = |panel: &Panel| match panel.is_fraction() {
        true => in_percent(draw(panel)),
        false => draw(panel),
    };
    let mut figures: Vec<Figure> = panels.iter().map(draw).collect();
    let note = note(reproduction, arms, &figures);
    if figures.len() == 1 {
        figures[0].note = Some(note);
        return Chart::Lines(figures.remove(0));
    }
    for (figure, panel) in figures.iter_mut().zip(panels) {
        figure.title = heading(panel);
        // All panels have one legend, for lines that they share.
        if let Shows::Response(_) = panel.shows
            && let [line] = &mut figure.series[..]
        {
            line.label_at = LabelAt::Hidden;
            figure.key.insert(0, Key::new(Mark::Line, line.label.clone()));
        }
    }
    Chart::Panels(Panels {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        panels: figures,
        ranges: Ranges::Own,
        note: Some(note),
    })
}

/// A figure without its lines.
fn empty(reproduction: &Reproduction, panel: &Panel, x: Axis) -> Figure {
    Figure {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        x,
        y: Axis { label: heading(panel), scale: panel.scale, range: panel.range },
        ..Figure::default()
    }
}

/// What the axis of a panel is called.
fn heading(panel: &Panel) -> String {
    format!("{}{}", panel.label, if panel.is_fraction() { " (%)" } else { "" })
}

/// The same with its fractions in percent.
fn in_percent(mut figure: Figure) -> Figure {
    let percent = |(low, high): (f64, f64)| (100.0 * low, 100.0 * high);
    figure.y.range = figure.y.range.map(percent);
    for series in &mut figure.series {
        let lines = series.thin.iter_mut().chain([&mut series.points]);
        lines.flatten().for_each(|point| point.1 *= 100.0);
        for band in &mut series.band {
            (band.1, band.2) = percent((band.1, band.2));
        }
    }
    figure
}

/// What is to be known of a figure: what a seed is, where means end, what is outside.
fn note(reproduction: &Reproduction, arms: &[ArmCurves], figures: &[Figure]) -> String {
    let mut words = vec![reproduction.footnote()];
    let mut endings = Vec::new();
    for panel in reproduction.trained.panels {
        if let Shows::Curves { of, .. } = panel.shows {
            let drawn = arms.iter().filter(|arm| panel.has(arm.key));
            endings.extend(drawn.filter_map(|arm| ending(arm, of)));
        }
    }
    // The panels of one experiment show the same trainings.
    endings.sort_by(|a, b| a.of.cmp(&b.of));
    endings.dedup();
    words.extend(endings_in_words(&endings, "epoch", arms.len()));
    let mut outside = [Outside::none("points"), Outside::none("values of single runs")];
    for figure in figures.iter().filter(|figure| figure.y.range.is_some()) {
        for series in &figure.series {
            outside[0].count(figure.y.range, series.points.iter().map(|point| point.1));
            outside[1].count(figure.y.range, series.thin.iter().flatten().map(|point| point.1));
        }
    }
    words.extend(Outside::sentence(&outside));
    words.join(" ")
}

/// Where the mean of an arm ends before the last of its runs.
fn ending(arm: &ArmCurves, of: Measured) -> Option<Ending> {
    let has_mean = |epoch: &usize| {
        let (sample, lost) = arm.sample(of, *epoch);
        !sample.is_empty() && lost == 0
    };
    let points = || arm.seeds.iter().flat_map(|run| run.points(of));
    let last_of_all = points().map(|point| point.0).max()?;
    let last = (0..=last_of_all).rfind(has_mean);
    let diverged = points().any(|point| !point.1.is_finite());
    (last != Some(last_of_all)).then(|| Ending {
        of: Some(arm.label.into()),
        runs: arm.seeds.len(),
        last,
        why: if diverged { Why::Diverged } else { Why::Stopped },
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::curves::Run;
    use crate::book::experiment::Kind;
    use crate::figure::Series;
    use crate::train::Metric::{TestAccuracy, TrainingCost};

    #[test]
    fn every_accuracy_is_in_percent() {
        for experiment in crate::book::experiments() {
            let Kind::Trained(trained) = &experiment.kind else {
                continue;
            };
            for panel in trained.panels {
                let is_accuracy = panel.label.contains("accuracy");
                assert_eq!(is_accuracy, panel.is_fraction(), "{}: {}", experiment.id, panel.label);
                assert_eq!(is_accuracy, heading(panel).ends_with(" (%)"));
            }
        }
        let figure = in_percent(Figure {
            y: Axis::linear("").with_range(0.9, 1.0),
            series: vec![Series {
                points: vec![(1.0, 0.95), (2.0, f64::NAN)],
                band: vec![(1.0, 0.94, 0.96)],
                thin: vec![vec![(1.0, 0.93)]],
                ..Series::default()
            }],
            ..Figure::default()
        });
        assert_eq!(figure.y.range, Some((90.0, 100.0)));
        let series = &figure.series[0];
        assert_eq!((series.points[0], series.band[0]), ((1.0, 95.0), (1.0, 94.0, 96.0)));
        assert_eq!(series.thin[0][0], (1.0, 93.0));
    }

    #[test]
    fn where_the_mean_of_an_arm_ends_is_known() {
        let arm = |runs: &[&[f64]]| {
            let seeds = runs.iter().map(|values| Run::of(TestAccuracy, values)).collect();
            ArmCurves::of_seeds("an arm", seeds, 3)
        };
        let of = Measured::from(TestAccuracy);
        assert_eq!(ending(&arm(&[&[0.1, 0.2, 0.3], &[0.1, 0.2, 0.3]]), of), None);
        // All stopped at the same time: nothing is left out.
        assert_eq!(ending(&arm(&[&[0.1, 0.2], &[0.1, 0.2]]), of), None);
        assert_eq!(ending(&arm(&[&[0.1, 0.2]]), TrainingCost.into()), None, "not monitored");
        let stopped = ending(&arm(&[&[0.1, 0.2, 0.3], &[0.1, 0.2]]), of).unwrap();
        assert_eq!((stopped.last, stopped.why, stopped.runs), (Some(1), Why::Stopped, 2));
        let diverged = ending(&arm(&[&[0.1, 0.2, 0.3], &[0.1, f64::NAN]]), of).unwrap();
        assert_eq!((diverged.last, diverged.why), (Some(0), Why::Diverged));
    }
}
