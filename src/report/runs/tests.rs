use super::*;
use std::fs;
use tempfile::TempDir;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn open(directory: &TempDir, name: &str) -> Result<Runs, RunsError> {
    Runs::open(&[directory.path().join(name)], &Names::default())
}

/// What all runs came to.
fn outcomes(runs: &Runs, measure: &Measure) -> Result<Vec<Outcome>, RunsError> {
    runs.outcomes(measure, &(0..runs.len()).collect::<Vec<_>>())
}

fn measure(column: &str, how: How) -> Measure {
    Measure::new(column.into(), how)
}

const TRIALS: &str = "\
trial_id,eta,activation,seed,status,last_test_accuracy,best_test_accuracy,last_test_cost,seconds
a,0.1,relu,1,finished,0.9,0.95,,1.5
b,0.1,relu,2,diverged,,0.5,,0.5
c,0.01,tanh,1,finished,0.8,0.8,,1.0
";

const EPOCHS: &str = "\
trial_id,eta,activation,seed,epoch,test_accuracy,test_cost,seconds
a,0.1,relu,1,0,0.85,,0.5
a,0.1,relu,1,1,0.95,,0.5
a,0.1,relu,1,2,0.9,,0.5
b,0.1,relu,2,0,0.5,,0.5
c,0.01,tanh,1,0,0.7,,0.5
c,0.01,tanh,1,1,0.8,,0.5
";

fn ours() -> TempDir {
    directory(&[("trials.csv", TRIALS), ("epochs.csv", EPOCHS)])
}

#[test]
fn our_own_results_have_settings_metrics_and_outcomes() {
    let directory = ours();
    let runs = open(&directory, "").unwrap();
    let names: Vec<&str> = runs.settings().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["eta", "activation", "seed"]);
    assert_eq!(runs.metrics(), ["test_accuracy"]);
    let come = |how| outcomes(&runs, &measure("test_accuracy", how)).unwrap();
    use Outcome::{Diverged, Missed, Value};
    assert_eq!(come(How::Value(At::Last)), [Value(0.9), Diverged, Value(0.8)]);
    assert_eq!(come(How::Value(At::Best)), [Value(0.95), Diverged, Value(0.8)]);
    assert_eq!(come(How::Value(At::Epoch(1))), [Value(0.95), Diverged, Value(0.8)]);
    assert_eq!(come(How::EpochsTo(0.9)), [Value(2.0), Diverged, Missed]);
    assert_eq!(come(How::SecondsTo(0.8)), [Value(0.5), Diverged, Value(1.0)]);
    assert_eq!(runs.curves("test_accuracy").unwrap()[2], [(0, 0.7), (1, 0.8)]);
}

#[test]
fn either_file_alone_gives_the_same() {
    let whole = ours();
    let last = measure("test_accuracy", How::Value(At::Last));
    let expected = outcomes(&open(&whole, "").unwrap(), &last).unwrap();
    let trials = open(&whole, "trials.csv").unwrap();
    assert_eq!(outcomes(&trials, &last).unwrap(), expected);
    // Without the status a run that broke off looks finished.
    let epochs = open(&whole, "epochs.csv").unwrap();
    let outcomes = outcomes(&epochs, &last).unwrap();
    assert_eq!((outcomes[0], outcomes[2]), (expected[0], expected[2]));
    assert_eq!(outcomes[1], Outcome::Value(0.5));
}

