//! Data sets as other programs write them: read, shown, trained on, evaluated and asked.

use crate::common::{Images, Table, nablab, read, refused, train, works, write_idx, write_png};
use assert_cmd::Command;
use nablab::data::{DataOptions, Dataset, Split};
use nablab::nn::textbook::Textbook;
use nablab::train::Model;
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The types of numbers in IDX files, with the smallest and the largest of those that are written here.
const TYPES: [(u8, &str, [f64; 2]); 6] = [
    (0x08, "ubyte", [0.0, 255.0]),
    (0x09, "byte", [-128.0, 127.0]),
    (0x0b, "short", [-32768.0, 32767.0]),
    (0x0c, "int", [-2147483648.0, 2147483647.0]),
    (0x0d, "float", [-2.0, 3.0]),
    (0x0e, "double", [-2.0, 3.0]),
];

/// Numbers from `low` to `high`, whole ones if these are far apart, and both ends.
fn random(n: usize, [low, high]: [f64; 2], seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut number = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = low + (high - low) * ((state >> 40) as f64 / (1_u64 << 24) as f64);
        if high - low > 100.0 { x.round() } else { f64::from(x as f32) }
    };
    let mut numbers: Vec<f64> = (0..n).map(&mut number).collect();
    (numbers[0], numbers[1]) = (low, high);
    numbers
}

/// Twelve training images of three classes and four test images, of a type and with `sizes` after the number of images.
fn write_set(
    directory: &Path,
    (code, word, ends): (u8, &str, [f64; 2]),
    sizes: &[usize],
) -> [Vec<f64>; 2] {
    let pixels: usize = sizes.iter().product();
    [("train", 12), ("t10k", 4)].map(|(set, images)| {
        let numbers = random(images * pixels, ends, images as u64);
        let all = [&[images], sizes].concat();
        let rank = all.len();
        write_idx(&directory.join(format!("{set}-images-idx{rank}-{word}")), code, &all, &numbers);
        let labels: Vec<f64> = (0..images).map(|i| (i % 3) as f64).collect();
        write_idx(&directory.join(format!("{set}-labels-idx1-ubyte")), 8, &[images], &labels);
        numbers
    })
}

/// All inputs of a set.
fn inputs(split: &Split) -> Vec<f64> {
    match &split.numbers {
        Some(numbers) => (0..split.len()).flat_map(|row| numbers.inputs(row).to_vec()).collect(),
        None => split.images.bytes().iter().map(|&byte| f64::from(byte) / 256.0).collect(),
    }
}

/// `nablab data PATH`, with more arguments separated by spaces.
fn data(path: &Path, arguments: &str) -> Command {
    let mut command = nablab();
    command.arg("data").arg(path).args(arguments.split_whitespace());
    command
}

#[test]
fn idx_files_of_every_type_and_rank_are_read() {
    for kind in TYPES {
        for sizes in [&[5][..], &[4, 3], &[2, 3, 2]] {
            let directory = TempDir::new().unwrap();
            let written = write_set(directory.path(), kind, sizes);
            let [low, high] = kind.2;
            let scale: nablab::data::Scale = format!("{low}:{high}").parse().unwrap();
            let options = DataOptions { scale: Some(scale), ..DataOptions::default() };
            let data = Dataset::open(directory.path(), &options).unwrap();
            let shape = [data.image_rows, data.image_columns, data.image_channels];
            let expected = match *sizes {
                [features] => [1, features, 1],
                [rows, columns] => [rows, columns, 1],
                _ => [sizes[0], sizes[1], sizes[2]],
            };
            assert_eq!((shape, data.classes, data.is_numeric()), (expected, 3, false));
            let scaled = |numbers: &[f64]| -> Vec<f64> {
                numbers.iter().map(|x| (x - low) / (high - low)).collect()
            };
            let training = [inputs(&data.training), inputs(&data.validation)].concat();
            assert_eq!(training, scaled(&written[0]), "{kind:?} {sizes:?}");
            assert_eq!(inputs(&data.test), scaled(&written[1]), "{kind:?} {sizes:?}");
            assert_eq!(data.test.labels, [0, 1, 2, 0]);
        }
    }
}

