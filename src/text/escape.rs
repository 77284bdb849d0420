use super::plain::is_control;

/// `text` as XML character data, also fit for a quoted attribute. Control characters, some of which XML 1.0 forbids,
/// become U+FFFD.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if is_control(c) => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_xml_reserves_or_forbids() {
        assert_eq!(
            escape("η & λ < \"1\" > 0\n\u{1}\u{9b}\u{202e}"),
            "η &amp; λ &lt; &quot;1&quot; &gt; 0 \u{fffd}\u{fffd}\u{fffd}"
        );
    }
}
