"""Writes one SavedModel whose signatures are patterns that the compiler fuses, and others that only look like them, with TensorFlow's answers and
how often operators are to stand in the graph that is written: python fusions.py FOLDER
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from oracle import describe, encode  # noqa: E402

tf1 = tf.compat.v1
RNG = np.random.default_rng(11)
CASES = {}


def case(**written):
    """A pattern; what it takes are the names and shapes of its function's defaults."""

    def register(function):
        CASES[function.__name__] = (function, written)
        return function

    return register


def some(*shape, low=-1.0, high=1.0):
    return RNG.uniform(low, high, shape).astype(np.float32)


def conv(x, channels=5, size=3, strides=1):
    return tf.nn.conv2d(x, some(size, size, x.shape[-1], channels), strides, "SAME")


PICTURE = [None, 6, 6, 3]
ROWS = [None, None, 8]


@case(Conv=1, BatchNormalization=0, Mul=0, Add=0)
def convolution_fused_batch_norm(x=PICTURE):
    return tf1.nn.fused_batch_norm(conv(x), some(5), some(5), some(5), some(5, low=0.5, high=2), epsilon=1e-3, is_training=False)[0]


@case(Conv=1, Mul=0, Add=0)
def convolution_bias_scale_offset(x=PICTURE):
    return (tf.nn.bias_add(conv(x), some(5)) * some(5)) + some(5)


@case(Conv=1, Mul=0, Sub=0, Add=0)
def convolution_offset_taken_away(x=PICTURE):
    return (conv(x) - some(5)) * some(1, 1, 1, 5)


@case(Conv=1, Mul=0, Add=0)
def depthwise_scale_offset(x=PICTURE):
    return tf.nn.depthwise_conv2d(x, some(3, 3, 3, 2), [1, 2, 2, 1], "VALID") * some(6) + some(6)


@case(ConvTranspose=1, Mul=0, Add=0)
def transposed_scale_offset(x=PICTURE):
    made = tf.nn.conv2d_transpose(x, some(3, 3, 4, 3), [tf.shape(x)[0], 12, 12, 4], 2, "SAME")
    return made * some(4) + some(4)


@case(Gemm=1, MatMul=0, Mul=0, Add=0)
def dense_bias_scale_offset(x=[None, 8]):
    return (tf.matmul(x, some(8, 4)) + some(4)) * some(4) + some(4)


@case(MatMul=1, Mul=0, Add=1)
def rows_scale(x=ROWS):
    return tf.einsum("abc,cd->abd", x, some(8, 4)) * some(4) + some(4)


@case(Conv=1, Mul=1)
def not_scaled_along_another_axis(x=PICTURE):
    return conv(x) * some(6, 1)


@case(Conv=1, Mul=1)
def not_scaled_by_an_input(x=PICTURE, scale=[5]):
    return conv(x) * scale


@case(Conv=1, Mul=1)
def not_scaled_where_the_product_is_given(x=PICTURE):
    made = conv(x)
    return made, made * some(5)


@case(Conv=1, Mul=1)
def not_scaled_to_a_larger_shape(x=[None, 6, 6, 3]):
    return conv(x, 1) * some(5)


@case(Conv=1, Mul=1)
def not_scaled_by_infinity(x=PICTURE):
    return tf.nn.relu(conv(x)) * np.array([1, 2, np.inf, 3, 4], np.float32)


@case(MatMul=2, Mul=2)
def not_scaled_where_weights_are_shared(x=[None, 8], y=[None, 8]):
    weights = tf.constant(some(8, 40))
    return tf.matmul(x, weights) * some(40), tf.matmul(y, weights) * some(40)


@case(MatMul=1, Add=1, Gemm=0)
def not_added_to_rows_of_a_product(x=[None, 8]):
    return tf.matmul(x, some(8, 4)) + some(3, 1, 4)


@case(BatchNormalization=1, Mul=0, Add=0, Conv=2)
def scale_and_offset_between_convolutions(x=PICTURE):
    return conv(tf.nn.relu(tf.nn.relu(conv(x)) * some(5) + some(5)))


@case(BatchNormalization=0, Mul=1, Add=1, Conv=1)
def not_a_normalization_of_all_alike(x=PICTURE):
    return conv(x * 0.5 + 0.25)


@case(BatchNormalization=0, Mul=1, Add=1)
def not_a_normalization_along_two_axes(x=PICTURE):
    return conv(tf.nn.relu(conv(x)) * some(6, 5) + some(5))


@case(MaxPool=1, Pad=0)
def padding_into_max_pool(x=PICTURE):
    padded = tf.pad(tf.nn.relu(conv(x)), [[0, 0], [1, 1], [1, 0], [0, 0]])
    return tf.nn.max_pool2d(padded, 3, 2, "VALID")


