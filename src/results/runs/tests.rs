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
        ("twice.csv", "seed,seed\n1,2\n", "2 columns 'seed'"),
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
    let names = Names {
        settings: vec!["val acc".into()],
        metrics: vec!["dead units".into()],
        ..Names::default()
    };
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
    assert!(!runs.measure(&accuracy, &At::Last, None).unwrap().is_percentage());
    let fractions =
        directory(&[("runs.csv", &text.replace("91.5", "0.915").replace("92.5", "1.0"))]);
    let runs = open(&fractions, "runs.csv").unwrap();
    assert!(runs.measure(&accuracy, &At::Last, None).unwrap().is_percentage());
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
    assert_eq!(runs.measure(&rmse, &At::Last, None).unwrap().better, Direction::Lower);
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

/// The names of the settings, and how many runs there are.
fn shape(text: &str) -> Result<(usize, Vec<String>), RunsError> {
    let files = directory(&[("log.csv", text)]);
    let runs = open(&files, "log.csv")?;
    Ok((runs.len(), runs.settings().iter().map(|s| s.name.clone()).collect()))
}

#[test]
fn words_that_change_within_a_run_are_no_settings() {
    let rows = log(|model, seed, epoch| {
        let phase = if epoch < 4 { "warm-up" } else { "main" };
        let flag = if epoch == 10 { "True" } else { "False" };
        // Each time occurs at the beginning of some run of each seed.
        let second = (seed + epoch + usize::from(model == "b")) % 4;
        let percent = 50 + epoch;
        format!(
            "{model},{seed},{epoch},ckpt_{seed}_{epoch}.pt,{phase},{flag},00:1{second},{percent}%,0.5"
        )
    });
    let header = "model,seed,epoch,checkpoint,phase,done,took,share,loss\n".to_string();
    assert_eq!(shape(&(header + &rows)).unwrap(), (8, vec!["model".into(), "seed".into()]));
    // One run, and nothing set.
    let one = "epoch,loss,time\n0,0.5,00:12\n1,0.4,00:11\n2,0.3,00:11\n3,0.2,00:12\n";
    assert_eq!(shape(one).unwrap(), (1, vec![]));
    // Runs that begin later than others are told apart by their words.
    let late = "model,seed,epoch,loss\na,1,0,3\na,1,1,2\na,1,2,1\nb,1,1,3\nb,1,2,2\n";
    assert_eq!(shape(late).unwrap(), (2, vec!["model".into(), "seed".into()]));
}

#[test]
fn rows_are_numbered_by_epochs_or_steps_of_any_name() {
    for name in
        ["Epoch", "step", "Step", "iteration", "training_iteration", "global_step", "timesteps"]
    {
        let rows = log(|model, seed, epoch| format!("{model},{seed},{},{}", epoch * 10, epoch));
        let text = format!("model,seed,{name},loss\n{rows}");
        assert_eq!(shape(&text).unwrap(), (8, vec!["model".into(), "seed".into()]), "{name}");
        let files = directory(&[("log.csv", &text)]);
        let runs = open(&files, "log.csv").unwrap();
        let last = outcomes(&runs, &measure("loss", How::Value(At::Last))).unwrap();
        assert_eq!(last, [Outcome::Value(10.0); 8], "{name}");
    }
    // A row a run, and how many epochs each had.
    let runs = "lr,seed,epoch,loss\n0.1,1,9,3\n0.1,2,7,3\n0.01,1,7,2\n0.01,2,8,2\n";
    assert_eq!(shape(runs).unwrap(), (4, vec!["lr".into(), "seed".into()]));
    let runs = "lr,seed,epoch,loss\n0.1,1,7,3\n0.1,2,7,3\n0.01,1,9,2\n0.01,2,9,2\n";
    assert_eq!(shape(runs).unwrap(), (4, vec!["lr".into(), "seed".into()]));
    let runs =
        "lr,seed,epoch,_step,loss\n0.1,1,9,90,3\n0.1,2,7,70,3\n0.01,1,7,70,2\n0.01,2,8,80,2\n";
    assert_eq!(shape(runs).unwrap(), (4, vec!["lr".into(), "seed".into()]));
    // Numbers that runs were given.
    let runs = "iteration,seed,loss\n100,1,3\n100,2,3\n1000,1,2\n1000,2,2\n";
    assert_eq!(shape(runs).unwrap(), (4, vec!["iteration".into(), "seed".into()]));
    let runs = "epochs,seed,loss\n10,1,3\n10,2,3\n20,1,2\n20,2,2\n30,1,1\n30,2,1\n";
    assert_eq!(shape(runs).unwrap(), (6, vec!["epochs".into(), "seed".into()]));
    let error = shape("epoch,loss\n0.5,1\n1.0,2\n").unwrap_err().to_string();
    assert!(error.contains("row 1: '0.5' in column 'epoch' is not a whole number"), "{error}");
}

