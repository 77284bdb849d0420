//! CSV files as other programs and people make them, in tests/cases, and what a careful reader expects of them.

use crate::common::nablab;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

/// What a command writes, errors too, with single spaces.
fn said(verb: &str, file: &Path, options: &str) -> String {
    let output = nablab().arg(verb).arg(file).args(options.split_whitespace()).output().unwrap();
    let both = [output.stdout, output.stderr].concat();
    String::from_utf8(both).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn ablate(name: &str, options: &str) -> String {
    said("ablate", &case(name), options)
}

/// The numbers of a figure: x and value of each mean, and the figure itself.
fn plot(name: &str, options: &str) -> (Vec<(f64, f64)>, String) {
    let directory = TempDir::new().unwrap();
    let figure = directory.path().join("figure.svg");
    let options = format!("{options} --out {}", figure.display());
    let said = said("plot", &case(name), &options);
    let csv = fs::read_to_string(figure.with_extension("csv")).expect(&said);
    let rows = csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let means = rows.filter(|cells| cells[4].is_empty());
    let points = means.map(|cells| (cells[2].parse().unwrap(), cells[6].parse().unwrap()));
    (points.collect(), fs::read_to_string(figure).unwrap())
}

#[track_caller]
fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "no '{word}' in: {text}");
    }
}

#[track_caller]
fn has_not(text: &str, word: &str) {
    assert!(!text.contains(word), "'{word}' in: {text}");
}

#[test]
fn missing_values_are_missing() {
    let name = "01-keras-na/keras_na.csv";
    let (points, _) = plot(name, "--kind curves --metric loss");
    assert_eq!(points.iter().map(|point| point.0).collect::<Vec<_>>(), [0., 1., 2., 3., 4., 5.]);
    // The first metric of data that were not trained with.
    let (points, _) = plot(name, "--kind curves");
    assert_eq!(points, [(1.0, 0.91), (3.0, 0.93), (5.0, 0.95)]);
    let table = ablate("01-keras-na/keras_na2.csv", "--by lr --metric val_accuracy");
    has(&table, &["94.38 ± 0.21", "None of the 12 trainings diverged"]);
    let table = ablate("01-keras-na/v_nan.csv", "--by lr --metric val_auc");
    has(&table, &["0.561 ± 0.035", "None of the 12 trainings diverged"]);
    for name in ["10-missing-cell/missing.csv", "10-missing-cell/na_r.csv"] {
        has(&ablate(name, ""), &["1/6 missing", "1 of the 12 trainings has no value"]);
    }
}

#[test]
fn half_empty_rows_are_put_together() {
    let name = "02-lightning-two-rows/lightning.csv";
    let (points, figure) = plot(name, "--kind curves --metric val_loss");
    assert_eq!(points, [(0.0, 0.3), (1.0, 0.28), (2.0, 0.26), (3.0, 0.24)]);
    has(&figure, &["put together"]);
    let (points, _) = plot(name, "--kind curves --metric train_loss");
    assert_eq!(points, [(0.0, 0.4), (1.0, 0.35), (2.0, 0.3), (3.0, 0.25)]);
}

#[test]
fn words_that_change_within_a_run_are_no_settings() {
    let (points, _) = plot("03-text-column-in-log/fastai.csv", "--kind curves --metric valid_loss");
    assert_eq!(points.len(), 5);
    let table = ablate("03-text-column-in-log/v_ckpt.csv", "--by lr --metric val_acc");
    has(&table, &["0.9349 ±", "0.9555 ±", "the 12 trainings", "over 6 seeds"]);
    let table = ablate("03-text-column-in-log/stamp.csv", "--by lr --metric val_acc");
    has(&table, &["the 12 trainings", "over 6 seeds"]);
    has_not(&table, "average");
}

