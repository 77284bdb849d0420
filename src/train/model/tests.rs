use super::*;
use crate::nn::normal::Normal;
use crate::nn::{
    Activation, BiasInitialiser, Cost, ImageShape, Initialiser, LayerKind, LayerSpec, Output,
    PerLayer,
};
use crate::rng::{Purpose, Stream};
use tempfile::TempDir;

fn network<T: Real>(sizes: &[usize], dropout: PerLayer<f64>) -> Network<T> {
    let activation = match sizes.len() {
        4 => PerLayer::new(vec![Activation::Relu, Activation::LeakyRelu]),
        _ => Activation::Tanh.into(),
    };
    let (output, cost) = (Output::Softmax, Cost::LogLikelihood);
    let mut architecture = Architecture::dense(sizes, activation, output, cost);
    for (l, layer) in architecture.hidden.iter_mut().enumerate() {
        layer.dropout = dropout.of(l);
    }
    let mut source = Normal(Stream::new(1, Purpose::Weights, 0));
    Network::random(architecture, Initialiser::Scaled, BiasInitialiser::Normal, &mut source)
}

/// A network with convolutions, which sees images of 9 x 8 pixels.
fn convolutional<T: Real>(hidden: &str, channels: usize, dropout: f64) -> Network<T> {
    let kinds = LayerKind::list(hidden).unwrap();
    let architecture = Architecture {
        input: ImageShape { rows: 9, columns: 8, channels },
        hidden: LayerSpec::list(&kinds, &Activation::Relu.into(), &dropout.into()),
        ..Architecture::dense(&[1, 3], Activation::Relu, Output::Softmax, Cost::LogLikelihood)
    };
    let mut source = Normal(Stream::new(1, Purpose::Weights, 0));
    Network::random(architecture, Initialiser::Scaled, BiasInitialiser::Normal, &mut source)
}

fn models() -> Vec<Model> {
    vec![
        network::<f32>(&[3, 2], 0.0.into()).into(),
        network::<f32>(&[5, 40, 3], 0.3.into()).into(),
        network::<f64>(&[5, 4, 3], 0.5.into()).into(),
        network::<f64>(&[6, 17, 4, 2], PerLayer::new(vec![0.0, 0.5])).into(),
    ]
}

fn convolutional_models() -> Vec<Model> {
    vec![
        convolutional::<f32>("4c3p2", 1, 0.0).into(),
        convolutional::<f64>("4c3x5c2p3", 3, 0.5).into(),
        convolutional::<f32>("17c3p2x2c1x7x6", 2, 0.5).into(),
    ]
}

/// The bits of every parameter.
fn bits(model: &Model) -> Vec<u64> {
    let network = model.network::<f64>();
    let layer = |layer: &crate::nn::Weights<f64>| {
        let weights = (0..layer.n_out())
            .flat_map(|j| (0..layer.n_in()).map(move |k| layer.weight(j, k)))
            .collect::<Vec<_>>();
        weights.into_iter().chain(layer.biases().to_vec()).map(f64::to_bits).collect::<Vec<_>>()
    };
    network.layers().iter().flat_map(layer).collect()
}

fn content_problem(directory: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let message = Model::load(&path).unwrap_err().to_string();
    assert!(message.starts_with(&format!("{}: ", path.display())), "{message}");
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn networks_come_back_with_the_same_bits() {
    let directory = TempDir::new().unwrap();
    for (i, model) in models().iter().chain(&convolutional_models()).enumerate() {
        for name in ["m.json", "m.safetensors"] {
            if name == "m.json" && model.architecture().sees_images() {
                continue;
            }
            let path = directory.path().join(name);
            model.save(&path).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let ModelFile { model: back, digest, .. } = ModelFile::read(&path).unwrap();
            assert_eq!(back.architecture(), model.architecture());
            assert_eq!(digest.len(), 16);
            // In f32, a weight times 0.7 and divided again may round.
            if (i, name) != (1, "m.safetensors") {
                assert_eq!(bits(&back), bits(model), "{name} {i}");
            }
            back.save(&path).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "{name} {i}");
        }
    }
}

