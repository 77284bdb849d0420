#!/usr/bin/env python3
"""PyTorch on the CPU.

The default is SGD by hand, without autograd: fused operations (addmm, sigmoid_backward) into
buffers made beforehand. `--variant optim` is the way of the tutorials: modules, a loss, backward()
and torch.optim.SGD. `--variant vmap` trains the networks of a sweep together, by batched products.
Networks with convolutions are in torch_convolution.py; `--variant channels-last` is for them alone. Those with recurrent
layers are in torch_recurrence.py, for `--variant optim` alone.
"""

import common
import numpy as np
import torch
import torch_convolution
import torch_recurrence
from torch import nn

torch.set_num_threads(1 if common.ARGS.workload == "W8" else common.ARGS.threads)
torch.set_num_interop_threads(1)
# Subnormal numbers are taken for 0. A setting of the thread, and of those that it starts.
torch.set_flush_denormal(True)

sigmoid_slope = torch.ops.aten.sigmoid_backward.grad_input
relu_slope = torch.ops.aten.threshold_backward.grad_input


class Manual:
    def __init__(self, workload, data):
        self.workload = workload
        self.x = torch.from_numpy(data.x)
        self.y = torch.from_numpy(data.y)
        self.buffers = {}

    def load(self, layers):
        self.weights = [torch.from_numpy(weights.copy()) for weights, _ in layers]
        self.biases = [torch.from_numpy(biases.copy()) for _, biases in layers]
        self.transposed = [weights.t() for weights in self.weights]

    def layers(self):
        return [(w.numpy().copy(), b.numpy().copy()) for w, b in zip(self.weights, self.biases)]

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.arange(20 * self.workload.batch))
        self.load(saved)

    def buffers_for(self, rows):
        if rows not in self.buffers:
            sizes = self.workload.sizes
            a = [torch.empty(rows, size) for size in sizes]
            delta = [torch.empty(rows, size) for size in sizes]
            self.buffers[rows] = (a, [t.t() for t in a], delta, torch.empty(rows, sizes[-1]))
        return self.buffers[rows]

    def pass_forward(self, a):
        last = len(self.weights) - 1
        for index, (weights, biases) in enumerate(zip(self.weights, self.biases)):
            z = a[index + 1]
            torch.addmm(biases, a[index], weights, out=z)
            kind = self.workload.output if index == last else self.workload.activation
            if kind == "sigmoid":
                z.sigmoid_()
            elif kind == "relu":
                z.relu_()
            else:
                torch.softmax(z, 1, out=z)

    @torch.inference_mode()
    def forward(self, x):
        if isinstance(x, np.ndarray):
            x = torch.from_numpy(x)
        a = [x, *self.buffers_for(len(x))[0][1:]]
        self.pass_forward(a)
        return a[-1]

    @torch.inference_mode()
    def epoch(self, order):
        workload = self.workload
        order = torch.from_numpy(order)
        last = len(self.weights)
        quadratic = workload.cost == "quadratic"
        for chosen in order.split(workload.batch):
            rows = len(chosen)
            a, a_transposed, delta, y = self.buffers_for(rows)
            torch.index_select(self.x, 0, chosen, out=a[0])
            torch.index_select(self.y, 0, chosen, out=y)
            self.pass_forward(a)
            torch.sub(a[last], y, out=delta[last])
            if quadratic:
                sigmoid_slope(delta[last], a[last], grad_input=delta[last])
            rate = -workload.eta / rows
            for layer in range(last, 0, -1):
                d = delta[layer]
                if layer > 1:
                    below = delta[layer - 1]
                    torch.mm(d, self.transposed[layer - 1], out=below)
                    if workload.activation == "sigmoid":
                        sigmoid_slope(below, a[layer - 1], grad_input=below)
                    else:
                        relu_slope(below, a[layer - 1], 0, grad_input=below)
                self.weights[layer - 1].addmm_(a_transposed[layer - 1], d, beta=workload.decay, alpha=rate)
                self.biases[layer - 1].add_(d.sum(0), alpha=rate)


