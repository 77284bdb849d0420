//! Pictures as people make them, read by the built program.

use crate::common::drawing::{Canvas, beside, painted};
use crate::common::{nablab, refused, save_network_of_mnist, works, write_colours, write_png};
use nablab::data::Dataset;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A place for files, with a network for digits.
fn network() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let model = directory.path().join("m.json");
    save_network_of_mnist(&model);
    (directory, model)
}

/// Test images of MNIST, the first ones that are these digits, painted side by side.
fn number(digits: &[u8]) -> Canvas {
    let test = Dataset::mnist().unwrap().test;
    let canvas = |digit: &u8| {
        let mut pixels = vec![0; 784];
        let first = test.labels.iter().position(|label| label == digit).unwrap();
        test.images.dense_row(first, &mut pixels);
        painted(&pixels)
    };
    digits.iter().map(canvas).reduce(|left, right| beside(&left, &right, None)).unwrap()
}

fn write(path: &Path, canvas: &Canvas) {
    write_colours(path, canvas.size, &canvas.pixels);
}

/// The pictures in tests/cases are named `NUMBER_is_LABEL.png`.
#[test]
fn pictures_of_other_programs_are_read() {
    let (_directory, model) = network();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for name in [
        "18-png-transparent/white_on_transparent",
        "18-png-transparent/yellow_on_transparent",
        "19-png-offcentre/corner",
        "19-png-offcentre/small_centre",
        "19-png-offcentre/tight",
    ] {
        let files = fs::read_dir(cases.join(name)).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = files.collect();
        files.sort();
        let stdout = works(nablab().args(["predict", "--json"]).arg(&model).args(&files));
        let json: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(json.as_array().unwrap().len(), 4, "{name}");
        for (file, read) in files.iter().zip(json.as_array().unwrap()) {
            let stem = file.file_stem().unwrap().to_str().unwrap();
            let label = stem.rsplit('_').next().unwrap();
            assert_eq!(read["reading"], label, "{}", file.display());
            assert_eq!((&read["prepared"], &read["warning"]), (&Value::Bool(true), &Value::Null));
        }
    }
}

#[test]
fn a_network_for_some_digits_calls_them_by_their_names() {
    let directory = TempDir::new().unwrap();
    let [model, path] = ["m.json", "n.png"].map(|name| directory.path().join(name));
    let settings = "--classes 6,1 --train-size 2000 --hidden 10 --epochs 3 --save";
    works(nablab().arg("train").args(settings.split(' ')).arg(&model));
    write(&path, &number(&[1, 6]));
    let stdout = works(nablab().arg("predict").arg(&model).arg(&path));
    assert!(stdout.starts_with(&format!("{}: 16\n", path.display())), "{stdout}");
    let stdout = works(nablab().args(["evaluate", "--classes", "6,1"]).arg(&model));
    let rows: Vec<&str> = stdout.lines().filter(|line| line.contains('%')).collect();
    assert!(rows[1].contains(" 6 ") && rows[2].contains(" 1 "), "{stdout}");
}

#[test]
fn several_digits_are_read_as_a_number() {
    let (directory, model) = network();
    let path = directory.path().join("year.png");
    write(&path, &number(&[2, 0, 2, 4]));
    let stdout = works(nablab().arg("predict").arg(&model).arg(&path));
    assert!(stdout.starts_with(&format!("{}: 2024\n", path.display())), "{stdout}");
    assert!(stdout.contains("\n 4, in columns 1"), "{stdout}");
    assert_eq!(stdout.matches('←').count(), 4, "{stdout}");

    let stdout = works(nablab().args(["predict", "--json"]).arg(&model).arg(&path));
    let json: Value = serde_json::from_str(&stdout).unwrap();
    let read = &json[0];
    assert_eq!((read["reading"].as_str(), &read["class"]), (Some("2024"), &Value::Null), "{read}");
    let boxes = read["digits"].as_array().unwrap().iter().map(|digit| &digit["box"]);
    for (i, place) in boxes.enumerate() {
        // Each on its own canvas of 400 pixels.
        let column = |end: usize| place[end][0].as_u64().unwrap() as usize;
        assert!(column(0) >= 400 * i && column(1) <= 400 * (i + 1), "{place}");
        assert!(place[1][1].as_u64().unwrap() <= 300, "{place}");
    }
}

#[test]
fn what_the_network_saw_is_drawn() {
    let (directory, model) = network();
    let file = |name: &str| directory.path().join(name);
    let (path, seen) = (file("digits.png"), file("seen.svg"));
    write(&path, &number(&[7, 1]));
    let show = |seen: &Path| {
        let mut command = nablab();
        command.arg("predict").arg(&model).arg(&path).arg("--show").arg(seen);
        command
    };
    let stdout = works(&mut show(&seen));
    assert!(stdout.ends_with(&format!("wrote {}\n", seen.display())), "{stdout}");
    let svg = fs::read_to_string(&seen).unwrap();
    assert!(svg.contains("What the network saw: 2 images"), "{svg}");
    assert!(svg.matches("digits.png").count() == 2 && svg.contains(">7: "), "{svg}");
    if cfg!(feature = "png") {
        works(&mut show(&file("seen.png")));
        assert!(fs::read(file("seen.png")).unwrap().starts_with(b"\x89PNG"));
    }
    refused(&mut show(&file("seen.jpg")), &["--show", "seen.jpg", ".svg or .png"]);
    // Neither the picture nor the network is lost.
    let before = fs::read(&path).unwrap();
    refused(&mut show(&path), &["--show", "digits.png"]);
    refused(&mut show(&model), &["--show", "m.json"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_picture_can_be_taken_as_it_is() {
    let (directory, model) = network();
    let path = directory.path().join("p.png");
    write(&path, &number(&[4]));
    let read = |option: &str| {
        let output =
            nablab().args(["predict", "--json", option]).arg(&model).arg(&path).output().unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        json[0].clone()
    };
    let prepared = read("--invert=auto");
    assert_eq!((&prepared["class"], &prepared["prepared"]), (&4.into(), &true.into()));
    assert_eq!(prepared["warning"], Value::Null);
    // Small, and not in the middle: the network is told of nothing of that.
    let as_it_is = read("--as-is");
    assert_eq!(
        (&as_it_is["prepared"], &as_it_is["digits"][0]["box"]),
        (&false.into(), &Value::Null)
    );
    assert!(as_it_is["warning"].as_str().unwrap().contains("pixels of 28 x 28"), "{as_it_is}");
}

#[test]
fn a_picture_without_a_digit_is_refused() {
    let (directory, model) = network();
    let path = directory.path().join("blank.png");
    for shade in [0, 130, 255] {
        write_png(&path, [300, 200], |_, _| [shade]);
        let mut command = nablab();
        command.arg("predict").arg(&model).arg(&path);
        refused(&mut command, &["blank.png: no digit found: all of it has one shade"]);
    }
    // Hardly any ink.
    write_png(&path, [300, 200], |x, y| [if x.abs_diff(150) < 9 && y > 99 { 244 } else { 255 }]);
    let mut command = nablab();
    command.arg("predict").arg(&model).arg(&path);
    refused(
        &mut command,
        &["no digit found: its strongest ink stands out from the ground by 11 of"],
    );
}
