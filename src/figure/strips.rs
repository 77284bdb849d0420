//! Points by category: every run, a box, the mean, and lines between the runs of one seed.
//!
//! The categories stand beneath one another with their names at the left, so that any number of names of any length is
//! whole; the figure grows with them.

use super::Axis;
use super::Scale;
use super::canvas::{Anchor, Canvas, Px};
use super::domain::{Domain, Ends};
use super::layout::{Block, Frame, LABEL, NOTE, fitting_ticks};
use super::page::{Drawing, Page, Words};
use super::palette::{FAINT_GRID, GRID, NEUTRAL, TEXT, pick};
use super::swarm::swarm;
use super::text::{widest_part, width};
use crate::stats::quantile;
use std::collections::HashMap;

/// A figure of one row a category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strips {
    /// The heading.
    pub title: String,
    /// A second, smaller heading.
    pub subtitle: Option<String>,
    /// What the categories are.
    pub category: String,
    /// What is measured: the horizontal axis.
    pub value: Axis,
    /// The categories from top to bottom.
    pub strips: Vec<Strip>,
    /// What the runs of a pair have in common, if it is no seed.
    pub pair: Option<String>,
    /// Small print.
    pub note: Option<String>,
}

/// A category of [`Strips`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strip {
    /// Its name.
    pub label: String,
    /// More about it, in smaller letters under the name.
    pub detail: String,
    /// (pair, value) of each run; runs of one pair in neighbouring categories are joined by a line.
    pub points: Vec<(usize, f64)>,
    /// Mean and the ends of its interval; on a logarithmic axis those of the geometric mean.
    pub mean: Option<(f64, f64, f64)>,
    /// How many runs have no value.
    pub lost: usize,
    /// What became of them: `diverged`.
    pub lost_word: String,
}

/// The height of a box.
const BOX: f64 = 18.0;
/// Above and below a row, and between its box and its dots.
const PADDING: f64 = 11.0;
const GAP: f64 = 6.0;
/// What names may take of the width; long words a little more.
const NAMES: f64 = 0.33;
const LONG_WORDS: f64 = 0.5;
/// More dots of a category are one blot: as many are drawn, the first ones.
const MOST_DOTS: usize = 300;
/// The radii of dots: the largest that keeps the stacks of equal values low is taken.
const RADII: [f64; 6] = [4.2, 3.5, 2.9, 2.4, 1.9, 1.5];
/// No stack is higher: what needs more room lies on one another.
const HIGHEST: f64 = 150.0;
/// A higher figure has the numbers of its axis at the top too.
const TALL: f64 = 480.0;

