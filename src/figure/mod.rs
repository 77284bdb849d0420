//! Figures as SVG and PNG, byte for byte the same for the same input.
//!
//! A [`Figure`] is plain data: two axes and a list of [`Series`]. [`Figure::to_svg`] turns it into a
//! self-contained SVG on a white background that fills the width it is given. Nothing covers the data: the
//! legend stands above the plot and the names of the lines at their right ends.
//!
//! | file | what it knows |
//! |---|---|
//! | `palette` | the colours |
//! | `text` | estimated widths, line breaks |
//! | `domain` | which values an axis shows |
//! | `ticks` | where an axis is marked, and how the numbers read |
//! | `page` | title, subtitle, note and margins of figures of every kind |
//! | `layout` | where legend, plot and axis names stand |
//! | `axes`, `marks`, `end_labels`, `along`, `legend` | what is drawn there |
//! | `canvas` | SVG elements |
//! | `regions` | hatched parts of the horizontal axis |
//! | `heatmap`, `strips`, `panels`, `critical`, `pictures`, `stack` | the other kinds of figures |
//! | `swarm` | dots beside one another |
//! | `theme` | light, dark, and the colours of a page |
//! | `raster` | PNG, with the feature `png` |
//!
//! ```
//! use nablab::figure::{Axis, Figure, Series};
//!
//! let figure = Figure {
//!     title: "Training cost".into(),
//!     x: Axis::linear("epoch"),
//!     y: Axis::linear("cross-entropy cost"),
//!     series: vec![Series {
//!         label: "η = 0.25".into(),
//!         points: vec![(0.0, 0.50), (1.0, 0.41), (2.0, 0.37)],
//!         ..Series::default()
//!     }],
//!     ..Figure::default()
//! };
//! assert!(figure.to_svg().starts_with("<svg "));
//! ```

mod along;
mod axes;
mod canvas;
mod chart;
mod critical;
mod domain;
mod end_labels;
mod heatmap;
mod layout;
mod legend;
mod marks;
mod page;
mod palette;
mod panels;
mod pictures;
#[cfg(feature = "png")]
mod raster;
mod regions;
mod simplify;
mod stack;
mod strips;
mod swarm;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod ticks;

pub use chart::Chart;
pub use critical::{CriticalDifference, Ranked};
pub use heatmap::{Colours, HeatCell, Heatmap};
pub use layout::Width;
pub use palette::{Colour, PALETTE};
pub use panels::{Panels, Ranges};
pub use pictures::{Picture, Pictures};
#[cfg(feature = "png")]
pub use raster::{RasterError, to_png};
pub use stack::Stack;
pub use strips::{Strip, Strips};
pub use theme::{Theme, page_css};

use canvas::Canvas;
use layout::{Frame, Layout};
use page::{Drawing, Page, Words};
use std::borrow::Cow;

/// A line figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// The heading; long ones are broken into lines.
    pub title: String,
    /// A second, smaller heading: what was trained, on what, how often.
    pub subtitle: Option<String>,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The lines, in drawing order.
    pub series: Vec<Series>,
    /// Explanations of the kinds of marks, shown in neutral grey after the names of the series.
    pub key: Vec<Key>,
    /// Small print under the plot.
    pub note: Option<String>,
    /// Parts of the horizontal axis that are hatched, and what that means.
    pub hatched: Vec<Hatched>,
}

/// A part of the horizontal axis of a [`Figure`] where something is wrong: trainings diverged.
#[derive(Clone, Debug, PartialEq)]
pub struct Hatched {
    /// Where it begins and ends, in the unit of the axis.
    pub range: (f64, f64),
    /// What is wrong there.
    pub label: String,
}

/// One axis of a [`Figure`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What is measured, with its unit.
    pub label: String,
    /// How values are spaced.
    pub scale: Scale,
    /// The smallest and largest value shown. Without it, or when it cannot be drawn (empty, not finite, not
    /// positive on a logarithmic axis), the range follows from the data.
    pub range: Option<(f64, f64)>,
}

/// How the values of an [`Axis`] are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Scale {
    /// Equal steps for equal differences
    #[default]
    Linear,
    /// Equal steps for equal ratios. Values that are not positive are not drawn
    #[value(name = "log")]
    Log10,
}

/// One line of a [`Figure`], with what belongs to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The name of the line.
    pub label: String,
    /// Where the name is written.
    pub label_at: LabelAt,
    /// Index into [`PALETTE`], modulo its length. Series that belong together may share a colour.
    pub colour: usize,
    /// The line. A value that is not finite interrupts it; a point without neighbours is drawn as a dot.
    pub points: Vec<(f64, f64)>,
    /// The band around the line as `(x, low, high)`; empty for none. On a logarithmic axis a `low` that is
    /// not positive reaches to the bottom of the plot.
    pub band: Vec<(f64, f64, f64)>,
    /// Single runs, drawn as thin pale lines.
    pub thin: Vec<Vec<(f64, f64)>>,
    /// How the line is stroked.
    pub style: Stroke,
    /// What marks its points.
    pub marker: Marker,
}

/// Where the name of a [`Series`] is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelAt {
    /// At the right end of the line.
    #[default]
    End,
    /// In the legend above the plot.
    Legend,
    /// Along the line, above its left end: for a straight line with room above it, such as a bound.
    Along,
    /// Only in the tooltip and for screen readers: for a line that shares the colour of a named one.
    Hidden,
}