#[test]
fn what_is_kept_of_the_data_comes_back() {
    let directory = TempDir::new().unwrap();
    let learnt_from = LearntFrom {
        class_names: ["a \"quoted\" name", "b"].map(String::from).to_vec(),
        checksum: "abc transposed scaled 0:16".into(),
        of_features: true,
        scale: Some("0:16".parse().unwrap()),
    };
    assert!(learnt_from.is_transposed() && !LearntFrom::default().is_transposed());
    let model = Model::from(network::<f32>(&[3, 2], 0.0.into()));
    for name in ["m.json", "m.safetensors"] {
        let path = directory.path().join(name);
        model.save(&path).unwrap();
        assert_eq!(ModelFile::read(&path).unwrap().learnt_from, LearntFrom::default());
        assert!(!String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains("learnt_from"));
        model.save_with(&path, &learnt_from, None).unwrap();
        let file = ModelFile::read(&path).unwrap();
        assert_eq!((file.learnt_from, bits(&file.model)), (learnt_from.clone(), bits(&model)));
        // A name too many, two alike, and one that would spoil a terminal.
        for names in [&["a", "b", "c"][..], &["a", "a"], &["a", "b\u{7}"]] {
            let class_names = names.iter().map(|&name| name.into()).collect();
            let other = LearntFrom { class_names, ..learnt_from.clone() };
            model.save_with(&path, &other, None).unwrap();
            let message = Model::load(&path).unwrap_err().to_string();
            assert!(message.contains(name) && !message.contains('\u{7}'), "{message}");
        }
    }
}

#[test]
fn json_has_no_convolutions_and_says_so() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("m.json");
    for model in convolutional_models() {
        let message = model.save(&path).unwrap_err().to_string();
        assert!(message.contains("m.json: the JSON of network2") && !path.exists(), "{message}");
        assert!(message.contains(".safetensors"), "{message}");
        assert!(Model::check_format(&path, model.architecture()).is_err());
    }
    let dense = &models()[0];
    Model::check_format(&path, dense.architecture()).unwrap();
}

/// The numbers of a tensor, and its shape.
fn tensor(bytes: &[u8], name: &str) -> (Vec<f64>, Vec<usize>) {
    let tensors = ::safetensors::SafeTensors::deserialize(bytes).unwrap();
    let tensor = tensors.tensor(name).unwrap();
    let numbers = tensor.data().as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)).collect();
    (numbers, tensor.shape().to_vec())
}

#[test]
fn convolutions_have_the_names_and_the_order_of_pytorch() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("m.safetensors");
    // Conv2d, ReLU, Conv2d, MaxPool2d, ReLU, Flatten, Linear, ReLU, Linear; pooled maps of 2 x 1.
    let network = convolutional::<f64>("4c3x5c3p3x7", 2, 0.0);
    Model::from(network.clone()).save(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let places = [(0, vec![4, 2, 3, 3]), (2, vec![5, 4, 3, 3]), (6, vec![7, 5]), (8, vec![3, 7])];
    for (l, (place, expected)) in places.into_iter().enumerate() {
        let layer = &network.layers()[l];
        let (bias, shape) = tensor(&bytes, &format!("{place}.bias"));
        assert_eq!((bias.as_slice(), shape), (layer.biases(), vec![layer.n_out()]));
        let (weights, shape) = tensor(&bytes, &format!("{place}.weight"));
        assert_eq!(shape, expected);
        let [channels, rows, columns] = match shape[..] {
            [_, channels, rows, columns] => [channels, rows, columns],
            _ => [1, 1, layer.n_in()],
        };
        for j in 0..layer.n_out() {
            for (c, y, x) in (0..channels)
                .flat_map(|c| (0..rows).flat_map(move |y| (0..columns).map(move |x| (c, y, x))))
            {
                let theirs = weights[((j * channels + c) * rows + y) * columns + x];
                assert_eq!(theirs, layer.weight(j, (y * columns + x) * channels + c));
            }
        }
    }
    // Pooled maps of 3 x 2, map by map.
    let network = convolutional::<f64>("4c3p2", 2, 0.0);
    Model::from(network.clone()).save(&path).unwrap();
    let (weights, shape) = tensor(&std::fs::read(&path).unwrap(), "4.weight");
    assert_eq!(shape, [3, 4 * 3 * 3]);
    for (i, &theirs) in weights.iter().enumerate() {
        let (j, map, place) = (i / 36, i / 9 % 4, i % 9);
        assert_eq!(theirs, network.layers()[1].weight(j, place * 4 + map));
    }
}

