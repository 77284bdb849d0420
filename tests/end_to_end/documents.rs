//! What README.md and docs/ tell a reader to type is understood by the program, and does what it should in a quick form.

use crate::common::{Images, nablab, works, write_png};
use nablab::data::Dataset;
use nablab::train::settings::options;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The documents with their texts; none in a package, which has no docs.
fn documents() -> Vec<(PathBuf, String)> {
    let Ok(pages) = fs::read_dir(root().join("docs")) else { return Vec::new() };
    let pages = pages.map(|page| page.unwrap().path());
    let pages = pages.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut paths: Vec<PathBuf> = pages.chain([root().join("README.md")]).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The commands in the blocks of a document, without comments.
fn commands(text: &str) -> Vec<String> {
    let mut is_shell = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            is_shell = ["sh", "console"].contains(&language);
            continue;
        }
        let typed = line.strip_prefix("$ ").unwrap_or(line);
        let typed = typed.split(" #").next().unwrap_or(typed).trim();
        if is_shell && (typed.starts_with("nablab ") || typed.starts_with("cargo ")) {
            commands.push(typed.to_string());
        }
    }
    commands
}

/// What stands between backticks in the sentences of a document, other than as `` `a ` b` ``.
fn code(text: &str) -> Vec<String> {
    let mut is_block = false;
    let prose = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        is_block ^= fence;
        !fence && !is_block
    });
    let prose = prose.collect::<Vec<_>>().join(" ");
    prose.split('`').skip(1).step_by(2).map(String::from).collect()
}

/// The help of every command.
fn helps() -> BTreeMap<String, String> {
    let of_program = works(nablab().arg("--help"));
    let list = of_program.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let names = list.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter(|line| !line.starts_with(' '));
    let names = names.filter_map(|line| line.split_whitespace().next());
    let names = names.filter(|&name| name != "help");
    names.map(|name| (name.to_string(), works(nablab().args([name, "--help"])))).collect()
}

/// The options in a text of help, and other names of settings.
fn known(help: &str) -> BTreeSet<String> {
    let words = help.split(|c: char| c.is_whitespace() || ",[]=<>().;:`'".contains(c));
    let options_of_help = words.filter(|word| word.starts_with("--")).map(String::from);
    let settings = options().filter(|setting| help.contains(&format!("--{} <", setting.name)));
    let aliases = settings.flat_map(|setting| setting.aliases.iter().copied());
    options_of_help.chain(aliases.map(|alias| format!("--{alias}"))).collect()
}

/// The options among the words of a command.
fn given(words: &[&str]) -> Vec<String> {
    let options = words.iter().filter(|word| word.starts_with("--") && word.len() > 2);
    options.map(|word| word.split('=').next().unwrap_or(word).to_string()).collect()
}

#[test]
fn every_command_and_option_that_is_told_of_is_there() {
    let helps = helps();
    let everywhere: BTreeSet<String> = helps.values().flat_map(|help| known(help)).collect();
    // Of cargo.
    let foreign = ["--no-default-features", "--path", "--release", "--bench", "--example"];
    for (path, text) in documents() {
        let path = path.display();
        for command in commands(&text).into_iter().chain(code(&text)) {
            // What comes after a pipe is another program.
            let command = command.split(" | ").next().unwrap_or(&command).to_string();
            let words: Vec<&str> = command.split_whitespace().collect();
            let known = match words.as_slice() {
                ["nablab"] | [] => continue,
                ["nablab", name, ..] => {
                    let help = helps.get(*name);
                    known(help.unwrap_or_else(|| panic!("{path}: there is no {command}")))
                }
                [first, ..] if first.starts_with("--") => everywhere.clone(),
                ["cargo", ..] => BTreeSet::new(),
                [name, ..] => match helps.get(*name) {
                    Some(help) => known(help),
                    None => continue,
                },
            };
            for option in given(&words) {
                // A word of a pattern, as in --also a,b.
                let is_name =
                    option[2..].chars().all(|c| c.is_ascii_lowercase() || "-1".contains(c));
                let is_known = known.contains(&option) || foreign.contains(&option.as_str());
                assert!(!is_name || is_known, "{path}: there is no {option}: {command}");
            }
        }
    }
}

