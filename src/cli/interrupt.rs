//! Ctrl-C, and the signals with which job schedulers end a job.

use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;

/// Set when the user has had enough.
static STOP: AtomicBool = AtomicBool::new(false);

/// Work that ended before its time at the user's wish: the exit code says so.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Interrupted(pub String);

/// The exit code of a program that was interrupted: 128 and the number of the signal, as a shell has it.
pub const EXIT_INTERRUPTED: u8 = 130;
/// The same where the reader of standard output has gone away.
pub const EXIT_PIPE: u8 = 141;

/// From now on a first signal sets the flag that is returned, and a second one ends the program.
pub fn catch() -> &'static AtomicBool {
    // Without a handler the signal ends the program at once, and nothing that is done is lost either.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(EXIT_INTERRUPTED.into());
        }
    });
    &STOP
}
