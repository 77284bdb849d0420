//! Average ranks along an axis, and bars that join what cannot be told apart: a critical-difference diagram.

use super::canvas::{Anchor, Canvas, Font, Px};
use super::layout::{Block, LABEL, NOTE};
use super::page::{Drawing, Page, Words};
use super::palette::{NEUTRAL, TEXT, pick};
use super::text::width;

/// A critical-difference diagram (Demšar 2006).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CriticalDifference {
    /// The heading.
    pub title: String,
    /// A second, smaller heading.
    pub subtitle: Option<String>,
    /// The methods in the order of their ranks, the best first.
    pub methods: Vec<Ranked>,
    /// Groups of methods that are not told apart, by their places; a bar each.
    pub groups: Vec<Vec<usize>>,
    /// How far ranks have to be apart, if there is one number for all pairs.
    pub critical_difference: Option<f64>,
    /// Small print.
    pub note: Option<String>,
}

/// A method of a [`CriticalDifference`] diagram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranked {
    /// Its name.
    pub name: String,
    /// Its average rank, from 1.
    pub rank: f64,
}

/// The widest a column of names may be; longer ones are broken into lines.
const WIDEST_NAME: f64 = 215.0;
const WIDEST_OF_NARROW: f64 = 90.0;
/// From the names to the axis: the numbers stand there.
const NUMBERS: f64 = 54.0;
/// From bar to bar.
const BAR_STEP: f64 = 12.0;
const BAR_WIDTH: f64 = 5.0;
/// How far a bar reaches beyond its ranks.
const OVERHANG: f64 = 6.0;
/// Numbers of the axis are no nearer to each other.
const TICK_ROOM: f64 = 26.0;
/// Between two names.
const NAME_GAP: f64 = 6.0;

impl Drawing for CriticalDifference {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        ["average rank", ""]
    }

    fn description(&self) -> String {
        let ranks = self.methods.iter().map(|m| format!("{} {:.2}", m.name, m.rank));
        let mut words = format!("Average ranks: {}.", ranks.collect::<Vec<_>>().join(", "));
        for group in &self.groups {
            let names =
                group.iter().filter_map(|&place| Some(self.methods.get(place)?.name.as_str()));
            words += &format!(" Not told apart: {}.", names.collect::<Vec<_>>().join(", "));
        }
        words
    }

    fn draw(&self, page: &mut Page) {
        let half = self.methods.len().div_ceil(2);
        let frame = page.frame;
        let widest = if frame.is_narrow() { WIDEST_OF_NARROW } else { WIDEST_NAME };
        let room = |methods: &[Ranked]| {
            let widths = methods.iter().map(|method| width(&method.name, LABEL.size));
            widths.fold(0.0, f64::max).min(widest)
        };
        let (best, worst) = self.methods.split_at(half);
        let names = [frame.margin + room(best), frame.width - frame.margin - room(worst)];
        let axis = RankAxis {
            name: widest,
            left: names[0] + NUMBERS,
            right: names[1] - NUMBERS,
            // Of a single method there is nothing between the ends.
            last: self.methods.len().max(2) as f64,
        };
        page.cursor += 12.0;
        self.draw_difference(&axis, page);
        let y = axis.draw(self.methods.len(), page);
        let levels = self.levels(&axis);
        let bars = levels.iter().map(|level| level + 1).max().unwrap_or(0) as f64;
        let first_name = y + 16.0 + BAR_STEP * bars;

        let bottom = [(0..half).collect::<Vec<_>>(), (half..self.methods.len()).rev().collect()]
            .iter()
            .zip(names)
            .zip([(Anchor::End, 1.0), (Anchor::Start, -1.0)])
            .map(|((methods, edge), side)| {
                self.draw_names(methods, edge, side, (&axis, y), first_name, &mut page.canvas)
            })
            .fold(first_name, f64::max);
        for (group, level) in self.groups.iter().zip(levels) {
            let at = y + 14.0 + BAR_STEP * level as f64;
            self.draw_bar(group, at, &axis, &mut page.canvas);
        }
        page.cursor = bottom + 8.0;
    }
}

/// The horizontal axis, from rank 1 at its left end to the last.
struct RankAxis {
    /// The room of a name beside it.
    name: f64,
    left: f64,
    right: f64,
    last: f64,
}

impl RankAxis {
    fn x(&self, rank: f64) -> f64 {
        let share = if rank.is_finite() { (rank - 1.0) / (self.last - 1.0) } else { 0.0 };
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Draws the axis with its numbers below the cursor, and returns its height.
    fn draw(&self, methods: usize, page: &mut Page) -> f64 {
        let step = (self.right - self.left) / (self.last - 1.0);
        let every = (TICK_ROOM / step).ceil().max(1.0) as usize;
        let y = page.cursor + NOTE.size + 14.0;
        let canvas = &mut page.canvas;
        canvas.text(self.left - 12.0, y - 9.0, Anchor::End, NOTE, "rank");
        canvas.line((self.left, y), (self.right, y), TEXT, 1.6);
        for rank in 1..=methods {
            let x = self.x(rank as f64);
            // The best rank always has its number.
            let named = (rank - 1) % every == 0;
            canvas.line((x, y - if named { 6.0 } else { 3.5 }), (x, y), TEXT, 1.2);
            if named {
                canvas.text(x, y - 9.0, Anchor::Middle, NOTE, &rank.to_string());
            }
        }
        y
    }
}

impl CriticalDifference {
    /// The critical difference as a length, above the axis.
    fn draw_difference(&self, axis: &RankAxis, page: &mut Page) {
        let Some(difference) = self.critical_difference else {
            return;
        };
        let whole = 1.0 + difference <= axis.last;
        let words = match whole {
            true => format!("CD = {difference:.2}"),
            false => format!("CD = {difference:.2}, more than the whole axis"),
        };
        let canvas = &mut page.canvas;
        page.cursor += NOTE.size;
        canvas.text(axis.left, page.cursor, Anchor::Start, NOTE, &words);
        page.cursor += 11.0;
        let (y, end) = (page.cursor, axis.x(1.0 + difference));
        canvas.line((axis.left, y), (end, y), NEUTRAL, 2.0);
        canvas.line((axis.left, y - 4.0), (axis.left, y + 4.0), NEUTRAL, 2.0);
        if whole {
            canvas.line((end, y - 4.0), (end, y + 4.0), NEUTRAL, 2.0);
        }
        page.cursor += 4.0;
    }

