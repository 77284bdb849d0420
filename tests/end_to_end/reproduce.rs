//! Reproductions that are interrupted, shared out and united: always the same bytes.

use crate::common::{nablab, read, refused, without_seconds, works};
use assert_cmd::Command;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// `nablab reproduce ch3-overfit-1000 --quick --out DIR`, two short trainings, with more arguments.
fn quick(out: impl AsRef<Path>, arguments: &str) -> Command {
    let mut command = nablab();
    command.args(["reproduce", "ch3-overfit-1000", "--quick", "--out"]).arg(out.as_ref());
    command.args(arguments.split_whitespace());
    command
}

/// The results, without times.
fn results(out: &Path) -> Vec<String> {
    let tables = ["trials.csv", "epochs.csv"].map(|name| without_seconds(&read(out, name)));
    let made = ["figure.svg", "summary.md"].map(|name| read(out, name));
    tables.into_iter().chain(made).collect()
}

#[test]
fn a_killed_reproduction_goes_on_and_has_no_half_of_its_files() {
    let directory = TempDir::new().unwrap();
    let whole = directory.path().join("whole");
    works(&mut quick(&whole, ""));
    let want = results(&whole);
    for milliseconds in [0, 50, 100, 150, 200, 300, 400, 600] {
        let out = directory.path().join(format!("{milliseconds}"));
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("nablab"));
        command.args(["reproduce", "ch3-overfit-1000", "--quick", "--out"]).arg(&out);
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        let names = ["trials.csv", "epochs.csv", "figure.svg", "summary.md", "provenance.json"];
        let there = names.iter().filter(|name| out.join(name).exists()).count();
        assert!(there == 0 || there == 5, "{there} files after {milliseconds} ms");
        works(&mut quick(&out, ""));
        assert_eq!(results(&out), want, "killed after {milliseconds} ms");
    }
}

#[test]
fn shares_make_the_same_results_in_one_directory_or_united() {
    let directory = TempDir::new().unwrap();
    let place = |name: &str| directory.path().join(name);
    works(&mut quick(place("whole"), ""));
    let want = results(&place("whole"));

    let first = works(&mut quick(place("shared"), "--shard 1/2"));
    assert!(first.contains("this share is done; 1 training"), "{first}");
    assert!(!place("shared").join("trials.csv").exists());
    let status = works(nablab().arg("status").arg(place("shared")));
    assert!(status.contains("ch3-overfit-1000 --quick"), "{status}");
    assert!(status.contains("nablab reproduce ch3-overfit-1000 --quick --out"), "{status}");
    works(&mut quick(place("shared"), "--shard 2/2"));
    assert_eq!(results(&place("shared")), want);

    for (name, share) in [("a", "--shard 1/2"), ("b", "--shard 2/2")] {
        works(&mut quick(place(name), share));
    }
    let mut merge = nablab();
    merge.arg("merge").args([place("a"), place("b")]).arg("--out").arg(place("c"));
    let merged = works(&mut merge);
    assert!(merged.contains("2 of 2 trainings done"), "{merged}");
    assert!(merged.contains("nablab reproduce ch3-overfit-1000 --quick --out"), "{merged}");
    let united = works(&mut quick(place("c"), ""));
    assert!(united.contains("2 done, 0 to do"), "{united}");
    assert_eq!(results(&place("c")), want);
}

#[test]
fn one_form_does_not_replace_another() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    works(&mut quick(&out, ""));
    let before = results(&out);
    refused(&mut quick(&out, "--exact"), &["--out", "something else"]);
    let mut other = nablab();
    other.args(["reproduce", "ch3-init-30", "--quick", "--out"]).arg(&out);
    refused(&mut other, &["--out", "something else"]);
    assert_eq!(results(&out), before);
}

