"""Recurrent cells, and gradients of functions of one number."""

import numpy as np
from draw import FLOATS, const, fed
from registry import op, ops


def _weights(draw, dtype, shape):
    place = const if draw.flag(0.8) else (lambda values: fed(values, False))
    return place(draw.values(dtype, shape, 0.5))


def _cell(draw):
    return [draw.integer(1, 3), draw.integer(1, 4), draw.integer(1, 4)]  # of no rows TensorFlow refuses to compute a step


@op("LSTMBlockCell", rtol=1e-4, atol=1e-5)
def _memory(draw):
    batch, width, cells = _cell(draw)
    dtype = "float32"
    return {
        "x": fed(draw.values(dtype, [batch, width])),
        "cs_prev": fed(draw.values(dtype, [batch, cells])),
        "h_prev": fed(draw.values(dtype, [batch, cells])),
        "w": _weights(draw, dtype, [width + cells, 4 * cells]),
        "wci": _weights(draw, dtype, [cells]),
        "wcf": _weights(draw, dtype, [cells]),
        "wco": _weights(draw, dtype, [cells]),
        "b": _weights(draw, dtype, [4 * cells]),
        "forget_bias": draw.pick([1.0, 0.0, 0.5]),
        "cell_clip": draw.pick([3.0, -1.0, 0.0, 0.5]),
        "use_peephole": draw.flag(),
    }


@op("GRUBlockCell", rtol=1e-4, atol=1e-5)
def _gated(draw):
    batch, width, cells = _cell(draw)
    dtype = "float32"
    return {
        "x": fed(draw.values(dtype, [batch, width])),
        "h_prev": fed(draw.values(dtype, [batch, cells])),
        "w_ru": _weights(draw, dtype, [width + cells, 2 * cells]),
        "w_c": _weights(draw, dtype, [width + cells, cells]),
        "b_ru": _weights(draw, dtype, [2 * cells]),
        "b_c": _weights(draw, dtype, [cells]),
    }


def _pair(draw, dtype):
    shape = draw.shape()
    first, second = draw.values(dtype, shape), draw.values(dtype, shape)
    zero = draw.rng.random(shape) < 0.1
    return first, np.where(zero, np.zeros([], second.dtype), second)


@ops("ReluGrad Relu6Grad LeakyReluGrad SoftplusGrad SoftsignGrad".split(), rtol=2e-5)
def _gradient_of_features(draw, name):
    gradient, features = _pair(draw, draw.pick(FLOATS))
    return {"gradients": fed(gradient), "features": fed(features), **({"alpha": draw.pick([0.2, 0.01, 1.5])} if name == "LeakyReluGrad" else {})}


@ops(["EluGrad", "SeluGrad"], rtol=2e-5)
def _gradient_of_outputs(draw, name):
    gradient, outputs = _pair(draw, draw.pick(FLOATS))
    return {"gradients": fed(gradient), "outputs": fed(outputs)}


@ops("SigmoidGrad TanhGrad InvGrad ReciprocalGrad SqrtGrad RsqrtGrad".split(), rtol=2e-5)
def _gradient_second(draw, name):
    # TensorFlow rounds each step of half precision, this the last one.
    dtype = draw.pick(["float32", "float64"])
    gradient, outputs = _pair(draw, dtype)
    return {"y": fed(draw.positive(dtype, outputs.shape) if "qrt" in name else outputs), "dy": fed(gradient)}


@op("BiasAddGrad", rtol=2e-5, atol=1e-5)
def _bias(draw):
    form = draw.pick(["NHWC", "NHWC", "NCHW"])
    return {"out_backprop": fed(draw.values(draw.pick(["float32", "float64", "int32"]), draw.shape(3 if form == "NCHW" else 2, 5))), "data_format": form}
