//! Whole figures: a snapshot of each kind, and properties that hold for any data.
//!
//! `NABLAB_UPDATE_SNAPSHOTS=1 cargo test figure` writes the snapshots anew; look at them before you commit them.

use proptest::prelude::*;

use super::*;

/// A figure with every kind of mark.
fn tiny() -> Figure {
    Figure {
        title: "Cost & accuracy <η>".into(),
        subtitle: Some("λ = 0.1, \"small\" network".into()),
        x: Axis::linear("epoch"),
        y: Axis::linear("cost"),
        series: vec![
            Series {
                label: "η = 0.25".into(),
                points: vec![(0.0, 0.5), (1.0, 0.4), (2.0, 0.35)],
                band: vec![(0.0, 0.45, 0.55), (1.0, 0.35, 0.45), (2.0, 0.3, 0.4)],
                thin: vec![vec![(0.0, 0.52), (1.0, 0.38), (2.0, 0.33)]],
                ..Series::default()
            },
            Series {
                label: "the book".into(),
                label_at: LabelAt::Legend,
                colour: 1,
                points: vec![(0.0, 0.49), (1.0, f64::NAN), (2.0, 0.36)],
                style: Stroke::Dashed,
                ..Series::default()
            },
        ],
        key: vec![Key::new(Mark::Band, "95 % interval")],
        note: Some("Ten seeds.".into()),
        hatched: Vec::new(),
    }
}

/// A figure of one series.
fn of(scale: Scale, points: Vec<(f64, f64)>) -> Figure {
    let axis = |label: &str| Axis { label: label.into(), scale, range: None };
    let band = points.iter().map(|&(x, y)| (x, y / 2.0, y * 2.0)).collect();
    Figure {
        title: "any".into(),
        x: axis("x"),
        y: axis("y"),
        series: vec![Series {
            label: "series".into(),
            thin: vec![points.clone()],
            points,
            band,
            ..Series::default()
        }],
        ..Figure::default()
    }
}

/// Fails unless every element is closed in order, every attribute quoted, every `&` an entity and every number one.
fn assert_sound(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg.trim_end();
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "stray > in text");
        let end = start + rest[start..].find('>').expect("an unclosed tag");
        let tag = &rest[start + 1..end];
        assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
        assert!(!tag.contains('<'), "{tag}");
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
        assert!(!open.is_empty() || rest.is_empty(), "two roots");
    }
    assert!(open.is_empty(), "unclosed {open:?}");
    for (i, _) in svg.match_indices('&') {
        let entities = ["&amp;", "&lt;", "&gt;", "&quot;"];
        assert!(entities.iter().any(|e| svg[i..].starts_with(e)), "bare &");
    }
    for (i, _) in svg.match_indices(['"', ' ']) {
        let next = &svg[i + 1..];
        assert!(!next.starts_with("NaN") && !next.starts_with("inf") && !next.starts_with("-inf"));
    }
    assert!(svg.chars().all(|c| c == '\n' || c >= ' '), "control character");
}

/// The coordinates of all `<text>` elements that begin at `x`, by height.
fn rows_at(svg: &str, x: &str) -> Vec<f64> {
    let start = format!("<text x=\"{x}\" y=\"");
    svg.lines()
        .filter_map(|line| line.strip_prefix(&start)?.split('"').next()?.parse().ok())
        .collect()
}

/// A heatmap with every kind of cell.
fn heatmap() -> Heatmap {
    let cell = |value: f64| HeatCell {
        value: Some(value),
        text: vec![format!("{value}"), "±0.1".into()],
        ..HeatCell::default()
    };
    let lost = HeatCell {
        text: vec!["1/3".into(), "diverged".into()],
        hatched: true,
        ..HeatCell::default()
    };
    Heatmap {
        title: "Accuracy & more".into(),
        subtitle: Some("three seeds".into()),
        x_label: "learning rate η".into(),
        x: vec!["0.1".into(), "1 <".into()],
        y_label: "mini-batch size".into(),
        y: vec!["100".into(), "10".into()],
        cells: vec![
            vec![cell(95.0), lost],
            vec![HeatCell { framed: true, ..cell(96.5) }, HeatCell::default()],
        ],
        scale_label: "accuracy (%)".into(),
        note: Some("The frame marks the best.".into()),
        colours: Colours::Sequential,
    }
}