impl Drawing for Strips {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        [&self.category, &self.value.label]
    }

    fn draw(&self, page: &mut Page) {
        page.write(&self.key(), NOTE);
        page.cursor += 8.0;
        page.write(&self.category, LABEL);
        page.cursor += 6.0;
        let frame = page.frame;
        let (left, right) = (self.left(&frame), frame.width - frame.margin - 8.0);
        let x = Scaled { domain: self.domain(), left, right };
        let dots = self.dots(&x);

        let ticks = fitting_ticks(&x.domain, (left, right));
        let rows = self.rows(&frame, page.cursor, &dots);
        let top = page.cursor;
        let mut bottom = rows.last().map_or(top + 2.0 * PADDING, |row| row.bottom);
        let is_tall = bottom - top > TALL;
        let down = if is_tall { 1.2 * LABEL.size } else { 0.0 };
        bottom += down;
        let rows: Vec<Row> = rows.into_iter().map(|row| row.moved(down)).collect();
        let top = top + down;

        let canvas = &mut page.canvas;
        for row in rows.iter().skip(1) {
            canvas.line((frame.margin, row.top), (right, row.top), FAINT_GRID, 1.0);
        }
        for tick in &ticks {
            let Some(at) = x.at(tick.value).filter(|&at| x.shows(at)) else {
                continue;
            };
            let shade = if tick.label.is_empty() { FAINT_GRID } else { GRID };
            canvas.line((at, top), (at, bottom), shade, 1.0);
            let half = width(&tick.label, LABEL.size) / 2.0;
            let at = at.min(frame.width - half - 4.0);
            let below = bottom + 8.0 + LABEL.size;
            canvas.text(at, below, Anchor::Middle, LABEL, &tick.label);
            if is_tall {
                canvas.text(at, top - 6.0, Anchor::Middle, LABEL, &tick.label);
            }
        }
        canvas.line((left, bottom), (right, bottom), NEUTRAL, 1.2);
        canvas.clip(left - 8.0, top, right - left + 16.0, bottom - top);
        draw_pairs(&dots, &rows, canvas);
        for (i, ((strip, row), dots)) in self.strips.iter().zip(&rows).zip(&dots).enumerate() {
            for name in &row.names {
                if frame.is_narrow() {
                    name.draw_ground(frame.margin, canvas);
                }
                name.draw(frame.margin, Anchor::Start, canvas);
            }
            let places = dots.iter().map(|dot| (dot.pixel(row), (f64::NAN, dot.value)));
            let places: Vec<_> = places.collect();
            canvas.series(i, &strip.label, places.into_iter(), |canvas| {
                canvas.clipped("");
                strip.draw_summary(i, row.summary, &x, canvas);
                canvas.close();
                for dot in dots {
                    dot.draw(i, &strip.label, row, canvas);
                }
            });
        }
        page.cursor = bottom + 8.0 + 1.3 * LABEL.size;
        page.write_around((left + right) / 2.0, &self.value.label, LABEL);
    }

    fn description(&self) -> String {
        let mut words = format!("{}. ", self.value.label);
        for strip in &self.strips {
            words += &match strip.mean {
                Some((mean, low, high)) => format!(
                    "{}: {} runs, mean {} between {} and {}. ",
                    strip.label,
                    strip.points.len(),
                    super::brief(mean),
                    super::brief(low),
                    super::brief(high)
                ),
                None => format!(
                    "{}: {} runs, {} {}. ",
                    strip.label,
                    strip.points.len() + strip.lost,
                    strip.lost,
                    strip.lost_word
                ),
            };
        }
        words
    }
}

/// A run in the figure.
#[derive(Clone, Copy)]
struct Dot {
    pair: usize,
    value: f64,
    /// Where it is on the axis, and how far from the middle of its row.
    x: f64,
    offset: f64,
    radius: f64,
}

/// The place of a category.
struct Row {
    top: f64,
    bottom: f64,
    names: Vec<Block>,
    /// The middle of box and mean, and that of the dots.
    summary: f64,
    dots: f64,
}

/// The horizontal axis in pixels.
struct Scaled {
    domain: Domain,
    left: f64,
    right: f64,
}

impl Strips {
    fn domain(&self) -> Domain {
        let values = self.strips.iter().flat_map(|strip| {
            let mean = strip.mean.map(|(_, low, high)| [low, high]);
            strip.points.iter().map(|p| p.1).chain(mean.into_iter().flatten())
        });
        Domain::settle(&self.value, values, Ends::Round)
    }

    /// Explains the marks that there are.
    fn key(&self) -> String {
        let mut words = String::from("A dot is a run");
        let most = self.strips.iter().map(|strip| strip.points.len()).max().unwrap_or(0);
        if most > MOST_DOTS {
            words += &format!("; of each category the first {MOST_DOTS} are drawn");
        }
        words += "; dots of equal or nearly equal values are stacked";
        let pairs = |strip: &Strip| strip.points.iter().map(|p| p.0).collect::<Vec<_>>();
        let is_joined = |two: &[Strip]| {
            let first = pairs(&two[0]);
            two[1].points.iter().any(|(pair, _)| first.contains(pair))
        };
        if self.strips.windows(2).any(is_joined) {
            let pair = self.pair.as_deref().unwrap_or("seed");
            words += &format!("; lines join runs of one {pair}");
        }
        words += ".";
        if self.strips.iter().any(Strip::has_box) {
            words += " The box holds the middle half, its line is the median.";
        }
        if self.strips.iter().any(|strip| strip.mean.is_some()) {
            let geometric = if self.value.scale == Scale::Log10 { "geometric " } else { "" };
            words += &format!(" The diamond is the {geometric}mean with its 95 % interval.");
        }
        words
    }

