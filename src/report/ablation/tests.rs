use super::*;
use crate::report::Role;
use crate::results::runs::{At, Better, MeasureText, Names};
use crate::rng::{Purpose, Stream};
use crate::stats::{confidence_interval, mean};
use std::fmt::Write;

/// A file of runs: (activation, eta, seed) and an accuracy for validation and test each.
fn runs(value: impl Fn(&str, f64, u64) -> Option<f64>) -> (tempfile::TempDir, Runs) {
    let mut text = String::from(
        "trial_id,activation,eta,seed,status,last_test_accuracy,last_validation_accuracy\n",
    );
    for activation in ["sigmoid", "tanh", "relu"] {
        for eta in [0.1, 1.0] {
            for seed in 1..=10 {
                let id = format!("{activation}{eta}{seed}");
                let (status, cells) = match value(activation, eta, seed) {
                    Some(value) => ("finished", format!("{value},{}", value + 0.01)),
                    None => ("diverged", ",".into()),
                };
                writeln!(text, "{id},{activation},{eta},{seed},{status},{cells}").unwrap();
            }
        }
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("trials.csv"), text).unwrap();
    let runs = Runs::open(&[directory.path().into()], &Names::default()).unwrap();
    (directory, runs)
}

/// tanh as sigmoid but for noise, relu better by 0.02; eta = 1 worse by 0.1.
fn accuracy(activation: &str, eta: f64, seed: u64) -> Option<f64> {
    let shift = if activation == "relu" { 0.02 } else { 0.0 };
    let noise = Stream::new(seed, Purpose::Weights, u32::from(activation.as_bytes()[0])).gaussian();
    Some(0.9 + shift - if eta == 1.0 { 0.1 } else { 0.0 } + 0.001 * noise)
}

fn request() -> Request {
    Request {
        by: vec!["activation".into()],
        conditions: vec![("eta".into(), vec!["0.1".into()])],
        ..Request::default()
    }
}

#[test]
fn cells_are_means_and_differences_over_seeds() {
    let (_directory, runs) = runs(accuracy);
    let table = Ablation::new(&runs, &request()).unwrap();
    assert_eq!(table.rows, [["sigmoid"], ["tanh"], ["relu"]].map(|row| row.map(String::from)));
    let sample =
        |activation| (1..=10).map(|s| accuracy(activation, 0.1, s).unwrap()).collect::<Vec<_>>();
    let (sigmoid, relu) = (sample("sigmoid"), sample("relu"));
    let cell = table.cells[2][0].as_ref().unwrap();
    assert_eq!((cell.n, cell.mean, cell.lost.any()), (10, Some(mean(&relu)), false));
    assert_eq!(cell.interval, confidence_interval(&relu, 0.95));
    let differences: Vec<f64> = relu.iter().zip(&sigmoid).map(|(a, b)| a - b).collect();
    let versus = cell.versus.as_ref().unwrap();
    assert_eq!((versus.n, versus.mean), (10, mean(&differences)));
    assert_eq!(versus.interval, confidence_interval(&differences, 0.95));
    assert!(versus.p.unwrap() < 1e-6 && versus.p_better == Some(1.0));
    assert!(table.cells[1][0].as_ref().unwrap().versus.as_ref().unwrap().p.unwrap() > 0.05);
    let best: Vec<bool> = table.cells.iter().map(|row| row[0].as_ref().unwrap().best).collect();
    assert_eq!((best, table.comparisons), (vec![false, false, true], 2));
}

#[test]
fn what_cannot_be_told_from_the_best_is_as_good() {
    let (_directory, runs) = runs(accuracy);
    let table = Ablation::new(
        &runs,
        &Request {
            conditions: vec![
                ("eta".into(), vec!["0.1".into()]),
                ("activation".into(), vec!["sigmoid".into(), "tanh".into()]),
            ],
            ..request()
        },
    );
    let table = table.unwrap();
    assert!(table.cells.iter().all(|row| row[0].as_ref().unwrap().best));
}

#[test]
fn costs_are_best_when_low() {
    let text = "opt,seed,loss\n".to_string()
        + &(1..=8)
            .map(|s| format!("a,{s},{}\nb,{s},{}\n", s as f64 * 0.01 + 0.5, s as f64 * 0.012 + 0.7))
            .collect::<String>();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text).unwrap();
    let table =
        Ablation::new(&Runs::open(&[path], &Names::default()).unwrap(), &Request::default())
            .unwrap();
    assert_eq!(table.measure.column, "loss");
    assert!(table.cells[0][0].as_ref().unwrap().best && !table.cells[1][0].as_ref().unwrap().best);
    assert_eq!(table.cells[1][0].as_ref().unwrap().versus.as_ref().unwrap().p_better, Some(0.0));
}

#[test]
fn a_diverged_training_leaves_no_mean_over_the_others() {
    let (_directory, runs) = runs(|activation, eta, seed| {
        (activation != "relu" || seed != 3).then(|| accuracy(activation, eta, seed).unwrap())
    });
    let table = Ablation::new(&runs, &request()).unwrap();
    let relu = table.cells[2][0].as_ref().unwrap();
    assert_eq!((relu.n, relu.lost.diverged, relu.mean, relu.best), (10, 1, None, false));
    assert_eq!(relu.versus, None);
    let text = table.render(Format::Text).replace('\n', " ");
    assert!(text.contains("1/10") && text.contains("1 of the 30 trainings diverged"), "{text}");
}

