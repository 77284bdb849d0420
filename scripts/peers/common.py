"""What the Python peers share: the command line, the data, the common start and the stop-watch.

Import this module before NumPy or any other numerical package: the number of threads has
to be in the environment before their libraries load.
"""

import argparse
import csv
import gzip
import json
import math
import multiprocessing
import os
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path


def _arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("workload")
    parser.add_argument("--data", type=Path, required=True, help="directory of the four .gz files of the workload's data")
    parser.add_argument("--workloads", type=Path, default=Path(__file__).with_name("workloads.csv"))
    parser.add_argument("--epochs", type=int, help="epochs to train (default: the workload's)")
    parser.add_argument("--images", type=int, help="train with as many of an epoch's images, and scale its time up")
    parser.add_argument("--threads", type=int, default=1, help="threads; worker processes for a sweep")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="take the images in the shared order (see README.md)")
    parser.add_argument("--variant", default="", help="another way to use the same library, where there is one")
    return parser.parse_args()


ARGS = _arguments()

# A sweep runs one single-threaded training in each process.
_THREADS = "1" if ARGS.workload == "W8" else str(ARGS.threads)
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"):
    os.environ[_name] = _THREADS
# These force an OpenBLAS kernel other than the one that fits the processor.
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)

import convolution  # noqa: E402
import numpy as np  # noqa: E402
import recurrence  # noqa: E402

TRAINING_IMAGES = 50_000
FORWARD_REPEATS = 50
CONVOLUTIONAL_FORWARD_REPEATS = 5
NOT_EXPRESSIBLE = 3


@dataclass(frozen=True)
class Layer:
    """The shape of a layer; kernel is 0 and unit empty for a dense one."""

    n_in: int  # the inputs of a neuron: for a convolution the pixels and channels under the kernel
    n_out: int  # the neurons: for a convolution the maps, for an LSTM four times its units
    side: int = 0  # of the images that it is given, square
    channels: int = 0
    kernel: int = 0
    pool: int = 1
    unit: str = ""  # of a recurrent layer, which sees a row of the image at a step: r or lstm
    units: int = 0
    steps: int = 0
    inputs: int = 0  # at a step

    def pooled_side(self):
        return (self.side - self.kernel + 1) // self.pool


