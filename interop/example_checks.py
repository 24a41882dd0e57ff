"""Classify, Regress, MultiInference with TensorFlow Serving's Python client; compression, deadlines and REST beside them."""

import argparse
import gzip
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

import grpc
import numpy as np
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    inference_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
    session_service_pb2,
)
import tensorflow as tf

from example_goldens import example_of, examples_of, onnx_case, saved_model_cases
from report import Report, Skip

TIMEOUT_S = 30
CODE = grpc.StatusCode
CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"
FIXTURES = Path(__file__).parent.parent / "fixtures"
ONNX_GOLDENS = FIXTURES / "onnx" / "goldens"
GOLDENS = FIXTURES / "goldens"
SAVED_MODELS = ["scalar_affine_tf1", "multi_signature", "wide_examples", "pbtxt_model"]
RTOL, ATOL = 1e-4, 1e-5


class Client:
    def __init__(self, address, rest):
        self.channel = grpc.insecure_channel(address)
        self.stub = prediction_service_pb2_grpc.PredictionServiceStub(self.channel)
        self.rest = rest

    def classify(self, spec, examples, context=None, **options):
        request = classification_pb2.ClassificationRequest()
        fill(request, spec, examples, context)
        return self.stub.Classify(request, timeout=TIMEOUT_S, **options)

    def regress(self, spec, examples, context=None, **options):
        request = regression_pb2.RegressionRequest()
        fill(request, spec, examples, context)
        return self.stub.Regress(request, timeout=TIMEOUT_S, **options)

    def post(self, path, body, headers=None):
        request = urllib.request.Request(f"{self.rest}/v1/models/{path}", data=body, headers=headers or {})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            return response.headers, response.read()


def fill(request, spec, examples, context=None):
    request.model_spec.CopyFrom(spec_of(**spec))
    fill_input(request.input, examples, context)


def fill_input(target, examples, context=None):
    if context is None:
        target.example_list.examples.extend(examples)
        return
    target.example_list_with_context.examples.extend(examples)
    target.example_list_with_context.context.CopyFrom(context)


def spec_of(name, signature="", version=None):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    return request.model_spec


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grpc", required=True, help="host:port")
    parser.add_argument("--rest", required=True, help="http://host:port")
    parser.add_argument("--saved-models", action="store_true", help="the SavedModels of the goldens are served")
    options = parser.parse_args()
    client = Client(options.grpc, options.rest)
    report = Report()
    check_onnx(report, client)
    check_errors(report, client)
    check_transport(report, client)
    if options.saved_models:
        check_saved_models(report, client)
    else:
        with report.check("the goldens of SavedModels"):
            raise Skip("no SavedModels are served")
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    return 0 if report.failed == 0 else 1


def check_onnx(report, client):
    with report.check("Classify an ONNX model"):
        examples, outputs = onnx_case(ONNX_GOLDENS, "sklearn_nozipmap", 1)
        response = client.classify({"name": "sklearn_nozipmap"}, examples)
        spec = response.model_spec
        assert (spec.name, spec.version.value, spec.signature_name) == ("sklearn_nozipmap", 1, "serving_default"), spec
        np.testing.assert_allclose(scores_of(response.result), outputs["probabilities"], rtol=RTOL, atol=ATOL)
    with report.check("Classify an ONNX model that gives labels"):
        examples, outputs = onnx_case(ONNX_GOLDENS, "strings", 1)
        assert labels_of(client.classify({"name": "strings"}, examples).result) == outputs["words"]
    with report.check("Regress an ONNX model"):
        examples, outputs = onnx_case(ONNX_GOLDENS, "sklearn_trees", 2)
        response = client.regress({"name": "sklearn_trees"}, examples)
        values = [regression.value for regression in response.result.regressions]
        np.testing.assert_allclose(values, np.ravel(outputs["variable"]), rtol=RTOL, atol=ATOL)
    with report.check("MultiInference of an ONNX model, with a context"):
        examples, outputs = onnx_case(ONNX_GOLDENS, "sklearn_trees", 2)
        request = inference_pb2.MultiInferenceRequest()
        request.tasks.add(model_spec=spec_of("sklearn_trees"), method_name=REGRESS)
        fill_input(request.input, [tf.train.Example()], context=examples[0])
        (result,) = client.stub.MultiInference(request, timeout=TIMEOUT_S).results
        np.testing.assert_allclose(result.regression_result.regressions[0].value, outputs["variable"][0][0], rtol=RTOL, atol=ATOL)
        assert (result.model_spec.version.value, result.model_spec.signature_name) == (2, "serving_default")
    with report.check("REST classify and regress"):
        examples, outputs = onnx_case(ONNX_GOLDENS, "sklearn_trees", 2)
        rows = [{"X": [float(value) for value in example.features.feature["X"].float_list.value]} for example in examples]
        _, body = client.post("sklearn_trees:regress", json.dumps({"examples": rows}).encode())
        np.testing.assert_allclose(json.loads(body)["results"], np.ravel(outputs["variable"]), rtol=RTOL, atol=ATOL)


