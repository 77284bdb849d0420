//! The program from the outside: what it prints, what it writes, what it refuses.

use crate::common::{Images, Table, nablab, quick, read, refused, train, without_seconds, works};
use nablab::simd::SimdLevel;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;

const ALL_MONITORS: &str = "--monitor training-cost,training-accuracy,validation-cost,\
                            validation-accuracy,test-cost,test-accuracy";

/// A place for files, and the small data set in it.
fn small() -> (TempDir, std::path::PathBuf) {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "small");
    (directory, data)
}

/// Trains on the small data set and returns trials.csv and epochs.csv.
#[track_caller]
fn trained(arguments: &str) -> (Table, Table) {
    let (directory, data) = small();
    let out = directory.path().join("out");
    works(train(&data, arguments).arg("--out").arg(&out));
    (Table::parse(&read(&out, "trials.csv")), Table::parse(&read(&out, "epochs.csv")))
}

// Training and its results

#[test]
fn any_small_data_set_is_learnt() {
    let (_trials, epochs) = trained("--epochs 30 --eta 3 --monitor test-accuracy,training-cost");
    // A mistake between images and labels would leave it at the chance level, 0.2.
    assert_eq!(epochs.column("test_accuracy").last(), Some(&"1.0"));
    let costs = epochs.numbers("training_cost");
    assert!(costs[29] < 0.1 * costs[0], "{costs:?}");
}

#[test]
fn the_embedded_mnist_is_learnt_without_any_file() {
    let directory = TempDir::new().unwrap();
    let mut command = nablab();
    let stdout = works(command.current_dir(&directory).args(["train", "--epochs", "1"]));
    let head = "mnist: 50000 training, 10000 validation, 10000 test images;\n  \
                network 784-30-10, 23860 parameters; f32, ";
    assert!(stdout.starts_with(head), "{stdout}");
    let accuracy = stdout.split_once("test accuracy ").unwrap().1.split_once(" %").unwrap().0;
    assert!(accuracy.parse::<f64>().unwrap() > 90.0, "{stdout}");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0, "files were not asked for");
}

#[test]
fn every_epoch_prints_its_line_when_the_output_is_not_a_terminal() {
    let (_directory, data) = small();
    let arguments = "--epochs 3 --batch-size 1 --eta 1 --monitor training-cost,test-accuracy";
    let stdout = works(&mut train(&data, arguments));
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines[0], "small: 50 training, 10 validation, 20 test images;");
    assert!(lines[1].starts_with("  network 6-30-5, 365 parameters; f32, "), "{stdout}");
    for epoch in 0..3 {
        let line = lines[2 + epoch];
        assert!(line.starts_with(&format!("epoch  {epoch}  training cost ")), "{stdout}");
        assert!(line.contains("test accuracy ") && line.contains(" %"), "{stdout}");
    }
    assert!(lines[5].starts_with("3 epochs in "), "{stdout}");
    assert!(lines[6].starts_with("training cost ") && lines[6].contains("best"), "{stdout}");
    assert!(lines[7].starts_with("test accuracy ") && lines[7].contains("best"), "{stdout}");
    assert_eq!(lines.len(), 8, "{stdout}");
}

#[test]
fn a_last_short_mini_batch_and_every_shape_of_network_are_trained() {
    for arguments in [
        // 50 images are 7 batches of 7 and one image.
        "--batch-size 7",
        "--batch-size 1",
        "--batch-size 50",
        "--hidden none",
        "--hidden 100x30",
        "--hidden 1x1x1",
        "--cost quadratic --init large --lambda 0.1",
        "--rng author --seed 4294967295",
        "--seed 18446744073709551615",
        "--precision f64",
    ] {
        let (trials, epochs) = trained(&format!("--epochs 2 {ALL_MONITORS} {arguments}"));
        assert_eq!(trials.column("status"), ["finished"], "{arguments}");
        assert_eq!(trials.column("epochs_trained"), ["2"], "{arguments}");
        assert_eq!(epochs.column("epoch"), ["0", "1"], "{arguments}");
        assert!(epochs.numbers("training_cost").iter().all(|c| c.is_finite()), "{arguments}");
    }
}

#[test]
fn the_settings_stand_in_both_files_by_name() {
    let (trials, epochs) = trained(
        "--epochs 2 --hidden 100x30 --cost quadratic --init large --eta 0.125 --batch-size 7 \
         --lambda 0.5 --precision f64 --rng author --seed 99 --activation tanh,relu --dropout 0,0.5 \
         --optimizer nesterov --momentum 0.9 --schedule step:0.5:1 --l1 0.25 --max-norm 3 \
         --early-stop 5 --train-size 40 --expand shifts",
    );
    for table in [&trials, &epochs] {
        for (column, value) in [
            ("data", "small"),
            ("hidden", "100x30"),
            ("activation", "tanh+relu"),
            ("dropout", "0.0+0.5"),
            ("optimiser", "nesterov"),
            ("momentum", "0.9"),
            ("schedule", "step:0.5:1"),
            ("l1", "0.25"),
            ("max_norm", "3.0"),
            ("early_stop", "5"),
            ("classes", ""),
            ("train_size", "40"),
            ("expansion", "shifts:4"),
            ("output", "sigmoid"),
            ("bias_init", "normal"),
            ("cost", "quadratic"),
            ("targets", "one-hot"),
            ("init", "large"),
            ("eta", "0.125"),
            ("batch_size", "7"),
            ("lambda", "0.5"),
            ("epochs", "2"),
            ("precision", "f64"),
            ("rng", "author"),
            ("seed", "99"),
        ] {
            assert!(table.column(column).iter().all(|&cell| cell == value), "{column}");
        }
    }
    assert_eq!(epochs.column("trial_id"), [trials.column("trial_id")[0]; 2]);
}

