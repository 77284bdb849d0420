//! The `nablab` binary: see `nablab --help`.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<cli::Interrupted>() => {
            eprintln!("{error}");
            ExitCode::from(cli::EXIT_CODE)
        }
        Err(error) => {
            // Files are named where they are opened; what is left without a name is the terminal.
            let place = if error.is::<std::io::Error>() { "standard output: " } else { "" };
            eprintln!("error: {place}{}", format!("{error:#}").replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