def scores_of(result):
    return [[each.score for each in classification.classes] for classification in result.classifications]


def labels_of(result):
    return [[each.label for each in classification.classes] for classification in result.classifications]


def check_errors(report, client):
    empty = tf.train.Example()
    text = "Name: <unknown>, Feature: X (data type: float) is required but could not be found."
    cases = [
        ("no examples", lambda: client.regress({"name": "sklearn_trees"}, []), CODE.INVALID_ARGUMENT, "Input is empty."),
        ("a missing feature", lambda: client.regress({"name": "sklearn_trees"}, [empty]), CODE.INVALID_ARGUMENT, text),
        ("an unknown model", lambda: client.classify({"name": "x"}, [empty]), CODE.NOT_FOUND, "Servable not found for request: Latest(x)"),
        ("an unknown signature", lambda: client.classify({"name": "strings", "signature": "s"}, [empty]), CODE.INVALID_ARGUMENT,
         "No signature was found with the name: s"),
        ("a regression signature for Classify", lambda: client.classify({"name": "sklearn_trees"}, [empty]), CODE.INVALID_ARGUMENT,
         'Expected classification signature outputs to contain at least one of "classes" or "scores". Signature was: '
         + signature_text(client, "sklearn_trees", "serving_default")),
    ]
    for title, call, code, details in cases:
        with report.check(f"error: {title}"):
            check_refused(call, code, details)
    with report.check("SessionRun is not there, as in TensorFlow Serving"):
        call = client.channel.unary_unary("/tensorflow.serving.SessionService/SessionRun")
        request = session_service_pb2.SessionRunRequest().SerializeToString()
        check_refused(lambda: call(request, timeout=TIMEOUT_S), CODE.UNIMPLEMENTED, None)


def signature_text(client, model, signature):
    """What protobuf prints of a signature: errors quote it so, cut at 1024 bytes."""
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = model
    response = client.stub.GetModelMetadata(request, timeout=TIMEOUT_S)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata["signature_def"].Unpack(signatures)
    return str(signatures.signature_def[signature])


def check_refused(call, code, details):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()} {error.details()}"
        assert details is None or error.details() == details, f"{error.details()!r} is not {details!r}"
    else:
        raise AssertionError("was answered")


