"""The log history of Hugging Face's Trainer, as a table: fractional epochs, and rows of training and of evaluation."""
import sys
import tempfile
from pathlib import Path

import pandas
import torch
import transformers

from common import LEARNING_RATES, SEEDS, data


class Regression(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x, labels):
        logits = self.layer(x)[:, 0]
        return {"loss": torch.nn.functional.binary_cross_entropy_with_logits(logits, labels), "logits": logits}


def main(directory: Path) -> None:
    x, y, x_test, y_test = map(torch.tensor, data())
    rows = lambda x, y: [{"x": a, "labels": b} for a, b in zip(x, y)]
    tables = []
    with tempfile.TemporaryDirectory() as output:
        for lr in LEARNING_RATES:
            for seed in SEEDS:
                transformers.set_seed(seed)
                arguments = transformers.TrainingArguments(
                    output, num_train_epochs=3, per_device_train_batch_size=16, learning_rate=lr, seed=seed,
                    logging_steps=4, eval_strategy="steps", eval_steps=6, save_strategy="no", report_to="none",
                    use_cpu=True, disable_tqdm=True, remove_unused_columns=False,
                )
                trainer = transformers.Trainer(Regression(), arguments, train_dataset=rows(x, y),
                                               eval_dataset=rows(x_test, y_test))
                trainer.remove_callback(transformers.PrinterCallback)
                trainer.train()
                table = pandas.DataFrame(trainer.state.log_history)
                table.insert(0, "peak", lr)
                tables.append(table.assign(seed=seed))
    pandas.concat(tables).to_csv(directory / "log_history.csv", index=False)
    print(f"transformers {transformers.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
