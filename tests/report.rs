//! Tables, figures and pages of results from the outside.

mod common;

use common::{Images, Table, nablab, quick, read, refused, works};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory with a sweep of the small data set in it: 3 learning rates, of which one diverges, 2 activations, 7 seeds.
struct Lab {
    directory: TempDir,
}

impl Lab {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let data = Images::SMALL.write(directory.path(), "small");
        let lab = Self { directory };
        let mut sweep = nablab();
        sweep.args(["sweep", "--data"]).arg(data).arg("--out").arg(lab.path("sweep"));
        let options = "--eta 0.1,0.3,1,3,1e300 --activation sigmoid,relu --seeds 7 --epochs 4 --output identity --cost quadratic";
        sweep.args(options.split_whitespace());
        assert!(sweep.output().unwrap().status.success());
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `nablab VERB DIR/sweep`, with more arguments separated by spaces.
    fn on(&self, verb: &str, arguments: &str) -> assert_cmd::Command {
        let mut command = nablab();
        command.arg(verb).arg(self.path("sweep")).args(arguments.split_whitespace());
        command
    }

    /// A copy of a file of the sweep with something changed, in a directory of its own.
    fn mangled(&self, name: &str, file: &str, change: impl Fn(String) -> String) -> PathBuf {
        let directory = self.path(name);
        fs::create_dir(&directory).unwrap();
        for each in ["trials.csv", "epochs.csv"] {
            fs::copy(self.path("sweep").join(each), directory.join(each)).unwrap();
        }
        fs::write(directory.join(file), change(read(&directory, file))).unwrap();
        directory
    }
}

/// Runs something that must work; returns what it printed, and the command it says it stands for, in words.
#[track_caller]
fn printed(command: &mut assert_cmd::Command) -> (String, Vec<String>) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command:?}\n{stderr}");
    let line = stderr.strip_prefix("nablab ").unwrap_or_else(|| panic!("{command:?}\n{stderr}"));
    assert_eq!(line.lines().count(), 1, "{stderr}");
    // The paths and values of these tests need no other quotes.
    let words = line.split_whitespace().map(|word| word.trim_matches('\'').to_string());
    (String::from_utf8(output.stdout).unwrap(), words.collect())
}

/// The bytes of every file in a directory.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn a_table_without_arguments_says_the_command_it_stands_for() {
    let lab = Lab::new();
    let (table, words) = printed(&mut lab.on("ablate", ""));
    assert!(table.contains("7/7 diverged") && table.contains("Difference from"), "{table}");
    let full = words[2..].join(" ");
    assert_eq!(full, "--by activation --vs eta --metric test_accuracy --at last");
    let (again, same) = printed(nablab().args(&words));
    assert_eq!((again, same), (table, words));
}

#[test]
fn tables_have_the_numbers_of_the_file() {
    let lab = Lab::new();
    let options = "--by activation --vs eta --baseline relu --format csv";
    let table = Table::parse(&printed(&mut lab.on("ablate", options)).0);
    assert_eq!(
        table.header.join(","),
        "activation,eta,n,mean,ci_low,ci_high,difference,difference_low,difference_high,p_holm,best,diverged"
    );
    let trials = Table::parse(&read(&lab.path("sweep"), "trials.csv"));
    for row in &table.rows {
        let same = |i: &usize| {
            trials.column("activation")[*i] == row[0]
                && trials.numbers("eta")[*i] == row[1].parse::<f64>().unwrap()
        };
        let mine: Vec<usize> = (0..trials.rows.len()).filter(same).collect();
        assert_eq!(row[2], "7");
        if row[1] == "1e300" {
            assert_eq!((row[3].as_str(), row[11].as_str()), ("", "7"));
            continue;
        }
        let values = trials.column("last_test_accuracy");
        let sum: f64 = mine.iter().map(|&i| values[i].parse::<f64>().unwrap()).sum();
        assert!((row[3].parse::<f64>().unwrap() - sum / 7.0).abs() < 1e-12, "{row:?}");
        assert_eq!(row[6].is_empty(), row[0] == "relu", "the baseline has no difference");
    }
}

#[test]
fn every_format_can_be_written_to_a_file() {
    let lab = Lab::new();
    for (format, word) in [
        ("text", "┌"),
        ("markdown", "| --- |"),
        ("latex", "\\toprule"),
        ("csv", "p_holm"),
        ("typst", "#figure("),
        ("html", "<table>"),
    ] {
        let out = lab.path(&format!("table.{format}"));
        let mut command = lab.on("ablate", &format!("--format {format} --out"));
        printed(command.arg(&out));
        assert!(fs::read_to_string(&out).unwrap().contains(word), "{format}");
    }
}

