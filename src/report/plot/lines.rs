//! Learning curves, a metric against a setting, accuracy against seconds; small multiples of them.

use super::groups::Scene;
use super::numbers::{Number, Numbers};
use super::{Kind, capital, label, value};
use crate::report::ablation::AblationError;
use crate::report::figure::{
    Axis, Chart, Figure, Hatched, Key, LabelAt, Mark, Panels, Scale, Series,
};
use crate::report::runs::{Course, Lost, Outcome, Setting};
use crate::stats::{Interval, confidence_interval, mean};

/// More lines of single seeds hide each other.
const MOST_THIN: usize = 20;
/// More lines cannot be named at their ends.
const MOST_NAMED: usize = 10;

pub(super) fn draw(scene: &Scene, numbers: &mut Numbers) -> Result<Chart, AblationError> {
    let kind = scene.request.kind.unwrap_or(Kind::Curves);
    let data = Data::read(scene, kind)?;
    let mut figures = Vec::new();
    for panel in Scene::codes(scene.panels, &scene.selected) {
        let runs = Scene::having(scene.panels, panel, &scene.selected);
        let name = match (scene.panels, panel) {
            (Some(setting), Some(code)) => value(setting, code),
            _ => String::new(),
        };
        figures.push(figure(scene, kind, &data, name, &runs, numbers));
    }
    let metric = capital(&scene.measure.name());
    let title = match (kind, scene.x) {
        (Kind::Response, Some(x)) => format!("{metric} against {}", label(x)),
        (Kind::Time, _) => format!("{metric} against time"),
        _ => format!("{metric} by epoch"),
    };
    let subtitle = Some(scene.subtitle());
    let chosen =
        if scene.panels.is_some() || scene.hue.is_some() { "Each line has" } else { "With" };
    let note = Some(scene.note(chosen, data.lost(scene)));
    if scene.panels.is_some() {
        return Ok(Chart::Panels(Panels { title, subtitle, panels: figures, note }));
    }
    Ok(Chart::Lines(Figure { title, subtitle, note, ..figures.remove(0) }))
}

/// What is plotted of each run.
enum Data {
    /// Its values by epoch.
    Courses(Vec<Course>),
    /// Its values, and the seconds of each epoch.
    Timed(Vec<Course>, Vec<Course>),
    /// One value.
    Outcomes(Vec<Outcome>),
}

impl Data {
    fn read(scene: &Scene, kind: Kind) -> Result<Self, AblationError> {
        let column = &scene.measure.column;
        Ok(match kind {
            Kind::Curves => Self::Courses(scene.runs.curves(column)?),
            Kind::Time => Self::Timed(scene.runs.curves(column)?, scene.runs.curves("seconds")?),
            _ => Self::Outcomes(scene.runs.outcomes(&scene.measure, &scene.selected)?),
        })
    }

    /// How many of the runs in the figure have no value.
    fn lost(&self, scene: &Scene) -> Lost {
        match self {
            Self::Outcomes(outcomes) => scene.lost(outcomes),
            Self::Courses(courses) | Self::Timed(courses, _) => {
                let diverged = |&&run: &&usize| has_diverged(scene, run, &courses[run]);
                Lost { diverged: scene.selected.iter().filter(diverged).count(), missed: 0 }
            }
        }
    }
}

fn has_diverged(scene: &Scene, run: usize, course: &[(usize, f64)]) -> bool {
    scene.runs.is_diverged(run) || course.iter().any(|&(_, value)| !value.is_finite())
}

/// A place along the horizontal axis.
struct Place {
    x: f64,
    /// The values of those runs that have one.
    values: Vec<f64>,
    /// How many runs belong here.
    n: usize,
    lost: Lost,
}

/// A line: its places, and the single runs.
struct Line {
    places: Vec<Place>,
    thin: Vec<Vec<(f64, f64)>>,
}

