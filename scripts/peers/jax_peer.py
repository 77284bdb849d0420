#!/usr/bin/env python3
"""JAX: an epoch is one compiled scan over its mini-batches; the parameters are donated, so updated in place."""

import os

import common

if common.ARGS.workload == "W8" or common.ARGS.threads == 1:
    # One thread: XLA's own pool only adds hand-overs.
    os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

from functools import partial  # noqa: E402

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402


# Steps in one turn of the loop: 4 makes single images a fifth faster, more gains nothing.
UNROLL = 4


class JaxTrainer:
    def __init__(self, workload, data):
        self.workload = workload
        self.x = jnp.asarray(data.x)
        self.y = jnp.asarray(data.y)
        self.run = jax.jit(self.scan, donate_argnums=0)
        self.jit_forward = jax.jit(lambda parameters, x: self.activations(parameters, x)[-1])

    def load(self, layers):
        self.parameters = [(jnp.array(weights), jnp.array(biases)) for weights, biases in layers]

    def layers(self):
        return [(np.asarray(weights), np.asarray(biases)) for weights, biases in self.parameters]

    def activations(self, parameters, x):
        activations = [x]
        for index, (weights, biases) in enumerate(parameters):
            z = activations[-1] @ weights + biases
            last = index == len(parameters) - 1
            kind = self.workload.output if last else self.workload.activation
            f = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "softmax": jax.nn.softmax}[kind]
            activations.append(f(z))
        return activations

    def step(self, x, y, parameters, chosen):
        workload = self.workload
        activations = self.activations(parameters, x[chosen])
        # Written out: XLA compiles this as well as what jax.grad derives, and it needs no logits.
        delta = activations[-1] - y[chosen]
        if workload.cost == "quadratic":
            delta = delta * activations[-1] * (1 - activations[-1])
        rate = workload.eta / chosen.shape[0]
        updated = []
        for layer in reversed(range(len(parameters))):
            weights, biases = parameters[layer]
            a = activations[layer]
            updated.append((workload.decay * weights - rate * (a.T @ delta), biases - rate * delta.sum(axis=0)))
            if layer > 0:
                slope = a * (1 - a) if workload.activation == "sigmoid" else (a > 0).astype(a.dtype)
                delta = (delta @ weights.T) * slope
        return updated[::-1], None

    def scan(self, parameters, x, y, order):
        parameters, _ = jax.lax.scan(partial(self.step, x, y), parameters, order, unroll=UNROLL)
        return parameters

    def warm_up(self):
        """Compile for both shapes: the full mini-batches and the last one, if it is smaller."""
        parameters = self.layers()
        self.epoch(np.arange(common.TRAINING_IMAGES))
        self.load(parameters)

    def epoch(self, order):
        batch = self.workload.batch
        full = len(order) // batch * batch
        order = order.astype(np.int32)
        self.parameters = self.run(self.parameters, self.x, self.y, order[:full].reshape(-1, batch))
        if full < len(order):
            self.parameters = self.run(self.parameters, self.x, self.y, order[full:].reshape(1, -1))
        jax.block_until_ready(self.parameters)

    def forward(self, x):
        return jax.block_until_ready(self.jit_forward(self.parameters, x))


class Vmapped(JaxTrainer):
    """The same step under jax.vmap: the trainings of a sweep at once, each with its own parameters and order."""

    together = True

    def load(self, starts):
        self.parameters = [
            tuple(jnp.stack([start[layer][part] for start in starts]) for part in range(2))
            for layer in range(len(starts[0]))
        ]

    def layers(self):
        stacked = [(np.asarray(weights), np.asarray(biases)) for weights, biases in self.parameters]
        return [[(w[i], b[i]) for w, b in stacked] for i in range(len(stacked[0][0]))]

    def step(self, x, y, parameters, chosen):
        # Only the parameters and the images differ between the trainings, not the data.
        return jax.vmap(super().step, in_axes=(None, None, 0, 0))(x, y, parameters, chosen)

    def warm_up(self):
        starts = self.layers()
        self.epoch(np.tile(np.arange(common.TRAINING_IMAGES), (len(starts), 1)))
        self.load(starts)

    def epoch(self, orders):
        # [training, image] becomes [step, training, image of the mini-batch].
        orders = orders.astype(np.int32).reshape(len(orders), -1, self.workload.batch).swapaxes(0, 1)
        self.parameters = self.run(self.parameters, self.x, self.y, orders)
        jax.block_until_ready(self.parameters)


if __name__ == "__main__":
    vmap = common.ARGS.variant == "vmap"
    common.main("jax-vmap" if vmap else "jax", jax.__version__, Vmapped if vmap else JaxTrainer)
