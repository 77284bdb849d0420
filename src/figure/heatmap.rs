//! Cells of colour over two categories.

use super::canvas::{Anchor, Canvas, Font, Px};
use super::layout::{Block, LABEL, NOTE};
use super::page::{Drawing, Page, Words};
use super::palette::{NEUTRAL, TEXT, contrast};
use super::text::{as_plain, width, wrap};
use super::ticks::{Step, Tick};
use super::{Axis, Scale, domain::Domain, domain::Ends, ticks::ticks};

/// A grid of cells: what a metric is for each pair of settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heatmap {
    /// The heading.
    pub title: String,
    /// A second, smaller heading.
    pub subtitle: Option<String>,
    /// What the columns differ in.
    pub x_label: String,
    /// The columns from left to right.
    pub x: Vec<String>,
    /// What the rows differ in.
    pub y_label: String,
    /// The rows from top to bottom.
    pub y: Vec<String>,
    /// The cells row by row.
    pub cells: Vec<Vec<HeatCell>>,
    /// What the colours mean, with the unit.
    pub scale_label: String,
    /// Small print.
    pub note: Option<String>,
    /// How colours follow values.
    pub colours: Colours,
}

/// How the colours of a [`Heatmap`] follow its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// From the least to the largest, ever lighter.
    #[default]
    Sequential,
    /// White at 0, from there on to blue below and to red above, as far on both sides.
    Diverging,
}

/// A cell of a [`Heatmap`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatCell {
    /// What its colour shows; `None` or a number that is not finite leaves it blank.
    pub value: Option<f64>,
    /// One or two short lines written in it.
    pub text: Vec<String>,
    /// More about it, for whoever points at it.
    pub detail: String,
    /// Whether it is hatched: something went wrong there.
    pub hatched: bool,
    /// Whether it is framed: the best.
    pub framed: bool,
}

/// The colour scale "cividis" (Nuñez, Anderton and Renslow 2018): even in lightness, and the same to readers with
/// red-green blindness.
const CIVIDIS: [[f64; 3]; 9] = [
    [0.0, 34.0, 78.0],
    [18.0, 53.0, 112.0],
    [59.0, 73.0, 108.0],
    [87.0, 93.0, 109.0],
    [112.0, 113.0, 115.0],
    [138.0, 134.0, 120.0],
    [165.0, 156.0, 116.0],
    [195.0, 179.0, 105.0],
    [254.0, 232.0, 56.0],
];

/// The colour scale "RdBu" of ColorBrewer (Harrower and Brewer 2003), from blue to red: readers with red-green blindness can
/// tell its ends.
const BLUE_TO_RED: [[f64; 3]; 9] = [
    [33.0, 102.0, 172.0],
    [67.0, 147.0, 195.0],
    [146.0, 197.0, 222.0],
    [209.0, 229.0, 240.0],
    [247.0, 247.0, 247.0],
    [253.0, 219.0, 199.0],
    [244.0, 165.0, 130.0],
    [214.0, 96.0, 77.0],
    [178.0, 24.0, 43.0],
];

const BAR: f64 = 16.0;
/// What the names of rows may take of the width.
const NAMES: f64 = 0.28;
/// From line to line of a name.
const LINE: f64 = 20.0;
const CELL_FONT: f64 = 15.0;
/// Smaller letters cannot be read; the colour has to do.
const LEAST_FONT: f64 = 8.5;

impl Colours {
    fn shade(self, fraction: f64) -> String {
        let scale = match self {
            Self::Sequential => CIVIDIS,
            Self::Diverging => BLUE_TO_RED,
        };
        let place = fraction.clamp(0.0, 1.0) * (scale.len() - 1) as f64;
        let low = (place as usize).min(scale.len() - 2);
        let part = place - low as f64;
        let channel = |i: usize| {
            let (a, b) = (scale[low][i], scale[low + 1][i]);
            (a + part * (b - a)).round() as u8
        };
        format!("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2))
    }

    /// The axis of the values, of which the extreme one is the largest in magnitude.
    fn axis(self, values: impl Iterator<Item = f64>) -> Axis {
        let extreme = values.map(f64::abs).fold(0.0, f64::max);
        match self {
            Self::Sequential => Axis::default(),
            Self::Diverging => Axis::default().with_range(-extreme, extreme),
        }
    }
}

impl Drawing for Heatmap {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        [&self.x_label, &self.scale_label]
    }

