"""scikit-learn's cv_results_: a row a candidate, whose folds stand in columns."""
import sys
from pathlib import Path

import pandas
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from common import data


def main(directory: Path) -> None:
    x, y, *_ = data()
    grid = {"C": [0.0001, 10.0]}
    search = GridSearchCV(LogisticRegression(), grid, cv=8, scoring=["accuracy", "neg_log_loss"], refit=False,
                          return_train_score=True)
    pandas.DataFrame(search.fit(x, y).cv_results_).to_csv(directory / "cv_results.csv")
    print(f"scikit-learn {sklearn.__version__}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
