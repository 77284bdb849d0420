mod captions;

use super::*;
use crate::figure::{Figure, Scale, Theme};
use crate::report::Role;
use crate::results::runs::{At, Names};
use std::fmt::Write;
use std::path::Path;

/// Trainings of 2 activations × 2 mini-batch sizes × 5 learning rates × 3 seeds, 3 epochs each; all with the largest
/// learning rate diverge after the first epoch.
fn sweep(directory: &Path) -> Runs {
    let mut trials = String::from(
        "trial_id,activation,batch_size,eta,epochs,seed,status,last_test_accuracy,last_validation_accuracy,seconds\n",
    );
    let mut epochs = String::from(
        "trial_id,activation,batch_size,eta,epochs,seed,epoch,test_accuracy,seconds\n",
    );
    for activation in ["sigmoid", "relu"] {
        for batch_size in [1, 10] {
            for eta in [0.01, 0.1, 1.0, 10.0, 100.0] {
                for seed in 1..=3 {
                    let id = format!("{activation}{batch_size}-{eta}-{seed}");
                    let settings = format!("{id},{activation},{batch_size},{eta},3,{seed}");
                    let best = if activation == "relu" { 0.1 } else { 1.0 };
                    let distance = f64::abs(f64::log10(eta / best));
                    let last = 0.95 - 0.1 * distance - 0.01 * f64::from(batch_size == 10)
                        + 0.001 * f64::from(seed);
                    let diverged = eta == 100.0;
                    let (status, values) = match diverged {
                        true => ("diverged", ",".into()),
                        false => ("finished", format!("{last},{last}")),
                    };
                    writeln!(trials, "{settings},{status},{values},0.3").unwrap();
                    for epoch in 0..if diverged { 2 } else { 3 } {
                        let value = match diverged && epoch == 1 {
                            true => "NaN".into(),
                            false => (last - 0.1 * f64::from(2 - epoch)).to_string(),
                        };
                        writeln!(epochs, "{settings},{epoch},{value},0.1").unwrap();
                    }
                }
            }
        }
    }
    std::fs::write(directory.join("trials.csv"), trials).unwrap();
    std::fs::write(directory.join("epochs.csv"), epochs).unwrap();
    Runs::open(&[directory.into()], &Names::default()).unwrap()
}

fn plot(runs: &Runs, request: PlotRequest) -> Plot {
    Plot::new(runs, &request).unwrap()
}

fn of(kind: Kind) -> PlotRequest {
    PlotRequest { kind: Some(kind), ..PlotRequest::new() }
}

fn setting(name: &str) -> Role {
    Some(name.to_string()).into()
}

/// The rows of the CSV whose cells begin with some values, as (name, cell).
fn rows(plot: &Plot, panel: &str, series: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(plot.csv.as_bytes());
    let rows: Vec<_> = reader.deserialize().map(|row| row.unwrap()).collect();
    rows.into_iter()
        .filter(|row: &std::collections::HashMap<String, String>| {
            row["panel"] == panel && row["series"] == series
        })
        .collect()
}

/// The small print below a figure.
fn note(plot: &Plot) -> &str {
    let note = match &plot.chart {
        Chart::Lines(figure) => &figure.note,
        Chart::Panels(panels) => &panels.note,
        Chart::Strips(strips) => &strips.note,
        Chart::Heatmap(heatmap) => &heatmap.note,
        Chart::CriticalDifference(_) | Chart::Pictures(_) | Chart::Stack(_) => &None,
    };
    note.as_deref().unwrap_or_default()
}

#[test]
fn without_a_word_the_metric_is_drawn_against_the_learning_rate() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let plot = plot(&runs, PlotRequest::new());
    assert_eq!(
        plot.request.options().join(" "),
        "--kind response --x eta --hue activation --panels batch_size --metric test_accuracy --at last"
    );
    let rows = rows(&plot, "batch size = 1", "relu");
    let cells: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["x"].as_str(), row["diverged"].as_str())).collect();
    assert_eq!(cells, [("0.01", "0"), ("0.1", "0"), ("1.0", "0"), ("10.0", "0"), ("100.0", "3")]);
    // A diverged place has no mean over what is left; the others have three seeds each.
    assert_eq!((rows[4]["value"].as_str(), rows[1]["n"].as_str()), ("", "3"));
    assert!((rows[1]["value"].parse::<f64>().unwrap() - 0.952).abs() < 1e-12);
    let Chart::Panels(panels) = &plot.chart else { panic!("{:?}", plot.chart) };
    assert_eq!(panels.panels.len(), 2);
    assert_eq!(panels.panels[0].hatched[0].label, "all diverged");
    let (low, high) = panels.panels[0].hatched[0].range;
    assert!((low - 1000.0_f64.sqrt()).abs() < 1e-9 && high == 100.0, "half-way on a log axis");
    let svg = plot.chart.to_svg_in(Theme::Light);
    assert!(svg.contains("12 of the 60 trainings diverged."), "{svg}");
}

