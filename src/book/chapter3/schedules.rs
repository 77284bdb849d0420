use crate::book::claim::IS_ABOVE;
use crate::book::{Arm, Claim, Experiment, Kind, Measured, Panel, Run, Shows, Trained, presets};
use crate::train::Metric::{TrainingCost, ValidationAccuracy};
use crate::train::{Schedule, TrainingSpec};

/// A smaller learning rate at the end.
pub const ETA_SWITCH: Experiment = Experiment {
    id: "ch3-eta-switch",
    title: "Switching from η = 0.25 to 0.025",
    claim: "With η = 0.25 the training cost is nearly saturated after 20 epochs; to go on with 0.025 from there lets it fall \
            further, and makes the network more accurate.",
    groups: &["learning-rates", "schedules"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = TrainingSpec { eta: 0.25, lambda: 5.0, ..presets::network2() };
            let schedule = Schedule::Step { factor: 0.1, epochs: 20 };
            vec![
                Arm::new("constant", "constant", spec.clone()),
                Arm::new("switch", "switched", TrainingSpec { schedule, ..spec }),
            ]
        },
        monitors: &[TrainingCost, ValidationAccuracy],
        panels: &[
            Panel::curves(TrainingCost, "training cost"),
            Panel::curves(ValidationAccuracy, "validation accuracy"),
            ETA,
        ],
        claims: &[
            Claim {
                arms: &["constant", "switch"],
                quantity: "the cost ends lower after the switch",
                rule: IS_ABOVE,
                measure: |run| run.last(TrainingCost),
                ..Claim::BASE
            },
            Claim {
                arms: &["switch", "constant"],
                quantity: "the network ends more accurate after the switch",
                percent: true,
                rule: IS_ABOVE,
                measure: last,
                ..Claim::BASE
            },
        ],
        ..Trained::BASE
    }),
};

/// The learning rate is halved whenever nothing improves.
pub const LR_SCHEDULE: Experiment = Experiment {
    id: "ch3-lr-schedule",
    title: "Halving η whenever the network has stopped improving",
    claim: "The schedule of the book's exercise halves η after 10 epochs without a better validation accuracy, and ends at \
            1/128 of the first one, or at 1/1024: it is better than a constant η.",
    groups: &["learning-rates", "schedules"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = TrainingSpec { eta: 0.5, lambda: 5.0, epochs: 200, ..presets::network2() };
            let plateau = |limit| {
                let schedule = Schedule::Plateau { epochs: 10, divisor: 2.0, limit };
                TrainingSpec { schedule, ..spec.clone() }
            };
            vec![
                Arm::new("constant", "constant", spec.clone()),
                // The longer one first, so that it is not drawn over the other.
                Arm::new("1/1024", "to 1/1024", plateau(1024.0)),
                Arm::new("1/128", "to 1/128", plateau(128.0)),
            ]
        },
        seeds: 3,
        panels: &[
            Panel::curves(ValidationAccuracy, "validation accuracy")
                .runs_only()
                .within(0.94, 0.975),
            ETA.log().runs_only(),
        ],
        claims: &[Claim {
            arms: &["1/128", "constant"],
            ours: true,
            quantity: "the schedule ends more accurate than a constant η",
            percent: true,
            rule: IS_ABOVE,
            measure: last,
            ..Claim::BASE
        }],
        ..Trained::BASE
    }),
};

const ETA: Panel =
    Panel::new(Shows::Curves { of: Measured::Eta, from: 0 }, "learning rate η in force");

fn last(run: &Run) -> f64 {
    run.last(ValidationAccuracy)
}
