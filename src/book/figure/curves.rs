use super::{ArmCurves, DOT, Panel, Reproduction, band, empty, has_gaps, middle, middle_word};
use crate::book::curves::{Measured, Run};
use crate::book::recorded::Recorded;
use crate::figure::{Axis, Figure, Key, LabelAt, Mark, Series, Shape, Stroke};
use crate::stats::mean;
use crate::train::Metric;

/// Something against the epoch: a colour an arm; the mean and the prediction band over the seeds,
/// the single seeds, the replay and the author's recorded curve.
pub(super) fn draw(
    reproduction: &Reproduction,
    arms: &[ArmCurves],
    panel: &Panel,
    of: Measured,
    from: usize,
) -> Figure {
    let from = if reproduction.quick { 0 } else { from };
    let is_fraction = of.is_fraction();
    let mut series = Vec::new();
    for (colour, arm) in arms.iter().filter(|arm| panel.has(arm.key)).enumerate() {
        let points = |run: &Run| -> Vec<(f64, f64)> {
            let shown = run.points(of).iter().filter(|(epoch, _)| *epoch >= from);
            shown.map(|&(epoch, value)| (epoch as f64, value)).collect()
        };
        let mut measured = Series { label: arm.label.into(), colour, ..Series::default() };
        for epoch in from..arm.epochs {
            let (sample, lost) = arm.sample(of, epoch);
            // A mean over the survivors alone would flatter an arm that diverges.
            if sample.is_empty() || lost > 0 {
                continue;
            }
            measured.points.push((epoch as f64, middle(&sample, panel)));
            if let Some(band) = band(&sample, panel, is_fraction) {
                measured.band.push((epoch as f64, band.low, band.high));
            }
        }
        measured.thin = arm.seeds.iter().map(points).collect();
        // Where he recorded some epochs only, they are points.
        let book_curve = arm.book_curve(of);
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
        if has_gaps(arm, of) {
            let points = arm.recorded(of).iter().filter(|recorded| recorded.epoch >= from);
            book = dots(book, points);
        }
        series.push(measured);
        if !book.points.is_empty() {
            series.push(book);
        }
    }

    let seeds = reproduction.seeds;
    let mut key = Vec::new();
    let drawn = || arms.iter().filter(|arm| panel.has(arm.key));
    let is_recorded = drawn().any(|arm| !has_gaps(arm, of));
    let is_shown = |recorded: &Recorded| recorded.epoch >= from;
    let is_dotted = drawn().any(|arm| has_gaps(arm, of) && arm.recorded(of).iter().any(is_shown));
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
        let middle = middle_word(panel);
        key.push(Key::new(Mark::Line, format!("{middle} of {seeds} seeds")));
        if !panel.runs_only {
            key.push(Key::new(Mark::Band, "95 % of single runs"));
        }
        key.push(Key::new(Mark::Thin, "one seed"));
        if is_recorded {
            key.push(Key::new(Mark::Dashed, "the book's recorded run"));
        }
    }
    if is_dotted {
        key.push(Key::new(Mark::Point(Shape::Triangle), "the book's recorded epochs"));
    }
    let x = Axis::linear("epoch (counted from 0)");
    Figure { series, key, ..empty(reproduction, panel, x) }
}

/// Single epochs that the author recorded.
pub(super) fn dots<'a>(book: Series, recorded: impl Iterator<Item = &'a Recorded>) -> Series {
    let gap = |recorded: &Recorded| (recorded.epoch as f64 + 0.5, f64::NAN);
    let dots = recorded.flat_map(|r| [(r.epoch as f64, r.metric()), gap(r)]);
    Series { points: dots.collect(), style: Stroke::Solid, marker: DOT, ..book }
}

/// A metric against the mean seconds until an epoch.
pub(super) fn by_second(
    reproduction: &Reproduction,
    arms: &[ArmCurves],
    panel: &Panel,
    metric: Metric,
) -> Figure {
    let is_fraction = panel.is_fraction();
    let line = |(colour, arm): (usize, &ArmCurves)| {
        let mut line = Series { label: arm.label.into(), colour, ..Series::default() };
        for epoch in 0..arm.epochs {
            let ((sample, lost), (seconds, _)) =
                (arm.sample(metric, epoch), arm.sample(Measured::Seconds, epoch));
            if sample.is_empty() || lost > 0 {
                continue;
            }
            line.points.push((mean(&seconds), middle(&sample, panel)));
            if let Some(band) = band(&sample, panel, is_fraction) {
                line.band.push((mean(&seconds), band.low, band.high));
            }
        }
        line
    };
    let key = vec![
        Key::new(Mark::Line, format!("{} of {} seeds", middle_word(panel), reproduction.seeds)),
        Key::new(Mark::Band, "95 % of single runs"),
    ];
    let series = arms.iter().enumerate().map(line).collect();
    let x = Axis::log10("seconds of training and monitoring on one core");
    Figure { series, key, ..empty(reproduction, panel, x) }
}
