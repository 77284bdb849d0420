//! A training goes on where another one ended.

use crate::common::{Images, heard, mnist_like, refused, train, works};
use assert_cmd::Command;
use std::path::Path;

#[test]
fn one_epoch_and_one_more_are_two() {
    let (directory, data) = mnist_like();
    let settings = "--hidden 12 --optimiser adam --eta 0.01 --lambda 1 --dropout 0.2 --seed 3";
    for extension in ["json", "safetensors"] {
        let file = |name: &str| directory.path().join(name).with_extension(extension);
        let [two, one, both] = ["two", "one", "both"].map(file);
        works(train(&data, &format!("{settings} --epochs 2 --save")).arg(&two));
        works(train(&data, &format!("{settings} --epochs 1 --save")).arg(&one));
        let (stdout, stderr) =
            heard(train(&data, "--epochs 2 --resume").arg(&one).arg("--save").arg(&both));
        assert!(stdout.contains("\nepoch  1 ") && !stdout.contains("epoch  0 "), "{stdout}");
        assert!(stdout.contains("\n1 epoch in ") && stderr.is_empty(), "{stdout}{stderr}");
        assert!(std::fs::read(&two).unwrap() == std::fs::read(&both).unwrap());
        // And in its own place.
        let mut command = train(&data, "--epochs 2 --overwrite --resume");
        works(command.arg(&one).arg("--save").arg(&one));
        assert!(std::fs::read(&two).unwrap() == std::fs::read(&one).unwrap());
    }
}

#[test]
fn what_cannot_go_on_is_told_in_a_line() {
    let (directory, data) = mnist_like();
    let file = |name: &str| directory.path().join(name);
    let [one, stopped] = ["one.json", "stopped.json"].map(file);
    works(train(&data, "--hidden 5 --epochs 1 --save").arg(&one));
    let resume = |arguments: &str, data: &Path| -> Command {
        let mut command = train(data, arguments);
        command.arg("--resume").arg(&one);
        command
    };
    refused(&mut resume("--epochs 1", &data), &["one.json", "has trained for 1 epoch", "--epochs"]);
    refused(&mut resume("", &data), &["has trained for 1 epoch"]);
    refused(&mut resume("--epochs 2 --eta 1", &data), &["--resume", "--eta"]);
    refused(&mut resume("--epochs 2 --out o", &data), &["--resume", "--out"]);
    let small = Images::SMALL.write(directory.path(), "small");
    refused(&mut resume("--epochs 2", &small), &["one.json", "other data than small"]);
    works(train(&data, "--hidden 5 --epochs 9 --early-stop 1 --eta 1e-9 --save").arg(&stopped));
    refused(
        train(&data, "--epochs 20 --resume").arg(&stopped),
        &["stopped.json", "stopped early", "--load"],
    );
    let text = std::fs::read_to_string(&one).unwrap();
    std::fs::write(&one, text.replace("\"epochs\":1", "\"epochs\":-1")).unwrap();
    refused(&mut resume("--epochs 2", &data), &["one.json", "-1"]);
}
