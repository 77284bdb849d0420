//! The `nablab` binary: see `nablab --help`.

mod cli;

use clap::Parser;
use std::io::{Error, ErrorKind};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Where nobody reads it there is nothing to be done.
            let _ = error.print();
            return cli::usage(&error);
        }
    };
    match cli.run() {
        Ok(code) => code,
        // The reader of a pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::from(cli::EXIT_PIPE),
        Err(error) if error.is::<cli::Interrupted>() => {
            cli::notice(&error);
            ExitCode::from(cli::EXIT_INTERRUPTED)
        }
        Err(error) => {
            // Files are named where they are opened; what is left without a name is the terminal.
            let place = if error.is::<Error>() { "standard output: " } else { "" };
            cli::notice(format_args!("error: {place}{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether standard output has gone away: that of a file has a name in front of it.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