#[test]
fn what_names_a_run_is_no_setting() {
    let mut text = String::from("Name,run_id,Created,artifact_uri,note,pid,lr,params.seed,loss\n");
    for (i, lr) in [0.1, 0.01].into_iter().enumerate() {
        for seed in 1..=3 {
            let n = 3 * i + seed;
            text += &format!(
                "brisk-{n},{n}ab,2024-03-01 12:0{n}:00,file:///m/{n},so {n},100{n},{lr},{seed},0.{n}\n"
            );
        }
    }
    assert_eq!(shape(&text).unwrap(), (6, vec!["lr".into(), "params.seed".into()]));
    let files = directory(&[("runs.csv", &text)]);
    assert_eq!(open(&files, "runs.csv").unwrap().setting("seed").unwrap().name, "params.seed");
    // The user may say otherwise, and of a word that nothing else varies with nobody knows.
    let names = Names { settings: vec!["note".into()], ..Names::default() };
    let runs = Runs::open(&[files.path().join("runs.csv")], &names).unwrap();
    assert!(runs.setting("note").is_ok() && runs.setting("Name").is_err());
    let models = "model,accuracy\na,0.9\nb,0.8\nc,0.7\n";
    assert_eq!(shape(models).unwrap(), (3, vec!["model".into()]));
}

#[test]
fn a_cell_without_a_value_is_no_word_and_no_divergence() {
    let missing = ["", "NA", "N/A", "None", "null", "nan", "NaN"];
    for cell in missing {
        let text = format!("lr,seed,val_loss\n0.1,1,0.5\n0.1,2,{cell}\n0.01,1,0.4\n0.01,2,0.3\n");
        let files = directory(&[("runs.csv", &text)]);
        let runs = open(&files, "runs.csv").unwrap();
        assert_eq!(runs.metrics(), ["val_loss"], "{cell}");
        let found = outcomes(&runs, &measure("val_loss", How::Value(At::Last))).unwrap();
        use Outcome::{Missing, Value};
        assert_eq!(found, [Value(0.5), Missing, Value(0.4), Value(0.3)], "{cell}");

        let rows = log(|model, seed, epoch| {
            let value = if epoch % 2 == 0 { epoch.to_string() } else { cell.into() };
            let lost = if model == "b" && seed == 1 && cell != "nan" && cell != "NaN" {
                cell
            } else {
                &value
            };
            format!("{model},{seed},{epoch},0.5,{lost}")
        });
        let files = directory(&[("log.csv", &format!("model,seed,epoch,loss,val_acc\n{rows}"))]);
        let runs = open(&files, "log.csv").unwrap();
        let found = outcomes(&runs, &measure("val_acc", How::Value(At::Last))).unwrap();
        assert_eq!((runs.len(), found[0]), (8, Value(10.0)), "{cell}");
        assert_eq!(found[4], if cell.eq_ignore_ascii_case("nan") { Value(10.0) } else { Missing });
        assert_eq!(runs.curves("val_acc").unwrap()[0].len(), 5, "{cell}");
    }
    let (_, lost) = Lost::split([Outcome::Missing, Outcome::Diverged].into_iter());
    assert_eq!(lost.words(9), "1 of the 9 trainings diverged and 1 has no value");
}

