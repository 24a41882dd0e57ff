"""Ops along axes."""

import numpy as np
from draw import FLOATS, INTS, const, fed
from registry import op, ops


def _axes(draw, rank):
    if rank == 0:
        return np.zeros([0], np.int32)
    count = draw.integer(0 if draw.flag(0.1) else 1, rank)
    axes = [axis - rank if draw.flag(0.3) else axis for axis in draw.permutation(rank)[:count]]
    if len(axes) == 1 and draw.flag():
        return np.asarray(axes[0], draw.pick([np.int32, np.int64]))
    return np.asarray(axes, draw.pick([np.int32, np.int64]))


@ops("Sum Prod Max Min Mean EuclideanNorm".split(), rtol=2e-5)
def _reduction(draw, name):
    types = FLOATS + ["int32", "int64"] + (["int8", "int16", "uint8"] if name in ("Max", "Min") else [])
    dtype = draw.pick(types if name != "EuclideanNorm" else ["float32", "float64"])
    values = draw.values(dtype, draw.shape(), scale=1.0 if name == "Prod" else 3.0)
    if name == "Sum" and dtype in ("half", "bfloat16"):
        values = np.round(values)  # TensorFlow rounds each sum, ONNX Runtime the last one: whole numbers are exact in both.
    axes = _axes(draw, values.ndim)
    return {"input": fed(values), "axis": const(axes), "keep_dims": draw.flag()}


@ops("All Any".split())
def _logic(draw, name):
    values = draw.values("bool", draw.shape())
    return {"input": fed(values), "axis": const(_axes(draw, values.ndim)), "keep_dims": draw.flag()}


@ops("ArgMax ArgMin".split())
def _place(draw, name):
    dtype = draw.pick(["float32", "float64", "half", "bfloat16"] + INTS[:6])
    shape = draw.shape(1, 4)
    values = np.round(draw.values(dtype, shape).astype(np.float64)).astype(draw.values(dtype, []).dtype)  # with ties
    axis = draw.integer(-len(shape), len(shape) - 1)
    return {"input": fed(values), "dimension": (const if draw.flag(0.7) else fed)(np.asarray(axis, np.int32)), "output_type": draw.pick(["int32", "int64", "int16", "uint16"])}


@op("L2Loss")
def _l2(draw):
    return {"t": fed(draw.values(draw.pick(["float32", "float64"]), draw.shape()))}


@ops("Cumsum Cumprod CumulativeLogsumexp".split(), rtol=2e-5)
def _cumulative(draw, name):
    dtype = draw.pick(["float32", "float64", "half", "int8", "int16", "uint8", "uint16", "int32", "int64", "uint32", "uint64"] if name != "CumulativeLogsumexp" else ["float32"])
    shape = draw.shape(1, 3)
    axis = draw.integer(-len(shape), len(shape) - 1)
    return {"x": fed(draw.values(dtype, shape, scale=1.2)), "axis": (const if draw.flag(0.7) else fed)(np.asarray(axis, np.int32)), "exclusive": draw.flag(), "reverse": draw.flag()}
