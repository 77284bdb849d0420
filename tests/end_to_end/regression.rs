//! Numbers learnt from numbers: a CSV file as data, trained on, swept over, evaluated and asked.

use crate::common::{Table, nablab, read, refused, train, without_seconds, works};
use nablab::nn::textbook::Textbook;
use nablab::train::Model;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// 60 rows of a, b and y = 3 a − 2 b + 1, z = a + b/2.
fn plane() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let mut text = String::from("a,y,b,z\n");
    for i in 0..60 {
        let (a, b) = (f64::from(i % 10) / 5.0 - 1.0, f64::from(i / 10) / 3.0 - 1.0);
        writeln!(text, "{a},{},{b},{}", 3.0 * a - 2.0 * b + 1.0, a + 0.5 * b).unwrap();
    }
    let path = directory.path().join("plane.csv");
    std::fs::write(&path, text).unwrap();
    (directory, path)
}

const LINEAR: &str =
    "--target-columns y,z --hidden none --eta 0.3 --epochs 400 --precision f64 --batch-size full";

#[track_caller]
fn evaluated(model: &Path, data: &Path, split: &str) -> Value {
    let mut command = nablab();
    command.args(["evaluate", "--json", "--target-columns", "y,z", "--split", split, "--data"]);
    serde_json::from_str(&works(command.arg(data).arg(model))).unwrap()
}

#[test]
fn a_plane_is_learnt_and_its_weights_are_those_of_least_squares() {
    let (directory, data) = plane();
    let model = directory.path().join("plane.safetensors");
    let stdout = works(train(&data, LINEAR).arg("--save").arg(&model));
    assert!(
        stdout.starts_with("plane.csv:y+z: 42 training, 8 validation, 10 test rows;"),
        "{stdout}"
    );
    assert!(stdout.contains("network 2-2, 6 parameters"), "{stdout}");
    let learnt = Textbook::from_network(&Model::load(&model).unwrap().network::<f64>());
    let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-6, "{got} {want}");
    for (got, want) in learnt.weights[0].iter().flatten().zip([3.0, -2.0, 1.0, 0.5]) {
        close(*got, want);
    }
    for (got, want) in learnt.biases[0].iter().zip([1.0, 0.0]) {
        close(*got, want);
    }
    for split in ["training", "validation", "test"] {
        let json = evaluated(&model, &data, split);
        close(json["r2"].as_f64().unwrap(), 1.0);
        close(json["mse"].as_f64().unwrap(), 0.0);
    }
}

#[test]
fn errors_are_those_of_the_answers() {
    let (directory, data) = plane();
    let model = directory.path().join("half.json");
    // Stopped far from the end, so that there are errors.
    let arguments = "--target-columns y,z --hidden 3 --activation tanh --epochs 2";
    works(train(&data, arguments).arg("--save").arg(&model));
    let rows: Vec<Vec<f64>> = read(directory.path(), "plane.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let inputs = directory.path().join("inputs.csv");
    let text: String = rows.iter().map(|row| format!("{};{}\n", row[0], row[2])).collect();
    std::fs::write(&inputs, format!("a;b\n{text}")).unwrap();
    let answers = works(nablab().arg("predict").arg(&model).arg(&inputs));
    let mut lines = answers.lines();
    assert_eq!(lines.next(), Some("a,b,output1,output2"));
    let mut squared = 0.0;
    for (line, row) in lines.zip(&rows) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells[..2], [row[0], row[2]]);
        squared += (cells[2] - row[1]).powi(2) + (cells[3] - row[3]).powi(2);
    }
    let sum = |split| {
        let json = evaluated(&model, &data, split);
        assert_eq!(json["cost"], json["mse"], "½ of two outputs");
        2.0 * json["mse"].as_f64().unwrap() * json["rows"].as_f64().unwrap()
    };
    let summed: f64 = ["training", "validation", "test"].map(sum).iter().sum();
    assert!(squared > 1.0 && (summed / squared - 1.0).abs() < 1e-6, "{summed} {squared}");
}

