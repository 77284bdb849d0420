//! The settings of a training as options of the command line: one value each for `train`, lists and
//! ranges for `sweep`.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use nablab::train::settings::{Draft, Setting, Values, options};
use std::collections::BTreeMap;
use std::ffi::OsStr;

/// The settings that were given to `train`, with the text of the value.
#[derive(Debug, Clone, Default)]
pub struct Given(BTreeMap<&'static str, String>);

impl Given {
    /// Whether a setting was given.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The training that they describe.
    pub fn draft(&self) -> anyhow::Result<Draft> {
        let mut draft = Draft::default();
        for (name, text) in &self.0 {
            let set = draft.set(name, text);
            set.map_err(|problem| anyhow::anyhow!("--{name}: {problem}{}", hint(name, text)))?;
        }
        Ok(draft)
    }
}

/// What to do with the values of a sweep.
fn hint(name: &str, text: &str) -> String {
    let ranges = ["lin:", "log:", "rand:"];
    let several = text.contains(',') || text.contains("..");
    match several || ranges.iter().any(|range| text.starts_with(range)) {
        true => format!(" (train takes one value; for several: nablab sweep --{name} {text})"),
        false => String::new(),
    }
}

/// The names of the settings that a saved network brings along.
pub fn of_network() -> impl Iterator<Item = &'static str> {
    options().filter(|setting| setting.of_network).map(|setting| setting.name)
}

/// What a training that goes on does not take: all other settings are those that it began with.
pub fn of_training() -> impl Iterator<Item = &'static str> {
    let settings = options().map(|setting| setting.name).filter(|name| *name != "epochs");
    settings.chain(["full_batch", "load", "out"])
}

/// The values of every axis of a sweep that was given.
#[derive(Debug, Clone, Default)]
pub struct Axes(pub BTreeMap<String, String>);

/// The option of a setting.
fn option(setting: &'static Setting) -> Arg {
    let option = Arg::new(setting.name).long(setting.name).aliases(setting.aliases);
    // Columns of CSV files are names, too.
    let column = Some(setting.column).filter(|column| *column != setting.name);
    option.aliases(column).help_heading(setting.group)
}

/// The explanation, with the unit, the values and the default.
fn help(setting: &Setting, names: bool) -> String {
    let mut text = setting.about.to_string();
    if let (Values::Names(possible), true) = (setting.values, names) {
        let names: Vec<String> = possible().iter().map(|v| v.get_name().to_string()).collect();
        text += &format!(": {}", names.join(", "));
    }
    text + &format!(" [default: {}]", setting.default())
}

impl Args for Given {
    fn augment_args(command: Command) -> Command {
        command.args(options().map(|setting| {
            let possible = match setting.values {
                Values::Names(possible) => possible(),
                _ => Vec::new(),
            };
            let option = option(setting).value_name(setting.symbol).help(help(setting, false));
            option.value_parser(Text { possible })
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(texts(matches).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.extend(texts(matches));
        Ok(())
    }
}

impl Args for Axes {
    fn augment_args(command: Command) -> Command {
        command.args(options().map(|setting| {
            let values = format!("{},…", setting.symbol);
            option(setting).value_name(values).help(help(setting, true)).allow_hyphen_values(true)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Axes {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(texts(matches).map(|(name, text)| (name.into(), text)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.extend(texts(matches).map(|(name, text)| (name.into(), text)));
        Ok(())
    }
}

/// The options that were given.
fn texts(matches: &ArgMatches) -> impl Iterator<Item = (&'static str, String)> {
    let given = |setting: &'static Setting| {
        Some((setting.name, matches.get_one::<String>(setting.name)?.clone()))
    };
    options().filter_map(given)
}

/// Any text, since the setting reads it; `--help` shows what it means.
#[derive(Debug, Clone)]
struct Text {
    possible: Vec<PossibleValue>,
}

impl TypedValueParser for Text {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        (!self.possible.is_empty()).then(|| Box::new(self.possible.iter().cloned()) as _)
    }
}
