use serde::Deserialize;
use std::sync::OnceLock;

/// A number that the book prints or its author recorded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Reference {
    /// The experiment.
    pub id: String,
    /// The chapter, or `appendix`.
    pub chapter: String,
    /// What was measured.
    pub quantity: String,
    /// The value as printed; not always a bare number.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// Where it stands: a chapter's text, a recorded curve, or derived from the book's formulas.
    pub source: String,
}

impl Reference {
    /// The value as a number, without words such as "about".
    pub fn number(&self) -> Option<f64> {
        self.value.split_whitespace().find_map(|word| word.parse().ok())
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
    }
}
