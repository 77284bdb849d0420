use super::*;
use crate::results::runs::At;
use crate::results::runs::How;
use crate::rng::{Purpose, Stream};

fn arm(name: &str, values: &[f64], first: usize) -> Arm {
    let pairs = values.iter().enumerate().map(|(i, &value)| ((i + first).to_string(), value));
    Arm::of(name, pairs, Lost::default())
}

fn accuracy() -> Measure {
    Measure::new("test_accuracy".into(), How::Value(At::Last))
}

fn compare(a: &[f64], b: &[f64], first: usize, options: Options) -> Comparison {
    Comparison::new(accuracy(), "seed", [arm("A", a, 1), arm("B", b, first)], options)
}

fn noise(n: usize, seed: u64, spread: f64) -> Vec<f64> {
    let mut stream = Stream::new(seed, Purpose::Weights, 0);
    (0..n).map(|_| spread * stream.gaussian()).collect()
}

#[test]
fn paired_arms_are_told_apart_where_strangers_would_not_be() {
    let common = noise(8, 1, 0.02);
    let own = noise(8, 2, 0.001);
    let b: Vec<f64> = common.iter().map(|c| 0.95 + c).collect();
    let a: Vec<f64> = b.iter().zip(&own).map(|(b, own)| b + 0.004 + own).collect();
    let paired = compare(&a, &b, 1, Options::default());
    assert_eq!(paired.verdict, Verdict::Better);
    let text = paired.to_text();
    assert!(text.starts_with("A is better than B: test accuracy after the last epoch"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let text = text.replace('\n', " ");
    assert!(
        text.contains("pairing them is worth it") && text.contains("over 8 pairs by seed"),
        "{text}"
    );
    let turned = compare(&b, &a, 1, Options::default());
    assert_eq!(
        (turned.verdict, turned.to_json()["verdict"].as_str()),
        (Verdict::Worse, Some("worse"))
    );
    let strangers = compare(&a, &b, 1, Options { unpaired: true, ..Options::default() });
    assert_eq!(strangers.verdict, Verdict::Undecided);
    let text = strangers.to_text().replace('\n', " ");
    assert!(text.contains("Welch's t test p = ") && text.contains("8 pairs are in both"), "{text}");
    // Other seeds: not paired, and not refused.
    let others = compare(&a, &b, 100, Options::default());
    assert!(matches!(others.evidence, Evidence::Unpaired(_)));
    // A few seeds in common are not all there is.
    let few = compare(&a, &b, 7, Options::default());
    assert!(matches!(few.evidence, Evidence::Unpaired(_)));
}

#[test]
fn likeness_is_shown_only_within_a_margin() {
    let (a, b) = (noise(20, 3, 0.001), noise(20, 4, 0.001));
    let with = |margin| compare(&a, &b, 1, Options { margin, ..Options::default() }).verdict;
    assert_eq!(with(None), Verdict::Undecided);
    assert_eq!(with(Some(0.002)), Verdict::Equal);
    assert_eq!(with(Some(1e-5)), Verdict::Undecided);
    let text = compare(&a, &b, 1, Options { margin: Some(0.002), ..Options::default() }).to_text();
    assert!(text.contains("differ by less than 0.20 points"), "{text}");
}

#[test]
fn lost_and_few_runs_decide_nothing() {
    let (a, b) = (noise(8, 5, 0.001), noise(8, 6, 0.001));
    let lost = Lost { diverged: 2, ..Lost::default() };
    let pairs = a.iter().enumerate().map(|(i, &value)| (i.to_string(), value));
    let arms = [Arm::of("A", pairs, lost), arm("B", &b, 0)];
    let made = Comparison::new(accuracy(), "seed", arms, Options::default());
    assert_eq!((made.verdict, made.means[0]), (Verdict::Undecided, None));
    let text = made.to_text().replace('\n', " ");
    assert!(text.contains("2 of 10 and 0 of 8 have none"), "{text}");
    let few = compare(&a[..4], &[0.5, 0.6, 0.7, 0.8], 1, Options::default());
    assert_eq!(few.verdict, Verdict::Undecided);
    let text = few.to_text().replace('\n', " ");
    assert!(text.contains("4 pairs are too few for a test; it takes 6"), "{text}");
    let one = compare(&a[..1], &b[..1], 1, Options::default());
    assert_eq!(one.evidence, Evidence::Few);
}

#[test]
fn costs_are_better_when_low() {
    let a: Vec<f64> = noise(8, 7, 0.01).iter().map(|v| 0.3 + v).collect();
    let b: Vec<f64> = noise(8, 8, 0.01).iter().map(|v| 0.5 + v).collect();
    let cost = Measure::new("test_cost".into(), How::Value(At::Last));
    let made =
        Comparison::new(cost, "seed", [arm("A", &a, 1), arm("B", &b, 1)], Options::default());
    assert_eq!(made.verdict, Verdict::Better);
    let Evidence::Paired(paired) = &made.evidence else { panic!("{made:?}") };
    assert!(paired.mean < 0.0 && paired.p_better == Some(1.0));
}

#[test]
fn classifiers_are_compared_on_the_same_images() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, wrong: &dyn Fn(usize) -> bool, label: usize| {
        let path = directory.path().join(name);
        let rows = (0..100).map(|i| format!("{i},{label},{}\n", if wrong(i) { 9 } else { label }));
        let text = format!("image,label,prediction\n{}", rows.collect::<String>());
        std::fs::write(&path, text).unwrap();
        path
    };
    let a = Answers::read(&file("a.csv", &|i| i < 3, 1)).unwrap();
    let b = Answers::read(&file("b.csv", &|i| (1..20).contains(&i), 1)).unwrap();
    let same = a.beside(&b).unwrap();
    assert_eq!((same.right, same.only), ([97, 81], [17, 1]));
    assert!((same.p - 2.0 * 19.0 / 262_144.0).abs() < 1e-12, "{}", same.p);
    assert_eq!(
        (same.verdict(), b.beside(&a).unwrap().verdict()),
        (Verdict::Better, Verdict::Worse)
    );
    let other = Answers::read(&file("c.csv", &|_| false, 2)).unwrap();
    assert!(a.beside(&other).unwrap_err().to_string().contains("image 0 is a 1 and a 2"));
    std::fs::write(directory.path().join("d.csv"), "image,label,prediction\n1,2,2\n1,2,3\n")
        .unwrap();
    let error = Answers::read(&directory.path().join("d.csv")).unwrap_err().to_string();
    assert!(error.contains("rows 1 and 2 are both about image 1"), "{error}");
}

#[test]
fn small_costs_keep_their_power_of_ten() {
    let values =
        |mean: f64, seed| noise(8, seed, 1e-7).iter().map(|v| mean + v).collect::<Vec<_>>();
    let arms = [arm("A", &values(9.4e-6, 11), 1), arm("B", &values(1.1e-5, 12), 1)];
    let cost = Measure::new("test_cost".into(), How::Value(At::Last));
    let text = Comparison::new(cost, "seed", arms, Options::default()).to_text();
    assert!(text.contains("A: mean 0.93") && text.contains("× 10⁻⁵ over 8 runs"), "{text}");
}

#[test]
fn folds_are_corrected_and_what_chose_itself_flatters() {
    let (a, b) = (noise(10, 13, 0.001), noise(10, 14, 0.001));
    let of = |shared| {
        let made = compare(&a, &b, 1, Options { shared, ..Options::default() });
        let Evidence::Paired(paired) = made.evidence.clone() else { panic!("{made:?}") };
        (paired.interval.unwrap().half_width(), made.to_text().replace('\n', " "))
    };
    let ((plain, _), (corrected, text)) = (of(Shared::default()), of(Shared::folds(10)));
    assert!((corrected / plain - (1.0 + 10.0 / 9.0_f64).sqrt()).abs() < 1e-9);
    assert!(text.contains("Folds share training data") && !text.contains("Wilcoxon"), "{text}");
    let best = Measure::new("test_accuracy".into(), How::Value(At::Best));
    let arms = [arm("A", &a, 1), arm("B", &b, 1)];
    let text = Comparison::new(best, "seed", arms, Options::default()).to_text();
    assert!(text.contains("The test set chose the epoch"), "{text}");
}

#[test]
fn pairs_are_worth_what_their_differences_spread_less() {
    // Alike, but one spreads ten times as much: pairing helps little.
    let common = noise(12, 15, 0.01);
    let own = noise(12, 16, 0.001);
    let a: Vec<f64> = common.iter().map(|c| 0.9 + c).collect();
    let b: Vec<f64> = common.iter().zip(&own).map(|(c, own)| 0.9 + 0.1 * c + 0.1 * own).collect();
    let made = compare(&a, &b, 1, Options::default());
    let Evidence::Paired(paired) = &made.evidence else { panic!("{made:?}") };
    assert!(paired.correlation.unwrap() > 0.9 && paired.pairing.unwrap() > 0.75, "{paired:?}");
    // The same difference for every pair is judged by the exact test.
    let made = compare(&a.iter().map(|a| a + 0.01).collect::<Vec<_>>(), &a, 1, Options::default());
    assert_eq!(made.verdict, Verdict::Better);
}
