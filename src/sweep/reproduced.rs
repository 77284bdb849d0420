use std::path::Path;

/// The experiment of the book that a sweep belongs to: what `nablab reproduce` was given, such as
/// `ch3-learning-rates --exact`. A sweep knows no more of experiments than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reproduced(String);

impl Reproduced {
    /// That of some arguments, the id of the experiment first.
    pub fn new(arguments: impl Into<String>) -> Self {
        Self(arguments.into())
    }

    /// The arguments.
    pub fn arguments(&self) -> &str {
        &self.0
    }

    /// The id of the experiment.
    pub fn id(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }

    /// `full`, `quick`, `exact` or `exact quick`.
    pub fn form(&self) -> String {
        let words = self.0.split(' ').filter_map(|word| word.strip_prefix("--"));
        let words: Vec<&str> = words.filter(|word| ["exact", "quick"].contains(word)).collect();
        if words.is_empty() { "full".into() } else { words.join(" ") }
    }

    /// The command that trains what is missing, and makes the files in a directory.
    pub fn command(&self, directory: &Path) -> String {
        let path = directory.to_string_lossy();
        format!("nablab reproduce {} --out '{}'", self.0, path.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_and_the_command_follow_from_the_arguments() {
        for (arguments, id, form) in [
            ("ch3-learning-rates", "ch3-learning-rates", "full"),
            ("ch3-init-30 --exact --quick", "ch3-init-30", "exact quick"),
            ("ch3-init-30 --seeds 5", "ch3-init-30", "full"),
        ] {
            let reproduced = Reproduced::new(arguments);
            assert_eq!((reproduced.id(), reproduced.form().as_str()), (id, form));
        }
        let command = Reproduced::new("a --quick").command(Path::new("it's"));
        assert_eq!(command, r"nablab reproduce a --quick --out 'it'\''s'");
    }
}