#[test]
fn tuning_thresholds_and_leave_one_out_work_on_a_sweep() {
    let lab = Lab::new();
    let (table, _) =
        printed(&mut lab.on("ablate", "--by activation --tune eta:validation_accuracy"));
    let table = table.replace('\n', " ");
    assert!(table.contains("with the seeds 1, 2, 3, which have no other part"), "{table}");
    let options = "--by activation --where eta=0.3 --metric epochs_to:test_accuracy:0.1";
    let (table, _) = printed(&mut lab.on("ablate", options));
    assert!(table.contains("epochs to 10 %"), "{table}");
    let options = "--leave-one-out activation=relu,eta=0.3 --where eta=0.1,0.3";
    let (table, _) = printed(&mut lab.on("ablate", options));
    assert!(table.contains("full") && table.contains("eta = 0.1"), "{table}");
}

#[test]
fn figures_are_written_with_their_numbers_and_are_the_same_every_time() {
    let lab = Lab::new();
    let before = contents(&lab.path("sweep")).len();
    let (text, words) = printed(&mut lab.on("plot", ""));
    assert!(text.contains('█') && text.contains("response.svg and"), "{text}");
    assert_eq!(
        words[2..].join(" "),
        "--kind response --x eta --hue activation --metric test_accuracy --at last"
    );
    let first = contents(&lab.path("sweep"));
    assert_eq!(first.len(), before + 2);
    let svg = read(&lab.path("sweep"), "response.svg");
    assert!(svg.contains("all diverged") && svg.contains("14 of the 70 trainings diverged"));
    let (_, same) = printed(nablab().args(&words));
    assert_eq!((contents(&lab.path("sweep")), same), (first, words));

    for kind in ["curves", "heatmap", "strips", "time"] {
        for theme in ["light", "dark"] {
            let out = lab.path(&format!("{kind}-{theme}.png"));
            let mut command =
                lab.on("plot", &format!("--kind {kind} --theme {theme} --width 400 --out"));
            printed(command.arg(&out));
            assert!(fs::read(&out).unwrap().starts_with(b"\x89PNG"));
            let numbers = Table::parse(&fs::read_to_string(out.with_extension("csv")).unwrap());
            assert!(!numbers.rows.is_empty() && numbers.header[0] == "panel");
        }
    }
}

#[test]
fn a_page_has_every_result_below_a_directory() {
    let lab = Lab::new();
    works(&mut quick(lab.path("quick"), ""));
    let out = lab.path("report.html");
    let text = works(nablab().arg("report").arg(lab.directory.path()));
    assert!(text.contains("2 results") && out.is_file(), "{text}");
    let html = fs::read_to_string(&out).unwrap();
    assert!(html.contains("id=\"r-sweep\"") && html.contains("id=\"r-ch3-learning-rates--quick\""));
    assert!(
        html.contains("A quick look, not a reproduction") && html.contains("nablab sweep --data")
    );
    assert!(html.contains("nablab plot") && html.contains("--kind heatmap"));
    // A page of the sweep alone stands beside it, and is the same every time.
    let one = |_| {
        works(&mut lab.on("report", "--title Mine"));
        read(&lab.path("sweep"), "report.html")
    };
    let [first, second] = [1, 2].map(one);
    assert!(first == second && first.contains("<h1>Mine</h1>"));
}

#[test]
fn files_of_other_programs_are_read() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("wandb export.csv");
    let mut text = String::from("\u{feff}\"optimizer\",\"seed\",\"val/loss\"\r\n");
    for seed in 1..=8 {
        text += &format!("sgd,{seed},0.5{seed}\r\n\"ad,am\",{seed},0.4{seed}\r\n");
    }
    fs::write(&path, text).unwrap();
    let (table, words) = printed(nablab().arg("ablate").arg(&path));
    assert!(table.contains("ad,am") && table.contains("val/loss"), "{table}");
    assert!(words.join(" ").ends_with("--by optimizer --metric val/loss --at last"), "{words:?}");
    works(nablab().arg("report").arg(&path).arg("--out").arg(directory.path().join("r.html")));
    // A log without seeds has figures and no table.
    let log = directory.path().join("keras.csv");
    fs::write(&log, "epoch,accuracy,loss\n0,0.91,0.4\n1,0.94,0.3\n2,0.95,0.2\n").unwrap();
    let page = directory.path().join("k.html");
    let text = works(nablab().arg("report").arg(&log).arg("--out").arg(&page));
    assert!(text.contains("keras.csv: no table"), "{text}");
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("There is no table: no column 'seed'") && html.contains("--kind curves"));
    // Another kind of file beside it is refused in one line.
    refused(nablab().arg("plot").arg(&path).arg(&log), &["different columns"]);
}

