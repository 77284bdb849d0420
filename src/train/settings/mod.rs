//! The settings of a training, the one place where each hyper-parameter is declared: its name and
//! aliases, its values and its default. The options of the command line, the axes of sweeps, the keys
//! of sweep files, the columns of CSV files, the ids of trials and what is said of bad values follow
//! from [`SETTINGS`].

mod draft;
mod range;
mod table;
mod value;

use super::{Generator, MonitorOptions, Order, Precision, Schedule, TrainingSpec};
use crate::nearest::nearest;
use clap::builder::PossibleValue;
pub use draft::Draft;
pub(super) use draft::default_eta;
pub use range::Range;
pub use table::SETTINGS;
pub(super) use value::layers;
pub use value::{NumberForm, exact, shortest};

/// A hyper-parameter: what can be set of a training, and be an axis of a sweep.
#[derive(Debug)]
pub struct Setting {
    /// The long option, `batch-size`.
    pub name: &'static str,
    /// The column of CSV files, `batch_size`.
    pub column: &'static str,
    /// What others call it, hidden in `--help`.
    pub aliases: &'static [&'static str],
    /// The field's term, with the symbol if there is one: `learning rate η`.
    pub title: &'static str,
    /// What stands for a value in `--help`: the symbol, or what kind of thing it is.
    pub symbol: &'static str,
    /// What its numbers count; empty for pure numbers and names.
    pub unit: &'static str,
    /// The heading in `--help`; `None` where there is no option.
    pub group: Option<&'static str>,
    /// The explanation in `--help`.
    pub about: &'static str,
    /// The values that there are.
    pub values: Values,
    /// Those of its numbers that make sense.
    pub range: Range,
    /// The word for no value, such as `none`; empty where there must be one.
    pub absent: &'static str,
    /// Whether a saved network brings it along.
    pub of_network: bool,
    /// The value of which ids of trials say nothing, as it was when ids were introduced: it must never
    /// change, whatever becomes the default.
    pub(crate) left_out: &'static str,
    access: Access,
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// What the values of a setting are.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// Numbers that may have fractions.
    Fractions,
    /// Whole numbers.
    Counts,
    /// Seeds of random numbers.
    Seeds,
    /// One of some names, with what they mean.
    Names(fn() -> Vec<PossibleValue>),
    /// A text of a form of its own, with examples.
    Text(&'static [&'static str]),
}

/// Where a setting is kept, and how it is read and written there.
#[derive(Debug, Clone, Copy)]
struct Access {
    read: fn(&mut Draft, &str) -> Result<(), String>,
    write: fn(&Draft, NumberForm) -> String,
    numbers: fn(&Draft) -> Vec<f64>,
}

impl Setting {
    /// Reads a value, in large or small letters.
    ///
    /// # Errors
    ///
    /// In one line, with what was expected.
    pub fn read(&self, draft: &mut Draft, text: &str) -> Result<(), String> {
        let small = text.trim().to_lowercase();
        let is_absent = !self.absent.is_empty() && small == self.absent;
        let read = match small.is_empty() {
            true => Err("expected a value".into()),
            false => (self.access.read)(draft, if is_absent { "" } else { &small }),
        };
        let or = match self.absent {
            "" => String::new(),
            word => format!("; or {word}"),
        };
        read.map_err(|reason| format!("'{text}': {reason}{or}"))
    }

    /// A value in the one form in which it is compared: `0.1` for `0.10`, `relu` for `ReLU`.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    pub fn canonical(&self, text: &str) -> Result<String, String> {
        let mut draft = Draft::default();
        self.read(&mut draft, text)?;
        Ok(self.text(&draft))
    }

    /// Its value as a text that reads back.
    fn text(&self, draft: &Draft) -> String {
        let text = (self.access.write)(draft, shortest);
        if text.is_empty() { self.absent.into() } else { text }
    }

    /// The default value.
    pub fn default(&self) -> String {
        self.text(&Draft::default())
    }

    /// Whether it is an option of `train` and can be an axis of a sweep.
    pub fn is_option(&self) -> bool {
        self.group.is_some()
    }

    /// A number of a training that is out of [range](Self::range).
    pub(super) fn out_of_range(&self, draft: &Draft) -> Option<f64> {
        (self.access.numbers)(draft).into_iter().find(|&number| !self.range.contains(number))
    }
}

/// The settings with an option, in the order of their columns.
pub fn options() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(|setting| setting.is_option())
}

/// Whether an option, or a column of CSV files, is the seed of something random for itself, such as `seed-init`.
pub fn is_own_seed(name: &str) -> bool {
    let own =
        |setting: &&Setting| matches!(setting.values, Values::Seeds) && setting.name != "seed";
    SETTINGS.iter().filter(own).any(|setting| [setting.name, setting.column].contains(&name))
}

/// The setting of a name, however it is written: `batch_size`, `lr`, `optimizer`.
///
/// # Errors
///
/// When there is none; says which is the nearest.
pub fn setting(name: &str) -> Result<&'static Setting, String> {
    let known = name.replace('_', "-").to_lowercase();
    let names = |setting: &'static Setting| {
        let column = setting.name != setting.column.replace('_', "-");
        let column = column.then_some(setting.column);
        [setting.name].into_iter().chain(setting.aliases.iter().copied()).chain(column)
    };
    if let Some(found) = SETTINGS.iter().find(|setting| names(setting).any(|name| name == known)) {
        return Ok(found);
    }
    let near = nearest(&known, options().flat_map(names));
    let near = near.and_then(|near| options().find(|setting| names(setting).any(|n| n == near)));
    Err(match near {
        Some(near) => format!("unknown option '{name}'; did you mean '{}'?", near.name),
        None => {
            let all: Vec<&str> = options().map(|setting| setting.name).collect();
            format!("unknown option '{name}'; there are {}", all.join(", "))
        }
    })
}

