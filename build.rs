//! Tells the program which commit and compiler it was built with.

use std::process::Command;

fn main() {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
    };
    // Unpacked inside some other repository, the commit would be that one's.
    let here = std::env::current_dir().ok().and_then(|path| path.canonicalize().ok());
    let top = git(&["rev-parse", "--show-toplevel"]).map(std::path::PathBuf::from);
    let ours = top.and_then(|path| path.canonicalize().ok()) == here;
    let mut commit =
        git(&["rev-parse", "HEAD"]).filter(|_| ours).unwrap_or_else(|| "unknown".into());
    let sources = ["status", "--porcelain", "--", "src", "Cargo.toml", "Cargo.lock", "build.rs"];
    if ours && git(&sources).is_some_and(|changes| !changes.is_empty()) {
        commit += "-dirty";
    }
    println!("cargo:rustc-env=NABLAB_COMMIT={commit}");

    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().ok();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string());
    println!("cargo:rustc-env=NABLAB_RUSTC={}", version.unwrap_or_else(|| "unknown".into()));

    for path in [".git/HEAD", ".git/index", "src", "Cargo.toml", "Cargo.lock", "build.rs"] {
        if std::path::Path::new(path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
}
