//! Points by category: every run, a box, the mean, and lines between the runs of one seed.

use super::Axis;
use super::canvas::{Anchor, Canvas, Px, WIDTH};
use super::domain::{Domain, Ends, STEPS};
use super::layout::{Block, LABEL, MARGIN, NOTE};
use super::page::{Drawing, Page, Words};
use super::palette::{GRID, NEUTRAL, TEXT, pick};
use super::text::width;
use super::ticks::ticks;
use crate::stats::quantile;
use std::collections::HashMap;

/// A figure of one column a category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strips {
    /// The heading.
    pub title: String,
    /// A second, smaller heading.
    pub subtitle: Option<String>,
    /// What the categories are.
    pub x_label: String,
    /// What is measured.
    pub y: Axis,
    /// The categories from left to right.
    pub strips: Vec<Strip>,
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
    /// Mean and the ends of its interval.
    pub mean: Option<(f64, f64, f64)>,
    /// How many runs have no value.
    pub lost: usize,
    /// What became of them: `diverged`.
    pub lost_word: String,
}

/// The widest a box may be.
const BOX: f64 = 26.0;
/// A wider name is broken into lines.
const WIDEST_NAME: f64 = 110.0;
/// As many categories are all named.
const FEW: usize = 8;
/// More dots of a category are one blot: as many are drawn, the first ones.
const MOST_DOTS: usize = 300;

