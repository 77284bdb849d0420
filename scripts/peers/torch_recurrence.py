"""The recurrent networks in PyTorch, for torch_peer.py: nn.RNN and nn.LSTM with autograd.

PyTorch has the weights from the inputs and from the layer itself apart, output-major, and two biases, of which one stays 0:
the common start is taken apart on the way in and put together on the way out.
"""

import common
import numpy as np
import torch
from torch import nn


class Autograd:
    """Modules, autograd and torch.optim.SGD."""

    recurs = True
    note = "autograd and torch.optim.SGD"

    def __init__(self, workload, data):
        self.workload = workload
        self.shape, out = workload.layers
        self.x = torch.from_numpy(data.x).reshape(-1, self.shape.steps, self.shape.inputs)
        self.labels = torch.from_numpy(data.labels.astype(np.int64))
        module = nn.LSTM if self.shape.unit == "lstm" else nn.RNN
        self.recurrent = module(self.shape.inputs, self.shape.units, batch_first=True)
        self.linear = nn.Linear(out.n_in, out.n_out)

    def load(self, layers):
        n, recurrent = self.shape.units, self.recurrent
        (weights, biases), (last, last_biases) = [(torch.from_numpy(w), torch.from_numpy(b)) for w, b in layers]
        with torch.no_grad():
            recurrent.weight_hh_l0.copy_(weights[:n].t())
            recurrent.weight_ih_l0.copy_(weights[n:].t())
            recurrent.bias_ih_l0.copy_(biases)
            recurrent.bias_hh_l0.zero_()
            self.linear.weight.copy_(last.t())
            self.linear.bias.copy_(last_biases)
        # Of the two biases, which would both learn, one does.
        recurrent.bias_hh_l0.requires_grad_(False)
        parameters = [p for p in [*recurrent.parameters(), *self.linear.parameters()] if p.requires_grad]
        self.optimizer = torch.optim.SGD(parameters, lr=self.workload.eta)

    def layers(self):
        recurrent = self.recurrent
        weights = torch.cat([recurrent.weight_hh_l0.detach().t(), recurrent.weight_ih_l0.detach().t()])
        biases = recurrent.bias_ih_l0.detach() + recurrent.bias_hh_l0.detach()
        pairs = (weights, biases), (self.linear.weight.detach().t(), self.linear.bias.detach())
        return [(w.numpy().copy(), b.numpy().copy()) for w, b in pairs]

    def warm_up(self):
        saved = self.layers()
        self.epoch(np.arange(20 * self.workload.batch))
        self.load(saved)

    def logits(self, x):
        return self.linear(self.recurrent(x)[0][:, -1])

    @torch.inference_mode()
    def forward(self, x):
        return torch.softmax(self.logits(torch.from_numpy(x).reshape(-1, self.shape.steps, self.shape.inputs)), 1)

    def epoch(self, order):
        for chosen in torch.from_numpy(order).split(self.workload.batch):
            self.optimizer.zero_grad()
            nn.functional.cross_entropy(self.logits(self.x[chosen]), self.labels[chosen]).backward()
            self.optimizer.step()
