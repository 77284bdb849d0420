use super::Cli;
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};
use std::io::Write;

/// Print what a shell needs to complete the commands and options of nablab
///
/// For good: bash: nablab completions bash > ~/.local/share/bash-completion/completions/nablab; zsh: into a
/// directory of $fpath, as _nablab; fish: into ~/.config/fish/completions, as nablab.fish
#[derive(Debug, Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "nablab", &mut script);
    Ok(std::io::stdout().write_all(&script)?)
}
