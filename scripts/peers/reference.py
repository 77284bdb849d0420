#!/usr/bin/env python3
"""The reference for the accuracy check: the book's equations in double precision, written to be read.

It takes the same command line as a peer and prints the same line; its times are of no interest.
"""

import common
import convolution
import numpy as np
import recurrence


class Dense:
    def __init__(self, weights, biases):
        self.weights, self.biases = weights.astype(np.float64), biases.astype(np.float64)

    def weighted_inputs(self, a):
        self.a = a.reshape(len(a), -1)
        return self.a @ self.weights + self.biases

    def gradient(self, delta):
        return self.a.T @ delta

    def back(self, delta):
        """The errors of what the layer was given, but for the slope of its activation."""
        return delta @ self.weights.T


class Convolution(Dense):
    """With max-pooling of the weighted inputs, before the bias and the activation."""

    def __init__(self, weights, biases, shape):
        super().__init__(weights, biases)
        self.shape = shape

    def weighted_inputs(self, a):
        largest, self.winners, self.fields = convolution.pooled(a, self.weights, self.shape)
        return largest + self.biases

    def gradient(self, delta):
        self.errors = convolution.unpooled(delta, self.winners, self.shape)
        return self.fields.reshape(-1, self.shape.n_in).T @ self.errors.reshape(-1, self.shape.n_out)

    def back(self, _delta):
        return convolution.images_from(self.errors @ self.weights.T, self.shape)


class Reference:
    convolves = True
    recurs = True

    def __init__(self, workload, data):
        self.workload = workload
        self.x = data.x.astype(np.float64)
        self.y = data.y.astype(np.float64)

    def load(self, layers):
        self.network = [
            Convolution(weights, biases, shape)
            if shape.kernel
            else recurrence.Layer(weights, biases, shape)
            if shape.unit
            else Dense(weights, biases)
            for shape, (weights, biases) in zip(self.workload.layers, layers)
        ]

    def layers(self):
        return [(layer.weights, layer.biases) for layer in self.network]

    def warm_up(self):
        pass

    def activations(self, x):
        activations = [x]
        for index, layer in enumerate(self.network):
            if isinstance(layer, recurrence.Layer):
                activations.append(layer.activations(activations[-1]))
                continue
            z = layer.weighted_inputs(activations[-1])
            last = index == len(self.network) - 1
            kind = self.workload.output if last else self.workload.activation
            if kind == "softmax":
                e = np.exp(z - z.max(axis=1, keepdims=True))
                activations.append(e / e.sum(axis=1, keepdims=True))
            elif kind == "relu":
                activations.append(np.maximum(z, 0.0))
            else:
                activations.append(common.sigmoid(z))
        return activations

    def forward(self, x):
        # Some at a time, for the memory that the fields of a convolution take.
        return np.concatenate([self.activations(x[i : i + 500])[-1] for i in range(0, len(x), 500)])

    def epoch(self, order):
        workload = self.workload
        for begin in range(0, len(order), workload.batch):
            chosen = order[begin : begin + workload.batch]
            activations = self.activations(self.x[chosen])
            delta = activations[-1] - self.y[chosen]
            if workload.cost == "quadratic":
                delta *= activations[-1] * (1.0 - activations[-1])
            rate = workload.eta / len(chosen)
            for index, layer in reversed(list(enumerate(self.network))):
                if isinstance(layer, recurrence.Layer):
                    gradient, bias_gradient = layer.gradient(delta)
                else:
                    gradient = layer.gradient(delta)
                    bias_gradient = delta.sum(axis=tuple(range(delta.ndim - 1)))
                if index > 0 and isinstance(self.network[index - 1], recurrence.Layer):
                    delta = layer.back(delta)
                elif index > 0:
                    a = activations[index]
                    slope = a * (1.0 - a) if workload.activation == "sigmoid" else a > 0.0
                    delta = layer.back(delta).reshape(a.shape) * slope
                layer.weights = workload.decay * layer.weights - rate * gradient
                layer.biases = layer.biases - rate * bias_gradient


if __name__ == "__main__":
    common.main("reference", np.__version__, Reference)
