use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};

/// A progress bar on standard error with the time left, hidden unless that is a terminal.
pub fn bar(epochs: usize, unit: &str) -> ProgressBar {
    let template = format!(
        "{{bar:40.cyan/dim}} {{pos}}/{{len}} {unit}, {{elapsed}} gone, {{eta}} left {{msg}}"
    );
    let style = ProgressStyle::with_template(&template).expect("a valid template");
    let bar = ProgressBar::new(epochs as u64).with_style(style.progress_chars("━╸─"));
    tick(&bar);
    bar
}

/// Lets the clock of a bar run by itself: on a terminal, and if there is a thread to be had for it.
pub fn tick(bar: &ProgressBar) {
    let is_seen = std::io::stderr().is_terminal();
    if is_seen && std::thread::Builder::new().spawn(|| ()).is_ok() {
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
    }
}

/// Prints a line to standard output without tearing the progress bar.
pub fn print(bar: &ProgressBar, line: &str) -> std::io::Result<()> {
    bar.suspend(|| writeln!(std::io::stdout(), "{line}"))
}
