//! The author's seeded run, from his random numbers.

use nablab::book::references;
use nablab::data::Dataset;
use nablab::nn::Initialiser;
use nablab::simd::SimdLevel;
use nablab::train::{Generator, Metric, Precision, TrainingSpec, train};
use std::ops::ControlFlow;

/// His recorded training cost, from the table of the book's numbers.
fn recorded(eta: &str, epoch: usize) -> f64 {
    let quantity = format!("eta={eta} training cost at epoch {epoch}");
    let row = references().iter().find(|r| r.id == "ch3-learning-rates" && r.quantity == quantity);
    row.and_then(|row| row.number()).unwrap()
}

#[test]
fn the_first_two_epochs_of_the_first_arm_equal_the_recorded_costs() {
    let data = Dataset::mnist().unwrap();
    let spec = TrainingSpec {
        eta: 0.025,
        lambda: 5.0,
        precision: Precision::F64,
        rng: Generator::Author,
        seed: 12_345_678,
        monitors: [Metric::TrainingCost].into_iter().collect(),
        ..TrainingSpec::default()
    };
    let mut costs = Vec::new();
    train(&spec, &data, SimdLevel::best(), &mut |record| {
        costs.extend(record.metrics[Metric::TrainingCost]);
        if costs.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    for (epoch, cost) in costs.into_iter().enumerate() {
        let want = recorded("0.025", epoch);
        assert!((cost / want - 1.0).abs() < 1e-12, "epoch {epoch}: {cost} is not {want}");
    }
}

/// The beginning of the author's runs that use what he drew before: a second initialiser after a whole
/// training, and a list of images of another length.
#[test]
fn the_first_epochs_after_earlier_draws_have_the_recorded_numbers_of_images() {
    let data = Dataset::mnist().unwrap();
    let base = TrainingSpec {
        init: Initialiser::Large,
        precision: Precision::F64,
        rng: Generator::Author,
        seed: 12_345_678,
        epochs: 1,
        monitors: [Metric::ValidationAccuracy, Metric::TestAccuracy].into_iter().collect(),
        ..TrainingSpec::default()
    };
    let accuracies = |spec: &TrainingSpec| {
        let outcome = train(spec, &data, SimdLevel::best(), &mut |_| ControlFlow::Continue(()));
        let history = outcome.unwrap().history;
        [Metric::ValidationAccuracy, Metric::TestAccuracy]
            .map(|metric| (history.last(metric).unwrap() * 10_000.0).round())
    };
    let second = TrainingSpec { eta: 0.1, lambda: 5.0, earlier_epochs: 30, ..base.clone() };
    assert_eq!(accuracies(&second)[0], 8643.0, "ch3-init-30, old init");
    let few = TrainingSpec { eta: 0.5, lambda: 0.0, train_size: Some(1000), ..base };
    assert_eq!(accuracies(&few)[1], 5887.0, "ch3-overfit-1000");
}
