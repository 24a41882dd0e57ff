"""TensorFlow Serving's Python client, and gRPC's own clients for health and reflection, against the server."""

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from goldens import assert_close, read_cases
from report import Skip

TIMEOUT_S = 30
AVAILABLE = get_model_status_pb2.ModelVersionStatus.AVAILABLE
END = get_model_status_pb2.ModelVersionStatus.END
FEATURES = np.array([[3.04, 4.37, -2.79, -2.89]], np.float32)
HEALTH_SERVICES = ["", "ModelService", "PredictionService"]
REFLECTED_SERVICES = {
    "grpc.health.v1.Health",
    "tensorflow.serving.ModelService",
    "tensorflow.serving.PredictionService",
}


class Client:
    def __init__(self, address):
        limit = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self.channel = grpc.insecure_channel(address, options=limit)
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(self.channel)
        self.models = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def predict(self, request):
        return self.prediction.Predict(request, timeout=TIMEOUT_S)

    def metadata(self, request):
        return self.prediction.GetModelMetadata(request, timeout=TIMEOUT_S)

    def status(self, request):
        return self.models.GetModelStatus(request, timeout=TIMEOUT_S)


def predict_request(model="mlp", version=None, label=None, signature="", inputs=None, output_filter=()):
    request = predict_pb2.PredictRequest(output_filter=output_filter)
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    for name, array in (inputs or {}).items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(array, dtype=tf.as_dtype(array.dtype), shape=array.shape))
    return request


def run_grpc_checks(report, address, goldens, is_strict):
    client = Client(address)
    for case in read_cases(goldens):
        with report.check(f"gRPC {case.title}"):
            check_case(client, case)
    with report.check("gRPC inputs in typed fields, as protobuf users write them"):
        check_typed_fields(client)
    check_models(report, client)
    if not is_strict:
        check_broken_model(report, client)
    check_errors(report, client, is_strict)
    check_health(report, client)
    check_reflection(report, client)


def check_case(client, case):
    if case.outputs is None:
        check_refused(client, case)
        return
    output_filter = [name for name in case.output_filter if name in case.outputs]
    response = client.predict(predict_request(case.model, case.version, inputs=case.inputs, output_filter=output_filter))
    assert response.model_spec.name == case.model
    assert response.model_spec.version.value == case.version
    assert response.model_spec.signature_name == "serving_default"
    assert set(response.outputs) == set(case.outputs), f"outputs {sorted(response.outputs)}"
    for name, expected in case.outputs.items():
        assert_close(tf.make_ndarray(response.outputs[name]), expected, case)


def check_refused(client, case):
    if case.error_kind not in ("InvalidArgument", "ValueError"):
        raise Skip(f"{case.error_kind} is the Python binding's own refusal")
    try:
        client.predict(predict_request(case.model, case.version, inputs=case.inputs))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, f"{error.code()} {error.details()}"
        assert error.details(), "no details"
    else:
        raise AssertionError("was answered")


def check_typed_fields(client):
    request = predict_request(version=1)
    tensor = request.inputs["features"]
    tensor.dtype = tf.float32.as_datatype_enum
    tensor.tensor_shape.dim.add(size=2)
    tensor.tensor_shape.dim.add(size=4)
    # Fewer values than the shape has elements: the last one is repeated.
    tensor.float_val.extend([3.04, 4.37, -2.79, -2.89, 1.5])
    full = np.concatenate([FEATURES, np.full((1, 4), 1.5, np.float32)])
    actual = tf.make_ndarray(client.predict(request).outputs["probabilities"])
    expected = tf.make_ndarray(client.predict(predict_request(version=1, inputs={"features": full})).outputs["probabilities"])
    np.testing.assert_array_equal(actual, expected)


def check_models(report, client):
    with report.check("gRPC the highest version when none is named"):
        assert client.predict(predict_request(inputs={"features": FEATURES})).model_spec.version.value == 2
    with report.check("gRPC a version by its label"):
        assert client.predict(predict_request(label="stable", inputs={"features": FEATURES})).model_spec.version.value == 1
    with report.check("gRPC status of every version, the newest first"):
        versions = client.status(status_request("mlp")).model_version_status
        assert [(item.version, item.state, item.status.error_code) for item in versions] == [(2, AVAILABLE, 0), (1, AVAILABLE, 0)]
    with report.check("gRPC status of one version"):
        versions = client.status(status_request("mlp", 1)).model_version_status
        assert [(item.version, item.state) for item in versions] == [(1, AVAILABLE)]
    with report.check("gRPC metadata"):
        check_metadata(client)


def check_broken_model(report, client):
    """In strict mode such a model ends the server when it starts."""
    with report.check("gRPC status of a model that cannot be loaded"):
        (version,) = client.status(status_request("truncated")).model_version_status
        assert (version.version, version.state) == (1, END), version
        assert version.status.error_code != 0 and version.status.error_message, version
    with report.check("gRPC error: a model that did not load"):
        request = predict_request("truncated", inputs={"features": FEATURES})
        check_error(client.predict, request, grpc.StatusCode.NOT_FOUND, "Servable not found for request: Latest(truncated)")


def check_metadata(client):
    response = client.metadata(metadata_request("mlp", ["signature_def"]))
    assert (response.model_spec.name, response.model_spec.version.value) == ("mlp", 2)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures), "is no SignatureDefMap"
    signature = signatures.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    features = signature.inputs["features"]
    assert features.dtype == tf.float32.as_datatype_enum
    assert [dim.size for dim in features.tensor_shape.dim] == [-1, 4]
    assert set(signature.outputs) == {"probabilities", "label"}
    assert signature.outputs["label"].dtype == tf.int64.as_datatype_enum


