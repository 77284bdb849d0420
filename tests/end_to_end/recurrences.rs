//! Recurrent networks from the outside: in every command, for images and for generated tasks.

use crate::common::{Images, mnist_like, nablab, read, refused, train, works, write_png};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

const HIDDEN: &str = "--hidden lstm6xr5x7 --activation tanh --output softmax --cost log-likelihood";

/// What `evaluate --json` says.
#[track_caller]
fn evaluated(model: &Path, data: &Path) -> Value {
    let mut command = nablab();
    command.arg("evaluate").arg(model).arg("--data").arg(data);
    serde_json::from_str(&works(command.arg("--json"))).unwrap()
}

#[test]
fn a_saved_network_is_evaluated_and_goes_on_where_it_was() {
    let (directory, data) = mnist_like();
    let [first, second] =
        ["a.safetensors", "b.safetensors"].map(|name| directory.path().join(name));
    for (precision, sequence) in [("f32", "rows"), ("f64", "permuted")] {
        let arguments = format!(
            "{HIDDEN} --dropout 0.1,0.2,0.5 --sequence {sequence} --epochs 1 --overwrite --clip-norm 1 --truncation 9 \
             --precision {precision} --monitor test-accuracy --save"
        );
        let stdout = works(train(&data, &arguments).arg(&first));
        assert!(stdout.contains("network 784-lstm6-r5-7-10, "), "{stdout}");
        let accuracy = stdout.rsplit_once("last ").unwrap().1.split_once(" %").unwrap().0;
        let json = evaluated(&first, &data);
        assert_eq!(json["precision"], precision);
        assert_eq!(format!("{:.2}", 100.0 * json["accuracy"].as_f64().unwrap()), accuracy);

        let mut on = train(&data, "--epochs 1 --eta 1e-9 --overwrite --save");
        works(on.arg(&second).arg("--load").arg(&first));
        let cost = |model: &Path| evaluated(model, &data)["cost"].as_f64().unwrap();
        assert!((cost(&second) / cost(&first) - 1.0).abs() < 1e-5);
    }
    let picture = directory.path().join("p.png");
    write_png(&picture, [28, 28], |x, y| [if x == y { 255 } else { 0 }]);
    let mut predict = nablab();
    predict.args(["predict", "--as-is", "--json", "--invert", "no"]).arg(&first).arg(&picture);
    let answer = predict.output().unwrap();
    assert!(answer.status.success(), "{answer:?}");
    let json: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(json[0]["outputs"].as_array().unwrap().len(), 10);
    let wide = Images::WIDE.write(directory.path(), "wide");
    let shapes = ["28 x 28 as 784 steps of 1, permuted", "14 x 56 as 784 steps of 1, permuted"];
    refused(train(&wide, "--load").arg(&first), &["--load", shapes[0], shapes[1]]);
    let mut command = nablab();
    command.arg("evaluate").arg(&first).arg("--data").arg(&wide);
    refused(&mut command, &["784-lstm6-r5-7-10 for 28 x 28", "14 x 56"]);
}

#[test]
fn the_book_s_json_has_no_recurrent_layers() {
    let (directory, data) = mnist_like();
    let model = directory.path().join("m.json");
    let mut command = train(&data, &format!("{HIDDEN} --epochs 1 --save"));
    refused(command.arg(&model), &["--save", "m.json", "network2", ".safetensors"]);
}

#[test]
fn a_sweep_compares_kinds_and_starts_and_measures_lags() {
    let (directory, data) = mnist_like();
    let out = directory.path().join("out");
    let mut command = nablab();
    command.args(["sweep", "--hidden", "r4,lstm3", "--recurrent-init", "normal,identity"]);
    command.args(["--train-size", "50", "--epochs", "1", "--seeds", "2", "--monitor-layers"]);
    let output = command.arg("--data").arg(&data).arg("--out").arg(&out).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let trials = read(&out, "trials.csv");
    assert_eq!(trials.lines().count(), 1 + 8, "{trials}");
    let mut layers = csv::Reader::from_path(out.join("layers.csv")).unwrap();
    let header = layers.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let [layer, first, last, beyond] =
        ["layer", "error_norm_lag_0", "error_norm_lag_16", "error_norm_lag_32"].map(place);
    for row in layers.records() {
        let row = row.unwrap();
        let is_number = |column: usize| row[column].parse::<f64>().is_ok_and(f64::is_finite);
        let is_recurrent = &row[layer] == "1";
        assert_eq!([is_number(first), is_number(last)], [is_recurrent; 2], "{row:?}");
        // Digits have 28 rows.
        assert!(row[beyond].is_empty());
    }
    let mut ablate = nablab();
    ablate.arg("ablate").arg(&out).args(["--by", "hidden", "--metric", "error_norm_lag_16"]);
    let output = ablate.output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{table}");
    assert!(table.contains("lstm3") && table.contains("r4"), "{table}");
}

