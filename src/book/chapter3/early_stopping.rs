use crate::book::{
    Arm, Claim, Experiment, Kind, Panel, Relation, Response, Rule, Run, Shows, Trained, presets,
};
use crate::figure::Scale;
use crate::train::Metric::ValidationAccuracy;
use crate::train::TrainingSpec;

/// Ending a training that no longer improves.
pub const EARLY_STOPPING: Experiment = Experiment {
    id: "ch3-early-stopping",
    title: "Early stopping",
    claim: "A training may end when the validation accuracy has not improved for ten epochs, or for twenty or fifty. More patience \
            takes more epochs, and here it gains less than half a percent.",
    groups: &["schedules"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |(key, label, epochs)| {
                let spec = TrainingSpec {
                    eta: 0.5,
                    lambda: 5.0,
                    epochs: 200,
                    early_stop: Some(epochs),
                    ..presets::network2()
                };
                Arm::new(key, label, spec)
            };
            let patience =
                [("10", "10 epochs", 10), ("20", "20 epochs", 20), ("50", "50 epochs", 50)];
            patience.map(arm).into()
        },
        seeds: 5,
        panels: &[
            Panel::new(
                Shows::Response(Response { measure: best, ..RESPONSE }),
                "best validation accuracy",
            ),
            Panel::new(
                Shows::Response(Response { measure: epochs, is_fraction: false, ..RESPONSE }),
                "epochs trained",
            ),
        ],
        claims: &[Claim {
            arms: &["50", "20", "10"],
            ours: true,
            quantity: "50, 20 and 10 epochs of patience end within half a percent",
            percent: true,
            rule: Rule::Order { steps: &[Relation::Alike { within: 0.005 }; 2], level: 0.95 },
            measure: best,
            ..Claim::BASE
        }],
        ..Trained::BASE
    }),
};

const RESPONSE: Response = Response {
    axis: "epochs without improvement before the end",
    scale: Scale::Log10,
    at: |spec| spec.early_stop.map_or(f64::NAN, |epochs| epochs as f64),
    line: |_| "",
    measure: best,
    is_fraction: true,
    recorded: None,
};

fn best(run: &Run) -> f64 {
    run.best(ValidationAccuracy)
}

fn epochs(run: &Run) -> f64 {
    run.points(ValidationAccuracy).len() as f64
}
