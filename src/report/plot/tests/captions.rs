//! What a figure shows of all that there is, and what its small print says of the rest.

use super::*;
use crate::figure::Width;

/// A log of epochs: a line for each `(method, seed, epochs)` and a value.
fn courses(runs: &[(&str, u64, usize)], value: impl Fn(usize, usize) -> f64) -> String {
    let mut text = String::from("method,seed,epoch,loss\n");
    for (i, (method, seed, epochs)) in runs.iter().enumerate() {
        for epoch in 0..*epochs {
            writeln!(text, "{method},{seed},{epoch},{}", value(i, epoch)).unwrap();
        }
    }
    text
}

#[test]
fn curves_have_a_line_for_each_method_even_if_colours_repeat() {
    let methods: Vec<String> = (0..20).map(|i| format!("m{i}")).collect();
    let runs: Vec<_> = methods.iter().flat_map(|m| [(m.as_str(), 1, 3), (m, 2, 3)]).collect();
    let plot = log(&courses(&runs, |i, epoch| i as f64 + 0.1 * epoch as f64), of(Kind::Curves));
    let Chart::Lines(figure) = &plot.chart else { panic!() };
    assert_eq!(figure.series.len(), 20);
    let mut looks: Vec<_> =
        figure.series.iter().map(|s| (s.colour % 8, format!("{:?}", s.style))).collect();
    looks.sort();
    looks.dedup();
    assert_eq!(looks.len(), 20, "no two lines look the same");
    assert!(note(&plot).contains("Intervals of more than 12 lines"), "{}", note(&plot));
}

#[test]
fn of_too_many_methods_the_caption_says_which_is_drawn_and_why() {
    let methods: Vec<String> = (0..30).map(|i| format!("m{i}")).collect();
    let runs: Vec<_> = methods.iter().map(|m| (m.as_str(), 1, 3)).collect();
    let plot = log(&courses(&runs, |i, _| 1.0 + i as f64), of(Kind::Curves));
    let Chart::Lines(figure) = &plot.chart else { panic!() };
    assert_eq!(figure.series[0].label, "mean (m0)");
    let note = note(&plot);
    assert!(note.contains("With the best of 30 values of method, by loss"), "{note}");
    assert!(note.contains("more than 24 lines could not be told apart"), "{note}");
    assert!(note.contains("Choosing by the values that are shown flatters them."), "{note}");
}

#[test]
fn the_frame_of_a_heatmap_says_if_it_was_chosen_by_the_values_shown() {
    let mut text = String::from("eta,batch,seed,validation_loss,loss\n");
    for (eta, batch) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        writeln!(text, "{eta},{batch},1,{eta},{}\n{eta},{batch},2,{eta},{eta}", eta + batch)
            .unwrap();
    }
    let note = |text: &str, metric: &str| {
        let request = PlotRequest { metric: metric.parse().ok(), ..of(Kind::Heatmap) };
        super::note(&log(text, request)).to_string()
    };
    assert!(note(&text, "loss").contains("flatters"), "{}", note(&text, "loss"));
    let judged = text.replace("validation_loss", "validation_cost");
    assert!(!note(&judged, "loss").contains("flatters"), "by the cost of other images");
}

#[test]
fn what_is_chosen_on_other_images_does_not_flatter() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let curves = plot(&runs, of(Kind::Curves));
    let choice = "the best of 2 values of mini-batch size and of 5 values of learning rate η, by validation accuracy";
    assert!(note(&curves).contains(choice), "{}", note(&curves));
    assert!(!note(&curves).contains("flatters"), "judged on the validation images");
}

