"""Ray Tune: the table of all trials, and the progress of each, a row an iteration, in a directory named by its settings."""
import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_DEDUP_LOGS"] = "1"

import pandas
import ray
from ray import tune

from common import LEARNING_RATES, SEEDS, regression

warnings.filterwarnings("ignore")


def train(config):
    for epoch, loss in enumerate(regression(config["lr"], config["seed"])):
        tune.report({"val_loss": loss, "half_epochs": 2 * epoch})


def anonymous(table: pandas.DataFrame) -> pandas.DataFrame:
    """The table without the names of machines and directories."""
    places = {"hostname": "node", "node_ip": "127.0.0.1", "logdir": "trial"}
    return table.assign(**{column: word for column, word in places.items() if column in table})


def main(directory: Path) -> None:
    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False,
             runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}})
    with tempfile.TemporaryDirectory() as storage:
        space = {"lr": tune.grid_search(LEARNING_RATES), "seed": tune.grid_search(SEEDS)}
        run = tune.RunConfig(storage_path=storage, name="trials", verbose=0)
        results = tune.Tuner(train, param_space=space, run_config=run).fit()
        anonymous(results.get_dataframe()).to_csv(directory / "trials_of_ray.csv", index=False)
        for progress in Path(storage, "trials").glob("*/progress.csv"):
            table = anonymous(pandas.read_csv(progress, dtype=str, keep_default_na=False))
            copy = directory / progress.parent.name / progress.name
            copy.parent.mkdir()
            table.to_csv(copy, index=False)
    ray.shutdown()
    print(f"ray {ray.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
