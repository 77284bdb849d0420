use std::str::FromStr;

/// The widths of the hidden layers: `30`, `100x30`, `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hidden(pub Vec<usize>);

impl FromStr for Hidden {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        if s == "none" {
            return Ok(Self(Vec::new()));
        }
        let width = |w: &str| w.parse().ok().filter(|&w: &usize| w > 0);
        let widths = s.split('x').map(width).collect::<Option<_>>();
        widths.map(Self).ok_or_else(|| {
            "expected widths above 0 joined by x, such as 30 or 100x30, or none".into()
        })
    }
}

/// The number of images in a mini-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BatchSize {
    Images(usize),
    /// All training images, however many they are.
    Full,
}

impl FromStr for BatchSize {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "full" => Ok(Self::Full),
            number => number
                .parse()
                .map(Self::Images)
                .map_err(|_| "expected a number of images, or full for all of them".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_and_nonsense_is_refused() {
        assert_eq!("30".parse(), Ok(Hidden(vec![30])));
        assert_eq!("100x30x7".parse(), Ok(Hidden(vec![100, 30, 7])));
        assert_eq!("none".parse(), Ok(Hidden(vec![])));
        for bad in ["", "0", "30x", "x30", "30x0", "-3", "30,30", "ten", "99999999999999999999"] {
            assert!(bad.parse::<Hidden>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mini_batch_is_a_number_or_all_images() {
        assert_eq!("7".parse(), Ok(BatchSize::Images(7)));
        assert_eq!("full".parse(), Ok(BatchSize::Full));
        for bad in ["", "-1", "1.5", "all"] {
            assert!(bad.parse::<BatchSize>().is_err(), "{bad}");
        }
    }
}