#[test]
fn without_a_scale_bytes_are_divided_by_256_and_floats_from_0_to_1_are_as_they_are() {
    let directory = TempDir::new().unwrap();
    let place = |name: &str| directory.path().join(name);
    let bytes = write_set(&place("bytes"), TYPES[0], &[4, 3]);
    let bytes: Vec<f64> = bytes[1].iter().map(|byte| byte / 256.0).collect();
    assert_eq!(inputs(&Dataset::from_dir(&place("bytes"), None).unwrap().test), bytes);
    let floats = write_set(&place("floats"), (0x0e, "double", [0.0, 1.0]), &[4, 3]);
    assert_eq!(inputs(&Dataset::from_dir(&place("floats"), None).unwrap().test), floats[1]);
    for (kind, words) in TYPES.into_iter().skip(1).zip([
        "signed bytes from -128 to 127: which are to be 0 and 1? expected --scale, such as --scale -128:127",
        "16-bit whole numbers from -32768 to 32767",
        "32-bit whole numbers from -2147483648 to 2147483647",
        "32-bit floating-point numbers from -2 to 3",
        "64-bit floating-point numbers from -2 to 3: which are to be 0 and 1? expected --scale, such as --scale -2:3",
    ]) {
        write_set(&place(kind.1), kind, &[4, 3]);
        refused(&mut data(&place(kind.1), ""), &[&format!("train-images-idx3-{}", kind.1), words]);
        works(&mut data(&place(kind.1), "--scale 0:1"));
    }
}

#[test]
fn files_that_make_no_sense_are_refused_by_name() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let images = place.join("train-images-idx3-float");
    let labels = place.join("train-labels-idx1-ubyte");
    let kind = (0x0d, "float", [0.0, 1.0]);
    let numbers = write_set(place, kind, &[4, 3])[0].clone();
    let says = |file: &str, words: &str| refused(&mut data(place, ""), &[file, words]);
    let whole = fs::read(&images).unwrap();
    fs::write(&images, &whole[..whole.len() - 1]).unwrap();
    says("train-images-idx3-float", "truncated: the header promises 592 bytes in all, found 591");
    fs::write(&images, [&whole[..], &[0]].concat()).unwrap();
    says("train-images-idx3-float", "trailing bytes");
    fs::write(&images, [&[0, 0, 7], &whole[3..]].concat()).unwrap();
    says("train-images-idx3-float", "expected magic 0x00000803");
    for bad in [f64::NAN, f64::INFINITY] {
        let mut numbers = numbers.clone();
        numbers[12 * 3 + 7] = bad;
        write_idx(&images, 0x0d, &[12, 4, 3], &numbers);
        says(
            "train-images-idx3-float",
            &format!("number 7 of image 3 (both counted from 0) is {bad}"),
        );
    }
    write_idx(&images, 0x0d, &[12, 4, 3], &numbers);
    works(&mut data(place, ""));
    for (label, code) in [(300.0, 0x0c), (-1.0, 0x09), (1.5, 0x0d)] {
        let mut all = [0.0; 12];
        all[5] = label;
        write_idx(&labels, code, &[12], &all);
        let words =
            format!("label 5 (counted from 0) is {label}; expected a whole number from 0 to 255");
        says("train-labels-idx1-ubyte", &words);
    }
    write_idx(&labels, 8, &[11], &[0.0; 11]);
    says("train-labels-idx1-ubyte", "11 labels, but");
    write_idx(&labels, 8, &[12, 17], &[0.0; 204]);
    says("train-labels-idx1-ubyte", "17 numbers a label; expected 1 to 16");
    refused(&mut data(place, "--scale 1:1"), &["--scale", "two different numbers"]);
}

#[test]
fn the_first_number_of_a_label_is_the_class() {
    let directory = TempDir::new().unwrap();
    let place = directory.path().join("QMNIST/raw");
    write_set(&place, TYPES[0], &[4, 3]);
    let plain = Dataset::from_dir(&place, None).unwrap();
    for (set, images) in [("train", 12), ("t10k", 4)] {
        let old = place.join(format!("{set}-labels-idx1-ubyte"));
        fs::remove_file(old).unwrap();
        let image = |i: usize| [(i % 3) as f64, 9.0, 100_000.0, -4.0, 0.0, 0.0, 1.0, 2.0];
        let labels: Vec<f64> = (0..images).flat_map(image).collect();
        write_idx(&place.join(format!("{set}-labels-idx2-int")), 0x0c, &[images, 8], &labels);
    }
    // A directory that torchvision has made.
    let found = Dataset::from_dir(directory.path(), None).unwrap();
    assert_eq!((&found.training, &found.test), (&plain.training, &plain.test));
    assert_eq!((found.name.as_str(), found.classes), ("QMNIST", 3));
    let stdout = works(&mut data(directory.path(), ""));
    assert!(stdout.contains("of the 8 numbers of a label the first is the class"), "{stdout}");
}

