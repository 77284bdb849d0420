//! The command line: one file a subcommand; parsing and printing only.

mod ablate;
mod bench_peer;
mod columns;
mod compare;
mod completions;
mod confirm;
mod data;
mod emit;
mod evaluate;
mod info;
mod inspect;
mod interrupt;
mod man;
mod merge;
mod model;
mod output;
mod plot;
mod predict;
mod progress;
mod rank;
mod reading;
mod report;
mod reproduce;
mod settings;
mod shades;
mod start;
mod status;
mod sweep;
mod train;
mod variance;

use clap::{Parser, Subcommand};
pub use interrupt::{EXIT_INTERRUPTED, EXIT_PIPE, Interrupted};
pub use output::notice;
use std::path::Path;
use std::process::ExitCode;

/// A lab for small neural networks: reproduce the experiments of a textbook with error bars, train
/// fast, compare honestly.
#[derive(Debug, Parser)]
#[command(name = "nablab", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Reproduce(reproduce::Arguments),
    Train(Box<train::Arguments>),
    Sweep(Box<sweep::Arguments>),
    Status(status::Arguments),
    Confirm(confirm::Arguments),
    Merge(merge::Arguments),
    Ablate(Box<ablate::Arguments>),
    Compare(Box<compare::Arguments>),
    Rank(Box<rank::Arguments>),
    Variance(variance::Arguments),
    Plot(Box<plot::Arguments>),
    Columns(columns::Arguments),
    Report(report::Arguments),
    Emit(emit::Arguments),
    Data(inspect::Arguments),
    Evaluate(evaluate::Arguments),
    Predict(predict::Arguments),
    Info(info::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    #[command(hide = true)]
    BenchPeer(bench_peer::Arguments),
}

/// The exit code of a command line that makes no sense, and of one that asks for help.
pub fn usage(error: &clap::Error) -> ExitCode {
    let compares = std::env::args_os().nth(1).is_some_and(|command| command == "compare");
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        // Its 2 has a meaning.
        _ if compares => ExitCode::from(compare::WRONG),
        _ => ExitCode::from(2),
    }
}

/// `1 epoch`, `2 epochs`.
fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// A path as one word of a shell, in quotes only if it needs them.
fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+=:@%".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.into_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

impl Cli {
    /// Does what was asked, and says it to the shell.
    ///
    /// # Errors
    ///
    /// With one line that names the flag, value or file and what was expected.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Compare(arguments) => return Ok(compare::run(&arguments)),
            Command::Reproduce(arguments) => reproduce::run(&arguments),
            Command::Train(arguments) => train::run(&arguments),
            Command::Sweep(arguments) => sweep::run(&arguments),
            Command::Status(arguments) => status::run(&arguments),
            Command::Confirm(arguments) => confirm::run(&arguments),
            Command::Ablate(arguments) => ablate::run(&arguments),
            Command::Rank(arguments) => rank::run(&arguments),
            Command::Variance(arguments) => variance::run(&arguments),
            Command::Plot(arguments) => plot::run(&arguments),
            Command::Columns(arguments) => columns::run(&arguments),
            Command::Report(arguments) => report::run(&arguments),
            Command::Merge(arguments) => merge::run(&arguments),
            Command::Emit(arguments) => emit::run(&arguments),
            Command::Data(arguments) => inspect::run(&arguments),
            Command::Evaluate(arguments) => evaluate::run(&arguments),
            Command::Predict(arguments) => predict::run(&arguments),
            Command::Info(arguments) => info::run(&arguments),
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Man(arguments) => man::run(&arguments),
            Command::BenchPeer(arguments) => bench_peer::run(&arguments),
        }
        .map(|()| ExitCode::SUCCESS)
    }
}
