//! The built binary as a user calls it, and what it leaves behind.

pub mod drawing;
mod idx;
mod line;
mod picture;
mod table;

pub use idx::{Images, write_idx};
pub use picture::{write_colours, write_png};
pub use table::{Table, without_seconds};

use assert_cmd::Command;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// The binary under test. Nothing here may take long; a hanging run is a failure, not a wait.
pub fn nablab() -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("nablab");
    command.timeout(Duration::from_secs(60));
    command
}

/// Runs something that must work, and returns what it printed.
#[track_caller]
pub fn works(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command:?}\n{:?}\n{stderr}", output.status);
    assert_eq!(stderr, "", "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs something that must be refused before any work is done, and checks that the message
/// contains all of `words`.
///
/// Our own errors are one line and exit code 1; those of the command-line parser add the usage and
/// have exit code 2.
#[track_caller]
pub fn refused(command: &mut Command, words: &[&str]) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let context = format!("{command:?}\n{:?}\n{stderr}", output.status);
    match output.status.code() {
        Some(1) => assert_eq!(stderr.lines().count(), 1, "one line: {context}"),
        Some(2) => {}
        _ => panic!("neither refused nor a usage error: {context}"),
    }
    assert!(stderr.starts_with("error: ") && stderr.ends_with('\n'), "{context}");
    assert!(!stderr.contains("panicked"), "{context}");
    for word in words {
        assert!(stderr.contains(word), "'{word}' is missing: {context}");
    }
    assert_eq!(output.stdout, b"", "it began to work: {context}");
}

/// Runs something that must work and may have something to say: standard output and error.
#[track_caller]
pub fn heard(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// `nablab train --data DIR`, with more arguments separated by spaces.
pub fn train(data: impl AsRef<OsStr>, arguments: &str) -> Command {
    let mut command = nablab();
    command.args(["train", "--data"]).arg(data).args(arguments.split_whitespace());
    command
}

/// `nablab reproduce ch3-learning-rates --quick --out DIR`, with more arguments.
pub fn quick(out: impl AsRef<OsStr>, arguments: &str) -> Command {
    let mut command = nablab();
    command.args(["reproduce", "ch3-learning-rates", "--quick", "--out"]).arg(out);
    command.args(arguments.split_whitespace());
    command
}

/// A file as text.
#[track_caller]
pub fn read(directory: &Path, name: &str) -> String {
    let path = directory.join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A place for files, and a data set of 28×28 pixels in it.
pub fn mnist_like() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let data = Images::MNIST_LIKE.write(directory.path(), "data");
    (directory, data)
}

/// Trains 784-100-10 on MNIST and saves it.
#[track_caller]
pub fn train_on_mnist(epochs: usize, file: &std::path::Path) {
    let mut command = nablab();
    command.args(["train", "--hidden", "100", "--eta", "0.5", "--lambda", "5", "--epochs"]);
    works(command.arg(epochs.to_string()).arg("--save").arg(file));
}

/// A network trained on MNIST for three epochs, the same for all tests, saved to a file.
#[track_caller]
pub fn save_network_of_mnist(file: &Path) {
    static NETWORK: OnceLock<Vec<u8>> = OnceLock::new();
    let network = NETWORK.get_or_init(|| {
        train_on_mnist(3, file);
        std::fs::read(file).unwrap()
    });
    std::fs::write(file, network).unwrap();
}
