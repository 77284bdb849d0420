use std::fmt::Write;

/// A setting of the hidden layers: the same one for all of them, or one each.
#[derive(Debug, Clone, PartialEq)]
pub struct PerLayer<V>(Vec<V>);

impl<V> From<V> for PerLayer<V> {
    fn from(value: V) -> Self {
        Self(vec![value])
    }
}

impl<V: Copy + PartialEq> PerLayer<V> {
    /// One value a hidden layer, the one after the inputs first; a single one is for all layers.
    ///
    /// # Panics
    ///
    /// Without any value.
    pub fn new(values: Vec<V>) -> Self {
        assert!(!values.is_empty(), "a setting needs a value");
        Self(values)
    }

    /// Reads values separated by commas, or by `+` as in CSV files, each by `parse`.
    ///
    /// # Errors
    ///
    /// Those of `parse`.
    pub fn parse(text: &str, parse: impl FnMut(&str) -> Result<V, String>) -> Result<Self, String> {
        text.split([',', '+']).map(str::trim).map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// The value of hidden layer `l`, counted from 0.
    ///
    /// # Panics
    ///
    /// When there is none; see [`fits`](Self::fits).
    pub fn of(&self, l: usize) -> V {
        if self.0.len() == 1 { self.0[0] } else { self.0[l] }
    }

    /// The same with each value replaced.
    #[must_use]
    pub fn map(&self, value: impl Fn(V) -> V) -> Self {
        Self(self.0.iter().map(|&v| value(v)).collect())
    }

    /// All values, of which a single one may stand for many layers.
    pub fn values(&self) -> &[V] {
        &self.0
    }

    /// Whether there is a value for each of `layers` hidden layers.
    pub fn fits(&self, layers: usize) -> bool {
        self.0.len() == 1 || self.0.len() == layers
    }

    /// The values joined by `+`, as in CSV files; a single one if all are equal.
    pub fn name(&self, value: impl Fn(V) -> String) -> String {
        let first = value(self.0[0]);
        if self.0.iter().all(|&other| other == self.0[0]) {
            return first;
        }
        self.0[1..].iter().fold(first, |mut name, &other| {
            write!(name, "+{}", value(other)).expect("writing to a String cannot fail");
            name
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PerLayer<u8>, String> {
        PerLayer::parse(text, |word| word.parse().map_err(|_| format!("'{word}'")))
    }

    #[test]
    fn one_value_serves_all_layers() {
        let one = parse("7").unwrap();
        assert!(one.fits(0) && one.fits(5));
        assert_eq!((one.of(0), one.of(4)), (7, 7));
        assert_eq!(one.name(|v| v.to_string()), "7");
    }

    #[test]
    fn several_values_are_for_a_layer_each() {
        for text in ["7,8,7", "7+8+7", "7, 8, 7"] {
            let three = parse(text).unwrap();
            assert!(three.fits(3) && !three.fits(2) && !three.fits(4));
            assert_eq!((three.of(0), three.of(1), three.of(2)), (7, 8, 7));
            assert_eq!(three.name(|v| v.to_string()), "7+8+7");
        }
        assert_eq!(parse("7,7").unwrap().name(|v| v.to_string()), "7");
        assert_eq!(parse("7,,7"), Err("''".into()));
        assert_eq!(parse(""), Err("''".into()));
    }
}