#[test]
fn convolutions_that_do_not_fit_are_refused_with_the_reason() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("m.safetensors");
    Model::from(convolutional::<f32>("4c3p2x7", 2, 0.5)).save(&path).unwrap();
    let valid = std::fs::read(&path).unwrap();
    let length = u64::from_le_bytes(*valid.first_chunk().unwrap()) as usize;
    let (header, numbers) = valid[8..].split_at(length);
    let header = str::from_utf8(header).unwrap();
    for (from, to, words) in [
        ("[9,8,2]", "[9,8,3]", "'0.weight' has the shape [4, 2, 3, 3]; expected [4, 3, 3, 3]"),
        ("[9,8,2]", "[9,10,2]", "expected [7, 48]"),
        ("[9,8,2]", "[9,2,2]", "3 x 3 does not fit into 9 x 2"),
        ("[9,8,2]", "[0,8,2]", "between 1 and 65535"),
        ("[9,8,2]", "[6000000000,6000000000,6000000000]", "between 1 and 65535"),
        ("4c3p2", "4c4p2", "'0.weight' has the shape [4, 2, 3, 3]; expected [4, 2, 4, 4]"),
        ("4c3p2", "4c3", "none named '3.weight'"),
        ("4c3p2", "4c3p9", "layer '4c3p9': expected a pooling window of 1 to 4"),
        ("4c3p2", "18446744073709551615c3", "more than 4194304 neurons"),
        ("4c3p2", "4194304c3", "more than 4194304 neurons in all"),
        ("[\\\"4c3p2\\\",\\\"7\\\"]", "[\\\"4c3p2\\\"]", "2 activations and 2 dropout"),
        ("[\\\"4c3p2\\\",\\\"7\\\"]", "[\\\"7\\\",\\\"4c3p2\\\"]", "needs rows and columns"),
        ("outputs\\\":3", "outputs\\\":0", "an empty layer"),
        ("outputs\\\":3", "outputs\\\":4", "'6.weight' has the shape [3, 7]; expected [4, 7]"),
    ] {
        assert!(header.contains(from), "{header}");
        let header = header.replace(from, to);
        let length = (header.len() as u64).to_le_bytes();
        let bytes = [&length, header.as_bytes(), numbers].concat();
        let message = content_problem(&directory, "m.safetensors", &bytes);
        assert!(message.contains(words), "{to}: {message}");
    }
}

#[test]
fn a_file_of_network2_is_read() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("m.json");
    let text = r#"{"sizes": [2, 1], "weights": [[[0.5, -1.25]]], "biases": [[[3]]],
                   "cost": "CrossEntropyCost"}"#;
    std::fs::write(&path, text).unwrap();
    let Model::F64(network) = Model::load(&path).unwrap() else { panic!("f64") };
    assert_eq!(network.architecture().output, Output::Sigmoid);
    let layer = &network.layers()[0];
    assert_eq!((layer.weight(0, 0), layer.weight(0, 1), layer.biases()[0]), (0.5, -1.25, 3.0));
}

