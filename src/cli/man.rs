use super::Cli;
use anyhow::bail;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use std::io::Write;

/// Print the manual page of nablab, or of one of its commands, in the form of man: nablab man train | man -l -
#[derive(Debug, Args)]
pub struct Arguments {
    /// The command [default: all of nablab, in short]
    command: Option<String>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = Cli::command();
    let page = match &arguments.command {
        None => program,
        Some(name) => of_command(&program, name)?,
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text)?;
    Ok(std::io::stdout().write_all(&text)?)
}

/// The page of a command, named as git names its own: `nablab-train`.
fn of_command(program: &Command, name: &str) -> anyhow::Result<Command> {
    let shown = |command: &&Command| !command.is_hide_set();
    let Some(command) = program.find_subcommand(name).filter(shown) else {
        let names: Vec<&str> =
            program.get_subcommands().filter(shown).map(Command::get_name).collect();
        bail!("there is no command '{name}'; expected one of {}", names.join(", "));
    };
    let page = command.clone().name(format!("nablab-{name}")).bin_name(format!("nablab {name}"));
    Ok(page.version(env!("CARGO_PKG_VERSION")))
}