#[test]
fn where_a_mean_ends_is_said() {
    let runs = [("a", 1, 9), ("a", 2, 5), ("b", 1, 9), ("b", 2, 9)];
    let value = |i: usize, epoch: usize| match (i, epoch) {
        (3, 7..) => f64::NAN,
        _ => 2.0 + i as f64 - 0.1 * epoch as f64,
    };
    let said = |request: PlotRequest| note(&log(&courses(&runs, value), request)).to_string();
    let note = said(of(Kind::Curves));
    assert!(note.contains("The mean of a ends at epoch 4, where the first of its 2 runs stopped."));
    let whole = said(PlotRequest {
        conditions: vec![("method".into(), vec!["b".into()]), ("seed".into(), vec!["1".into()])],
        ..of(Kind::Curves)
    });
    assert!(!whole.contains("ends at"), "{whole}");
    let diverged = log(
        "eta,seed,epoch,loss\n0.1,1,0,1\n0.1,1,1,0.5\n0.1,1,2,inf\n0.1,2,0,1\n0.1,2,1,0.4\n0.1,2,2,0.3\n",
        of(Kind::Curves),
    );
    let words = super::note(&diverged);
    assert!(
        words.contains("The mean ends at epoch 1, before the first of its 2 runs diverged."),
        "{words}"
    );
    // The same against seconds, where no epoch is on the axis.
    let timed = log(
        "eta,seed,epoch,loss,seconds\n0.1,1,0,1,2\n0.1,1,1,0.5,2\n0.1,2,0,1,2\n",
        of(Kind::Time),
    );
    assert!(super::note(&timed).contains("The mean ends at epoch 0, where"));
}

#[test]
fn a_method_without_any_value_is_named() {
    let text = "method,seed,epoch,loss\na,1,0,1\na,1,1,0.5\nb,1,0,\nb,1,1,\n";
    let plot = log(text, of(Kind::Curves));
    let Chart::Lines(figure) = &plot.chart else { panic!() };
    let labels: Vec<&str> = figure.series.iter().map(|s| s.label.as_str()).collect();
    assert_eq!(labels, ["a", "b: no mean"]);
}

#[test]
fn costs_over_some_decades_have_a_logarithmic_axis() {
    let runs = [("a", 1, 8), ("a", 2, 8), ("b", 1, 8), ("b", 2, 8)];
    let falling =
        |i: usize, epoch: usize| 10.0 * 0.1_f64.powi(epoch as i32) * (1.0 + 0.1 * i as f64);
    let plot = log(&courses(&runs, falling), of(Kind::Curves));
    assert!(plot.request.options().join(" ").contains("--y-scale log"));
    assert!(note(&plot).contains("Means are geometric"));
    let svg = plot.chart.to_svg_in(Theme::Light);
    for tick in [">10⁻⁶<", ">10⁻³<", ">10⁰<"] {
        assert!(svg.contains(tick), "{tick}");
    }
    // A zero is counted, and nothing is drawn for it.
    let zero = |i, epoch| if (i, epoch) == (0, 7) { 0.0 } else { falling(i, epoch) };
    let plot = log(&courses(&runs, zero), of(Kind::Curves));
    assert!(note(&plot).contains("a value that is not positive is left out"), "{}", note(&plot));
    assert!(
        note(&plot).contains("before the first of its 2 runs had a value that is not positive")
    );
    // Of one decade, of negative values and of accuracies it stays linear.
    let narrow = |i, epoch| 1.0 + falling(i, epoch) / 10.0;
    let negative = |i, epoch| falling(i, epoch) - 0.5;
    for text in [courses(&runs, narrow), courses(&runs, negative)] {
        assert_eq!(log(&text, of(Kind::Curves)).request.y_scale, None);
    }
    let accuracy = courses(&runs, falling).replace("loss", "accuracy");
    assert_eq!(log(&accuracy, of(Kind::Curves)).request.y_scale, None);
}

#[test]
fn strips_of_costs_are_logarithmic_too() {
    let mut text = String::from("method,seed,loss\n");
    for seed in 0..4 {
        writeln!(text, "a,{seed},{}\nb,{seed},{}", 1e-5 * f64::from(seed), 1.0 + f64::from(seed))
            .unwrap();
    }
    let plot = log(&text, PlotRequest { x: setting("method"), ..PlotRequest::new() });
    let Chart::Strips(strips) = &plot.chart else { panic!() };
    assert_eq!(strips.value.scale, Scale::Log10);
    assert_eq!(strips.strips[0].mean, None, "one of its runs is at 0");
    assert!((strips.strips[1].mean.unwrap().0 - 24.0_f64.powf(0.25)).abs() < 1e-12);
    assert!(note(&plot).contains("a value that is not positive is left out"), "{}", note(&plot));
    assert!(plot.chart.to_svg_in(Theme::Light).contains("geometric mean with its"));
    assert!(plot.request.options().join(" ").contains("--y-scale log"));
}

