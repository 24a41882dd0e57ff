"""The same models over REST, with `requests`."""

import base64
import json

import numpy as np
import requests

from goldens import assert_close, read_cases
from report import Skip

TIMEOUT_S = 30
#: What TensorFlow Serving can write and read as JSON, by numpy's kind and size; it refuses the rest. We do so in strict mode.
STRICT_TYPES = {"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u4", "u8", "b1", "O"}
ALL_TYPES = STRICT_TYPES | {"f2", "u2"}


def run_rest_checks(report, base_url, goldens, is_strict):
    types = STRICT_TYPES if is_strict else ALL_TYPES
    for case in read_cases(goldens):
        with report.check(f"REST {case.title}"):
            check_case(base_url, case, types)
    check_models(report, base_url)
    check_errors(report, base_url)


def check_case(base_url, case, types):
    if case.outputs is None:
        raise Skip("errors are checked over gRPC")
    if any(array.size == 0 and array.ndim > 1 for array in case.inputs.values()):
        raise Skip("JSON cannot say the shape of an empty tensor")
    url = f"{base_url}/v1/models/{case.model}/versions/{case.version}:predict"
    body = {"inputs": {name: to_json(array) for name, array in case.inputs.items()}}
    response = requests.post(url, data=json.dumps(body), timeout=TIMEOUT_S)
    if any(is_refused(array, types) for array in case.inputs.values()):
        assert response.status_code == 501, f"{response.status_code} {response.text}"
        return
    if any(is_refused(array, types) for array in case.outputs.values()):
        assert response.status_code == 400, f"{response.status_code} {response.text}"
        assert "Failed to write JSON value for tensor type" in response.json()["error"], response.text
        return
    if set(case.served_outputs) - set(case.outputs) and response.status_code == 400:
        raise Skip("the golden does not tell what the outputs it leaves out hold")
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    outputs = parse(response)["outputs"]
    # One output of the model stands alone, several have names.
    named = {case.served_outputs[0]: outputs} if len(case.served_outputs) == 1 else outputs
    assert set(case.outputs) <= set(named), sorted(named)
    for name, expected in case.outputs.items():
        assert_close(from_json(named[name], expected), expected, case)


def is_refused(array, types):
    """Of an empty tensor there is nothing to refuse."""
    return array.size > 0 and array.dtype.str[1:] not in types


def to_json(array):
    if array.dtype.kind != "O":
        return array.tolist()
    return nested([text_or_base64(value) for value in array.ravel()], array.shape)


def text_or_base64(value):
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(value).decode()}


def nested(values, shape):
    if not shape:
        return values[0]
    step = len(values) // shape[0] if shape[0] else 0
    return [nested(values[row * step : (row + 1) * step], shape[1:]) for row in range(shape[0])]


def parse(response):
    """Strings are bytes that may be no UTF-8; they come through as surrogates."""
    return json.loads(response.content.decode("utf-8", "surrogateescape"))


def from_json(value, expected):
    if expected.size == 0 and value == []:
        return np.zeros(expected.shape, expected.dtype)
    if expected.dtype.kind != "O":
        return np.array(value, expected.dtype)
    flat = np.array(value, object)
    if flat.shape == expected.shape:
        flat = np.array([text.encode("utf-8", "surrogateescape") for text in flat.ravel()], object).reshape(flat.shape)
    return flat


def check_models(report, base_url):
    with report.check("REST rows: one entry for each instance"):
        body = {"instances": [{"features": [3.04, 4.37, -2.79, -2.89]}, {"features": [0, 0, 0, 0]}]}
        answer = requests.post(f"{base_url}/v1/models/mlp:predict", json=body, timeout=TIMEOUT_S).json()
        assert [sorted(row) for row in answer["predictions"]] == [["label", "probabilities"]] * 2
    with report.check("REST a version by its label"):
        body = {"instances": [[3.04, 4.37, -2.79, -2.89]]}
        answer = requests.post(f"{base_url}/v1/models/mlp/labels/stable:predict", json=body, timeout=TIMEOUT_S).json()
        np.testing.assert_allclose(answer["predictions"][0][:2], [0.2982964, 0.4899613], rtol=1e-5)
    with report.check("REST status"):
        answer = requests.get(f"{base_url}/v1/models/mlp", timeout=TIMEOUT_S)
        assert answer.headers["content-type"] == "application/json"
        versions = answer.json()["model_version_status"]
        assert [(item["version"], item["state"]) for item in versions] == [("2", "AVAILABLE"), ("1", "AVAILABLE")]
        assert versions[0]["status"] == {"error_code": "OK", "error_message": ""}
    with report.check("REST metadata"):
        answer = requests.get(f"{base_url}/v1/models/mlp/metadata", timeout=TIMEOUT_S).json()
        assert answer["model_spec"] == {"name": "mlp", "version": "2", "signature_name": ""}
        signature = answer["metadata"]["signature_def"]["signature_def"]["serving_default"]
        features = signature["inputs"]["features"]
        assert (features["dtype"], [dim["size"] for dim in features["tensor_shape"]["dim"]]) == ("DT_FLOAT", ["-1", "4"])


def check_errors(report, base_url):
    row = {"instances": [[3.04, 4.37, -2.79, -2.89]]}
    cases = [
        ("unknown model", "nope:predict", json.dumps(row), 404, "Servable not found for request: Latest(nope)"),
        ("unknown version", "mlp/versions/99:predict", json.dumps(row), 404, "Servable not found for request: Specific(mlp, 99)"),
        ("unknown label", "mlp/labels/nope:predict", json.dumps(row), 400, "Unrecognized servable version label: nope"),
        ("unknown signature", "mlp:predict", json.dumps({**row, "signature_name": "nope"}), 400,
         'Serving signature name: "nope" not found in signature def'),
        ("an empty body", "mlp:predict", "", 400, "JSON Parse error: The document is empty"),
        ("neither rows nor columns", "mlp:predict", "{}", 400, "Missing 'inputs' or 'instances' key"),
        ("no rows", "mlp:predict", '{"instances": []}', 400, None),
        ("text for numbers", "mlp:predict", '{"instances": [["a", "b", "c", "d"]]}', 400, None),
        ("an unknown verb", "mlp:explain", json.dumps(row), 400, "Malformed request: POST /v1/models/mlp:explain"),
    ]
    for title, path, body, status, text in cases:
        with report.check(f"REST error: {title}"):
            response = requests.post(f"{base_url}/v1/models/{path}", data=body, timeout=TIMEOUT_S)
            assert response.status_code == status, f"{response.status_code} {response.text}"
            error = response.json()["error"]
            assert error and (text is None or error == text), error
    with report.check("REST error: status of an unknown model"):
        response = requests.get(f"{base_url}/v1/models/nope", timeout=TIMEOUT_S)
        assert (response.status_code, response.json()["error"]) == (404, "Could not find any versions of model nope")
