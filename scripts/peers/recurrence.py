"""Recurrent layers in NumPy: for the reference and the test accuracies, written to be read, and by hand, to be timed.

The weights are [state and inputs][weighted inputs]: the rows from the layer itself come first. An LSTM's weighted inputs are
those of its input gates, forget gates, candidates and output gates. Only the last step is passed on.
"""

import numpy as np


def sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def gates_of(z, units):
    """i, f, g and o, activated."""
    i, f, g, o = (z[:, q * units : (q + 1) * units] for q in range(4))
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def last_step(x, weights, biases, shape):
    """The activations after the last step of images [image, pixel], a row of pixels a step."""
    h = np.zeros((len(x), shape.units), weights.dtype)
    c = h
    for t in range(shape.steps):
        seen = np.concatenate([h, x[:, t * shape.inputs : (t + 1) * shape.inputs]], axis=1)
        z = seen @ weights + biases
        if shape.unit == "lstm":
            i, f, g, o = gates_of(z, shape.units)
            c = f * c + i * g
            h = o * np.tanh(c)
        else:
            h = np.tanh(z)
    return h


class Layer:
    """The reference: the equations in double precision."""

    def __init__(self, weights, biases, shape):
        self.weights, self.biases = weights.astype(np.float64), biases.astype(np.float64)
        self.shape = shape

    def activations(self, x):
        shape, self.steps = self.shape, []
        h = np.zeros((len(x), shape.units))
        c = h
        for t in range(shape.steps):
            seen = np.concatenate([h, x[:, t * shape.inputs : (t + 1) * shape.inputs]], axis=1)
            z = seen @ self.weights + self.biases
            past = c
            if shape.unit == "lstm":
                i, f, g, o = gates_of(z, shape.units)
                c = f * c + i * g
                h = o * np.tanh(c)
                self.steps.append((seen, (i, f, g, o), past, c))
            else:
                h = np.tanh(z)
                self.steps.append((seen, h, past, c))
        return h

    def gradient(self, error):
        """Of weights and biases, from the error of the activations of the last step."""
        shape = self.shape
        of_weights, of_biases = np.zeros_like(self.weights), np.zeros_like(self.biases)
        of_cells = np.zeros_like(error)
        for seen, activated, past, c in reversed(self.steps):
            if shape.unit == "lstm":
                i, f, g, o = activated
                tanh = np.tanh(c)
                of_cell = error * o * (1 - tanh**2) + of_cells
                parts = of_cell * g * i * (1 - i), of_cell * past * f * (1 - f), of_cell * i * (1 - g**2), error * tanh * o * (1 - o)
                delta = np.concatenate(parts, axis=1)
                of_cells = of_cell * f
            else:
                delta = error * (1 - activated**2)
            of_weights += seen.T @ delta
            of_biases += delta.sum(axis=0)
            error = delta @ self.weights[: shape.units].T
        return of_weights, of_biases


