//! The author's seeded run, from his random numbers.

use nablab::book::references;
use nablab::data::Dataset;
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
        precision: Precision::F64,
        generator: Generator::Author,
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
