"""pandas: a long table with decimal commas and its index, one with a header of two levels, and one in UTF-16."""
import sys
from pathlib import Path

import pandas

from common import LEARNING_RATES, SEEDS, regression


def main(directory: Path) -> None:
    rows = [
        {"lr": lr, "seed": seed, "epoch": epoch, "val_loss": loss, "nesterov": lr > 0.1}
        for lr in LEARNING_RATES for seed in SEEDS for epoch, loss in enumerate(regression(lr, seed))
    ]
    table = pandas.DataFrame(rows)
    table.to_csv(directory / "decimal_commas.csv", sep=";", decimal=",")
    table.to_csv(directory / "utf16.csv", index=False, encoding="utf-16", sep="\t")
    last = table[table["epoch"] == table["epoch"].max()]
    last.groupby(["lr", "seed"])[["val_loss"]].agg(["mean", "max"]).to_csv(directory / "two_levels.csv")
    print(f"pandas {pandas.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