#[test]
fn the_files_have_exactly_the_documented_columns() {
    const SETTINGS: &str = "trial_id,data,classes,train_size,validation_size,expansion,hidden,sequence,activation,dropout,dropout_by,output,\
                            cost,targets,init,bias_init,recurrent_init,forget_bias,optimiser,eta,schedule,momentum,\
                            batch_size,order,truncation,clip_norm,lambda,l1,max_norm,early_stop,epochs,precision,rng,earlier_networks,\
                            earlier_epochs,earlier_draws,seed_init,seed_order,seed_dropout,seed_expand,seed";
    const METRICS: [&str; 6] = [
        "training_cost",
        "training_accuracy",
        "validation_cost",
        "validation_accuracy",
        "test_cost",
        "test_accuracy",
    ];
    let (directory, data) = small();
    let out = directory.path().join("out");
    works(train(&data, "--epochs 3").arg("--out").arg(&out));

    let summaries = METRICS.map(|m| format!("last_{m},best_{m},best_{m}_epoch")).join(",");
    let outcome = format!("status,diverged_at_epoch,epochs_trained,{summaries}");
    for (name, columns, rows) in [
        ("trials.csv", format!("{SETTINGS},{outcome},seconds\n"), 1),
        ("epochs.csv", format!("{SETTINGS},epoch,{},eta_in_force,seconds\n", METRICS.join(",")), 3),
    ] {
        let text = read(&out, name);
        assert!(text.starts_with(&columns), "{name}: {text}");
        assert!(text.ends_with('\n') && !text.contains('\r'), "{name}: {text}");
        assert_eq!(text.lines().count(), 1 + rows, "{name}: {text}");
        let table = Table::parse(&text);
        assert!(table.numbers("seconds").iter().all(|&seconds| seconds >= 0.0), "{name}");
        let is_id = |id: &&str| id.len() == 16 && id.bytes().all(|c| c.is_ascii_hexdigit());
        assert!(table.column("trial_id").iter().all(is_id), "{name}: {text}");
    }
    let mut files: Vec<_> = fs::read_dir(&out).unwrap().map(|f| f.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["epochs.csv", "provenance.json", "trials.csv"], "no temporary file stays");
}

#[test]
fn only_the_chosen_images_are_trained_on() {
    let (_directory, data) = small();
    // 60 images of 5 classes, of which 10 are for validation; 20 for testing.
    for (arguments, counts) in [
        ("", "50 training, 10 validation, 20 test images; network 6-30-5"),
        ("--train-size 20", "20 training, 10 validation, 20 test images; network 6-30-5"),
        ("--classes 3,1", "20 training, 4 validation, 8 test images; network 6-30-2"),
        ("--classes 3,1 --train-size 15", "15 training, 4 validation, 8 test images"),
        ("--expand shifts", "250 training, 10 validation, 20 test images"),
        ("--expand elastic:2 --train-size 20", "60 training, 10 validation"),
        ("--expand rotations:epoch", "50 training, 10 validation"),
    ] {
        let stdout = works(&mut train(&data, &format!("--epochs 1 {arguments}")));
        let stdout = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(stdout.contains(counts), "{arguments}: {stdout}");
    }
    let (trials, _) = trained("--epochs 1 --full-batch --classes 0,1,2");
    assert_eq!(trials.column("batch_size"), ["30"]);
    assert_eq!(trials.column("classes"), ["0+1+2"]);
}

#[test]
fn two_classes_are_told_apart() {
    let (_trials, epochs) = trained("--classes 4,2 --epochs 30 --eta 3 --monitor test-accuracy");
    assert_eq!(epochs.column("test_accuracy").last(), Some(&"1.0"));
}

#[test]
fn the_learning_rate_follows_its_schedule() {
    // From the second epoch on hardly any step is taken.
    let (_trials, epochs) =
        trained("--epochs 3 --schedule exponential:1e-12 --precision f64 --monitor training-cost");
    let costs = epochs.numbers("training_cost");
    assert!((costs[1] / costs[0] - 1.0).abs() < 1e-9, "{costs:?}");
    let (_trials, constant) = trained("--epochs 3 --precision f64 --monitor training-cost");
    assert!(constant.numbers("training_cost")[1] < 0.999 * costs[0], "{costs:?}");

    // Without an improvement η is halved every epoch, down to an eighth.
    let (trials, _) = trained("--epochs 50 --eta 1e-12 --schedule plateau:1:2:8");
    assert_eq!(trials.column("status"), ["early-stopped"]);
    assert_eq!(trials.column("epochs_trained"), ["4"]);
}

#[test]
fn metrics_are_computed_as_often_as_asked_for() {
    let (trials, epochs) = trained("--epochs 7 --monitor-every 3");
    assert_eq!(epochs.column("epoch"), ["2", "5", "6"]);
    assert_eq!(trials.column("epochs_trained"), ["7"]);
}

