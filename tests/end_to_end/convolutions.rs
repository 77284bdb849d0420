//! Networks with convolutions from the outside: in every command, and for images of every shape.

use crate::common::{Images, mnist_like, nablab, read, refused, train, works, write_png};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// Two convolutions and a dense layer, of a few milliseconds an epoch.
const HIDDEN: &str = "--hidden 3c5p2x4c3p2x10 --output softmax --cost log-likelihood";

fn evaluate(model: &Path, data: &Path) -> assert_cmd::Command {
    let mut command = nablab();
    command.arg("evaluate").arg(model).arg("--data").arg(data);
    command
}

/// What `evaluate --json` says.
#[track_caller]
fn evaluated(model: &Path, data: &Path) -> Value {
    serde_json::from_str(&works(evaluate(model, data).arg("--json"))).unwrap()
}

#[test]
fn a_saved_network_is_evaluated_and_goes_on_where_it_was() {
    let (directory, data) = mnist_like();
    let [first, second] =
        ["a.safetensors", "b.safetensors"].map(|name| directory.path().join(name));
    for precision in ["f32", "f64"] {
        let arguments = format!(
            "{HIDDEN} --dropout 0.1,0.2,0.5 --activation relu,tanh,sigmoid --epochs 2 --overwrite \
             --precision {precision} --monitor test-accuracy --save"
        );
        let stdout = works(train(&data, &arguments).arg(&first));
        assert!(stdout.contains("network 784-3c5p2-4c3p2-10-10, "), "{stdout}");
        let accuracy = stdout.rsplit_once("last ").unwrap().1.split_once(" %").unwrap().0;
        let json = evaluated(&first, &data);
        assert_eq!(json["precision"], precision);
        assert_eq!(format!("{:.2}", 100.0 * json["accuracy"].as_f64().unwrap()), accuracy);

        let mut on = train(&data, "--epochs 1 --eta 1e-9 --overwrite --save");
        works(on.arg(&second).arg("--load").arg(&first));
        let cost = |model: &Path| evaluated(model, &data)["cost"].as_f64().unwrap();
        assert!((cost(&second) / cost(&first) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_picture_has_the_outputs_of_its_image() {
    let (directory, data) = mnist_like();
    let [model, picture] = ["m.safetensors", "p.png"].map(|name| directory.path().join(name));
    works(train(&data, &format!("{HIDDEN} --epochs 1 --save")).arg(&model));
    let images = nablab::data::Dataset::from_dir(&data, None).unwrap();
    let mut pixels = vec![0; 784];
    images.test.images.dense_row(0, &mut pixels);
    write_png(&picture, [28, 28], |x, y| [pixels[(28 * y + x) as usize]]);
    let mut command = nablab();
    command.args(["predict", "--as-is", "--json", "--invert", "no"]).arg(&model).arg(&picture);
    let stdout = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let json: Value = serde_json::from_str(&stdout).unwrap();
    let network = nablab::train::Model::load(&model).unwrap();
    let first = images.test.first(1);
    let outputs = network.outputs_of(&first, nablab::simd::SimdLevel::best());
    assert_eq!(json[0]["outputs"], serde_json::json!(outputs));
}

#[test]
fn images_of_another_shape_are_refused() {
    let (directory, data) = mnist_like();
    let wide = Images::WIDE.write(directory.path(), "wide");
    let colours = Images::COLOURS.write(directory.path(), "colours");
    let file = |name: &str| directory.path().join(name);
    let (model, coloured, picture) = (file("m.safetensors"), file("c.safetensors"), file("p.png"));
    works(train(&data, &format!("{HIDDEN} --epochs 1 --save")).arg(&model));
    works(train(&colours, "--hidden 2c3 --epochs 1 --save").arg(&coloured));
    write_png(&picture, [28, 28], |x, y| [if x == y { 255 } else { 0 }]);

    let words = ["784-3c5p2-4c3p2-10-10", "28 x 28", "14 x 56"];
    refused(&mut evaluate(&model, &wide), &words);
    refused(train(&wide, "--load").arg(&model), &["--load", words[0], words[1], words[2]]);
    refused(&mut evaluate(&coloured, &data), &["images of 9 x 8 x 3", "28 x 28"]);
    let mut predict = nablab();
    predict.arg("predict").arg(&coloured).arg(&picture);
    refused(&mut predict, &["c.safetensors", "images of 9 x 8 x 3; expected square ones"]);
}

#[test]
fn the_book_s_json_is_refused_before_the_training() {
    let (directory, data) = mnist_like();
    let model = directory.path().join("m.json");
    let mut command = train(&data, &format!("{HIDDEN} --epochs 1 --save"));
    refused(command.arg(&model), &["--save", "m.json", "network2", ".safetensors"]);
    assert!(!model.exists());
}

#[test]
fn images_may_have_channels() {
    let directory = TempDir::new().unwrap();
    let data = Images::COLOURS.write(directory.path(), "data");
    let [model, sheet] = ["m.safetensors", "worst.svg"].map(|name| directory.path().join(name));
    let mut command = train(
        &data,
        "--hidden 4c3p2x9 --expand shifts --epochs 1 --eta 0.01 --monitor-layers --save",
    );
    let stdout = works(command.arg(&model));
    // 3 channels under a kernel of 3 x 3, and 3 x 3 pooled maps of 4.
    let parameters = 4 * (27 + 1) + 9 * (36 + 1) + 5 * (9 + 1);
    assert!(stdout.contains(&format!("216-4c3p2-9-5, {parameters} parameters")), "{stdout}");
    works(evaluate(&model, &data).args(["--worst-count", "3", "--worst"]).arg(&sheet));
    let svg = std::fs::read_to_string(&sheet).unwrap();
    assert_eq!(svg.matches(" taken for ").count(), 3, "{svg}");

    let info = works(nablab().args(["info", "--simd", "scalar", "--data"]).arg(&data));
    assert!(info.contains("test images of 9 x 8 x 3; 216 inputs"), "{info}");
    let mut command = nablab();
    command.args(["info", "--json", "--simd", "scalar", "--data"]).arg(&data);
    let json: Value = serde_json::from_str(&works(&mut command)).unwrap();
    let shape = serde_json::json!({ "rows": 9, "columns": 8, "channels": 3 });
    assert_eq!(json["data"]["image"], shape);
}

#[test]
fn a_sweep_compares_layers_of_several_kinds() {
    let (directory, data) = mnist_like();
    let out = directory.path().join("out");
    let mut command = nablab();
    command.args(["sweep", "--hidden", "4,3c5p2,3c5p2x4c3p2x10", "--train-size", "50"]);
    command.args(["--epochs", "1", "--seeds", "2", "--monitor-layers", "--data"]).arg(&data);
    assert!(command.arg("--out").arg(&out).output().unwrap().status.success());
    let trials = read(&out, "trials.csv");
    for hidden in ["4", "3c5p2", "3c5p2x4c3p2x10"] {
        let of_hidden = trials.lines().filter(|line| line.split(',').any(|cell| cell == hidden));
        assert!(of_hidden.count() >= 2, "{hidden}: {trials}");
    }
}

#[test]
fn layers_that_do_not_fit_are_refused_with_the_arithmetic() {
    let (_directory, data) = mnist_like();
    for (hidden, words) in [
        (
            "20c5p2x40c5p2x60c5",
            "5 x 5 does not fit into 4 x 4; layer 2, 40c5p2, makes 12 − 5 + 1 = 8 rows",
        ),
        (
            "20c5p3x2c6p4",
            "8 − 6 + 1 = 3 rows and 8 − 6 + 1 = 3 columns are fewer than a window of 4 x 4",
        ),
        ("100x20c5", "hidden layer 2, 20c5: a convolution needs rows and columns"),
        ("20c12", "a kernel of 1 to 11 pixels"),
        ("20c5p5", "a pooling window of 1 to 4"),
        ("0c5", "maps before the c"),
    ] {
        refused(&mut train(&data, &format!("--hidden {hidden}")), &["--hidden", words]);
    }
}
