"""Convolutions of newer and rarer forms, and ops that TensorFlow's graph optimizer makes of several."""

import numpy as np
from draw import const, fed
from networks import _padding, _window
from registry import op, ops
from tensorflow.python.framework import op_def_library


@op("Conv", rtol=1e-4, atol=1e-4)
def _conv(draw):
    spatial = draw.integer(2, 3)
    kernel, strides, dilations, sizes = _window(draw, spatial)
    if spatial == 3:
        dilations = [1] * 3
    padding, pads = _padding(draw, spatial, explicit=spatial == 2)
    inner, outer = draw.integer(1, 3), draw.integer(1, 3)
    return {
        "input": fed(draw.values("float32", [draw.integer(1, 2), *sizes, inner])),
        "filter": const(draw.values("float32", [*kernel, inner, outer], 0.5)),
        "strides": [1, *strides, 1],
        "dilations": [1, *dilations, 1],
        "padding": padding,
        "explicit_paddings": pads,
        "data_format": "CHANNELS_LAST",
    }


@op("DepthwiseConv2dNativeBackpropInput", rtol=1e-4, atol=1e-4)
def _depthwise_back(draw):
    kernel, _, _, sizes = _window(draw, 2)
    stride = draw.integer(1, 2)
    padding = draw.pick(["SAME", "VALID"])
    batch, channels, multiplier = draw.integer(1, 2), draw.integer(1, 3), draw.integer(1, 2)
    sizes = [max(size, span) for size, span in zip(sizes, kernel)]
    out = [-(-size // stride) if padding == "SAME" else (size - span) // stride + 1 for size, span in zip(sizes, kernel)]
    return {
        "input_sizes": (const if draw.flag(0.7) else lambda each: fed(each, False))(np.asarray([batch, *sizes, channels], np.int32)),
        "filter": const(draw.values("float32", [*kernel, channels, multiplier], 0.5)),
        "out_backprop": fed(draw.values("float32", [batch, *out, channels * multiplier]), False),
        "strides": [1, stride, stride, 1],
        "padding": padding,
    }


@op("ExtractVolumePatches")
def _volumes(draw):
    kernel, strides = [draw.integer(1, 3) for _ in range(3)], [draw.integer(1, 2) for _ in range(3)]
    sizes = [draw.integer(size, 5) for size in kernel]
    return {"input": fed(draw.values(draw.pick(["float32", "float64", "int32"]), [draw.integer(1, 2), *sizes, draw.integer(1, 2)]), False), "ksizes": [1, *kernel, 1], "strides": [1, *strides, 1], "padding": draw.pick(["SAME", "VALID"])}


UNSAID = {
    "_FusedConv2D": {"explicit_paddings": [], "data_format": "NHWC", "filter_format": "HWIO", "use_cudnn_on_gpu": True},
    "_FusedMatMul": {"epsilon": 1e-4},
}


def _applied(name):
    """`tf.raw_ops` has no ops with a name like this; nor are the defaults of their attributes filled in."""
    return lambda **arguments: op_def_library.apply_op(name, **UNSAID[name], **arguments)


ACTIVATIONS = [[], ["Relu"], ["Relu6"], ["Elu"], ["LeakyRelu"]]


def _behind(draw, channels):
    """What is fused behind a convolution, and its inputs."""
    column = lambda make=draw.values: const(make("float32", [channels]))
    if draw.flag():
        return ["FusedBatchNorm", *draw.pick(ACTIVATIONS)], [column(), column(), column(), column(draw.positive)]
    return ["BiasAdd", *draw.pick(ACTIVATIONS)], [column()]


@op("_FusedConv2D", rtol=1e-4, atol=1e-4, call=_applied)
def _fused_conv(draw):
    kernel, strides, dilations, sizes = _window(draw, 2)
    padding = draw.pick(["SAME", "VALID"])
    inner, outer = draw.integer(1, 3), draw.integer(1, 3)
    batch = draw.integer(1, 2)
    steps, further = _behind(draw, outer)
    return {
        "input": fed(draw.values("float32", [batch, *sizes, inner])),
        "filter": const(draw.values("float32", [*kernel, inner, outer], 0.5)),
        "args": further,
        "num_args": len(further),
        "host_args": [],
        "strides": [1, *strides, 1],
        "dilations": [1, *dilations, 1],
        "padding": padding,
        "fused_ops": steps,
        "epsilon": 1e-3,
        "leakyrelu_alpha": 0.3,
    }


@op("_FusedMatMul", rtol=1e-4, atol=1e-4, call=_applied)
def _fused_product(draw):
    rows, inner, columns = (draw.integer(1, 5) for _ in range(3))
    turned = draw.flag(), draw.flag()
    return {
        "a": fed(draw.values("float32", [inner, rows] if turned[0] else [rows, inner])),
        "b": const(draw.values("float32", [columns, inner] if turned[1] else [inner, columns])),
        "args": [const(draw.values("float32", [columns]))],
        "transpose_a": turned[0],
        "transpose_b": turned[1],
        "fused_ops": ["BiasAdd", *draw.pick([*ACTIVATIONS, ["Tanh"], ["Sigmoid"]])],
        "leakyrelu_alpha": 0.3,
    }