#[test]
fn layers_are_measured_on_demand_and_change_nothing() {
    let (directory, data) = small();
    let [with, without] = ["with", "without"].map(|name| directory.path().join(name));
    let settings = "--hidden 9x8x7 --epochs 4 --monitor-every 2 --dropout 0.2 --momentum 0.5";
    works(train(&data, settings).arg("--out").arg(&without));
    let mut command = train(&data, settings);
    let stdout = works(command.arg("--monitor-layers").arg("--out").arg(&with));
    assert!(stdout.contains("saturated"), "{stdout}");
    let epochs = |out| without_seconds(&read(out, "epochs.csv"));
    assert_eq!(epochs(&with), epochs(&without));
    assert!(!without.join("layers.csv").exists());

    let layers = Table::parse(&read(&with, "layers.csv"));
    assert_eq!(layers.column("layer"), ["1", "2", "3", "4"].repeat(3));
    let trained: Vec<&str> = ["0", "2", "4"].into_iter().flat_map(|n| [n; 4]).collect();
    assert_eq!(layers.column("epochs_trained"), trained);
    for column in ["bias_gradient_norm", "weight_gradient_norm", "weight_norm"] {
        assert!(layers.numbers(column).iter().all(|&norm| norm > 0.0), "{column}");
    }
    assert_eq!(layers.column("update_ratio")[..4], [""; 4]);
    assert!(layers.column("update_ratio")[4..].iter().all(|r| r.parse::<f64>().unwrap() > 0.0));
    assert_eq!(layers.column("saturated")[3], "");
    assert!((0.0..=1.0).contains(&layers.column("dead")[0].parse().unwrap()));

    // What was measured belongs to the training that is replaced.
    works(train(&data, "--overwrite").arg("--out").arg(&with));
    assert!(!with.join("layers.csv").exists());
}

#[test]
fn what_was_not_monitored_is_an_empty_cell() {
    let (trials, epochs) = trained("--epochs 2 --monitor test-cost");
    assert!(epochs.numbers("test_cost").iter().all(|cost| cost.is_finite()));
    assert!(trials.numbers("last_test_cost")[0].is_finite());
    for metric in [
        "training_cost",
        "training_accuracy",
        "validation_cost",
        "validation_accuracy",
        "test_accuracy",
    ] {
        assert_eq!(epochs.column(metric), [""; 2], "{metric}");
        assert_eq!(trials.column(&format!("last_{metric}")), [""], "{metric}");
        assert_eq!(trials.column(&format!("best_{metric}_epoch")), [""], "{metric}");
    }
}

#[test]
fn accuracies_are_fractions_of_their_set() {
    let (trials, epochs) = trained(&format!("--epochs 4 {ALL_MONITORS}"));
    for (set, images) in [("training", 50.0), ("validation", 10.0), ("test", 20.0)] {
        let values = epochs.numbers(&format!("{set}_accuracy"));
        for &value in &values {
            let correct = value * images;
            assert!((0.0..=1.0).contains(&value), "{set}: {value}");
            assert!((correct - correct.round()).abs() < 1e-9, "{set}: {value}");
        }
        let best = values.iter().copied().fold(0.0, f64::max);
        assert_eq!(trials.numbers(&format!("best_{set}_accuracy")), [best]);
        assert_eq!(trials.numbers(&format!("last_{set}_accuracy")), [values[3]]);
    }
}

#[test]
fn the_provenance_names_the_command_and_the_data() {
    let (directory, data) = small();
    let out = directory.path().join("out");
    works(train(&data, "--epochs 1 --simd scalar").arg("--out").arg(&out));
    let json: serde_json::Value = serde_json::from_str(&read(&out, "provenance.json")).unwrap();
    assert_eq!(json["experiment"], "train");
    assert_eq!(json["data"], "small");
    assert_eq!(json["simd"], "scalar");
    assert_eq!(json["trials"], 1);
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert!(json["command"].as_str().unwrap().starts_with("nablab train --data "), "{json}");
    let sums = Images::SMALL.files().map(|(_, bytes)| {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    });
    assert_eq!(json["data_sha256"], serde_json::json!(sums));
}

#[test]
fn results_are_replaced_only_with_overwrite() {
    let (directory, data) = small();
    let out = directory.path().join("out");
    let contents = || {
        ["trials.csv", "epochs.csv", "provenance.json"]
            .map(|name| fs::read(out.join(name)).unwrap())
    };
    works(train(&data, "--epochs 1 --eta 0.5").arg("--out").arg(&out));
    let before = contents();

    let mut again = train(&data, "--epochs 2 --eta 0.25");
    again.arg("--out").arg(&out);
    refused(&mut again, &["out: holds results already", "--overwrite"]);
    assert_eq!(contents(), before);

    works(again.arg("--overwrite"));
    let trials = Table::parse(&read(&out, "trials.csv"));
    assert_eq!(trials.column("eta"), ["0.25"]);
    assert_eq!(Table::parse(&read(&out, "epochs.csv")).rows.len(), 2);
}

