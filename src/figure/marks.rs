//! The data: bands, single runs, lines, dots.

use super::canvas::{Anchor, Canvas, Px};
use super::layout::{Layout, Plot, SUBTITLE};
use super::palette::{BACKGROUND, pick};
use super::simplify::simplified;
use super::{Figure, Marker, Scale, Series, Shape, Stroke};

/// The width of a line of either style.
pub(super) const SOLID: f64 = 2.8;
pub(super) const DASHED: f64 = 2.2;
pub(super) const DASHES: &str = "7 4";
pub(super) const DOTS: &str = "2.5 3";
const BAND_OPACITY: f64 = 0.2;
pub(super) const THIN: f64 = 1.0;
pub(super) const THIN_OPACITY: f64 = 0.35;

/// Lines of at most this many points show them as dots.
const FEW: usize = 12;
/// Nearer places, in pixels, cannot be pointed at one by one.
const POINTED: f64 = 3.0;
/// The usual size of a marker.
pub(super) const RADIUS: f64 = 4.0;

type Pixel = (f64, f64);

/// Draws all series: first what may be covered, then the lines.
pub(super) fn draw(figure: &Figure, layout: &Layout, canvas: &mut Canvas) {
    let plot = &layout.plot;
    // Half a line more than the plot, so that a line along its edge keeps its width.
    let edge = SOLID / 2.0;
    canvas.clip(
        plot.left - edge,
        plot.top - edge,
        plot.right - plot.left + SOLID,
        plot.bottom - plot.top + SOLID,
    );
    if figure.all_y().all(|y| plot.y(y).is_none()) {
        let middle = ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0);
        canvas.text(middle.0, middle.1, Anchor::Middle, SUBTITLE, "no data");
    }
    for series in &figure.series {
        canvas.series(series.colour, &series.label, std::iter::empty(), |canvas| {
            draw_background(series, plot, canvas);
        });
    }
    for series in &figure.series {
        let shown =
            |&point: &(f64, f64)| Some((plot.point(point).filter(|&p| plot.shows(p))?, point));
        let points = apart(series.points.iter().filter_map(shown));
        canvas
            .series(series.colour, &series.label, points, |canvas| draw_line(series, plot, canvas));
    }
}

/// Of points those that a pointer can tell from the one before.
fn apart<T>(points: impl Iterator<Item = (Pixel, T)>) -> impl Iterator<Item = (Pixel, T)> {
    let mut before: Option<Pixel> = None;
    points.filter(move |&((x, y), _)| {
        let near = |(a, b): Pixel| (x - a).abs() < POINTED && (y - b).abs() < POINTED;
        let is_apart = !before.is_some_and(near);
        if is_apart {
            before = Some((x, y));
        }
        is_apart
    })
}

