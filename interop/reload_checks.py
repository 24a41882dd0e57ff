"""HandleReloadConfigRequest of TensorFlow Serving's own client: what comes, goes, moves and is refused. Leaves other models behind."""

import re
import time
from pathlib import Path

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)
from tensorflow_serving.config import model_server_config_pb2

TIMEOUT_S = 30
FEATURES = np.array([[3.04, 4.37, -2.79, -2.89]], np.float32)
CODE = grpc.StatusCode
ALL = "model_version_policy { all {} }"
REFUSALS = {
    "a model twice": ("{a} {a}", CODE.INVALID_ARGUMENT, "Illegal to list model a multiple times in config list"),
    "a relative base path": (
        'config { name: "a" base_path: "x/a" model_platform: "onnx" }',
        CODE.INVALID_ARGUMENT,
        "Expected model a to have an absolute path or URI; got base_path()=x/a",
    ),
    "platform and type": (
        'config { name: "a" base_path: "/a" model_platform: "onnx" model_type: TENSORFLOW }',
        CODE.INVALID_ARGUMENT,
        "Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform, model name is a",
    ),
    "type OTHER": (
        'config { name: "a" base_path: "/a" model_type: OTHER }',
        CODE.INVALID_ARGUMENT,
        "ModelServerConfig::model_type choice 2 not supported.",
    ),
    "an unknown platform": (
        'config { name: "a" base_path: "/a" model_platform: "nothing" }',
        CODE.INVALID_ARGUMENT,
        "Model a requests unsupported platform nothing",
    ),
    "a label that moves to a version that is not served": (
        "{moved}",
        CODE.FAILED_PRECONDITION,
        "Request to assign label to version 9 of model first, which is not currently available for inference",
    ),
}


def run_reload_checks(report, address, models):
    client = Reloads(address, models)
    with report.check("reload: other models, answered when they can be called"):
        client.reload(client.config("first", "mlp", ALL), client.config("second", "mlp"), metric_names=["/none"])
        # As there: one version of each is enough for the answer, whichever is loaded first.
        assert client.predict("first").model_spec.version.value in (1, 2)
        client.until_available("first", 2)
        assert client.predict("first").model_spec.version.value == 2
        assert client.predict("second").model_spec.version.value == 2
    with report.check("reload: metrics that do not exist increase by 0"):
        metrics = client.reload(client.config("first", "mlp", ALL), client.config("second", "mlp"), metric_names=["/none"]).metric
        assert [(each.name, each.int64_value_increase) for each in metrics] == [("/none", 0)], metrics
    with report.check("reload: a model that is left out goes"):
        client.reload(client.config("first", "mlp", ALL))
        client.until_gone("second")
        assert client.failure(lambda: client.predict("second")) == (CODE.NOT_FOUND, "Servable not found for request: Latest(second)")
    with report.check("reload: a label is set and moves"):
        client.until_available("first", 2)
        for version in (1, 2):
            client.reload(client.config("first", "mlp", ALL, label(version)))
            assert client.predict("first", "stable").model_spec.version.value == version
    with report.check("reload: a model moves to another base path"):
        client.reload(client.config("first", "../onnx/mlp", ALL, label(2)))
        assert client.predict("first").model_spec.version.value == 2
    for title, (text, code, details) in REFUSALS.items():
        with report.check(f"reload: refuses {title}"):
            known = {"a": client.config("a", "mlp"), "moved": client.config("first", "mlp", ALL, label(9))}
            filled = re.sub(r"\{(a|moved)\}", lambda match: known[match[1]], text)
            assert client.failure(lambda text=filled: client.reload(text)) == (code, details)
            assert client.predict("first").model_spec.version.value == 2
    with report.check("reload: refuses a config without a list"):
        details = "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported"
        empty = model_management_pb2.ReloadConfigRequest()
        assert client.failure(lambda: client.send(empty)) == (CODE.INVALID_ARGUMENT, details)
    with report.check("reload: says which new model failed, and why"):
        code, details = client.failure(lambda: client.reload(client.config("first", "mlp", ALL), client.config("bad", "broken/truncated")))
        assert code == CODE.UNKNOWN, code
        assert re.match(r"1 model\(s\) did not become available: \{\{name: bad version: 1\} due to error: [A-Z_]+: ", details), details
        assert client.predict("first").model_spec.version.value == 2


def label(version):
    return f'version_labels {{ key: "stable" value: {version} }}'


class Reloads:
    def __init__(self, address, models):
        self.models_folder = Path(models)
        channel = grpc.insecure_channel(address)
        self.models = model_service_pb2_grpc.ModelServiceStub(channel)
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def config(self, name, folder, *rest):
        path = self.models_folder / folder
        return f'config {{ name: "{name}" base_path: "{path}" model_platform: "onnx" {" ".join(rest)} }}'

    def reload(self, *configs, metric_names=()):
        text = "model_config_list { " + " ".join(configs) + " }"
        config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
        response = self.send(model_management_pb2.ReloadConfigRequest(config=config, metric_names=metric_names))
        assert response.status.error_code == 0, response.status
        return response

    def send(self, request):
        return self.models.HandleReloadConfigRequest(request, timeout=TIMEOUT_S)

    def predict(self, model, version_label=None):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = model
        if version_label is not None:
            request.model_spec.version_label = version_label
        request.inputs["features"].CopyFrom(tf.make_tensor_proto(FEATURES))
        return self.prediction.Predict(request, timeout=TIMEOUT_S)

    def failure(self, call):
        try:
            call()
        except grpc.RpcError as error:
            return error.code(), error.details()
        raise AssertionError("was answered")

    def until_gone(self, model):
        self.until(model, lambda states: all(state == get_model_status_pb2.ModelVersionStatus.END for state in states.values()))

    def until_available(self, model, count):
        available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
        self.until(model, lambda states: sum(state == available for state in states.values()) == count)

    def until(self, model, holds):
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = model
        for _ in range(TIMEOUT_S * 20):
            states = {each.version: each.state for each in self.models.GetModelStatus(request, timeout=TIMEOUT_S).model_version_status}
            if holds(states):
                return
            time.sleep(0.05)
        raise AssertionError(f"{model}: {states}")
