//! Learning curves, a metric against a setting, accuracy against seconds; small multiples of them.

use super::endings::{Ending, Why, endings_in_words};
use super::groups::Scene;
use super::numbers::{Number, Numbers};
use super::scale::{Middle, Outside, logarithmic, scale};
use super::{Kind, capital, label, titled, value};
use crate::figure::{
    Axis, Chart, Figure, Hatched, Key, LabelAt, Mark, Marker, Panels, Ranges, Scale, Series, Shape,
    Stroke,
};
use crate::report::ablation::AblationError;
use crate::results::runs::{Course, Lost, Outcome, Setting, Spacing};
use crate::stats::mean;

/// More lines of single seeds hide each other.
const MOST_THIN: usize = 20;
/// More lines cannot be named at their ends.
const MOST_NAMED: usize = 10;
/// Bands of more lines cover each other.
const MOST_BANDS: usize = 12;
/// More points of single seeds make a file large and a figure no clearer.
const MOST_POINTS: usize = 20_000;
/// How many colours there are, before lines have to differ otherwise.
const COLOURS: usize = 8;

pub(super) fn draw(scene: &Scene, numbers: &mut Numbers) -> Result<Chart, AblationError> {
    let kind = scene.request.kind.unwrap_or(Kind::Curves);
    let data = Data::read(scene, kind)?;
    let scale = scale(scene, data.values(scene));
    let (mut figures, mut endings, mut left_out) = (Vec::new(), Vec::new(), 0);
    for panel in Scene::codes(scene.panels, &scene.selected) {
        let runs = Scene::having(scene.panels, panel, &scene.selected);
        let name = match (scene.panels, panel) {
            (Some(setting), Some(code)) => titled(setting, code),
            _ => String::new(),
        };
        let drawn = figure(scene, kind, &data, name, &runs, scale, numbers);
        figures.push(drawn.figure);
        endings.extend(drawn.endings);
        left_out += drawn.left_out;
    }
    let metric = capital(&scene.measure.name());
    let title = match (kind, scene.x) {
        (Kind::Response, Some(x)) => format!("{metric} against {}", label(x)),
        (Kind::Time, _) => format!("{metric} against time"),
        _ => format!("{metric} by {}", scene.runs.unit().name()),
    };
    let subtitle = Some(scene.subtitle());
    let chosen =
        if scene.panels.is_some() || scene.hue.is_some() { "Each line has" } else { "With" };
    let mut note = vec![scene.note(chosen, data.lost(scene), data.spacing())];
    let means: usize = figures.iter().map(|figure| figure.series.len()).sum();
    note.extend(endings_in_words(&endings, &scene.runs.unit().name(), means));
    if scale == Scale::Log10 {
        note.push(logarithmic(left_out));
    }
    let series = || figures.iter().flat_map(|figure| &figure.series);
    let is_bare = series().all(|series| series.thin.is_empty());
    if figures.iter().any(|figure| figure.series.len() > MOST_BANDS) {
        note.push(format!("Intervals of more than {MOST_BANDS} lines would hide each other."));
    } else if means > 0 && kind != Kind::Response && is_bare {
        note.push("So many single runs would hide each other and are not drawn.".into());
    }
    let mut outside = [Outside::none("means"), Outside::none("values of single runs")];
    for series in series() {
        let range = scene.request.range;
        outside[0].count(range, series.points.iter().map(|point| point.1));
        outside[1].count(range, series.thin.iter().flatten().map(|point| point.1));
    }
    note.extend(Outside::sentence(&outside));
    let note = Some(note.join(" "));
    if scene.panels.is_some() {
        return Ok(Chart::Panels(Panels {
            title,
            subtitle,
            panels: figures,
            note,
            ranges: Ranges::Shared,
        }));
    }
    Ok(Chart::Lines(Figure { title, subtitle, note, ..figures.remove(0) }))
}

