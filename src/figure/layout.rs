//! Where legend, plot and the names of the axes stand.
//!
//! From top to bottom: title and subtitle, legend, name of the vertical axis, plot, name of the horizontal axis, note.
//! The plot takes what the others leave of the usual height; if that is too little, the figure grows.

use super::canvas::{Anchor, Canvas, Font};
use super::domain::{Domain, Ends, STEPS};
use super::end_labels::{self, EndLabels};
use super::legend::{self, Legend};
use super::palette::{BACKGROUND, MUTED, TEXT};
use super::text::{as_plain, width, wrap};
use super::ticks::{Tick, powers, ticks};
use super::{Figure, Scale};

/// How wide a figure is drawn. Letters have one size in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// 800 units, for paper and screens.
    #[default]
    Wide,
    /// 400 units, for phones: what stands side by side in a wide figure stands beneath one another.
    Narrow,
}

/// The outer measures of a figure.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub width: f64,
    /// The usual height.
    pub height: f64,
    /// The least height of a plot.
    pub least_plot: f64,
    pub margin: f64,
    /// That of a title inside the frame; a page has its own.
    caption: Option<Font>,
}

impl Frame {
    const WIDE: Self =
        Self { width: 800.0, height: 520.0, least_plot: 260.0, margin: 24.0, caption: None };
    const NARROW: Self =
        Self { width: 400.0, height: 420.0, least_plot: 260.0, margin: 14.0, caption: None };

    /// A figure of its own.
    pub(super) const fn whole(width: Width) -> Self {
        match width {
            Width::Wide => Self::WIDE,
            Width::Narrow => Self::NARROW,
        }
    }

    /// Whether there is no room for words beside a plot.
    pub(super) fn is_narrow(&self) -> bool {
        self.width < Self::WIDE.width
    }

    /// One of several side by side.
    pub(super) const fn panel(width: f64) -> Self {
        let caption = Some(font(16.0, true, TEXT));
        Self { width, height: 290.0, least_plot: 170.0, margin: 8.0, caption }
    }

    /// The width between the margins.
    pub(super) const fn room(&self) -> f64 {
        self.width - 2.0 * self.margin
    }

    /// The upper end of the first line.
    pub(super) const fn start(&self) -> f64 {
        self.margin - 8.0
    }

    /// Places a note below `cursor`, which moves to the lower edge of the frame.
    pub(super) fn foot(&self, note: Option<&str>, cursor: &mut f64) -> Block {
        *cursor += 6.0;
        let note = Block::stack(note.unwrap_or(""), NOTE, self.room(), cursor);
        *cursor += self.margin - 8.0;
        note
    }
}

/// From baseline to baseline, in font sizes.
const LEADING: f64 = 1.3;

pub(super) const TITLE: Font = font(23.0, true, TEXT);
pub(super) const SUBTITLE: Font = font(16.0, false, MUTED);
pub(super) const NOTE: Font = font(13.5, false, MUTED);
/// Axis names, ticks, legend.
pub(super) const LABEL: Font = font(16.0, false, TEXT);

const fn font(size: f64, bold: bool, fill: &'static str) -> Font {
    Font { size, bold, fill }
}

/// The rectangle that the data are drawn in, and what it shows.
#[derive(Clone, Copy)]
pub(super) struct Plot {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub x: Domain,
    pub y: Domain,
}

impl Plot {
    /// The pixel column of a value, possibly outside the plot.
    pub(super) fn x(&self, value: f64) -> Option<f64> {
        let fraction = self.x.fraction(value)?;
        Some(self.left + fraction * (self.right - self.left))
    }

    /// The pixel row of a value, possibly outside the plot.
    pub(super) fn y(&self, value: f64) -> Option<f64> {
        let fraction = self.y.fraction(value)?;
        Some(self.bottom - fraction * (self.bottom - self.top))
    }

    /// The pixel of a point, possibly outside the plot.
    pub(super) fn point(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        Some((self.x(x)?, self.y(y)?))
    }

    /// Whether a pixel is in the plot or on its edge.
    pub(super) fn shows(&self, (x, y): (f64, f64)) -> bool {
        const EDGE: f64 = 0.01;
        (self.left - EDGE..=self.right + EDGE).contains(&x)
            && (self.top - EDGE..=self.bottom + EDGE).contains(&y)
    }
}

/// Lines of text of one font, by baseline.
pub(super) struct Block {
    font: Font,
    lines: Vec<(f64, String)>,
}

/// Every position in a figure.
pub(super) struct Layout {
    pub frame: Frame,
    pub height: f64,
    /// How far axis numbers and name reach below the plot.
    pub below: f64,
    pub plot: Plot,
    pub x_ticks: Vec<Tick>,
    pub y_ticks: Vec<Tick>,
    pub legend: Legend,
    pub end_labels: EndLabels,
    header: Vec<Block>,
    x_name: Block,
}

