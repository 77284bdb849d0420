"""Optuna's table of trials, of which some were pruned and one failed."""
import sys
from pathlib import Path

import optuna

from common import LEARNING_RATES, SEEDS, regression

optuna.logging.set_verbosity(optuna.logging.CRITICAL)


def objective(trial):
    lr = trial.suggest_categorical("lr", LEARNING_RATES)
    seed = trial.suggest_categorical("seed", SEEDS)
    trial.set_user_attr("host", f"node-{trial.number % 3}")
    if lr == LEARNING_RATES[0] and seed == SEEDS[-1]:
        raise RuntimeError("a failed trial")
    losses = regression(lr, seed)
    for epoch, loss in enumerate(losses):
        trial.report(loss, epoch)
    if lr == LEARNING_RATES[1] and seed == SEEDS[0]:
        raise optuna.TrialPruned
    return losses[-1]


def main(directory: Path) -> None:
    grid = {"lr": LEARNING_RATES, "seed": SEEDS}
    study = optuna.create_study(sampler=optuna.samplers.GridSampler(grid, seed=1), direction="minimize")
    study.optimize(objective, catch=RuntimeError)
    study.trials_dataframe().to_csv(directory / "trials_of_optuna.csv")
    print(f"optuna {optuna.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