#[test]
fn files_cut_off_or_changed_anywhere_are_refused_or_read_but_never_panic() {
    let directory = TempDir::new().unwrap();
    let dense: Model = network::<f64>(&[2, 2, 2], 0.5.into()).into();
    let pooled: Model = convolutional::<f32>("1c3p2", 1, 0.5).into();
    for (name, model) in [("m.json", &dense), ("m.safetensors", &dense), ("c.safetensors", &pooled)]
    {
        let path = directory.path().join(name);
        model.save(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for length in 0..bytes.len() - 1 {
            content_problem(&directory, name, &bytes[..length]);
        }
        for i in 0..bytes.len() {
            for change in [1, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[i] ^= change;
                std::fs::write(&path, &changed).unwrap();
                let _ = Model::load(&path);
            }
        }
    }
}

#[test]
fn json_without_sense_is_refused_with_the_reason() {
    let directory = TempDir::new().unwrap();
    let valid = r#"{"sizes": [2, 1], "weights": [[[0.5, -1]]], "biases": [[[3]]], "cost": "QuadraticCost"}"#;
    for (from, to, words) in [
        ("[2, 1]", "[2]", "two layers or more"),
        ("[2, 1]", "[0, 1]", "none empty"),
        ("[2, 1]", "[2, 2]", "expected 2 x 2"),
        ("[2, 1]", "[2, 1, 1]", "the sizes say 2"),
        ("[2, 1]", "[9000000000000000000, 9000000000000000000]", "268 million"),
        ("[2, 1]", "[1, 2]", "expected 1"),
        ("[0.5, -1]", "[0.5]", "expected 2"),
        ("[0.5, -1]", "[0.5, 1e999]", "number out of range"),
        ("[0.5, -1]", "[0.5, NaN]", "JSON"),
        ("[[3]]", "[[3, 4]]", "expected 2 and 1"),
        ("[[3]]", "[3]", "JSON"),
        ("QuadraticCost", "Junk", "CrossEntropyCost"),
        ("}", r#", "nablab": {}}"#, "missing field"),
        ("}", r#", "sizes": [2, 1]}"#, "duplicate field"),
    ] {
        let message = content_problem(&directory, "m.json", valid.replace(from, to).as_bytes());
        assert!(message.contains(words), "{to}: {message}");
    }
    content_problem(&directory, "m.json", "[".repeat(100_000).as_bytes());
}

#[test]
fn functions_without_sense_are_refused_with_the_reason() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("m.json");
    Model::from(network::<f32>(&[2, 2, 2], 0.5.into())).save(&path).unwrap();
    let valid = std::fs::read_to_string(&path).unwrap();
    for (from, to, words) in [
        (r#""activation":["tanh"]"#, r#""activation":[]"#, "0 activations"),
        (r#""activation":["tanh"]"#, r#""activation":["junk"]"#, "junk"),
        (r#""dropout":[0.5]"#, r#""dropout":[1.0]"#, "below 1"),
        (r#""output":"softmax""#, r#""output":"sigmoid""#, "does not go with"),
        (r#""cost":"log-likelihood""#, r#""cost":"quadratic""#, "two costs"),
    ] {
        assert!(valid.contains(from), "{valid}");
        let message = content_problem(&directory, "m.json", valid.replace(from, to).as_bytes());
        assert!(message.contains(words), "{to}: {message}");
    }
}

#[test]
fn other_names_and_diverged_networks_are_refused() {
    let directory = TempDir::new().unwrap();
    let mut network = network::<f32>(&[2, 2], 0.0.into());
    let path = directory.path().join("m.txt");
    let message = Model::from(network.clone()).save(&path).unwrap_err().to_string();
    assert!(message.contains(".json or .safetensors"), "{message}");
    assert!(Model::load(&path).is_err() && Model::check_path(&path).is_err());
    network.layers_mut()[0].set_weight(0, 0, f32::NAN);
    let path = directory.path().join("m.json");
    assert!(Model::from(network).save(&path).unwrap_err().to_string().contains("finite"));
    assert!(!path.exists());
    let path = directory.path().join("none.json");
    assert!(Model::load(&path).unwrap_err().to_string().contains("none.json"));
}