/// The files of [`Images::MNIST_LIKE`] with other images and labels.
fn changed(
    parent: &Path,
    name: &str,
    image: impl Fn(&[u8]) -> Vec<u8>,
    label: impl Fn(u8) -> u8,
) -> PathBuf {
    let directory = parent.join(name);
    fs::create_dir_all(&directory).unwrap();
    for (name, bytes) in Images::MNIST_LIKE.files() {
        let (header, data) = bytes.split_at(if name.contains("images") { 16 } else { 8 });
        let data: Vec<u8> = match name.contains("images") {
            true => data.chunks_exact(784).flat_map(&image).collect(),
            false => data.iter().map(|&byte| label(byte)).collect(),
        };
        fs::write(directory.join(name), [header, &data].concat()).unwrap();
    }
    directory
}

fn transposed(image: &[u8]) -> Vec<u8> {
    (0..784).map(|i| image[i % 28 * 28 + i / 28]).collect()
}

/// All weights, then all biases.
fn parameters(model: &Model) -> Vec<f64> {
    let Textbook { weights, biases, .. } = Textbook::from_network(&model.network::<f64>());
    weights.into_iter().flatten().chain(biases).flatten().collect()
}

const QUICK: &str = "--hidden 20 --epochs 2 --eta 0.5";

#[test]
fn transposed_images_are_learnt_as_if_they_were_upright_but_have_ids_of_their_own() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let upright = Images::MNIST_LIKE.write(place, "upright");
    let stored = changed(place, "stored", transposed, |label| label);
    let trained = |data: &Path, name: &str, more: &str| {
        let (out, model) = (place.join(name), place.join(format!("{name}.json")));
        let mut command = train(data, &format!("{QUICK} {more}"));
        works(command.arg("--out").arg(&out).arg("--save").arg(&model));
        let trials = Table::parse(&read(&out, "trials.csv"));
        let bits = Model::load(&model).unwrap();
        (
            model,
            trials.column("trial_id")[0].to_string(),
            trials.column("data")[0].to_string(),
            bits,
        )
    };
    let (_, _, _, upright_model) = trained(&upright, "a", "");
    let (plain, plain_id, _, plain_model) = trained(&stored, "b", "");
    let (model, id, name, turned_model) = trained(&stored, "c", "--transpose");
    assert!(parameters(&turned_model) == parameters(&upright_model));
    assert!(parameters(&turned_model) != parameters(&plain_model));
    assert_ne!(id, plain_id);
    assert_eq!(name, "stored-transposed");
    let sums = read(&place.join("c"), "provenance.json");
    assert_eq!(sums.matches(" transposed\"").count(), 2, "{sums}");

    // The same files read in another way would give other pixels in silence.
    let evaluate = |model: &Path, data: &Path, more: &str| {
        let mut command = nablab();
        command.args(["evaluate", "--data"]).arg(data).args(more.split_whitespace()).arg(model);
        command
    };
    let words = ["the network has learnt inputs transposed", "--transpose"];
    refused(&mut evaluate(&model, &stored, ""), &words);
    refused(
        &mut evaluate(&plain, &stored, "--transpose"),
        &["inputs as they are, but it is given"],
    );
    let on_stored = works(&mut evaluate(&model, &stored, "--transpose"));
    let line =
        |text: &str| text.lines().find(|line| line.starts_with("accuracy")).map(String::from);
    let output = evaluate(&model, &upright, "").output().unwrap();
    let (out, err) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    // Of other files it may be right.
    assert!(err.contains("upright is given inputs as they are"), "{err}");
    assert_eq!(line(&out), line(&on_stored));
    let mut load = train(&stored, "--epochs 1 --load");
    refused(load.arg(&model), &words);
    refused(nablab().args(["train", "--transpose"]), &["--transpose: the embedded MNIST"]);
}