/// A place that looks like the root of the repository, with a small data set and the picture of a digit.
fn workplace() -> TempDir {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    Images::MNIST_LIKE.write(place, "data");
    let mut pixels = vec![0; 784];
    Dataset::mnist().unwrap().test.images.dense_row(0, &mut pixels);
    write_png(&place.join("digit.png"), [28, 28], |x, y| [pixels[(28 * y + x) as usize]]);
    let letters = place.join("emnist");
    fs::create_dir(&letters).unwrap();
    for (name, bytes) in Images::SMALL.files() {
        fs::write(letters.join(format!("emnist-letters-{name}")), bytes).unwrap();
    }
    fs::write(letters.join("emnist-letters-mapping.txt"), "0 65\n1 66\n2 67\n3 68\n4 69\n")
        .unwrap();
    let features = |i: usize| format!("{},{},1,{}", i % 3, i % 5, i % 7);
    let header = "sepal_length,sepal_width,petal_length,petal_width";
    let flowers: String = (0..9).map(|i| format!("{}\n", features(i))).collect();
    fs::write(place.join("flowers.csv"), format!("{header}\n{flowers}")).unwrap();
    let species = ["setosa", "versicolor", "virginica"];
    let iris = (0..60).map(|i| format!("{},{}\n", features(i), species[i % 3]));
    fs::write(place.join("iris.csv"), format!("{header},species\n{}", iris.collect::<String>()))
        .unwrap();
    fs::create_dir(place.join("docs")).unwrap();
    for from in ["examples", "results/eta-batch-activation"] {
        fs::create_dir_all(place.join(from)).unwrap();
        for file in fs::read_dir(root().join(from)).unwrap().map(|file| file.unwrap()) {
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), place.join(from).join(file.file_name())).unwrap();
            }
        }
    }
    directory
}

/// The same command on the small data set, for an epoch.
fn quick_form(command: &str) -> Vec<String> {
    let mut words: Vec<String> = command.split_whitespace().skip(1).map(String::from).collect();
    if words.contains(&"--resume".into()) {
        // Goes on after the one epoch.
    } else if let Some(i) = words.iter().position(|word| word == "--epochs") {
        words[i + 1] = "1".into();
    } else if words[0] == "train" {
        words.extend(["--epochs", "1"].map(String::from));
    }
    let has_data = words.iter().any(|word| word == "--data");
    if !has_data && ["train", "sweep", "evaluate"].contains(&words[0].as_str()) {
        words.extend(["--data", "data"].map(String::from));
    }
    if words[0] == "sweep" {
        words.extend(["--train-size", "100"].map(String::from));
    }
    // An experiment would take long; there is nothing to draw again, which is said of a known name only.
    if words[0] == "reproduce" && !words.contains(&"--list".into()) {
        words.push("--redraw".into());
    }
    words
}

#[test]
fn every_command_of_the_documents_works() {
    for (path, text) in documents() {
        let commands = commands(&text);
        let ours: Vec<&String> = commands.iter().filter(|c| c.starts_with("nablab ")).collect();
        if ours.is_empty() {
            continue;
        }
        // Those of a page go together: one reads what another has written.
        let place = workplace();
        for command in ours {
            let words = quick_form(command);
            let output = nablab().current_dir(&place).args(&words).output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            let context = format!("{}: {command}, run as {words:?}: {stderr}", path.display());
            match words.last().is_some_and(|word| word == "--redraw") {
                true => assert!(stderr.starts_with("error: --redraw: "), "{context}"),
                false => assert!(output.status.success(), "{context}"),
            }
        }
    }
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    for (path, text) in documents() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or(link);
            let there = file.is_empty()
                || link.starts_with("http")
                || path.parent().unwrap().join(file).exists();
            assert!(there, "{}: {link}", path.display());
        }
    }
}

#[test]
fn a_newcomer_reads_no_more_than_200_lines() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 200, "{} lines: see docs/", readme.lines().count());
    // The table that the README and a page show is the committed one.
    let Ok(table) = fs::read_to_string(root().join("results/eta-batch-activation/activation.md"))
    else {
        return;
    };
    for (path, text) in documents() {
        let rows = text.lines().filter(|line| line.starts_with("| relu | 0.0316 |"));
        for row in rows {
            assert!(table.contains(row), "{}: {row}\n{table}", path.display());
        }
    }
}
