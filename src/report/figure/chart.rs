use super::{Figure, Heatmap, Panels, Strips, Theme};

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
}

impl Chart {
    /// The `<svg>` element, see [`Figure::to_svg`].
    pub fn to_svg_in(&self, theme: Theme) -> String {
        match self {
            Self::Lines(figure) => figure.to_svg_in(theme),
            Self::Heatmap(heatmap) => heatmap.to_svg_in(theme),
            Self::Strips(strips) => strips.to_svg_in(theme),
            Self::Panels(panels) => panels.to_svg_in(theme),
        }
    }
}