#[test]
fn labels_from_1_are_the_classes_with_their_own_numbers() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let from_zero = Images::MNIST_LIKE.write(place, "from-zero");
    let from_one = changed(place, "from-one", |image| image.to_vec(), |label| label + 1);
    let trained = |data: &Path, name: &str, more: &str| {
        let (out, model) = (place.join(name), place.join(format!("{name}.safetensors")));
        let mut command = train(data, &format!("{QUICK} {more}"));
        let stdout = works(command.arg("--out").arg(&out).arg("--save").arg(&model));
        let id = Table::parse(&read(&out, "trials.csv")).column("trial_id")[0].to_string();
        (stdout, model, id)
    };
    let (_, zero, zero_id) = trained(&from_zero, "a", "");
    let (stdout, one, one_id) = trained(&from_one, "b", "");
    assert!(stdout.starts_with("read: labels 1 to 10 are the 10 classes\n"), "{stdout}");
    assert!(stdout.contains("network 784-20-10"), "{stdout}");
    let network = |path: &Path| parameters(&Model::load(path).unwrap());
    assert!(network(&zero) == network(&one));
    assert_ne!(zero_id, one_id);
    let mut command = nablab();
    let stdout = works(command.args(["evaluate", "--data"]).arg(&from_one).arg(&one));
    let header = stdout.lines().find(|line| line.contains("right")).unwrap();
    let columns: Vec<&str> = header.split(['│', '┆']).map(str::trim).collect();
    assert_eq!(columns[2..12], ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    // Classes are named by their own labels.
    let (_, pair, _) = trained(&from_one, "c", "--classes 10,1");
    let (_, same, _) = trained(&from_zero, "d", "--classes 9,0");
    assert!(network(&pair) == network(&same));
    refused(&mut train(&from_one, "--classes 0,1"), &["from 1 to 10"]);
    let mut command = nablab();
    command.args(["evaluate", "--json", "--classes", "10,1", "--data"]).arg(&from_one);
    let json: Value = serde_json::from_str(&works(command.arg(&pair))).unwrap();
    assert_eq!(json["class_names"], serde_json::json!(["10", "1"]));
    let mut command = nablab();
    command.args(["evaluate", "--json", "--classes", "9,0", "--data"]).arg(&from_zero);
    let json: Value = serde_json::from_str(&works(command.arg(&same))).unwrap();
    assert_eq!(json["class_names"], serde_json::json!(["9", "0"]));
}

#[test]
fn classes_keep_their_names() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let data = Images::MNIST_LIKE.write(place, "data");
    let names = "zero,one,two,three,four,five,six,seven,eight,nine";
    let file = place.join("names.txt");
    fs::write(&file, names.replace(',', "\n")).unwrap();
    for (name, given) in [("m.json", names), ("m.safetensors", file.to_str().unwrap())] {
        let model = place.join(name);
        works(train(&data, QUICK).args(["--class-names", given, "--save"]).arg(&model));
        let mut command = nablab();
        let sheet = place.join("worst.svg");
        command.args(["evaluate", "--data"]).arg(&data).arg(&model).arg("--worst").arg(&sheet);
        let answers = place.join("answers.csv");
        let stdout = works(command.arg("--predictions").arg(&answers));
        assert!(stdout.contains("│  zero ┆"), "{stdout}");
        let svg = read(place, "worst.svg");
        assert!(svg.contains(" taken for "), "{svg}");
        let caption = svg.split(" taken for ").next().unwrap().rsplit('>').next().unwrap();
        assert!(names.split(',').any(|name| name == caption), "{caption}");
        let table = Table::parse(&read(place, "answers.csv"));
        assert!(table.column("prediction").iter().all(|cell| names.split(',').any(|n| n == *cell)));
        // They stay when it learns on, and give way to others.
        let other = place.join(format!("on-{name}"));
        let mut command = train(&data, "--epochs 1 --load");
        works(command.arg(&model).arg("--save").arg(&other));
        let rows = place.join("rows.csv");
        let header: Vec<String> = (0..784).map(|i| format!("pixel{i}")).collect();
        fs::write(&rows, format!("{}\n{}\n", header.join(","), vec!["7"; 784].join(","))).unwrap();
        let answer = works(nablab().arg("predict").arg(&other).arg(&rows));
        assert!(answer.starts_with("class,output_zero,output_one,"), "{answer}");
        let mut command = nablab();
        let letters = "a,b,c,d,e,f,g,h,i,j";
        command.args(["evaluate", "--json", "--class-names", letters, "--data"]).arg(&data);
        let json: Value = serde_json::from_str(&works(command.arg(&model))).unwrap();
        assert_eq!(json["class_names"][9], "j");
    }
    let wrong = |names: &str, words: &str| {
        let mut command = train(&data, QUICK);
        refused(command.args(["--class-names", names]), &["--class-names", words]);
    };
    wrong("a,b", "2 names, but data has 10 classes");
    wrong("a,b,c,d,e,f,g,h,i,i", "two classes are called 'i'");
    wrong("nowhere.txt", "expected a file of names");
    // As many as outputs, in a file that somebody has changed.
    let model = place.join("m.json");
    let text = read(place, "m.json").replace("\"zero\",", "");
    fs::write(&model, text).unwrap();
    refused(nablab().arg("evaluate").arg(&model), &["m.json: 9 names of classes for 10 outputs"]);
}