class NumpyTrainer:
    """By hand: the products with the inputs and the sums of the gradient are one product over all steps, every result is
    written into a buffer made beforehand, and all steps of a mini-batch lie one after the other."""

    recurs = True

    def __init__(self, workload, data):
        self.workload = workload
        self.shape, self.out = workload.layers
        self.x, self.y = data.x, data.y
        self.buffers = {}

    def load(self, layers):
        (self.weights, self.biases), (self.last, self.last_biases) = [(w.copy(), b.copy()) for w, b in layers]

    def layers(self):
        return [(self.weights.copy(), self.biases.copy()), (self.last.copy(), self.last_biases.copy())]

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.arange(10 * self.workload.batch))
        self.load(saved)

    def buffers_for(self, rows):
        if rows not in self.buffers:
            shape = self.shape
            n, wide = shape.units, self.weights.shape[1]
            empty = lambda *sizes: np.empty(sizes, np.float32)  # noqa: E731
            self.buffers[rows] = {
                "x": empty(shape.steps, rows, shape.inputs),
                "z": empty(shape.steps, rows, wide),
                "delta": empty(shape.steps, rows, wide),
                # One step more than there are: the state before the first is 0.
                "h": np.zeros((shape.steps + 1, rows, n), np.float32),
                "c": np.zeros((shape.steps + 1, rows, n), np.float32),
                "tanh": empty(shape.steps, rows, n),
                "room": empty(rows, wide),
                "error": empty(rows, n),
            }
        return self.buffers[rows]

    def pass_forward(self, x, b):
        shape, n = self.shape, self.shape.units
        np.copyto(b["x"], x.reshape(len(x), shape.steps, shape.inputs).transpose(1, 0, 2))
        np.matmul(b["x"].reshape(-1, shape.inputs), self.weights[n:], out=b["z"].reshape(-1, self.weights.shape[1]))
        b["z"] += self.biases
        state = self.weights[:n]
        for t in range(shape.steps):
            z = b["z"][t]
            np.matmul(b["h"][t], state, out=b["room"])
            z += b["room"]
            if shape.unit == "lstm":
                for gates in (z[:, : 2 * n], z[:, 3 * n :]):
                    gates *= np.float32(0.5)
                    np.tanh(gates, out=gates)
                    gates *= np.float32(0.5)
                    gates += np.float32(0.5)
                g = z[:, 2 * n : 3 * n]
                np.tanh(g, out=g)
                c = b["c"][t + 1]
                np.multiply(z[:, n : 2 * n], b["c"][t], out=c)
                c += z[:, :n] * g
                np.tanh(c, out=b["tanh"][t])
                np.multiply(z[:, 3 * n :], b["tanh"][t], out=b["h"][t + 1])
            else:
                np.tanh(z, out=b["h"][t + 1])
        return b["h"][-1]

    def outputs(self, h):
        z = h @ self.last
        z += self.last_biases
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        return z

    def forward(self, x):
        parts = [x[i : i + 500] for i in range(0, len(x), 500)]
        return np.concatenate([self.outputs(self.pass_forward(part, self.buffers_for(len(part)))) for part in parts])

    def epoch(self, order):
        for begin in range(0, len(order), self.workload.batch):
            self.step(order[begin : begin + self.workload.batch])

    def step(self, chosen):
        shape, n, rows = self.shape, self.shape.units, len(chosen)
        b = self.buffers_for(rows)
        h = self.pass_forward(self.x[chosen], b)
        delta = self.outputs(h)
        delta -= self.y[chosen]
        rate = np.float32(self.workload.eta / rows)
        error = b["error"]
        np.matmul(delta, self.last.T, out=error)
        self.last -= rate * (h.T @ delta)
        self.last_biases -= rate * delta.sum(axis=0)
        back = np.ascontiguousarray(self.weights[:n].T)
        of_cells = np.zeros_like(error)
        for t in reversed(range(shape.steps)):
            d = b["delta"][t]
            if shape.unit == "lstm":
                i, f, g, o = (b["z"][t][:, q * n : (q + 1) * n] for q in range(4))
                tanh = b["tanh"][t]
                of_cell = error * o
                of_cell *= 1 - tanh * tanh
                of_cell += of_cells
                np.multiply(of_cell * g, i * (1 - i), out=d[:, :n])
                np.multiply(of_cell * b["c"][t], f * (1 - f), out=d[:, n : 2 * n])
                np.multiply(of_cell * i, 1 - g * g, out=d[:, 2 * n : 3 * n])
                np.multiply(error * tanh, o * (1 - o), out=d[:, 3 * n :])
                np.multiply(of_cell, f, out=of_cells)
            else:
                a = b["h"][t + 1]
                np.multiply(a, a, out=d)
                np.subtract(np.float32(1), d, out=d)
                d *= error
            if t > 0:
                np.matmul(d, back, out=error)
        deltas = b["delta"].reshape(-1, self.weights.shape[1])
        self.weights[:n] -= rate * (b["h"][:-1].reshape(-1, n).T @ deltas)
        self.weights[n:] -= rate * (b["x"].reshape(-1, shape.inputs).T @ deltas)
        self.biases -= rate * deltas.sum(axis=0)
