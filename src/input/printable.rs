//! Text of a file in a message.

use std::fmt::Write;

/// The longest piece of a file that a message repeats, in characters.
const LONGEST: usize = 100;

/// Text of a file, fit for a message on one line of a terminal: of at most 100 characters, and with
/// control characters escaped. Of longer text the beginning stands, and `…`.
pub fn printable(text: &str) -> String {
    shortened(text, LONGEST)
}

/// As [`printable`], with at most `most` characters of the text, before some of them are escaped.
pub fn shortened(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == most {
            shown.push('…');
            break;
        }
        match c {
            '\t' => shown.push(' '),
            c if c.is_control() || is_invisible(c) => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "{}", c.escape_default());
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a character only changes how its neighbours are shown: direction of writing, joining,
/// line separators, byte order marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_long_text_is_cut() {
        assert_eq!(printable("η = 0.5"), "η = 0.5");
        assert_eq!(printable("a\x1b[31m\r\nb\tc\0"), "a\\u{1b}[31m\\r\\nb c\\u{0}");
        assert_eq!(printable("\u{202e}ab\u{feff}"), "\\u{202e}ab\\u{feff}");
        assert_eq!(printable(&"é".repeat(100)), "é".repeat(100));
        assert_eq!(printable(&"é".repeat(101)), "é".repeat(100) + "…");
        assert_eq!(shortened("abc", 2), "ab…");
    }
}
