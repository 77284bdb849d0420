//! A comparison for programs: numbers in full, in the unit of the file; `null` where there is none.

use super::{Comparison, Evidence, SameImages};
use crate::stats::Interval;
use serde_json::{Value, json};

impl Comparison {
    /// The comparison as JSON.
    pub fn to_json(&self) -> Value {
        let arm = |i: usize| {
            let arm = &self.arms[i];
            json!({
                "name": arm.name,
                "runs": arm.runs(),
                "diverged": arm.lost.diverged,
                "missed": arm.lost.missed,
                "missing": arm.lost.missing,
                "mean": number(self.means[i]),
            })
        };
        let result = match &self.evidence {
            Evidence::Paired(paired) => json!({
                "kind": "paired",
                "pairs": paired.n,
                "difference": number(Some(paired.mean)),
                "interval": interval(paired.interval),
                "p": number(paired.p),
                "p_wilcoxon": number(paired.p_wilcoxon),
                "p_equal": number(paired.p_equal),
                "p_better": number(paired.p_better),
                "effect_size": number(paired.effect),
                "correlation": number(paired.correlation),
                "variance_beside_strangers": number(paired.pairing),
                "corrected_for_folds": !paired.shared.is_none(),
                "detectable": number(paired.detectable),
                "pairs_needed": paired.needed,
            }),
            Evidence::Unpaired(unpaired) => json!({
                "kind": "unpaired",
                "difference": number(Some(unpaired.difference)),
                "interval": interval(Some(unpaired.interval)),
                "p": number(Some(unpaired.p)),
                "p_brunner_munzel": number(unpaired.p_brunner_munzel),
                "p_mann_whitney": number(unpaired.p_mann_whitney),
                "p_equal": number(unpaired.p_equal),
                "p_better": number(unpaired.p_better),
            }),
            Evidence::Lost { p, .. } => json!({ "kind": "lost", "p_fisher": number(Some(*p)) }),
            Evidence::Few => json!({ "kind": "few" }),
        };
        json!({
            "verdict": self.verdict.name(),
            "metric": self.measure.words(),
            "pair_by": self.pair_by,
            "margin": number(self.margin),
            "a": arm(0),
            "b": arm(1),
            "result": result,
            "notes": self.notes,
        })
    }
}

impl SameImages {
    /// The same as JSON.
    pub fn to_json(&self, names: [&str; 2]) -> Value {
        let classifier =
            |i: usize| json!({ "name": names[i], "right": self.right[i], "only": self.only[i] });
        json!({
            "verdict": self.verdict().name(),
            "images": self.images,
            "a": classifier(0),
            "b": classifier(1),
            "p_mcnemar": self.p,
        })
    }
}

fn number(value: Option<f64>) -> Value {
    value.filter(|value| value.is_finite()).map_or(Value::Null, Value::from)
}

fn interval(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |Interval { low, high }| {
        json!([number(Some(low)), number(Some(high))])
    })
}