/// Two full categories and one where all was lost.
fn strips() -> Strips {
    let strip = |label: &str, shift: f64| Strip {
        label: label.into(),
        detail: "η = 0.1".into(),
        points: (0..4).map(|seed| (seed, 95.0 + shift + 0.1 * seed as f64)).collect(),
        mean: Some((95.15 + shift, 94.9 + shift, 95.4 + shift)),
        ..Strip::default()
    };
    let lost = Strip {
        label: "relu & <co>".into(),
        lost: 4,
        lost_word: "diverged".into(),
        ..Strip::default()
    };
    Strips {
        title: "Accuracy by activation".into(),
        subtitle: None,
        x_label: "activation".into(),
        y: Axis::linear("accuracy (%)"),
        strips: vec![strip("sigmoid", 0.0), strip("tanh", 0.3), lost],
        note: Some("Four seeds.".into()),
    }
}

/// Small figures, one of them with a hatched part.
fn panels() -> Panels {
    let panel = |title: &str, hatched: Vec<Hatched>| Figure {
        title: title.into(),
        x: Axis::log10("η"),
        y: Axis::linear("cost"),
        series: vec![Series {
            label: "relu".into(),
            points: vec![(0.01, 1.0), (0.1, 0.5), (1.0, f64::NAN)],
            ..Series::default()
        }],
        key: vec![Key::new(Mark::Line, "mean")],
        hatched,
        ..Figure::default()
    };
    let diverged = Hatched { range: (0.3, 1.0), label: "some diverged".into() };
    Panels {
        title: "Cost against η".into(),
        subtitle: Some("three seeds".into()),
        panels: vec![panel("mini-batch 1", vec![diverged]), panel("mini-batch 10", Vec::new())],
        note: Some("None.".into()),
        ranges: Ranges::Shared,
    }
}

/// A heatmap around 0 above lines, each with a title and a note.
fn stack() -> Stack {
    let mut cells = heatmap();
    cells.colours = Colours::Diverging;
    cells.cells[0][0].value = Some(-20.0);
    Stack {
        title: "Two & more".into(),
        subtitle: Some("of any kind".into()),
        charts: vec![Chart::Heatmap(cells), Chart::Panels(panels()), Chart::Lines(tiny())],
        note: Some("In all.".into()),
    }
}

/// Three pictures, one of them lower, in two rows.
fn pictures() -> Pictures {
    let picture = |pixels: usize, caption: &str| Picture {
        shades: (0..pixels).map(|i| i as f64 / 5.0).collect(),
        caption: caption.into(),
    };
    Pictures {
        title: "Digits & maps".into(),
        subtitle: Some("three".into()),
        width: 3,
        columns: 2,
        pictures: vec![picture(6, "1 <"), picture(3, "2"), picture(6, "3")],
        note: Some("Darker is more.".into()),
    }
}

