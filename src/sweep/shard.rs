use std::fmt::{self, Display};

/// A share of the trials of a sweep, for one of several processes or machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which share, from 1.
    pub index: usize,
    /// The number of shares.
    pub count: usize,
}

const EXPECTED: &str = "expected I/N with I from 1 to N (3/16), slurm in a job array, or hq/N in a \
                        HyperQueue array";

impl Shard {
    /// Reads `3/16`; or `slurm`, from the environment of a SLURM job array; or `hq/16`, from that of
    /// a HyperQueue array of 16 tasks, whose ids may begin at 0 or 1.
    ///
    /// # Errors
    ///
    /// In one line, with what was expected.
    pub fn read(text: &str, environment: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let variable = |name: &str| {
            let value = environment(name).ok_or_else(|| format!("{text}: {name} is not set"))?;
            let number = value.trim().parse::<usize>();
            number.map_err(|_| format!("{text}: {name} is '{value}', which is no number"))
        };
        let (index, count) = match (text, text.strip_prefix("hq/")) {
            ("slurm", _) => {
                let (task, count) =
                    (variable("SLURM_ARRAY_TASK_ID")?, variable("SLURM_ARRAY_TASK_COUNT")?);
                // Arrays may begin anywhere and leave out tasks: --array=0-30:2.
                let first = variable("SLURM_ARRAY_TASK_MIN").unwrap_or(1);
                let step = variable("SLURM_ARRAY_TASK_STEP").unwrap_or(1).max(1);
                let place = task.checked_sub(first).map(|distance| distance / step + 1);
                (place.unwrap_or(0), count)
            }
            (_, Some(count)) => {
                let count = count.parse().map_err(|_| format!("'{text}': {EXPECTED}"))?;
                // Task 0 of an array from 0 is the last share of one from 1.
                let task = variable("HQ_TASK_ID")?;
                (if task == 0 { count } else { task }, count)
            }
            _ => {
                let parts = text.split_once('/');
                let parts = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
                parts.ok_or_else(|| format!("'{text}': {EXPECTED}"))?
            }
        };
        match (1..=count).contains(&index) {
            true => Ok(Self { index, count }),
            false => Err(format!("'{text}' is share {index} of {count}; {EXPECTED}")),
        }
    }

    /// The share of which a file is the [journal](super::journal_name), if it is one.
    pub(super) fn of_journal(name: &str) -> Option<Self> {
        let (index, count) =
            name.strip_prefix("journal-")?.strip_suffix(".jsonl")?.split_once("of")?;
        let shard = Self { index: index.parse().ok()?, count: count.parse().ok()? };
        (super::journal_name(Some(shard)) == name).then_some(shard)
    }

    /// Whether the trial at a place of the list belongs to this share. Neighbours go to different
    /// shares, so that each has some of the long trials.
    pub fn has(self, place: usize) -> bool {
        place % self.count == self.index - 1
    }
}

impl Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<(usize, usize), String> {
        let get = |name: &str| {
            environment.iter().find(|(other, _)| *other == name).map(|(_, v)| v.to_string())
        };
        Shard::read(text, get).map(|shard| (shard.index, shard.count))
    }

    #[test]
    fn a_share_is_said_or_told_by_the_scheduler() {
        assert_eq!(read("3/16", &[]), Ok((3, 16)));
        let array = |id, count, min, step| {
            [
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_COUNT", count),
                ("SLURM_ARRAY_TASK_MIN", min),
                ("SLURM_ARRAY_TASK_STEP", step),
            ]
        };
        assert_eq!(read("slurm", &array("8", "8", "1", "1")), Ok((8, 8)));
        assert_eq!(read("slurm", &array("0", "8", "0", "1")), Ok((1, 8)));
        assert_eq!(read("slurm", &array("30", "16", "0", "2")), Ok((16, 16)));
        assert_eq!(read("hq/4", &[("HQ_TASK_ID", "4")]), Ok((4, 4)));
        assert_eq!(read("hq/4", &[("HQ_TASK_ID", "0")]), Ok((4, 4)));
        for bad in ["", "0/4", "5/4", "1/0", "a/4", "4", "hq", "hq/x", "hq/3", "slurm", "-1/3"] {
            let error = read(bad, &[("HQ_TASK_ID", "4")]).unwrap_err();
            assert!(!error.contains('\n'), "{bad}: {error}");
        }
        assert!(read("slurm", &array("x", "8", "1", "1")).unwrap_err().contains("'x'"));
    }

    #[test]
    fn a_share_is_known_by_its_journal() {
        let shard = Shard { index: 3, count: 16 };
        assert_eq!(Shard::of_journal("journal-3of16.jsonl"), Some(shard));
        for other in ["journal.jsonl", "journal-rescued-1.jsonl", "journal-03of16.jsonl"] {
            assert_eq!(Shard::of_journal(other), None, "{other}");
        }
    }

    #[test]
    fn the_shares_are_all_and_none_twice() {
        for count in [1, 3, 16] {
            for place in 0..100 {
                let owners = (1..=count).filter(|&index| Shard { index, count }.has(place));
                assert_eq!(owners.count(), 1);
            }
        }
    }
}