#[test]
fn too_few_seeds_get_no_p_value() {
    let (_directory, runs) = runs(accuracy);
    let few = |test, seeds: &[&str]| {
        let seeds = seeds.iter().map(|s| s.to_string()).collect();
        let conditions =
            vec![("eta".to_string(), vec!["0.1".to_string()]), ("seed".to_string(), seeds)];
        Ablation::new(&runs, &Request { conditions, test, ..request() }).unwrap()
    };
    let five = few(TestKind::T, &["1", "2", "3", "4", "5"]);
    assert!(five.cells.iter().flatten().flatten().all(|cell| !cell.best));
    let text = five.render(Format::Text).replace('\n', " ");
    assert!(
        text.contains("No p values: 5 pairs are too few to test 2 comparisons (it takes 6)"),
        "{text}"
    );
    // Three comparisons between rows need 7 pairs of an exact test, two with the baseline 7 too.
    let six = few(TestKind::Wilcoxon, &["1", "2", "3", "4", "5", "6"]);
    let text = six.render(Format::Text).replace('\n', " ");
    assert!(text.contains("6 pairs are too few to test 2 comparisons (it takes 7)"), "{text}");
    let seven = few(TestKind::Wilcoxon, &["1", "2", "3", "4", "5", "6", "7"]);
    assert!(seven.cells[2][0].as_ref().unwrap().versus.as_ref().unwrap().p.unwrap() < 0.05);
}

#[test]
fn what_varies_besides_is_averaged_within_a_seed() {
    let (_directory, runs) = runs(accuracy);
    let request = Request { vs: Role::None, ..Request { conditions: vec![], ..request() } };
    let table = Ablation::new(&runs, &request).unwrap();
    let cell = table.cells[0][0].as_ref().unwrap();
    // Ten seeds, not twenty runs.
    assert_eq!(cell.n, 10);
    let first = cell.sample[0].1;
    let expected =
        (accuracy("sigmoid", 0.1, 1).unwrap() + accuracy("sigmoid", 1.0, 1).unwrap()) / 2.0;
    assert!((first - expected).abs() < 1e-15);
    assert!(table.render(Format::Markdown).contains("average over eta (2)"));
}

#[test]
fn tuning_chooses_with_seeds_that_it_does_not_report() {
    // On the tuning seeds eta = 1 is the best for tanh, on the others the worst.
    let (_directory, runs) = runs(|activation, eta, seed| {
        let base = accuracy(activation, eta, seed).unwrap();
        Some(if activation == "tanh" && eta == 1.0 && seed <= 4 { base + 0.15 } else { base })
    });
    let tune = Tune {
        settings: vec!["eta".into()],
        metric: "validation_accuracy".parse().unwrap(),
        seeds: None,
    };
    let request = Request { conditions: vec![], tune: Some(tune), ..request() };
    let table = Ablation::new(&runs, &request).unwrap();
    let cells: Vec<_> = table.cells.iter().map(|row| row[0].as_ref().unwrap()).collect();
    let chosen: Vec<&str> = cells.iter().map(|cell| cell.tuned[0].1.as_str()).collect();
    assert_eq!(chosen, ["0.1", "1", "0.1"]);
    assert!(cells.iter().all(|cell| cell.n == 6));
    // The winner's curse is not reported: the fresh seeds say what it is worth.
    assert!(cells[1].mean.unwrap() < 0.82);
    assert_eq!(table.facts.tuning_seeds, ["1", "2", "3", "4"]);
}

#[test]
fn without_a_word_rows_columns_and_tuning_are_chosen() {
    let (_directory, runs) = runs(accuracy);
    let table = Ablation::new(&runs, &Request::default()).unwrap();
    assert_eq!(
        table.request.options().join(" "),
        "--by activation --vs eta --metric test_accuracy --at last"
    );
}

#[test]
fn one_factor_at_a_time() {
    let mut text = String::from("trial_id,dropout,lambda,eta,seed,status,last_test_accuracy\n");
    let rows = [(0.5, 5.0, 0.1), (0.0, 5.0, 0.1), (0.5, 0.0, 0.1), (0.5, 5.0, 0.3)];
    for (i, (dropout, lambda, eta)) in rows.iter().enumerate() {
        for seed in 1..=3 {
            let value = 0.9 - 0.01 * i as f64 + 0.001 * seed as f64;
            writeln!(text, "{i}{seed},{dropout},{lambda},{eta},{seed},finished,{value}").unwrap();
        }
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("trials.csv"), text).unwrap();
    let runs = Runs::open(&[directory.path().into()], &Names::default()).unwrap();
    let request = Request { leave_one_out: Some(vec![]), ..Request::default() };
    let table = Ablation::new(&runs, &request).unwrap();
    let rows: Vec<&str> = table.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(rows, ["full", "− dropout", "− lambda", "eta = 0.3"]);
    assert_eq!(table.baseline, Some(0));
    // Of two configurations either could be the base.
    let two = Request {
        conditions: vec![("eta".into(), vec!["0.1".into()]), ("lambda".into(), vec!["5".into()])],
        ..request.clone()
    };
    let error = Ablation::new(&runs, &two).unwrap_err().to_string();
    assert!(error.contains("--leave-one-out dropout=…"), "{error}");
    let said = Request { leave_one_out: Some(vec![("dropout".into(), "0".into())]), ..two };
    assert_eq!(Ablation::new(&runs, &said).unwrap().rows[1], ["dropout = 0.5"]);
}

