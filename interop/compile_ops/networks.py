"""Matrices, convolutions, pools, normalization, resizing."""

import numpy as np
import tensorflow as tf
from draw import FLOATS, const, fed
from registry import op, ops

SINGLE = ["float32", "float32", "float32", "half", "bfloat16"]


@op("MatMul", rtol=2e-5, atol=1e-5)
def _mat_mul(draw):
    dtype = draw.pick(FLOATS + ["int32", "int64"])
    rows, inner, columns = [draw.integer(1, 5) for _ in range(3)]
    a, b = draw.flag(), draw.flag()
    x = draw.values(dtype, [inner, rows] if a else [rows, inner])
    y = draw.values(dtype, [columns, inner] if b else [inner, columns])
    return {"a": fed(x), "b": (const if draw.flag() else fed)(y), "transpose_a": a, "transpose_b": b}


@ops(["BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"], rtol=2e-5, atol=1e-5)
def _batch_mat_mul(draw, name):
    dtype = draw.pick(["float32", "float32", "float64", "half", "int32", "int64"])
    first, second = draw.broadcast_pair(2)
    if name == "BatchMatMul":
        first = second
    if 0 in first + second:
        first = second  # ONNX Runtime broadcasts no batch of none
    rows, inner, columns = [draw.integer(1, 4) for _ in range(3)]
    a, b = draw.flag(), draw.flag()
    x = draw.values(dtype, first + ([inner, rows] if a else [rows, inner]))
    y = draw.values(dtype, second + ([columns, inner] if b else [inner, columns]))
    return {"x": fed(x), "y": fed(y), "adj_x": a, "adj_y": b, **({"Tout": tf.as_dtype(dtype)} if name == "BatchMatMulV3" else {})}


EQUATIONS = ["ab,bc->ac", "abc,cde->abde", "abcd,cde->abe", "acbe,aecd->abcd", "abc,acd->abd", "ab,ab->a", "abc->ca", "ab->", "a,b->ab", "abc,abd->cd", "aecd,abcd->acbe", "acbe,adbe->acde", "ab,cb->ca", "abc,cd->abd", "ab,acb->ac", "abc,acb->", "ab,bc,cd->ad", "abc,d->bd", "abc->b", "ab,ab->ab", "abc,abd,abe->cde", "abc,bcd->da"]
BROADCAST = ["...ab,...bc->...ac", "...a,a->...", "a...,b->...b", "ab...->...", "...a->a...", "...ab,cb->c...a"]


@op("Einsum", rtol=2e-5, atol=1e-5)
def _einsum(draw):
    equation = draw.pick(EQUATIONS + BROADCAST)
    sizes = {letter: draw.integer(1, 4) for letter in "abcde"}
    if draw.flag(0.2):
        sizes[draw.pick("abcde")] = 0
    shared = [draw.integer(1, 3) for _ in range(draw.integer(0, 2))]
    dtype = draw.pick(["float32", "float32", "float64"])

    def shape(term):
        dots = [size if draw.flag(0.7) else 1 for size in shared[draw.integer(0, len(shared)) :]]
        before, _, after = term.partition("...")
        return [sizes[each] for each in before] + (dots if "..." in term else []) + [sizes[each] for each in after]

    return {"inputs": [fed(draw.values(dtype, shape(term))) for term in equation.split("->")[0].split(",")], "equation": equation}


@ops(["BiasAdd", "BiasAddV1"])
def _bias(draw, name):
    shape = draw.shape(2, 5)
    form = draw.pick(["NHWC", "NHWC", "NCHW"]) if name == "BiasAdd" else "NHWC"
    dtype = draw.pick(FLOATS + ["int32"])
    return {"value": fed(draw.values(dtype, shape)), "bias": fed(draw.values(dtype, [shape[1] if form == "NCHW" else shape[-1]])), **({"data_format": form} if name == "BiasAdd" else {})}


def _window(draw, spatial, layout="NHWC"):
    """Sizes of a picture, filter, strides, dilations and padding that fit together."""
    kernel = [draw.integer(1, 3) for _ in range(spatial)]
    strides = [draw.integer(1, 3) for _ in range(spatial)]
    dilations = [1] * spatial
    if draw.flag(0.25):
        strides, dilations = [1] * spatial, [draw.integer(1, 2) for _ in range(spatial)]
    sizes = [draw.integer((size - 1) * dilation + 1, 8) for size, dilation in zip(kernel, dilations)]
    return kernel, strides, dilations, sizes