#[test]
fn the_learning_rate_in_force_and_the_start_can_be_seen() {
    let (directory, data) = small();
    let epochs = |name: &str, arguments: &str| {
        let out = directory.path().join(name);
        let arguments = format!("--schedule step:0.5:2 --eta 2 --epochs 4 {arguments}");
        works(train(&data, &arguments).arg("--out").arg(&out));
        read(&out, "epochs.csv")
    };
    let (plain, with_start) = (epochs("plain", ""), epochs("start", "--monitor-start"));
    let (plain, with_start) = (Table::parse(&plain), Table::parse(&with_start));
    assert_eq!(plain.column("eta_in_force"), ["2.0", "2.0", "1.0", "1.0"]);
    assert_eq!(with_start.column("epoch"), ["-1", "0", "1", "2", "3"]);
    assert_eq!(with_start.column("eta_in_force")[0], "");
    // What is watched changes nothing.
    assert_eq!(with_start.column("test_accuracy")[1..], plain.column("test_accuracy"));
    // Figures are of what was trained.
    let mut plot = nablab();
    plot.arg("plot").arg(directory.path().join("start"));
    plot.args(["--kind", "curves", "--metric", "eta_in_force", "--out"]);
    let output = plot.arg(directory.path().join("eta.svg")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let numbers = Table::parse(&read(directory.path(), "eta.csv"));
    // The mean, and the only seed.
    assert_eq!(numbers.numbers("value"), [2.0, 2.0, 1.0, 1.0].repeat(2));
}

#[test]
fn divergence_is_a_result_and_no_error() {
    // The weight decay multiplies every weight by about -1e29 at each step.
    for arguments in ["--precision f32 --eta 1e30", "--precision f64 --eta 1e250"] {
        let (directory, data) = small();
        let out = directory.path().join("out");
        let arguments = format!("--lambda 5 --epochs 4 {ALL_MONITORS} {arguments}");
        let stdout = works(train(&data, &arguments).arg("--out").arg(&out));
        assert!(stdout.contains("diverged at epoch 0"), "{stdout}");

        let trials = Table::parse(&read(&out, "trials.csv"));
        assert_eq!(trials.column("status"), ["diverged"]);
        assert_eq!(trials.column("diverged_at_epoch"), ["0"]);
        assert_eq!(trials.column("epochs_trained"), ["1"]);
        assert_eq!(trials.column("last_training_cost"), ["NaN"]);
        assert_eq!(trials.column("best_training_cost"), [""], "NaN is never best");
        let epochs = Table::parse(&read(&out, "epochs.csv"));
        assert_eq!(epochs.column("training_cost"), ["NaN"], "training stops there");
        assert!((0.0..=1.0).contains(&epochs.numbers("test_accuracy")[0]));
    }
}

// Determinism

#[test]
fn raw_and_gzipped_files_give_the_same_results() {
    let directory = TempDir::new().unwrap();
    // The name of the directory is in the results.
    let raw = Images::SMALL.write(&directory.path().join("raw"), "small");
    let gzipped = Images::SMALL.write_gzipped(&directory.path().join("gzipped"), "small");
    let [raw, gzipped] = [raw, gzipped].map(|data| {
        let out = data.join("out");
        works(train(&data, "--epochs 2").arg("--out").arg(&out));
        without_seconds(&read(&out, "epochs.csv"))
    });
    assert_eq!(raw, gzipped);
}

#[test]
fn every_instruction_set_writes_the_same_files() {
    let directory = TempDir::new().unwrap();
    let levels: Vec<SimdLevel> = SimdLevel::available().collect();
    assert_eq!(levels[0], SimdLevel::SCALAR);
    // 6 and 784 pixels, and widths, that leave rests of every vector.
    for (name, images) in [("small", Images::SMALL), ("wide", Images::MNIST_LIKE)] {
        let data = images.write(directory.path(), name);
        for precision in ["f32", "f64"] {
            let results = levels.iter().map(|level| {
                let out = directory.path().join(format!("{name}-{precision}-{level}"));
                let arguments = format!(
                    "--hidden 33x7 --batch-size 7 --lambda 0.1 --epochs 2 \
                     --precision {precision} --simd {level} {ALL_MONITORS}"
                );
                works(train(&data, &arguments).arg("--out").arg(&out));
                ["trials.csv", "epochs.csv"].map(|file| without_seconds(&read(&out, file)))
            });
            let results: Vec<_> = results.collect();
            for (level, result) in levels.iter().zip(&results) {
                assert_eq!(*result, results[0], "{name} {precision} {level}");
            }
        }
    }
}

#[test]
fn a_reproduction_does_not_depend_on_the_number_of_jobs_or_the_run() {
    let directory = TempDir::new().unwrap();
    let results = |out: &Path| {
        (
            ["trials.csv", "epochs.csv"].map(|name| without_seconds(&read(out, name))),
            ["figure.svg", "summary.md"].map(|name| read(out, name)),
        )
    };
    let out = directory.path().join("out");
    works(&mut quick(&out, "--jobs 1"));
    let want = results(&out);
    // The same command again trains nothing, and may replace its own results.
    let again = works(&mut quick(&out, ""));
    assert!(again.contains("6 done, 0 to do"), "{again}");
    assert_eq!(results(&out), want);
    let other = directory.path().join("other");
    works(&mut quick(&other, "--jobs 2"));
    assert_eq!(results(&other), want);

    let arguments = ["reproduce", "ch3-learning-rates", "--quick"];
    works(nablab().current_dir(&directory).args(arguments));
    assert_eq!(results(&directory.path().join("results/ch3-learning-rates/quick")), want);
}

// Reproductions

#[test]
fn the_list_names_every_experiment_by_chapter() {
    let nowhere = TempDir::new().unwrap();
    let stdout = works(nablab().current_dir(&nowhere).args(["reproduce", "--list"]));
    assert!(stdout.contains("ch3-learning-rates"), "{stdout}");
    assert!(stdout.contains("Chapter 3: improving the way neural networks learn"), "{stdout}");
    assert!(stdout.contains("not run"), "{stdout}");
}

#[test]
fn a_quick_run_writes_everything_and_says_that_it_is_one() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("new/directories");
    let stdout = works(&mut quick(&out, ""));
    assert!(stdout.contains("quick look, not a reproduction"), "{stdout}");
    assert!(read(&out, "summary.md").contains("quick look, not a reproduction"));
    assert!(read(&out, "figure.svg").contains("Quick look"));
    for name in ["trials.csv", "epochs.csv", "figure.svg", "summary.md", "provenance.json"] {
        let written = format!("wrote {}\n", out.join(name).display());
        assert!(stdout.contains(&written), "{name}: {stdout}");
    }

    let trials = Table::parse(&read(&out, "trials.csv"));
    let arms: Vec<_> = trials.column("eta").into_iter().zip(trials.column("seed")).collect();
    let want =
        [("0.025", "1"), ("0.025", "2"), ("0.25", "1"), ("0.25", "2"), ("2.5", "1"), ("2.5", "2")];
    assert_eq!(BTreeSet::from_iter(arms), BTreeSet::from(want));
    let ids = BTreeSet::from_iter(trials.column("trial_id"));
    assert_eq!((trials.rows.len(), ids.len()), (6, 6));
    let epochs = Table::parse(&read(&out, "epochs.csv"));
    assert_eq!(epochs.rows.len(), 6 * 3);
    assert!(epochs.numbers("training_cost").iter().all(|&cost| cost > 0.0 && cost < 3.0));

    let json: serde_json::Value = serde_json::from_str(&read(&out, "provenance.json")).unwrap();
    assert_eq!(json["experiment"], "ch3-learning-rates");
    assert_eq!(json["sessions"][0]["trials"], 6);
}

