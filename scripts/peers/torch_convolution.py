"""The convolutional networks in PyTorch, for torch_peer.py.

PyTorch stores kernels as [map][channel][row][column] and flattens pooled maps map by map: the common start, where
channels and maps are fastest, is permuted on the way in and out. A bias added before max-pooling is a bias added after
it, and so the convolutions bring it.
"""

import common
import numpy as np
import torch
from torch import nn

# Images of a forward pass at a time: the first maps of 10,000 would be 460 MB.
FORWARD_IMAGES = 100

aten = torch.ops.aten
sigmoid_slope = aten.sigmoid_backward.grad_input
relu_slope = aten.threshold_backward.grad_input


def kernels(weights, shape):
    """[field][map] as PyTorch's kernels."""
    return weights.reshape(shape.kernel, shape.kernel, shape.channels, shape.n_out).permute(3, 2, 0, 1)


class Autograd:
    """Modules, autograd and torch.optim.SGD, in PyTorch's default layout of images."""

    convolves = True
    note = "autograd and torch.optim.SGD"
    memory_format = torch.contiguous_format

    def __init__(self, workload, data):
        self.workload = workload
        self.x = torch.from_numpy(data.x).reshape(-1, 1, 28, 28)
        self.labels = torch.from_numpy(data.labels.astype(np.int64))
        modules, self.shapes = [], []
        for index, shape in enumerate(workload.layers):
            above_pooled = None
            if shape.kernel:
                modules += [nn.Conv2d(shape.channels, shape.n_out, shape.kernel), nn.MaxPool2d(shape.pool)]
            else:
                if index > 0 and workload.layers[index - 1].kernel:
                    modules.append(nn.Flatten())
                    above_pooled = workload.layers[index - 1]
                modules.append(nn.Linear(shape.n_in, shape.n_out))
            self.shapes.append((shape, above_pooled))
            if index < len(workload.layers) - 1:
                modules.append(nn.Sigmoid() if workload.activation == "sigmoid" else nn.ReLU(inplace=True))
                if workload.dropout[index] > 0:
                    modules.append(nn.Dropout(workload.dropout[index]))
        self.model = nn.Sequential(*modules).to(memory_format=self.memory_format)
        self.weighted = [module for module in self.model if isinstance(module, (nn.Conv2d, nn.Linear))]

    def load(self, layers):
        with torch.no_grad():
            for module, (shape, pooled), (weights, biases) in zip(self.weighted, self.shapes, layers):
                weights = torch.from_numpy(weights)
                if shape.kernel:
                    weights = kernels(weights, shape)
                else:
                    if pooled:
                        # From (place, map) to (map, place).
                        weights = weights.reshape(-1, pooled.n_out, shape.n_out).transpose(0, 1).reshape(weights.shape)
                    weights = weights.t()
                module.weight.copy_(weights)
                module.bias.copy_(torch.from_numpy(biases))
        # None of these workloads has L2.
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=self.workload.eta)

    def layers(self):
        result = []
        for module, (shape, pooled) in zip(self.weighted, self.shapes):
            weights = module.weight.detach()
            if shape.kernel:
                weights = weights.permute(2, 3, 1, 0).reshape(shape.n_in, shape.n_out)
            else:
                weights = weights.t()
                if pooled:
                    weights = weights.reshape(pooled.n_out, -1, shape.n_out).transpose(0, 1).reshape(weights.shape)
            result.append((weights.numpy().copy(), module.bias.detach().numpy().copy()))
        return result

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.arange(20 * self.workload.batch))
        self.load(saved)

    @torch.inference_mode()
    def forward(self, x):
        self.model.eval()
        x = torch.from_numpy(x).reshape(-1, 1, 28, 28)
        return torch.cat([torch.softmax(self.model(some), 1) for some in x.split(FORWARD_IMAGES)])

    def epoch(self, order):
        self.model.train()
        for chosen in torch.from_numpy(order).split(self.workload.batch):
            self.optimizer.zero_grad()
            nn.functional.cross_entropy(self.model(self.x[chosen]), self.labels[chosen]).backward()
            self.optimizer.step()


class ChannelsLast(Autograd):
    """The same with the channels of a pixel together in memory."""

    note = "autograd and torch.optim.SGD, channels_last"
    memory_format = torch.channels_last


