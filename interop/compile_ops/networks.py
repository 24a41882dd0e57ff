"""Matrices, convolutions, pools, normalization, resizing."""

import numpy as np
import tensorflow as tf
from draw import FLOATS, const, fed
from registry import op, ops

def _first(draw, arguments, name, share=0.25):
    """The same call with its channels first, now and then."""
    if not draw.flag(share):
        return arguments
    rank = arguments[name].values.ndim
    turned = lambda values: [values[0], values[-1], *values[1:-1]]
    spatial = lambda pads: pads[:2] + pads[-2:] + pads[2:-2]
    result = {**arguments, name: fed(np.ascontiguousarray(np.moveaxis(arguments[name].values, -1, 1)), arguments[name].hides_shape)}
    for key in ("strides", "dilations", "ksize"):
        if key in result and not hasattr(result[key], "values"):
            result[key] = turned(result[key])
    if result.get("explicit_paddings"):
        result["explicit_paddings"] = spatial(result["explicit_paddings"])
    return {**result, "data_format": "NCHW" if rank == 4 else "NCDHW"}


def _coarse(draw, dtype, shape):
    """Of half precision small whole numbers: TensorFlow rounds each sum of some ops, ONNX Runtime the last one, and these are exact in both."""
    if dtype in ("half", "bfloat16"):
        return draw.rng.integers(-3, 4, shape).astype(tf.as_dtype(dtype).as_numpy_dtype)
    return draw.values(dtype, shape)


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


EQUATIONS = ["ab,bc->ac", "abc,cde->abde", "abcd,cde->abe", "acbe,aecd->abcd", "abc,acd->abd", "ab,ab->a", "abc->ca", "ab->", "a,b->ab", "abc,abd->cd", "aecd,abcd->acbe", "acbe,adbe->acde", "ab,cb->ca", "abc,cd->abd", "ab,acb->ac", "abc,acb->", "ab,bc,cd->ad", "abc,d->bd", "abc->b", "ab,ab->ab", "abc,abd,abe->cde", "abc,bcd->da", "a->aa", "ab->baa", "ab,bc->aca", "aab->b"]
BROADCAST = ["...ab,...bc->...ac", "...a,a->...", "a...,b->...b", "ab...->...", "...a->a...", "...ab,cb->c...a"]


def _equation(draw):
    """Any equation of one or two terms, now and then with axes that it does not name, or a letter twice in a term."""
    letters = list("abcde")
    terms = [[draw.pick(letters) for _ in range(draw.integer(1, 3))] for _ in range(draw.integer(1, 2))]
    if draw.flag(0.85):
        terms = [list(dict.fromkeys(term)) for term in terms]
    used = sorted({letter for term in terms for letter in term})
    kept = [used[at] for at in draw.permutation(len(used))][: draw.integer(0, len(used))]
    dots = [draw.flag(0.25) for _ in terms]
    places = [draw.integer(0, len(term)) for term in terms]
    written = ["".join(term[:at]) + "..." * has + "".join(term[at:]) for term, at, has in zip(terms, places, dots)]
    where = draw.integer(0, len(kept))
    result = "".join(kept[:where]) + ("..." if any(dots) else "") + "".join(kept[where:])
    return ",".join(written) + "->" + result


@op("Einsum", rtol=2e-5, atol=1e-5)
def _einsum(draw):
    equation = draw.pick(EQUATIONS + BROADCAST) if draw.flag(0.5) else _equation(draw)
    sizes = {letter: draw.integer(1, 4) for letter in "abcde"}
    if draw.flag(0.2):
        sizes[draw.pick("abcde")] = 0
    shared = [draw.integer(1, 3) for _ in range(draw.integer(0, 2))]
    dtype = draw.pick(["float32", "float32", "float64", "int32", "int64", "half", "bfloat16"])

    def shape(term):
        dots = [size if draw.flag(0.7) else 1 for size in shared[draw.integer(0, len(shared)) :]]
        before, _, after = term.partition("...")
        return [sizes[each] for each in before] + (dots if "..." in term else []) + [sizes[each] for each in after]

    return {"inputs": [fed(_coarse(draw, dtype, shape(term))) for term in equation.split("->")[0].split(",")], "equation": equation}


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
    return _first(draw, arguments, "input", 0 if dtype == "int32" else 0.25)  # TensorFlow's optimizer brings no whole numbers last