#[test]
fn a_quick_exact_run_equals_the_recorded_costs() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    let stdout = works(&mut quick(&out, "--exact"));
    let summary = read(&out, "summary.md");
    assert!(!stdout.contains("DIFFERENT") && !summary.contains("DIFFERENT"), "{stdout}");
    // 3 epochs of the 2 arms that can be replayed.
    assert_eq!(summary.matches("| equal |").count(), 6, "{summary}");
    assert!(stdout.contains("6 of the 6 replayed values equal the author's"), "{stdout}");
    assert!(summary.contains("cannot be replayed by anyone"), "{summary}");
    let trials = Table::parse(&read(&out, "trials.csv"));
    let author = trials.column("rng").iter().filter(|&&rng| rng == "author").count();
    assert_eq!((author, trials.rows.len()), (3, 5), "three arms, and two seeds of the chaotic one");
}

#[test]
fn results_of_something_else_are_not_replaced() {
    let (directory, data) = small();
    let out = directory.path().join("out");
    works(train(&data, "--epochs 1").arg("--out").arg(&out));
    let before = fs::read(out.join("trials.csv")).unwrap();
    refused(&mut quick(&out, ""), &["--out", "something else"]);
    assert_eq!(fs::read(out.join("trials.csv")).unwrap(), before);

    let foreign = directory.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("trials.csv"), "mine\n").unwrap();
    refused(&mut quick(&foreign, ""), &["--out", "something else"]);
    assert_eq!(read(&foreign, "trials.csv"), "mine\n");
}

// The machine

#[test]
fn the_information_names_program_machine_and_data() {
    let stdout = works(nablab().arg("info"));
    for words in [
        concat!("nablab           ", env!("CARGO_PKG_VERSION"), ", commit "),
        "rustc ",
        "FMA peak, f32 ",
        "FMA peak, f64 ",
        "GFLOP/s",
        "GB/s",
        "50000 training, 10000 validation, 10000 test images of 28 x 28; 784 inputs, 10 classes",
        "SHA-256 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ] {
        assert!(stdout.contains(words), "'{words}' is missing:\n{stdout}");
    }
    let best = SimdLevel::best();
    let simd = stdout.lines().find(|line| line.starts_with("SIMD ")).unwrap();
    assert!(simd.contains(best.name()) && simd.contains("scalar"), "{simd}");
}

