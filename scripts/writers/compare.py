"""Reads what the writers wrote with nablab and with pandas, and compares the tables.

    compare.py WRITTEN --program target/release/nablab [--keep tests/cases/written]

What a table should say is computed here from what pandas reads: the mean of every row with Student's interval, the paired
difference from the first row with its interval and p, corrected for the training data that folds share (Nadeau and Bengio
2003). `nablab columns` must take the columns for what they are.
"""
import argparse
import csv
import io
import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy
import pandas
from scipy import stats

TOLERANCE = 1e-9


@dataclass
class Case:
    """Files that are one table: how nablab is asked for it, and how pandas finds each row, pair and value."""
    name: str
    files: str
    options: list[str]
    roles: dict[str, str]
    truth: Callable[[Path], pandas.DataFrame]
    folds: int = 0
    runs: int = 12


def named(directory: Path, pattern: str, metric: str, where=lambda table: table) -> pandas.DataFrame:
    """The last value of a metric in each file whose path has lr and seed."""
    rows = []
    for path in sorted(directory.rglob("*.csv")):
        found = re.search(pattern, str(path.relative_to(directory)))
        if found:
            table = where(pandas.read_csv(path, na_values=["NA"])).dropna(subset=[metric])
            rows.append({"row": found["lr"], "pair": found["seed"], "value": table[metric].iloc[-1]})
    return pandas.DataFrame(rows)


def last(table: pandas.DataFrame, by: str, pair: str, metric: str, epoch: str | None = None) -> pandas.DataFrame:
    """The value of a metric in the last row of each run of a long table."""
    if epoch:
        table = table.dropna(subset=[metric]).sort_values(epoch).groupby([by, pair], as_index=False).last()
    return pandas.DataFrame({"row": table[by].astype(str), "pair": table[pair], "value": table[metric]})


def trials(directory: Path) -> pandas.DataFrame:
    table = pandas.read_csv(directory / "trials_of_optuna.csv")
    table.loc[table["state"] != "COMPLETE", "value"] = math.nan
    return last(table, "params_lr", "params_seed", "value")


def folds(directory: Path) -> pandas.DataFrame:
    table = pandas.read_csv(directory / "cv_results.csv")
    split = re.compile(r"split(\d+)_test_neg_log_loss")
    rows = [
        {"row": str(row["param_C"]), "pair": split.match(column)[1], "value": row[column]}
        for _, row in table.iterrows() for column in table if split.match(column)
    ]
    return pandas.DataFrame(rows)


def history(directory: Path) -> pandas.DataFrame:
    table = pandas.read_csv(directory / "log_history.csv").dropna(subset=["eval_loss"])
    return last(table, "peak", "seed", "eval_loss", "step")


def r_table(name: str, **reading) -> Callable[[Path], pandas.DataFrame]:
    def truth(directory: Path) -> pandas.DataFrame:
        table = pandas.read_csv(directory / name, **reading)
        return last(table[table["seed"].isin([1, 2, 4, 5])], "optimizer", "seed", "val_loss")
    return truth


COMMAS = {"sep": ";", "decimal": ","}
R_ROLES = {"seed": "seed", "optimizer": "setting", "amsgrad": "setting", "val_loss": "metric"}
R_OPTIONS = ["--by", "optimizer", "--metric", "val_loss", "--where", "seed=1,2,4,5"]
LOSS = ["--metric", "val_loss"]
LOG = {"lr": "setting", "seed": "seed", "epoch": "epoch", "val_loss": "metric"}