/// Every kind of figure in every theme.
fn kinds() -> [(&'static str, Chart); 6] {
    [
        ("lines", Chart::Lines(tiny())),
        ("heatmap", Chart::Heatmap(heatmap())),
        ("strips", Chart::Strips(strips())),
        ("panels", Chart::Panels(panels())),
        ("pictures", Chart::Pictures(pictures())),
        ("stack", Chart::Stack(stack())),
    ]
}

/// Compares with a file, or writes it anew where that is asked for.
#[track_caller]
fn assert_as_before(name: &str, svg: &str) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/figure/snapshots");
    let path = std::path::Path::new(directory).join(format!("{name}.svg"));
    if std::env::var_os("NABLAB_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, svg).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(svg == before, "{} differs from what is drawn now", path.display());
}

#[test]
fn figures_are_drawn_byte_for_byte_as_before() {
    for (name, chart) in kinds() {
        assert_as_before(name, &chart.to_svg_in(Theme::Light));
    }
    let [(_, lines), ..] = kinds();
    assert_as_before("lines-dark", &lines.to_svg_in(Theme::Dark));
    assert_as_before("lines-page", &lines.to_svg_in(Theme::Page));
}

#[test]
fn every_kind_is_sound_in_every_theme() {
    for (_, chart) in kinds() {
        for theme in [Theme::Light, Theme::Dark, Theme::Page] {
            assert_sound(&chart.to_svg_in(theme));
        }
    }
    assert_sound(&Chart::Heatmap(Heatmap::default()).to_svg_in(Theme::Light));
    assert_sound(&Chart::Strips(Strips::default()).to_svg_in(Theme::Light));
    assert_sound(&Chart::Panels(Panels::default()).to_svg_in(Theme::Light));
    assert_sound(&Chart::Pictures(Pictures::default()).to_svg_in(Theme::Light));
}

#[test]
fn what_was_lost_is_hatched_and_said() {
    let count = |chart: Chart, word| chart.to_svg_in(Theme::Light).matches(word).count();
    let hatch = "stroke-opacity=\"0.55\"";
    assert_eq!(count(Chart::Heatmap(heatmap()), hatch), 1);
    assert_eq!(count(Chart::Panels(panels()), hatch), 1);
    assert_eq!(count(Chart::Panels(panels()), ">some diverged<"), 1);
    assert_eq!(count(Chart::Strips(strips()), ">4 diverged<"), 1);
}

#[test]
fn small_figures_have_one_legend_and_the_same_axes() {
    let mut panels = panels();
    panels.panels[1].series[0].points[0].1 = 1.9;
    let svg = Chart::Panels(panels).to_svg_in(Theme::Light);
    // Once in the legend; the group of the marks has it as a tooltip.
    assert_eq!(svg.matches(">relu</text>").count(), 1);
    assert_eq!(svg.matches(">2.0</text>").count(), 2, "both reach up to what one of them needs");
}

#[test]
fn figures_that_differ_have_different_ids() {
    let id = |svg: String| svg[svg.find("fig-").unwrap()..][..20].to_string();
    let mut other = tiny();
    other.series[0].points[1].1 = 0.41;
    assert_ne!(id(tiny().to_svg()), id(other.to_svg()));
    assert_eq!(id(tiny().to_svg()), id(tiny().to_svg()));
}

#[test]
fn readers_without_sight_get_title_and_description() {
    let svg = tiny().to_svg();
    assert!(svg.contains("role=\"img\""));
    assert!(svg.contains(">Cost &amp; accuracy &lt;η&gt;</title>"));
    assert!(svg.contains("η = 0.25: 3 points, the last at (2, 0.35)."));
}

#[test]
fn a_figure_without_data_says_so() {
    for scale in [Scale::Linear, Scale::Log10] {
        let svg = of(scale, vec![(1.0, f64::NAN)]).to_svg();
        assert_sound(&svg);
        assert!(svg.contains(">no data<"));
    }
    assert_sound(&Figure::default().to_svg());
}

#[test]
fn a_single_point_is_a_dot() {
    let svg = of(Scale::Linear, vec![(3.0, 5.0)]).to_svg();
    assert_eq!(svg.matches("<circle").count(), 1);
}

#[test]
fn markers_have_the_shape_that_was_asked_for() {
    let mut figure = of(Scale::Linear, vec![(1.0, 5.0), (2.0, 6.0)]);
    for (marker, circles, triangles) in
        [(Marker::default(), 2, 0), (Marker::new(Shape::Triangle, 5.0), 0, 2), (Marker::NONE, 0, 0)]
    {
        figure.series[0].marker = marker;
        figure.key = vec![Key::new(Mark::Point(marker.shape), "a point")];
        let svg = figure.to_svg();
        assert_sound(&svg);
        // The swatch of the key is one more.
        let swatch = |shape| usize::from(marker.shape == shape);
        assert_eq!(svg.matches("<circle").count(), circles + swatch(Shape::Circle));
        let closed = svg.lines().filter(|l| l.contains("Z\"") && l.contains("linejoin")).count();
        assert_eq!(closed, triangles + swatch(Shape::Triangle));
    }
}

#[test]
fn a_name_along_a_line_has_its_direction_and_takes_no_room_beside_it() {
    let mut figure = of(Scale::Log10, vec![(1.0, 1.0), (100.0, 100.0)]);
    figure.series[0].label_at = LabelAt::Along;
    figure.series[0].label = "a & b".into();
    let svg = figure.to_svg();
    assert_sound(&svg);
    let label = svg.lines().find(|line| line.ends_with(">a &amp; b</text>")).unwrap();
    let angle = label.split_once("rotate(").unwrap().1.split_once(')').unwrap().0;
    assert!((-80.0..-10.0).contains(&angle.parse::<f64>().unwrap()), "upwards: {angle}");

    // A line of no length has no direction.
    figure.series[0].points = vec![(1.0, 1.0), (f64::NAN, 1.0)];
    assert!(!figure.to_svg().contains("rotate("));
}

#[test]
fn values_that_are_not_positive_are_not_on_a_logarithmic_axis() {
    let svg = of(Scale::Log10, vec![(1.0, 1.0), (2.0, 0.0), (-3.0, 3.0), (4.0, 2.0)]).to_svg();
    assert_sound(&svg);
    assert_eq!(svg.matches("<circle").count(), 2);
}

#[test]
fn points_beyond_the_range_are_clipped_and_get_no_dot() {
    let mut figure = of(Scale::Linear, vec![(0.0, 0.0), (1.0, 9.0), (2.0, 1.0)]);
    figure.y.range = Some((0.0, 1.0));
    let svg = figure.to_svg();
    assert_eq!(svg.matches("<circle").count(), 2);
    assert_eq!(svg.matches("clip-path=").count(), 2);
}

#[test]
fn a_line_outside_the_range_is_named_with_an_arrow() {
    let mut figure = of(Scale::Linear, vec![(0.0, 5.0), (1.0, 6.0)]);
    figure.y.range = Some((0.0, 1.0));
    assert!(figure.to_svg().contains(">series ↑<"));
}

#[test]
fn names_at_the_ends_never_overlap_however_many() {
    let series = |i: usize| Series {
        label: format!("series {i:02}"),
        colour: i,
        points: vec![(0.0, 0.0), (1.0, 1.0 + i as f64 / 1000.0)],
        ..Series::default()
    };
    let figure = Figure { series: (0..40).map(series).collect(), ..Figure::default() };
    let svg = figure.to_svg();
    let label = svg.lines().find(|l| l.ends_with(">series 39</text>")).unwrap();
    let x = label.split('"').nth(1).unwrap();
    let rows = rows_at(&svg, x);
    assert_eq!(rows.len(), 40);
    assert!(rows.windows(2).all(|w| w[1] - w[0] >= 19.99), "{rows:?}");
}

/// Ordinary numbers and the awkward ones.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0,
        2 => (0..30).prop_map(f64::from),
        2 => any::<f64>(),
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN,
            f64::MIN_POSITIVE, 5e-324, 1e300, -1e300, 1e-300, 1e9, 1e9 + 1.0,
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_data_give_a_sound_figure(
        log in any::<bool>(),
        points in prop::collection::vec((number(), number()), 0..20),
        range in prop::option::of((number(), number())),
    ) {
        let mut figure = of(if log { Scale::Log10 } else { Scale::Linear }, points);
        figure.y.range = range;
        let svg = figure.to_svg();
        assert_sound(&svg);
        prop_assert_eq!(&svg, &figure.to_svg());
        prop_assert!(svg.len() < 40_000, "too many ticks: {} bytes", svg.len());
    }

    #[test]
    fn any_text_gives_a_sound_figure(text in ".{0,200}") {
        let mut figure = tiny();
        figure.title = text.clone();
        figure.note = Some(text.clone());
        figure.x.label = text.clone();
        figure.series[0].label = text.clone();
        figure.series[1].label = text.clone();
        figure.key[0].text = text;
        assert_sound(&figure.to_svg());
    }
}