class Manual:
    """By hand, without autograd. Images are [image, row, column, channel] in memory, which PyTorch calls channels_last.

    The first convolution, of one channel, is a product with what lies under the kernel, copied out once for both
    passes: for one channel oneDNN's gradient of the kernels takes several times as long. It needs no errors of its
    input. The others are oneDNN's.
    """

    convolves = True

    def __init__(self, workload, data):
        self.workload = workload
        self.x = torch.from_numpy(data.x)
        self.y = torch.from_numpy(data.y)
        self.first, *self.shapes = workload.layers
        self.buffers = {}

    def load(self, layers):
        self.first_weights = torch.from_numpy(layers[0][0].copy())
        self.weights = []
        for shape, (weights, _) in zip(self.shapes, layers[1:]):
            weights = torch.from_numpy(weights.copy())
            if shape.kernel:
                weights = kernels(weights, shape).contiguous(memory_format=torch.channels_last)
            self.weights.append(weights)
        self.first_biases, *self.biases = [torch.from_numpy(biases.copy()) for _, biases in layers]

    def layers(self):
        result = [(self.first_weights.numpy().copy(), self.first_biases.numpy().copy())]
        for shape, weights, biases in zip(self.shapes, self.weights, self.biases):
            if shape.kernel:
                weights = weights.permute(2, 3, 1, 0).reshape(shape.n_in, shape.n_out)
            result.append((weights.numpy().copy(), biases.numpy().copy()))
        return result

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.arange(20 * self.workload.batch))
        self.load(saved)

    def buffers_for(self, rows):
        """For a mini-batch: images, targets, the fields [field, image and place] of the first convolution, its output."""
        if rows not in self.buffers:
            shape = self.first
            side, kernel = shape.side - shape.kernel + 1, shape.kernel
            x = torch.empty(rows, shape.side**2)
            windows = x.as_strided((kernel, kernel, rows, side, side), (shape.side, 1, shape.side**2, shape.side, 1))
            fields = torch.empty(kernel * kernel, rows * side * side)
            z = torch.empty(rows * side * side, shape.n_out)
            images = z.view(rows, side, side, -1).permute(0, 3, 1, 2)
            self.buffers[rows] = (x, torch.empty(rows, 10), windows, fields, fields.view(windows.shape), z, images)
        return self.buffers[rows]

    def activate(self, a):
        return a.sigmoid_() if self.workload.activation == "sigmoid" else a.relu_()

    def slope_times(self, delta, a):
        if self.workload.activation == "sigmoid":
            return sigmoid_slope(delta, a, grad_input=delta)
        return relu_slope(delta, a, 0, grad_input=delta)

    def pool(self, z, shape):
        return aten.max_pool2d_with_indices(z, [shape.pool, shape.pool])

    def pass_forward(self, rows, dropout):
        """The hidden activations, the same after dropout, the convolutions with their pools' winners, the masks, the outputs."""
        _, _, windows, fields, field_windows, z, images = self.buffers_for(rows)
        field_windows.copy_(windows)
        torch.addmm(self.first_biases, fields.t(), self.first_weights, out=z)
        a, winners = self.pool(images, self.first)
        pooled, activated, given, masks = [(images, winners)], [], [], []
        last = len(self.shapes) - 1
        for index, (shape, weights, biases) in enumerate(zip(self.shapes, self.weights, self.biases)):
            a = self.activate(a)
            activated.append(a)
            p = dropout[index]
            masks.append(torch.empty_like(a).bernoulli_(1 - p).div_(1 - p) if p > 0 else None)
            if p > 0:
                a = a * masks[-1]
            if not shape.kernel and a.dim() == 4:
                # [image, row, column, map] in memory: as the dense layer's weights are stored.
                a = a.permute(0, 2, 3, 1).reshape(rows, -1)
            given.append(a)
            if shape.kernel:
                convolved = aten.convolution(a, weights, biases, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)
                a, winners = self.pool(convolved, shape)
                pooled.append((convolved, winners))
            else:
                a = torch.addmm(biases, a, weights)
        return activated, given, pooled, masks, torch.softmax(a, 1)

    @torch.inference_mode()
    def forward(self, x):
        outputs = []
        for some in torch.from_numpy(x).split(FORWARD_IMAGES):
            self.buffers_for(len(some))[0].copy_(some)
            outputs.append(self.pass_forward(len(some), [0.0] * len(self.shapes))[-1])
        return torch.cat(outputs)

    def pool_back(self, delta, convolved, winners, shape):
        window = [shape.pool, shape.pool]
        return aten.max_pool2d_with_indices_backward(delta, convolved, window, window, [0, 0], [1, 1], False, winners)

    @torch.inference_mode()
    def epoch(self, order):
        for chosen in torch.from_numpy(order).split(self.workload.batch):
            self.step(chosen)

    def step(self, chosen):
        rows = len(chosen)
        x, y, _, fields, _, _, _ = self.buffers_for(rows)
        torch.index_select(self.x, 0, chosen, out=x)
        torch.index_select(self.y, 0, chosen, out=y)
        activated, given, pooled, masks, delta = self.pass_forward(rows, self.workload.dropout)
        delta -= y
        rate = -self.workload.eta / rows
        for index in reversed(range(len(self.shapes))):
            shape, weights, biases, a = self.shapes[index], self.weights[index], self.biases[index], given[index]
            if shape.kernel:
                errors = self.pool_back(delta, *pooled.pop(), shape)
                biases.add_(delta.sum((0, 2, 3)), alpha=rate)
                delta, gradient, _ = aten.convolution_backward(
                    errors, a, weights, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [True, True, False]
                )
                weights.add_(gradient, alpha=rate)
            else:
                biases.add_(delta.sum(0), alpha=rate)
                below = delta @ weights.t()
                weights.addmm_(a.t(), delta, alpha=rate)
                delta = below
            if delta.dim() < activated[index].dim():
                # Back from the rows of a dense layer to images.
                delta = delta.reshape(activated[index].permute(0, 2, 3, 1).shape).permute(0, 3, 1, 2)
            if masks[index] is not None:
                delta = delta * masks[index]
            delta = self.slope_times(delta, activated[index])
        errors = self.pool_back(delta, *pooled.pop(), self.first).permute(0, 2, 3, 1).reshape(-1, self.first.n_out)
        self.first_weights.addmm_(fields, errors, alpha=rate)
        self.first_biases.add_(delta.sum((0, 2, 3)), alpha=rate)
