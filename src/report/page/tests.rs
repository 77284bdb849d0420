use super::*;
use crate::results::Origin;
use crate::results::runs::Names;
use std::path::Path;

/// Runs of two activations with hostile names, 7 seeds each.
fn results(directory: &Path) {
    let mut text = String::from("activation,seed,epoch,loss\n");
    for (name, shift) in [("<script>alert(1)</script>", 0.0), ("\"relu\" & co", 0.5)] {
        for seed in 1..=7 {
            for epoch in 1..=2 {
                let loss = 2.0 + shift * (1.0 + 0.1 * f64::from(seed % 2)) + 0.01 * f64::from(seed)
                    - 0.5 * f64::from(epoch);
                text += &format!("\"{}\",{seed},{epoch},{loss}\n", name.replace('"', "\"\""));
            }
        }
    }
    std::fs::write(directory.join("epochs.csv"), text).unwrap();
}

fn part(directory: &Path) -> Part {
    let command =
        |verb: &str, options: &[String]| format!("nablab {verb} DIR {}", options.join(" "));
    part_of_results(directory, "my sweep", &Names::default(), command).unwrap()
}

#[test]
fn results_get_a_question_a_verdict_figures_and_a_table() {
    let directory = tempfile::tempdir().unwrap();
    results(directory.path());
    let part = part(directory.path());
    assert_eq!(part.claim, "What the activation does to the loss.");
    assert_eq!(part.trainings, 14);
    assert_eq!(part.verdict.len(), 2);
    assert!(
        part.verdict[0]
            .starts_with("<script>alert(1)</script> is best with 1.040 ± 0.020, better than")
    );
    assert!(part.short_verdict.contains("told from all others"), "{}", part.short_verdict);
    let commands: Vec<&str> = part.figures.iter().filter_map(|f| f.command.as_deref()).collect();
    // There are no seconds to draw against, and no second setting.
    assert_eq!(
        commands,
        [
            "nablab plot DIR --kind strips --x activation --metric loss --at last",
            "nablab plot DIR --kind curves --hue activation --metric loss",
        ]
    );
    let table = part.tables[0].command.as_deref();
    assert_eq!(table, Some("nablab ablate DIR --by activation --metric loss --at last"));
}

#[test]
fn a_page_needs_nothing_but_itself_and_runs_nothing_of_the_data() {
    let directory = tempfile::tempdir().unwrap();
    results(directory.path());
    let page =
        Page { title: "A & B".into(), preface: Vec::new(), parts: vec![part(directory.path())] };
    let html = page.to_html();
    assert_eq!(html, page.to_html());
    assert_eq!(html.matches("<script>").count(), 1, "only ours");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for loader in [" src=", "@import", "url(http", "<link", "<img", "<iframe", "fetch(", "import("]
    {
        assert!(!html.contains(loader), "{loader}");
    }
    // The only addresses are the names of XML's own languages.
    let addresses = html.match_indices("http").map(|(i, _)| &html[i..]);
    let foreign: Vec<&str> = addresses
        .filter(|rest| !rest.starts_with("http://www.w3.org/2000/svg"))
        .filter(|rest| !rest.starts_with("http-equiv"))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert!(html.contains("<title>A &amp; B</title>"));
}

#[test]
fn every_series_carries_its_values() {
    let directory = tempfile::tempdir().unwrap();
    results(directory.path());
    let html =
        Page { title: String::new(), preface: Vec::new(), parts: vec![part(directory.path())] }
            .to_html();
    let points: Vec<&str> = html.split("data-points=\"").skip(1).collect();
    assert!(points.iter().any(|rest| rest.split('"').next().unwrap().split(';').count() == 2));
    assert!(html.contains("data-label=\"&quot;relu&quot; &amp; co\""));
    assert!(
        html.contains("data-x=\"epoch (counted from 0)\"") || html.contains("data-x=\"epoch\"")
    );
}