#[test]
fn every_format_has_every_row() {
    let (_directory, runs) = runs(accuracy);
    for vs in [Role::Auto, Role::Named("eta".into())] {
        let conditions = if vs.named().is_some() { vec![] } else { request().conditions };
        let table = Ablation::new(&runs, &Request { vs, conditions, ..request() }).unwrap();
        for format in [
            Format::Text,
            Format::Markdown,
            Format::Latex,
            Format::Csv,
            Format::Typst,
            Format::Html,
        ] {
            let text = table.render(format);
            for word in ["sigmoid", "tanh", "relu"] {
                assert!(text.contains(word), "{format:?}: {text}");
            }
        }
        let latex = table.render(Format::Latex);
        assert!(
            latex.contains("\\toprule")
                && latex.contains("S[table-format=2.2(")
                && latex.contains("+-")
        );
        assert!(latex.is_ascii(), "{latex}");
        assert_eq!(latex.matches('{').count(), latex.matches('}').count());
    }
}

#[test]
fn the_csv_has_the_promised_columns_with_numbers_in_full() {
    let (_directory, runs) = runs(accuracy);
    let table = Ablation::new(
        &runs,
        &Request { conditions: vec![], vs: Role::Named("eta".into()), ..request() },
    );
    let text = table.unwrap().render(Format::Csv);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
    assert_eq!(
        header,
        "activation,eta,n,mean,ci_low,ci_high,difference,difference_low,difference_high,p_holm,pairs,detectable,\
         pairs_needed,differs,best,diverged"
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6);
    let sample: Vec<f64> = (1..=10).map(|s| accuracy("tanh", 1.0, s).unwrap()).collect();
    assert_eq!((&rows[3][0], &rows[3][1]), ("tanh", "1"));
    assert_eq!(rows[3][3].parse::<f64>().unwrap(), mean(&sample));
}

#[test]
fn bad_requests_name_what_is_wrong() {
    let (_directory, runs) = runs(accuracy);
    let error = |request: Request| Ablation::new(&runs, &request).unwrap_err().to_string();
    let by = |by: &str| Request { by: vec![by.into()], ..request() };
    assert!(error(by("activatoin")).contains("did you mean 'activation'?"));
    assert!(
        error(Request { baseline: Some("gelu".into()), ..request() })
            .contains("sigmoid; tanh; relu")
    );
    let value = vec![("eta".to_string(), vec!["7".to_string()])];
    assert!(error(Request { conditions: value, ..request() }).contains("0.1, 1"));
    assert!(
        error(Request { vs: Role::Named("activation".into()), ..request() })
            .contains("asked for twice")
    );
    let metric: MeasureText = "training_cost".parse().unwrap();
    let text = error(Request { metric: Some(metric), at: Some(At::Last), ..request() });
    assert!(text.contains("not monitored; there are test_accuracy, validation_accuracy"), "{text}");
    assert!(error(Request { pair_by: "run".into(), ..request() }).contains("--pair-by"));
}

#[test]
fn a_setting_that_follows_from_the_rows_is_not_averaged_over() {
    let mut text = String::from("optimizer,eta,seed,loss\n");
    for (optimizer, eta) in [("sgd", 0.1), ("adam", 0.001)] {
        for seed in 1..=6 {
            writeln!(text, "{optimizer},{eta},{seed},{}", eta + 0.01 * f64::from(seed)).unwrap();
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text).unwrap();
    let runs = Runs::open(&[path], &Names::default()).unwrap();
    let table = Ablation::new(&runs, &Request::default()).unwrap();
    assert_eq!(table.request.options().join(" "), "--by optimizer --metric loss --at last");
    let text = table.render(Format::Text);
    assert!(text.starts_with('┌') && !text.contains("average"), "{text}");
    // One row a run: there is no last epoch.
    assert!(text.contains("\nLoss: mean"), "{text}");
}

#[test]
fn verdicts_say_what_is_best_and_what_is_not_told_from_it() {
    let (_directory, runs) = runs(accuracy);
    let verdict = |request: Request| Ablation::new(&runs, &request).unwrap().verdict();
    let words = verdict(request());
    assert_eq!(words.len(), 2);
    assert!(words[1].starts_with("Whatever is best of 3 by the numbers shown was also lucky"));
    assert!(
        words[0].starts_with("relu is best with 91.9")
            && words[0].ends_with("better than sigmoid and tanh."),
        "{words:?}"
    );
    let by_eta = Request { conditions: vec![], vs: Role::Named("eta".into()), ..request() };
    let words = verdict(by_eta.clone());
    assert!(
        words[0].starts_with("eta = 0.1: relu is best") && words[1].starts_with("eta = 1: relu"),
        "{words:?}"
    );
    let short = Ablation::new(&runs, &by_eta).unwrap().short_verdict();
    assert!(
        short.starts_with("best mean: relu at eta = 0.1, 91.9")
            && short.ends_with("(best of 6, so optimistic), told from all others"),
        "{short}"
    );
    let both = ("activation".to_string(), vec!["sigmoid".to_string(), "tanh".into()]);
    let two = Request { conditions: vec![both, request().conditions.remove(0)], ..request() };
    assert!(verdict(two)[0].contains("but cannot be told from"));
    let few = ("seed".to_string(), vec!["1".to_string(), "2".into()]);
    let few = Request { conditions: vec![few, request().conditions.remove(0)], ..request() };
    assert!(verdict(few)[0].contains("too few seeds to tell it"));
}

/// A table of the runs in a file of another program.
fn table(text: &str, request: &Request) -> Result<Ablation, AblationError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text).unwrap();
    Ablation::new(&Runs::open(&[path], &request.names()).unwrap(), request)
}