#[test]
fn files_of_other_programs_are_read_by_their_columns() {
    let of_runs = "optimizer,seed,val_loss\nsgd,1,0.51\nsgd,2,0.52\nadam,1,0.41\nadam,2,0.42\n";
    let of_epochs =
        "epoch,optimizer,seed,loss\n1,sgd,1,0.7\n1,adam,1,0.6\n2,sgd,1,0.5\n2,adam,1,nan\n";
    let directory = directory(&[("runs.csv", of_runs), ("log.csv", of_epochs)]);
    let runs = open(&directory, "runs.csv").unwrap();
    let names: Vec<&str> = runs.settings().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        (names.as_slice(), runs.metrics()),
        (&["optimizer", "seed"][..], vec!["val_loss".into()])
    );
    let last = measure("val_loss", How::Value(At::Last));
    assert_eq!(outcomes(&runs, &last).unwrap()[3], Outcome::Value(0.42));

    let runs = open(&directory, "log.csv").unwrap();
    assert_eq!(runs.len(), 2);
    let last = measure("loss", How::Value(At::Last));
    assert_eq!(outcomes(&runs, &last).unwrap(), [Outcome::Value(0.5), Outcome::Diverged]);
    let epochs = measure("loss", How::EpochsTo(0.5));
    assert_eq!(outcomes(&runs, &epochs).unwrap()[0], Outcome::Value(2.0));
}

#[test]
fn a_training_in_two_directories_is_one() {
    let (one, other) = (ours(), ours());
    let runs = Runs::open(&[one.path().into(), other.path().into()], &Names::default()).unwrap();
    assert_eq!(runs.len(), 3);
    let last = measure("test_accuracy", How::Value(At::Epoch(0)));
    assert_eq!(outcomes(&runs, &last).unwrap()[0], Outcome::Value(0.85));
}