/// What is plotted of each run.
enum Data {
    /// Its values by epoch.
    Courses(Vec<Course>),
    /// Its values, and the seconds of each epoch.
    Timed(Vec<Course>, Vec<Course>),
    /// One value, and how far apart the epochs are that were looked at.
    Outcomes(Vec<Outcome>, Option<Spacing>),
}

impl Data {
    fn read(scene: &Scene, kind: Kind) -> Result<Self, AblationError> {
        let column = &scene.measure.column;
        Ok(match kind {
            Kind::Curves => Self::Courses(scene.runs.curves(column)?),
            Kind::Time => Self::Timed(scene.runs.curves(column)?, scene.runs.curves("seconds")?),
            _ => {
                let (outcomes, spacing) = scene.outcomes()?;
                Self::Outcomes(outcomes, spacing)
            }
        })
    }

    /// All epochs of some runs, ascending; none of what has no epochs.
    fn epochs(&self, runs: &[usize]) -> Vec<usize> {
        let (Self::Courses(courses) | Self::Timed(courses, _)) = self else {
            return Vec::new();
        };
        let mut epochs: Vec<usize> =
            runs.iter().flat_map(|&run| courses[run].iter().map(|&(epoch, _)| epoch)).collect();
        epochs.sort_unstable();
        epochs.dedup();
        epochs
    }

    /// How many of the runs in the figure have no value.
    fn lost(&self, scene: &Scene) -> Lost {
        match self {
            Self::Outcomes(outcomes, _) => scene.lost(outcomes),
            Self::Courses(courses) | Self::Timed(courses, _) => {
                scene.runs.lost(&scene.selected, |run| {
                    match has_diverged(scene, run, &courses[run]) {
                        true => Outcome::Diverged,
                        false => Outcome::Value(0.0),
                    }
                })
            }
        }
    }

    /// All values of the runs in the figure.
    fn values<'a>(&'a self, scene: &'a Scene) -> Box<dyn Iterator<Item = f64> + 'a> {
        let selected = scene.selected.iter();
        match self {
            Self::Courses(courses) | Self::Timed(courses, _) => {
                Box::new(selected.flat_map(|&run| courses[run].iter().map(|point| point.1)))
            }
            Self::Outcomes(outcomes, _) => {
                let outcomes = selected.map(|&run| outcomes[run]);
                Box::new(Lost::split(outcomes).0.into_iter())
            }
        }
    }

    fn spacing(&self) -> Option<Spacing> {
        match self {
            Self::Outcomes(_, spacing) => *spacing,
            Self::Courses(_) | Self::Timed(..) => None,
        }
    }
}

fn has_diverged(scene: &Scene, run: usize, course: &[(usize, f64)]) -> bool {
    scene.runs.is_diverged(run) || course.iter().any(|&(_, value)| !value.is_finite())
}

/// A place along the horizontal axis.
struct Place {
    x: f64,
    /// The epoch, of what has epochs.
    epoch: usize,
    /// The values of those runs that have one.
    values: Vec<f64>,
    /// How many runs belong here.
    n: usize,
    lost: Lost,
}

/// A line: its places, and the single runs.
struct Line {
    places: Vec<Place>,
    /// By what pairs the run.
    thin: Vec<(usize, Vec<(f64, f64)>)>,
}

/// A place where runs were lost.
struct Broken {
    x: f64,
    lost: Lost,
    /// Whether no run is left.
    all: bool,
    line: String,
}

/// A figure with what is to be said of it.
struct Drawn {
    figure: Figure,
    endings: Vec<Ending>,
    /// How many values cannot stand on its axis.
    left_out: usize,
}