#[test]
fn iterations_are_found_by_many_names() {
    let ray = "--by config/lr --pair-by config/seed --metric val_loss";
    let table = ablate("04-iteration-not-epoch/ray.csv", ray);
    has(&table, &["after the last iteration", "the 12 trainings", "0.259 ±"]);
    let table = ablate("04-iteration-not-epoch/capital.csv", "--by lr --metric Val_Accuracy");
    has(&table, &["after the last epoch", "the 12 trainings"]);
    let (points, _) = plot("04-iteration-not-epoch/tb.csv", "--kind curves --metric Value");
    assert_eq!((points.len(), points[5]), (6, (500.0, 0.25)));
}

#[test]
fn trials_that_failed_are_counted() {
    let name = "05-optuna-states/optuna.csv";
    let table = ablate(name, "");
    has(&table, &["--metric value", "3 of the 24 trainings have no value", "FAIL or PRUNED"]);
    has_not(&table, "number (");
    has_not(&table, "datetime");
    let options = "--by params_lr --metric value --pair-by user_attrs_seed --better lower --where state=COMPLETE";
    let table = ablate(name, options);
    has(&table, &["0.2996 ± 0.0074", "average over params n layers (2)", "the 21 trainings"]);
    has_not(&table, "number (");
    // A trial that was pruned has the value that it had then.
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("pruned.csv");
    let text = fs::read_to_string(case(name)).unwrap();
    fs::write(&file, text.replacen("5,,", "5,0.9999,", 1)).unwrap();
    has(&said("ablate", &file, ""), &["3 of the 24 trainings have no value"]);
}

#[test]
fn what_names_a_run_stands_nowhere() {
    let mlflow = "--by params.lr --pair-by params.seed --metric metrics.val_loss";
    for (name, options) in [
        ("06-bookkeeping-in-caption/wandb.csv", ""),
        ("06-bookkeeping-in-caption/guild.csv", "--by lr --metric loss"),
        ("06-bookkeeping-in-caption/mlflow.csv", mlflow),
    ] {
        let table = ablate(name, options);
        has(&table, &["over 6 seeds", "the 12 trainings", "lr "]);
        has_not(&table, "average");
    }
}

#[test]
fn commas_and_separators_are_understood() {
    for name in ["07-decimal-comma/excel_de.csv", "07-decimal-comma/excel_de_bom.csv"] {
        let table = ablate(name, "--by lr --metric val_loss");
        has(&table, &["0.352 ± 0.012", "Commas in numbers are read as decimal points."]);
    }
    has(&ablate("07-decimal-comma/quotedhead.csv", ""), &["--by 'lr, initial'", "0.3510 ± 0.0095"]);
    has(&ablate("08-empty-headers/trail2.csv", ""), &["0.3510 ± 0.0095"]);
    has(&ablate("08-empty-headers/dup.csv", "--by lr --metric val_loss"), &["0.3510 ± 0.0095"]);
    has(&ablate("08-empty-headers/dup.csv", "--by note"), &["error:", "did you mean 'note ("]);
    has(&said("columns", &case("08-empty-headers/multi.csv"), ""), &["val_acc_mean", "two levels"]);
}

#[test]
fn logs_that_were_appended_to_are_one() {
    let (points, figure) = plot("11-appended-log/rephead.csv", "--kind curves --metric val_loss");
    assert_eq!(points.len(), 6);
    has(&figure, &["Repeated lines of the header"]);
    let (points, figure) = plot("11-appended-log/resume.csv", "--kind curves --metric val_loss");
    assert_eq!(points.len(), 8);
    has(&figure, &["the later"]);
    let ragged = said("columns", &case("11-appended-log/ragged.csv"), "");
    has(&ragged, &["error:", "row 4 has 4 cells, the header 3"]);
}

#[test]
fn negated_errors_are_better_when_large() {
    has(&ablate("13-neg-metric/neg.csv", ""), &["Higher is better.", "• −0.2972"]);
}

#[test]
fn numbers_beside_none_are_drawn() {
    for name in ["wdnone.csv", "wdnan.csv", "wdempty.csv"] {
        let options = "--kind response --x weight_decay --metric val_loss";
        let (points, figure) = plot(&format!("21-response-with-none/{name}"), options);
        assert_eq!(points.iter().map(|point| point.0).collect::<Vec<_>>(), [1e-4, 1e-3, 0.01, 0.1]);
        has(&figure, &["5 runs with"]);
    }
}

