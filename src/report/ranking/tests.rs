//! Rankings of small files against numbers by hand and of other programs.

use super::*;
use crate::figure::{Chart, Theme};
use crate::report::ablation::Format;
use crate::results::runs::{Better, MeasureText};
use std::fmt::Write;
use std::path::PathBuf;

fn open(csv: &str, request: &RankingRequest) -> Result<Ranking, RankingError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, csv).unwrap();
    let runs = Runs::open(&[path], &request.names())?;
    Ranking::new(&runs, request)
}

fn by(setting: &str, metric: &str) -> RankingRequest {
    let metric: MeasureText = metric.parse().unwrap();
    RankingRequest { by: vec![setting.into()], metric: Some(metric), ..RankingRequest::default() }
}

fn demsar(request: &RankingRequest) -> Ranking {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/demsar-2006.csv"));
    let runs = Runs::open(&[path], &request.names()).unwrap();
    Ranking::new(&runs, request).unwrap()
}

/// A row a method, data set and seed, with the score of a function of their places; none is "nan".
fn file(
    methods: usize,
    data: usize,
    seeds: usize,
    score: impl Fn(usize, usize, usize) -> f64,
) -> String {
    let mut csv = String::from("data,method,seed,score\n");
    for m in 0..methods {
        for d in 0..data {
            for s in 0..seeds {
                writeln!(csv, "d{d},m{m},{s},{}", score(m, d, s)).unwrap();
            }
        }
    }
    csv
}

/// Numbers between 0 and 1 without a pattern.
fn noise(m: usize, d: usize, s: usize) -> f64 {
    ((m * 7919 + d * 104_729 + s * 1_299_709) % 1009) as f64 / 1009.0
}

