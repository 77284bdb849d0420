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

/// Five methods, two of one rank, in groups of which one skips a method.
fn critical() -> CriticalDifference {
    let methods = [("relu & co", 1.5), ("tanh", 2.25), ("a name <long> enough to be broken", 2.25)];
    let methods = methods.into_iter().chain([("sigmoid", 4.0), ("", 5.0)]);
    let methods = methods.map(|(name, rank)| Ranked { name: name.into(), rank });
    CriticalDifference {
        title: "Average ranks".into(),
        subtitle: Some("accuracy".into()),
        methods: methods.collect(),
        groups: vec![vec![0, 1, 2], vec![1, 3], vec![3, 4]],
        critical_difference: Some(1.25),
        note: Some("Twelve data sets.".into()),
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
        category: "activation".into(),
        value: Axis::linear("accuracy (%)"),
        strips: vec![strip("sigmoid", 0.0), strip("tanh", 0.3), lost],
        pair: None,
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
fn kinds() -> [(&'static str, Chart); 7] {
    [
        ("lines", Chart::Lines(tiny())),
        ("heatmap", Chart::Heatmap(heatmap())),
        ("strips", Chart::Strips(strips())),
        ("panels", Chart::Panels(panels())),
        ("critical", Chart::CriticalDifference(critical())),
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
    let none = CriticalDifference::default();
    assert_sound(&Chart::CriticalDifference(none).to_svg_in(Theme::Light));
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

/// Every text of a figure from its left to its right end, as far as widths are known, and what it says.
fn texts(svg: &str) -> Vec<(f64, f64, String)> {
    let number = |tag: &str, name: &str| -> Option<f64> {
        tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0.parse().ok()
    };
    let (mut moved, mut texts) = (vec![0.0], Vec::new());
    for line in svg.lines() {
        if line.starts_with("</g>") {
            moved.pop();
        } else if line.starts_with("<g") {
            let by = line.split_once("translate(").and_then(|(_, rest)| rest.split(' ').next());
            let by: f64 = by.map_or(0.0, |by| by.parse().unwrap());
            moved.push(moved.last().unwrap() + by);
        } else if let Some((tag, rest)) = line.strip_prefix("<text").and_then(|t| t.split_once('>'))
        {
            let text = rest.trim_end_matches("</text>");
            if tag.contains("rotate") {
                continue;
            }
            let size = number(tag, "font-size").unwrap();
            // Estimates are on the wide side: what fits by nine tenths of them does.
            let width = 0.9 * super::text::width(text, size);
            let start = moved.last().unwrap() + number(tag, " x").unwrap();
            let left = match tag {
                _ if tag.contains("middle") => start - width / 2.0,
                _ if tag.contains("\"end\"") => start - width,
                _ => start,
            };
            texts.push((left, left + width, text.to_string()));
        }
    }
    texts
}

#[test]
fn nothing_is_cut_off_however_narrow() {
    for (name, chart) in kinds() {
        for (width, edge) in [(Width::Wide, 800.0), (Width::Narrow, 400.0)] {
            let svg = chart.to_svg_of(Theme::Light, width);
            assert_sound(&svg);
            assert!(svg.contains(&format!("viewBox=\"0 0 {edge} ")), "{name}");
            for (left, right, text) in texts(&svg) {
                assert!(left >= 0.0 && right <= edge, "{name}: {text} from {left} to {right}");
            }
        }
    }
}

#[test]
fn panels_stand_beneath_one_another_on_a_phone() {
    let four = Panels { panels: vec![panels().panels[0].clone(); 4], ..panels() };
    for ranges in [Ranges::Shared, Ranges::Own] {
        let chart = Chart::Panels(Panels { ranges, ..four.clone() });
        let svg = chart.to_svg_of(Theme::Light, Width::Narrow);
        let places: Vec<&str> =
            svg.lines().filter_map(|l| l.strip_prefix("<g transform=\"translate(")).collect();
        assert_eq!(places.len(), 4);
        assert!(places.iter().all(|place| place.starts_with("14 ")), "{places:?}");
    }
}

#[test]
fn names_of_strips_are_whole_however_long_and_many() {
    let names: Vec<String> = (0..30)
        .map(|i| {
            format!("method {i} with a very long name, and an identifier_without_any_space_{i}")
        })
        .collect();
    let of = |names: &[String]| {
        let strip = |label: &String| Strip { label: label.clone(), ..strips().strips[0].clone() };
        Strips { strips: names.iter().map(strip).collect(), ..strips() }
    };
    for width in [Width::Wide, Width::Narrow] {
        let svg = Chart::Strips(of(&names)).to_svg_of(Theme::Light, width);
        let words: String = texts(&svg).into_iter().map(|(.., text)| text + " ").collect();
        let letters = |text: &str| text.replace(' ', "");
        for name in &names {
            assert!(letters(&words).contains(&letters(name)), "{name}");
        }
    }
    let height = |n: usize| {
        let svg = Chart::Strips(of(&names[..n])).to_svg_in(Theme::Light);
        let size = svg.split_once("viewBox=\"0 0 800 ").unwrap().1;
        size.split_once('"').unwrap().0.parse::<f64>().unwrap()
    };
    assert!(height(20) > height(10) + 400.0, "a figure grows with its rows");
}

#[test]
fn equal_values_are_as_many_dots() {
    let strip = |values: &dyn Fn(usize) -> f64| Strip {
        label: "a".into(),
        points: (0..30).map(|seed| (seed, values(seed))).collect(),
        ..Strip::default()
    };
    let chart = Strips {
        strips: vec![
            strip(&|_| 0.5),
            strip(&|seed| 0.5 + 1e-6 * seed as f64),
            strip(&|s| s as f64),
        ],
        ..strips()
    };
    let svg = Chart::Strips(chart).to_svg_in(Theme::Light);
    let value = |line: &str, name: &str| -> f64 {
        let rest = line.split_once(&format!("{name}=\"")).unwrap().1;
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    let dots: Vec<[f64; 3]> = svg
        .lines()
        .filter(|line| line.starts_with("<circle"))
        .map(|line| ["cx", "cy", " r"].map(|name| value(line, name)))
        .collect();
    assert_eq!(dots.len(), 90);
    for (i, [x, y, r]) in dots.iter().enumerate() {
        for [other_x, other_y, _] in &dots[..i] {
            let distance = (x - other_x).hypot(y - other_y);
            assert!(distance >= 2.0 * r, "{distance}");
        }
        assert!(*r >= 1.5);
    }
    // However many there are, a row does not grow without end.
    let many = Strip { points: (0..300).map(|seed| (seed, 1.0)).collect(), ..Strip::default() };
    let svg = Chart::Strips(Strips { strips: vec![many], ..strips() }).to_svg_in(Theme::Light);
    assert_eq!(svg.matches("<circle").count(), 300);
    assert!(!svg.contains("the first 300"));
    let rows: Vec<f64> =
        svg.lines().filter(|l| l.starts_with("<circle")).map(|l| value(l, "cy")).collect();
    let (low, high) = rows.iter().fold((f64::MAX, f64::MIN), |(a, b), &y| (a.min(y), b.max(y)));
    assert!(high - low <= 150.1, "{low} {high}");
    let more = Strip { points: (0..301).map(|seed| (seed, 1.0)).collect(), ..Strip::default() };
    let svg = Chart::Strips(Strips { strips: vec![more], ..strips() }).to_svg_in(Theme::Light);
    assert!(svg.contains("of each category the first 300 are drawn"));
}

#[test]
fn strips_explain_only_what_they_have() {
    let mut chart = strips();
    let key = |chart: &Strips| {
        let svg = Chart::Strips(chart.clone()).to_svg_in(Theme::Light);
        let words: String = texts(&svg).into_iter().map(|(.., text)| text + " ").collect();
        ["runs of one seed", "box", "diamond"].map(|word| words.contains(word))
    };
    assert_eq!(key(&chart), [true, true, true]);
    chart.strips.truncate(1);
    assert_eq!(key(&chart), [false, true, true]);
    chart.strips[0].mean = None;
    chart.strips[0].points.truncate(2);
    assert_eq!(key(&chart), [false, false, false]);
}

#[test]
fn columns_of_a_heatmap_are_all_named() {
    let mut chart = heatmap();
    chart.x = (0..12).map(|i| format!("a long name of column {i}")).collect();
    chart.y = vec!["a name of a row that is much longer than any other name".into(), "b".into()];
    chart.cells = vec![vec![HeatCell::default(); 12]; 2];
    for width in [Width::Wide, Width::Narrow] {
        let svg = Chart::Heatmap(chart.clone()).to_svg_of(Theme::Light, width);
        assert_sound(&svg);
        assert!(!svg.contains('…'));
        assert!(chart.x.iter().all(|name| svg.contains(&format!(">{name}</text>"))));
    }
    // Of hundreds, as along an axis of numbers, some.
    chart.x = (0..300).map(|i| i.to_string()).collect();
    let svg = Chart::Heatmap(chart).to_svg_in(Theme::Light);
    assert!((5..60).contains(&svg.matches("text-anchor=\"middle\">").count()));
}

#[test]
fn a_leader_never_runs_through_a_hatched_part() {
    let mut figure = of(Scale::Linear, vec![(0.0, 1.0), (1.0, 2.0), (2.0, f64::NAN)]);
    figure.x.range = Some((0.0, 2.0));
    let leader = "stroke-dasharray=\"1.5 4\"";
    assert!(figure.to_svg().contains(leader));
    figure.hatched = vec![Hatched { range: (1.5, 2.0), label: "all diverged".into() }];
    let svg = figure.to_svg();
    assert!(!svg.contains(leader) && svg.contains(">series</text>"));
    // A hatched part before the end is not crossed.
    figure.hatched[0].range = (0.0, 0.5);
    assert!(figure.to_svg().contains(leader));
}

#[test]
fn the_marks_of_every_panel_are_explained() {
    let mut chart = panels();
    chart.panels[1].key.push(Key::new(Mark::Point(Shape::Triangle), "recorded"));
    chart.panels[1].key.push(Key::new(Mark::Line, "mean"));
    let svg = Chart::Panels(chart).to_svg_in(Theme::Light);
    assert_eq!(svg.matches(">recorded</text>").count(), 1);
    assert_eq!(svg.matches(">mean</text>").count(), 1, "once for all");
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

/// Of any number of methods, with names of any length, no two names and no name and line meet.
#[test]
fn names_of_a_critical_difference_diagram_do_not_meet() {
    for count in 2..=20 {
        let name =
            |i: usize| ["short", "a name that is long enough to be broken into lines"][i % 2];
        let methods = (0..count)
            .map(|i| Ranked { name: format!("{} {i}", name(i)), rank: 1.0 + 0.7 * i as f64 });
        let diagram = CriticalDifference {
            methods: methods.collect(),
            groups: (0..count - 1).map(|i| vec![i, i + 1]).collect(),
            critical_difference: Some(1.0),
            ..CriticalDifference::default()
        };
        let svg = Chart::CriticalDifference(diagram).to_svg_in(Theme::Light);
        assert_sound(&svg);
        let attribute = |line: &str, name: &str| -> f64 {
            let start = line.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
            line[start..].split('"').next().unwrap().parse().unwrap()
        };
        let texts = svg.lines().filter(|line| line.contains("font-size=\"16\""));
        let mut sides: [Vec<f64>; 2] = Default::default();
        for text in texts {
            let words = text.split_once('>').unwrap().1.trim_end_matches("</text>");
            let (x, y, wide) =
                (attribute(text, "x"), attribute(text, "y"), text::width(words, 16.0));
            let left = text.contains("\"end\"");
            assert!(if left { x - wide >= 20.0 } else { x + wide <= 780.0 }, "{text}");
            sides[usize::from(left)].push(y);
        }
        for side in sides {
            assert!(side.windows(2).all(|pair| pair[1] - pair[0] >= 18.0), "{count}: {side:?}");
        }
        // No bar is as low as the first name.
        let bars = svg.lines().filter(|line| line.contains("linecap"));
        let lowest = bars.map(|line| line.split(['M', ' ', 'H']).nth(3).unwrap().parse().unwrap());
        let lowest = lowest.fold(0.0, f64::max);
        let first = svg.lines().find(|line| line.contains("font-size=\"16\"")).unwrap();
        assert!(lowest + 4.0 < attribute(first, "y") - 12.0, "{count}: {lowest}");
    }
}
