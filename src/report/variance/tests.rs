use super::*;
use crate::results::runs::MeasureText;
use std::fmt::Write;

/// The trainings of 4 × 3 seeds, whose accuracies are sums of effects and of what each combination has.
fn crossed() -> String {
    let mut text =
        String::from("trial_id,eta,seed_init,seed_order,seed,last_test_accuracy,status\n");
    let (init, order) = ([0.0, 0.002, 0.004, -0.002], [0.0, 0.001, -0.003]);
    for (i, a) in init.iter().enumerate() {
        for (j, b) in order.iter().enumerate() {
            let both = [0.0004, -0.0003, 0.0006][(i + 2 * j) % 3];
            let value = 0.95 + a + b + both;
            writeln!(text, "{i}{j},0.5,{},{},1,{value},finished", i + 1, j + 1).unwrap();
        }
    }
    text
}

fn table(text: &str, request: &VarianceRequest) -> Result<Variance, VarianceError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text).unwrap();
    let runs = Runs::open(&[path], &request.names())?;
    Variance::new(&runs, request)
}

fn error(text: &str, request: &VarianceRequest) -> String {
    let error = table(text, request).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    error
}

fn factors(names: &[&str]) -> VarianceRequest {
    let factors = names.iter().map(|name| name.to_string()).collect();
    VarianceRequest { factors, ..VarianceRequest::default() }
}

#[test]
fn the_seeds_that_vary_are_the_factors() {
    let made = table(&crossed(), &VarianceRequest::default()).unwrap();
    assert_eq!(made.request.factors, ["seed_init", "seed_order"]);
    let [group] = &made.groups[..] else { panic!("{made:?}") };
    assert_eq!((&group.levels[..], group.replicates), (&[4, 3][..], 1));
    let named = table(&crossed(), &factors(&["seed-init", "seed_order"])).unwrap();
    assert_eq!(named.groups[0].components, group.components);
    // The same in another order of the rows.
    let mut lines: Vec<String> = crossed().lines().map(String::from).collect();
    lines[1..].reverse();
    let turned = table(&lines.join("\n"), &VarianceRequest::default()).unwrap();
    assert_eq!(turned.groups[0].components, group.components);
}

#[test]
fn the_table_says_what_comes_from_what() {
    let made = table(&crossed(), &VarianceRequest::default()).unwrap();
    let text = made.render(Format::Text);
    for words in [
        "initial weights",
        "order of the images",
        "both together",
        "std. dev. (points)",
        "12 trainings",
        "initial weights (4 seeds) and order of the images (3 seeds), every seed of one with every seed of the other",
        "Higher is better",
        "(Weerahandi, 1993)",
        "the mean over 10 seeds",
    ] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{words} is missing:\n{text}");
    }
    for format in [Format::Markdown, Format::Latex, Format::Csv, Format::Typst, Format::Html] {
        let text = made.render(format);
        assert!(crate::report::ablation::is_table(text.as_bytes()), "{text}");
    }
    let csv = made.render(Format::Csv);
    let rows: Vec<&str> = csv.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(rows, ["component", "seed_init", "seed_order", "seed_init:seed_order", "total"]);
}

/// Where combinations have nothing of their own but what is taken away twice, the estimate is below 0: the table says
/// so, and CSV has it.
#[test]
fn an_estimate_below_zero_is_said_to_be_one() {
    let mut text = String::from("a_seed,b_seed,score\n");
    for i in 0..4 {
        for j in 0..4 {
            // Latin: no level of a or b is better than another.
            writeln!(text, "{i},{j},{}", (i + j) % 4).unwrap();
        }
    }
    let request = factors(&["a_seed", "b_seed"]);
    let metric: MeasureText = "score".parse().unwrap();
    let request = VarianceRequest { metric: Some(metric), ..request };
    let made = table(&text, &request).unwrap();
    let share = made.groups[0].components.components[0].share.unwrap();
    assert!(share.value < 0.0 && share.interval.low == 0.0);
    let words = made.render(Format::Text);
    assert!(words.contains("0 (estimate −") && words.contains("it reads 0"), "{words}");
    assert!(made.render(Format::Csv).lines().nth(1).unwrap().starts_with("a_seed,4,3,-0."));
}