/// One figure: a line for each value of the hue.
fn figure(
    scene: &Scene,
    kind: Kind,
    data: &Data,
    panel: String,
    runs: &[usize],
    scale: Scale,
    numbers: &mut Numbers,
) -> Drawn {
    let hues = Scene::codes(scene.hue, &scene.selected);
    let mut series = Vec::new();
    let mut broken: Vec<Broken> = Vec::new();
    let (mut most, mut left_out, mut endings) = (0, 0, Vec::new());
    let epochs = data.epochs(runs);
    for (colour, &hue) in hues.iter().enumerate() {
        let of_line = Scene::having(scene.hue, hue, runs);
        let x = scene.x.filter(|_| kind == Kind::Response);
        let (of_line, chosen) = scene.at_best(&of_line, x);
        if of_line.is_empty() {
            continue;
        }
        let line = match (data, scene.x) {
            (Data::Courses(courses), _) => by_epoch(scene, &of_line, &epochs, courses, None),
            (Data::Timed(courses, seconds), _) => {
                by_epoch(scene, &of_line, &epochs, courses, Some(seconds))
            }
            (Data::Outcomes(outcomes, _), Some(x)) => by_setting(&of_line, x, outcomes),
            (Data::Outcomes(..), None) => continue,
        };
        let (name, owner) = match (scene.hue, hue) {
            (Some(setting), Some(code)) => {
                let name = value(setting, code);
                (name.clone(), Some(name))
            }
            _ => ("mean".into(), None),
        };
        let lost = line.places.iter().filter(|place| place.lost.any());
        broken.extend(lost.map(|place| Broken {
            x: place.x,
            lost: place.lost,
            all: place.values.is_empty(),
            line: name.clone(),
        }));
        most = line.places.iter().map(|place| place.n).fold(most, usize::max);
        // Small figures share a legend, and each may have chosen otherwise.
        let label = match chosen.is_empty() || scene.panels.is_some() {
            true => name,
            false => format!("{name} ({chosen})"),
        };
        let number =
            Number { panel: panel.clone(), series: label.clone(), chosen, ..Number::default() };
        // Lines of one colour differ in stroke or marker.
        let round = colour / COLOURS;
        let mut drawn = Series {
            label,
            label_at: if hues.len() > MOST_NAMED { LabelAt::Legend } else { LabelAt::End },
            colour,
            style: match round {
                0 => Stroke::Solid,
                1 => Stroke::Dashed,
                _ => Stroke::Dotted,
            },
            marker: match round {
                0 => Marker::default(),
                _ => Marker { shape: Shape::Triangle, ..Marker::default() },
            },
            ..Series::default()
        };
        left_out += means(scene, &mut drawn, &line, scale, &number, numbers);
        if kind != Kind::Response {
            let of = match (owner, panel.is_empty()) {
                (owner, true) => owner,
                (Some(owner), false) => Some(format!("{owner} at {panel}")),
                (None, false) => Some(panel.clone()),
            };
            endings.extend(ending(of, &line, &drawn));
        }
        if hues.len() > MOST_BANDS {
            drawn.band.clear();
        }
        if drawn.points.iter().all(|point| !point.1.is_finite()) {
            // A line that is nowhere has no end to be named at.
            drawn.label += ": no mean";
            drawn.label_at = LabelAt::Legend;
        }
        let single = line.thin.iter().map(|(_, run)| run.len()).sum::<usize>();
        let few = line.thin.len() <= MOST_THIN && hues.len() <= MOST_BANDS;
        if kind != Kind::Response && few && single * hues.len() <= MOST_POINTS {
            let factor = scene.factor();
            for (pair, run) in line.thin {
                let seed = scene.pair_name(pair);
                for &(x, value) in &run {
                    let (seed, x) = (seed.clone(), format!("{x:?}"));
                    let value = Some(value).filter(|value| value.is_finite());
                    numbers.push(Number { seed, x, n: 1, value, ..number.clone() });
                }
                drawn.thin.push(run.into_iter().map(|(x, y)| (x, factor * y)).collect());
            }
        }
        series.push(drawn);
    }
    let noun = scene.seeds.map_or("run".into(), |seeds| seeds.name.replace('_', " "));
    let kind_of_mean = if scale == Scale::Log10 { "geometric mean" } else { "mean" };
    let mut key = vec![Key::new(
        Mark::Line,
        format!("{kind_of_mean} of {most} {noun}{}", if most == 1 { "" } else { "s" }),
    )];
    if series.iter().flat_map(|s| &s.band).any(|band| band.1.is_finite()) {
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
        _ => Axis::linear(scene.runs.unit().label()),
    };
    let hatched = match kind {
        Kind::Time => after(&broken, x.range.map_or(0.0, |range| range.1)),
        _ => regions(&places, &broken, x.scale == Scale::Log10, hues.len()),
    };
    let y = Axis { scale, ..scene.y_axis() };
    let figure = Figure { title: panel, x, y, series, key, hatched, ..Figure::default() };
    Drawn { figure, endings, left_out }
}

