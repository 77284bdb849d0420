//! Model files from the outside: saved, loaded, evaluated, and used to classify a picture.

mod common;

use common::{Images, nablab, refused, train, works};
use nablab::data::Dataset;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A place for files, and a data set of 28×28 pixels in it.
fn mnist_like() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let data = Images::MNIST_LIKE.write(directory.path(), "data");
    (directory, data)
}

/// What `evaluate --json` says.
#[track_caller]
fn evaluated(model: &Path, data: &Path) -> Value {
    let mut command = nablab();
    command.args(["evaluate", "--json", "--data"]).arg(data).arg(model);
    serde_json::from_str(&works(&mut command)).unwrap()
}

/// Runs something that must work and may have something to say: standard output and error.
#[track_caller]
fn heard(command: &mut assert_cmd::Command) -> (String, String) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_saved_network_has_the_accuracy_of_its_training() {
    let (directory, data) = mnist_like();
    for (name, arguments) in [
        ("m.json", "--hidden 20 --epochs 5"),
        (
            "m.safetensors",
            "--hidden 20x12 --activation relu,tanh --dropout 0.5 --epochs 5 --eta 0.1",
        ),
        ("n.json", "--hidden none --epochs 3 --precision f64 --cost log-likelihood"),
    ] {
        let model = directory.path().join(name);
        let mut command = train(&data, arguments);
        let stdout = works(command.args(["--monitor", "test-accuracy", "--save"]).arg(&model));
        assert!(stdout.contains(&format!("wrote {}", model.display())), "{stdout}");
        let accuracy = stdout.rsplit_once("last ").unwrap().1.split_once(" %").unwrap().0;
        let json = evaluated(&model, &data);
        assert_eq!(json["images"], 50);
        let evaluated = format!("{:.2}", 100.0 * json["accuracy"].as_f64().unwrap());
        assert_eq!(evaluated, accuracy, "{arguments}");
        let confusion = json["confusion"].as_array().unwrap();
        let counts = confusion.iter().flat_map(|row| row.as_array().unwrap());
        assert_eq!(counts.map(|n| n.as_u64().unwrap()).sum::<u64>(), 50);
    }
}

#[test]
fn a_network_for_some_classes_is_evaluated_on_them() {
    let (directory, data) = mnist_like();
    let model = directory.path().join("m.json");
    let arguments = "--classes 7,0,3 --eta 1 --epochs 10 --monitor test-accuracy --save";
    works(train(&data, arguments).arg(&model));
    let mut command = nablab();
    command.arg("evaluate").arg(&model).arg("--data").arg(&data);
    refused(&mut command, &["784-30-3", "10 classes"]);
    let stdout = works(command.args(["--json", "--classes", "7,0,3"]));
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&json["images"], &json["correct"]), (&15.into(), &15.into()), "{stdout}");
    refused(command.args(["--classes", "77"]), &["--classes", "0 to 9"]);
}

#[test]
fn early_stopping_saves_the_best_epoch() {
    let (directory, data) = mnist_like();
    let model = directory.path().join("m.json");
    let arguments = "--eta 3 --epochs 40 --early-stop 3 --monitor validation-accuracy --save";
    let stdout = works(train(&data, arguments).arg(&model));
    assert!(stdout.contains("kept the weights of epoch"), "{stdout}");
    let best = stdout.rsplit_once("best ").unwrap().1.split_once(" %").unwrap().0;
    let mut command = nablab();
    command.args(["evaluate", "--json", "--split", "validation", "--data"]).arg(&data).arg(&model);
    let json: Value = serde_json::from_str(&works(&mut command)).unwrap();
    assert_eq!(format!("{:.2}", 100.0 * json["accuracy"].as_f64().unwrap()), best);
}

#[test]
fn training_goes_on_where_it_was_saved() {
    let (directory, data) = mnist_like();
    let [first, second] = ["a.json", "b.json"].map(|name| directory.path().join(name));
    works(train(&data, "--epochs 3 --monitor training-cost --save").arg(&first));
    let mut on = train(&data, "--epochs 1 --eta 1e-9 --monitor training-cost --save");
    let stdout = works(on.arg(&second).arg("--load").arg(&first));
    let cost = |json: Value| json["cost"].as_f64().unwrap();
    let before = cost(evaluated(&first, &data));
    assert!((cost(evaluated(&second, &data)) / before - 1.0).abs() < 1e-5, "{stdout}");
}