#[test]
fn one_of_several_data_sets_in_a_directory_is_chosen() {
    let directory = TempDir::new().unwrap();
    let gzip = directory.path().join("gzip");
    fs::create_dir(&gzip).unwrap();
    for (name, images) in [("digits", Images::MNIST_LIKE), ("letters", Images::SMALL)] {
        for (file, bytes) in images.files() {
            fs::write(gzip.join(format!("emnist-{name}-{file}")), bytes).unwrap();
        }
    }
    let place = directory.path();
    refused(
        &mut data(place, ""),
        &["holds 2 data sets; expected --data-split with one of digits, letters"],
    );
    refused(
        &mut train(place, "--data-split word"),
        &["there is no 'word' here", "digits, letters"],
    );
    let stdout = works(&mut train(place, "--data-split digits --hidden none --epochs 1"));
    assert!(stdout.starts_with("emnist-digits: 250 training"), "{stdout}");
    // A sweep keeps how its data are read.
    let out = place.join("sweep");
    let mut sweep = nablab();
    sweep.args([
        "sweep",
        "--data-split",
        "letters",
        "--transpose",
        "--hidden",
        "3",
        "--seeds",
        "2",
    ]);
    sweep.args(["--epochs", "1", "--data"]).arg(place).arg("--out").arg(&out);
    let stdout = works(&mut sweep);
    assert!(stdout.starts_with("read: rows and columns of the images are exchanged\n"), "{stdout}");
    let spec = read(&out, "spec.toml");
    assert!(spec.contains("data-split = \"letters\"\ntranspose = true\n"), "{spec}");
    let table = Table::parse(&read(&out, "trials.csv"));
    assert_eq!(table.column("data"), ["emnist-letters-transposed"; 2]);
    assert!(works(nablab().arg("sweep").arg(&out)).contains("all 2 trainings are done"));
    let mut other = nablab();
    other.args([
        "sweep",
        "--data-split",
        "letters",
        "--hidden",
        "3",
        "--seeds",
        "2",
        "--epochs",
        "1",
    ]);
    refused(other.arg("--data").arg(place).arg("--out").arg(&out), &["transpose: true → not set"]);
}

#[test]
fn numbers_are_learnt_as_the_bytes_that_they_stand_for() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let bytes = Images::MNIST_LIKE.write(place, "bytes");
    let read_bytes = Dataset::from_dir(&bytes, None).unwrap();
    for (set, parts) in [
        ("train", vec![&read_bytes.training, &read_bytes.validation]),
        ("t10k", vec![&read_bytes.test]),
    ] {
        let inputs: Vec<f64> = parts.iter().flat_map(|split| inputs(split)).collect();
        let labels = parts.iter().flat_map(|split| &split.labels).map(|&label| f64::from(label));
        let labels: Vec<f64> = labels.collect();
        let (n, place) = (labels.len(), place.join("floats"));
        write_idx(&place.join(format!("{set}-images-idx3-double")), 0x0e, &[n, 28, 28], &inputs);
        write_idx(&place.join(format!("{set}-labels-idx1-ubyte")), 8, &[n], &labels);
    }
    for layers in
        ["--hidden 20 --activation tanh", "--hidden 3c5p2x10 --activation tanh", "--hidden r5"]
    {
        let costs = |data: &Path| {
            let out = data.join("out");
            let arguments = format!("{layers} --epochs 2 --eta 0.05 --precision f64 --overwrite");
            let mut command = train(data, &arguments);
            works(command.args(["--monitor", "training-cost,test-cost", "--out"]).arg(&out));
            let table = Table::parse(&read(&out, "epochs.csv"));
            [table.numbers("training_cost"), table.numbers("test_cost")].concat()
        };
        let (bytes, floats) = (costs(&bytes), costs(&place.join("floats")));
        // Sums have another order where all inputs are dense.
        for (a, b) in bytes.iter().zip(&floats) {
            assert!((a - b).abs() < 1e-9 * a, "{layers}: {bytes:?} {floats:?}");
        }
    }
    refused(&mut train(place.join("floats"), "--expand shifts"), &["--expand"]);
}