def status_request(model, version=None):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = model
    if version is not None:
        request.model_spec.version.value = version
    return request


def metadata_request(model, fields):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = model
    return request


def check_errors(report, client, is_strict):
    """Codes and texts of TensorFlow Serving."""
    # By default the reason stands behind.
    unreadable = "tensor parsing error: features" + (
        "" if is_strict else ": Cannot read a TensorProto: tensor_content of 3 bytes does not hold the 16 bytes of shape [1,4], DT_FLOAT"
    )
    features = {"features": FEATURES}
    damaged = predict_request(version=1, inputs=features)
    damaged.inputs["features"].tensor_content = b"123"
    code = grpc.StatusCode
    cases = [
        ("no model_spec", client.predict, predict_pb2.PredictRequest(), code.INVALID_ARGUMENT, "Missing ModelSpec"),
        ("no model name", client.predict, predict_request(""), code.INVALID_ARGUMENT, "ModelSpec has no name specified."),
        ("unknown model", client.predict, predict_request("nope", inputs=features), code.NOT_FOUND,
         "Servable not found for request: Latest(nope)"),
        ("a model name that looks like a path", client.predict, predict_request("../mlp", inputs=features), code.NOT_FOUND,
         "Servable not found for request: Latest(../mlp)"),
        ("unknown version", client.predict, predict_request(version=99, inputs=features), code.NOT_FOUND,
         "Servable not found for request: Specific(mlp, 99)"),
        ("unknown label", client.predict, predict_request(label="nope", inputs=features), code.INVALID_ARGUMENT,
         "Unrecognized servable version label: nope"),
        ("unknown signature", client.predict, predict_request(signature="nope", inputs=features), code.FAILED_PRECONDITION,
         'Serving signature key "nope" not found.'),
        ("an input too many", client.predict, predict_request(inputs={**features, "extra": FEATURES}), code.INVALID_ARGUMENT,
         "input size does not match signature: 2!=1 len({extra,features}) != len({features}). "
         "Sent extra: {extra}. Missing but required: {}."),
        ("no input", client.predict, predict_request(), code.INVALID_ARGUMENT,
         "input size does not match signature: 0!=1 len({}) != len({features}). "
         "Sent extra: {}. Missing but required: {features}."),
        ("a tensor of the wrong length", client.predict, damaged, code.INVALID_ARGUMENT, unreadable),
        ("unknown output", client.predict, predict_request(inputs=features, output_filter=["nope"]), code.INVALID_ARGUMENT,
         "output tensor alias not found in signature: nope Outputs expected to be in the set {label,probabilities}."),
        ("an output twice", client.predict, predict_request(inputs=features, output_filter=["label", "label"]),
         code.INVALID_ARGUMENT, "duplicate output tensor alias: label"),
        ("metadata of nothing", client.metadata, metadata_request("mlp", []), code.INVALID_ARGUMENT,
         "GetModelMetadataRequest must specify at least one metadata_field"),
        ("unknown metadata", client.metadata, metadata_request("mlp", ["nope"]), code.INVALID_ARGUMENT,
         "Metadata field nope is not supported"),
        ("status of an unknown model", client.status, status_request("nope"), code.NOT_FOUND,
         "Could not find any versions of model nope"),
        ("status of an unknown version", client.status, status_request("mlp", 99), code.NOT_FOUND,
         "Could not find version 99 of model mlp"),
    ]
    for title, call, request, expected_code, expected_text in cases:
        with report.check(f"gRPC error: {title}"):
            check_error(call, request, expected_code, expected_text)


def check_error(call, request, expected_code, expected_text):
    try:
        call(request)
    except grpc.RpcError as error:
        assert (error.code(), error.details()) == (expected_code, expected_text), f"{error.code()} {error.details()}"
    else:
        raise AssertionError("was answered")


def check_health(report, client):
    stub = health_pb2_grpc.HealthStub(client.channel)
    for service in HEALTH_SERVICES:
        with report.check(f"gRPC health of '{service}'"):
            response = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT_S)
            assert response.status in (response.SERVING, response.NOT_SERVING)
    with report.check("gRPC health is watched"):
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=""), timeout=TIMEOUT_S)
        first = next(watch)
        watch.cancel()
        assert first.status in (first.SERVING, first.NOT_SERVING)
    with report.check("gRPC health of an unknown service"):
        try:
            stub.Check(health_pb2.HealthCheckRequest(service="nope"), timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.NOT_FOUND, error.code()
        else:
            raise AssertionError("was answered")


def check_reflection(report, client):
    with report.check("gRPC reflection lists the services"):
        services = set(ProtoReflectionDescriptorDatabase(client.channel).get_services())
        assert REFLECTED_SERVICES <= services, services
    with report.check("gRPC reflection describes Predict down to the tensor"):
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(client.channel))
        method = pool.FindServiceByName("tensorflow.serving.PredictionService").FindMethodByName("Predict")
        theirs = predict_pb2.PredictRequest.DESCRIPTOR.fields_by_name
        ours = method.input_type.fields_by_name
        assert {name: item.number for name, item in ours.items()} == {name: item.number for name, item in theirs.items()}
        tensor = ours["inputs"].message_type.fields_by_name["value"].message_type
        assert tensor.full_name == "tensorflow.TensorProto"