#[test]
fn what_was_not_tested_is_not_called_worse() {
    let mut text = String::from("model,seed,loss\n");
    for seed in 1..=8 {
        let noise = 0.01 * f64::from(seed % 3);
        writeln!(text, "a,{seed},{}\nb,{seed},{}", 0.5 + noise, 0.4 + 1.1 * noise).unwrap();
        if seed <= 3 {
            writeln!(text, "c,{seed},{}", 0.45 + noise).unwrap();
        }
    }
    let made = table(&text, &Request::default()).unwrap();
    let standing: Vec<Standing> =
        made.cells.iter().map(|row| row[0].as_ref().unwrap().standing).collect();
    assert_eq!(standing, [Standing::Worse, Standing::Best, Standing::Untested]);
    assert_eq!(
        made.verdict()[..1],
        [
            "b is best with 0.41238 ± 0.00767, better than a; too few seeds in common to compare it with c."
        ]
    );
    let words = made.render(Format::Text).replace('\n', " ");
    assert!(words.contains("over those that both have"), "{words}");
    // So many pairs stand in the table.
    assert!(words.contains("┆ pairs │"), "{words}");
    assert!(words.contains("┆     8 │") && words.contains("┆     3 │"), "{words}");
    assert!(words.contains("Without a p value where fewer than 6 pairs are too few"), "{words}");
}

#[test]
fn a_better_mean_over_other_seeds_is_not_better_in_pairs() {
    // Where both have a seed, b is better by 0.02; a has the easy seeds besides.
    let mut text = String::from("model,seed,accuracy\n");
    for seed in 1..=20 {
        let easy = if seed > 8 { 0.1 } else { 0.0 };
        let noise = 0.001 * f64::from(seed % 5);
        writeln!(text, "a,{seed},{}", 0.8 + easy + noise).unwrap();
        if seed <= 8 {
            writeln!(text, "b,{seed},{}", 0.82 + 1.1 * noise).unwrap();
        }
    }
    let made = table(&text, &Request::default()).unwrap();
    let b = made.cells[1][0].as_ref().unwrap();
    assert!(b.versus.as_ref().unwrap().mean > 0.0 && b.versus.as_ref().unwrap().p.unwrap() < 0.001);
    assert_eq!((b.standing, b.best), (Standing::Tied, true));
    let a = made.cells[0][0].as_ref().unwrap();
    assert_eq!((a.standing, a.best, a.beaten_by), (Standing::Best, false, Some(1)));
    let verdict = made.verdict();
    assert!(
        verdict[0].contains("has the best mean")
            && verdict[0].contains("but b is better on the seeds")
    );
}

#[test]
fn tuning_takes_no_settings_that_it_has_no_seeds_of() {
    let rows = |runs: &[(&str, f64, std::ops::RangeInclusive<u32>)]| {
        let mut text = String::from("model,eta,seed,test_accuracy,validation_accuracy\n");
        for (model, eta, seeds) in runs {
            for seed in seeds.clone() {
                let value = if *eta == 10.0 { 0.95 } else { 0.5 } + 0.001 * f64::from(seed);
                writeln!(text, "{model},{eta},{seed},{value},{value}").unwrap();
            }
        }
        text
    };
    let tune = Tune {
        settings: vec!["eta".into()],
        metric: "validation_accuracy".parse().unwrap(),
        seeds: None,
    };
    let request = Request { by: vec!["model".into()], tune: Some(tune), ..Request::default() };
    // b has none of the seeds 1 to 4 with either.
    let text =
        rows(&[("a", 0.1, 1..=10), ("a", 10.0, 1..=10), ("b", 0.1, 5..=10), ("b", 10.0, 5..=10)]);
    let error = table(&text, &request).unwrap_err().to_string();
    assert!(
        error.contains("the row b has no run with a value and one of the seeds 1, 2, 3, 4"),
        "{error}"
    );
    // With 10 b has one of them, with 0.1 none.
    let text =
        rows(&[("a", 0.1, 1..=10), ("a", 10.0, 1..=10), ("b", 0.1, 5..=10), ("b", 10.0, 4..=10)]);
    let made = table(&text, &request).unwrap();
    assert_eq!(made.cells[1][0].as_ref().unwrap().tuned[0].1, "10");
}

#[test]
fn the_half_interval_is_not_that_of_a_cut_one() {
    let text = "model,seed,accuracy\na,1,0.9757\na,2,1.0\na,3,0.9892\n";
    let made = table(text, &Request::default()).unwrap();
    let cell = made.cells[0][0].as_ref().unwrap();
    let interval = confidence_interval(&cell.values(), 0.95).unwrap();
    assert!(interval.high > 1.0);
    assert_eq!((cell.half, cell.interval.unwrap().high), (Some(interval.half_width()), 1.0));
    let words = made.render(Format::Text).replace('\n', " ");
    assert!(
        words.contains("98.8 [95.8, 100.0]") && words.contains("Brackets: the interval"),
        "{words}"
    );
    assert!(made.render(Format::Latex).contains("{\\bfseries ").eq(&false));
    assert!(made.render(Format::Latex).contains("{98.8 {[}95.8, 100.0{]}}"));
}

