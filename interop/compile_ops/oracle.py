"""Writes one SavedModel for each op, a signature for each random case, and what TensorFlow answers.

python oracle.py FOLDER [--ops Add,Mul] [--cases 200] [--seed 1]

Prints `made OP` when an op's files are there.
"""

import argparse
import base64
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, rewriter_config_pb2, saved_model_pb2

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import arranged  # noqa: E402,F401
import arrays  # noqa: E402,F401
import boxes  # noqa: E402,F401
import branches  # noqa: E402,F401
import counts  # noqa: E402,F401
import diagonals  # noqa: E402,F401
import elementwise  # noqa: E402,F401
import examples  # noqa: E402,F401
import fused  # noqa: E402,F401
import images  # noqa: E402,F401
import indexing  # noqa: E402,F401
import networks  # noqa: E402,F401
import quantized  # noqa: E402,F401
import ragged  # noqa: E402,F401
import recurrent  # noqa: E402,F401
import reductions  # noqa: E402,F401
import sparse  # noqa: E402,F401
import sparse_tensors  # noqa: E402,F401
import special  # noqa: E402,F401
import strings  # noqa: E402,F401
from draw import Draw, Tensor
from registry import GENERATORS

tf1 = tf.compat.v1


def encode(array):
    array = np.asarray(array)
    if array.dtype == object or array.dtype.kind in "SU":
        values = [each if isinstance(each, bytes) else str(each).encode() for each in array.reshape(-1)]
        return {"dtype": "DT_STRING", "shape": list(array.shape), "values": [{"b64": base64.b64encode(each).decode()} for each in values]}
    dtype = tf.as_dtype(array.dtype)
    name = "DT_" + {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}.get(dtype.name, dtype.name.upper())
    return {"dtype": name, "shape": list(array.shape), "raw": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()}


def hidden_shape(draw, shape):
    """As a signature might say it: whole, with sizes that vary, or with none known."""
    style = draw.integer(0, 3)
    if style == 0:
        return list(shape)
    if style == 1:
        return [None if axis == 0 else size for axis, size in enumerate(shape)]
    return [None if draw.flag(0.5) else size for size in shape]


def describe(info, tensor):
    info.name = tensor.name
    info.dtype = tensor.dtype.as_datatype_enum
    info.tensor_shape.CopyFrom(tensor.shape.as_proto())


HELD = {tf.quint8: tf.uint8, tf.qint8: tf.int8, tf.quint16: tf.uint16, tf.qint16: tf.int16, tf.qint32: tf.int32}


def plain(tensor):
    """Quantized numbers as the plain ones of the same bits."""
    return tf.bitcast(tensor, HELD[tensor.dtype]) if tensor.dtype in HELD else tensor


def as_bits(tensor, dtype):
    return tensor if dtype is None else tf.bitcast(tensor, dtype)


class Case:
    """One call of an op, written into a graph."""

    def __init__(self, draw, name, arguments, scope, options):
        self.feeds = {}
        self.error = None
        graph_arguments = {key: self.place(draw, scope, key, value) for key, value in arguments.items()}
        call = getattr(tf.raw_ops, name) if options["call"] is None else options["call"](name)
        result = call(**graph_arguments)
        parts = list(result) if isinstance(result, (list, tuple)) else [result]
        flat = []
        for part in parts:
            flat.extend(part if isinstance(part, (list, tuple)) else [part])
        self.has_channels_first = str(arguments.get("data_format", "")).startswith("NC")
        if self.has_channels_first:
            flat = [tf.identity(each) for each in flat]  # an op whose own outputs are asked for keeps its layout
        self.outputs = {f"out{at}": plain(tensor) for at, tensor in enumerate(flat[: options["outputs"]])}

    def place(self, draw, scope, key, value):
        if isinstance(value, list) and any(isinstance(each, Tensor) for each in value):
            return [self.place(draw, scope, f"{key}{at}", each) for at, each in enumerate(value)]
        if not isinstance(value, Tensor):
            return value
        if value.is_constant:
            return as_bits(tf.constant(value.values), value.bits_of)
        shape = hidden_shape(draw, value.values.shape) if value.hides_shape else list(value.values.shape)
        dtype = tf.string if value.values.dtype == object else tf.as_dtype(value.values.dtype)
        holder = tf1.placeholder(dtype, shape, name=f"{scope}_{key}")
        self.feeds[f"{key}"] = (holder, value.values)
        return as_bits(holder, value.bits_of)

    def signature(self):
        definition = meta_graph_pb2.SignatureDef(method_name="tensorflow/serving/predict")
        for key, (holder, _) in self.feeds.items():
            describe(definition.inputs[key], holder)
        for key, tensor in self.outputs.items():
            describe(definition.outputs[key], tensor)
        return definition