#[test]
fn the_request_that_a_figure_prints_gives_the_same_figure() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    for kind in [Kind::Curves, Kind::Response, Kind::Heatmap, Kind::Strips, Kind::Time] {
        let first = plot(&runs, of(kind));
        let again = plot(&runs, first.request.clone());
        assert_eq!(first.csv, again.csv);
        assert_eq!(first.chart.to_svg_in(Theme::Light), again.chart.to_svg_in(Theme::Light));
        assert_eq!(first.request.options(), again.request.options());
    }
}

#[test]
fn what_has_no_place_is_at_its_best_by_the_validation_set() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let curves = plot(&runs, PlotRequest { hue: setting("activation"), ..of(Kind::Curves) });
    let labels: Vec<&str> = curves.sparks.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(labels, ["sigmoid (mini-batch 1, η = 1)", "relu (mini-batch 1, η = 0.1)"]);
    assert!(note(&curves).contains("by validation accuracy"), "{}", note(&curves));
    let Chart::Lines(figure) = &curves.chart else { panic!() };
    assert_eq!((figure.series[0].points.len(), figure.series[0].thin.len()), (3, 3));
    assert!((figure.series[0].points[2].1 - 95.2).abs() < 1e-9, "in percent");
    assert_eq!(figure.series[0].band.len(), 3);
}

#[test]
fn a_heatmap_frames_the_best_and_hatches_what_diverged() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let heat = plot(
        &runs,
        PlotRequest {
            conditions: vec![("activation".into(), vec!["relu".into()])],
            ..of(Kind::Heatmap)
        },
    );
    let Chart::Heatmap(map) = &heat.chart else { panic!() };
    assert_eq!((map.x.len(), map.y.clone()), (5, vec!["10".to_string(), "1".into()]));
    let framed: Vec<bool> = map.cells.iter().flatten().map(|cell| cell.framed).collect();
    assert_eq!(framed.iter().position(|&framed| framed), Some(6), "η = 0.1, mini-batch 1");
    assert!(map.cells.iter().all(|row| row[4].hatched && row[4].text == ["3/3", "diverged"]));
}

#[test]
fn strips_have_every_run_and_pair_them_by_seed() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let strips = plot(&runs, PlotRequest { x: setting("activation"), ..PlotRequest::new() });
    assert_eq!(strips.request.kind, Some(Kind::Strips));
    let Chart::Strips(chart) = &strips.chart else { panic!() };
    let pairs: Vec<usize> = chart.strips[0].points.iter().map(|p| p.0).collect();
    assert_eq!((pairs, chart.strips[1].points.len()), (vec![0, 1, 2], 3));
    // The mean, then a row a seed.
    let rows = rows(&strips, "", "relu");
    let seeds: Vec<&str> = rows.iter().map(|row| row["seed"].as_str()).collect();
    assert_eq!(seeds, ["", "1", "2", "3"]);
    assert_eq!(rows[0]["chosen"], "mini-batch 1, η = 0.1");
}

#[test]
fn time_is_that_of_all_epochs_so_far() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let time = plot(&runs, of(Kind::Time));
    let Chart::Lines(figure) = &time.chart else { panic!() };
    let seconds: Vec<f64> = figure.series[0].points.iter().map(|p| p.0).collect();
    assert!(seconds.iter().zip([0.1, 0.2, 0.3]).all(|(a, b)| (a - b).abs() < 1e-12), "{seconds:?}");
    assert_eq!(figure.x.range.unwrap().0, 0.0);
}

#[test]
fn runs_that_stopped_early_are_not_called_diverged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.csv");
    std::fs::write(&path, "run,seed,epoch,loss\na,1,1,0.9\na,1,2,0.8\na,2,1,0.7\n").unwrap();
    let runs = Runs::open(&[path], &Names::default()).unwrap();
    let curves = plot(&runs, of(Kind::Curves));
    let Chart::Lines(figure) = &curves.chart else { panic!() };
    // No mean without the run that stopped, and nothing is hatched.
    assert_eq!(figure.series[0].points[0], (1.0, 0.8));
    assert!(figure.series[0].points[1].1.is_nan() && figure.hatched.is_empty());
    assert!(curves.chart.to_svg_in(Theme::Light).contains("None of the 2 trainings diverged."));
}