#[test]
fn folds_in_columns_are_runs() {
    // By pandas and SciPy: the corrected t test of scikit-learn's split*_test_score, of 10 and of 5 folds.
    let table = ablate("14-folds-in-columns/grid.csv", "");
    has(
        &table,
        &[
            "--by param_C --pair-by fold --metric test_score",
            "0.900 ± 0.049",
            "+0.081 [+0.036, +0.126]",
            "0.003 *",
            "corrected for that, as of 10 folds",
            "The 10 splits of every row are runs",
        ],
    );
    let two = "14-folds-in-columns/two_scorers.csv";
    let table = ablate(two, "--by param_fit_intercept --vs param_C --metric test_neg_log_loss");
    has(&table, &["Higher is better", "as of 5 folds", "None of the 30 trainings"]);
    let repeated = ablate(
        two,
        "--by param_C --metric test_accuracy --where param_fit_intercept=True --folds 3",
    );
    has(&repeated, &["as of 3 folds", "None of the 15 trainings"]);
    let left_out = ablate(two, "--metric mean_test_accuracy");
    has(&left_out, &["error:", "'mean_test_accuracy' is left out", "test_neg_log_loss"]);
    has(
        &said("columns", &case(two), ""),
        &["fold ┆ fold", "rank_test_accuracy ┆ ignored", "30 runs."],
    );
    let (points, figure) = plot("14-folds-in-columns/grid.csv", "--kind strips");
    assert_eq!(points.len(), 2);
    has(&figure, &["param C", "10 folds", "lines join runs of one fold"]);
}

#[test]
fn charts_are_read_by_their_runs() {
    let chart = "15-chart-export/chart.csv";
    has(
        &said("columns", &case(chart), ""),
        &["Step ┆ epoch", "run ┆ setting", "_step ┆ ignored", "3 runs."],
    );
    let (points, figure) = plot(chart, "--kind curves");
    // Of 3 runs over 6 steps one begins a step later and one ends a step earlier.
    assert_eq!(points.len(), 16);
    has(&figure, &["deft-sun-1", "a - b", "bold-elm-3", "Every run is a group"]);
    has(
        &ablate("15-chart-export/by_time.csv", ""),
        &["error:", "'Relative Time (Process)'", "steps or epochs"],
    );
}

#[test]
fn encodings_are_read_or_named() {
    has(&ablate("22-encodings/utf16.csv", ""), &["0.352 ± 0.012"]);
    has(&ablate("22-encodings/latin1.csv", ""), &["error:", "not UTF-8", "iconv"]);
    has(&ablate("22-encodings/tabhead.tsv", ""), &["'loss (val, mean)'", "0.3510 ± 0.0095"]);
}