#[test]
fn every_figure_is_drawn_for_wide_and_for_narrow_screens() {
    let directory = tempfile::tempdir().unwrap();
    results(directory.path());
    let part = part(directory.path());
    let figures = part.figures.len();
    let html = Page { title: String::new(), preface: Vec::new(), parts: vec![part] }.to_html();
    for (class, size) in [("wide", "0 0 800 "), ("narrow", "0 0 400 ")] {
        let start = format!("<svg class=\"{class}\"");
        let of = html.match_indices(&start);
        let sizes: Vec<&str> =
            of.map(|(i, _)| html[i..].split("viewBox=\"").nth(1).unwrap()).collect();
        assert_eq!(sizes.len(), figures, "{class}");
        assert!(sizes.iter().all(|rest| rest.starts_with(size)), "{class}");
    }
    // One of the two is shown, by the width of the screen; no figure needs more than there is.
    let css = include_str!("style.css");
    assert!(css.contains(".plot .narrow{display:none"));
    let narrow = css.split_once("@media screen and (max-width:44rem){").unwrap().1;
    let narrow = narrow.split_once("\n}").unwrap().0;
    assert!(narrow.contains(".wide{display:none}") && narrow.contains(".narrow{display:block}"));
    assert!(!css.contains("min-width:560px"));
    let mut ids: Vec<&str> =
        html.split("id=\"fig-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "no id twice");
}

#[test]
fn parts_of_one_name_have_different_anchors() {
    let named = |name: &str| Part { name: name.into(), title: name.into(), ..Part::default() };
    let page = Page {
        title: String::new(),
        preface: Vec::new(),
        parts: ["a b", "a-b", "A b", "c"].map(named).into(),
    };
    assert_eq!(page.ids(), ["r-a-b", "r-a-b--2", "r-a-b--3", "r-c"]);
    let html = page.to_html();
    assert!(page.ids().iter().all(|id| html.contains(&format!("<section id=\"{id}\""))));
}

#[test]
fn provenance_is_listed_with_the_commands() {
    let origin = Origin {
        commands: vec!["nablab sweep a.toml".into(), "nablab sweep --seeds <5>".into()],
        cpu_seconds: Some(340.4),
        trials: 630,
        dates: ["2026-11-24T14:01:01Z".into(), "2026-11-24T14:03:59Z".into()],
        ..Origin::default()
    };
    let part = Part { name: "s".into(), origin: Some(origin), ..Part::default() };
    let html = Page { title: String::new(), preface: Vec::new(), parts: vec![part] }.to_html();
    assert!(html.contains("nablab sweep a.toml\nnablab sweep --seeds &lt;5&gt;"));
    assert!(html.contains("All 630 trainings took 340 CPU-seconds"));
    assert!(html.contains("<td class=\"date\">2026-11-24</td>"));
}

#[test]
fn what_nobody_says_is_better_is_shown_without_a_winner() {
    let mut text = String::from("arm,width,seed,merit\n");
    for arm in ["a", "b"] {
        for width in [10, 20] {
            for seed in 1..=6 {
                text +=
                    &format!("{arm},{width},{seed},{}.{}\n", width + seed * seed % 5, arm.len());
            }
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text.replace("b,10", "c,10")).unwrap();
    let names = |_: &str, _: &[String]| String::new();
    // Without a metric whose name says something there is nothing to show by default.
    assert!(part_of_results(&path, "x", &Names::default(), names).is_err());
    std::fs::write(&path, text.replace("merit", "accuracy_gap")).unwrap();
    let part = part_of_results(&path, "x", &Names::default(), names).unwrap();
    assert!(part.short_verdict.starts_with("no best row"), "{}", part.short_verdict);
    assert!(
        part.notes
            .iter()
            .any(|note| note.contains("Some figures are not drawn") && note.contains("--better"))
    );
    assert!(!part.figures.is_empty());
}
