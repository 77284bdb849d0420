use super::Variance;
use crate::report::csv_text::written;
use crate::stats::{Effect, Estimate};

/// A row a component and group, numbers in full: variances are in the square of the metric's own unit, and estimates
/// below 0 as they are.
pub(super) fn render(variance: &Variance) -> String {
    let request = &variance.request;
    let fixed = [
        "component",
        "levels",
        "degrees_of_freedom",
        "variance",
        "variance_low",
        "variance_high",
        "share",
        "share_low",
        "share_high",
        "runs",
        "mean",
        "standard_error",
    ];
    let mut rows: Vec<Vec<String>> =
        vec![request.by.iter().cloned().chain(fixed.map(String::from)).collect()];
    for group in &variance.groups {
        let made = &group.components;
        let runs = group.levels.iter().product::<usize>() * group.replicates;
        let mut push = |name: String, levels: String, degrees: String, of, share| {
            let mut row = group.raw.clone();
            row.extend([name, levels, degrees]);
            row.extend(numbers(Some(of)));
            row.extend(numbers(share));
            row.extend([runs.to_string(), number(made.mean), number(made.standard_error)]);
            rows.push(row);
        };
        for component in &made.components {
            let levels: usize = component.effect.factors().map(|f| group.levels[f]).product();
            let levels = if component.effect.is_rest() { runs } else { levels };
            let name = name(&request.factors, component.effect);
            let degrees = component.degrees.to_string();
            push(name, levels.to_string(), degrees, component.variance, component.share);
        }
        push("total".into(), String::new(), String::new(), made.total, None);
    }
    written(rows, false)
}

/// `seed_init`, `seed_init:seed_order`, `residual`.
fn name(factors: &[String], effect: Effect) -> String {
    match effect.is_rest() {
        true => "residual".into(),
        false => effect.factors().map(|f| factors[f].as_str()).collect::<Vec<_>>().join(":"),
    }
}

fn numbers(estimate: Option<Estimate>) -> [String; 3] {
    let cell = |of: fn(Estimate) -> f64| estimate.map_or(String::new(), |e| number(of(e)));
    [cell(|e| e.value), cell(|e| e.interval.low), cell(|e| e.interval.high)]
}

fn number(value: f64) -> String {
    format!("{value:?}")
}
