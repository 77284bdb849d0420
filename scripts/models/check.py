#!/usr/bin/env python3
"""Do other programs read our models, and we theirs?

    nablab train --hidden 30 --epochs 3 --save m.json
    nablab train --load m.json --epochs 1 --save m.safetensors
    python3 scripts/models/check.py path/to/nablab path/to/mnist m.json m.safetensors

Needs NumPy; torch and safetensors for the second file. Prints the number of test images that each
program classifies correctly, and fails if two of them differ.

    python3 scripts/models/check.py path/to/nablab path/to/mnist --convolutions

trains small networks with convolutions first, and compares their outputs in PyTorch too;

    python3 scripts/models/check.py path/to/nablab path/to/mnist --recurrence

recurrent ones, and compares their gradients, too, with those of nn.RNN and nn.LSTM.
"""

import gzip
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
import recurrence


def idx(directory, name, skip):
    """The bytes of an IDX file, raw or gzipped, without its header."""
    for path in (directory / name, directory / (name + ".gz")):
        if path.exists():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            return np.frombuffer(data, dtype=np.uint8, offset=skip)
    sys.exit(f"{directory}: no {name}")


# Networks with convolutions, as `nablab train` makes them: one and two, with and without pooling, with
# dropout, and with pixels left over at the edge of the pooling windows.
CONVOLUTIONS = [
    "--hidden 6c5p2 --activation sigmoid",
    "--hidden 5c4 --activation tanh",
    "--hidden 6c5p2x8c3p2x20 --activation relu",
    "--hidden 3c3p3x4c3x20x15 --activation relu,tanh,tanh,tanh --dropout 0.2,0.3,0.5,0.5",
]
# How much two programs may differ.
TOLERANCE = {"f32": 1e-5, "f64": 1e-12}


def evaluated_by_nablab(nablab, model, *arguments):
    """What `nablab evaluate` prints."""
    command = [nablab, "evaluate", model, "--json", *arguments]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def correct_by_nablab(nablab, model):
    """The number that `nablab evaluate` prints."""
    return evaluated_by_nablab(nablab, model)["correct"]


def correct_by_network2(path, images, labels):
    """As the book's program evaluates: sigmoid(w a + b) layer by layer, nothing else read."""
    with open(path) as file:
        data = json.load(file)
    a = images.T
    for w, b in zip(data["weights"], data["biases"]):
        a = 1 / (1 + np.exp(-(np.array(w) @ a + np.array(b))))
    return int(np.sum(np.argmax(a, axis=0) == labels))


def torch_model(path):
    """The two lines of the README, in a network of the same layers, and what the metadata says of it."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    with safe_open(path, "pt") as file:
        functions = json.loads(file.metadata()["nablab"])
    activations = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
    tensors = load_file(path)
    shapes = [t.shape for name, t in sorted(tensors.items(), key=lambda kv: int(kv[0].split(".")[0]))
              if name.endswith("weight")]
    kinds = functions.get("layers", {}).get("hidden", [])
    kinds += [""] * (len(shapes) - len(kinds))
    modules, convolved = [], False
    for shape, kind, activation in zip(shapes, kinds, functions["activation"] + [None]):
        if "c" in kind:
            maps, channels, kernel, _ = shape
            modules.append(torch.nn.Conv2d(channels, maps, kernel))
            pool = kind.partition("p")[2]
            if pool:
                modules.append(torch.nn.MaxPool2d(int(pool)))
        else:
            if convolved:
                modules.append(torch.nn.Flatten())
            modules.append(torch.nn.Linear(shape[1], shape[0]))
        convolved = "c" in kind
        if activation:
            modules.append(activations[activation]())
    model = torch.nn.Sequential(*modules).to(next(iter(tensors.values())).dtype)
    model.load_state_dict(load_file(path))
    return model, functions


def weighted_outputs_by_torch(path, images):
    """The weighted inputs of the outputs, and what the metadata says. Images are [image][pixel]."""
    import torch

    model, functions = torch_model(path)
    if "layers" in functions:
        # Ours have the channels of a pixel together, those of PyTorch come channel by channel.
        images = np.moveaxis(images.reshape(-1, *functions["layers"]["input"]), 3, 1)
    with torch.no_grad():
        z = model(torch.tensor(np.ascontiguousarray(images)).to(next(model.parameters()).dtype))
    return z, functions


def correct_by_torch(path, images, labels):
    """Sigmoid and softmax outputs keep the order of the weighted inputs."""
    z, _ = weighted_outputs_by_torch(path, images)
    return int((z.argmax(1).numpy() == labels).sum())


def png(pixels):
    """Grey pixels, [row][column], as a PNG file."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows, columns = pixels.shape
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines))
            + chunk(b"IEND", b""))