#[test]
fn files_without_seeds_are_drawn_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, "optimizer,accuracy\nsgd,91.5\nsgd,92.5\nadam,93.5\nadam,94.5\n")
        .unwrap();
    let runs =
        Runs::open(&[path], &Names { settings: vec!["optimizer".into()], ..Names::default() })
            .unwrap();
    let strips = plot(&runs, PlotRequest::new());
    let Chart::Strips(chart) = &strips.chart else { panic!("{:?}", strips.chart) };
    // Not fractions, so not turned into percent; no pairs.
    assert_eq!(chart.strips[0].points, [(0, 91.5), (1, 92.5)]);
    assert_eq!(chart.strips[1].points, [(2, 93.5), (3, 94.5)]);
}

#[test]
fn settings_that_follow_from_others_are_no_choice() {
    let mut text = String::from("eta,lambda,optimizer,seed,loss\n");
    for (eta, lambda) in [(0.1, 1.0), (0.2, 2.0), (0.3, 3.0), (0.4, 4.0)] {
        for seed in 1..=3 {
            writeln!(text, "{eta},{lambda},sgd,{seed},{}", eta + 0.01 * f64::from(seed)).unwrap();
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text).unwrap();
    let plot = plot(&Runs::open(&[path], &Names::default()).unwrap(), PlotRequest::new());
    assert_eq!(plot.request.options().join(" "), "--kind response --x eta --metric loss --at last");
    assert!(!plot.chart.to_svg_in(Theme::Light).contains("the best"));
}

#[test]
fn requests_without_sense_are_refused_with_what_would_do() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let error = |request: PlotRequest| Plot::new(&runs, &request).unwrap_err().to_string();
    let words = error(PlotRequest { x: setting("activation"), ..of(Kind::Response) });
    assert!(words.contains("--x: a setting with several numbers"), "{words}");
    let words = error(PlotRequest { y: setting("eta"), ..of(Kind::Curves) });
    assert!(words.contains("no --y: --kind curves has --hue, --panels"), "{words}");
    let words = error(PlotRequest { x: setting("eta"), hue: setting("eta"), ..PlotRequest::new() });
    assert!(words.contains("eta is asked for twice"), "{words}");
    let words = error(PlotRequest { x: setting("etta"), ..PlotRequest::new() });
    assert!(words.contains("did you mean 'eta'?"), "{words}");
    let metric = "epochs_to:0.9".parse().ok();
    let words = error(PlotRequest { metric, ..of(Kind::Curves) });
    assert!(words.contains("--metric: a column"), "{words}");
    let words = error(PlotRequest { at: Some(At::Epoch(9)), ..of(Kind::Response) });
    assert!(words.contains("epoch 9"), "{words}");
}

/// A figure of a log of another program.
fn log(text: &str, request: PlotRequest) -> Plot {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log.csv");
    std::fs::write(&path, text).unwrap();
    Plot::new(&Runs::open(&[path], &request.names()).unwrap(), &request).unwrap()
}

#[test]
fn epochs_are_matched_by_their_numbers() {
    let mut text = String::from("model,seed,epoch,loss\n");
    for (seed, epochs) in [(1, &[1, 2, 3, 4][..]), (2, &[1, 3, 4])] {
        for epoch in epochs {
            writeln!(text, "a,{seed},{epoch},{}", 1.0 / f64::from(*epoch)).unwrap();
        }
    }
    let plot = log(&text, of(Kind::Curves));
    let Chart::Lines(figure) = &plot.chart else { panic!() };
    assert_eq!(figure.series[0].points[0], (1.0, 1.0));
    // One run has no second epoch: no mean there, and no band over the gap.
    assert!(figure.series[0].points[1].1.is_nan() && figure.series[0].band[1].1.is_nan());
    assert_eq!(figure.series[0].points[3], (4.0, 0.25));
    assert!(figure.hatched.is_empty());
    assert_eq!(figure.x.label, "epoch", "counted from 1");
    // The single runs are in the file of numbers too.
    let seeds: Vec<String> =
        rows(&plot, "", "mean").into_iter().map(|row| row["seed"].clone()).collect();
    assert_eq!(seeds.iter().filter(|seed| *seed == "2").count(), 3);
}

