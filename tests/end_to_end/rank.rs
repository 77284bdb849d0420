//! Rankings over several data sets from the outside.

use crate::common::{Images, Table, nablab, read, refused};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn demsar() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demsar-2006.csv")
}

/// `nablab rank FILE`, with more arguments separated by spaces.
fn rank(file: impl AsRef<Path>, arguments: &str) -> assert_cmd::Command {
    let mut command = nablab();
    command.arg("rank").arg(file.as_ref()).args(arguments.split_whitespace());
    command
}

/// Runs something that must work; returns what it printed, and the command it says it stands for, in words.
#[track_caller]
fn printed(command: &mut assert_cmd::Command) -> (String, Vec<String>) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command:?}\n{stderr}");
    let line = stderr.lines().next().and_then(|line| line.strip_prefix("nablab "));
    let words = line.unwrap_or_else(|| panic!("{command:?}\n{stderr}")).split_whitespace();
    (String::from_utf8(output.stdout).unwrap(), words.map(String::from).collect())
}

/// Three optimisers on some tasks, three seeds each, with the ends of a scale for every task.
fn runs(directory: &TempDir, tasks: usize) -> PathBuf {
    let mut csv = String::from("task,optimizer,seed,val_acc,random,human\n");
    for task in 0..tasks {
        for (place, optimizer) in ["sgd", "adam", "lion"].into_iter().enumerate() {
            for seed in 1..=3 {
                let noise = (task * 31 + place * 17 + seed * 7) % 10;
                let score = 0.6 + 0.01 * task as f64 + 0.02 * place as f64 + 0.001 * noise as f64;
                writeln!(csv, "t{task},{optimizer},{seed},{score:.3},0.1,1.{task}").unwrap();
            }
        }
    }
    let path = directory.path().join("runs.csv");
    fs::write(&path, csv).unwrap();
    path
}

#[test]
fn the_published_example_has_its_numbers() {
    let (text, words) = printed(&mut rank(demsar(), ""));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for number in ["1.96", "2.00", "2.89", "3.14", "CD = 1.25", "(without: 9.28)"] {
        assert!(text.contains(number), "{number}: {text}");
    }
    let full = "--by method --data data --metric auc --at last --post-hoc nemenyi";
    assert_eq!(words[2..].join(" "), full);
    assert_eq!(printed(nablab().args(&words)).1, words);
}

#[test]
fn every_format_can_be_written_to_a_file_and_written_again() {
    let directory = TempDir::new().unwrap();
    for (format, word) in [
        ("text", "┌"),
        ("markdown", "| --- |"),
        ("latex", "\\toprule"),
        ("csv", "average_rank"),
        ("typst", "#figure("),
        ("html", "<table>"),
    ] {
        let out = directory.path().join(format!("table.{format}"));
        for more in ["", "--pairs --rope 0.01"] {
            let mut command = rank(demsar(), &format!("--format {format} {more}"));
            printed(command.arg("--out").arg(&out));
        }
        let table = fs::read_to_string(&out).unwrap();
        assert!(
            table.contains(word) || format == "csv" && table.starts_with("method_a,"),
            "{table}"
        );
        if format == "latex" {
            assert!(table.contains("$\\chi$$^2$") && table.is_ascii(), "{table}");
        }
    }
    fs::write(directory.path().join("thesis.md"), "# Mine\n").unwrap();
    let out = directory.path().join("thesis.md");
    refused(rank(demsar(), "").arg("--out").arg(out), &["--out", "does not hold a table"]);
    refused(rank(demsar(), "").arg("--out").arg(demsar()), &["is read by the same command"]);
}