impl Drawing for Strips {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        [&self.x_label, &self.y.label]
    }

    fn draw(&self, page: &mut Page) {
        page.write(KEY, NOTE);
        page.cursor += 8.0;
        page.write(&self.y.label, LABEL);
        let Page { canvas, cursor, .. } = page;
        let values = self.strips.iter().flat_map(|strip| {
            let mean = strip.mean.map(|(_, low, high)| [low, high]);
            strip.points.iter().map(|p| p.1).chain(mean.into_iter().flatten())
        });
        let domain = Domain::settle(&self.y, values, Ends::Round);
        let y_ticks = ticks(&domain, STEPS);
        let widest = y_ticks.iter().map(|t| width(&t.label, LABEL.size)).fold(0.0, f64::max);
        let (left, right) = (MARGIN + widest + 8.0, WIDTH - MARGIN);
        let (top, bottom) = (*cursor + 14.0, *cursor + 14.0 + 330.0);
        *cursor = bottom + 30.0;
        let y = |value: f64| domain.fraction(value).map(|f| bottom - f * (bottom - top));

        for tick in &y_ticks {
            if let Some(at) = y(tick.value) {
                canvas.line((left, at), (right, at), GRID, 1.0);
                canvas.text(left - 8.0, at + 0.35 * LABEL.size, Anchor::End, LABEL, &tick.label);
            }
        }
        canvas.line((left, bottom), (right, bottom), NEUTRAL, 1.2);
        let step = (right - left) / self.strips.len().max(1) as f64;
        let centre = |i: usize| left + step * (i as f64 + 0.5);
        // Dots to the right of the middle, box and mean to its left.
        let dots = |i: usize| centre(i) + (step * 0.12).min(30.0);
        canvas.put(format_args!(r#"<g data-pairs="">"#));
        for (i, pair) in self.strips.windows(2).enumerate() {
            let next: HashMap<usize, f64> =
                pair[1].points.iter().copied().take(MOST_DOTS).collect();
            for &(key, value) in pair[0].points.iter().take(MOST_DOTS) {
                if let (Some(a), Some(b)) = (y(value), next.get(&key).and_then(|&v| y(v))) {
                    let (from, to) = (Px(dots(i)), Px(dots(i + 1)));
                    canvas.put(format_args!(
                        r#"<path d="M{from} {}L{to} {}" stroke="{NEUTRAL}" stroke-width="1.2" stroke-opacity="0.4"/>"#,
                        Px(a),
                        Px(b)
                    ));
                }
            }
        }
        canvas.close();
        let widest = self.strips.iter().map(|strip| width(&strip.label, LABEL.size));
        let least = widest.fold(0.0, f64::max).min(WIDEST_NAME) + 10.0;
        // Of narrow categories only some are named; a few long names are broken into lines.
        let every =
            if self.strips.len() > FEW { (least / step).ceil().max(1.0) as usize } else { 1 };
        for (i, strip) in self.strips.iter().enumerate() {
            // Box and dots share the width without touching.
            let half = (0.15 * step).min(BOX / 2.0);
            let box_x = (centre(i) - (step * 0.12).min(34.0)).min(dots(i) - half - 7.0);
            strip.draw(i, (box_x, half), dots(i), y, canvas);
            let mut below = bottom + 2.0;
            let named = i % every == 0;
            for (text, font) in [(&strip.label, LABEL), (&strip.detail, NOTE)] {
                let text = if named { text.as_str() } else { "" };
                let names = Block::stack(text, font, step * every as f64 - 8.0, &mut below);
                names.draw(centre(i), Anchor::Middle, canvas);
            }
            *cursor = cursor.max(below + 6.0);
            if strip.lost > 0 {
                let text = format!("{} {}", strip.lost, strip.lost_word);
                canvas.text(centre(i), top + 12.0, Anchor::Middle, NOTE, &text);
            }
        }
        page.write_around((left + right) / 2.0, &self.x_label, LABEL);
    }

    fn description(&self) -> String {
        let mut words = format!("{}. ", self.y.label);
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

const KEY: &str = "A dot is a run; lines join runs of one seed. The box holds the middle half, its line is the \
                   median; the diamond is the mean with its 95 % interval.";

impl Strip {
    fn draw(
        &self,
        index: usize,
        (box_x, half): (f64, f64),
        dots_x: f64,
        y: impl Fn(f64) -> Option<f64>,
        canvas: &mut Canvas,
    ) {
        let values: Vec<f64> = self.points.iter().map(|p| p.1).filter(|v| v.is_finite()).collect();
        // Along the horizontal axis there is nothing to say but the name.
        let places = self
            .points
            .iter()
            .take(MOST_DOTS)
            .filter_map(|&(_, value)| Some(((dots_x, y(value)?), (f64::NAN, value))));
        let places: Vec<_> = places.collect();
        canvas.series(index, &self.label, places.into_iter(), |canvas| {
            self.draw_marks(&values, index, (box_x, half), dots_x, y, canvas);
        });
    }

    fn draw_marks(
        &self,
        values: &[f64],
        index: usize,
        (box_x, half): (f64, f64),
        dots_x: f64,
        y: impl Fn(f64) -> Option<f64>,
        canvas: &mut Canvas,
    ) {
        let colour = pick(index);
        let quartiles = [0.25, 0.5, 0.75].map(|q| y(quantile(values, q)));
        if let ([Some(low), Some(middle), Some(high)], true) = (quartiles, values.len() > 2) {
            canvas.put(format_args!(
                r#"<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="0.2" stroke="{}" stroke-width="1.5"/>"#,
                Px(box_x - half),
                Px(high),
                Px(2.0 * half),
                Px(low - high),
                colour.line,
                colour.line
            ));
            let ends = (box_x - half, box_x + half);
            canvas.line((ends.0, middle), (ends.1, middle), colour.ink, 2.2);
        }
        for &value in values.iter().take(MOST_DOTS) {
            if let Some(at) = y(value) {
                let (x, at) = (Px(dots_x), Px(at));
                canvas.put(format_args!(
                    r#"<circle cx="{x}" cy="{at}" r="4.2" fill="{}" fill-opacity="0.75"><title>{}: {}</title></circle>"#,
                    colour.line,
                    crate::text::escape(&self.label),
                    super::brief(value),
                ));
            }
        }
        if let Some((mean, low, high)) = self.mean
            && let (Some(mean), Some(low), Some(high)) = (y(mean), y(low), y(high))
        {
            canvas.line((box_x, low), (box_x, high), TEXT, 2.4);
            canvas.put(format_args!(
                r#"<path d="M{} {}l6 6l-6 6l-6 -6Z" fill="{TEXT}"/>"#,
                Px(box_x),
                Px(mean - 6.0)
            ));
        }
    }
}