#[test]
fn what_lies_outside_the_range_is_counted() {
    let runs = [("a", 1, 10), ("a", 2, 10), ("b", 1, 10), ("b", 2, 10)];
    let text = courses(&runs, |i, epoch| 1.0 + i as f64 + epoch as f64);
    let within = |range, kind| PlotRequest { range: Some(range), ..of(kind) };
    let plot = log(&text, within((0.0, 10.0), Kind::Curves));
    let outside = note(&plot);
    // Run i has i values above 10; means of two of them are at x + 0.5.
    assert!(
        outside.contains(
            "4 of the 20 means and 6 of the 40 values of single runs lie outside the range."
        ),
        "{outside}"
    );
    let all = log(&text, within((0.0, 20.0), Kind::Curves));
    assert!(!note(&all).contains("outside"));
    let strips = log(&text, within((0.0, 12.0), Kind::Strips));
    assert!(note(&strips).contains("1 of the 4 runs lies outside the range."), "{}", note(&strips));
    // What is outside is not drawn over the words around the plot.
    let svg = strips.chart.to_svg_in(Theme::Light);
    assert_eq!(svg.matches("<circle").count(), 3);
}

#[test]
fn a_name_is_never_tied_to_its_line_across_a_place_where_all_diverged() {
    let mut text = String::from("eta,model,seed,status,loss\n");
    for eta in [0.1, 1.0, 10.0] {
        for model in ["a", "b"] {
            for seed in 1..=2 {
                let loss = if eta == 10.0 { "inf".into() } else { (eta + 0.5).to_string() };
                writeln!(text, "{eta},{model},{seed},finished,{loss}").unwrap();
            }
        }
    }
    let request =
        |x: &str| PlotRequest { x: setting(x), hue: setting("model"), ..PlotRequest::new() };
    let svg = log(&text, request("eta")).chart.to_svg_in(Theme::Light);
    assert!(svg.contains(">all diverged<"), "{svg}");
    assert!(!svg.contains("stroke-dasharray=\"1.5 4\""), "no dotted leader");
    // The names are still there, with a swatch.
    assert!(svg.contains(">a</text>") && svg.contains(">b</text>"));
    // In between, the line breaks: two pieces of one point each are dots, and no path.
    let text = text.replace("10,", "0.5,");
    let Chart::Lines(figure) = log(&text, request("eta")).chart else { panic!() };
    let drawn: Vec<bool> = figure.series[0].points.iter().map(|p| p.1.is_finite()).collect();
    assert_eq!(drawn, [true, false, true]);
}

#[test]
fn panels_are_called_by_setting_and_value() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    let titles = |by: &str| {
        let plot = plot(&runs, PlotRequest { panels: setting(by), ..of(Kind::Curves) });
        let Chart::Panels(panels) = plot.chart else { panic!() };
        panels.panels.into_iter().map(|panel| panel.title).collect::<Vec<_>>()
    };
    assert_eq!(titles("activation"), ["activation = sigmoid", "activation = relu"]);
    assert_eq!(titles("batch-size"), ["batch size = 1", "batch size = 10"]);
    assert_eq!(titles("eta")[0], "η = 0.01");
}

#[test]
fn any_figure_can_be_drawn_for_a_phone() {
    let directory = tempfile::tempdir().unwrap();
    let runs = sweep(directory.path());
    for kind in [Kind::Curves, Kind::Response, Kind::Heatmap, Kind::Strips, Kind::Time] {
        let chart = plot(&runs, of(kind)).chart;
        let svg = chart.to_svg_of(Theme::Page, Width::Narrow);
        assert!(svg.contains("viewBox=\"0 0 400 "), "{kind:?}");
    }
}
