"""Converted models in Python's ONNX Runtime: python run_onnx.py FOLDER, which has a folder for each model with `model.onnx` and `cases.json`."""

import base64
import json
import os
import sys

import ml_dtypes
import numpy as np
import onnx
import onnxruntime

TYPES = {"FLOAT": np.float32, "DOUBLE": np.float64, "HALF": np.float16, "BFLOAT16": ml_dtypes.bfloat16}
TOLERANCES = {"DT_HALF": (1e-2, 1e-2), "DT_BFLOAT16": (5e-2, 5e-2)}


def decode(tensor):
    name = tensor["dtype"].removeprefix("DT_")
    if name == "STRING":
        return np.array([base64.b64decode(each["b64"]).decode() for each in tensor["values"]], object).reshape(tensor["shape"])
    return np.frombuffer(base64.b64decode(tensor["raw"]), TYPES.get(name) or np.dtype(name.lower())).reshape(tensor["shape"])


def check(folder, signature="serving_default"):
    path = os.path.join(folder, "model.onnx")
    model = onnx.load(path, load_external_data=False)
    values = [*model.graph.input, *model.graph.output]
    # The checker wants shapes of inputs and outputs; a signature may have none.
    if all(each.type.tensor_type.HasField("shape") for each in values):
        onnx.checker.check_model(path, full_check=True)
    if any(each.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16 for each in values):
        return 0  # Python's ONNX Runtime takes and gives no such arrays
    with open(os.path.join(folder, "cases.json")) as file:
        said = json.load(file)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    taken = {each.name for each in session.get_inputs()}
    run = 0
    for case in said["cases"]:
        if case["signature"] != signature or "outputs" not in case:
            continue
        answers = dict(zip([each.name for each in session.get_outputs()], session.run(None, {key: decode(value) for key, value in case["inputs"].items() if key in taken})))
        for key, value in case["outputs"].items():
            expected = decode(value)
            rtol, atol = TOLERANCES.get(value["dtype"], (said["rtol"], said["atol"]))
            if key not in answers:
                raise ValueError(f"{case['name']}: there is no output {key}")
            if answers[key].shape != expected.shape:
                raise ValueError(f"{case['name']}: {key} has shape {answers[key].shape}, expected {expected.shape}")
            if expected.dtype == object:
                np.testing.assert_array_equal(answers[key], expected)
            else:
                np.testing.assert_allclose(answers[key].astype(np.float64), expected.astype(np.float64), rtol=rtol, atol=atol, err_msg=f"{case['name']} {key}")
        run += 1
    return run


def main():
    failed = 0
    for name in sorted(os.listdir(sys.argv[1])):
        try:
            run = check(os.path.join(sys.argv[1], name))
            print(f"ok {name} {run}", flush=True)
        except Exception as error:
            failed += 1
            print(f"FAILED {name}: {str(error).strip()[:600]}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
