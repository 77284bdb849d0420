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
    /// What its two axes, or its categories and what is measured of them, are called.
    pub fn axes(&self) -> [&str; 2] {
        match self {
            Self::Lines(figure) => [&figure.x.label, &figure.y.label],
            Self::Heatmap(heatmap) => [&heatmap.x_label, &heatmap.scale_label],
            Self::Strips(strips) => [&strips.x_label, &strips.y.label],
            Self::Panels(panels) => panels
                .panels
                .first()
                .map_or(["", ""], |panel| [panel.x.label.as_str(), panel.y.label.as_str()]),
        }
    }

    /// The heading.
    pub fn title(&self) -> &str {
        match self {
            Self::Lines(figure) => &figure.title,
            Self::Heatmap(heatmap) => &heatmap.title,
            Self::Strips(strips) => &strips.title,
            Self::Panels(panels) => &panels.title,
        }
    }

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
