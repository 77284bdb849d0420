//! Two things compared, and seeds added until enough is known, from the outside.

use crate::common::{Images, Table, nablab, read, refused, works};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory with the small data set in it.
fn lab() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "small");
    (directory, data)
}

fn command(words: &str) -> assert_cmd::Command {
    let mut command = nablab();
    command.args(words.split_whitespace());
    command
}

/// `nablab sweep` of a grid on the small data set.
fn sweep(data: &Path, out: &Path, words: &str) -> assert_cmd::Command {
    let mut sweep = command("sweep --data");
    sweep.arg(data).arg("--out").arg(out).args(words.split_whitespace());
    sweep
}

/// Runs of two arms with noise that both have in common: b is better by 0.01.
fn csv(directory: &Path, name: &str, lead: f64, seeds: std::ops::Range<u32>) -> PathBuf {
    let path = directory.join(name);
    let row = |seed: u32| {
        let common = 0.02 * f64::from(seed * 7 % 5);
        let own = 0.001 * f64::from(seed * 3 % 4);
        format!("{seed},{}\n", 0.9 + common + own * lead.signum() + lead)
    };
    let text = format!("seed,test_accuracy\n{}", seeds.map(row).collect::<String>());
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_exit_code_says_which_of_two_is_better() {
    let directory = TempDir::new().unwrap();
    let better = csv(directory.path(), "better.csv", 0.01, 1..11);
    let worse = csv(directory.path(), "worse.csv", -1e-9, 1..11);
    let others = csv(directory.path(), "others.csv", 0.01, 101..111);
    let run = |one: &Path, other: &Path, words: &str| {
        let mut compare = command("compare");
        compare.arg(one).arg(other).args(words.split_whitespace());
        let output = compare.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let (code, text, _) = run(&better, &worse, "");
    assert_eq!(code, 0, "{text}");
    let text = text.replace('\n', " ");
    assert!(text.contains("better.csv is better than") && text.contains("over 10 pairs by seed"));
    assert_eq!(run(&worse, &better, "").0, 1);
    // Strangers spread too much to be told apart; and without common seeds they are compared, not refused.
    let (code, text, _) = run(&better, &worse, "--unpaired");
    assert_eq!(code, 2, "{text}");
    let text = text.replace('\n', " ");
    assert!(text.contains("undecided") && text.contains("Welch's t test"), "{text}");
    assert!(run(&others, &worse, "").1.replace('\n', " ").contains("runs not paired"));
    let (code, text, _) = run(&better, &worse, "--margin 5 --json");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, json["verdict"].as_str()), (2, Some("equal within the margin")));
    assert_eq!(json["result"]["pairs"], 10);
    // A usage error is no verdict.
    assert_eq!(run(&better, &worse, "--margni 3").0, 3);
    let percent = directory.path().join("percent.csv");
    std::fs::write(&percent, "seed,test_accuracy\n1,95\n2,96\n").unwrap();
    for (one, other, words, said) in [
        (better.clone(), percent, "", "has fractions of 1 in test_accuracy"),
        (directory.path().join("none.csv"), worse.clone(), "", "there is no such file"),
        (better.clone(), worse.clone(), "--margin 0", "--margin 0: expected a number above 0"),
        (better.clone(), worse, "--metric test_acuracy", "did you mean 'test_accuracy'?"),
    ] {
        let (code, _, error) = run(&one, &other, words);
        assert_eq!(code, 3);
        assert!(error.starts_with("error: ") && error.contains(said), "{error}");
    }
}

#[test]
fn rows_of_a_sweep_and_networks_on_the_same_images_are_compared() {
    let (directory, data) = lab();
    let out = directory.path().join("a");
    works(&mut sweep(
        &data,
        &out,
        "--eta 1e-9,0.5 --activation sigmoid,tanh --seeds 8 --epochs 10",
    ));
    let compare = |words: &str| {
        let output = command(&format!("compare {words} --in")).arg(&out).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), output.stderr)
    };
    let (code, text, _) = compare("eta=0.5 eta=1e-9 --where activation=tanh");
    assert_eq!(code, 0, "{text}");
    let (_, text, _) = compare("eta=0.5,activation=tanh eta=1e-9,activation=sigmoid");
    assert!(text.contains("eta=0.5,activation=tanh is better"), "{text}");
    let (code, _, error) = compare("eta=0.5 eta=1e-9");
    assert_eq!(code, 3);
    let error = String::from_utf8(error).unwrap();
    assert!(
        error.contains("several runs have seed 1") && error.contains("activation (sigmoid, tanh)"),
        "{error}"
    );

    for (name, eta) in [("good", 0.5), ("bad", 1e-9)] {
        let model = directory.path().join(format!("{name}.json"));
        let answers = directory.path().join(format!("{name}.csv"));
        let mut train = command(&format!("train --eta {eta} --epochs 30 --data"));
        train.arg(&data).arg("--save").arg(&model);
        works(&mut train);
        let mut evaluate = command("evaluate --data");
        evaluate.arg(&data).arg(&model).arg("--predictions").arg(&answers);
        works(&mut evaluate);
    }
    let mut same = command("compare");
    let files = ["good.csv", "bad.csv"].map(|name| directory.path().join(name));
    let output = same.args(&files).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("McNemar's exact test p = ") && text.contains("good.csv is better"),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(0));
    // What is no file of answers is not replaced.
    let model = directory.path().join("good.json");
    let mut evaluate = command("evaluate --data");
    evaluate.arg(&data).arg(&model).arg("--predictions").arg(directory.path().join("bad.json"));
    refused(&mut evaluate, &["--predictions", "bad.json"]);
}