    fn draw(&self, page: &mut Page) {
        page.cursor += 10.0;
        page.write(&self.y_label, LABEL);
        let frame = page.frame;
        let Page { canvas, cursor, .. } = page;
        let top = *cursor + 10.0;

        let finite =
            || self.cells.iter().flatten().filter_map(|c| c.value).filter(|v| v.is_finite());
        let domain = Domain::settle(&self.colours.axis(finite()), finite(), Ends::Exact);
        let bar_ticks = self.bar_ticks(&domain);
        let widest_tick = bar_ticks.iter().map(|t| width(&t.label, LABEL.size)).fold(0.0, f64::max);
        let room = NAMES * frame.width;
        let names: Vec<Vec<String>> =
            self.y.iter().map(|label| wrap(label, LABEL.size, room)).collect();
        let widest = names.iter().flatten().map(|line| width(line, LABEL.size));
        let left = frame.margin + widest.fold(0.0, f64::max) + 10.0;
        let right = match frame.is_narrow() {
            true => frame.width - frame.margin,
            false => frame.width - frame.margin - widest_tick - BAR - 40.0,
        };
        let (columns, rows) = (self.x.len().max(1) as f64, self.y.len().max(1) as f64);
        let most_lines = names.iter().map(Vec::len).max().unwrap_or(0);
        let least = (LINE * most_lines as f64 + 8.0).max(30.0);
        let cell = ((right - left) / columns, (340.0 / rows).clamp(least, least.max(72.0)));
        let bottom = top + cell.1 * rows;

        for (row, cells) in self.cells.iter().enumerate() {
            let y = top + cell.1 * row as f64;
            let x = |column: usize| left + cell.0 * column as f64;
            let values = cells.iter().enumerate().map(|(column, of_cell)| {
                let place = (x(column) + cell.0 / 2.0, y + cell.1 / 2.0);
                let name = self.x.get(column).cloned().unwrap_or_default();
                (place, name, of_cell.text.join(" "))
            });
            let label = self.y.get(row).map_or("", String::as_str);
            let name = format!("{} {label}", self.y_label);
            canvas.fixed_series(&name, values.collect::<Vec<_>>().into_iter(), |canvas| {
                for (column, of_cell) in cells.iter().enumerate() {
                    of_cell.draw([x(column), y, cell.0, cell.1], &domain, self.colours, canvas);
                }
            });
        }
        // Frames last, so that no neighbour covers them.
        for (row, cells) in self.cells.iter().enumerate() {
            for column in (0..cells.len()).filter(|&column| cells[column].framed) {
                let inset = (0.1 * cell.0.min(cell.1)).min(1.0);
                canvas.put(format_args!(
                    r#"<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="{}" stroke-width="3.5"/>"#,
                    Px(left + cell.0 * column as f64 + inset),
                    Px(top + cell.1 * row as f64 + inset),
                    Px(cell.0 - 2.0 * inset),
                    Px(cell.1 - 2.0 * inset),
                    super::palette::PALETTE[4].line,
                ));
            }
        }
        for (row, lines) in names.iter().enumerate() {
            let middle = top + cell.1 * (row as f64 + 0.5);
            let first = middle - LINE * (lines.len() as f64 - 1.0) / 2.0 + 0.35 * LABEL.size;
            for (i, line) in lines.iter().enumerate() {
                canvas.text(left - 8.0, first + LINE * i as f64, Anchor::End, LABEL, line);
            }
        }
        *cursor = bottom + self.draw_columns((left, bottom), cell.0, canvas);
        page.write_around((left + right) / 2.0, &self.x_label, LABEL);

        if frame.is_narrow() {
            page.cursor += 10.0;
            let label = Block::stack(&self.scale_label, NOTE, frame.room(), &mut page.cursor);
            label.draw(left, Anchor::Start, &mut page.canvas);
            page.cursor += 6.0;
            let place = [left, page.cursor, right - left - widest_tick / 2.0, BAR];
            self.draw_bar(place, &domain, &bar_ticks, &mut page.canvas);
            page.cursor += BAR + 8.0 + LABEL.size;
            return;
        }
        let canvas = &mut page.canvas;
        self.draw_bar([right + 24.0, top, BAR, bottom - top], &domain, &bar_ticks, canvas);
        let anchor_x = frame.width - frame.margin;
        canvas.text(anchor_x, top - 14.0, Anchor::End, NOTE, &self.scale_label);
    }

    fn description(&self) -> String {
        let mut words = format!("{}. ", self.scale_label);
        for (label, cells) in self.y.iter().zip(&self.cells) {
            for (column, cell) in self.x.iter().zip(cells) {
                let text = cell.text.join(" ");
                words += &format!("{} {label}, {} {column}: {text}. ", self.y_label, self.x_label);
            }
        }
        words
    }
}

impl Heatmap {
    fn bar_ticks(&self, domain: &Domain) -> Vec<Tick> {
        let inside =
            |tick: &Tick| domain.fraction(tick.value).is_some_and(|f| (0.0..=1.0).contains(&f));
        let step = Step::nice(domain.high - domain.low, 5.0, false);
        let mut all = ticks(domain, 5.0);
        if all.is_empty() {
            all.push(Tick { value: step.times(step.floor(domain.low)), label: String::new() });
        }
        all.into_iter().filter(inside).collect()
    }

