//! A heatmap over two settings.

use super::groups::Scene;
use super::numbers::{Number, Numbers};
use super::{capital, label};
use crate::figure::{Chart, HeatCell, Heatmap};
use crate::report::ablation::AblationError;
use crate::results::runs::{Direction, Lost};
use crate::stats::{mean, resampled_interval};
use crate::text::rounded;

pub(super) fn draw(scene: &Scene, numbers: &mut Numbers) -> Result<Chart, AblationError> {
    let (Some(x), Some(y)) = (scene.x, scene.y) else {
        return Err(AblationError::Role("--x and --y: two settings that vary".into()));
    };
    let (outcomes, spacing) = scene.outcomes()?;
    let factor = scene.factor();
    // A test set of 10,000 images has steps of 0.01 points.
    let most = if factor == 100.0 { 2 } else { usize::MAX };
    let (columns, mut rows) = (x.present(&scene.selected), y.present(&scene.selected));
    if y.numeric {
        // As on an axis: large above small.
        rows.reverse();
    }
    let mut cells = Vec::new();
    let mut best: Option<(f64, [usize; 2])> = None;
    for (i, &row) in rows.iter().enumerate() {
        let mut line = Vec::new();
        for (j, &column) in columns.iter().enumerate() {
            let runs = Scene::having(Some(y), Some(row), &scene.selected);
            let runs = Scene::having(Some(x), Some(column), &runs);
            let (runs, chosen) = scene.at_best(&runs, None);
            let (values, lost) = Lost::split(runs.iter().map(|&run| outcomes[run]));
            let middle = (!lost.any() && !values.is_empty()).then(|| mean(&values));
            let interval = middle.and_then(|_| resampled_interval(&values, 0.95, scene.shared));
            // Half of it before it is cut to where values can be.
            let half = interval.map(|interval| interval.half_width());
            let interval = interval.map(|interval| scene.cut(interval, &values));
            let framed = middle.is_some() && scene.judge.better != Direction::Unknown;
            let judged = if framed { scene.judged(&runs) } else { None };
            if let Some(value) = judged
                && best.is_none_or(|(old, _)| scene.judge.is_better(value, old))
            {
                best = Some((value, [i, j]));
            }
            let mut text = Vec::new();
            if let Some(middle) = middle {
                let (mean, half) = rounded(factor * middle, half.map(|half| factor * half), most);
                text.push(mean);
                text.extend(half.map(|half| format!("±{half}")));
            } else if lost.any() {
                text.push(format!("{}/{}", lost.count(), runs.len()));
                text.push(lost.word().into());
            } else {
                text.push("–".into());
            }
            numbers.push(Number {
                series: y.shown(row),
                chosen: chosen.clone(),
                x: x.values[column].clone(),
                n: runs.len(),
                value: middle,
                low: interval.map(|i| i.low),
                high: interval.map(|i| i.high),
                lost,
                ..Number::default()
            });
            line.push(HeatCell {
                value: middle.map(|mean| factor * mean),
                text,
                detail: chosen,
                hatched: lost.any(),
                framed: false,
            });
        }
        cells.push(line);
    }
    if let Some((_, [row, column])) = best {
        cells[row][column].framed = true;
    }
    let mut note = String::from("Mean over seeds and half its 95 % t interval");
    note += &match best {
        Some(_) => format!("; the frame marks the best by {}. ", scene.judge.words()),
        None => ". ".into(),
    };
    if best.is_some() && scene.rest.is_empty() {
        note += &scene.flattered().map_or(String::new(), |warning| format!("{warning} "));
    }
    note += &scene.note("Each cell has", scene.lost(&outcomes), spacing);
    Ok(Chart::Heatmap(Heatmap {
        title: format!("{} by {} and {}", capital(&scene.measure.name()), label(x), label(y)),
        subtitle: Some(scene.subtitle()),
        x_label: label(x),
        x: columns.iter().map(|&code| x.shown(code)).collect(),
        y_label: label(y),
        y: rows.iter().map(|&code| y.shown(code)).collect(),
        cells,
        scale_label: scene.measure.heading(),
        note: Some(note),
        ..Heatmap::default()
    }))
}