#[test]
fn seeds_are_added_until_every_comparison_is_decided() {
    let (directory, data) = lab();
    let out = directory.path().join("a");
    // One is far behind, one is nearly the baseline.
    let grid = "--eta 0.5,1e-9,0.500001 --epochs 5 --seeds 6 --max-seeds 30";
    let goal = "--until decided:0.5:validation-accuracy";
    let stdout = works(&mut sweep(&data, &out, &format!("{grid} {goal}")));
    let lines = stdout.replace('\n', " ");
    assert!(stdout.contains("eta=1e-9") && stdout.contains("worse"), "{stdout}");
    assert!(lines.contains("all is known that was asked, whether validation accuracy is better or worse than that of eta=0.5, or within 0.50 points"), "{stdout}");
    assert!(
        lines.contains("whenever it stops: each look (after 6, 12, 18, 24, 30 seeds)"),
        "{stdout}"
    );
    let rows = Table::parse(&read(&out, "trials.csv")).rows.len();
    // The same command, and the directory alone, find all done and say the same.
    let verdict = |text: &str| text[text.find('┌').unwrap()..].to_string();
    for again in [sweep(&data, &out, &format!("{grid} {goal}")), {
        let mut again = command("sweep");
        again.arg(&out);
        again
    }] {
        let mut again = again;
        assert_eq!(verdict(&works(&mut again)), verdict(&stdout));
        assert_eq!(Table::parse(&read(&out, "trials.csv")).rows.len(), rows);
    }
    let ablate = command("ablate").arg(&out).output().unwrap();
    let caption = String::from_utf8(ablate.stdout).unwrap().replace('\n', " ");
    assert!(
        caption.contains("Seeds were added until decided:0.5:validation-accuracy"),
        "{caption}"
    );
    let compared = command("compare eta=0.5 eta=1e-9 --in").arg(&out).output().unwrap();
    let text = String::from_utf8(compared.stdout).unwrap().replace('\n', " ");
    assert!(text.contains("Seeds were added until decided:0.5:validation-accuracy"), "{text}");
    // What is compared was fixed beforehand.
    let more = grid.replace("0.5,1e-9", "0.5,0.7,1e-9");
    refused(
        &mut sweep(&data, &out, &format!("{more} {goal}")),
        &["was fixed when the sweep began"],
    );
    // Another goal is another sweep.
    refused(&mut sweep(&data, &out, &format!("{grid} --until decided")), &["until", "decided"]);
}

#[test]
fn seeds_are_added_until_means_are_known_well_enough_or_none_are_left() {
    let (directory, data) = lab();
    let wide = directory.path().join("wide");
    let grid = "--eta 0.5,1 --epochs 5 --seeds 6";
    let stdout =
        works(&mut sweep(&data, &wide, &format!("{grid} --target-width 90"))).replace('\n', " ");
    assert!(stdout.contains("stopped after 6 seeds: all is known"), "{stdout}");
    assert_eq!(Table::parse(&read(&wide, "trials.csv")).rows.len(), 12);
    let narrow = directory.path().join("narrow");
    let goal = "--until width:0.000001 --max-seeds 14";
    let stdout = works(&mut sweep(&data, &narrow, &format!("{grid} {goal}"))).replace('\n', " ");
    assert!(
        stdout.contains(
            "stopped after 14 seeds, the most there may be: of 2 settings it is not known"
        ),
        "{stdout}"
    );
    assert_eq!(Table::parse(&read(&narrow, "trials.csv")).rows.len(), 28);
    // A training that diverges leaves nothing to compare with.
    let lost = directory.path().join("lost");
    let grid = "--eta 0.5,1e300 --epochs 5 --seeds 6 --until decided";
    let stdout = works(&mut sweep(&data, &lost, grid)).replace('\n', " ");
    assert!(stdout.contains("6 without a value"), "{stdout}");
    assert!(stdout.contains("of 1 setting nothing can be known"), "{stdout}");
    for (words, said) in [
        ("--eta 0.5,1 --seeds 3 --until decided", "3 seeds to begin with: expected 6 or more"),
        ("--eta 0.5,1 --seeds 6 --until decidid", "expected decided"),
        ("--eta 0.5,1 --seeds 6 --until decided --max-seeds 3", "at most 3 seeds"),
        ("--eta 0.5,1 --seeds 6 --until decided --baseline eta=7", "no setting has 'eta=7'"),
        ("--eta 0.5 --seeds 6 --until decided", "a single setting has no other"),
        ("--seed-init 1,2 --seeds 6 --until decided", "--seed-init: what has a seed of its own"),
        (
            "--eta 0.5,1 --seeds 6 --until width:1 --baseline eta=1",
            "--baseline: means are compared",
        ),
        ("--eta 0.5,1 --seeds 6 --max-seeds 9", "--max-seeds: it is for --until"),
        ("--eta 0.5,1 --seeds 6 --until decided:test-cost", "test-cost is not monitored"),
    ] {
        refused(&mut sweep(&data, &directory.path().join("bad"), words), &[said]);
    }
    assert!(!directory.path().join("bad").exists(), "what is refused leaves nothing");
}
