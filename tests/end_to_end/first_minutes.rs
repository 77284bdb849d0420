//! What somebody meets who has just begun: help where a training fails, names that are nearly right, lines that fit.

use crate::common::{Images, mnist_like, nablab, quick, refused, train, works};
use serde_json::Value;
use tempfile::TempDir;

/// Every line of a text is at most 80 characters wide.
#[track_caller]
fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} characters: {line}\n{text}", line.chars().count());
    }
}

/// A text without its line breaks.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_failing_training_says_why_and_what_to_do() {
    let (_directory, data) = mnist_like();
    let cases = [
        (
            "--init large --cost quadratic --eta 1e5",
            "is saturated: lower --eta, for example --eta 10000, or use --init scaled",
        ),
        ("--activation relu --bias-init zero --eta 100", "are dead, without a slope"),
        ("--hidden 20x20x20x20x20x20x20", "the gradient hardly reaches the first layer"),
        ("--lambda 1e30", "diverged at once"),
        ("--eta 1e-9", "or try --eta 1e-8 and 1e-10"),
    ];
    for (arguments, expected) in cases {
        let stdout = works(&mut train(&data, &format!("--epochs 3 {arguments}")));
        fits(&stdout);
        assert!(words(&stdout).contains(expected), "{arguments}: {stdout}");
    }
    // One that learns is left alone.
    let stdout = works(&mut train(&data, "--epochs 30"));
    assert!(stdout.trim_end().lines().last().unwrap().starts_with("test accuracy "), "{stdout}");
}

#[test]
fn a_training_of_numbers_says_when_the_mean_is_as_good() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("noise.csv");
    let rows: String = (0..60).map(|i| format!("{i},{}\n", 1000 + i * 7919 % 61)).collect();
    std::fs::write(&file, format!("x,y\n{rows}")).unwrap();
    let mut command = train(&file, "--target-columns y --epochs 1 --eta 1e-9");
    let stdout = works(&mut command);
    assert!(words(&stdout).contains("no better than the mean of the training rows"), "{stdout}");
}

#[test]
fn without_an_epoch_the_start_is_evaluated_and_saved() {
    let (directory, data) = mnist_like();
    let [start, again] = ["start.json", "again.json"].map(|name| directory.path().join(name));
    let mut command = train(&data, "--epochs 0 --seed 3 --monitor test-accuracy --save");
    let stdout = works(command.arg(&start));
    let line = stdout.lines().find(|line| line.starts_with("0 epochs  ")).expect(&stdout);
    let printed = line.rsplit_once("test accuracy ").unwrap().1;
    let mut evaluate = nablab();
    evaluate.arg("evaluate").arg(&start).arg("--data").arg(&data).arg("--json");
    let json: Value = serde_json::from_str(&works(&mut evaluate)).unwrap();
    assert_eq!(format!("{:.2} %", 100.0 * json["accuracy"].as_f64().unwrap()), printed);
    // No more than the start: nothing is changed by loading it, either.
    let mut command = train(&data, "--epochs 0 --load");
    works(command.arg(&start).arg("--save").arg(&again));
    let [start, again] = [start, again].map(|path| std::fs::read(path).unwrap());
    assert!(start == again);
    // A sweep of no training has nothing to say.
    let mut sweep = nablab();
    sweep.args(["sweep", "--epochs", "0,1", "--dry-run", "--data"]).arg(&data);
    refused(&mut sweep, &["epochs", "0", "at least 1"]);
}

#[test]
fn a_parameter_that_is_no_number_is_named() {
    let (directory, data) = mnist_like();
    let path = directory.path().join("m.safetensors");
    works(train(&data, "--epochs 1 --hidden 7 --save").arg(&path));
    let bytes = std::fs::read(&path).unwrap();
    let evaluate = |change: &dyn Fn(&mut Vec<u8>), words: &[&str]| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let mut command = nablab();
        refused(command.arg("evaluate").arg(&path).arg("--data").arg(&data), words);
    };
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    // The tensors in the order of the file are told by its header; whichever comes first, its first number is named.
    let first = &|bytes: &mut Vec<u8>| {
        bytes[header..header + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    };
    evaluate(first, &["m.safetensors", "neuron 0 of layer ", " is NaN", "expected finite numbers"]);
    let last = &|bytes: &mut Vec<u8>| {
        let end = bytes.len() - 4;
        bytes[end..].copy_from_slice(&f32::NEG_INFINITY.to_le_bytes());
    };
    evaluate(last, &["m.safetensors", " of layer ", " is -inf"]);
}

#[test]
fn the_nearest_name_is_offered() {
    refused(nablab().arg("trian"), &["'trian'", "'train'"]);
    refused(nablab().args(["reproduce", "learing-rates"]), &["did you mean 'learning-rates'?"]);
    refused(nablab().args(["man", "trian"]), &["'trian'", "train, sweep"]);
    refused(nablab().args(["completions", "basch"]), &["'basch'", "bash"]);
    // What no training takes is not offered.
    let help = works(nablab().args(["train", "--help"]));
    assert!(!help.contains("perceptron"), "{help}");
    let (_directory, data) = mnist_like();
    let output = train(&data, "--activation junk").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("sigmoid") && !stderr.contains("step"), "{stderr}");
}

#[test]
fn an_experiment_that_is_not_named_is_chosen_from_the_list() {
    let directory = TempDir::new().unwrap();
    let list = |arguments: &[&str]| {
        works(nablab().current_dir(&directory).arg("reproduce").args(arguments))
    };
    let shown = list(&[]);
    fits(&shown);
    assert!(shown.contains("ch3-learning-rates") && shown.contains("nablab reproduce EXPERIMENT"));
    let ids = |text: &str| -> Vec<String> {
        let words = text.split_whitespace().filter(|word| word.starts_with("ch"));
        words.map(String::from).collect()
    };
    assert_eq!(ids(&shown), ids(&list(&["--list"])));
}

#[test]
fn shells_and_man_know_every_command() {
    let help = works(nablab().arg("--help"));
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    // A long description is indented below its command.
    let commands = commands.lines().filter_map(|line| line.strip_prefix("  "));
    let commands: Vec<&str> = commands
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 15 && commands.contains(&"completions"), "{commands:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = works(nablab().args(["completions", shell]));
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
        assert!(script.contains("batch-size"), "{shell}");
    }
    let page = works(nablab().arg("man"));
    assert!(page.contains(".TH nablab 1"), "{page}");
    for command in commands.iter().filter(|&&command| command != "help") {
        assert!(page.contains(command), "{command}");
        let page = works(nablab().args(["man", command]));
        assert!(page.contains(&format!(".TH nablab-{command} 1")), "{page}");
    }
}

#[test]
fn everything_fits_80_columns() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "data");
    let every = "training-cost,training-accuracy,validation-cost,validation-accuracy,test-cost,test-accuracy";
    let mut long = train(&data, "--epochs 120 --monitor-layers --hidden 9x9x9 --monitor");
    let stdout = works(long.arg(every));
    fits(&stdout);
    let curve = stdout.lines().find(|line| line.starts_with("validation accuracy")).unwrap();
    assert!(curve.contains("last ") && curve.contains("best "), "{stdout}");
    let mut sweep = nablab();
    sweep.current_dir(&directory).args(["sweep", "--data", "data", "--out", "swept"]);
    sweep.args(["--eta", "log:0.01..10:3", "--batch-size", "1,10", "--activation", "sigmoid,tanh"]);
    fits(&works(sweep.args(["--epochs", "2", "--seeds", "2"])));
    let mut reproduce = quick("quick", "");
    fits(&works(reproduce.current_dir(&directory)));
}
