//! Seeds of their own for what is random, and what of the spread comes from which.

use crate::common::{Images, Table, nablab, read, refused};
use assert_cmd::Command;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Lab {
    directory: TempDir,
    data: PathBuf,
}

impl Lab {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let data = Images::SMALL.write(directory.path(), "small");
        Self { directory, data }
    }

    /// A sweep of a few images; its directory.
    fn sweep(&self, name: &str, options: &str) -> PathBuf {
        self.swept(name, options).0
    }

    /// The same with what it prints.
    fn swept(&self, name: &str, options: &str) -> (PathBuf, String) {
        let out = self.directory.path().join(name);
        let mut command = nablab();
        command.args(["sweep", "--epochs", "2", "--monitor", "validation-accuracy,test-cost"]);
        command
            .args(options.split_whitespace())
            .arg("--data")
            .arg(&self.data)
            .arg("--out")
            .arg(&out);
        let stdout = printed(&mut command);
        (out, stdout)
    }
}

fn trials(out: &Path) -> Table {
    Table::parse(&read(out, "trials.csv"))
}

fn variance(out: &Path, options: &str) -> Command {
    let mut command = nablab();
    command.arg("variance").arg(out).args(options.split_whitespace());
    command
}

/// What a command prints, whose notes on stderr do not matter.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_seeds_of_their_own_make_a_table_of_components() {
    let lab = Lab::new();
    // The ten seeds that a sweep has if nobody says otherwise would change nothing here.
    let out = lab.sweep("crossed", "--seed-init 1..3 --seed-order 4..5");
    let table = trials(&out);
    assert_eq!(table.column("seed_init"), ["1", "1", "2", "2", "3", "3"]);
    assert_eq!(table.column("seed_order"), ["4", "5", "4", "5", "4", "5"]);
    assert_eq!(table.column("seed"), ["1"; 6]);
    let csv = Table::parse(&printed(&mut variance(&out, "--metric test_cost --format csv")));
    let names = ["seed_init", "seed_order", "seed_init:seed_order", "total"];
    assert_eq!(csv.column("component"), names);
    assert_eq!(csv.column("degrees_of_freedom"), ["2", "1", "2", ""]);
    // The sum of squares about the grand mean is that of all effects: df · mean square, with mean squares
    // MS_ab = V_ab, MS_a = V_ab + 2 V_a, MS_b = V_ab + 3 V_b.
    let [a, b, ab, total] = csv.numbers("variance")[..] else { panic!() };
    let costs = table.numbers("last_test_cost");
    let mean = costs.iter().sum::<f64>() / 6.0;
    let squares: f64 = costs.iter().map(|cost| (cost - mean).powi(2)).sum();
    let effects = 2.0 * (ab + 2.0 * a) + (ab + 3.0 * b) + 2.0 * ab;
    assert!((squares - effects).abs() < 1e-9 * squares, "{squares} {effects}");
    assert!((a + b + ab - total).abs() < 1e-12 * total.abs() && squares > 0.0);
    let words = printed(&mut variance(&out, "--metric test_cost"));
    for expected in ["initial weights", "order of the images", "both together"] {
        assert!(words.contains(expected), "{words}");
    }
    let file = lab.directory.path().join("table.html");
    printed(variance(&out, "--metric test_cost --format html --out").arg(&file));
    printed(variance(&out, "--metric test_cost --format csv --out").arg(&file));
    refused(variance(&out, "--out").arg(out.join("trials.csv")), &["--out", "trials.csv"]);
    refused(&mut variance(&out, "--factors eta"), &["eta has one value only"]);
    refused(&mut variance(&out, "--factors seed-inti"), &["did you mean 'seed_init'?"]);
    // A lucky seed is no setting to be chosen.
    refused(nablab().arg("confirm").arg(&out), &["seed-init", "--seeds"]);
}

#[test]
fn seeds_cross_with_the_seed_of_one_thing_and_tables_average_over_it() {
    let lab = Lab::new();
    let options = "--seeds 1..3 --seed-init 1..2 --eta 0.1,0.5";
    let (out, stdout) = lab.swept("seeds", options);
    assert!(stdout.contains("eta=0.5 (6 seeds)"), "a seed is no setting to choose: {stdout}");
    let table = trials(&out);
    assert_eq!(table.rows.len(), 12);
    let table = printed(nablab().arg("ablate").arg(&out).args(["--metric", "test_cost"]));
    let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "over 3 seeds",
        "Each seed's value is an average over seed init (2).",
        "A seed sets the order of the images and what dropout drops, but not what seed init does",
    ] {
        assert!(flat.contains(words), "{words}:\n{table}");
    }
    assert!(!flat.contains("own best"), "a seed is not tuned:\n{table}");
    let csv = printed(&mut variance(&out, "--metric test_cost --by eta --format csv"));
    let csv = Table::parse(&csv);
    assert_eq!(csv.column("eta").len(), 8);
    assert_eq!(csv.column("component")[..3], ["seed_init", "seed", "seed_init:seed"]);
    refused(&mut variance(&out, "--metric test_cost"), &["eta varies too", "--by"]);
}

/// The trainings of equal bits are one, whichever sweep asks for them.
#[test]
fn a_seed_of_its_own_that_is_the_seed_is_no_other_training() {
    let lab = Lab::new();
    let plain = trials(&lab.sweep("plain", "--seeds 1..3"));
    let own = trials(&lab.sweep("own", "--seed 2 --seed-init 1..3"));
    assert_eq!(plain.column("trial_id")[1], own.column("trial_id")[1]);
    assert_eq!(plain.column("last_test_cost")[1], own.column("last_test_cost")[1]);
    assert_eq!(own.column("seed_init"), ["1", "2", "3"]);
    assert_eq!(plain.column("seed_init"), [""; 3]);
    let file = lab.directory.path().join("sweep.toml");
    std::fs::write(&file, "seed_init = \"1..3\"\nseed = 2\nepochs = 2\n").unwrap();
    let out = lab.directory.path().join("file");
    let mut command = nablab();
    command.arg("sweep").arg(&file).arg("--data").arg(&lab.data);
    printed(command.arg("--out").arg(&out));
    let spec = read(&out, "spec.toml");
    assert!(spec.contains("seed-init = \"1..3\""), "{spec}");
}