/// What scripts/writers/check let other programs write, and what pandas and SciPy make of it.
#[test]
fn what_other_programs_wrote_is_read() {
    let expected = fs::read_to_string(case("written/expected.json")).unwrap();
    let expected: Vec<serde_json::Value> = serde_json::from_str(&expected).unwrap();
    assert!(expected.len() > 15);
    for table in &expected {
        let text = |name: &str| table[name].as_str().unwrap();
        let (name, files) = (text("name"), case("written").join(text("files")));
        let columns = said("columns", &files, "");
        has(&columns, &[&format!("{} runs.", table["runs"])]);
        for (column, role) in table["roles"].as_object().unwrap() {
            has(&columns, &[&format!("{column} ┆ {}", role.as_str().unwrap())]);
        }
        let options =
            table["options"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        let mut command = nablab();
        command.arg("ablate").arg(&files).args(options).args(["--format", "csv"]);
        let csv = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().expect(name);
        let (found, rows) = (lines.collect::<Vec<_>>(), table["rows"].as_array().unwrap());
        assert_eq!(found.len(), rows.len(), "{name}");
        for (found, row) in found.iter().zip(rows) {
            let number = |text: &str| text.parse::<f64>().ok();
            let label = row["row"].as_str().unwrap();
            assert!(found[0] == label || number(found[0]) == number(label), "{name}: {csv}");
            for column in [
                "n",
                "mean",
                "ci_low",
                "ci_high",
                "difference",
                "difference_low",
                "difference_high",
                "p_holm",
            ] {
                let place = header.iter().position(|name| *name == column).unwrap();
                match (number(found[place]), row.get(column).and_then(|number| number.as_f64())) {
                    (Some(a), Some(b)) => {
                        assert!((a - b).abs() <= 1e-9 * b.abs(), "{name}, {column}: {a} {b}")
                    }
                    (a, b) => assert_eq!(a, b, "{name}, {column}"),
                }
            }
        }
    }
}

#[test]
fn columns_are_explained() {
    let table = said("columns", &case("05-optuna-states/optuna.csv"), "");
    for row in [
        "number ┆ identity",
        "value ┆ metric",
        "params_lr ┆ setting",
        "user_attrs_seed ┆ seed",
        "state ┆ state",
    ] {
        has(&table, &[row]);
    }
    has(&table, &["24 runs."]);
    has(&ablate("04-iteration-not-epoch/capital.csv", "--by nothing"), &["nablab columns FILE"]);
}

#[test]
fn options_say_what_files_do_not() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    let mut text = String::from("# by hand\nlr;rng;turn;junk;acc\n");
    for (lr, base) in [("0,1", 90), ("0,2", 80)] {
        for seed in 1..=4 {
            text += &format!("{lr};{seed};0;x{seed};?\n{lr};{seed};1;y;{base},{seed}\u{a0}%\n");
        }
    }
    let file = write("hand.csv", &text);
    let options = "--epoch-column turn --seed-column rng --ignore junk --missing ? --metric acc";
    let table = said("ablate", &file, options);
    has(
        &table,
        &[
            "0.9025 ±",
            "0.8025 ±",
            "the 8 trainings",
            "Percent signs",
            "--epoch-column turn --seed-column rng --ignore junk --missing",
        ],
    );
    has(&said("ablate", &file, "--epoch-column trun"), &["error:", "no column 'trun'"]);
    // Where commas are decimal points, nobody knows what 1.234 is.
    let unclear = write("unclear.csv", "lr;seed;loss\n0,1;1;1.234\n0,1;2;0,5\n");
    has(&said("ablate", &unclear, "--decimal-comma"), &["error:", "'1.234' in column 'loss'"]);
    let mixed = write("mixed.csv", "lr,seed,acc\n0.1,1,93%\n0.1,2,0.94\n");
    has(&said("ablate", &mixed, ""), &["error:", "with and without a percent sign"]);
    let numbers = write("numbers.csv", "0,0.9\n1,0.8\n");
    has(&said("ablate", &numbers, ""), &["error:", "numbers only"]);
    // A number called like a metric tells the runs apart; a learning rate of a schedule does not.
    let (mut named, mut schedule) =
        (String::from("seed,recall_at,epoch,loss\n"), String::from("seed,lr,epoch,loss\n"));
    for seed in 1..=4 {
        for epoch in 0..4 {
            named += &format!("{seed},5,{epoch},0.5{seed}\n{seed},10,{epoch},0.7{seed}\n");
            let lr = if epoch < 2 { 0.1 } else { 0.01 };
            schedule += &format!("{seed},{lr},{epoch},0.5{seed}\n");
        }
    }
    let (named, schedule) = (write("named.csv", &named), write("schedule.csv", &schedule));
    has(&said("ablate", &named, ""), &["error:", "two rows for epoch 0", "--settings"]);
    let table = said("ablate", &named, "--settings recall-at");
    has(
        &table,
        &["--by recall_at", "0.525 ±", "0.725 ±", "the 8 trainings", "--settings recall-at"],
    );
    for options in ["--settings lr", "--by lr", "--by seed --pair-by lr"] {
        has(&said("ablate", &schedule, options), &["error:", "'lr' changes within a run"]);
    }
    has(
        &said("plot", &schedule, "--settings lrs"),
        &["error:", "no column 'lrs'", "it has seed, lr"],
    );
    let page = directory.path().join("page.html");
    let options = format!("--settings recall_at --out {}", page.display());
    has(&said("report", &named, &options), &["wrote", "1 result"]);
    has(&fs::read_to_string(&page).unwrap(), &["--settings recall_at"]);
    // Files that are told apart by their paths.
    for (eta, base) in [("0.1", 5), ("1", 7)] {
        for seed in 1..=3 {
            let log = format!("epoch,loss\n0,0.9\n1,0.{base}{seed}\n");
            write(&format!("runs/lr{eta}_s{seed}/log.csv"), &log);
        }
    }
    let pattern = directory.path().join("runs/lr{eta}_s{seed}/log.csv");
    let table = said("ablate", &pattern, "");
    has(&table, &["--by eta", "0.520 ±", "0.720 ±", "over 3 seeds", "the 6 trainings"]);
    has(&said("columns", &pattern, ""), &["eta ┆ setting", "seed ┆ seed", "6 runs."]);
    let adjacent = directory.path().join("runs/lr{eta}{seed}/log.csv");
    has(&said("ablate", &adjacent, ""), &["error:", "nothing parts two of its settings"]);
    let nowhere = directory.path().join("runs/eta{eta}/log.csv");
    has(&said("ablate", &nowhere, ""), &["error:", "no file has such a path"]);
    let of_seed = write("of/lr_1.csv", "lr,seed,loss\n1,1,0.5\n1,2,0.6\n");
    let twice = of_seed.with_file_name("lr_{lr}.csv");
    has(&said("ablate", &twice, ""), &["error:", "it has a column 'lr', which its path says too"]);
    let page = directory.path().join("runs.html");
    let options = format!("--out {}", page.display());
    has(&said("report", &pattern, &options), &["wrote", "1 result"]);
}

