#!/usr/bin/env python3
"""scikit-learn's MLPClassifier, an epoch for each call of partial_fit.

It knows one cost for classes, softmax with log-likelihood. So W5 is expressed exactly; W1 and W2
are the nearest it can do (logistic hidden neurons, softmax output), rows whose loss differs; the
other workloads would say nothing new and are left out.
"""

import sys
import warnings

import common
import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

EXACT = ("W5",)
NEAREST = ("W1", "W2")


class Started(MLPClassifier):
    """An MLPClassifier that begins with given weights instead of its own."""

    def _init_coef(self, fan_in, fan_out, dtype):
        weights, biases = next(layer for layer in self.start if layer[0].shape == (fan_in, fan_out))
        return weights.astype(dtype), biases.astype(dtype)


class SklearnTrainer:
    def __init__(self, workload, data):
        self.workload = workload
        self.x, self.labels = data.x, data.labels
        if workload.id in NEAREST:
            self.note = "different loss: softmax output with log-likelihood, the only one for classes"

    def load(self, layers):
        workload = self.workload
        self.network = Started(
            hidden_layer_sizes=workload.sizes[1:-1],
            activation={"sigmoid": "logistic", "relu": "relu"}[workload.activation],
            solver="sgd",
            # Its penalty is alpha over the images of the mini-batch, the book's lambda over all.
            alpha=workload.lambda_ * workload.batch / common.TRAINING_IMAGES,
            batch_size=workload.batch,
            learning_rate_init=workload.eta,
            momentum=0.0,
            nesterovs_momentum=False,
            # It shuffles by itself, but takes the shared order as it comes.
            shuffle=not common.ARGS.check,
            random_state=common.ARGS.seed,
        )
        self.network.start = layers

    def layers(self):
        return list(zip(self.network.coefs_, self.network.intercepts_))

    def warm_up(self):
        pass

    def epoch(self, order):
        if common.ARGS.check:
            self.network.partial_fit(self.x[order], self.labels[order], classes=np.arange(10))
        else:
            self.network.partial_fit(self.x, self.labels, classes=np.arange(10))


if __name__ == "__main__":
    if common.ARGS.workload not in EXACT + NEAREST:
        print(f"sklearn: {common.ARGS.workload} cannot be expressed", file=sys.stderr)
        sys.exit(3)
    warnings.filterwarnings("ignore")
    common.main("sklearn", sklearn.__version__, SklearnTrainer)
