#!/usr/bin/env python3
"""Do other programs read our models, and we theirs?

    nablab train --hidden 30 --epochs 3 --save m.json
    nablab train --load m.json --epochs 1 --save m.safetensors
    python3 scripts/models/check.py path/to/nablab path/to/mnist m.json m.safetensors

Needs NumPy; torch and safetensors for the second file. Prints the number of test images that each
program classifies correctly, and fails if two of them differ.
"""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np


def idx(directory, name, skip):
    """The bytes of an IDX file, raw or gzipped, without its header."""
    for path in (directory / name, directory / (name + ".gz")):
        if path.exists():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            return np.frombuffer(data, dtype=np.uint8, offset=skip)
    sys.exit(f"{directory}: no {name}")


def correct_by_nablab(nablab, model):
    """The number that `nablab evaluate` prints."""
    out = subprocess.run([nablab, "evaluate", model, "--json"], capture_output=True, check=True)
    return json.loads(out.stdout)["correct"]


def correct_by_network2(path, images, labels):
    """As the book's program evaluates: sigmoid(w a + b) layer by layer, nothing else read."""
    with open(path) as file:
        data = json.load(file)
    a = images.T
    for w, b in zip(data["weights"], data["biases"]):
        a = 1 / (1 + np.exp(-(np.array(w) @ a + np.array(b))))
    return int(np.sum(np.argmax(a, axis=0) == labels))


def correct_by_torch(path, images, labels):
    """The two lines of the README, in a network of the same shape."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    with safe_open(path, "pt") as file:
        functions = json.loads(file.metadata()["nablab"])
    activations = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
    tensors = load_file(path)
    shapes = [t.shape for name, t in sorted(tensors.items(), key=lambda kv: int(kv[0].split(".")[0]))
              if name.endswith("weight")]
    layers = []
    for (n_out, n_in), activation in zip(shapes, functions["activation"] + [None]):
        layers.append(torch.nn.Linear(n_in, n_out))
        if activation:
            layers.append(activations[activation]())
    model = torch.nn.Sequential(*layers).to(next(iter(tensors.values())).dtype)
    model.load_state_dict(load_file(path))
    z = model(torch.tensor(images).to(next(model.parameters()).dtype))
    # Sigmoid and softmax outputs keep the order of the weighted inputs.
    return int((z.argmax(1).numpy() == labels).sum())


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

    for model in sys.argv[3:]:
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
