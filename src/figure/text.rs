//! Text without a font: estimated widths, line breaks.

use super::canvas::Font;

/// The width of `text` at the given font size, in pixels.
///
/// The reader's system chooses the font, so this is an estimate on the wide side: the advances of Helvetica by class
/// of character, and a seventh more for wider faces.
pub(super) fn width(text: &str, size: f64) -> f64 {
    1.14 * size * text.chars().map(advance).sum::<f64>()
}

/// How much wider bold letters are.
const BOLD: f64 = 1.18;

/// The size of plain letters that are as wide as those of a font.
pub(super) fn as_plain(font: Font) -> f64 {
    if font.bold { BOLD * font.size } else { font.size }
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.23,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'f' | 't' | 'I' | '/' | '\\' | '·' | '[' | ']' => 0.28,
        'r' | '(' | ')' | '-' | '"' | '⁰'..='⁹' | '⁻' | '¹' | '²' | '³' => 0.35,
        'm' | 'M' | '%' | '@' => 0.86,
        'w' | 'C' | 'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'R' | 'U' => 0.74,
        'W' => 0.94,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.5,
        'a'..='z' | '0'..='9' => 0.556,
        '+' | '=' | '<' | '>' | '−' | '×' | '~' | '±' | '≤' | '≥' => 0.7,
        'A'..='Z' | '&' => 0.667,
        // East Asian characters fill a square; Greek and the rest are about as wide as Latin letters.
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{ff00}'..='\u{ffef}' => 1.0,
        '\u{1f000}'.. => 1.2,
        _ => 0.6,
    }
}

/// Where a word that is too long for a line may be broken: after one of these.
const JOINTS: [char; 6] = ['-', '_', '/', ',', ';', '='];

/// The widest part of `text` that [`wrap`] need not break.
pub(super) fn widest_part(text: &str, size: f64) -> f64 {
    let parts = text.split_whitespace().flat_map(|word| word.split_inclusive(JOINTS));
    parts.map(|part| width(part, size)).fold(0.0, f64::max)
}

/// Breaks `text` into lines of at most `room` pixels, at spaces where there are any, or else after hyphens and the like.
/// Blank text has no lines.
pub(super) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
        if width(&longer, size) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if !line.is_empty()
                && width(&line, size) + width(c.encode_utf8(&mut [0; 4]), size) > room
            {
                let end = line.rfind(JOINTS).map_or(line.len(), |joint| joint + 1);
                let rest = line.split_off(end);
                lines.push(std::mem::replace(&mut line, rest));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_lines_at_spaces() {
        let room = width("learning rate", 10.0);
        assert_eq!(wrap("learning rate of SGD", 10.0, room), ["learning rate", "of SGD"]);
    }

    #[test]
    fn breaks_a_word_that_is_too_long_for_any_line() {
        let lines = wrap(&"x".repeat(50), 10.0, 60.0);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|l| width(l, 10.0) <= 60.0));
        assert_eq!(lines.concat().len(), 50);
    }

    #[test]
    fn a_long_word_is_broken_after_its_joints() {
        let word = "sgd_with_momentum-0.9/clipped";
        let room = widest_part(word, 10.0) + 0.1;
        let lines = wrap(word, 10.0, room);
        assert_eq!(lines.concat(), word);
        assert!(lines.len() > 2 && lines.iter().rev().skip(1).all(|l| l.ends_with(JOINTS)));
    }

    #[test]
    fn blank_text_has_no_lines() {
        assert!(wrap(" \n ", 10.0, 100.0).is_empty());
    }
}