    /// The left end of the axis: at the margin where names stand above their rows.
    fn left(&self, frame: &Frame) -> f64 {
        if frame.is_narrow() {
            return frame.margin + 10.0;
        }
        let texts = || self.strips.iter().flat_map(Strip::texts);
        let whole = texts().map(|(text, size)| width(text, size)).fold(0.0, f64::max);
        let word = texts().map(|(text, size)| widest_part(text, size)).fold(0.0, f64::max);
        let room = whole.min(NAMES * frame.width).max(word.min(LONG_WORDS * frame.width));
        frame.margin + room + 18.0
    }

    /// The dots of each category, on the axis and beside one another.
    fn dots(&self, x: &Scaled) -> Vec<Vec<Dot>> {
        let places = |strip: &Strip| -> Vec<(usize, f64, f64)> {
            let place = |&(pair, value): &(usize, f64)| Some((pair, value, x.at(value)?));
            let places = strip.points.iter().take(MOST_DOTS).filter_map(place);
            places.filter(|place| x.shows(place.2)).collect()
        };
        let places: Vec<_> = self.strips.iter().map(places).collect();
        let offsets = |radius: f64| -> Vec<Vec<f64>> {
            let of = |row: &Vec<(usize, f64, f64)>| {
                let along: Vec<f64> = row.iter().map(|place| place.2).collect();
                swarm(&along, 2.0 * radius + 0.4)
            };
            places.iter().map(of).collect()
        };
        let height = |offsets: &Vec<Vec<f64>>| {
            2.0 * offsets.iter().flatten().map(|offset| offset.abs()).fold(0.0, f64::max)
        };
        let least = RADII[RADII.len() - 1];
        let tried = RADII.iter().map(|&radius| (radius, offsets(radius)));
        let fitting = tried.into_iter().find(|(_, offsets)| height(offsets) <= HIGHEST);
        let (radius, offsets) = fitting.unwrap_or_else(|| (least, offsets(least)));
        let squeezed = (HIGHEST / height(&offsets)).min(1.0);
        let row = |(row, offsets): (Vec<(usize, f64, f64)>, Vec<f64>)| {
            let dot = |((pair, value, x), offset)| Dot {
                pair,
                value,
                x,
                offset: squeezed * offset,
                radius,
            };
            row.into_iter().zip(offsets).map(dot).collect()
        };
        places.into_iter().zip(offsets).map(row).collect()
    }

    /// The places of the categories, beneath one another.
    fn rows(&self, frame: &Frame, top: f64, dots: &[Vec<Dot>]) -> Vec<Row> {
        let names_room = match frame.is_narrow() {
            true => frame.room(),
            // A hair more, for the last bits of a sum.
            false => self.left(frame) - frame.margin - 17.5,
        };
        let mut cursor = top;
        let mut rows = Vec::new();
        for (strip, dots) in self.strips.iter().zip(dots) {
            let top = cursor;
            let mut below = top + PADDING - 4.0;
            let mut names = vec![Block::stack(&strip.label, LABEL, names_room, &mut below)];
            let lost = match strip.lost {
                0 => String::new(),
                lost => format!("{lost} {}", strip.lost_word),
            };
            for text in [&strip.detail, &lost] {
                names.push(Block::stack(text, NOTE, names_room, &mut below));
            }
            let reach = dots.iter().map(|d| d.offset.abs() + d.radius).fold(RADII[0], f64::max);
            let (marks, words) = (BOX + GAP + 2.0 * reach, below - top);
            let (start, bottom) = if frame.is_narrow() {
                (below + GAP, below + GAP + marks + PADDING)
            } else {
                // Names and marks are centred on one another.
                let bottom = top + marks.max(words - PADDING) + 2.0 * PADDING;
                let down = (bottom - below - PADDING) / 2.0;
                names.iter_mut().for_each(|name| name.shift(down.max(0.0)));
                ((top + bottom - marks) / 2.0, bottom)
            };
            let (summary, dots) = (start + BOX / 2.0, start + BOX + GAP + reach);
            rows.push(Row { top, bottom, names, summary, dots });
            cursor = bottom;
        }
        rows
    }
}

