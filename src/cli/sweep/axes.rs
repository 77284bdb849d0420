//! The options of a training as axes: the same names and explanations, but with lists and ranges.

use clap::builder::StyledStr;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use nablab::sweep::GridText;
use nablab::train::Options;
use std::collections::BTreeMap;

/// The values of every axis that was given.
#[derive(Debug, Clone, Default)]
pub struct Axes(pub BTreeMap<String, String>);

impl Axes {
    /// Sets these axes in a grid.
    pub fn overlay(&self, grid: &mut GridText) {
        grid.axes.extend(self.0.clone());
    }
}

/// The options of a training.
fn options() -> Vec<Arg> {
    let command = Options::augment_args(Command::new(""));
    command.get_arguments().cloned().collect()
}

/// The same option with free text: its values are read by the sweep.
fn axis(option: &Arg) -> Option<Arg> {
    let name = option.get_long()?.to_string();
    let names = option.get_value_names().unwrap_or_default();
    let value = names.first().map_or("VALUE".to_string(), |name| name.to_string());
    let axis = Arg::new(name.clone()).long(name).value_name(format!("{value},…"));
    let axis = axis.help(help(option)).allow_hyphen_values(true);
    let aliases = option.get_all_aliases().unwrap_or_default();
    let axis = axis.aliases(aliases.into_iter().map(String::from).collect::<Vec<_>>());
    Some(axis.help_heading(option.get_help_heading().unwrap_or("Random numbers").to_string()))
}

/// The explanation, with the possible and the default values, which belong to one value only.
fn help(option: &Arg) -> StyledStr {
    let mut text = option.get_help().map(ToString::to_string).unwrap_or_default();
    let values = option.get_possible_values();
    if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        text += &format!(": {}", names.join(", "));
    }
    let defaults: Vec<_> =
        option.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    if !defaults.is_empty() {
        text += &format!(" [default: {}]", defaults.join(","));
    }
    text.into()
}

impl Args for Axes {
    fn augment_args(command: Command) -> Command {
        command.args(options().iter().filter_map(axis))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Axes {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut axes = Self::default();
        axes.update_from_arg_matches(matches)?;
        Ok(axes)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for option in options() {
            let Some(name) = option.get_long() else { continue };
            if let Some(values) = matches.get_one::<String>(name) {
                self.0.insert(name.into(), values.clone());
            }
        }
        Ok(())
    }
}
