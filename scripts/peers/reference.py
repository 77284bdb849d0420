#!/usr/bin/env python3
"""The reference for the accuracy check: the book's equations in double precision, written to be read.

It takes the same command line as a peer and prints the same line; its times are of no interest.
"""

import common
import numpy as np


class Reference:
    def __init__(self, workload, data):
        self.workload = workload
        self.x = data.x.astype(np.float64)
        self.y = data.y.astype(np.float64)

    def load(self, layers):
        self.weights = [weights.astype(np.float64) for weights, _ in layers]
        self.biases = [biases.astype(np.float64) for _, biases in layers]

    def layers(self):
        return list(zip(self.weights, self.biases))

    def warm_up(self):
        pass

    def activations(self, x):
        activations = [x]
        for index, (weights, biases) in enumerate(zip(self.weights, self.biases)):
            z = activations[-1] @ weights + biases
            last = index == len(self.weights) - 1
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
        return self.activations(x)[-1]

    def epoch(self, order):
        workload = self.workload
        for begin in range(0, len(order), workload.batch):
            chosen = order[begin : begin + workload.batch]
            activations = self.activations(self.x[chosen])
            delta = activations[-1] - self.y[chosen]
            if workload.cost == "quadratic":
                delta *= activations[-1] * (1.0 - activations[-1])
            rate = workload.eta / len(chosen)
            for layer in reversed(range(len(self.weights))):
                a = activations[layer]
                gradient, bias_gradient = a.T @ delta, delta.sum(axis=0)
                if layer > 0:
                    slope = a * (1.0 - a) if workload.activation == "sigmoid" else a > 0.0
                    delta = (delta @ self.weights[layer].T) * slope
                self.weights[layer] = workload.decay * self.weights[layer] - rate * gradient
                self.biases[layer] = self.biases[layer] - rate * bias_gradient


if __name__ == "__main__":
    common.main("reference", np.__version__, Reference)
