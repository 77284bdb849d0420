use serde::Deserialize;
use std::sync::OnceLock;

/// A number that the book prints or its author recorded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Reference {
    /// The experiment.
    pub id: String,
    /// The chapter, or `appendix`.
    pub chapter: String,
    /// The [key](super::Arm::key) of the setting, where an experiment has several.
    pub arm: String,
    /// The column of what was measured, if it is the value of a curve.
    pub metric: String,
    /// The hidden layer, counted from 1, if it is of one.
    pub layer: Option<usize>,
    /// The epoch, counted from 0, if it is the value of a curve.
    pub epoch: Option<usize>,
    /// `best` if it is the extreme of a curve.
    pub statistic: String,
    /// What was measured, in words.
    pub quantity: String,
    /// The value as printed; not always a bare number.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// Where it stands: a chapter's text, a recorded curve, or derived from the book's formulas.
    pub source: String,
}

impl Reference {
    /// The value as a number, without words such as "about"; a fraction such as 1/14 is one.
    pub fn number(&self) -> Option<f64> {
        let number = |word: &str| match word.split_once('/') {
            None => word.parse().ok(),
            Some((above, below)) => Some(above.parse::<f64>().ok()? / below.parse::<f64>().ok()?),
        };
        self.value.split_whitespace().find_map(number)
    }
}

impl Reference {
    /// Whether it is the same value of the same curve.
    pub(super) fn is_same_value(&self, other: &Self) -> bool {
        let of = |row: &Self| {
            (row.id.clone(), row.arm.clone(), row.metric.clone(), row.layer, row.epoch)
        };
        std::ptr::eq(self, other) || (self.epoch.is_some() && of(self) == of(other))
    }

    /// Of how many images, if it is a number of images, or a percentage: those of the author are of
    /// 10,000.
    pub fn images(&self) -> Option<f64> {
        match self.unit.strip_prefix("of ") {
            Some(images) => images.parse().ok(),
            None => (self.unit == "%").then_some(10_000.0),
        }
    }

    /// The number as our metrics have it: percentages and numbers of images as fractions.
    pub fn fraction(&self) -> Option<f64> {
        let number = self.number()?;
        Some(match self.unit.strip_prefix("of ") {
            Some(_) => number / self.images()?,
            None if self.unit == "%" => number / 100.0,
            None => number,
        })
    }
}

/// Every number of the book, in the order of its experiments.
pub fn references() -> &'static [Reference] {
    static REFERENCES: OnceLock<Vec<Reference>> = OnceLock::new();
    REFERENCES.get_or_init(|| {
        let mut reader = csv::Reader::from_reader(include_str!("reference.csv").as_bytes());
        reader.deserialize().collect::<Result<_, _>>().expect("the embedded table is well-formed")
    })
}

/// The numbers of an experiment, in the order of the table.
pub(super) fn references_of(id: &'static str) -> impl Iterator<Item = &'static Reference> {
    references().iter().filter(move |row| row.id == id)
}

/// The number of an experiment with a given quantity.
pub(super) fn reference(id: &str, quantity: &str) -> Option<&'static Reference> {
    references().iter().find(|r| r.id == id && r.quantity == quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_its_numbers_are_read() {
        assert_eq!(references().len(), 742);
        let about = reference("ch3-learning-rates", "eta=0.25 near saturation after").unwrap();
        assert_eq!(about.number(), Some(20.0));
        let fourteenth = reference("ch3-ce-100", "fraction of errors removed").unwrap();
        assert_eq!(fourteenth.number(), Some(1.0 / 14.0));
        let of = |quantity| reference("ch3-overfit-1000", quantity).unwrap().fraction().unwrap();
        assert_eq!(of("peak test accuracy"), 0.8227);
        assert_eq!(of("test correct max (epoch 374)"), 0.8227);
        assert_eq!(of("test accuracy in first 200 epochs"), 0.82);
    }
}