/// How a line is stroked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// Measured here.
    #[default]
    Solid,
    /// Taken from elsewhere: a printed or recorded run, a model, a bound.
    Dashed,
    /// To tell lines of one colour apart.
    Dotted,
}

/// What marks the points of a line. A line of many points shows none of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marker {
    /// Its outline.
    pub shape: Shape,
    /// The radius of a circle of about its area, in 800ths of the width of the figure.
    pub radius: f64,
}

/// The outline of a [`Marker`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A circle.
    Circle,
    /// A triangle, to tell two lines of one colour apart.
    Triangle,
}

/// An entry that explains one kind of mark for all series.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The mark that is explained.
    pub mark: Mark,
    /// Its meaning: "mean of 10 seeds".
    pub text: String,
}

/// The kinds of marks a [`Key`] can explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A solid line.
    Line,
    /// A dashed line.
    Dashed,
    /// A dotted line.
    Dotted,
    /// A band.
    Band,
    /// A thin pale line.
    Thin,
    /// A point.
    Point(Shape),
}

impl Marker {
    /// No marker: the points only define the line.
    pub const NONE: Self = Self::new(Shape::Circle, 0.0);

    /// A marker.
    pub const fn new(shape: Shape, radius: f64) -> Self {
        Self { shape, radius }
    }
}

impl Default for Marker {
    fn default() -> Self {
        Self::new(Shape::Circle, marks::RADIUS)
    }
}

impl Axis {
    /// A linear axis over the range of the data.
    pub fn linear(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A logarithmic axis over the range of the data.
    pub fn log10(label: impl Into<String>) -> Self {
        Self { label: label.into(), scale: Scale::Log10, range: None }
    }

    /// The same axis, from `low` to `high`.
    pub fn with_range(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }
}

impl Key {
    /// Explains `mark` by `text`.
    pub fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, text: text.into() }
    }
}

impl Figure {
    /// Draws the figure as one `<svg>` element without an XML prolog, so that it can be a file or part of a page.
    pub fn to_svg(&self) -> String {
        self.to_svg_in(Theme::Light)
    }

    /// As [`Figure::to_svg`], in the colours of a theme.
    pub fn to_svg_in(&self, theme: Theme) -> String {
        page::svg(self, theme, Width::Wide)
    }

    /// With the names of the lines in the legend, where there is no room beside the plot or where a leader from the end of
    /// a line to its name would run through a hatched part, as if there were values.
    fn named_in(&self, frame: &Frame) -> Cow<'_, Self> {
        let at_end = |series: &&Series| series.label_at == LabelAt::End;
        let crosses = |series: &Series| {
            let end = series.points.iter().rfind(|(x, y)| x.is_finite() && y.is_finite());
            end.is_some_and(|end| self.hatched.iter().any(|hatched| hatched.range.1 > end.0))
        };
        if !frame.is_narrow() && !self.series.iter().filter(at_end).any(crosses) {
            return Cow::Borrowed(self);
        }
        let mut figure = self.clone();
        for series in figure.series.iter_mut().filter(|series| at_end(&&**series)) {
            series.label_at = LabelAt::Legend;
        }
        Cow::Owned(figure)
    }

    fn draw_in(&self, layout: &Layout, canvas: &mut Canvas) {
        layout.draw_header(canvas);
        legend::draw(&layout.legend, canvas);
        axes::draw(layout, canvas);
        regions::draw(self, layout, canvas);
        marks::draw(self, layout, canvas);
        end_labels::draw(layout, canvas);
        along::draw(self, layout, canvas);
        layout.draw_footer(canvas);
    }
}

impl Drawing for Figure {
    fn words(&self) -> Words<'_> {
        let (subtitle, note) = (self.subtitle.as_deref(), self.note.as_deref());
        Words { title: &self.title, subtitle, note }
    }

    fn axes(&self) -> [&str; 2] {
        [&self.x.label, &self.y.label]
    }

    fn draw(&self, page: &mut Page) {
        let figure = self.named_in(&page.frame);
        let layout = Layout::new(&figure, page.frame, page.cursor);
        figure.draw_in(&layout, &mut page.canvas);
        (page.origin, page.cursor) = (layout.plot.bottom, layout.below);
    }

    fn description(&self) -> String {
        let mut words = self.subtitle.clone().map_or(String::new(), |s| s + ". ");
        words += &format!("Horizontal axis: {}. ", self.x.label);
        words += &format!("Vertical axis: {}.", self.y.label);
        for series in &self.series {
            let finite = |p: &&(f64, f64)| p.0.is_finite() && p.1.is_finite();
            let (count, label) = (series.points.len(), &series.label);
            words += &match series.points.iter().rfind(finite) {
                Some(&(x, y)) => {
                    format!(" {label}: {count} points, the last at ({}, {}).", brief(x), brief(y))
                }
                None => format!(" {label}: no points."),
            };
        }
        words
    }
}

/// Four significant digits, with a power of ten only where it is needed.
fn brief(value: f64) -> String {
    let short = format!("{value:.3e}");
    match short.parse::<f64>() {
        Ok(v) if v == 0.0 || (1e-4..1e7).contains(&v.abs()) => v.to_string(),
        _ => short,
    }
}