/// The values of a training in the order of [`SETTINGS`], as CSV files have them: empty for what is
/// not set. `number` says how numbers that may have fractions are written.
pub fn cells(spec: &TrainingSpec, number: NumberForm) -> impl Iterator<Item = String> {
    let draft = Draft::from(spec.clone());
    SETTINGS.iter().map(move |setting| (setting.access.write)(&draft, number))
}

/// What has to be set to get a training: the names of settings and their values where these are not the
/// defaults. Sweep files read them, those without an option too.
pub fn given(spec: &TrainingSpec) -> impl Iterator<Item = (&'static str, String)> {
    let (draft, defaults) = (Draft::from(spec.clone()), Draft::default());
    let values = SETTINGS
        .iter()
        .map(move |setting| (setting.name, setting.text(&draft), setting.text(&defaults)));
    values.filter(|(_, value, default)| value != default).map(|(name, value, _)| (name, value))
}

/// Every setting of a training with its value, as [`Draft::set`] reads it; but a network that it begins with.
pub(in crate::train) fn all(spec: &TrainingSpec) -> impl Iterator<Item = (&'static str, String)> {
    let draft = Draft::from(TrainingSpec { start: None, ..spec.clone() });
    let values = SETTINGS.iter().map(move |setting| (setting.name, setting.text(&draft)));
    values.filter(|(_, value)| !value.is_empty())
}

/// What ids of trials, and journals, say of a training: its columns and values, but those that are
/// left out.
pub(crate) fn told(spec: &TrainingSpec) -> impl Iterator<Item = (&'static str, String)> {
    let spec = spec.clone().with_fewest_seeds();
    let values: Vec<String> = cells(&spec, shortest).collect();
    let values = SETTINGS.iter().zip(values);
    values
        .filter(|(setting, value)| *value != setting.left_out)
        .map(|(setting, value)| (setting.column, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::dense;
    use std::collections::HashSet;

    #[test]
    fn names_columns_and_aliases_are_all_different() {
        let mut names = HashSet::new();
        for setting in &SETTINGS {
            let column = setting.column.replace('_', "-");
            let column = (column != setting.name).then_some(column);
            let all = [setting.name].into_iter().chain(setting.aliases.iter().copied());
            for name in all.map(String::from).chain(column) {
                assert!(names.insert(name.clone()), "{name}");
                assert_eq!(self::setting(&name).unwrap().name, setting.name);
            }
        }
        assert_eq!(SETTINGS.last().unwrap().column, "seed");
    }

    #[test]
    fn every_default_and_what_ids_leave_out_reads_back() {
        for setting in options() {
            let default = setting.default();
            assert_eq!(setting.canonical(&default).as_ref(), Ok(&default), "{}", setting.name);
            let left_out =
                if setting.left_out.is_empty() { setting.absent } else { setting.left_out };
            assert_eq!(setting.canonical(left_out).as_deref(), Ok(left_out), "{}", setting.name);
            let numbers = (setting.access.numbers)(&Draft::from(TrainingSpec::default()));
            assert!(numbers.iter().all(|&n| setting.range.contains(n)), "{}", setting.name);
        }
    }

    #[test]
    fn only_the_word_of_the_setting_stands_for_no_value() {
        for setting in options() {
            for word in ["none", "all", "auto"] {
                // Without hidden layers is a network, too.
                let fits = setting.absent == word || (setting.name, word) == ("hidden", "none");
                assert_eq!(setting.canonical(word).is_ok(), fits, "{} {word}", setting.name);
            }
        }
    }

    #[test]
    fn one_setting_leaves_the_others_as_they_are() {
        let mut draft = Draft::default();
        for (name, value) in [("hidden", "100x30"), ("lr", "0.25"), ("optimizer", "Adam")] {
            draft.set(name, value).unwrap();
        }
        assert_eq!((&draft.spec.hidden, draft.eta), (&dense([100, 30]), Some(0.25)));
        draft.set("early-stop", "5").unwrap();
        draft.set("early_stop", "none").unwrap();
        draft.set("eta", "auto").unwrap();
        assert_eq!((draft.spec.early_stop, draft.eta), (None, None));
        assert_eq!(draft.spec.optimiser.name(), "adam");
    }

    #[test]
    fn unknown_names_and_values_are_refused_in_one_line() {
        for (name, words) in [
            ("etta", "did you mean 'eta'?"),
            ("learning-rte", "did you mean 'eta'?"),
            ("qqq", "there are classes, train-size"),
        ] {
            let error = setting(name).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        for (name, value, words) in [
            ("cost", "cross-entrpy", "did you mean 'cross-entropy'?"),
            ("activation", "relo", "gelu"),
            ("eta", "fast", "'fast': expected a number; or auto"),
            ("hidden", "30,x", "100x30"),
            ("schedule", "stepp", "exponential:FACTOR"),
            ("epochs", "", "''"),
            ("max-norm", "auto", "or none"),
        ] {
            let error = setting(name).unwrap().canonical(value).unwrap_err();
            assert!(error.contains(words) && !error.contains('\n'), "{name}: {error}");
        }
    }
}
