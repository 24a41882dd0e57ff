"""mTLS on gRPC and REST, with the TLS of gRPC's C library and of Python."""

import argparse
import json
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path

import grpc
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

from report import Report

TIMEOUT_S = 10
MODEL = "sklearn_trees"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grpc", required=True, help="host:port")
    parser.add_argument("--rest", required=True, help="https://host:port")
    parser.add_argument("--pems", required=True, type=Path, help="folder of certificates")
    options = parser.parse_args()
    report = Report()
    for name, is_right in (("client", True), ("other-client", False), (None, False)):
        who = name or "nobody"
        with report.check(f"gRPC as {who}"):
            check(is_right, lambda: status_over_grpc(options, name), grpc.RpcError)
        with report.check(f"REST as {who}"):
            check(is_right, lambda: status_over_rest(options, name), (urllib.error.URLError, OSError))
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    return 0 if report.failed == 0 else 1


def check(is_right, ask, refusal):
    if is_right:
        ask()
        return
    try:
        ask()
    except refusal:
        return
    raise AssertionError("was answered")


def status_over_grpc(options, name):
    read = lambda file: (options.pems / file).read_bytes()
    own = (None, None) if name is None else (read(f"{name}.key"), read(f"{name}.pem"))
    credentials = grpc.ssl_channel_credentials(read("ca.pem"), *own)
    with grpc.secure_channel(options.grpc, credentials) as channel:
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = MODEL
        response = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(request, timeout=TIMEOUT_S)
        assert response.model_version_status[0].state == get_model_status_pb2.ModelVersionStatus.AVAILABLE


def status_over_rest(options, name):
    context = ssl.create_default_context(cafile=options.pems / "ca.pem")
    # Python asks authorities for an identifier of their key, which those of the tests do not have.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if name is not None:
        context.load_cert_chain(options.pems / f"{name}.pem", options.pems / f"{name}.key")
    with urllib.request.urlopen(f"{options.rest}/v1/models/{MODEL}", context=context, timeout=TIMEOUT_S) as response:
        assert json.load(response)["model_version_status"][0]["state"] == "AVAILABLE"


if __name__ == "__main__":
    sys.exit(main())
