//! Files that are none, that have no end, or that lie: refused in one line, in little memory and at once.

use crate::common::{Images, nablab, refused, train};
use assert_cmd::Command;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A network of four inputs and two outputs, in the book's JSON.
const MODEL: &str = r#"{"sizes":[4,2],"weights":[[[1,2,3,4],[3,4,5,6]]],"biases":[[[1],[1]]],"cost":"CrossEntropyCost"}"#;

/// `nablab` with some arguments, and a path.
fn with(arguments: &str, path: &Path) -> Command {
    let mut command = nablab();
    command.args(arguments.split_whitespace()).arg(path);
    command
}

/// A command that reads a file.
type Reader = Box<dyn Fn(&Path) -> Command>;

/// Every command that reads a file, the name that it needs, and how it is called.
fn readers(directory: &Path) -> Vec<(&'static str, Reader)> {
    let model = directory.join("model.json");
    fs::write(&model, MODEL).unwrap();
    let out = directory.join("out");
    vec![
        ("f.csv", Box::new(|path| with("ablate", path))),
        ("f.csv", Box::new(|path| with("plot", path))),
        ("f.csv", Box::new(|path| with("report", path))),
        ("f.json", Box::new(|path| with("evaluate", path))),
        ("f.safetensors", Box::new(|path| with("evaluate", path))),
        ("f.json", Box::new(|path| with("train --load", path))),
        ("f.png", Box::new(move |path| with(&format!("predict {}", model.display()), path))),
        ("f.toml", Box::new(move |path| with(&format!("sweep --out {}", out.display()), path))),
    ]
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_and_never_waited_for() {
    let directory = TempDir::new().unwrap();
    for (name, command) in readers(directory.path()) {
        let path = directory.path().join(name);
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        refused(&mut command(&path), &[name, "is a device; expected a file"]);
        fs::remove_file(&path).unwrap();
        // Nobody will ever write to it.
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        refused(&mut command(&path), &[name, "is a pipe; expected a file (save it first)"]);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_directory_is_no_file() {
    let directory = TempDir::new().unwrap();
    for (name, command) in readers(directory.path()) {
        // Tables, figures and pages are made of directories too, and a sweep has one.
        if !name.ends_with(".csv") && !name.ends_with(".toml") {
            let path = directory.path().join(name);
            fs::create_dir_all(&path).unwrap();
            refused(&mut command(&path), &[name, "is a directory; expected a file"]);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_data_set_of_devices_and_pipes_is_refused() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "data");
    let path = data.join(Images::TEST_IMAGES);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    refused(&mut train(&data, ""), &[Images::TEST_IMAGES, "a pipe or a device; expected a file"]);
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    refused(&mut train(&data, ""), &[Images::TEST_IMAGES, "a pipe or a device; expected a file"]);
}

/// Gzips `bytes`, and after them `mebibytes` of zeros.
fn bomb(path: &Path, bytes: &[u8], mebibytes: usize) {
    let file = fs::File::create(path).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    for _ in 0..mebibytes {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap();
}

#[test]
fn gzip_that_unpacks_to_more_than_it_says_or_than_images_do_is_refused() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "data");
    let raw = data.join(Images::TEST_IMAGES);
    let bytes = fs::read(&raw).unwrap();
    fs::remove_file(&raw).unwrap();
    let name = format!("{}.gz", Images::TEST_IMAGES);
    let path = data.join(&name);
    // After what it promises.
    bomb(&path, &bytes, 100);
    refused(&mut train(&data, ""), &[&name, "trailing bytes"]);
    // Instead of it.
    bomb(&path, &[], 100);
    refused(&mut train(&data, ""), &[&name, "expected magic"]);
    // 100 MiB of black pixels, truly there.
    let images = (100_u32 << 20) / 6;
    let header = [0x803, images, 3, 2].map(u32::to_be_bytes);
    bomb(&path, header.as_flattened(), 100);
    refused(&mut train(&data, ""), &[&name, "64 MiB", "unpack it first"]);
}

#[test]
fn tables_without_end_are_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("f.csv");
    let header = "epoch,seed,accuracy\n";
    let columns: Vec<String> = (0..10_001).map(|i| format!("c{i}")).collect();
    for (text, words) in [
        (",".repeat(8 << 20), "line 1 has more than 4 MiB"),
        (columns.join(",") + "\n", "it has 10001 columns; expected at most 10000"),
        (format!("{header}1,1,{}", "9".repeat(8 << 20)), "line 2 has more than 4 MiB"),
        (format!("{header}1,1,\"0.5\n{}", "1,1,0.5\n".repeat(1 << 20)), "quote not closed"),
    ] {
        fs::write(&path, text).unwrap();
        for command in ["ablate", "plot", "report"] {
            refused(&mut with(command, &path), &["f.csv", words]);
        }
    }
}

#[test]
fn a_large_specification_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("f.toml");
    fs::write(&path, "# x\n".repeat((1 << 20) + 1)).unwrap();
    let out = directory.path().join("out");
    refused(with("sweep", &path).arg("--out").arg(out), &["f.toml", "at most 4194304"]);
}

/// A safetensors file of this header and so many zeros.
fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let length = header.len() as u64;
    [&length.to_le_bytes(), header.as_bytes(), &vec![0; data][..]].concat()
}

