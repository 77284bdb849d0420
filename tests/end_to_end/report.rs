//! Tables, figures and pages of results from the outside.

use crate::common::{Images, Table, nablab, quick, read, refused, works};
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
        "activation,eta,n,mean,ci_low,ci_high,difference,difference_low,difference_high,p_holm,pairs,detectable,\
         pairs_needed,differs,best,diverged"
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
            assert_eq!((row[3].as_str(), row[15].as_str()), ("", "7"));
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

    let (format, signature): (_, &[u8]) =
        if cfg!(feature = "png") { ("png", b"\x89PNG") } else { ("svg", b"<svg") };
    for kind in ["curves", "heatmap", "strips", "time"] {
        for theme in ["light", "dark"] {
            let out = lab.path(&format!("{kind}-{theme}.{format}"));
            let mut command =
                lab.on("plot", &format!("--kind {kind} --theme {theme} --width 400 --out"));
            printed(command.arg(&out));
            assert!(fs::read(&out).unwrap().starts_with(signature));
            let numbers = Table::parse(&fs::read_to_string(out.with_extension("csv")).unwrap());
            assert!(!numbers.rows.is_empty() && numbers.header[0] == "panel");
        }
    }
}

#[cfg(not(feature = "png"))]
#[test]
fn a_png_is_refused_by_a_program_that_draws_none() {
    let lab = Lab::new();
    let words = ["heat.png", "without the feature png", "cargo build --release", "heat.svg"];
    refused(&mut lab.on("plot", "--kind heatmap --out heat.png"), &words);
}

#[test]
fn what_was_measured_of_layers_is_drawn_and_tabled() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "small");
    let out = directory.path().join("deep");
    let mut sweep = nablab();
    sweep.args(["sweep", "--data"]).arg(data).arg("--out").arg(&out);
    let options = "--hidden 9x8,9x8x7 --eta 0.3 --seeds 3 --epochs 2 --monitor-layers";
    works(sweep.args(options.split_whitespace()));
    let on = |verb: &str, path: &Path, arguments: &str| {
        let mut command = nablab();
        command.arg(verb).arg(path).args(arguments.split_whitespace());
        command
    };
    let (_, words) = printed(&mut on("plot", &out, "--metric bias-gradient-norm"));
    let full = words[2..].join(" ");
    assert!(full.starts_with("--kind curves --hue layer --panels hidden"), "{full}");
    let numbers = Table::parse(&read(&out, "curves.csv"));
    // The mean of each layer at the start and after both epochs, in both networks.
    let means = numbers.column("seed").iter().filter(|seed| seed.is_empty()).count();
    assert_eq!(means, (3 + 4) * 3);
    assert!(read(&out, "curves.svg").contains("epochs trained"));

    // The table has the numbers of the file, from the directory or the file itself.
    let options = "--by hidden --vs layer --metric weight_norm --at epoch:0 --format csv";
    let (table, _) = printed(&mut on("ablate", &out, options));
    let (same, _) = printed(&mut on("ablate", &out.join("layers.csv"), options));
    assert_eq!(table, same);
    let (table, layers) = (Table::parse(&table), Table::parse(&read(&out, "layers.csv")));
    let cells = |i: &usize| {
        let cell = [("hidden", "9x8"), ("layer", "2"), ("epochs_trained", "0")];
        cell.iter().all(|(column, value)| layers.column(column)[*i] == *value)
    };
    let norms: Vec<f64> =
        (0..layers.rows.len()).filter(cells).map(|i| layers.numbers("weight_norm")[i]).collect();
    let row = table.rows.iter().find(|row| row[0] == "9x8" && row[1] == "2").unwrap();
    assert!((row[3].parse::<f64>().unwrap() - norms.iter().sum::<f64>() / 3.0).abs() < 1e-12);
    refused(&mut on("plot", &out, "--metric merit"), &["'merit'", "bias_gradient_norm, "]);
    refused(on("plot", &out, "--metric weight_norm --out").arg(out.join("layers.csv")), &["--out"]);
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
    refused(
        lab.on("plot", "--out").arg(spelt),
        &["--out", "epochs.csv: is read by the same command"],
    );
    let trials = lab.path("sweep").join("trials.svg");
    refused(
        lab.on("plot", "--out").arg(trials),
        &["--out", "trials.csv: is read by the same command"],
    );
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

