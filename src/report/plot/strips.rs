//! Every run by category.

use super::groups::Scene;
use super::numbers::{Number, Numbers};
use super::scale::{Middle, Outside, logarithmic, scale};
use super::{capital, label};
use crate::figure::{Axis, Chart, Scale, Strip, Strips};
use crate::report::ablation::AblationError;
use crate::results::runs::{Lost, Outcome};

pub(super) fn draw(scene: &Scene, numbers: &mut Numbers) -> Result<Chart, AblationError> {
    let Some(x) = scene.x else {
        return Err(AblationError::Role("--x: a setting that varies".into()));
    };
    let (outcomes, spacing) = scene.outcomes()?;
    let factor = scene.factor();
    let all = scene.selected.iter().map(|&run| outcomes[run]);
    let scale = scale(scene, Lost::split(all).0.into_iter());
    let mut left_out = 0;
    let mut strips = Vec::new();
    for code in x.present(&scene.selected) {
        let runs = Scene::having(Some(x), Some(code), &scene.selected);
        let (runs, chosen) = scene.at_best(&runs, None);
        let point = |&run: &usize| match outcomes[run] {
            Outcome::Value(value) => Some((scene.pair(run), value)),
            Outcome::Diverged | Outcome::Missed | Outcome::Missing => None,
        };
        let points: Vec<(usize, f64)> = runs.iter().filter_map(point).collect();
        let (values, lost) = Lost::split(runs.iter().map(|&run| outcomes[run]));
        let middle = Middle::of(scene, &values, !lost.any(), scale);
        let interval = middle.interval;
        left_out += middle.left_out;
        // The axis says of what.
        let name = x.shown(code);
        let of_series = Number {
            series: name.clone(),
            chosen: chosen.clone(),
            x: x.values[code].clone(),
            ..Number::default()
        };
        numbers.push(Number {
            n: runs.len(),
            value: middle.value,
            low: interval.map(|i| i.low),
            high: interval.map(|i| i.high),
            lost,
            ..of_series.clone()
        });
        for &(pair, value) in &points {
            let seed = scene.pair_name(pair);
            numbers.push(Number { seed, n: 1, value: Some(value), ..of_series.clone() });
        }
        strips.push(Strip {
            label: name,
            detail: chosen,
            points: points.into_iter().map(|(pair, value)| (pair, factor * value)).collect(),
            mean: middle.value.map(|mean| {
                let (low, high) = interval.map_or((mean, mean), |i| (i.low, i.high));
                (factor * mean, factor * low, factor * high)
            }),
            lost: lost.count(),
            lost_word: lost.word().into(),
        });
    }
    let mut note = vec![scene.note("Each has", scene.lost(&outcomes), spacing)];
    if scale == Scale::Log10 {
        note.push(logarithmic(left_out));
    }
    let mut outside = Outside::none("runs");
    let shown = strips.iter().flat_map(|strip| &strip.points);
    outside.count(scene.request.range, shown.map(|point| point.1));
    note.extend(Outside::sentence(&[outside]));
    Ok(Chart::Strips(Strips {
        title: format!("{} by {}", capital(&scene.measure.name()), label(x)),
        subtitle: Some(scene.subtitle()),
        category: label(x),
        value: Axis { scale, ..scene.y_axis() },
        strips,
        pair: scene.seeds.map(label).filter(|name| !name.ends_with("seed")),
        note: Some(note.join(" ")),
    }))
}
