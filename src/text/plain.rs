//! Text of a file as it may be shown: nothing in it moves a cursor, turns a line round or fills a screen.

use std::borrow::Cow;
use std::path::Path;

/// Whether a character shows nothing itself and does something to what stands around it.
pub(super) fn is_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
        || c.is_control()
}

/// The text with spaces for tabs and line breaks, and U+FFFD for all other control characters.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        c if is_control(c) => '\u{fffd}',
        c => c,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// No message is longer, in characters.
const MOST_MESSAGE: usize = 500;

/// A message in one line of at most 500 characters.
#[must_use]
pub fn one_line(text: &str) -> String {
    let line = plain(text);
    if line.chars().count() <= MOST_MESSAGE {
        return line.into_owned();
    }
    // What is wrong is said at the beginning, what was expected at the end.
    let tail = MOST_MESSAGE / 5;
    let head: String = line.chars().take(MOST_MESSAGE - tail - 3).collect();
    let end: String = line.chars().skip(line.chars().count() - tail).collect();
    format!("{head} … {end}")
}

/// The name of a file that is longer is cut.
const MOST_NAME: usize = 160;

/// What is wrong with some results, in one line of at most 500 characters that names the file, whether the
/// words did so or not.
#[must_use]
pub fn message(what: &str, file: &Path) -> String {
    let path = file.display().to_string();
    let name = plain(&path);
    let (what, short) = match name.chars().count() > MOST_NAME {
        // The end of a path says most.
        true => {
            let skipped = name.chars().count() - MOST_NAME;
            let short = format!("…{}", name.chars().skip(skipped).collect::<String>());
            (what.replace(&path, &short), short)
        }
        false => (what.to_string(), name.into_owned()),
    };
    let what = plain(&what);
    // Near the beginning, so that no cut takes it away.
    let named = what.find(&short).is_some_and(|place| place < MOST_NAME);
    let whole = if named { what.into_owned() } else { format!("{short}: {what}") };
    match whole.chars().count() > MOST_MESSAGE {
        true => whole.chars().take(MOST_MESSAGE - 1).collect::<String>() + "…",
        false => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_not_shown() {
        assert_eq!(
            plain("a\u{1b}[31mb\tc\u{9b}d\u{202e}e\u{7f}"),
            "a\u{fffd}[31mb c\u{fffd}d\u{fffd}e\u{fffd}"
        );
        assert!(matches!(plain("η = 0.1, ünï"), Cow::Borrowed(_)));
    }

    #[test]
    fn messages_are_one_line_that_does_nothing_to_a_terminal() {
        assert_eq!(one_line("a\nb\u{1b}[31mc"), "a b\u{fffd}[31mc");
        let long = one_line(&format!("{} expected a number", "ä".repeat(10_000)));
        assert_eq!(long.chars().count(), MOST_MESSAGE);
        assert!(long.ends_with("expected a number"), "{long}");
    }

    #[test]
    fn messages_are_short_and_name_the_file() {
        let file = Path::new("results/runs.csv");
        assert_eq!(message("results/runs.csv has no rows", file), "results/runs.csv has no rows");
        assert_eq!(message("no\u{7} row", file), "results/runs.csv: no\u{fffd} row");
        let long = message(&"x".repeat(10_000), file);
        assert!(long.starts_with("results/runs.csv: xxx") && long.chars().count() == MOST_MESSAGE);
        let path = format!("{}/runs.csv", "d".repeat(3000));
        let long = message(&format!("{path}: no column 'a'"), Path::new(&path));
        assert!(
            long.contains("dd/runs.csv: no column 'a'") && long.chars().count() < 200,
            "{long}"
        );
        // A name after thousands of characters is none.
        let late = message(&format!("{} in results/runs.csv", "x".repeat(600)), file);
        assert!(late.starts_with("results/runs.csv: x"), "{late}");
    }
}