def _padding(draw, spatial, explicit=True):
    padding = draw.pick(["SAME", "VALID", "EXPLICIT"] if explicit else ["SAME", "VALID"])
    if padding != "EXPLICIT":
        return padding, []
    return padding, [0, 0] + [draw.integer(0, 2) for _ in range(2 * spatial)] + [0, 0]


@op("Conv2D", rtol=1e-4, atol=1e-4)
def _conv2d(draw):
    kernel, strides, dilations, sizes = _window(draw, 2)
    padding, pads = _padding(draw, 2)
    groups = draw.pick([1, 1, 2])
    inner, outer = draw.integer(1, 3), draw.integer(1, 3) * groups
    dtype = draw.pick([*SINGLE, *SINGLE, "float64", "int32"])
    arguments = {
        "input": fed(draw.values(dtype, [draw.integer(1, 2), *sizes, inner * groups])),
        "filter": (const if draw.flag(0.8) else (lambda each: fed(each, False)))(draw.values(dtype, [*kernel, inner, outer])),
        "strides": [1, *strides, 1],
        "padding": padding,
        "explicit_paddings": pads,
        "dilations": [1, *dilations, 1],
    }
    arguments["input"].hides_shape = groups == 1 and draw.flag(0.7)
    return arguments


@op("Conv3D", rtol=1e-4, atol=1e-4)
def _conv3d(draw):
    kernel, strides, _, sizes = _window(draw, 3)
    inner, outer = draw.integer(1, 2), draw.integer(1, 2)
    return {
        "input": fed(draw.values("float32", [1, *sizes, inner])),
        "filter": const(draw.values("float32", [*kernel, inner, outer])),
        "strides": [1, *strides, 1],
        "padding": draw.pick(["SAME", "VALID"]),
    }


@op("DepthwiseConv2dNative", rtol=1e-4, atol=1e-4)
def _depthwise(draw):
    kernel, strides, dilations, sizes = _window(draw, 2)
    padding, pads = _padding(draw, 2)
    channels = draw.integer(1, 3)
    stride = strides[0]
    dtype = draw.pick(SINGLE)
    # TensorFlow rounds each sum of this op to half precision, ONNX Runtime the last one: small whole numbers are exact in both.
    values = (lambda shape: draw.values(dtype, shape)) if dtype == "float32" else (lambda shape: draw.rng.integers(-3, 4, shape).astype(tf.as_dtype(dtype).as_numpy_dtype))
    return {
        "input": fed(values([draw.integer(1, 2), *sizes, channels])),
        "filter": const(values([*kernel, channels, draw.integer(1, 2)])),
        "strides": [1, stride, stride, 1],
        "padding": padding,
        "explicit_paddings": pads,
        "dilations": [1, *dilations, 1] if stride == 1 else [1, 1, 1, 1],
    }


