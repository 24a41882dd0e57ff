"""Trains the example's models with LightGBM, and writes what LightGBM answers for rows that the training has not seen.

The data ships in scikit-learn. `wine` has three classes; `tumour` is binary, with values missing; `progress` is a regression with a
category. Writes models/<name>/1/lightgbm.json and expected.json. With `--check` nothing is written: the committed models are compared
with a new training, and expected.json with what LightGBM answers.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python train.py
"""

import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
SAMPLES = 12
SEED = 20
COMMON = {"verbosity": -1, "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": SEED, "num_leaves": 7, "min_data_in_leaf": 5}


def with_missing(rows):
    """A tenth of the values is not there."""
    holes = np.random.default_rng(SEED).random(rows.shape) < 0.1
    return np.where(holes, np.nan, rows)


def with_category(rows):
    """The age, first of the columns, becomes one of six groups."""
    groups = np.searchsorted(np.quantile(rows[:, 0], [0.17, 0.33, 0.5, 0.67, 0.83]), rows[:, 0])
    return np.column_stack([groups, rows[:, 1:]])


def tasks():
    wine, cultivars = load_wine(return_X_y=True)
    cells, is_benign = load_breast_cancer(return_X_y=True)
    patients, progress = load_diabetes(return_X_y=True)
    yield "wine", wine, cultivars, {"objective": "multiclass", "num_class": 3}, []
    yield "tumour", with_missing(cells), is_benign, {"objective": "binary"}, []
    yield "progress", with_category(patients), progress, {"objective": "regression"}, [0]


def train(rows, targets, parameters, categories):
    seen, held_out, seen_targets, _ = train_test_split(rows, targets, test_size=SAMPLES, random_state=SEED)
    # A category is split as one only when every group may stand alone.
    parameters = {**COMMON, **parameters, "max_cat_to_onehot": 1, "min_data_per_group": 5, "cat_smooth": 1}
    booster = lightgbm.train(parameters, lightgbm.Dataset(seen, seen_targets, categorical_feature=categories), num_boost_round=20)
    return booster, held_out


def odd_rows(held_out):
    """Rows that no training shows: nothing known, all zero, categories that do not exist."""
    return np.stack([np.full_like(held_out[0], value) for value in (np.nan, 0.0, -3.0, 99.5)])


def main():
    is_check = "--check" in sys.argv[1:]
    expected = {}
    for name, rows, targets, parameters, categories in tasks():
        booster, held_out = train(rows, targets, parameters, categories)
        asked = np.concatenate([held_out, odd_rows(held_out)])
        # JSON has no NaN: null is a value that is not there.
        as_json = [[None if np.isnan(value) else float(value) for value in row] for row in asked]
        expected[name] = {"rows": as_json, "predictions": booster.predict(asked).tolist()}
        path = HERE / "models" / name / "1" / "lightgbm.json"
        text = json.dumps(booster.dump_model(), separators=(",", ":")) + "\n"
        if is_check:
            assert path.read_text() == text, f"{path} is not what the training gives"
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    text = json.dumps(expected) + "\n"
    if is_check:
        assert (HERE / "expected.json").read_text() == text, "expected.json is not what LightGBM answers"
        print("models and answers are as committed")
    else:
        (HERE / "expected.json").write_text(text)


if __name__ == "__main__":
    main()