/// The means of a line with their intervals. There is a mean only where every run has a value: one over the others
/// would flatter. Returns how many values cannot stand on the axis.
fn means(
    scene: &Scene,
    series: &mut Series,
    line: &Line,
    scale: Scale,
    of_line: &Number,
    numbers: &mut Numbers,
) -> usize {
    let factor = scene.factor();
    let mut left_out = 0;
    for Place { x, values, n, lost, .. } in &line.places {
        let middle = Middle::of(scene, values, values.len() == *n, scale);
        left_out += middle.left_out;
        let interval = middle.interval;
        series.points.push((*x, middle.value.map_or(f64::NAN, |mean| factor * mean)));
        // A gap in the line is one in the band.
        let ends = interval.map_or((f64::NAN, f64::NAN), |i| (factor * i.low, factor * i.high));
        series.band.push((*x, ends.0, ends.1));
        numbers.push(Number {
            x: format!("{x:?}"),
            n: *n,
            value: middle.value,
            low: interval.map(|i| i.low),
            high: interval.map(|i| i.high),
            lost: *lost,
            ..of_line.clone()
        });
    }
    left_out
}

/// Where the mean of a line ends before its runs do, if it does.
fn ending(of: Option<String>, line: &Line, drawn: &Series) -> Option<Ending> {
    let has_mean = |i: &usize| drawn.points[*i].1.is_finite();
    let count = line.places.len();
    let runs = line.places.first()?.n;
    let last = (0..count).rfind(has_mean);
    let ending = |why| Ending { of, runs, last: last.map(|i| line.places[i].epoch), why };
    if last.is_some_and(|last| last + 1 == count) {
        let gaps = (0..count).filter(|i| !has_mean(i)).count();
        return (gaps > 0).then(|| ending(Why::Gaps(gaps)));
    }
    let next = &line.places[last.map_or(0, |last| last + 1)];
    Some(ending(match next {
        _ if next.lost.diverged > 0 => Why::Diverged,
        _ if next.values.len() < runs => Why::Stopped,
        _ => Why::NotPositive,
    }))
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
fn regions(places: &[f64], broken: &[Broken], log: bool, lines: usize) -> Vec<Hatched> {
    let mut places = places.to_vec();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let between = |a: f64, b: f64| if log { (a * b).sqrt() } else { (a + b) / 2.0 };
    let mut regions: Vec<Hatched> = Vec::new();
    for (i, &x) in places.iter().enumerate() {
        let here: Vec<&Broken> = broken.iter().filter(|broken| broken.x == x).collect();
        if here.is_empty() {
            continue;
        }
        let low = if i > 0 { between(places[i - 1], x) } else { x };
        let high = places.get(i + 1).map_or(x, |&next| between(x, next));
        let (low, high) = match (low < high, log) {
            (true, _) => (low, high),
            (false, true) => (x / 1.5, x * 1.5),
            (false, false) => (x - 0.5, x + 0.5),
        };
        let label = loss(&here, lines);
        match regions.last_mut() {
            Some(last) if last.range.1 == low && last.label == label => last.range.1 = high,
            _ => regions.push(Hatched { range: (low, high), label }),
        }
    }
    regions
}

/// What happened at a place of the axis.
fn loss(here: &[&Broken], lines: usize) -> String {
    let diverged = here.iter().any(|broken| broken.lost.diverged > 0);
    let missing = here.iter().any(|broken| broken.lost.missing > 0);
    let all = here.len() == lines && here.iter().all(|broken| broken.all);
    match (diverged, all, here) {
        (false, true, _) if missing => "none has a value".into(),
        (false, ..) if missing => "some have no value".into(),
        (false, ..) => "not reached by all".into(),
        (true, true, _) => "all diverged".into(),
        (true, false, [one]) if lines > 1 && one.all => format!("{} diverged", one.line),
        (true, false, [one]) if lines > 1 => format!("some of {} diverged", one.line),
        _ => "some diverged".into(),
    }
}

/// The part of the axis from the first loss on: no two lines have the same places in time.
fn after(broken: &[Broken], last: f64) -> Vec<Hatched> {
    let first = broken.iter().map(|broken| broken.x).fold(f64::INFINITY, f64::min);
    match first < last {
        true => vec![Hatched { range: (first, last), label: "some diverged".into() }],
        false => Vec::new(),
    }
}

/// By epoch, or by the mean seconds that the runs had trained by then. A line has all epochs of the figure from where
/// one of its runs diverged.
fn by_epoch(
    scene: &Scene,
    runs: &[usize],
    epochs: &[usize],
    courses: &[Course],
    seconds: Option<&[Course]>,
) -> Line {
    let elapsed = |run: usize, epoch: usize| -> f64 {
        let Some(seconds) = seconds else {
            return epoch as f64;
        };
        // Epochs without the metric took time as well.
        let until = seconds[run].iter().take_while(|&&(e, _)| e <= epoch);
        until.map(|&(_, seconds)| seconds).sum()
    };
    let broke_at = |run: usize| -> Option<usize> {
        let course = &courses[run];
        let broken = course.iter().find(|(_, value)| !value.is_finite()).map(|&(epoch, _)| epoch);
        let after = course.last().map_or(0, |&(epoch, _)| epoch + 1);
        has_diverged(scene, run, course).then(|| broken.unwrap_or(after))
    };
    let broke_at: Vec<Option<usize>> = runs.iter().map(|&run| broke_at(run)).collect();
    let mut places = Vec::new();
    for &epoch in epochs {
        let here = runs.iter().filter_map(|&run| {
            let at = courses[run].binary_search_by_key(&epoch, |&(e, _)| e).ok()?;
            let value = courses[run][at].1;
            value.is_finite().then(|| (elapsed(run, epoch), value))
        });
        let (xs, values): (Vec<f64>, Vec<f64>) = here.unzip();
        // A run that stopped early is no loss, but there is no mean without it either.
        let diverged = broke_at.iter().filter(|at| at.is_some_and(|at| at <= epoch)).count();
        let lost = Lost { diverged, ..Lost::default() };
        let x = match xs.is_empty() {
            false => mean(&xs),
            true if lost.any() => {
                mean(&runs.iter().map(|&run| elapsed(run, epoch)).collect::<Vec<_>>())
            }
            true => continue,
        };
        places.push(Place { x, epoch, values, n: runs.len(), lost });
    }
    let thin = runs.iter().map(|&run| {
        let points = courses[run].iter().map(|&(epoch, value)| (elapsed(run, epoch), value));
        (scene.pair(run), points.collect())
    });
    Line { places, thin: if runs.len() <= MOST_THIN { thin.collect() } else { Vec::new() } }
}

/// By the numbers of a setting.
fn by_setting(runs: &[usize], x: &Setting, outcomes: &[Outcome]) -> Line {
    let place = |code: usize| {
        let of_place = Scene::having(Some(x), Some(code), runs);
        let outcomes = of_place.iter().map(|&run| outcomes[run]);
        let (values, lost) = Lost::split(outcomes);
        let x = x.values[code].parse().unwrap_or(f64::NAN);
        Place { x, epoch: 0, values, n: of_place.len(), lost }
    };
    Line { places: x.present(runs).into_iter().map(place).collect(), thin: Vec::new() }
}