#[test]
fn models_that_lie_about_their_size_are_refused() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| -> PathBuf { directory.path().join(name) };
    let check = |name: &str, bytes: &[u8], words: &str| {
        fs::write(path(name), bytes).unwrap();
        refused(&mut with("evaluate", &path(name)), &[name, words]);
    };
    let tensors = |a: &str, b: &str| {
        format!(
            r#"{{"0.weight":{{"dtype":"F32","shape":{a}}},"0.bias":{{"dtype":"F32","shape":{b}}}}}"#
        )
    };
    let huge = [&(1_u64 << 63).to_le_bytes()[..], b"{}"].concat();
    check("m.safetensors", &huge, "a header of 9223372036854775808 bytes; expected at most 2");
    let shape = r#"[4294967296,4294967296,2],"data_offsets":[0,8]"#;
    let bias = r#"[2],"data_offsets":[8,16]"#;
    check("m.safetensors", &safetensors(&tensors(shape, bias), 16), "overflow");
    let overlap = tensors(r#"[2],"data_offsets":[0,8]"#, r#"[2],"data_offsets":[4,12]"#);
    check("m.safetensors", &safetensors(&overlap, 12), "offset");
    let missing = tensors(r#"[2],"data_offsets":[0,8]"#, bias);
    check("m.safetensors", &safetensors(&missing, 4), "16 bytes of numbers, found 4");
    check("m.safetensors", &safetensors(&"[".repeat(100_000), 0), "not a safetensors file");

    let json = |sizes: &str, weights: &str| {
        format!(
            r#"{{"sizes":{sizes},"weights":{weights},"biases":[[[1],[1]]],"cost":"QuadraticCost"}}"#
        )
    };
    let largest = json("[18446744073709551615,18446744073709551615]", "[[[1]]]");
    check("m.json", largest.as_bytes(), "more than 268 million parameters");
    let many = json(&format!("[{}1]", "1,".repeat(100_000)), "[[[1]]]");
    check("m.json", many.as_bytes(), "more than 65536 layers");
    check("m.json", json("[2,2]", "[[[1,2],[3]]]").as_bytes(), "a neuron has 1 numbers");
    check("m.json", json("[3,2]", "[[[1,2],[3,4]]]").as_bytes(), "expected 3 and 1");
    for deep in ["[", "{\"weights\":[", "{\"other\":["] {
        let text = deep.to_string() + &"[".repeat(100_000);
        check("m.json", text.as_bytes(), "not a network");
    }
    let name = MODEL.replace("CrossEntropyCost", &"x".repeat(1 << 20));
    check("m.json", name.as_bytes(), "expected one of QuadraticCost");
}
