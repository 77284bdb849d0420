"""MLflow's table of runs."""
import os
import sys
import tempfile
from pathlib import Path

os.environ["GIT_PYTHON_REFRESH"] = "quiet"
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow

from common import LEARNING_RATES, SEEDS, regression


def main(directory: Path) -> None:
    with tempfile.TemporaryDirectory() as store:
        mlflow.set_tracking_uri(Path(store, "mlruns").as_uri())
        mlflow.set_experiment("writers")
        for lr in LEARNING_RATES:
            for seed in SEEDS:
                with mlflow.start_run(tags={"group": "check"}):
                    mlflow.log_params({"lr": lr, "seed": seed})
                    for epoch, loss in enumerate(regression(lr, seed)):
                        mlflow.log_metric("val_loss", loss, step=epoch)
        runs = mlflow.search_runs()
    # Without the names of directories and people.
    runs["artifact_uri"] = "file:///mlruns/" + runs["run_id"]
    runs["tags.mlflow.user"], runs["tags.mlflow.source.name"] = "someone", "train.py"
    runs = runs.drop(columns=[column for column in runs if ".git." in column])
    runs.to_csv(directory / "runs_of_mlflow.csv", index=False)
    print(f"mlflow {mlflow.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