#[test]
fn figures_are_drawn_with_the_numbers_of_profiles_beside_them() {
    let directory = TempDir::new().unwrap();
    let file = runs(&directory, 8);
    let path = |name: &str| directory.path().join(name);
    let options = "--data task --normalise random:human --resamples 100 --format csv";
    let mut command = rank(&file, options);
    command.arg("--figure").arg(path("new/cd.svg")).arg("--profiles").arg(path("profiles.svg"));
    let (table, words) = printed(&mut command);
    assert_eq!(words[2..4], ["--by", "optimizer"], "the ends of the scale are no methods");
    let table = Table::parse(&table);
    assert_eq!(table.column("optimizer"), ["lion", "adam", "sgd"]);
    assert_eq!(table.column("groups"), ["a", "ab", "b"]);
    let diagram = read(&path("new"), "cd.svg");
    assert!(diagram.contains(">lion</text>") && diagram.contains("CD = "), "{diagram}");
    let first =
        (diagram, read(directory.path(), "profiles.svg"), read(directory.path(), "profiles.csv"));
    let numbers = Table::parse(&first.2);
    assert_eq!(numbers.rows.len(), 3 * 101);
    // The same command, the same bytes.
    printed(nablab().args(&words));
    let again = [(path("new"), "cd.svg"), (path(""), "profiles.svg"), (path(""), "profiles.csv")];
    let again = again.map(|(directory, name)| read(&directory, name));
    assert_eq!(again, [first.0, first.1, first.2]);
    if cfg!(feature = "png") {
        printed(rank(&file, "--data task").arg("--figure").arg(path("cd.png")));
        assert!(fs::read(path("cd.png")).unwrap().starts_with(b"\x89PNG"));
    }
    refused(
        rank(&file, "--data task").arg("--figure").arg(path("cd.pdf")),
        &["--figure", ".svg or .png"],
    );
    refused(
        rank(&file, "--data task").arg("--figure").arg(&file),
        &["is read by the same command"],
    );
}

/// Two sweeps of the small data set, which stand for two data sets.
#[test]
fn directories_of_results_can_be_the_data_sets() {
    let directory = TempDir::new().unwrap();
    let mut command = nablab();
    command.arg("rank");
    for (name, images) in [("one", Images::SMALL), ("two", Images::COLOURS)] {
        let data = images.write(directory.path(), &format!("{name}-data"));
        let out = directory.path().join(name);
        let mut sweep = nablab();
        sweep.args(["sweep", "--data"]).arg(data).arg("--out").arg(&out);
        let options = "--activation sigmoid,relu,tanh --seeds 2 --epochs 2 --eta 0.1";
        sweep.args(options.split_whitespace());
        let output = sweep.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        command.arg(out);
    }
    let (text, words) = printed(command.args(["--by", "activation", "--data", "path"]));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("3 methods on 2 data sets by their test accuracy"), "{text}");
    assert!(
        text.contains("With 2 data sets Nemenyi's test cannot tell any methods apart"),
        "{text}"
    );
    assert!(words.join(" ").contains("--data path"), "{words:?}");
    // A single directory is a single data set.
    let one = directory.path().join("one");
    refused(&mut rank(one, "--data path"), &["2 data sets", "only one", "nablab ablate"]);
}

#[test]
fn what_cannot_be_ranked_is_refused_in_one_line() {
    let directory = TempDir::new().unwrap();
    let file = runs(&directory, 6);
    refused(&mut rank(&file, "--by optimizer"), &["runs.csv", "--data"]);
    refused(&mut rank(&file, "--data task --by seed"), &["seed is asked for twice"]);
    refused(&mut rank(&file, "--data task --where optimizer=sgd --by optimizer"), &["only sgd"]);
    refused(&mut rank(&file, "--data task --where task=t1 --by optimizer"), &["only t1", "ablate"]);
    refused(
        &mut rank(&file, "--data task --by optimiser"),
        &["optimiser", "did you mean 'optimizer'"],
    );
    refused(&mut rank(&file, "--data task --baseline rmsprop"), &["--baseline", "rmsprop", "lion"]);
    refused(&mut rank(&file, "--data task --alpha 1.5"), &["--alpha", "0.05"]);
    refused(&mut rank(&file, "--data task --rope -1"), &["--rope"]);
    refused(&mut rank(&file, "--data task --normalise low"), &["--normalise", "min-max"]);
    refused(&mut rank(&file, "--data task --normalise low:high"), &["--normalise", "'low'"]);
    refused(&mut rank(&file, "--data task --resamples 1"), &["--resamples", "100"]);
    refused(&mut rank(&file, "--data task --safe-formulas"), &["--format csv"]);
    let holes = fs::read_to_string(&file).unwrap();
    let holes: Vec<&str> = holes.lines().filter(|line| !line.starts_with("t2,adam")).collect();
    let path = directory.path().join("holes.csv");
    fs::write(&path, holes.join("\n")).unwrap();
    refused(&mut rank(&path, "--data task"), &["adam has no run on t2", "--drop-incomplete"]);
    let (text, _) = printed(&mut rank(&path, "--data task --drop-incomplete data"));
    assert!(text.contains("3 methods on 5 data sets") && text.contains("Left out: t2"), "{text}");
    // Seeds alone cannot be told from further runs.
    let doubled = fs::read_to_string(&file).unwrap() + "t1,sgd,1,0.5,0.1,1.1\n";
    fs::write(&path, doubled).unwrap();
    refused(&mut rank(&path, "--data task"), &["two runs of sgd on t1", "seed 1"]);
}