class Batched:
    """The trainings of a sweep at once, by hand: what torch.func.vmap makes of a step (bmm for mm, baddbmm for
    addmm), written out so that results go into buffers, which vmap does not allow."""

    together = True

    def __init__(self, workload, data):
        self.workload = workload
        self.x = torch.from_numpy(data.x)
        self.y = torch.from_numpy(data.y)

    def load(self, starts):
        def stacked(part):
            return [torch.from_numpy(np.stack([start[layer][part] for start in starts])) for layer in range(len(starts[0]))]

        self.weights, self.biases = stacked(0), [biases.unsqueeze(1) for biases in stacked(1)]
        shape = (len(starts), self.workload.batch)
        sizes = self.workload.sizes
        self.a = [torch.empty(*shape, size) for size in sizes]
        self.delta = [torch.empty(*shape, size) for size in sizes]
        self.y_chosen = torch.empty(*shape, sizes[-1])

    def layers(self):
        return [
            [(w[i].numpy().copy(), b[i, 0].numpy().copy()) for w, b in zip(self.weights, self.biases)]
            for i in range(len(self.weights[0]))
        ]

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.tile(np.arange(20 * self.workload.batch), (len(saved), 1)))
        self.load(saved)

    @torch.inference_mode()
    def epoch(self, orders):
        workload, a, delta = self.workload, self.a, self.delta
        last = len(self.weights)
        rate = -workload.eta / workload.batch
        # [training, image] becomes [step, training and image of the mini-batch].
        steps = orders.reshape(len(orders), -1, workload.batch).swapaxes(0, 1).reshape(-1, len(orders) * workload.batch)
        x_flat, y_flat = a[0].flatten(0, 1), self.y_chosen.flatten(0, 1)
        for chosen in torch.from_numpy(np.ascontiguousarray(steps)):
            torch.index_select(self.x, 0, chosen, out=x_flat)
            torch.index_select(self.y, 0, chosen, out=y_flat)
            for layer, (weights, biases) in enumerate(zip(self.weights, self.biases)):
                torch.baddbmm(biases, a[layer], weights, out=a[layer + 1])
                a[layer + 1].sigmoid_()
            torch.sub(a[last], self.y_chosen, out=delta[last])
            # Sigmoid neurons and the quadratic cost, as in every sweep of workloads.csv.
            sigmoid_slope(delta[last], a[last], grad_input=delta[last])
            for layer in range(last, 0, -1):
                d = delta[layer]
                if layer > 1:
                    torch.bmm(d, self.weights[layer - 1].transpose(1, 2), out=delta[layer - 1])
                    sigmoid_slope(delta[layer - 1], a[layer - 1], grad_input=delta[layer - 1])
                self.weights[layer - 1].baddbmm_(a[layer - 1].transpose(1, 2), d, alpha=rate)
                self.biases[layer - 1].add_(d.sum(1, keepdim=True), alpha=rate)


class Optim:
    """Modules, autograd and torch.optim.SGD; the decay as weight_decay of the weights alone."""

    note = "autograd and torch.optim.SGD"

    def __init__(self, workload, data):
        self.workload = workload
        self.x = torch.from_numpy(data.x)
        self.labels = torch.from_numpy(data.labels.astype(np.int64))
        self.y = torch.from_numpy(data.y)
        modules = []
        for index, (n_in, n_out) in enumerate(zip(workload.sizes, workload.sizes[1:])):
            modules.append(nn.Linear(n_in, n_out))
            if index < len(workload.sizes) - 2:
                modules.append(nn.Sigmoid() if workload.activation == "sigmoid" else nn.ReLU())
        self.model = nn.Sequential(*modules)
        self.linear = [module for module in self.model if isinstance(module, nn.Linear)]

    def load(self, layers):
        with torch.no_grad():
            for module, (weights, biases) in zip(self.linear, layers):
                module.weight.copy_(torch.from_numpy(weights.T.copy()))
                module.bias.copy_(torch.from_numpy(biases))
        groups = [
            {
                "params": [module.weight for module in self.linear],
                "weight_decay": self.workload.lambda_ / common.TRAINING_IMAGES,
            },
            {"params": [module.bias for module in self.linear]},
        ]
        self.optimizer = torch.optim.SGD(groups, lr=self.workload.eta)

    def layers(self):
        return [
            (module.weight.detach().numpy().T.copy(), module.bias.detach().numpy().copy())
            for module in self.linear
        ]

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.arange(20 * self.workload.batch))
        self.load(saved)

    @torch.inference_mode()
    def forward(self, x):
        return torch.sigmoid(self.model(torch.from_numpy(x)))

    def loss(self, z, chosen):
        if self.workload.cost == "log-likelihood":
            return nn.functional.cross_entropy(z, self.labels[chosen])
        # Costs are sums over the outputs and means over the images.
        if self.workload.cost == "quadratic":
            return 0.5 * nn.functional.mse_loss(torch.sigmoid(z), self.y[chosen], reduction="sum") / len(z)
        return nn.functional.binary_cross_entropy_with_logits(z, self.y[chosen], reduction="sum") / len(z)

    def epoch(self, order):
        for chosen in torch.from_numpy(order).split(self.workload.batch):
            self.optimizer.zero_grad()
            self.loss(self.model(self.x[chosen]), chosen).backward()
            self.optimizer.step()


VARIANTS = {
    "": ("torch", Manual, torch_convolution.Manual),
    "optim": ("torch-optim", Optim, torch_convolution.Autograd),
    "channels-last": ("torch-channels-last", None, torch_convolution.ChannelsLast),
    "vmap": ("torch-vmap", Batched, None),
}

if __name__ == "__main__":
    peer, dense, convolutional = VARIANTS[common.ARGS.variant]
    workload = common.workloads(common.ARGS.workloads)[common.ARGS.workload]
    trainer = convolutional if workload.convolutional else dense
    if workload.recurrent:
        trainer = torch_recurrence.Autograd if common.ARGS.variant == "optim" else None
    if trainer is None:
        common.not_written_for(workload)
    common.main(peer, torch.__version__.split("+")[0], trainer)