def layers_of(sizes):
    """The layers of, say, 784-20c5p2-100-10: 20 maps of 5 x 5, max-pooling 2 x 2, then 100 and 10 neurons."""
    first, *rest = sizes.split("-")
    inputs, channels, layers = int(first), 1, []
    for text in rest:
        if match := re.fullmatch(r"(\d+)c(\d+)p(\d+)", text):
            maps, kernel, pool = map(int, match.groups())
            side = math.isqrt(inputs // channels)
            layers.append(Layer(kernel * kernel * channels, maps, side, channels, kernel, pool))
            inputs, channels = layers[-1].pooled_side() ** 2 * maps, maps
        elif match := re.fullmatch(r"(r|lstm)(\d+)", text):
            unit, units = match.group(1), int(match.group(2))
            side = math.isqrt(inputs)
            weighted = units * (4 if unit == "lstm" else 1)
            layers.append(Layer(units + side, weighted, unit=unit, units=units, steps=side, inputs=side))
            inputs = units
        else:
            layers.append(Layer(inputs, int(text)))
            inputs = int(text)
    return layers


class Workload:
    def __init__(self, row):
        self.id = row["id"]
        self.kind = row["kind"]
        self.layers = layers_of(row["sizes"])
        self.convolutional = any(layer.kernel for layer in self.layers)
        self.recurrent = any(layer.unit for layer in self.layers)
        # What dense networks are described by.
        self.sizes = None if self.convolutional or self.recurrent else [int(size) for size in row["sizes"].split("-")]
        self.activation = row["activation"]
        self.output = row["output"]
        self.cost = row["cost"]
        self.eta = float(row["check_eta" if ARGS.check else "eta"])
        self.lambda_ = float(row["lambda"])
        # One a hidden layer, of its outputs; the check trains without, as masks are no program's but its own.
        dropout = [float(p) for p in row["dropout"].split("+")]
        hidden = len(self.layers) - 1
        self.dropout = [0.0] * hidden if ARGS.check else dropout * (hidden // len(dropout))
        self.batch = int(row["batch"])
        self.init = row["init"]
        self.epochs = int(row["epochs"])
        self.trainings = int(row["trainings"])
        self.title = row["title"]
        # What a step multiplies the weights by: the decay of L2 with lambda over n.
        self.decay = 1.0 - self.eta * self.lambda_ / TRAINING_IMAGES


def workloads(path):
    with open(path, newline="") as file:
        return {row["id"]: Workload(row) for row in csv.DictReader(file)}


def read_idx(path):
    """The array in a gzipped IDX file of unsigned bytes."""
    with gzip.open(path) as file:
        raw = file.read()
    dimensions = raw[3]
    shape = np.frombuffer(raw, ">u4", count=dimensions, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


class Data:
    """MNIST (or a data set of its format) as the book uses it: 50,000 images to train with, pixels as byte / 256."""

    def __init__(self, directory, dtype=np.float32):
        def images(name, count):
            # Exact in 32 bits, and without a temporary array of twice the size.
            return np.multiply(read_idx(directory / name)[:count].reshape(-1, 784), dtype(1 / 256), dtype=dtype)

        self.x = images("train-images-idx3-ubyte.gz", TRAINING_IMAGES)
        self.labels = read_idx(directory / "train-labels-idx1-ubyte.gz")[:TRAINING_IMAGES]
        self.y = np.eye(10, dtype=dtype)[self.labels]
        self.test_x = images("t10k-images-idx3-ubyte.gz", 10_000)
        self.test_labels = read_idx(directory / "t10k-labels-idx1-ubyte.gz")


def splitmix64(seed, count):
    """The first `count` outputs of the SplitMix64 generator: the same in every language."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def shared_start(workload, seed):
    """[(weights of n_in rows and n_out columns, biases)], equal for all peers."""
    shapes = [(layer.n_in, layer.n_out) for layer in workload.layers]
    with_biases = workload.init != "he"
    total = sum(n_in * n_out + n_out * with_biases for n_in, n_out in shapes)
    uniform = ((splitmix64(seed, 2 * total) >> np.uint64(11)) + 0.5) * 2.0**-53
    normal = np.sqrt(-2.0 * np.log(uniform[0::2])) * np.cos(2.0 * math.pi * uniform[1::2])
    layers, at = [], 0
    for layer, (n_in, n_out) in zip(workload.layers, shapes):
        scale = {"unit": 1.0, "scaled": 1.0 / math.sqrt(n_in), "he": math.sqrt(2.0 / n_in)}[workload.init]
        if layer.unit:
            # The rows from the layer itself come first.
            fan_in = np.repeat([layer.units, layer.inputs], [layer.units, layer.inputs])
            scale = 1.0 / np.sqrt(fan_in)[:, None]
        weights = normal[at : at + n_in * n_out].reshape(n_in, n_out) * scale
        at += n_in * n_out
        biases = np.zeros(n_out)
        if with_biases:
            biases = normal[at : at + n_out].copy()
            at += n_out
        if layer.unit == "lstm":
            biases[layer.units : 2 * layer.units] += 1.0
        layers.append((weights.astype(np.float32), biases.astype(np.float32)))
    return layers


def shared_order(seed, epoch, count=TRAINING_IMAGES):
    """An epoch's order for --check: the indices sorted by random keys."""
    return np.argsort(splitmix64(seed + ((epoch + 1) << 32), count), kind="stable")


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def accuracy(workload, layers, data):
    """Percent of the test images that the layers recognise. Never timed, so plain."""
    correct = 0
    # Some at a time: what lies under a kernel is 18 times as much as the images.
    for begin in range(0, len(data.test_x), 1000):
        a = data.test_x[begin : begin + 1000]
        for index, (shape, (weights, biases)) in enumerate(zip(workload.layers, layers)):
            if shape.unit:
                a = recurrence.last_step(a, weights, biases, shape)
                continue
            a = (convolution.pooled(a, weights, shape)[0] if shape.kernel else a.reshape(len(a), -1) @ weights) + biases
            if index < len(layers) - 1:
                a = sigmoid(a) if workload.activation == "sigmoid" else np.maximum(a, 0)
        correct += int(np.sum(a.argmax(axis=1) == data.test_labels[begin : begin + 1000]))
    return 100.0 * correct / len(data.test_x)


def orders(seed, check):
    """A function that gives each epoch's order of the images."""
    if check:
        return lambda epoch: shared_order(seed, epoch)
    generator = np.random.default_rng(seed)
    return lambda epoch: generator.permutation(TRAINING_IMAGES)


def not_written_for(workload):
    """Leave: this program cannot train that workload."""
    print(f"{Path(sys.argv[0]).name} {ARGS.variant}: not written for {workload.id}", file=sys.stderr)
    sys.exit(NOT_EXPRESSIBLE)


def train(trainer, workload, epochs, seed, check):
    """Train from the shared start; return the seconds of each epoch, shuffle included."""
    trainer.load(shared_start(workload, seed))
    order = orders(seed, check)
    images = ARGS.images or TRAINING_IMAGES
    seconds = []
    for epoch in range(epochs):
        begin = time.perf_counter()
        trainer.epoch(order(epoch)[:images])
        seconds.append((time.perf_counter() - begin) * TRAINING_IMAGES / images)
    return seconds


def train_together(trainer, workload, epochs, seeds, check):
    """As train(), many trainings at once: trainer.load gets a list, trainer.epoch an array of orders."""
    trainer.load([shared_start(workload, seed) for seed in seeds])
    order = [orders(seed, check) for seed in seeds]
    for epoch in range(epochs):
        trainer.epoch(np.stack([of(epoch) for of in order]))


# A worker process of a sweep keeps its data and its compiled trainer here.
_worker = {}


def _start_worker(make_trainer, workload, directory, barrier):
    data = Data(directory)
    trainer = make_trainer(workload, data)
    if getattr(trainer, "together", False):
        trainer.load([shared_start(workload, 1)] * (workload.trainings // ARGS.threads))
    else:
        trainer.load(shared_start(workload, 1))
    trainer.warm_up()
    _worker.update(trainer=trainer, workload=workload, data=data, barrier=barrier)


def _ready(_):
    _worker["barrier"].wait()


def _trainings(task):
    """The parameters after each of some trainings: one, or with a trainer for many together, all seeds given."""
    seeds, epochs, check = task
    trainer, workload = _worker["trainer"], _worker["workload"]
    # The parent evaluates: only the parameters travel.
    if getattr(trainer, "together", False):
        train_together(trainer, workload, epochs, seeds, check)
        return trainer.layers()
    (seed,) = seeds
    train(trainer, workload, epochs, seed, check)
    return [trainer.layers()]


def _sweep(make_trainer, workload, epochs):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(ARGS.threads)
    seeds = range(ARGS.seed, ARGS.seed + workload.trainings)
    at_once = 1
    if getattr(make_trainer, "together", False):
        if workload.trainings % ARGS.threads != 0:
            sys.exit(f"--threads {ARGS.threads}: {workload.trainings} trainings cannot be shared equally")
        at_once = workload.trainings // ARGS.threads
    tasks = [(seeds[i : i + at_once], epochs, ARGS.check) for i in range(0, workload.trainings, at_once)]
    start = (make_trainer, workload, ARGS.data, barrier)
    with context.Pool(ARGS.threads, _start_worker, start) as pool:
        # Data are loaded and code is compiled in every worker before the watch starts.
        pool.map(_ready, range(ARGS.threads), chunksize=1)
        begin = time.perf_counter()
        groups = pool.map(_trainings, tasks, chunksize=1)
        seconds = time.perf_counter() - begin
    results = [layers for group in groups for layers in group]
    data = Data(ARGS.data)
    accuracies = [accuracy(workload, layers, data) for layers in results]
    return {
        "trainings_per_second": workload.trainings / seconds,
        "test_accuracy": float(np.median(accuracies)),
    }


def main(peer, version, make_trainer):
    """Run the workload of the command line and print its line of JSON.

    make_trainer(workload, data) gives an object with load(layers), warm_up(), epoch(order),
    layers() and, for the forward pass, forward(images). If it is a class with together = True, it is for
    sweeps alone: its load, epoch and layers are for several trainings, see train_together. The networks with
    convolutions are for those with convolves = True alone, those with recurrent layers for recurs = True.
    """
    workload = workloads(ARGS.workloads)[ARGS.workload]
    epochs = ARGS.epochs or workload.epochs
    if workload.convolutional and not getattr(make_trainer, "convolves", False):
        not_written_for(workload)
    if workload.recurrent and not getattr(make_trainer, "recurs", False):
        not_written_for(workload)
    if getattr(make_trainer, "together", False) and workload.kind != "sweep":
        not_written_for(workload)
    result = {"workload": workload.id, "peer": peer, "version": version, "threads": ARGS.threads}
    result["order"] = "shared" if ARGS.check else "own"
    if workload.kind == "sweep":
        result |= _sweep(make_trainer, workload, epochs)
    else:
        data = Data(ARGS.data)
        trainer = make_trainer(workload, data)
        trainer.load(shared_start(workload, ARGS.seed))
        if workload.kind == "forward":
            times = []
            trainer.forward(data.test_x)
            for _ in range(CONVOLUTIONAL_FORWARD_REPEATS if workload.convolutional else FORWARD_REPEATS):
                begin = time.perf_counter()
                output = trainer.forward(data.test_x)
                times.append(time.perf_counter() - begin)
            correct = np.asarray(output).argmax(axis=1) == data.test_labels
            result["milliseconds"] = 1e3 * min(times)
            result["test_accuracy"] = 100.0 * float(correct.mean())
        else:
            trainer.warm_up()
            result["seconds_per_epoch"] = train(trainer, workload, epochs, ARGS.seed, ARGS.check)
            result["test_accuracy"] = accuracy(workload, trainer.layers(), data)
        notes = [getattr(trainer, "note", "")]
        if ARGS.images and workload.kind == "train":
            notes.append(f"timed and trained with {ARGS.images} images an epoch, the time scaled up")
        if any(notes):
            result["note"] = "; ".join(filter(None, notes))
    print(json.dumps(result))
    sys.stdout.flush()