/// Our results where the metrics are measured every 4 epochs of 14.
fn sparse(early_stop: &str) -> TempDir {
    let mut trials = String::from(
        "trial_id,eta,early_stop,seed,status,epochs_trained,last_test_accuracy,last_validation_accuracy\n",
    );
    let mut epochs = String::from(
        "trial_id,eta,early_stop,seed,epoch,test_accuracy,validation_accuracy,seconds\n",
    );
    for (id, eta) in [("a", 0.1), ("b", 0.2)] {
        let stop = if id == "a" { early_stop } else { "" };
        trials += &format!("{id},{eta},{stop},1,finished,14,0.94,0.94\n");
        let values =
            [(3, 0.8, 0.8, 4.0), (7, 0.9, 0.95, 4.0), (11, 0.92, 0.95, 4.0), (13, 0.94, 0.94, 2.0)];
        for (epoch, test, validation, seconds) in values {
            epochs += &format!("{id},{eta},{stop},1,{epoch},{test},{validation},{seconds}\n");
        }
    }
    directory(&[("trials.csv", &trials), ("epochs.csv", &epochs)])
}

#[test]
fn epochs_to_a_threshold_are_those_trained() {
    let files = sparse("");
    let runs = open(&files, "").unwrap();
    let come = |how| runs.outcomes_spaced(&measure("test_accuracy", how), &[0, 1]).unwrap();
    let (found, spacing) = come(How::EpochsTo(0.9));
    assert_eq!(found[0], Outcome::Value(8.0));
    assert_eq!(spacing.unwrap().sentence(runs.unit()), "Measured every 4 epochs.");
    assert_eq!(come(How::SecondsTo(0.9)).0[0], Outcome::Value(8.0));
    assert_eq!(come(How::Value(At::Last)).1, None);
    // The file of epochs alone says the same.
    let alone = open(&files, "epochs.csv").unwrap();
    assert_eq!(
        outcomes(&alone, &measure("test_accuracy", How::EpochsTo(0.9))).unwrap()[0],
        found[0]
    );
    assert_eq!(alone.epochs(&[0, 1]), Some((14, 14)));
    // Of other programs, by where their logs begin.
    for (first, expected) in [(0, 8.0), (1, 7.0)] {
        let mut text = String::from("model,seed,epoch,score\n");
        for epoch in first..14 {
            let value = if epoch % 4 == 3 { format!("0.{epoch:02}") } else { String::new() };
            text += &format!("a,1,{epoch},{value}\n");
        }
        let files = directory(&[("log.csv", &text)]);
        let runs = open(&files, "log.csv").unwrap();
        let (found, spacing) =
            runs.outcomes_spaced(&measure("score", How::EpochsTo(0.05)), &[0]).unwrap();
        assert_eq!(found[0], Outcome::Value(expected), "from {first}");
        assert_eq!(spacing.unwrap().most, 4);
    }
}

#[test]
fn the_value_of_a_training_is_that_of_the_network_it_keeps() {
    let files = sparse("3");
    let runs = open(&files, "").unwrap();
    let at = |at: At| outcomes(&runs, &measure("test_accuracy", How::Value(at))).unwrap();
    use Outcome::Value;
    // The first of the two best.
    assert_eq!(at(At::BestOf("validation_accuracy".into())), [Value(0.9), Value(0.9)]);
    assert_eq!(at("kept".parse().unwrap()), [Value(0.9), Value(0.94)]);
    assert_eq!(
        (runs.default_at(&[0]), runs.default_at(&[1])),
        (At::BestOf("validation_accuracy".into()), At::Last)
    );
    assert_eq!(runs.default_at(&[0, 1]), "kept".parse().unwrap());
    // Without the epochs it cannot be said.
    let lone = directory(&[("trials.csv", &read(&files, "trials.csv"))]);
    let lone = open(&lone, "").unwrap();
    assert_eq!(lone.default_at(&[0]), At::Last);
    let best = measure("test_accuracy", How::Value(At::BestOf("validation_accuracy".into())));
    let error = outcomes(&lone, &best).unwrap_err().to_string();
    assert!(error.contains("trials.csv has one row a run and no epochs"), "{error}");
    // A log of another program, with a cost, and with a metric that was measured in other epochs.
    let text = "seed,epoch,val_loss,score,odd\n1,1,0.5,1,\n1,2,0.3,2,5\n1,3,0.3,3,\n";
    let files = directory(&[("log.csv", text)]);
    let runs = open(&files, "log.csv").unwrap();
    let at = |column: &str, chooser: &str| {
        outcomes(&runs, &measure(column, How::Value(At::BestOf(chooser.into()))))
    };
    assert_eq!(at("score", "val_loss").unwrap(), [Value(2.0)]);
    let error = at("odd", "score").unwrap_err().to_string();
    assert!(error.contains("run 1 has no odd for epoch 3, in which its score is best"), "{error}");
    assert!(runs.measure(&"score".parse().unwrap(), &"kept".parse().unwrap(), None).is_err());
}