@case(MaxPool=1, Pad=0)
def padding_of_least_into_max_pool(x=PICTURE):
    padded = tf.pad(conv(x), [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=-np.inf)
    return tf.nn.max_pool2d(padded, 2, 2, "VALID")


@case(AveragePool=1, Pad=0)
def padding_into_average_pool(x=PICTURE):
    return tf.nn.avg_pool2d(tf.pad(conv(x), [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "VALID")


@case(MaxPool=1, Pad=1)
def not_padding_of_zeros_where_numbers_are_below(x=PICTURE):
    return tf.nn.max_pool2d(tf.pad(conv(x), [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, "VALID")


@case(MaxPool=1, Pad=1)
def not_padding_as_wide_as_a_window(x=PICTURE):
    return tf.nn.max_pool2d(tf.pad(tf.nn.relu(conv(x)), [[0, 0], [2, 2], [2, 2], [0, 0]]), 2, 1, "VALID")


@case(AveragePool=1, Pad=1)
def not_padding_of_ones_into_average_pool(x=PICTURE):
    return tf.nn.avg_pool2d(tf.pad(conv(x), [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=1.0), 3, 2, "VALID")


@case(MaxPool=1, Pad=1)
def not_padding_that_is_given(x=PICTURE):
    padded = tf.pad(tf.nn.relu(conv(x)), [[0, 0], [1, 1], [1, 1], [0, 0]])
    return padded, tf.nn.max_pool2d(padded, 3, 2, "VALID")


@case(GlobalAveragePool=1, ReduceMean=0)
def global_average(x=PICTURE):
    return tf.reduce_mean(tf.nn.relu(conv(x)), [1, 2])


@case(GlobalAveragePool=1, ReduceMean=0, Reshape=0, Conv=3)
def squeeze_and_excite(x=PICTURE):
    made = tf.nn.relu(conv(x))
    mean = tf.reshape(tf.reduce_mean(made, [1, 2]), [-1, 1, 1, 5])
    return made * tf.sigmoid(conv(tf.nn.relu(conv(mean, 2, 1)), 5, 1))


@case(GlobalAveragePool=0, ReduceMean=1)
def not_an_average_of_one_axis(x=PICTURE):
    return tf.reduce_mean(conv(x), [1])


@case(GlobalAveragePool=0)
def not_an_average_of_what_may_be_empty(x=[None, None, 6, 3]):
    return tf.reduce_mean(conv(x), [1, 2])


@case(MaxPool=1, Pad=1)
def not_padding_around_what_may_be_empty(x=[None, None, 6, 3]):
    padded = tf.pad(tf.nn.relu(conv(x)), [[0, 0], [1, 1], [1, 1], [0, 0]])
    return tf.nn.max_pool2d(padded, 3, 2, "VALID")


@case(GlobalAveragePool=0, ReduceMean=1)
def not_an_average_of_what_is_no_picture(x=PICTURE):
    return tf.reduce_mean(x, [1, 2])


@case(Transpose=2, Sub=1, Div=1, first="Transpose")
def transpose_before_normalizing(x=PICTURE):
    return conv((x - some(3)) / some(1, 1, 3, low=0.5))


@case(Transpose=2, first="Sub")
def not_a_transpose_before_what_is_given(x=PICTURE):
    centered = x - some(3)
    return tf.identity(centered) + 1, conv(centered)


@case(first="Mul")
def not_a_transpose_before_two_axes(x=PICTURE):
    return conv(x * some(6, 3))


@case(MatMul=1, Reshape=0, Shape=0)
def tensordot_of_rows(x=ROWS):
    return tf.tensordot(x, some(8, 4), 1) + some(4)


@case(Reshape=2)
def not_rows_that_lie_otherwise_behind(x=ROWS):
    product = tf.matmul(tf.reshape(x, [-1, 8]), some(8, 4))
    return tf.reshape(product, [tf.shape(x)[1], tf.shape(x)[0], 4])


@case(Reshape=2)
def not_rows_of_another_depth(x=[None, 4, 8]):
    return tf.reshape(tf.matmul(tf.reshape(x, [-1, 16]), some(16, 4)), [-1, 2, 4])


@case(Gelu=1, Erf=0, Mul=0)
def gelu_exact(x=ROWS):
    return tf.nn.gelu(x)


@case(Gelu=1, Erf=0, Mul=0)
def gelu_with_erf(x=ROWS):
    return x * (0.5 * (1.0 + tf.math.erf(x / np.sqrt(2).astype(np.float32))))


@case(Gelu=1, Erf=0, Mul=0)
def gelu_with_erf_halved_last(x=ROWS):
    return 0.5 * (x * (tf.math.erf(x * np.float32(np.sqrt(0.5))) + 1.0))


@case(Gelu=1, Tanh=0, Mul=0)
def gelu_approximate(x=ROWS):
    return tf.nn.gelu(x, approximate=True)


@case(Gelu=1, Tanh=0, Mul=0)
def gelu_approximate_without_pow(x=ROWS):
    return 0.5 * x * (1.0 + tf.tanh(np.float32(np.sqrt(2 / np.pi)) * (x + 0.044715 * x * x * x)))


@case(Gelu=0, Erf=1)
def not_gelu_with_another_half(x=ROWS):
    return x * 0.51 * (1.0 + tf.math.erf(x / np.sqrt(2).astype(np.float32)))


@case(Gelu=0, Erf=1)
def not_gelu_with_another_root(x=ROWS):
    return x * 0.5 * (1.0 + tf.math.erf(x / np.float32(1.4)))


@case(Gelu=0, Erf=1)
def not_gelu_of_two_values(x=ROWS, y=ROWS):
    return y * 0.5 * (1.0 + tf.math.erf(x / np.sqrt(2).astype(np.float32)))


@case(Gelu=0, Erf=1)
def not_gelu_whose_share_is_given(x=ROWS):
    share = 1.0 + tf.math.erf(x / np.sqrt(2).astype(np.float32))
    return share, x * 0.5 * share


@case(Gelu=0, Tanh=1)
def not_gelu_with_another_cube(x=ROWS):
    return 0.5 * x * (1.0 + tf.tanh(np.float32(np.sqrt(2 / np.pi)) * (x + 0.0447 * tf.pow(x, 3.0))))


def moments(x, axes=(-1,)):
    return tf.nn.moments(x, axes, keepdims=True)


@case(LayerNormalization=1, ReduceMean=0, Mul=0, Add=0)
def layer_normalization_of_keras(x=ROWS):
    mean, variance = moments(x)
    inverse = tf.math.rsqrt(variance + 1e-3) * some(8)
    return x * inverse + (-mean * inverse + some(8))


@case(LayerNormalization=1, ReduceMean=0, Mul=0, Add=0, Sub=0)
def layer_normalization_of_batch_normalization(x=ROWS):
    mean, variance = moments(x)
    return tf.nn.batch_normalization(x, mean, variance, some(8), some(8), 1e-6)


@case(LayerNormalization=1, ReduceMean=0, Mul=0, Sub=0)
def layer_normalization_without_scale_and_offset(x=ROWS):
    mean, variance = moments(x)
    return tf.nn.batch_normalization(x, mean, variance, None, None, 1e-6)


@case(LayerNormalization=1, ReduceMean=0, Div=0, Mul=0, Add=0)
def layer_normalization_by_division(x=ROWS):
    away = x - tf.reduce_mean(x, -1, keepdims=True)
    variance = tf.reduce_mean(away * away, -1, keepdims=True)
    return away / tf.sqrt(variance + 1e-5) * some(8) + some(1, 8)


@case(LayerNormalization=1, ReduceMean=0, Mul=0, Add=0)
def layer_normalization_over_two_axes(x=[None, 4, 8]):
    mean, variance = moments(x, (1, 2))
    return tf.nn.batch_normalization(x, mean, variance, some(4, 8), some(4, 8), 1e-6)


@case(LayerNormalization=1, ReduceMean=0, Mul=0, Add=0)
def layer_normalization_by_fused_batch_norm(x=ROWS):
    sizes = tf.shape(x)
    rows = sizes[0] * sizes[1]
    picture = tf.reshape(x, [1, rows, 8, 1])
    scale, offset = tf.ones([rows]), tf.zeros([rows])
    made = tf1.nn.fused_batch_norm(picture, scale, offset, epsilon=1e-3, data_format="NCHW")[0]
    return tf.reshape(made, sizes) * some(8) + some(8)


@case(LayerNormalization=0, ReduceMean=2)
def not_layers_along_another_axis(x=[None, 4, 8]):
    mean, variance = moments(x, (1,))
    return tf.nn.batch_normalization(x, mean, variance, some(8), some(8), 1e-6)


@case(LayerNormalization=0, ReduceMean=2)
def not_layers_whose_epsilon_is_an_input(x=ROWS, epsilon=[]):
    mean, variance = moments(x)
    return tf.nn.batch_normalization(x, mean, variance, some(8), some(8), epsilon)


@case(LayerNormalization=0, ReduceMean=2)
def not_layers_whose_mean_is_given(x=ROWS):
    mean, variance = moments(x)
    return mean, tf.nn.batch_normalization(x, mean, variance, some(8), some(8), 1e-6)


@case(LayerNormalization=0, ReduceMean=2)
def not_layers_of_two_values(x=ROWS, y=ROWS):
    mean, variance = moments(x)
    return tf.nn.batch_normalization(y, mean, variance, some(8), some(8), 1e-6)


@case(LayerNormalization=0, ReduceMean=2)
def not_layers_scaled_along_another_axis(x=[None, 4, 8]):
    mean, variance = moments(x)
    return tf.nn.batch_normalization(x, mean, variance, some(4, 1), some(4, 1), 1e-6)


@case(LayerNormalization=0, ReduceMean=2)
def not_layers_of_means_along_different_axes(x=[None, 8, 8]):
    mean = tf.reduce_mean(x, [1], keepdims=True)
    variance = tf.reduce_mean(tf.square(x - mean), [2], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, some(8), some(8), 1e-6)


@case(LayerNormalization=0, ReduceMean=2)
def not_layers_whose_rows_have_a_scale_each(x=[3, 2, 8]):
    picture = tf.reshape(x, [1, 6, 8, 1])
    made = tf1.nn.fused_batch_norm(picture, tf.constant(some(6)), tf.zeros([6]), epsilon=1e-3, data_format="NCHW")[0]
    return tf.reshape(made, [3, 2, 8])


@case(And=0, Where=1, Expand=0)
def mask_beside_one_of_true(x=ROWS, mask=[8]):
    given = mask > 0
    return tf.where(tf.logical_and(tf.ones_like(x, dtype=tf.bool), given), x, -1e9)


@case(And=1, Where=1)
def not_a_mask_that_may_have_more_rows(x=ROWS, mask=[None, 1, 8]):
    return tf.where(tf.logical_and(tf.ones_like(x, dtype=tf.bool), mask > 0), x, -1e9)


@case(And=1, Where=1)
def not_a_mask_that_gives_the_shape(x=[8], mask=ROWS):
    return tf.where(tf.logical_and(tf.ones_like(mask, dtype=tf.bool), x > 0), x, -1e9)


@case(Softmax=1, MatMul=2, Where=1)
def attention(q=[None, 2, None, 8], k=[None, 2, None, 8], v=[None, 2, None, 8]):
    scores = tf.matmul(q, k, transpose_b=True) * np.float32(8**-0.5)
    return tf.matmul(tf.nn.softmax(tf.where(scores > -10, scores, -1e9)), v)


def feed(shape):
    return some(*[3 if size is None else size for size in shape], low=-2, high=2)


def main(folder):
    graph, answers, signatures = tf.Graph(), [], {}
    with graph.as_default(), tf1.Session(graph=graph) as session:
        for name, (function, written) in CASES.items():
            shapes = dict(zip(function.__code__.co_varnames, function.__defaults__))
            holders = {key: tf1.placeholder(tf.float32, shape, name=f"{name}/{key}") for key, shape in shapes.items()}
            with tf1.name_scope(name):
                made = function(**holders)
            outputs = {f"out{at}": tensor for at, tensor in enumerate(made if isinstance(made, tuple) else [made])}
            inputs = {key: feed(shape) for key, shape in shapes.items()}
            if "epsilon" in inputs:
                inputs["epsilon"] = np.abs(inputs["epsilon"])
            results = session.run(outputs, {holders[key]: values for key, values in inputs.items()})
            definition = meta_graph_pb2.SignatureDef(method_name="tensorflow/serving/predict")
            for key, holder in holders.items():
                describe(definition.inputs[key], holder)
            for key, tensor in outputs.items():
                describe(definition.outputs[key], tensor)
            signatures[name] = definition
            first = written.pop("first", None)
            answers.append({"name": name, "written": written, "first": first, "inputs": {key: encode(values) for key, values in inputs.items()}, "outputs": {key: encode(value) for key, value in results.items()}})
    meta_graph = meta_graph_pb2.MetaGraphDef(graph_def=graph.as_graph_def())
    meta_graph.meta_info_def.tags.append("serve")
    for name, definition in signatures.items():
        meta_graph.signature_def[name].CopyFrom(definition)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "saved_model.pb"), "wb") as file:
        file.write(saved_model_pb2.SavedModel(saved_model_schema_version=1, meta_graphs=[meta_graph]).SerializeToString())
    with open(os.path.join(folder, "cases.json"), "w") as file:
        json.dump({"op": "fusions", "rtol": 2e-5, "atol": 1e-5, "cases": answers}, file, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1])