#[test]
fn what_is_wrong_is_said_in_one_line_and_nothing_is_lost() {
    let lab = Lab::new();
    let before = contents(&lab.path("sweep"));
    for verb in ["ablate", "plot"] {
        let refuse = |arguments: &str, words: &[&str]| refused(&mut lab.on(verb, arguments), words);
        refuse("--where activatoin=relu", &["did you mean 'activation'?"]);
        refuse("--where eta=7", &["--where", "eta is never '7'", "0.1, 0.3, 1, 3, 1e300"]);
        refuse("--where activation=relu --where eta=5", &["eta is never"]);
        refuse("--metric test_cost", &["'test_cost' was not monitored", "test_accuracy"]);
        refuse("--metric tset_accuracy", &["tset_accuracy", "test_accuracy"]);
        refuse("--metric epochs_to:high", &["epochs_to:0.95"]);
        refuse("--at epoch:9", &["no epoch 9", "last one is 3"]);
        refuse("--at middle", &["last, best or epoch:N"]);
        refuse("--pair-by run", &["run", "activation"]);
    }
    refused(
        &mut lab.on("ablate", "--by activation --baseline gelu"),
        &["no row 'gelu'", "sigmoid; relu"],
    );
    refused(&mut lab.on("ablate", "--by activation --vs activation"), &["asked for twice"]);
    refused(&mut lab.on("ablate", "--by activation --tune eta"), &["eta:validation_accuracy"]);
    refused(&mut lab.on("ablate", "--interval bca"), &["20 seeds"]);
    refused(&mut lab.on("plot", "--x activation --kind response"), &["--x"]);
    refused(&mut lab.on("plot", "--range 3,1"), &["the lower end first"]);
    refused(&mut lab.on("plot", "--out figure.pdf"), &["figure.pdf", ".svg or .png"]);
    // No spelling of a path makes it replace what is not a figure's.
    let spelt = lab.path("sweep").join("../sweep/epochs.svg");
    refused(lab.on("plot", "--out").arg(spelt), &["would replace", "epochs.csv"]);
    let trials = lab.path("sweep").join("trials.svg");
    refused(lab.on("plot", "--out").arg(trials), &["would replace", "trials.csv"]);
    refused(&mut lab.on("report", "--out page.pdf"), &["page.pdf", ".html"]);
    refused(nablab().args(["report", "nowhere"]), &["nowhere", "no such"]);
    refused(nablab().arg("report").arg(lab.path("small")), &["small", "neither results"]);
    refused(
        nablab().arg("ablate").arg(lab.path("small")),
        &["neither a directory with trials.csv"],
    );

    let other = lab.mangled("other", "trials.csv", |text| text.replacen(",eta,", ",rate,", 1));
    let mut mixed = lab.on("ablate", "");
    refused(mixed.arg(&other), &["different columns (rate, eta)"]);
    let number = lab
        .mangled("number", "trials.csv", |text| text.replacen("finished,,4,", "finished,,4,x", 1));
    let metric = ["--metric", "training_cost"];
    refused(
        nablab().arg("ablate").arg(&number).args(metric),
        &["trials.csv, row 1", "'x", "is not a number"],
    );
    let epochs = lab.mangled("epochs", "epochs.csv", |text| {
        let (start, _) = text.rsplit_once('\n').unwrap().0.rsplit_once('\n').unwrap();
        format!("{start}\nshort,row\n")
    });
    refused(
        nablab().arg("plot").arg(&epochs).args(["--kind", "curves"]),
        &["epochs.csv", "2 cells"],
    );
    let empty =
        lab.mangled("empty", "trials.csv", |text| text.lines().next().unwrap().to_string() + "\n");
    refused(nablab().arg("ablate").arg(&empty), &["trials.csv has no rows"]);
    assert_eq!(contents(&lab.path("sweep")), before);
}
