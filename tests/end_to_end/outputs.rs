//! Outputs from the outside: nothing is replaced but what is of the same kind, the input never.

use crate::common::{Images, nablab, read, refused, train, works};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A directory with a small sweep, and a model, in it.
struct Lab {
    directory: TempDir,
    data: PathBuf,
}

impl Lab {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let data = Images::SMALL.write(directory.path(), "small");
        let lab = Self { directory, data };
        let mut sweep = nablab();
        sweep.args(["sweep", "--data"]).arg(&lab.data).arg("--out").arg(lab.path("sweep"));
        works(sweep.args("--eta 0.1,1 --seeds 3 --epochs 1".split(' ')));
        works(train(&lab.data, "--epochs 1 --save").arg(lab.path("m.json")));
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A command on the sweep that writes to a file.
    fn write(&self, verb: &str, arguments: &str, out: &str) -> assert_cmd::Command {
        let mut command = nablab();
        command.arg(verb).arg(self.path("sweep")).args(arguments.split_whitespace());
        command.arg("--out").arg(self.path(out));
        command
    }
}

#[test]
fn only_a_file_of_the_same_kind_is_replaced() {
    let lab = Lab::new();
    fs::write(lab.path("thesis.md"), "# Thesis\n\n| better |\n| --- |\n").unwrap();
    fs::write(lab.path("notes.svg"), "precious").unwrap();
    fs::write(lab.path("notes.html"), "<!DOCTYPE html><p>precious").unwrap();
    let contents = || -> Vec<_> {
        let names = ["thesis.md", "notes.svg", "notes.html", "m.json", "sweep/trials.csv"];
        let more = ["sweep/epochs.csv", "sweep/journal.jsonl", "sweep/provenance.json"];
        names.iter().chain(&more).map(|name| fs::read(lab.path(name)).unwrap()).collect()
    };
    let before = contents();
    for (verb, arguments, out) in [
        ("ablate", "", "sweep/journal.jsonl"),
        ("ablate", "", "sweep/provenance.json"),
        ("ablate", "--format csv", "sweep/trials.csv"),
        ("ablate", "--format csv", "sweep/epochs.csv"),
        ("ablate", "--format markdown", "thesis.md"),
        ("ablate", "", "sweep"),
        ("plot", "--kind response", "notes.svg"),
        ("plot", "--kind response", "sweep/trials.svg"),
        ("report", "", "notes.html"),
    ] {
        let name = out.replace(".svg", ".");
        refused(&mut lab.write(verb, arguments, out), &["--out", &name, "choose another name"]);
    }
    let mut worst = nablab();
    worst.args(["evaluate", "--data"]).arg(&lab.data).arg(lab.path("m.json"));
    refused(worst.arg("--worst").arg(lab.path("m.json")), &["--worst", "m.json", "is read"]);
    assert_eq!(contents(), before);

    // Its own kind, in whatever form, is.
    for format in ["text", "markdown", "latex", "csv", "typst", "html"] {
        for metric in ["--metric test_accuracy", "--metric test_accuracy --vs eta --by data"] {
            works_loudly(&mut lab.write("ablate", &format!("--format {format} {metric}"), "table"));
        }
    }
    for _ in 0..2 {
        works_loudly(&mut lab.write("plot", "--kind response", "figure.svg"));
        if cfg!(feature = "png") {
            works_loudly(&mut lab.write("plot", "--kind response", "figure.png"));
        }
        works(&mut lab.write("report", "", "page.html"));
    }
    // The table of another program is an input like any other.
    fs::copy(lab.path("table"), lab.path("table.csv")).unwrap();
    works_loudly(&mut lab.write("ablate", "--format csv", "runs.csv"));
    let mut own = nablab();
    own.arg("ablate").arg(lab.path("runs.csv")).arg("--out").arg(lab.path("runs.csv"));
    refused(&mut own, &["runs.csv", "is read by the same command"]);
}

/// Runs something that works and prints the command that it stands for.
#[track_caller]
fn works_loudly(command: &mut assert_cmd::Command) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command:?}\n{stderr}");
}

#[test]
fn a_model_is_replaced_on_demand_only() {
    let lab = Lab::new();
    let model = read(lab.directory.path(), "m.json");
    let save = |options: &str, name: &str| {
        let mut command = train(&lab.data, &format!("--epochs 1 --seed 2 {options} --save"));
        command.arg(lab.path(name));
        command
    };
    refused(&mut save("", "m.json"), &["--save", "m.json", "--overwrite"]);
    for file in ["sweep/provenance.json", "sweep/complete.json"] {
        refused(&mut save("--overwrite", file), &["--save", file, "does not hold a model"]);
    }
    let mut load = save("--overwrite", "m.json");
    refused(load.arg("--load").arg(lab.path("m.json")), &["m.json", "is read by the same command"]);
    let mut both = save("", "new/provenance.json");
    refused(both.arg("--out").arg(lab.path("new")), &["provenance.json", "--out"]);
    assert_eq!(read(lab.directory.path(), "m.json"), model);
    works(&mut save("--overwrite", "m.json"));
    assert_ne!(read(lab.directory.path(), "m.json"), model);
    refused(&mut train(&lab.data, "--overwrite"), &["--overwrite", "--out or --save"]);
}

#[test]
fn equal_ids_with_other_values_contradict_each_other() {
    let lab = Lab::new();
    // The same images, of which others are kept back: another training.
    let out = |name: &str, validation: &str| {
        works(
            train(&lab.data, &format!("--epochs 2 --validation {validation} --out"))
                .arg(lab.path(name)),
        );
        let trials = read(&lab.path(name), "trials.csv");
        trials.lines().nth(1).unwrap().split(',').next().unwrap().to_string()
    };
    assert_ne!(out("ten", "10"), out("thirty", "30"));
    assert_eq!(out("default", "10"), out("explicit", "10"));
    // A file in which somebody has changed a number.
    fs::create_dir(lab.path("copy")).unwrap();
    for file in ["trials.csv", "epochs.csv"] {
        fs::copy(lab.path("sweep").join(file), lab.path("copy").join(file)).unwrap();
    }
    let both = || {
        let mut command = nablab();
        command.arg("ablate").arg(lab.path("sweep")).arg(lab.path("copy"));
        command
    };
    works_loudly(&mut both());
    let trials = read(&lab.path("copy"), "trials.csv");
    let line = trials.lines().nth(2).unwrap();
    let accuracy = line.split(',').rev().find(|cell| cell.starts_with("0.") && cell.len() < 5);
    let changed = line.replace(accuracy.unwrap(), "0.125");
    fs::write(lab.path("copy").join("trials.csv"), trials.replace(line, &changed)).unwrap();
    refused(&mut both(), &["trial ", "0.125", "sweep/trials.csv", "copy/trials.csv", "equal bits"]);
}