def check_transport(report, client):
    examples, outputs = onnx_case(ONNX_GOLDENS, "sklearn_nozipmap", 1)
    with report.check("gzip over gRPC"):
        many = examples * 1000
        response = client.classify({"name": "sklearn_nozipmap"}, many, compression=grpc.Compression.Gzip)
        np.testing.assert_allclose(scores_of(response.result), outputs["probabilities"] * 1000, rtol=RTOL, atol=ATOL)
    with report.check("deflate over gRPC"):
        response = client.classify({"name": "sklearn_nozipmap"}, examples, compression=grpc.Compression.Deflate)
        np.testing.assert_allclose(scores_of(response.result), outputs["probabilities"], rtol=RTOL, atol=ATOL)
    with report.check("a deadline that has passed"):
        request = classification_pb2.ClassificationRequest()
        fill(request, {"name": "sklearn_nozipmap"}, examples * 20000)
        check_refused(lambda: client.stub.Classify(request, timeout=0.001), CODE.DEADLINE_EXCEEDED, None)
        assert client.classify({"name": "sklearn_nozipmap"}, examples).result.classifications
    with report.check("gzip over REST, both ways"):
        rows = [{"X": [0.5] * 5}] * 2000
        headers, body = client.post("sklearn_trees:regress", gzip.compress(json.dumps({"examples": rows}).encode()),
                                    {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip", headers
        assert len(json.loads(gzip.decompress(body))["results"]) == 2000
    with report.check("tensors as bytes over REST"):
        texts = [value.encode() for value in ["a b", "é"]]
        data = b"".join(len(value).to_bytes(4, "little") + value for value in texts)
        described = [{"name": name, "datatype": "BYTES", "shape": [2], "parameters": {"binary_data_size": len(data)}} for name in ("text", "other")]
        header = json.dumps({"signature_name": "predict", "inputs": described, "outputs": [{"name": "ids"}]}).encode()
        headers, body = client.post("strings:predict", header + data + data,
                                    {"Inference-Header-Content-Length": str(len(header)), "Accept": "application/octet-stream"})
        length = int(headers["Inference-Header-Content-Length"])
        (output,) = json.loads(body[:length])["outputs"]
        assert (output["name"], output["datatype"], output["shape"]) == ("ids", "INT64", [2]), output
        assert len(np.frombuffer(body[length:], "<i8")) == 2


def check_saved_models(report, client):
    for model, case in saved_model_cases(GOLDENS, SAVED_MODELS):
        title = f"{model}/{case['version']} {case['name']}"
        with report.check(f"gRPC {title}"):
            check_saved_model(client, model, case)
        for exchange in case.get("rest", []):
            with report.check(f"REST {title}"):
                check_exchange(client, model, case, exchange)
    with report.check("MultiInference of a SavedModel"):
        check_multi_inference(client)


def check_saved_model(client, model, case):
    context = example_of(case["context"]) if "context" in case else None
    spec = {"name": model, "signature": case["signature"], "version": case["version"]}
    if case["method"] == "classify":
        result = client.classify(spec, examples_of(case), context).result
        assert labels_of(result) == [[each["label"] for each in row] for row in case["result"]], labels_of(result)
        np.testing.assert_allclose(scores_of(result), [[each["score"] for each in row] for row in case["result"]], rtol=RTOL, atol=ATOL)
        return
    result = client.regress(spec, examples_of(case), context).result
    np.testing.assert_allclose([each.value for each in result.regressions], case["result"], rtol=RTOL, atol=ATOL)


def check_exchange(client, model, case, exchange):
    path = f"{model}/versions/{case['version']}:{exchange['verb']}"
    _, body = client.post(path, exchange["request_text"].encode())
    actual, expected = json.loads(body)["results"], exchange["response"]["results"]
    assert len(actual) == len(expected)
    if exchange["verb"] == "regress":
        np.testing.assert_allclose(actual, expected, rtol=RTOL, atol=ATOL)
        return
    for row, wanted in zip(actual, expected, strict=True):
        assert [label for label, _ in row] == [label for label, _ in wanted], row
        np.testing.assert_allclose([score for _, score in row], [score for _, score in wanted], rtol=RTOL, atol=ATOL)


def check_multi_inference(client):
    """The two halves are cases of their own in the golden: one call must answer both."""
    cases = {case["name"]: case for _, case in saved_model_cases(GOLDENS, ["multi_signature"])}
    first, second = cases["multi_inference_classify_half"], cases["multi_inference_regress_half"]
    request = inference_pb2.MultiInferenceRequest()
    for case, method in ((second, REGRESS), (first, CLASSIFY)):
        request.tasks.add(model_spec=spec_of("multi_signature", case["signature"]), method_name=method)
    fill_input(request.input, examples_of(first))
    regression, classification = client.stub.MultiInference(request, timeout=TIMEOUT_S).results
    values = [each.value for each in regression.regression_result.regressions]
    np.testing.assert_allclose(values, second["result"], rtol=RTOL, atol=ATOL)
    assert labels_of(classification.classification_result) == [[each["label"] for each in row] for row in first["result"]]
    assert [result.model_spec.signature_name for result in (regression, classification)] == [second["signature"], first["signature"]]


if __name__ == "__main__":
    sys.exit(main())