fn draw_background(series: &Series, plot: &Plot, canvas: &mut Canvas) {
    if series.band.is_empty() && series.thin.is_empty() {
        return;
    }
    let colour = pick(series.colour).line;
    canvas.clipped(&series.label);
    for piece in pieces(series.band.iter().map(|&edges| band_edges(plot, edges))) {
        let edge = |of: fn(&(f64, f64, f64)) -> Pixel| {
            simplified(&piece.iter().map(of).collect::<Vec<_>>()).into_iter()
        };
        let (low, high) = (edge(|&(x, low, _)| (x, low)), edge(|&(x, _, high)| (x, high)));
        let d = path(high.chain(low.rev()));
        // A band over a single place has no width of its own.
        let bar = match piece.len() {
            1 => format!(r#" stroke="{colour}" stroke-width="6" stroke-opacity="{BAND_OPACITY}""#),
            _ => String::new(),
        };
        canvas.put(format_args!(
            r#"<path d="{d}Z" fill="{colour}" fill-opacity="{BAND_OPACITY}"{bar}/>"#
        ));
    }
    for run in &series.thin {
        for piece in pieces(run.iter().map(|&p| plot.point(p))) {
            let d = path(simplified(&piece).into_iter());
            canvas.put(format_args!(
                r#"<path d="{d}" stroke="{colour}" stroke-width="{THIN}" stroke-opacity="{THIN_OPACITY}"/>"#
            ));
        }
    }
    canvas.close();
}

fn draw_line(series: &Series, plot: &Plot, canvas: &mut Canvas) {
    let lines = pieces(series.points.iter().map(|&p| plot.point(p)));
    if lines.is_empty() {
        return;
    }
    let colour = pick(series.colour);
    // Where a dashed line runs along a solid one of its colour, the darker shade keeps both visible.
    let (stroke, width, dashes) = match series.style {
        Stroke::Solid => (colour.line, SOLID, String::new()),
        Stroke::Dashed => (colour.ink, DASHED, format!(" stroke-dasharray=\"{DASHES}\"")),
        Stroke::Dotted => (colour.line, SOLID, format!(" stroke-dasharray=\"{DOTS}\"")),
    };
    if lines.iter().any(|line| line.len() > 1) {
        canvas.clipped(&series.label);
        for line in lines.iter().filter(|line| line.len() > 1) {
            let d = path(simplified(line).into_iter());
            canvas.put(format_args!(
                r#"<path d="{d}" stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round"{dashes}/>"#
            ));
        }
        canvas.close();
    }
    let few = lines.iter().map(Vec::len).sum::<usize>() <= FEW;
    let fill = match series.style {
        Stroke::Solid | Stroke::Dotted => stroke,
        Stroke::Dashed => BACKGROUND,
    };
    // Dots are not clipped: one on the edge of the plot is drawn whole.
    let dotted = lines.iter().filter(|line| few || line.len() == 1);
    for &(x, y) in dotted.flatten().filter(|&&pixel| plot.shows(pixel)) {
        draw_point(series.marker, (x, y), fill, stroke, canvas);
    }
}

/// Draws one marker around `(x, y)`.
pub(super) fn draw_point(
    Marker { shape, radius }: Marker,
    (x, y): Pixel,
    fill: &str,
    stroke: &str,
    canvas: &mut Canvas,
) {
    let colours = format!(r#"fill="{fill}" stroke="{stroke}" stroke-width="1.5""#);
    match shape {
        _ if radius <= 0.0 => {}
        Shape::Circle => {
            let (x, y, radius) = (Px(x), Px(y), Px(radius));
            canvas.put(format_args!(r#"<circle cx="{x}" cy="{y}" r="{radius}" {colours}/>"#));
        }
        // Equilateral, about its centre.
        Shape::Triangle => {
            let (top, side) = (Px(y - 1.4 * radius), 2.4 * radius);
            let (x, half, height) = (Px(x), Px(side / 2.0), Px(0.866 * side));
            canvas.put(format_args!(
                r#"<path d="M{x} {top}l{half} {height}h-{}Z" {colours} stroke-linejoin="round"/>"#,
                Px(side)
            ));
        }
    }
}

/// Column and both rows of one place of a band.
fn band_edges(plot: &Plot, (x, low, high): (f64, f64, f64)) -> Option<(f64, f64, f64)> {
    let endless = plot.y.scale == Scale::Log10 && low <= 0.0;
    let low = if endless { plot.y.low.min(high) } else { low };
    Some((plot.x(x)?, plot.y(low)?, plot.y(high)?))
}

/// Splits at the gaps.
fn pieces<T>(places: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut pieces = vec![Vec::new()];
    for place in places {
        match (place, pieces.last_mut()) {
            (Some(place), Some(piece)) => piece.push(place),
            _ => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn path(pixels: impl Iterator<Item = Pixel>) -> String {
    let mut d = String::new();
    for (i, (x, y)) in pixels.enumerate() {
        d.push_str(match i {
            0 => "M",
            1 => "L",
            _ => " ",
        });
        d += &format!("{} {}", Px(x), Px(y));
    }
    d
}

impl Figure {
    /// Every value along the horizontal axis.
    pub(super) fn all_x(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|s| {
            let band = s.band.iter().map(|b| b.0);
            s.all_points().map(|p| p.0).chain(band)
        })
    }

    /// Every value along the vertical axis.
    pub(super) fn all_y(&self) -> impl Iterator<Item = f64> {
        self.series.iter().flat_map(|s| {
            let band = s.band.iter().flat_map(|b| [b.1, b.2]);
            s.all_points().map(|p| p.1).chain(band)
        })
    }
}

impl Series {
    fn all_points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().chain(self.thin.iter().flatten()).copied()
    }
}