#[test]
fn an_interval_is_not_cut_where_values_lie_beyond() {
    // Another program's cost may be negative, and its adjusted accuracy too.
    for column in ["test_cost", "adjusted_accuracy"] {
        let text = format!("model,seed,{column}\na,1,-0.5\na,2,-0.4\na,3,-0.7\n");
        let request = Request { also: vec![Also::Prediction], ..Request::default() };
        let made = table(&text, &request).unwrap();
        let cell = made.cells[0][0].as_ref().unwrap();
        assert_eq!(cell.interval, confidence_interval(&cell.values(), 0.95));
        assert!(cell.interval.unwrap().high < 0.0, "{column}");
        assert!(!made.render(Format::Csv).contains(",0.0"), "{}", made.render(Format::Csv));
    }
}

#[test]
fn small_numbers_keep_their_digits_and_close_values_their_names() {
    let text = "lr,seed,loss\n0.12341,1,1e-8\n0.12342,1,2.5e-8\n";
    let request = Request { by: vec!["lr".into()], ..Request::default() };
    let made = table(text, &request).unwrap();
    assert_eq!(made.rows, [["0.12341"], ["0.12342"]].map(|row| row.map(String::from)));
    let words = made.render(Format::Text);
    assert!(words.contains("2.500") && words.contains("loss (10⁻⁸)"), "{words}");
}

#[test]
fn tables_can_be_referred_to_and_fit_the_terminal() {
    let (_directory, runs) = runs(accuracy);
    let request = Request { conditions: vec![], vs: Role::Named("eta".into()), ..request() };
    let table = Ablation::new(&runs, &request).unwrap();
    assert!(table.render(Format::Latex).contains("\\label{tab:test-accuracy-by-activation}"));
    assert!(table.render(Format::Typst).trim_end().ends_with("<tab-test-accuracy-by-activation>"));
    let also = vec![Also::Std, Also::Median, Also::Iqm, Also::Prediction, Also::Detectable];
    for request in [Request { also, vs: Role::None, ..request.clone() }, request] {
        let text = Ablation::new(&runs, &request).unwrap().render(Format::Text);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 80, "{text}");
    }
    // No space in a number of Typst may become the end of a line.
    assert!(table.render(Format::Typst).contains("~±~"));
}

#[test]
fn the_direction_can_be_said() {
    let mut text = String::from("model,seed,merit\n");
    for seed in 1..=7 {
        writeln!(
            text,
            "a,{seed},{}\nb,{seed},{}",
            1.0 + 0.01 * f64::from(seed),
            2.0 + 0.013 * f64::from(seed)
        )
        .unwrap();
    }
    let best = |better| {
        let made = table(&text, &Request { better, ..Request::default() }).unwrap();
        made.cells.iter().map(|row| row[0].as_ref().unwrap().best).collect::<Vec<_>>()
    };
    assert_eq!(best(Some(Better::Higher)), [false, true]);
    assert_eq!(best(Some(Better::Lower)), [true, false]);
    // What nobody says is not guessed.
    assert_eq!(best(None), [false, false]);
    let unknown =
        table(&text, &Request { also: vec![Also::PBetter], ..Request::default() }).unwrap();
    let caption = unknown.render(Format::Text).replace('\n', " ");
    assert!(
        caption.contains("none is called the best: --better lower or --better higher"),
        "{caption}"
    );
    let versus = unknown.cells[1][0].as_ref().unwrap().versus.as_ref().unwrap();
    assert!(
        versus.p.unwrap() < 0.001 && versus.p_better.is_none(),
        "a difference has no direction"
    );
    assert!(unknown.verdict()[0].starts_with("No row is called the best"));
    assert!(unknown.short_verdict().starts_with("no best row"));
}

#[test]
fn conditions_and_bases_name_what_is_there() {
    let mut text = String::from("act,layers,eta,seed,loss\n");
    for layers in ["\"[784, 30]\"", "\"[784, 100]\""] {
        for eta in [0.25, 2.5] {
            for seed in 1..=2 {
                writeln!(text, "relu,{layers},{eta},{seed},{}", eta + f64::from(seed)).unwrap();
            }
        }
    }
    let given = |name: &str, values: &[&str]| {
        let values = values.iter().map(|value| value.to_string()).collect();
        Request { conditions: vec![(name.to_string(), values)], ..Request::default() }
    };
    // Not rounded to a value that is another one.
    let error = table(&text, &given("eta", &["2"])).unwrap_err().to_string();
    assert!(error.contains("eta is never '2'; its values are 0.25, 2.5"), "{error}");
    // A value with a comma is one value.
    let made = table(&text, &given("layers", &["[784", " 30]"])).unwrap();
    assert_eq!(made.facts.runs, 4);
    let base = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Request { leave_one_out: Some(pairs.collect()), ..Request::default() }
    };
    let full = [("eta", "2.5"), ("layers", "[784, 30]")];
    assert_eq!(table(&text, &base(&full)).unwrap().rows.len(), 3);
    let error = table(&text, &base(&[("act", "tanh"), full[0], full[1]])).unwrap_err().to_string();
    assert!(error.contains("act is never 'tanh'"), "{error}");
    let error = table(&text, &base(&[("seed", "1"), full[0], full[1]])).unwrap_err().to_string();
    assert!(error.contains("seed=1: seed pairs the runs"), "{error}");
    // LaTeX would take a bracket at the beginning of a row for its own.
    let latex = table(&text, &Request { by: vec!["layers".into()], ..Request::default() }).unwrap();
    assert!(latex.render(Format::Latex).contains("\n    {[}784, 30{]} & "));
}