#[test]
fn files_are_told_apart_by_their_names() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, base: usize, seeds: &[usize]| {
        let mut text = String::from("seed,epoch,loss\n");
        for seed in seeds {
            text += &format!("{seed},0,0.9\n{seed},1,0.{base}{seed}\n");
        }
        fs::write(directory.path().join(name), text).unwrap();
    };
    write("small.csv", 5, &[1, 2, 3, 4]);
    write("large.csv", 7, &[1, 2, 3, 4]);
    write("more.csv", 5, &[5, 6]);
    fs::write(directory.path().join("other.csv"), "seed,epoch,cost\n1,0,0.3\n").unwrap();
    let run = |verb: &str, files: &[&str], options: &[&str]| {
        let mut command = nablab();
        command.current_dir(directory.path()).arg(verb).args(files).args(options);
        let output = command.output().unwrap();
        let both = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        both.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // Each has the seeds of the other: the files are what is compared.
    for options in [&[][..], &["--by", "file"]] {
        let table = run("ablate", &["small.csv", "large.csv"], options);
        has(
            &table,
            &["--by file", "small.csv ┆ 4 ┆ 0.525 ±", "large.csv ┆ 4 ┆ 0.725 ±", "+0.200 ["],
        );
    }
    // The seeds tell the runs apart: the files are parts of one table.
    let columns = run("columns", &["small.csv", "more.csv"], &[]);
    has(&columns, &["file ┆ identity", "6 runs."]);
    let plot =
        run("plot", &["small.csv", "large.csv"], &["--kind", "curves", "--out", "lines.svg"]);
    has(&plot, &["--hue file", "wrote lines.svg"]);
    // The other way round, the files pair the seeds.
    let pairs = run("ablate", &["small.csv", "large.csv"], &["--by", "seed", "--pair-by", "file"]);
    has(&pairs, &["mean over 2 files"]);
    let mixed = run("ablate", &["small.csv", "other.csv"], &[]);
    has(&mixed, &["error:", "have different columns (cost, loss)"]);
    // A file given twice is one.
    has(&run("columns", &["small.csv", "./small.csv"], &[]), &["4 runs."]);
}