#[test]
fn the_worst_images_are_drawn() {
    let (directory, data) = mnist_like();
    let [model, sheet] = ["m.json", "worst.svg"].map(|name| directory.path().join(name));
    works(train(&data, "--epochs 1 --eta 0.001 --save").arg(&model));
    let mut command = nablab();
    command.args(["evaluate", "--worst-count", "5", "--data"]).arg(&data).arg(&model);
    let stdout = works(command.arg("--worst").arg(&sheet));
    assert!(stdout.contains("accuracy") && stdout.contains("worst.svg"), "{stdout}");
    let svg = std::fs::read_to_string(&sheet).unwrap();
    assert_eq!(svg.matches(" taken for ").count(), 5, "{svg}");
}

#[test]
fn a_picture_of_a_digit_has_the_outputs_of_the_digit() {
    let (directory, data) = mnist_like();
    let [model, picture] = ["m.safetensors", "digit.png"].map(|name| directory.path().join(name));
    works(train(&data, "--epochs 20 --eta 1 --save").arg(&model));
    let images = Dataset::from_dir(&data, None).unwrap();
    let mut command = nablab();
    command.args(["predict", "--json"]).arg(&model);
    for i in 0..3 {
        let mut pixels = vec![0; 784];
        images.test.images.dense_row(i, &mut pixels);
        let path = directory.path().join(format!("{i}.png"));
        image::GrayImage::from_raw(28, 28, pixels).unwrap().save(&path).unwrap();
        command.arg(&path);
    }
    let (stdout, stderr) = heard(&mut command);
    assert_eq!(stderr.matches("not framed as the digits of MNIST").count(), 3, "{stderr}");
    let json: Value = serde_json::from_str(&stdout).unwrap();
    for i in 0..3 {
        assert_eq!(json[i]["class"], u64::from(images.test.labels[i]), "{json}");
        assert_eq!(json[i]["outputs"].as_array().unwrap().len(), 10);
    }

    // Dark on light, and ten times as large.
    let mut pixels = vec![0; 784];
    images.test.images.dense_row(0, &mut pixels);
    let large = image::GrayImage::from_fn(280, 280, |x, y| {
        image::Luma([255 - pixels[(y / 10 * 28 + x / 10) as usize]])
    });
    large.save(&picture).unwrap();
    let (stdout, _) = heard(nablab().arg("predict").arg(&model).arg(&picture));
    let label = images.test.labels[0];
    assert!(stdout.starts_with(&format!("{}: {label}\n", picture.display())), "{stdout}");
    assert_eq!(stdout.lines().count(), 11, "{stdout}");
    assert_eq!(stdout.matches('←').count(), 1, "{stdout}");
}

/// A digit of MNIST by its place among the test images.
fn digit(place: usize) -> image::GrayImage {
    let mut pixels = vec![0; 784];
    Dataset::mnist().unwrap().test.images.dense_row(place, &mut pixels);
    image::GrayImage::from_raw(28, 28, pixels).unwrap()
}

