//! Numbers as people and spreadsheets write them, in the form that programs read.

/// What a comma within a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Commas {
    /// No part of a number.
    Text,
    /// What stands before tenths: 0,5.
    Decimal,
    /// What parts thousands: 1,500.
    Thousands,
}

/// What a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Text, or a number that needs no other form.
    AsItIs,
    /// A number that is written otherwise.
    Rewritten {
        /// Whether it has a percent sign: it counts hundredths then.
        percent: bool,
    },
    /// 1.234, where commas stand before tenths: a thousand, or one and a bit.
    Unclear,
}

/// Whether a cell may need another form. Plain digits, by far the most, do not.
pub(super) fn is_special(cell: &[u8], commas: Commas) -> bool {
    cell.iter().any(|byte| match byte {
        b',' | b'%' | 0xe2 | 0xc2 => true,
        b'.' => commas == Commas::Decimal,
        _ => false,
    })
}

/// A number in the form that programs read, written to `plain`: with a point and without thousands separators, a
/// percent sign as hundredths, and U+2212 as a hyphen.
pub(super) fn rewrite(cell: &str, commas: Commas, plain: &mut String) -> Form {
    plain.clear();
    let text = cell.trim();
    let (text, percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let (sign, text) = match text.chars().next() {
        Some('-' | '\u{2212}') => ("-", &text[text.chars().next().map_or(0, char::len_utf8)..]),
        Some('+') => ("", &text[1..]),
        _ => ("", text),
    };
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(place) => (&text[..place], &text[place..]),
        None => (text, ""),
    };
    let tens = exponent.get(1..).map_or(Some(0), |tens| tens.replace('\u{2212}', "-").parse().ok());
    let Some(tens): Option<i32> = tens else { return Form::AsItIs };
    let (point, part) = match commas {
        Commas::Text => ('.', None),
        Commas::Decimal => (',', Some('.')),
        Commas::Thousands => ('.', Some(',')),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, tenths) = mantissa.split_once(point).unwrap_or((mantissa, ""));
    if whole.is_empty() && tenths.is_empty() || !digits(tenths) {
        return Form::AsItIs;
    }
    let parts = |c: char| Some(c) == part || matches!(c, '\u{a0}' | '\u{202f}' | '\u{2009}');
    let mut groups = whole.split(parts);
    let first = groups.next().unwrap_or_default();
    let of_three = groups.clone().all(|group| group.len() == 3 && digits(group));
    let several = groups.next().is_some();
    let begins = digits(first) && (!several || (1..=3).contains(&first.len()) && first != "0");
    if !of_three || !begins {
        // 0.5 has no other meaning where tenths have a comma.
        return Form::AsItIs;
    }
    if commas == Commas::Decimal && whole.matches('.').count() == 1 && !mantissa.contains(',') {
        return Form::Unclear;
    }
    plain.push_str(sign);
    plain.extend(whole.chars().filter(char::is_ascii_digit));
    if !tenths.is_empty() {
        plain.push('.');
        plain.push_str(tenths);
    }
    // Moving the point in the text keeps the number that is nearest to the decimal one.
    let tens = if percent { tens - 2 } else { tens };
    if tens != 0 {
        plain.push_str(&format!("e{tens}"));
    }
    Form::Rewritten { percent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_spreadsheets_are_numbers() {
        let mut plain = String::new();
        let mut read = |cell, commas| match rewrite(cell, commas, &mut plain) {
            Form::Rewritten { .. } => plain.parse::<f64>().ok(),
            Form::Unclear => Some(f64::INFINITY),
            Form::AsItIs => None,
        };
        for (cell, number) in [
            ("0,2977", Some(0.2977)),
            ("-1.234,5", Some(-1234.5)),
            ("1.234.567", Some(1_234_567.0)),
            ("1,5e-3", Some(1.5e-3)),
            ("1.234", Some(f64::INFINITY)),
            ("0.5", None),
            ("01.03.2024", None),
            ("30,10,10", None),
            ("relu", None),
            (",", None),
        ] {
            assert_eq!(read(cell, Commas::Decimal), number, "{cell}");
        }
        for (cell, number) in [
            ("1,500", Some(1500.0)),
            ("1,234,567.5", Some(1_234_567.5)),
            ("12,34", None),
            ("0,500", None),
            ("1500,000", None),
            ("1,500 %", Some(15.0)),
        ] {
            assert_eq!(read(cell, Commas::Thousands), number, "{cell}");
        }
        for (cell, number) in [
            ("93.5%", Some(0.935)),
            ("93.5 %", Some(0.935)),
            ("\u{2212}0.5", Some(-0.5)),
            ("1e\u{2212}3", Some(1e-3)),
            ("12\u{a0}500", Some(12_500.0)),
            ("1,500", None),
            ("%", None),
            ("e5", None),
            ("50% off", None),
        ] {
            assert_eq!(read(cell, Commas::Text), number, "{cell}");
        }
    }
}
