//! What `bench-peer` times is what scripts/peers gives the other tools.

use crate::common::{Images, nablab, refused, works};
use assert_cmd::cargo::cargo_bin_cmd;
use nablab::data::Dataset;
use nablab::nn::Initialiser;
use nablab::train::Workload;

/// A row of scripts/peers/workloads.csv, without its title.
fn row(workload: Workload, data: &Dataset) -> Vec<String> {
    let spec = workload.spec();
    let (kind, epochs, trainings) = match workload {
        Workload::W7 | Workload::C4 | Workload::R4 => ("forward", 0, 1),
        Workload::W8 => ("sweep", spec.epochs, Workload::trainings(&spec).count()),
        _ => ("train", spec.epochs, 1),
    };
    vec![
        workload.name().into(),
        kind.into(),
        workload.data().into(),
        spec.architecture(data).name(),
        spec.activation.name(|activation| activation.name().into()),
        spec.output.name().into(),
        spec.cost.name().into(),
        format!("{:?}", spec.eta),
        spec.lambda.to_string(),
        spec.dropout.name(|p| p.to_string()),
        spec.batch_size.to_string(),
        match spec.init {
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
    let others = [Workload::W7, Workload::W8].into_iter().chain(Workload::FASHION_EPOCHS);
    let [c1, c2, c3, c5] = Workload::CONVOLUTION_EPOCHS;
    let convolutions = [c1, c2, c3, Workload::C4, c5];
    let mut workloads = Workload::EPOCHS.into_iter().chain(others).chain(convolutions);
    let recurrent = Workload::RECURRENT_EPOCHS.into_iter().chain([Workload::R4]);
    let mut workloads = workloads.by_ref().chain(recurrent);
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

/// As above, where Debian's package dataset-fashion-mnist is installed.
#[test]
fn a_check_on_fashion_mnist_comes_near_the_reference() {
    let directory = "/usr/share/datasets/fashion-mnist";
    if !std::path::Path::new(directory).exists() {
        eprintln!("skipped: no {directory}");
        return;
    }
    for (workload, accuracy) in [("F1", 72.77), ("F2", 79.19), ("F4", 79.41)] {
        let mut command = nablab();
        command.args(["bench-peer", workload, "--check", "--epochs", "1", "--data", directory]);
        let result: serde_json::Value = serde_json::from_str(&works(&mut command)).unwrap();
        let got = result["test_accuracy"].as_f64().unwrap();
        assert!((got - accuracy).abs() <= 0.2, "{workload}: {got} is not {accuracy}");
    }
}

#[test]
fn an_unknown_workload_is_refused() {
    let output = cargo_bin_cmd!("nablab").args(["bench-peer", "W9"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("'W9'") && message.contains("W1, W2") && message.contains("F1"),
        "{message}"
    );
}

#[test]
fn other_data_than_the_workloads_own_are_refused() {
    refused(nablab().args(["bench-peer", "F1"]), &["F1 is for fashion-mnist", "--data"]);
    let directory = tempfile::tempdir().unwrap();
    let data = Images::MNIST_LIKE.write(directory.path(), "other");
    for (workload, expected) in [("F2", "fashion-mnist, which F2"), ("W1", "of mnist, which W1")] {
        let mut command = nablab();
        command.args(["bench-peer", workload, "--epochs", "1", "--data"]).arg(&data);
        refused(&mut command, &["--data", "/other: not the files of", expected]);
    }
}
