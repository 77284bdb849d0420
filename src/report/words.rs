//! Words that several reports have in common.

/// `a`, `a and b`, `a, b and c`; nothing for none.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A p value in a cell: `0.021`, `<0.001`.
pub(super) fn p_value(p: f64) -> String {
    match p {
        p if p < 0.001 => "<0.001".into(),
        p if p < 0.1 => format!("{p:.3}"),
        p => format!("{p:.2}"),
    }
}

/// A p value in a sentence: `p = 0.021`, `p < 0.001`.
pub(super) fn p_equals(p: f64) -> String {
    let text = p_value(p);
    match text.strip_prefix('<') {
        Some(text) => format!("p < {text}"),
        None => format!("p = {text}"),
    }
}
