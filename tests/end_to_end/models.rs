//! Model files from the outside: saved, loaded, evaluated, and used to classify a picture.

use crate::common::{Images, heard, nablab, refused, train, works, write_png};
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

/// A network of 784-2-10 as JSON: all parameters are 0 but one weight and one bias.
fn tiny(weight: &str, bias: &str, precision: &str) -> String {
    let zeros = vec!["0"; 783].join(",");
    let outputs = ["[0,0]"; 10].join(",");
    let biases = ["[0]"; 9].join(",");
    format!(
        r#"{{"sizes":[784,2,10],"weights":[[[{weight},{zeros}],[0,{zeros}]],[{outputs}]],
        "biases":[[[0],[0]],[[{bias}],{biases}]],"cost":"CrossEntropyCost","nablab":{{"activation":
        ["sigmoid"],"output":"sigmoid","cost":"cross-entropy","dropout":[0],"precision":"{precision}"}}}}"#
    )
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
    command.args(["predict", "--as-is", "--json"]).arg(&model);
    for i in 0..3 {
        let mut pixels = vec![0; 784];
        images.test.images.dense_row(i, &mut pixels);
        let path = directory.path().join(format!("{i}.png"));
        write_png(&path, [28, 28], |x, y| [pixels[(28 * y + x) as usize]]);
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
    write_png(&picture, [280, 280], |x, y| [255 - pixels[(y / 10 * 28 + x / 10) as usize]]);
    let (stdout, _) = heard(nablab().args(["predict", "--as-is"]).arg(&model).arg(&picture));
    let label = images.test.labels[0];
    assert!(stdout.starts_with(&format!("{}: {label}\n", picture.display())), "{stdout}");
    assert_eq!(stdout.lines().count(), 11, "{stdout}");
    assert_eq!(stdout.matches('←').count(), 1, "{stdout}");
}

/// The shades of the first test image of MNIST, a seven, by column and row.
fn seven() -> impl Fn(u32, u32) -> u8 {
    let mut pixels = vec![0; 784];
    Dataset::mnist().unwrap().test.images.dense_row(0, &mut pixels);
    move |x, y| pixels[(28 * y + x) as usize]
}

