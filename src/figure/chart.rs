use super::page::{self, Drawing};
use super::{CriticalDifference, Figure, Heatmap, Panels, Pictures, Stack, Strips, Theme, Width};

/// A figure of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Chart {
    /// Lines over two axes.
    Lines(Figure),
    /// Cells of colour.
    Heatmap(Heatmap),
    /// Points by category.
    Strips(Strips),
    /// Several small figures of lines.
    Panels(Panels),
    /// Average ranks.
    CriticalDifference(CriticalDifference),
    /// Small grey pictures.
    Pictures(Pictures),
    /// Several figures beneath one another.
    Stack(Stack),
}

impl Chart {
    pub(super) fn drawing(&self) -> &dyn Drawing {
        match self {
            Self::Lines(figure) => figure,
            Self::Heatmap(heatmap) => heatmap,
            Self::Strips(strips) => strips,
            Self::Panels(panels) => panels,
            Self::CriticalDifference(diagram) => diagram,
            Self::Pictures(pictures) => pictures,
            Self::Stack(stack) => stack,
        }
    }

    /// What its two axes, or its categories and what is measured of them, are called.
    pub fn axes(&self) -> [&str; 2] {
        self.drawing().axes()
    }

    /// The heading.
    pub fn title(&self) -> &str {
        self.drawing().words().title
    }

    /// The `<svg>` element in the colours of a theme; those of the cells of a heatmap are the same in all. See
    /// [`Figure::to_svg`].
    pub fn to_svg_in(&self, theme: Theme) -> String {
        self.to_svg_of(theme, Width::Wide)
    }

    /// As [`Chart::to_svg_in`], for a screen of some width.
    pub fn to_svg_of(&self, theme: Theme, width: Width) -> String {
        page::svg(self.drawing(), theme, width)
    }
}