/// A table of a file with this text, in one line, and the command it stands for.
#[track_caller]
fn table_of(text: &str, options: &str) -> (String, String) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("runs.csv");
    fs::write(&path, text).unwrap();
    let mut command = nablab();
    command.arg("ablate").arg(&path).args(options.split_whitespace());
    let (table, words) = printed(&mut command);
    (table.replace('\n', " "), words[2..].join(" "))
}

/// A log of two learning rates with 6 seeds and 4 epochs each; `cells` are what stands between `epoch` and `val_acc`.
fn log(
    header: &str,
    cells: impl Fn(u32, u32) -> String,
    value: impl Fn(u32, f64) -> String,
) -> String {
    let mut text = format!("lr,seed,epoch,{header}val_acc\n");
    for (lr, shift) in [(0.1, 0.02), (0.01, 0.0)] {
        for seed in 1..=6 {
            for epoch in 0..4 {
                let noise = 0.001 * f64::from(seed * seed % 7) * (1.0 + shift * 20.0);
                let accuracy = 0.9 + shift + noise + 0.01 * f64::from(epoch);
                text += &format!(
                    "{lr},{seed},{epoch},{}{}\n",
                    cells(seed, epoch),
                    value(epoch, accuracy)
                );
            }
        }
    }
    text
}

#[test]
fn a_log_has_a_row_an_epoch_whatever_else_stands_in_it() {
    let number = |_, value: f64| format!("{value:.4}");
    let plain = table_of(&log("", |_, _| String::new(), number), "--by lr --metric val_acc").0;
    assert!(
        plain.contains("0.01 ┆ 6 ┆   0.9323") && plain.contains("None of the 12 trainings"),
        "{plain}"
    );
    let with = |header: &str, cells: &dyn Fn(u32, u32) -> String| {
        table_of(&log(header, cells, number), "--by lr --metric val_acc").0
    };
    assert_eq!(with("checkpoint,", &|seed, epoch| format!("ckpt_{seed}_{epoch}.pt,")), plain);
    assert_eq!(
        with("timestamp,", &|seed, epoch| format!("2024-03-01 12:{seed:02}:{epoch:02},")),
        plain
    );
    assert_eq!(with("took,", &|seed, epoch| format!("00:1{},", (seed + epoch) % 3)), plain);
    assert_eq!(
        with("phase,", &|_, epoch| if epoch < 2 { "a,".into() } else { "b,".into() }),
        plain
    );
    assert_eq!(
        with("done,", &|_, epoch| if epoch < 3 { "False,".into() } else { "True,".into() }),
        plain
    );
    let share = with("share,", &|_, epoch| format!("{}%,", 25 * (epoch + 1)));
    assert!(share.starts_with(plain.trim_end()) && share.contains("Percent"), "{share}");
    assert_eq!(with("pid,", &|seed, _| format!("{},", 1000 + seed)), plain);
    for name in ["Epoch", "training_iteration", "Step"] {
        let text = log("", |_, _| String::new(), number).replacen("epoch", name, 1);
        let (table, _) = table_of(&text, "--by lr --metric val_acc");
        let unit =
            if name == "training_iteration" { "iteration".into() } else { name.to_lowercase() };
        assert_eq!(table.replace(&format!("last {unit}"), "last epoch"), plain);
    }
    // Epochs that were not measured.
    for nothing in ["NA", "nan", "", "None"] {
        let value = |epoch: u32, value: f64| {
            if epoch.is_multiple_of(2) { nothing.into() } else { format!("{value:.4}") }
        };
        let (table, _) =
            table_of(&log("", |_, _| String::new(), value), "--by lr --metric val_acc");
        assert_eq!(table, plain, "{nothing}");
        let value = |epoch: u32, value: f64| {
            if !epoch.is_multiple_of(2) { nothing.into() } else { format!("{value:.4}") }
        };
        let (table, _) =
            table_of(&log("", |_, _| String::new(), value), "--by lr --metric val_acc");
        assert!(
            table.contains("0.9223")
                && table.contains("Measured every 1 to 2 epochs, and not after the last"),
            "{table}"
        );
    }
}

