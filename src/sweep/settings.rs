//! The options of a training, one by one: what can be an axis of a sweep, and what its values mean.

use crate::nearest::{hint, nearest};
use crate::train::Options;
use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::error::Error;
use std::sync::Mutex;

/// The options that a sweep can vary.
#[derive(Debug)]
pub struct Settings {
    names: Vec<String>,
    /// The same parser that `train` has, without default values.
    command: Mutex<Command>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl Settings {
    /// All options of a training.
    pub fn new() -> Self {
        let command = Options::augment_args(Command::new("").no_binary_name(true));
        let mut command = command.mut_args(|arg| arg.default_value(None));
        command.build();
        let names = command.get_arguments().filter_map(|arg| arg.get_long());
        let names = names.filter(|&name| name != "help").map(String::from).collect();
        Self { names, command: Mutex::new(command) }
    }

    /// The names of the options, as in `--batch-size`, in a fixed order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of an option, however it is written: `batch_size`, `optimizer`.
    ///
    /// # Errors
    ///
    /// When there is none; says which is the nearest.
    pub fn name(&self, name: &str) -> Result<&str, String> {
        let mut known = name.replace('_', "-");
        if known == "optimizer" {
            known = "optimiser".into();
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        match names.iter().find(|&&other| other == known) {
            Some(name) => Ok(name),
            None => Err(format!("unknown option '{name}'; {}", hint(&known, &names))),
        }
    }

    /// Reads one value of an option.
    ///
    /// # Errors
    ///
    /// In one line, with what was expected.
    pub fn read(&self, name: &str, value: &str) -> Result<Setting, String> {
        let mut command = self.command.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Joined by `=`, a negative number is not taken for an option.
        let matches = command.try_get_matches_from_mut([format!("--{name}={value}")]);
        matches.map(|matches| Setting { matches }).map_err(|error| one_line(value, &error))
    }

    /// Whether an option takes fractions, or else whole numbers, or else none at all.
    pub(super) fn numbers(&self, name: &str) -> Option<Numbers> {
        match (self.read(name, "0.5"), self.read(name, "1")) {
            (Ok(_), _) => Some(Numbers::Fractions),
            (_, Ok(_)) => Some(Numbers::Integers),
            _ => None,
        }
    }
}

/// The numbers that an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    Fractions,
    Integers,
}

/// One value of one option.
#[derive(Debug, Clone)]
pub struct Setting {
    matches: ArgMatches,
}

impl Setting {
    /// Sets the value.
    pub fn apply(&self, options: &mut Options) {
        let read = options.update_from_arg_matches(&self.matches);
        read.expect("a value that has been read");
    }
}

/// The options when nothing is set.
pub(super) fn defaults() -> Options {
    let command = Options::augment_args(Command::new("").no_binary_name(true));
    let matches = command.get_matches_from(std::iter::empty::<&str>());
    Options::from_arg_matches(&matches).expect("every option has a default")
}

/// What the parser says of a bad value, in one line.
fn one_line(value: &str, error: &clap::Error) -> String {
    if let Some(reason) = error.source() {
        return format!("'{value}': {reason}");
    }
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) => {
            let expected = format!("expected one of {}", valid.join(", "));
            let near = nearest(value, valid.iter().map(String::as_str));
            let near = near.map_or(String::new(), |name| format!("; did you mean '{name}'?"));
            format!("'{value}': {expected}{near}")
        }
        _ => format!("'{value}': expected a value"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, SparseRows, Split};
    use crate::train::{MonitorOptions, TrainingSpec};

    fn nothing() -> Dataset {
        let split = || Split { images: SparseRows::from_dense(&[], 1), labels: Vec::new() }.into();
        Dataset {
            name: "nothing".into(),
            image_rows: 1,
            image_columns: 1,
            classes: 2,
            training: split(),
            validation: split(),
            test: split(),
            sha256: [const { String::new() }; 4],
        }
    }

    fn spec(settings: &[(&str, &str)]) -> TrainingSpec {
        let table = Settings::new();
        let mut options = defaults();
        for (name, value) in settings {
            table.read(name, value).unwrap().apply(&mut options);
        }
        let monitors =
            MonitorOptions { monitor: Vec::new(), monitor_every: 1, monitor_layers: false };
        options.spec(&monitors, &nothing())
    }

    #[test]
    fn one_option_leaves_the_others_as_they_are() {
        let both = spec(&[("hidden", "100x30"), ("eta", "0.25"), ("optimiser", "adam")]);
        assert_eq!((both.hidden.as_slice(), both.eta), (&[100, 30][..], 0.25));
        let of_default = spec(&[("optimiser", "adam")]);
        assert_eq!((of_default.hidden.as_slice(), of_default.eta), (&[30][..], 0.001));
        let back = spec(&[("early-stop", "5"), ("early-stop", "none"), ("lambda", "-1")]);
        assert_eq!((back.early_stop, back.lambda), (None, -1.0));
    }

    #[test]
    fn every_option_of_a_training_is_there() {
        let settings = Settings::new();
        assert_eq!(settings.names().len(), 23, "{:?}", settings.names());
        assert_eq!(settings.name("batch_size"), Ok("batch-size"));
        assert_eq!(settings.name("optimizer"), Ok("optimiser"));
        let error = settings.name("etta").unwrap_err();
        assert!(error.contains("did you mean 'eta'?"), "{error}");
    }

    #[test]
    fn a_bad_value_is_refused_in_one_line() {
        let settings = Settings::new();
        for (name, value, words) in [
            ("cost", "cross-entrpy", "did you mean 'cross-entropy'?"),
            ("activation", "relo", "gelu"),
            ("eta", "fast", "'fast': invalid float literal"),
            ("hidden", "30,x", "100x30"),
            ("schedule", "stepp", "exponential:FACTOR"),
            ("epochs", "", "''"),
        ] {
            let error = settings.read(name, value).unwrap_err();
            assert!(error.contains(words) && !error.contains('\n'), "{name}: {error}");
        }
    }

    #[test]
    fn numbers_are_told_from_names() {
        let settings = Settings::new();
        let numbers = |name| settings.numbers(name);
        assert_eq!(numbers("eta"), Some(Numbers::Fractions));
        assert_eq!(numbers("dropout"), Some(Numbers::Fractions));
        assert_eq!(numbers("max-norm"), Some(Numbers::Fractions));
        for name in ["batch-size", "epochs", "hidden", "seed", "early-stop", "train-size"] {
            assert_eq!(numbers(name), Some(Numbers::Integers), "{name}");
        }
        for name in ["activation", "cost", "schedule", "precision", "expand"] {
            assert_eq!(numbers(name), None, "{name}");
        }
    }
}
