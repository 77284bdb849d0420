use crate::report::ablation::{Ablation, Also};
use crate::report::csv_text::{number, written};
use crate::results::runs::{How, Lost};
use crate::stats::{interquartile_mean, median, prediction_interval, std_dev};

/// A row a cell: the keys, then numbers in full, empty where there is none; without formulas if it has to be `safe` for
/// spreadsheets. It is for programs, and so no [`Language`](super::language::Language): nothing is rounded or said in
/// words, what the others spread over several tables is one row, and there is no caption.
pub(super) fn render(ablation: &Ablation, safe: bool) -> String {
    let mut header: Vec<String> = ablation.row_names.clone();
    header.extend(ablation.request.vs.named().map(String::from));
    let fixed = [
        "n",
        "mean",
        "ci_low",
        "ci_high",
        "difference",
        "difference_low",
        "difference_high",
        "p_holm",
        "pairs",
        "detectable",
        "pairs_needed",
        "differs",
        "best",
        "diverged",
    ];
    header.extend(fixed.map(String::from));
    // Only thresholds are missed.
    let threshold = !matches!(ablation.measure.how, How::Value(_));
    header.extend(threshold.then(|| "missed".into()));
    let missing = ablation.facts.all_lost.missing > 0;
    header.extend(missing.then(|| "missing".into()));
    header.extend(ablation.facts.tuned.iter().map(|name| format!("tuned_{name}")));
    header.extend(ablation.request.also.iter().flat_map(|also| names(*also)).map(String::from));
    let mut rows = vec![header];
    for (key, cells) in ablation.raw_rows.iter().zip(&ablation.cells) {
        for (column, cell) in ablation.raw_columns.iter().zip(cells) {
            let mut row = key.clone();
            row.extend(ablation.request.vs.named().map(|_| column.clone()));
            let versus = cell.as_ref().and_then(|cell| cell.versus.as_ref());
            let interval = cell.as_ref().and_then(|cell| cell.interval);
            let of_difference = versus.and_then(|versus| versus.interval);
            row.extend([
                cell.as_ref().map_or("0".into(), |cell| cell.n.to_string()),
                number(cell.as_ref().and_then(|cell| cell.mean)),
                number(interval.map(|i| i.low)),
                number(interval.map(|i| i.high)),
                number(versus.map(|versus| versus.mean)),
                number(of_difference.map(|i| i.low)),
                number(of_difference.map(|i| i.high)),
                number(versus.and_then(|versus| versus.p)),
                versus.map_or(String::new(), |versus| versus.n.to_string()),
                number(versus.and_then(|versus| versus.detectable)),
                versus
                    .and_then(|versus| versus.pairs_needed)
                    .map_or(String::new(), |n| n.to_string()),
                versus
                    .map_or(String::new(), |versus| versus.is_starred(ablation.levels).to_string()),
                cell.as_ref().map_or(String::new(), |cell| cell.best.to_string()),
                cell.as_ref().map_or(String::new(), |cell| cell.lost.diverged.to_string()),
            ]);
            let lost = |count: fn(Lost) -> usize| {
                cell.as_ref().map_or(String::new(), |cell| count(cell.lost).to_string())
            };
            row.extend(threshold.then(|| lost(|lost| lost.missed)));
            row.extend(missing.then(|| lost(|lost| lost.missing)));
            let chosen = |name: &String| {
                let tuned = cell.iter().flat_map(|cell| &cell.tuned);
                tuned.clone().find(|(n, _)| n == name).map_or(String::new(), |(_, v)| v.clone())
            };
            row.extend(ablation.facts.tuned.iter().map(chosen));
            let values = cell.as_ref().filter(|c| !c.lost.any()).map(|cell| cell.values());
            for &also in &ablation.request.also {
                let values = values.as_deref();
                row.extend(match also {
                    Also::Std => vec![number(values.and_then(std_dev))],
                    Also::Median => vec![number(values.map(median))],
                    Also::Iqm => vec![number(values.map(interquartile_mean))],
                    Also::Prediction => {
                        let interval = values.and_then(|v| {
                            Some(ablation.measure.cut(prediction_interval(v, 0.95)?, v))
                        });
                        vec![number(interval.map(|i| i.low)), number(interval.map(|i| i.high))]
                    }
                    Also::PBetter => vec![number(versus.and_then(|versus| versus.p_better))],
                    Also::Effect => vec![number(versus.and_then(|versus| versus.effect))],
                    // They have columns anyway.
                    Also::Detectable | Also::Needed => Vec::new(),
                });
            }
            rows.push(row);
        }
    }
    written(rows, safe)
}

fn names(also: Also) -> Vec<&'static str> {
    match also {
        Also::Std => vec!["std"],
        Also::Median => vec!["median"],
        Also::Iqm => vec!["iqm"],
        Also::Prediction => vec!["prediction_low", "prediction_high"],
        Also::PBetter => vec!["p_better"],
        Also::Effect => vec!["effect"],
        Also::Detectable | Also::Needed => Vec::new(),
    }
}
