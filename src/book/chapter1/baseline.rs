use super::is_stuck;
use crate::book::{Arm, Best, Claim, Experiment, Kind, Panel, Rule, Supplement, Trained, presets};
use crate::nn::dense;
use crate::train::Metric::TestAccuracy;
use crate::train::TrainingSpec;

/// The first network of the book.
pub const BASELINE_30: Experiment = Experiment {
    id: "ch1-baseline-30",
    title: "The first network: 30 hidden neurons",
    claim: "A network of 30 hidden sigmoid neurons, quadratic cost and N(0, 1) weights recognises 95.42 % of \
            the test images, the best epoch of the best of three runs.",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || vec![arm("ch1-baseline-30", "30 hidden neurons", 30)],
        seeds: 20,
        claims: &[Claim {
            arms: &["ch1-baseline-30"],
            quantity: "best test accuracy, of three runs",
            printed: Some("peak test accuracy (epoch 28)"),
            rule: BEST_OF_THREE,
            measure: |run| run.best(TestAccuracy),
            ..Claim::BASE
        }],
        ..TRAINED
    }),
};

/// The same with more neurons, which often leaves a digit unlearnt.
pub const BASELINE_100: Experiment = Experiment {
    id: "ch1-baseline-100",
    title: "100 hidden neurons, and the runs that leave a digit unlearnt",
    claim: "With 100 hidden neurons the best of three runs recognises 96.59 %; others end far below.",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || vec![arm("ch1-baseline-100", "100 hidden neurons", 100)],
        // As many as it takes to judge the best of three by ranks alone.
        seeds: 60,
        claims: &[
            Claim {
                arms: &["ch1-baseline-100"],
                quantity: "best test accuracy, of three runs",
                printed: Some("test accuracy"),
                rule: BEST_OF_THREE,
                measure: |run| run.best(TestAccuracy),
                ..Claim::BASE
            },
            Claim {
                arms: &["ch1-baseline-100"],
                quantity: "least error on the test images, of three runs",
                printed: Some("quadratic error rate compared"),
                of: "ch3-ce-100",
                rule: Rule::BestOf { runs: 3, level: 0.95, best: Best::Lowest },
                measure: |run| 1.0 - run.best(TestAccuracy),
                ..Claim::BASE
            },
            Claim {
                arms: &["ch1-baseline-100"],
                quantity: "runs below 90 % in the end, which hardly recognise some digit",
                rule: Rule::Share { at_least: 0.1, at_most: 0.9, level: 0.95 },
                measure: is_stuck,
                ..Claim::BASE
            },
        ],
        panels: &[Panel::curves(TestAccuracy, "test accuracy").runs_only()],
        supplement: Some(Supplement {
            arm: "ch1-baseline-100",
            title: "A network that leaves digits unlearnt",
        }),
        remark: "A mean says nothing here: most runs end with one digit or more that the network hardly ever recognises, the \
                 others near 96.5 %. Other costs and other initial weights have no such runs (ch1-stuck).",
        ..TRAINED
    }),
};

/// A number of chapter 1 is the best of three runs.
const BEST_OF_THREE: Rule = Rule::BestOf { runs: 3, level: 0.95, best: Best::Highest };

/// What both have in common.
const TRAINED: Trained = Trained {
    monitors: &[TestAccuracy],
    panels: &[Panel::curves(TestAccuracy, "test accuracy")],
    ..Trained::BASE
};

fn arm(id: &'static str, label: &'static str, hidden: usize) -> Arm {
    let spec = TrainingSpec { hidden: dense([hidden]), eta: 3.0, ..presets::network() };
    Arm::of(id, label, spec)
}

#[cfg(test)]
mod tests {
    use super::super::last_test;
    use super::*;
    use crate::book::Run;

    #[test]
    fn a_run_is_stuck_if_a_tenth_of_the_images_is_missing() {
        let run = |last| Run::of(TestAccuracy, &[0.95, last]);
        assert_eq!((is_stuck(&run(0.87)), is_stuck(&run(0.951))), (1.0, 0.0));
        assert_eq!(last_test(&run(0.87)), 0.87);
    }
}
