"""The golden cases of SavedModels against a server that runs them with TensorFlow: gRPC, REST, and models that are broken."""

import argparse
import base64
import json
import math
import sys
from pathlib import Path

import grpc
import numpy as np
import requests
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    regression_pb2,
)

from goldens import array_of
from grpc_checks import Client, TIMEOUT_S, metadata_request, predict_request, status_request
from report import Report, Skip

AVAILABLE = get_model_status_pb2.ModelVersionStatus.AVAILABLE


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grpc", required=True, help="host:port")
    parser.add_argument("--rest", required=True, help="http://host:port")
    parser.add_argument("--fixtures", required=True, help="the folder that the server's config reads")
    parser.add_argument("--only", default="", help="models, with commas between; broken ones are left out then")
    options = parser.parse_args()

    report = Report()
    client = Client(options.grpc)
    folder = Path(options.fixtures)
    only = set(filter(None, options.only.split(",")))
    for golden in read_goldens(folder):
        if not only or golden["model"] in only:
            check_model(report, client, options.rest, golden)
    if not only:
        for case in json.loads((folder / "goldens/broken.json").read_text())["cases"]:
            with report.check(f"{case['base_path']}: {case['what']}"):
                check_broken(client, case)
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    return 0 if report.failed == 0 else 1


def read_goldens(folder):
    for path in sorted((folder / "goldens").glob("*.json")):
        golden = json.loads(path.read_text())
        if golden["format"] == "golden/1" and (folder / golden["base_path"]).exists():
            yield golden


def check_model(report, client, rest, golden):
    rest_model = f"{golden['model']}_rest" if golden.get("ordered") else golden["model"]
    for case in golden["cases"]:
        outputs = case.get("outputs", {})
        doubles = {name for name, tensor in outputs.items() if tensor["dtype"] == "DT_DOUBLE"}
        # An output that is the only one stands without its name.
        tolerance = {**case.get("tolerance", golden["tolerance"]), "doubles": doubles | ({"outputs", "predictions"} if len(outputs) == 1 and doubles else set())}
        title = f"{golden['model']}/{case['version']} {case['name']}"
        with report.check(f"gRPC Predict {title}"):
            check_predict(client, golden["model"], case, tolerance)
        if case["method"] != "predict" and "error" not in case:
            with report.check(f"gRPC {case['method']} {title}"):
                check_examples(client, golden["model"], case, tolerance)
        for entry in case.get("rest", []):
            with report.check(f"REST {entry['format']} {title}"):
                check_rest(f"{rest}/v1/models/{rest_model}/versions/{case['version']}", case, entry, tolerance)


def inputs_of(client, model, case):
    if "inputs" in case:
        return {name: array_of(tensor) for name, tensor in case["inputs"].items()}
    # What a classify or regress signature is fed: serialized examples, under whatever name its input has.
    signature = signature_of(client, model, case["version"], case["signature"])
    (name,) = signature.inputs
    return {name: np.array([base64.b64decode(each) for each in case["serialized_examples_b64"]], object)}


def check_predict(client, model, case, tolerance):
    request = predict_request(model, case["version"], signature=case["signature"], output_filter=case.get("output_filter", []))
    for name, array in inputs_of(client, model, case).items():
        request.inputs[name].CopyFrom(tensor_proto(array))
    if "error" in case:
        check_refused(lambda: client.predict(request), case["error"]["code"])
        return
    response = client.predict(request)
    assert response.model_spec.version.value == case["version"]
    assert set(response.outputs) == set(case["outputs"]), f"outputs {sorted(response.outputs)}"
    for name, tensor in case["outputs"].items():
        assert response.outputs[name].dtype == types_pb2.DataType.Value(tensor["dtype"]), response.outputs[name].dtype
        assert_equal(name, tf.make_ndarray(response.outputs[name]), array_of(tensor), tolerance)


def tensor_proto(array):
    dtype = tf.dtypes.string if array.dtype == object else tf.as_dtype(array.dtype)
    return tf.make_tensor_proto(array, dtype=dtype, shape=array.shape)


def check_refused(call, code):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code().name == code, f"{error.code().name} {error.details()}"
        assert error.details(), "no details"
    else:
        raise AssertionError("was answered")


def assert_equal(name, actual, expected, tolerance):
    assert list(actual.shape) == list(expected.shape), f"{name}: shape {list(actual.shape)}, expected {list(expected.shape)}"
    if name == "png_bytes":
        # Encoders differ, pixels do not.
        for mine, theirs in zip(actual.reshape(-1), expected.reshape(-1), strict=True):
            np.testing.assert_array_equal(tf.io.decode_png(mine).numpy(), tf.io.decode_png(theirs).numpy())
    elif expected.dtype.kind in "fc" or "float" in expected.dtype.name:
        wide = np.complex128 if expected.dtype.kind == "c" else np.float64
        np.testing.assert_allclose(actual.astype(wide), expected.astype(wide), tolerance["rtol"], tolerance["atol"])
    else:
        np.testing.assert_array_equal(actual, expected)


def fill_spec(spec, model, case):
    spec.name = model
    spec.version.value = case["version"]
    spec.signature_name = case["signature"]


def fill_input(message, case):
    if "context" in case:
        context = message.example_list_with_context
        context.context.CopyFrom(example_of(case["context"]))
        context.examples.extend(example_of(each) for each in case["examples"])
    else:
        message.example_list.examples.extend(example_of(each) for each in case["examples"])


