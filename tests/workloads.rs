//! What `bench-peer` times is what scripts/peers gives the other tools.

use assert_cmd::cargo::cargo_bin_cmd;
use nablab::data::Dataset;
use nablab::nn::Initialiser;
use nablab::train::Workload;

/// A row of scripts/peers/workloads.csv, without its title.
fn row(workload: Workload, data: &Dataset) -> Vec<String> {
    let spec = workload.spec();
    let (kind, epochs, trainings) = match workload {
        Workload::W7 => ("forward", 0, 1),
        Workload::W8 => ("sweep", spec.epochs, Workload::trainings(&spec).count()),
        _ => ("train", spec.epochs, 1),
    };
    let sizes: Vec<String> = spec.architecture(data).sizes.iter().map(usize::to_string).collect();
    vec![
        workload.name().into(),
        kind.into(),
        sizes.join("-"),
        spec.activation.name(|activation| activation.name().into()),
        spec.output.name().into(),
        spec.cost.name().into(),
        format!("{:?}", spec.eta),
        spec.lambda.to_string(),
        spec.batch_size.to_string(),
        match spec.initialiser {
            Initialiser::Large => "unit".into(),
            other => other.name().into(),
        },
        epochs.to_string(),
        trainings.to_string(),
        format!("{:?}", workload.check_eta()),
    ]
}

#[test]
fn the_workloads_are_those_of_the_peers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/peers/workloads.csv");
    let Ok(mut csv) = csv::Reader::from_path(path) else {
        eprintln!("skipped: a packaged crate has no {path}");
        return;
    };
    let data = Dataset::mnist().unwrap();
    let mut workloads = Workload::EPOCHS.into_iter().chain([Workload::W7, Workload::W8]);
    for record in csv.records() {
        let expected: Vec<String> = record.unwrap().iter().map(String::from).collect();
        let (_title, expected) = expected.split_last().unwrap();
        assert_eq!(row(workloads.next().unwrap(), &data), expected);
    }
    assert_eq!(workloads.next(), None);
}

/// The accuracies are those that `scripts/peers/reference.py` prints for the same arguments. W1 and
/// W3 are left out: rounding moves them by tenths of a point.
#[test]
fn a_check_comes_near_the_reference() {
    for (arguments, accuracy) in [
        ("W2 --check --epochs 1", 95.12),
        ("W4 --check --epochs 1", 91.45),
        ("W6 --check --epochs 1", 28.94),
        ("W7 --check", 9.74),
    ] {
        let mut command = cargo_bin_cmd!("nablab");
        let output = command.arg("bench-peer").args(arguments.split(' ')).output().unwrap();
        assert!(output.status.success(), "{arguments}: {output:?}");
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(result["order"], "shared");
        let got = result["test_accuracy"].as_f64().unwrap();
        assert!((got - accuracy).abs() <= 0.2, "{arguments}: {got} is not {accuracy}");
    }
}

#[test]
fn an_unknown_workload_is_refused() {
    let output = cargo_bin_cmd!("nablab").args(["bench-peer", "W9"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("'W9'") && message.contains("W1, W2"), "{message}");
}