/// One figure: a line for each value of the hue.
fn figure(
    scene: &Scene,
    kind: Kind,
    data: &Data,
    panel: String,
    runs: &[usize],
    numbers: &mut Numbers,
) -> Figure {
    let hues = Scene::codes(scene.hue, &scene.selected);
    let mut series = Vec::new();
    let mut broken: Vec<(f64, Lost)> = Vec::new();
    let mut most = 0;
    for (colour, &hue) in hues.iter().enumerate() {
        let of_line = Scene::having(scene.hue, hue, runs);
        let x = scene.x.filter(|_| kind == Kind::Response);
        let (of_line, chosen) = scene.at_best(&of_line, x);
        if of_line.is_empty() {
            continue;
        }
        let line = match (data, scene.x) {
            (Data::Courses(courses), _) => by_epoch(scene, &of_line, courses, None),
            (Data::Timed(courses, seconds), _) => by_epoch(scene, &of_line, courses, Some(seconds)),
            (Data::Outcomes(outcomes), Some(x)) => by_setting(&of_line, x, outcomes),
            (Data::Outcomes(_), None) => continue,
        };
        let name = match (scene.hue, hue) {
            (Some(setting), Some(code)) => value(setting, code),
            _ => "mean".into(),
        };
        let drawn = Series {
            // Small figures share a legend, and each may have chosen otherwise.
            label: match chosen.is_empty() || scene.panels.is_some() {
                true => name,
                false => format!("{name} ({chosen})"),
            },
            label_at: match hues.len() {
                ..=MOST_NAMED => LabelAt::End,
                _ => LabelAt::Legend,
            },
            colour,
            ..Series::default()
        };
        broken.extend(line.places.iter().filter(|p| p.lost.any()).map(|p| (p.x, p.lost)));
        most = line.places.iter().map(|place| place.n).fold(most, usize::max);
        let number = Number { panel: panel.clone(), chosen, ..Number::default() };
        series.push(means(scene, drawn, &line, &number, numbers));
        if kind != Kind::Response
            && line.thin.len() <= MOST_THIN
            && let Some(drawn) = series.last_mut()
        {
            let factor = scene.factor();
            let scaled = |run: Vec<(f64, f64)>| run.into_iter().map(|(x, y)| (x, factor * y));
            drawn.thin = line.thin.into_iter().map(|run| scaled(run).collect()).collect();
        }
    }
    let noun = scene.seeds.map_or("run".into(), |seeds| seeds.name.replace('_', " "));
    let mut key = vec![Key::new(
        Mark::Line,
        format!("mean of {most} {noun}{}", if most == 1 { "" } else { "s" }),
    )];
    if series.iter().any(|s| !s.band.is_empty()) {
        key.push(Key::new(Mark::Band, "its 95 % t interval"));
    }
    if series.iter().any(|s| !s.thin.is_empty()) {
        key.push(Key::new(Mark::Thin, format!("one {noun}")));
    }
    let places: Vec<f64> = series.iter().flat_map(|s| s.points.iter().map(|p| p.0)).collect();
    let x = match (kind, scene.x) {
        (Kind::Response, Some(setting)) => axis(setting, &places),
        (Kind::Time, _) => {
            let singles = series.iter().flat_map(|s| s.thin.iter().flatten().map(|p| p.0));
            let last = places.iter().copied().chain(singles).fold(0.0, f64::max);
            Axis::linear("seconds of training").with_range(0.0, last)
        }
        _ => Axis::linear("epoch (counted from 0)"),
    };
    let hatched = regions(&places, &broken, x.scale == Scale::Log10);
    Figure { title: panel, x, y: scene.y_axis(), series, key, hatched, ..Figure::default() }
}

/// The means of a line with their intervals. There is a mean only where every run has a value: one over the others
/// would flatter.
fn means(
    scene: &Scene,
    mut series: Series,
    line: &Line,
    of_line: &Number,
    numbers: &mut Numbers,
) -> Series {
    let factor = scene.factor();
    for Place { x, values, n, lost } in &line.places {
        let complete = values.len() == *n;
        let middle = complete.then(|| mean(values));
        let interval = if complete { confidence_interval(values, 0.95) } else { None };
        let interval = interval.map(|interval| scene.cut(interval));
        series.points.push((*x, middle.map_or(f64::NAN, |mean| factor * mean)));
        if let Some(Interval { low, high }) = interval {
            series.band.push((*x, factor * low, factor * high));
        }
        numbers.push(Number {
            series: series.label.clone(),
            x: format!("{x:?}"),
            n: *n,
            value: middle,
            low: interval.map(|i| i.low),
            high: interval.map(|i| i.high),
            lost: *lost,
            ..of_line.clone()
        });
    }
    series
}