impl Strip {
    fn has_box(&self) -> bool {
        self.points.len() > 2
    }

    /// What is written of it, with the sizes of the letters.
    fn texts(&self) -> impl Iterator<Item = (&str, f64)> {
        [(self.label.as_str(), LABEL.size), (self.detail.as_str(), NOTE.size)].into_iter()
    }

    /// The box with the median, and the mean with its interval.
    fn draw_summary(&self, index: usize, middle: f64, x: &Scaled, canvas: &mut Canvas) {
        let values: Vec<f64> = self.points.iter().map(|p| p.1).filter(|v| v.is_finite()).collect();
        let colour = pick(index);
        let quartiles = [0.25, 0.5, 0.75].map(|q| x.at(quantile(&values, q)));
        let (top, bottom) = (middle - BOX / 2.0, middle + BOX / 2.0);
        if let ([Some(low), Some(median), Some(high)], true) = (quartiles, self.has_box()) {
            canvas.put(format_args!(
                r#"<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="0.2" stroke="{}" stroke-width="1.5"/>"#,
                Px(low),
                Px(top),
                Px(high - low),
                Px(BOX),
                colour.line,
                colour.line
            ));
            canvas.line((median, top), (median, bottom), colour.ink, 2.2);
        }
        if let Some((mean, low, high)) = self.mean
            && let (Some(mean), Some(low), Some(high)) = (x.at(mean), x.at(low), x.at(high))
        {
            canvas.line((low, middle), (high, middle), TEXT, 2.4);
            canvas.put(format_args!(
                r#"<path d="M{} {}l6 6l-6 6l-6 -6Z" fill="{TEXT}"/>"#,
                Px(mean),
                Px(middle - 6.0)
            ));
        }
    }
}

impl Dot {
    fn pixel(&self, row: &Row) -> (f64, f64) {
        (self.x, row.dots + self.offset)
    }

    fn draw(&self, index: usize, label: &str, row: &Row, canvas: &mut Canvas) {
        let (x, y) = self.pixel(row);
        canvas.put(format_args!(
            r#"<circle cx="{}" cy="{}" r="{}" fill="{}" fill-opacity="0.75"><title>{}: {}</title></circle>"#,
            Px(x),
            Px(y),
            Px(self.radius),
            pick(index).line,
            crate::text::escape(label),
            super::brief(self.value),
        ));
    }
}

impl Row {
    fn moved(mut self, down: f64) -> Self {
        for name in &mut self.names {
            name.shift(down);
        }
        let [top, bottom, summary, dots] =
            [self.top, self.bottom, self.summary, self.dots].map(|y| y + down);
        Self { top, bottom, summary, dots, ..self }
    }
}

impl Scaled {
    /// The pixel column of a value, possibly beyond the ends.
    fn at(&self, value: f64) -> Option<f64> {
        let fraction = self.domain.fraction(value)?;
        Some(self.left + fraction * (self.right - self.left))
    }

    fn shows(&self, x: f64) -> bool {
        (self.left - 0.01..=self.right + 0.01).contains(&x)
    }
}

/// Joins the runs of one pair in neighbouring rows.
fn draw_pairs(dots: &[Vec<Dot>], rows: &[Row], canvas: &mut Canvas) {
    canvas.put(format_args!(r#"<g data-pairs="">"#));
    for (two, rows) in dots.windows(2).zip(rows.windows(2)) {
        let below: HashMap<usize, &Dot> = two[1].iter().map(|dot| (dot.pair, dot)).collect();
        for dot in &two[0] {
            if let Some(next) = below.get(&dot.pair) {
                let (from, to) = (dot.pixel(&rows[0]), next.pixel(&rows[1]));
                canvas.put(format_args!(
                    r#"<path d="M{} {}L{} {}" stroke="{NEUTRAL}" stroke-width="1.2" stroke-opacity="0.4"/>"#,
                    Px(from.0),
                    Px(from.1),
                    Px(to.0),
                    Px(to.1)
                ));
            }
        }
    }
    canvas.close();
}
