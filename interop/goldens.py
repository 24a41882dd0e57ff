"""The golden cases of fixtures/onnx: tensors as numpy arrays, and comparison within a case's tolerance."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


@dataclass
class Case:
    model: str
    version: int
    name: str
    inputs: dict
    #: As tensors, sequences and maps too; `None` when the call is refused.
    outputs: dict | None
    output_filter: list
    rtol: float
    atol: float
    error_kind: str | None
    #: All outputs that the model is served with: REST has no filter.
    served_outputs: list

    @property
    def title(self):
        return f"{self.model}/{self.version} {self.name}"


def read_cases(folder):
    """Every case of every model, in order."""
    for path in sorted(Path(folder).glob("*.json")):
        golden = json.loads(path.read_text())
        if golden["format"] == "golden/onnx-1":
            yield from (_case(golden, case) for case in golden["cases"])


def _case(golden, case):
    tolerance = case.get("tolerance", golden["tolerance"])
    version = golden["versions"][str(case["version"])]
    outputs = case.get("outputs")
    tensors = {}
    for name, value in (outputs or {}).items():
        tensors.update(_tensors_of(name, value))
    return Case(
        model=golden["model"],
        version=case["version"],
        name=case["name"],
        inputs={name: array_of(tensor) for name, tensor in case["inputs"].items()},
        outputs=None if outputs is None else tensors,
        output_filter=case.get("output_filter", []),
        rtol=tolerance["rtol"],
        atol=tolerance["atol"],
        error_kind=case.get("error", {}).get("kind"),
        served_outputs=[name for output in version["outputs"] for name in _served_names(output)],
    )


def _tensors_of(name, value):
    """An output as the server gives it: tensors of a sequence stacked, maps as their values and `<name>_keys`."""
    if "dtype" in value:
        return {name: array_of(value)}
    if value["type"].startswith("seq(tensor("):
        return {name: np.stack([array_of(tensor) for tensor in value["value"]])}
    assert value["type"].startswith("seq(map("), value["type"]
    maps = [dict(pairs) for pairs in value["value"]]
    keys = sorted(maps[0])
    texts = [key.encode() for key in keys] if isinstance(keys[0], str) else None
    return {
        name: np.array([[each[key] for key in keys] for each in maps], np.float32),
        f"{name}_keys": np.array(keys, np.int64) if texts is None else np.array(texts, object),
    }


def _served_names(output):
    return [output["name"], f"{output['name']}_keys"] if "map(" in output["type"] else [output["name"]]


def array_of(tensor):
    """A golden tensor as an array; strings are bytes in an array of objects."""
    dtype = tf.dtypes.as_dtype(types_pb2.DataType.Value(tensor["dtype"])).as_numpy_dtype
    if "raw" in tensor:
        return np.frombuffer(base64.b64decode(tensor["raw"]), dtype).reshape(tensor["shape"])
    values = [_element(tensor["dtype"], value) for value in tensor["values"]]
    return np.array(values, dtype).reshape(tensor["shape"])


def _element(dtype, value):
    if dtype == "DT_STRING":
        return base64.b64decode(value["b64"]) if isinstance(value, dict) else value.encode()
    if "COMPLEX" in dtype:
        return complex(*(SPECIAL.get(part, part) if isinstance(part, str) else part for part in value))
    if "INT" in dtype:
        return int(value)
    return SPECIAL.get(value, value) if isinstance(value, str) else value


def assert_close(actual, expected, case):
    """Strings, integers and booleans equal; floats within the tolerance; dtype and shape always."""
    assert list(actual.shape) == list(expected.shape), f"shape {list(actual.shape)}, expected {list(expected.shape)}"
    assert actual.dtype == expected.dtype, f"dtype {actual.dtype}, expected {expected.dtype}"
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(actual.astype(np.float64), expected.astype(np.float64), case.rtol, case.atol)
    else:
        np.testing.assert_array_equal(actual, expected)