#[test]
fn sequences_of_another_shape_are_refused() {
    let directory = TempDir::new().unwrap();
    let model = directory.path().join("m.safetensors");
    let mut command = train(Path::new("adding:6"), "--hidden r4 --epochs 1 --train-size 60 --save");
    works(command.arg(&model));
    // As many inputs and outputs, but two numbers a step there.
    let other = directory.path().join("other.csv");
    let header: Vec<String> = (0..12).map(|i| format!("x{i}")).collect();
    let row = |i: usize| format!("{}{i}\n", "0.5,".repeat(12));
    let text = format!("{},y\n{}", header.join(","), (0..40).map(row).collect::<String>());
    std::fs::write(&other, text).unwrap();
    let mut command = nablab();
    command.arg("evaluate").arg(&model).args(["--target-columns", "y", "--data"]).arg(&other);
    refused(&mut command, &["12-r4-1 for 6 x 2 as 6 steps of 2", "other.csv:y are 1 x 12"]);
    assert!(evaluated(&model, Path::new("adding:6"))["r2"].is_number());
}

#[test]
fn every_task_is_learnt_from() {
    for (task, arguments) in [
        ("first-bit:3", "--hidden r6"),
        ("parity:4", "--hidden lstm5 --optimiser adam"),
        ("adding:4", "--hidden lstm4"),
        ("copy:2", "--hidden r9x8"),
        ("sine:9", "--hidden r5"),
        ("first-bit:3", "--hidden 6"),
    ] {
        let words = format!("{arguments} --activation tanh --epochs 1 --train-size 400 --eta 0.01");
        let stdout = works(&mut train(Path::new(task), &words));
        assert!(stdout.contains(task) && stdout.contains("1 epoch"), "{stdout}");
    }
}

#[test]
fn a_sweep_of_a_task_goes_on_wherever_it_is_told_from() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    let file = directory.path().join("sweep.toml");
    let text =
        "data = \"adding:6\"\nhidden = \"r4,lstm3\"\ntrain-size = 60\nepochs = 1\nseeds = 2\n";
    std::fs::write(&file, text).unwrap();
    let sweep = |arguments: &[&str]| {
        let mut command = nablab();
        let output = command.arg("sweep").arg(&file).args(arguments).arg("--out").arg(&out);
        let output = output.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    sweep(&[]);
    let trials = read(&out, "trials.csv");
    assert_eq!(trials.matches("adding:6,").count(), 4, "{trials}");
    sweep(&["--data", "adding:6"]);
    assert_eq!(read(&out, "trials.csv"), trials);
    let mut command = nablab();
    command.args(["sweep", "--data", "adding:1", "--hidden", "r4", "--out"]).arg(&out);
    refused(&mut command, &["adding:1: expected adding:STEPS with 2"]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (_directory, data) = mnist_like();
    for (arguments, words) in [
        ("--hidden 20xr6", ["--hidden", "layer 2, r6: a recurrent layer needs a sequence"]),
        ("--hidden r6x3c5", ["--hidden", "layer 2, 3c5: a convolution needs rows and columns"]),
        ("--hidden lstm0", ["--hidden", "units after lstm"]),
        ("--hidden r6 --activation step", ["--activation", "derivative of step"]),
        ("--hidden r6 --truncation 0", ["--truncation", "at least 1"]),
        ("--hidden r6 --clip-norm 0", ["--clip-norm", "above 0"]),
        ("--hidden lstm6 --forget-bias inf", ["--forget-bias", "finite"]),
        ("--hidden r6 --sequence columns", ["--sequence", "rows, pixels, permuted"]),
        ("--hidden 6 --sequence pixels", ["--sequence", "a recurrent layer"]),
        ("--hidden 6 --truncation 3", ["--truncation", "a recurrent layer"]),
        ("--recurrent-init identity", ["--recurrent-init", "a recurrent layer"]),
    ] {
        refused(&mut train(&data, arguments), &words);
    }
    for (task, words) in [
        ("adding:1", ["adding:1", "adding:STEPS with 2 to 10000 steps"]),
        ("adding", ["adding", "adding:STEPS with 2"]),
        ("parity:9:9:9", ["parity:9:9:9", "parity:STEPS:SEED"]),
    ] {
        refused(&mut train(Path::new(task), "--hidden r6"), &words);
    }
    let mut columns = train(Path::new("adding:9"), "--hidden r6 --target-columns x");
    refused(&mut columns, &["adding:9", "no --target-columns"]);
}
