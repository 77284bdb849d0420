use super::curves::{ArmCurves, Run};
use super::experiment::{Against, Panel};
use super::recorded::Recorded;
use super::{Reproduction, judge};
use crate::figure::{
    Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Panels, Ranges, Series, Shape, Stroke,
};
use crate::stats::{Interval, mean};
use crate::train::Metric;

/// The figure of an experiment: a panel for each of its metrics.
pub(super) fn draw(reproduction: &Reproduction, arms: &[ArmCurves]) -> Chart {
    let trained = reproduction.trained;
    let draw = |panel: &Panel| match trained.against {
        Against::Epoch => draw_curves(reproduction, arms, panel),
        Against::TrainSize => draw_sizes(reproduction, arms, panel),
    };
    let mut figures: Vec<Figure> = trained.panels.iter().map(draw).collect();
    if figures.len() == 1 {
        return Chart::Lines(figures.remove(0));
    }
    for (figure, panel) in figures.iter_mut().zip(trained.panels) {
        figure.title = panel.label.into();
    }
    Chart::Panels(Panels {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        panels: figures,
        ranges: Ranges::Own,
        note: Some(reproduction.footnote()),
    })
}

/// What marks a single epoch that the author recorded.
const DOT: Marker = Marker::new(Shape::Triangle, 4.5);

/// Whether the author recorded no whole curve of a metric.
fn has_gaps(arm: &ArmCurves, metric: Metric) -> bool {
    let curve = arm.book_curve(metric).len();
    curve <= 2 || curve < arm.recorded(metric).len()
}

/// The prediction band of single runs.
fn band(sample: &[f64]) -> Option<Interval> {
    let evidence = super::Evidence::Seeds { values: sample.to_vec(), lost: 0 };
    judge(super::claim::SINGLE_RUN, Some(0.0), &evidence).interval
}

/// The last value of every arm against the number of training images.
fn draw_sizes(reproduction: &Reproduction, arms: &[ArmCurves], panel: &Panel) -> Figure {
    let metric = panel.metric;
    let points = |value: &dyn Fn(&ArmCurves) -> Option<f64>| {
        let point = |arm: &ArmCurves| Some((arm.train_size? as f64, value(arm)?));
        arms.iter().filter_map(point).collect::<Vec<_>>()
    };
    let replay = Series {
        label: "the author's run, replayed in f64".into(),
        label_at: LabelAt::Legend,
        points: points(&|arm| arm.replay.as_ref()?.values(metric).last().copied()),
        ..Series::default()
    };
    let mut seeds = Series {
        label: format!("mean of {} seeds", reproduction.seeds),
        label_at: LabelAt::Legend,
        ..Series::default()
    };
    for arm in arms {
        let (sample, lost) = arm.sample(metric, arm.epochs - 1);
        if let (Some(size), false, 0) = (arm.train_size, sample.is_empty(), lost) {
            seeds.points.push((size as f64, mean(&sample)));
            if let Some(band) = band(&sample) {
                seeds.band.push((size as f64, band.low, band.high));
            }
        }
    }
    let of_book =
        if reproduction.exact { "the same, as he recorded it" } else { "the book's runs" };
    let book = Series {
        label: of_book.into(),
        label_at: LabelAt::Legend,
        colour: 1,
        points: points(&|arm| arm.book_last(metric)),
        style: Stroke::Dashed,
        ..Series::default()
    };
    let mut key = Vec::new();
    if !seeds.band.is_empty() {
        key.push(Key::new(Mark::Band, "95 % of single runs"));
    }
    let all = if reproduction.exact { vec![replay, book] } else { vec![seeds, book] };
    Figure {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        x: Axis::log10("training images"),
        y: Axis::linear(panel.label),
        series: all,
        key,
        note: Some(reproduction.footnote()),
        hatched: Vec::new(),
    }
}

/// The metric against the epoch: a colour an arm; the mean and the prediction band over the seeds,
/// the single seeds, the replay and the author's recorded curve.
fn draw_curves(reproduction: &Reproduction, arms: &[ArmCurves], panel: &Panel) -> Figure {
    let metric = panel.metric;
    let from = if reproduction.quick { 0 } else { panel.from };
    let mut series = Vec::new();
    for (colour, arm) in arms.iter().enumerate() {
        let points = |run: &Run| -> Vec<(f64, f64)> {
            let shown = run.points(metric).iter().filter(|(epoch, _)| *epoch >= from);
            shown.map(|&(epoch, value)| (epoch as f64, value)).collect()
        };
        let mut measured = Series { label: arm.label.into(), colour, ..Series::default() };
        for epoch in from..arm.epochs {
            let (sample, lost) = arm.sample(metric, epoch);
            // A mean over the survivors alone would flatter an arm that diverges.
            if sample.is_empty() || lost > 0 {
                continue;
            }
            measured.points.push((epoch as f64, mean(&sample)));
            if let Some(band) = band(&sample) {
                measured.band.push((epoch as f64, band.low, band.high));
            }
        }
        measured.thin = arm.seeds.iter().map(points).collect();
        // Where he recorded some epochs only, they are points.
        let book_curve = arm.book_curve(metric);
        let recorded = |epoch: usize, value: f64| (epoch >= from).then_some((epoch as f64, value));
        let mut book = Series {
            label: format!("{}, the book's recorded run", arm.label),
            label_at: LabelAt::Hidden,
            colour,
            points: book_curve.iter().enumerate().filter_map(|(e, &v)| recorded(e, v)).collect(),
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
        // What he recorded with gaps are single epochs, and two points are no curve.
        if has_gaps(arm, metric) {
            let gap = |recorded: &Recorded| (recorded.epoch as f64 + 0.5, f64::NAN);
            let points = arm.recorded(metric).iter().filter(|recorded| recorded.epoch >= from);
            let dots =
                points.flat_map(|r| [(r.epoch as f64, r.metric()), gap(r)]).collect::<Vec<_>>();
            book = Series { points: dots, style: Stroke::Solid, marker: DOT, ..book };
        }
        series.push(measured);
        series.push(book);
    }

    let seeds = reproduction.seeds;
    let mut key = Vec::new();
    let is_recorded = arms.iter().any(|arm| !has_gaps(arm, metric));
    let is_dotted =
        arms.iter().any(|arm| has_gaps(arm, metric) && !arm.recorded(metric).is_empty());
    if reproduction.exact {
        key.push(Key::new(Mark::Line, "the author's run, replayed in f64"));
        if is_recorded {
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
        if is_recorded {
            key.push(Key::new(Mark::Dashed, "the book's recorded run"));
        }
    }
    if is_dotted {
        key.push(Key::new(Mark::Point(Shape::Triangle), "the book's recorded epochs"));
    }
    Figure {
        title: reproduction.experiment.title.into(),
        subtitle: Some(reproduction.subtitle()),
        x: Axis::linear("epoch (counted from 0)"),
        y: Axis::linear(panel.label),
        series,
        key,
        note: Some(reproduction.footnote()),
        hatched: Vec::new(),
    }
}