#[test]
fn what_is_wrong_with_a_file_is_said_in_one_line() {
    let files = [
        ("empty.csv", "eta,seed,loss\n", "has no rows"),
        ("ragged.csv", "eta,seed,loss\n1,2\n", "row 1 has 2 cells, the header 3"),
        ("twice.csv", "eta,eta\n1,2\n", "two columns 'eta'"),
        ("gone.csv", "", "neither a directory"),
    ];
    for (name, text, expected) in files {
        let directory = directory(&if text.is_empty() { vec![] } else { vec![(name, text)] });
        let error = open(&directory, name).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
    let other = TRIALS.replace("activation", "optimiser");
    let (one, other) = (ours(), directory(&[("trials.csv", &other)]));
    let error = Runs::open(&[one.path().into(), other.path().into()], &Names::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("different columns (optimiser, activation)"), "{error}");
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let directory = ours();
    let runs = open(&directory, "").unwrap();
    let error = |column, how| outcomes(&runs, &measure(column, how)).unwrap_err().to_string();
    let text = error("test_cost", How::Value(At::Last));
    assert!(text.contains("'test_cost' was not monitored; there are test_accuracy"), "{text}");
    let text = error("tset_accuracy", How::Value(At::Last));
    assert!(text.contains("tset_accuracy"), "{text}");
    let text = error("test_accuracy", How::Value(At::Epoch(7)));
    assert!(text.contains("run 1 has no epoch 7; its last one is 2"), "{text}");
    let text = runs.setting("activatoin").unwrap_err().to_string();
    assert!(text.contains("did you mean 'activation'?"), "{text}");

    let bad = super::tests::directory(&[("trials.csv", &TRIALS.replace("0.8,0.8", "high,0.8"))]);
    let runs = open(&bad, "").unwrap();
    let last = measure("test_accuracy", How::Value(At::Last));
    let text = outcomes(&runs, &last).unwrap_err().to_string();
    assert!(
        text.contains("row 3: 'high' in column 'last_test_accuracy' is not a number"),
        "{text}"
    );
}

#[test]
fn epochs_of_a_training_that_is_not_there_are_refused() {
    let directory =
        directory(&[("trials.csv", TRIALS), ("epochs.csv", &EPOCHS.replace("\nc,", "\nd,"))]);
    let error = open(&directory, "").unwrap().curves("test_accuracy").unwrap_err().to_string();
    assert!(error.contains("row 5: trial 'd' is not in trials.csv"), "{error}");
}

#[test]
fn what_is_measured_is_no_setting_however_few_values_it_has() {
    let mut log = String::from("optimizer,momentum,seed,epoch,val acc,dead units\n");
    for optimizer in ["sgd", "adam"] {
        for seed in 1..=4 {
            for epoch in 1..=5 {
                log += &format!("{optimizer},0.9,{seed},{epoch},0.9,{}\n", epoch % 2);
            }
        }
    }
    let directory = directory(&[("log.csv", &log)]);
    let path = [directory.path().join("log.csv")];
    // By its name, and because the user says so; a number that repeats is a setting otherwise.
    let names = Names { metrics: vec!["dead units".into()], ..Names::default() };
    let runs = Runs::open(&path, &names).unwrap();
    assert_eq!((runs.len(), runs.metrics()), (8, vec!["val acc".into(), "dead units".into()]));
    assert_eq!(runs.setting("momentum").unwrap().values, ["0.9"]);
    // What the user calls a setting is one, whatever its name.
    let names = Names { settings: vec!["val acc".into()], metrics: vec!["dead units".into()] };
    let runs = Runs::open(&path, &names).unwrap();
    assert_eq!(runs.setting("val-acc").map(|s| s.values.len()).ok(), None);
    assert_eq!(runs.setting("val acc").unwrap().values, ["0.9"]);
}

#[test]
fn accuracies_above_one_are_no_fractions() {
    let text = "a,seed,accuracy\nx,1,91.5\nx,2,92.5\ny,1,0.5\n";
    let percent = directory(&[("runs.csv", text)]);
    let accuracy: MeasureText = "accuracy".parse().unwrap();
    let runs = open(&percent, "runs.csv").unwrap();
    assert!(!runs.measure(&accuracy, At::Last).unwrap().is_percentage());
    let fractions =
        directory(&[("runs.csv", &text.replace("91.5", "0.915").replace("92.5", "1.0"))]);
    let runs = open(&fractions, "runs.csv").unwrap();
    assert!(runs.measure(&accuracy, At::Last).unwrap().is_percentage());
}

/// Runs of two models with 4 seeds and 10 epochs each, in a log with a coarse measurement that repeats, a number that
/// a schedule changes, and another that does not change.
fn log(rows: impl Fn(&str, usize, usize) -> String) -> String {
    let mut log = String::new();
    for model in ["a", "b"] {
        for seed in 1..=4 {
            for epoch in 1..=10 {
                log += &(rows(model, seed, epoch) + "\n");
            }
        }
    }
    log
}

#[test]
fn numbers_that_change_within_a_run_are_no_settings() {
    let text = log(|model, seed, epoch| {
        let kappa = 0.1 * (epoch / 3) as f64 + if model == "b" { 0.05 } else { 0.0 };
        let lr = if epoch > 5 { 0.01 } else { 0.1 };
        format!("{model},0.5,{seed},{epoch},{lr},{kappa:.2}")
    });
    let directory =
        directory(&[("log.csv", &("model,dropout,seed,epoch,lr,kappa\n".to_string() + &text))]);
    let runs = open(&directory, "log.csv").unwrap();
    let names: Vec<&str> = runs.settings().iter().map(|s| s.name.as_str()).collect();
    assert_eq!((runs.len(), names), (8, vec!["model", "dropout", "seed"]));
    let last = outcomes(&runs, &measure("kappa", How::Value(At::Last))).unwrap();
    assert_eq!((last[0], last[7]), (Outcome::Value(0.3), Outcome::Value(0.35)));
    assert_eq!(runs.epochs(&[0, 7]), Some((10, 10)));
}

#[test]
fn numbers_that_tell_runs_apart_are_settings() {
    let mut text = String::from("lr,depth,seed,epoch,loss\n");
    for (lr, depth) in [(0.1, 1), (0.01, 1), (0.1, 2)] {
        for (seed, epoch) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
            text += &format!("{lr},{depth},{seed},{epoch},{}\n", 1.0 - 0.1 * epoch as f64);
        }
    }
    let directory = directory(&[("log.csv", &text)]);
    let runs = open(&directory, "log.csv").unwrap();
    assert_eq!((runs.len(), runs.setting("lr").unwrap().values.len()), (6, 2));
    assert_eq!(runs.setting("depth").unwrap().values, ["1", "2"]);
}

