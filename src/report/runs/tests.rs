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
    let outcomes = |how| runs.outcomes(&measure("test_accuracy", how)).unwrap();
    use Outcome::{Diverged, Missed, Value};
    assert_eq!(outcomes(How::Value(At::Last)), [Value(0.9), Diverged, Value(0.8)]);
    assert_eq!(outcomes(How::Value(At::Best)), [Value(0.95), Diverged, Value(0.8)]);
    assert_eq!(outcomes(How::Value(At::Epoch(1))), [Value(0.95), Diverged, Value(0.8)]);
    assert_eq!(outcomes(How::EpochsTo(0.9)), [Value(2.0), Diverged, Missed]);
    assert_eq!(outcomes(How::SecondsTo(0.8)), [Value(0.5), Diverged, Value(1.0)]);
    assert_eq!(runs.curves("test_accuracy").unwrap()[2], [(0, 0.7), (1, 0.8)]);
}

#[test]
fn either_file_alone_gives_the_same() {
    let whole = ours();
    let last = measure("test_accuracy", How::Value(At::Last));
    let expected = open(&whole, "").unwrap().outcomes(&last).unwrap();
    let trials = open(&whole, "trials.csv").unwrap();
    assert_eq!(trials.outcomes(&last).unwrap(), expected);
    // Without the status a run that broke off looks finished.
    let epochs = open(&whole, "epochs.csv").unwrap();
    let outcomes = epochs.outcomes(&last).unwrap();
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
    assert_eq!(runs.outcomes(&last).unwrap()[3], Outcome::Value(0.42));

    let runs = open(&directory, "log.csv").unwrap();
    assert_eq!(runs.len(), 2);
    let last = measure("loss", How::Value(At::Last));
    assert_eq!(runs.outcomes(&last).unwrap(), [Outcome::Value(0.5), Outcome::Diverged]);
    let epochs = measure("loss", How::EpochsTo(0.5));
    assert_eq!(runs.outcomes(&epochs).unwrap()[0], Outcome::Value(2.0));
}

#[test]
fn a_training_in_two_directories_is_one() {
    let (one, other) = (ours(), ours());
    let runs = Runs::open(&[one.path().into(), other.path().into()], &Names::default()).unwrap();
    assert_eq!(runs.len(), 3);
    let last = measure("test_accuracy", How::Value(At::Epoch(0)));
    assert_eq!(runs.outcomes(&last).unwrap()[0], Outcome::Value(0.85));
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
    let error = |column, how| runs.outcomes(&measure(column, how)).unwrap_err().to_string();
    let text = error("test_cost", How::Value(At::Last));
    assert!(text.contains("'test_cost' was not monitored; there are test_accuracy"), "{text}");
    let text = error("tset_accuracy", How::Value(At::Last));
    assert!(text.contains("tset_accuracy"), "{text}");
    let text = error("test_accuracy", How::Value(At::Epoch(7)));
    assert!(text.contains("no training has an epoch 7") || text.contains("epoch 7"), "{text}");
    let text = runs.setting("activatoin").unwrap_err().to_string();
    assert!(text.contains("did you mean 'activation'?"), "{text}");

    let bad = super::tests::directory(&[("trials.csv", &TRIALS.replace("0.8,0.8", "high,0.8"))]);
    let runs = open(&bad, "").unwrap();
    let last = measure("test_accuracy", How::Value(At::Last));
    let text = runs.outcomes(&last).unwrap_err().to_string();
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