#[test]
fn the_bits_do_not_depend_on_the_instruction_set() {
    let (directory, data) = plane();
    let arguments = "--target-columns y --hidden 17x5 --activation gelu,relu --optimiser adam --epochs 5 \
                     --batch-size 7 --dropout 0.1 --monitor training-mse,test-r2,validation-cost";
    let epochs = |simd: Option<&str>| {
        let out = directory.path().join(simd.unwrap_or("best"));
        let mut command = train(&data, arguments);
        command.args(simd.iter().flat_map(|level| ["--simd", level])).arg("--out").arg(&out);
        works(&mut command);
        without_seconds(&read(&out, "epochs.csv"))
    };
    assert_eq!(epochs(Some("scalar")), epochs(None));
}

#[test]
fn a_sweep_is_ranked_and_tabulated_by_the_coefficient_of_determination() {
    let (directory, data) = plane();
    let out = directory.path().join("sweep");
    let sweep = || {
        let mut command = nablab();
        command.args(["sweep", "--target-columns", "y", "--eta", "0.01,0.1", "--seeds", "3"]);
        command.args(["--hidden", "none", "--epochs", "9", "--early-stop", "3", "--data"]);
        command.arg(&data).arg("--out").arg(&out);
        command
    };
    let stdout = works(&mut sweep());
    assert!(stdout.contains("best settings by validation r2"), "{stdout}");
    assert!(works(&mut sweep()).contains("all 6 trainings are done"));
    let table = Table::parse(&read(&out, "trials.csv"));
    assert!(table.column("last_test_r2").iter().all(|cell| cell.parse::<f64>().unwrap() < 1.0));
    assert!(table.column("data").iter().all(|name| *name == "plane.csv:y"));
    // The command that says what was chosen goes to standard error.
    let output = nablab().args(["ablate", "--by", "eta"]).arg(&out).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("test r2") && stdout.contains("validation r2"), "{stdout}");
    // Another column is another sweep, and other data by their id.
    let mut other = nablab();
    other.args(["sweep", "--target-columns", "z", "--data"]).arg(&data).arg("--out").arg(&out);
    refused(&mut other, &["target-columns: y → z"]);
}

#[test]
fn what_makes_no_sense_of_numbers_is_refused() {
    let (directory, data) = plane();
    let target = |more: &str| train(&data, &format!("--target-columns y {more}"));
    refused(&mut train(&data, ""), &["plane.csv", "--target-columns of a, y, b, z"]);
    refused(&mut train(&data, "--target-columns yy"), &["no column 'yy'; did you mean 'y'?"]);
    refused(&mut target("--classes 0+1"), &["--classes", "the data are numbers"]);
    refused(&mut target("--expand shifts"), &["--expand", "the data are numbers"]);
    refused(&mut target("--monitor test-accuracy"), &["--monitor", "test-accuracy", "test-r2"]);
    refused(&mut target("--targets one-hot"), &["--targets", "expected numbers"]);
    refused(&mut target("--output softmax"), &["softmax outputs are parts of 1"]);
    refused(&mut target("--cost cross-entropy --output sigmoid"), &["use the quadratic cost"]);
    refused(&mut target("--validation 50"), &["expected at most 49 of 50"]);
    let of_images = |more: &str| {
        let mut command = nablab();
        command.arg("train").args(more.split_whitespace());
        command
    };
    refused(&mut of_images("--targets numbers"), &["the data are images"]);
    refused(&mut of_images("--monitor test-r2"), &["test-r2", "test-accuracy"]);
    refused(&mut train(directory.path(), "--target-columns y"), &["has no columns"]);

    let model = directory.path().join("m.json");
    works(target("--epochs 1").arg("--save").arg(&model));
    refused(nablab().arg("evaluate").arg(&model), &["mnist has images", "--target-columns"]);
    refused(nablab().arg("predict").arg(&model).arg(&data), &["4 columns", "there are 3"]);
    let mut worst = nablab();
    worst.args(["evaluate", "--target-columns", "y", "--worst", "w.svg", "--data"]);
    refused(worst.arg(&data).arg(&model), &["--worst"]);
}
