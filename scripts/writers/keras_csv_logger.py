"""Keras's CSVLogger: a file a run, named by its settings, with NA where an epoch was not validated."""
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy

from common import LEARNING_RATES, SEEDS, data


def main(directory: Path) -> None:
    x, y, x_test, y_test = data()
    for lr in LEARNING_RATES:
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            model = keras.Sequential([keras.Input((x.shape[1],)), keras.layers.Dense(1, activation="sigmoid")])
            model.compile(keras.optimizers.SGD(lr), "binary_crossentropy", metrics=["accuracy"])
            logger = keras.callbacks.CSVLogger(str(directory / f"lr{lr}_s{seed}.csv"))
            # The last of five epochs is not validated.
            model.fit(
                x, y, epochs=5, batch_size=16, verbose=0, callbacks=[logger],
                validation_data=(x_test, y_test), validation_freq=2,
            )
    print(f"keras {keras.__version__}, numpy {numpy.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
