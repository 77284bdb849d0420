"""Recurrent networks of nablab in PyTorch's nn.RNN and nn.LSTM: outputs, costs and gradients, for check.py."""

import json
import subprocess
from pathlib import Path

import numpy as np

# As `nablab train` makes them: the layers, with both activations that nn.RNN has, several layers, dropout, the ways in which
# images become sequences, starts of every kind. The third is what each of them is trained for 2 epochs with.
NETWORKS = [
    "--hidden r12 --activation tanh",
    "--hidden r17 --activation relu --recurrent-init identity --bias-init zero",
    "--hidden lstm16",
    "--hidden lstm9 --sequence pixels --forget-bias 2",
    "--hidden r10xr7 --activation tanh --recurrent-init orthogonal",
    "--hidden lstm8xlstm5x6 --activation tanh",
    "--hidden lstm8xr6 --activation tanh --dropout 0.3,0.4",
    "--hidden r8x9 --activation relu,tanh",
]
# How much two programs may differ.
TOLERANCE = {"f32": 1e-5, "f64": 1e-10}


def network(path):
    """A module of PyTorch with the parameters of a file, and what its metadata say."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file

    with safe_open(path, "pt") as file:
        functions = json.loads(file.metadata()["nablab"])
    tensors = load_file(path)

    class LastStep(torch.nn.Module):
        """What comes after RNN and LSTM in the numbering of the file."""

        def forward(self, x):
            return x[:, -1]

    class Steps(torch.nn.Sequential):
        """Passes on the outputs of a recurrent layer, of the pair that it returns."""

        def forward(self, x):
            for module in self:
                x = module(x)
                x = x[0] if isinstance(x, tuple) else x
            return x

    modules, place, before = [], 0, None
    kinds = [*functions["layers"]["hidden"], None]
    for kind, activation in zip(kinds, [*functions["activation"], None]):
        recurrent = kind and kind[0] in "rl"
        if not recurrent and before:
            modules.append(LastStep())
        place = len(modules)
        if recurrent:
            units, inputs = (tensors[f"{place}.weight_{part}_l0"].shape[1] for part in ("hh", "ih"))
            if kind[0] == "l":
                modules.append(torch.nn.LSTM(inputs, units, batch_first=True))
            else:
                modules.append(torch.nn.RNN(inputs, units, nonlinearity=activation, batch_first=True))
        else:
            n_out, n_in = tensors[f"{place}.weight"].shape
            modules.append(torch.nn.Linear(n_in, n_out))
            if activation:
                modules.append({"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation]())
        before = recurrent
    model = Steps(*modules).to(next(iter(tensors.values())).dtype)
    model.load_state_dict(tensors)
    return model, functions


def sequences(images, functions):
    """[image, step, input]."""
    rows, columns, channels = functions["layers"]["input"]
    if functions["layers"]["sequence"] == "rows":
        return images.reshape(-1, rows, columns * channels)
    return images.reshape(-1, rows * columns, channels)


def parameters(path):
    from safetensors.torch import load_file

    return load_file(path)


def difference_of_gradients(model, functions, before, after, x, y, limit):
    """nablab's step of gradient descent with η = 1 over all training images, as a gradient, beside that of autograd."""
    import torch

    dtype = next(model.parameters()).dtype
    z = model(torch.tensor(sequences(x, functions)).to(dtype))
    torch.nn.functional.cross_entropy(z, torch.tensor(y.astype(np.int64))).backward()
    # Of the two biases of a recurrent layer ours are the sum, which moves once.
    learnt = [(name, p) for name, p in model.named_parameters() if "bias_hh" not in name]
    norm = torch.sqrt(sum((p.grad**2).sum() for _, p in learnt))
    factor = min(1.0, limit / float(norm)) if limit else 1.0
    worst = 0.0
    for name, p in learnt:
        ours = before[name].double() - after[name].double()
        scale = max(float(p.grad.abs().max()), 1e-3)
        worst = max(worst, float((ours - factor * p.grad.double()).abs().max()) / scale)
    return worst, float(norm)


def check(nablab, data, training, test, run):
    """Trains networks, and compares with PyTorch; returns whether all is equal. `run` calls nablab."""
    import torch

    ok = True
    (x, y), (test_x, test_y) = training, test
    for argument in NETWORKS:
        for precision, tolerance in TOLERANCE.items():
            first, second = data.parent / "first.safetensors", data.parent / "second.safetensors"
            common = ["train", "--data", data, "--precision", precision, "--overwrite", "--order", "file"]
            network_ = [*argument.split(), "--output", "softmax", "--cost", "log-likelihood"]
            run(nablab, *common, *network_, "--eta", "0.05", "--epochs", "2", "--clip-norm", "1", "--save", first)
            model, functions = network(first)
            with torch.no_grad():
                seen = torch.tensor(sequences(test_x, functions)).to(next(model.parameters()).dtype)
                outputs = torch.softmax(model(seen).double(), 1).numpy()
            answer = subprocess.run([nablab, "evaluate", first, "--json", "--data", data], capture_output=True, check=True)
            ours = json.loads(answer.stdout)
            cost = -np.log(outputs[np.arange(len(test_y)), test_y]).mean()
            difference = abs(cost - ours["cost"]) / cost
            same = int((outputs.argmax(1) == test_y).sum()) == ours["correct"]
            worst = 0.0
            # Dropout draws its own numbers in each program.
            for limit in (None, 0.01) if "dropout" not in argument else ():
                clip = ["--clip-norm", str(limit)] if limit else []
                step = ["--load", first, "--epochs", "1", "--eta", "1", "--batch-size", "full", *clip]
                run(nablab, *common, *step, "--save", second)
                model.zero_grad()
                error, norm = difference_of_gradients(
                    model, functions, parameters(first), parameters(second), x, y, limit
                )
                assert limit is None or norm > limit, "a gradient that is to be clipped is long"
                worst = max(worst, error)
            # In f32 the difference of two weights has lost digits.
            same &= difference < tolerance and worst < (tolerance if precision == "f64" else 1e-2)
            assert outputs.std(axis=0).max() > 1e-3, "the outputs are the same for all images"
            ok &= same
            print(f"{argument}, {precision}: cost differs by {difference:.1e}, gradients by {worst:.1e}: "
                  f"{'equal' if same else 'DIFFERENT'}")
    return ok


def run(nablab, *arguments):
    command = [nablab, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr.decode()}")


def data_set(directory, images, labels, write_data):
    """Digits of 14 × 14 pixels, every other one, as a data set: the directory, what is trained on, what is tested."""
    small = (256 * images[:500]).astype(np.uint8).reshape(-1, 28, 28)[:, ::2, ::2]
    test = write_data(directory, small, labels[:500])
    # Of the 300 the last sixth is kept for validation.
    return Path(directory), (small[:250].reshape(250, -1) / 256, labels[:250]), test
