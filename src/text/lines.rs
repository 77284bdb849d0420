//! Lines that fit a terminal.

/// The characters of a line that fits every terminal.
pub const LINE: usize = 80;

/// Joins pieces into lines of at most [`LINE`] characters, breaking between pieces only: lines after the first begin with
/// `indent` spaces. A piece that is longer alone stays whole.
///
/// ```
/// use nablab::text::lines;
///
/// assert_eq!(lines(["one,", "two"], " ", 4), "one, two");
/// assert_eq!(lines(["a".repeat(50), "b".repeat(40)], " ", 2), format!("{}\n  {}", "a".repeat(50), "b".repeat(40)));
/// ```
pub fn lines<T: AsRef<str>>(
    pieces: impl IntoIterator<Item = T>,
    separator: &str,
    indent: usize,
) -> String {
    let (mut text, mut length) = (String::new(), 0);
    // What of the separator stays at the end of a line.
    let mark = separator.trim_end();
    for piece in pieces {
        let piece = piece.as_ref();
        let (gap, wide) = (separator.chars().count(), piece.chars().count());
        if text.is_empty() {
            length = wide;
        } else if length + gap + wide + mark.chars().count() <= LINE {
            text += separator;
            length += gap + wide;
        } else {
            text += mark;
            text.push('\n');
            text += &" ".repeat(indent);
            length = indent + wide;
        }
        text += piece;
    }
    text
}

/// The words of a text as such lines.
///
/// ```
/// let text = nablab::text::wrapped(&"word ".repeat(40), 2);
/// assert!(text.lines().count() == 3 && text.lines().all(|line| line.chars().count() <= 80));
/// ```
pub fn wrapped(text: &str, indent: usize) -> String {
    lines(text.split_whitespace(), " ", indent)
}
