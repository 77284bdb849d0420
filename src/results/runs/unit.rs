//! What the courses of runs are counted in: epochs, or the steps of another program.

use super::direction::words;

/// What courses are counted in, and from which number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    column: String,
    /// The smallest number in the file.
    first: usize,
}

impl Default for Unit {
    /// That of our own files.
    fn default() -> Self {
        Self::new("epoch", 0)
    }
}

impl Unit {
    pub(super) fn new(column: &str, first: usize) -> Self {
        Self { column: column.into(), first }
    }

    /// The smallest number in the file.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// The column.
    pub(super) fn column(&self) -> &str {
        &self.column
    }

    /// `epoch`, `step`, `iteration`.
    #[must_use]
    pub fn name(&self) -> String {
        let mut words = words(&self.column);
        words.retain(|word| word != "trained");
        let last = words.pop().unwrap_or_default();
        last.strip_suffix('s').map_or(last.clone(), String::from)
    }

    /// Whether the first epoch has the number 0, as ours has. Of steps and of `epochs_trained` 0 is the number before the
    /// first one.
    #[must_use]
    pub fn from_0(&self) -> bool {
        self.first == 0 && self.name() == "epoch" && !self.column.ends_with("_trained")
    }

    /// How many were done when a number was written.
    #[must_use]
    pub fn done(&self, number: usize) -> usize {
        number + usize::from(self.from_0())
    }

    /// The label of an axis.
    #[must_use]
    pub fn label(&self) -> String {
        let name = self.column.replace('_', " ");
        if self.from_0() { format!("{name} (counted from 0)") } else { name }
    }

    /// `1 epoch`, `2 epochs`.
    #[must_use]
    pub fn count(&self, n: usize) -> String {
        format!("{n} {}{}", self.name(), if n == 1 { "" } else { "s" })
    }
}

/// How far apart the epochs are that a metric was measured after: the least and the most, without what follows the
/// last full distance of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spacing {
    /// The least.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// Whether some runs went on after it.
    pub ends_early: bool,
}

impl Spacing {
    /// That of some courses, which end before their runs or not.
    pub(super) fn of<'a>(
        courses: impl Iterator<Item = (&'a Unit, &'a [(usize, f64)])>,
        ends_early: bool,
    ) -> Option<Self> {
        let mut spacing: Option<Self> = None;
        for (unit, course) in courses {
            let done: Vec<usize> = course.iter().map(|&(number, _)| unit.done(number)).collect();
            let between = done.windows(2).map(|pair| pair[1] - pair[0]);
            let all: Vec<usize> = done.first().copied().into_iter().chain(between).collect();
            // The end of a training is measured whenever it comes.
            let short = all.len() > 1 && !ends_early;
            let full = if short { &all[..all.len() - 1] } else { &all[..] };
            for &gap in full.iter().filter(|&&gap| gap > 0) {
                let Self { least, most, .. } =
                    spacing.unwrap_or(Self { least: gap, most: gap, ends_early });
                spacing = Some(Self { least: least.min(gap), most: most.max(gap), ends_early });
            }
        }
        spacing
    }

    /// A sentence of a caption.
    #[must_use]
    pub fn sentence(self, unit: &Unit) -> String {
        let Self { least, most, ends_early } = self;
        let name = unit.name();
        let every = match (least == most, most) {
            (true, 1) => format!("every {name}"),
            (true, _) => format!("every {}", unit.count(most)),
            (false, _) => format!("every {least} to {most} {name}s"),
        };
        let last = if ends_early { ", and not after the last one of every run" } else { "" };
        format!("Measured {every}{last}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_count_from_the_first_number_and_steps_are_what_they_say() {
        assert_eq!([0, 1].map(|first| Unit::new("epoch", first).done(3)), [4, 3]);
        assert_eq!([0, 5].map(|first| Unit::new("global_step", first).done(300)), [300, 300]);
        assert_eq!(Unit::new("training_iteration", 1).name(), "iteration");
        assert_eq!(Unit::new("Timesteps", 1).count(2), "2 timesteps");
        assert_eq!(Unit::default().label(), "epoch (counted from 0)");
        let trained = Unit::new("epochs_trained", 0);
        assert_eq!((trained.name().as_str(), trained.done(3)), ("epoch", 3));
        assert_eq!(trained.label(), "epochs trained");
    }

    #[test]
    fn spacing_is_that_of_full_distances() {
        let unit = Unit::default();
        let of = |epochs: &[usize]| {
            let course: Vec<(usize, f64)> = epochs.iter().map(|&epoch| (epoch, 0.0)).collect();
            let spacing = Spacing::of([(&unit, &course[..])].into_iter(), false);
            spacing.filter(|s| s.most > 1).map(|s| s.sentence(&unit))
        };
        assert_eq!(of(&[3, 7, 11, 12]).as_deref(), Some("Measured every 4 epochs."));
        assert_eq!(of(&[3, 9, 12]).as_deref(), Some("Measured every 4 to 6 epochs."));
        assert_eq!(of(&[0, 1, 2]), None);
        assert_eq!(of(&[9]).as_deref(), Some("Measured every 10 epochs."));
    }
}