#[test]
fn many_configurations_are_no_cliff() {
    let mut text = String::from("config,seed,loss\n");
    for config in 0..3000 {
        for seed in 1..=3 {
            writeln!(text, "c{config},{seed},{}", config as f64 * 1e-3 + f64::from(seed)).unwrap();
        }
    }
    let made = table(&text, &Request::default()).unwrap();
    assert_eq!((made.rows.len(), made.levels.selection), (3000, None));
    let caption = made.render(Format::Text).replace('\n', " ");
    assert!(caption.contains("Nothing is marked: 3000 rows are too many"));
}

/// Rows a and b of some pairs in a file of another program.
fn pairs(column: &str, pairs: &[(f64, f64)], test: TestKind) -> Ablation {
    let mut text = format!("arm,seed,{column}\n");
    for (seed, (a, b)) in pairs.iter().enumerate() {
        writeln!(text, "a,{seed},{a}\nb,{seed},{b}").unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text).unwrap();
    let runs = Runs::open(&[path], &Names::default()).unwrap();
    Ablation::new(&runs, &Request { test, ..Request::default() }).unwrap()
}

#[test]
fn what_only_rounding_makes_different_is_no_difference() {
    let noise = |i: usize| 0.01 * [0.0, 3.0, 1.0, 4.0, 1.0, 5.0, 9.0][i];
    let even: Vec<(f64, f64)> = (0..7).map(|i| (0.3 + noise(i), 0.1 + 0.2 + noise(i))).collect();
    let ahead: Vec<(f64, f64)> = (0..7).map(|i| (0.95 + noise(i), 0.9 + noise(i) + 0.03)).collect();
    for test in [TestKind::T, TestKind::Wilcoxon, TestKind::Sign] {
        let table = pairs("score", &even, test);
        let cell = table.cells[1][0].as_ref().unwrap();
        let versus = cell.versus.as_ref().unwrap();
        assert_eq!((versus.mean, versus.p, versus.effect), (0.0, Some(1.0), None), "{test:?}");
        assert!(cell.best && table.cells[0][0].as_ref().unwrap().best);

        let table = pairs("score", &ahead, test);
        let cell = table.cells[1][0].as_ref().unwrap();
        let exact = (test != TestKind::T).then_some(2.0 / 128.0);
        assert_eq!(cell.versus.as_ref().unwrap().p, exact, "{test:?}");
        let text = table.render(Format::Text).replace('\n', " ");
        assert_eq!(
            text.contains("a t test has no spread to judge it by"),
            exact.is_none(),
            "{text}"
        );
        assert!(!cell.best && !text.contains("too few"), "{text}");
        let verdict = table.verdict().join(" ");
        assert!(
            exact.is_some() || verdict.contains("b is behind by the same for every seed"),
            "{verdict}"
        );
    }
}