    /// Names the columns below `bottom`, and says how much room that takes. Names that are wider than their columns are
    /// turned; of very many columns only some are named, as along an axis of numbers.
    fn draw_columns(
        &self,
        (left, bottom): (f64, f64),
        column_width: f64,
        canvas: &mut Canvas,
    ) -> f64 {
        let widest = self.x.iter().map(|label| width(label, LABEL.size)).fold(0.0, f64::max);
        let middle = |column: usize| left + column_width * (column as f64 + 0.5);
        if widest + 6.0 <= column_width {
            for (column, label) in self.x.iter().enumerate() {
                canvas.text(middle(column), bottom + 20.0, Anchor::Middle, LABEL, label);
            }
            return 28.0;
        }
        if column_width < LINE {
            let every = ((widest + 10.0) / column_width).ceil() as usize;
            for (column, label) in self.x.iter().enumerate().step_by(every) {
                canvas.text(middle(column), bottom + 20.0, Anchor::Middle, LABEL, label);
            }
            return 28.0;
        }
        // Half-way where that leaves the page to the left of the first name, upright.
        let slope = 0.5_f64.sqrt();
        let angle = if widest * slope + 8.0 <= middle(0) { 45.0 } else { 90.0 };
        for (column, label) in self.x.iter().enumerate() {
            canvas.turned((middle(column) + 5.0, bottom + 14.0), -angle, LABEL, label);
        }
        16.0 + if angle == 45.0 { slope * (widest + LABEL.size) } else { widest }
    }

    fn draw_bar(
        &self,
        [x, y, width, height]: [f64; 4],
        domain: &Domain,
        ticks: &[Tick],
        canvas: &mut Canvas,
    ) {
        const STEPS: usize = 64;
        let is_upright = height > width;
        let part = width.max(height) / STEPS as f64;
        for step in 0..STEPS {
            let fraction = (step as f64 + 0.5) / STEPS as f64;
            // A little longer, so that no background shows between them.
            let place = match is_upright {
                true => [x, y + height - part * (step as f64 + 1.0), width, part + 0.5],
                false => [x + part * step as f64, y, part + 0.5, height],
            };
            canvas.rect(place, &self.colours.shade(fraction));
        }
        for tick in ticks {
            let Some(fraction) = domain.fraction(tick.value) else {
                continue;
            };
            if !is_upright {
                let at = x + width * fraction;
                canvas.line((at, y + height), (at, y + height + 5.0), NEUTRAL, 1.2);
                let below = y + height + 6.0 + LABEL.size;
                canvas.text(at, below, Anchor::Middle, LABEL, &tick.label);
                continue;
            }
            let at = y + height * (1.0 - fraction);
            canvas.line((x + width, at), (x + width + 5.0, at), NEUTRAL, 1.2);
            canvas.text(x + width + 8.0, at + 0.35 * LABEL.size, Anchor::Start, LABEL, &tick.label);
        }
    }
}

impl HeatCell {
    fn draw(
        &self,
        [x, y, width, height]: [f64; 4],
        domain: &Domain,
        colours: Colours,
        canvas: &mut Canvas,
    ) {
        debug_assert_eq!(domain.scale, Scale::Linear);
        let fraction =
            self.value.filter(|v| v.is_finite()).and_then(|value| domain.fraction(value));
        // A gap, unless the cells are so many that it would be all there is.
        let gap = (0.1 * width.min(height)).min(0.5);
        let inner = [x + gap, y + gap, width - 2.0 * gap, height - 2.0 * gap];
        if !self.detail.is_empty() {
            canvas.put(format_args!("<g><title>{}</title>", crate::text::escape(&self.detail)));
        }
        let mut fill = TEXT;
        if let Some(fraction) = fraction {
            let colour = colours.shade(fraction);
            canvas.rect(inner, &colour);
            fill = if contrast(&colour, "#000000") > contrast(&colour, "#ffffff") {
                "black"
            } else {
                "white"
            };
        }
        if self.hatched {
            canvas.hatch(inner, if fill == TEXT { NEUTRAL } else { fill });
        }
        let size = self.text.iter().enumerate().map(|(i, line)| {
            let letters = as_plain(Font { size: CELL_FONT, bold: i == 0, fill });
            CELL_FONT.min(CELL_FONT * (width - 4.0) / super::text::width(line, letters))
        });
        let size = size.fold(CELL_FONT, f64::min);
        let lines = self.text.len() as f64;
        for (i, line) in self.text.iter().enumerate().filter(|_| size >= LEAST_FONT) {
            let smaller = if i == 0 { 0.0 } else { 2.0 };
            let font = Font { size: (size - smaller).max(LEAST_FONT), bold: i == 0, fill };
            let middle = y + height / 2.0 + (i as f64 - (lines - 1.0) / 2.0) * 1.25 * size;
            canvas.text(x + width / 2.0, middle + 0.35 * size, Anchor::Middle, font, line);
        }
        if !self.detail.is_empty() {
            canvas.close();
        }
    }
}