#[test]
fn columns_that_name_a_run_and_cells_without_a_value_are_said_to_be_that() {
    let mut text = String::from("Name,Created,lr,params.seed,val_loss\n");
    for (i, (lr, base)) in [(0.1, 0.30), (0.01, 0.35)].into_iter().enumerate() {
        for seed in 1..=6 {
            let loss = if (i, seed) == (0, 4) {
                "NA".into()
            } else {
                format!("{:.4}", base + 0.001 * f64::from(seed * seed % 5))
            };
            text +=
                &format!("brisk-{i}-{seed},2024-03-01T12:0{seed}:0{i}.000Z,{lr},{seed},{loss}\n");
        }
    }
    let (table, command) = table_of(&text, "");
    assert_eq!(command, "--by lr --pair-by params.seed --metric val_loss --at last");
    assert!(
        table.contains("1/6 missing") && table.contains("1 of the 12 trainings has no value"),
        "{table}"
    );
    assert!(
        !table.contains("average") && !table.contains("Name") && !table.contains("Created"),
        "{table}"
    );
    let (csv, _) = table_of(&text, "--format csv");
    assert!(csv.contains("diverged,missing ") && csv.contains(",0,1 "), "{csv}");
}

#[test]
fn the_direction_of_a_metric_is_said_or_asked_for() {
    let of = |metric: &str, sign: f64| {
        let mut text = format!("lr,seed,{metric}\n");
        for (lr, base) in [(0.1, 0.30), (0.01, 0.35)] {
            for seed in 1..=6 {
                text += &format!(
                    "{lr},{seed},{:.4}\n",
                    sign * (base + lr * 0.01 * f64::from(seed * seed % 5))
                );
            }
        }
        text
    };
    for (metric, sign, better, best) in [
        ("neg_mean_squared_error", -1.0, "Higher is better.", "│ 0.1  ┆ 6 ┆     •"),
        ("images/sec", 1.0, "Higher is better.", "│ 0.01 ┆ 6 ┆ •"),
        ("brier_score", 1.0, "Lower is better.", "│ 0.1  ┆ 6 ┆ •"),
        ("neg_log_likelihood", 1.0, "Lower is better.", "│ 0.1  ┆ 6 ┆"),
    ] {
        let (table, _) = table_of(&of(metric, sign), &format!("--by lr --metric {metric}"));
        assert!(table.contains(better) && table.matches('•').count() == 2, "{table}");
        let row = table.split('│').find(|row| row.contains('•')).unwrap();
        assert!(
            row.trim_start().starts_with(best.trim_start_matches("│ ").split(' ').next().unwrap()),
            "{table}"
        );
    }
    let merit = of("merit", 1.0);
    let (table, _) = table_of(&merit, "--by lr --metric merit");
    assert!(
        !table.contains('•') && table.contains("does not say which values are better"),
        "{table}"
    );
    let (table, command) = table_of(&merit, "--by lr --metric merit --better lower");
    assert!(table.contains("Lower is better.") && command.ends_with("--better lower"), "{table}");
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log.csv");
    fs::write(&path, merit.replacen("seed", "seed,epoch", 1).replace("1,0.", "1,0,0.")).unwrap();
    fs::write(
        &path,
        "lr,seed,epoch,merit,loss\n0.1,1,0,1,3\n0.1,1,1,2,2\n0.01,1,0,2,3\n0.01,1,1,3,1\n",
    )
    .unwrap();
    let refuse = |options: &str| {
        let mut command = nablab();
        command.arg("ablate").arg(&path).args(options.split_whitespace());
        refused(&mut command, &["log.csv", "'merit'", "--better lower or --better higher"]);
    };
    refuse("--metric merit --at best");
    refuse("--metric epochs_to:merit:2");
    refuse("--metric loss --at best:merit");
    refuse("--metric seconds_to:merit:2");
}

