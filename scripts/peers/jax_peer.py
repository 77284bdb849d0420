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
# Images of a convolutional forward pass at a time: the first maps of 10,000 would be 460 MB.
FORWARD_IMAGES = 100
# Time steps of a recurrent layer in one turn of the loop: 4 take 1.5 times as long, all 28 take 2.5 times.
TIME_UNROLL = 1


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


class Convolutional(JaxTrainer):
    """Gradients by jax.grad. A convolution is a product with what lies under the kernel, [image, row, column, field], and
    pooling a maximum over two axes: an epoch of C2 takes an eighth of what lax.conv_general_dilated and
    lax.reduce_window take, whose gradients XLA has no fast code for on a CPU. The common start serves as it is."""

    convolves = True

    def __init__(self, workload, data):
        super().__init__(workload, data)
        self.jit_forward = jax.jit(lambda parameters, x: jax.nn.softmax(self.logits(parameters, x, None)))
        self.key = jax.random.key(common.ARGS.seed)

    def logits(self, parameters, x, key):
        workload = self.workload
        last = len(parameters) - 1
        a = x.reshape(len(x), 28, 28, 1)
        for index, (shape, (weights, biases)) in enumerate(zip(workload.layers, parameters)):
            if shape.kernel:
                side, pooled, pool = shape.side - shape.kernel + 1, shape.pooled_side(), shape.pool
                offsets = [(row, column) for row in range(shape.kernel) for column in range(shape.kernel)]
                fields = jnp.concatenate([a[:, row : row + side, column : column + side] for row, column in offsets], axis=3)
                z = (fields @ weights)[:, : pooled * pool, : pooled * pool]
                z = z.reshape(len(a), pooled, pool, pooled, pool, shape.n_out).max(axis=(2, 4)) + biases
            else:
                z = a.reshape(len(a), -1) @ weights + biases
            if index == last:
                return z
            a = jax.nn.sigmoid(z) if workload.activation == "sigmoid" else jax.nn.relu(z)
            if key is not None and workload.dropout[index] > 0:
                kept = 1 - workload.dropout[index]
                a = jnp.where(jax.random.bernoulli(jax.random.fold_in(key, index), kept, a.shape), a / kept, 0)

    def cost(self, parameters, x, y, key):
        return -jnp.sum(y * jax.nn.log_softmax(self.logits(parameters, x, key))) / len(x)

    def step(self, x, y, parameters, step):
        chosen, key = step
        gradients = jax.grad(self.cost)(parameters, x[chosen], y[chosen], key)
        return jax.tree.map(lambda value, gradient: value - self.workload.eta * gradient, parameters, gradients), None

    def warm_up(self):
        """Compile without an epoch, which would take as long as a timed one."""
        steps = (common.ARGS.images or common.TRAINING_IMAGES) // self.workload.batch
        order = np.zeros((steps, self.workload.batch), np.int32)
        arguments = (self.parameters, self.x, self.y, (order, jax.random.split(self.key, steps)))
        self.run = self.run.lower(*arguments).compile()

    def epoch(self, order):
        self.key, key = jax.random.split(self.key)
        order = order.astype(np.int32).reshape(-1, self.workload.batch)
        self.parameters = self.run(self.parameters, self.x, self.y, (order, jax.random.split(key, len(order))))
        jax.block_until_ready(self.parameters)

    def forward(self, x):
        outputs = [self.jit_forward(self.parameters, x[i : i + FORWARD_IMAGES]) for i in range(0, len(x), FORWARD_IMAGES)]
        return np.concatenate(outputs)


class Recurrent(Convolutional):
    """Gradients by jax.grad through a scan over the time steps; the products with the inputs of all steps are one."""

    convolves = False
    recurs = True

    def logits(self, parameters, x, key):
        del key
        shape = self.workload.layers[0]
        (weights, biases), (last, last_biases) = parameters
        n = shape.units
        steps = x.reshape(len(x), shape.steps, shape.inputs).swapaxes(0, 1)
        from_inputs, from_itself = steps @ weights[n:] + biases, weights[:n]

        def elman(h, z):
            return jnp.tanh(z + h @ from_itself), None

        def lstm(state, z):
            h, c = state
            z = z + h @ from_itself
            i, f, o = (jax.nn.sigmoid(z[:, q * n : (q + 1) * n]) for q in (0, 1, 3))
            c = f * c + i * jnp.tanh(z[:, 2 * n : 3 * n])
            return (o * jnp.tanh(c), c), None

        zeros = jnp.zeros((len(x), n), x.dtype)
        if shape.unit == "lstm":
            (h, _), _ = jax.lax.scan(lstm, (zeros, zeros), from_inputs, unroll=TIME_UNROLL)
        else:
            h, _ = jax.lax.scan(elman, zeros, from_inputs, unroll=TIME_UNROLL)
        return h @ last + last_biases


if __name__ == "__main__":
    vmap = common.ARGS.variant == "vmap"
    workload = common.workloads(common.ARGS.workloads)[common.ARGS.workload]
    trainer = Vmapped if vmap else Convolutional if workload.convolutional else JaxTrainer
    if workload.recurrent and not vmap:
        trainer = Recurrent
    common.main("jax-vmap" if vmap else "jax", jax.__version__, trainer)
