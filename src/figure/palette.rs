//! Colours that readers with any colour vision can tell apart.

/// A colour of the [`PALETTE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// The common English name.
    pub name: &'static str,
    /// For lines and bands.
    pub line: &'static str,
    /// The same hue darkened until text in it has a contrast of at least 4.5 : 1 on white (WCAG AA).
    pub ink: &'static str,
}

/// The palette of M. Okabe and K. Ito, "Color Universal Design" (2008).
///
/// Two changes for lines on white: the yellow, which almost vanishes there, is replaced by a grey, and the order
/// puts colours of different lightness first, so that three lines survive a greyscale printer.
pub const PALETTE: [Colour; 8] = [
    colour("blue", "#0072B2", "#004A75"),
    colour("orange", "#E69F00", "#875E00"),
    colour("bluish green", "#009E73", "#005C43"),
    colour("reddish purple", "#CC79A7", "#8F3F6C"),
    colour("vermillion", "#D55E00", "#943F00"),
    colour("sky blue", "#56B4E9", "#1B6489"),
    colour("black", "#000000", "#000000"),
    colour("grey", "#999999", "#5E5E5E"),
];

/// The paper.
pub(super) const BACKGROUND: &str = "#FFFFFF";
/// Title, labels and ticks.
pub(super) const TEXT: &str = "#333333";
/// Subtitle and note.
pub(super) const MUTED: &str = "#5F5F5F";
/// The axis line and the marks of the key.
pub(super) const NEUTRAL: &str = "#666666";
/// Labelled grid lines.
pub(super) const GRID: &str = "#E2E2E2";
/// Grid lines between the labelled ones.
pub(super) const FAINT_GRID: &str = "#F1F1F1";

const fn colour(name: &'static str, line: &'static str, ink: &'static str) -> Colour {
    Colour { name, line, ink }
}

/// The colour at `index`, starting again after the last.
pub(super) fn pick(index: usize) -> Colour {
    PALETTE[index % PALETTE.len()]
}

/// The relative luminance of a colour as WCAG 2.1 defines it, 0 to 1.
pub(super) fn luminance(hex: &str) -> f64 {
    let channel = |i: usize| {
        let c = f64::from(u8::from_str_radix(hex.get(i..i + 2).unwrap_or("0"), 16).unwrap_or(0))
            / 255.0;
        if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/// The contrast of two colours as WCAG 2.1 defines it, 1 to 21.
pub(super) fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one) + 0.05, luminance(other) + 0.05);
    a.max(b) / a.min(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_out_and_inks_can_be_read_on_white() {
        for colour in PALETTE {
            assert!(contrast(colour.line, BACKGROUND) >= 2.2, "{}", colour.name);
            assert!(contrast(colour.ink, BACKGROUND) >= 4.5, "{}", colour.name);
        }
        assert!(contrast(TEXT, BACKGROUND) >= 7.0 && contrast(MUTED, BACKGROUND) >= 4.5);
    }
}
