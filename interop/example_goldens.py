"""Goldens as tf.train.Examples: the classify and regress cases of SavedModels, and rows of ONNX models."""

import base64
import json

import tensorflow as tf


def saved_model_cases(folder, models):
    """Every classify and regress case of the goldens of these SavedModels, with its model's name."""
    for model in models:
        golden = json.loads((folder / f"{model}.json").read_text())
        for case in golden["cases"]:
            if case["method"] in ("classify", "regress"):
                yield model, case


def examples_of(case):
    return [example_of(features) for features in case["examples"]]


def example_of(features):
    """An Example of features as goldens write them: `{"x": {"float": [1]}}`."""
    example = tf.train.Example()
    for name, kinds in features.items():
        feature = example.features.feature[name]
        for kind, values in kinds.items():
            getattr(feature, f"{kind}_list").value.extend(_bytes(value) if kind == "bytes" else value for value in values)
    return example


def _bytes(value):
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value.encode()


def onnx_case(folder, model, version):
    """The rows of a golden's first case as Examples, and the case's outputs as lists of rows."""
    golden = json.loads((folder / f"{model}.json").read_text())
    case = next(case for case in golden["cases"] if case["version"] == version and "output_filter" not in case)
    inputs = {name: _rows(tensor) for name, tensor in case["inputs"].items()}
    count = len(next(iter(inputs.values())))
    kinds = {name: "float" if tensor["dtype"] == "DT_FLOAT" else "bytes" for name, tensor in case["inputs"].items()}
    examples = [example_of({name: {kinds[name]: rows[row]} for name, rows in inputs.items()}) for row in range(count)]
    return examples, {name: _rows(tensor) for name, tensor in case["outputs"].items()}


def _rows(tensor):
    rows = tensor["shape"][0]
    width = len(tensor["values"]) // rows
    return [tensor["values"][row * width:(row + 1) * width] for row in range(rows)]