#[test]
fn early_stopping_shows_the_network_that_is_kept_and_thresholds_count_epochs() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "small");
    let sweep = |name: &str, options: &str| {
        let mut command = nablab();
        let out = directory.path().join(name);
        command.args(["sweep", "--data"]).arg(&data).arg("--out").arg(&out);
        command.args("--activation sigmoid,relu --seeds 3 --eta 3".split_whitespace());
        assert!(command.args(options.split_whitespace()).output().unwrap().status.success());
        out
    };
    let early = sweep("early", "--early-stop 2 --epochs 30");
    let (table, words) = printed(nablab().arg("ablate").arg(&early).args(["--format", "csv"]));
    assert!(words.join(" ").contains("--at best:validation_accuracy"), "{words:?}");
    let table = Table::parse(&table);
    let epochs = Table::parse(&read(&early, "epochs.csv"));
    for row in &table.rows {
        let mut kept = Vec::new();
        for seed in ["1", "2", "3"] {
            let mine = (0..epochs.rows.len()).filter(|&i| {
                epochs.column("activation")[i] == row[0] && epochs.column("seed")[i] == seed
            });
            let mut best = (f64::NEG_INFINITY, f64::NAN);
            for i in mine {
                let validation = epochs.column("validation_accuracy")[i].parse().unwrap();
                if validation > best.0 {
                    best = (validation, epochs.column("test_accuracy")[i].parse().unwrap());
                }
            }
            kept.push(best.1);
        }
        let mean: f64 = kept.iter().sum::<f64>() / 3.0;
        assert!((row[2].parse::<f64>().unwrap() - mean).abs() < 1e-12, "{row:?} {kept:?}");
    }
    let (text, _) = printed(nablab().arg("ablate").arg(&early));
    let text = text.replace('\n', " ");
    assert!(text.contains("after the epoch of the best validation accuracy"), "{text}");
    assert!(
        text.contains("With early stopping, training keeps the network of that epoch."),
        "{text}"
    );
    for kind in ["strips", "heatmap", "curves", "time"] {
        let out = directory.path().join(format!("{kind}.svg"));
        let axes = if kind == "heatmap" { "--x activation --y seed --pair-by seed" } else { "" };
        if kind == "heatmap" {
            continue;
        }
        let mut plot = nablab();
        plot.arg("plot").arg(&early).args(["--kind", kind, "--out"]).arg(&out);
        printed(plot.args(axes.split_whitespace()));
        let svg = fs::read_to_string(&out).unwrap();
        assert!(
            svg.contains("best validation") || svg.contains("best") && svg.contains("validation"),
            "{kind}"
        );
    }
    // Some with and some without.
    let mixed = sweep("mixed", "--early-stop none,2 --epochs 8");
    let (text, words) = printed(nablab().arg("ablate").arg(&mixed).args([
        "--by",
        "activation",
        "--vs",
        "early-stop",
    ]));
    assert!(words.join(" ").contains("--at kept"), "{words:?}");
    assert!(text.replace('\n', " ").contains("of the network that training keeps"), "{text}");

    let sparse = sweep("sparse", "--monitor-every 4 --epochs 14 --monitor test-accuracy");
    let options = ["--by", "activation", "--metric", "epochs_to:test_accuracy:0"];
    let (text, _) = printed(nablab().arg("ablate").arg(&sparse).args(options));
    let text = text.replace('\n', " ");
    assert!(text.contains("4.0") || text.contains("4.00 ± 0.00"), "{text}");
    assert!(text.contains("Measured every 4 epochs."), "{text}");
    let (csv, _) =
        printed(nablab().arg("ablate").arg(&sparse).args(options).args(["--format", "csv"]));
    assert_eq!(Table::parse(&csv).numbers("mean"), [4.0, 4.0]);
}