@op("Conv3D", rtol=1e-4, atol=1e-4)
def _conv3d(draw):
    kernel, strides, _, sizes = _window(draw, 3)
    inner, outer = draw.integer(1, 2), draw.integer(1, 2)
    dtype = draw.pick(SINGLE + ["float64"])
    arguments = {
        "input": fed(_coarse(draw, dtype, [1, *sizes, inner])),
        "filter": const(_coarse(draw, dtype, [*kernel, inner, outer])),
        "strides": [1, *strides, 1],
        "padding": draw.pick(["SAME", "VALID"]),
    }
    return _first(draw, arguments, "input")


@op("DepthwiseConv2dNative", rtol=1e-4, atol=1e-4)
def _depthwise(draw):
    kernel, strides, dilations, sizes = _window(draw, 2)
    padding, pads = _padding(draw, 2)
    channels = draw.integer(1, 3)
    stride = strides[0]
    dtype = draw.pick(SINGLE + ["float64"])
    values = lambda shape: _coarse(draw, dtype, shape)
    arguments = {
        "input": fed(values([draw.integer(1, 2), *sizes, channels])),
        "filter": const(values([*kernel, channels, draw.integer(1, 2)])),
        "strides": [1, stride, stride, 1],
        "padding": padding,
        "explicit_paddings": pads,
        "dilations": [1, *dilations, 1] if stride == 1 else [1, 1, 1, 1],
    }
    return _first(draw, arguments, "input")