#[test]
fn the_information_is_json_on_demand() {
    let (_directory, data) = small();
    let mut command = nablab();
    command.args(["info", "--json", "--simd", "scalar", "--data"]).arg(&data);
    let json: serde_json::Value = serde_json::from_str(&works(&mut command)).unwrap();
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["simd"], "scalar");
    assert_eq!(json["simd_available"][0], "scalar");
    assert_eq!(json["data"]["name"], "small");
    assert_eq!(json["data"]["images"]["validation"], 10);
    assert_eq!(json["data"]["sha256"].as_object().unwrap().len(), 4);
    assert!(json["logical_cores"].as_u64().unwrap() > 0);

    let peak = &json["peak"];
    let caches = peak["caches"].as_array().unwrap();
    let speeds = caches.iter().chain([&peak["memory"]]).flat_map(|level| {
        assert!(level["buffer"].as_u64().unwrap() > 0, "{json}");
        [&level["load_gb_per_s"], &level["store_gb_per_s"]]
    });
    for speed in speeds.chain([&peak["fma_f32_gflops"], &peak["fma_f64_gflops"]]) {
        assert!(speed.as_f64().unwrap() > 0.0, "{json}");
    }
}

// What is refused

#[test]
fn senseless_values_are_refused() {
    let (_directory, data) = small();
    let lacking = if cfg!(target_arch = "aarch64") { "avx2" } else { "neon" };
    let lacking_level = format!("--simd {lacking}");
    let cases: &[(&str, &[&str])] = &[
        ("--eta 0", &["0", "expected a finite number above 0"]),
        ("--eta=-1", &["-1", "expected a finite number above 0"]),
        ("--eta NaN", &["NaN", "expected a finite number above 0"]),
        ("--eta inf", &["inf", "expected a finite number above 0"]),
        ("--eta junk", &["--eta", "'junk'"]),
        ("--lambda=-1", &["lambda", "-1", "0 or above"]),
        ("--lambda NaN", &["lambda", "NaN", "0 or above"]),
        ("--lambda inf", &["lambda", "inf", "0 or above"]),
        ("--batch-size 0", &["batch", "0", "expected 1 to 50"]),
        ("--batch-size 51", &["batch", "51", "expected 1 to 50"]),
        ("--batch-size 18446744073709551616", &["--batch-size", "'18446744073709551616'"]),
        ("--batch-size=-1", &["--batch-size", "'-1'"]),
        ("--epochs 0 --out nowhere", &["--out nowhere", "--epochs 0", "--save"]),
        ("--epochs 0 --eta 0", &["--eta", "above 0"]),
        ("--epochs 1.5", &["--epochs", "'1.5'"]),
        ("--hidden 0", &["--hidden", "'0'", "none"]),
        ("--hidden 30x", &["--hidden", "'30x'", "none"]),
        ("--hidden junk", &["--hidden", "'junk'", "none"]),
        ("--cost log-likelihood --output sigmoid", &["--output", "log-likelihood", "softmax"]),
        ("--cost log-likelihood --output tanh", &["--output", "logarithm", "quadratic"]),
        ("--activation relu,tanh", &["--activation", "2 activations", "hidden layers: 1"]),
        ("--activation relu,junk --hidden 9x9", &["--activation", "junk", "gelu"]),
        ("--dropout 1", &["--dropout", "1", "below 1"]),
        ("--dropout nan", &["--dropout", "NaN"]),
        ("--dropout 0.1,0.2,0.3", &["--dropout", "3", "hidden layers: 1"]),
        ("--output softmax", &["--output", "cross-entropy", "softmax", "log-likelihood"]),
        ("--l1=-1", &["--l1", "-1", "0 or above"]),
        ("--max-norm 0", &["--max-norm", "0", "above 0"]),
        ("--max-norm 3 --hidden none", &["--max-norm", "hidden layer"]),
        ("--momentum inf", &["--momentum", "inf", "below 1"]),
        ("--momentum 1", &["--momentum", "μ 1", "below 1"]),
        ("--momentum=-0.1", &["--momentum", "-0.1", "0 or above"]),
        ("--momentum 0.9 --optimiser adam", &["--momentum", "0.9", "adam", "nesterov"]),
        ("--optimiser junk", &["--optimiser", "'junk'", "rmsprop"]),
        ("--schedule junk", &["--schedule", "'junk'", "plateau"]),
        ("--schedule step:0.5:0", &["--schedule", "'0'", "step:FACTOR:EPOCHS"]),
        ("--schedule plateau:2:2:8 --validation 0", &["validation"]),
        ("--expand junk", &["--expand", "'junk'", "elastic"]),
        ("--expand shifts:3", &["--expand", "'shifts:3'", "shifts have 4"]),
        ("--monitor-every 0", &["--monitor-every", "0"]),
        ("--monitor-every 2 --early-stop 3", &["--monitor-every", "2", "early stopping"]),
        ("--early-stop 0", &["--early-stop", "0", "at least 1"]),
        ("--early-stop 2 --validation 0", &["validation"]),
        ("--train-size 0", &["--train-size", "0", "1 to 50"]),
        ("--train-size 51", &["--train-size", "51", "1 to 50"]),
        ("--train-size 9 --batch-size 10", &["--batch-size", "10", "1 to 9"]),
        ("--classes 3", &["--classes", "two classes"]),
        ("--classes 3,3", &["--classes", "different"]),
        ("--classes 3,10", &["--classes", "0 to 4"]),
        ("--full-batch --batch-size 10", &["--full-batch", "--batch-size"]),
        ("--hidden 100000000", &["hidden", "100000000", "GB of memory"]),
        ("--hidden 9999999999x9999999999", &["hidden", "9999999999x9999999999", "of memory"]),
        ("--hidden 99999999999999999999", &["--hidden", "'99999999999999999999'"]),
        ("--cost junk", &["--cost", "'junk'", "cross-entropy"]),
        ("--activation junk", &["--activation", "'junk'", "sigmoid"]),
        ("--activation step", &["--activation", "step", "derivative", "0"]),
        ("--activation stop", &["--activation", "'stop'"]),
        ("--init junk", &["--init", "'junk'", "scaled"]),
        ("--precision f16", &["--precision", "'f16'", "f32"]),
        ("--rng junk", &["--rng", "'junk'", "chacha8"]),
        ("--rng author --seed 4294967296", &["seed", "4294967296", "up to 4294967295"]),
        ("--monitor test-cost,junk", &["--monitor", "'junk'", "test-accuracy"]),
        ("--monitor test-cost --validation 60", &["60", "train-images", "at most 59"]),
        ("--monitor validation-cost --validation 0", &["monitor", "validation"]),
        ("--simd junk", &["--simd", "'junk'"]),
        (&lacking_level, &["--simd", lacking, "this CPU"]),
        ("--overwrite", &["--out"]),
    ];
    for (arguments, words) in cases {
        refused(&mut train(&data, arguments), words);
    }
}