#[test]
fn what_is_computed_has_a_verdict_a_figure_and_a_summary() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    let mut command = nablab();
    command.args(["reproduce", "class-counts", "--out"]).arg(&out);
    let stdout = works(&mut command);
    assert!(stdout.contains("30 of 30 statements of the book hold"), "{stdout}");
    assert!(read(&out, "summary.md").contains("| training images of digit 0 | 4932 | 4932 |"));
    assert!(read(&out, "figure.svg").contains("share of the images"));
    command.args(["--shard", "1/2"]);
    refused(&mut command, &["computed as a whole"]);
}

#[test]
fn a_group_becomes_one_page_and_goes_on() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    let mut command = nablab();
    command.args(["reproduce", "gradients", "--quick", "--out"]).arg(&out);
    works(&mut command);
    let page = read(&out, "gradients-quick.html");
    for id in ["ch5-grad-init", "ch5-speed-4", "ch5-relu"] {
        assert!(page.contains(&format!("id=\"r-{id}")), "{id}");
        assert!(read(&out.join(id), "figure.svg").contains("<svg "), "{id}");
    }
    assert!(out.join("ch5-speed-4/layers.csv").exists());
    let again = works(&mut command);
    assert!(again.matches(" done, 0 to do").count() == 5, "{again}");
    // What is computed comes first, and a build with changes computes it anew, with other times.
    let trained =
        |page: &str| page.split_once("<section id=\"r-ch5-grad-init").unwrap().1.to_string();
    assert!(trained(&read(&out, "gradients-quick.html")) == trained(&page));
    refused(command.arg("--exact"), &["--exact", "single experiment"]);
}

#[test]
fn a_group_is_drawn_again_without_what_has_not_been_run() {
    let directory = TempDir::new().unwrap();
    let out = directory.path();
    let mut redraw = nablab();
    redraw.args(["reproduce", "chapter4", "--redraw", "--out"]).arg(out);
    refused(&mut redraw, &["--redraw", "no experiment of chapter4"]);
    works(nablab().args(["reproduce", "ch4-step", "--out"]).arg(out.join("ch4-step")));
    // One that was interrupted has no results yet.
    std::fs::create_dir(out.join("ch4-tower")).unwrap();
    let figure = read(&out.join("ch4-step"), "figure.svg");
    std::fs::remove_file(out.join("ch4-step/figure.svg")).unwrap();
    let terminal = works(&mut redraw);
    assert!(terminal.contains("have not been run") && terminal.contains("ch4-tower"), "{terminal}");
    assert_eq!(read(&out.join("ch4-step"), "figure.svg"), figure);
    assert!(read(out, "chapter4.html").contains("id=\"r-ch4-step"));
}

#[test]
fn a_group_leaves_out_what_takes_long() {
    let list = works(nablab().args(["reproduce", "--list"]));
    assert!(list.contains("ch3-expand") && list.contains("ch5-depth"), "{list}");
    let help = works(nablab().args(["reproduce", "--help"]));
    assert!(help.contains("--long"), "{help}");
}

#[test]
fn numbers_of_layers_are_judged_and_drawn() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    works(nablab().args(["reproduce", "grad-init", "--out"]).arg(&out));
    let summary = read(&out, "summary.md");
    assert!(summary.contains("9 of 9 recorded values lie inside"), "{summary}");
    assert!(summary.contains("of the logarithms"), "{summary}");
    // The documents follow from the CSV files alone: no journal, no training.
    let figure = read(&out, "figure.svg");
    for name in ["journal.jsonl", "spec.toml", "sessions.json", "figure.svg", "summary.md"] {
        std::fs::remove_file(out.join(name)).unwrap();
    }
    works(nablab().args(["reproduce", "grad-init", "--redraw", "--out"]).arg(&out));
    assert_eq!((read(&out, "figure.svg"), read(&out, "summary.md")), (figure, summary));
    let elsewhere = directory.path().join("elsewhere");
    let mut nothing = nablab();
    nothing.args(["reproduce", "grad-init", "--redraw", "--out"]).arg(&elsewhere);
    refused(&mut nothing, &["--redraw", "no results of ch5-grad-init"]);
    // A gradient that falls from layer to layer is drawn on a logarithmic axis.
    assert!(read(&out, "figure.svg").contains("0.001"));
}