CASES = [
    Case("Keras's CSVLogger", "keras_csv_logger/lr{lr}_s{seed}.csv", LOSS, LOG,
         lambda d: named(d, r"lr(?P<lr>.+)_s(?P<seed>\d+)", "val_loss")),
    Case("Lightning's CSVLogger", "lightning_csv_logger/lr{lr}_s{seed}/version_0/metrics.csv", LOSS,
         {**LOG, "step": "ignored"}, lambda d: named(d, r"lr(?P<lr>.+)_s(?P<seed>\d+)/", "val_loss")),
    Case("Lightning's CSVLogger, train_loss", "lightning_csv_logger/lr{lr}_s{seed}/version_0/metrics.csv",
         ["--metric", "train_loss"], {"train_loss": "metric"},
         lambda d: named(d, r"lr(?P<lr>.+)_s(?P<seed>\d+)/", "train_loss")),
    Case("Transformers' log history", "transformers_history/log_history.csv",
         ["--metric", "eval_loss"], {"peak": "setting", "seed": "seed", "step": "epoch", "eval_loss": "metric"}, history),
    Case("Optuna's trials", "optuna_trials/trials_of_optuna.csv", ["--better", "lower"],
         {"number": "identity", "value": "metric", "params_lr": "setting", "params_seed": "seed", "state": "state",
          "duration": "time", "user_attrs_host": "identity"}, trials),
    Case("MLflow's runs", "mlflow_runs/runs_of_mlflow.csv", [],
         {"run_id": "identity", "status": "state", "params.lr": "setting", "params.seed": "seed",
          "metrics.val_loss": "metric", "start_time": "time", "tags.mlflow.runName": "identity"},
         lambda d: last(pandas.read_csv(d / "runs_of_mlflow.csv"), "params.lr", "params.seed", "metrics.val_loss")),
    Case("scikit-learn's cv_results_", "sklearn_search/cv_results.csv", ["--metric", "test_neg_log_loss"],
         {"param_C": "setting", "fold": "fold", "test_accuracy": "metric", "mean_test_accuracy": "ignored"}, folds,
         folds=8, runs=16),
    Case("pandas, decimal commas", "pandas_tables/decimal_commas.csv", ["--by", "lr"], {**LOG, "nesterov": "setting"},
         lambda d: last(pandas.read_csv(d / "decimal_commas.csv", **COMMAS), "lr", "seed", "val_loss", "epoch")),
    Case("pandas, UTF-16", "pandas_tables/utf16.csv", ["--by", "lr"], LOG,
         lambda d: last(pandas.read_csv(d / "utf16.csv", encoding="utf-16", sep="\t"), "lr", "seed", "val_loss", "epoch")),
    Case("pandas, a header of two levels", "pandas_tables/two_levels.csv", ["--metric", "val_loss_mean"],
         {"lr": "setting", "seed": "seed", "val_loss_mean": "metric"},
         lambda d: last(pandas.read_csv(d / "two_levels.csv", skiprows=3, names=["lr", "seed", "mean", "max"]), "lr",
                        "seed", "mean")),
    Case("Ray's trials", "ray_progress/trials_of_ray.csv", LOSS,
         {"config/lr": "setting", "config/seed": "seed", "val_loss": "metric", "trial_id": "ignored"},
         lambda d: last(pandas.read_csv(d / "trials_of_ray.csv"), "config/lr", "config/seed", "val_loss")),
    Case("Ray's progress", "ray_progress/train_{trial}_lr={lr},seed={seed}_{when}/progress.csv", LOSS,
         {"training_iteration": "epoch", "lr": "setting", "seed": "seed", "val_loss": "metric", "trial": "identity", "date": "ignored"},
         lambda d: named(d, r"lr=(?P<lr>[\d.]+),seed=(?P<seed>\d+)_", "val_loss")),
    Case("R's fwrite", "tables/fwrite.csv", R_OPTIONS, R_ROLES, r_table("fwrite.csv")),
    Case("R's fwrite, decimal commas", "tables/fwrite_commas.csv", R_OPTIONS, R_ROLES,
         r_table("fwrite_commas.csv", **COMMAS)),
    Case("R's write_csv of readr", "tables/readr.csv", R_OPTIONS, R_ROLES, r_table("readr.csv")),
    Case("R's write_csv2 of readr", "tables/readr_commas.csv", R_OPTIONS, R_ROLES, r_table("readr_commas.csv", **COMMAS)),
    Case("R's write.csv", "tables/write_csv.csv", R_OPTIONS, R_ROLES, r_table("write_csv.csv")),
]


def interval(values: numpy.ndarray, folds: int) -> tuple[float, float, float]:
    """Mean and the ends of its 95 % interval."""
    n = len(values)
    shared = 1 / (folds - 1) if folds else 0
    half = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) * math.sqrt(1 / n + shared)
    return values.mean(), values.mean() - half, values.mean() + half


