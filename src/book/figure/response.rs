use super::{ArmCurves, Panel, Reproduction, band, empty, middle, middle_word};
use crate::book::panel::Response;
use crate::figure::{Axis, Figure, Key, LabelAt, Mark, Series, Stroke};

/// A number of every run against a number of its settings: a colour a line.
pub(super) fn draw(
    reproduction: &Reproduction,
    arms: &[ArmCurves],
    panel: &Panel,
    response: &Response,
) -> Figure {
    let mut lines: Vec<&'static str> = Vec::new();
    for arm in arms {
        let line = (response.line)(&arm.spec);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mut series = Vec::new();
    for (colour, &line) in lines.iter().enumerate() {
        // Without seeds, the replay.
        let label_at = LabelAt::Legend;
        let mut ours = Series { label: line.into(), label_at, colour, ..Series::default() };
        if lines.len() == 1 {
            ours.label = match reproduction.exact {
                true => "the author's run, replayed in f64".into(),
                false => format!("{} of {} seeds", middle_word(panel), reproduction.seeds),
            };
        }
        for arm in arms.iter().filter(|arm| (response.line)(&arm.spec) == line) {
            let x = (response.at)(&arm.spec);
            let values = arm.measured(response.measure);
            if let (true, Some(replay)) = (values.is_empty(), &arm.replay) {
                ours.points.push((x, (response.measure)(replay)));
            } else if !values.is_empty() && values.iter().all(|value| value.is_finite()) {
                ours.points.push((x, middle(&values, panel)));
                if let Some(band) = band(&values, panel, response.is_fraction) {
                    ours.band.push((x, band.low, band.high));
                }
            } else {
                // A mean over the survivors alone would flatter an arm that diverges.
                ours.points.push((x, f64::NAN));
            }
        }
        series.push(ours);
    }
    if let Some(metric) = response.recorded {
        let point = |arm: &ArmCurves| Some(((response.at)(&arm.spec), arm.book_last(metric)?));
        series.push(Series {
            label: match reproduction.exact {
                true => "the same, as he recorded it".into(),
                false => "the book's runs".into(),
            },
            label_at: LabelAt::Legend,
            colour: lines.len(),
            points: arms.iter().filter_map(point).collect(),
            style: Stroke::Dashed,
            ..Series::default()
        });
    }
    let mut key = Vec::new();
    if lines.len() > 1 {
        key.push(Key::new(
            Mark::Line,
            format!("{} of {} seeds", middle_word(panel), reproduction.seeds),
        ));
    }
    if series.iter().any(|line| !line.band.is_empty()) {
        key.push(Key::new(Mark::Band, "95 % of single runs"));
    }
    let x = Axis { label: response.axis.into(), scale: response.scale, range: None };
    Figure { series, key, ..empty(reproduction, panel, x) }
}
