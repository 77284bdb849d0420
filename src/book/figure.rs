use super::judge::{ArmCurves, single_runs};
use super::{Against, Reproduction};
use crate::report::Curve;
use crate::report::figure::{Axis, Figure, Key, LabelAt, Mark, Series, Stroke};
use crate::stats::mean;

/// The figure of an experiment.
pub(super) fn draw(reproduction: &Reproduction, arms: &[ArmCurves]) -> Figure {
    match reproduction.experiment.against {
        Against::Epoch => draw_curves(reproduction, arms),
        Against::TrainSize => draw_sizes(reproduction, arms),
    }
}

/// The last value of every arm of a replay against the number of training images.
fn draw_sizes(reproduction: &Reproduction, arms: &[ArmCurves]) -> Figure {
    let points = |value: &dyn Fn(&ArmCurves) -> Option<f64>| {
        let point = |arm: &ArmCurves| Some((arm.train_size? as f64, value(arm)?));
        arms.iter().filter_map(point).collect::<Vec<_>>()
    };
    let replay = Series {
        label: "the author's run, replayed in f64".into(),
        label_at: LabelAt::Legend,
        points: points(&|arm| arm.replay.as_ref()?.points.last().map(|&(_, value)| value)),
        ..Series::default()
    };
    let book = Series {
        label: "the same, as he recorded it".into(),
        label_at: LabelAt::Legend,
        colour: 1,
        points: points(&ArmCurves::book_last),
        style: Stroke::Dashed,
        ..Series::default()
    };
    Figure {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        x: Axis::log10("training images"),
        y: Axis::linear(reproduction.experiment.axis),
        series: vec![replay, book],
        key: Vec::new(),
        note: Some(reproduction.footnote()),
        hatched: Vec::new(),
    }
}

/// The metric against the epoch: a colour an arm; the mean and the prediction band over the seeds,
/// the single seeds, the replay and the author's recorded curve.
fn draw_curves(reproduction: &Reproduction, arms: &[ArmCurves]) -> Figure {
    let experiment = reproduction.experiment;
    let mut series = Vec::new();
    for (colour, arm) in arms.iter().enumerate() {
        let points = |curve: &Curve| -> Vec<(f64, f64)> {
            curve.points.iter().map(|&(epoch, value)| (epoch as f64, value)).collect()
        };
        let mut measured = Series { label: arm.label.into(), colour, ..Series::default() };
        for epoch in 0..arm.epochs {
            let (sample, lost) = arm.sample(epoch);
            // A mean over the survivors alone would flatter an arm that diverges.
            if sample.is_empty() || lost > 0 {
                continue;
            }
            measured.points.push((epoch as f64, mean(&sample)));
            if let Some(band) = single_runs(&sample) {
                measured.band.push((epoch as f64, band.low, band.high));
            }
        }
        measured.thin = arm.seeds.iter().map(points).collect();
        let mut book = Series {
            label: format!("{}, the book's recorded run", arm.label),
            label_at: LabelAt::Hidden,
            colour,
            points: arm.book().iter().enumerate().map(|(e, &v)| (e as f64, v)).collect(),
            style: Stroke::Dashed,
            ..Series::default()
        };
        if let Some(replay) = &arm.replay {
            if measured.points.is_empty() {
                measured.points = points(replay);
            } else {
                series.push(Series {
                    label: format!("{}, replay", arm.label),
                    label_at: LabelAt::Hidden,
                    colour,
                    points: points(replay),
                    ..Series::default()
                });
                // With seeds, their mean would hide the replay, which is what is to be seen here.
                measured.points.clear();
                measured.label_at = LabelAt::Hidden;
                if let Some(replay) = series.last_mut() {
                    replay.label = arm.label.into();
                    replay.label_at = LabelAt::End;
                    measured.label = format!("{}, seeds", arm.label);
                }
            }
        }
        // Two points are no curve.
        if book.points.len() <= 2 {
            book.points.clear();
        }
        series.push(measured);
        series.push(book);
    }

    let seeds = reproduction.seeds;
    let mut key = Vec::new();
    if reproduction.exact {
        key.push(Key::new(Mark::Line, "the author's run, replayed in f64"));
        if arms.iter().any(|arm| arm.book().len() > 2) {
            key.push(Key::new(Mark::Dashed, "the same, as he recorded it"));
        }
        if arms.iter().any(|arm| !arm.seeds.is_empty()) {
            key.push(Key::new(Mark::Band, format!("95 % of single runs, from {seeds} seeds")));
            key.push(Key::new(Mark::Thin, "one seed"));
        }
    } else {
        key.push(Key::new(Mark::Line, format!("mean of {seeds} seeds")));
        key.push(Key::new(Mark::Band, "95 % of single runs"));
        key.push(Key::new(Mark::Thin, "one seed"));
        key.push(Key::new(Mark::Dashed, "the book's recorded run"));
    }
    Figure {
        title: experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        x: Axis::linear("epoch (counted from 0)"),
        y: Axis::linear(experiment.axis),
        series,
        key,
        note: Some(reproduction.footnote()),
        hatched: Vec::new(),
    }
}
