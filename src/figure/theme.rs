//! Light, dark, and the colours of a page.

use super::palette::{BACKGROUND, FAINT_GRID, GRID, MUTED, NEUTRAL, PALETTE, TEXT};

/// The colours of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// On white
    #[default]
    Light,
    /// On near black
    Dark,
    /// As part of a page that has the variables of `page_css`
    #[value(skip)]
    Page,
}

/// The dark counterparts of the neutral colours.
const NEUTRALS: [(&str, &str, &str); 6] = [
    ("background", BACKGROUND, "#15181C"),
    ("text", TEXT, "#E6E6E6"),
    ("muted", MUTED, "#A9B0B7"),
    ("neutral", NEUTRAL, "#9AA1A8"),
    ("grid", GRID, "#32383F"),
    ("faint-grid", FAINT_GRID, "#23282E"),
];

/// The dark counterparts of the palette: line and ink.
const DARK: [(&str, &str); 8] = [
    ("#3D9BDC", "#8CC6F0"),
    ("#E69F00", "#F2C35C"),
    ("#1FBF92", "#6ADBBB"),
    ("#CC79A7", "#E6AFCB"),
    ("#EE7B2E", "#F7AD7C"),
    ("#56B4E9", "#A3D6F5"),
    ("#F2F2F2", "#F2F2F2"),
    ("#8F969D", "#BEC4CA"),
];

/// (name, light, dark) of every colour that figures are drawn in.
fn colours() -> impl Iterator<Item = (String, &'static str, &'static str)> {
    let neutrals = NEUTRALS.iter().map(|&(name, light, dark)| (name.to_string(), light, dark));
    let lines = PALETTE.iter().zip(DARK).enumerate();
    let lines = lines.flat_map(|(i, (colour, (line, ink)))| {
        // Black is its own ink.
        let ink = (colour.ink != colour.line).then_some((format!("ink-{i}"), colour.ink, ink));
        [Some((format!("line-{i}"), colour.line, line)), ink].into_iter().flatten()
    });
    neutrals.chain(lines)
}

impl Theme {
    /// A document drawn in the light colours, in those of the theme.
    pub(super) fn apply(self, svg: String) -> String {
        if self == Self::Light {
            return svg;
        }
        // One pass, so that no colour is exchanged twice. Only attributes have these words.
        let mut out = String::with_capacity(svg.len());
        let mut rest = svg.as_str();
        while let Some(start) = rest.find("=\"#") {
            let (before, from) = rest.split_at(start + 2);
            out += before;
            let end = from.find('"').unwrap_or(from.len());
            let found = colours().find(|(_, light, _)| *light == &from[..end]);
            match (found, self) {
                (None, _) => out += &from[..end],
                (Some((_, _, dark)), Self::Dark) => out += dark,
                (Some((name, light, _)), _) => out += &format!("var(--nab-{name},{light})"),
            }
            rest = &from[end..];
        }
        out + rest
    }
}

/// The variables that figures of [`Theme::Page`] are drawn with: light, or dark where the reader prefers it; light on
/// paper.
pub fn page_css() -> String {
    let block = |dark: bool| -> String {
        let value =
            |(name, light, shade)| format!("--nab-{name}:{};", if dark { shade } else { light });
        colours().map(value).collect()
    };
    format!(
        ":root{{{}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        block(false),
        block(true)
    )
}

#[cfg(test)]
mod tests {
    use super::super::palette::contrast;
    use super::*;

    #[test]
    fn dark_lines_stand_out_and_inks_can_be_read() {
        let background = NEUTRALS[0].2;
        for (line, ink) in DARK {
            assert!(contrast(line, background) >= 4.0, "{line}");
            assert!(contrast(ink, background) >= 7.0, "{ink}");
        }
        assert!(contrast(NEUTRALS[1].2, background) >= 7.0);
        assert!(contrast(NEUTRALS[2].2, background) >= 4.5);
    }

    #[test]
    fn only_colours_are_exchanged() {
        let svg = "<rect fill=\"#FFFFFF\"/><text fill=\"#333333\">#FFFFFF</text><g id=\"#1\"/>";
        assert_eq!(Theme::Light.apply(svg.into()), svg);
        let dark = Theme::Dark.apply(svg.into());
        assert_eq!(
            dark,
            "<rect fill=\"#15181C\"/><text fill=\"#E6E6E6\">#FFFFFF</text><g id=\"#1\"/>"
        );
        let page = Theme::Page.apply(svg.into());
        assert!(page.contains("fill=\"var(--nab-background,#FFFFFF)\""), "{page}");
        assert!(page_css().contains("--nab-background:#FFFFFF;") && page_css().contains("#15181C"));
    }

    #[test]
    fn every_colour_has_its_own_name() {
        let mut light: Vec<&str> = colours().map(|(_, light, _)| light).collect();
        light.sort_unstable();
        let count = light.len();
        light.dedup();
        assert_eq!(light.len(), count);
    }
}