NOT_COMPUTED = ["no opkernel was registered", "unimplemented", "not supported", "does not support"]


ONE_THREAD = tf1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
# Of pictures whose channels come first TensorFlow computes nothing on a CPU, but by bringing them last.
CHANNELS_FIRST = tf1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
CHANNELS_FIRST.graph_options.rewrite_options.cpu_layout_conversion = rewriter_config_pb2.RewriterConfig.NCHW_TO_NHWC
CHANNELS_FIRST.graph_options.rewrite_options.min_graph_nodes = -1


def answered(case, graph, options):
    """What TensorFlow says to a case; `None`: not a type that it computes."""
    feeds = {holder: values for holder, values in case.feeds.values()}
    answer = {"inputs": {alias: encode(values) for alias, (_, values) in case.feeds.items()}}
    try:
        with tf1.Session(graph=graph, config=CHANNELS_FIRST if case.has_channels_first else ONE_THREAD) as session:
            results = session.run(case.outputs, feeds)
        answer["outputs"] = {alias: encode(value) for alias, value in results.items()}
    except tf.errors.OpError as error:
        if any(phrase in str(error).lower() for phrase in NOT_COMPUTED):
            return None
        answer["error"] = {"code": error.error_code, "message": whole(error) if options.get("messages") else said(error)}
    except UnicodeDecodeError:
        answer["error"] = {"code": 3, "message": None}  # the message quotes bytes that Python cannot show
    return answer


def write_op(folder, name, count, seed):
    make, options = GENERATORS[name]
    model = meta_graph_pb2.MetaGraphDef()
    model.meta_info_def.tags.append("serve")
    answers, refused = [], 0
    for at in range(count * 4):
        if len(answers) == count:
            break
        draw, key = Draw([seed, at, *name.encode()]), f"case{at}"
        # A graph of its own: one node without a kernel would fail each run of a graph that has it.
        with tf.Graph().as_default() as graph:
            try:
                with tf1.name_scope(key):
                    case = Case(draw, name, make(draw), f"in{at}", options)
            except (ArithmeticError, IndexError, TypeError, ValueError, tf.errors.OpError):
                refused += 1  # the graph would not be made at all, or a draw does not go with a size of 0
                continue
            answer = answered(case, graph, options)
        if answer is not None:
            answers.append({"name": key, **answer})
            model.graph_def.MergeFrom(graph.as_graph_def())
            model.signature_def[key].CopyFrom(case.signature())
    saved = saved_model_pb2.SavedModel(saved_model_schema_version=1)
    saved.meta_graphs.add().CopyFrom(model)
    target = os.path.join(folder, name)
    os.makedirs(target, exist_ok=True)
    with open(os.path.join(target, "saved_model.pb"), "wb") as file:
        file.write(saved.SerializeToString())
    with open(os.path.join(target, "cases.json"), "w") as file:
        json.dump({"op": name, "seed": seed, "refused_graphs": refused, "rtol": options["rtol"], "atol": options["atol"], "messages": bool(options.get("messages")), "cases": answers}, file)


def whole(error):
    """What TensorFlow says of a run, without where."""
    message = error.message.split("\n\t [[")[0]
    _, _, after = message.rpartition("\nNode: '")
    words = (after.partition("\n")[2] if after else message).lstrip("\n")
    # Python cuts what quotes bytes at the first that is zero.
    return words.partition("value: '")[0]


def said(error):
    """What TensorFlow says of a node, without where the graph was made: that names folders of this machine."""
    message = error.message.strip()
    return message[message.rfind("Node: ") :][-300:] if "Node: " in message else message[-300:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--ops", default="")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = [name for name in options.ops.split(",") if name] or sorted(GENERATORS)
    for name in names:
        write_op(options.folder, name, options.cases, options.seed)
        print(f"made {name}", flush=True)
    print(f"{len(names)} ops, seed {options.seed}", flush=True)


if __name__ == "__main__":
    main()
