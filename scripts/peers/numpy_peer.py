#!/usr/bin/env python3
"""NumPy, in matrix form: a mini-batch at a time, every result written into a buffer made beforehand.

The update of the weights is one call of the BLAS that SciPy brings, W <- decay W - rate A^T D:
NumPy's own product would need a temporary matrix and two more passes over it.
"""

import common
import numpy as np
import recurrence
from scipy.linalg.blas import sger, sgemm


class Buffers:
    """The activations and deltas of one size of mini-batch."""

    def __init__(self, sizes, rows):
        self.a = [np.empty((rows, size), np.float32) for size in sizes]
        self.delta = [np.empty((rows, size), np.float32) for size in sizes]
        self.slope = [np.empty((rows, size), np.float32) for size in sizes]
        self.y = np.empty((rows, sizes[-1]), np.float32)
        self.ones = np.ones(rows, np.float32)


class NumpyTrainer:
    def __init__(self, workload, data):
        self.workload = workload
        self.x = data.x
        self.y = data.y
        self.buffers = {}

    def load(self, layers):
        # BLAS works in place on column-major matrices: the transposes are kept in that order.
        self.transposed = [np.asfortranarray(weights.T) for weights, _ in layers]
        self.weights = [weights.T for weights in self.transposed]
        self.biases = [biases.copy() for _, biases in layers]

    def layers(self):
        return [(weights.copy(), biases.copy()) for weights, biases in zip(self.weights, self.biases)]

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.arange(10 * self.workload.batch))
        self.load(saved)

    def activate(self, kind, z):
        if kind == "relu":
            np.maximum(z, np.float32(0), out=z)
        elif kind == "softmax":
            z -= z.max(axis=1, keepdims=True)
            np.exp(z, out=z)
            z /= z.sum(axis=1, keepdims=True)
        else:
            # One call of tanh is faster than exp and a division.
            z *= np.float32(0.5)
            np.tanh(z, out=z)
            z *= np.float32(0.5)
            z += np.float32(0.5)

    def pass_forward(self, a):
        last = len(self.weights) - 1
        for index, (weights, biases) in enumerate(zip(self.weights, self.biases)):
            np.matmul(a[index], weights, out=a[index + 1])
            a[index + 1] += biases
            self.activate(self.workload.output if index == last else self.workload.activation, a[index + 1])

    def forward(self, x):
        rows = len(x)
        if rows not in self.buffers:
            self.buffers[rows] = [np.empty((rows, size), np.float32) for size in self.workload.sizes[1:]]
        a = [x, *self.buffers[rows]]
        self.pass_forward(a)
        return a[-1]

    def step(self, chosen):
        workload = self.workload
        rows = len(chosen)
        b = self.buffers.get(rows)
        if b is None:
            b = self.buffers[rows] = Buffers(workload.sizes, rows)
        # mode="clip" lets take write straight into the buffer.
        self.x.take(chosen, axis=0, out=b.a[0], mode="clip")
        self.y.take(chosen, axis=0, out=b.y, mode="clip")
        self.pass_forward(b.a)
        last = len(self.weights)
        np.subtract(b.a[last], b.y, out=b.delta[last])
        if workload.cost == "quadratic":
            self.times_slope(b, last)
        rate = -workload.eta / rows
        for layer in range(last, 0, -1):
            if layer > 1:
                np.matmul(b.delta[layer], self.transposed[layer - 1], out=b.delta[layer - 1])
                if workload.activation == "sigmoid":
                    self.times_slope(b, layer - 1)
                else:
                    np.greater(b.a[layer - 1], 0, out=b.slope[layer - 1])
                    b.delta[layer - 1] *= b.slope[layer - 1]
            w = self.transposed[layer - 1]
            if rows == 1 and workload.decay == 1.0:
                sger(rate, b.delta[layer][0], b.a[layer - 1][0], a=w, overwrite_a=1)
            else:
                # Row-major arrays are column-major transposes: no copy on the way in.
                sgemm(rate, b.delta[layer].T, b.a[layer - 1].T, workload.decay, w, 0, 1, 1)
            self.biases[layer - 1] += np.float32(rate) * np.dot(b.ones, b.delta[layer])

    def times_slope(self, b, layer):
        """delta <- delta a (1 - a)"""
        np.subtract(np.float32(1), b.a[layer], out=b.slope[layer])
        b.slope[layer] *= b.a[layer]
        b.delta[layer] *= b.slope[layer]

    def epoch(self, order):
        batch = self.workload.batch
        for begin in range(0, len(order), batch):
            self.step(order[begin : begin + batch])


if __name__ == "__main__":
    workload = common.workloads(common.ARGS.workloads)[common.ARGS.workload]
    common.main("numpy", np.__version__, recurrence.NumpyTrainer if workload.recurrent else NumpyTrainer)