#[test]
fn a_reproduction_that_makes_no_sense_is_refused() {
    let directory = TempDir::new().unwrap();
    let cases: &[(&[&str], &[&str])] = &[
        (&["ch3-learning-rate"], &["'ch3-learning-rate'", "did you mean 'ch3-learning-rates'?"]),
        (&["junk"], &["'junk'", "--list"]),
        (&["chapter3", "--exact"], &["--exact", "single experiment"]),
        (&["learning-rates", "--shard", "3/2"], &["--shard", "3/2"]),
        (&["--quick"], &["--quick", "expected an experiment", "--list"]),
        (&["--seeds", "3"], &["--seeds", "expected an experiment"]),
        (&["ch3-learning-rates", "--list"], &["--list", "EXPERIMENT"]),
        (&["ch3-learning-rates", "--seeds", "0"], &["--seeds", "'0'"]),
        (&["ch3-learning-rates", "--seeds", "1000000"], &["--seeds", "1000000", "1..=10000"]),
        (&["ch3-learning-rates", "--jobs", "0"], &["--jobs", "'0'"]),
        (&["ch3-learning-rates", "--quick", "--seeds", "3"], &["--quick", "--seeds"]),
        (&["ch3-learning-rates", "--simd", "junk"], &["--simd", "'junk'"]),
    ];
    for (arguments, words) in cases {
        refused(nablab().current_dir(&directory).arg("reproduce").args(*arguments), words);
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0, "no results directory was made");
}

#[test]
fn information_on_what_is_not_there_is_refused() {
    let directory = TempDir::new().unwrap();
    let lacking = if cfg!(target_arch = "aarch64") { "avx2" } else { "neon" };
    let cases: &[(&[&str], &[&str])] = &[
        (&["--simd", "junk"], &["--simd", "'junk'", "avx2"]),
        (&["--simd", lacking], &["--simd", lacking, "this CPU"]),
        (&["--data", "nowhere"], &["nowhere", "No such file"]),
        (&["--junk"], &["--junk"]),
        (&["junk"], &["'junk'"]),
    ];
    for (arguments, words) in cases {
        refused(nablab().current_dir(&directory).arg("info").args(*arguments), words);
    }
}

#[test]
fn a_directory_that_holds_no_data_set_is_refused() {
    let (directory, data) = small();
    let path = directory.path();
    refused(&mut train(path.join("nowhere"), ""), &["nowhere", "No such file"]);
    fs::create_dir(path.join("empty")).unwrap();
    refused(&mut train(path.join("empty"), ""), &["empty", "training images", "train-images"]);
    refused(&mut train(data.join(Images::TEST_LABELS), ""), &[Images::TEST_LABELS, "directory"]);
    refused(
        nablab().args(["train", "--validation", "3"]),
        &["--validation: the embedded MNIST is read as it is; expected --data too"],
    );
}

/// Trains on the small data set with one file changed.
#[track_caller]
fn refused_after(file: &str, change: impl FnOnce(&mut Vec<u8>), words: &[&str]) {
    let (_directory, data) = small();
    let path = data.join(file);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    refused(&mut train(&data, ""), &[&[file], words].concat());
}

#[test]
fn a_damaged_data_set_is_refused_with_the_name_of_the_file() {
    refused_after(Images::TRAINING_IMAGES, |f| f[3] = 1, &["expected magic 0x00000803"]);
    refused_after(Images::TEST_LABELS, |f| f[..4].fill(b'x'), &["expected magic 0x00000801"]);
    refused_after(Images::TRAINING_LABELS, |f| f.truncate(6), &["truncated"]);
    refused_after(Images::TEST_IMAGES, |f| f.truncate(100), &["truncated", "136", "100"]);
    refused_after(Images::TEST_IMAGES, Vec::clear, &["truncated"]);
    refused_after(Images::TEST_IMAGES, |f| f.push(0), &["trailing"]);
    // A header that promises more than any machine holds.
    refused_after(Images::TRAINING_IMAGES, |f| f[4..8].fill(255), &["train-images"]);
    let one_label_less = |f: &mut Vec<u8>| {
        f.pop();
        f[7] -= 1;
    };
    refused_after(Images::TRAINING_LABELS, one_label_less, &["59 labels", "60 images"]);
    refused_after(Images::TEST_LABELS, |f| f[8 + 3] = 9, &["label 3", "is 9", "up to 4"]);
    refused_after(Images::TEST_IMAGES, |f| f[8..16].rotate_left(4), &["2x3", "3x2"]);
}