#[test]
fn layers_are_a_setting_like_any_other() {
    let mut text =
        String::from("trial_id,activation,eta,seed,epochs_trained,layer,weight_gradient_norm\n");
    for activation in ["sigmoid", "relu"] {
        for (seed, layer) in (1..=7).flat_map(|seed| [(seed, 1), (seed, 2)]) {
            for trained in 0..=1 {
                let norm = f64::from(layer * 10 + trained) + 0.1 * f64::from(seed);
                let id = format!("{activation}{seed}");
                writeln!(text, "{id},{activation},0.1,{seed},{trained},{layer},{norm}").unwrap();
            }
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("layers.csv");
    std::fs::write(&path, text).unwrap();
    let table = |request: Request| {
        let runs = Runs::open(std::slice::from_ref(&path), &request.names()).unwrap();
        Ablation::new(&runs, &request).unwrap()
    };
    let made = table(Request::default());
    assert_eq!(
        made.request.options().join(" "),
        "--by activation --vs layer --metric weight_gradient_norm --at last"
    );
    let means: Vec<f64> = made.cells[0].iter().filter_map(|cell| cell.as_ref()?.mean).collect();
    assert!((means[0] - 11.4).abs() < 1e-12 && (means[1] - 21.4).abs() < 1e-12, "{means:?}");
    let caption = made.render(Format::Text).replace('\n', " ");
    assert!(caption.contains("None of the 14 trainings diverged."), "{caption}");
    assert!(caption.contains("Neither small nor large values are better."), "{caption}");
    let condition = ("activation".to_string(), vec!["relu".to_string()]);
    let at = Some(At::Epoch(0));
    let made = table(Request { conditions: vec![condition], at, ..Request::default() });
    assert_eq!(made.request.by, ["layer"]);
    assert_eq!(made.rows, [["1"], ["2"]]);
    assert!((made.cells[0][0].as_ref().unwrap().mean.unwrap() - 10.4).abs() < 1e-12);
}

/// Rows of these means with noise by seed of these spreads, and what they have in common.
fn noisy(rows: &[(f64, f64)], seeds: u64, column: &str) -> String {
    let mut text = format!("row,seed,{column}\n");
    for (row, (mean, spread)) in rows.iter().enumerate() {
        for seed in 1..=seeds {
            let noise = Stream::new(seed, Purpose::Weights, row as u32).gaussian();
            let value = mean + spread * noise;
            writeln!(text, "r{row:02},{seed},{value}").unwrap();
        }
    }
    text
}

#[test]
fn of_many_rows_those_far_behind_are_not_marked() {
    // One that learns in some trainings and not in others, among sixty of which most do not.
    let mut rows = vec![(0.1, 0.004); 60];
    rows.extend([(0.48, 0.17), (0.960, 0.003), (0.961, 0.003)]);
    let made = table(&noisy(&rows, 10, "test_accuracy"), &Request::default()).unwrap();
    let best: Vec<usize> = (0..63).filter(|&r| made.cells[r][0].as_ref().unwrap().best).collect();
    assert_eq!(best, [61, 62]);
    let selection = made.levels.selection.unwrap();
    assert_eq!((selection.each, made.levels.stars), (0.025 / 62.0, 0.025));
    let caption = made.render(Format::Text).replace('\n', " ");
    assert!(caption.contains("is among those marked with a confidence of 97.5 %"), "{caption}");
    assert!(caption.contains("p < 0.000403"), "{caption}");
    assert!(caption.contains("wrong about anything in at most 5 % of such tables"), "{caption}");
}

/// Families of equal rows: any star and any row that is not marked is an error.
#[test]
fn stars_and_marks_together_are_wrong_in_five_of_a_hundred_tables() {
    const FAMILIES: u64 = 500;
    let mut stream = Stream::new(11, Purpose::Weights, 0);
    for (test, k) in [(TestKind::T, 4), (TestKind::Wilcoxon, 4), (TestKind::T, 2)] {
        let mut wrong = 0;
        for _ in 0..FAMILIES {
            let mut text = String::from("row,seed,accuracy\n");
            for seed in 1..=10 {
                let common = stream.gaussian();
                for row in 0..k {
                    let value = 0.9 + 0.005 * common + 0.01 * stream.gaussian();
                    writeln!(text, "r{row},{seed},{value}").unwrap();
                }
            }
            let made = table(&text, &Request { test, ..Request::default() }).unwrap();
            let error = |cell: &Cell| {
                !cell.best || cell.versus.as_ref().is_some_and(|v| v.is_starred(made.levels))
            };
            wrong += u32::from(made.cells.iter().flatten().flatten().any(error));
        }
        // Standard error 1 point.
        let percent = 100.0 * f64::from(wrong) / FAMILIES as f64;
        assert!(percent < 7.0, "{test:?}, {k} rows: {percent} % of families");
    }
}

#[test]
fn why_nothing_is_marked_is_said() {
    let rows = [(0.9, 0.01), (0.8, 0.01), (0.7, 0.01)];
    let request = |test| Request { test, ..Request::default() };
    let caption = |seeds, test| {
        let made = table(&noisy(&rows, seeds, "accuracy"), &request(test)).unwrap();
        made.render(Format::Text).replace('\n', " ")
    };
    let words = caption(4, TestKind::T);
    assert!(words.contains("Nothing is marked: 4 pairs are too few for the paired t test to tell rows apart (it takes 6)"), "{words}");
    let words = caption(7, TestKind::Wilcoxon);
    assert!(
        words.contains("Nothing is marked: 7 pairs are too few") && words.contains("(it takes 8)"),
        "{words}"
    );
    let words = caption(9, TestKind::Wilcoxon);
    assert!(
        words.contains(
            "one-sided exact Wilcoxon signed-rank test: a row goes where another beats it"
        ),
        "{words}"
    );
}

#[test]
fn what_was_chosen_by_the_numbers_shown_says_so_and_validation_chooses() {
    let mut text = String::from("epoch,seed,test_acc,val_acc\n");
    for seed in 1..=3 {
        for epoch in 0..5 {
            let wave = f64::from((epoch * 7 + seed * 3) % 5);
            writeln!(text, "{epoch},{seed},{},{}", 0.9 + 0.01 * wave, 0.9 - 0.01 * wave).unwrap();
        }
    }
    let at = |metric: &str, at| Request {
        metric: Some(metric.parse().unwrap()),
        at: Some(at),
        ..Request::default()
    };
    let made = table(&text, &at("test_acc", At::Best)).unwrap();
    assert_eq!(made.request.at, Some(At::BestOf("val_acc".into())));
    let caption =
        |request: &Request| table(&text, request).unwrap().render(Format::Text).replace('\n', " ");
    let words = caption(&at("test_acc", At::Best));
    assert!(
        words.contains("the epoch of the best val acc") && !words.contains("flatter"),
        "{words}"
    );
    let words = caption(&at("test_acc", At::BestOf("test_acc".into())));
    assert!(
        words.contains("The test set chose the epoch that is shown, so that its numbers flatter"),
        "{words}"
    );
    let words = caption(&at("val_acc", At::Best));
    assert!(words.contains("Each training shows its best epoch by this very metric"), "{words}");
}

#[test]
fn captions_speak_of_what_pairs_the_runs() {
    let mut text = String::from("method,dataset,accuracy\n");
    for (place, dataset) in ["iris", "wine", "glass", "yeast", "heart", "vowel"].iter().enumerate()
    {
        for (method, shift) in [("a", 0.0), ("b", 0.01)] {
            let noise = Stream::new(place as u64, Purpose::Weights, method.as_bytes()[0].into());
            let value = 0.8 + shift + 0.01 * { noise }.gaussian();
            writeln!(text, "{method},{dataset},{value}").unwrap();
        }
    }
    let request = Request { pair_by: "dataset".into(), ..Request::default() };
    let words = table(&text, &request).unwrap().render(Format::Text).replace('\n', " ");
    assert!(words.contains("over 6 datasets.") && words.contains("paired by dataset"), "{words}");
    assert!(!words.contains("seed"), "{words}");
}

#[test]
fn folds_of_a_cross_validation_are_corrected_for() {
    let text = noisy(&[(0.90, 0.01), (0.91, 0.01)], 10, "accuracy").replace("seed", "fold");
    let by =
        |pair_by: &str, folds| Request { pair_by: pair_by.into(), folds, ..Request::default() };
    let made = table(&text, &by("fold", None)).unwrap();
    let plain = table(&text.replace("fold", "seed"), &by("seed", None)).unwrap();
    let of = |made: &Ablation| {
        let cell = made.cells[1][0].as_ref().unwrap();
        (cell.half.unwrap(), cell.versus.as_ref().unwrap().interval.unwrap().half_width())
    };
    // √(1/10 + 1/9) / √(1/10).
    let wider = (1.0_f64 + 10.0 / 9.0).sqrt();
    let ((a, b), (c, d)) = (of(&made), of(&plain));
    assert!((a / c - wider).abs() < 1e-9 && (b / d - wider).abs() < 1e-9);
    let words = made.render(Format::Text).replace('\n', " ");
    assert!(
        words.contains("The folds share training data") && words.contains("as of 10 folds"),
        "{words}"
    );
    // Folds of several repetitions are told apart, or refused; random splits need their share.
    let repeats = text.replace("\nr", "\n1,r").replacen("row,", "repeat,row,", 1)
        + &text.lines().skip(1).map(|line| format!("2,{line}1\n")).collect::<String>();
    let by_row = Request { by: vec!["row".into()], vs: Role::None, ..by("fold", None) };
    let error = table(&repeats, &by_row).unwrap_err().to_string();
    assert!(error.contains("its values are averages over repeat"), "{error}");
    let error = table(&text.replace("fold", "split"), &by("split", None)).unwrap_err().to_string();
    assert!(error.contains("--pair-by split: say with --folds"), "{error}");
    let repeated = table(&text, &by("fold", Some(5))).unwrap();
    assert!(repeated.render(Format::Text).replace('\n', " ").contains("as of 5 folds"));
    let request = Request { test: TestKind::Wilcoxon, ..by("fold", None) };
    let words = table(&text, &request).unwrap().render(Format::Text).replace('\n', " ");
    assert!(words.contains("its p values are too small"), "{words}");
    let refused = |request| table(&text, &request).unwrap_err().to_string();
    assert!(refused(by("fold", Some(1))).contains("--folds 1: expected 2 or more"));
    let bca = Request { interval: IntervalKind::Bca, ..by("fold", None) };
    assert!(refused(bca).contains("share training data"));
}

#[test]
fn differences_say_what_they_could_have_shown() {
    let made = table(
        &noisy(&[(0.90, 0.01), (0.901, 0.01), (0.95, 0.01)], 10, "test_accuracy"),
        &Request { also: vec![Also::Detectable, Also::Needed], ..Request::default() },
    );
    let made = made.unwrap();
    let versus = |row: usize| made.cells[row][0].as_ref().unwrap().versus.clone().unwrap();
    let (little, much) = (versus(1), versus(2));
    // At the level of the first step of Holm's correction, with the spread there is.
    let s = {
        let cell = |row: usize| made.cells[row][0].as_ref().unwrap().values();
        let differences: Vec<f64> = cell(1).iter().zip(cell(0)).map(|(a, b)| a - b).collect();
        crate::stats::std_dev(&differences).unwrap()
    };
    let found = crate::stats::power(little.detectable.unwrap() / s, 10, 0.025 / 2.0);
    assert!((found - 0.8).abs() < 1e-9, "{found}");
    assert!(little.pairs_needed.is_none_or(|n| n > 10) && much.pairs_needed.unwrap() < 10);
    let words = made.render(Format::Text).replace('\n', " ");
    assert!(words.contains("The difference without a star is not shown, not absent"), "{words}");
    assert!(words.contains("would have been found with 80 %"), "{words}");
}

#[test]
fn rows_without_common_seeds_are_not_called_too_few_pairs() {
    let mut text = String::from("model,seed,accuracy\n");
    for seed in 1..=10 {
        writeln!(text, "a,{seed},0.9{seed}\nb,{},0.8{seed}", seed + 100).unwrap();
    }
    let words = table(&text, &Request::default()).unwrap().render(Format::Text).replace('\n', " ");
    assert!(words.contains("Nothing is compared: no two rows have seeds in common"), "{words}");
}

#[test]
fn intervals_that_are_not_from_the_test_say_so() {
    let rows = [(0.9, 0.01), (0.91, 0.01)];
    let words = |test| {
        let made = table(&noisy(&rows, 8, "accuracy"), &Request { test, ..Request::default() });
        made.unwrap().render(Format::Text).replace('\n', " ")
    };
    assert!(words(TestKind::T).contains("with its 95 % interval. p: two-sided paired t test"));
    let sign = words(TestKind::Sign);
    assert!(
        sign.contains("the 95 % t interval of each by itself, which is not from the test"),
        "{sign}"
    );
    assert!(!sign.contains("without a star") || sign.contains("with 80 % by a t test"), "{sign}");
}
