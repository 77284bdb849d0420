//! The command line: one file a subcommand; parsing and printing only.

mod bench_peer;
mod data;
mod evaluate;
mod hidden;
mod info;
mod model;
mod per_layer;
mod predict;
mod progress;
mod reproduce;
mod train;

use clap::{Parser, Subcommand};

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
    Evaluate(evaluate::Arguments),
    Predict(predict::Arguments),
    Info(info::Arguments),
    #[command(hide = true)]
    BenchPeer(bench_peer::Arguments),
}

/// `1 epoch`, `2 epochs`.
fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    ///
    /// With one line that names the flag, value or file and what was expected.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Reproduce(arguments) => reproduce::run(&arguments),
            Command::Train(arguments) => train::run(&arguments),
            Command::Evaluate(arguments) => evaluate::run(&arguments),
            Command::Predict(arguments) => predict::run(&arguments),
            Command::Info(arguments) => info::run(&arguments),
            Command::BenchPeer(arguments) => bench_peer::run(&arguments),
        }
    }
}