#[test]
fn repetitions_tell_what_is_left_and_a_crossed_seed_is_a_factor() {
    let with_seeds = |seed: fn(usize, usize) -> usize| {
        let mut text = String::from("trial_id,eta,seed_init,seed_order,seed,last_test_accuracy\n");
        for (cell, line) in crossed().lines().skip(1).enumerate() {
            let cells: Vec<&str> = line.split(',').collect();
            for repetition in 0..2 {
                let value =
                    cells[5].parse::<f64>().unwrap() + 0.0001 * (cell % 5 * repetition) as f64;
                let seed = seed(cell, repetition);
                writeln!(text, "{cell}-{repetition},0.5,{},{},{seed},{value}", cells[2], cells[3])
                    .unwrap();
            }
        }
        text
    };
    let nested = with_seeds(|cell, repetition| 2 * cell + repetition);
    let made = table(&nested, &VarianceRequest::default()).unwrap();
    assert_eq!(made.request.factors, ["seed_init", "seed_order"]);
    assert_eq!(made.groups[0].replicates, 2);
    assert!(made.render(Format::Text).contains("the rest"));
    let crossed = with_seeds(|_, repetition| repetition);
    let made = table(&crossed, &VarianceRequest::default()).unwrap();
    assert_eq!(made.request.factors, ["seed_init", "seed_order", "seed"]);
    let words = error(&crossed, &factors(&["seed_init", "seed_order"]));
    assert!(words.contains("seed varies too") && words.contains("--factors"), "{words}");
}

#[test]
fn what_the_components_cannot_be_told_from_is_refused() {
    let all = crossed();
    let without = |lines: &[usize]| {
        let kept = all.lines().enumerate().filter(|(i, _)| !lines.contains(i));
        kept.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let words = error(&without(&[5]), &VarianceRequest::default());
    assert!(words.contains("no run has seed_init 2, seed_order 2:"), "{words}");
    let words = error(&without(&[5, 7]), &VarianceRequest::default());
    assert!(words.contains("seed_order 2, and another combination has none"), "{words}");
    let twice = format!("{all}more,0.5,1,1,1,0.96,finished\n");
    let words = error(&twice, &factors(&["seed_init", "seed_order"]));
    assert!(
        words.contains("seed_init 1, seed_order 2 has 1 run and") && words.contains(" 2:"),
        "{words}"
    );
    let diverged = all.replace("11,0.5,2,2,1,0.9", "11,0.5,2,2,1,NaN,diverged\n#,0.5,2,2,1,0.9");
    let diverged: String =
        diverged.lines().filter(|line| !line.starts_with('#')).map(|l| format!("{l}\n")).collect();
    let words = error(&diverged, &VarianceRequest::default());
    let expected = "1 of the 12 trainings diverged, the first with seed_init 2, seed_order 2:";
    assert!(words.contains(expected), "{words}");
    let other = all.replace("11,0.5,", "11,0.6,");
    let words = error(&other, &VarianceRequest::default());
    assert!(words.contains("eta varies too"), "{words}");
    let words = error(&all, &factors(&["seed_init", "seed"]));
    assert!(words.contains("seed has one value only"), "{words}");
    let words = error(&all, &factors(&["seed_init", "seed_init"]));
    assert!(words.contains("seed_init is asked for twice"), "{words}");
    let only_one = VarianceRequest {
        conditions: vec![
            ("seed_init".into(), vec!["1".into()]),
            ("seed_order".into(), vec!["1".into()]),
        ],
        ..VarianceRequest::default()
    };
    assert!(error(&all, &only_one).contains("no seed varies"));
}

#[test]
fn each_group_has_components_of_its_own() {
    let half = crossed();
    let other = half.lines().skip(1).map(|line| {
        let line = line.replace(",0.5,", ",0.6,");
        format!("b{line}\n")
    });
    let other: String = other.collect();
    let text = half + &other;
    let by = VarianceRequest { by: vec!["eta".into()], ..VarianceRequest::default() };
    let made = table(&text, &by).unwrap();
    assert_eq!(made.groups.len(), 2);
    assert_eq!(made.groups[0].key, ["0.5"]);
    assert_eq!(made.groups[0].components, made.groups[1].components);
    assert!(made.render(Format::Csv).starts_with("eta,component,"));
    let single = VarianceRequest {
        conditions: vec![
            ("eta".into(), vec!["0.5".into()]),
            ("seed_order".into(), vec!["2".into()]),
        ],
        ..VarianceRequest::default()
    };
    let made = table(&text, &single).unwrap();
    assert_eq!(made.request.factors, ["seed_init"]);
    assert_eq!(made.groups[0].components.components.len(), 1);
    assert!(made.render(Format::Text).contains("that of χ²"));
}