def example_of(features):
    example = tf.train.Example()
    for name, typed in features.items():
        feature = example.features.feature[name]
        for kind, values in typed.items():
            if kind == "bytes":
                feature.bytes_list.value.extend(base64.b64decode(each["b64"]) if isinstance(each, dict) else each.encode() for each in values)
            elif kind == "int64":
                feature.int64_list.value.extend(int(each) for each in values)
            else:
                feature.float_list.value.extend(float(each) for each in values)
    return example


def check_examples(client, model, case, tolerance):
    if case["method"] == "classify":
        request = classification_pb2.ClassificationRequest()
        fill_spec(request.model_spec, model, case)
        fill_input(request.input, case)
        check_classes(client.prediction.Classify(request, timeout=TIMEOUT_S).result, case, tolerance)
    else:
        request = regression_pb2.RegressionRequest()
        fill_spec(request.model_spec, model, case)
        fill_input(request.input, case)
        check_values(client.prediction.Regress(request, timeout=TIMEOUT_S).result, case, tolerance)


def check_classes(result, case, tolerance):
    actual = [[(each.label, each.score) for each in classes.classes] for classes in result.classifications]
    expected = [[(each.get("label", ""), each.get("score", 0)) for each in classes] for classes in case["result"]]
    assert [[label for label, _ in row] for row in actual] == [[label for label, _ in row] for row in expected], actual
    scores = [np.array([score for row in rows for _, score in row], np.float64) for rows in (actual, expected)]
    np.testing.assert_allclose(*scores, tolerance["rtol"], tolerance["atol"])


def check_values(result, case, tolerance):
    actual = [each.value for each in result.regressions]
    np.testing.assert_allclose(actual, case["result"], tolerance["rtol"], tolerance["atol"])


def check_rest(base, case, entry, tolerance):
    if entry["format"] == "none":
        raise Skip(entry["why"])
    body = entry["request_text"] if "request_text" in entry else json.dumps(entry["request"])
    response = requests.post(f"{base}:{entry['verb']}", data=body, timeout=TIMEOUT_S)
    expected_error = entry.get("error") or case.get("error")
    if expected_error is not None:
        assert response.status_code == entry.get("error", {}).get("http", 400), f"{response.status_code} {response.text}"
        assert entry.get("error", {}).get("message_like", "") in response.json()["error"], response.text
        return
    if "response_why_not" in entry:
        raise Skip(entry["response_why_not"])
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    expected = json.loads(entry["response_text"]) if "response_text" in entry else entry["response"]
    assert_same_json(response.json(), expected, tolerance, "")


def assert_same_json(actual, expected, tolerance, path):
    if isinstance(expected, dict):
        assert isinstance(actual, dict) and set(actual) == set(expected), f"{path}: {actual}, expected {expected}"
        if path.endswith("png_bytes"):
            pixels = [tf.io.decode_png(base64.b64decode(each["b64"])).numpy() for each in (actual, expected)]
            np.testing.assert_array_equal(*pixels)
            return
        for key in expected:
            assert_same_json(actual[key], expected[key], tolerance, f"{path}.{key}")
    elif isinstance(expected, list):
        assert isinstance(actual, list) and len(actual) == len(expected), f"{path}: {actual}, expected {expected}"
        for mine, theirs in zip(actual, expected, strict=True):
            assert_same_json(mine, theirs, tolerance, path)
    elif isinstance(expected, float) or isinstance(actual, float):
        assert isinstance(actual, int | float), f"{path}: {actual}, expected {expected}"
        assert is_close(actual, expected, tolerance, path.rsplit(".", 1)[-1] not in tolerance["doubles"]), f"{path}: {actual}, expected {expected}"
    else:
        assert type(actual) is type(expected) and actual == expected, f"{path}: {actual}, expected {expected}"


def is_close(actual, expected, tolerance, is_float32):
    if math.isnan(actual) or math.isnan(expected):
        return math.isnan(actual) and math.isnan(expected)
    if math.isclose(actual, expected, rel_tol=tolerance["rtol"], abs_tol=tolerance["atol"]):
        return True
    # A golden has the shortest decimal of a float32, the server nine digits: both are the same number.
    return is_float32 and np.float32(actual) == np.float32(expected)


def signature_of(client, model, version, name):
    request = metadata_request(model, ["signature_def"])
    request.model_spec.version.value = version
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert client.metadata(request).metadata["signature_def"].Unpack(signatures)
    return signatures.signature_def[name]


def check_broken(client, case):
    model = case["base_path"].replace("/", "_")
    (version,) = client.status(status_request(model)).model_version_status
    expected = case["load"]["code"]
    if expected != "OK":
        code = grpc.StatusCode.__members__[expected].value[0]
        assert version.status.error_code == code, f"{version.status.error_code} {version.status.error_message}"
        assert version.status.error_message, "no message"
        return
    assert version.state == AVAILABLE, f"{version.state} {version.status.error_message}"
    if "run" in case:
        signature = signature_of(client, model, int(case["version"]), case["run"]["signature"])
        inputs = {name: zeros_of(info) for name, info in signature.inputs.items()}
        request = predict_request(model, int(case["version"]), signature=case["run"]["signature"], inputs=inputs)
        if case["run"]["code"] == "OK":
            client.predict(request)
        else:
            check_refused(lambda: client.predict(request), case["run"]["code"])


def zeros_of(info):
    return np.zeros([max(1, dim.size) for dim in info.tensor_shape.dim], tf.dtypes.as_dtype(info.dtype).as_numpy_dtype)


if __name__ == "__main__":
    sys.exit(main())