#[test]
fn what_diverged_is_hatched_to_the_end_of_the_figure() {
    let mut text = String::from("lr,seed,epoch,loss\n");
    for (lr, last) in [(0.1, 5), (10.0, 2)] {
        for seed in 1..=2 {
            for epoch in 0..=last {
                let value = if lr == 10.0 && epoch == 2 {
                    "nan".into()
                } else {
                    (1.0 + lr - 0.1 * f64::from(epoch)).to_string()
                };
                writeln!(text, "{lr},{seed},{epoch},{value}").unwrap();
            }
        }
    }
    let plot = log(&text, PlotRequest { hue: setting("lr"), ..of(Kind::Curves) });
    let Chart::Lines(figure) = &plot.chart else { panic!() };
    assert_eq!(figure.hatched.len(), 1);
    assert_eq!(
        (figure.hatched[0].range, figure.hatched[0].label.as_str()),
        ((1.5, 5.0), "lr = 10 diverged")
    );
    let lost: Vec<String> = rows(&plot, "", "lr = 10")
        .into_iter()
        .filter(|row| row["seed"].is_empty())
        .map(|row| row["diverged"].clone())
        .collect();
    assert_eq!(lost, ["0", "0", "2", "2", "2", "2"]);
}

#[test]
fn a_line_without_any_mean_is_named_in_the_legend() {
    let text = "lr,model,seed,loss\n0.1,a,1,0.5\n1,a,1,0.4\n0.1,b,1,inf\n1,b,1,nan\n";
    let request = PlotRequest { x: setting("lr"), hue: setting("model"), ..PlotRequest::new() };
    let plot = log(text, request);
    assert!(plot.chart.to_svg_in(Theme::Light).contains(">b: no mean</text>"));
    let one = log(
        "lr,seed,loss\n0.1,1,nan\n0.1,2,nan\n",
        PlotRequest { x: setting("lr"), ..PlotRequest::new() },
    );
    let Chart::Lines(figure) = &one.chart else { panic!() };
    assert!(
        figure.hatched[0].range.0 < 0.1 && figure.hatched[0].range.1 > 0.1,
        "a single place has a width"
    );
}

#[test]
fn what_goes_with_an_axis_is_said() {
    let text = "eta,lambda,seed,loss\n0.1,1,1,0.5\n0.2,2,1,0.4\n0.3,3,1,0.3\n0.4,4,1,0.2\n";
    let svg = log(text, PlotRequest::new()).chart.to_svg_in(Theme::Light);
    assert!(svg.contains("The regularisation parameter λ goes with them."), "{svg}");
}