@ops(["Conv2DBackpropInput", "Conv3DBackpropInputV2"], rtol=1e-4, atol=1e-4)
def _transposed(draw, name):
    spatial = 2 if "2D" in name else 3
    kernel = [draw.integer(1, 3) for _ in range(spatial)]
    strides = [draw.integer(1, 3) for _ in range(spatial)]
    padding = draw.pick(["SAME", "VALID"])
    sizes = [draw.integer(size, 7) for size in kernel]
    given = [-(-size // stride) if padding == "SAME" else (size - each) // stride + 1 for size, stride, each in zip(sizes, strides, kernel)]
    batch, inner, outer = draw.integer(1, 2), draw.integer(1, 3), draw.integer(1, 3)
    target = np.asarray([batch, *sizes, outer], np.int32)
    return {
        "input_sizes": const(target) if draw.flag(0.7) else fed(target, False),
        "filter": const(draw.values("float32", [*kernel, outer, inner])),
        "out_backprop": fed(draw.values("float32", [batch, *given, inner])),
        "strides": [1, *strides, 1],
        "padding": padding,
    }


@ops(["MaxPool", "AvgPool", "MaxPool3D", "AvgPool3D"], rtol=1e-5)
def _pool(draw, name):
    spatial = 3 if name.endswith("3D") else 2
    kernel, strides, _, sizes = _window(draw, spatial)
    key = {"MaxPool": "input", "AvgPool": "value"}.get(name, "input")
    padding, pads = _padding(draw, 2, name == "MaxPool")
    pads = [min(each, 1) if kernel[(at - 2) // 2 % len(kernel)] > 1 else 0 for at, each in enumerate(pads)]
    dtype = draw.pick(["float32", "float32", "float64", "half"] if name == "MaxPool" else ["float32"])
    arguments = {key: fed(draw.values(dtype, [draw.integer(1, 2), *sizes, draw.integer(1, 3)])), "ksize": [1, *kernel, 1], "strides": [1, *strides, 1], "padding": padding}
    return {**arguments, "explicit_paddings": pads} if name == "MaxPool" else arguments


@op("MaxPoolV2")
def _max_pool_v2(draw):
    kernel, strides, _, sizes = _window(draw, 2)
    arguments = {"ksize": const(np.asarray([1, *kernel, 1], np.int32)), "strides": const(np.asarray([1, *strides, 1], np.int32))}
    return {"input": fed(draw.values(draw.pick(["float32", "float64", "half"]), [draw.integer(1, 2), *sizes, draw.integer(1, 3)])), **arguments, "padding": draw.pick(["SAME", "VALID"])}


@op("MaxPoolWithArgmax")
def _max_with_places(draw):
    kernel, strides, _, sizes = _window(draw, 2)
    return {
        "input": fed(draw.values("float32", [draw.integer(1, 2), *sizes, draw.integer(1, 3)])),
        "ksize": [1, *kernel, 1],
        "strides": [1, *strides, 1],
        "padding": "VALID",
        "Targmax": draw.pick(["int32", "int64"]),
        "include_batch_in_index": draw.flag(),
    }


@ops(["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"], outputs=3, rtol=1e-4, atol=1e-4)
def _batch_norm(draw, name):
    shape = [max(1, size) for size in draw.shape(4, 4)]  # of no pictures the statistics, which inference does not need, are no numbers
    channels = shape[-1]
    dtype = draw.pick(["float32", "float32", "half", "bfloat16"]) if name != "FusedBatchNorm" else "float32"
    return {
        "x": fed(draw.values(dtype, shape)),
        "scale": fed(draw.positive("float32", [channels])),
        "offset": fed(draw.values("float32", [channels])),
        "mean": fed(draw.values("float32", [channels])),
        "variance": fed(draw.positive("float32", [channels])),
        "epsilon": 1e-3,
        "data_format": "NHWC",
        "is_training": False,
    }


@op("LRN", rtol=1e-4)
def _lrn(draw):
    return {"input": fed(draw.values("float32", draw.shape(4, 4))), "depth_radius": draw.integer(1, 3), "bias": 1.5, "alpha": 0.3, "beta": 0.6}


@op("Dilation2D")
def _dilation(draw):
    channels, kernel = draw.integer(1, 3), [draw.integer(1, 3), draw.integer(1, 3)]
    sizes = [draw.integer(5, 7), draw.integer(5, 7)]
    return {
        "input": fed(draw.values("float32", [draw.integer(1, 2), *sizes, channels]), False),
        "filter": const(draw.values("float32", [*kernel, channels])),
        "strides": [1, draw.integer(1, 2), draw.integer(1, 2), 1],
        "rates": [1, draw.integer(1, 2), draw.integer(1, 2), 1],
        "padding": draw.pick(["SAME", "VALID"]),
    }


@op("ExtractImagePatches")
def _patches(draw):
    sizes = [draw.integer(5, 7), draw.integer(5, 7)]
    return {
        "images": fed(draw.values(draw.pick(["float32", "int32"]), [draw.integer(1, 2), *sizes, draw.integer(1, 3)]), False),
        "ksizes": [1, draw.integer(1, 3), draw.integer(1, 3), 1],
        "strides": [1, draw.integer(1, 3), draw.integer(1, 3), 1],
        "rates": [1, draw.integer(1, 2), draw.integer(1, 2), 1],
        "padding": draw.pick(["SAME", "VALID"]),
    }