def expected(truth: pandas.DataFrame, folds: int) -> list[dict]:
    """A row for each value of what is compared, in the order of first numbers, then words."""
    rows, first = [], None
    table = truth.pivot(index="pair", columns="row", values="value")
    numeric = all(re.fullmatch(r"[\d.e+-]+", row) for row in table)
    order = sorted(table, key=float) if numeric else list(dict.fromkeys(truth["row"]))
    for row in order:
        values = table[row]
        found = {"row": row, "n": len(values)}
        rows.append(found)
        first = values if first is None else first
        if values.isna().any():
            continue
        found |= dict(zip(["mean", "ci_low", "ci_high"], interval(values.to_numpy(), folds)))
        if values is not first and not first.isna().any():
            differences = (values - first).to_numpy()
            mean, low, high = interval(differences, folds)
            found |= {"difference": mean, "difference_low": low, "difference_high": high}
            # p needs as many pairs as a test of five per cent can decide with.
            if len(values) >= 6:
                error = (high - mean) / stats.t.ppf(0.975, len(values) - 1)
                found["p_holm"] = 2 * stats.t.sf(abs(mean / error), len(values) - 1)
    return rows


def same(a: str, b) -> bool:
    try:
        return math.isclose(float(a), float(b), rel_tol=TOLERANCE, abs_tol=1e-12)
    except ValueError:
        return a == str(b)


def run(program: str, verb: str, written: Path, case: Case, options: list[str]) -> str:
    command = [program, verb, str(written / case.files), *options]
    finished = subprocess.run(command, capture_output=True, text=True)
    return finished.stdout if finished.returncode == 0 else finished.stdout + finished.stderr


def differences(case: Case, rows: list[dict], written: Path, program: str) -> list[str]:
    """What nablab says otherwise."""
    wrong = []
    columns = run(program, "columns", written, case, [])
    roles = {}
    for line in columns.splitlines():
        cells = [cell.strip() for cell in line.strip("│").split("┆")]
        if len(cells) == 3:
            roles[cells[0]] = cells[1]
    for column, role in case.roles.items():
        if roles.get(column) != role:
            wrong.append(f"{column} is taken for {roles.get(column)}, not {role}")
    if f"{case.runs} runs." not in columns:
        wrong.append(f"not {case.runs} runs: {columns.splitlines()[-1:]}")
    text = run(program, "ablate", written, case, [*case.options, "--format", "csv"])
    table = list(csv.DictReader(io.StringIO(text)))
    if len(table) != len(rows):
        return [*wrong, f"{len(table)} rows, not {len(rows)}: {text.strip()[:300]}"]
    for found, wanted in zip(table, rows):
        label = next(iter(found.values()))
        for column in ["row", "n", "mean", "ci_low", "ci_high", "difference", "difference_low", "difference_high", "p_holm"]:
            cell = label if column == "row" else found.get(column, "")
            if not same(cell, wanted.get(column, "")):
                wrong.append(f"{label}: {column} is {cell}, not {wanted.get(column, '')}")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("written", type=Path)
    parser.add_argument("--program", required=True)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    good, kept, all_cases = 0, [], 0
    for case in CASES:
        writer = case.files.split("/")[0]
        if not (arguments.written / writer).is_dir():
            continue
        all_cases += 1
        rows = expected(case.truth(arguments.written / writer), case.folds)
        wrong = differences(case, rows, arguments.written, arguments.program)
        good += not wrong
        print(f"{case.name}: {'as expected' if not wrong else '; '.join(wrong)}")
        kept.append({"name": case.name, "files": case.files, "options": case.options, "runs": case.runs,
                     "roles": case.roles, "rows": rows})
    print(f"{good} of {all_cases}")
    if arguments.keep:
        shutil.copytree(arguments.written, arguments.keep, dirs_exist_ok=True)
        (arguments.keep / "expected.json").write_text(json.dumps(kept, indent=1) + "\n")
    sys.exit(good < all_cases)


if __name__ == "__main__":
    main()