    /// The ranks of a group, from the smallest to the largest.
    fn ranks(&self, group: &[usize]) -> Vec<f64> {
        let of = |&place: &usize| Some(self.methods.get(place)?.rank);
        let mut ranks: Vec<f64> = group.iter().filter_map(of).collect();
        ranks.sort_by(f64::total_cmp);
        ranks
    }

    /// How far down each bar is: the first level where it touches none.
    fn levels(&self, axis: &RankAxis) -> Vec<usize> {
        let mut ends: Vec<Vec<(f64, f64)>> = Vec::new();
        let level = |group: &Vec<usize>| {
            let ranks = self.ranks(group);
            let [Some(first), Some(last)] = [ranks.first(), ranks.last()] else {
                return 0;
            };
            let bar = (axis.x(*first) - 2.0 * OVERHANG, axis.x(*last) + 2.0 * OVERHANG);
            let free = |level: &Vec<(f64, f64)>| level.iter().all(|b| b.1 < bar.0 || bar.1 < b.0);
            let place = ends.iter().position(free).unwrap_or(ends.len());
            ends.resize(ends.len().max(place + 1), Vec::new());
            ends[place].push(bar);
            place
        };
        self.groups.iter().map(level).collect()
    }

    /// A bar with a dot at each of its methods: one between them need not belong to it.
    fn draw_bar(&self, group: &[usize], y: f64, axis: &RankAxis, canvas: &mut Canvas) {
        let ranks = self.ranks(group);
        let [Some(first), Some(last)] = [ranks.first(), ranks.last()] else {
            return;
        };
        let colour = pick(0);
        let (from, to) = (axis.x(*first) - OVERHANG, axis.x(*last) + OVERHANG);
        canvas.put(format_args!(
            r#"<path d="M{} {}H{}" stroke="{}" stroke-width="{}" stroke-linecap="round"/>"#,
            Px(from),
            Px(y),
            Px(to),
            colour.line,
            Px(BAR_WIDTH)
        ));
        for rank in ranks {
            canvas.put(format_args!(
                r#"<circle cx="{}" cy="{}" r="4" fill="{}"/>"#,
                Px(axis.x(rank)),
                Px(y),
                colour.ink
            ));
        }
    }

    /// The names of one side from top to bottom, each with its rank and a line to it. Returns where the last one ends.
    fn draw_names(
        &self,
        methods: &[usize],
        edge: f64,
        (anchor, inwards): (Anchor, f64),
        (axis, axis_y): (&RankAxis, f64),
        first: f64,
        canvas: &mut Canvas,
    ) -> f64 {
        const NUMBER: Font = Font { size: 13.0, ..NOTE };
        let mut below = first;
        let opposite = if anchor == Anchor::End { Anchor::Start } else { Anchor::End };
        for &place in methods {
            let Ranked { name, rank } = &self.methods[place];
            let y = below + 0.65 * LABEL.size;
            let block = Block::stack(name, LABEL, axis.name, &mut below);
            // A name without words has a line all the same.
            below = below.max(y + 0.65 * LABEL.size) + NAME_GAP;
            let x = axis.x(*rank);
            let label = format!("{rank:.2}");
            let points = [((x, axis_y), name.clone(), label.clone())];
            canvas.fixed_series("average rank", points.into_iter(), |canvas| {
                canvas.put(format_args!(
                    r#"<path d="M{} {}V{}H{}" stroke="{NEUTRAL}" stroke-width="1.3" fill="none"/>"#,
                    Px(x),
                    Px(axis_y),
                    Px(y),
                    Px(edge + inwards * 7.0)
                ));
                block.draw(edge, anchor, canvas);
                canvas.text(edge + inwards * 9.0, y - 4.0, opposite, NUMBER, &label);
            });
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_that_would_touch_are_beneath_one_another() {
        let ranks = [1.0, 2.0, 3.0, 6.0, 7.0, 8.0];
        let methods = ranks.map(|rank| Ranked { name: "m".into(), rank });
        let groups = vec![vec![0, 1], vec![1, 2], vec![3, 4, 5]];
        let diagram = CriticalDifference {
            methods: methods.to_vec(),
            groups,
            ..CriticalDifference::default()
        };
        let axis = RankAxis { name: 200.0, left: 100.0, right: 700.0, last: 8.0 };
        assert_eq!(diagram.levels(&axis), [0, 1, 0]);
        assert_eq!((axis.x(1.0), axis.x(8.0), axis.x(f64::NAN)), (100.0, 700.0, 100.0));
    }
}