/// 90 flowers of three kinds, told by two of three features.
fn flowers(directory: &Path) -> PathBuf {
    let mut text = String::from("length,kind,width,noise\n");
    let noise = random(90, [-0.5, 0.5], 5);
    for i in 0..90 {
        let (kind, x) = (["iris", "rose", "tulip"][i % 3], 0.2 * noise[i]);
        let [length, width] = [[1.0, 0.5], [-1.0, 0.5], [0.0, -1.0]][i % 3];
        writeln!(text, "{},{kind},{},{}", length + x, width - x, noise[(7 * i) % 90]).unwrap();
    }
    let path = directory.join("flowers.csv");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn classes_are_learnt_from_the_columns_of_a_file() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let file = flowers(place);
    let model = place.join("flowers.json");
    let arguments = "--label-column kind --hidden 6 --activation tanh --eta 0.3 --epochs 30";
    let stdout = works(train(&file, arguments).arg("--save").arg(&model));
    let head = "read: 3 numbers taken as they are; 3 classes: iris, rose, tulip\n\
                flowers.csv:kind: 63 training, 12 validation, 15 test rows;\n  network 3-6-3,";
    assert!(stdout.starts_with(head), "{stdout}");
    let evaluated = |file: &Path, split: &str| -> Value {
        let mut command = nablab();
        command.args(["evaluate", "--json", "--label-column", "kind", "--split", split, "--data"]);
        serde_json::from_str(&works(command.arg(file).arg(&model))).unwrap()
    };
    let splits = ["training", "validation", "test"].map(|split| evaluated(&file, split));
    let sum = |key: &str| splits.iter().map(|json| json[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("images"), sum("correct")), (90, 90));
    // Rows without the column of the classes, in the order of the file.
    let text = read(place, "flowers.csv");
    let cells: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let rows: Vec<String> = cells.iter().map(|row| [row[0], row[2], row[3]].join(",")).collect();
    let asked = place.join("asked.csv");
    fs::write(&asked, rows.join("\n")).unwrap();
    let answers = Table::parse(&works(nablab().arg("predict").arg(&model).arg(&asked)));
    let kinds: Vec<&str> = cells.iter().skip(1).map(|row| row[1]).collect();
    assert_eq!(answers.column("class"), kinds);
    assert_eq!(answers.header[1..], ["output_iris", "output_rose", "output_tulip"]);
    // A file without one of the kinds has the classes of the network all the same.
    let few: Vec<&str> = text.lines().filter(|line| !line.contains("iris")).collect();
    let fewer = place.join("few.csv");
    fs::write(&fewer, few.join("\n")).unwrap();
    let json = evaluated(&fewer, "training");
    assert_eq!(json["correct"], json["images"]);
    fs::write(&fewer, text.replace("tulip", "poppy")).unwrap();
    let mut command = nablab();
    command.args(["evaluate", "--label-column", "kind", "--data"]).arg(&fewer).arg(&model);
    refused(&mut command, &["few.csv: column 'kind': 'poppy': the network knows no such class"]);
    // Two rows of the file are not enough columns.
    refused(nablab().arg("predict").arg(&model).arg(&file), &["'iris': expected a finite number"]);
    let picture = place.join("picture.png");
    write_png(&picture, [2, 2], |_, _| [7]);
    refused(nablab().arg("predict").arg(&model).arg(&picture), &["expected a CSV file"]);
    let mut worst = nablab();
    worst.args(["evaluate", "--label-column", "kind", "--worst", "w.svg", "--data"]).arg(&file);
    refused(worst.arg(&model), &["--worst", "no images"]);

    let out = place.join("sweep");
    let mut sweep = nablab();
    sweep.args([
        "sweep",
        "--label-column",
        "kind",
        "--scale",
        "0:2",
        "--eta",
        "0.1,0.3",
        "--seeds",
        "2",
    ]);
    sweep.args(["--hidden", "4", "--epochs", "2", "--data"]).arg(&file).arg("--out").arg(&out);
    assert!(works(&mut sweep).contains("best settings by validation accuracy"));
    assert!(read(&out, "spec.toml").contains("label-column = \"kind\"\nscale = \"0:2\"\n"));
    refused(
        &mut data(&file, ""),
        &["expected --target-columns of length, kind, width, noise", "--label-column"],
    );
    let mut both = data(&file, "--label-column kind --target-columns width");
    refused(&mut both, &["cannot be used with"]);
}