impl Layout {
    /// The layout of a figure below `cursor`.
    pub(super) fn new(figure: &Figure, frame: Frame, mut cursor: f64) -> Self {
        let (margin, room) = (frame.margin, frame.room());
        let caption =
            frame.caption.map(|font| Block::stack(&figure.title, font, room, &mut cursor));
        let mut header = Vec::from_iter(caption);
        let legend = legend::arrange(figure, margin, room, &mut cursor);
        cursor += 8.0;
        header.push(Block::stack(&figure.y.label, LABEL, room, &mut cursor));
        let top = cursor + 14.0;

        let x = Domain::settle(&figure.x, figure.all_x(), Ends::Exact);
        let y = Domain::settle(&figure.y, figure.all_y(), Ends::Round);

        // The lower parts hang from the bottom of the plot; first measure them from zero.
        let mut below = 8.0 + LEADING * LABEL.size;
        let mut x_name = Block::stack(&figure.x.label, LABEL, room, &mut below);
        let mut rest = below;
        frame.foot(figure.note.as_deref(), &mut rest);

        let least = end_labels::least_height(figure).max(frame.least_plot);
        let bottom = (frame.height - rest).max(top + least);
        x_name.shift(bottom);

        let y_ticks = rows_of_ticks(&y, bottom - top);
        let widest = y_ticks.iter().map(|t| width(&t.label, LABEL.size)).fold(0.0, f64::max);
        let left = margin + widest + 8.0;
        let mut plot = Plot { left, right: frame.width - margin, top, bottom, x, y };
        let end_labels = end_labels::arrange(figure, &plot);
        plot.right -= end_labels.room;
        Self {
            frame,
            height: (bottom + rest).round(),
            below,
            x_ticks: fitting_ticks(&plot.x, (plot.left, plot.right)),
            plot,
            y_ticks,
            legend,
            end_labels,
            header,
            x_name,
        }
    }

    pub(super) fn draw_header(&self, canvas: &mut Canvas) {
        for block in &self.header {
            block.draw(self.frame.margin, Anchor::Start, canvas);
        }
    }

    pub(super) fn draw_footer(&self, canvas: &mut Canvas) {
        // Centred on the plot unless that would push a long name off the page.
        let middle = (self.plot.left + self.plot.right) / 2.0;
        let half = self.x_name.widest() / 2.0;
        let Frame { width, margin, .. } = self.frame;
        let middle = middle.min(width - margin - half).max(margin + half);
        self.x_name.draw(middle, Anchor::Middle, canvas);
    }
}

impl Block {
    /// Wraps `text` into lines below `cursor`, which moves to the end of the last.
    pub(super) fn stack(text: &str, font: Font, room: f64, cursor: &mut f64) -> Self {
        let mut lines = Vec::new();
        for line in wrap(text, as_plain(font), room) {
            *cursor += LEADING * font.size;
            lines.push((*cursor - 0.25 * font.size, line));
        }
        Self { font, lines }
    }

    pub(super) fn shift(&mut self, down: f64) {
        for (y, _) in &mut self.lines {
            *y += down;
        }
    }

    pub(super) fn widest(&self) -> f64 {
        let widths = self.lines.iter().map(|(_, line)| width(line, as_plain(self.font)));
        widths.fold(0.0, f64::max)
    }

    /// Paper behind the lines, where others would cross them.
    pub(super) fn draw_ground(&self, x: f64, canvas: &mut Canvas) {
        let size = self.font.size;
        for (y, line) in &self.lines {
            canvas.rect([x - 2.0, y - size, width(line, size) + 4.0, 1.3 * size], BACKGROUND);
        }
    }

    pub(super) fn draw(&self, x: f64, anchor: Anchor, canvas: &mut Canvas) {
        for (y, line) in &self.lines {
            canvas.text(x, *y, anchor, self.font, line);
        }
    }
}

/// The vertical ticks; on a logarithmic axis as many as have room below each other.
fn rows_of_ticks(domain: &Domain, height: f64) -> Vec<Tick> {
    if domain.scale == Scale::Linear {
        return ticks(domain, STEPS);
    }
    let line = 1.5 * LABEL.size;
    let fits = |ticks: &Vec<Tick>| {
        let labelled = ticks.iter().filter(|t| !t.label.is_empty());
        let rows: Vec<f64> = labelled.filter_map(|t| domain.fraction(t.value)).collect();
        rows.windows(2).all(|pair| height * (pair[1] - pair[0]) >= line)
    };
    let densest = (height / line) as i32;
    let mut choices = (2..=densest).rev().map(|steps| powers(domain, f64::from(steps)));
    choices.find(fits).unwrap_or_else(|| powers(domain, 1.0))
}

/// As many horizontal ticks as have room side by side, from the left to the right end of an axis.
pub(super) fn fitting_ticks(domain: &Domain, (left, right): (f64, f64)) -> Vec<Tick> {
    const GAP: f64 = 14.0;
    let fits = |ticks: &Vec<Tick>| {
        let labelled = ticks.iter().filter(|t| !t.label.is_empty());
        let spans: Vec<(f64, f64)> = labelled
            .filter_map(|t| {
                let x = left + domain.fraction(t.value)? * (right - left);
                Some((x, width(&t.label, LABEL.size) / 2.0))
            })
            .collect();
        spans.windows(2).all(|w| w[0].0 + w[0].1 + GAP <= w[1].0 - w[1].1)
    };
    let densest = match domain.scale {
        Scale::Linear => 8,
        Scale::Log10 => 12,
    };
    let mut choice = Vec::new();
    for steps in (1..=densest).rev() {
        choice = ticks(domain, f64::from(steps));
        if fits(&choice) {
            return choice;
        }
    }
    choice.truncate(1);
    choice
}