@ops(["Conv2DBackpropInput", "Conv3DBackpropInputV2"], rtol=1e-4, atol=1e-4)
def _transposed(draw, name):
    spatial = 2 if "2D" in name else 3
    kernel = [draw.integer(1, 3) for _ in range(spatial)]
    strides = [draw.integer(1, 3) for _ in range(spatial)]
    padding = draw.pick(["SAME", "VALID"])
    sizes = [draw.integer(size, 7) for size in kernel]
    given = [-(-size // stride) if padding == "SAME" else (size - each) // stride + 1 for size, stride, each in zip(sizes, strides, kernel)]
    batch, inner, outer = draw.integer(1, 2), draw.integer(1, 3), draw.integer(1, 3)
    dtype = draw.pick(SINGLE + ["float64"])
    target = np.asarray([batch, *sizes, outer], np.int32)
    return {
        "input_sizes": const(target) if draw.flag(0.7) else fed(target, False),
        "filter": const(_coarse(draw, dtype, [*kernel, outer, inner])),
        "out_backprop": fed(_coarse(draw, dtype, [batch, *given, inner])),
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
    dtype = draw.pick(["float32", "float32", "float64", "half", "bfloat16"] + (["int32", "int64", "int8", "uint8", "int16", "uint16"] if name == "MaxPool" else []))
    arguments = {key: fed(draw.values(dtype, [draw.integer(1, 2), *sizes, draw.integer(1, 3)])), "ksize": [1, *kernel, 1], "strides": [1, *strides, 1], "padding": padding}
    # Over three axes not even TensorFlow's graph optimizer brings channels last.
    return _first(draw, {**arguments, "explicit_paddings": pads} if name == "MaxPool" else arguments, key, 0.25 if spatial == 2 else 0)


@op("MaxPoolV2")
def _max_pool_v2(draw):
    kernel, strides, _, sizes = _window(draw, 2)
    arguments = {"ksize": const(np.asarray([1, *kernel, 1], np.int32)), "strides": const(np.asarray([1, *strides, 1], np.int32))}
    return {"input": fed(draw.values(draw.pick(["float32", "float64", "half"]), [draw.integer(1, 2), *sizes, draw.integer(1, 3)])), **arguments, "padding": draw.pick(["SAME", "VALID"])}


@op("MaxPoolWithArgmax")
def _max_with_places(draw):
    kernel, strides, _, sizes = _window(draw, 2)
    return {
        "input": fed(draw.values(draw.pick(["float32", "float32", "float64", "half", "int32", "uint8", "int64", "bfloat16"]), [draw.integer(1, 2), *sizes, draw.integer(1, 3)])),
        "ksize": [1, *kernel, 1],
        "strides": [1, *strides, 1],
        "padding": draw.pick(["SAME", "VALID"]),
        "Targmax": draw.pick(["int32", "int64"]),
        "include_batch_in_index": draw.flag(),
    }


@ops(["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"], outputs=3, rtol=1e-4, atol=1e-4)
def _batch_norm(draw, name):
    shape = [max(1, size) for size in draw.shape(4, 4)]  # of no pictures the statistics, which inference does not need, are no numbers
    channels = shape[-1]
    dtype = draw.pick(["float32", "float32", "half", "bfloat16"]) if name != "FusedBatchNorm" else "float32"
    is_training = draw.flag(0.3)
    factor = draw.pick([1.0, 1.0, 0.1]) if is_training and name == "FusedBatchNormV3" else 1.0
    has_old = is_training and factor == 1.0
    arguments = {
        "x": fed(draw.values(dtype, shape)),
        "scale": fed(draw.positive("float32", [channels])),
        "offset": fed(draw.values("float32", [channels])),
        "mean": const(np.zeros([0], np.float32)) if has_old else fed(draw.values("float32", [channels])),
        "variance": const(np.zeros([0], np.float32)) if has_old else fed(draw.positive("float32", [channels])),
        "epsilon": draw.pick([1e-3, 1e-5]),
        "data_format": "NHWC",
        "is_training": is_training,
        **({"exponential_avg_factor": factor} if name == "FusedBatchNormV3" else {}),
    }
    return _first(draw, arguments, "x")


@op("LRN", rtol=1e-4)
def _lrn(draw):
    return {"input": fed(draw.values("float32", draw.shape(4, 4))), "depth_radius": draw.integer(1, 3), "bias": 1.5, "alpha": 0.3, "beta": 0.6}


@op("Dilation2D")
def _dilation(draw):
    channels, kernel = draw.integer(1, 3), [draw.integer(1, 3), draw.integer(1, 3)]
    sizes = [draw.integer(5, 7), draw.integer(5, 7)]
    dtype = draw.pick(["float32", "float32", "float64", "half", "int32", "uint8"])
    return {
        "input": fed(draw.values(dtype, [draw.integer(1, 2), *sizes, channels])),
        "filter": const(draw.values(dtype, [*kernel, channels])),
        "strides": [1, draw.integer(1, 2), draw.integer(1, 2), 1],
        "rates": [1, draw.integer(1, 2), draw.integer(1, 2), 1],
        "padding": draw.pick(["SAME", "VALID"]),
    }


@op("ExtractImagePatches")
def _patches(draw):
    sizes = [draw.integer(5, 7), draw.integer(5, 7)]
    return {
        "images": fed(draw.values(draw.pick(["float32", "int32", "uint8", "half", "float64", "int64"]), [draw.integer(1, 2), *sizes, draw.integer(1, 3)])),
        "ksizes": [1, draw.integer(1, 3), draw.integer(1, 3), 1],
        "strides": [1, draw.integer(1, 3), draw.integer(1, 3), 1],
        "rates": [1, draw.integer(1, 2), draw.integer(1, 2), 1],
        "padding": draw.pick(["SAME", "VALID"]),
    }
