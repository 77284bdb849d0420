//! `--seeds`: the seeds of every setting.

/// Reads `10` (1 to 10), `1..10` or `3,5,8`.
///
/// # Errors
///
/// In one line, with what was expected.
pub fn seeds(text: &str) -> Result<Vec<u64>, String> {
    match text.trim().parse() {
        Ok(count) => range(1, count).map_err(|problem| format!("'{text}': {problem}")),
        Err(_) => seed_list(text),
    }
}

/// Reads the seeds themselves: `7`, `1..10`, `3,5,8`, `1..3,7`.
///
/// # Errors
///
/// In one line, with what was expected.
pub(super) fn seed_list(text: &str) -> Result<Vec<u64>, String> {
    let mut seeds = Vec::new();
    for item in text.split(',') {
        let (first, last) = item.split_once("..").unwrap_or((item, item));
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| EXPECTED.to_string());
        let list = number(first).and_then(|first| range(first, number(last)?));
        seeds.extend(list.map_err(|problem| format!("'{text}': {problem}"))?);
    }
    Ok(seeds)
}

/// The seeds if nobody says how many.
pub(super) const SEEDS: &str = "1..10";

const EXPECTED: &str = "expected a number of seeds (10), a range (1..10) or a list (3,5,8)";

fn range(first: u64, last: u64) -> Result<Vec<u64>, String> {
    match last.checked_sub(first) {
        None => Err(EXPECTED.into()),
        Some(more) if more >= MOST => Err(format!("at most {MOST} seeds make sense")),
        Some(_) => Ok((first..=last).collect()),
    }
}

/// More seeds are a typing error.
const MOST: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_number_a_range_or_a_list() {
        assert_eq!(seeds("3"), Ok(vec![1, 2, 3]));
        assert_eq!(seeds("4..6"), Ok(vec![4, 5, 6]));
        assert_eq!(seeds("7..7"), Ok(vec![7]));
        assert_eq!(seeds("8,3,5"), Ok(vec![8, 3, 5]));
        assert_eq!(seeds("1..3,7"), Ok(vec![1, 2, 3, 7]));
        assert_eq!(seed_list("3"), Ok(vec![3]));
        for bad in ["", "0", "-1", "1.5", "5..4", "1..", "..3", "1,,2", "ten", "1..2..3"] {
            assert!(seeds(bad).unwrap_err().contains("a range (1..10)"), "{bad}");
        }
        assert!(seeds("0..18446744073709551615").unwrap_err().contains("at most 1000000"));
    }
}