#[test]
fn scaled_columns_are_scaled_again_when_they_are_asked_for() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let text: String = (0..60).map(|i| format!("{i},{}\n", 2 * i)).collect();
    let file = place.join("line.csv");
    fs::write(&file, format!("x,y\n{text}")).unwrap();
    let model = place.join("line.json");
    let arguments =
        "--target-columns y --scale 0:60 --hidden none --eta 0.5 --epochs 500 --precision f64";
    works(train(&file, arguments).arg("--save").arg(&model));
    let asked = place.join("x.csv");
    fs::write(&asked, "x\n10\n40\n").unwrap();
    let answers = Table::parse(&works(nablab().arg("predict").arg(&model).arg(&asked)));
    assert_eq!(answers.column("x"), ["10", "40"]);
    for (answer, want) in answers.numbers("output").iter().zip([20.0, 80.0]) {
        assert!((answer - want).abs() < 1e-6, "{answer}");
    }
    let mut plain = nablab();
    plain.args(["evaluate", "--target-columns", "y", "--data"]).arg(&file).arg(&model);
    refused(&mut plain, &["inputs scaled 0:60, but it is given inputs as they are"]);
}

#[test]
fn what_was_read_is_shown() {
    let directory = TempDir::new().unwrap();
    let place = directory.path();
    let set = Images::MNIST_LIKE.write(place, "digits");
    let sheet = place.join("sheet.svg");
    let mut command =
        data(&set, "--class-names a,b,c,d,e,f,g,h,i,a-rather-long-name-of-a-class --show");
    let stdout = works(command.arg(&sheet));
    assert!(
        stdout.lines().all(|line| line.starts_with("wrote") || line.chars().count() <= 80),
        "{stdout}"
    );
    assert!(
        stdout.starts_with("digits: images of 28 x 28, bytes divided by 256; 10 classes\n"),
        "{stdout}"
    );
    let svg = read(place, "sheet.svg");
    assert_eq!(svg.matches("<g ").count(), 40);
    assert!(svg.contains("40 training images of digits") && svg.contains(">a-rather-long…<"));
    let json: Value = serde_json::from_str(&works(&mut data(&set, "--json"))).unwrap();
    let count = |set: &str| json["sets"][set]["classes"].as_array().unwrap().iter();
    let count = |set: &str| count(set).map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!(["training", "validation", "test"].map(count), [250, 50, 50]);
    let loaded = Dataset::from_dir(&set, None).unwrap();
    assert_eq!(json["sha256"], serde_json::json!(loaded.sha256));
    let zeros = 1.0 - loaded.training.images.density();
    assert!((json["sets"]["training"]["zeros"].as_f64().unwrap() - zeros).abs() < 1e-12);
    // The noise of the test images is that of the first training images, until one changes.
    let in_both = |n: usize| {
        let stdout = works(&mut data(&set, ""));
        let words = format!("{n} of the test set are in the training or validation set too\n");
        assert!(stdout.contains(&words), "{stdout}");
    };
    in_both(50);
    let test = set.join(Images::TEST_IMAGES);
    let mut images = fs::read(&test).unwrap();
    images[16] ^= 1;
    fs::write(&test, images).unwrap();
    in_both(49);
    assert!(works(nablab().arg("data")).starts_with("mnist: images of 28 x 28"));
    refused(
        data(&flowers(place), "--label-column kind --show").arg(&sheet),
        &["--show", "no images"],
    );
    refused(data(&set, "--show").arg(place.join("x.gif")), &[".svg or .png"]);
}