#[test]
fn runs_that_nothing_tells_apart_are_refused() {
    let row = |model: &str, seed: usize, epoch: usize| format!("{model},{seed},{epoch},0.5");
    let twice = log(row) + &log(row);
    let files = directory(&[("log.csv", &("model,seed,epoch,loss\n".to_string() + &twice))]);
    let error = open(&files, "log.csv").unwrap_err().to_string();
    assert!(error.contains("two rows for epoch 1 of one run"), "{error}");
    let files = directory(&[(
        "trials.csv",
        &(TRIALS.to_string() + "c,0.01,tanh,1,finished,0.7,0.7,,1.0\n"),
    )]);
    let error = open(&files, "").unwrap_err().to_string();
    assert!(error.contains("row 4: trial 'c' stands in the file twice"), "{error}");
    let epochs = EPOCHS.replace("a,0.1,relu,1,2,", "a,0.1,relu,1,1,");
    let files = directory(&[("trials.csv", TRIALS), ("epochs.csv", &epochs)]);
    let error = open(&files, "").unwrap().curves("test_accuracy").unwrap_err().to_string();
    assert!(error.contains("two rows for epoch 1"), "{error}");
}

#[test]
fn thresholds_count_epochs_and_not_rows() {
    // Evaluated after every third epoch, which other programs count from 1.
    let text = log(|model, seed, epoch| {
        let value = if epoch % 3 == 0 { (0.1 * epoch as f64).to_string() } else { String::new() };
        format!("{model},{seed},{epoch}.0,{value},0.5")
    });
    let directory =
        directory(&[("log.csv", &("model,seed,epoch,score,seconds\n".to_string() + &text))]);
    let runs = open(&directory, "log.csv").unwrap();
    let come = |how| outcomes(&runs, &measure("score", how)).unwrap()[0];
    assert_eq!(come(How::EpochsTo(0.6)), Outcome::Value(6.0));
    assert_eq!(come(How::SecondsTo(0.6)), Outcome::Value(3.0));
    assert_eq!(come(How::EpochsTo(0.91)), Outcome::Missed);
    assert_eq!(come(How::Value(At::Epoch(9))), Outcome::Value(0.1 * 9.0));
}

#[test]
fn rows_numbered_by_pandas_are_neither_settings_nor_metrics() {
    let text = "\u{feff},Unnamed: 0,model , seed,rmse\n0,5, a,1,0.5\n1,6,a ,2,0.4\n2,7,b,1,0.3\n3,8,b,2,0.2\n";
    let directory = directory(&[("runs.csv", text)]);
    let runs = open(&directory, "runs.csv").unwrap();
    let names: Vec<&str> = runs.settings().iter().map(|s| s.name.as_str()).collect();
    assert_eq!((names, runs.metrics()), (vec!["model", "seed"], vec!["rmse".to_string()]));
    assert_eq!(runs.setting("model").unwrap().values, ["a", "b"]);
    let rmse: MeasureText = "rmse".parse().unwrap();
    assert!(runs.measure(&rmse, At::Last).unwrap().lower_is_better);
    // It is no column of the best values either.
    let best = measure("rmse", How::Value(At::Best));
    assert!(outcomes(&runs, &best).is_err());
}

#[test]
fn only_the_runs_that_are_asked_for_have_to_be_complete() {
    let bad = TRIALS.replace("c,0.01,tanh,1,finished,0.8", "c,0.01,tanh,1,finished,");
    let directory = directory(&[("trials.csv", &bad), ("epochs.csv", EPOCHS)]);
    let runs = open(&directory, "").unwrap();
    let last = measure("test_accuracy", How::Value(At::Last));
    assert_eq!(runs.outcomes(&last, &[0]).unwrap()[0], Outcome::Value(0.9));
    assert!(outcomes(&runs, &last).unwrap_err().to_string().contains("row 3: no value"));
}