def write_data(directory, images, labels):
    """Bytes of images, [image][row][column], perhaps [channel], as a data set: the first 300 to train on, the
    others as the test set, which is returned as numbers."""
    directory.mkdir()
    for name, part in [("train", slice(300)), ("t10k", slice(300, None))]:
        for what, array in [("images", images[part]), ("labels", labels[part])]:
            header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
            path = directory / f"{name}-{what}-idx{array.ndim}-ubyte"
            path.write_bytes(header + array.astype(np.uint8).tobytes())
    return images[300:].reshape(len(images) - 300, -1) / 256, labels[300:]


def colours():
    """Images of 9 x 8 pixels with 3 channels, and their labels."""
    random = np.random.RandomState(2)
    labels = random.randint(0, 4, 400)
    images = random.randint(0, 120, (400, 9, 8, 3))
    images[np.arange(400), 2 + labels, labels, labels % 3] = 255
    return images, labels


def check_convolutions(nablab, images, labels, directory):
    """Trains networks, and compares outputs and costs with those of PyTorch; returns whether they are equal."""
    import torch

    digits = (256 * images[:500]).astype(np.uint8).reshape(-1, 28, 28)
    pictures = []
    for i in range(20):
        pictures.append(directory / f"{i}.png")
        pictures[i].write_bytes(png(digits[300 + i]))
    ok = True
    model = directory / "m.safetensors"
    data_sets = [("digits", (digits, labels[:500]), CONVOLUTIONS),
                 ("colours", colours(), ["--hidden 4c3p2x5c2x9 --activation relu"])]
    for name, data_set, arguments in data_sets:
        x, y = write_data(directory / name, *data_set)
        data = ["--data", directory / name]
        for argument, precision in ((a, p) for a in arguments for p in TOLERANCE):
            command = [nablab, "train", *data, *argument.split(), "--output", "softmax", "--cost", "log-likelihood",
                       "--eta", "0.003", "--train-size", "200", "--epochs", "2", "--precision", precision,
                       "--save", model, "--overwrite"]
            subprocess.run(command, capture_output=True, check=True)
            z, _ = weighted_outputs_by_torch(model, x)
            outputs = torch.softmax(z.double(), 1).numpy()
            ours = evaluated_by_nablab(nablab, model, *data)
            cost = -np.log(outputs[np.arange(len(y)), y]).mean()
            difference = abs(cost - ours["cost"]) / cost
            correct = int((outputs.argmax(1) == y).sum())
            if name == "digits":
                command = [nablab, "predict", model, *pictures, "--json", "--invert", "no"]
                answers = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
                predicted = np.array([answer["outputs"] for answer in answers])
                difference = max(difference, np.abs(predicted - outputs[:len(predicted)]).max())
            # Of a network whose neurons are dead nothing is compared.
            assert outputs.std(axis=0).max() > 1e-3, "the outputs are the same for all images"
            same = correct == ours["correct"] and difference < TOLERANCE[precision]
            ok &= same
            print(f"{argument}, {precision}: nablab {ours['correct']}, PyTorch {correct} of {len(y)}; outputs and "
                  f"cost differ by {difference:.1e}: {'equal' if same else 'DIFFERENT'}")
    return ok


def write_network2(path):
    """A network as network2 saves it, with random parameters; returns nothing more than that."""
    random = np.random.RandomState(1)
    sizes = [784, 20, 10]
    file = {
        "sizes": sizes,
        "weights": [random.randn(n, m).tolist() for m, n in zip(sizes, sizes[1:])],
        "biases": [random.randn(n, 1).tolist() for n in sizes[1:]],
        "cost": "QuadraticCost",
    }
    path.write_text(json.dumps(file))


def main():
    nablab, mnist = sys.argv[1], pathlib.Path(sys.argv[2])
    images = idx(mnist, "t10k-images-idx3-ubyte", 16).reshape(-1, 784) / 256
    labels = idx(mnist, "t10k-labels-idx1-ubyte", 8)
    ok = True

    def compare(what, ours, theirs):
        nonlocal ok
        ok &= ours == theirs
        print(f"{what}: nablab {ours}, the other program {theirs}: "
              f"{'equal' if ours == theirs else 'DIFFERENT'}")

    models = sys.argv[3:]
    if "--convolutions" in models:
        models.remove("--convolutions")
        with tempfile.TemporaryDirectory() as directory:
            ok &= check_convolutions(nablab, images, labels, pathlib.Path(directory))
    if "--recurrence" in models:
        models.remove("--recurrence")
        with tempfile.TemporaryDirectory() as directory:
            data = recurrence.data_set(pathlib.Path(directory) / "digits", images, labels, write_data)
            ok &= recurrence.check(nablab, *data, recurrence.run)
    for model in models:
        other = correct_by_network2 if model.endswith(".json") else correct_by_torch
        compare(model, correct_by_nablab(nablab, model), other(model, images, labels))
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "network2.json"
        write_network2(path)
        compare("a file of network2", correct_by_nablab(nablab, path),
                correct_by_network2(path, images, labels))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