#[test]
fn too_many_lines_are_refused() {
    let mut text = String::from("model,seed,loss\n");
    for model in 0..30 {
        writeln!(text, "m{model},1,0.5").unwrap();
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    std::fs::write(&path, text.replace("seed", "epoch")).unwrap();
    let runs = Runs::open(&[path], &Names::default()).unwrap();
    let request = PlotRequest { hue: setting("model"), ..of(Kind::Curves) };
    let error = Plot::new(&runs, &request).unwrap_err().to_string();
    assert!(
        error.contains("at most 24 values of --hue, not the 30 of model: choose some with --where"),
        "{error}"
    );
}

#[test]
fn the_cells_of_a_heatmap_have_whole_intervals_and_their_own_digits() {
    let mut text = String::from("eta,batch,seed,val_loss,accuracy\n");
    for (eta, scale) in [(0.1, 1e-5), (0.2, 1.0)] {
        for batch in [1, 2] {
            for seed in 1..=3 {
                // Near one end of where accuracies can be.
                let accuracy = 1.0 - 0.01 * f64::from(seed) * scale;
                writeln!(
                    text,
                    "{eta},{batch},{seed},{},{accuracy}",
                    scale * (1.0 + 0.1 * f64::from(seed))
                )
                .unwrap();
            }
        }
    }
    let cell = |metric: &str, eta: usize| {
        let request = PlotRequest { metric: metric.parse().ok(), ..of(Kind::Heatmap) };
        let plot = log(&text, request);
        let Chart::Heatmap(map) = &plot.chart else { panic!() };
        let mut etas: Vec<_> = map.cells.iter().flatten().map(|cell| cell.text.clone()).collect();
        etas.sort();
        etas.dedup();
        etas.swap_remove(eta)
    };
    assert_eq!(
        [cell("val_loss", 0), cell("val_loss", 1)],
        [["1.20 ", "±0.25"], ["1.20e−5", "±2.5e−6"]]
            .map(|c| c.map(|t| t.trim().to_string()).to_vec())
    );
    // 0.98 ± 0.025 is cut at 1; its half is not.
    assert_eq!(cell("accuracy", 0), ["98.0", "±2.5"]);
    assert!(cell("accuracy", 1)[1] == "±0.00002", "{:?}", cell("accuracy", 1));
}

/// Trainings of two depths and three seeds, whose layers learn at speeds of different powers of ten.
fn layers(directory: &Path, of_first: f64) -> std::path::PathBuf {
    let mut text = String::from(
        "trial_id,hidden,eta,seed,epochs_trained,layer,bias_gradient_norm,weight_norm\n",
    );
    for (hidden, depth) in [("30", 2), ("30x30", 3)] {
        for seed in 1..=3 {
            for trained in 0..=2 {
                for layer in 1..=depth {
                    let first = layer == 1 && trained == 2;
                    let factor = if first { of_first } else { 1.0 };
                    let norm = factor * 10.0_f64.powi(2 * (layer - depth)) * f64::from(seed);
                    let id = format!("{hidden}-{seed}");
                    writeln!(text, "{id},{hidden},0.1,{seed},{trained},{layer},{norm},5").unwrap();
                }
            }
        }
    }
    let path = directory.join("layers.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// A figure of the layers of such trainings.
fn of_layers(first: f64, request: PlotRequest) -> Result<Plot, AblationError> {
    let directory = tempfile::tempdir().unwrap();
    let path = layers(directory.path(), first);
    let runs = Runs::open(&[path], &request.names()).unwrap();
    Plot::new(&runs, &request)
}

#[test]
fn layers_are_lines_and_norms_of_gradients_have_a_logarithmic_axis() {
    let plot = of_layers(1.0, PlotRequest::new()).unwrap();
    assert_eq!(
        plot.request.options().join(" "),
        "--kind curves --hue layer --panels hidden --y-scale log --metric bias_gradient_norm"
    );
    let Chart::Panels(panels) = &plot.chart else { panic!("{:?}", plot.chart) };
    let names = |panel: &Figure| panel.series.iter().map(|s| s.label.clone()).collect::<Vec<_>>();
    assert_eq!(panels.panels[1].title, "hidden = 30x30");
    assert_eq!(names(&panels.panels[1]), ["layer = 1", "layer = 2", "layer = 3"]);
    assert_eq!(panels.panels[0].key[0].text, "geometric mean of 3 seeds");
    let rows = rows(&plot, "hidden = 30x30", "layer = 1");
    let number = |name: &str| rows[0][name].parse::<f64>().unwrap();
    let mean = 1e-4 * 6.0_f64.cbrt();
    assert!((number("value") / mean - 1.0).abs() < 1e-12);
    let (low, high) = (number("ci_low"), number("ci_high"));
    assert!(low > 0.0 && ((low * high).sqrt() / mean - 1.0).abs() < 1e-12, "{low} {high}");
    let svg = plot.chart.to_svg_in(Theme::Light);
    assert!(svg.contains("None of the 6 trainings diverged.") && svg.contains("are geometric"));
    assert!(svg.contains(">10⁻⁴<"), "{svg}");
}

#[test]
fn what_a_logarithmic_axis_cannot_show_is_counted() {
    let request = || PlotRequest { panels: setting("hidden"), ..PlotRequest::new() };
    let plot = of_layers(0.0, request()).unwrap();
    let rows = rows(&plot, "hidden = 30", "layer = 1");
    let means: Vec<&str> =
        rows.iter().filter(|row| row["seed"].is_empty()).map(|row| row["value"].as_str()).collect();
    assert!(!means[1].is_empty() && means[2].is_empty(), "{means:?}");
    let svg = plot.chart.to_svg_in(Theme::Light);
    assert!(svg.contains("6 values that are not positive are left out"), "{svg}");
    let linear = PlotRequest { y_scale: Some(Scale::Linear), ..request() };
    let linear = of_layers(0.0, linear).unwrap();
    assert!(!linear.chart.to_svg_in(Theme::Light).contains("geometric"));
    assert!(linear.request.options().join(" ").contains("--y-scale linear"));
    // Other metrics have one when it is asked for.
    let weights =
        |y_scale| PlotRequest { metric: "weight_norm".parse().ok(), y_scale, ..request() };
    for (asked, found) in [(None, false), (Some(Scale::Log10), true)] {
        let plot = of_layers(1.0, weights(asked)).unwrap();
        assert_eq!(plot.request.y_scale == Some(Scale::Log10), found);
    }
    let log = Some(Scale::Log10);
    for (refused, why) in [
        (PlotRequest { y_scale: log, range: Some((0.0, 1.0)), ..request() }, "--range above 0"),
        (PlotRequest { hue: setting("none"), ..request() }, "a place for the layers"),
        (PlotRequest { y_scale: log, ..of(Kind::Heatmap) }, "no --y-scale"),
        (PlotRequest { range: Some((0.1, 1.0)), ..of(Kind::Heatmap) }, "no --range"),
    ] {
        let error = of_layers(1.0, refused).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
