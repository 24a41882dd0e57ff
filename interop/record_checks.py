"""Reads with TensorFlow what a server logged and `@servable/tfrecord` wrote. The last line counts."""

import re
import sys
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from report import Report

PIXELS = [index % 17 for index in range(64)]


def main():
    folder = Path(sys.argv[1])
    report = Report()
    with report.check("TensorFlow reads the records and writes the same bytes"):
        check_bytes(folder / "random.tfrecord")
    (logged,) = folder.glob("digits-*.tfrecord")
    logs = [prediction_log_pb2.PredictionLog.FromString(record) for record in records_of(logged)]
    with report.check("logged requests and answers are TensorFlow Serving's messages"):
        check_logs(logs)
    with report.check("a failed request is logged without an answer"):
        assert not logs[2].predict_log.HasField("response"), logs[2]
    with report.check("both pages of metrics are Prometheus' text format"):
        for name in ("metrics", "tensorflow-metrics"):
            check_metrics((folder / f"{name}.txt").read_text())
    with report.check("TensorFlow Serving's metrics count the requests"):
        text = (folder / "tensorflow-metrics.txt").read_text()
        assert ':tensorflow:serving:request_count{model_name="digits",status="OK"} 2\n' in text, text
        assert ':tensorflow:serving:request_log_count{model_name="digits",status_code="OK"}' in text, text
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    return 0 if report.failed == 0 else 1


def records_of(path):
    return [record.numpy() for record in tf.data.TFRecordDataset(str(path))]


def check_bytes(path):
    records = records_of(path)
    assert len(records) == 300, len(records)
    again = path.with_suffix(".again")
    with tf.io.TFRecordWriter(str(again)) as writer:
        for record in records:
            writer.write(record)
    assert again.read_bytes() == path.read_bytes()


def check_logs(logs):
    assert len(logs) == 3, len(logs)
    for log, rows in zip(logs, (1, 2)):
        request, response = log.predict_log.request, log.predict_log.response
        assert request.model_spec.name == "digits" and request.model_spec.version.value == 1, request.model_spec
        (tensor,) = request.inputs.values()
        assert tf.make_ndarray(tensor).tolist() == [[float(pixel) for pixel in PIXELS]] * rows
        assert tf.make_ndarray(response.outputs["label"]).shape == (rows,), response
        assert log.log_metadata.sampling_config.sampling_rate == 1
        assert log.log_metadata.model_spec.signature_name == "serving_default", log.log_metadata


SERIES = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*",?)*\})? (?:[-+0-9.e]+|NaN|[+-]Inf)$')
COMMENT = re.compile(r"^# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*$")


def check_metrics(text):
    """By the grammar of the format; histograms must rise to their count."""
    assert text.endswith("\n")
    for line in text.splitlines():
        assert line == "" or COMMENT.match(line) or SERIES.match(line), line
    buckets = {}
    for name, labels, value in re.findall(r'^(\S+)_bucket\{(.*?),?le="[^"]*"\} (\d+)$', text, re.MULTILINE):
        buckets.setdefault((name, labels), []).append(int(value))
    for (name, labels), counts in buckets.items():
        assert counts == sorted(counts), (name, labels, counts)
        assert f"{name}_count{{{labels}}} {counts[-1]}\n" in text, (name, labels)
    assert buckets


if __name__ == "__main__":
    sys.exit(main())