fn read(directory: &TempDir, name: &str) -> String {
    fs::read_to_string(directory.path().join(name)).unwrap()
}

/// The courses of the loss in a log.
fn losses(text: &str) -> Result<Vec<Course>, String> {
    let directory = directory(&[("log.csv", text)]);
    let names = Names { metrics: vec!["loss".into()], ..Names::default() };
    let runs =
        Runs::open(&[directory.path().join("log.csv")], &names).map_err(|e| e.to_string())?;
    runs.curves("loss").map_err(|error| error.to_string())
}

#[test]
fn of_what_a_resumed_run_has_twice_the_later_counts() {
    let log = "epoch,loss\n0,0.9\n1,0.8\n2,0.7\n1,0.6\n2,0.5\n3,0.4\n";
    let course = vec![(0, 0.9), (1, 0.6), (2, 0.5), (3, 0.4)];
    assert_eq!(losses(log), Ok(vec![course]));
    // Two runs that nothing tells apart, one after the other and at the same time.
    let after = "epoch,loss\n0,0.9\n1,0.8\n0,0.7\n1,0.6\n2,0.5\n";
    let beside = "epoch,loss\n0,0.9\n0,0.8\n1,0.7\n1,0.6\n";
    for log in [after, beside] {
        assert!(losses(log).unwrap_err().contains("two rows for epoch"), "{log}");
    }
}

#[test]
fn half_empty_rows_of_an_epoch_are_one() {
    let log = "epoch,lr,loss,val_loss\n0,,0.9,\n0,,,0.8\n0,0.1,,\n1,,0.7,\n1,,,0.6\n1,0.1,,\n";
    assert_eq!(losses(log), Ok(vec![vec![(0, 0.9), (1, 0.7)]]));
    let steps = "epoch,loss,val_loss\n0,0.9,\n0,0.8,\n0,,0.8\n1,0.7,\n1,,0.6\n";
    assert!(losses(steps).unwrap_err().contains("two rows for epoch 0"));
    // A setting that some runs do not have is one all the same.
    let absent = "decay,seed,epoch,loss\n,1,0,0.9\n,1,1,0.8\n0.1,1,0,0.7\n0.1,1,1,0.6\n";
    assert_eq!(losses(absent).unwrap().len(), 2);
}

#[test]
fn what_was_not_trained_with_comes_first() {
    let text = "lr,seed,train_loss,seconds_test,val_loss,test_f1\n0.1,1,0.5,3,0.6,0.9\n0.1,2,0.5,4,0.6,0.8\n";
    let directory = directory(&[("log.csv", text)]);
    let metrics = open(&directory, "log.csv").unwrap().metrics();
    assert_eq!(metrics, ["val_loss", "test_f1", "train_loss", "seconds_test"]);
}

#[test]
fn rows_with_folds_are_told_by_them() {
    let text =
        "param_lr,split0_test_acc,split1_test_acc,mean_test_acc\n0.1,0.5,0.6,0.55\n0.2,x,0.8,0.7\n";
    let directory = directory(&[("cv.csv", text)]);
    let names = Names { metrics: vec!["test_acc".into()], ..Names::default() };
    let runs = Runs::open(&[directory.path().join("cv.csv")], &names).unwrap();
    assert_eq!((runs.len(), runs.setting("seed").unwrap().name.as_str()), (4, "fold"));
    assert_eq!(runs.metrics(), ["test_acc"]);
    // The row is that of the file, not of what is made of it.
    let wrong =
        outcomes(&runs, &measure("test_acc", How::Value(At::Last))).unwrap_err().to_string();
    assert!(wrong.contains("row 2: 'x' in column 'test_acc'"), "{wrong}");
    let text = "lr,fold,acc\n0.1,1,0.5\n0.1,2,0.6\n0.2,1,0.7\n0.2,2,0.8\n";
    std::fs::write(directory.path().join("long.csv"), text).unwrap();
    assert_eq!(open(&directory, "long.csv").unwrap().setting("seed").unwrap().name, "fold");
}