#[test]
fn a_missing_file_and_a_corrupt_gzip_file_are_refused() {
    let (_directory, data) = small();
    fs::remove_file(data.join(Images::TEST_LABELS)).unwrap();
    refused(&mut train(&data, ""), &["small", "test labels", Images::TEST_LABELS]);
    fs::create_dir(data.join(Images::TEST_LABELS)).unwrap();
    refused(&mut train(&data, ""), &[Images::TEST_LABELS, "directory"]);

    let directory = TempDir::new().unwrap();
    let name = format!("{}.gz", Images::TRAINING_IMAGES);
    for change in [
        // The checksum stands in the last eight bytes.
        |f: &mut Vec<u8>| *f.iter_mut().nth_back(7).unwrap() ^= 1,
        |f: &mut Vec<u8>| f.truncate(f.len() / 2),
    ] {
        let data = Images::SMALL.write_gzipped(directory.path(), "gzipped");
        let mut bytes = fs::read(data.join(&name)).unwrap();
        change(&mut bytes);
        fs::write(data.join(&name), bytes).unwrap();
        refused(&mut train(&data, ""), &[&name, "gzip"]);
    }
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_written_to_is_refused_before_the_training() {
    let (directory, data) = small();
    let file = directory.path().join("file");
    fs::write(&file, "mine\n").unwrap();
    // Permissions would not stop root, under whom tests often run.
    for out in [&file, Path::new("/dev/null/x"), Path::new("/proc/x/y")] {
        let words = ["cannot write", out.to_str().unwrap()];
        refused(train(&data, "--epochs 1").arg("--out").arg(out), &words);
        refused(&mut quick(out, ""), &words);
    }
    assert_eq!(read(directory.path(), "file"), "mine\n");
}

#[test]
fn no_subcommand_or_a_wrong_one_shows_the_usage() {
    refused(nablab().arg("junk"), &["'junk'", "Usage"]);
    let help = works(nablab().arg("--help"));
    assert!(
        help.contains("reproduce") && help.contains("train") && help.contains("info"),
        "{help}"
    );
    let version = works(nablab().arg("--version"));
    assert_eq!(version, format!("nablab {}\n", env!("CARGO_PKG_VERSION")));
}

/// `nablab ARGUMENTS | head -1`
fn closed_after_a_line(arguments: &[&str]) {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_nablab"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!line.is_empty(), "{arguments:?}");
    // All was printed before the pipe was closed, or what a shell makes of SIGPIPE.
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 141)), "{arguments:?}: {code:?} {stderr}");
    assert_eq!(stderr, "", "{arguments:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (_directory, data) = small();
    let data = data.to_str().unwrap();
    // It has to notice long before the last epoch.
    closed_after_a_line(&["train", "--data", data, "--epochs", "1000000"]);
    closed_after_a_line(&["reproduce", "--list"]);
    closed_after_a_line(&["train", "--help"]);
}

// What once went wrong

#[test]
fn a_negative_value_behind_a_space_is_refused_by_name() {
    let (_directory, data) = small();
    refused(&mut train(&data, "--eta -1"), &["-1", "expected a finite number above 0"]);
    refused(&mut train(&data, "--lambda -1"), &["lambda", "-1", "0 or above"]);
    refused(&mut train(&data, "--batch-size -1"), &["--batch-size", "-1"]);
}

#[cfg(unix)]
#[test]
fn the_cause_of_a_failed_write_is_said_once() {
    let (_directory, data) = small();
    let output = train(&data, "--epochs 1 --out /dev/null/x").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.matches("os error").count(), 1, "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_unicode_is_as_good_as_any() {
    use std::os::unix::ffi::OsStrExt;
    let (directory, data) = small();
    let out = directory.path().join(std::ffi::OsStr::from_bytes(b"out\xff"));
    works(train(&data, "--epochs 1").arg("--out").arg(&out));
    assert_eq!(Table::parse(&read(&out, "trials.csv")).rows.len(), 1);
}

#[test]
fn more_jobs_than_trials_cost_nothing() {
    let directory = TempDir::new().unwrap();
    let mut command = quick(directory.path().join("out"), "--jobs 100000");
    works(command.timeout(std::time::Duration::from_secs(30)));
}

#[test]
fn results_are_written_though_nobody_reads_the_output() {
    let (directory, data) = small();
    let out = directory.path().join("out");
    let [data, out_argument] = [&data, &out].map(|path| path.to_str().unwrap());
    closed_after_a_line(&["train", "--data", data, "--epochs", "9", "--out", out_argument]);
    assert_eq!(Table::parse(&read(&out, "epochs.csv")).rows.len(), 9);
}

#[test]
fn extreme_numbers_are_short_too() {
    let (trials, _epochs) = trained("--epochs 1 --eta 1e-300");
    assert!(trials.column("eta")[0].len() < 10, "{:?}", trials.column("eta"));
}