#[test]
fn a_picture_says_whether_it_is_framed_as_those_of_mnist() {
    let (directory, data) = mnist_like();
    let file = |name: &str| directory.path().join(name);
    let model = file("m.json");
    works(train(&data, "--epochs 1 --save").arg(&model));
    let predict = |picture: &Path| {
        let mut command = nablab();
        command.args(["predict", "--json"]).arg(&model).arg(picture);
        let (stdout, stderr) = heard(&mut command);
        let json: Value = serde_json::from_str(&stdout).unwrap();
        (json[0].clone(), stderr)
    };
    let seven = digit(0);
    let path = file("p.png");
    seven.save(&path).unwrap();
    let (of_seven, stderr) = predict(&path);
    assert_eq!((stderr.as_str(), &of_seven["warning"]), ("", &Value::Null), "{of_seven}");
    assert_eq!(of_seven["transparent_as"], Value::Null);

    // Dark on light and ten times as large it still is.
    let large = image::GrayImage::from_fn(280, 280, |x, y| {
        image::Luma([255 - seven.get_pixel(x / 10, y / 10).0[0]])
    });
    large.save(&path).unwrap();
    assert_eq!(predict(&path).1, "");
    // Cut to the digit, or on a sheet three times as wide, it is not.
    image::imageops::crop_imm(&large, 40, 40, 200, 200).to_image().save(&path).unwrap();
    let (json, stderr) = predict(&path);
    assert!(stderr.contains("p.png: not framed") && stderr.lines().count() == 1, "{stderr}");
    assert!(json["warning"].as_str().unwrap().contains("pixels of 28 x 28"), "{json}");
    let mut sheet = image::GrayImage::from_pixel(840, 840, image::Luma([255]));
    image::imageops::overlay(&mut sheet, &large, 0, 560);
    sheet.save(&path).unwrap();
    let (json, _) = predict(&path);
    let warning = json["warning"].as_str().unwrap();
    assert!(warning.contains("longer side") && warning.contains("from the middle"), "{warning}");

    // Transparent parts are the ground, whatever the ink.
    for (ink, behind) in [(255, "black"), (0, "white")] {
        let drawn = image::GrayAlphaImage::from_fn(28, 28, |x, y| {
            image::LumaA([ink, seven.get_pixel(x, y).0[0]])
        });
        drawn.save(&path).unwrap();
        let (json, stderr) = predict(&path);
        assert_eq!(
            stderr,
            format!("{}: transparent parts are taken as {behind}\n", path.display())
        );
        assert_eq!(json["transparent_as"], behind);
        assert_eq!(json["outputs"], of_seven["outputs"]);
    }

    // A blank picture is no digit; nothing is printed of the one before it either.
    let blank = file("blank.png");
    image::GrayImage::from_pixel(28, 28, image::Luma([255])).save(&blank).unwrap();
    let mut command = nablab();
    command.arg("predict").arg(&model).args([&path, &blank]);
    refused(&mut command, &["blank.png: a blank picture", "one shade"]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let (directory, data) = mnist_like();
    let small = Images::SMALL.write(directory.path(), "small");
    let file = |name: &str| directory.path().join(name);
    let (model, little, junk) = (file("m.json"), file("little.json"), file("junk.json"));
    works(train(&data, "--epochs 1 --save").arg(&model));
    works(train(&small, "--epochs 1 --save").arg(&little));
    std::fs::write(&junk, "junk").unwrap();

    let evaluate = |model: &Path, data: &Path| {
        let mut command = nablab();
        command.arg("evaluate").arg(model).arg("--data").arg(data);
        command
    };
    refused(&mut evaluate(&model, &small), &["784-30-10", "6 pixels and 5 classes"]);
    refused(&mut evaluate(&junk, &data), &["junk.json", "JSON"]);
    refused(&mut evaluate(&file("none.json"), &data), &["none.json"]);
    refused(&mut evaluate(&file("m.txt"), &data), &["m.txt", ".safetensors"]);
    refused(train(&small, "--load").arg(&model), &["--load", "[784, 30, 10]", "[6, 30, 5]"]);
    refused(train(&data, "--hidden 9 --load").arg(&model), &["--hidden", "--load"]);
    refused(train(&data, "--save").arg(file("m.txt")), &["--save", "m.txt", ".json"]);
    let predict = |model: &Path, picture: &Path| {
        let mut command = nablab();
        command.arg("predict").arg(model).arg(picture);
        command
    };
    refused(&mut predict(&little, &junk), &["little.json", "6 inputs", "square"]);
    refused(&mut predict(&model, &junk), &["junk.json", "PNG"]);
    refused(&mut predict(&model, &file("none.png")), &["none.png"]);
}

#[test]
fn a_diverged_network_is_not_saved_and_says_so() {
    let (directory, data) = mnist_like();
    let model = directory.path().join("m.json");
    let mut command =
        train(&data, "--output identity --cost quadratic --eta 1e30 --epochs 3 --save");
    let output = command.arg(&model).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(!output.status.success() && !model.exists(), "{stdout}{stderr}");
    assert!(stderr.contains("finite") && stderr.lines().count() == 1, "{stderr}");
}
