//! What other programs write where there is no value.

/// Whether a cell says that there is no value: it is empty, or a word for it. NaN is a number, and another question.
pub(super) fn is_missing(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [b"NA", b"N/A", b"<NA>", b"None", b"null", b"-"];
    if cell.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let cell = cell.trim_ascii();
    cell.is_empty() || WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// Takes those NaNs out of the courses of a metric that only say "not measured after this epoch", as other programs
/// write them: all that a number follows, and at the end as many as between two numbers, where no other run was
/// measured either. Any other NaN is where a run diverged.
pub(super) fn without_gaps(courses: &mut [super::Course]) {
    let gaps = |course: &super::Course| {
        let end = course.iter().rposition(|(_, value)| !value.is_nan()).map_or(0, |last| last + 1);
        let longest = course[..end].chunk_by(|a, b| a.1.is_nan() == b.1.is_nan());
        let longest = longest.filter(|part| part[0].1.is_nan()).map(<[_]>::len).max();
        (end, longest.unwrap_or(0))
    };
    let longest = courses.iter().map(|course| gaps(course).1).max().unwrap_or(0);
    let numbers = courses.iter().flatten().filter(|(_, value)| !value.is_nan());
    let mut measured: Vec<usize> = numbers.map(|&(epoch, _)| epoch).collect();
    measured.sort_unstable();
    measured.dedup();
    for course in courses {
        let (end, _) = gaps(course);
        let tail = &course[end..];
        let elsewhere = |&(epoch, _): &(usize, f64)| measured.binary_search(&epoch).is_ok();
        let diverged = end == 0 || tail.len() > longest || tail.iter().any(elsewhere);
        let mut place = 0;
        course.retain(|(_, value)| {
            place += 1;
            !value.is_nan() || place > end && diverged
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_are_no_values() {
        for cell in ["", " ", "NA", "n/a", "None", "null", "NULL", "<NA>", "-"] {
            assert!(is_missing(cell.as_bytes()), "{cell}");
        }
        for cell in ["nan", "0", "-1", "relu", "Nan", "inf"] {
            assert!(!is_missing(cell.as_bytes()), "{cell}");
        }
    }

    #[test]
    fn a_nan_before_a_number_was_not_measured_and_one_at_the_end_diverged() {
        const N: f64 = f64::NAN;
        let settle = |courses: &[&[f64]]| {
            let course = |values: &&[f64]| values.iter().copied().enumerate().collect();
            let mut courses: Vec<Vec<(usize, f64)>> = courses.iter().map(course).collect();
            without_gaps(&mut courses);
            let nans = |course: &Vec<(usize, f64)>| course.iter().any(|(_, value)| value.is_nan());
            courses.iter().map(|course| (course.len(), nans(course))).collect::<Vec<_>>()
        };
        assert_eq!(settle(&[&[N, 1.0, N, 2.0]]), [(2, false)]);
        assert_eq!(settle(&[&[N, 1.0, N, 2.0, N]]), [(2, false)], "as every other epoch");
        assert_eq!(settle(&[&[3.0, 1.0, N]]), [(3, true)], "every other epoch has one");
        assert_eq!(settle(&[&[N, 1.0, N, N, N]]), [(4, true)], "longer than between numbers");
        assert_eq!(settle(&[&[N, 1.0, N, 2.0], &[N, 1.0, N, N]]), [(2, false), (3, true)]);
        assert_eq!(settle(&[&[N, N], &[1.0, 2.0]]), [(2, true), (2, false)]);
    }
}