#[test]
fn the_published_example_has_its_numbers() {
    let ranking = demsar(&by("method", "auc"));
    assert_eq!(ranking.scores.methods, ["C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5"]);
    let ranks: Vec<String> =
        ranking.friedman.average_ranks.iter().map(|rank| format!("{rank:.3}")).collect();
    assert_eq!(ranks, ["1.964", "2.000", "2.893", "3.143"]);
    assert_eq!(format!("{:.2}", ranking.critical_difference.unwrap()), "1.25");
    assert_eq!(ranking.groups, [vec![0, 1, 2, 3]], "no pair is 1.25 apart");
    // "C4.5 performs significantly worse than C4.5+m and C4.5+m+cf": at 0.10 ranks have to be 1.12 apart.
    let ranking = demsar(&RankingRequest { alpha: 0.1, ..by("method", "auc") });
    assert_eq!(format!("{:.2}", ranking.critical_difference.unwrap()), "1.12");
    assert_eq!(ranking.groups, [vec![0, 1, 2], vec![2, 3]]);
    let text = ranking.render(Format::Text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["(without: 9.28)", "CD = 1.12", "4 methods on 14 data sets", "χ² = 10.23"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn two_methods_are_compared_by_wilcoxon_alone() {
    let csv = file(2, 8, 3, |m, d, s| d as f64 + 0.5 * m as f64 + 0.1 * noise(m, d, s));
    let ranking = open(&csv, &by("method", "score")).unwrap();
    assert_eq!(ranking.request.post_hoc, Some(PostHoc::WilcoxonHolm));
    assert_eq!(ranking.scores.methods, ["m1", "m0"]);
    assert_eq!(ranking.p, [None, Some(2.0 / 256.0)]);
    assert_eq!(ranking.groups, [vec![0], vec![1]]);
    assert!(!ranking.render(Format::Text).contains("Friedman"));
}

#[test]
fn small_scores_rank_first_where_they_are_better() {
    let csv = file(3, 6, 2, |m, d, _| 10.0 * d as f64 + m as f64);
    let lower = RankingRequest { better: Some(Better::Lower), ..by("method", "score") };
    assert_eq!(open(&csv, &lower).unwrap().scores.methods, ["m0", "m1", "m2"]);
    let higher = RankingRequest { better: Some(Better::Higher), ..lower };
    assert_eq!(open(&csv, &higher).unwrap().scores.methods, ["m2", "m1", "m0"]);
    let unknown = open(&csv.replace("score", "merit"), &by("method", "merit")).unwrap_err();
    assert!(unknown.to_string().contains("--better"), "{unknown}");
}

/// m0 is best everywhere, but lost a run on d0; m1 lost all of its runs there, and m2 came to little.
#[test]
fn a_lost_run_is_behind_all_scores() {
    let score = |m: usize, d: usize, s: usize| match (m, d) {
        (0, 0) if s == 1 => f64::INFINITY,
        (1, 0) => f64::INFINITY,
        _ => 3.0 - m as f64,
    };
    let request = RankingRequest { rope: Some(0.1), ..by("method", "score") };
    let ranking = open(&file(3, 4, 2, score), &request).unwrap();
    let rank = |name: &str| {
        let place = ranking.scores.methods.iter().position(|method| method == name).unwrap();
        ranking.friedman.average_ranks[place]
    };
    assert_eq!([rank("m0"), rank("m1"), rank("m2")], [1.375, 2.125, 2.5]);
    assert_eq!(ranking.scores.lost().diverged, 3);
    let text = ranking.render(Format::Text);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("3 of the 24 runs diverged; on a data set"), "{words}");
    assert!(text.contains("1/8") && text.contains("2/8") && text.contains('–'), "{text}");
    // Both lost d0, and that decides nothing between them; it does between m0 and m2.
    let pair = |a: &str, b: &str| {
        let place = |name| ranking.scores.methods.iter().position(|m| m == name).unwrap();
        ranking.pair(place(a), place(b)).unwrap().practical.unwrap()
    };
    assert!(pair("m0", "m1").worse < 0.01, "{:?}", pair("m0", "m1"));
    assert!(pair("m0", "m2").worse > 0.01, "{:?}", pair("m0", "m2"));
}

#[test]
fn no_difference_by_friedman_joins_all() {
    let ranking = open(&file(5, 6, 2, noise), &by("method", "score")).unwrap();
    assert!(ranking.friedman.f_p > 0.05);
    assert_eq!(ranking.groups, [vec![0, 1, 2, 3, 4]]);
    let text = ranking.render(Format::Markdown);
    assert!(text.contains("does not show that the methods differ"), "{text}");
    assert!(text.contains("So all methods share a letter.") && !text.contains("CD ="), "{text}");
    assert!(text.contains("With only 6 data sets"), "{text}");
}

#[test]
fn a_baseline_is_a_family_of_its_own() {
    let csv = file(4, 9, 1, |m, d, s| m as f64 * 0.3 + noise(m, d, s));
    let request = RankingRequest { post_hoc: Some(PostHoc::WilcoxonHolm), ..by("method", "score") };
    let all = open(&csv, &request).unwrap();
    let request = RankingRequest { baseline: Some("m0".into()), ..request };
    let versus = open(&csv, &request).unwrap();
    assert_eq!(versus.scores.methods[versus.reference], "m0");
    for (method, name) in versus.scores.methods.iter().enumerate() {
        let Some(p) = versus.p[method] else {
            assert_eq!(name, "m0");
            continue;
        };
        let pair = all.pair(method, versus.reference).unwrap();
        assert!(pair.p_alone.unwrap() <= p && p <= pair.p, "three comparisons, not six");
    }
    assert_eq!(versus.groups, all.groups, "which are told apart is asked of all pairs");
    let wrong = RankingRequest { baseline: Some("m9".into()), ..request };
    let error = open(&csv, &wrong).unwrap_err().to_string();
    assert!(error.contains("m9") && error.contains("m0; m1") || error.contains("m3"), "{error}");
}

#[test]
fn what_cannot_be_ranked_is_refused() {
    let request = by("method", "score");
    let refused = |csv: &str, request: &RankingRequest, words: &[&str]| {
        let error = open(csv, request).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{word}: {error}");
        }
    };
    let one = RankingRequest { data: Some("data".into()), ..request.clone() };
    refused(&file(3, 1, 4, noise), &request, &["data is always d0", "--data"]);
    refused(&file(3, 1, 4, noise), &one, &["2 data sets", "d0", "ablate"]);
    refused(&file(1, 3, 4, noise), &request, &["2 methods", "m0"]);
    let whole = file(3, 4, 2, noise);
    let hole: String = whole
        .lines()
        .filter(|line| !line.starts_with("d2,m1,"))
        .map(|l| l.to_owned() + "\n")
        .collect();
    refused(&hole, &request, &["m1 has no run on d2", "--drop-incomplete"]);
    let missing = whole.replacen("d3,m2,1,", "d3,m2,1,NA #", 1);
    let missing: String =
        missing.lines().map(|l| l.split(" #").next().unwrap().to_owned() + "\n").collect();
    refused(&missing, &request, &["m2 has no value of a run on d3"]);
    let doubled = whole.clone() + "d0,m0,1,0.5\n";
    refused(&doubled, &request, &["two runs of m0 on d0", "seed 1"]);
    let eta = file(2, 3, 2, noise).replace("data,", "eta,data,").replace("\nd", "\n0.1,d");
    let eta = eta.clone() + "0.2,d0,m0,1,0.5\n";
    refused(&eta, &request, &["two runs of m0 on d0", "they differ in eta"]);
    let twice = RankingRequest { data: Some("method".into()), ..request.clone() };
    refused(&whole, &twice, &["method is asked for twice"]);
    refused(&file(41, 2, 1, noise), &request, &["at most 40 methods", "41"]);
    // The rest is ranked.
    for (what, methods, data) in [(LeaveOut::Methods, 2, 4), (LeaveOut::Data, 3, 3)] {
        let request = RankingRequest { drop_incomplete: Some(what), ..request.clone() };
        let ranking = open(&hole, &request).unwrap();
        assert_eq!((ranking.scores.methods.len(), ranking.scores.data_sets.len()), (methods, data));
        assert!(ranking.render(Format::Html).contains("Left out: "), "{what:?}");
    }
    let drop = RankingRequest { drop_incomplete: Some(LeaveOut::Methods), ..request };
    let holes: String =
        hole.lines().filter(|l| !l.starts_with("d0,m2,")).map(|l| l.to_owned() + "\n").collect();
    refused(&holes, &drop, &["leaves only 1 method", "m1 has no run on d2"]);
}

#[test]
fn scores_are_normalised_by_data_set() {
    let score = |m: usize, d: usize, s: usize| 100.0 * d as f64 + 10.0 * noise(m, d, s);
    let request = RankingRequest {
        normalise: Some(Normalise::MinMax),
        aggregate: true,
        profiles: true,
        resamples: 200,
        ..by("method", "score")
    };
    let ranking = open(&file(3, 4, 5, score), &request).unwrap();
    let overall = ranking.overall.as_ref().unwrap();
    for method in overall {
        assert_eq!(method.aggregates.len(), 4);
        for (kind, point, interval) in &method.aggregates {
            assert!(
                (0.0..=1.0).contains(point) && interval.contains(*point),
                "{kind:?} {interval:?}"
            );
        }
        let shares: Vec<f64> = method.profile.iter().map(|point| point.share).collect();
        assert!(shares[0] == 1.0 && shares[100] == 0.0 && shares.is_sorted_by(|a, b| a >= b));
        assert!(
            method.profile.iter().all(|p| p.interval.low <= p.share && p.share <= p.interval.high)
        );
    }
    // The same with the ends in columns, of which a loss has the larger one first.
    let with_ends = |csv: String, low: f64, high: f64| {
        let lines = csv.lines().map(|line| match line.starts_with('d') && line.contains("data") {
            true => format!("{line},low,high\n"),
            false => {
                let d: f64 = line[1..2].parse().unwrap();
                format!("{line},{},{}\n", 100.0 * d + low, 100.0 * d + high)
            }
        });
        lines.collect::<String>()
    };
    let between = Normalise::Between("low".into(), "high".into());
    let request = RankingRequest { normalise: Some(between), ..request };
    let csv = with_ends(file(3, 4, 5, score), 0.0, 10.0);
    let ranking = open(&csv, &request).unwrap();
    let mean = |ranking: &Ranking, method: &str| {
        let place = ranking.scores.methods.iter().position(|m| m == method).unwrap();
        ranking.overall.as_ref().unwrap()[place].aggregates[1].1
    };
    let expected: f64 = (0..20).map(|i| noise(1, i / 5, i % 5)).sum::<f64>() / 20.0;
    assert!((mean(&ranking, "m1") - expected).abs() < 1e-9);
    let lower = RankingRequest { better: Some(Better::Lower), ..request.clone() };
    let error = open(&csv, &lower).unwrap_err().to_string();
    assert!(error.contains("is not better than"), "{error}");
    let turned = with_ends(file(3, 4, 5, score), 10.0, 0.0);
    assert!((mean(&open(&turned, &lower).unwrap(), "m1") - (1.0 - expected)).abs() < 1e-9);
    let several = csv.replacen(",10\n", ",11\n", 1);
    let error = open(&several, &request).unwrap_err().to_string();
    assert!(error.contains("'high' has several values on d0"), "{error}");
}

#[test]
fn pooled_scores_need_all_runs_on_all_data_sets() {
    let request = RankingRequest { aggregate: true, resamples: 100, ..by("method", "score") };
    let whole = file(2, 3, 3, noise);
    let uneven: String = whole
        .lines()
        .filter(|line| !line.starts_with("d1,m1,2,"))
        .map(|l| l.to_owned() + "\n")
        .collect();
    let error = open(&uneven, &request).unwrap_err().to_string();
    assert!(error.contains("m1 has 3 on d0 and 2 on d1"), "{error}");
    let lost = file(
        2,
        3,
        3,
        |m, d, s| if (m, d, s) == (0, 1, 2) { f64::INFINITY } else { noise(m, d, s) },
    );
    let error = open(&lost, &request).unwrap_err().to_string();
    assert!(error.contains("m0 on d1") && error.contains("--normalise"), "{error}");
    let normalised = RankingRequest { normalise: Some(Normalise::MinMax), ..request };
    let ranking = open(&lost, &normalised).unwrap();
    assert!(ranking.render(Format::Text).contains("counts as 0"));
}

#[test]
fn figures_show_what_the_table_says() {
    let csv = file(6, 12, 3, |m, d, s| 0.2 * m as f64 + noise(m, d, s));
    let request = RankingRequest { profiles: true, resamples: 100, ..by("method", "score") };
    let ranking = open(&csv, &request).unwrap();
    let Chart::CriticalDifference(diagram) = ranking.diagram() else { panic!() };
    assert_eq!(diagram.methods.len(), 6);
    assert_eq!(diagram.critical_difference, ranking.critical_difference);
    assert!(diagram.groups.iter().all(|group| group.len() > 1));
    let (chart, numbers) = ranking.profiles().unwrap();
    assert!(chart.to_svg_in(Theme::Dark).contains("share of runs above τ"));
    assert_eq!(numbers.lines().count(), 1 + 6 * 101);
    assert!(numbers.starts_with("method,threshold,share,ci_low,ci_high\n"));
}

#[test]
fn csv_has_full_numbers_and_a_row_a_pair_if_asked() {
    let request = RankingRequest { rope: Some(0.01), ..by("method", "auc") };
    let table = demsar(&request).render(Format::Csv);
    let mut lines = table.lines();
    assert_eq!(
        lines.next().unwrap(),
        "method,average_rank,data_sets,runs,mean,p,told_apart,groups,diverged,missed,p_better,p_equal,p_worse"
    );
    assert!(
        lines.next().unwrap().starts_with("C4.5+m+cf,1.9642857142857142,14,14,0.827"),
        "{table}"
    );
    let pairs = demsar(&RankingRequest { all_pairs: true, ..request }).render(Format::Csv);
    assert_eq!(pairs.lines().count(), 7);
    assert!(pairs.contains("C4.5+m,C4.5,1.1428571428571428,0.0886"), "{pairs}");
}