#[test]
fn a_picture_says_whether_it_is_framed_as_those_of_mnist() {
    let (directory, data) = mnist_like();
    let file = |name: &str| directory.path().join(name);
    let model = file("m.json");
    works(train(&data, "--epochs 1 --save").arg(&model));
    let predict = |picture: &Path| {
        let mut command = nablab();
        command.args(["predict", "--as-is", "--json"]).arg(&model).arg(picture);
        let (stdout, stderr) = heard(&mut command);
        let json: Value = serde_json::from_str(&stdout).unwrap();
        (json[0].clone(), stderr)
    };
    let seven = seven();
    let path = file("p.png");
    write_png(&path, [28, 28], |x, y| [seven(x, y)]);
    let (of_seven, stderr) = predict(&path);
    assert_eq!((stderr.as_str(), &of_seven["warning"]), ("", &Value::Null), "{of_seven}");
    assert_eq!(of_seven["transparent_as"], Value::Null);

    // Dark on light and ten times as large it still is.
    let large = |x: u32, y: u32| [255 - seven(x / 10, y / 10)];
    write_png(&path, [280, 280], large);
    assert_eq!(predict(&path).1, "");
    // Cut to the digit, or on a sheet three times as wide, it is not.
    write_png(&path, [200, 200], |x, y| large(x + 40, y + 40));
    let (json, stderr) = predict(&path);
    assert!(stderr.contains("p.png: not framed") && stderr.lines().count() == 1, "{stderr}");
    assert!(json["warning"].as_str().unwrap().contains("pixels of 28 x 28"), "{json}");
    let is_digit = |x, y| x < 280 && y >= 560;
    write_png(&path, [840, 840], |x, y| if is_digit(x, y) { large(x, y - 560) } else { [255] });
    let (json, _) = predict(&path);
    let warning = json["warning"].as_str().unwrap();
    assert!(warning.contains("longer side") && warning.contains("from the middle"), "{warning}");

    // Transparent parts are the ground, whatever the ink.
    for (ink, behind) in [(255, "black"), (0, "white")] {
        write_png(&path, [28, 28], |x, y| [ink, seven(x, y)]);
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
    write_png(&blank, [28, 28], |_, _| [255]);
    let mut command = nablab();
    command.arg("predict").arg(&model).args([&path, &blank]);
    refused(&mut command, &["blank.png: no digit found", "one shade"]);
    refused(command.arg("--as-is"), &["blank.png: a blank picture", "one shade"]);
}

#[test]
fn parameters_beyond_f32_are_those_of_an_f64_network() {
    let (directory, data) = mnist_like();
    let path = directory.path().join("m.json");
    let write = |text: &str| std::fs::write(&path, text).unwrap();
    // 1e300 times a pixel saturates a neuron; in f32 it was infinite, and 0 times it no number.
    for (weight, bias) in [("1e300", "0"), ("0", "-1e300"), ("1e39", "1")] {
        write(&tiny(weight, bias, "f32"));
        let json = evaluated(&path, &data);
        assert_eq!(json["precision"], "f64", "{json}");
        assert!(json["cost"].is_f64() && json["accuracy"] == 0.1, "{json}");
        let mut on = train(&data, "--epochs 1 --precision f32 --load");
        refused(on.arg(&path), &["--precision", "3.4e38", "f64"]);
    }
    write(&tiny("3e38", "0", "f32"));
    assert_eq!(evaluated(&path, &data)["precision"], "f32");
    let mut evaluate = nablab();
    evaluate.arg("evaluate").arg(&path).arg("--data").arg(&data);
    // Divided by the share of neurons that stay, a weight is infinite.
    let dropped = tiny("0", "0", "f64").replace("[0,0]", "[1e308,0]");
    write(&dropped.replace("\"dropout\":[0]", "\"dropout\":[0.99]"));
    refused(&mut evaluate, &["m.json", "dropout", "finite"]);
    for bad in ["NaN", "Infinity", "-Infinity", "1e999", &"9".repeat(400), "null", "\"1\""] {
        for text in [tiny(bad, "0", "f64"), tiny("0", bad, "f32")] {
            write(&text);
            refused(&mut evaluate, &["m.json", "JSON"]);
        }
    }
}

#[test]
fn results_that_are_no_numbers_are_a_failure() {
    let (directory, data) = mnist_like();
    let path = directory.path().join("m.json");
    let picture = directory.path().join("7.png");
    let seven = seven();
    write_png(&picture, [28, 28], |x, y| [seven(x, y)]);
    // Two neurons of almost 1 times 1e308 are more than f64 holds.
    let overflow =
        tiny("0", "0", "f64").replace("[0,0]", "[1e308,1e308]").replace("[[0],[0]]", "[[99],[99]]");
    let identity = overflow
        .replace("sigmoid\",\"cost", "identity\",\"cost")
        .replace("CrossEntropyCost", "QuadraticCost")
        .replace("cross-entropy", "quadratic");
    for text in [overflow, identity] {
        std::fs::write(&path, text).unwrap();
        let mut evaluate = nablab();
        evaluate.arg("evaluate").arg(&path).arg("--data").arg(&data);
        refused(&mut evaluate, &["m.json", "50 of 50 test images", "not finite"]);
        refused(evaluate.arg("--json"), &["m.json", "not finite"]);
    }
    let mut predict = nablab();
    predict.args(["predict", "--as-is"]).arg(&path).arg(&picture);
    refused(&mut predict, &["m.json", "7.png", "finite"]);
}

#[test]
fn training_goes_on_in_the_precision_of_the_network() {
    let (directory, data) = mnist_like();
    let [first, second] = ["a.json", "b.json"].map(|name| directory.path().join(name));
    works(train(&data, "--epochs 1 --precision f64 --save").arg(&first));
    let on = |arguments: &str| {
        let mut command = train(&data, arguments);
        heard(command.args(["--overwrite", "--save"]).arg(&second).arg("--load").arg(&first))
    };
    let saved = || evaluated(&second, &data)["precision"].as_str().unwrap().to_string();
    let (stdout, stderr) = on("--epochs 1");
    assert!(stdout.contains("; f64, "), "{stdout}");
    // What the training prints says so, and nothing changes that a notice should tell.
    assert_eq!((stderr.as_str(), saved().as_str()), ("", "f64"));
    let (_, stderr) = on("--epochs 1 --precision f64");
    assert_eq!((stderr.as_str(), saved().as_str()), ("", "f64"));
    let (stdout, stderr) = on("--epochs 1 --precision f32");
    assert!(stdout.contains("; f32, "), "{stdout}");
    assert!(stderr.contains("a.json are f64") && stderr.lines().count() == 1, "{stderr}");
    assert_eq!(saved(), "f32");
    let third = directory.path().join("c.json");
    let mut command = train(&data, "--epochs 1 --precision f64 --save");
    let (_, stderr) = heard(command.arg(&third).arg("--load").arg(&second));
    assert!(stderr.contains("b.json are f32") && stderr.lines().count() == 1, "{stderr}");
    // The table of trials tells the precision that was trained in.
    let out = directory.path().join("out");
    let mut command = train(&data, "--epochs 1 --load");
    heard(command.arg(&first).arg("--out").arg(&out));
    let trials = crate::common::read(&out, "trials.csv");
    assert!(trials.contains(",f64,"), "{trials}");
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
    refused(train(&small, "--load").arg(&model), &["--load", "784-30-10", "6-30-5"]);
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

#[test]
fn a_network_may_answer_in_binary() {
    let (directory, data) = mnist_like();
    for name in ["m.json", "m.safetensors"] {
        let model = directory.path().join(name);
        let mut command =
            train(&data, "--hidden 20 --targets binary --epochs 5 --monitor test-accuracy --save");
        let stdout = works(command.arg(&model));
        assert!(stdout.contains("network 784-20-4"), "{stdout}");
        let accuracy = stdout.rsplit_once("last ").unwrap().1.split_once(" %").unwrap().0;
        let json = evaluated(&model, &data);
        let evaluated = 100.0 * json["accuracy"].as_f64().unwrap();
        assert_eq!(format!("{evaluated:.2}"), accuracy, "{name}");
        // Four digits have sixteen values, of which six are no class.
        assert_eq!(json["confusion"].as_array().unwrap().len(), 16);
        let mut more = train(&data, "--epochs 1 --load");
        let stdout = works(more.arg(&model));
        assert!(stdout.contains("network 784-20-4"), "{stdout}");
    }
    let softmax = "--targets binary --cost log-likelihood --epochs 1";
    refused(&mut train(&data, softmax), &["--targets", "softmax", "sigmoid"]);
}