#[test]
fn p_values_do_not_depend_on_the_unit() {
    let counts = [
        (9310, 9301),
        (9305, 9303),
        (9312, 9309),
        (9304, 9306),
        (9311, 9302),
        (9309, 9309),
        (9308, 9305),
    ];
    let p = |unit: &dyn Fn(f64) -> f64, test: &str| {
        let mut text = String::from("arm,seed,score\n");
        for (seed, (a, b)) in counts.iter().enumerate() {
            text +=
                &format!("a,{seed},{}\nb,{seed},{}\n", unit(f64::from(*a)), unit(f64::from(*b)));
        }
        let (csv, _) = table_of(&text, &format!("--test {test} --format csv"));
        let cells: Vec<String> =
            csv.split_whitespace().nth(2).unwrap().split(',').map(String::from).collect();
        cells[8].parse::<f64>().unwrap()
    };
    for test in ["t", "wilcoxon", "sign"] {
        let [counted, fraction, percent] =
            [&(|x| x) as &dyn Fn(f64) -> f64, &|x| x / 1e4, &|x| x / 1e4 * 100.0]
                .map(|unit| p(unit, test));
        assert!((counted - fraction).abs() < 1e-9 && (counted - percent).abs() < 1e-9, "{test}");
    }
}

#[test]
fn nothing_of_a_file_moves_the_cursor_or_computes_in_a_spreadsheet() {
    let mut text = String::from("ar\u{1b}[31mm,seed,val_loss\n");
    for (arm, base) in [
        ("=cmd()", 0.3),
        ("\u{1b}]0;x\u{7}red\u{9b}", 0.4),
        ("-0.5", 0.5),
        ("@a", 0.6),
        ("-x", 0.7),
    ] {
        for seed in 1..=6 {
            text += &format!("\"{arm}\",{seed},{:.3}\n", base + 0.001 * f64::from(seed * seed % 5));
        }
    }
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("runs.csv");
    fs::write(&path, &text).unwrap();
    let control = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
    for format in ["text", "markdown", "latex", "csv", "typst", "html"] {
        let mut command = nablab();
        command.arg("ablate").arg(&path).args(["--by", "ar\u{fffd}[31mm", "--format", format]);
        let output = command.output().unwrap();
        let (out, err) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success() && !control(&out) && !control(&err), "{out}{err}");
        assert!(out.contains("red\u{fffd}"), "{out}");
    }
    let svg = directory.path().join("strips.svg");
    works_quietly(nablab().arg("plot").arg(&path).args(["--kind", "strips", "--out"]).arg(&svg));
    assert!(!control(&fs::read_to_string(&svg).unwrap()));
    assert!(!control(&fs::read_to_string(svg.with_extension("csv")).unwrap()));
    let page = directory.path().join("page.html");
    works(nablab().arg("report").arg(&path).arg("--out").arg(&page));
    assert!(!control(&fs::read_to_string(&page).unwrap()));

    let safe = nablab()
        .arg("ablate")
        .arg(&path)
        .args(["--format", "csv", "--safe-formulas"])
        .output()
        .unwrap();
    let table = Table::parse(&String::from_utf8(safe.stdout).unwrap());
    let mut names: Vec<&str> = table.rows.iter().map(|row| row[0].as_str()).collect();
    names.sort();
    assert_eq!(names, ["'-x", "'=cmd()", "'@a", "-0.5", "\u{fffd}]0;x\u{fffd}red\u{fffd}"]);
    assert!(table.numbers("mean").len() == 5);
    refused(
        nablab().arg("ablate").arg(&path).arg("--safe-formulas"),
        &["--safe-formulas", "--format csv"],
    );

    // A message is short and names the file, however long what is wrong with it is.
    let mut long = String::from("name,seed,val_loss\n");
    for i in 0..2000 {
        long += &format!("a-rather-long-value-number-{i},{},0.5\n", i % 2);
    }
    fs::write(&path, long).unwrap();
    let output = nablab().arg("ablate").arg(&path).args(["--where", "name=b"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.chars().count() <= 508 && error.contains("runs.csv") && error.ends_with("…\n"),
        "{error}"
    );
    fs::write(&path, format!("lr,seed,val_loss\n0.1,1,\"{}\u{1b}[2J\"\n", "x".repeat(5000)))
        .unwrap();
    let output = nablab().arg("ablate").arg(&path).args(["--metric", "val_loss"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        !control(&error) && error.chars().count() <= 508 && error.contains("runs.csv"),
        "{error}"
    );
}

/// Runs something that must work, and prints the command that it stands for.
#[track_caller]
fn works_quietly(command: &mut assert_cmd::Command) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.lines().count() == 1, "{stderr}");
}