/// A logarithmic axis for numbers that span more than a decade.
fn axis(setting: &Setting, places: &[f64]) -> Axis {
    let low = places.iter().copied().fold(f64::INFINITY, f64::min);
    let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match low > 0.0 && high / low >= 10.0 {
        true => Axis::log10(label(setting)),
        false => Axis::linear(label(setting)),
    }
}

/// The parts of the axis nearest to the places where runs were lost.
fn regions(places: &[f64], broken: &[(f64, Lost)], log: bool) -> Vec<Hatched> {
    let mut places = places.to_vec();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let between = |a: f64, b: f64| if log { (a * b).sqrt() } else { (a + b) / 2.0 };
    let mut regions: Vec<Hatched> = Vec::new();
    for (i, &x) in places.iter().enumerate() {
        let here = || broken.iter().filter(|(at, _)| *at == x);
        if here().next().is_none() {
            continue;
        }
        let label = match here().any(|(_, lost)| lost.diverged > 0) {
            true => "some diverged",
            false => "not reached by all",
        };
        let low = if i > 0 { between(places[i - 1], x) } else { x };
        let high = places.get(i + 1).map_or(x, |&next| between(x, next));
        match regions.last_mut() {
            Some(last) if last.range.1 == low && last.label == label => last.range.1 = high,
            _ => regions.push(Hatched { range: (low, high), label: label.into() }),
        }
    }
    regions
}

/// By epoch, or by the mean seconds that the runs had trained by then.
fn by_epoch(scene: &Scene, runs: &[usize], courses: &[Course], seconds: Option<&[Course]>) -> Line {
    let elapsed = |run: usize| -> Vec<f64> {
        let Some(seconds) = seconds else {
            return courses[run].iter().map(|&(epoch, _)| epoch as f64).collect();
        };
        // Epochs without the metric took time as well.
        let until = |epoch: usize| seconds[run].iter().take_while(move |&&(e, _)| e <= epoch);
        courses[run].iter().map(|&(epoch, _)| until(epoch).map(|&(_, s)| s).sum()).collect()
    };
    let longest = runs.iter().map(|&run| courses[run].len()).max().unwrap_or(0);
    let times: Vec<Vec<f64>> = runs.iter().map(|&run| elapsed(run)).collect();
    let mut places = Vec::new();
    for epoch in 0..longest {
        let here = runs.iter().zip(&times).filter_map(|(&run, times)| {
            let value = courses[run].get(epoch)?.1;
            value.is_finite().then_some((times[epoch], value))
        });
        let (xs, values): (Vec<f64>, Vec<f64>) = here.unzip();
        if xs.is_empty() {
            continue;
        }
        // A run that stopped early is no loss, but there is no mean without it either.
        let lost = runs.iter().filter(|&&run| {
            let value = courses[run].get(epoch).map(|&(_, value)| value);
            has_diverged(scene, run, &courses[run]) && value.is_none_or(|v| !v.is_finite())
        });
        let lost = Lost { diverged: lost.count(), missed: 0 };
        places.push(Place { x: mean(&xs), values, n: runs.len(), lost });
    }
    let thin = runs
        .iter()
        .zip(&times)
        .map(|(&run, times)| times.iter().copied().zip(courses[run].iter().map(|p| p.1)).collect());
    Line { places, thin: thin.collect() }
}

/// By the numbers of a setting.
fn by_setting(runs: &[usize], x: &Setting, outcomes: &[Outcome]) -> Line {
    let place = |code: usize| {
        let of_place = Scene::having(Some(x), Some(code), runs);
        let outcomes = of_place.iter().map(|&run| outcomes[run]);
        let (values, lost) = Lost::split(outcomes);
        let x = x.values[code].parse().unwrap_or(f64::NAN);
        Place { x, values, n: of_place.len(), lost }
    };
    Line { places: x.present(runs).into_iter().map(place).collect(), thin: Vec::new() }
}
